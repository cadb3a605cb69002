//! A drain: how long it must take for the others to take in whom it moves, and how long it may.
use super::{Change, MARGIN, change, rate};
use crate::{
    engine::{Law, Span},
    summary::{
        Summary,
        board::{seconds, users, way_in},
        figures::{count, duration},
        slo::{self, Comparison, Verdict},
        stated_count,
    },
    units::Quantity,
};
use serde_json::Value as Json;

/// Of a limit of an objective, how much a drain may use.
const WITHIN: f64 = 0.95;
/// Of what a closed form asks for, how much more an objective on availability gets.
const SPARE: f64 = 1.1;
/// Windows are advised in whole steps of so many seconds.
const STEP: f64 = 5.0;

/// A deploy of a tier in the timeline.
struct Deploy<'s> {
    name: &'s str,
    at: f64,
    batch: f64,
    startup: f64,
    /// How many batches it has.
    batches: f64,
}

impl Deploy<'_> {
    /// How many of its batches begin within the run, each with such a window.
    fn begun(&self, window: f64, horizon: f64) -> f64 {
        let each = (window + self.startup).max(1e-3);
        (((horizon - self.at) / each).ceil()).clamp(1.0, self.batches)
    }
}

/// What an objective asks of a window, in seconds.
struct Asked {
    window: f64,
    expr: String,
    fails: bool,
}

/// The deploys of a tier.
fn deploys<'s>(summary: &'s Summary, node: &str, instances: f64) -> Vec<Deploy<'s>> {
    let own = summary.timeline().iter().filter(|entry| entry["deploy"]["node"] == node);
    own.filter_map(|entry| {
        let deploy = &entry["deploy"];
        let batch = stated_count(&deploy["batch"])?.max(1.0);
        Some(Deploy {
            name: entry["name"].as_str().unwrap_or("deploy"),
            at: seconds(&entry["at"]).unwrap_or(0.0),
            batch,
            startup: seconds(&deploy["startup"]).unwrap_or(0.0),
            batches: (instances / batch).ceil(),
        })
    })
    .collect()
}

/// Objectives with a limit on one metric, from below or from above.
fn objectives<'s>(
    summary: &'s Summary,
    metrics: &'s [String],
    below: bool,
) -> impl Iterator<Item = (f64, &'s str, bool)> {
    summary.slo.iter().filter(|judged| judged.decides()).filter_map(move |judged| {
        let read = slo::parse(&judged.expr).ok()?;
        let side = match read.comparison {
            Comparison::Below | Comparison::AtMost => true,
            Comparison::Above | Comparison::AtLeast => false,
            Comparison::Equal | Comparison::Unequal => return None,
        };
        let own = side == below && metrics.contains(&read.metric);
        let fails = judged.verdict == Verdict::Fail;
        own.then_some((read.limit, judged.expr.as_str(), fails))
    })
}

/// The longest window with which all whom a deploy moves are back as soon as is asked for: a drain
/// with a window W lasts W, and a deploy as many of them, with a start behind each.
fn at_most(summary: &Summary, deploys: &[Deploy], window: f64) -> Option<Asked> {
    let horizon = summary.horizon.seconds();
    let of = |deploy: &Deploy| {
        let metrics = ["all", "t99"].map(|what| format!("recovery.{}.{what}", deploy.name));
        let limits = objectives(summary, &metrics, true);
        let asked = limits.map(|(limit, expr, fails)| {
            let begun = deploy.begun(window, horizon);
            let window = (limit * WITHIN - (begun - 1.0) * deploy.startup) / begun;
            Asked { window, expr: expr.to_owned(), fails }
        });
        asked.min_by(|one, other| one.window.total_cmp(&other.window))
    };
    deploys.iter().filter_map(of).min_by(|one, other| one.window.total_cmp(&other.window))
}

/// The shortest window that leaves the availability during a deploy that is asked for: those whom
/// it moves are away for a handshake each, out of all its time.
fn at_least(summary: &Summary, node: &str, pool: &Json, deploys: &[Deploy]) -> Option<Asked> {
    let crowds = way_in::comes(summary, node);
    let streams = |it: &way_in::Comes| ["websocket", "sse"].contains(&it.transport);
    let all = users(summary)?;
    if crowds.is_empty() || !crowds.iter().all(streams) || pool["drain"]["move"] == "make_first" {
        return None;
    }
    let takes =
        |it: &way_in::Comes| way_in::handshake(summary, it.crowd, node, pool, Law::mean) * it.users;
    let away =
        crowds.iter().map(takes).sum::<f64>() / crowds.iter().map(|it| it.users).sum::<f64>();
    let steady = summary.mean("during(steady).clients.availability").unwrap_or(1.0);
    let of = |deploy: &Deploy| {
        let moved = summary.mean(&format!("recovery.{}.hit", deploy.name))?;
        let metric = [format!("during({}).clients.availability", deploy.name)];
        let limits: Vec<_> = objectives(summary, &metric, false).collect();
        let asked = limits.into_iter().filter(|it| it.0 < steady).map(|(limit, expr, fails)| {
            let lasts = SPARE * moved * away / (all * (steady - limit));
            let window = lasts / deploy.batches - deploy.startup;
            Asked { window, expr: expr.to_owned(), fails }
        });
        asked.max_by(|one, other| one.window.total_cmp(&other.window))
    };
    let asked = deploys.iter().filter_map(of);
    asked
        .max_by(|one, other| one.window.total_cmp(&other.window))
        .filter(|it| it.window.is_finite())
}

/// A drain must leave the others time for the handshakes of a batch, window ≥ N/µ, and be over
/// before its grace is; as far as the objectives on the deploy let it.
pub(super) fn changes(summary: &Summary, node: &str, pool: &Json) -> Vec<Change> {
    let (Some(instances), Some(now), Some(grace)) = (
        stated_count(&pool["count"]),
        seconds(&pool["drain"]["window"]),
        seconds(&pool["drain"]["grace"]),
    ) else {
        return Vec::new();
    };
    let deploys = deploys(summary, node, instances);
    let own = window(summary, node, pool, &deploys);
    let lasts = own.as_ref().map_or(Some(now), |it| Some(Span::read(&it.to).ok()?.seconds()));
    let lasts = lasts.unwrap_or(now);
    let longer = (grace < lasts).then(|| {
        let mut evidence = format!(
            "A drain takes {} to move its users; after a grace of {} the rest are cut off at once.",
            duration(lasts),
            duration(grace),
        );
        let late = at_most(summary, &deploys, lasts).filter(|it| it.window < lasts);
        if let (Some(late), None) = (late, &own) {
            evidence += &unkept(&late);
        }
        let path = format!("{node}.drain.grace");
        change(path, &pool["drain"]["grace"], Span::from_seconds(lasts).print(), &evidence)
    });
    own.into_iter().chain(longer).collect()
}

/// What is known of a drain that moves too many in too little time, or too slowly.
struct Drain {
    /// Gateways that are left.
    others: f64,
    /// Users whom a batch moves.
    herd: f64,
    /// Handshakes a second of the others.
    rate: f64,
    /// Its window, in seconds.
    now: f64,
    /// What an objective asks for, at least.
    kept: Option<Asked>,
    /// What an objective allows, if it is less than what is wanted.
    late: Option<Asked>,
}

impl Drain {
    fn new(summary: &Summary, node: &str, pool: &Json, deploys: &[Deploy]) -> Option<Self> {
        let instances = stated_count(&pool["count"])?;
        let batch = deploys.iter().map(|it| it.batch).reduce(f64::max)?.min(instances - 1.0);
        let fullest = summary.mean(&format!("{node}.connections_per_instance.max"))?;
        let (herd, rate) = (fullest * batch, rate(summary, instances - batch)?);
        let now = seconds(&pool["drain"]["window"])?;
        let mut drain = Self { others: instances - batch, herd, rate, now, kept: None, late: None };
        let short = drain.is_short();
        let kept = at_least(summary, node, pool, deploys);
        drain.kept = kept.filter(|it| (short || it.fails) && it.window > now);
        let wanted = drain.wanted();
        let cut = seconds(&pool["drain"]["grace"])? < now;
        // A drain that is cut off, or too slow for an objective, may have time for a shorter one.
        let late = at_most(summary, deploys, wanted).filter(|it| it.window < wanted);
        drain.late = late.filter(|it| short || it.fails || cut);
        Some(drain)
    }

    fn least(&self) -> f64 {
        self.herd / self.rate
    }

    fn is_short(&self) -> bool {
        self.now < self.least()
    }

    /// The window without what an objective allows.
    fn wanted(&self) -> f64 {
        let least = if self.is_short() { self.least() * MARGIN } else { 0.0 };
        let wanted = self.kept.as_ref().map_or(least, |it| it.window.max(least));
        if wanted > self.now { (wanted / STEP).ceil() * STEP } else { self.now }
    }

    /// The longest window that is allowed, where the others have time for it.
    fn fits(&self) -> Option<f64> {
        let fits = (self.late.as_ref()?.window / STEP).floor() * STEP;
        Some(fits).filter(|&fits| fits >= self.least() * MARGIN)
    }

    fn evidence(&self) -> String {
        let mut all = format!(
            "N/µ: a batch moves up to {} users, and the other {} gateways complete {} handshakes a \
             second: {} of work in a window of {}; a quarter more for queues and uneven shares.",
            count(self.herd.round()),
            count(self.others),
            count(self.rate.round()),
            duration(self.least()),
            duration(self.now),
        );
        if let Some(kept) = &self.kept {
            all += &format!(
                " Who moves is away for a handshake: for {} a window of {} makes the deploy last \
                 long enough.",
                kept.expr,
                duration(kept.window),
            );
        }
        match (&self.late, self.fits()) {
            (Some(late), Some(_)) => {
                let most = duration(late.window);
                all += &format!(" A drain lasts for its window: {} allows {most}.", late.expr);
            }
            (Some(late), None) => all += &unkept(late),
            (None, _) => {}
        }
        all
    }
}

/// That an objective is not kept.
fn unkept(late: &Asked) -> String {
    format!(
        " That does not keep {}: a window of {} is the longest for it. Take a smaller batch or \
         more gateways.",
        late.expr,
        duration(late.window.max(0.0)),
    )
}

fn window(summary: &Summary, node: &str, pool: &Json, deploys: &[Deploy]) -> Option<Change> {
    let drain = Drain::new(summary, node, pool, deploys)?;
    let to = drain.fits().unwrap_or_else(|| drain.wanted());
    let own = &pool["drain"]["window"];
    let path = format!("{node}.drain.window");
    ((to - drain.now).abs() > 1e-9)
        .then(|| change(path, own, Span::from_seconds(to).print(), &drain.evidence()))
}
