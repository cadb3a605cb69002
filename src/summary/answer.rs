//! The answer of a run: what its objectives say together. What goes wrong as the experiment states
//! is told before that which holds.
use super::{
    Judged, Summary, disturbed, figures, findings,
    slo::{self, Said, Verdict},
    storms::{self, Ended},
};

impl Summary {
    /// The answer in a sentence: what goes wrong, where it does as an objective states; else what
    /// the objectives say; without any, the main finding.
    pub fn answer(&self) -> String {
        let wrong = self.slo.iter().any(|judged| judged.said() == Said::AsStated);
        match self.collapse().filter(|_| wrong) {
            Some(collapse) => collapse,
            None if self.slo.is_empty() => {
                findings::behind(self).into_iter().next().unwrap_or_default()
            }
            None => self.verdicts(),
        }
    }

    /// The storm that does not end, or else what a fault does to the messages. That an expectation
    /// comes true alone is told with the others: a bound from below need not be a failure.
    fn collapse(&self) -> Option<String> {
        let mut storms = storms::storms(self).into_iter();
        let storm = storms.find(|storm| storm.ended != Ended::Stable).map(|storm| storm.text);
        let disturbed = || disturbed::sentences(self).into_iter().next();
        Some(figures::plain(&storm.or_else(disturbed)?))
    }

    /// What the objectives say together: those that should hold, then the expectations of failure.
    pub fn verdicts(&self) -> String {
        let single = if self.replications == 1 { ", in a single run" } else { "" };
        let unknown = self.slo.iter().filter(|it| it.verdict == Verdict::Error).count();
        if unknown > 0 {
            return format!("{unknown} of {} SLOs cannot be judged.", self.slo.len());
        }
        let (stated, real): (Vec<&Judged>, Vec<&Judged>) =
            self.slo.iter().partition(|judged| judged.states_failure());
        let parts = [kept(&real), come_true(&stated)];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        if parts.is_empty() {
            return String::new();
        }
        let broken = self.broken(&real);
        format!("{}{single}{broken}.", figures::capitalized(&parts.join("; ")))
    }

    /// Which one fails, with its value, where others do not.
    fn broken(&self, all: &[&Judged]) -> String {
        let failed: Vec<_> = all.iter().filter(|it| it.verdict == Verdict::Fail).collect();
        let [one] = failed[..] else { return String::new() };
        if all.len() < 2 {
            return String::new();
        }
        let value = self.value(one).map_or_else(String::new, |value| format!(" ({value})"));
        format!(": {}{value}", one.expr)
    }

    /// What an objective is about, as the run has it.
    fn value(&self, judged: &Judged) -> Option<String> {
        let metric = self.metric(&slo::parse(&judged.expr).ok()?.metric)?;
        Some(figures::plain(&figures::figure(metric.unit, metric.mean?)))
    }
}

fn count(all: &[&Judged], verdict: Verdict) -> usize {
    all.iter().filter(|judged| judged.verdict == verdict).count()
}

/// How many of those that should hold do; nothing where there are none.
fn kept(all: &[&Judged]) -> String {
    let (failed, open) = (count(all, Verdict::Fail), count(all, Verdict::Inconclusive));
    let is = if open == 1 { "is" } else { "are" };
    match (all.len(), failed, open) {
        (0, ..) => String::new(),
        (1, 0, 0) => "the SLO holds".to_owned(),
        (2, 0, 0) => "both SLOs hold".to_owned(),
        (all, 0, 0) => format!("all {all} SLOs hold"),
        (1, 0, _) => "the SLO is inconclusive".to_owned(),
        (all, 0, open) => format!("no SLO fails; {open} of {all} {is} inconclusive"),
        (1, ..) => "the SLO fails".to_owned(),
        (all, 1, _) => format!("1 of {all} SLOs fails"),
        (all, failed, _) => format!("{failed} of {all} SLOs fail"),
    }
}

/// How many expectations come true; nothing where there are none.
fn come_true(all: &[&Judged]) -> String {
    let (so, open) = (count(all, Verdict::Pass), count(all, Verdict::Inconclusive));
    let open = if open > 0 { format!(", {open} inconclusive") } else { String::new() };
    let told = match (all.len(), so) {
        (0, _) => return String::new(),
        (1, 0) => "the expectation of failure does not come true".to_owned(),
        (1, _) => "the expectation of failure comes true".to_owned(),
        (_, 0) => "no expectation of failure comes true".to_owned(),
        (2, 2) => "both expectations of failure come true".to_owned(),
        (all, so) if so == all => format!("all {all} expectations of failure come true"),
        (all, 1) => format!("1 of {all} expectations of failure comes true"),
        (all, so) => format!("{so} of {all} expectations of failure come true"),
    };
    told + &open
}
