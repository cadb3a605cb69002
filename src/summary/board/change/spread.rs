//! A herd at a quota: it takes N/µ, whatever its clients do, so that they may spread over that.
use super::{Change, MARGIN, change};
use crate::{
    engine::Span,
    summary::{
        Summary,
        board::{nodes, seconds, users, way_in},
        figures::{count, duration},
    },
    units::Quantity,
};
use serde_json::Value as Json;

/// The largest herd that a fault or the start sets off.
struct Herd {
    users: f64,
    at_start: bool,
}

fn herd(summary: &Summary) -> Option<Herd> {
    let all = users(summary)?;
    let hits = summary.metrics.iter().filter_map(|metric| {
        let name = metric.name.strip_prefix("recovery.")?.strip_suffix(".hit")?;
        Some(Herd { users: metric.mean?.min(all), at_start: name == "start" })
    });
    hits.max_by(|one, other| one.users.total_cmp(&other.users)).filter(|it| it.users > 0.0)
}

/// For each crowd before a quota that a herd exceeds, the delays that spread it over N/µ.
pub(super) fn changes(summary: &Summary) -> Vec<Change> {
    let services = nodes(summary, "managed");
    let refused = summary.mean("attempts.refused").is_some_and(|it| it > 0.0);
    let ([(service, _)], true, true) =
        (services.as_slice(), refused, nodes(summary, "gateway").is_empty())
    else {
        return Vec::new();
    };
    let quota = summary.mean("handshakes.capacity").filter(|&it| it > 0.0);
    let peak = summary.mean("attempts.peak_over_capacity").filter(|&it| it > 1.0);
    let (Some(quota), Some(peak), Some(herd)) = (quota, peak, herd(summary)) else {
        return Vec::new();
    };
    let least = herd.users / quota;
    let over = Span::from_seconds((least * MARGIN).ceil());
    let evidence = format!(
        "N/µ: a herd of {} takes {} at a quota of {} a second, however often it asks; attempts \
         peak at {} times the quota. Spread over {}, a quarter more, hardly any is refused.",
        count(herd.users.round()),
        duration(least),
        count(quota),
        crate::summary::figures::compact(peak),
        over.print(),
    );
    let crowds = nodes(summary, "clients").into_iter();
    let own = crowds.filter(|(name, _)| leads(summary, name, service));
    own.flat_map(|(name, crowd)| {
        if herd.at_start {
            start(name, crowd, over, &evidence)
        } else {
            delays(name, crowd, over, &evidence)
        }
    })
    .collect()
}

fn leads(summary: &Summary, crowd: &str, service: &str) -> bool {
    let own = &summary.input["nodes"][crowd]["clients"];
    way_in::comes(summary, service).iter().any(|it| std::ptr::eq(it.crowd, own))
}

/// Those who all come at the start.
fn start(name: &str, crowd: &Json, over: Span, evidence: &str) -> Vec<Change> {
    let own = &crowd["start"];
    let now = seconds(&own["ramp"]).unwrap_or(0.0);
    let cold = own == "cold" || own["ramp"].is_string() && now < over.seconds();
    let to = format!("{{ ramp: {} }}", over.print());
    cold.then(|| change(format!("{name}.start"), own, to, evidence)).into_iter().collect()
}

/// Those who come back: the first delay of full jitter is anything up to the base.
fn delays(name: &str, crowd: &Json, over: Span, evidence: &str) -> Vec<Change> {
    let own = &crowd["reconnect"];
    let (Some(base), Some(cap)) = (seconds(&own["base"]), seconds(&own["cap"])) else {
        return Vec::new();
    };
    if own["jitter"] == "full" && base >= over.seconds() {
        return Vec::new();
    }
    let path = |key: &str| format!("{name}.reconnect.{key}");
    let together = "The first delay is drawn from 0 to the base, and no delay passes the cap.";
    let mut all = Vec::new();
    if base < over.seconds() {
        all.push(change(path("base"), &own["base"], over.print(), evidence));
    }
    if cap < over.seconds() {
        all.push(change(path("cap"), &own["cap"], over.print(), together));
    }
    if own["jitter"] != "full" {
        all.push(change(path("jitter"), &own["jitter"], "full".to_owned(), together));
    }
    all
}
