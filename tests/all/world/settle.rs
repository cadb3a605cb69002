//! After the horizon nothing new is sent, and what was under way may still end: deliveries and
//! their lag are no longer cut off, and nothing else is measured otherwise.
use super::{
    chat::{chat, clients, crash, secs},
    consumers::{close, count, measure, run},
    sources::{source, with_source},
};
use squall::{
    engine::{Law, Span, Time},
    node::parameters::{SourceAudience, Ticks, Transport},
    record::{Measure, Outcome},
    scenario::{CrashKind, Scenario},
    units::Rate,
};

/// The same run without and with a minute at its end.
fn both(scenario: &Scenario) -> [Outcome; 2] {
    let settled = Scenario { settle: secs(60), ..scenario.clone() };
    let both = [scenario, &settled].map(run);
    let [cut, settled] = &both;
    assert_eq!(count(settled, "deliveries.intended"), count(cut, "deliveries.intended"));
    assert_eq!(settled.series, cut.series);
    let of_deliveries = |measure: &&Measure| {
        ["deliver", "lost.", "pending.", "duplicates."].iter().any(|it| measure.name.contains(it))
    };
    for (was, is) in cut.measures.iter().zip(&settled.measures) {
        assert_eq!(was.name, is.name);
        assert!(of_deliveries(&was) || was.value == is.value, "{was:?}, then {is:?}");
    }
    both
}

fn polls(every: u64) -> Scenario {
    let mut scenario = chat(2_000, 2);
    scenario.horizon = Time::ZERO + secs(200);
    let crowd = clients(&mut scenario);
    (crowd.transport, crowd.poll_every) = (Transport::ShortPoll, secs(every));
    crowd.network.rtt = Law::Constant(100e6);
    crowd.sends.as_mut().unwrap().per_user = Rate(0.2);
    scenario
}

/// P/2 and half a round trip, for any P: what is sent within the last interval counts as well.
#[test]
fn staleness_is_no_longer_cut_off() {
    for every in [7, 25, 45] {
        let [cut, settled] = both(&polls(every));
        let expected = f64::from(u32::try_from(every).unwrap()) / 2.0;
        assert!(count(&cut, "deliveries.pending") > 1_000);
        assert_eq!(count(&settled, "deliveries.pending"), 0);
        assert!(measure(&settled, "pending.oldest").is_nan());
        // To the recipient's gateway and on: 80,000 uniform draws have a standard error of 0.1 %.
        let way = measure(&settled, "delivery_lag.mean") - expected;
        assert!((0.0..0.004 * expected + 0.12).contains(&way), "{every}: {way}");
        // Of what is sent in the last interval only what is taken at once arrives in time: the mean
        // of the others is that of a triangle.
        let (p, t) = (2.0 * expected, 200.0);
        let seen = ((t - p) * p / 2.0 + p * p / 6.0) / (t - p / 2.0);
        let less = measure(&settled, "delivery_lag.mean") - measure(&cut, "delivery_lag.mean");
        let off = (less - (expected - seen)).abs();
        assert!(off < 0.15 * (expected - seen) + 0.01, "{every}: {less}");
    }
}

/// Who loses its connection just before the end is back in time for what the buffer has kept.
#[test]
fn who_was_away_at_the_end_gets_the_rest() {
    let mut scenario = chat(2_000, 2);
    clients(&mut scenario).sends.as_mut().unwrap().per_user = Rate(0.5);
    crash(&mut scenario, 118, CrashKind::Process, None);
    let [cut, settled] = both(&scenario);
    assert!(count(&cut, "pending.waiting") > 100);
    assert_eq!(count(&settled, "deliveries.pending"), 0);
    let replayed = |outcome: &Outcome| count(outcome, "deliveries.replayed");
    assert!(replayed(&settled) > replayed(&cut) + 100);
    let missed = count(&settled, "deliveries.missed") + count(&settled, "deliveries.live");
    assert_eq!(missed + replayed(&settled), count(&settled, "deliveries.intended"));
}

/// Groups too: a tick that is under way at the horizon arrives.
#[test]
fn what_is_for_all_arrives() {
    let mut scenario = chat(2_000, 2);
    let crowd = clients(&mut scenario);
    (crowd.transport, crowd.sends) = (Transport::Sse, None);
    crowd.network.lifetime = None;
    crowd.network.rtt = Law::Constant(4e9);
    with_source(&mut scenario, "ticker", Ticks::Every(Span::from_millis(100)));
    source(&mut scenario).to = SourceAudience::All;
    let [cut, settled] = both(&scenario);
    assert!(count(&cut, "pending.in_flight") > 20_000);
    assert_eq!(count(&settled, "deliveries.live"), count(&settled, "deliveries.intended"));
    close(measure(&settled, "delivery_lag.mean"), measure(&cut, "delivery_lag.mean"), 0.01);
}
