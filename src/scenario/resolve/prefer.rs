//! Crowds that try several transports: their keys, and what these are held against.
use super::section::{Section, Word};
use crate::{
    node::{
        parameters::{BlockedBy, Fallback, Preferred, Transport},
        table::ways::MOST,
    },
    spec::{At, Choice, Diagnostic, Located, Text, model},
    units::{Quantity, Share, shown},
};
use serde_json::{Map, Value as Json, json};

/// A transport of the list, the balancer that it names, and where it stands.
type Entry<'f> = (Transport, Option<&'f Text>, At);

/// What to write in place of `strip` where there is nothing to strip.
pub(super) const IN_PLACE_OF_STRIP: &str = "write `refuse`: it is reset at once, which an \
    EventSource outlives; or `swallow`: it is held back, and nobody answers";

/// Whether a request by a transport has nothing that could be taken out of it to block it: a
/// WebSocket is an upgrade, all others are requests like any.
pub(super) fn cannot_be_stripped(transport: Transport, by: BlockedBy) -> bool {
    by == BlockedBy::Strip && transport != Transport::Websocket
}

/// The same as half a sentence.
pub(super) fn no_upgrade(transport: Transport) -> String {
    let word = transport.word();
    format!("is `strip`, but `{word}` asks with a plain request, which has no upgrade to lose")
}

/// The transport of an entry, and the balancer that it names; none of a word that is unknown.
fn read(item: &Choice<model::Prefer>) -> Option<(Transport, Option<&Text>)> {
    Some(match item {
        Choice::Plain(text) => {
            let (_, transport) = Transport::WORDS.iter().find(|(word, _)| word == text)?;
            (*transport, None)
        }
        Choice::One(model::Prefer::Websocket(name)) => (Transport::Websocket, Some(name)),
        Choice::One(model::Prefer::Sse(name)) => (Transport::Sse, Some(name)),
        Choice::One(model::Prefer::ShortPoll(name)) => (Transport::ShortPoll, Some(name)),
        Choice::One(model::Prefer::LongPoll(name)) => (Transport::LongPoll, Some(name)),
    })
}

/// Where a transport stands in the list of a crowd that prefers some.
pub(super) fn place(form: &model::Clients, transport: Transport) -> Option<At> {
    let mut list = form.prefer.iter().flat_map(|list| &list.value);
    let item = list.find(|item| read(&item.value).is_some_and(|(it, _)| it == transport))?;
    Some(item.at)
}

impl Section<'_, '_> {
    /// The transports of a crowd: the one that it prefers, the whole list, and how it is tried.
    pub(super) fn transports(
        &mut self,
        form: &model::Clients,
    ) -> (Transport, Vec<Preferred>, Option<Fallback>) {
        let Some(list) = &form.prefer else {
            self.without_list(form);
            return (self.word("transport", form.transport.as_ref()), Vec::new(), None);
        };
        if let Some(transport) = &form.transport {
            let says = "is written beside `prefer`, which lists the transports";
            let help = "take one of them out; the first of the list is what is tried first";
            self.wrong("second-key", "transport", transport.at, says, help);
        }
        let entries = self.entries(list);
        self.check_balancers(&entries);
        let blocked = self.blocked(form.blocked.as_ref(), &entries);
        let prefer = entries.iter().zip(blocked).map(|(&(transport, balancer, _), blocked)| {
            let balancer = balancer.map(|name| name.value.clone());
            Preferred { transport, balancer, blocked }
        });
        let prefer: Vec<Preferred> = prefer.collect();
        let word = |it: &Preferred| match &it.balancer {
            Some(name) => json!({ it.transport.word(): name }),
            None => Json::from(it.transport.word()),
        };
        self.doc.insert("prefer".to_owned(), prefer.iter().map(word).collect());
        let nothing = model::Fallback::default();
        let knobs = form.fallback.as_ref().unwrap_or(&nothing);
        let fallback = self.inside("fallback", |section| section.fallback(knobs));
        self.check_strip(form, &prefer, fallback.blocked_by);
        let first = prefer.first().map_or(Transport::Websocket, |it| it.transport);
        (first, prefer, Some(fallback))
    }

    fn fallback(&mut self, form: &model::Fallback) -> Fallback {
        let least = super::nodes::CLOSEST..=crate::engine::Span::FOREVER;
        Fallback {
            try_timeout: self.within("try_timeout", form.try_timeout.as_ref(), least),
            blocked_by: self.word("blocked_by", form.blocked_by.as_ref()),
            remember: self.or_else("unbounded", "remember", form.remember.as_ref(), Self::value),
        }
    }

    /// What is blocked by being stripped is stripped of something.
    fn check_strip(&mut self, form: &model::Clients, prefer: &[Preferred], by: BlockedBy) {
        let written = form.fallback.as_ref().and_then(|fallback| fallback.blocked_by.as_ref());
        let hit = |it: &&Preferred| it.blocked > Share(0.0) && cannot_be_stripped(it.transport, by);
        if let (Some(written), Some(hit)) = (written, prefer.iter().find(hit)) {
            let (word, says) = (hit.transport.word(), no_upgrade(hit.transport));
            let help = format!("{IN_PLACE_OF_STRIP}; or take `blocked.{word}` out");
            self.wrong("not-modelled", "fallback.blocked_by", written.at, &says, &help);
        }
    }

    /// Keys that mean nothing for a crowd with one transport.
    fn without_list(&mut self, form: &model::Clients) {
        let blocked = form.blocked.as_ref().map(|it| ("blocked", it.at()));
        let fallback = form.fallback.as_ref().map(|it| ("fallback", it.at()));
        for (key, at) in blocked.into_iter().chain(fallback) {
            let says = "is about the transports that a crowd prefers, and there is no list of them";
            let help = "write `prefer: [websocket, long_poll]` in place of `transport`";
            let at = at.unwrap_or(self.home());
            self.wrong("without-effect", key, at, says, help);
        }
    }

    /// The entries that can be read, each transport once.
    fn entries<'f>(
        &mut self,
        list: &'f Located<Vec<Located<Choice<model::Prefer>>>>,
    ) -> Vec<Entry<'f>> {
        let mut entries: Vec<Entry<'f>> = Vec::new();
        for item in &list.value {
            let Some((transport, balancer)) = self.entry(item) else { continue };
            if transport == Transport::ShortPoll {
                let says = "cannot hold `short_poll`: who asks now and then has nothing to try";
                let help = "write `long_poll`, or a crowd of its own with `transport: short_poll`";
                self.wrong("not-modelled", "prefer", item.at, says, help);
            } else if entries.iter().any(|entry| entry.0 == transport) {
                let says = format!("names `{}` twice", transport.word());
                self.wrong("duplicate-name", "prefer", item.at, &says, "keep one of the two");
            } else {
                entries.push((transport, balancer, item.at));
            }
        }
        if list.value.is_empty() {
            let help = "write `[websocket, long_poll]`, or `transport: websocket`";
            self.wrong("out-of-range", "prefer", list.at, "names no transport", help);
        }
        debug_assert!(entries.len() <= MOST);
        entries
    }

    fn entry<'f>(
        &mut self,
        item: &'f Located<Choice<model::Prefer>>,
    ) -> Option<(Transport, Option<&'f Text>)> {
        let read = read(&item.value);
        if let (None, Choice::Plain(text)) = (read, &item.value) {
            let text = Located { value: text.clone(), at: item.at };
            let held = Transport::WORDS.iter().filter(|it| it.1 != Transport::ShortPoll);
            self.no_word("prefer", &text, held.map(|(word, _)| *word));
        }
        read
    }

    /// Either all entries name their balancer, or none does.
    fn check_balancers(&mut self, entries: &[Entry<'_>]) {
        let named = entries.iter().find_map(|entry| entry.1);
        let plain = entries.iter().find(|entry| entry.1.is_none());
        if let (Some(name), Some(&(transport, _, at))) = (named, plain) {
            let word = transport.word();
            let message = format!("`{}` does not say where `{word}` goes", self.name_of("prefer"));
            let wrong = Diagnostic::error("missing-key", message).at(at);
            let wrong = wrong.context(name.at, "the balancer of another is named");
            let help = format!("write `{{ {word}: {} }}`, or the name of another", name.value);
            self.input.report(wrong.help(help));
        }
    }

    /// The share of users for whom each entry is blocked.
    fn blocked(&mut self, form: Option<&model::Blocked>, entries: &[Entry<'_>]) -> Vec<Share> {
        let nothing = model::Blocked::default();
        let form = form.unwrap_or(&nothing);
        let written = [
            (Transport::Websocket, form.websocket.as_ref()),
            (Transport::Sse, form.sse.as_ref()),
            (Transport::LongPoll, form.long_poll.as_ref()),
        ];
        for (transport, share) in written {
            let there = entries.iter().any(|entry| entry.0 == transport);
            // Nobody is blocked from what nobody tries.
            let some = share.filter(|share| share.read().is_ok_and(|it| it > Share(0.0)));
            if let Some(share) = some.filter(|_| !there) {
                let (word, text) = (transport.word(), shown(&share.text));
                let name = self.name_of(&format!("blocked.{word}"));
                let message = format!("`{name}` blocks it for {text}, but it is not in `prefer`");
                let wrong = Diagnostic::warning("without-effect", message).at(share.at);
                let help = format!("put `{word}` into the list, or take this out");
                self.input.report(wrong.help(help));
            }
        }
        let mut doc = Map::new();
        let shares = entries.iter().map(|entry| {
            let share = written.iter().find(|(transport, _)| *transport == entry.0);
            let key = format!("blocked.{}", entry.0.word());
            let bounds = Share(0.0)..=Share(1.0);
            let share = self.within(&key, share.and_then(|(_, share)| *share), bounds);
            self.doc.remove(&key);
            doc.insert(entry.0.word().to_owned(), Json::from(share.print()));
            share
        });
        let shares: Vec<Share> = shares.collect();
        self.doc.insert("blocked".to_owned(), Json::Object(doc));
        shares
    }
}
