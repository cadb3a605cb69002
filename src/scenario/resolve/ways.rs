//! Crowds that try several transports, in the topology: the balancers and pools behind each.
use super::links::{Topology, no_node};
use crate::{
    engine::number,
    node::parameters::{Fanout, Parameters, Route, Transport},
    scenario::{Link, NodeId},
    spec::{At, Choice, Diagnostic, Input, Text, model, model::Kind},
    units::shown,
};

impl<'n> Topology<'n> {
    /// The balancers that a crowd names, with their places.
    fn named(&self, crowd: NodeId) -> Vec<&'n Text> {
        let Kind::Clients(form) = &self.nodes[usize::from(crowd.0)].form else {
            return Vec::new();
        };
        let list = form.prefer.iter().flat_map(|list| &list.value);
        let names = list.filter_map(|item| match &item.value {
            Choice::One(entry) => Some(entry.balancer()),
            Choice::Plain(_) => None,
        });
        names.collect()
    }

    /// Adds the links to the balancers that crowds name.
    pub(super) fn add_named(&mut self, input: &mut Input<'_>) {
        for place in 0..self.nodes.len() {
            let crowd = NodeId(number::byte(place));
            for name in self.named(crowd) {
                let Some(balancer) = self.balancer(input, name) else { continue };
                if self.leads(crowd, balancer) {
                    continue;
                }
                let title = Text { value: self.name(crowd).to_owned(), at: name.at };
                let form = model::Link::default();
                let latency = self.latency(input, &title, [crowd, balancer], &form);
                let link = Link { source: crowd, target: balancer, latency, by_default: true };
                self.add(link, name.at);
            }
        }
    }

    /// The balancer of a name.
    fn balancer(&self, input: &mut Input<'_>, name: &Text) -> Option<NodeId> {
        let is_balancer =
            |parameters: &Parameters| matches!(parameters, Parameters::LoadBalancer(_));
        let Some(place) = self.nodes.iter().position(|node| node.name.value == name.value) else {
            let wanted = |node: &super::Resolved| is_balancer(&node.parameters);
            input.report(no_node(self.nodes, &name.value, name.at, wanted));
            return None;
        };
        if !is_balancer(&self.nodes[place].parameters) {
            let message = format!("`{}` is no load balancer", shown(&name.value));
            let wrong = Diagnostic::error("no-such-node", message).at(name.at);
            input.report(wrong.help("name the balancer that connections by this transport go to"));
            return None;
        }
        Some(NodeId(number::byte(place)))
    }

    /// Whether there is a link from one node to another.
    pub(super) fn leads(&self, source: NodeId, target: NodeId) -> bool {
        let mut edges = self.graph.edge_weights();
        edges.any(|edge| edge.link.source == source && edge.link.target == target)
    }

    /// Whether a node may have a second link to a kind: a crowd to the balancers that it names, and
    /// a fan-out to the pools behind them.
    pub(super) fn may_lead(&self, source: NodeId, target: NodeId, kinds: (&str, &str)) -> bool {
        match kinds {
            ("clients", "load_balancer") => {
                let names = self.named(source);
                names.iter().any(|name| name.value == self.name(target))
            }
            ("fanout", "gateway") => {
                let crowds = (0..self.nodes.len()).map(|place| NodeId(number::byte(place)));
                crowds.into_iter().any(|crowd| self.named(crowd).len() > 1)
                    && !self.leads(source, target)
            }
            _ => false,
        }
    }

    /// The transports of a crowd, and the pool of gateways that its connections by each go to.
    pub(super) fn ways(&self, crowd: NodeId) -> Vec<(Transport, NodeId)> {
        let Parameters::Clients(clients) = &self.nodes[usize::from(crowd.0)].parameters else {
            return Vec::new();
        };
        let pool = |balancer: Option<NodeId>| {
            let balancer = balancer.or_else(|| self.next(crowd, "load_balancer"))?;
            self.next(balancer, "gateway")
        };
        if clients.prefer.is_empty() {
            return pool(None).map(|pool| (clients.transport, pool)).into_iter().collect();
        }
        let ways = clients.prefer.iter().filter_map(|it| {
            let named = it.balancer.as_ref().and_then(|name| {
                let place = self.nodes.iter().position(|node| node.name.value == *name)?;
                Some(NodeId(number::byte(place)))
            });
            pool(named).map(|pool| (it.transport, pool))
        });
        ways.collect()
    }

    /// The pools behind the transports of a crowd are parts of one system: what they publish to,
    /// register in and read from is the same, and the fan-out reaches them all.
    pub(super) fn check_ways(&self, input: &mut Input<'_>, crowd: NodeId) {
        let ways = self.ways(crowd);
        let Some(&(_, first)) = ways.first() else { return };
        let at = self.nodes[usize::from(crowd.0)].name.at;
        for &(_, pool) in ways.iter().filter(|(_, pool)| *pool != first) {
            for kind in ["pubsub", "registry", "buffer"] {
                let [one, other] = [first, pool].map(|pool| self.next(pool, kind));
                if one != other {
                    self.apart(input, [first, pool], kind, at);
                }
            }
            let fanout = self.next(pool, "pubsub").and_then(|bus| self.next(bus, "fanout"));
            if let Some(fanout) = fanout.filter(|&fanout| !self.leads(fanout, pool)) {
                let [fanout, pool] = [fanout, pool].map(|node| self.name(node));
                let message = format!("`{fanout}` does not forward to `{pool}`");
                let help = format!("write the link `{fanout} -> {pool}`");
                let wrong = Diagnostic::error("incomplete-path", message).at(at);
                input.report(wrong.help(help));
            }
        }
    }

    fn apart(&self, input: &mut Input<'_>, pools: [NodeId; 2], kind: &str, at: At) {
        let [first, other] = pools.map(|pool| self.name(pool));
        let message = format!("`{first}` and `{other}` serve one crowd, but not from one {kind}");
        let wrong = Diagnostic::error("incomplete-path", message).at(at);
        input.report(wrong.help(format!("link both to the same {kind}")));
    }

    /// Of several pools only a registry knows which one holds a user.
    pub(super) fn check_reach(&self, input: &mut Input<'_>, id: NodeId, fanout: &Fanout) {
        let pools = self.graph.edge_weights().filter(|edge| {
            let target = &self.nodes[usize::from(edge.link.target.0)].parameters;
            edge.link.source == id && matches!(target, Parameters::Gateway(_))
        });
        if pools.count() < 2 || fanout.route == Route::Registry {
            return;
        }
        let message = format!(
            "`{}` reaches several pools, and only `route: registry` tells them apart",
            self.name(id)
        );
        let at = self.nodes[usize::from(id.0)].name.at;
        let wrong = Diagnostic::error("not-modelled", message).at(at);
        input.report(wrong.help("write `route: registry`, or let all transports go to one pool"));
    }
}
