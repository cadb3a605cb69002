//! A herd at a quota: it takes N/µ, whatever its clients do, so that they may spread over that; as
//! far as the objectives on how soon they are back let them (`spread/back.rs`).
mod back;

use super::{Change, MARGIN, change, failing};
use crate::{
    engine::Span,
    summary::{
        Summary,
        board::{nodes, seconds, users, way_in},
        figures::{self, count, duration},
    },
    units::{Quantity, Share},
};
use back::{Back, bounds};
use serde_json::Value as Json;

/// The largest herd that a fault or the start sets off.
struct Herd {
    users: f64,
    at_start: bool,
}

fn herd(summary: &Summary) -> Option<Herd> {
    let all = users(summary)?;
    let herd = |(name, hit): (&str, f64)| Herd { users: hit.min(all), at_start: name == "start" };
    summary
        .whom_faults_hit()
        .map(herd)
        .max_by(|one, other| one.users.total_cmp(&other.users))
        .filter(|it| it.users > 0.0)
}

/// What a herd asks of the delays of its clients.
struct Spread {
    herd: Herd,
    /// New connections a second.
    quota: f64,
    /// Of these, what the steady time takes.
    steady: f64,
    /// Attempts at their peak over the quota, where some are refused.
    over: Option<f64>,
    /// What objectives on those who come back allow, the least first.
    bounds: Vec<Back>,
}

impl Spread {
    fn new(summary: &Summary, service: &str, pool: &Json) -> Option<Self> {
        let quota = summary.mean("handshakes.capacity").filter(|&it| it > 0.0)?;
        let refused = summary.mean("attempts.refused").is_some_and(|it| it > 0.0);
        let peak = summary.mean("attempts.peak_over_capacity").filter(|&it| it > 1.0);
        let herd = herd(summary)?;
        let bounds = bounds(summary, service, pool, &herd);
        // What comes at the start may be all that the steady time has.
        let steady = summary.steady_attempts().filter(|_| !herd.at_start);
        let steady = steady.map_or(0.0, |(attempts, lasted)| attempts / lasted);
        let over = peak.filter(|_| refused);
        Some(Self { herd, quota, steady, over, bounds })
    }

    /// With less than that in a second hardly any is refused.
    fn least(&self) -> f64 {
        self.herd.users / (self.quota - self.steady).max(self.quota * 0.1)
    }

    /// The spread without what objectives allow.
    fn wanted(&self) -> f64 {
        (self.herd.users / self.quota * MARGIN).ceil().max(self.least())
    }

    /// The first objective that it does not keep.
    fn bound(&self) -> Option<&Back> {
        self.bounds.first().filter(|bound| bound.asked.window < self.wanted())
    }

    /// The objective that held and that no spread keeps.
    fn broken(&self) -> Option<&Back> {
        let held = |bound: &&Back| !bound.asked.fails && bound.asked.window < self.least();
        self.bounds.iter().find(held)
    }

    /// How long to spread: none where an objective that held has no time for it.
    fn over(&self) -> Option<f64> {
        if self.broken().is_some() {
            return None;
        }
        let fits = |bound: &&Back| bound.asked.window >= self.least();
        let most = self.bounds.iter().find(fits).map_or(f64::INFINITY, |it| it.asked.window);
        // In whole seconds where there is room for them.
        let steps = [1.0, 0.1, 0.01].map(|step| (most / step).floor() * step);
        let floored = steps.into_iter().find(|&it| it >= self.least()).unwrap_or(most);
        Some(self.wanted().min(floored))
    }

    /// Whether a spread of that length is too long for an objective that fails, and a shorter one
    /// is not.
    fn is_late(&self, now: f64) -> bool {
        let late = |bound: &Back| {
            let window = bound.asked.window;
            bound.asked.fails && window >= self.least() && window < now
        };
        self.bounds.iter().any(late)
    }

    /// How long a herd takes.
    fn takes(&self) -> String {
        format!(
            "a herd of {} takes {} at a quota of {} a second",
            count(self.herd.users.round()),
            duration(self.herd.users / self.quota),
            count(self.quota),
        )
    }

    /// What it takes for an objective that no spread keeps.
    fn needs(&self, bound: &Back) -> String {
        let quota = (self.herd.users / bound.asked.window + self.steady).ceil();
        let quota = Some(quota).filter(|_| bound.asked.window > 0.0);
        let quota = quota.map_or_else(String::new, |it| format!("a quota of {} or ", count(it)));
        format!("it takes {quota}a limit of {}", bound.limit(self.least()))
    }

    fn evidence(&self, over: f64) -> String {
        let peak = self.over.map_or_else(String::new, |peak| {
            let peak = figures::compact(peak);
            format!(", however often it asks; attempts peak at {peak} times the quota")
        });
        let length = Span::from_seconds(over).print();
        let more = if over < self.wanted() { "" } else { ", a quarter more" };
        let mut all = format!(
            "N/µ: {}{peak}. Spread over {length}{more}, hardly any is refused.",
            self.takes()
        );
        match self.bound() {
            Some(bound) if bound.asked.window >= self.least() => {
                let most = duration(bound.asked.window);
                all += &format!(" {} allows {most}.", bound.asked.expr);
            }
            Some(bound) => {
                all += &format!(" That does not keep {}: {}.", bound.asked.expr, self.needs(bound));
            }
            None => {}
        }
        all
    }
}

/// What a managed service asks of those who come back to it; none beside gateways.
fn spread(summary: &Summary) -> Option<(&str, Spread)> {
    let services = nodes(summary, "managed");
    let ([(service, pool)], true) = (services.as_slice(), nodes(summary, "gateway").is_empty())
    else {
        return None;
    };
    Some((service, Spread::new(summary, service, pool)?))
}

/// For each crowd before a quota that a herd exceeds, the delays that spread it over N/µ.
pub(super) fn changes(summary: &Summary) -> Vec<Change> {
    let Some((service, spread)) = spread(summary) else { return Vec::new() };
    let crowds = nodes(summary, "clients").into_iter();
    let own = crowds.filter(|(name, _)| leads(summary, name, service));
    own.flat_map(|(name, crowd)| {
        if spread.herd.at_start {
            start(name, crowd, &spread)
        } else {
            delays(name, crowd, &spread)
        }
    })
    .collect()
}

/// That no spread keeps an objective that held together with one that fails.
pub(super) fn unkept(summary: &Summary) -> Option<String> {
    let (_, spread) = spread(summary)?;
    let broken = spread.over.and(spread.broken())?;
    let failed = failing(summary);
    (!failed.is_empty()).then(|| {
        format!(
            "No spread of the herd is advised for {}, as none keeps {} with it: {}; {}.",
            figures::listed(&failed),
            broken.asked.expr,
            spread.takes(),
            spread.needs(broken),
        )
    })
}

fn leads(summary: &Summary, crowd: &str, service: &str) -> bool {
    let own = &summary.input["nodes"][crowd]["clients"];
    way_in::comes(summary, service).iter().any(|it| std::ptr::eq(it.crowd, own))
}

/// Those who all come at the start.
fn start(name: &str, crowd: &Json, spread: &Spread) -> Vec<Change> {
    let own = &crowd["start"];
    let now = seconds(&own["ramp"]).unwrap_or(0.0);
    let Some(over) = spread.over() else { return Vec::new() };
    let short = spread.over.is_some() && now < over && (own == "cold" || own["ramp"].is_string());
    let to = format!("{{ ramp: {} }}", Span::from_seconds(over).print());
    let differs = short || now > over && spread.is_late(now);
    let change = || change(format!("{name}.start"), own, to, &spread.evidence(over));
    differs.then(change).into_iter().collect()
}

/// Over how long the first delays of a crowd are spread, in seconds.
fn width(jitter: &Json, base: f64, cap: f64) -> f64 {
    let first = base.min(cap);
    match jitter.as_str() {
        Some("full") => first,
        Some("equal") => first / 2.0,
        Some("decorrelated") => (3.0 * base).min(cap) - first,
        _ => {
            let part = jitter["proportional"].as_str().and_then(|it| Share::read(it).ok());
            first * part.map_or(0.0, |it| 2.0 * it.0)
        }
    }
}

/// Those who come back: the first delay of full jitter is anything up to the base.
fn delays(name: &str, crowd: &Json, spread: &Spread) -> Vec<Change> {
    let own = &crowd["reconnect"];
    let (Some(base), Some(cap), Some(over)) =
        (seconds(&own["base"]), seconds(&own["cap"]), spread.over())
    else {
        return Vec::new();
    };
    let full = own["jitter"] == "full";
    let now = width(&own["jitter"], base, cap);
    let short = spread.over.is_some() && now < over;
    if !(short || full && over < now && spread.is_late(now)) {
        return Vec::new();
    }
    let path = |key: &str| format!("{name}.reconnect.{key}");
    let (to, evidence) = (Span::from_seconds(over).print(), spread.evidence(over));
    let together = "The first delay is drawn from 0 to the base, and no delay passes the cap.";
    let mut all = Vec::new();
    if (base - over).abs() > 1e-9 {
        all.push(change(path("base"), &own["base"], to.clone(), &evidence));
    }
    if cap < over {
        all.push(change(path("cap"), &own["cap"], to, together));
    }
    if !full {
        all.push(change(path("jitter"), &own["jitter"], "full".to_owned(), together));
    }
    all
}
