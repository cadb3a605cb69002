//! What is the same at every point: a line of text, not a chart.
use super::{METRICS, differs, is_calm, objectives};
use crate::summary::{
    figures::{self, figure},
    sweep::Sweep,
    words,
};

/// A metric, and what it is everywhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Same {
    /// Its name.
    pub metric: String,
    /// What it is called, and its value.
    pub text: String,
}

/// The metrics of objectives, and those that always matter, that are the same everywhere; of the
/// latter, nothing is worth a word only where it is what is missed.
pub fn same(sweep: &Sweep) -> Vec<Same> {
    let own = objectives(sweep);
    let others = METRICS.iter().map(|name| (*name).to_owned());
    let others = others.filter(|name| !own.contains(name));
    let others = others.filter(|it| sweep.is_worth(it) || it == "deliveries.missed");
    let all: Vec<String> = own.iter().cloned().chain(others).collect();
    let told = |name: String| {
        let first = sweep.points.first()?.metric(&name)?;
        let everywhere = sweep.points.iter().all(|point| point.mean(&name).is_some());
        let flat = everywhere && sweep.knows(&name) && !differs(sweep, &name);
        let text = || {
            let value = figure(first.unit, first.mean?).replace("/month", "");
            Some(figures::plain(&format!("{} {value}", words::metric(&name))))
        };
        flat.then(text)?.map(|text| Same { metric: name.clone(), text })
    };
    if sweep.points.len() < 2 { Vec::new() } else { all.into_iter().filter_map(told).collect() }
}

/// What is nowhere worth a look: the least headroom and availability, the highest peak.
fn calm(sweep: &Sweep) -> Vec<String> {
    let names = METRICS.iter().filter(|name| differs(sweep, name) && is_calm(sweep, name));
    let told = |name: &&str| {
        let [(_, metric, least), (.., most)] = sweep.extremes(name)?;
        let (word, value) =
            if name.ends_with(".cpu.peak") { ("at most", most) } else { ("at least", least) };
        let value = figure(metric.unit, value);
        Some(figures::plain(&format!("{} {word} {value}", words::metric(name))))
    };
    names.filter_map(told).collect()
}

/// What has no chart, in sentences; none where everything has one.
pub fn sentence(sweep: &Sweep) -> Option<String> {
    let same: Vec<String> = same(sweep).into_iter().map(|it| it.text).collect();
    let all = [("The same at every point", same), ("At every point", calm(sweep))];
    let told = all.iter().filter(|(_, told)| !told.is_empty());
    let told: Vec<String> =
        told.map(|(where_, told)| format!("{where_}: {}.", told.join("; "))).collect();
    (!told.is_empty()).then(|| told.join(" "))
}
