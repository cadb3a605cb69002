//! That what bounds messages in bytes holds one message at least: replay buffers, and the send
//! buffers of slow readers.
use super::{super::nodes::streams, Checks};
use crate::{
    engine::number,
    node::parameters::{Clients, Gateway, Parameters, SendBuffer, WhenSlow},
    scenario::{NodeId, resolve::sources::Reach},
    spec::{Diagnostic, Input, model::Kind},
    units::{Bytes, Quantity},
};

impl Checks<'_, '_> {
    /// A bound in bytes holds one message at least.
    pub(super) fn bytes(&self, input: &mut Input<'_>, payload: Bytes, pool: NodeId) {
        let Some(id) = self.topology.next(pool, "buffer") else { return };
        let node = &self.topology.nodes[usize::from(id.0)];
        let (Parameters::Buffer(buffer), Kind::Buffer(form)) = (&node.parameters, &node.form)
        else {
            return;
        };
        let Some(bytes) = buffer.bytes else { return };
        if bytes < payload {
            let message = format!(
                "`{}.bytes` is {}: not one message of `{}` fits, which is {}",
                node.name.value,
                bytes.print(),
                self.name(),
                payload.print()
            );
            let at = form.bytes.as_ref().map_or(node.name.at, |bytes| bytes.at);
            let wrong = Diagnostic::error("out-of-range", message).at(at);
            input.report(wrong.help(format!("write `bytes: {}` or more", payload.print())));
        }
    }

    /// A send buffer that drops or closes holds one message at least of those that reach a crowd
    /// with slow readers.
    pub(super) fn send_buffers(&self, input: &mut Input<'_>, clients: &Clients) {
        if clients.slow.is_none() {
            return;
        }
        let Some((sender, payload)) = self.largest(clients) else { return };
        let mut pools: Vec<NodeId> = Vec::new();
        for (transport, pool) in self.topology.ways(self.id) {
            if streams(transport) && !pools.contains(&pool) {
                pools.push(pool);
                self.send_buffer(input, pool, (sender, payload));
            }
        }
    }

    fn send_buffer(&self, input: &mut Input<'_>, pool: NodeId, (sender, payload): (&str, Bytes)) {
        let node = &self.topology.nodes[usize::from(pool.0)];
        // What a managed service takes in it also holds back.
        let (Parameters::Gateway(Gateway { send_buffer, .. }), Kind::Gateway(form)) =
            (&node.parameters, &node.form)
        else {
            return;
        };
        let SendBuffer { size, when_full } = *send_buffer;
        let then = match when_full {
            WhenSlow::Grow => return,
            WhenSlow::DropOldest => "nothing is ever delivered to them",
            WhenSlow::Disconnect => "each message closes their connections",
        };
        if size >= payload {
            return;
        }
        let message = format!(
            "`{}.send_buffer.size` is {}: not one message of `{sender}` fits, which is {}",
            node.name.value,
            size.print(),
            payload.print()
        );
        let at = form.send_buffer.size.as_ref().map_or(node.name.at, |size| size.at);
        let wrong = Diagnostic::error("out-of-range", message).at(at);
        let wrong = wrong.context(self.at(), "slow readers here");
        input.report(wrong.help(format!("{then}; write `size: {}` or more", payload.print())));
    }

    /// The largest message that reaches a crowd, and whose it is.
    fn largest(&self, clients: &Clients) -> Option<(&str, Bytes)> {
        let own = clients.sends.as_ref().map(|sends| (self.name(), sends.payload));
        let (topology, nodes) = (self.topology, self.topology.nodes);
        let sources = nodes.iter().enumerate().filter_map(|(place, node)| {
            let (Parameters::Source(source), Kind::Source(form)) = (&node.parameters, &node.form)
            else {
                return None;
            };
            let id = NodeId(number::byte(place));
            let crowd = Reach { topology, id, form }.crowd().ok()?;
            (crowd == self.id).then_some((topology.name(id), source.payload))
        });
        own.into_iter().chain(sources).max_by_key(|(_, payload)| payload.0)
    }
}
