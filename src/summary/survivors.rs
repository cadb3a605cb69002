//! Numbers of those who are left: a lag knows only what arrived, a time to reconnect only who came
//! back, a load only who is connected. Where that is not nearly all, a low number is no merit.
use super::{Metric, figures::share};

/// From here on it is nearly all.
const ALL: f64 = 0.99;
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
    if own.starts_with("delivery_lag.") {
        return Some(format!("of the {} that arrived", told(arrived(metrics)?, ALL)?));
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
        _ => "no data",
    }
}

/// The same at a point: who was hit and did not come back is told apart from nobody hit.
pub fn lacking(name: &str, metrics: &[Metric]) -> &'static str {
    if never_came(name, metrics) { "never within the run" } else { nobody(name) }
}

/// Whether a time has no number since those who were hit were not back when the run ended.
pub fn never_came(name: &str, metrics: &[Metric]) -> bool {
    let Some((fault, end)) = name.rsplit_once('.') else { return false };
    let is = fault.starts_with("recovery.") && ["t50", "t99", "all"].contains(&end);
    is && mean(metrics, &format!("{fault}.hit")).is_some_and(|hit| hit > 0.0)
}

/// The share of the deliveries that reached their recipients by the end of the run.
pub fn arrived(metrics: &[Metric]) -> Option<f64> {
    let intended = mean(metrics, "deliveries.intended").filter(|&count| count > 0.0)?;
    let live = mean(metrics, "deliveries.live")?;
    let later = ["replayed", "pulled"].map(|end| mean(metrics, &format!("deliveries.{end}")));
    Some((live + later.into_iter().flatten().sum::<f64>()) / intended)
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
