//! Numbers of those who are left: a lag knows only what arrived, a time to reconnect only who came
//! back, a load only who is connected. Where that is not nearly all, a low number is no merit.
use super::{Metric, figures::share};

/// From here on it is nearly all.
const ALL: f64 = 0.99;
/// What is missed moves a quantile from so much of what lies above it.
const MATERIAL: f64 = 0.1;
/// Who is away at the moment does not make a tier look idle.
const CONNECTED: f64 = 0.9;
/// What is missed, and what of it is told apart.
const LOSSES: [&str; 3] = ["deliveries.missed", "deliveries.lost", "deliveries.expired"];
/// What says how busy a node is, by the end of its name.
const LOADS: [&str; 4] = [".cpu.peak", ".cpu.mean", ".headroom", ".memory.peak_per_instance"];

/// Whose number a metric is, where that is not nearly all: `of the 41.0 % that arrived`.
pub fn only(name: &str, metrics: &[Metric]) -> Option<String> {
    let own = name.split_once(").").map_or(name, |(_, metric)| metric);
    let told = |part: f64, least: f64| (0.0..least).contains(&part).then(|| share(part));
    if let Some((node, statistic)) = lag(own) {
        // What is sent in a phase, or by one of several, has ends of its own where they are known.
        let during = &name[..name.len() - own.len()];
        let froms = [format!("{during}{node}"), node.to_owned(), during.to_owned(), String::new()];
        let ends = froms.iter().find_map(|from| Ends::of(metrics, from))?;
        return ends.told(statistic).map(|part| format!("of the {part} that arrived"));
    }
    if own.starts_with("reconnect.") {
        let part = returned(metrics)?;
        let some = told(part, ALL)?;
        // Those who lose their connection by themselves have a time all the same.
        return Some(if part > 0.0 {
            format!("of the {some} that come back")
        } else {
            "nobody hit comes back".to_owned()
        });
    }
    if own.starts_with("cost.") || LOADS.iter().any(|end| own.ends_with(end)) {
        let (part, [whole, what]) = served(own, metrics)?;
        return Some(format!("with {part} of {whole} {what}"));
    }
    waiting(name, metrics)
}

/// The same where what is left is far from all, so that numbers of two runs cannot be compared.
pub fn hollow(name: &str, metrics: &[Metric]) -> Option<String> {
    let lag = name.split_once(").").map_or(name, |(_, metric)| metric).starts_with("delivery_lag.");
    only(name, metrics).filter(|_| !lag || arrived(metrics).is_some_and(|part| part < ALL))
}

/// A sentence or a headline about a metric, with whose it is where that is not nearly all.
pub fn with(text: String, name: &str, metrics: &[Metric]) -> String {
    match only(name, metrics) {
        Some(only) => format!("{text}, {only}"),
        None => text,
    }
}

/// Whose lag a metric is, ending in a point or empty, and which quantile of it.
fn lag(name: &str) -> Option<(&str, &str)> {
    let at = name.find("delivery_lag.")?;
    let (node, statistic) = (&name[..at], &name[at + "delivery_lag.".len()..]);
    (node.is_empty() || node.ends_with('.')).then_some((node, statistic))
}

/// How deliveries ended, as shares of those intended.
struct Ends {
    arrived: f64,
    missed: f64,
}

impl Ends {
    /// Those whose metrics begin so.
    fn of(metrics: &[Metric], begin: &str) -> Option<Self> {
        let mean = |end: &str| mean(metrics, &format!("{begin}deliveries.{end}"));
        let intended = mean("intended").filter(|&count| count > 0.0)?;
        let live = mean("live")?;
        let later = ["replayed", "pulled"].map(mean).into_iter().flatten().sum::<f64>();
        let missed = mean("missed").unwrap_or(0.0) / intended;
        Some(Self { arrived: (live + later) / intended, missed })
    }

    /// The share that arrived, where it is not nearly all, or where so many are missed that they
    /// would move a quantile: a tenth of those that it leaves above it.
    fn told(&self, statistic: &str) -> Option<String> {
        let above = match statistic {
            "p95" => 0.05,
            "p99" => 0.01,
            "p999" | "max" => 0.001,
            _ => 0.5,
        };
        let told = self.arrived < ALL || self.missed >= MATERIAL * above;
        (told && (0.0..1.0).contains(&self.arrived)).then(|| share(self.arrived))
    }
}

/// The part of what was wanted that its numbers are about, the least known.
pub fn left(metrics: &[Metric]) -> Option<f64> {
    let all = [arrived(metrics), returned(metrics), mean(metrics, "clients.availability")];
    all.into_iter().flatten().filter(|part| (0.0..=1.0).contains(part)).reduce(f64::min)
}

/// The same behind a bar: `1.87 % arrived`, `98.1 % pending`.
pub fn behind(name: &str, metrics: &[Metric]) -> Option<String> {
    match served(name, metrics).filter(|_| name.starts_with("cost.")) {
        Some((part, [_, what])) => Some(format!("{part} {what}")),
        None => waiting(name, metrics),
    }
}

/// Of what a load or a bill is not nearly all: of the time of users or, of a bill, of deliveries.
fn served(name: &str, metrics: &[Metric]) -> Option<(String, [&'static str; 2])> {
    let online = mean(metrics, "clients.availability").filter(|it| (0.0..CONNECTED).contains(it));
    if let Some(online) = online {
        return Some((share(online), ["user time", "online"]));
    }
    let late = name.starts_with("cost.") && pending(metrics).is_some();
    Some((share(arrived(metrics).filter(|_| late)?), ["deliveries", "arrived"]))
}

/// How much is neither missed nor there when a run ends, beside the number of what is missed.
fn waiting(name: &str, metrics: &[Metric]) -> Option<String> {
    let missed = LOSSES.contains(&name) || name.starts_with("lost.");
    pending(metrics).filter(|_| missed).map(|part| format!("{} pending", share(part)))
}

/// The share of the deliveries that are under way when a run ends, where it is not next to none.
fn pending(metrics: &[Metric]) -> Option<f64> {
    let intended = mean(metrics, "deliveries.intended").filter(|&count| count > 0.0)?;
    let part = mean(metrics, "deliveries.pending")? / intended;
    (part > 1.0 - ALL).then_some(part)
}

/// Why a metric has no number.
pub fn nobody(name: &str) -> &'static str {
    let own = name.split_once(").").map_or(name, |(_, metric)| metric);
    match own.split('.').next() {
        Some("delivery_lag") => "none arrived",
        Some("reconnect") => "none came back",
        _ if ["deliveries.reordered", "duplicates.overlap"].contains(&own) => {
            "not counted where messages for many are counted in groups"
        }
        _ => "no data",
    }
}

/// The same at a point: who was hit and did not come back is told apart from nobody hit.
pub fn lacking(name: &str, metrics: &[Metric]) -> String {
    if !never_came(name, metrics) {
        return nobody(name).to_owned();
    }
    match came(name, metrics) {
        Some((some, all)) => format!("not within {} of {all} runs", all - some),
        None => "never within the run".to_owned(),
    }
}

/// In how many runs a time came after a fault, of how many, where it is some of them.
pub(super) fn came(name: &str, metrics: &[Metric]) -> Option<(u32, u32)> {
    let runs = |name: &str| metrics.iter().find(|it| it.name == name).map_or(0, |it| it.n);
    let (some, all) = (runs(name), runs(&hits(name)?));
    (0 < some && some < all && mean(metrics, name).is_none()).then_some((some, all))
}

/// The metric that counts whom the fault hit that a time is about: of `recovery.drop.t99`
/// `recovery.drop.hit`.
pub(super) fn hits(name: &str) -> Option<String> {
    let (fault, end) = name.rsplit_once('.')?;
    let is = fault.starts_with("recovery.") && ["t50", "t99", "all"].contains(&end);
    is.then(|| format!("{fault}.hit"))
}

/// Whether a time has no number since those who were hit were not back when the run ended.
pub fn never_came(name: &str, metrics: &[Metric]) -> bool {
    let hit = hits(name).and_then(|hits| mean(metrics, &hits));
    hit.is_some_and(|hit| hit > 0.0) && mean(metrics, name).is_none()
}

/// The share of the deliveries that reached their recipients by the end of the run.
pub fn arrived(metrics: &[Metric]) -> Option<f64> {
    Ends::of(metrics, "").map(|ends| ends.arrived)
}

/// Of those hit by any fault, who came back.
fn returned(metrics: &[Metric]) -> Option<f64> {
    let sum = |end: &str| -> f64 {
        let of = |metric: &&Metric| {
            metric.name.strip_prefix("recovery.").is_some_and(|rest| rest.ends_with(end))
        };
        metrics.iter().filter(of).filter_map(|metric| metric.mean).sum()
    };
    let hit = sum(".hit");
    (hit > 0.0).then(|| 1.0 - sum(".never") / hit)
}

fn mean(metrics: &[Metric], name: &str) -> Option<f64> {
    metrics.iter().find(|metric| metric.name == name)?.mean
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{record::Unit, summary::figures::plain};

    /// 0.9 % that are missed are nearly all that p99 leaves above it.
    #[test]
    fn a_quantile_tells_of_what_is_missed_beside_it() {
        let metric = |(name, value): (&str, f64)| {
            Metric::from_values(name, &["phones"], Unit::Count, vec![value])
        };
        let run = |missed: f64| -> Vec<Metric> {
            let all = [
                ("deliveries.intended", 100_000.0),
                ("deliveries.live", 99_990.0 - missed),
                ("deliveries.missed", missed),
                ("during(drop).deliveries.intended", 10_000.0),
                ("during(drop).deliveries.live", 10_000.0 - missed),
                ("during(drop).deliveries.missed", missed),
            ];
            all.into_iter().map(metric).collect()
        };
        let said = |name, missed| only(name, &run(missed)).map(|it| plain(&it));
        let some = Some("of the 99.1 % that arrived".to_owned());
        assert_eq!(said("delivery_lag.p99", 900.0), some);
        assert_eq!(said("delivery_lag.p95", 900.0), some);
        assert_eq!(said("phones.delivery_lag.p99", 900.0), some);
        assert_eq!(said("delivery_lag.p50", 900.0), None);
        let during = said("during(drop).delivery_lag.p50", 900.0);
        assert_eq!(during.as_deref(), Some("of the 91.0 % that arrived"));
        assert_eq!(said("delivery_lag.p99", 90.0), None);
        let rare = said("delivery_lag.p999", 90.0);
        assert_eq!(rare.as_deref(), Some("of the 99.9 % that arrived"));
        assert_eq!(said("delivery_lag.max", 9.0), None);
        // So few leave numbers that can be compared.
        assert_eq!(hollow("delivery_lag.p99", &run(900.0)), None);
        assert!(hollow("delivery_lag.p99", &run(9_000.0)).is_some());
    }

    #[test]
    fn who_is_left_is_said_where_many_are_gone() {
        let metric = |(name, value): (&str, f64)| {
            Metric::from_values(name, &["side"], Unit::Share, vec![value])
        };
        let run = |live: f64, online: f64, never: f64| -> Vec<Metric> {
            let all = [
                ("deliveries.intended", 100.0),
                ("deliveries.live", live),
                ("clients.availability", online),
                ("recovery.drop.hit", 1_000.0),
                ("recovery.drop.never", 1_000.0 * never),
            ];
            all.into_iter().map(metric).collect()
        };
        let said = |name, metrics: &[Metric]| only(name, metrics).map(|it| plain(&it));
        let hollow = run(41.0, 0.321, 0.943);
        for (name, words) in [
            ("delivery_lag.p99", "of the 41.0 % that arrived"),
            ("during(drop).delivery_lag.max", "of the 41.0 % that arrived"),
            ("reconnect.p50", "of the 5.70 % that come back"),
            ("side.cpu.peak", "with 32.1 % of user time online"),
            ("cost.total", "with 32.1 % of user time online"),
        ] {
            assert_eq!(said(name, &hollow).as_deref(), Some(words), "{name}");
        }
        assert_eq!(said("deliveries.missed", &hollow), None);
        // Over all faults: 943 of 4,000 are not back.
        let mut several = hollow.clone();
        several.extend([("recovery.zone.hit", 3_000.0), ("recovery.zone.never", 0.0)].map(metric));
        let back = said("reconnect.p50", &several);
        assert_eq!(back.as_deref(), Some("of the 76.4 % that come back"));
        let none = said("reconnect.p50", &run(41.0, 0.321, 1.0));
        assert_eq!(none.as_deref(), Some("nobody hit comes back"));
        let mut stuck = run(1.87, 0.999, 0.0);
        stuck.push(metric(("deliveries.pending", 98.1)));
        for (name, words, short) in [
            ("deliveries.missed", "98.1 % pending", Some("98.1 % pending")),
            ("lost.wire", "98.1 % pending", Some("98.1 % pending")),
            ("cost.total", "with 1.87 % of deliveries arrived", Some("1.87 % arrived")),
            ("delivery_lag.p99", "of the 1.87 % that arrived", None),
        ] {
            assert_eq!(said(name, &stuck).as_deref(), Some(words), "{name}");
            let short = short.map(str::to_owned);
            assert_eq!(behind(name, &stuck).map(|it| plain(&it)), short, "{name}");
        }
        assert_eq!(said("side.cpu.peak", &stuck), None);
        let online = behind("cost.total", &hollow).map(|it| plain(&it));
        assert_eq!(online.as_deref(), Some("32.1 % online"));
        let mut done = run(99.5, 0.999, 0.0);
        done.push(metric(("deliveries.pending", 0.5)));
        assert_eq!(said("deliveries.missed", &done), None);
        assert_eq!(said("cost.total", &done), None);
        let whole = run(99.5, 0.95, 0.0);
        for name in ["delivery_lag.p99", "reconnect.p50", "side.cpu.peak", "cost.total"] {
            assert_eq!(said(name, &whole), None, "{name}");
        }
    }
}
