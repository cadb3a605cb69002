//! Users who come and go, and what they read and send until it is acknowledged.
use super::section::Section;
use crate::{
    engine::Span,
    node::parameters::{Acknowledged, Audience, Ids, Notify, Reading, Scope, Visits},
    scenario::resolve::nodes::{CLOSEST, MOST_USERS},
    spec::{Choice, Located, Written, model},
};

/// The default of `clients.sends.retry_after`.
const RETRY_AFTER: Span = Span::from_secs(10);

impl Section<'_, '_> {
    /// When the users of a crowd are there.
    pub(super) fn visits(&mut self, form: &model::Clients, visits: &model::Visits) -> Visits {
        if form.sessions.is_some() {
            let says = "is for a closed crowd; here `sessions` is an open stream";
            let help = "a session comes once; say how long it stays in `sessions`";
            self.wrong("second-key", "visits", self.home(), says, help);
        }
        self.inside("visits", |section| Visits {
            stay: section.positive_law("stay", visits.stay.as_ref()),
            away: section.positive_law("away", visits.away.as_ref()),
        })
    }

    /// How long after a loss a user can resume.
    pub(super) fn resume_window(&mut self, written: Option<&Written<Span>>) -> Option<Span> {
        self.or_else("unbounded", "resume_window", written, Section::positive)
    }

    /// How a client handles what it gets.
    pub(super) fn reading(&mut self, form: &model::Clients) -> Reading {
        let every = form.acknowledge_every.as_ref();
        Reading {
            acknowledge_every: self.short("acknowledge_every", every, 1..=u16::MAX),
            dedup: self.word("dedup", form.dedup.as_ref()),
        }
    }

    /// Who gets what a crowd sends.
    pub(super) fn audience(
        &mut self,
        written: Option<&Located<Choice<model::Audience>>>,
    ) -> Audience {
        match written.map(|written| (&written.value, written.at)) {
            None => self.put("to", "direct"),
            Some((Choice::Plain(text), _)) if text == "direct" => self.put("to", "direct"),
            Some((Choice::Plain(text), _)) if text == "all" => {
                self.put("to", "all");
                return Audience::All;
            }
            Some((Choice::Plain(text), at)) => {
                let text = Located { value: text.clone(), at };
                self.no_word("to", &text, ["direct", "all", "room"].into_iter());
            }
            Some((Choice::One(model::Audience::Room(size)), _)) => {
                return self.inside("to", |section| {
                    Audience::Room(section.whole("room", Some(size), 2..=MOST_USERS))
                });
            }
        }
        Audience::Direct
    }

    /// Whether and how sends are acknowledged.
    pub(super) fn acknowledged(&mut self, form: &model::Sends) -> Option<Acknowledged> {
        let kept: bool = self.word("acknowledged", form.acknowledged.as_ref());
        let written = form.retry_after.as_ref();
        let retry_after = self.within("retry_after", written, CLOSEST..=Span::FOREVER);
        let ids = self.word("ids", form.ids.as_ref());
        let others = [
            ("retry_after", form.retry_after.as_ref().map(|it| it.at), retry_after != RETRY_AFTER),
            ("ids", form.ids.as_ref().map(|it| it.at), ids != Ids::Idempotent),
        ];
        for (key, at, changes) in others {
            if let Some(at) = at.filter(|_| changes && !kept) {
                let says = "says how a message is sent again, but none is acknowledged";
                self.wrong("without-effect", key, at, says, "write `acknowledged: true` beside it");
            }
        }
        kept.then_some(Acknowledged { retry_after, ids })
    }

    /// Whether an inbox calls users who are away.
    pub(super) fn notify(
        &mut self,
        scope: Scope,
        written: Option<&Located<Choice<model::Notify>>>,
    ) -> Option<Notify> {
        if scope == Scope::User {
            self.put("notify", "pull");
            let calls = written.filter(|written| match &written.value {
                Choice::Plain(word) => word != "pull",
                Choice::One(_) => true,
            });
            if let Some(written) = calls {
                let says = "is for an inbox; this buffer holds what users resume from";
                self.wrong("without-effect", "notify", written.at, says, "write `scope: inbox`");
            }
            return None;
        }
        match written.map(|written| (&written.value, written.at)) {
            None => self.put("notify", "pull"),
            Some((Choice::Plain(text), _)) if text == "pull" => self.put("notify", "pull"),
            Some((Choice::Plain(text), at)) => {
                let text = Located { value: text.clone(), at };
                self.no_word("notify", &text, ["pull", "push"].into_iter());
            }
            Some((Choice::One(model::Notify::Push { opens, after }), _)) => {
                return Some(self.inside("notify", |section| {
                    section.inside("push", |section| Notify {
                        opens: section.value("opens", opens.as_ref()),
                        after: section.law("after", after.as_ref()),
                    })
                }));
            }
        }
        None
    }
}
