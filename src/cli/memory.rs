//! Whether runs fit into the memory that is free: better said before than killed in the middle.
use super::complain;
use crate::{engine::number, scenario::Scenario, world};

/// Says so and returns false when runs of `scenario`, so many at a time, do not fit.
pub(super) fn suffices(scenario: &Scenario, at_a_time: usize) -> bool {
    let each = world::memory(scenario);
    let needed = each.saturating_mul(number::count(at_a_time.max(1)));
    let Some(free) = available().filter(|&free| free < needed) else { return true };
    let fewer = if at_a_time > 1 { " or `--jobs 1`" } else { "" };
    complain(&format!(
        "the tables of {at_a_time} runs at a time need {}, and {} are free\n\
         help: use fewer users, as with `--set <clients>.count=…`{fewer}",
        gigabytes(needed),
        gigabytes(free),
    ));
    false
}

fn gigabytes(bytes: u64) -> String {
    format!("{:.1} GB", number::float(bytes) / 1e9)
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
}
