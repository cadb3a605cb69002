//! What decides a storm: when clients try again, and how the way in refuses them.
use super::{
    nodes::{CLOSEST, at_either},
    section::{Section, Word},
};
use crate::{
    engine::Span,
    node::parameters::{Admission, Answer, Jitter, Preset, Reconnect, Refusal, Start, Transport},
    spec::{
        Choice, Diagnostic, Located, Shorthand, Text, Written,
        model::{self, LawText},
    },
    units::{Factor, Quantity, Share, shown},
};

type Form<'f> = Option<&'f Located<Shorthand<model::Reconnect>>>;

impl Section<'_, '_> {
    /// What a crowd does after losing its connection: a library by its name, or a law.
    pub(super) fn reconnect(&mut self, transport: Transport, written: Form<'_>) -> Reconnect {
        let nothing = model::Reconnect::default();
        let (form, name) = match written.map(|written| (&written.value, written.at)) {
            // What a browser does by itself.
            None if transport == Transport::Sse => {
                let value = Preset::EventSource.word().to_owned();
                (&nothing, Some(Located { value, at: self.home() }))
            }
            None => (&nothing, None),
            Some((Shorthand::Plain(text), at)) => {
                (&nothing, Some(Located { value: text.clone(), at }))
            }
            Some((Shorthand::Map(form), _)) => (form, form.preset.clone()),
        };
        self.inside("reconnect", |section| match &name {
            Some(name) => section.library(form, name),
            None => section.backoff(form),
        })
    }

    fn library(&mut self, form: &model::Reconnect, name: &Text) -> Reconnect {
        let lower = Located { value: name.value.to_ascii_lowercase(), at: name.at };
        let preset: Preset = self.word("preset", Some(&lower));
        let fixed = [
            ("base", form.base.as_ref().map(|written| written.at)),
            ("cap", form.cap.as_ref().map(|written| written.at)),
            ("factor", form.factor.as_ref().map(|written| written.at)),
            ("jitter", form.jitter.as_ref().map(|written| written.at)),
        ];
        for (key, at) in fixed {
            if let Some(at) = at {
                let message =
                    format!("`{}` is fixed by the preset `{}`", self.name_of(key), preset.word());
                let wrong = Diagnostic::error("second-key", message).at(at);
                self.input.report(wrong.context(name.at, "the preset").help(
                    "take one of them out; `reconnect: NAME` replaces a whole map by a preset",
                ));
            }
        }
        let own = preset.reconnect();
        Reconnect {
            timeout: self.or("timeout", form.timeout.as_ref(), own.timeout),
            attempts: match (&form.attempts, own.attempts) {
                (None, Some(attempts)) => {
                    self.put("attempts", &attempts.to_string());
                    Some(attempts)
                }
                (written, _) => self.attempts(written.as_ref()),
            },
            reset_after: match (&form.reset_after, own.reset_after) {
                (None, own) => {
                    self.put("reset_after", &own.print());
                    own
                }
                (written, _) => self.value("reset_after", written.as_ref()),
            },
            retry_after: self.word("retry_after", form.retry_after.as_ref()),
            on_503: match &form.on_503 {
                None => {
                    self.put("on_503", own.on_503.word());
                    own.on_503
                }
                written => self.word("on_503", written.as_ref()),
            },
            ..own
        }
    }

    fn or(&mut self, key: &str, written: Option<&Written<Span>>, own: Span) -> Span {
        if written.is_some() {
            return self.within(key, written, CLOSEST..=Span::FOREVER);
        }
        self.put(key, &own.print());
        own
    }

    fn attempts(&mut self, written: Option<&Written<crate::units::Count>>) -> Option<u32> {
        self.or_never("attempts", written, |section, key, written| {
            section.whole(key, written, 1..=u32::MAX)
        })
    }

    fn backoff(&mut self, form: &model::Reconnect) -> Reconnect {
        let before = self.input.errors();
        let reconnect = Reconnect {
            base: self.positive("base", form.base.as_ref()),
            cap: self.positive("cap", form.cap.as_ref()),
            factor: self.within("factor", form.factor.as_ref(), Factor(1.0)..=Factor(1e3)).0,
            jitter: self.jitter(form.jitter.as_ref()),
            preset: None,
            timeout: self.within("timeout", form.timeout.as_ref(), CLOSEST..=Span::FOREVER),
            attempts: self.attempts(form.attempts.as_ref()),
            reset_after: self.value("reset_after", form.reset_after.as_ref()),
            retry_after: self.word("retry_after", form.retry_after.as_ref()),
            on_503: self.word("on_503", form.on_503.as_ref()),
        };
        if self.input.errors() == before && reconnect.cap < reconnect.base {
            let (base, cap) = (reconnect.base.print(), reconnect.cap.print());
            let message =
                format!("`{}` is {cap}, less than its base of {base}", self.name_of("cap"));
            let wrong = Diagnostic::error("out-of-range", message);
            let wrong = at_either(wrong, form.cap.as_ref(), form.base.as_ref());
            self.input.report(wrong.help("the cap bounds a delay that begins at the base"));
        }
        reconnect
    }

    fn jitter(&mut self, written: Option<&Located<Choice<model::Jitter>>>) -> Jitter {
        let Some(Located { value, at }) = written else { return self.word("jitter", None) };
        match value {
            Choice::Plain(text) => {
                let text = Located { value: text.clone(), at: *at };
                self.word_beside("jitter", &text, "proportional")
            }
            Choice::One(model::Jitter::Proportional(share)) => self.inside("jitter", |section| {
                let bounds = Share(0.0)..=Share(1.0);
                Jitter::Proportional(section.within("proportional", Some(share), bounds))
            }),
        }
    }

    /// How a crowd stands when the run begins.
    pub(super) fn start(&mut self, written: Option<&Located<Choice<model::Start>>>) -> Start {
        let Some(Located { value, at }) = written else { return self.word("start", None) };
        match value {
            Choice::Plain(text) => {
                let text = Located { value: text.clone(), at: *at };
                self.word_beside("start", &text, "ramp")
            }
            Choice::One(model::Start::Ramp(over)) => {
                self.inside("start", |section| Start::Ramp(section.positive("ramp", Some(over))))
            }
        }
    }

    /// How an instance refuses.
    pub(super) fn refusal(
        &mut self,
        when_full: Option<&Text>,
        retry_after: Option<&LawText>,
    ) -> Refusal {
        let answer: Answer = self.word("when_full", when_full);
        let hint = self.law_or_never("retry_after", retry_after);
        if let (Some(text), Some(_)) = (retry_after, &hint)
            && !answer.is_status()
        {
            let message = format!(
                "`{}` is never sent: the answer is `{}`",
                self.name_of("retry_after"),
                answer.word()
            );
            let wrong = Diagnostic::error("second-key", message).at(text.at);
            self.input.report(wrong.help("write `when_full: 503`, which can carry it"));
        }
        Refusal { answer, retry_after: hint }
    }

    /// A balancer answers; it drops no packets.
    pub(super) fn balancer_refusal(
        &mut self,
        when_full: Option<&Text>,
        retry_after: Option<&LawText>,
    ) -> Refusal {
        let refusal = self.refusal(when_full, retry_after);
        if let Some(text) = when_full
            && refusal.answer == Answer::Drop
        {
            let says = format!("is `{}`; only gateways are modelled to drop", shown(&text.value));
            self.wrong("not-modelled", "when_full", text.at, &says, "write `reset` or `503`");
        }
        refusal
    }

    /// How many attempts a balancer lets through.
    pub(super) fn admission(
        &mut self,
        written: Option<&Located<Choice<model::Admission>>>,
    ) -> Option<Admission> {
        let Some(Located { value, at }) = written else {
            self.put("admission", "all");
            return None;
        };
        let form = match value {
            Choice::Plain(text) if text == "all" => {
                self.put("admission", "all");
                return None;
            }
            Choice::Plain(text) => {
                let text = Located { value: text.clone(), at: *at };
                let known = ["all", "token_bucket", "batches", "ramp"];
                self.no_word("admission", &text, known.into_iter());
                return None;
            }
            Choice::One(form) => form,
        };
        Some(self.inside("admission", |section| section.admission_law(form)))
    }

    fn admission_law(&mut self, form: &model::Admission) -> Admission {
        match form {
            model::Admission::TokenBucket { rate, burst } => {
                self.inside("token_bucket", |section| Admission::TokenBucket {
                    rate: section.positive("rate", rate.as_ref()),
                    burst: section.whole("burst", burst.as_ref(), 1..=u32::MAX),
                })
            }
            model::Admission::Batches { size, every } => {
                self.inside("batches", |section| Admission::Batches {
                    size: section.whole("size", size.as_ref(), 1..=u32::MAX),
                    every: section.within("every", every.as_ref(), CLOSEST..=Span::FOREVER),
                })
            }
            model::Admission::Ramp { from, to, start, over } => {
                self.inside("ramp", |section| Admission::Ramp {
                    from: section.value("from", from.as_ref()),
                    to: section.positive("to", to.as_ref()),
                    start: section.value("start", start.as_ref()),
                    over: section.value("over", over.as_ref()),
                })
            }
        }
    }
}
