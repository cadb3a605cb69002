//! The timeline: what happens when, to which node.
use super::{
    Resolved,
    links::no_node,
    prefer::{IN_PLACE_OF_STRIP, cannot_be_stripped, no_upgrade},
    roles::{BALANCER, CRASHES, CROWD, POOL, PRODUCER, REPLACED, Role, SLOWED, STORE},
    section::{Section, Word},
};
use crate::{
    engine::{Span, Time, number},
    node::parameters::{Parameters, Ticks, Transport},
    scenario::{Action, ActionKind, DropKind, NodeId},
    spec::{
        At, Diagnostic, Input, Located, Text, Written,
        experiment::{
            self, BalancerRestart, Block, Crash, Deploy, Down, DropClients, Load, Slow, ZoneLoss,
        },
        model::Kind,
        suggest,
        written::Several,
    },
    units::{Count, Factor, Quantity, Share, shown},
};
use serde_json::Value as Json;

/// Names that phases have already.
const RESERVED: [&str; 2] = ["steady", "recovery"];

/// What entries are checked against.
pub(super) struct Frame<'n> {
    /// The nodes of the scenario.
    pub(super) nodes: &'n [Resolved],
    /// Whether all nodes that are written could be read.
    pub(super) whole: bool,
    /// The end of a run.
    pub(super) horizon: Span,
    /// From when on it counts.
    pub(super) warm_up: Span,
}

/// The entries in the order of time, and how they are put down.
pub(super) fn timeline(
    input: &mut Input<'_>,
    frame: &Frame<'_>,
    entries: &[Located<experiment::Action>],
) -> (Vec<Action>, Vec<Json>) {
    let mut all: Vec<(Action, Json)> =
        entries.iter().filter_map(|entry| frame.entry(input, entry)).collect();
    all.sort_by_key(|(action, _)| action.at);
    all.into_iter().unzip()
}

impl Frame<'_> {
    fn entry(
        &self,
        input: &mut Input<'_>,
        Located { value, at }: &Located<experiment::Action>,
    ) -> Option<(Action, Json)> {
        let name = value.name.clone().unwrap_or(Text { value: String::new(), at: *at });
        check_name(input, &name);
        let title = format!("timeline.{}", name.value);
        let mut section = Section::new(input, "action", &title, *at);
        let begin = section.value("at", value.at.as_ref());
        section.put("name", &name.value);
        self.check_time(&mut section, value.at.as_ref());
        let actions = count(value);
        if actions != 1 {
            let (code, message, help) = if actions == 0 {
                let says = format!("`{title}` says when, but not what");
                ("missing-key", says, "add `deploy: { node: gateways }` or another action")
            } else {
                let says = format!("`{title}` is {} actions at once", words(actions));
                ("second-key", says, "write an entry for each; times may be equal")
            };
            section.input.report(Diagnostic::error(code, message).at(*at).help(help));
            return None;
        }
        let kind = self.action(&mut section, value)?;
        let doc = Json::Object(section.doc);
        Some((Action { at: Time::from_nanos(begin.nanos()), name: name.value, kind }, doc))
    }

    /// The one action of an entry.
    fn action(
        &self,
        section: &mut Section<'_, '_>,
        entry: &experiment::Action,
    ) -> Option<ActionKind> {
        if let Some(form) = &entry.deploy {
            return section.inside_as("deploy", |inner| self.deploy(inner, form));
        }
        if let Some(form) = &entry.crash {
            return section.inside_as("crash", |inner| self.crash(inner, form));
        }
        if let Some(form) = &entry.zone_loss {
            return section.inside_as("zone_loss", |inner| self.zone_loss(inner, form));
        }
        if let Some(form) = &entry.drop_clients {
            return section.inside_as("drop_clients", |inner| self.drop_clients(inner, form));
        }
        if let Some(form) = &entry.balancer_restart {
            return section
                .inside_as("balancer_restart", |inner| self.balancer_restart(inner, form));
        }
        if let Some(form) = &entry.mark {
            return section.inside_as("mark", |inner| {
                let lasts = inner.positive("lasts", form.lasts.as_ref());
                Some(ActionKind::Mark { lasts })
            });
        }
        if let Some(form) = &entry.down {
            return section.inside_as("down", |inner| self.down(inner, form));
        }
        if let Some(form) = &entry.slow {
            return section.inside_as("slow", |inner| self.slow(inner, form));
        }
        if let Some(form) = &entry.block {
            return section.inside_as("block", |inner| self.block(inner, form));
        }
        let form = entry.load.as_ref()?;
        section.inside_as("load", |inner| self.load(inner, form))
    }

    fn check_time(&self, section: &mut Section<'_, '_>, written: Option<&Written<Span>>) {
        let Some(written) = written else { return };
        let Ok(begin) = written.read() else { return };
        if begin >= self.horizon && self.horizon > Span::ZERO {
            let says =
                format!("is {}, but the run ends at {}", begin.print(), self.horizon.print());
            section.wrong("out-of-range", "at", written.at, &says, "write a longer `horizon`");
        } else if begin < self.warm_up {
            let message = format!(
                "`{}` is {}, before the warm-up of {} has ended",
                section.name_of("at"),
                begin.print(),
                self.warm_up.print()
            );
            let wrong = Diagnostic::warning("before-warm-up", message).at(written.at);
            let help = "messages sent before the end of the warm-up are not counted";
            section.input.report(wrong.help(help));
        }
    }

    fn deploy(&self, section: &mut Section<'_, '_>, form: &Deploy) -> Option<ActionKind> {
        let node = self.machines(section, form.node.as_ref(), REPLACED);
        let count = node.map_or(u16::MAX, |(_, count)| count);
        let batch = section.short("batch", form.batch.as_ref(), 1..=count);
        let startup = section.value("startup", form.startup.as_ref());
        Some(ActionKind::Deploy { node: node?.0, batch, startup })
    }

    fn crash(&self, section: &mut Section<'_, '_>, form: &Crash) -> Option<ActionKind> {
        let node = self.machines(section, form.node.as_ref(), CRASHES);
        let count = node.map_or(u16::MAX, |(_, count)| count);
        let instances = section.instances(form.instances.as_ref(), count);
        let kind = section.word("kind", form.kind.as_ref());
        let restart = section.or_never("restart", form.restart.as_ref(), Section::value);
        Some(ActionKind::Crash { node: node?.0, instances, kind, restart })
    }

    fn zone_loss(&self, section: &mut Section<'_, '_>, form: &ZoneLoss) -> Option<ActionKind> {
        let node = self.machines(section, form.node.as_ref(), POOL);
        let zones = node.map_or(u16::MAX, |(node, _)| self.zones(node)).max(1);
        let zone = section.short("zone", form.zone.as_ref(), 0..=zones - 1);
        let kind = section.word("kind", form.kind.as_ref());
        let restart = section.or_never("restart", form.restart.as_ref(), Section::value);
        let (node, count) = node?;
        let instances: Vec<u16> = (zone..count).step_by(usize::from(zones)).collect();
        if instances.is_empty() && self.whole {
            let at = form.zone.as_ref().map_or(section.home(), |zone| zone.at);
            section.wrong("out-of-range", "zone", at, "has no instance", "add instances");
        }
        Some(ActionKind::Crash { node, instances, kind, restart })
    }

    fn zones(&self, node: NodeId) -> u16 {
        match &self.nodes[usize::from(node.0)].parameters {
            Parameters::Gateway(pool) => pool.zones,
            _ => 1,
        }
    }

    fn drop_clients(
        &self,
        section: &mut Section<'_, '_>,
        form: &DropClients,
    ) -> Option<ActionKind> {
        let node = self.node(section, form.node.as_ref(), CROWD);
        self.check_held(section, node, form.node.as_ref());
        let share = section.within("share", form.share.as_ref(), Share(0.0)..=Share(1.0));
        let kind = section.word("kind", form.kind.as_ref());
        let within = section.value("within", form.within.as_ref());
        if let Some(written) = form.within.as_ref()
            && within > Span::ZERO
            && kind != DropKind::Told
        {
            let says = "is a window for clients that are told to move";
            section.wrong("second-key", "within", written.at, says, "write `kind: told` beside it");
        }
        Some(ActionKind::DropClients { node: node?, share, kind, within })
    }

    /// Who loses a connection has one.
    fn check_held(
        &self,
        section: &mut Section<'_, '_>,
        node: Option<NodeId>,
        written: Option<&Text>,
    ) {
        let parameters = node.map(|node| &self.nodes[usize::from(node.0)].parameters);
        let (Some(Parameters::Clients(clients)), Some(name)) = (parameters, written) else {
            return;
        };
        if clients.transport == Transport::ShortPoll {
            let message = format!(
                "`{}` drops nobody: `{}` poll, and hold no connection",
                section.name(),
                name.value
            );
            let wrong = Diagnostic::warning("without-effect", message).at(name.at);
            let help =
                "take it out; `balancer_restart: { node: edge, downtime: 1min }` fails polls";
            section.input.report(wrong.help(help));
        }
    }

    fn balancer_restart(
        &self,
        section: &mut Section<'_, '_>,
        form: &BalancerRestart,
    ) -> Option<ActionKind> {
        let node = self.node(section, form.node.as_ref(), BALANCER);
        let downtime = section.value("downtime", form.downtime.as_ref());
        Some(ActionKind::BalancerRestart { node: node?, downtime })
    }

    fn down(&self, section: &mut Section<'_, '_>, form: &Down) -> Option<ActionKind> {
        let node = self.node(section, form.node.as_ref(), STORE);
        let lasts = section.positive("lasts", form.lasts.as_ref());
        Some(ActionKind::Down { node: node?, lasts })
    }

    fn slow(&self, section: &mut Section<'_, '_>, form: &Slow) -> Option<ActionKind> {
        let node = self.node(section, form.node.as_ref(), SLOWED);
        let bounds = Factor(0.001)..=Factor(1e6);
        let factor = section.within("factor", form.factor.as_ref(), bounds).0;
        let lasts = section.or_never("lasts", form.lasts.as_ref(), Section::positive);
        Some(ActionKind::Slow { node: node?, factor, lasts })
    }

    fn block(&self, section: &mut Section<'_, '_>, form: &Block) -> Option<ActionKind> {
        let node = self.node(section, form.node.as_ref(), CROWD);
        let transport = match &form.transport {
            Some(transport) => Some(section.word("transport", Some(transport))),
            None => {
                section.missing("transport", "the transport that is blocked", "websocket");
                None
            }
        };
        let share = section.within("share", form.share.as_ref(), Share(0.0)..=Share(1.0));
        let by = section.word("by", form.by.as_ref());
        let held = section.word("held", form.held.as_ref());
        let lasts = section.or_never("lasts", form.lasts.as_ref(), Section::positive);
        let (node, transport) = (node?, transport?);
        self.check_transport(section, node, transport, form.transport.as_ref());
        if let Some(written) = form.by.as_ref().filter(|_| cannot_be_stripped(transport, by)) {
            let says = no_upgrade(transport);
            section.wrong("not-modelled", "by", written.at, &says, IN_PLACE_OF_STRIP);
        }
        Some(ActionKind::Block { node, transport, share, by, held, lasts })
    }

    /// What is blocked is a transport of the crowd that holds something.
    fn check_transport(
        &self,
        section: &mut Section<'_, '_>,
        node: NodeId,
        transport: Transport,
        written: Option<&Text>,
    ) {
        let (node, at) = (&self.nodes[usize::from(node.0)], written.map(|text| text.at));
        let (Parameters::Clients(clients), Some(at)) = (&node.parameters, at) else { return };
        let own: Vec<Transport> = match clients.prefer.as_slice() {
            [] => vec![clients.transport],
            list => list.iter().map(|it| it.transport).collect(),
        };
        let name = &node.name.value;
        if !own.contains(&transport) {
            let says = format!("is `{}`, by which `{name}` never go", transport.word());
            let words = suggest::listed(own.into_iter().map(Word::word));
            let help = format!("they go by: {words}");
            section.wrong("without-effect", "transport", at, &says, &help);
        } else if transport == Transport::ShortPoll {
            let help = "`balancer_restart: { node: edge, downtime: 1min }` fails its polls";
            section.wrong("not-modelled", "transport", at, "cannot be `short_poll`", help);
        }
    }

    fn load(&self, section: &mut Section<'_, '_>, form: &Load) -> Option<ActionKind> {
        let node = self.node(section, form.node.as_ref(), PRODUCER);
        let factor = section.positive("factor", form.factor.as_ref()).0;
        let lasts = section.or_never("lasts", form.lasts.as_ref(), Section::positive);
        let measured = node.is_some_and(|node| {
            let parameters = &self.nodes[usize::from(node.0)].parameters;
            matches!(parameters, Parameters::Source(source)
                if matches!(source.ticks, Ticks::Arrivals(_)))
        });
        if let Some(name) = form.node.as_ref().filter(|_| measured) {
            let says = "has measured arrivals, which no load changes";
            let help = "write other `arrivals`, or a `rate`";
            section.wrong("not-modelled", "node", name.at, says, help);
        }
        Some(ActionKind::Load { node: node?, factor, lasts })
    }

    /// The node of a name, and how many instances or brokers it has.
    fn machines(
        &self,
        section: &mut Section<'_, '_>,
        name: Option<&Text>,
        role: Role,
    ) -> Option<(NodeId, u16)> {
        let node = self.node(section, name, role)?;
        let count = match &self.nodes[usize::from(node.0)].parameters {
            Parameters::Gateway(pool) => pool.count,
            Parameters::Fanout(fanout) => fanout.instances,
            Parameters::Pubsub(bus) => bus.brokers,
            _ => return None,
        };
        // A count that could not be read bounds nothing.
        Some((node, if count == 0 { u16::MAX } else { count }))
    }

    /// The node of a name, if it is of the right kind.
    fn node(
        &self,
        section: &mut Section<'_, '_>,
        name: Option<&Text>,
        role: Role,
    ) -> Option<NodeId> {
        let Some(name) = name else {
            section.missing("node", &format!("the name of {}", role.called), role.example);
            return None;
        };
        section.put("node", &name.value);
        let Some(place) = self.nodes.iter().position(|node| node.name.value == name.value) else {
            if self.whole {
                section
                    .input
                    .report(no_node(self.nodes, &name.value, name.at, |node| role.fits(node)));
            }
            return None;
        };
        if matches!(self.nodes[place].form, Kind::Managed(_)) {
            let says = "is a managed service: its vendor deploys and repairs it, unseen";
            let help = "write `drop_clients` with its clients' node for what its users would see";
            section.wrong("not-modelled", "node", name.at, says, help);
            return None;
        }
        if !role.fits(&self.nodes[place]) {
            let says = format!("is `{}`, which is no {}", shown(&name.value), role.kind);
            section.wrong("no-such-node", "node", name.at, &says, "");
            return None;
        }
        Some(NodeId(number::byte(place)))
    }
}

/// How many actions an entry has.
fn count(entry: &experiment::Action) -> usize {
    let actions = [
        entry.deploy.is_some(),
        entry.crash.is_some(),
        entry.zone_loss.is_some(),
        entry.drop_clients.is_some(),
        entry.balancer_restart.is_some(),
        entry.down.is_some(),
        entry.slow.is_some(),
        entry.block.is_some(),
        entry.load.is_some(),
        entry.mark.is_some(),
    ];
    actions.into_iter().filter(|there| *there).count()
}

fn words(actions: usize) -> String {
    if actions == 2 { "two".to_owned() } else { actions.to_string() }
}

impl Section<'_, '_> {
    /// A section within this one that has the defaults of its own name; paths skip its key.
    fn inside_as<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(&mut Section<'_, '_>) -> Option<T>,
    ) -> Option<T> {
        let (name, home) = (self.name().to_owned(), self.home());
        let mut inner = Section::new(self.input, key, &name, home);
        let result = read(&mut inner);
        let doc = inner.doc;
        self.doc.insert(key.to_owned(), Json::Object(doc));
        result
    }

    /// Numbers of instances, each once and below `count`.
    fn instances(
        &mut self,
        written: Option<&Located<Several<Written<Count>>>>,
        count: u16,
    ) -> Vec<u16> {
        let Some(Located { value, at }) = written else {
            self.missing("instances", "the numbers of instances, from 0", "[0, 1]");
            return Vec::new();
        };
        let texts: Vec<(&str, At)> = match value {
            Several::One(text) => vec![(text, *at)],
            Several::Many(list) => list.iter().map(|item| (item.text.as_str(), item.at)).collect(),
        };
        let mut instances = Vec::new();
        for (text, at) in texts {
            if let Some(instance) = self.instance(text, at, count, &instances) {
                instances.push(instance);
            }
        }
        if matches!(value, Several::Many(list) if list.is_empty()) {
            self.wrong("out-of-range", "instances", *at, "names nobody", "write `[0]`");
        }
        self.doc.insert("instances".to_owned(), Json::from(instances.clone()));
        instances
    }

    fn instance(&mut self, text: &str, at: At, count: u16, before: &[u16]) -> Option<u16> {
        let number = match Count::read(text) {
            Ok(number) => number,
            Err(why) => {
                self.unreadable::<Count>("instances", at, &why);
                return None;
            }
        };
        let instance = u16::try_from(number.0).ok().filter(|instance| *instance < count);
        match instance {
            None => {
                let says = format!("names {}; instances are 0 to {}", number.0, count - 1);
                self.wrong("out-of-range", "instances", at, &says, "");
                None
            }
            Some(instance) if before.contains(&instance) => {
                self.wrong("duplicate-name", "instances", at, "names one twice", "");
                None
            }
            Some(instance) => Some(instance),
        }
    }
}

fn check_name(input: &mut Input<'_>, name: &Text) {
    let reserved = RESERVED.contains(&name.value.as_str());
    if !name.value.is_empty() && super::is_name(&name.value) && !reserved {
        return;
    }
    let message = format!("`{}` cannot be the name of an entry", shown(&name.value));
    let help = if reserved {
        "a phase of each run has this name; choose another"
    } else {
        "write letters, digits, `-` and `_`, beginning with a letter"
    };
    input.report(Diagnostic::error("bad-name", message).at(name.at).help(help));
}
