//! What each metric is, and what each end and cause of the ledger means: for those who ask
//! `squall explain`, and for `docs/FILES.md`.
mod metrics;

pub use super::causes::cause;
pub use metrics::METRICS;

use super::of_phase;
use crate::record::Unit;

/// A metric, or several of one kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Described {
    /// Its name; `<node>`, `<action>` and `<cause>` stand for names, braces for alternatives.
    pub name: &'static str,
    /// Its unit.
    pub unit: Unit,
    /// What it is.
    pub meaning: &'static str,
}

const fn row(name: &'static str, unit: Unit, meaning: &'static str) -> Described {
    Described { name, unit, meaning }
}

/// What stands for a word of the writer's own.
const PLACEHOLDERS: [&str; 3] = ["<node>", "<action>", "<cause>"];

/// What is measured by phase too: `during(deploy).delivery_lag.p99`.
pub const PHASED: [&str; 17] = [
    "sessions",
    "clients.availability",
    "connections.mean",
    "attempts.total",
    "attempts.peak_per_second",
    "polls.total",
    "polls.failed",
    "deliveries.intended",
    "deliveries.live",
    "deliveries.replayed",
    "deliveries.pulled",
    "deliveries.lost",
    "deliveries.expired",
    "deliveries.missed",
    "deliveries.pending",
    "pending.usual",
    "delivery_lag",
];

/// Statistics that stand last in a metric's name.
pub const STATISTICS: &[(&str, &str)] = &[
    ("mean", "the mean"),
    ("p50", "half are no larger"),
    ("p95", "95 % are no larger"),
    ("p99", "99 % are no larger"),
    ("p999", "99.9 % are no larger"),
    ("max", "the largest"),
];

/// Ends of a delivery that are not losses; the causes of those follow from `Cause::ALL`.
pub const ENDS: &[(&str, &str)] = &[
    ("live", "It came by an open connection."),
    ("replayed", "It came out of the buffer, after a gap."),
    ("pulled", "Its recipient fetched it from the inbox."),
    (
        "lost",
        "It never reaches its recipient; the cause is the first event after which no copy could.",
    ),
    ("expired", "The buffer kept it past its retention."),
    ("pending", "At the horizon it is on its way, or kept."),
];

/// A unit in words.
pub fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Count => "count",
        Unit::PerSecond => "per second",
        Unit::Seconds => "seconds",
        Unit::Bytes => "bytes",
        Unit::BytesPerSecond => "bytes per second",
        Unit::Share => "share",
        Unit::Ratio => "ratio",
        Unit::Usd => "US dollars",
        Unit::UsdPerMonth => "US dollars a month",
    }
}

impl Described {
    /// Its names, one for each alternative.
    pub fn names(&self) -> Vec<String> {
        expanded(self.name)
    }

    /// Whether a metric's name is one of these; what is measured by phase can have one before it.
    pub fn is(&self, name: &str) -> bool {
        let (phase, name) = of_phase(name);
        if phase.is_some() && !PHASED.iter().any(|phased| name.starts_with(phased)) {
            return false;
        }
        self.names().iter().any(|known| fits(known, name))
    }
}

/// A name with braces, once for each combination of what stands in them.
fn expanded(name: &str) -> Vec<String> {
    let Some((head, rest)) = name.split_once('{') else { return vec![name.to_owned()] };
    let (alternatives, tail) = rest.split_once('}').unwrap_or((rest, ""));
    let tails = expanded(tail);
    let each =
        |one: &str| tails.iter().map(|tail| format!("{head}{one}{tail}")).collect::<Vec<_>>();
    alternatives.split(',').flat_map(each).collect()
}

fn fits(known: &str, name: &str) -> bool {
    let (mut known, mut name) = (known.split('.'), name.split('.'));
    loop {
        match (known.next(), name.next()) {
            (None, None) => return true,
            (Some(part), Some(word)) if part == word || PLACEHOLDERS.contains(&part) => {}
            _ => return false,
        }
    }
}

/// What a metric is; one that is known by its whole name comes before placeholders.
pub fn metric(name: &str) -> Option<&'static Described> {
    let plain = |row: &&Described| !row.name.contains('<');
    let mut rows = METRICS.iter().filter(|row| row.is(name));
    rows.clone().find(plain).or_else(|| rows.next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_found_by_their_names() {
        for (name, row) in [
            ("delivery_lag.p99", Some("delivery_lag.{mean,p50,p95,p99,p999,max}")),
            ("during(deploy).deliveries.lost", Some("deliveries.lost")),
            ("during(deploy).lost.half_open", None),
            ("gateways.cpu.peak", Some("<node>.cpu.peak")),
            ("memory.peak", Some("memory.peak")),
            ("cost.gateway", Some("cost.{gateway,fanout,registry,buffer}")),
            ("lost.half_open", Some("lost.<cause>")),
            ("deploy-2.duration", Some("<action>.duration")),
            ("delivery_lag.p98", None),
            ("a.b.c.d", None),
        ] {
            assert_eq!(metric(name).map(|found| found.name), row, "{name}");
        }
    }
}
