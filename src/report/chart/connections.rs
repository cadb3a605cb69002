//! Connections of every instance of a pool: lines for a few, a strip for tens, bands beyond.
use super::{
    Axis, Band, Body, Chart, Line, Lines, Panel, Row, Shown, Strip, bins, evidence, line, own_peak,
    shades, thin,
};
use crate::{
    engine::number,
    report::theme,
    summary::{Summary, figures, series::Curve, shares::Fullest},
};
use figures::{compact, count};

/// So many instances get a line of their own.
const LINES: usize = 5;
/// So many get a row of a strip.
const ROWS: usize = 60;
/// From so many times an even share on shares are uneven.
const UNEVEN: f64 = 1.1;
/// Columns of a strip.
const COLUMNS: usize = 240;

/// The instances of a pool over time.
struct Pool<'a> {
    node: &'a str,
    instances: Vec<(&'a str, Curve)>,
    fullest: Option<Fullest<'a>>,
}

/// One chart for each pool of instances.
pub(super) fn charts(summary: &Summary) -> Vec<Chart> {
    let nodes = summary.nodes_with("connections");
    // Without a node: the system's total.
    let pools = nodes.into_iter().filter(|node| !node.is_empty());
    let pools: Vec<Pool> = pools.filter_map(|node| Pool::of(summary, node)).collect();
    let name = |pool: &Pool| match pools.len() {
        1 => "connections".to_owned(),
        _ => format!("connections-{}", pool.node),
    };
    pools.iter().map(|pool| chart(summary, pool, name(pool))).collect()
}

fn chart(summary: &Summary, pool: &Pool, name: String) -> Chart {
    let horizon = summary.horizon.seconds();
    let n = pool.instances.len();
    let first = &pool.instances[0].1;
    let (what, body, height, note) = if n <= LINES {
        ("connections of each instance", pool.lines(), theme::SINGLE, "")
    } else if n <= ROWS {
        let strip = Body::Strip(pool.strip(horizon));
        let pitch = if n <= 30 { 14.0 } else { 12.0 };
        let height = pitch * number::float(number::count(n));
        ("connections", strip, height, " Where nothing is drawn there is no connection.")
    } else {
        let note = " Bands: from the emptiest to the fullest instance, and 10 to 90 % of them.";
        ("connections of an instance", pool.quantiles(), theme::SINGLE, note)
    };
    let subtitle = if n <= LINES || n > ROWS {
        format!("Connections per instance of {} over time, {}.", pool.node, bins(first))
    } else {
        format!(
            "Connections per instance of {} (row) over time; a stronger shade is more.",
            pool.node
        )
    };
    Chart {
        name,
        headline: pool.headline(),
        subtitle,
        note: evidence(summary, Shown::Mean) + &pool.own_peak(summary) + note,
        x: Axis::time(horizon),
        shades: shades(summary),
        panels: vec![Panel::new(what, height, body)],
    }
}

impl<'a> Pool<'a> {
    /// The pool of a node; none when it has no instances, or when nothing moves.
    fn of(summary: &'a Summary, node: &'a str) -> Option<Self> {
        let mut instances = summary.levels(node, "connections");
        instances.retain(|&(name, _)| name != "total");
        let pool = Self { node, instances, fullest: summary.fullest(node) };
        let moves = pool.instances.iter().any(|(_, curve)| {
            let (least, most) = ends(curve);
            most - least > 0.02 * most.max(1.0)
        });
        moves.then_some(pool)
    }

    /// What the fullest holds at its peak.
    fn most(&self) -> f64 {
        self.fullest.as_ref().map_or(1.0, |it| it.peak)
    }

    /// What the fullest instance has in each run, where that is not the peak of the mean.
    fn own_peak(&self, summary: &Summary) -> String {
        let metric = format!("{}.connections_per_instance.max", self.node);
        self.fullest.as_ref().map_or_else(String::new, |it| own_peak(summary, &metric, it.peak))
    }

    fn headline(&self) -> String {
        let Some(it) = &self.fullest else {
            return format!("Connections of {} over time", self.node);
        };
        if it.times() > UNEVEN {
            return format!("{} peaks at {}, {}", it.name, it.holds(), it.beside("×"));
        }
        match it.some() {
            Some(some) if it.alone() => {
                format!("{some} serves at the peak: {} holds {}", it.name, it.holds())
            }
            Some(some) => {
                format!(
                    "{some} serve at the peak and share evenly: {} holds {}",
                    it.name,
                    it.holds()
                )
            }
            // Of one there is nothing to tell apart.
            None if it.of < 2.0 => format!("{} holds at most {}", self.node, it.holds()),
            None => format!(
                "No instance of {} holds more than {}: {} at its peak",
                self.node,
                it.holds(),
                it.name
            ),
        }
    }

    /// What each instance that serves holds, if all hold as many.
    fn even(&self) -> f64 {
        self.fullest.as_ref().map_or(0.0, |it| it.even)
    }

    fn lines(&self) -> Body {
        let most = self.most();
        let pens = theme::EQUALS.iter().copied().cycle();
        let lines: Vec<Line> = self
            .instances
            .iter()
            .zip(pens)
            .map(|((name, curve), pen)| line(*name, pen.wide(1.75), curve))
            .collect();
        Body::Lines(Lines { y: Axis::linear(most, figures::tick), lines, ..Lines::default() })
    }

    fn strip(&self, horizon: f64) -> Strip {
        let row = |(name, curve): &(&str, Curve)| Row {
            name: (*name).to_owned(),
            values: thin::columns(curve, COLUMNS),
            marks: [first(curve), curve.peak().map_or(0.0, |(_, peak)| peak), last(curve)],
        };
        let most = self.most();
        let top = darkest(most, self.even());
        Strip { rows: self.instances.iter().map(row).collect(), top, end: horizon }
    }

    fn quantiles(&self) -> Body {
        let bins = self.instances.iter().map(|(_, curve)| curve.mean.len()).max().unwrap_or(0);
        let step = self.instances[0].1.step;
        let column = |bin: usize| -> Vec<f64> {
            let at = |(_, curve): &(&str, Curve)| curve.mean.get(bin).copied().flatten();
            let mut values: Vec<f64> = self.instances.iter().filter_map(at).collect();
            values.sort_by(f64::total_cmp);
            values
        };
        let columns: Vec<Vec<f64>> = (0..bins).map(column).collect();
        let rank = |share: f64| -> Vec<Option<f64>> {
            let of = |values: &Vec<f64>| {
                let last = values.len().checked_sub(1)?;
                let place = number::whole(share * number::float(number::count(last)));
                values.get(number::place(place)).copied()
            };
            columns.iter().map(of).collect()
        };
        let area = |low: f64, high: f64| {
            let pairs = rank(low).into_iter().zip(rank(high));
            let band = pairs.map(|(low, high)| low.zip(high)).collect();
            let curve = Curve { step, mean: Vec::new(), band };
            Band { pen: theme::BLUE, points: thin::band(&curve) }
        };
        let edge = |label: &str, pen: theme::Pen, share: f64| {
            line(label, pen, &Curve { step, mean: rank(share), band: Vec::new() })
        };
        let most = self.most();
        Body::Lines(Lines {
            y: Axis::linear(most, figures::tick),
            bands: vec![area(0.0, 1.0), area(0.1, 0.9)],
            lines: vec![
                edge("emptiest", theme::GREY.wide(0.75), 0.0),
                edge("fullest", theme::GREY.wide(0.75), 1.0),
                edge("median", theme::BLUE, 0.5),
            ],
            ..Lines::default()
        })
    }
}

/// The fullest instance of a pool and the mean of all, at each tick.
pub(in crate::report) fn fullest_and_mean(
    summary: &Summary,
    node: &str,
    quantity: &str,
) -> Option<(Curve, Curve)> {
    let mut instances = summary.levels(node, quantity);
    instances.retain(|&(name, _)| name != "total");
    let all = number::float(number::count(instances.len().max(1)));
    let (step, bins) = (instances.first()?.1.step, instances.first()?.1.mean.len());
    let over = |fold: &dyn Fn(&mut dyn Iterator<Item = f64>) -> f64| {
        let at = |bin: usize| {
            let mut values =
                instances.iter().filter_map(|(_, curve)| curve.mean.get(bin).copied().flatten());
            Some(fold(&mut values))
        };
        Curve { step, mean: (0..bins).map(at).collect(), band: Vec::new() }
    };
    let fullest = over(&|values| values.fold(0.0, f64::max));
    let mean = over(&|values| values.sum::<f64>() / all);
    Some((fullest, mean))
}

/// A round value for the darkest of ten shades, such that the usual value lies well inside its
/// shade: a cell that flickers between two is a lie.
fn darkest(most: f64, usual: f64) -> f64 {
    let decade = libm::pow(10.0, libm::floor(libm::log10(most.max(1.0))) - 1.0);
    let first = number::whole((most / decade).ceil());
    let inside = |top: f64| {
        let place = (usual / top * 10.0).fract();
        (0.25..=0.75).contains(&place)
    };
    let tops = (first..first + 6).map(|k| number::float(k) * decade);
    let found = tops.clone().find(|&top| inside(top));
    found.or_else(|| tops.clone().next()).unwrap_or(most)
}

fn ends(curve: &Curve) -> (f64, f64) {
    let values = curve.values().map(|(_, value)| value);
    values.fold((f64::INFINITY, 0.0), |(least, most), value| (least.min(value), most.max(value)))
}

fn first(curve: &Curve) -> f64 {
    curve.values().next().map_or(0.0, |(_, value)| value)
}

fn last(curve: &Curve) -> f64 {
    curve.values().last().map_or(0.0, |(_, value)| value)
}

/// A number beside a strip.
pub(crate) fn mark(value: f64) -> String {
    if value < 10_000.0 { count(value.round()) } else { compact(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_value_lies_inside_its_shade() {
        for (most, usual) in [(101_000.0, 50_000.0), (12_310.0, 6_250.0), (40.0, 25.0)] {
            let top = darkest(most, usual);
            assert!(top >= most && top <= most * 1.7, "{top}");
            assert!((0.25..=0.75).contains(&(usual / top * 10.0).fract()), "{top}");
        }
    }
}
