//! Polls that nobody answers: how many, when, and in which fault.
use super::{NOTABLE, Summary, board::is_mark, figures, series::Curve, words};
use figures::{count, share};

impl Summary {
    /// The polls that end a second, all and those that fail; none where nobody polls.
    pub fn polls(&self) -> Option<(Curve, Option<Curve>)> {
        let ends = |end: &str| self.rate("", "polls", end);
        let all: Vec<Curve> = ["empty", "full", "failed"].into_iter().filter_map(ends).collect();
        Some((Curve::sum(&all)?, ends("failed").filter(|curve| curve.integral() > 0.0)))
    }

    /// The share of the polls of each moment that fail, where some do.
    pub fn failing(&self) -> Option<Curve> {
        let (all, failed) = self.polls()?;
        let of = |(failed, all): (&Option<f64>, &Option<f64>)| {
            let (failed, all) = ((*failed)?, (*all)?);
            Some(if all > 0.0 { failed / all } else { 0.0 })
        };
        let failed = failed?;
        let mean = failed.mean.iter().zip(&all.mean).map(of).collect();
        Some(Curve { mean, band: Vec::new(), ..failed })
    }
}

/// Polls that nobody answers, and the fault in which most of those who ask find nobody.
pub(super) fn sentence(summary: &Summary) -> Option<String> {
    let [failed, all] = ["polls.failed", "polls.total"].map(|name| summary.mean(name));
    let (failed, all) = (failed?, all?);
    if failed < NOTABLE * all || failed <= 0.0 {
        return None;
    }
    let part = |name: &str| {
        let part = failed_in(summary, name)?;
        (part > 1.5 * failed / all).then(|| (words::spaced(name), part))
    };
    let faults = summary.faults().filter(|fault| !is_mark(summary, &fault.name));
    let worst = faults.filter_map(|fault| part(&fault.name)).max_by(|a, b| a.1.total_cmp(&b.1));
    let worst = worst.map_or_else(String::new, |(name, part)| {
        format!("; while {name} lasts {} do", share(part))
    });
    let runs = if summary.replications > 1 { " a run" } else { "" };
    let fail = if figures::count(failed) == "1" { "fails" } else { "fail" };
    Some(format!(
        "{} of {} polls{runs} ({}) {fail}{worst}.",
        count(failed),
        count(all),
        share(failed / all)
    ))
}

/// The share of the polls that fail in a phase, where some do.
pub(super) fn failed_in(summary: &Summary, name: &str) -> Option<f64> {
    let [failed, all] =
        ["failed", "total"].map(|end| summary.mean(&format!("during({name}).polls.{end}")));
    Some(failed? / all?).filter(|&part| part > 0.0)
}
