//! The memory of a pool's instances against its limit: connections over time, by what each weighs.
use super::{
    Axis, Body, Chart, Limit, Lines, Panel, Shown, axis, bins, connections, evidence, is_idle,
    line, own_peak, shades,
};
use crate::{
    engine::number,
    record::Unit,
    report::theme,
    summary::{Summary, figures, series::Curve},
    units::{Bytes, Quantity},
};
use figures::{figure, share};

/// A pool that never uses more of its limit has nothing to say.
const LITTLE: f64 = 0.25;

struct Pool<'a> {
    node: &'a str,
    limit: f64,
    fullest: Curve,
    mean: Curve,
    peak: (usize, f64),
}

/// The chart; none where memory is no matter.
pub(super) fn chart(summary: &Summary) -> Option<Chart> {
    let nodes = summary.nodes_with("connections").into_iter();
    let mut pools: Vec<Pool> = nodes.filter_map(|node| Pool::of(summary, node)).collect();
    pools.sort_by(|a, b| b.used().total_cmp(&a.used()));
    let first = pools.first()?;
    let height = [theme::SINGLE, theme::STACKED, theme::SMALL][pools.len().min(3) - 1];
    let (used, at) = (first.used(), first.fullest.when(first.peak.0));
    let (each, limit) = (figure(Unit::Bytes, first.peak.1), figure(Unit::Bytes, first.limit));
    Some(Chart {
        name: "memory".to_owned(),
        headline: format!(
            "The fullest instance of {} holds {each} {at}, {} of its {limit}",
            first.node,
            share(used),
        ),
        subtitle: format!(
            "Memory of connections and handshakes of the fullest instance, and mean of all, {}.",
            bins(&first.fullest),
        ),
        note: evidence(summary, Shown::Mean)
            + &own_peak(summary, &format!("{}.memory.peak_per_instance", first.node), first.peak.1),
        x: Axis::time(summary.horizon.seconds()),
        shades: shades(summary),
        panels: pools.iter().map(|pool| pool.panel(height)).collect(),
    })
}

impl<'s> Pool<'s> {
    fn of(summary: &'s Summary, node: &'s str) -> Option<Self> {
        let parameters = &summary.input["nodes"].get(node)?["gateway"]["memory"];
        let limit = number::float(Bytes::read(parameters["limit"].as_str()?).ok()?.0);
        let most = |name: &str| summary.mean(&format!("{node}.{name}"));
        let all = |quantity: &str| connections::fullest_and_mean(summary, node, quantity);
        let (fullest, mean) = match all("memory") {
            // It was read as such, with what is held back for slow consumers.
            Some(both) => both,
            None => {
                let held = most("connections_per_instance.max").filter(|&held| held > 0.0)?;
                let each = most("memory.peak_per_instance")? / held;
                let (fullest, mean) = all("connections")?;
                let weighed = |held| held * each;
                (fullest.map(weighed), mean.map(weighed))
            }
        };
        let peak = fullest.peak()?;
        let told = limit > 0.0 && peak.1 > LITTLE * limit && !is_idle(summary, &fullest, "memory");
        told.then_some(Self { node, limit, fullest, mean, peak })
    }

    fn used(&self) -> f64 {
        self.peak.1 / self.limit
    }

    fn panel(&self, height: f64) -> Panel {
        let y = Axis::linear(self.peak.1.max(self.limit), axis::bytes).of(Unit::Bytes);
        let lines = vec![
            line("mean", theme::GREY, &self.mean),
            line("fullest", theme::BLUE.wide(1.75), &self.fullest),
        ];
        let limits =
            vec![Limit::new(self.limit, format!("limit {}", figure(Unit::Bytes, self.limit)))];
        let body = Body::Lines(Lines { y, lines, limits, ..Lines::default() });
        Panel::new(format!("memory of an instance of {}", self.node), height, body)
    }
}
