//! The loss waterfall: from what was to be delivered, end by end, down to what arrived live; below
//! it the missed ones by cause on an axis of their own, and what is counted beside the ledger.
use super::{Axis, Bar, Bars, Body, Chart, Panel, Shown, evidence};
use crate::{
    engine::number,
    record::Cause,
    report::theme::{self, Pen},
    summary::{Summary, figures, words},
};
use figures::{count, counted, share};

/// From bar to bar.
const PITCH: f64 = 38.0;

/// The chart; none when every delivery arrives once and in order.
pub(super) fn chart(summary: &Summary) -> Option<Chart> {
    let missed = missed(summary);
    let beside = beside(summary);
    if missed.is_empty() && beside.is_empty() {
        return None;
    }
    let intended = number::float(summary.window().intended);
    let mut panels = vec![all(summary, sum(&missed), intended)];
    if !missed.is_empty() {
        panels.push(by_cause(&missed));
    }
    if !beside.is_empty() {
        panels.push(counted_beside(&beside, summary));
    }
    Some(Chart {
        name: "loss-waterfall".to_owned(),
        headline: headline(&missed, &beside, intended),
        subtitle: subtitle(summary, missed.is_empty()),
        note: evidence(summary, Shown::Together),
        x: Axis::default(),
        shades: Vec::new(),
        panels,
    })
}

/// Something counted: its name, what it means, how many.
#[derive(Clone, PartialEq, Debug)]
struct Part {
    name: String,
    words: &'static str,
    count: f64,
}

fn sum(parts: &[Part]) -> f64 {
    parts.iter().map(|part| part.count).sum()
}

/// What was lost, by cause, and what expired: most first, without what did not happen.
fn missed(summary: &Summary) -> Vec<Part> {
    let rows = summary.window().rows.iter();
    let mut all: Vec<Part> = rows
        .filter(|(end, _, count)| (end == "lost" || end == "expired") && *count > 0)
        .map(|(end, cause, count)| Part {
            name: if cause.is_empty() { end.clone() } else { format!("{end}.{cause}") },
            words: words(if cause.is_empty() { end } else { cause }),
            count: number::float(*count),
        })
        .collect();
    all.sort_by(|a, b| b.count.total_cmp(&a.count));
    all
}

/// What each end means, in a few words.
fn words(end: &str) -> &'static str {
    if end == "expired" {
        return "kept, but not long enough";
    }
    match Cause::ALL.iter().find(|cause| cause.name() == end) {
        Some(Cause::GatewayCrash) => "its gateway crashed with it",
        Some(Cause::HalfOpen) => "written into a dead connection",
        Some(Cause::StaleRoute) => "sent to a gateway the user had left",
        Some(Cause::WrongGateway) => "sent to a gateway without the user",
        Some(Cause::RegistryDown) => "the registry could not be asked",
        Some(Cause::InFlight) => "too many calls were waiting",
        Some(Cause::RetryBudget) => "no second try was left",
        Some(Cause::FalselyOffline) => "taken for offline, but was not",
        Some(Cause::BusLost) => "a consumer ended, or nobody read it",
        Some(Cause::BusOverflow) => "no room on the bus",
        Some(Cause::NoReplay) => "the user was away, nothing kept it",
        Some(Cause::BufferOverflow) => "the buffer dropped its oldest",
        Some(Cause::ClientOutbox) => "the sender was away, its outbox full",
        Some(Cause::GaveUp) => "the user left for good",
        Some(Cause::SlowConsumer) => "read too slowly for what came",
        Some(Cause::ResumeExpired) => "away for longer than it can resume",
        None => "",
    }
}

/// Copies and deliveries out of order: they are no ends, and nobody misses anything by them.
fn beside(summary: &Summary) -> Vec<Part> {
    let runs = f64::from(summary.replications.max(1));
    let rows = [
        ("duplicates.redelivered", "again when a consumer had died"),
        ("duplicates.resent", "again by the sender"),
        ("duplicates.cursor", "seen before, but not yet told"),
        ("duplicates.overlap", "live and out of the buffer"),
        ("deliveries.duplicates_shown", "of these, the user saw"),
        ("deliveries.reordered", "after a later message to the user"),
    ];
    let part = |(name, words): (&str, &'static str)| {
        let mean = summary.mean(name)?;
        let label = name.rsplit('.').next().unwrap_or(name).replace('_', " ");
        (mean > 0.0).then(|| Part { name: label, words, count: (mean * runs).round() })
    };
    rows.into_iter().filter_map(part).collect()
}

/// All deliveries: each end takes its part away from the right, until the live ones are left.
fn all(summary: &Summary, missed: f64, intended: f64) -> Panel {
    let total = |name: &str| number::float(summary.window().total(|end, _| end == name));
    let parts = [
        ("missed", "lost or expired: see below", missed, theme::VERMILION),
        ("pending", "not ended at the horizon", total("pending"), theme::GREY),
        ("pulled", "late, from the inbox", total("pulled"), theme::GREEN),
        ("replayed", "late, out of the buffer", total("replayed"), theme::SKY),
        ("live", "by an open connection", total("live"), theme::BLUE),
    ];
    let mut rows = vec![Bar { bold: true, ..bar("intended", "", (0.0, intended), GROUND) }];
    rows[0].text = count(intended);
    rows[0].rises = true;
    let mut left = intended;
    for (name, words, taken, pen) in parts.into_iter().filter(|part| part.2 > 0.0) {
        let text = format!("{} · {}", count(taken), share(taken / intended));
        rows.push(Bar { text, ..bar(name, words, (left - taken, left), pen) });
        left -= taken;
    }
    panel("all deliveries", rows, intended, true)
}

/// What others are taken from.
const GROUND: Pen = theme::GREY;

fn by_cause(missed: &[Part]) -> Panel {
    let total = sum(missed);
    let mut before = 0.0;
    let mut rows: Vec<Bar> = Vec::new();
    for part in missed {
        let text = format!("{} · {}", count(part.count), share(part.count / total));
        let ends = (before, before + part.count);
        let own = bar(&part.name, part.words, ends, theme::VERMILION);
        rows.push(Bar { text, rises: true, ..own });
        before += part.count;
    }
    if missed.len() > 1 {
        let own = bar("missed", "", (0.0, total), theme::VERMILION);
        rows.push(Bar { text: count(total), bold: true, ..own });
    }
    panel("missed deliveries by cause", rows, total, true)
}

fn counted_beside(beside: &[Part], summary: &Summary) -> Panel {
    let arrived = summary.window().total(|end, _| ARRIVED.contains(&end));
    let row = |part: &Part| {
        let share = share(part.count / number::float(arrived.max(1)));
        let text = format!("{} · {share}", count(part.count));
        Bar { text, ..bar(&part.name, part.words, (0.0, part.count), theme::PURPLE) }
    };
    // A bar is as long as its part of what arrived, so that one copy is a hairline; where several
    // are many and still far from all, they are told from each other on a scale of their own.
    let most = beside.iter().map(|part| part.count).fold(0.0, f64::max);
    let arrived = number::float(arrived.max(1));
    let reach = if most > NOTABLE * arrived { most } else { arrived };
    let rows = beside.iter().map(row).collect();
    panel("no losses: copies, and out of order, of what arrived", rows, reach, false)
}

/// A part of what arrived that is worth a scale of its own.
const NOTABLE: f64 = 0.01;

const ARRIVED: [&str; 3] = ["live", "replayed", "pulled"];

fn bar(name: &str, words: &str, ends: (f64, f64), pen: Pen) -> Bar {
    Bar { pen, ..Bar::new(name, words, ends) }
}

fn panel(name: &str, rows: Vec<Bar>, most: f64, falls: bool) -> Panel {
    let height = PITCH * number::float(number::count(rows.len()));
    let axis = Axis::linear(most, figures::tick).named("deliveries");
    // The plot ends where the longest bar does: no number is pushed aside by empty room.
    let axis = Axis { high: most.max(1.0), ..axis };
    let shown = |at: f64| at <= axis.high && at.fract() == 0.0;
    let ticks = axis.ticks.iter().filter(|tick| shown(tick.0)).cloned().collect();
    let body = Body::Bars(Bars { axis: Axis { ticks, ..axis }, rows, falls, ..Bars::default() });
    Panel::new(name, height, body)
}

fn headline(missed: &[Part], beside: &[Part], intended: f64) -> String {
    let total = sum(missed);
    let one_in = |count: f64| share(count / intended);
    match (missed, beside) {
        ([only], _) => format!(
            "{} of {} deliveries are missed ({}), all of them by {}",
            count(total),
            count(intended),
            one_in(total),
            cause(&only.name),
        ),
        ([first, ..], _) => format!(
            "{} of {} deliveries are missed ({}), {} of them by {}",
            count(total),
            count(intended),
            one_in(total),
            most(first.count / total),
            cause(&first.name),
        ),
        ([], [first, ..]) => format!(
            "Nothing is missed; {} {}",
            counted(first.count, "delivery is", "deliveries are"),
            if first.name == "reordered" { "out of order" } else { "sent twice" },
        ),
        ([], []) => String::new(),
    }
}

/// A cause in words: `gateway crash`.
pub(super) fn cause(name: &str) -> String {
    let own = name.strip_prefix("lost.").unwrap_or(name);
    if own == "expired" { "expiry".to_owned() } else { words::spaced(own) }
}

/// No share of less than all is called all.
pub(super) fn most(part: f64) -> String {
    if part > 0.9994 { "nearly all".to_owned() } else { share(part) }
}

fn subtitle(summary: &Summary, nothing: bool) -> String {
    let runs = match summary.replications {
        0 | 1 => String::new(),
        n => format!(", sum of {n} runs"),
    };
    let apart = if nothing { "" } else { "; the missed ones again on an axis of their own" };
    format!(
        "Where every delivery ended{runs}{apart}. Linear axes; what is too small is a hairline."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_is_explained() {
        for cause in Cause::ALL {
            assert!(!words(cause.name()).is_empty(), "{}", cause.name());
        }
        assert!(!words("expired").is_empty() && words("made_up").is_empty());
    }
}
