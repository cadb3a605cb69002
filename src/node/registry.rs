//! The map user → gateway: written on open, refreshed by heartbeats, deleted on close, and gone
//! after its TTL when a gateway dies without telling.
use super::{
    Cx, Purpose, Timer, parameters,
    table::{
        connections::{NOWHERE, State},
        crowds::Port,
        messages::{Message, Stage},
    },
};
use crate::{
    engine::{Draws, Span, Station, Time, number},
    record::Cause,
};

/// An entry: the gateway that wrote it, and the session it was written for.
#[derive(Clone, Copy, Debug)]
struct Entry {
    gateway: u16,
    session: u16,
}

/// A registry in motion.
#[derive(Clone, Debug)]
pub struct Registry {
    ttl: Span,
    operation: Span,
    /// The crowds whose gateways write here, by their clients nodes, and how often the entries of
    /// each are refreshed.
    served: Vec<(u8, Span)>,
    /// To the gateways, through the fan-out that asked.
    gateways: Option<Port>,
    draws: Draws,
    station: Station,
    entries: Vec<Entry>,
}

impl Registry {
    /// Bytes a user.
    pub const BYTES: u64 = number::count(size_of::<Entry>());

    /// A registry without entries. `gateways` is the way of an answer through the fan-out to the
    /// gateways; `served` are the crowds that are written here, with the time between refreshes.
    pub fn new(
        parameters: &parameters::Registry,
        served: Vec<(u8, Span)>,
        gateways: Option<Port>,
        users: u32,
        draws: Draws,
    ) -> Self {
        let nobody = Entry { gateway: NOWHERE, session: 0 };
        Self {
            ttl: parameters.ttl,
            operation: Span::from_seconds(1.0 / parameters.rate.0),
            served,
            gateways,
            draws,
            station: Station::new(1),
            entries: vec![nobody; number::index(users)],
        }
    }

    /// Sets the entry of a user who is connected at the start.
    pub fn fill(&mut self, user: u32, gateway: u16) {
        self.entries[number::index(user)] = Entry { gateway, session: 0 };
    }

    /// Reads the entry that a look-up of `user` will read.
    #[inline]
    pub fn touch(&self, user: u32) -> u32 {
        u32::from(self.entries[number::index(user)].gateway)
    }

    /// One operation for a user; refreshes of `online` users stretch it.
    #[inline]
    fn operate(&mut self, user: u32, cx: &mut Cx<'_>) -> Time {
        cx.record.meter.of(user).registry_operations += 1;
        let refreshes: f64 = self
            .served
            .iter()
            .map(|&(crowd, every)| f64::from(cx.record.online_of(crowd)) / every.float().max(1.0))
            .sum();
        let share = refreshes * self.operation.float();
        let work = self.operation.scale(1.0 / (1.0 - share.min(0.99)));
        self.station.arrive(cx.now, work).finish
    }

    /// A message's recipient is looked up.
    #[inline]
    pub fn on_hop(&mut self, message: u32, cx: &mut Cx<'_>) {
        let row = *cx.messages.get(message);
        if row.due != cx.now {
            return;
        }
        if row.stage == Stage::LookUp {
            self.on_look_up(message, row, Stage::Push, cx);
        } else if row.stage == Stage::LookUpAgain {
            self.on_look_up(message, row, Stage::PushAgain, cx);
        }
    }

    #[inline]
    fn on_look_up(&mut self, message: u32, row: Message, stage: Stage, cx: &mut Cx<'_>) {
        let finish = self.operate(row.to, cx);
        let Some(gateway) = self.route(row.to, cx) else {
            return cx.stranded(message, Cause::NoReplay);
        };
        let gateways = self.gateways.as_ref().expect("a fan-out leads to gateways");
        let entity = cx.crowds.of(row.to).message(row.id);
        let way = gateways.latency.draw(&self.draws, Purpose::Message, entity, stage as u32);
        cx.messages.get_mut(message).at = gateway;
        cx.hop(finish + way, gateways.node, message, stage);
    }

    /// The gateway of a user's entry, unless it has expired. An entry is refreshed as long as its
    /// gateway lives and holds the connection; after that, its last refresh was U(0, h) before.
    #[inline]
    fn route(&self, user: u32, cx: &Cx<'_>) -> Option<u16> {
        let entry = self.entries[number::index(user)];
        if entry.gateway == NOWHERE {
            return None;
        }
        let instance = cx.tiers.get(entry.gateway);
        if instance.incarnation == 0 && cx.tiers.serves(entry.gateway) {
            return Some(entry.gateway);
        }
        let connection = cx.connections.get(user);
        let held = connection.gateway == entry.gateway && connection.session == entry.session;
        let fresh = held && matches!(connection.state, State::Online | State::HalfOpen);
        let crowd = cx.crowds.of(user);
        let key = crowd.connection(user, entry.session);
        let share = crowd.draws.unit(Purpose::Refresh, key, 0);
        let age = self.refreshed_every(crowd.clients).scale(share);
        let expiry = instance.ended + (self.ttl - age.min(self.ttl));
        (fresh || cx.now < expiry).then_some(entry.gateway)
    }

    /// A gateway writes or deletes an entry.
    pub fn on_wake(&mut self, timer: Timer, user: u32, ticket: u16, cx: &mut Cx<'_>) {
        let finish = self.operate(user, cx);
        let place = number::index(user);
        let connection = *cx.connections.get(user);
        let open = connection.session == ticket && connection.gateway != NOWHERE;
        if timer == Timer::Register && open {
            self.entries[place] = Entry { gateway: connection.gateway, session: ticket };
            Self::resume(finish, user, ticket, cx);
        } else if timer == Timer::Unregister && self.entries[place].session == ticket {
            self.entries[place].gateway = NOWHERE;
        }
    }

    /// Once the entry is written, the gateway reads what the client missed: whatever the fan-out
    /// keeps after that finds the new route.
    fn resume(finish: Time, user: u32, session: u16, cx: &mut Cx<'_>) {
        let crowd = cx.crowds.of(user);
        let (Some(registry), Some(replay)) = (&crowd.registry, &crowd.replay) else { return };
        let entity = crowd.connection(user, session);
        let back = registry.latency.draw(&crowd.draws, Purpose::Attempt, entity, 1);
        let way = replay.port.latency.draw(&crowd.draws, Purpose::Attempt, entity, 2);
        cx.wake(finish + back + way, Timer::Resume, user, session);
    }

    fn refreshed_every(&self, crowd: u8) -> Span {
        let found = self.served.iter().find(|&&(clients, _)| clients == crowd);
        found.map_or(Span::ZERO, |&(_, every)| every)
    }

    /// Refreshes per second; `online` says how many users of a crowd are connected.
    pub fn refreshes(&self, online: impl Fn(u8) -> f64) -> f64 {
        let rate = |&(crowd, every): &(u8, Span)| online(crowd) / every.seconds().max(1e-9);
        self.served.iter().map(rate).sum()
    }
}
