//! Producers outside the crowds: what they publish when, and whom they reach.
use super::{arrivals, links::Topology, managed, section::Section};
use crate::{
    engine::{Span, number},
    node::parameters::{
        Audience, Fanout, MOST_SOURCES, Parameters, Popularity, Scope, Source, SourceAudience,
        Spread, Ticks,
    },
    scenario::NodeId,
    scenario::resolve::nodes::{MOST_PAYLOAD, MOST_USERS},
    spec::{At, Choice, Diagnostic, Located, Text, Written, model, suggest},
    units::{Bytes, Factor, Quantity, Rate, shown},
};

/// No source publishes at a shorter period.
const SHORTEST: Span = Span::from_micros(1);

/// The same for a process, on average.
pub const MOST: Rate = Rate(1e6);

/// The number of the crowd of a source before its links are known.
pub(super) const NOBODY: u8 = u8::MAX;

/// The largest exponent of a popularity.
const STEEPEST: Factor = Factor(10.0);

impl Section<'_, '_> {
    /// A source; whom it reaches is filled in when the links are known.
    pub(super) fn producer(&mut self, form: &model::Source) -> Source {
        let ticks = self.ticks(form);
        let payload = self.within("payload", form.payload.as_ref(), Bytes(0)..=MOST_PAYLOAD);
        let to = self.source_audience(form.to.as_ref());
        if let (Ticks::Arrivals(all), Some(written)) = (&ticks, &form.to)
            && arrivals::name_users(all)
            && !matches!(&written.value, Choice::Plain(text) if text == "user")
        {
            let says = "stands beside arrivals that name their users";
            self.wrong("second-key", "to", written.at, says, "take it out, or the column `user`");
        }
        Source { ticks, payload, to, crowd: NOBODY }
    }

    fn ticks(&mut self, form: &model::Source) -> Ticks {
        let home = self.home();
        let written: [(&str, Option<At>); 4] = [
            ("every", form.every.as_ref().map(|it| it.at)),
            ("rate", form.rate.as_ref().map(|it| it.at)),
            ("bursts", form.bursts.as_ref().map(|_| home)),
            ("arrivals", form.arrivals.as_ref().map(|it| it.at)),
        ];
        let there: Vec<_> = written.iter().filter_map(|(key, at)| Some((*key, (*at)?))).collect();
        match there.as_slice() {
            [] if self.was_cut(written.map(|(key, _)| key)) => {}
            [] => {
                let message = format!("`{}` does not say when it publishes", self.name());
                let help = "write one of `every: 100ms`, `rate: 500/s`, `bursts: { … }`, \
                            `arrivals: file.csv`";
                let wrong = Diagnostic::error("missing-key", message).at(home);
                self.input.report(wrong.help(help));
            }
            [_] => {}
            [(first, _), .., (last, at)] => {
                let says = format!("stands beside `{first}`; each says when it publishes");
                self.wrong(
                    "second-key",
                    last,
                    *at,
                    &says,
                    "keep one of them; `null` takes one out",
                );
            }
        }
        if form.every.is_some() {
            return Ticks::Every(self.within(
                "every",
                form.every.as_ref(),
                SHORTEST..=Span::FOREVER,
            ));
        }
        if let Some(bursts) = &form.bursts {
            return self.inside("bursts", |section| Ticks::Bursts {
                rate: section.rate("rate", bursts.rate.as_ref()),
                on: section.positive_law("on", bursts.on.as_ref()),
                off: section.positive_law("off", bursts.off.as_ref()),
            });
        }
        if let Some(arrivals) = &form.arrivals {
            return Ticks::Arrivals(self.arrivals("arrivals", arrivals).into());
        }
        if form.rate.is_some() {
            return Ticks::Rate(self.rate("rate", form.rate.as_ref()));
        }
        Ticks::Rate(Rate::default())
    }

    fn rate(&mut self, key: &str, written: Option<&Written<Rate>>) -> Rate {
        let rate = self.positive(key, written);
        if rate > MOST
            && let Some(written) = written
        {
            let says = format!("must be at most {}; this is {}", MOST.tell(), rate.tell());
            self.wrong("out-of-range", key, written.at, &says, "");
        }
        rate
    }

    /// Who gets a message.
    fn source_audience(
        &mut self,
        written: Option<&Located<Choice<model::SourceAudience>>>,
    ) -> SourceAudience {
        let uniform = SourceAudience::User(Popularity::Uniform);
        let Some(Located { value, at }) = written else {
            self.put("to", "user");
            return uniform;
        };
        match value {
            Choice::Plain(text) if text == "user" => {
                self.put("to", "user");
                uniform
            }
            Choice::Plain(text) if text == "all" => {
                self.put("to", "all");
                SourceAudience::All
            }
            Choice::Plain(text) => {
                let text = Located { value: text.clone(), at: *at };
                self.no_word("to", &text, ["user", "all", "room", "topic"].into_iter());
                uniform
            }
            Choice::One(model::SourceAudience::User(popularity)) => self.inside("to", |section| {
                SourceAudience::User(section.popularity("user", popularity))
            }),
            Choice::One(model::SourceAudience::Room(size)) => self.inside("to", |section| {
                SourceAudience::Room(section.whole("room", Some(size), 1..=MOST_USERS))
            }),
            Choice::One(model::SourceAudience::Topic { topics, popularity }) => {
                self.inside("to", |section| {
                    section.inside("topic", |section| SourceAudience::Topic {
                        topics: section.whole("topics", topics.as_ref(), 1..=MOST_USERS),
                        popularity: section.popularity_or_missing(popularity.as_ref()),
                    })
                })
            }
        }
    }

    fn popularity_or_missing(
        &mut self,
        written: Option<&Located<Choice<model::Popularity>>>,
    ) -> Popularity {
        if let Some(written) = written {
            return self.popularity("popularity", written);
        }
        self.missing("popularity", "`uniform` or Zipf's law", "{ zipf: 1 }");
        Popularity::Uniform
    }

    fn popularity(
        &mut self,
        key: &str,
        Located { value, at }: &Located<Choice<model::Popularity>>,
    ) -> Popularity {
        match value {
            Choice::Plain(text) if text == "uniform" => self.put(key, "uniform"),
            Choice::Plain(text) => {
                let text = Located { value: text.clone(), at: *at };
                self.no_word(key, &text, ["uniform", "zipf"].into_iter());
            }
            Choice::One(model::Popularity::Zipf(exponent)) => {
                return self.inside(key, |section| {
                    let bounds = Factor(0.0)..=STEEPEST;
                    Popularity::Zipf(section.within("zipf", Some(exponent), bounds).0)
                });
            }
        }
        Popularity::Uniform
    }
}

/// The most topics times gateway instances: each takes about 80 bytes.
pub const MOST_GROUPS: u64 = 4_000_000;

/// A source, and what its links lead to.
pub(super) struct Reach<'t, 'n> {
    pub(super) topology: &'t Topology<'n>,
    pub(super) id: NodeId,
    pub(super) form: &'t model::Source,
}

impl Reach<'_, '_> {
    fn at(&self) -> At {
        self.topology.nodes[usize::from(self.id.0)].name.at
    }

    fn name(&self) -> &str {
        self.topology.name(self.id)
    }

    /// The pool that the fan-out behind its bus forwards to.
    fn pool(&self) -> Option<NodeId> {
        let bus = self.topology.next(self.id, "pubsub")?;
        self.topology.next(self.topology.next(bus, "fanout")?, "gateway")
    }

    /// The crowds whose connections that pool holds, and which its bus is the bus of.
    fn crowds(&self) -> Vec<NodeId> {
        let topology = self.topology;
        let Some(pool) = self.pool() else { return Vec::new() };
        if topology.next(pool, "pubsub") != topology.next(self.id, "pubsub") {
            return Vec::new();
        }
        topology.crowds_of(pool)
    }

    /// The crowd that it reaches.
    pub(super) fn crowd(&self) -> Result<NodeId, Box<Diagnostic>> {
        let crowds = self.crowds();
        let name = |id: &NodeId| self.topology.name(*id);
        if let Some(wanted) = &self.form.clients {
            let found = crowds.iter().find(|id| name(id) == wanted.value);
            return found.copied().ok_or_else(|| Box::new(self.not_reached(wanted, &crowds)));
        }
        let wrong = match crowds.as_slice() {
            [only] => return Ok(*only),
            [] => self.nobody(),
            several => {
                let message = format!("`{}` reaches {} crowds", self.name(), several.len());
                let choices: Vec<String> =
                    several.iter().map(|id| format!("`clients: {}`", name(id))).collect();
                let choices = suggest::listed(choices.iter().map(String::as_str));
                Diagnostic::error("missing-key", message).help(format!("say which: {choices}"))
            }
        };
        Err(Box::new(wrong.at(self.at())))
    }

    fn not_reached(&self, wanted: &Text, crowds: &[NodeId]) -> Diagnostic {
        let nodes = self.topology.nodes;
        let there = nodes.iter().find(|node| node.name.value == wanted.value);
        let clients = |node: &super::Resolved| matches!(node.parameters, Parameters::Clients(_));
        let Some(there) = there else {
            return super::links::no_node(nodes, &wanted.value, wanted.at, clients);
        };
        let written = shown(&wanted.value);
        if !clients(there) {
            let message = format!("`{}.clients` is `{written}`, which is no crowd", self.name());
            return Diagnostic::error("no-such-node", message).at(wanted.at);
        }
        if crowds.is_empty() {
            return self.nobody().at(wanted.at);
        }
        let message = format!("`{}` does not reach `{written}`", self.name());
        let reached = crowds.iter().map(|id| self.topology.name(*id));
        let help = format!("its bus leads to {}", suggest::listed(reached));
        Diagnostic::error("incomplete-path", message).at(wanted.at).help(help)
    }

    /// Why it reaches nobody.
    fn nobody(&self) -> Diagnostic {
        let (topology, name) = (self.topology, self.name());
        let Some((bus, pool)) = topology.next(self.id, "pubsub").zip(self.pool()) else {
            let message = format!("`{name}` reaches no crowd");
            return Diagnostic::error("incomplete-path", message);
        };
        let (bus, pool) = (topology.name(bus), topology.name(pool));
        if topology.crowds_of(self.pool().unwrap_or(self.id)).is_empty() {
            let message = format!("`{name}` reaches no crowd: no users connect to `{pool}`");
            return Diagnostic::error("incomplete-path", message);
        }
        let message = format!("`{name}` publishes to `{bus}`, and `{pool}` to another bus");
        let help = format!("one bus for both is modelled; write `{pool} -> {bus}`");
        Diagnostic::error("not-modelled", message).help(help)
    }
}

/// The crowd of each source; reports what is wrong about it.
pub(super) fn reached(
    input: &mut crate::spec::Input<'_>,
    topology: &Topology<'_>,
) -> Vec<(NodeId, NodeId)> {
    let mut all: Vec<(NodeId, NodeId)> = Vec::new();
    for (place, node) in topology.nodes.iter().enumerate() {
        let model::Kind::Source(form) = &node.form else { continue };
        let id = NodeId(number::byte(place));
        match (Reach { topology, id, form }).crowd() {
            Ok(crowd) => all.push((id, crowd)),
            Err(wrong) => input.report(*wrong),
        }
    }
    for (id, crowd) in &all {
        let (source, node) = (topology.name(*id), &topology.nodes[usize::from(crowd.0)]);
        let before = all.iter().take_while(|(other, _)| other != id);
        let at = topology.nodes[usize::from(id.0)].name.at;
        if before.filter(|(_, other)| other == crowd).count() == MOST_SOURCES {
            let message = format!("more than {MOST_SOURCES} sources reach `{}`", node.name.value);
            let wrong = Diagnostic::error("too-large", message).at(at);
            input.report(wrong.help("join some: their rates add up"));
        }
        let Parameters::Clients(clients) = &node.parameters else { continue };
        many(input, topology, *id, (&node.name.value, clients.count));
        managed::publishes(input, topology, *id, *crowd);
        if clients.sessions.is_some() {
            let message = format!("`{source}` reaches `{}`, a stream of sessions", node.name.value);
            let wrong = Diagnostic::error("not-modelled", message).at(at);
            input.report(wrong.help("messages of sessions are not modelled; write a `count`"));
        }
    }
    all
}

/// Topics and rooms have users, and there are not too many of them.
fn many(
    input: &mut crate::spec::Input<'_>,
    topology: &Topology<'_>,
    id: NodeId,
    (crowd, users): (&str, u32),
) {
    let node = &topology.nodes[usize::from(id.0)];
    let Parameters::Source(source) = &node.parameters else { return };
    let (what, topics) = match source.to {
        // What could not be read has been reported.
        SourceAudience::Room(0) | SourceAudience::Topic { topics: 0, .. } => return,
        SourceAudience::Room(size) if users > 0 => (format!("rooms of {size}"), users / size),
        SourceAudience::Topic { topics, .. } => (format!("{topics} topics"), topics),
        SourceAudience::User(_) | SourceAudience::All | SourceAudience::Room(_) => return,
    };
    let name = &node.name.value;
    if users > 0 && (topics == 0 || topics > users) {
        let message = format!("`{name}.to` means {what}, but `{crowd}` has {users} users");
        let wrong = Diagnostic::error("out-of-range", message).at(node.name.at);
        input.report(wrong.help("write fewer, or more users"));
    }
    let pool = topology.next(id, "pubsub").and_then(|bus| topology.next(bus, "fanout"));
    let pool = pool.and_then(|fanout| topology.next(fanout, "gateway"));
    let instances = pool.map_or(1, |pool| match &topology.nodes[usize::from(pool.0)].parameters {
        Parameters::Gateway(gateway) => u64::from(gateway.count),
        _ => 1,
    });
    let groups = u64::from(topics) * instances;
    if groups > MOST_GROUPS {
        let message = format!("`{name}.to` makes {groups} groups of subscribers at gateways");
        let wrong = Diagnostic::error("too-large", message).at(node.name.at);
        input.report(wrong.help(format!("at most {MOST_GROUPS} are modelled; write fewer topics")));
    }
}

/// Whether a fan-out asks where a user is: not where all that it gets is for many.
pub(super) fn looks_up(topology: &Topology<'_>, fanout: &Fanout) -> bool {
    let one_by_one = |parameters: &Parameters| match parameters {
        Parameters::Clients(clients) => {
            clients.sends.as_ref().is_some_and(|sends| sends.to != Audience::All)
        }
        Parameters::Source(source) => matches!(source.to, SourceAudience::User(_)),
        Parameters::Buffer(buffer) => buffer.scope == Scope::Inbox,
        _ => false,
    };
    let sources = topology.nodes.iter().any(|it| matches!(it.parameters, Parameters::Source(_)));
    let crowds = topology.nodes.iter().any(|it| match &it.parameters {
        Parameters::Clients(clients) => clients.sends.is_some(),
        _ => false,
    });
    let some = sources || crowds;
    !some
        || fanout.spread == Spread::Connections
        || topology.nodes.iter().any(|node| one_by_one(&node.parameters))
}
