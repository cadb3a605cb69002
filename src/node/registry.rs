//! The map user → gateway: written on open, refreshed by heartbeats, deleted on close, and gone
//! after its TTL when a gateway dies without telling. The entries lie in [`Routes`].
//!
//! [`Routes`]: super::table::routes::Routes
use super::{
    Cx, Purpose, Timer, parameters,
    table::{
        connections::{NOWHERE, State},
        crowds::Port,
        messages::{Message, Stage},
        routes::Entry,
    },
};
use crate::{
    engine::{Draws, Span, Station, Time},
    record::{Cause, Recorder},
};

/// A registry in motion.
#[derive(Clone, Debug)]
pub struct Registry {
    id: u8,
    operation: Span,
    /// So many times its time an operation takes now.
    factor: f64,
    /// The rows of the crowds whose gateways write here, and how often the entries of each are
    /// refreshed.
    served: Vec<(usize, Span)>,
    /// To the pools of gateways, through the fan-out that asked.
    gateways: Vec<Port>,
    draws: Draws,
    station: Station,
}

impl Registry {
    /// A registry. `gateways` are the ways of an answer through the fan-out to its pools; `served`
    /// are the rows of the crowds that are written here, with the time between refreshes.
    pub fn new(
        id: u8,
        parameters: &parameters::Registry,
        served: Vec<(usize, Span)>,
        gateways: Vec<Port>,
        draws: Draws,
    ) -> Self {
        let operation = Span::from_seconds(1.0 / parameters.rate.0);
        let station = Station::new(1);
        Self { id, operation, factor: 1.0, served, gateways, draws, station }
    }

    /// One operation for a user; refreshes of `online` users stretch it.
    #[inline]
    pub(super) fn operate(&mut self, user: u32, cx: &mut Cx<'_>) -> Time {
        cx.meter(user).registry_operations += 1;
        let operation = self.operation.float() * self.factor;
        let work = Span::from_float(operation / (1.0 - self.refreshing(cx.record)));
        self.station.arrive(cx.now, work).finish
    }

    /// The share of its time that refreshes take now.
    #[inline]
    pub fn refreshing(&self, record: &Recorder) -> f64 {
        let refreshes: f64 = self
            .served
            .iter()
            .map(|&(place, every)| f64::from(record.crowds[place].now) / every.float().max(1.0))
            .sum();
        (refreshes * (self.operation.float() * self.factor)).min(0.99)
    }

    /// The working time given so far, and how long an operation would wait now.
    pub fn station(&self, now: Time) -> (Span, Span) {
        (self.station.done(now), self.station.wait(now))
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
        let crowd = cx.crowds.of(row.to);
        if cx.routes.keeping(crowd.clients).outages.end(cx.now).is_some() {
            return Self::no_answer(message, row, stage, cx);
        }
        let finish = self.operate(row.to, cx);
        let crowd = cx.crowds.of(row.to);
        cx.routes.catch_up(cx.now, cx.crowds, cx.tiers, cx.connections);
        let route = cx.routes.route(cx.now, row.to, crowd, cx.tiers, cx.connections);
        let Some(gateway) = route else {
            let online = cx.connections.get(row.to).state == State::Online;
            let expired = online && cx.routes.get(row.to).gateway != NOWHERE;
            let cause = if expired { Cause::FalselyOffline } else { Cause::NoReplay };
            cx.messages.calls.end_at(message, finish);
            return cx.stranded(message, cause);
        };
        let pool = cx.tiers.get(gateway).pool;
        let way = self.to_gateways(pool, row, stage, cx);
        cx.messages.get_mut(message).at = gateway;
        cx.hop(finish + way, pool, message, stage);
    }

    fn to_gateways(&self, pool: u8, row: Message, stage: Stage, cx: &Cx<'_>) -> Span {
        let (first, others) = self.gateways.split_first().expect("a fan-out leads to gateways");
        let gateways = others.iter().find(|port| port.node == pool).unwrap_or(first);
        let entity = cx.crowds.of(row.to).message(&row);
        gateways.latency.draw(&self.draws, Purpose::Message, entity, stage as u32)
    }

    /// It is down: the fan-out learns when its call times out.
    fn no_answer(message: u32, row: Message, stage: Stage, cx: &mut Cx<'_>) {
        let crowd = cx.crowds.of(row.to);
        let fanout = crowd.fanout.as_ref().expect("it came from there").node;
        let at = cx.now + crowd.rpc_timeout;
        cx.messages.get_mut(message).at = NOWHERE;
        let stage = if stage == Stage::PushAgain { Stage::StaleAgain } else { Stage::Stale };
        cx.hop(at, fanout, message, stage);
    }

    /// A gateway writes or deletes an entry; it tries again when the registry is up.
    pub fn on_wake(&mut self, timer: Timer, user: u32, ticket: u16, cx: &mut Cx<'_>) {
        let crowd = cx.crowds.of(user);
        if let Some(up) = cx.routes.keeping(crowd.clients).outages.end(cx.now) {
            return cx.wake(up, timer, user, ticket);
        }
        let finish = self.operate(user, cx);
        let connection = *cx.connections.get(user);
        let open = connection.session == ticket && connection.gateway != NOWHERE;
        if timer == Timer::Register && open {
            Self::on_register(finish, user, cx);
        } else if timer == Timer::Unregister && cx.routes.get(user).session == ticket {
            Self::on_unregister(finish, user, cx);
        }
    }

    fn on_register(finish: Time, user: u32, cx: &mut Cx<'_>) {
        let crowd = cx.crowds.of(user);
        let connection = *cx.connections.get(user);
        let (gateway, session) = (connection.gateway, connection.session);
        let lag = cx.routes.keeping(crowd.clients).lag;
        let inside = crowd.to_registry(user, session, 0);
        if lag > Span::ZERO {
            let opened = Time::ZERO + cx.now.since(Time::ZERO + inside);
            cx.routes.will_show(finish + lag, user, Entry { gateway, session }, opened);
        } else if cx.routes.route(cx.now, user, crowd, cx.tiers, cx.connections).is_none() {
            let truth = &mut cx.routes.truth;
            truth.flaps += 1;
            truth.falsely_offline += u128::from((finish.since(cx.now) + inside).nanos());
        }
        cx.routes.write(finish, user, Entry { gateway, session });
        let crowd = cx.crowds.of(user);
        cx.ask_for_missed(finish + crowd.to_registry(user, session, 1), user, session);
    }

    fn on_unregister(finish: Time, user: u32, cx: &mut Cx<'_>) {
        let entry = cx.routes.get(user);
        let state = cx.connections.get(user).state;
        let gone = matches!(state, State::Away | State::Connecting | State::Gone | State::Absent);
        let died = gone.then(|| cx.connections.since[crate::engine::number::index(user)]);
        let lag = cx.routes.keeping(cx.crowds.of(user).clients).lag;
        if entry.gateway != NOWHERE && lag > Span::ZERO {
            cx.routes.will_hide(finish + lag, user, died);
        } else if entry.gateway != NOWHERE
            && let Some(died) = died
        {
            cx.routes.was_shown(died, finish);
        }
        cx.routes.delete(user);
    }

    /// From now on an operation takes `factor` times its time; what is in hand takes so much
    /// longer.
    pub fn slow(&mut self, change: f64, factor: Option<f64>, cx: &mut Cx<'_>) {
        self.factor = factor.unwrap_or(1.0);
        self.station.slow(cx.now, change);
        if self.gateways.is_empty() {
            return;
        }
        let pushed = cx.messages.in_use().filter(|(_, row)| {
            matches!(row.stage, Stage::Push | Stage::PushAgain)
                && row.at != NOWHERE
                && !cx.crowds.of(row.to).is_called(row)
                && cx.crowds.registry(row.to).map(|it| it.node) == Some(self.id)
        });
        let pushed: Vec<(u32, Message)> = pushed.map(|(message, row)| (message, *row)).collect();
        for (message, row) in pushed {
            let pool = cx.tiers.get(row.at).pool;
            let way = self.to_gateways(pool, row, row.stage, cx);
            cx.put_off(message, pool, way, change);
        }
    }

    /// Refreshes per second; `online` says how many users of a row are connected.
    pub fn refreshes(&self, online: impl Fn(usize) -> f64) -> f64 {
        let rate = |&(crowd, every): &(usize, Span)| online(crowd) / every.seconds().max(1e-9);
        self.served.iter().map(rate).sum()
    }
}
