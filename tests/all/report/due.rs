//! What is under way when a run ends is no fault's doing, and what is chance is no peak of polls.
use super::{polled, ran, runs::chart, words_of};
use squall::{
    engine::number,
    summary::{
        Summary, board,
        figures::{self, plain},
        findings,
    },
};

/// Polls once a minute, and a load until the end of the run.
fn polled_to_the_end(factor: &str) -> Summary {
    let text = format!(
        "model: models/chat.yaml\nhorizon: 5min\nwarm_up: 1min\nset: {{ phones.count: 1k, \
         phones.transport: short_poll, phones.short_poll.every: 60s, phones.heartbeat: null, \
         phones.network.lifetime: never, phones.network.silent_drops: 0%, phones.resume: null, \
         gateways.count: 2 }}\ntimeline:\n  \
         - {{ at: 4min, name: busy, load: {{ node: phones, factor: {factor}, lasts: 1min }} }}\n"
    );
    ran(&[], "e.yaml", Some(&text))
}

fn sentences(summary: &Summary) -> String {
    findings::all(summary).into_iter().map(|it| plain(&it.text)).collect::<Vec<_>>().join(" ")
}

/// Half of what is sent in the last minute lies in mailboxes that are asked once a minute.
#[test]
fn what_is_not_due_yet_is_no_blast() {
    for factor in ["1.2", "0.5"] {
        let summary = polled_to_the_end(factor);
        let of = |what: &str| summary.mean(&format!("during(busy).{what}")).unwrap();
        let (pending, usual) = (of("deliveries.pending"), of("pending.usual"));
        assert!(pending > 0.4 * of("deliveries.intended"), "{factor}: {pending}");
        assert!((pending - usual).abs() < 4.0 * usual.sqrt(), "{factor}: {pending} {usual}");
        assert_eq!(board::blasts(&summary), [], "{factor}");
        let told = sentences(&summary);
        assert!(!told.contains("during busy"), "{factor}: {told}");
    }
    let text = "model: models/chat.yaml\nhorizon: 40s\nwarm_up: 10s\nset: { phones.count: 20k, \
                gateways.count: 4, phones.network.lifetime: never }\ntimeline:\n  \
                - { at: 38s, name: tail, load: { node: phones, factor: 1.01, lasts: 2s } }\n";
    let summary = ran(&[], "e.yaml", Some(text));
    assert!(summary.mean("during(tail).deliveries.pending") > Some(0.0));
    assert_eq!(board::blasts(&summary), []);
}

/// What lies in a buffer as nobody can be found is late whenever the run ends, and not lost.
#[test]
fn what_is_late_is_told_without_what_is_not_due() {
    let text = "model: models/chat.yaml\nhorizon: 3min\nwarm_up: 30s\nset: { phones.count: 4k, \
                gateways.count: 2, phones.network.lifetime: never }\ntimeline:\n  \
                - { at: 2min, name: outage, down: { node: presence, lasts: 1min } }\n";
    let summary = ran(&[], "e.yaml", Some(text));
    let all = board::blasts(&summary);
    let [blast] = all.as_slice() else { panic!("{all:?}") };
    assert!(blast.wrongs[1] > Some(0.9) && blast.late >= 1.0, "{blast:?}");
    let page = words_of(&summary);
    let says = "of what is sent while it lasts does not arrive before the run ends, none of it is \
                lost";
    assert!(page.contains(says), "{page}");
    let told = sentences(&summary);
    assert!(told.contains("that are sent during outage"), "{told}");
}

/// One poll of two that fails is no moment at which half of them do.
#[test]
fn a_single_poll_is_no_peak() {
    let mut summary = polled::polled(&[]);
    let headline = |summary: &Summary| plain(&chart(summary, "polls").headline);
    let worst = headline(&summary);
    assert!(worst.starts_with("At worst ") && worst.contains(" of the polls fail, at "), "{worst}");
    // A poll every 20 s or so, four of which fail at any time.
    let mut own = |end: &str, of: &dyn Fn(usize) -> f64| {
        let is = |it: &&mut squall::summary::Series| {
            it.quantity == "polls" && it.node.is_empty() && it.statistic == end
        };
        let series = summary.series.iter_mut().find(is).unwrap();
        series.values.iter_mut().enumerate().for_each(|(bin, it)| *it = Some(of(bin)));
    };
    let fails = |bin: usize| bin % 45 == 20;
    own("empty", &|_| 0.0);
    own("full", &|bin| if bin % 2 == 0 && !fails(bin) { 1.0 } else { 0.0 });
    own("failed", &|bin| if fails(bin) { 1.0 } else { 0.0 });
    let during = |metric: &mut squall::summary::Metric| {
        if metric.name.starts_with("during(") && metric.name.contains(".polls.") {
            metric.mean = Some(if metric.name.ends_with("failed") { 1.0 } else { 40.0 });
        }
    };
    summary.metrics.iter_mut().for_each(during);
    let told = headline(&summary);
    let all = |bin: &usize| bin.is_multiple_of(2) || fails(*bin);
    let all = (0..180).filter(all).count();
    let share = plain(&figures::share(4.0 / number::float(number::count(all))));
    let says = format!("4 of {all} polls ({share}) fail, at no time more than by chance");
    assert_eq!(told, says);
    let all = board::blasts(&summary);
    assert!(all.iter().all(|blast| blast.wrongs[0].is_none()), "{all:?}");
}
