//! People's words for what files call by keys: metrics, and what a point of a sweep chose.
use super::{of_phase, sweep::Axis};
use serde_json::Value as Json;

/// What a metric is called in a sentence; `*` stands for a name of the writer's own.
const METRICS: [(&str, &str); 56] = [
    ("cost.total", "the bill of a month"),
    ("cost.per_million_deliveries", "the bill of a million deliveries"),
    ("delivery_lag.p999", "delivery lag, p99.9"),
    ("delivery_lag.max", "delivery lag, longest"),
    ("delivery_lag.*", "delivery lag, *"),
    ("*.delivery_lag.p99", "delivery lag of *, p99"),
    ("reconnect.max", "time to reconnect, longest"),
    ("reconnect.*", "time to reconnect, *"),
    ("negotiation.*", "time to negotiate, *"),
    ("sends.wait.*", "time in an outbox, *"),
    ("wire.per_delivery", "bytes per delivered message"),
    ("deliveries.duplicates", "duplicate deliveries"),
    ("deliveries.*", "* deliveries"),
    ("attempts.peak_per_second", "peak of connection attempts"),
    ("attempts.peak_over_capacity", "peak of attempts over capacity"),
    ("attempts.mean_over_capacity", "mean of attempts over capacity"),
    ("attempts.per_client", "attempts per user"),
    ("attempts.total", "connection attempts"),
    ("attempts.*", "* attempts"),
    ("clients.availability", "availability"),
    ("clients.gave_up", "users who give up"),
    ("clients.never_connected", "users who never connect"),
    ("connections.cut", "connections cut off"),
    ("connections.end", "connections at the end"),
    ("connections.peak", "most connections"),
    ("connections.mean", "mean connections"),
    ("connections_per_instance.max", "connections of the fullest instance"),
    ("instances.killed", "instances killed"),
    ("handshakes.*", "* handshakes"),
    ("send_buffers.closed", "connections closed for a full send buffer"),
    ("sessions.lost_share", "share of sessions lost"),
    ("sessions.*", "sessions *"),
    ("tabs.waiting.peak", "most tabs that wait"),
    ("presence.vanished", "users that the registry forgot"),
    ("presence.falsely_online", "time in which users are taken for online"),
    ("lost.*", "deliveries lost, *"),
    ("recovery.*.hit", "connections hit by *"),
    ("recovery.*.left", "connections hit by * whose user left first"),
    ("recovery.*.t50", "time until half are back from *"),
    ("recovery.*.t99", "time until 99 % are back from *"),
    ("recovery.*.all", "time until all are back from *"),
    ("recovery.*.never", "users never back from *"),
    ("recovery.*.never_share", "share of users never back from *"),
    ("recovery.*.longest", "longest outage of those hit by *"),
    ("recovery.*.user_seconds", "time that those hit by * are away"),
    ("*.moves_per_client", "moves per user in *"),
    ("*.duration", "duration of *"),
    ("*.headroom", "headroom of *"),
    ("*.quota_left", "quota left of *"),
    ("*.cpu.peak", "peak CPU of *"),
    ("*.cpu.mean", "mean CPU of *"),
    ("*.backlog.peak", "most messages that wait in *"),
    ("backlog.peak", "most messages that wait in a bus"),
    ("registry.stale_routes", "stale look-ups"),
    ("*.backlog.drain", "time to drain the backlog of *"),
    ("*.send_buffers.peak", "fullest send buffers of *"),
];

/// How a choice is said, by the end of its path; `{}` is the value.
const CHOICES: [(&str, &str); 15] = [
    ("sends.per_user", "{} per user"),
    ("sessions.arrive", "{} arrivals"),
    ("reconnect.attempts", "{} attempts"),
    ("send_buffer.when_full", "{} at full buffers"),
    ("send_buffer.size", "{} buffers"),
    ("memory.over", "{} at full memory"),
    ("when_full", "{} when full"),
    ("heartbeat.every", "heartbeat every {}"),
    ("short_poll.every", "polls every {}"),
    ("drain.window", "window {}"),
    ("drain.grace", "grace {}"),
    ("network.silent_drops", "{} silent drops"),
    ("every", "a message every {}"),
    ("spread", "spread over {}"),
    ("tabs", "{} tabs"),
];

/// Of these choices there are so many.
const COUNTED: [&str; 2] = ["attempts", "tabs"];

/// Short names that say nothing alone.
const SHORT: [&str; 6] = ["every", "kind", "over", "size", "to", "when_full"];

/// Values of keys that have names of their own.
const VALUES: [(&str, &str); 4] = [
    ("websocket", "WebSocket"),
    ("sse", "SSE"),
    ("long_poll", "long polls"),
    ("short_poll", "short polls"),
];

/// A metric in words: `availability in deploy`; its name where there are none.
pub fn metric(name: &str) -> String {
    if let (Some(phase), rest) = of_phase(name) {
        return format!("{} in {phase}", metric(rest));
    }
    let found = METRICS.iter().find_map(|(form, words)| {
        let Some((head, tail)) = form.split_once('*') else {
            return (*form == name).then(|| (*words).to_owned());
        };
        let own = name.strip_prefix(head)?.strip_suffix(tail)?;
        (!own.is_empty() && !own.contains('.')).then(|| words.replace('*', &spaced(own)))
    });
    found.unwrap_or_else(|| name.to_owned())
}

/// Of an own word with more than one part: `gateway crash`.
pub fn spaced(word: &str) -> String {
    word.replace('_', " ")
}

/// What a point has chosen on an axis: `WebSocket`, `10k users`, `window 30s`.
pub fn choice(input: &Json, axis: &Axis, value: &str) -> String {
    let (node, key) = axis.path.split_once('.').unwrap_or((&axis.path, ""));
    let told = VALUES.iter().find(|(own, _)| *own == value).map_or(value, |(_, words)| words);
    let is = |kind: &str| input["nodes"][node].get(kind).is_some();
    match key {
        "transport" => return told.to_owned(),
        "count" if is("clients") => return counted(value, "users"),
        "count" | "instances" if node.ends_with('s') => return counted(value, node),
        "count" | "instances" => return format!("{node} × {value}"),
        _ => {}
    }
    match key {
        "heartbeat.every" if told == "never" => return "heartbeat off".to_owned(),
        "reconnect.attempts" if told == "never" => return "unlimited attempts".to_owned(),
        _ if told == "never" => return format!("{} never", spaced(&axis.name)),
        _ => {}
    }
    let ends = |end: &str| {
        key.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    let form = CHOICES.iter().find(|(end, _)| ends(end) && (*end != "every" || is("source")));
    match form {
        Some((_, form)) => match form.strip_prefix("{} ").filter(|it| COUNTED.contains(it)) {
            Some(things) => counted(&self::value(axis, told), things),
            None => form.replace("{}", &self::value(axis, told)),
        },
        // What stands in a node's place.
        None if key.is_empty() && value.starts_with('{') && !input["nodes"][node].is_null() => {
            format!("{} as {}", spaced(&axis.name), self::value(axis, value))
        }
        None => format!("{} {}", spaced(&axis.name), self::value(axis, told)),
    }
}

/// More keys of a map are too many to be named.
const KEYS: usize = 3;

/// A value of an axis in the room of a few words: of a map the keys in which those of the axis
/// differ, `base 1s cap 30s`; where these are many, only what they are set to.
pub fn value(axis: &Axis, value: &str) -> String {
    let maps: Vec<Vec<(String, &str)>> = axis.values.iter().filter_map(|it| leaves(it)).collect();
    let Some(own) = leaves(value) else { return value.to_owned() };
    // The only map beside words is told from them by what it is.
    let kind = value.trim_matches(['{', '}']).split_once(": {").map(|it| it.0);
    if let ([_], Some(kind), true) = (&maps[..], kind, axis.values.len() > 1)
        && pairs(&value[1..value.len() - 1]).len() == 1
    {
        return spaced(kind.trim());
    }
    let at = |map: &[(String, &'_ str)], path: &str| {
        map.iter().find(|(known, _)| known == path).map(|(_, value)| (*value).to_owned())
    };
    let differs =
        |path: &str| maps.len() < 2 || maps.iter().any(|it| at(it, path) != at(&own, path));
    let told: Vec<&(String, &str)> = own.iter().filter(|(path, _)| differs(path)).collect();
    if told.is_empty() || told.len() > KEYS {
        return brief(value);
    }
    // A map within it is named once.
    let (mut words, mut before) = (Vec::new(), Vec::new());
    for (path, value) in told {
        let keys: Vec<&str> = path.split('.').collect();
        let known = keys.iter().zip(&before).take_while(|(one, other)| one == other).count();
        words.extend(keys[known..].iter().map(|key| spaced(key)));
        words.extend((!value.is_empty()).then(|| (*value).to_owned()));
        before = keys[..keys.len() - 1].to_vec();
    }
    words.join(" ")
}

/// The paths of a map and what they are set to, which is nothing for an empty one; none of what is
/// no map.
fn leaves(value: &str) -> Option<Vec<(String, &str)>> {
    let map = value.strip_prefix('{')?.strip_suffix('}')?;
    let mut all = Vec::new();
    for pair in pairs(map).into_iter().map(str::trim).filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once(": ").unwrap_or((pair, ""));
        match leaves(value) {
            Some(inner) if inner.is_empty() => all.push((key.to_owned(), "")),
            Some(inner) => {
                all.extend(inner.into_iter().map(|(path, it)| (format!("{key}.{path}"), it)));
            }
            None => all.push((key.to_owned(), value)),
        }
    }
    Some(all)
}

/// A value at its place on an axis, which has its name: `short polls`, `30s`.
pub fn short(axis: &Axis, value: &str) -> String {
    let told = VALUES.iter().find(|(own, _)| *own == value && axis.path.ends_with(".transport"));
    told.map_or_else(|| self::value(axis, value), |(_, words)| (*words).to_owned())
}

/// `2 attempts`, `1 attempt`.
fn counted(value: &str, things: &str) -> String {
    let one = things.strip_suffix('s').filter(|_| value == "1");
    format!("{value} {}", one.unwrap_or(things))
}

/// What an axis is called: its short name, or more of its path where that says nothing.
pub fn axis(axis: &Axis) -> String {
    let (node, key) = axis.path.split_once('.').unwrap_or((&axis.path, ""));
    match key {
        "count" | "instances" => format!("{key} of {}", spaced(node)),
        _ if SHORT.contains(&axis.name.as_str()) => {
            let parts: Vec<&str> = axis.path.rsplit('.').take(2).collect();
            spaced(&parts.into_iter().rev().collect::<Vec<_>>().join(" "))
        }
        _ => spaced(&axis.name),
    }
}

/// Of a map only what its keys are set to, `1s 30s full`, and the keys of maps within it, `push 5%
/// 2min`.
fn brief(value: &str) -> String {
    let Some(map) = value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
        return value.to_owned();
    };
    let one = |pair: &str| match pair.trim().split_once(": ") {
        Some((key, map)) if map.starts_with('{') => format!("{key} {}", brief(map)),
        Some((_, value)) => value.to_owned(),
        None => pair.trim().to_owned(),
    };
    let parts: Vec<String> = pairs(map).into_iter().map(one).collect();
    parts.join(" ").trim_end().to_owned()
}

/// The pairs of a map, apart from those of maps within it.
fn pairs(map: &str) -> Vec<&str> {
    let (mut all, mut depth, mut from) = (Vec::new(), 0_u32, 0);
    for (at, c) in map.char_indices() {
        match c {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                all.push(&map[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    all.push(&map[from..]);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_in_words() {
        for (name, words) in [
            ("during(deploy).clients.availability", "availability in deploy"),
            ("delivery_lag.p99", "delivery lag, p99"),
            ("side.cpu.peak", "peak CPU of side"),
            ("recovery.zone_loss.t99", "time until 99 % are back from zone loss"),
            ("lost.gateway_crash", "deliveries lost, gateway crash"),
            ("bus.backlog.peak", "most messages that wait in bus"),
            ("backlog.peak", "most messages that wait in a bus"),
            ("a.b.c.d", "a.b.c.d"),
        ] {
            assert_eq!(metric(name), words);
        }
    }

    #[test]
    fn choices_in_words() {
        let input = serde_json::json!({ "nodes": {
            "phones": { "clients": {} }, "gateways": { "gateway": {} }, "side": { "gateway": {} },
            "ticker": { "source": {} },
        } });
        for (path, name, value, words) in [
            ("phones.transport", "transport", "short_poll", "short polls"),
            ("phones.count", "count", "10k", "10k users"),
            ("gateways.count", "count", "8", "8 gateways"),
            ("side.count", "count", "8", "side × 8"),
            ("gateways.count", "count", "1", "1 gateway"),
            ("phones.count", "count", "1", "1 user"),
            ("phones.reconnect.attempts", "attempts", "1", "1 attempt"),
            ("phones.reconnect.attempts", "attempts", "3", "3 attempts"),
            ("phones.reconnect.attempts", "attempts", "never", "unlimited attempts"),
            ("phones.heartbeat.every", "every", "25s", "heartbeat every 25s"),
            ("phones.heartbeat.every", "every", "never", "heartbeat off"),
            ("gateways.max_age", "max_age", "never", "max age never"),
            ("phones.tabs", "tabs", "1", "1 tab"),
            ("gateways.drain.window", "window", "30s", "window 30s"),
            ("phones.reconnect.jitter", "jitter", "full", "jitter full"),
            ("ticker.every", "every", "30ms", "a message every 30ms"),
            (
                "phones.reconnect",
                "reconnect",
                "{base: 1s, jitter: full}",
                "reconnect base 1s jitter full",
            ),
            ("fanout.on_stale", "on_stale", "drop", "on stale drop"),
            ("gateways", "gateways", "{managed: {}}", "gateways as managed"),
            (
                "mail.notify",
                "notify",
                "{push: {opens: 5%, after: 2min}}",
                "notify push opens 5% after 2min",
            ),
        ] {
            let axis = Axis { path: path.into(), name: name.into(), values: Vec::new() };
            assert_eq!(choice(&input, &axis, value), words, "{path}");
        }
    }

    #[test]
    fn a_map_is_told_by_the_keys_that_differ() {
        let own = |path: &str, values: &[&str], value: &str| {
            let values = values.iter().map(|&it| it.to_owned()).collect();
            let axis = Axis { path: path.into(), name: path.into(), values };
            super::value(&axis, value)
        };
        let laws = ["{base: 1s, cap: 30s, jitter: full}", "{base: 2s, cap: 30s, jitter: full}"];
        assert_eq!(own("reconnect", &laws, laws[1]), "base 2s");
        let kinds = ["{managed: {}}", "{gateway: {count: 2, zones: 2}}"];
        let told = kinds.map(|value| own("gateways", &kinds, value));
        assert_eq!(told, ["managed", "gateway count 2 zones 2"]);
        // One that only some have, and a word beside maps.
        let mixed = ["eventsource", "{base: 1s}", "{base: 1s, attempts: 3}"];
        let told = mixed.map(|value| own("reconnect", &mixed, value));
        assert_eq!(told, ["eventsource", "1s", "attempts 3"]);
        let policies = ["least_connections", "{consistent_hash: {key: user, via: ticket}}"];
        let told = policies.map(|value| own("policy", &policies, value));
        assert_eq!(told, ["least_connections", "consistent hash"]);
        let many = "{a: 1, b: 2, c: 3, d: 4}";
        assert_eq!(own("x", &[many], many), "1 2 3 4");
    }
}
