//! Users who come and go, their inboxes, and how long one can resume: against closed forms.
use super::{
    chat::{away_for, chat, clients, fanout_of, replay, secs},
    consumers::{close, count, measure, run},
};
use squall::{
    engine::{Law, Span, Time, number},
    node::parameters::{Buffer, Notify, Parameters, Resume, Route, Scope, Start, Visits},
    record::Outcome,
    scenario::{Action, ActionKind, CrashKind, Link, Node, NodeId, Scenario},
    units::{Rate, Share},
};

const GATEWAYS: NodeId = NodeId(2);
const FANOUT: NodeId = NodeId(4);

/// Adds an inbox to a chat; returns it.
pub(crate) fn with_inbox(scenario: &mut Scenario) -> &mut Buffer {
    let inbox = NodeId(number::byte(scenario.nodes.len()));
    let mail = Buffer { scope: Scope::Inbox, ..replay(scenario).clone() };
    scenario.nodes.push(Node { name: "mail".to_owned(), parameters: Parameters::Buffer(mail) });
    let latency = Some(Law::Constant(1e6));
    for source in [GATEWAYS, FANOUT] {
        let link = Link { source, target: inbox, latency: latency.clone(), by_default: false };
        scenario.links.push(link);
    }
    match &mut scenario.nodes.last_mut().unwrap().parameters {
        Parameters::Buffer(mail) => mail,
        _ => unreachable!(),
    }
}

/// Users who stay for a minute, every five minutes.
fn visited(away: Law) -> Scenario {
    let mut scenario = chat(2_000, 2);
    scenario.horizon = Time::ZERO + secs(7_200);
    let crowd = clients(&mut scenario);
    crowd.network.lifetime = None;
    crowd.sends.as_mut().unwrap().per_user = Rate(0.05);
    crowd.visits = Some(Visits { stay: Law::Exponential { mean: 60e9 }, away });
    scenario
}

fn share(outcome: &Outcome, part: &str) -> f64 {
    let ended = measure(outcome, "deliveries.intended") - measure(outcome, "deliveries.pending");
    measure(outcome, &format!("deliveries.{part}")) / ended
}

/// One in five is there. What finds nobody waits as long as its recipient stays away: for an
/// exponential law that is the law itself, for a constant time away half of it on average.
#[test]
fn who_is_not_there_gets_it_at_the_next_visit() {
    for (away, median) in [
        (Law::Exponential { mean: 240e9 }, 240.0 * 1.6_f64.ln()),
        (Law::Constant(240e9), 240.0 * 0.375),
    ] {
        let mut scenario = visited(away);
        with_inbox(&mut scenario);
        let outcome = run(&scenario);
        close(measure(&outcome, "connections.mean"), 400.0, 0.02);
        close(share(&outcome, "live"), 0.2, 0.05);
        close(share(&outcome, "pulled"), 0.8, 0.02);
        close(measure(&outcome, "delivery_lag.p50"), median, 0.06);
        assert_eq!(count(&outcome, "deliveries.missed"), 0);
        assert!(measure(&outcome, "clients.availability") > 0.99);
        assert!(measure(&outcome, "reconnect.max") < 60.0, "absences are no outages");
    }
}

/// The senders are there as well: so many messages as users who are.
#[test]
fn only_those_who_are_there_send() {
    let mut scenario = visited(Law::Exponential { mean: 240e9 });
    clients(&mut scenario).start = Start::Ramp(Span::ZERO);
    let outcome = run(&scenario);
    // All come at once, so that more than one in five are there in the first minutes.
    close(measure(&outcome, "deliveries.intended"), 400.0 * 0.05 * 7_200.0, 0.06);
}

#[test]
fn without_an_inbox_the_buffer_keeps_it_or_nobody_does() {
    let mut scenario = visited(Law::Exponential { mean: 240e9 });
    let outcome = run(&scenario);
    close(share(&outcome, "replayed"), 0.8, 0.02);
    clients(&mut scenario).resume = Resume::None;
    let outcome = run(&scenario);
    close(share(&outcome, "lost"), 0.8, 0.02);
    // Beside those whose recipient has just left, or come.
    let others = count(&outcome, "deliveries.lost") - count(&outcome, "lost.no_replay");
    assert!(others < 100, "{others}");
}

/// Who gives up has no connection until its visit is over, and wants one all that time.
#[test]
fn who_gives_up_is_out_for_the_rest_of_its_visit() {
    let mut scenario = visited(Law::Exponential { mean: 60e9 });
    let crowd = clients(&mut scenario);
    (crowd.reconnect.attempts, crowd.reconnect.cap) = (Some(1), secs(1));
    crowd.resume = Resume::None;
    let calm = run(&scenario);
    let at = Time::ZERO + secs(600);
    let kind = ActionKind::Crash {
        node: GATEWAYS,
        instances: vec![0, 1],
        kind: CrashKind::Process,
        restart: Some(secs(60)),
    };
    scenario.timeline.push(Action { at, name: "crash".to_owned(), kind });
    let outcome = run(&scenario);
    assert!(count(&outcome, "clients.gave_up") > 1_000);
    assert_eq!(count(&outcome, "lost.gave_up"), 0);
    // What is left of a visit is a minute on average.
    let out = 60.0 * measure(&outcome, "clients.gave_up");
    let [found, usual] = [&outcome, &calm].map(|run| measure(run, "outage.user_seconds"));
    close(found - usual, out, 0.05);
    assert!(measure(&outcome, "connections.end") > 900.0);
}

/// A notification brings its user after 10 s: nobody waits for longer.
#[test]
fn a_notification_brings_its_user() {
    let mut scenario = visited(Law::Exponential { mean: 2_400e9 });
    let notify = |opens| Notify { opens: Share(opens), after: Law::Constant(10e9) };
    with_inbox(&mut scenario).notify = Some(notify(1.0));
    let all = run(&scenario);
    assert!(measure(&all, "delivery_lag.p95") < 11.0);
    assert!(count(&all, "inbox.notified") >= count(&all, "deliveries.pulled"));
    let Parameters::Buffer(mail) = &mut scenario.nodes[7].parameters else { panic!() };
    mail.notify = Some(notify(0.1));
    let some = run(&scenario);
    assert!(measure(&some, "connections.mean") < measure(&all, "connections.mean"));
    assert!(measure(&some, "delivery_lag.p50") > 20.0);
}

/// An inbox forgets as a buffer does.
#[test]
fn an_inbox_is_bounded() {
    let mut scenario = visited(Law::Exponential { mean: 240e9 });
    with_inbox(&mut scenario).retention = secs(120);
    // What waits for longer than half of the mean time away.
    let outcome = run(&scenario);
    close(share(&outcome, "expired"), 0.8 * (-0.5_f64).exp(), 0.04);
    let Parameters::Buffer(mail) = &mut scenario.nodes[7].parameters else { panic!() };
    (mail.retention, mail.messages) = (secs(86_400), 1);
    assert!(count(&run(&scenario), "lost.buffer_overflow") > 1_000);
}

/// All lose the network for a minute.
fn dropped(window: Option<u64>) -> Scenario {
    let mut scenario = chat(2_000, 2);
    scenario.horizon = Time::ZERO + secs(180);
    let crowd = clients(&mut scenario);
    crowd.network.lifetime = None;
    crowd.sends.as_mut().unwrap().per_user = Rate(0.5);
    crowd.resume_window = window.map(secs);
    // What they would send meanwhile is another story.
    crowd.outbox = 0;
    away_for(&mut scenario, 60, 0.5);
    scenario
}

/// What was missed of the messages that were sent.
fn missed(outcome: &Outcome) -> u64 {
    count(outcome, "deliveries.missed") - count(outcome, "lost.client_outbox")
}

/// Half of the users are away for 60 s, in which the others send them 250 messages a second. What
/// the buffer kept is lost when the window closes, what comes later has nobody who keeps it.
#[test]
fn who_comes_too_late_cannot_resume() {
    let outcome = run(&dropped(Some(20)));
    close(measure(&outcome, "lost.resume_expired"), 250.0 * 20.0, 0.05);
    close(measure(&outcome, "lost.no_replay"), 250.0 * 40.0, 0.05);
    let outcome = run(&dropped(Some(90)));
    assert_eq!(missed(&outcome), 0);
    close(measure(&outcome, "deliveries.replayed"), 250.0 * 60.0, 0.05);
}

/// Who cannot resume begins anew, and gets nothing again, however coarse its cursor is.
#[test]
fn who_comes_too_late_gets_nothing_again() {
    let again = |window| {
        let mut scenario = dropped(Some(window));
        clients(&mut scenario).reading.acknowledge_every = 1_000;
        count(&run(&scenario), "deliveries.duplicates")
    };
    // 1,000 messages a second for 60 s, half of them to those who are dropped.
    close(number::float(again(90)), 500.0 * 60.0, 0.05);
    assert!(again(20) < 10);
}

/// Those who never come back within the run have lost it as well.
#[test]
fn a_window_closes_whether_or_not_its_user_comes_back() {
    let mut scenario = dropped(Some(20));
    scenario.horizon = Time::ZERO + secs(110);
    close(measure(&run(&scenario), "lost.resume_expired"), 250.0 * 20.0, 0.05);
}

#[test]
fn an_inbox_takes_what_nobody_can_resume() {
    let mut scenario = dropped(Some(20));
    with_inbox(&mut scenario);
    let outcome = run(&scenario);
    assert_eq!(missed(&outcome), 0);
    close(measure(&outcome, "deliveries.pulled"), 250.0 * 60.0, 0.05);
    assert_eq!(count(&outcome, "inbox.stored"), count(&outcome, "deliveries.pulled"));
}

/// A pool without a registry asks the buffer as soon as a connection is open.
#[test]
fn nobody_needs_a_registry_to_resume() {
    let mut scenario = dropped(None);
    fanout_of(&mut scenario).route = Route::ConsistentHash;
    scenario.links.retain(|link| link.target != NodeId(5));
    let outcome = run(&scenario);
    close(measure(&outcome, "deliveries.replayed"), 250.0 * 60.0, 0.05);
    assert_eq!(missed(&outcome), 0);
}
