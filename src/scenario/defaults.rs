//! Every default, in one place: the key, the value as a file would write it, and its source.
//!
//! \[P\] is a primary source, \[S\] a secondary one, \[D\] derived; \[K\] is common knowledge that
//! nobody has checked: a knob, not a fact. \[squall\] is a choice of this program, no claim about
//! the world. "The chat example" is the chat for a million users of `models/chat.yaml`.
//! `docs/FILES.md` repeats the table; a test compares the two.

/// A value that a file may leave out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Default {
    /// Its key: the kind of node and the path below it.
    pub key: &'static str,
    /// The value, as a file would write it.
    pub text: &'static str,
    /// Where it is from.
    pub source: &'static str,
}

const fn row(key: &'static str, text: &'static str, source: &'static str) -> Default {
    Default { key, text, source }
}

/// The defaults of experiments, node kinds, timeline entries and links, in the order of the docs.
pub const TABLE: &[Default] = &[
    row("experiment.warm_up", "0s", "[squall]"),
    row("experiment.tick", "1s", "[squall] peaks per second use 1 s bins"),
    row("experiment.seed", "1", "[squall]"),
    row("experiment.replications", "1", "[squall]"),
    row("clients.sessions.if_refused", "retry", "what clients do unless told [K]"),
    row("clients.transport", "websocket", "[squall] the one for both ways"),
    row("clients.wire.profile", "browser_with_cookies", "Chrome's heads with a token [D]"),
    row("clients.wire.tls", "true", "what browsers ask for [K]"),
    row("clients.wire.http", "h1", "[squall] what a WebSocket opens over"),
    row("clients.short_poll.every", "10s", "the least frequent that polling is for [K]"),
    row("clients.long_poll.hold", "25s", "below the idle timeout of proxies; Phoenix 10 s [P]"),
    row("clients.start", "connected", "[squall] the stationary state"),
    row("clients.network.lifetime", "never", "[squall] lifetimes vary from minutes to hours"),
    row("clients.network.silent_drops", "0%", "[squall]"),
    row("clients.sends.to", "direct", "[squall] one to one"),
    row("clients.heartbeat.every", "25s", "socket.io, Centrifugo [P]"),
    row("clients.heartbeat.timeout", "20s", "socket.io [P]"),
    row("clients.heartbeat.tcp_timeout", "924.6s", "tcp_retries2 = 15, kernel doc [P]"),
    row("clients.reconnect.base", "1s", "the chat example; per client in the wild [P]"),
    row("clients.reconnect.cap", "30s", "the chat example; per client in the wild [P]"),
    row("clients.reconnect.factor", "2", "the chat example; 1.3 to 2 in the wild [P]"),
    row("clients.reconnect.jitter", "full", "AWS [K]"),
    row("clients.reconnect.timeout", "10s", "Phoenix, Ably 10 s [P]; 4 to 20 s elsewhere [K]"),
    row("clients.reconnect.attempts", "never", "most libraries never give up [P]"),
    row("clients.reconnect.reset_after", "0s", "most libraries reset when a connection opens [P]"),
    row("clients.reconnect.retry_after", "false", "browsers hide the answer from scripts [K]"),
    row("clients.reconnect.on_503", "retry", "all but EventSource [P]"),
    row("clients.sends.acknowledged", "false", "[squall] fire and forget"),
    row("clients.sends.retry_after", "10s", "Phoenix, socket.io acknowledge within 10 s [K]"),
    row("clients.sends.ids", "idempotent", "[squall] a client that retries should"),
    row("clients.resume_window", "unbounded", "[squall] as long as the buffer; Ably 2 min [P]"),
    row("clients.acknowledge_every", "1", "[squall] a cursor that is always fresh"),
    row("clients.dedup", "true", "[squall] by the id of the message"),
    row("clients.outbox", "100", "[K]"),
    row("load_balancer.layer", "4", "[squall] the cheaper one"),
    row("load_balancer.policy", "round_robin", "what balancers do unless told [K]"),
    row("load_balancer.policy.consistent_hash.key", "user", "[squall] the one that is modelled"),
    row("load_balancer.policy.consistent_hash.virtual_nodes", "160", "nginx ketama [P]"),
    row("load_balancer.health_check.interval", "10s", "[K]"),
    row("load_balancer.health_check.threshold", "3", "[K]"),
    row("load_balancer.admission", "all", "[squall]"),
    row("load_balancer.when_full", "503", "what proxies answer [K]"),
    row("load_balancer.retry_after", "never", "[squall]"),
    row("gateway.cores", "8", "m7g.2xlarge"),
    row("gateway.zones", "1", "[squall]"),
    row("gateway.max_connections", "100k", "the chat example; Pushy holds 200k to 400k [P]"),
    row("gateway.descriptors", "1048576", "WhatsApp [P], [K]"),
    row("gateway.accept_queue", "4096", "the kernel's backlog [K]"),
    row("gateway.when_full", "503", "[squall] answers at once; a Linux kernel drops [P]"),
    row("gateway.retry_after", "never", "[squall]"),
    row("gateway.skip_abandoned", "false", "servers read what is in their queue [K]"),
    row(
        "gateway.memory.per_connection",
        "51KB",
        "27 application + 4 kernel (Centrifugo [P]) + 20 TLS (HAProxy [P], [D]); 4KB more for \
         event streams, 3KB for held polls: our measurement, side by side",
    ),
    row("gateway.memory.limit", "32GB", "m7g.2xlarge"),
    row("gateway.memory.over", "refuse", "[squall]"),
    row("gateway.memory.restart", "30s", "[K]"),
    row("gateway.cpu.tls_full", "400us", "ECDSA: nginx, over 2,000 a core [S]"),
    row("gateway.cpu.tls_resumed", "80us", "HAProxy, 13,100 a second [P]"),
    row("gateway.cpu.resumption", "60%", "[K]"),
    row("gateway.cpu.app", "2ms", "authentication and subscriptions [D]"),
    row("gateway.cpu.refusal", "40us", "our measurement: 25 to 55 us"),
    row("gateway.cpu.poll", "11us", "our measurement, saturated, within a factor of 2"),
    row("gateway.cpu.request", "12us", "our measurement, saturated, within a factor of 2"),
    row("gateway.cpu.receive", "11us", "our measurement, saturated, within a factor of 2"),
    row("gateway.cpu.push", "10.7us", "our measurement, 128 B, saturated, within a factor of 2"),
    row("gateway.cpu.idle", "4.7us/s", "Centrifugo [P]"),
    row("gateway.drain.by", "client_jitter", "[squall]"),
    row("gateway.drain.move", "break_first", "[squall] what most libraries do [K]"),
    row("gateway.drain.batch", "10k", "Phoenix [P]"),
    row("gateway.drain.every", "2s", "Phoenix [P]"),
    row("gateway.drain.window", "30s", "the chat example; Zuul dithers over 180 s [P]"),
    row("gateway.drain.grace", "30s", "Kubernetes [K]; Phoenix [P]"),
    row("gateway.max_age", "never", "[squall]; Zuul 1,800 s [P]"),
    row("gateway.age_dither", "0s", "[squall]; Zuul 180 s [P]"),
    row("gateway.keep_alive", "75s", "nginx [K]"),
    row("gateway.handshake_rtts", "3", "TCP, TLS 1.3, upgrade [K]"),
    row("gateway.session.bytes", "4KB", "identity, subscriptions [K]"),
    row("gateway.session.keep", "60s", "[K]"),
    row("gateway.session.rebuild.cpu", "2ms", "as `cpu.app` [K]"),
    row("gateway.session.rebuild.reads", "3", "identity, subscriptions, position [K]"),
    row("gateway.session.rebuild.latency", "20ms", "[K]"),
    row("pubsub.profile", "log", "[squall] Kafka and its kin"),
    row("pubsub.partitions", "64", "[K]"),
    row("pubsub.key", "recipient", "the chat example"),
    row("pubsub.skew", "0", "[squall] all partitions alike"),
    row("pubsub.rate", "10k/s", "messages of one partition [K]"),
    row("pubsub.latency", "5ms", "Kafka, end to end [K]"),
    row("pubsub.fetch", "0s", "a long poll answers when there is something [K]"),
    row("pubsub.bound", "unbounded", "[squall] a log has its disk"),
    row("pubsub.when_full", "drop", "[squall]"),
    row("pubsub.max_block", "60s", "Kafka's max.block.ms [K]"),
    row("pubsub.delivery", "at_least_once", "what consumers that commit after work get [K]"),
    row("pubsub.group.session_timeout", "45s", "Kafka [K]"),
    row("pubsub.group.heartbeat", "3s", "Kafka [K]"),
    row("pubsub.group.rebalance", "cooperative", "[squall] KIP-429"),
    row("pubsub.group.commit", "5s", "Kafka's auto.commit.interval.ms [K]"),
    row("pubsub.failover", "10s", "[K]"),
    row("pubsub.brokers", "3", "one in each of three zones [K]"),
    row("pubsub.copies", "3", "Kafka's usual replication factor [K]"),
    row("pubsub.retention", "24h", "[squall] as long as the buffer; Kafka's own is 168h [K]"),
    row("fanout.concurrency", "8", "[K]"),
    row("fanout.service", "40us", "Centrifugo, Discord [P], [D]"),
    row("fanout.route", "registry", "the chat example"),
    row("fanout.on_stale", "look_up_again", "[squall]"),
    row("fanout.rpc_timeout", "1s", "[K]"),
    row(
        "fanout.in_flight",
        "unbounded",
        "[squall]; a hard cap since Discord's outage of 2017-03-20 [P]",
    ),
    row("fanout.retry_budget", "unbounded", "[squall]; Finagle 20%, gRPC's example 10% [P]"),
    row("registry.ttl", "60s", "the chat example: refreshed by heartbeats; Zuul 1,800 s [P]"),
    row("registry.rate", "100k/s", "a Redis core, not pipelined [P], [K]"),
    row("registry.replica_lag", "0s", "[squall] look-ups ask the primary"),
    row("registry.copies", "2", "a primary and a replica [K]"),
    row("buffer.scope", "user", "the chat example"),
    row("buffer.notify", "pull", "[squall] users look when they come"),
    row("buffer.retention", "24h", "the chat example"),
    row("buffer.messages", "1k", "messages a user [K]"),
    row("buffer.bytes", "unbounded", "[squall] the bound on messages holds"),
    row("buffer.reads", "50k/s", "range reads of a cache or log [K]"),
    row("buffer.read", "1ms", "[K]"),
    row("buffer.replay_rate", "1k/s", "[K]"),
    row("buffer.instance", "disk", "[squall] the cheapest"),
    row("deploy.batch", "1", "[squall] the most careful one"),
    row("deploy.startup", "20s", "[K]"),
    row("crash.kind", "process", "[squall]"),
    row("crash.restart", "never", "[squall]"),
    row("zone_loss.kind", "host", "[squall] a zone falls silent"),
    row("zone_loss.restart", "never", "[squall]"),
    row("drop_clients.share", "100%", "[squall]"),
    row("drop_clients.kind", "reset", "[squall]"),
    row("drop_clients.within", "0s", "[squall]"),
    row("balancer_restart.downtime", "0s", "[squall] another takes over"),
    row("slow.lasts", "never", "[squall] to the end of the run"),
    row("load.lasts", "never", "[squall] to the end of the run"),
    row("links.clients -> load_balancer", "network", "half of the user's round trip"),
    row("links.load_balancer -> gateway", "500us", "one zone [K]"),
    row("links.gateway -> pubsub", "1ms", "one zone, one to three across zones [K]"),
    row("links.pubsub -> fanout", "1ms", "one zone [K]"),
    row("links.fanout -> gateway", "1ms", "an internal RPC [K]"),
    row("links.gateway -> registry", "500us", "a registry operation [K]"),
    row("links.fanout -> registry", "500us", "a registry operation [K]"),
    row("links.gateway -> buffer", "500us", "as a registry operation [K]"),
    row("links.fanout -> buffer", "500us", "as a registry operation [K]"),
    row("links.gateway -> inbox", "1ms", "a database in the same zone [K]"),
    row("links.fanout -> inbox", "1ms", "a database in the same zone [K]"),
];

/// Values that follow from others when nobody writes them: the text is the rule.
pub const DERIVED: &[Default] = &[
    row("experiment.question", "the file's headline or name", "[squall] the file's name"),
    row("clients.resume", "by the links", "[squall] by the links"),
    row("gateway.instance", "by the prices", "[squall] the cheapest with its cores and memory"),
    row(
        "pubsub.group.pause",
        "by `rebalance`",
        "3 s cooperative, 15 s eager [K]; reports of 30 s [S]",
    ),
    row("pubsub.instance", "by the prices", "[squall] the cheapest broker"),
    row("fanout.instance", "by the prices", "[squall] the cheapest with `concurrency` cores"),
    row("registry.instance", "by the prices", "[squall] the cheapest cache"),
    row("load_balancer.policy.consistent_hash.via", "required at layer 4", ""),
    row("timeline.name", "its action", "[squall] by its action"),
];

/// The default of a key, if it has one.
pub fn of(key: &str) -> Option<&'static Default> {
    TABLE.iter().find(|default| default.key == key)
}

/// The rule by which a key has a value when nobody writes it, if it has one.
pub fn derived(key: &str) -> Option<&'static Default> {
    DERIVED.iter().find(|default| default.key == key)
}
