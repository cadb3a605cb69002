//! What is lost, by cause; what comes late: by replay, from the inbox; what comes twice, by cause,
//! or out of order.
use super::{Axis, Band, Body, Chart, Line, Lines, Panel, Shown, bins, evidence, line, shades};
use crate::{
    engine::Time,
    record::Unit,
    report::theme::{self, Pen},
    summary::{Summary, figures, series::Curve},
};
use figures::{counted, share};

/// The chart; none when nothing is lost and nothing is late.
pub(super) fn chart(summary: &Summary) -> Option<Chart> {
    let lost = lost(summary);
    let late = late(summary);
    let twice = twice(summary);
    let step = lost.first().or(late.first()).or(twice.first())?.1.clone();
    let mut panels = by_cause(&lost, summary.replications);
    if !late.is_empty() {
        let height = if lost.is_empty() { theme::SINGLE } else { theme::SMALL };
        let pens = [theme::BLUE, theme::GREEN];
        panels.push(panel("late deliveries per second", &late, height, None, &pens));
    }
    if !twice.is_empty() {
        let pens = [theme::PURPLE, theme::VERMILION, theme::SKY, theme::GREY];
        let panel = panel("twice or out of order", &twice, theme::SMALL, None, &pens);
        panels.push(Panel { suffix: RATE.to_owned(), ..panel });
    }
    let what = match (lost.is_empty(), late.is_empty()) {
        (false, late) => {
            let missed = figures::capitalized(missed(summary));
            format!("{missed}{} deliveries", if late { "" } else { " and late" })
        }
        (true, false) => "Late deliveries".to_owned(),
        (true, true) => "Deliveries that come twice or out of order".to_owned(),
    };
    Some(Chart {
        name: "lost-and-late".to_owned(),
        headline: headline(summary, [&lost, &late, &twice]),
        subtitle: format!(
            "{what} per second over the whole run{}, {}{}.{}",
            if summary.warm_up > Time::ZERO { ", warm-up included" } else { "" },
            bins(&step),
            // A phase is told what is sent in it, whenever that is lost.
            if lost.is_empty() { "" } else { ", at the moment of the loss" },
            if lost.len() > 1 && !alike(&lost) { " Each panel has its own scale." } else { "" },
        ),
        note: evidence(summary, Shown::Mean),
        x: Axis::time(summary.horizon.seconds()),
        shades: shades(summary),
        panels,
    })
}

/// A larger share than this is all: sums of rates are off by less than anybody counts.
const ALL: f64 = 1.0 - 1e-6;
/// Fewer that come twice or out of order are not drawn over time.
const FEW: f64 = 10.0;
/// Not more causes have a panel of their own.
const PANELS: usize = 5;
/// Behind the name of what is counted.
const RATE: &str = ", per second";
/// Peaks that differ by more than this factor are not drawn on one scale.
const ALIKE: f64 = 10.0;

/// Causes with their losses, most first; all beyond four are one.
fn lost(summary: &Summary) -> Vec<(String, Curve)> {
    let causes = summary.losses().into_iter().filter(|(_, curve)| curve.integral() > 0.0);
    let mut all: Vec<(String, Curve)> =
        causes.map(|(cause, curve)| (cause.to_owned(), curve)).collect();
    all.sort_by(|a, b| b.1.integral().total_cmp(&a.1.integral()));
    if all.len() > PANELS {
        let rest: Vec<Curve> =
            all.split_off(PANELS - 1).into_iter().map(|(_, curve)| curve).collect();
        all.extend(Curve::sum(&rest).map(|sum| (format!("{} others", rest.len()), sum)));
    }
    all
}

fn late(summary: &Summary) -> Vec<(String, Curve)> {
    [("replayed", "replayed"), ("pulled", "from the inbox")]
        .into_iter()
        .filter_map(|(name, label)| Some((label.to_owned(), summary.rate("", "deliveries", name)?)))
        .filter(|(_, curve)| curve.integral() > 0.0)
        .collect()
}

/// What comes a second time, by its cause, and what comes out of order; most first.
fn twice(summary: &Summary) -> Vec<(String, Curve)> {
    let all = |quantity: &'static str| {
        let names = summary.statistics("", quantity).into_iter();
        names.filter_map(move |name| Some((name.to_owned(), summary.rate("", quantity, name)?)))
    };
    let mut twice: Vec<(String, Curve)> =
        all("duplicates").filter(|(_, curve)| curve.integral() > 0.0).collect();
    twice.sort_by(|a, b| b.1.integral().total_cmp(&a.1.integral()));
    let reordered: Vec<Curve> = all("reordered").map(|(_, curve)| curve).collect();
    let reordered = Curve::sum(&reordered).filter(|curve| curve.integral() > 0.0);
    twice.truncate(3);
    twice.extend(reordered.map(|curve| ("out of order".to_owned(), curve)));
    // A handful is a number, and the waterfall has it.
    if summed(&twice) < FEW { Vec::new() } else { twice }
}

/// The word for what never arrives: what expires is missed, and not lost.
fn missed(summary: &Summary) -> &'static str {
    let mut all = summary.losses().into_iter();
    if all.any(|(cause, curve)| cause == "expired" && curve.integral() > 0.0) {
        "missed"
    } else {
        "lost"
    }
}

/// When it is lost: mostly in a fault, or at any time.
fn headline(summary: &Summary, [lost, late, twice]: [&[(String, Curve)]; 3]) -> String {
    let come = |curves| counted(summed(curves), "delivery comes", "deliveries come");
    let all: Vec<Curve> = lost.iter().map(|(_, curve)| curve.clone()).collect();
    let Some(all) = Curve::sum(&all) else {
        if late.is_empty() {
            return format!("Nothing is lost; {} twice or out of order", come(twice));
        }
        return format!("Nothing is lost; {} late", come(late));
    };
    let gone = counted(summed(lost), "delivery is", "deliveries are");
    let gone = format!("{gone} {}", missed(summary));
    match (worst(summary, lost), all.peak()) {
        (Some((fault, part)), _) if part > ALL => {
            let all = if summed(lost) > 1.0 { "all of them " } else { "" };
            format!("{gone}, {all}during {fault}")
        }
        (Some((fault, part)), _) => format!("{gone}, {} of them during {fault}", share(part)),
        // A peak without a cause is chance, and its time says nothing.
        (None, Some((bin, most))) => {
            let at = format!(" {}", all.when(bin));
            format!(
                "{gone} over the whole run, at most {}{}",
                figures::figure(Unit::PerSecond, most),
                if summary.faults().next().is_some() { at.as_str() } else { "" },
            )
        }
        (None, None) => gone,
    }
}

fn summed(curves: &[(String, Curve)]) -> f64 {
    curves.iter().map(|(_, curve)| many(curve)).sum()
}

/// How many there are in a run: the mean of several runs need not be whole.
fn many(curve: &Curve) -> f64 {
    whole(curve.integral())
}

/// A sum of rates, which is off by less than anybody counts.
fn whole(sum: f64) -> f64 {
    (sum * 1e6).round() / 1e6
}

/// The fault in which most is lost, if that is the greater part and more than its length explains.
/// One that comes several times is one: with all its stretches, of each run its own.
fn worst<'s>(summary: &'s Summary, lost: &[(String, Curve)]) -> Option<(&'s str, f64)> {
    let all = summed(lost) * f64::from(summary.replications.max(1));
    let ran = summary.horizon.seconds() * f64::from(summary.replications.max(1));
    let mut names: Vec<&str> = summary.faults().map(|fault| fault.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let part = |name: &'s str| {
        let (lasted, inside) = summary.lost_in(name);
        let part = whole(inside) / all;
        // Outside it is less than half as frequent as everywhere.
        let rest = 1.0 - lasted / ran;
        (part > 0.5 && 2.0 * (1.0 - part) < rest).then_some((name, part))
    };
    names.into_iter().filter_map(part).max_by(|a, b| a.1.total_cmp(&b.1))
}

/// A panel for each cause: when it happens is told apart however rare it is.
fn by_cause(lost: &[(String, Curve)], runs: u32) -> Vec<Panel> {
    let per = if runs > 1 { "a run" } else { "in all" };
    let height = [theme::SINGLE, theme::STACKED, theme::SMALL][lost.len().clamp(1, 3) - 1];
    let common = alike(lost).then(|| peaks(lost).fold(0.0, f64::max));
    let one = |(cause, curve): &(String, Curve)| {
        let lost = if cause == "expired" { "" } else { "lost: " };
        let cause = cause.replace('_', " ");
        let name = format!("{lost}{cause}");
        let suffix = format!("{RATE} ({} {per})", figures::count(many(curve)));
        let unnamed = [(String::new(), curve.clone())];
        Panel { suffix, ..panel(&name, &unnamed, height, common, &[theme::VERMILION]) }
    };
    lost.iter().map(one).collect()
}

fn peaks(curves: &[(String, Curve)]) -> impl Iterator<Item = f64> {
    curves.iter().filter_map(|(_, curve)| Some(curve.peak()?.1))
}

/// Whether all can be seen on one scale.
fn alike(curves: &[(String, Curve)]) -> bool {
    let least = peaks(curves).fold(f64::INFINITY, f64::min);
    peaks(curves).fold(0.0, f64::max) <= ALIKE * least
}

/// Lines with the area below them; the scale is that of the largest unless another is given.
fn panel(
    name: &str,
    shown: &[(String, Curve)],
    height: f64,
    scale: Option<f64>,
    pens: &[Pen],
) -> Panel {
    let most = scale.unwrap_or_else(|| peaks(shown).fold(0.0, f64::max));
    let drawn = shown.iter().zip(pens).rev();
    let lines: Vec<Line> = drawn
        .map(|((name, curve), pen)| line(name.as_str(), pen.solid().wide(1.5), curve))
        .collect();
    let below = |line: &Line| {
        let area = |piece: &Vec<(f64, f64)>| Band {
            pen: line.pen,
            points: piece.iter().map(|&(x, value)| (x, 0.0, value)).collect(),
        };
        line.pieces.iter().map(area).collect::<Vec<Band>>()
    };
    let bands = lines.iter().flat_map(below).collect();
    let y = Axis::linear(most, figures::tick).of(Unit::PerSecond);
    let body = Body::Lines(Lines { y, bands, lines, ..Lines::default() });
    Panel::new(name, height, body)
}
