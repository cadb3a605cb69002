//! Bytes on the wire, in closed form: what each exchange takes, times how many there were.
use super::{World, sheet::Sheet};
use crate::{
    engine::number,
    node::parameters::{Clients, Gateway, Layers, Parameters, Transport, Wire},
    record::{
        Egress, Unit,
        meter::{Flow, Sourced, Traffic},
    },
    scenario::{NodeId, Scenario},
};

/// What decides how many bytes a crowd's traffic has.
#[derive(Clone, Debug)]
pub(crate) struct Law {
    /// How its messages travel.
    pub(crate) transport: Transport,
    /// What they are wrapped in.
    pub(crate) wire: Wire,
    /// Bytes of a message that it sends.
    pub(crate) payload: f64,
    /// Bytes of a message of each source that reaches it, by its origin from 1 on.
    pub(crate) sources: Vec<f64>,
    /// Seconds between two pings; infinite without them.
    pub(crate) every: f64,
    /// Share of the TLS handshakes that are resumed.
    pub(crate) resumed: f64,
    /// The largest frame, in bytes.
    pub(crate) frame: f64,
}

/// The laws of all crowds by each of their transports, in the order of the table of crowds.
pub(crate) fn laws(scenario: &Scenario) -> impl Iterator<Item = Law> + '_ {
    scenario.nodes.iter().enumerate().flat_map(|(place, node)| {
        let Parameters::Clients(clients) = &node.parameters else { return Vec::new() };
        laws_of(scenario, NodeId(number::byte(place)), clients)
    })
}

/// The laws of a crowd by each of its transports, as it prefers them.
pub(crate) fn laws_of(scenario: &Scenario, id: NodeId, clients: &Clients) -> Vec<Law> {
    let payload = clients.sends.as_ref().map_or(0.0, |sends| number::float(sends.payload.0));
    let every = clients.heartbeat.every;
    let every = every.map_or(f64::INFINITY, |every| every.seconds().max(1e-9));
    let wire = clients.wire;
    let law = |transport, balancer| {
        let pool = pool(scenario, id, balancer);
        let resumed = pool.map_or(0.0, |pool| pool.cpu.resumption.0);
        let service = pool.and_then(|pool| pool.managed.as_ref());
        let frame = service.map_or(f64::INFINITY, |service| number::float(service.max_frame.0));
        let sources = scenario.sources_of(id);
        let sources = sources.map(|(_, source)| number::float(source.payload.0)).collect();
        Law { transport, wire, payload, sources, every, resumed, frame }
    };
    if clients.prefer.is_empty() {
        return vec![law(clients.transport, None)];
    }
    clients.prefer.iter().map(|it| law(it.transport, it.balancer.as_deref())).collect()
}

/// The gateways that hold a crowd's connections, behind one of its balancers.
fn pool<'s>(scenario: &'s Scenario, crowd: NodeId, balancer: Option<&str>) -> Option<&'s Gateway> {
    let named =
        |id: &NodeId| balancer.is_none_or(|name| scenario.nodes[usize::from(id.0)].name == name);
    let next = |from: NodeId| {
        let targets = scenario.links.iter().filter(move |link| link.source == from);
        targets.map(|link| link.target)
    };
    next(crowd).filter(named).flat_map(next).find_map(|id| {
        match &scenario.nodes[usize::from(id.0)].parameters {
            Parameters::Gateway(gateway) => Some(gateway),
            _ => None,
        }
    })
}

/// Bytes in both directions.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Bytes {
    /// From the users.
    pub(crate) up: Layers,
    /// To them: messages, handshakes, heartbeats, empty answers to polls.
    down: [Layers; 4],
}

impl World {
    /// What went over the wire, by layer.
    pub(super) fn wire_measures(&self, scenario: &Scenario, all: &Flow, sheet: &mut Sheet) {
        let bytes = all.crowds.iter().zip(laws(scenario)).map(|(it, law)| law.bytes(it));
        let sum = bytes.fold(Bytes::default(), |sum, bytes| sum.and(&bytes));
        for (way, layers) in [("up", sum.up), ("down", sum.down())] {
            sheet.set(format!("wire.{way}"), Unit::Bytes, Some(layers.total()));
            let Layers { payload, framing, tls, tcp } = layers;
            let parts = [("payload", payload), ("framing", framing), ("tls", tls), ("tcp", tcp)];
            for (layer, bytes) in parts {
                sheet.set(format!("wire.{way}.{layer}"), Unit::Bytes, Some(bytes));
            }
        }
        let both = sum.up.and(&sum.down()).total();
        let delivered = number::float(self.record.whole().ledger.arrived());
        let each = (delivered > 0.0).then(|| both / delivered);
        sheet.set("wire.per_delivery", Unit::Bytes, each);
    }
}

impl Law {
    /// The sizes of all messages, up and down, and how many there were of each.
    pub(super) fn carried<'l>(
        &'l self,
        traffic: &'l Traffic,
    ) -> impl Iterator<Item = (f64, f64)> + 'l {
        let up = (self.payload, number::float(traffic.frames_up));
        std::iter::once(up).chain(self.pushed(traffic))
    }

    /// The sizes of what was pushed down, and how many there were of each.
    fn pushed<'l>(&'l self, traffic: &'l Traffic) -> impl Iterator<Item = (f64, f64)> + 'l {
        self.by_size(traffic, traffic.frames_down, |source| source.frames_down)
    }

    /// The bytes of payload that were read from the buffer for those who came back.
    pub(super) fn replayed(&self, traffic: &Traffic) -> f64 {
        let all = self.by_size(traffic, traffic.replayed, |source| source.replayed);
        all.map(|(payload, messages)| messages * payload).sum()
    }

    /// A count of messages by their sizes: what the crowd sent, and what each source did.
    fn by_size<'l>(
        &'l self,
        traffic: &'l Traffic,
        all: u64,
        of: impl Fn(&Sourced) -> u64 + Copy + 'l,
    ) -> impl Iterator<Item = (f64, f64)> + 'l {
        let own = all - traffic.sources.iter().map(of).sum::<u64>();
        let sources = self.sources.iter().zip(&traffic.sources);
        let sources = sources.map(move |(payload, it)| (*payload, number::float(of(it))));
        std::iter::once((self.payload, number::float(own))).chain(sources)
    }

    /// The bytes of a crowd's traffic.
    pub(crate) fn bytes(&self, traffic: &Traffic) -> Bytes {
        let count = number::float;
        let (wire, transport) = (self.wire, self.transport);
        let sent = wire.sends(transport, self.payload, self.frame);
        let opened = wire.opens(transport, self.resumed);
        let (frames_up, opens) = (count(traffic.frames_up), count(traffic.handshakes));
        let [silent, answered] = traffic.blocked.map(count);
        let [dropped, reset, denied] = traffic.turned_away.map(count);
        let asked = opens + silent + answered + denied;
        let mut up = sent.up.times(frames_up).and(&opened.up.times(asked));
        up = up.and(&Wire::empty(dropped + reset));
        let [_, joined, denied_beside] = traffic.beside.map(count);
        let joins = wire.joins(transport);
        up = up.and(&joins.up.times(joined + denied_beside));
        let joins = joins.down.times(joined + denied_beside);
        let mut messages = sent.down.times(frames_up);
        let [mut heartbeats, mut polls] = [Layers::default(); 2];
        match transport {
            Transport::Websocket | Transport::Sse => {
                for (payload, frames_down) in self.pushed(traffic) {
                    let pushed = wire.pushes(transport, payload, self.frame);
                    up = up.and(&pushed.up.times(frames_down));
                    messages = messages.and(&pushed.down.times(frames_down));
                }
                let beat = wire.beats(transport);
                let beats = traffic.connected() / self.every;
                up = up.and(&beat.up.times(beats));
                heartbeats = beat.down.times(beats);
            }
            Transport::ShortPoll | Transport::LongPoll => {
                up = up.and(&wire.asks().times(count(traffic.polls) + denied + denied_beside));
                let payload = self.pushed(traffic).map(|(payload, frames)| frames * payload).sum();
                let answers = traffic.answers;
                messages = messages.and(&wire.finds(traffic.polls_full, answers, payload));
                up = up.and(&Wire::empty(count(answers.acknowledgements)));
                // Of the first answers as many found something as of all.
                let [full, none] = [traffic.polls_full, traffic.polls_empty].map(count);
                let [carries, empty] = wire.first_answers();
                let each = opens / (full + none).max(1.0);
                messages = messages.and(&carries.times(each * full));
                let answers = none + denied + denied_beside;
                polls = wire.finds_nothing().times(answers).and(&empty.times(each * none));
            }
        }
        let opened = opened.down.times(opens + answered + denied).and(&Wire::empty(reset));
        let opened = opened.and(&joins);
        Bytes { up, down: [messages, opened, heartbeats, polls] }
    }
}

impl Bytes {
    /// These and others.
    pub(crate) fn and(&self, other: &Self) -> Self {
        let pairs = [0, 1, 2, 3].map(|place| self.down[place].and(&other.down[place]));
        Self { up: self.up.and(&other.up), down: pairs }
    }

    /// So many times these.
    pub(crate) fn times(&self, factor: f64) -> Self {
        Self { up: self.up.times(factor), down: self.down.map(|part| part.times(factor)) }
    }

    /// All that goes down, by layer.
    pub(crate) fn down(&self) -> Layers {
        self.down.iter().fold(Layers::default(), |sum, part| sum.and(part))
    }

    /// The same by purpose.
    pub(crate) fn egress(&self) -> Egress {
        let [messages, handshakes, heartbeats, polls] = self.down.map(|part| part.total());
        Egress { messages, handshakes, heartbeats, polls }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        node::parameters::{Heads, Http},
        record::meter::Answers,
    };

    fn law(transport: Transport, payload: f64, every: f64) -> Law {
        let wire = Wire { profile: Heads::BrowserWithCookies, tls: true, http: Http::One };
        let (sources, frame) = (Vec::new(), f64::INFINITY);
        Law { transport, wire, payload, sources, every, resumed: 0.0, frame }
    }

    #[test]
    fn a_heartbeat_is_128_bytes_down() {
        // A million users for 30 s.
        let traffic = Traffic { connected: 30_000_000_000_000_000, ..Traffic::default() };
        let bytes = law(Transport::Websocket, 300.0, 30.0).bytes(&traffic);
        assert!((bytes.egress().total() - 128e6).abs() < 1.0, "{bytes:?}");
        assert!((bytes.up.total() - 80e6).abs() < 1.0, "{bytes:?}");
    }

    #[test]
    fn a_message_is_acknowledged() {
        let one = Traffic { frames_up: 1, frames_down: 1, handshakes: 1, ..Traffic::default() };
        let bytes = law(Transport::Websocket, 300.0, 30.0).bytes(&one);
        // A frame, an acknowledgement, and a handshake of 622 + 670 bytes in four segments.
        assert!((bytes.up.total() - (382.0 + 52.0 + 1_292.0 + 208.0)).abs() < 1e-9, "{bytes:?}");
        let down = bytes.egress();
        assert!((down.messages - (378.0 + 52.0)).abs() < 1e-9, "{bytes:?}");
        assert!((down.handshakes - (3_152.0 + 260.0)).abs() < 1e-9, "{bytes:?}");
    }

    #[test]
    fn a_stream_costs_a_request_for_each_message_up() {
        let law = law(Transport::Sse, 100.0, 15.0);
        let one = Traffic { frames_up: 1, frames_down: 1, ..Traffic::default() };
        let bytes = law.bytes(&one);
        // 780 + 100 + 22 + 52, an acknowledgement of the answer, and one of the event.
        assert!((bytes.up.total() - (954.0 + 52.0 + 52.0)).abs() < 1e-9, "{bytes:?}");
        // 100 + 33 + 22 + 52, and the answer of 200 + 22 + 52.
        assert!((bytes.egress().messages - (207.0 + 274.0)).abs() < 1e-9, "{bytes:?}");
        let idle = Traffic { connected: 15_000_000_000, ..Traffic::default() };
        assert!((law.bytes(&idle).egress().heartbeats - 82.0).abs() < 1e-9);
    }

    #[test]
    fn answers_carry_what_there_is() {
        let polls = Traffic {
            polls: 10,
            polls_empty: 7,
            polls_full: 3,
            answers: Answers { frames: 0, records: 3, segments: 3, acknowledgements: 0 },
            frames_down: 6,
            ..Traffic::default()
        };
        let bytes = law(Transport::LongPoll, 100.0, f64::INFINITY).bytes(&polls);
        assert!((bytes.up.total() - 8_540.0).abs() < 1e-9, "{bytes:?}");
        let down = bytes.down();
        assert!((down.payload - 600.0).abs() < 1e-9, "{down:?}");
        assert!((down.framing - (7.0 * 200.0 + 3.0 * 350.0)).abs() < 1e-9, "{down:?}");
        assert!((down.total() - (600.0 + 2_450.0 + 740.0)).abs() < 1e-9, "{down:?}");
    }
}
