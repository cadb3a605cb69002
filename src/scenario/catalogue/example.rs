//! How a key could stand in a file and in an argument.
use super::Key;

/// The kinds of nodes, and a name that such a node could have.
const NODES: [(&str, &str); 7] = [
    ("clients", "phones"),
    ("load_balancer", "edge"),
    ("gateway", "gateways"),
    ("pubsub", "bus"),
    ("fanout", "fanout"),
    ("registry", "presence"),
    ("buffer", "replay"),
];

/// What an entry of the timeline can do.
pub const ACTIONS: [&str; 7] =
    ["deploy", "crash", "zone_loss", "drop_clients", "balancer_restart", "load", "mark"];

/// A name that a node of a kind could have.
pub fn example_name(kind: &str) -> Option<&'static str> {
    NODES.iter().find(|node| node.0 == kind).map(|node| node.1)
}

impl Key {
    /// Whether it must be written.
    pub fn is_required(&self) -> bool {
        const FREE: [&str; 7] = [
            "experiment.",
            "links.",
            "sweep.",
            "law.",
            "timeline.name",
            "clients.reconnect.preset",
            "list",
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
        if self.name.starts_with("load_balancer.admission.") {
            return String::new();
        }
        let choice = ["start", "reconnect.jitter"].into_iter().find_map(|choice| {
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
            "share" => "20%",
            "law" => "40ms",
            "name" if ["drop_clients.node", "load.node"].contains(&self.name.as_str()) => "phones",
            "name" if self.name == "balancer_restart.node" => "edge",
            "name" if self.name != "timeline.name" => "gateways",
            "count or list" => "[0]",
            _ => return None,
        })
    }
}
