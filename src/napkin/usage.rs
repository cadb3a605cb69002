//! What is used of what is paid for, in closed form: the same record that a run leaves behind.
use super::{Crowd, Plan};
use crate::{
    engine::{Time, number},
    node::parameters::{Gateway, Managed, Parameters, Scope},
    record::{Amount, Egress, Usage, Used},
    scenario::{Node, NodeId},
};

impl<'s> Plan<'s> {
    pub(super) fn usage(&self) -> Usage {
        let nodes = self.scenario.nodes.iter().enumerate().filter_map(|(place, node)| {
            let amount = self.amount(NodeId(number::byte(place)), node)?;
            Some(Used { node: node.name.clone(), amount })
        });
        let egress = self
            .crowds
            .iter()
            .fold(Egress::default(), |sum, crowd| sum.and(&crowd.bytes().egress()));
        Usage {
            over: self.scenario.horizon.since(Time::ZERO),
            steady: true,
            connections: self.sum(Crowd::connected),
            deliveries: self.sum(Crowd::arrive),
            egress,
            nodes: nodes.collect(),
        }
    }

    fn amount(&self, id: NodeId, node: &Node) -> Option<Amount> {
        let balanced = |of: &dyn Fn(&Crowd<'s>) -> f64| {
            self.sum(|crowd| if crowd.balancer.id == id { of(crowd) } else { 0.0 })
        };
        Some(match &node.parameters {
            Parameters::Clients(_) | Parameters::Source(_) => return None,
            Parameters::LoadBalancer(_) => Amount::Balanced {
                attempts: balanced(&|crowd| crowd.handshakes() + crowd.stripped()),
                connections: balanced(&Crowd::balanced),
                bytes: balanced(&|crowd| {
                    let bytes = crowd.bytes();
                    bytes.up.and(&bytes.down()).total()
                }),
            },
            Parameters::Gateway(Gateway { managed: Some(service), .. }) => {
                self.managed(id, service)
            }
            Parameters::Gateway(gateway) => Amount::Machines(f64::from(gateway.count)),
            Parameters::Fanout(fanout) => Amount::Machines(f64::from(fanout.instances)),
            Parameters::Pubsub(_) => Amount::Published(self.sum(|crowd| {
                let here = crowd.bus.is_some_and(|bus| bus.id == id);
                if here { crowd.published_bytes() } else { 0.0 }
            })),
            Parameters::Registry(_) => Amount::Registered {
                entries: self.sum(|crowd| {
                    if crowd.registry.is_some_and(|it| it.id == id) { crowd.held } else { 0.0 }
                }),
                operations: self.operations(id),
            },
            Parameters::Buffer(buffer) => Amount::Kept(match buffer.scope {
                Scope::User | Scope::Inbox => self.kept(id),
            }),
        })
    }

    /// What crowds cause at the service that holds their connections.
    fn managed(&self, id: NodeId, service: &Managed) -> Amount {
        let of = |value: &dyn Fn(&Crowd<'s>) -> f64| {
            self.sum(|crowd| if crowd.pool.id == id { value(crowd) } else { 0.0 })
        };
        let own = self.crowds.iter().filter(|crowd| crowd.pool.id == id);
        Amount::Managed {
            messages: of(&|crowd| crowd.billed(service)),
            pings: of(&|crowd| crowd.beat().map_or(0.0, |every| 2.0 * crowd.held / every)),
            connections: of(&Crowd::placed),
            egress: own.fold(Egress::default(), |sum, crowd| sum.and(&crowd.bytes().egress())),
        }
    }
}
