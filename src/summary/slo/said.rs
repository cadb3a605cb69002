//! What a reader is told of an objective. Some objectives state what goes wrong, such as
//! `sessions.lost_share > 99%`: they are expectations. That one comes true is no merit, and that it
//! does not is no breach of anything a user was promised. Others pin a number of the experiment as
//! it is written, such as `recovery.crash.hit == 200000`: no point of a sweep is better for it.
use super::{Verdict, parse};
use crate::summary::{Judged, sweep::Point};
use std::fmt;

/// An objective's verdict in a reader's eyes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Said {
    /// Of what should hold; of an expectation, if it is open or cannot be judged.
    Judged(Verdict),
    /// It goes wrong as an expectation states.
    AsStated,
    /// Of several expectations some come true.
    InPart,
    /// It does not.
    NotSo,
}

impl Judged {
    /// Whether it is an expectation of failure.
    pub fn states_failure(&self) -> bool {
        parse(&self.expr).is_ok_and(|objective| objective.states_failure())
    }

    /// Whether it states a number of the experiment as written.
    pub fn states_number(&self) -> bool {
        parse(&self.expr).is_ok_and(|objective| objective.states_number())
    }

    /// Whether it says which points of a sweep are good.
    pub fn decides(&self) -> bool {
        !self.states_failure() && !self.states_number()
    }

    /// What a reader of a sweep is told of it: a number that is stated is as stated, or it is not.
    pub fn swept(&self) -> Said {
        if self.decides() { Said::Judged(self.verdict) } else { stated(self.verdict) }
    }

    /// What a reader of a run is told of it.
    pub fn said(&self) -> Said {
        match (self.states_failure(), self.verdict) {
            (true, verdict) => stated(verdict),
            (false, verdict) => Said::Judged(verdict),
        }
    }
}

fn stated(verdict: Verdict) -> Said {
    match verdict {
        Verdict::Pass => Said::AsStated,
        Verdict::Fail => Said::NotSo,
        Verdict::Inconclusive | Verdict::Error => Said::Judged(verdict),
    }
}

impl Point {
    /// The worst verdict of what should hold; none where nothing should.
    pub fn kept(&self) -> Option<Verdict> {
        worst(self.slo.iter().filter(|judged| judged.decides()))
    }

    /// Whether it goes wrong as the expectations state; none where there are none.
    pub fn as_stated(&self) -> Option<Said> {
        let all = || self.slo.iter().filter(|judged| judged.states_failure());
        let so = all().any(|judged| judged.verdict == Verdict::Pass);
        Some(match stated(worst(all())?) {
            Said::NotSo if so => Said::InPart,
            said => said,
        })
    }
}

pub(in crate::summary) fn worst<'j>(all: impl Iterator<Item = &'j Judged>) -> Option<Verdict> {
    let order = [Verdict::Pass, Verdict::Inconclusive, Verdict::Fail, Verdict::Error];
    all.map(|judged| judged.verdict).max_by_key(|it| order.iter().position(|other| other == it))
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Judged(verdict) => verdict.fmt(f),
            Self::AsStated => f.write_str("as stated"),
            Self::InPart => f.write_str("in part"),
            Self::NotSo => f.write_str("not so"),
        }
    }
}
