//! A bar for each point of a sweep, in parts that are metrics: what is missed by cause, what is
//! paid for by item.
use super::{
    axes::{limits, linear},
    headline, note, stem,
};
use crate::{
    engine::number,
    report::{
        chart::{self, Axis, Bar, Body, Chart, Panel, stacked},
        theme::{self, Pen},
    },
    summary::{
        figures::figure,
        survivors,
        sweep::{Point, Sweep},
        words,
    },
};

/// Not more points have a bar.
pub(super) const BARS: usize = 16;
/// From bar to bar.
const PITCH: f64 = 30.0;

/// A part: what it is called, and its metric.
pub(super) type Part = (String, String);

/// The bars of a sweep.
pub(super) struct Bars<'s> {
    sweep: &'s Sweep,
    pub(super) rows: Vec<Bar>,
    /// Points without a bar, since theirs would be nothing.
    pub(super) none: usize,
}

impl<'s> Bars<'s> {
    /// A bar for each point that has something, or for some evenly chosen, with the least and the
    /// most; `text` is what stands behind one.
    pub(super) fn of(
        sweep: &'s Sweep,
        parts: &[Part],
        text: impl Fn(&Point, f64) -> String,
    ) -> Self {
        let some = |place: &usize| sum(&sweep.points[*place], parts) > 0.0;
        let some: Vec<usize> = (0..sweep.points.len()).filter(some).collect();
        let of = |place: &usize| sum(&sweep.points[some[*place]], parts);
        let by = |a: &usize, b: &usize| of(a).total_cmp(&of(b));
        let ends = [(0..some.len()).min_by(by), (0..some.len()).max_by(by)];
        let ends: Vec<usize> = ends.into_iter().flatten().collect();
        let shown = evenly_with(some.len(), BARS, &ends).into_iter().map(|place| some[place]);
        let row = |place: usize| {
            let point = &sweep.points[place];
            let all = sum(point, parts);
            let means: Vec<f64> = means(point, parts).collect();
            Bar {
                text: text(point, all),
                parts: stacked::parts(&means),
                ..Bar::new(&called(sweep, point), "", (0.0, all))
            }
        };
        Self { sweep, rows: shown.map(row).collect(), none: sweep.points.len() - some.len() }
    }

    /// From nothing to the longest bar.
    pub(super) fn axis(&self, label: impl Fn(f64) -> String) -> Axis {
        let longest = self.rows.iter().map(|row| row.to).fold(1.0, f64::max);
        ending(Axis::linear(longest, label), longest)
    }

    pub(super) fn chart(
        self,
        name: &str,
        headline: String,
        subtitle: String,
        axis: Axis,
        key: Vec<(String, Pen)>,
    ) -> Chart {
        let height = PITCH * number::float(number::count(self.rows.len()));
        let panel = Panel::new(
            names(self.sweep, |axis| self.sweep.axes[axis].name.clone()),
            height,
            Body::Bars(chart::Bars { axis, rows: self.rows, key, ..chart::Bars::default() }),
        );
        Chart {
            name: name.to_owned(),
            headline,
            subtitle,
            note: note(self.sweep, false).replace("Each point", "Each bar"),
            x: Axis::default(),
            shades: Vec::new(),
            panels: vec![panel],
        }
    }
}

/// The same axis up to a value that need not be round.
fn ending(axis: Axis, high: f64) -> Axis {
    let ticks = axis.ticks.iter().filter(|tick| tick.0 <= high).cloned().collect();
    Axis { high, ticks, ..axis }
}

/// A bar for each point, where its axis has no scale.
pub(super) fn metric(sweep: &Sweep, name: &str) -> Option<Chart> {
    let [(_, least, low), _] = sweep.extremes(name)?;
    if sweep.points.len() > BARS
        || low < 0.0
        || sweep.points.iter().any(|it| it.mean(name).is_none())
    {
        return None;
    }
    let unit = least.unit;
    let part = [(String::new(), name.to_owned())];
    let text = |point: &Point, value: f64| {
        figure(unit, value).replace("/month", "") + &behind(point, name)
    };
    let mut bars = Bars::of(sweep, &part, text);
    for row in &mut bars.rows {
        row.parts.clear();
        row.pen = theme::BLUE;
    }
    let limits = limits(sweep, name, unit);
    let most = bars.rows.iter().map(|row| row.to).chain(limits.iter().map(|it| it.value));
    let most = most.fold(0.0, f64::max);
    let axis = ending(linear(unit, most), most).named(&words::metric(name));
    let subtitle =
        format!("{name} against {}.", names(sweep, |axis| sweep.axes[axis].path.clone()));
    let mut chart = bars.chart(
        &format!("sweep-{}", stem(name)),
        headline(sweep, name)?,
        subtitle,
        axis,
        Vec::new(),
    );
    if let Body::Bars(body) = &mut chart.panels[0].body {
        body.limit = limits.into_iter().next().map(|limit| (limit.value, limit.label));
    }
    Some(chart)
}

/// Behind a bar's number, whose number it is.
pub(super) fn behind(point: &Point, name: &str) -> String {
    let only = survivors::behind(name, &point.metrics);
    only.map_or_else(String::new, |only| format!(" · {only}"))
}

fn means<'p>(point: &'p Point, parts: &'p [Part]) -> impl Iterator<Item = f64> + 'p {
    parts.iter().map(|(_, metric)| point.mean(metric).unwrap_or(0.0))
}

/// All parts of a point together.
pub(super) fn sum(point: &Point, parts: &[Part]) -> f64 {
    means(point, parts).sum()
}

/// So many places of `all`, evenly apart, with both ends.
pub(super) fn evenly(all: usize, most: usize) -> Vec<usize> {
    if all <= most {
        return (0..all).collect();
    }
    let last = most - 1;
    (0..most).map(|place| (place * (all - 1) + last / 2) / last).collect()
}

/// The same, with some that are to be among them: each takes the place of the nearest.
pub(super) fn evenly_with(all: usize, most: usize, with: &[usize]) -> Vec<usize> {
    let mut chosen = evenly(all, most);
    for place in with {
        let others = chosen.iter_mut().filter(|it| *it == place || !with.contains(it));
        if let Some(nearest) = others.min_by_key(|it| it.abs_diff(*place)) {
            *nearest = *place;
        }
    }
    chosen.sort_unstable();
    chosen
}

/// What a point is called on a chart: its values, without their axes.
pub(super) fn called(sweep: &Sweep, point: &Point) -> String {
    let values = sweep.varied().map(|it| words::value(&sweep.axes[it], &point.values[it]));
    values.collect::<Vec<_>>().join(" · ")
}

pub(super) fn names(sweep: &Sweep, name: impl Fn(usize) -> String) -> String {
    sweep.varied().map(name).collect::<Vec<_>>().join(" · ")
}

pub(super) fn chosen(shown: usize, all: usize) -> String {
    let all = if shown < all { all } else { return String::new() };
    format!("; {shown} of {all} points, evenly chosen, with those that are named above")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_lies_evenly() {
        assert_eq!(evenly(4, 6), [0, 1, 2, 3]);
        assert_eq!(evenly(14, 6), [0, 3, 5, 8, 10, 13]);
        assert_eq!(evenly(100, 6), [0, 20, 40, 59, 79, 99]);
        assert_eq!(evenly_with(100, 6, &[21, 22]), [0, 21, 22, 59, 79, 99]);
        assert_eq!(evenly_with(100, 6, &[40, 98]), [0, 20, 40, 59, 79, 98]);
        assert_eq!(evenly_with(4, 6, &[2, 2]), [0, 1, 2, 3]);
    }
}
