//! What crowds that prefer several transports do with them, and what differs between transports.
use super::{World, sheet::Sheet};
use crate::{
    node::{
        parameters::Transport,
        table::crowds::{Crowd, Crowds},
    },
    record::{Gauge, Histogram, Unit, phase::Level},
};

/// All transports, in the order of their metrics, and their names there.
const ALL: [(Transport, &str); 4] = [
    (Transport::Websocket, "websocket"),
    (Transport::Sse, "sse"),
    (Transport::LongPoll, "long_poll"),
    (Transport::ShortPoll, "short_poll"),
];

/// A transport as metrics name it.
pub(crate) fn name(transport: Transport) -> &'static str {
    ALL.into_iter().find(|(one, _)| *one == transport).map_or("", |(_, name)| name)
}

/// The transports of several that there are, with their names; none where there is only one.
pub(super) fn of(crowds: &Crowds) -> Vec<(Transport, &'static str)> {
    let uses = |transport| crowds.rows().iter().any(|crowd| crowd.transport == transport);
    if !crowds.differ() {
        return Vec::new();
    }
    ALL.into_iter().filter(|&(transport, _)| uses(transport)).collect()
}

/// A gauge for each of several transports: how many go by it.
pub(super) fn gauges(crowds: &Crowds) -> Vec<(Transport, Gauge)> {
    let gauge = |name| Gauge::new("", "connections", &format!("on_{name}"), Unit::Count);
    of(crowds).into_iter().map(|(transport, name)| (transport, gauge(name))).collect()
}

impl World {
    /// The places of the rows that go by a transport.
    fn by(&self, transport: Transport) -> impl Iterator<Item = usize> {
        let rows = self.crowds.rows().iter().enumerate();
        rows.filter(move |(_, crowd)| crowd.transport == transport).map(|(place, _)| place)
    }

    /// How many users are connected by a transport.
    pub(super) fn online_by(&self, transport: Transport) -> u32 {
        self.by(transport).map(|place| self.record.crowds[place].now).sum()
    }

    /// How the users are spread over the transports, and what each means for them.
    pub(super) fn way_measures(&self, sheet: &mut Sheet) {
        let horizon = self.record.horizon();
        let connected = |place: usize| Level::seconds(self.record.crowds[place].area(horizon));
        let all: f64 = (0..self.crowds.rows().len()).map(connected).sum();
        for (transport, name) in of(&self.crowds) {
            let seconds: f64 = self.by(transport).map(connected).sum();
            sheet.share(format!("clients.on_{name}"), seconds, all);
            let mean = Some(seconds / horizon.seconds());
            sheet.set(format!("connections.on_{name}.mean"), Unit::Count, mean);
            let gauge = self.gauges.ways.iter().find(|(gauged, _)| *gauged == transport);
            let peak = gauge.and_then(|(_, gauge)| gauge.peak());
            sheet.set(format!("connections.on_{name}.peak"), Unit::Count, peak);
            sheet.count(format!("connections.on_{name}.end"), self.online_by(transport).into());
            let mut lag = Histogram::default();
            self.by(transport).for_each(|place| lag.merge(&self.record.lag_by_way[place]));
            sheet.lag(&format!("delivery_lag.on_{name}"), &lag);
        }
        if let Some(gauge) = &self.gauges.tabs {
            sheet.set("tabs.waiting.mean", Unit::Count, gauge.mean());
            sheet.set("tabs.waiting.peak", Unit::Count, gauge.peak());
            sheet.count("tabs.waiting.end", self.connections.queues.waiting().into());
            sheet.count("tabs.queued", self.record.counts.queued);
            sheet.count("tabs.held_back", self.record.counts.held_back);
        }
        if self.crowds.rows().iter().any(Crowd::shares) {
            let all = self.record.flow(self.record.horizon());
            sheet.count("tabs.shared", all.sum(|crowd| crowd.beside[1]));
        }
        let blocks = |crowd: &Crowd| crowd.fallback.is_some() || !crowd.blocks.is_empty();
        if !self.crowds.rows().iter().any(blocks) {
            return;
        }
        let record = &self.record;
        sheet.count("attempts.blocked", record.counts.blocked);
        sheet.count("clients.fell_back", record.counts.fell_back);
        sheet.count("clients.upgraded", record.counts.upgraded);
        sheet.times("negotiation", &record.negotiation);
    }
}
