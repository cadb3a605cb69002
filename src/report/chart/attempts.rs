//! Connection attempts per second against what the gateways can do, and what becomes of them.
use super::{
    Axis, Band, Body, Chart, Lines, Panel, Shown, band, bins, evidence, line, own_peak, shades,
    with_bands,
};
use crate::{
    engine::number,
    record::Unit,
    report::theme::{self, Pen},
    summary::{Stretch, Summary, chance::Busiest, figures, series::Curve, student},
};
use figures::{clock, compact, count, share};

/// Peaks so many times over the usual rate need a log axis.
const LOG: f64 = 30.0;

/// A capacity so many times the peak would flatten everything below it.
const FAR: f64 = 4.0;

/// On a log axis so many times.
const LOG_FAR: f64 = 200.0;

/// A share of failures that the headline names.
const NOTABLE: f64 = 0.001;

/// A tier that holds no more of the most connections is not reached.
const FEW: f64 = 0.01;

/// What can become of an attempt beside a connection.
const FAILURES: [(&str, &str, Pen); 3] = [
    ("abandoned", "abandoned", theme::GREEN),
    ("timed_out", "timed out", theme::PURPLE),
    ("refused", "refused", theme::VERMILION),
];

/// What the chart is about.
struct Told {
    attempted: Curve,
    busiest: Busiest,
    /// The bin of the peak, and the peak.
    peak: (usize, f64),
    /// The rate that is usual.
    usual: Option<f64>,
    /// Whether the peak is more than chance makes of it.
    stands_out: bool,
    /// What fails, as far as it is drawn.
    failures: Vec<(Pen, &'static str, Curve)>,
    /// How many fail that are too few to be drawn.
    rare: Option<f64>,
}

/// None without attempts, and where they are but chance.
fn told(summary: &Summary) -> Option<Told> {
    let attempted = tried(summary)?;
    let busiest = summary.busiest()?;
    let peak = busiest.curve.peak()?;
    let failures = failures(summary);
    let failed: f64 = failures.iter().map(|(_, _, curve)| curve.integral()).sum();
    // Few failures are a comb of single ones: a number says more.
    let few = failed > 0.0 && failed <= NOTABLE * attempted.integral();
    let failures = if few { Vec::new() } else { failures };
    let usual = usual(summary, &attempted);
    let looked = busiest.looked(summary, busiest.curve.values().count());
    let stands_out = usual.is_none_or(|usual| looked.stands_out(peak.1, usual));
    let rare = few.then_some(failed);
    let told = Told { attempted, busiest, peak, usual, stands_out, failures, rare };
    (stands_out || !told.failures.is_empty() || summary.hits_some()).then_some(told)
}

/// Whether a run has the chart.
pub(super) fn is_told(summary: &Summary) -> bool {
    told(summary).is_some()
}

/// Attempts to connect, per second; none where nobody tries.
pub(super) fn tried(summary: &Summary) -> Option<Curve> {
    summary.rate("", "attempts", "attempted").filter(|curve| curve.integral() > 0.0)
}

/// Whether the peak of a run's attempts would press what is usual to the floor of a linear axis.
pub(super) fn is_steep(summary: &Summary, attempted: &Curve) -> bool {
    attempted.peak().is_some_and(|(_, peak)| towers(peak, usual(summary, attempted)))
}

fn towers(peak: f64, over: Option<f64>) -> bool {
    over.is_some_and(|over| peak > LOG * over)
}

/// The chart; none without attempts.
pub(super) fn chart(summary: &Summary) -> Option<Chart> {
    let told = told(summary)?;
    let headline = headline(summary, &told);
    let Told { attempted, busiest, peak: (_, peak), usual, failures, rare, .. } = told;
    let accepted = summary.rate("", "attempts", "accepted");
    let mut shown = vec![(theme::BLUE.wide(1.75), "attempted", attempted.clone())];
    if let Some(accepted) = accepted {
        shown.insert(0, (theme::GREY, "accepted", accepted));
    }
    if busiest.lasts() < attempted.step {
        shown.insert(0, (theme::BLUE.wide(0.75), "busiest second", busiest.curve));
    }
    let quota = quota(summary);
    let even = |rate: f64| {
        let mean = vec![Some(rate); attempted.mean.len()];
        Curve { step: attempted.step, mean, band: Vec::new() }
    };
    let capacity = capacity(summary).or_else(|| quota.map(even));
    let called = quota.map_or_else(|| "capacity".to_owned(), quota_of);
    let most = capacity.as_ref().and_then(Curve::peak).map(|(_, most)| most);
    // What is far below the peak lies on the floor of a linear axis.
    let log = towers(peak, usual) || towers(peak, most);
    let bands = band(summary, theme::BLUE, &attempted).into_iter().collect();
    if let Some(capacity) = capacity.clone().filter(|it| !is_far(it, peak, log)) {
        shown.insert(0, (theme::CAPACITY, &called, capacity));
    }
    let mut panels = vec![panel("attempts per second", &shown, log, bands)];
    if !failures.is_empty() {
        panels.push(panel("failed attempts per second", &failures, false, Vec::new()));
    }
    let height = if panels.len() > 1 { theme::STACKED } else { theme::SINGLE };
    panels.iter_mut().for_each(|panel| panel.height = height);
    Some(Chart {
        name: "attempts".to_owned(),
        headline,
        subtitle: format!(
            "Connection attempts per second, {}{}.",
            bins(&attempted),
            match (log, panels.len()) {
                (false, _) => "",
                (true, 1) => ", log scale",
                (true, _) => ", log scale in the upper panel",
            },
        ),
        note: evidence(summary, Shown::Band)
            + &rare.map_or_else(String::new, too_few)
            + &own_peak(summary, "attempts.peak_per_second", peak)
            + &against(summary, capacity.as_ref(), quota, &attempted),
        x: Axis::time(summary.horizon.seconds()),
        shades: shades(summary),
        panels,
    })
}

/// The nodes whose handshakes have a capacity; those of a managed service are counted alone.
fn pools(summary: &Summary) -> Vec<&str> {
    let has = |node: &&str| {
        let capacity = summary.level(node, "handshakes", "capacity");
        capacity.is_some_and(|capacity| capacity.peak().is_some())
    };
    summary.nodes_with("handshakes").into_iter().filter(has).collect()
}

/// The handshakes that the instances which serve can do at any time, over all gateways that can be
/// reached: of several tiers those that hold connections, or held them last when none did. What
/// nobody gets to is no way in, however idle it is.
fn capacity(summary: &Summary) -> Option<Curve> {
    let pools = summary.nodes_with("handshakes").into_iter();
    let tiers: Vec<(Curve, Option<Curve>)> = pools
        .filter_map(|node| {
            let capacity = summary.level(node, "handshakes", "capacity")?;
            Some((capacity, summary.level(node, "connections", "total")))
        })
        .collect();
    let all: Vec<Curve> = if tiers.len() > 1 {
        reached(&tiers)
    } else {
        tiers.into_iter().map(|(capacity, _)| capacity).collect()
    };
    Curve::sum(&all).filter(|sum| sum.peak().is_some_and(|(_, most)| most > 0.0))
}

/// The quota per second of a managed service that stands alone: nothing that is done moves it.
pub(in crate::report) fn quota(summary: &Summary) -> Option<f64> {
    let mut nodes = summary.input["nodes"].as_object()?.values();
    if !pools(summary).is_empty() || nodes.all(|node| node["managed"].is_null()) {
        return None;
    }
    summary.mean("handshakes.capacity").filter(|&quota| quota > 0.0)
}

/// `quota 500/s`.
pub(super) fn quota_of(rate: f64) -> String {
    format!("quota {}/s", figures::tick(rate))
}

/// The capacity of each tier while it is reached, and none otherwise.
fn reached(tiers: &[(Curve, Option<Curve>)]) -> Vec<Curve> {
    let mut open = vec![true; tiers.len()];
    let mut all: Vec<Curve> = tiers.iter().map(|(capacity, _)| capacity.clone()).collect();
    let bins = all.iter().map(|curve| curve.mean.len()).min().unwrap_or(0);
    let held: Vec<Curve> = tiers.iter().filter_map(|tier| tier.1.clone()).collect();
    let most = Curve::sum(&held).and_then(|sum| sum.peak()).map_or(0.0, |peak| peak.1);
    for bin in 0..bins {
        let held = |(_, held): &(Curve, Option<Curve>)| {
            let held = held.as_ref().and_then(|curve| *curve.mean.get(bin)?);
            // Some stay where nobody else gets to.
            held.is_some_and(|held| held > FEW * most)
        };
        let now: Vec<bool> = tiers.iter().map(held).collect();
        if now.contains(&true) {
            open = now;
        }
        for (curve, open) in all.iter_mut().zip(&open) {
            curve.mean[bin] = curve.mean[bin].map(|rate| if *open { rate } else { 0.0 });
        }
    }
    all
}

/// Failures that are too few to be drawn.
fn too_few(failed: f64) -> String {
    format!(
        " {}, too few to draw.",
        figures::counted(failed.round(), "attempt fails", "attempts fail")
    )
}

fn is_far(capacity: &Curve, peak: f64, log: bool) -> bool {
    let far = if log { LOG_FAR } else { FAR };
    capacity.values().all(|(_, value)| value > far * peak)
}

/// What attempts are at most of the capacity of the same moment, in words: where one tier takes
/// them all, as the metric has it. Where none takes any there is nothing to hold a peak against.
fn against(
    summary: &Summary,
    capacity: Option<&Curve>,
    quota: Option<f64>,
    attempted: &Curve,
) -> String {
    let Some(capacity) = capacity else { return String::new() };
    let open = capacity.values().map(|(_, rate)| rate);
    let Some(least) = open.filter(|&rate| rate > 0.0).reduce(f64::min) else {
        return String::new();
    };
    let of = |(bin, rate): (usize, f64)| {
        let open = capacity.at(attempted.time(bin)).filter(|&open| open > 0.0);
        open.map(|open| rate / open)
    };
    let several = pools(summary).len() > 1;
    let told = summary.mean("attempts.peak_over_capacity").filter(|_| !several);
    let Some(most) = told.or_else(|| attempted.values().filter_map(of).reduce(f64::max)) else {
        return String::new();
    };
    let part = match most {
        times if times > 1.5 => format!("{} times", compact(times)),
        part => share(part) + " of",
    };
    let least = figures::figure(Unit::PerSecond, least.round());
    if quota.is_some() {
        return format!(
            " Capacity: the quota of the service, {least}; attempts come to at most {part} it."
        );
    }
    let closed = closed(capacity, attempted);
    let while_open = if closed.is_empty() { "" } else { " while any does" };
    format!(
        " Capacity: handshakes that the gateways which take connections can do when they do \
         nothing else, at least {least}{while_open}; attempts come to at most {part} what those \
         can at the same moment.{closed}"
    )
}

/// When none takes any, and how many attempts come then; empty where some always do.
fn closed(capacity: &Curve, attempted: &Curve) -> String {
    let bins = || capacity.values().filter(|&(_, rate)| rate <= 0.0).map(|(bin, _)| bin);
    let (Some(first), Some(last)) = (bins().min(), bins().max()) else { return String::new() };
    let edge = |bin: usize| clock(number::float(number::count(bin)) * capacity.step);
    let whole = bins().count() == last - first + 1;
    let until = last + 1 == capacity.mean.len();
    let when = match (whole, until) {
        (true, true) => format!("from {} on", edge(first)),
        (true, false) => format!("from {} to {}", edge(first), edge(last + 1)),
        // In several stretches.
        (false, _) => format!(
            "for {} in all, first at {}",
            figures::spoken(number::float(number::count(bins().count())) * capacity.step),
            edge(first)
        ),
    };
    let shut = |at: f64| capacity.at(at).is_some_and(|rate| rate <= 0.0);
    let rates = attempted.values().filter(|&(bin, _)| shut(attempted.time(bin)));
    let came = (rates.map(|(_, rate)| rate).sum::<f64>() * attempted.step).round();
    let came = match came {
        some if some > 0.0 => {
            format!("; {} then", figures::counted(some, "attempt comes", "attempts come"))
        }
        _ => String::new(),
    };
    format!(" None takes any {when}{came}.")
}

/// The rate before anything happens; the median where nothing does.
fn usual(summary: &Summary, attempted: &Curve) -> Option<f64> {
    let Some(fault) = summary.faults().next() else { return attempted.median() };
    let start = fault.start.seconds();
    let before = attempted.inside(summary.warm_up.seconds().min(start / 2.0), start);
    let before: Vec<f64> = before.map(|(_, value)| value).collect();
    student::mean(&before).or_else(|| attempted.median())
}

/// The peak, and what it is held against; where it is no more than chance, that it is none.
fn headline(summary: &Summary, told: &Told) -> String {
    let Told { attempted, busiest, peak: (bin, peak), usual, failures, .. } = told;
    let failed: f64 = failures.iter().map(|(_, _, curve)| curve.integral()).sum();
    let fail = (failed > NOTABLE * attempted.integral())
        .then(|| format!("; {} of all attempts fail", share(failed / attempted.integral())));
    let over = busiest.over();
    let usual = usual.filter(|&usual| usual > 0.0);
    if let Some(usual) = usual.filter(|_| !told.stands_out) {
        let (usual, fail) = (compact(usual), fail.unwrap_or_default());
        let most = count(*peak);
        return format!("Attempts stay near {usual}/s, at most {most}/s by chance{over}{fail}");
    }
    let time = attempted.time(*bin);
    let ending = usual.map(|usual| {
        let inside = |fault: &Stretch| {
            // It peaks within the bin in which the fault begins.
            (fault.start.seconds() - attempted.step..fault.end.seconds()).contains(&time)
        };
        let before = match (summary.faults().next(), summary.faults().any(inside)) {
            (None, _) => "median",
            (Some(_), true) => "rate before",
            (Some(_), false) => "usual rate, outside of all that was done",
        };
        format!(", {} times the {before}", compact(peak / usual))
    });
    let ending = fail.or(ending).unwrap_or_default();
    format!("Attempts peak at {}/s{over} {}{ending}", count(*peak), attempted.when(*bin))
}

/// What failed, the most frequent last: on top.
fn failures(summary: &Summary) -> Vec<(Pen, &'static str, Curve)> {
    let mut all: Vec<(Pen, &str, Curve)> = FAILURES
        .iter()
        .filter_map(|&(name, label, pen)| {
            let curve = summary.rate("", "attempts", name)?;
            (curve.integral() > 0.0).then_some((pen.solid(), label, curve))
        })
        .collect();
    all.sort_by(|a, b| a.2.integral().total_cmp(&b.2.integral()));
    all
}

/// Rates by their decades up to `most`, with a floor where there are none.
pub(super) fn factors(values: impl Iterator<Item = f64>, most: f64) -> Axis {
    let (least, zeros) = values.fold((f64::INFINITY, false), |(least, zeros), value| {
        if value > 0.0 { (least.min(value), zeros) } else { (least, true) }
    });
    let axis = Axis::log(least, most, figures::tick).of(Unit::PerSecond);
    if zeros { axis.with_floor() } else { axis }
}

fn panel(name: &str, shown: &[(Pen, &str, Curve)], log: bool, bands: Vec<Band>) -> Panel {
    let values = || shown.iter().flat_map(|(_, _, curve)| curve.values().map(|(_, value)| value));
    let most = with_bands(values().fold(0.0, f64::max), &bands);
    let y = if log {
        factors(values(), most)
    } else {
        Axis::linear(most, figures::tick).of(Unit::PerSecond)
    };
    let lines = shown.iter().map(|(pen, label, curve)| line(*label, *pen, curve)).collect();
    let body = Body::Lines(Lines { y, bands, lines, ..Lines::default() });
    Panel::new(name, theme::SINGLE, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The front tier is cut off in the second bin; the side tier dies in the third.
    #[test]
    fn a_tier_that_nobody_reaches_has_no_capacity() {
        let curve = |values: &[f64]| Curve {
            step: 1.0,
            mean: values.iter().copied().map(Some).collect(),
            band: Vec::new(),
        };
        let tiers = [
            (curve(&[100.0; 5]), Some(curve(&[900.0, 5.0, 4.0, 1.0, 800.0]))),
            (
                curve(&[20.0, 20.0, 0.0, 20.0, 20.0]),
                Some(curve(&[100.0, 900.0, 0.0, 300.0, 100.0])),
            ),
        ];
        let sum = Curve::sum(&reached(&tiers)).unwrap();
        assert_eq!(sum.mean, [120.0, 20.0, 0.0, 20.0, 120.0].map(Some));
    }
}
