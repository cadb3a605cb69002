//! Whether runs fit into the memory that is free: better said before than killed in the middle.
use super::complain;
use crate::{
    engine::number, node::parameters::Parameters, record::Unit, scenario::Scenario,
    summary::figures, world,
};

/// Says so and returns false when `runs`, so many at a time, may not fit.
pub(super) fn suffices<'s>(runs: impl Iterator<Item = &'s Scenario>, jobs: usize) -> bool {
    let mut runs: Vec<(u64, &Scenario)> = runs.map(|run| (world::memory(run), run)).collect();
    runs.sort_by_key(|(bytes, _)| std::cmp::Reverse(*bytes));
    let sizes: Vec<u64> = runs.iter().take(jobs.max(1)).map(|(bytes, _)| *bytes).collect();
    let refused = available().and_then(|free| refusal(&sizes, free));
    let (Some(refused), Some((_, largest))) = (refused, runs.first()) else { return true };
    let fewer = format!("fewer users with `--set {}.count=…`", crowd(largest));
    complain(&match refused.fitting {
        0 => format!("{}\n  try {fewer}", refused.text),
        jobs => format!("{}\n  try fewer at a time with `--jobs {jobs}`, or {fewer}", refused.text),
    });
    false
}

/// Why runs do not fit, and how many at a time would.
#[derive(PartialEq, Eq, Debug)]
struct Refused {
    text: String,
    fitting: usize,
}

/// What the largest runs of all take, in bytes, against what is free.
fn refusal(largest: &[u64], free: u64) -> Option<Refused> {
    let total = |runs: &[u64]| runs.iter().copied().fold(0, u64::saturating_add);
    let needed = total(largest);
    if needed <= free {
        return None;
    }
    let fits = |&jobs: &usize| total(&largest[..jobs]) <= free;
    let runs = match largest.len() {
        1 => "one run".to_owned(),
        count => format!("{count} runs at a time"),
    };
    let bytes = |bytes| figures::plain(&figures::figure(Unit::Bytes, number::float(bytes)));
    let text = format!(
        "not enough memory: the users of {runs} take {}, and {} are free",
        bytes(needed),
        bytes(free),
    );
    Some(Refused { text, fitting: (1..largest.len()).rev().find(fits).unwrap_or(0) })
}

/// The clients that are most.
fn crowd(scenario: &Scenario) -> &str {
    let crowds = scenario.nodes.iter().filter_map(|node| match &node.parameters {
        Parameters::Clients(clients) => Some((clients.count, node.name.as_str())),
        _ => None,
    });
    crowds.max_by_key(|(count, _)| *count).map_or("", |(_, name)| name)
}

/// Memory that can be had without swapping, in bytes, where the system says so.
fn available() -> Option<u64> {
    parse(&std::fs::read_to_string("/proc/meminfo").ok()?)
}

fn parse(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_free_is_read() {
        let meminfo = "MemTotal:  100 kB\nMemAvailable:   24 kB\n";
        assert_eq!((parse(meminfo), parse("MemTotal: 100 kB\n")), (Some(24 * 1024), None));
    }

    #[test]
    fn runs_at_a_time_are_held_against_what_is_free() {
        let gb = 1_000_000_000;
        assert_eq!(refusal(&[5 * gb, 3 * gb], 8 * gb), None);
        let both = refusal(&[5 * gb, 3 * gb], 7 * gb).unwrap();
        let text =
            "not enough memory: the users of 2 runs at a time take 8.00 GB, and 7.00 GB are free";
        assert_eq!(both, Refused { text: text.to_owned(), fitting: 1 });
        let one = refusal(&[5 * gb], 4 * gb).unwrap();
        let text = "not enough memory: the users of one run take 5.00 GB, and 4.00 GB are free";
        assert_eq!(one, Refused { text: text.to_owned(), fitting: 0 });
        assert_eq!(refusal(&[u64::MAX, u64::MAX, 3], gb).unwrap().fitting, 0);
    }
}
