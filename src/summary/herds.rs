//! Who moves when something happens: the attempts of those whom each fault sends away, with their
//! peak. A peak belongs to the fault that began last before it and hit users.
use super::{
    Summary,
    board::is_mark,
    chance::{Busiest, Looked},
    deeds, figures, student,
};
use crate::engine::number;
use figures::{clock, compact, count, counted};

/// A herd.
struct Herd {
    begin: f64,
    peak: f64,
    text: String,
}

/// A sentence each for the largest herds, at most so many, in the order of time.
pub(super) fn sentences(summary: &Summary, most: usize) -> Vec<String> {
    let mut all: Vec<Herd> = herds(summary);
    all.sort_by(|a, b| b.peak.total_cmp(&a.peak));
    all.truncate(most);
    all.sort_by(|a, b| a.begin.total_cmp(&b.begin));
    all.into_iter().map(|herd| herd.text).collect()
}

fn herds(summary: &Summary) -> Vec<Herd> {
    let all = summary.hits();
    let herd = |hit: &deeds::Hit| {
        let deed = &hit.deed;
        // What a fault sets off goes on in the recovery from it.
        let when = if deed.at + summary.lasts(deed) < hit.end() {
            format!("{} and the recovery from it", deed.name)
        } else {
            deed.name.clone()
        };
        herd(summary, &when, hit)
    };
    all.iter().filter_map(herd).collect()
}

/// Bins are counted that last so many times as long as what they count, and a second at each end.
const LONGER: f64 = 1.5;

/// Who moves from a time to another, where that is more than those who move at any time.
fn herd(summary: &Summary, when: &str, hit: &deeds::Hit) -> Option<Herd> {
    let (start, end) = (hit.deed.at, hit.end());
    let attempts = summary.rate("", "attempts", "attempted")?;
    let (from, to) = (deeds::bin_of(start, attempts.step), deeds::bin_of(end, attempts.step));
    let curve = || attempts.within(from, to).map(|(_, rate)| rate).sum::<f64>() * attempts.step;
    // Where much of its bins is of other times they do not count whom it moves.
    let own = to - from <= LONGER * (end - start) + 2.0;
    let moved = summary.attempts_of(hit).or_else(|| own.then(curve))?;
    let busiest = summary.busiest()?;
    let (bin, peak) = largest(busiest.curve.within(from, to))?;
    let own = summary.own_peak(busiest.track(), (from, to), true).unwrap_or(peak);
    let before =
        average(calm(summary, start).iter().flat_map(|&(from, to)| attempts.inside(from, to)));
    let (bins, before) = (attempts.within(from, to).count(), before.unwrap_or(0.0));
    let peaks = busiest.looked(summary, bins).stands_out(peak, before);
    // Many who come evenly have no peak to speak of.
    let whole = Looked { seconds: summary.looked(&attempts, bins).seconds * wide(bins), bins: 1 };
    let mean = moved / (attempts.step * wide(bins));
    let text = match (peaks, whole.stands_out(mean, before)) {
        (true, _) => at_peak(summary, &busiest, (bin, own), before),
        (false, true) => {
            format!(", {} times as many as usual ({}/s)", compact(mean / before), compact(before))
        }
        (false, false) => return None,
    };
    let [from, to] = figures::ends(start, end);
    Some(Herd {
        begin: start,
        peak: own,
        text: format!(
            "During {when} ({from} to {to}) there are {}{text}.",
            counted(moved.round(), "connection attempt", "connection attempts"),
        ),
    })
}

/// What each run has at its own peak, and about when that is.
fn at_peak(summary: &Summary, attempts: &Busiest, (bin, own): (usize, f64), before: f64) -> String {
    let times = if before > 0.0 {
        format!(", {} times the {}/s before", compact(own / before), compact(before))
    } else {
        String::new()
    };
    let (over, at) = (attempts.over(), attempts.curve.when(bin));
    if attempts.curve.step > 1.0 {
        format!("; the peak, {at}, is {}/s{over}{times}", count(own))
    } else if summary.replications > 1 {
        // It is that of their mean.
        let about = clock(attempts.curve.time(bin));
        format!("; the peak, about {about}, is {}/s{over}{times}", count(own))
    } else {
        format!("; the peak {at} is {}/s{times}", count(own))
    }
}

fn wide(bins: usize) -> f64 {
    number::float(number::count(bins))
}

/// The stretches before a time in which nothing is done to the system, behind the warm-up.
fn calm(summary: &Summary, until: f64) -> Vec<(f64, f64)> {
    let warm_up = summary.warm_up.seconds().min(until);
    let quiet =
        summary.stretches().filter(|phase| phase.name == "steady" || is_mark(summary, &phase.name));
    let times = quiet.map(|phase| (phase.start.seconds().max(warm_up), phase.end.seconds()));
    times.filter(|&(from, to)| from < to && to <= until).collect()
}

fn largest(values: impl Iterator<Item = (usize, f64)>) -> Option<(usize, f64)> {
    // The first of equal ones.
    values.fold(None, |best, (bin, value)| match best {
        Some((_, most)) if most >= value => best,
        _ => Some((bin, value)),
    })
}

fn average(values: impl Iterator<Item = (usize, f64)>) -> Option<f64> {
    let values: Vec<f64> = values.map(|(_, value)| value).collect();
    student::mean(&values)
}
