//! What must hold between a fan-out and the nodes around it.
use super::Checks;
use crate::{
    engine::number,
    node::parameters::{Fanout, OnStale, Parameters, Policy, Route},
    scenario::NodeId,
    spec::{Diagnostic, Input, model::Kind},
};

impl Checks<'_, '_> {
    pub(super) fn fanout(&self, input: &mut Input<'_>, fanout: &Fanout) {
        let Kind::Fanout(form) = &self.node.form else { return };
        let (instances, on_stale) = (fanout.instances, fanout.on_stale);
        if fanout.route == Route::ConsistentHash
            && let Some(pool) = self.topology.next(self.id, "gateway")
            && !self.placed_by_hash(pool)
        {
            let message = format!(
                "`{}.route` is `consistent_hash`, but the balancer of `{}` places users otherwise",
                self.name(),
                self.topology.name(pool)
            );
            let at = form.route.as_ref().map_or(self.at(), |word| word.at);
            let wrong = Diagnostic::error("incomplete-path", message).at(at);
            input.report(wrong.help("write `policy: consistent_hash` at the balancer, too"));
        }
        let asks_again = on_stale == OnStale::LookUpAgain && fanout.route == Route::Registry;
        if fanout.retry_budget.is_some() && !asks_again {
            let message = format!(
                "`{}.retry_budget` bounds second look-ups, but there are none",
                self.name()
            );
            let at = form.retry_budget.as_ref().map_or(self.at(), |budget| budget.at);
            let wrong = Diagnostic::error("without-effect", message).at(at);
            input.report(wrong.help("write `on_stale: look_up_again` and `route: registry`"));
        }
        if on_stale == OnStale::Buffer && self.topology.next(self.id, "buffer").is_none() {
            let message = format!(
                "`{}.on_stale` leaves messages to a buffer, but there is none",
                self.name()
            );
            let at = form.on_stale.as_ref().map_or(self.at(), |word| word.at);
            let wrong = Diagnostic::warning("no-buffer", message).at(at);
            input.report(wrong.help("they are lost; write `on_stale: drop` to mean it"));
        }
        for node in self.topology.nodes {
            let Parameters::Pubsub(pubsub) = &node.parameters else { continue };
            if self.readable && pubsub.partitions < u32::from(instances) {
                let message = format!(
                    "`{}` has {instances} instances for the {} partitions of `{}`",
                    self.name(),
                    pubsub.partitions,
                    node.name.value
                );
                let at = form.instances.as_ref().map_or(self.at(), |count| count.at);
                let wrong = Diagnostic::warning("idle-instances", message).at(at);
                input.report(wrong.help("an instance without a partition has nothing to do"));
            }
        }
    }

    fn placed_by_hash(&self, pool: NodeId) -> bool {
        self.topology.nodes.iter().enumerate().any(|(place, node)| {
            let here = self.topology.next(NodeId(number::byte(place)), "gateway") == Some(pool);
            here && matches!(&node.parameters, Parameters::LoadBalancer(balancer)
                if matches!(balancer.policy, Policy::ConsistentHash { .. }))
        })
    }

    pub(super) fn asked_once(&self, input: &mut Input<'_>) {
        let asking: Vec<_> = self
            .topology
            .graph
            .edge_weights()
            .filter(|edge| edge.link.target == self.id)
            .filter(|edge| self.is_fanout(edge.link.source))
            .collect();
        if let [first, second, ..] = asking.as_slice() {
            let message = format!("two fanouts ask `{}`; one is modelled", self.name());
            let wrong = Diagnostic::error("not-modelled", message).at(second.at);
            let help = "give each fanout a registry of its own";
            input.report(wrong.context(first.at, "first here").help(help));
        }
    }

    fn is_fanout(&self, id: NodeId) -> bool {
        matches!(self.topology.nodes[usize::from(id.0)].parameters, Parameters::Fanout(_))
    }
}
