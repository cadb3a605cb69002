//! The delivery tier: keeps each message for replay, finds its recipient's gateway, and forwards.
use super::{
    Cx, Purpose,
    parameters::{self, OnStale, Route},
    ring::Ring,
    table::{
        calls::{Called, Limits, TRY},
        connections::NOWHERE,
        crowds::{Crowd, Delay, Port},
        messages::{Message, Messages, Stage},
    },
};
use crate::{
    engine::{Draws, Service, Span, Station, Time, number},
    record::{Cause, End},
    units::Share,
};
use std::ops::Range;

/// A fan-out in motion.
#[derive(Clone, Debug)]
pub struct Fanout {
    id: u8,
    on_stale: OnStale,
    route: Route,
    pub(super) ways: Ways,
    /// What bounds its calls, if anything does, and the number of its first instance among all.
    limits: Option<Limits>,
    first: u16,
    draws: Draws,
    service: Delay,
    /// So many times its time a delivery takes now, if it is not once.
    factor: Option<f64>,
    instances: Vec<Station>,
}

/// Where a fan-out can ask and send to.
#[derive(Clone, Debug)]
pub struct Ways {
    /// To the registry, if there is one.
    pub registry: Option<Port>,
    /// To the gateways.
    pub gateways: Port,
    /// To those of other pools.
    pub others: Vec<Port>,
    /// Their instances.
    pub pool: Range<u16>,
    /// The ring by which their balancer places users, for those who route by it.
    pub ring: Ring,
    /// To the mailboxes of those who poll, if there are any.
    pub mailbox: Option<Port>,
}

impl Fanout {
    /// A fan-out whose instances are idle; `first` is the number of the first among those of all.
    pub fn new(
        id: u8,
        first: u16,
        parameters: &parameters::Fanout,
        ways: Ways,
        draws: Draws,
    ) -> Self {
        let instance = Station::new(usize::from(parameters.concurrency));
        Self {
            id,
            on_stale: parameters.on_stale,
            route: parameters.route,
            ways,
            limits: limits(parameters),
            first,
            draws,
            service: Delay::from(&parameters.service),
            factor: None,
            instances: vec![instance; usize::from(parameters.instances)],
        }
    }

    /// A message arrives from the bus, or comes back from a gateway that did not hold its user.
    #[inline]
    pub fn on_hop(&mut self, message: u32, cx: &mut Cx<'_>) {
        let row = *cx.messages.get(message);
        if row.due != cx.now {
            return;
        }
        if row.stage == Stage::Fanout {
            if let Some(feed) = cx.crowds.of(row.to).feed_of(&row) {
                return self.on_many(message, row, feed, cx);
            }
            if cx.crowds.of(row.to).room.is_some()
                && let Some(each) = cx.spread(message)
            {
                return each.into_iter().for_each(|one| {
                    let row = *cx.messages.get(one);
                    self.on_message(one, row, cx);
                });
            }
            self.on_message(message, row, cx);
        } else if matches!(row.stage, Stage::Stale | Stage::StaleAgain) {
            self.on_stale(message, row, cx);
        } else if row.stage == Stage::Served {
            self.on_served(message, row, cx);
        }
    }

    #[inline]
    pub(super) fn on_message(&mut self, message: u32, row: Message, cx: &mut Cx<'_>) {
        let crowd = cx.crowds.of(row.to);
        let entity = crowd.message(&row);
        let service = self.serve(cx.now, row.at, entity);
        cx.messages.get_mut(message).keep(cx.now);
        if crowd.poll.is_some() {
            return self.put_aside(service.finish, message, row, cx);
        }
        if self.limits.is_some() {
            return cx.hop(service.finish, self.id, message, Stage::Served);
        }
        self.call(service.finish, message, row, cx);
    }

    /// An instance works on what has this entity in draws.
    #[inline]
    pub(super) fn serve(&mut self, now: Time, instance: u16, entity: u64) -> Service {
        let work = self.service.draw(&self.draws, Purpose::Message, entity, Stage::Fanout as u32);
        let work = self.factor.map_or(work, |factor| work.scale(factor));
        self.instances[usize::from(instance)].arrive(now, work)
    }

    /// From here to a gateway of a pool, for what has this entity in draws.
    pub(super) fn to_gateways(&self, pool: u8, entity: u64) -> Span {
        let Ways { gateways, others, .. } = &self.ways;
        let port = others.iter().find(|port| port.node == pool).unwrap_or(gateways);
        port.latency.draw(&self.draws, Purpose::Message, entity, Stage::Spread as u32)
    }

    /// The work on a message is done; whether its call may begin is known now.
    fn on_served(&self, message: u32, row: Message, cx: &mut Cx<'_>) {
        let Some(limits) = self.limits else { return };
        if cx.messages.calls.begin(cx.now, message, self.first + row.at, limits) {
            self.call(cx.now, message, row, cx);
        } else {
            cx.stranded(message, Cause::InFlight);
        }
    }

    #[inline]
    fn call(&self, at: Time, message: u32, row: Message, cx: &mut Cx<'_>) {
        match self.route {
            Route::Registry => self.look_up(at, message, row, Stage::LookUp, cx),
            Route::ConsistentHash | Route::Broadcast | Route::RandomGateway => {
                self.send(at, message, row, Stage::Push, cx);
            }
        }
    }

    #[inline]
    fn look_up(&self, at: Time, message: u32, row: Message, stage: Stage, cx: &mut Cx<'_>) {
        let Some(registry) = &self.ways.registry else { return };
        let way = self.way(registry, row, stage, cx);
        cx.hop(at + way, registry.node, message, stage);
    }

    #[inline]
    pub(super) fn way(&self, port: &Port, row: Message, stage: Stage, cx: &Cx<'_>) -> Span {
        let entity = cx.crowds.of(row.to).message(&row);
        port.latency.draw(&self.draws, Purpose::Message, entity, stage as u32)
    }

    /// Forwards a message without asking.
    fn send(&self, at: Time, message: u32, row: Message, stage: Stage, cx: &mut Cx<'_>) {
        let crowd = cx.crowds.of(row.to);
        let entity = crowd.message(&row);
        let up = |instance: u16| cx.tiers.get(instance).believed_up;
        let target = match self.route {
            Route::ConsistentHash => self.ways.ring.find(crowd.hash(row.to), up),
            Route::RandomGateway => {
                let there: Vec<u16> = self.ways.pool.clone().filter(|&it| up(it)).collect();
                let many = number::row(there.len());
                (many > 0)
                    .then(|| there[number::index(self.draws.below(Purpose::Route, entity, many))])
            }
            // All of them.
            Route::Broadcast | Route::Registry => Some(NOWHERE),
        };
        let Some(target) = target else { return cx.stranded(message, Cause::NoReplay) };
        let gateways = &self.ways.gateways;
        let way = self.way(gateways, row, stage, cx);
        cx.messages.get_mut(message).at = target;
        cx.hop(at + way, gateways.node, message, stage);
    }

    fn on_stale(&mut self, message: u32, row: Message, cx: &mut Cx<'_>) {
        // Nowhere: the registry did not answer.
        let asked = row.at != NOWHERE;
        let cause = match self.route {
            Route::RandomGateway => Cause::WrongGateway,
            Route::Registry if !asked => Cause::RegistryDown,
            Route::Registry | Route::ConsistentHash | Route::Broadcast => Cause::StaleRoute,
        };
        cx.record.counts.stale_routes += u64::from(asked);
        let first = row.stage == Stage::Stale;
        match self.on_stale {
            OnStale::LookUpAgain if first && self.route == Route::Registry => {
                if self.limits.is_some_and(|limits| !cx.messages.calls.again(message, limits)) {
                    return cx.stranded(message, Cause::RetryBudget);
                }
                self.look_up(cx.now, message, row, Stage::LookUpAgain, cx);
            }
            OnStale::LookUpAgain | OnStale::Buffer => cx.stranded(message, cause),
            OnStale::Drop => cx.end(cx.now, message, End::Lost(cause)),
        }
    }

    /// Whether messages of a crowd go this way.
    pub(super) fn serves(&self, crowd: &Crowd) -> bool {
        crowd.fanout.as_ref().is_some_and(|fanout| fanout.node == self.id)
    }

    /// From now on work takes `factor` times its time; what is in hand takes `change` times as
    /// long.
    pub fn slow(&mut self, change: f64, factor: Option<f64>, cx: &mut Cx<'_>) {
        self.factor = factor;
        for instance in &mut self.instances {
            instance.slow(cx.now, change);
        }
        let (stage, port) = match (self.limits, self.route, &self.ways.registry) {
            (Some(_), ..) => (Stage::Served, None),
            (None, Route::Registry, Some(registry)) => (Stage::LookUp, Some(registry)),
            _ => (Stage::Push, Some(&self.ways.gateways)),
        };
        let mine = |row: &Message| row.stage == stage && self.serves(cx.crowds.of(row.to));
        let in_hand = cx.messages.in_use();
        let in_hand = in_hand.filter(|(_, row)| mine(row) && !self.calls_for_many(row, cx));
        let in_hand: Vec<(u32, Message)> = in_hand.map(|(message, row)| (message, *row)).collect();
        for (message, row) in in_hand {
            let way = port.map_or(Span::ZERO, |port| self.way(port, row, stage, cx));
            cx.put_off(message, port.map_or(self.id, |port| port.node), way, change);
        }
        self.put_off_calls(change, cx);
    }

    /// An instance ends at once: the bus knows what it had in hand.
    pub fn end_work(&mut self, instance: u16, now: Time, messages: &mut Messages) {
        self.instances[usize::from(instance)].clear(now);
        messages.calls.forget(self.first + instance);
    }

    /// What its instances have called, where their calls are bounded.
    pub fn called(&self, messages: &Messages) -> Option<Called> {
        self.limits.map(|_| messages.calls.called(self.first, self.instances.len()))
    }

    /// How many instances there are, and how many messages each works on at once.
    pub fn size(&self) -> (usize, usize) {
        (self.instances.len(), self.instances.first().map_or(0, Station::servers))
    }

    /// The working time given by each instance so far, and how long a message would wait now.
    pub fn stations(&self, now: Time) -> impl Iterator<Item = (Span, Span)> + '_ {
        self.instances.iter().map(move |instance| (instance.done(now), instance.wait(now)))
    }
}

/// What bounds the calls of an instance, if anything does.
fn limits(parameters: &parameters::Fanout) -> Option<Limits> {
    let (in_flight, budget) = (parameters.in_flight, parameters.retry_budget);
    if in_flight.is_none() && budget.is_none() {
        return None;
    }
    let tokens = |share: Share| number::whole((share.0 * number::float(TRY)).round());
    Some(Limits { in_flight: in_flight.unwrap_or(u32::MAX), budget: budget.map(tokens) })
}
