//! What the points of a sweep cost, by item.
use super::{
    bars::{self, Bars, Part, chosen, names, sum},
    differs,
};
use crate::{
    report::{
        chart::{Chart, axis, stacked},
        theme,
    },
    summary::{
        figures, survivors,
        sweep::{Point, Sweep},
    },
};

/// What is told of the bill beside its items.
const SUMS: [&str; 3] = ["cost.total", "cost.per_1k_connections", "cost.per_million_deliveries"];

/// Bills within so much of each other are the same.
const SAME: f64 = 1.01;

/// A bar for each point; none where all cost the same, or nothing is known.
pub(super) fn by_item(sweep: &Sweep) -> Option<Chart> {
    let items = items(sweep);
    let apart = sweep.extremes("cost.total").is_some_and(|[least, most]| most.2 > SAME * least.2);
    if items.is_empty() || sweep.points.len() < 2 || !apart || !differs(sweep, "cost.total") {
        return None;
    }
    let text = |point: &Point, total: f64| {
        let total = figures::count(total.round());
        let each = point.mean("cost.per_1k_connections");
        let each = each.map_or_else(String::new, |each| format!(" · ${} per 1k", each_of(each)));
        format!("${total}{each}{}", bars::behind(point, "cost.total"))
    };
    let bars = Bars::of(sweep, &items, text);
    let axis = bars.axis(axis::usd).named("USD a month");
    let subtitle = format!(
        "What a month costs by item against {}, USD, and per 1k connections{}. Linear axis.",
        names(sweep, |axis| sweep.axes[axis].path.clone()),
        chosen(bars.rows.len(), sweep.points.len()),
    );
    let called: Vec<String> = items.iter().map(|item| item.0.clone()).collect();
    let key = stacked::key(&called, "other items", theme::EQUALS);
    let headline = headline(sweep, &items)?;
    Some(bars.chart("cost-by-item", headline, subtitle, axis, key))
}

fn each_of(value: f64) -> String {
    if value >= 10.0 { figures::count(value.round()) } else { format!("{value:.2}") }
}

/// The items of all points, the dearest first.
fn items(sweep: &Sweep) -> Vec<Part> {
    let mut items: Vec<(f64, Part)> = Vec::new();
    for metric in sweep.points.iter().flat_map(|point| &point.metrics) {
        let Some(item) = metric.name.strip_prefix("cost.") else { continue };
        if item.contains('.') || SUMS.contains(&metric.name.as_str()) {
            continue;
        }
        let mean = metric.mean.unwrap_or(0.0);
        match items.iter_mut().find(|(_, known)| known.1 == metric.name) {
            Some((sum, _)) => *sum += mean,
            None => items.push((mean, (item.replace('_', " "), metric.name.clone()))),
        }
    }
    items.retain(|(sum, _)| *sum > 0.0);
    items.sort_by(|a, b| b.0.total_cmp(&a.0));
    items.into_iter().map(|(_, item)| item).collect()
}

/// The cheapest and the dearest point, and what most of the difference is.
fn headline(sweep: &Sweep, items: &[Part]) -> Option<String> {
    let by_total = |a: &&Point, b: &&Point| sum(a, items).total_cmp(&sum(b, items));
    let least = sweep.points.iter().min_by(by_total)?;
    let most = sweep.points.iter().max_by(by_total)?;
    let of = |point: &Point, metric: &str| point.mean(metric).unwrap_or(0.0);
    let more = |item: &Part| of(most, &item.1) - of(least, &item.1);
    let first = items.iter().max_by(|a, b| more(a).total_cmp(&more(b)))?;
    let at = |point: &Point| {
        let only = survivors::only("cost.total", &point.metrics);
        sweep.spoken(point) + &only.map_or_else(String::new, |only| format!(" ({only})"))
    };
    let usd = |value: f64| format!("${}", figures::count(value.round()));
    Some(format!(
        "A month costs {} at {}, {} at {}: {} of the difference is {}",
        usd(sum(least, items)),
        at(least),
        usd(sum(most, items)),
        at(most),
        figures::share((more(first) / (sum(most, items) - sum(least, items))).min(1.0)),
        first.0,
    ))
}
