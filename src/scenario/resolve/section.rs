//! One map of the resolved document and what is read into it. Each value is read from what is
//! written or from the default, checked, and put down as it can be read again; so the document
//! holds exactly what the run gets.
use super::{super::defaults, words};
use crate::{
    engine::{Law, Span},
    spec::{At, Diagnostic, Input, Text, Written, suggest},
    units::{Count, Quantity, Unreadable, shown},
};
use serde_json::{Map, Value as Json};
use std::ops::RangeInclusive;

/// A map of the document in the making.
pub(super) struct Section<'s, 'r> {
    /// Where mistakes are reported.
    pub(super) input: &'s mut Input<'r>,
    /// What has been put down so far.
    pub(super) doc: Map<String, Json>,
    /// The path of its defaults: `clients.heartbeat`.
    form: String,
    /// How messages call it: `phones.heartbeat`; empty at the top.
    name: String,
    /// Where a missing key is reported.
    home: At,
    /// Defaults that take the place of those of the table, by their whole keys.
    instead: &'static [(&'static str, &'static str)],
}

/// A word of a closed set, such as a jitter law.
pub(super) trait Word: Copy + PartialEq + 'static {
    /// The words and what they mean.
    const WORDS: &'static [(&'static str, Self)];

    /// The word of a meaning.
    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, meaning)| *meaning == self).map_or("", |(word, _)| word)
    }
}

impl<'s, 'r> Section<'s, 'r> {
    /// An empty section with the defaults of a form.
    pub(super) fn new(input: &'s mut Input<'r>, form: &str, name: &str, home: At) -> Self {
        let (form, name) = (form.to_owned(), name.to_owned());
        Self { input, doc: Map::new(), form, name, home, instead: &[] }
    }

    /// From here on these defaults take the place of those of the table.
    pub(super) fn instead(&mut self, defaults: &'static [(&'static str, &'static str)]) {
        self.instead = defaults;
    }

    /// Reads a section within this one.
    pub(super) fn inside<T>(&mut self, key: &str, read: impl FnOnce(&mut Section) -> T) -> T {
        let (form, name) = (self.form_of(key), self.name_of(key));
        let home = self.input.map(&name).unwrap_or(self.home);
        let mut inner = Section::new(self.input, &form, &name, home);
        inner.instead = self.instead;
        let result = read(&mut inner);
        let doc = inner.doc;
        self.doc.insert(key.to_owned(), Json::Object(doc));
        result
    }

    fn form_of(&self, key: &str) -> String {
        format!("{}.{key}", self.form)
    }

    /// Where missing keys are reported.
    pub(super) fn home(&self) -> At {
        self.home
    }

    /// How messages call it.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// How messages call a key.
    pub(super) fn name_of(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    /// The default of a key.
    pub(super) fn default(&self, key: &str) -> Option<&'static str> {
        let form = self.form_of(key);
        let instead = self.instead.iter().find(|(known, _)| *known == form);
        instead.map_or_else(
            || defaults::of(&form).map(|default| default.text),
            |(_, text)| Some(*text),
        )
    }

    /// Puts a value down; plain numbers as numbers.
    pub(super) fn put(&mut self, key: &str, text: &str) {
        self.doc.insert(key.to_owned(), json(text));
    }

    /// Reports a mistake in a value; the message begins with its name.
    pub(super) fn wrong(&mut self, code: &'static str, key: &str, at: At, says: &str, help: &str) {
        let message = format!("`{}` {says}", self.name_of(key));
        let wrong = Diagnostic::error(code, message).at(at);
        self.input.report(if help.is_empty() { wrong } else { wrong.help(help) });
    }

    /// Reports a key that must be written.
    pub(super) fn missing(&mut self, key: &str, what: &str, example: &str) {
        let name = self.name_of(key);
        let unread = self.input.broken && self.name.is_empty();
        if unread || self.input.cut.contains(&name) {
            return;
        }
        let message = format!("`{name}` is missing");
        let wrong = Diagnostic::error("missing-key", message).at(self.home);
        self.input.report(wrong.help(format!("write {what}: `{key}: {example}`")));
    }

    /// Whether one of several keys was written and could not be read.
    pub(super) fn was_cut<const N: usize>(&self, keys: [&str; N]) -> bool {
        keys.iter().any(|key| self.input.cut.contains(&self.name_of(key)))
    }

    /// Reports a text that is no quantity.
    pub(super) fn unreadable<Q: Quantity>(&mut self, key: &str, at: At, why: &Unreadable) {
        let says = format!("is {}; {}", Q::WHAT, why.message);
        self.wrong(why.code, key, at, &says, &why.advice(Q::WHAT, Q::EXAMPLE));
    }

    /// A quantity.
    pub(super) fn value<Q>(&mut self, key: &str, written: Option<&Written<Q>>) -> Q
    where
        Q: Quantity + Default,
    {
        let value = self.read(key, written).unwrap_or_default();
        self.put(key, &value.print());
        value
    }

    fn read<Q: Quantity>(&mut self, key: &str, written: Option<&Written<Q>>) -> Option<Q> {
        let Some(written) = written else {
            let Some(text) = self.default(key) else {
                self.missing(key, Q::WHAT, Q::EXAMPLE);
                return None;
            };
            return Q::read(text).ok();
        };
        match written.read() {
            Ok(value) => Some(value),
            Err(why) => {
                self.unreadable::<Q>(key, written.at, &why);
                None
            }
        }
    }

    /// A constant law from a default.
    pub(super) fn fixed(&mut self, key: &str, text: &str) -> Law {
        self.put(key, text);
        Law::Constant(Span::read(text).unwrap_or_default().float())
    }

    /// A quantity within bounds.
    pub(super) fn within<Q>(
        &mut self,
        key: &str,
        written: Option<&Written<Q>>,
        bounds: RangeInclusive<Q>,
    ) -> Q
    where
        Q: Quantity + Default,
    {
        let Some(value) = self.read(key, written) else { return Q::default() };
        self.put(key, &value.print());
        let (low, high) = bounds.into_inner();
        let bound = if value < low {
            format!("at least {}", low.tell())
        } else if value > high {
            format!("at most {}", high.tell())
        } else {
            return value;
        };
        if let Some(written) = written {
            let says = format!("must be {bound}; this is {}", shown(&written.text));
            self.wrong("out-of-range", key, written.at, &says, "");
        }
        low
    }

    /// A quantity above zero.
    pub(super) fn positive<Q>(&mut self, key: &str, written: Option<&Written<Q>>) -> Q
    where
        Q: Quantity + Default,
    {
        let Some(value) = self.read(key, written) else { return Q::default() };
        self.put(key, &value.print());
        if let Some(written) = written
            && value <= Q::default()
        {
            self.wrong("out-of-range", key, written.at, "must be more than zero", "");
        }
        value
    }

    /// A whole number of 16 bits within bounds.
    pub(super) fn short(
        &mut self,
        key: &str,
        written: Option<&Written<Count>>,
        bounds: RangeInclusive<u16>,
    ) -> u16 {
        let bounds = Count(u64::from(*bounds.start()))..=Count(u64::from(*bounds.end()));
        u16::try_from(self.within(key, written, bounds).0).unwrap_or(u16::MAX)
    }

    /// A whole number of 32 bits within bounds.
    pub(super) fn whole(
        &mut self,
        key: &str,
        written: Option<&Written<Count>>,
        bounds: RangeInclusive<u32>,
    ) -> u32 {
        let bounds = Count(u64::from(*bounds.start()))..=Count(u64::from(*bounds.end()));
        u32::try_from(self.within(key, written, bounds).0).unwrap_or(u32::MAX)
    }

    /// A quantity, or `never`, which is `None`.
    pub(super) fn or_never<Q, T>(
        &mut self,
        key: &str,
        written: Option<&Written<Q>>,
        read: impl FnOnce(&mut Self, &str, Option<&Written<Q>>) -> T,
    ) -> Option<T> {
        self.or_else("never", key, written, read)
    }

    /// A quantity, or a word that stands for there being none.
    pub(super) fn or_else<Q, T>(
        &mut self,
        word: &'static str,
        key: &str,
        written: Option<&Written<Q>>,
        read: impl FnOnce(&mut Self, &str, Option<&Written<Q>>) -> T,
    ) -> Option<T> {
        let text = written.map_or_else(|| self.default(key), |written| Some(written.text.as_str()));
        if text.is_some_and(|text| text == word) {
            self.put(key, word);
            return None;
        }
        Some(read(self, key, written))
    }

    /// A word of a closed set.
    pub(super) fn word<W: Word>(&mut self, key: &str, written: Option<&Text>) -> W {
        let text = written.map_or_else(|| self.default(key), |text| Some(&text.value));
        let meaning = |text: &str| W::WORDS.iter().find(|(word, _)| *word == text);
        let (word, meaning) = match (text.and_then(meaning), written) {
            (Some(found), _) => *found,
            (None, Some(text)) => {
                self.no_word(key, text, W::WORDS.iter().map(|(word, _)| *word));
                W::WORDS[0]
            }
            (None, None) => W::WORDS[0],
        };
        self.put(key, word);
        meaning
    }

    /// A word of a closed set where a map of the key `map` can stand, too.
    pub(super) fn word_beside<W: Word>(&mut self, key: &str, text: &Text, map: &'static str) -> W {
        let known = W::WORDS.iter().map(|(word, _)| *word);
        if known.clone().any(|word| word == text.value) {
            return self.word(key, Some(text));
        }
        self.no_word(key, text, known.chain([map]));
        W::WORDS[0].1
    }

    /// A word of which only one is modelled so far.
    pub(super) fn only(&mut self, key: &str, written: Option<&Text>) {
        let word = words::only(&self.form_of(key)).unwrap_or_default();
        if let Some(text) = written.filter(|text| text.value != word) {
            let says = format!("is `{}`; only `{word}` is modelled", shown(&text.value));
            let help = format!("write `{key}: {word}`, or leave it out");
            self.wrong("not-modelled", key, text.at, &says, &help);
        }
        self.put(key, word);
    }

    /// Reports a word that is not one of a set.
    pub(super) fn no_word(
        &mut self,
        key: &str,
        text: &Text,
        words: impl Iterator<Item = &'static str> + Clone,
    ) {
        let word = &text.value;
        let help = if words.clone().any(|it| it == word) {
            format!("`{word}` is a map with keys of its own: `{{ {word}: … }}`")
        } else {
            suggest::help(word, words, "the choices are")
        };
        let says = format!("cannot be `{}`", shown(&text.value));
        self.wrong("unknown-choice", key, text.at, &says, &help);
    }
}

/// A text as a document holds it: plain numbers as numbers, all else as text.
pub(in crate::scenario) fn json(text: &str) -> Json {
    if let Ok(whole) = text.parse::<u64>() {
        return Json::from(whole);
    }
    match text.parse::<f64>() {
        Ok(float) if float.is_finite() && text.starts_with(|c: char| c.is_ascii_digit()) => {
            Json::from(float)
        }
        _ => Json::from(text),
    }
}
