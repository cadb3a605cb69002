//! Crowds whose users are tabs of browsers: the keys, and where they mean nothing.
use super::{nodes::CLOSEST, section::Section};
use crate::{
    engine::Span,
    node::{
        parameters::{Background, Clients, Preset, Tabs, Transport},
        table::browsers::MOST_TABS,
    },
    spec::{At, Choice, Diagnostic, Written, model},
    units::{Count, Factor, Quantity, Share, shown},
};
use serde_json::{Value as Json, json};

impl Section<'_, '_> {
    /// What a crowd's browsers do to their tabs, if that is written.
    pub(super) fn in_browsers(&mut self, form: &model::Clients, mut clients: Clients) -> Clients {
        clients.tabs = self.tabs(form, &clients);
        clients.background = self.background(form, &clients);
        clients
    }

    fn tabs(&mut self, form: &model::Clients, clients: &Clients) -> Option<Tabs> {
        let written = form.tabs.as_ref()?;
        let before = self.input.errors();
        let tabs = match &written.value {
            Choice::Plain(text) => Tabs::Constant(self.tab_count("tabs", text, written.at)),
            Choice::One(model::Tabs::Geometric(mean)) => Tabs::Mean(self.mean_tabs(mean)),
            Choice::One(model::Tabs::Empirical(list)) => {
                let each = list.iter().map(|it| self.tab_count("tabs.empirical", &it.text, it.at));
                let each: Vec<u32> = each.collect();
                if each.is_empty() {
                    let help = "write `{ empirical: [1, 1, 2, 7] }`";
                    self.wrong("out-of-range", "tabs", written.at, "lists no number", help);
                }
                Tabs::Listed(if each.is_empty() { vec![1] } else { each })
            }
        };
        let doc = match &tabs {
            Tabs::Constant(tabs) => Json::from(*tabs),
            Tabs::Mean(mean) => json!({ "geometric": mean }),
            Tabs::Listed(list) => json!({ "empirical": list }),
        };
        self.doc.insert("tabs".to_owned(), doc);
        if self.input.errors() == before {
            self.check_tabs(clients, written.at);
        }
        Some(tabs)
    }

    fn tab_count(&mut self, key: &str, text: &str, at: At) -> u32 {
        match Count::read(text) {
            Ok(Count(tabs)) => {
                let known = u32::try_from(tabs).ok().filter(|it| (1..=MOST_TABS).contains(it));
                if known.is_none() {
                    let says = format!("must be 1 to {MOST_TABS}; this is {}", shown(text));
                    self.wrong("out-of-range", key, at, &says, "");
                }
                known.unwrap_or(1)
            }
            Err(why) => {
                self.unreadable::<Count>(key, at, &why);
                1
            }
        }
    }

    fn mean_tabs(&mut self, written: &Written<Factor>) -> f64 {
        let mean = self.within("tabs", Some(written), Factor(1.0)..=Factor(50.0));
        mean.0.max(1.0)
    }

    fn check_tabs(&mut self, clients: &Clients, at: At) {
        if clients.sessions.is_some() {
            let says = "of an open stream of sessions is not modelled";
            self.wrong("not-modelled", "tabs", at, says, "write a crowd with a `count`");
            return;
        }
        let holds = |way| matches!(way, Transport::Sse | Transport::LongPoll);
        let requests =
            holds(clients.transport) || clients.prefer.iter().any(|it| holds(it.transport));
        if requests {
            return;
        }
        let why = "no tab waits: a WebSocket or a short poll takes none of the six connections";
        let message = format!("`{}` has no effect: {why}", self.name_of("tabs"));
        let wrong = Diagnostic::warning("without-effect", message).at(at);
        self.input.report(wrong.help("the six are those of `sse` and `long_poll` over `h1`"));
    }

    /// The tabs that nobody looks at.
    fn background(&mut self, form: &model::Clients, clients: &Clients) -> Option<Background> {
        let written = form.background.as_ref()?;
        let (share, throttle) = (written.share.as_ref(), written.throttle.as_ref());
        let background = self.inside("background", |section| Background {
            share: section.within("share", share, Share(0.0)..=Share(1.0)),
            throttle: section.within("throttle", throttle, CLOSEST..=Span::FOREVER),
        });
        let by_itself = clients.reconnect.preset == Some(Preset::EventSource);
        if by_itself && clients.transport != Transport::ShortPoll {
            let name = self.name_of("background");
            let message =
                format!("`{name}` has no effect: an EventSource needs no timer of its page");
            let wrong = Diagnostic::warning("without-effect", message);
            let at = share.map_or(self.home(), |share| share.at);
            let help = "write `reconnect: { base: 1s }` for the timers of a library";
            self.input.report(wrong.at(at).help(help));
        }
        Some(background)
    }
}
