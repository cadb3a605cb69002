//! Polls that nobody answers: how many, when, and in which fault.
use super::{NOTABLE, Summary, board::is_mark, chance, figures, series::Curve, words};
use figures::{count, share};

impl Summary {
    /// The polls that end a second, all and those that fail; none where nobody polls.
    pub fn polls(&self) -> Option<(Curve, Option<Curve>)> {
        let ends = |end: &str| self.rate("", "polls", end);
        let all: Vec<Curve> = ["empty", "full", "failed"].into_iter().filter_map(ends).collect();
        Some((Curve::sum(&all)?, ends("failed").filter(|curve| curve.integral() > 0.0)))
    }

    /// The share of the polls of each moment that fail, where some do.
    pub fn failing_over_time(&self) -> Option<Curve> {
        let (all, failed) = self.polls()?;
        let of = |(failed, all): (&Option<f64>, &Option<f64>)| {
            let (failed, all) = ((*failed)?, (*all)?);
            Some(if all > 0.0 { failed / all } else { 0.0 })
        };
        let failed = failed?;
        let mean = failed.mean.iter().zip(&all.mean).map(of).collect();
        Some(Curve { mean, band: Vec::new(), ..failed })
    }

    /// The share of the polls that fail at worst, and when that is, in a sentence: at a moment, in
    /// a fault, or as many at all times, where one that has more is chance. None where none fails.
    pub fn failing(&self) -> Option<(f64, String)> {
        let (all, failed) = self.polls()?;
        let failed = failed?;
        if let Some((bin, part)) = worst(self, &all, &failed) {
            let at = all.when(bin);
            return Some((part, format!("At worst {} of the polls fail, {at}", share(part))));
        }
        if let Some((name, part)) = worst_fault(self) {
            let name = words::spaced(name);
            return Some((part, format!("While {name} lasts {} of the polls fail", share(part))));
        }
        let (failed, all) = (failed.integral(), all.integral());
        let part = failed / all;
        let of = format!("{} of {} polls{}", count(failed), count(all), runs(self));
        let fail = if count(failed) == "1" { "fails" } else { "fail" };
        Some((part, format!("{of} ({}) {fail}, at no time more than by chance", share(part))))
    }
}

/// The bin in which the largest share of the polls fails, of those in which more do than chance
/// makes of the share of the whole run.
fn worst(summary: &Summary, all: &Curve, failed: &Curve) -> Option<(usize, f64)> {
    let usual = failed.integral() / all.integral();
    let seconds = summary.looked(all, 1).seconds;
    let bins = all.values().count();
    let of = |(bin, rate): (usize, f64)| {
        let (polls, fail) = (rate * seconds, failed.mean.get(bin).copied()?? * seconds);
        let more = fail - usual * polls > chance::beyond(usual * polls, bins);
        more.then(|| (bin, fail / polls))
    };
    all.values().filter_map(of).reduce(|best, next| if next.1 > best.1 { next } else { best })
}

/// The fault in which the largest share of the polls fails.
fn worst_fault(summary: &Summary) -> Option<(&str, f64)> {
    let faults = summary.faults().filter(|fault| !is_mark(summary, &fault.name));
    let parts = faults.filter_map(|it| Some((it.name.as_str(), failed_in(summary, &it.name)?)));
    parts.max_by(|a, b| a.1.total_cmp(&b.1))
}

fn runs(summary: &Summary) -> &'static str {
    if summary.replications > 1 { " a run" } else { "" }
}

/// Polls that nobody answers, and the fault in which most of those who ask find nobody.
pub(super) fn sentence(summary: &Summary) -> Option<String> {
    let [failed, all] = ["polls.failed", "polls.total"].map(|name| summary.mean(name));
    let (failed, all) = (failed?, all?);
    if failed < NOTABLE * all || failed <= 0.0 {
        return None;
    }
    let worst = worst_fault(summary).filter(|&(_, part)| part > 1.5 * failed / all);
    let worst = worst.map_or_else(String::new, |(name, part)| {
        format!("; while {} lasts {} do", words::spaced(name), share(part))
    });
    let fail = if figures::count(failed) == "1" { "fails" } else { "fail" };
    Some(format!(
        "{} of {} polls{} ({}) {fail}{worst}.",
        count(failed),
        count(all),
        runs(summary),
        share(failed / all)
    ))
}

/// The share of the polls that fail in a phase, where more do than chance makes of the share of the
/// steady time.
pub(super) fn failed_in(summary: &Summary, name: &str) -> Option<f64> {
    let polls = |name: &str| {
        let of = |end: &str| summary.mean(&format!("during({name}).polls.{end}"));
        of("failed").zip(of("total").filter(|&all| all > 0.0))
    };
    let (failed, all) = polls(name)?;
    let usual = polls("steady").map_or(0.0, |(failed, all)| failed / all);
    let runs = f64::from(summary.replications.max(1));
    let luck = chance::beyond(usual * all * runs, 1) / (all * runs);
    Some(failed / all).filter(|part| part - usual > luck.max(NOTABLE))
}
