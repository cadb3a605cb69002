//! A drain in which the server closes its connections in batches: how many at once the others can
//! take in until the next.
use super::{
    Change, MARGIN, change,
    drain::{Takes, at_most, deploys},
};
use crate::{
    engine::Span,
    summary::{
        Summary,
        board::seconds,
        figures::{capitalized, count, duration, floored},
        stated_count,
    },
    units::Quantity,
};
use serde_json::Value as Json;

/// Whether the server sets the pace of a tier's drains.
pub(super) fn closes(pool: &Json) -> bool {
    pool["drain"]["by"] == "server_batches"
}

/// Those who take a batch in must be through with it before the next is closed, batch ≤ every·µ;
/// and the last must be closed before the grace is over.
pub(super) fn changes(summary: &Summary, node: &str, pool: &Json) -> Vec<Change> {
    of_tier(summary, node, pool).unwrap_or_default()
}

fn of_tier(summary: &Summary, node: &str, pool: &Json) -> Option<Vec<Change>> {
    let instances = stated_count(&pool["count"])?;
    let own = &pool["drain"];
    let (every, grace) = (seconds(&own["every"])?, seconds(&own["grace"])?);
    let batch = stated_count(&own["batch"])?;
    let deploys = deploys(summary, node, instances);
    let at_once = deploys.iter().map(|it| it.batch).reduce(f64::max)?.min(instances - 1.0);
    let takes = Takes::new(summary, node, pool, &deploys)?;
    let each = takes.herd / at_once;
    let closed = batch.min(each);
    let comes = closed * at_once;
    let short = comes > every * takes.rate;
    let fits = floored(every * takes.rate / at_once / MARGIN, 2).floor().max(1.0);
    let to = if short { fits } else { batch };
    // The first is closed at once.
    let lasts = ((each / to).ceil() - 1.0) * every;
    let many =
        if at_once > 1.5 { format!(" by {} gateways", count(at_once)) } else { String::new() };
    let mut evidence = format!(
        "{}. Closing {} connections each {}{many} sends {}/s; a fifth less for queues and uneven \
         shares.",
        takes.said(),
        count(closed),
        duration(every),
        count((comes / every).round()),
    );
    if let Some(late) = at_most(summary, &deploys, lasts).filter(|it| it.window < lasts) {
        evidence += &match late.window {
            most if most > 0.0 => {
                let (lasts, most) = (duration(lasts), duration(most));
                format!(" It takes {lasts} then; for {} it may take {most}.", late.expr)
            }
            _ => format!(" With these batches of gateways nothing keeps {}.", late.expr),
        };
    }
    let evidence = capitalized(&evidence);
    let path = |key: &str| format!("{node}.drain.{key}");
    let fewer = short.then(|| change(path("batch"), &own["batch"], format!("{to:.0}"), &evidence));
    let longer = (grace < lasts).then(|| {
        let evidence = format!(
            "A drain of {} users in batches of {} takes {}; after a grace of {} the rest are cut \
             off at once.",
            count(each.round()),
            count(to),
            duration(lasts),
            duration(grace),
        );
        change(path("grace"), &own["grace"], Span::from_seconds(lasts).print(), &evidence)
    });
    Some(fewer.into_iter().chain(longer).collect())
}
