//! How a key could stand in a file and in an argument.
use super::Key;

/// The kinds of nodes, and a name that such a node could have.
const NODES: [(&str, &str); 9] = [
    ("clients", "phones"),
    ("load_balancer", "edge"),
    ("gateway", "gateways"),
    ("managed", "gateways"),
    ("pubsub", "bus"),
    ("fanout", "fanout"),
    ("registry", "presence"),
    ("buffer", "replay"),
    ("source", "ticker"),
];

/// What an entry of the timeline can do.
pub const ACTIONS: [&str; 10] = [
    "deploy",
    "crash",
    "zone_loss",
    "drop_clients",
    "balancer_restart",
    "down",
    "slow",
    "block",
    "load",
    "mark",
];

/// A name that a node of a kind could have.
pub fn example_name(kind: &str) -> Option<&'static str> {
    NODES.iter().find(|node| node.0 == kind).map(|node| node.1)
}

/// A line of a price sheet, by a name that it could have.
fn of_prices(rest: &str, value: &str) -> Option<[String; 2]> {
    const MACHINES: [(&str, &str); 4] = [
        ("instances", "m7g.large"),
        ("brokers", "kafka.m5.large"),
        ("caches", "cache.m6g.large"),
        ("services", "api-gateway"),
    ];
    let (part, key) = rest.split_once('.')?;
    if part == "egress" || key.starts_with("messages") {
        return None;
    }
    let machine = MACHINES.iter().find(|machine| machine.0 == part).map(|machine| machine.1);
    Some(match (machine, key.split_once('.')) {
        (Some(name), _) => [
            format!("prices: {{ {part}: {{ {name}: {{ {key}: {value} }} }} }}"),
            format!("'prices.{part}.{name}.{key}={value}'"),
        ],
        (None, Some((layer, inner))) => [
            format!("prices: {{ {part}: {{ {layer}: {{ {inner}: {value} }} }} }}"),
            format!("'prices.{rest}={value}'"),
        ],
        (None, None) => [
            format!("prices: {{ {part}: {{ {key}: {value} }} }}"),
            format!("'prices.{rest}={value}'"),
        ],
    })
}

impl Key {
    /// Whether it must be written.
    pub fn is_required(&self) -> bool {
        const FREE: [&str; 13] = [
            "experiment.",
            "prices.",
            "links.",
            "sweep.",
            "law.",
            "timeline.name",
            "clients.reconnect.preset",
            "clients.tabs",
            "source.every",
            "source.rate",
            "source.arrivals.user",
            "list",
            "file or list",
        ];
        let free = FREE.iter().any(|start| self.name.starts_with(start) || self.value == *start);
        self.name == "experiment.horizon" || self.default.is_none() && !free
    }

    /// How it could stand in a file, and as the argument of `--set`; the latter is empty where
    /// there is none.
    pub fn example(&self) -> Option<[String; 2]> {
        let value = self.example_value()?;
        let (section, rest) = self.name.split_once('.')?;
        let nested = |rest: &str| {
            let keys = rest.split('.').rev();
            keys.fold(value.to_owned(), |inner, key| {
                if inner == value {
                    format!("{key}: {inner}")
                } else {
                    format!("{key}: {{ {inner} }}")
                }
            })
        };
        Some(match section {
            "experiment" => [nested(rest), format!("{rest}={value}")],
            "links" => [
                format!("links: {{ gateways -> bus: {{ {} }} }}", nested(rest)),
                format!("'links.gateways -> bus.{rest}={value}'"),
            ],
            "timeline" => [
                format!("timeline: [{{ {}, deploy: {{ node: gateways }} }}]", nested(rest)),
                format!("timeline.deploy.{rest}={value}"),
            ],
            "law" | "sweep" => return None,
            "prices" => return of_prices(rest, value),
            kind => match example_name(kind) {
                Some(name) => [
                    format!("nodes: {{ {name}: {{ {kind}: {{ {} }} }} }}", nested(rest)),
                    self.argument(name, rest, value),
                ],
                None => [
                    format!("timeline: [{{ at: 3min, {kind}: {{ {} }} }}]", nested(rest)),
                    format!("timeline.{kind}.{rest}={value}"),
                ],
            },
        })
    }

    /// The argument for a parameter of a node; none for a key that does not stand alone. A map in
    /// the place of a word is set as a whole.
    fn argument(&self, name: &str, rest: &str, value: &str) -> String {
        let with_others = [
            "load_balancer.admission.",
            "clients.reconnect.preset",
            "clients.sessions.",
            "clients.visits.",
            "clients.blocked.",
            "clients.fallback.",
            "clients.background.",
            "buffer.notify.",
            "managed.",
            "clients.slow.",
            "source.",
        ];
        if with_others.iter().any(|start| self.name.starts_with(start)) {
            return String::new();
        }
        let choice = ["start", "reconnect.jitter", "sends.to"].into_iter().find_map(|choice| {
            let key = rest.strip_prefix(choice)?.strip_prefix('.')?;
            Some(format!("'{name}.{choice}={{ {key}: {value} }}'"))
        });
        choice.unwrap_or_else(|| format!("{name}.{rest}={value}"))
    }

    /// A value that it could have: its default, or one of its kind.
    fn example_value(&self) -> Option<&'static str> {
        if let Some(default) = self.default.filter(|_| !self.by_rule) {
            return Some(default.text);
        }
        Some(match self.value.as_str() {
            "word" => self.words.first()?,
            "duration" => "10min",
            "size" => "300B",
            "count" => "100",
            "rate" => "1/min",
            "bandwidth" => "10KB/s",
            "share" => "20%",
            "law" => "40ms",
            "name"
                if ["drop_clients.node", "block.node", "load.node"]
                    .contains(&self.name.as_str()) =>
            {
                "phones"
            }
            "name" if self.name == "balancer_restart.node" => "edge",
            "name" if ["down.node", "slow.node"].contains(&self.name.as_str()) => "presence",
            "date" => "2026-08",
            "price per hour" => "0.0816 USD/h",
            "price per GB" => "0.09 USD/GB",
            "price per GB and month" => "0.1 USD/GB-month",
            "name" if self.name != "timeline.name" => "gateways",
            "count or list" => "[0]",
            _ => return None,
        })
    }
}
