//! What stands out, in sentences: a subject, a number, a comparison; computed, never guessed.
//!
//! Numbers are means over the replications. A rule that has nothing to say is silent.
use super::{
    Ledger, NOTABLE, RECOVERY, Summary,
    board::{self, is_mark},
    disturbed, figures, herds, polls,
    shares::Fullest,
    slo,
    storms::{self, Ended},
    survivors, words,
};
use crate::engine::number;
use figures::{clock, compact, count, counted, duration, share};

/// So many faults get a sentence of their own.
const FAULTS: usize = 3;

/// A share of deliveries that have not ended at the horizon: below it, they are on their way.
const PENDING: f64 = 0.01;

/// A gateway pool that has less left says what binds.
const SCARCE: f64 = 0.25;

/// An instance that holds so many times an even share is worth a sentence.
const UNEVEN: f64 = 1.2;

/// An instance that is no busier is not worth a sentence.
const BUSY: f64 = 0.5;

/// Where none is, one that comes to more than this is,
const MOVED: f64 = 0.2;
/// with so many times what it had at most before.
const RISEN: f64 = 2.0;

/// A sentence, the chart that shows it, and how much it matters beside others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The sentence.
    pub text: String,
    /// The begin of a chart's name.
    pub chart: &'static str,
    /// More is told first where there is little room.
    pub weight: u8,
}

/// What a rule finds.
type Rule = fn(&Summary) -> Option<String>;

/// Rules about the whole run, with their chart and their weight.
const RULES: [(Rule, &str, u8); 10] = [
    (tabs, "connections", 8),
    (binding, "budgets", 6),
    (refused, "attempts", 5),
    (held_back, "memory", 7),
    (fullest, "connections", 3),
    (busiest, "cpu", 2),
    (reconnect, "attempts", 1),
    (polls::sentence, "polls", 8),
    (missed, "loss-waterfall", 8),
    (late, "lag-over-time", 4),
];

/// All findings, the cause before the effect.
pub fn all(summary: &Summary) -> Vec<Finding> {
    let finding =
        |chart, weight| move |text: String| Finding { text: figures::plain(&text), chart, weight };
    let herds = herds::sentences(summary, FAULTS).into_iter();
    let storms = storms::worst(summary, FAULTS).into_iter().map(|storm| storm.text);
    let storms = storms.map(finding("attempts", 9));
    let disturbed = disturbed::sentences(summary).into_iter().take(FAULTS);
    let disturbed = disturbed.map(finding("lag-over-time", 8));
    let rest = RULES
        .iter()
        .filter_map(|(rule, chart, weight)| Some(finding(chart, *weight)(rule(summary)?)));
    storms.chain(herds.map(finding("attempts", 3))).chain(disturbed).chain(rest).collect()
}

/// Their sentences.
pub(super) fn sentences(summary: &Summary) -> Vec<String> {
    all(summary).into_iter().map(|finding| finding.text).collect()
}

/// What a reader hears first: what the objectives say, or else what happened; then what stands
/// behind it, in at most two sentences.
pub fn verdict(summary: &Summary) -> (String, Vec<String>) {
    let (answer, mut told) = (summary.answer(), behind(summary));
    told.retain(|text| *text != answer);
    // What broke is told at length.
    let broken = storms::storms(summary).into_iter().find(|it| it.ended != Ended::Stable);
    let long = broken.is_some_and(|it| it.ended == Ended::Metastable);
    told.truncate(if long { 1 } else { 2 });
    let verdicts = Some(summary.verdicts()).filter(|text| !text.is_empty() && *text != answer);
    (answer, verdicts.into_iter().chain(told).collect())
}

/// What broke, what was missed, what was done, what is full; else how late messages are.
pub fn behind(summary: &Summary) -> Vec<String> {
    let storms = storms::storms(summary).into_iter();
    let (calm, broken): (Vec<_>, Vec<_>) = storms.partition(|it| it.ended == Ended::Stable);
    let [calm, broken] = [calm, broken].map(|all| all.into_iter().next().map(|it| it.text));
    let lossless = summary.ledger[0].total(|end, _| end == "lost" || end == "expired") == 0;
    let losses = missed(summary);
    let (none, some) = if lossless { (losses, None) } else { (None, losses) };
    // Where nothing was done, what the objectives ask for is told before what else there is.
    let disturbed = disturbed::sentences(summary).into_iter().next();
    let quiet = broken.is_none() && calm.is_none() && disturbed.is_none();
    let asked = if quiet { asked(summary) } else { None };
    let first = broken.into_iter().chain(tabs(summary)).chain(asked).chain(some);
    let first = first.chain(polls::sentence(summary));
    let first = first.chain(calm).chain(disturbed);
    let all: Vec<String> = first.chain(held_back(summary)).chain(binding(summary)).collect();
    // Where nothing went wrong, it matters how late messages are, and that none is missed.
    let late = late(summary).filter(|_| all.is_empty());
    let all = late.into_iter().chain(all).chain(none);
    all.map(|text| figures::plain(&text)).collect()
}

/// How soon users are back, or how late messages are, where most objectives ask for that.
fn asked(summary: &Summary) -> Option<String> {
    const RULES: [(&str, Rule); 2] = [("reconnect.", reconnect), ("delivery_lag.", late)];
    let asks = |metrics: &str| {
        let objectives = summary.slo.iter().filter_map(|judged| slo::parse(&judged.expr).ok());
        objectives.filter(|objective| objective.metric.starts_with(metrics)).count()
    };
    let most = RULES.iter().find(|(metrics, _)| 2 * asks(metrics) > summary.slo.len());
    most.and_then(|(_, rule)| rule(summary))
}

/// What slow consumers do to those who send to them.
fn held_back(summary: &Summary) -> Option<String> {
    let peaks = summary.metrics.iter().filter(|metric| metric.quantity == "send_buffers");
    let peaks = peaks.filter(|metric| metric.statistic == "peak" && !metric.node.is_empty());
    let fullest = peaks.max_by(|a, b| a.mean.unwrap_or(0.0).total_cmp(&b.mean.unwrap_or(0.0)))?;
    let most = fullest.mean.filter(|&most| most > 0.0)?;
    let closed = summary.mean("send_buffers.closed").filter(|&closed| closed > 0.0);
    let closed = closed.map(|closed| {
        let are = counted(closed, "connection is closed", "connections are closed");
        format!("; {are} since their buffers were full")
    });
    Some(format!(
        "Slow readers leave up to {} unsent in an instance of {}{}.",
        figures::figure(fullest.unit, most),
        fullest.node,
        closed.unwrap_or_default(),
    ))
}

/// Tabs that wait in their browsers: no server hears of them.
fn tabs(summary: &Summary) -> Option<String> {
    let waiting = summary.mean("tabs.waiting.peak").filter(|&waiting| waiting > 0.0)?;
    let held = summary.mean("tabs.held_back").filter(|&held| held > 0.0);
    let held = held.map_or_else(String::new, |held| {
        format!("; {} there for a request", counted(held.round(), "message waits", "messages wait"))
    });
    let wait = counted(waiting.round(), "tab waits in its browser", "tabs wait in their browsers");
    Some(format!("Up to {wait} for a connection{held}."))
}

/// The budget that is full first, of all nodes, where little of it is left.
pub fn binding(summary: &Summary) -> Option<String> {
    let rooms = board::rooms(summary);
    let (room, first) = board::binding(&rooms)?;
    let (node, name) = (&room.node, first.name);
    let used = first.part(room.users)?;
    if !first.exceeded && used <= 1.0 - SCARCE {
        return None;
    }
    if name == board::NEW_CONNECTIONS {
        let used = share(first.average);
        return Some(format!("The quota of {node} on new connections is {used} used on average."));
    }
    let how = if first.exceeded {
        format!("The {name} of {node} is exceeded: instances end of it")
    } else if board::can_wait(name) {
        format!("The first budget of {node} to bind is {name}: steady ones take {}", share(used))
    } else {
        let most = share(first.peak);
        format!("The first budget of {node} to bind is {name}, at its peak {most} used")
    };
    let others = room.budgets.iter().filter(|it| it.name != name && !board::can_wait(it.name));
    let others = others.map(|budget| format!("{} {}", budget.name, share(budget.peak)));
    let others = Some(others.collect::<Vec<String>>().join(", ")).filter(|it| !it.is_empty());
    let waits = room.budgets.iter().filter(|it| it.name != name).find_map(board::Budget::wait);
    let parts: Vec<String> = [how].into_iter().chain(others).chain(waits).collect();
    Some(parts.join("; ") + ".")
}

fn refused(summary: &Summary) -> Option<String> {
    let total = summary.mean("attempts.total").filter(|&total| total > 0.0)?;
    let part = |name: &str, what: &str| {
        let count = summary.mean(name).filter(|&count| count > 0.0)?;
        Some(format!("{} {what}", figures::count(count)))
    };
    let failed: Vec<String> =
        [part("attempts.refused", "are refused"), part("attempts.timed_out", "time out")]
            .into_iter()
            .flatten()
            .collect();
    let most = ["attempts.refused", "attempts.timed_out"].map(|name| summary.mean(name));
    let share = most.into_iter().flatten().sum::<f64>() / total;
    if failed.is_empty() || (share < NOTABLE && summary.mean("clients.gave_up") <= Some(0.0)) {
        return None;
    }
    let runs = if summary.replications > 1 { " a run" } else { "" };
    let ends = match part("clients.gave_up", "users give up") {
        Some(users) => format!("; {users}"),
        None => String::new(),
    };
    Some(format!("Of {} attempts{runs} {}{ends}.", count(total), failed.join(" and ")))
}

/// The instance that fills up most, where the pool's load has become uneven or not all serve.
fn fullest(summary: &Summary) -> Option<String> {
    let pools = summary.nodes_with("connections").into_iter().filter(|node| !node.is_empty());
    let all: Vec<Fullest> = pools.filter_map(|node| summary.fullest(node)).collect();
    let uneven = all.iter().filter(|it| it.times() > UNEVEN);
    if let Some(most) = uneven.max_by(|a, b| a.times().total_cmp(&b.times())) {
        let whose = match most.some() {
            Some(_) => String::new(),
            None => format!(" of those of {}", most.node),
        };
        let beside = most.beside("times");
        return Some(format!("{} fills up to {}, {beside}{whose}.", most.name, most.holds()));
    }
    let fewer = all.iter().filter(|it| it.serve * UNEVEN < it.of);
    let least = fewer.min_by(|a, b| (a.serve / a.of).total_cmp(&(b.serve / b.of)))?;
    let serve = if least.alone() {
        "serves when it is fullest"
    } else {
        "serve when they are fullest, and share evenly"
    };
    Some(format!("{} {serve}: {} then holds {}.", least.some()?, least.name, least.holds()))
}

fn busiest(summary: &Summary) -> Option<String> {
    let most = summary.nodes_with("cpu").into_iter().filter_map(|node| {
        let curve = summary.level(node, "cpu", "max")?;
        let (bin, peak) = curve.peak().filter(|&(_, peak)| peak > BUSY)?;
        Some((peak, node, (curve.when(bin), clock(curve.time(bin)))))
    });
    let most = most.reduce(|best, next| if next.0 > best.0 { next } else { best });
    let Some((_, node, (at, about))) = most else { return rises(summary) };
    let whole = (0.0, summary.horizon.seconds());
    let own = share(summary.own_peak([node, "cpu", "max"], whole, false)?);
    let does = if summary.work(node) == "CPU" { "CPU" } else { "of what it can do" };
    // Each run has its peak at another time.
    let when = if summary.replications > 1 {
        format!("{own} {does} at its peak, about {about}")
    } else {
        format!("{own} {does} {at}")
    };
    Some(format!("The busiest instance of {node} is at {when}."))
}

/// Where none is busy: the work that a fault brings to the busiest instance of a node, by what each
/// run has at its peak, beside the most before anything was done.
fn rises(summary: &Summary) -> Option<String> {
    let first = summary.faults().next()?.start.seconds();
    let calm = (summary.warm_up.seconds().min(first), first);
    let mut most: Option<(f64, String)> = None;
    for fault in summary.faults().filter(|it| it.name != RECOVERY && !is_mark(summary, &it.name)) {
        let lasts = (fault.start.seconds(), fault.end.seconds());
        for node in summary.nodes_with("cpu") {
            let peak = |within| summary.own_peak([node, "cpu", "max"], within, false);
            let Some((before, peak)) = peak(calm).zip(peak(lasts)) else { continue };
            let told = most.as_ref().map_or(MOVED, |(told, _)| *told);
            if before <= 0.0 || peak <= told || peak < RISEN * before {
                continue;
            }
            let does = if summary.work(node) == "CPU" { "CPU" } else { "of what it can do" };
            let text = format!(
                "During {} the busiest instance of {node} is at up to {} {does}, {} times the \
                 most before.",
                words::spaced(&fault.name),
                share(peak),
                compact(peak / before),
            );
            most = Some((peak, text));
        }
    }
    most.map(|(_, text)| text)
}

fn reconnect(summary: &Summary) -> Option<String> {
    let [half, most, last] =
        ["p50", "p99", "max"].map(|name| summary.mean(&format!("reconnect.{name}")));
    // The metric knows those alone who are back before the run ends.
    Some(format!(
        "Half of those who come back are connected again within {}, 99{}% within {}, the last \
         {}after {}{}.",
        duration(half?),
        figures::GAP,
        duration(most?),
        summary.of_each(),
        duration(last?),
        summary.on_average(),
    ))
}

/// How many deliveries are missed, and for which cause most.
pub fn missed(summary: &Summary) -> Option<String> {
    let ledger = &summary.ledger[0];
    let runs = f64::from(summary.replications.max(1));
    let gone = |end: &str| end == "lost" || end == "expired";
    let total = ledger.total(|end, _| gone(end));
    if ledger.intended == 0 {
        return None;
    }
    let intended = count(number::float(ledger.intended) / runs);
    if total == 0 {
        let bound = compact(3.0 / runs);
        let text = format!("No delivery is missed: 0 of {intended}, at most {bound} a run");
        return Some(text + &pending(ledger, runs) + ".");
    }
    let mut causes: Vec<(&str, u64)> = ledger
        .rows
        .iter()
        .filter(|(end, _, count)| gone(end) && *count > 0)
        .map(|(end, cause, count)| (if cause.is_empty() { end } else { cause }.as_str(), *count))
        .collect();
    causes.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    let alone = causes.len() == 1;
    let part = |&(cause, count): &(&str, u64)| {
        let part = share(number::float(count) / number::float(total));
        format!("{} by {}", if alone { "all".to_owned() } else { part }, words::spaced(cause))
    };
    let causes: Vec<String> = causes.iter().take(3).map(part).collect();
    let missed = count(number::float(total) / runs);
    let share = share(number::float(total) / number::float(ledger.intended));
    let text =
        format!("{missed} of {intended} deliveries ({share}) are missed: {}", causes.join(", "));
    Some(text + &pending(ledger, runs) + ".")
}

/// Many that have not ended: what becomes of them is not known.
fn pending(ledger: &Ledger, runs: f64) -> String {
    let pending = number::float(ledger.total(|end, _| end == "pending"));
    let part = pending / number::float(ledger.intended);
    if part < PENDING {
        return String::new();
    }
    let pending = counted(pending / runs, "is", "are");
    format!("; {pending} still pending at the end ({})", share(part))
}

fn late(summary: &Summary) -> Option<String> {
    let (p99, max) = (summary.mean("delivery_lag.p99")?, summary.mean("delivery_lag.max")?);
    let replayed = match summary.mean("deliveries.replayed").filter(|&count| count > 0.0) {
        Some(replayed) => format!("; {} by replay", counted(replayed, "comes", "come")),
        None => String::new(),
    };
    let only = survivors::only("delivery_lag.p99", &summary.metrics);
    let whose = only.map_or_else(
        || "Half of all deliveries".to_owned(),
        |only| format!("{}, half", figures::capitalized(&only)),
    );
    Some(format!(
        "{whose} take up to {}, 99{}% up to {}, the latest {}{}{}{replayed}.",
        duration(summary.mean("delivery_lag.p50")?),
        figures::GAP,
        duration(p99),
        summary.of_each(),
        duration(max),
        summary.on_average(),
    ))
}
