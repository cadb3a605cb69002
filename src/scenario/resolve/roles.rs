//! Which kinds of node an entry of the timeline can concern.
use super::{Resolved, nodes::kind_word};

/// What kinds of node an action concerns: its words in messages, and the kinds.
#[derive(Clone, Copy)]
pub(super) struct Role {
    pub(super) kind: &'static str,
    pub(super) called: &'static str,
    pub(super) example: &'static str,
    kinds: &'static [&'static str],
}

impl Role {
    /// Whether a node is of one of its kinds.
    pub(super) fn fits(self, node: &Resolved) -> bool {
        self.kinds.contains(&kind_word(&node.form))
    }
}

pub(super) const POOL: Role = Role {
    kind: "gateway pool",
    called: "a gateway pool",
    example: "gateways",
    kinds: &["gateway"],
};

pub(super) const REPLACED: Role = Role {
    kind: "gateway pool or fanout",
    called: "a gateway pool or a fanout",
    example: "gateways",
    kinds: &["gateway", "fanout"],
};

pub(super) const CRASHES: Role = Role {
    kind: "gateway pool, fanout or pubsub",
    called: "a gateway pool, a fanout or a pubsub",
    example: "gateways",
    kinds: &["gateway", "fanout", "pubsub"],
};

pub(super) const CROWD: Role = Role {
    kind: "crowd of clients",
    called: "a crowd of clients",
    example: "phones",
    kinds: &["clients"],
};

pub(super) const PRODUCER: Role = Role {
    kind: "crowd of clients or source",
    called: "a crowd of clients or a source",
    example: "phones",
    kinds: &["clients", "source"],
};

pub(super) const STORE: Role = Role {
    kind: "registry or buffer",
    called: "a registry or a buffer",
    example: "presence",
    kinds: &["registry", "buffer"],
};

pub(super) const SLOWED: Role = Role {
    kind: "fanout, registry or buffer",
    called: "a fanout, a registry or a buffer",
    example: "presence",
    kinds: &["fanout", "registry", "buffer"],
};

pub(super) const BALANCER: Role = Role {
    kind: "load balancer",
    called: "a load balancer",
    example: "edge",
    kinds: &["load_balancer"],
};
