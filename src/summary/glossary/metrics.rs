//! What each metric of a run is.
use super::{Described, row};
use crate::record::Unit;

/// All metrics of a run, in the order of its table.
pub const METRICS: &[Described] = &[
    row("connections.peak", Unit::Count, "Most connections that were open at once."),
    row("connections.mean", Unit::Count, "Open connections, on average over time."),
    row("connections.end", Unit::Count, "Open connections at the horizon."),
    row(
        "clients.availability",
        Unit::Share,
        "Time that users were connected, of the time that they wanted to be.",
    ),
    row("clients.gave_up", Unit::Count, "Users who gave up: for good, or until their next visit."),
    row("clients.never_connected", Unit::Count, "Users who had no connection in the whole run."),
    row(
        "<node>.sessions.{arrived,served,lost,cut}",
        Unit::Count,
        "Sessions of an open stream that came; got in; gave up before they had a connection; lost \
         it and did not come back.",
    ),
    row(
        "<node>.sessions.lost_share",
        Unit::Share,
        "Sessions lost, of those that got in or gave up.",
    ),
    row("sessions.{arrived,served,lost,cut}", Unit::Count, "The sessions of all open streams."),
    row(
        "sessions.lost_share",
        Unit::Share,
        "Sessions lost, of those of all open streams that got in or gave up.",
    ),
    row("outage.user_seconds", Unit::Seconds, "Time without a connection, summed over the users."),
    row("outage.longest", Unit::Seconds, "The longest time that one user had no connection."),
    row("attempts.total", Unit::Count, "Attempts to connect."),
    row("attempts.accepted", Unit::Count, "Attempts that led to a connection."),
    row("attempts.refused", Unit::Count, "Attempts that a gateway or balancer turned away."),
    row(
        "attempts.timed_out",
        Unit::Count,
        "Attempts that outlived the patience of the client; the server paid for them all the same.",
    ),
    row(
        "attempts.abandoned",
        Unit::Count,
        "Attempts that ended otherwise, such as by a crash of the gateway.",
    ),
    row("attempts.in_flight", Unit::Count, "Attempts without an end at the horizon."),
    row("attempts.per_client", Unit::Ratio, "Attempts over users."),
    row("attempts.peak_per_second", Unit::PerSecond, "Most attempts in one second."),
    row(
        "reconnect.{p50,p99,max}",
        Unit::Seconds,
        "From losing the connection to being online again.",
    ),
    row(
        "reconnect.affinity",
        Unit::Share,
        "New connections of users who had one before that found the state of their session.",
    ),
    row("<node>.reads", Unit::Count, "Reads of a buffer, where gateways keep state of sessions."),
    row(
        "handshake_queue.{p99,max}",
        Unit::Seconds,
        "How long a handshake waited for the CPU of its gateway.",
    ),
    row(
        "attempts.peak_over_capacity",
        Unit::Ratio,
        "Most attempts in one second over the handshakes that those who take connections then can \
         do.",
    ),
    row("attempts.mean_over_capacity", Unit::Ratio, "The same of all such seconds."),
    row("handshakes.total", Unit::Count, "Handshakes that gateways worked on."),
    row("handshakes.wasted", Unit::Count, "Handshakes that were paid for and led nowhere."),
    row(
        "handshakes.capacity",
        Unit::PerSecond,
        "Handshakes that all gateways can do when they do nothing else, with `cpu.app`, which the \
         connection of a poll is without; of a managed service its quota.",
    ),
    row("instances.killed", Unit::Count, "Gateway instances that died of their memory."),
    row("connections.cut", Unit::Count, "Connections that a drain closed when its grace was over."),
    row(
        "connections.closed",
        Unit::Count,
        "Connections that a managed service closed: too old, or idle for too long.",
    ),
    row(
        "recovery.<action>.hit",
        Unit::Count,
        "Users who lost their connection by a fault, or were told to move by it; of `start`: who \
         begin to connect then.",
    ),
    row(
        "recovery.<action>.left",
        Unit::Count,
        "Whom a fault hit beside those, and whose session or visit was over before they were back.",
    ),
    row(
        "recovery.<action>.{t50,t99,all}",
        Unit::Seconds,
        "From a fault until so many of those hit are back: half, 99 %, all; none if they are not.",
    ),
    row("recovery.<action>.never", Unit::Count, "Of those hit, who are not back at the horizon."),
    row("recovery.<action>.never_share", Unit::Share, "Their share of those hit."),
    row("recovery.<action>.longest", Unit::Seconds, "The longest outage of one of those hit."),
    row(
        "recovery.<action>.user_seconds",
        Unit::Seconds,
        "Their time without a connection, and that of those who left, in all.",
    ),
    row(
        "deliveries.intended",
        Unit::Count,
        "Pairs of a message and a recipient: each is one delivery with one end.",
    ),
    row("deliveries.live", Unit::Count, "Deliveries by an open connection."),
    row("deliveries.replayed", Unit::Count, "Deliveries out of the buffer, after a gap."),
    row("deliveries.pulled", Unit::Count, "Deliveries out of an inbox."),
    row("deliveries.lost", Unit::Count, "Deliveries that never reach their recipient."),
    row("deliveries.expired", Unit::Count, "Deliveries that the buffer kept too long."),
    row("deliveries.missed", Unit::Count, "Lost and expired deliveries together."),
    row("deliveries.pending", Unit::Count, "Deliveries without an end at the horizon."),
    row(
        "<node>.delivery_lag.{mean,p50,p95,p99,p999,max}",
        Unit::Seconds,
        "The lag of what a source published from the warm-up on.",
    ),
    row(
        "<node>.messages",
        Unit::Count,
        "Messages that a source published from the warm-up on, or that a managed service bills, up \
         and down.",
    ),
    row("deliveries.duplicates", Unit::Count, "Later copies that reached their users."),
    row(
        "duplicates.{redelivered,resent,cursor,overlap}",
        Unit::Count,
        "Of them: read again when a consumer died; sent again by their sender; resumed from before \
         them; live and out of the buffer.",
    ),
    row(
        "deliveries.duplicates_shown",
        Unit::Count,
        "Those of them that the users saw: without dedup, or under another id.",
    ),
    row(
        "clients.on_{websocket,sse,long_poll,short_poll}",
        Unit::Share,
        "Where users go by several transports: time connected by one of them, of all time \
         connected.",
    ),
    row(
        "connections.on_{websocket,sse,long_poll,short_poll}.{mean,peak,end}",
        Unit::Count,
        "Where users go by several transports: connections by one of them.",
    ),
    row(
        "delivery_lag.on_{websocket,sse,long_poll,short_poll}.{mean,p50,p95,p99,p999,max}",
        Unit::Seconds,
        "Where users go by several transports: the lag of what reached them by one of them.",
    ),
    row(
        "tabs.waiting.{mean,peak,end}",
        Unit::Count,
        "Tabs whose stream or held request waits for a connection of their browser.",
    ),
    row("tabs.queued", Unit::Count, "Streams and held requests that had to wait there."),
    row("tabs.shared", Unit::Count, "Streams without a handshake, on that of another tab (h2)."),
    row("tabs.held_back", Unit::Count, "Messages that had to wait there for a request."),
    row(
        "attempts.blocked",
        Unit::Count,
        "Attempts by a transport that was blocked for their user.",
    ),
    row(
        "clients.{fell_back,upgraded}",
        Unit::Count,
        "Connections by a transport that is preferred less than that of the last one; more.",
    ),
    row(
        "negotiation.{mean,p50,p99,max}",
        Unit::Seconds,
        "Time spent on tries that failed just before a connection opened, of crowds that prefer \
         several transports.",
    ),
    row("polls.total", Unit::Count, "Polls of those who poll."),
    row("polls.empty", Unit::Count, "Those of them that found nothing."),
    row("polls.full", Unit::Count, "Those of them that found something."),
    row("polls.failed", Unit::Count, "Those of them that nobody answered."),
    row("polls.standing", Unit::Count, "Requests held when the run began, not in the total."),
    row("polls.held", Unit::Count, "Polls without an answer yet when the run ended."),
    row(
        "sends.total",
        Unit::Count,
        "Messages that users wrote, those included that never left their outbox.",
    ),
    row(
        "sends.waited",
        Unit::Count,
        "Messages that waited in the outbox of their sender, and left it.",
    ),
    row(
        "sends.wait.{mean,p50,p99,max}",
        Unit::Seconds,
        "How long these had waited since they were written.",
    ),
    row("sends.resent", Unit::Count, "Messages sent again because no acknowledgement had come."),
    row("sends.known", Unit::Count, "Those of them that the bus knew by their id."),
    row("inbox.stored", Unit::Count, "Messages that went into an inbox."),
    row("inbox.notified", Unit::Count, "Notifications pushed to users who were away."),
    row(
        "deliveries.reordered",
        Unit::Count,
        "Deliveries that came after one to the same user which the bus took in later. Not counted \
         where messages for many are counted in groups (`spread: gateways`).",
    ),
    row("lost.<cause>", Unit::Count, "Lost deliveries of one cause."),
    row("pending.in_flight", Unit::Count, "Pending deliveries that are on their way."),
    row("pending.waiting", Unit::Count, "Pending deliveries in a buffer or an outbox."),
    row("pending.oldest", Unit::Seconds, "The age of the oldest pending delivery."),
    row("pending.usual", Unit::Count, "Those of a phase that took no longer than steady ones do."),
    row(
        "delivery_lag.{mean,p50,p95,p99,p999,max}",
        Unit::Seconds,
        "From sending a message to its delivery, of messages sent after the warm-up.",
    ),
    row(
        "connections_per_instance.max",
        Unit::Count,
        "The most connections that one gateway instance held.",
    ),
    row("connections_per_instance.mean", Unit::Count, "Connections of an instance, on average."),
    row("connections_per_instance.imbalance", Unit::Ratio, "The maximum over the mean."),
    row(
        "<node>.send_buffers.peak",
        Unit::Bytes,
        "The most that one instance held back for slow consumers.",
    ),
    row(
        "send_buffers.closed",
        Unit::Count,
        "Connections of slow consumers that were closed since their send buffers were full.",
    ),
    row(
        "memory.peak_per_instance",
        Unit::Bytes,
        "The most memory that one instance took: by its connections, and what it held back.",
    ),
    row("memory.peak", Unit::Bytes, "The most memory that all instances of a pool took together."),
    row("memory.mean", Unit::Bytes, "Their mean over the run, where some clients read slowly."),
    row(
        "<node>.connections_per_instance.{max,mean,imbalance}",
        Unit::Count,
        "The same of one gateway pool.",
    ),
    row("<node>.memory.{peak_per_instance,peak,mean}", Unit::Bytes, "The same of one pool."),
    row("<node>.cpu.mean", Unit::Share, "Work over capacity of a tier, on average over time."),
    row("<node>.cpu.peak", Unit::Share, "Work over capacity of the busiest instance in a tick."),
    row(
        "<node>.budget.{connections,memory}",
        Unit::Share,
        "The most that one instance of a gateway pool used of what it may hold.",
    ),
    row(
        "<node>.budget.new_connections",
        Unit::Share,
        "Connections that a managed service opened a second, on average, over its quota.",
    ),
    row(
        "<node>.headroom",
        Unit::Share,
        "What the fullest of connections, memory and CPU of a gateway pool leaves at its peak.",
    ),
    row("<node>.quota_left", Unit::Share, "What a managed service's quota leaves."),
    row(
        "presence.falsely_online",
        Unit::Seconds,
        "User-seconds for which somebody whose connection had ended was shown as online.",
    ),
    row(
        "presence.falsely_offline",
        Unit::Seconds,
        "User-seconds for which somebody who was connected was not found.",
    ),
    row("presence.flaps", Unit::Count, "How often somebody shown as gone was shown again."),
    row(
        "presence.vanished",
        Unit::Count,
        "Connected users whose entries expired because the registry was down.",
    ),
    row(
        "presence.noticed.{mean,p50,p99,max}",
        Unit::Seconds,
        "From the end of a connection to the end of its entry.",
    ),
    row(
        "<node>.in_flight.peak",
        Unit::Count,
        "The most calls of one instance of a fan-out that waited for an answer at once.",
    ),
    row("<node>.{calls,retries}", Unit::Count, "Calls that a fan-out began; made once more."),
    row("<node>.backlog.peak", Unit::Count, "Most messages that waited in one pubsub."),
    row(
        "<node>.backlog.drain",
        Unit::Seconds,
        "From the peak of its backlog until no more than 1 % of that waited.",
    ),
    row("backlog.peak", Unit::Count, "Most messages that waited in a pubsub."),
    row("backlog.drain", Unit::Seconds, "How long that backlog took to drain."),
    row("registry.operations", Unit::Count, "Look-ups, writes, deletions and refreshes."),
    row(
        "registry.refreshes_per_second",
        Unit::PerSecond,
        "Refreshes alone: each user online refreshes its entry by its heartbeats.",
    ),
    row(
        "registry.stale_routes",
        Unit::Count,
        "Look-ups that led to a gateway which did not hold the user.",
    ),
    row("replay.messages", Unit::Count, "Messages read back out of buffers."),
    row("replay.bytes", Unit::Bytes, "Payload of the messages read back."),
    row("wire.up", Unit::Bytes, "Bytes from users to gateways: frames, handshakes, heartbeats."),
    row("wire.down", Unit::Bytes, "Bytes from gateways to users: frames, handshakes, heartbeats."),
    row(
        "wire.up.{payload,framing,tls,tcp}",
        Unit::Bytes,
        "`wire.up` by layer: messages; heads, frames, events and pings; records and handshakes of \
         TLS; headers of segments, with those that only open or acknowledge.",
    ),
    row("wire.down.{payload,framing,tls,tcp}", Unit::Bytes, "`wire.down` by layer."),
    row("wire.per_delivery", Unit::Bytes, "Bytes both ways over deliveries made."),
    row("<action>.duration", Unit::Seconds, "From the begin of an action to its end."),
    row(
        "<action>.moves_per_client",
        Unit::Ratio,
        "Connections that a deploy moved or cut off, over users.",
    ),
    row("cost.total", Unit::UsdPerMonth, "The bill of a month that looks like the run."),
    row("cost.per_1k_connections", Unit::UsdPerMonth, "The bill over thousands of connections."),
    row(
        "cost.per_million_deliveries",
        Unit::Usd,
        "The bill over a month's millions of deliveries.",
    ),
    row(
        "cost.{gateway,fanout,registry,buffer}",
        Unit::UsdPerMonth,
        "The bill for all nodes of a kind.",
    ),
    row(
        "cost.{managed,managed.messages,managed.connection_minutes}",
        Unit::UsdPerMonth,
        "The bill for managed services, by messages and by minutes of a connection.",
    ),
    row(
        "cost.{load_balancer,load_balancer.hours,load_balancer.units}",
        Unit::UsdPerMonth,
        "The bill for load balancers, by the hour and by capacity units.",
    ),
    row(
        "cost.{pubsub,pubsub.instances,pubsub.storage}",
        Unit::UsdPerMonth,
        "The bill for brokers, their machines and their disks.",
    ),
    row(
        "cost.{egress,egress.messages,egress.handshakes,egress.heartbeats,egress.polls}",
        Unit::UsdPerMonth,
        "The bill for bytes out to the users; polls are those that find nothing.",
    ),
];
