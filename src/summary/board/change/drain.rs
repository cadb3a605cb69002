//! A drain: how long it must take for the others to take in whom it moves, and how long it may.
use super::{
    Change, MARGIN,
    asked::{Asked, objectives},
    change, closings, rate,
};
use crate::{
    engine::{Law, Span, number},
    summary::{
        Summary,
        board::{nodes, seconds, users, way_in},
        figures::{count, duration, share},
        rolling::{Placing, rolling},
        stated_count,
    },
    units::Quantity,
};
use serde_json::Value as Json;

/// Of a limit of an objective, how much a drain may use.
const WITHIN: f64 = 0.95;
/// Of what a closed form asks for, how much more an objective on availability gets.
const SPARE: f64 = 1.1;
/// Less of a CPU is not told.
const SEEN: f64 = 0.01;
/// Windows are advised in whole steps of so many seconds, shorter ones in whole seconds.
const STEP: f64 = 5.0;

/// The next longer window in whole steps.
fn longer(window: f64) -> f64 {
    let step = if window > STEP { STEP } else { 1.0 };
    (window / step - 1e-9).ceil() * step
}

/// The next shorter one.
fn shorter(window: f64) -> f64 {
    let step = if window >= STEP { STEP } else { 1.0 };
    (window / step + 1e-9).floor() * step
}

/// A deploy of a tier in the timeline.
#[derive(Clone, Copy)]
pub(super) struct Deploy<'s> {
    name: &'s str,
    at: f64,
    /// As it is written, and in gateways.
    stated: &'s Json,
    pub(super) batch: f64,
    startup: f64,
    /// How many batches it has.
    batches: f64,
}

impl Deploy<'_> {
    /// The same with batches so many times as large.
    fn times(self, times: f64, instances: f64) -> Self {
        let batch = self.batch * times;
        Self { batch, batches: (instances / batch).ceil(), ..self }
    }

    /// How many of its batches begin within the run, each with such a window.
    fn begun(&self, window: f64, horizon: f64) -> f64 {
        let each = (window + self.startup).max(1e-3);
        (((horizon - self.at) / each).ceil()).clamp(1.0, self.batches)
    }
}

/// The deploys of a tier.
pub(super) fn deploys<'s>(summary: &'s Summary, node: &str, instances: f64) -> Vec<Deploy<'s>> {
    let own = summary.timeline().iter().filter(|entry| entry["deploy"]["node"] == node);
    own.filter_map(|entry| {
        let deploy = &entry["deploy"];
        let batch = stated_count(&deploy["batch"])?.max(1.0);
        Some(Deploy {
            name: entry["name"].as_str().unwrap_or("deploy"),
            at: seconds(&entry["at"]).unwrap_or(0.0),
            stated: &deploy["batch"],
            batch,
            startup: seconds(&deploy["startup"]).unwrap_or(0.0),
            batches: (instances / batch).ceil(),
        })
    })
    .collect()
}

/// The longest window with which all whom a deploy moves are back, or it is over, as soon as is
/// asked for: a drain with a window W lasts W, and a deploy as many of them, with a start behind
/// each. Those of the last batch are back before it has started.
pub(super) fn at_most(summary: &Summary, deploys: &[Deploy], window: f64) -> Option<Asked> {
    let horizon = summary.horizon.seconds();
    let of = |deploy: &Deploy| {
        let asked = |metrics: &[String], batches: f64, starts: f64| {
            let limits = objectives(summary, metrics, true);
            let asked = limits.map(|(limit, expr, fails)| {
                let window = (limit * WITHIN - starts * deploy.startup) / batches;
                Asked { window, expr: expr.to_owned(), fails }
            });
            asked.min_by(|one, other| one.window.total_cmp(&other.window))
        };
        let back = ["all", "t99"].map(|what| format!("recovery.{}.{what}", deploy.name));
        let begun = deploy.begun(window, horizon);
        let lasts = [format!("{}.duration", deploy.name)];
        let both =
            [asked(&back, begun, begun - 1.0), asked(&lasts, deploy.batches, deploy.batches)];
        both.into_iter().flatten().min_by(|one, other| one.window.total_cmp(&other.window))
    };
    deploys.iter().filter_map(of).min_by(|one, other| one.window.total_cmp(&other.window))
}

/// The shortest window that leaves the availability during a deploy that is asked for: those whom
/// it moves are away for a handshake each, out of all its time.
fn at_least(summary: &Summary, node: &str, pool: &Json, deploys: &[Deploy]) -> Option<Asked> {
    let crowds = way_in::comes(summary, node);
    let all = users(summary)?;
    if crowds.is_empty()
        || !crowds.iter().all(way_in::Comes::is_stream)
        || pool["drain"]["move"] == "make_first"
    {
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
    if closings::closes(pool) {
        return closings::changes(summary, node, pool);
    }
    let (Some(instances), Some(now), Some(grace)) = (
        stated_count(&pool["count"]),
        seconds(&pool["drain"]["window"]),
        seconds(&pool["drain"]["grace"]),
    ) else {
        return Vec::new();
    };
    let deploys = deploys(summary, node, instances);
    let plan = Plan { summary, node, pool, deploys: &deploys };
    let own = plan.changes();
    let window = own.iter().find(|it| it.path.ends_with(".drain.window"));
    let lasts = window.and_then(|it| Some(Span::read(&it.to).ok()?.seconds())).unwrap_or(now);
    let longer = (grace < lasts).then(|| {
        let mut evidence = format!(
            "A drain takes {} to move its users; after a grace of {} the rest are cut off at once.",
            duration(lasts),
            duration(grace),
        );
        let late = at_most(summary, &deploys, lasts).filter(|it| it.window < lasts);
        if let (Some(late), true) = (late, own.is_empty()) {
            evidence += &unkept(&late);
            evidence += MORE;
        }
        let path = format!("{node}.drain.grace");
        change(path, &pool["drain"]["grace"], Span::from_seconds(lasts).print(), &evidence)
    });
    own.into_iter().chain(longer).collect()
}

/// What may help where no batches do.
const MORE: &str = " More gateways with a batch that grows with them may keep it.";

/// Why the drains of some tier cannot be changed so that an objective on their deploys is kept.
pub(super) fn hopeless(summary: &Summary) -> Option<String> {
    let of = |(node, pool): (&str, &Json)| {
        if closings::closes(pool) {
            return None;
        }
        let deploys = deploys(summary, node, stated_count(&pool["count"])?);
        let drain = Drain::new(&Plan { summary, node, pool, deploys: &deploys })?;
        let late = drain.late.as_ref().filter(|it| it.fails)?;
        Some(format!("{}{}{MORE}", drain.evidence(), unkept(late)))
    };
    nodes(summary, "gateway").into_iter().find_map(of)
}

/// That an objective is not kept by any window with the batches that there are.
fn unkept(late: &Asked) -> String {
    let longest = match late.window {
        window if window > 0.0 => format!("a window of {} is the longest", duration(window)),
        _ => "with these batches no window is short enough".to_owned(),
    };
    format!(" That does not keep {}: {longest} for it.", late.expr)
}

/// How the balancer before a tier places, and its policy; none where it is not written.
pub(super) fn placing<'s>(summary: &'s Summary, node: &str) -> Option<(Placing, &'s Json)> {
    let links = summary.input["links"].as_object().into_iter().flatten();
    let mut before =
        links.filter_map(|(ends, _)| ends.split_once(" -> ").filter(|it| it.1 == node));
    before.find_map(|(from, _)| {
        let policy = summary.input["nodes"][from]["load_balancer"].get("policy")?;
        let placing = match policy.as_str() {
            Some("least_connections") => Placing::Fewest,
            Some("round_robin") => Placing::Uniform,
            _ => Placing::Ring,
        };
        Some((placing, policy))
    })
}

/// The batch that gives each of those who take it in the most.
pub(super) struct Takes {
    placing: Option<Placing>,
    /// Its users.
    pub(super) herd: f64,
    /// Gateways that take it in.
    takers: f64,
    /// Their handshakes a second beside what they hold.
    pub(super) rate: f64,
    /// What of their CPU messages and heartbeats take.
    busy: f64,
}

impl Takes {
    pub(super) fn new(
        summary: &Summary,
        node: &str,
        pool: &Json,
        deploys: &[Deploy],
    ) -> Option<Self> {
        let instances = stated_count(&pool["count"])?;
        let batch = deploys.iter().map(|it| it.batch).reduce(f64::max)?.min(instances - 1.0);
        let fullest = summary.mean(&format!("{node}.connections_per_instance.max"))?;
        let placing = placing(summary, node).map(|it| it.0);
        let users = summary.mean("connections.peak");
        let whole = |count: f64| u32::try_from(number::whole(count)).ok();
        let (n, at_once) = (whole(instances)?, whole(batch)?);
        let closed = placing.zip(users).map(|(placing, users)| rolling(placing, users, n, at_once));
        // On a ring, shares are as uneven as they were measured.
        let streams = way_in::streams(summary, node).filter(|&part| part > 0.0)?;
        let measured = fullest * batch;
        let even =
            closed.as_ref().filter(|it| placing != Some(Placing::Ring) || it.taken > measured);
        let (herd, takers) = even.map_or((measured, instances - batch), |it| (it.taken, it.takers));
        // A request that is answered asks again: that is no handshake to wait for.
        let herd = herd * streams;
        let level = closed.as_ref().map_or(0.0, |it| it.level / (users.unwrap_or(0.0) / instances));
        let busy = (beside(summary, node) * level).clamp(0.0, 0.9);
        let rate = rate(summary, takers)? * (1.0 - busy);
        Some(Self { placing, herd, takers, rate, busy })
    }

    /// The time that its handshakes take, in seconds.
    fn least(&self) -> f64 {
        self.herd / self.rate
    }

    pub(super) fn said(&self) -> String {
        let (users, takers) = (count(self.herd.round()), count(self.takers));
        let one = self.takers < 1.5;
        let own = if one { "its" } else { "their" };
        let who = match (self.placing, one) {
            (Some(Placing::Fewest), true) => {
                " to the emptiest gateway, the one that has just started, and it completes"
                    .to_owned()
            }
            (Some(Placing::Fewest), false) => format!(
                " to the emptiest gateways, the {takers} that have just started, and they complete"
            ),
            (_, true) => ", and the other gateway completes".to_owned(),
            (_, false) => format!(", and the other {takers} gateways complete"),
        };
        let beside = if self.busy > SEEN {
            format!(" beside messages and heartbeats ({} of {own} CPU)", share(self.busy))
        } else {
            String::new()
        };
        let rate = count(self.rate.round());
        format!("a batch moves up to {users} users{who} {rate} handshakes a second{beside}")
    }
}

/// What messages and heartbeats take of the CPU of a tier on average: all that is busy, less what
/// its handshakes took.
fn beside(summary: &Summary, node: &str) -> f64 {
    let all = summary.mean(&format!("{node}.cpu.mean")).unwrap_or(0.0);
    let [made, capacity] =
        ["total", "capacity"].map(|it| summary.mean(&format!("handshakes.{it}")));
    let made = made.zip(capacity).filter(|it| it.1 > 0.0);
    let made = made.map_or(0.0, |(made, capacity)| made / capacity / summary.horizon.seconds());
    (all - made).max(0.0)
}

/// What is known of a drain that moves too many in too little time, or too slowly.
struct Drain {
    /// Who takes a batch in.
    takes: Takes,
    /// Its window, in seconds.
    now: f64,
    /// What an objective asks for, at least.
    kept: Option<Asked>,
    /// What an objective allows, if it is less than what is wanted.
    late: Option<Asked>,
}

impl Drain {
    fn new(plan: &Plan) -> Option<Self> {
        let Plan { summary, node, pool, deploys } = *plan;
        let takes = plan.takes()?;
        let now = seconds(&pool["drain"]["window"])?;
        let mut drain = Self { takes, now, kept: None, late: None };
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
        self.takes.least()
    }

    fn is_short(&self) -> bool {
        self.now < self.least()
    }

    /// The window without what an objective allows.
    fn wanted(&self) -> f64 {
        let least = if self.is_short() { self.least() * MARGIN } else { 0.0 };
        let wanted = self.kept.as_ref().map_or(least, |it| it.window.max(least));
        if wanted > self.now { longer(wanted) } else { self.now }
    }

    /// The longest window that is allowed, where the others have time for it.
    fn fits(&self) -> Option<f64> {
        let fits = shorter(self.late.as_ref()?.window);
        Some(fits).filter(|&fits| fits >= self.least() * MARGIN)
    }

    fn evidence(&self) -> String {
        let mut all = format!(
            "N/µ: {}: {} of work in a window of {}; a quarter more for queues and uneven shares.",
            self.takes.said(),
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
        if let (Some(late), Some(_)) = (&self.late, self.fits()) {
            let most = duration(late.window);
            all += &format!(" A drain lasts for its window: {} allows {most}.", late.expr);
        }
        all
    }
}

/// The deploys of a tier, and what is asked of them.
struct Plan<'a> {
    summary: &'a Summary,
    node: &'a str,
    pool: &'a Json,
    deploys: &'a [Deploy<'a>],
}

/// Batches are tried up to so many times as large.
const LARGER: u32 = 8;

impl Plan<'_> {
    /// Another window, or where none that suffices is short enough, larger batches with theirs.
    fn changes(&self) -> Vec<Change> {
        let Some(drain) = Drain::new(self) else { return Vec::new() };
        let evidence = drain.evidence();
        let one = |to: f64, evidence: &str| self.window(&drain, to, evidence).into_iter().collect();
        let (Some(late), None) = (&drain.late, drain.fits()) else {
            return one(drain.fits().unwrap_or_else(|| drain.wanted()), &evidence);
        };
        let unkept = unkept(late);
        let Some((times, to)) = self.larger(&drain) else {
            return one(drain.wanted(), &format!("{evidence}{unkept}{MORE}"));
        };
        let lasts = duration(to);
        let batch = |it: &Deploy| {
            let batch = it.batch * times;
            let keeps = format!(" A batch of {} with a window of {lasts} keeps it.", count(batch));
            let path = format!("timeline.{}.batch", it.name);
            change(path, it.stated, format!("{batch:.0}"), &format!("{evidence}{unkept}{keeps}"))
        };
        let why = "As long as larger batches need, and as they leave time for.";
        self.deploys.iter().map(batch).chain(self.window(&drain, to, why)).collect()
    }

    fn window(&self, drain: &Drain, to: f64, evidence: &str) -> Option<Change> {
        let own = &self.pool["drain"]["window"];
        let path = format!("{}.drain.window", self.node);
        ((to - drain.now).abs() > 1e-9)
            .then(|| change(path, own, Span::from_seconds(to).print(), evidence))
    }

    /// The smallest multiple of the batch with which a window suffices that all objectives allow,
    /// and that window, today's where it is one: of fewer batches each may take longer.
    fn larger(&self, drain: &Drain) -> Option<(f64, f64)> {
        let instances = stated_count(&self.pool["count"])?;
        (2..=LARGER).map(f64::from).find_map(|times| {
            let deploys = self.deploys.iter().map(|it| it.times(times, instances));
            let deploys: Vec<Deploy> = deploys.collect();
            // The other half takes them in.
            if deploys.iter().any(|it| 2.0 * it.batch > instances) {
                return None;
            }
            let other = Plan { deploys: &deploys, ..*self };
            let kept = at_least(other.summary, other.node, other.pool, &deploys);
            let least = (other.takes()?.least() * MARGIN).max(kept.map_or(0.0, |it| it.window));
            let least = longer(least);
            let late = at_most(other.summary, &deploys, least);
            let most = late.map_or(f64::INFINITY, |it| shorter(it.window));
            (least <= most).then(|| (times, drain.now.clamp(least, most)))
        })
    }

    fn takes(&self) -> Option<Takes> {
        Takes::new(self.summary, self.node, self.pool, self.deploys)
    }
}
