//! The delivery tier: keeps each message for replay, looks its recipient up, and forwards it.
use super::{
    Cx, Purpose,
    parameters::{self, OnStale},
    table::{
        crowds::{Delay, Port},
        messages::{Message, Stage},
    },
};
use crate::{
    engine::{Draws, Span, Station, Time, number},
    record::Cause,
};

/// A fan-out in motion.
#[derive(Clone, Debug)]
pub struct Fanout {
    on_stale: OnStale,
    registry: Port,
    draws: Draws,
    service: Delay,
    instances: Vec<Station>,
}

impl Fanout {
    /// A fan-out whose instances are idle.
    pub fn new(parameters: &parameters::Fanout, registry: Port, draws: Draws) -> Self {
        let instance = Station::new(usize::from(parameters.concurrency));
        Self {
            on_stale: parameters.on_stale,
            registry,
            draws,
            service: Delay::from(&parameters.service),
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
            self.on_message(message, row, cx);
        } else if matches!(row.stage, Stage::Stale | Stage::StaleAgain) {
            self.on_stale(message, row, cx);
        }
    }

    #[inline]
    fn on_message(&mut self, message: u32, row: Message, cx: &mut Cx<'_>) {
        let crowd = cx.crowds.of(row.to);
        let entity = crowd.message(row.id);
        let work = self.service.draw(&self.draws, Purpose::Message, entity, Stage::Fanout as u32);
        let instance = crowd.spread(row.to, number::row(self.instances.len()));
        let service = self.instances[number::index(instance)].arrive(cx.now, work);
        cx.messages.get_mut(message).keep(cx.now);
        self.look_up(service.finish, message, row, Stage::LookUp, cx);
    }

    #[inline]
    fn look_up(&self, at: Time, message: u32, row: Message, stage: Stage, cx: &mut Cx<'_>) {
        let entity = cx.crowds.of(row.to).message(row.id);
        let draws = &self.draws;
        let way = self.registry.latency.draw(draws, Purpose::Message, entity, stage as u32);
        cx.hop(at + way, self.registry.node, message, stage);
    }

    fn on_stale(&mut self, message: u32, row: Message, cx: &mut Cx<'_>) {
        cx.record.counts.stale_routes += 1;
        match self.on_stale {
            OnStale::LookUpAgain if row.stage == Stage::Stale => {
                self.look_up(cx.now, message, row, Stage::LookUpAgain, cx);
            }
            OnStale::LookUpAgain | OnStale::Buffer => cx.stranded(message, Cause::StaleRoute),
            OnStale::Drop => {
                cx.end(cx.now, message, crate::record::End::Lost(Cause::StaleRoute));
            }
        }
    }

    /// How many instances there are, and how many messages each works on at once.
    pub fn size(&self) -> (usize, usize) {
        (self.instances.len(), self.instances.first().map_or(0, Station::servers))
    }

    /// The working time given so far by each instance.
    pub fn done(&self, now: Time) -> impl Iterator<Item = Span> + '_ {
        self.instances.iter().map(move |instance| instance.done(now))
    }
}
