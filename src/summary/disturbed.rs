//! What a fault does to the messages that are sent while it lasts, where it takes no connection:
//! how many do not come live, or how late they are, beside the steady time.
use super::{RECOVERY, Summary, board::is_mark, due::due, figures, survivors, words};
use figures::{compact, count, duration, share};

/// A share of deliveries that do not come live: below it, it is no disturbance.
const NOTABLE: f64 = 0.1;
/// A p99 so many times that of the steady time is one.
const SLOWER: f64 = 2.0;

/// One sentence a fault that disturbs messages, in their order.
pub(super) fn sentences(summary: &Summary) -> Vec<String> {
    let mut names: Vec<&str> = Vec::new();
    for fault in summary.faults().filter(|fault| fault.name != RECOVERY) {
        let name = fault.name.as_str();
        if !names.contains(&name) && !is_mark(summary, name) {
            names.push(name);
        }
    }
    names.into_iter().filter_map(|name| sentence(summary, name)).collect()
}

fn sentence(summary: &Summary, name: &str) -> Option<String> {
    let during = |what: &str| summary.mean(&format!("during({name}).{what}"));
    let due = due(summary, name)?;
    let (sent, live) = (due.sent, during("deliveries.live")?);
    let spoken = words::spaced(name);
    if live < (1.0 - NOTABLE) * sent {
        let ends = [
            (during("deliveries.replayed"), "by replay"),
            (during("deliveries.pulled"), "from the inbox"),
            (Some(due.missed), "never"),
            (Some(due.late), "not before the run ends"),
        ];
        let told = |(end, how): (Option<f64>, &str)| {
            let part = end? / sent;
            (part > 0.0005).then(|| format!("{} {how}", share(part)))
        };
        let rest: Vec<String> = ends.into_iter().filter_map(told).collect();
        return Some(format!(
            "Of {} deliveries that are sent during {spoken} {} come live, {}.",
            count(sent),
            share(live / sent),
            figures::listed(&rest),
        ));
    }
    let p99 = during("delivery_lag.p99")?;
    let steady = summary.mean("during(steady).delivery_lag.p99").filter(|&steady| steady > 0.0)?;
    (p99 > SLOWER * steady).then(|| {
        let only = survivors::only(&format!("during({name}).delivery_lag.p99"), &summary.metrics);
        let whose = only.map_or_else(
            || "Of what".to_owned(),
            |only| format!("{} of what", figures::capitalized(&only)),
        );
        format!(
            "{whose} is sent during {spoken} 99{}% take up to {}, {} times the {} of the steady \
             time.",
            figures::GAP,
            duration(p99),
            compact(p99 / steady),
            duration(steady),
        )
    })
}
