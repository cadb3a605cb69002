//! What a run used of what is paid for.
use super::{World, wire};
use crate::{
    engine::number,
    node::{
        Node,
        parameters::{Gateway, Managed, Parameters, Scope, Transport},
        table::crowds::Crowd,
    },
    record::{
        Amount, Egress, Usage, Used,
        meter::{Flow, Traffic},
    },
    scenario::{NodeId, Scenario},
};

/// What a crowd causes per second, on average.
struct Rate<'w> {
    crowd: &'w Crowd,
    /// Users connected.
    connections: f64,
    /// Connections to the balancer: of browsers, where tabs share one.
    balanced: f64,
    /// Of these, how many are opened.
    attempts: f64,
    /// Messages sent up.
    messages: f64,
    /// Bytes of payload in a message.
    payload: f64,
    /// Messages up and down, by their bytes of payload.
    carried: Vec<(f64, f64)>,
    /// Seconds between two pings.
    every: f64,
    /// The messages of each source that reaches it.
    sources: Vec<FromOutside>,
    /// Operations of its registry, without refreshes.
    operations: f64,
    bytes: wire::Bytes,
}

/// What a source causes in a crowd per second, on average.
struct FromOutside {
    /// Messages published.
    messages: f64,
    /// Deliveries meant.
    deliveries: f64,
    /// Bytes of payload in a message.
    payload: f64,
}

impl<'w> Rate<'w> {
    fn new(crowd: &'w Crowd, traffic: &Traffic, law: &wire::Law, seconds: f64) -> Self {
        let per_second = |count: u64| number::float(count) / seconds;
        let connections = traffic.connected() / seconds;
        let sources = law.sources.iter().zip(&traffic.sources).map(|(payload, it)| FromOutside {
            messages: per_second(it.published),
            deliveries: per_second(it.intended),
            payload: *payload,
        });
        Self {
            crowd,
            connections,
            balanced: traffic.connections() / seconds,
            // A short poll opens its connection without an attempt.
            attempts: per_second(match law.transport {
                Transport::ShortPoll => traffic.handshakes,
                _ => traffic.openings(),
            }),
            messages: per_second(traffic.frames_up),
            payload: law.payload,
            carried: law.carried(traffic).map(|(size, count)| (size, count / seconds)).collect(),
            every: law.every,
            sources: sources.collect(),
            operations: per_second(traffic.registry_operations),
            bytes: law.bytes(traffic).times(1.0 / seconds),
        }
    }

    /// Bytes of payload that its users, and sources for them, publish: one message for each
    /// recipient where the bus has them apart.
    fn published(&self) -> f64 {
        let each = self.crowd.room.filter(|_| self.crowd.publishes_for_each);
        let own = self.messages * each.map_or(1.0, |size| f64::from(size - 1)) * self.payload;
        self.sources.iter().fold(own, |sum, source| sum + source.messages * source.payload)
    }

    /// The modelled size of its share of a buffer: what retention and bound allow each user.
    fn kept(&self) -> f64 {
        let Some(replay) = &self.crowd.replay else { return 0.0 };
        let users = f64::from(self.crowd.count);
        let own = self.messages * f64::from(self.crowd.room.map_or(1, |size| size - 1));
        let sources = self.sources.iter().map(|source| (source.deliveries, source.payload));
        let all = std::iter::once((own, self.payload)).chain(sources);
        let (messages, bytes) = all
            .fold((0.0, 0.0), |sum, (messages, size)| (sum.0 + messages, sum.1 + messages * size));
        let each = messages / users * replay.retention.seconds();
        users * each.min(f64::from(replay.messages)) * (bytes / messages.max(1e-9))
    }
}

impl World {
    /// What was used until the horizon.
    pub(super) fn usage(&self, scenario: &Scenario) -> Usage {
        let (flow, steady) = self.rated();
        let seconds = flow.lasted.seconds().max(1e-9);
        let crowds = self.crowds.rows().iter().zip(&flow.crowds).zip(wire::laws(scenario));
        let rates: Vec<Rate> =
            crowds.map(|((crowd, flow), law)| Rate::new(crowd, flow, &law, seconds)).collect();
        let nodes = scenario.nodes.iter().enumerate().filter_map(|(place, node)| {
            let amount = self.amount(scenario, number::byte(place), &node.parameters, &rates)?;
            Some(Used { node: node.name.clone(), amount })
        });
        Usage {
            over: flow.lasted,
            steady,
            connections: rates.iter().map(|rate| rate.connections).sum(),
            deliveries: number::float(flow.delivered) / seconds,
            egress: rates.iter().fold(Egress::default(), |sum, rate| sum.and(&rate.bytes.egress())),
            nodes: nodes.collect(),
        }
    }

    /// What rates are taken from: the steady time, or all if there is none; and which it is.
    fn rated(&self) -> (Flow, bool) {
        let phases = &self.record.phases;
        let steady = phases.iter().find(|phase| phase.name == "steady").map(|phase| &phase.flow);
        if let Some(flow) = steady.filter(|flow| flow.lasted.nanos() > 0) {
            return (flow.clone(), true);
        }
        let none =
            Flow { crowds: vec![Traffic::default(); self.crowds.rows().len()], ..Flow::default() };
        let all = phases.iter().fold(none.clone(), |mut all, phase| {
            all.changed(&phase.flow, &none);
            all
        });
        (all, false)
    }

    fn amount(
        &self,
        scenario: &Scenario,
        id: u8,
        parameters: &Parameters,
        rates: &[Rate<'_>],
    ) -> Option<Amount> {
        let of = |uses: &dyn Fn(&Crowd) -> bool, value: &dyn Fn(&Rate<'_>) -> f64| -> f64 {
            // The sum of nothing is -0.
            rates.iter().filter(|rate| uses(rate.crowd)).map(value).fold(0.0, |sum, it| sum + it)
        };
        let balanced = |crowd: &Crowd| crowd.balancer == id;
        let published = |crowd: &Crowd| {
            let pool = NodeId(crowd.gateways.node);
            scenario.links.iter().any(|link| link.source == pool && link.target == NodeId(id))
        };
        let registered = |crowd: &Crowd| crowd.registry.as_ref().is_some_and(|it| it.node == id);
        let kept = |crowd: &Crowd| crowd.replay.as_ref().is_some_and(|it| it.port.node == id);
        Some(match parameters {
            Parameters::Clients(_) | Parameters::Source(_) => return None,
            Parameters::LoadBalancer(_) => Amount::Balanced {
                attempts: of(&balanced, &|rate| rate.attempts),
                connections: of(&balanced, &|rate| rate.balanced),
                bytes: of(&balanced, &|rate| rate.bytes.up.and(&rate.bytes.down()).total()),
            },
            Parameters::Gateway(Gateway { managed: Some(service), .. }) => {
                let held = |crowd: &Crowd| crowd.gateways.node == id;
                managed(service, rates.iter().filter(|rate| held(rate.crowd)))
            }
            // Those of the design: a fault of the run is none of the month.
            Parameters::Gateway(pool) => Amount::Machines(f64::from(pool.count)),
            Parameters::Fanout(fanout) => Amount::Machines(f64::from(fanout.instances)),
            Parameters::Pubsub(_) => Amount::Published(of(&published, &|rate| rate.published())),
            Parameters::Registry(_) => Amount::Registered {
                entries: of(&registered, &|rate| rate.connections),
                operations: of(&registered, &|rate| rate.operations) + self.refreshes(id, rates),
            },
            Parameters::Buffer(buffer) => Amount::Kept(match buffer.scope {
                Scope::User => of(&kept, &|rate| rate.kept()),
                Scope::Inbox => {
                    Self::in_inbox(id, rates) * self.record.held_in(id, scenario.horizon)
                }
            }),
        })
    }

    /// Bytes of payload in a message of an inbox, on average over the crowds that it serves.
    fn in_inbox(id: u8, rates: &[Rate<'_>]) -> f64 {
        let serves = |crowd: &Crowd| crowd.inbox.as_ref().is_some_and(|it| it.kept.port.node == id);
        let served = rates.iter().filter(|rate| serves(rate.crowd));
        let each = served.flat_map(|rate| {
            let sources = rate.sources.iter().map(|source| (source.deliveries, source.payload));
            std::iter::once((rate.messages, rate.payload)).chain(sources)
        });
        let sums = each.fold((0.0, 0.0), |(bytes, messages), (more, payload)| {
            (bytes + more * payload, messages + more)
        });
        sums.0 / sums.1.max(1e-9)
    }

    /// Refreshes that a registry gets a second.
    fn refreshes(&self, registry: u8, rates: &[Rate<'_>]) -> f64 {
        let Node::Registry(registry) = &self.nodes[usize::from(registry)] else { return 0.0 };
        registry.refreshes(|place: usize| rates[place].connections)
    }
}

/// What crowds cause at the service that holds their connections.
fn managed<'w, 'r: 'w>(service: &Managed, rates: impl Iterator<Item = &'w Rate<'r>>) -> Amount {
    let (mut messages, mut pings, mut connections) = (0.0, 0.0, 0.0);
    let mut egress = Egress::default();
    for rate in rates {
        let billed = rate.carried.iter().map(|&(size, count)| count * service.billed(size));
        messages += billed.sum::<f64>();
        pings += 2.0 * rate.connections / rate.every;
        connections += rate.connections;
        egress = egress.and(&rate.bytes.egress());
    }
    Amount::Managed { messages, pings, connections, egress }
}
