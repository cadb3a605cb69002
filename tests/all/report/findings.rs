//! What a reader is told first, and what stands out.
use super::{board::told, fake::Story};
use squall::{
    record::Unit,
    summary::{Metric, Summary, figures::plain, findings},
};

fn add(summary: &mut Summary, all: &[(&str, Unit, f64)]) {
    let metric = |&(name, unit, value): &(&str, Unit, f64)| {
        Metric::from_values(name, &["phones", "gateways"], unit, vec![value])
    };
    summary.metrics.extend(all.iter().map(metric));
}

/// What stands behind the answer, in its order; what is missed is told elsewhere.
fn told_first(summary: &Summary) -> Vec<String> {
    let all = findings::behind(summary).into_iter().map(|text| plain(&text));
    all.filter(|text| !text.contains("missed")).collect()
}

/// A fault that takes no connection is told by what it does to the messages sent meanwhile.
#[test]
fn a_fault_of_the_delivery_is_told_by_its_messages() {
    let mut summary = told();
    summary.metrics.retain(|metric| !metric.name.starts_with("recovery."));
    add(
        &mut summary,
        &[
            ("during(deploy).deliveries.intended", Unit::Count, 1_000.0),
            ("during(deploy).deliveries.live", Unit::Count, 400.0),
            ("during(deploy).deliveries.replayed", Unit::Count, 500.0),
            ("during(deploy).deliveries.missed", Unit::Count, 0.0),
            ("during(deploy).deliveries.pending", Unit::Count, 100.0),
        ],
    );
    let first = &told_first(&summary)[0];
    assert_eq!(
        first,
        "Of 1,000 deliveries that are sent during deploy 40.0 % come live, 50.0 % by replay and \
         10.0 % not before the run ends."
    );
    // All come, but late.
    let slow = [
        ("during(deploy).deliveries.live", 950.0),
        ("during(deploy).delivery_lag.p99", 9.0),
        ("during(steady).delivery_lag.p99", 0.3),
    ];
    summary.metrics.retain(|metric| metric.name != slow[0].0);
    add(&mut summary, &slow.map(|(name, value)| (name, Unit::Seconds, value)));
    let first = &told_first(&summary)[0];
    assert_eq!(
        first,
        "Of what is sent during deploy 99 % take up to 9.00 s, 30 times the 300 ms of the steady \
         time."
    );
    // As late as always is no finding.
    summary.metrics.retain(|metric| metric.name != slow[1].0);
    add(&mut summary, &[(slow[1].0, Unit::Seconds, 0.4)]);
    assert!(told_first(&summary).iter().all(|text| !text.contains("sent during")));
}

/// Where nothing is done, objectives on the way back are answered before what is missed.
#[test]
fn what_is_asked_is_answered_first() {
    let mut summary = Story { deploy: false, ..Story::default() }.summary();
    let all = ["p50", "p99", "max"].map(|name| format!("reconnect.{name}"));
    summary.metrics.retain(|metric| !all.contains(&metric.name));
    let values = [0.5, 3.0, 9.0];
    for (name, value) in all.iter().zip(values) {
        add(&mut summary, &[(name, Unit::Seconds, value)]);
    }
    let full = |metric: &&mut Metric| metric.name == "gateways.cpu.peak";
    summary.metrics.iter_mut().find(full).unwrap().mean = Some(0.4);
    let first = findings::behind(&summary);
    assert!(first[0].starts_with("Half of all deliveries"), "{first:?}");
    // It takes most of them.
    "reconnect.p99 < 5s".clone_into(&mut summary.slo[0].expr);
    assert!(!findings::behind(&summary)[0].starts_with("Half of those"));
    summary.slo.truncate(1);
    let first = findings::behind(&summary);
    assert!(first[0].starts_with("Half of those who come back"), "{first:?}");
}

/// What a deploy cuts off is told with it; a herd that takes its own time is not held against the
/// handshakes; tabs that wait are told before all else.
#[test]
fn what_was_done_is_told_with_its_price() {
    let mut summary = told();
    summary.input["nodes"]["gateways"]["gateway"]["accept_queue"] = "1k".into();
    let cut = [("connections.cut", 18_000.0), ("recovery.deploy.never", 0.0)];
    add(&mut summary, &cut.map(|(name, count)| (name, Unit::Count, count)));
    let told = told_first(&summary).join(" ");
    assert!(told.contains("; 18,000 are cut off when the grace is over; 98.0 %"), "{told}");
    summary.input["timeline"][0].as_object_mut().unwrap().remove("deploy");
    let door = |summary: &mut Summary, all: f64| {
        summary.metrics.retain(|metric| metric.name != "recovery.deploy.all");
        add(summary, &[("recovery.deploy.all", Unit::Seconds, all)]);
        told_first(summary).join(" ")
    };
    let near = door(&mut summary, 610.0);
    assert!(near.contains("are back after 10:10 min, 6.1 times the 100 s"), "{near}");
    let far = door(&mut summary, 2_100.0);
    assert!(far.contains("are back after 35:00 min."), "{far}");
    add(&mut summary, &[("tabs.waiting.peak", Unit::Count, 7.0)]);
    let tabs = &told_first(&summary)[0];
    assert_eq!(tabs, "Up to 7 tabs wait in their browsers for a connection.");
}
