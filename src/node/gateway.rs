//! A pool of gateway instances. Each has one CPU for everything it does, so that a storm of
//! handshakes delays messages, and its budgets: connections, memory, handshakes that may wait.
use super::{
    Cx, Purpose, Timer,
    cx::low_byte,
    event::attempt_ticket,
    parameters,
    table::{
        connections::State,
        crowds::Port,
        messages::{Message, Stage},
        tiers::Life,
    },
};
use crate::{
    engine::{Draws, Service, Span, Station, Time, Waiting, number},
    record::{Cause, End},
};
use std::ops::Range;

/// A heartbeat load of more than this share of the CPU counts as this share.
const SATURATED: f64 = 0.99;

/// A pool in motion.
#[derive(Clone, Debug)]
pub struct Gateway {
    /// What it was told about itself.
    pub parameters: parameters::Gateway,
    /// Its instances.
    pub pool: Range<u16>,
    bus: Option<Port>,
    draws: Draws,
    instances: Vec<Instance>,
}

/// What only the pool knows of an instance.
#[derive(Clone, Debug)]
struct Instance {
    cpu: Station,
    handshakes: Waiting,
}

impl Gateway {
    /// A pool whose instances are idle.
    pub fn new(
        parameters: parameters::Gateway,
        pool: Range<u16>,
        bus: Option<Port>,
        draws: Draws,
    ) -> Self {
        let instance = Instance {
            cpu: Station::new(usize::from(parameters.cores)),
            handshakes: Waiting::new(number::index(parameters.accept_queue)),
        };
        let instances = vec![instance; pool.len()];
        Self { parameters, pool, bus, draws, instances }
    }

    fn instance(&mut self, instance: u16) -> &mut Instance {
        &mut self.instances[usize::from(instance - self.pool.start)]
    }

    /// Takes CPU time; heartbeats stretch it by 1/(1 − ρ), ρ their share of the CPU.
    #[inline]
    fn work(&mut self, instance: u16, work: Span, cx: &Cx<'_>) -> Service {
        let work = self.stretch(instance, work, cx);
        self.instance(instance).cpu.arrive(cx.now, work)
    }

    #[inline]
    fn stretch(&self, instance: u16, work: Span, cx: &Cx<'_>) -> Span {
        work.scale(1.0 / (1.0 - self.idle_share(cx.tiers.get(instance).held)))
    }

    /// The share of an instance's CPU that heartbeats of `held` connections take.
    #[inline]
    pub fn idle_share(&self, held: u32) -> f64 {
        let share = f64::from(held) * self.parameters.cpu.idle / f64::from(self.parameters.cores);
        share.min(SATURATED)
    }

    /// A message arrives: from a client, from the fan-out, or out of the buffer.
    #[inline]
    pub fn on_hop(&mut self, message: u32, cx: &mut Cx<'_>) {
        let row = *cx.messages.get(message);
        if row.due != cx.now {
            return;
        }
        if row.stage == Stage::Up {
            self.on_up(message, row, cx);
        } else if matches!(row.stage, Stage::Push | Stage::PushAgain | Stage::Replay) {
            self.on_push(message, row, cx);
        }
    }

    #[inline]
    fn on_up(&mut self, message: u32, row: Message, cx: &mut Cx<'_>) {
        if !cx.tiers.serves(row.at) {
            return cx.end(cx.now, message, End::Lost(Cause::GatewayCrash));
        }
        let service = self.work(row.at, self.parameters.cpu.receive, cx);
        let bus = self.bus.as_ref().expect("a pool whose users send has a bus");
        let at = service.finish + self.to_bus(row, cx);
        cx.hop(at, bus.node, message, Stage::Bus);
    }

    #[inline]
    fn to_bus(&self, row: Message, cx: &Cx<'_>) -> Span {
        let Some(bus) = &self.bus else { return Span::ZERO };
        let entity = cx.crowds.of(row.to).message(row.id);
        bus.latency.draw(&self.draws, Purpose::Message, entity, Stage::Bus as u32)
    }

    #[inline]
    fn on_push(&mut self, message: u32, row: Message, cx: &mut Cx<'_>) {
        let connection = *cx.connections.get(row.to);
        let open = matches!(connection.state, State::Online | State::HalfOpen);
        let held = open && connection.gateway == row.at && cx.tiers.serves(row.at);
        let replay = row.stage == Stage::Replay;
        if !held || (replay && low_byte(connection.session) != row.session) {
            return self.turn_away(message, row, cx);
        }
        let service = self.work(row.at, self.parameters.cpu.push, cx);
        let crowd = cx.crowds.of(row.to);
        let entity = crowd.connection(row.to, connection.session);
        let at = service.finish + crowd.down(connection.round_trip(), entity);
        cx.messages.get_mut(message).session = low_byte(connection.session);
        cx.record.meter.of(row.to).frames_down += 1;
        let stage = if replay { Stage::DownReplay } else { Stage::Down };
        cx.hop(at, crowd.clients, message, stage);
    }

    /// The recipient is not here. A message out of the buffer goes back there; the fan-out learns
    /// at once from a host that answers, else when its call times out.
    fn turn_away(&mut self, message: u32, row: Message, cx: &mut Cx<'_>) {
        if row.stage == Stage::Replay {
            return cx.stranded(message, Cause::NoReplay);
        }
        let crowd = cx.crowds.of(row.to);
        let fanout = crowd.fanout.as_ref().expect("it came from there");
        let silent = cx.tiers.get(row.at).life == Life::Silent;
        let entity = crowd.message(row.id);
        let back = fanout.latency.draw(&self.draws, Purpose::Message, entity, row.stage as u32);
        let wait = if silent { crowd.rpc_timeout } else { back };
        let stage = if row.stage == Stage::PushAgain { Stage::StaleAgain } else { Stage::Stale };
        cx.hop(cx.now + wait, fanout.node, message, stage);
    }

    /// The work of a handshake arrives.
    pub fn on_accept(&mut self, user: u32, ticket: u16, cx: &mut Cx<'_>) {
        let row = *cx.connections.get(user);
        let attempts = cx.connections.attempts[number::index(user)];
        if row.state != State::Connecting || ticket != attempt_ticket(row.session, attempts.number)
        {
            return;
        }
        let crowd = cx.crowds.of(user);
        let entity = crowd.connection(user, row.session.wrapping_add(1));
        let way = crowd.handshake_way(row.round_trip(), entity, attempts.number);
        let deadline = Time::ZERO + cx.now.since(Time::ZERO + way) + crowd.timeout;
        let service = match cx.tiers.get(attempts.target).life {
            Life::Silent => return cx.wake(deadline, Timer::TimedOut, user, ticket),
            Life::Stopped | Life::Draining => None,
            Life::Up => self.accept(attempts.target, entity, attempts.number, cx),
        };
        let Some(service) = service else {
            let back = row.round_trip().half() + crowd.latency(Purpose::Attempt, entity, 0);
            return cx.wake((cx.now + back).min(deadline), Timer::Refused, user, ticket);
        };
        cx.record.meter.of(user).handshakes += 1;
        cx.tiers.get_mut(attempts.target).held += 1;
        cx.connections.get_mut(user).gateway = attempts.target;
        cx.record.handshake_wait.record(service.start.since(cx.now));
        if service.finish + way <= deadline {
            cx.wake(service.finish + way, Timer::Open, user, ticket);
        } else {
            cx.record.counts.wasted += 1;
            cx.wake(deadline, Timer::TimedOut, user, ticket);
        }
    }

    /// Takes a handshake in, unless a budget is used up; refusing costs CPU as well.
    fn accept(&mut self, at: u16, entity: u64, attempt: u16, cx: &mut Cx<'_>) -> Option<Service> {
        let held = cx.tiers.get(at).held;
        let service = if held < self.most_connections() {
            let work = self.stretch(at, self.handshake(entity, attempt), cx);
            let Instance { cpu, handshakes } = self.instance(at);
            handshakes.offer(cpu, cx.now, work)
        } else {
            None
        };
        if service.is_none() {
            self.work(at, self.parameters.cpu.refusal, cx);
        }
        service
    }

    /// How many connections an instance can hold: the tighter of its limit and its memory.
    pub fn most_connections(&self) -> u32 {
        let memory = self.parameters.memory;
        let by_memory = memory.limit.0.checked_div(memory.per_connection.0).unwrap_or(u64::MAX);
        u32::try_from(by_memory).unwrap_or(u32::MAX).min(self.parameters.max_connections)
    }

    fn handshake(&self, entity: u64, attempt: u16) -> Span {
        let cpu = &self.parameters.cpu;
        let unit = self.draws.unit(Purpose::Resumption, entity, u32::from(attempt));
        let tls = if unit < cpu.resumption.0 { cpu.tls_resumed } else { cpu.tls_full };
        tls + cpu.app
    }

    /// An instance ends at once: what it had not finished is gone.
    pub fn end_work(&mut self, instance: u16, cx: &mut Cx<'_>) {
        let held = cx.messages.in_use().filter(|(_, row)| row.at == instance);
        let held: Vec<(u32, Message)> = held.map(|(message, row)| (message, *row)).collect();
        for (message, row) in held {
            let up = row.stage == Stage::Up
                || row.stage == Stage::Bus && row.due > cx.now + self.to_bus(row, cx);
            let down = matches!(row.stage, Stage::Down | Stage::DownReplay)
                && row.due > cx.now + Self::to_client(row, cx);
            if up {
                cx.end(cx.now, message, End::Lost(Cause::GatewayCrash));
            } else if down {
                cx.stranded(message, Cause::GatewayCrash);
            }
        }
        self.reset(instance, cx.now);
    }

    fn to_client(row: Message, cx: &Cx<'_>) -> Span {
        let (crowd, connection) = (cx.crowds.of(row.to), cx.connections.get(row.to));
        crowd.down(connection.round_trip(), crowd.connection(row.to, connection.session))
    }

    /// Forgets the CPU's queue.
    fn reset(&mut self, instance: u16, now: Time) {
        let Instance { cpu, handshakes } = self.instance(instance);
        cpu.clear(now);
        handshakes.clear();
    }

    /// The CPU time an instance has given so far, and how long a job would wait now.
    pub fn cpu(&self, instance: u16, now: Time) -> (Span, Span) {
        let cpu = &self.instances[usize::from(instance - self.pool.start)].cpu;
        (cpu.done(now), cpu.wait(now))
    }
}
