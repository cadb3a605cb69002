//! The lag against the load, where the load moves within a run: deliveries by how much was sent
//! when they arrived. Counts are added before a percentile is taken.
use super::{Axis, Body, Chart, Line, Lines, Panel, Shown, evidence, lag};
use crate::{
    engine::{Span, number},
    record::Unit,
    report::theme::{self, Pen},
    summary::{
        LagCell, Summary,
        figures::{self, duration},
        survivors,
    },
};

/// A load that moves by less says nothing: the share of its largest class in its smallest.
const MOVES: f64 = 1.5;
/// So many classes of load.
const CLASSES: usize = 12;
/// A class with fewer deliveries has no percentile.
const ENOUGH: u64 = 1_000;
const PERCENTILES: [(&str, f64, Pen); 3] =
    [("p50", 0.5, theme::GREY), ("p95", 0.95, theme::SKY), ("p99", 0.99, theme::BLUE)];

/// Deliveries that arrived under about one load.
#[derive(Default)]
struct Class {
    /// Sends a second, times deliveries.
    load: f64,
    count: u64,
    /// How many had a lag between which ends, in seconds.
    lags: Vec<([f64; 2], u64)>,
}

/// Lags that are apart by less are the same: as wide as the stretches that they are counted in.
const STEP: f64 = 1.2;

/// The chart; none where the load stays what it is, or the lag does.
pub(super) fn chart(summary: &Summary) -> Option<Chart> {
    let sent = summary.rate("", "sent", "total")?;
    let width = summary.lag_bin.seconds();
    let load = |cell: &LagCell| {
        let start = cell.at.seconds();
        let within: Vec<f64> = sent.within(start, start + width).map(|(_, rate)| rate).collect();
        let sum: f64 = within.iter().sum();
        (!within.is_empty()).then(|| sum / number::float(number::count(within.len())))
    };
    let cells = summary.lag_cells.chunk_by(|a, b| a.at == b.at);
    let bins: Vec<(f64, &[LagCell])> =
        cells.filter_map(|cells| Some((load(cells.first()?)?, cells))).collect();
    let classes = classes(&bins)?;
    // Of several runs only the mean of their longest is known.
    let longest = summary.mean("delivery_lag.max").filter(|_| summary.replications == 1);
    let longest = longest.unwrap_or(f64::INFINITY);
    let points = |share: f64| -> Vec<(f64, f64)> {
        classes.iter().map(|class| (class.mean(), class.quantile(share).min(longest))).collect()
    };
    let stays = |share: f64| {
        let of = || points(share).into_iter().map(|point| point.1);
        of().fold(0.0, f64::max) < STEP * of().fold(f64::INFINITY, f64::min)
    };
    if PERCENTILES.iter().all(|&(_, share, _)| stays(share)) {
        return None;
    }
    let lines: Vec<Line> = PERCENTILES
        .iter()
        .map(|&(label, share, pen)| Line::through(label, pen, vec![points(share)]))
        .collect();
    let limits = lag::limits(summary);
    let all = || lines.iter().flat_map(|line| line.pieces.iter().flatten()).map(|point| point.1);
    let ends = |it: (f64, f64), value: f64| (it.0.min(value), it.1.max(value));
    let told = all().chain(limits.iter().map(|limit| limit.value));
    let (least, most) = told.fold((f64::INFINITY, 0.0), ends);
    let (first, last) = (classes.first()?, classes.last()?);
    let x = Axis { low: first.mean(), ..Axis::linear(last.mean(), figures::tick) };
    let ticks = x.ticks.iter().filter(|tick| tick.0 >= x.low && tick.0 <= x.high).cloned();
    let x = Axis { ticks: ticks.collect(), ..x }.of(Unit::PerSecond).named("messages sent, /s");
    let y = Axis::lags(least, most);
    let headline = format!(
        "p99 of the delivery lag is {} at {}/s and {} at {}/s",
        duration(first.quantile(0.99).min(longest)),
        figures::count(first.mean().round()),
        duration(last.quantile(0.99).min(longest)),
        figures::count(last.mean().round()),
    );
    Some(Chart {
        name: "lag-against-load".to_owned(),
        headline: survivors::with(headline, "delivery_lag.p99", &summary.metrics),
        subtitle: format!(
            "Delivery lag percentiles against the messages sent per second while they arrived, in \
             {} classes, log scale.",
            classes.len(),
        ),
        note: evidence(summary, Shown::Together) + " Between four steps an octave.",
        x,
        shades: Vec::new(),
        panels: vec![Panel::new(
            "delivery lag",
            theme::SINGLE,
            Body::Lines(Lines { y, lines, limits, ..Lines::default() }),
        )],
    })
}

/// Equal steps of the load; those with too few deliveries are left out. None where all is one.
fn classes(bins: &[(f64, &[LagCell])]) -> Option<Vec<Class>> {
    let loads = || bins.iter().map(|bin| bin.0);
    let (least, most) = (loads().fold(f64::INFINITY, f64::min), loads().fold(0.0, f64::max));
    let step = (most - least) / number::float(number::count(CLASSES));
    if !(least.is_finite() && step > 0.0) {
        return None;
    }
    let mut classes: Vec<Class> = (0..CLASSES).map(|_| Class::default()).collect();
    for (load, cells) in bins {
        let place = number::place(number::floor((load - least) / step)).min(CLASSES - 1);
        let class = &mut classes[place];
        for cell in *cells {
            class.load += load * number::float(cell.count);
            class.count += cell.count;
            class.lags.push(([cell.low, cell.high].map(Span::seconds), cell.count));
        }
    }
    classes.retain(|class| class.count >= ENOUGH);
    classes.iter_mut().for_each(Class::sort);
    let moves = classes.last()?.mean() > MOVES * classes.first()?.mean();
    (moves && classes.len() > 2).then_some(classes)
}

impl Class {
    /// Brings its lags into order, each stretch once.
    fn sort(&mut self) {
        self.lags.sort_by(|a, b| a.0[1].total_cmp(&b.0[1]));
        self.lags.dedup_by(|next, kept| {
            let same = next.0[1] <= kept.0[1];
            kept.1 += if same { next.1 } else { 0 };
            same
        });
    }

    fn mean(&self) -> f64 {
        self.load / number::float(self.count.max(1))
    }

    /// By the nearest rank, within its stretch as if all steps of an octave were as likely.
    fn quantile(&self, share: f64) -> f64 {
        let rank = number::whole((share * number::float(self.count)).ceil()).max(1);
        let mut before = 0;
        for &([low, high], count) in &self.lags {
            if before + count >= rank {
                let part = number::float(rank - before) / number::float(count);
                return high * (low.max(1e-9) / high).powf(1.0 - part);
            }
            before += count;
        }
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Span, Time};

    fn cell(at: u64, high: u64, count: u64) -> LagCell {
        let (low, high) = (Span::from_millis(high / 2), Span::from_millis(high));
        LagCell { at: Time::ZERO + Span::from_secs(at), low, high, count }
    }

    #[test]
    fn counts_are_added_before_a_percentile_is_taken() {
        let calm = [cell(0, 10, 1_900), cell(0, 100, 100)];
        let busy = [cell(1, 100, 1_000), cell(1, 1_000, 1_000)];
        let full = [cell(2, 2_000, 2_000)];
        let bins = [(10.0, &calm[..]), (20.0, &busy[..]), (21.0, &calm[..]), (40.0, &full[..])];
        let found = classes(&bins).unwrap();
        let told: Vec<(f64, f64)> =
            found.iter().map(|class| (class.mean(), class.quantile(0.5))).collect();
        // The middle two fall into one of twelve steps from 10 to 40.
        let loads: Vec<f64> = told.iter().map(|it| it.0).collect();
        assert_eq!(loads, [10.0, 20.5, 40.0]);
        // 1,000 of 1,900 from 5 to 10 ms, 100 of 1,100 from 50 to 100 ms, half of those above 1 s.
        for ((_, lag), way) in
            told.iter().zip([(0.005, 10.0 / 19.0), (0.05, 1.0 / 11.0), (1.0, 0.5)])
        {
            let (low, part) = way;
            assert!((lag / (low * f64::powf(2.0, part)) - 1.0).abs() < 1e-9, "{lag}");
        }
        assert!((found[1].quantile(0.475) - 0.01).abs() < 1e-9, "1,900 of 4,000 are faster");
    }

    #[test]
    fn a_load_that_stays_has_no_classes() {
        let calm = [cell(0, 10, 2_000)];
        let bins = [(10.0, &calm[..]), (11.0, &calm[..]), (12.0, &calm[..])];
        assert!(classes(&bins).is_none() && classes(&[]).is_none());
    }
}
