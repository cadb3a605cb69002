//! Objectives: what can be read, and what the evidence says.
use super::*;
use crate::summary::Metric;

fn metric(name: &str, unit: Unit, values: &[f64]) -> Metric {
    Metric::from_values(name, &[], unit, values.to_vec())
}

fn judge(text: &str, unit: Unit, values: &[f64]) -> Verdict {
    let slo = parse(text).unwrap();
    slo.verdict(slo.resolve(&[metric(&slo.metric, unit, values)]).unwrap())
}

#[test]
fn reads_comparisons_and_units() {
    for (text, name, comparison, limit) in [
        ("delivery_lag.p99 < 500ms", "delivery_lag.p99", Comparison::Below, 0.5_f64),
        ("deliveries.missed == 0", "deliveries.missed", Comparison::Equal, 0.0),
        ("reconnect.max<=2min", "reconnect.max", Comparison::AtMost, 120.0),
        (
            "during(deploy).clients.availability > 99.9%",
            "during(deploy).clients.availability",
            Comparison::Above,
            0.999,
        ),
        (
            "during(my.deploy).lost.gave_up != 3",
            "during(my.deploy).lost.gave_up",
            Comparison::Unequal,
            3.0,
        ),
        (
            "gateways.memory.peak >= 8GiB",
            "gateways.memory.peak",
            Comparison::AtLeast,
            8_589_934_592.0,
        ),
        (
            "attempts.peak_per_second < 2.5k/s",
            "attempts.peak_per_second",
            Comparison::Below,
            2_500.0,
        ),
        ("connections.peak > 1M", "connections.peak", Comparison::Above, 1e6),
    ] {
        let slo = parse(text).unwrap();
        assert_eq!((slo.metric.as_str(), slo.comparison), (name, comparison), "{text}");
        assert_eq!(slo.limit.to_bits(), limit.to_bits(), "{text}: {}", slo.limit);
    }
    assert_eq!(parse("during(a).b.c < 1").unwrap().phase(), Some("a"));
}

#[test]
fn says_what_to_write_instead() {
    for (text, part) in [
        ("delivery_lag.p99", "metric OP value"),
        ("p99 < 500ms", "metric OP value"),
        ("delivery_lag.p99 = 500ms", "metric OP value"),
        ("delivery_lag.p99 < 5m", "`5min` (never `m`)"),
        ("delivery_lag.p99 < fast", "`500ms`"),
        ("during(deploy) < 5s", "metric OP value"),
    ] {
        let message = parse(text).unwrap_err().to_string();
        assert!(message.contains(part), "{text}: {message}");
    }
}

#[test]
fn unknown_metrics_phases_and_units_are_errors() {
    let known = [metric("delivery_lag.p99", Unit::Seconds, &[0.4])];
    let error = |text: &str| parse(text).unwrap().resolve(&known).unwrap_err().to_string();
    assert!(error("delivery_lag.p98 < 500ms").contains("did you mean `delivery_lag.p99`?"));
    assert!(!error("wire.up < 5B").contains("did you mean"));
    assert!(
        error("delivery_lag.p99 < 500").contains("measured in time: write for example `500ms`")
    );
    assert!(parse("delivery_lag.p99 > 0").unwrap().resolve(&known).is_ok());
    let slo = parse("during(deplyo).delivery_lag.p99 < 1s").unwrap();
    let error = slo.check_phase(["steady", "deploy"].into_iter()).unwrap_err().to_string();
    assert!(error.contains("did you mean `deploy`?"), "{error}");
}

#[test]
fn the_interval_decides() {
    let p99 = "delivery_lag.p99 < 500ms";
    assert_eq!(judge(p99, Unit::Seconds, &[0.40, 0.41, 0.42]), Verdict::Pass);
    assert_eq!(judge(p99, Unit::Seconds, &[0.60, 0.61, 0.62]), Verdict::Fail);
    assert_eq!(judge(p99, Unit::Seconds, &[0.40, 0.50, 0.58]), Verdict::Inconclusive);
    assert_eq!(judge(p99, Unit::Seconds, &[0.49]), Verdict::Pass);
    assert_eq!(judge(p99, Unit::Seconds, &[]), Verdict::Fail);
    assert_eq!(judge("clients.availability >= 99%", Unit::Share, &[0.999, 0.9991]), Verdict::Pass);
}

#[test]
fn equality_asks_every_replication() {
    let missed = "deliveries.missed == 0";
    assert_eq!(judge(missed, Unit::Count, &[0.0, 0.0, 0.0]), Verdict::Pass);
    assert_eq!(judge(missed, Unit::Count, &[0.0, 0.0, 1.0]), Verdict::Fail);
    assert_eq!(judge("clients.gave_up != 0", Unit::Count, &[2.0, 0.0]), Verdict::Fail);
}

#[test]
fn zero_counts_are_held_against_their_upper_bound() {
    let zeros = [0.0, 0.0, 0.0];
    assert_eq!(judge("deliveries.missed < 2", Unit::Count, &zeros), Verdict::Pass);
    assert_eq!(judge("deliveries.missed < 0.5", Unit::Count, &zeros), Verdict::Inconclusive);
}

#[test]
fn an_objective_that_is_kept_by_what_is_worse_states_a_failure() {
    for (text, states) in [
        ("during(end).sessions.lost_share > 99%", true),
        ("recovery.zone_loss.t50 > 20s", true),
        ("connections.end < 15k", true),
        ("during(outage).deliveries.live < 1k", true),
        ("recovery.drop.never_share < 88.5%", true),
        ("recovery.drop.never_share < 1%", false),
        ("attempts.peak_over_capacity < 80%", false),
        ("recovery.zone_loss.t99 < 60s", false),
        ("clients.availability > 99.9%", false),
        ("deliveries.missed == 0", false),
        ("recovery.deploy.hit == 20000", false),
        ("delivery_lag.p99 < 500ms", false),
        ("gateways.headroom > 30%", false),
    ] {
        assert_eq!(parse(text).unwrap().states_failure(), states, "{text}");
    }
}

#[test]
fn an_equality_pins_a_number_unless_it_asks_for_none_or_all() {
    for (text, states) in [
        ("recovery.deploy.hit == 20000", true),
        ("deliveries.missed == 0", false),
        ("clients.availability == 100%", false),
        ("clients.availability == 50%", true),
        ("clients.gave_up != 3", false),
        ("recovery.deploy.hit < 20000", false),
    ] {
        assert_eq!(parse(text).unwrap().states_number(), states, "{text}");
    }
}
