//! A pool of gateway instances. Each has one CPU for everything it does, so that a storm of
//! handshakes delays messages, and its budgets: connections, memory, handshakes that may wait.
use super::{
    Cx, Event, Purpose, Step, Timer,
    admission::Gate,
    affinity::ATTEMPTS,
    batch::Batch,
    cx::low_byte,
    event::{NO_ENTRY, REPEATS, attempt_ticket},
    parameters::{self, Answer, OverMemory, Transport},
    slow,
    table::{
        connections::{NOWHERE, State, next_session},
        crowds::Port,
        messages::{Message, Stage},
        send_buffers::Pushed,
        tiers::Life,
    },
};
use crate::{
    engine::{Draws, EventQueue, Service, Span, Station, Time, Waiting, number},
    record::Cause,
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
    /// The share of its users whose connections are encrypted.
    encrypted: f64,
    draws: Draws,
    instances: Vec<Instance>,
    /// Of a managed service: its quota, and what it adds to each message.
    quota: Option<Gate>,
    latency: Span,
}

/// A handshake at the door of an instance.
#[derive(Clone, Copy)]
pub(super) struct Offer {
    pub(super) user: u32,
    pub(super) ticket: u16,
    pub(super) entity: u64,
    pub(super) attempt: u16,
    pub(super) at: u16,
    /// From here to the client, in round trips that are still to come.
    pub(super) way: Span,
    pub(super) deadline: Time,
    /// Whether the state of its session must be rebuilt.
    pub(super) rebuilds: bool,
}

/// What becomes of it.
pub(super) enum Taken {
    In(Service),
    /// Its client will have gone when its turn comes.
    PassedOver,
    Refused,
}

/// What only the pool knows of an instance.
#[derive(Clone, Debug)]
struct Instance {
    cpu: Station,
    handshakes: Waiting,
    /// How many connections it held when its work was stretched last, and by what factor.
    stretch: (u32, f64),
}

impl Gateway {
    /// A pool whose instances are idle.
    pub fn new(
        parameters: parameters::Gateway,
        pool: Range<u16>,
        bus: Option<Port>,
        encrypted: f64,
        draws: Draws,
    ) -> Self {
        let instance = Instance {
            cpu: Station::new(usize::from(parameters.cores)),
            handshakes: parameters
                .accept_queue
                .map_or_else(Waiting::unbounded, |bound| Waiting::new(number::index(bound))),
            stretch: (0, 1.0),
        };
        let instances = vec![instance; pool.len()];
        let quota = parameters.managed.as_ref().map(|managed| Gate::new(managed.quota()));
        let latency = parameters.latency();
        Self { parameters, pool, bus, encrypted, draws, instances, quota, latency }
    }

    fn instance(&mut self, instance: u16) -> &mut Instance {
        &mut self.instances[usize::from(instance - self.pool.start)]
    }

    /// Takes CPU time; heartbeats stretch it by 1/(1 − ρ), ρ their share of the CPU.
    #[inline]
    pub(super) fn work(&mut self, instance: u16, work: Span, cx: &Cx<'_>) -> Service {
        let work = self.stretch(instance, work, cx);
        self.instance(instance).cpu.arrive(cx.now, work)
    }

    /// Pushes one message to so many.
    pub(super) fn push_many(&mut self, instance: u16, many: u32, cx: &Cx<'_>) -> Batch {
        let work = self.stretch(instance, self.parameters.cpu.push, cx);
        let mut batch = Batch::arrive(&mut self.instance(instance).cpu, cx.now, many, work);
        (batch.first, batch.last) = (batch.first + self.latency, batch.last + self.latency);
        batch
    }

    #[inline]
    fn stretch(&mut self, instance: u16, work: Span, cx: &Cx<'_>) -> Span {
        let held = cx.tiers.get(instance).held;
        let (known, mut factor) = self.instance(instance).stretch;
        if known != held {
            factor = 1.0 / (1.0 - self.idle_share(held));
            self.instance(instance).stretch = (held, factor);
        }
        work.scale(factor)
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
        } else if matches!(row.stage, Stage::Push | Stage::PushAgain | Stage::Replay | Stage::Pull)
        {
            self.on_push(message, row, cx);
        } else if matches!(row.stage, Stage::Spread | Stage::SpreadAgain) {
            self.on_spread(message, row, cx);
        }
    }

    #[inline]
    fn on_up(&mut self, message: u32, row: Message, cx: &mut Cx<'_>) {
        if !cx.tiers.serves(row.at) {
            return cx.unsent(message, Cause::GatewayCrash);
        }
        let crowd = cx.crowds.of(row.to);
        let own = crowd.prefers() || crowd.polls_anew();
        let sender = if own { crowd.sender(row.id) } else { None };
        let way = sender.map_or(crowd, |sender| cx.crowds.of(sender));
        let mut work = match way.transport {
            Transport::Websocket => self.parameters.cpu.receive,
            Transport::Sse | Transport::ShortPoll | Transport::LongPoll => {
                self.parameters.cpu.request
            }
        };
        if let Some(sender) = sender
            && cx.asks_anew(sender)
        {
            work += self.opens_for_a_request(sender, cx);
        }
        let service = self.work(row.at, work, cx);
        let bus = self.bus.as_ref().expect("a pool whose users send has a bus").node;
        if crowd.room.is_some() && crowd.publishes_for_each {
            return self.publish_for_each(message, service.finish, bus, cx);
        }
        let at = service.finish + self.to_bus(row, cx);
        cx.hop(at, bus, message, Stage::Bus);
    }

    /// A message for a room is published for each who gets it. Here it is known to be taken.
    fn publish_for_each(&self, message: u32, at: Time, bus: u8, cx: &mut Cx<'_>) {
        if cx.taken_in(message) {
            return cx.known(message);
        }
        for one in cx.spread(message).unwrap_or_default() {
            let at = at + self.to_bus(*cx.messages.get(one), cx);
            cx.hop(at, bus, one, Stage::Bus);
        }
    }

    #[inline]
    fn to_bus(&self, row: Message, cx: &Cx<'_>) -> Span {
        let Some(bus) = &self.bus else { return Span::ZERO };
        let entity = cx.crowds.of(row.to).message(&row);
        self.latency + bus.latency.draw(&self.draws, Purpose::Message, entity, Stage::Bus as u32)
    }

    #[inline]
    fn on_push(&mut self, message: u32, mut row: Message, cx: &mut Cx<'_>) {
        if row.at == NOWHERE {
            let Some(holder) = self.on_broadcast(row, cx) else {
                return cx.stranded(message, Cause::NoReplay);
            };
            row.at = holder;
            cx.messages.get_mut(message).at = holder;
        }
        let connection = *cx.connections.get(row.to);
        let open = matches!(connection.state, State::Online | State::HalfOpen);
        let held = open && connection.gateway == row.at && cx.tiers.serves(row.at);
        let down = match row.stage {
            Stage::Replay => Stage::DownReplay,
            Stage::Pull => Stage::DownPull,
            _ => Stage::Down,
        };
        if !held || (down != Stage::Down && low_byte(connection.session) != row.session) {
            return self.turn_away(message, row, cx);
        }
        cx.messages.calls.end(message);
        if cx.crowds.of(row.to).poll.is_some() {
            return self.answer_held(message, row, cx);
        }
        let service = self.work(row.at, self.parameters.cpu.push, cx);
        let crowd = cx.crowds.of(row.to);
        let entity = crowd.connection(row.to, connection.session);
        let at = service.finish + self.latency + crowd.down(connection.round_trip(), entity);
        cx.messages.get_mut(message).session = low_byte(connection.session);
        cx.connections.is_active(row.to, cx.now);
        if crowd.reads_slowly(row.to) && connection.state == State::Online {
            let (what, bytes) = (Pushed::Own { message, down }, crowd.weight(&row));
            let came = service.finish + self.latency;
            return self.offer(slow::Offer { user: row.to, what, came, bytes }, cx);
        }
        cx.meter(row.to).pushed(crowd.origin_of(row.id));
        cx.hop(at, crowd.clients, message, down);
    }

    /// A message comes to every instance, and each looks whether it holds the recipient; returns
    /// the one that does.
    fn on_broadcast(&mut self, row: Message, cx: &Cx<'_>) -> Option<u16> {
        for instance in self.pool.clone() {
            if cx.tiers.serves(instance) {
                self.work(instance, self.parameters.cpu.receive, cx);
            }
        }
        let connection = cx.connections.get(row.to);
        let open = matches!(connection.state, State::Online | State::HalfOpen);
        (open && self.pool.contains(&connection.gateway)).then_some(connection.gateway)
    }

    /// The recipient is not here. A message out of the buffer goes back there; the fan-out learns
    /// at once from a host that answers, else when its call times out.
    fn turn_away(&mut self, message: u32, row: Message, cx: &mut Cx<'_>) {
        if matches!(row.stage, Stage::Replay | Stage::Pull) {
            return cx.stranded(message, Cause::NoReplay);
        }
        let crowd = cx.crowds.of(row.to);
        if crowd.poll.is_some() {
            cx.messages.calls.end(message);
            return cx.back_to_mailbox(message);
        }
        if crowd.is_called(&row) {
            // Its reader has left; the call was for the others as well.
            return cx.stranded(message, Cause::NoReplay);
        }
        let fanout = crowd.fanout.as_ref().expect("it came from there");
        let silent = cx.tiers.get(row.at).life == Life::Silent;
        let entity = crowd.message(&row);
        let back = fanout.latency.draw(&self.draws, Purpose::Message, entity, row.stage as u32);
        let wait = if silent { crowd.rpc_timeout } else { back };
        let stage = if row.stage == Stage::PushAgain { Stage::StaleAgain } else { Stage::Stale };
        cx.hop(cx.now + wait, fanout.node, message, stage);
    }

    /// The work of a handshake arrives, or what repeats a first packet that was dropped.
    pub fn on_accept(&mut self, timer: Timer, user: u32, ticket: u16, cx: &mut Cx<'_>) {
        let row = *cx.connections.get(user);
        let attempts = cx.connections.attempts[number::index(user)];
        if row.state != State::Connecting || ticket != attempt_ticket(row.session, attempts.number)
        {
            return;
        }
        let crowd = cx.crowds.of(user);
        let entity = crowd.connection(user, next_session(row.session));
        let way = crowd.way_in(row.round_trip(), (entity, attempts.number), cx.is_beside(user));
        let (repeat, first) = timer.repeat();
        let began = Time::ZERO + cx.now.since(Time::ZERO + first + way);
        let offer = Offer {
            user,
            ticket,
            entity,
            attempt: attempts.number,
            at: attempts.target,
            way,
            deadline: began + cx.crowds.patience(user),
            rebuilds: self.rebuilds(user, attempts.target, cx),
        };
        match cx.tiers.get(attempts.target).life {
            Life::Silent => {
                cx.turns_away(user, Answer::Drop);
                cx.wake(offer.deadline, Timer::TimedOut, user, ticket);
            }
            Life::Stopped | Life::Draining => {
                cx.turns_away(user, Answer::Reset);
                Self::answer(offer, Answer::Reset, Span::ZERO, cx);
            }
            Life::Up if cx.is_stripped(user, began) => self.turn_down(offer, cx),
            Life::Up => match self.accept(offer, cx) {
                Taken::In(service) => self.take_in(offer, service, cx),
                Taken::PassedOver => cx.wake(offer.deadline, Timer::TimedOut, user, ticket),
                Taken::Refused => self.refuse(offer, repeat, began, cx),
            },
        }
    }

    /// A handshake is in the queue; it is served whether or not its client waits for it.
    fn take_in(&self, offer: Offer, service: Service, cx: &mut Cx<'_>) {
        let Offer { user, ticket, at, way, deadline, .. } = offer;
        self.hold(user, at, service, cx);
        cx.connections.get_mut(user).gateway = at;
        if offer.rebuilds {
            return Self::rebuild(offer, service, ATTEMPTS, cx);
        }
        let open = service.finish + self.latency + way;
        if open <= deadline {
            cx.go_on(open, Timer::Open, user, ticket);
        } else {
            let done = service.finish < cx.record.horizon();
            cx.record.counts.wasted += u64::from(done && !cx.is_beside(user));
            cx.wake(deadline, Timer::TimedOut, user, ticket);
        }
    }

    /// An instance holds one handshake more; one too many for its memory ends it.
    pub(super) fn hold(&self, user: u32, at: u16, service: Service, cx: &mut Cx<'_>) {
        cx.takes(user, at);
        Self::worked_for(user, cx);
        if !cx.is_beside(user) {
            cx.record.handshake_wait.record(service.start.since(cx.now));
        }
        self.look_into_memory(at, cx);
    }

    /// What is too much for an instance's memory ends it.
    pub(super) fn look_into_memory(&self, at: u16, cx: &mut Cx<'_>) {
        if self.is_beyond_memory(at, cx.tiers, cx.feeds) {
            let event = Event::Action { index: NO_ENTRY, step: Step::Killed, instance: at };
            cx.agenda.push(cx.now, event);
        }
    }

    /// Takes a handshake in, unless a budget is used up.
    pub(super) fn accept(&mut self, offer: Offer, cx: &Cx<'_>) -> Taken {
        if self.is_full(offer.user, offer.at, cx)
            || !self.quota.as_mut().is_none_or(|quota| quota.admits(cx.now))
        {
            return Taken::Refused;
        }
        let rebuild = if offer.rebuilds { self.rebuild_work() } else { Span::ZERO };
        let beside = cx.is_beside(offer.user);
        let tls = cx.crowds.of(offer.user).wire.tls && !beside;
        let work = self.handshake(tls, offer.entity, offer.attempt) + rebuild;
        let work = self.stretch(offer.at, work, cx);
        let skips = self.parameters.skip_abandoned;
        let Instance { cpu, handshakes, .. } = self.instance(offer.at);
        if skips && cx.now + cpu.wait(cx.now) >= offer.deadline {
            return Taken::PassedOver;
        }
        if beside {
            return Taken::In(cpu.arrive(cx.now, work));
        }
        handshakes.offer(cpu, cx.now, work).map_or(Taken::Refused, Taken::In)
    }

    /// Whether an instance has no room for the connection of a user, or a stream of one.
    pub fn is_full(&self, user: u32, instance: u16, cx: &Cx<'_>) -> bool {
        let (own, light) = (&self.parameters, cx.is_light(user));
        let refuses = own.memory.over == OverMemory::Refuse;
        let each = if light { own.per_stream() } else { own.per_connection() };
        let with_it = || self.memory(instance, cx.tiers, cx.feeds) + each;
        cx.tiers.get(instance).held >= own.most_sockets()
            || refuses && with_it() > self.parameters.memory.limit.0
    }

    /// A request that asks for nothing that is served: it costs its TLS handshake and the refusal.
    fn turn_down(&mut self, offer: Offer, cx: &mut Cx<'_>) {
        if cx.crowds.of(offer.user).wire.tls {
            let tls = self.tls(offer.entity, u32::from(offer.attempt));
            self.work(offer.at, tls, cx);
        }
        self.work(offer.at, self.parameters.cpu.refusal, cx);
        Self::answer(offer, Answer::Reset, Span::ZERO, cx);
    }

    /// Refusing costs CPU as well; a packet that the kernel drops costs nothing.
    fn refuse(&mut self, offer: Offer, repeat: usize, began: Time, cx: &mut Cx<'_>) {
        let answer = self.parameters.refusal.answer;
        cx.turns_away(offer.user, answer);
        if answer == Answer::Drop {
            let next =
                REPEATS.get(repeat).map(|&(timer, after)| (began + offer.way + after, timer));
            let (at, timer) = next
                .filter(|&(at, _)| at < offer.deadline)
                .unwrap_or((offer.deadline, Timer::TimedOut));
            return cx.wake(at, timer, offer.user, offer.ticket);
        }
        self.pay_refusal(offer.at, cx);
        let hint = match answer {
            Answer::Unavailable | Answer::TooMany => {
                let retry_after = self.parameters.refusal.retry_after.as_ref();
                cx.crowds.of(offer.user).hint(retry_after, offer.entity, offer.attempt)
            }
            Answer::Drop | Answer::Reset => Span::ZERO,
        };
        Self::answer(offer, answer, hint, cx);
    }

    /// What an answer costs that is not a dropped packet.
    pub(super) fn pay_refusal(&mut self, at: u16, cx: &Cx<'_>) {
        let costs = self.parameters.refusal.answer != Answer::Drop;
        if costs && self.parameters.cpu.refusal > Span::ZERO {
            self.work(at, self.parameters.cpu.refusal, cx);
        }
    }

    /// The client learns half a round trip later, or loses patience before.
    fn answer(offer: Offer, answer: Answer, hint: Span, cx: &mut Cx<'_>) {
        let Offer { user, ticket, entity, deadline, .. } = offer;
        let round_trip = cx.connections.get(user).round_trip();
        let back = round_trip.half() + cx.crowds.of(user).latency(Purpose::Attempt, entity, 0);
        cx.refuse(user, ticket, (cx.now + back).min(deadline), answer, hint);
    }

    /// The mean CPU time of a handshake, over all its users.
    pub fn mean_handshake(&self) -> Span {
        let cpu = &self.parameters.cpu;
        let resumed = cpu.resumption.0;
        let tls = cpu.tls_resumed.scale(resumed) + cpu.tls_full.scale(1.0 - resumed);
        cpu.app + tls.scale(self.encrypted)
    }

    fn handshake(&self, tls: bool, entity: u64, attempt: u16) -> Span {
        let tls = if tls { self.tls(entity, u32::from(attempt)) } else { Span::ZERO };
        tls + self.parameters.cpu.app
    }

    /// The TLS handshake of attempt `k`: full or resumed.
    pub(super) fn tls(&self, entity: u64, k: u32) -> Span {
        let cpu = &self.parameters.cpu;
        let resumed = self.draws.unit(Purpose::Resumption, entity, k) < cpu.resumption.0;
        if resumed { cpu.tls_resumed } else { cpu.tls_full }
    }

    /// An instance ends at once: what it had not finished is gone.
    pub fn end_work(&mut self, instance: u16, cx: &mut Cx<'_>) {
        let held = cx.messages.in_use().filter(|(_, row)| row.at == instance);
        let held: Vec<(u32, Message)> = held.map(|(message, row)| (message, *row)).collect();
        for (message, row) in held {
            let up = row.stage == Stage::Up
                || row.stage == Stage::Bus && row.due > cx.now + self.to_bus(row, cx);
            let down = matches!(row.stage, Stage::Down | Stage::DownReplay | Stage::DownPull)
                && row.due > cx.now + Self::to_client(row, cx);
            if up {
                cx.unsent(message, Cause::GatewayCrash);
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
        let Instance { cpu, handshakes, .. } = self.instance(instance);
        cpu.clear(now);
        handshakes.clear();
    }

    /// The most handshakes that wait at one instance now, where their number is bounded.
    pub fn at_the_door(&mut self, now: Time) -> u32 {
        let waiting = self.instances.iter_mut().map(|instance| instance.handshakes.len(now));
        waiting.max().map_or(0, number::row)
    }

    /// The CPU time an instance has given so far, and how long a job would wait now.
    pub fn cpu(&self, instance: u16, now: Time) -> (Span, Span) {
        let cpu = &self.instances[usize::from(instance - self.pool.start)].cpu;
        (cpu.done(now), cpu.wait(now))
    }
}
