//! A scenario in motion: nodes, tables, timeline. It knows neither files nor the command line.
mod before;
mod build;
mod consumers;
mod endings;
mod faults;
mod feeds;
mod measures;
mod places;
mod pools;
mod presence;
mod sample;
mod sessions;
mod settle;
mod sheet;
mod timeline;
mod usage;
pub(crate) mod ways;
pub(crate) mod wire;

use crate::{
    engine::{Agenda, Entry, Model, Span, Time, number, run},
    node::{
        Cx, Event, Node, Source, Timer,
        cx::Next,
        parameters::Parameters,
        table::{
            connections::{Connections, Visit},
            crowds::Crowds,
            feeds::Feeds,
            messages::{Messages, Stage},
            routes::Routes,
            states::States,
            tiers::Tiers,
            ways::Ways,
        },
    },
    record::{Outcome, Recorder, Trace},
    scenario::Scenario,
};
use sample::Gauges;
use timeline::Timeline;

/// A running architecture.
#[derive(Clone, Debug)]
pub struct World {
    nodes: Vec<Node>,
    names: Vec<String>,
    crowds: Crowds,
    feeds: Feeds,
    connections: Connections,
    routes: Routes,
    messages: Messages,
    tiers: Tiers,
    timeline: Timeline,
    record: Recorder,
    gauges: Gauges,
    /// How often the consumers of each node have begun to deal partitions out.
    dealings: Vec<u16>,
    replication: u32,
    events: u64,
}

/// A run whose books do not balance: a bug of squall, never of its input.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Broken(pub String);

/// Splits a world into its nodes and the context in which they act.
macro_rules! split {
    ($world:expr, $now:expr, $agenda:expr) => {{
        let World { nodes, crowds, feeds, connections, routes, messages, tiers, record, .. } =
            $world;
        let next = crate::node::cx::Next::Closed;
        let (now, agenda): (_, &mut Agenda<crate::node::Event>) = ($now, &mut *$agenda);
        let cx = crate::node::Cx {
            now,
            agenda,
            messages,
            connections,
            routes,
            tiers,
            feeds,
            crowds,
            record,
            next,
        };
        (nodes, cx)
    }};
}
use split;

impl Model for World {
    type Event = Event;

    #[inline]
    fn handle(&mut self, now: Time, event: Event, agenda: &mut Agenda<Event>) {
        if now >= self.gauges.next() {
            self.sample_until(now);
        }
        let (nodes, mut cx) = split!(self, now, agenda);
        match event {
            Event::Hop { node, message } => nodes[usize::from(node)].on_hop(message, &mut cx),
            Event::Tick { node, source: Source::Poll } => {
                cx.next = Next::Open;
                nodes[usize::from(node)].on_tick(Source::Poll, &mut cx);
                follow(nodes, &mut cx);
            }
            Event::Tick { node, source } => nodes[usize::from(node)].on_tick(source, &mut cx),
            Event::Wake { timer, user, ticket } => wake(nodes, timer, user, ticket, &mut cx),
            Event::Action { index, step, instance } => {
                self.on_action(now, index, step, instance, agenda);
            }
        }
    }

    /// Reads one field of each row that the events of the slot will read. The reads depend on
    /// nothing, so the memory is fetched in parallel; the run cannot change.
    fn touch(&self, upcoming: &[Entry<Event>]) {
        let seen = upcoming.iter().fold(0, |seen, entry| {
            seen ^ match entry.event {
                Event::Hop { message, .. } => self.touch_hop(message),
                Event::Wake { user, .. } => self.connections.touch_timer(user),
                Event::Tick { node, source } => match &self.nodes[usize::from(node)] {
                    Node::Clients(clients) => {
                        clients.touch(source, self.crowds.of_clients(node), &self.connections)
                    }
                    _ => 0,
                },
                Event::Action { .. } => 0,
            }
        });
        std::hint::black_box(seen);
    }
}

/// A user's timer fires, and with it the steps of its attempt that take no time.
fn wake(nodes: &mut [Node], timer: Timer, user: u32, ticket: u16, cx: &mut Cx<'_>) {
    cx.next = Next::Step(timer, user, ticket);
    follow(nodes, cx);
}

/// Takes the steps that take no time.
fn follow(nodes: &mut [Node], cx: &mut Cx<'_>) {
    while let Next::Step(timer, user, ticket) = cx.next {
        cx.next = Next::Open;
        let node = World::node_of(timer, user, cx.crowds);
        nodes[usize::from(node)].on_wake(timer, user, ticket, cx);
    }
}

impl World {
    #[inline]
    fn touch_hop(&self, message: u32) -> u32 {
        let row = self.messages.get(message);
        match row.stage {
            Stage::LookUp | Stage::LookUpAgain => u32::from(self.routes.get(row.to).gateway),
            Stage::Down | Stage::DownReplay | Stage::DownPull => self.connections.touch_end(row.to),
            Stage::Push | Stage::PushAgain | Stage::Replay | Stage::Pull => {
                u32::from(self.connections.get(row.to).session)
            }
            _ => 0,
        }
    }

    /// The node that a user's timer concerns.
    #[inline]
    fn node_of(timer: Timer, user: u32, crowds: &Crowds) -> u8 {
        let crowd = crowds.of(user);
        match timer {
            Timer::Lifetime
            | Timer::Move
            | Timer::Detect
            | Timer::Attempt
            | Timer::Refused
            | Timer::TimedOut
            | Timer::Open
            | Timer::Dismissed
            | Timer::Closed
            | Timer::Settled
            | Timer::MakeOpen
            | Timer::Aged
            | Timer::Idle
            | Timer::MakeTimedOut
            | Timer::Leave
            | Timer::Visit
            | Timer::VisitOver
            | Timer::Unacknowledged
            | Timer::Drained
            | Timer::PollDue
            | Timer::PollFailed => crowd.clients,
            Timer::Rebuild | Timer::MakeRebuild => {
                let mut ways = crowds.ways_of(user).iter();
                ways.find_map(|crowd| crowd.store()).expect("set only with one").node
            }
            Timer::Balance | Timer::MakeBalance | Timer::PollPlaced => crowd.balancer,
            Timer::Accept
            | Timer::MakeAccept
            | Timer::Repeat1
            | Timer::Repeat2
            | Timer::Repeat3
            | Timer::Repeat4
            | Timer::Repeat5
            | Timer::PollServed
            | Timer::HoldOver => crowd.gateways.node,
            Timer::Register | Timer::Unregister => {
                crowds.registry(user).expect("set only where there is one").node
            }
            Timer::Resume | Timer::PollRead => {
                crowd.replay.as_ref().expect("set only where there is one").port.node
            }
            Timer::Pull => {
                crowd.inbox.as_ref().expect("set only where there is one").kept.port.node
            }
        }
    }
}

/// Runs one replication to its horizon, and on while it settles. `progress` is told the simulated
/// time now and then.
///
/// # Errors
/// [`Broken`] when the ledger does not add up.
pub fn simulate(
    scenario: &Scenario,
    replication: u32,
    progress: &dyn Fn(Time),
) -> Result<Outcome, Broken> {
    let mut agenda = Agenda::default();
    let mut world = World::new(scenario, replication, &mut agenda);
    world.events += run(&mut world, &mut agenda, scenario.warm_up);
    world.sample_until(scenario.warm_up);
    world.land(scenario.warm_up);
    world.record.warmed_up(scenario.warm_up);
    let steps: u64 = 100;
    for step in 1..=steps {
        let until = Time::from_nanos(crate::engine::number::low64(
            u128::from(scenario.horizon.nanos()) * u128::from(step) / u128::from(steps),
        ));
        world.events += run(&mut world, &mut agenda, until);
        progress(until);
    }
    if scenario.settle == Span::ZERO {
        return world.finish(scenario);
    }
    let at_horizon = world.clone().finish(scenario)?;
    world.settle(scenario, &mut agenda, at_horizon)
}

/// What the users of a scenario take in a run's tables, in bytes: known before it begins.
pub fn memory(scenario: &Scenario) -> u64 {
    let (mut users, mut entries, mut states, mut receives) = (0, 0, 0, false);
    let (mut visits, mut prefers) = (false, false);
    for node in &scenario.nodes {
        match &node.parameters {
            Parameters::Clients(clients) => {
                users += u64::from(clients.count);
                users += number::whole(clients.sessions_by(scenario.horizon));
                receives |= clients.sends.is_some();
                visits |= clients.visits.is_some();
                prefers |= clients.prefer.len() > 1;
            }
            Parameters::Source(_) => receives = true,
            Parameters::Gateway(gateway) if gateway.session.is_some() => states = States::BYTES,
            Parameters::Registry(registry) => {
                let lags = registry.replica_lag > Span::ZERO;
                entries = entries.max(Routes::BYTES + if lags { Routes::REPLICA } else { 0 });
            }
            _ => {}
        }
    }
    let visits = if visits { number::count(size_of::<Visit>()) } else { 0 };
    let ways = if prefers { Ways::BYTES } else { 0 };
    // At the horizon of a run that settles all of it stands twice.
    let times = if scenario.settle > Span::ZERO { 2 } else { 1 };
    times * users * (Connections::bytes(receives) + entries + states + visits + ways)
}

/// Every send and arrival of one replication. The sends depend on no policy.
pub fn trace(scenario: &Scenario, replication: u32) -> Trace {
    let mut agenda = Agenda::default();
    let mut world = World::new(scenario, replication, &mut agenda);
    world.record.trace = Some(Trace::default());
    run(&mut world, &mut agenda, scenario.horizon);
    world.record.trace.unwrap_or_default()
}
