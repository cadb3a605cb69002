//! Reasons that are money: a bill differs by its egress, that by the bytes that go out, and by
//! those of them that are free.
use super::{
    Compared,
    reasons::{Case, UNEXPLAINED},
};
use crate::summary::{bill::HOURS, figures::share};

/// Differences that are apart by no more than this part are the same one.
const SAME: f64 = 0.1;

impl Case<'_> {
    /// Of bills: the reason of what they are paid for, where that makes the difference.
    pub(super) fn of_money(&self) -> Vec<Option<String>> {
        let paid = if self.line.name == "Egress" { self.by_bytes() } else { self.by_egress() };
        if paid.is_some() {
            return vec![paid];
        }
        vec![
            self.other_ways(),
            self.load(),
            self.missed(),
            self.gave_up(),
            self.away(),
            self.free_part(),
            self.by_messages(),
        ]
    }

    /// Another line of the same napkin beside the same runs, if it is far and has a reason.
    fn explained(&self, name: &str) -> Option<Compared> {
        let line = self.lines.iter().find(|line| line.name == name)?;
        let found = super::one(self.summary, line, self.lines);
        (found.is_large() && found.reason != UNEXPLAINED).then_some(found)
    }

    /// Of the whole bill: what makes the difference of egress, where that makes the one of all.
    fn by_egress(&self) -> Option<String> {
        let egress = self.explained("Egress")?;
        let part = (egress.simulated? - egress.estimate) / self.found.estimate.max(1e-9);
        self.makes(part).then(|| format!("egress: {}", egress.reason))
    }

    /// Of egress: what makes the difference of the bytes that it is paid for.
    fn by_bytes(&self) -> Option<String> {
        let bytes = self.explained("Bytes down")?;
        self.makes(bytes.deviation?).then_some(bytes.reason)
    }

    /// A part of the bytes is free, so that the bill differs by more than they do.
    fn free_part(&self) -> Option<String> {
        let line = self.lines.iter().find(|line| line.name == "Bytes down")?;
        let charges = self.summary.bill.as_ref()?.charges.iter();
        let gigabytes: f64 = charges.filter(|it| it.kind() == "egress").map(|it| it.quantity).sum();
        let part = gigabytes * 1e9 / (line.value * HOURS * 3_600.0) - 1.0;
        let same = (part > 0.0) == self.more() && self.line.name == "Egress" && part.abs() > 1e-4;
        let less = |apart: f64| part.abs() < (1.0 - SAME) * apart.abs();
        (same && self.found.deviation.is_none_or(less)).then(|| {
            let way = if part > 0.0 { "more" } else { "fewer" };
            format!("{} {way} bytes, of which the first are free", share(part.abs()))
        })
    }
}
