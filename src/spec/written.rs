//! What a typed form holds: values as written, with their places. They can be read only from our
//! own trees ([`super::typed`]), which know the two names below.
use super::{
    source::At,
    typed::{CHOICE, LOCATED, SHORTHAND},
};
use crate::units::{Quantity, Unreadable};
use serde::de::{
    Deserialize, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, Visitor,
    value::EnumAccessDeserializer,
};
use std::{fmt, marker::PhantomData};

/// A value and its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub at: At,
}

/// A text and its place: a name, a word, a path.
pub type Text = Located<String>;

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Located<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(LOCATED, LocatedVisitor(PhantomData))
    }
}

struct LocatedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for LocatedVisitor<T> {
    type Value = Located<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value with a place")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Located<T>, A::Error> {
        let short = || A::Error::custom("a place has three numbers");
        let source = parts.next_element()?.ok_or_else(short)?;
        let start = parts.next_element()?.ok_or_else(short)?;
        let end = parts.next_element()?.ok_or_else(short)?;
        let value = parts.next_element()?.ok_or_else(short)?;
        Ok(Located { value, at: At { source, start, end } })
    }
}

/// The text of a quantity, to be read as `Q` when the scenario is resolved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Written<Q> {
    /// What is written.
    pub text: String,
    /// Where it stands.
    pub at: At,
    quantity: PhantomData<Q>,
}

impl<Q: Quantity> Written<Q> {
    /// Reads the quantity.
    ///
    /// # Errors
    /// The text is no such quantity.
    pub fn read(&self) -> Result<Q, Unreadable> {
        Q::read(&self.text)
    }
}

impl<'de, Q: Quantity> Deserialize<'de> for Written<Q> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Located { value: Raw(text, _), at } = Located::<Raw<Q>>::deserialize(deserializer)?;
        Ok(Self { text, at, quantity: PhantomData })
    }
}

/// The bare text of a quantity.
struct Raw<Q>(String, PhantomData<Q>);

impl<'de, Q: Quantity> Deserialize<'de> for Raw<Q> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = deserializer.deserialize_str(RawVisitor(Q::WHAT))?;
        Ok(Self(text, PhantomData))
    }
}

struct RawVisitor(&'static str);

impl Visitor<'_> for RawVisitor {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }
}

/// Either a plain text or a map of one key that says which.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Choice<T> {
    /// `round_robin`, `40ms`.
    Plain(String),
    /// `{ lognormal: { … } }`.
    One(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Choice<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(CHOICE, ChoiceVisitor(PhantomData))
    }
}

struct ChoiceVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ChoiceVisitor<T> {
    type Value = Choice<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a single value or a map of one key")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Choice<T>, E> {
        Ok(Choice::Plain(text.to_owned()))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Choice<T>, A::Error> {
        T::deserialize(EnumAccessDeserializer::new(data)).map(Choice::One)
    }
}

/// Either a plain text, which stands for a map, or that map.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Shorthand<T> {
    /// `socket.io`.
    Plain(String),
    /// `{ preset: socket.io, timeout: 5s }`.
    Map(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Shorthand<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(SHORTHAND, ShorthandVisitor(PhantomData))
    }
}

struct ShorthandVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ShorthandVisitor<T> {
    type Value = Shorthand<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a single value or a map")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Shorthand<T>, E> {
        Ok(Shorthand::Plain(text.to_owned()))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Shorthand<T>, D::Error> {
        T::deserialize(deserializer).map(Shorthand::Map)
    }
}

/// A map whose keys are names of the writer's own, in their order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Named<T>(pub Vec<(Text, T)>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(NamedVisitor(PhantomData))
    }
}

struct NamedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for NamedVisitor<T> {
    type Value = Named<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of names")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Named<T>, A::Error> {
        let mut named = Vec::new();
        while let Some(entry) = map.next_entry()? {
            named.push(entry);
        }
        Ok(Named(named))
    }
}

/// One value or a list of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Several<T> {
    /// A single text.
    One(String),
    /// A list.
    Many(Vec<T>),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Several<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SeveralVisitor(PhantomData))
    }
}

struct SeveralVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for SeveralVisitor<T> {
    type Value = Several<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a single value or a list")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Several<T>, E> {
        Ok(Several::One(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Several<T>, A::Error> {
        let mut many = Vec::new();
        while let Some(item) = items.next_element()? {
            many.push(item);
        }
        Ok(Several::Many(many))
    }
}
