//! Tree → typed form, by serde. The errors keep serde's own lists of valid names, so that
//! "did you mean" needs no parsing of messages, and each error gets the place of the innermost
//! node that it passes.
use super::{
    source::At,
    tree::{Entry, Key, Node, Value},
};
use serde::{
    de::{
        self, DeserializeSeed, Deserializer, EnumAccess, Expected, IntoDeserializer, MapAccess,
        SeqAccess, Unexpected, VariantAccess, Visitor, value::U32Deserializer,
    },
    forward_to_deserialize_any,
};
use std::{array, fmt, slice};

/// The name under which [`super::Located`] asks for a place and a value.
pub(super) const LOCATED: &str = "$located";

/// The name under which [`super::Choice`] asks for a text or a map of one key.
pub(super) const CHOICE: &str = "$choice";

/// The name under which [`super::Shorthand`] asks for a text or a map.
pub(super) const SHORTHAND: &str = "$shorthand";

/// Reads a typed form from a tree.
///
/// # Errors
/// The first mistake.
pub fn read<'de, T: de::Deserialize<'de>>(node: &'de Node) -> Result<T, Mistake> {
    T::deserialize(Reader(node))
}

/// What does not fit, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mistake {
    /// The innermost place; `None` only on the way there.
    pub at: Option<At>,
    /// What it is.
    pub kind: MistakeKind,
}

/// What does not fit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MistakeKind {
    /// A key that the form does not have.
    UnknownKey {
        /// The key.
        key: String,
        /// The keys it has.
        known: &'static [&'static str],
    },
    /// A choice that does not exist.
    UnknownChoice {
        /// The choice.
        choice: String,
        /// Those that exist.
        known: &'static [&'static str],
    },
    /// A key that must be there.
    Missing(&'static str),
    /// A map of one key is wanted here.
    NotOne {
        /// What the key can be, when it is known.
        known: &'static [&'static str],
        /// What stands here in place of it.
        found: &'static str,
    },
    /// A second key in a map of one key.
    SecondKey,
    /// A map is wanted here.
    NotMap {
        /// The keys it can have.
        known: &'static [&'static str],
        /// What stands here in place of it.
        found: &'static str,
    },
    /// A list is wanted here; the text says what stands here in place of it.
    NotList(&'static str),
    /// Something else is wanted here.
    Other(String),
}

impl Mistake {
    fn new(kind: MistakeKind) -> Self {
        Self { at: None, kind }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.kind)
    }
}

impl std::error::Error for Mistake {}

impl de::Error for Mistake {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(MistakeKind::Other(message.to_string()))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("expected {expected}, found {}", named(&found)))
    }

    fn unknown_field(key: &str, known: &'static [&'static str]) -> Self {
        Self::new(MistakeKind::UnknownKey { key: key.to_owned(), known })
    }

    fn unknown_variant(choice: &str, known: &'static [&'static str]) -> Self {
        Self::new(MistakeKind::UnknownChoice { choice: choice.to_owned(), known })
    }

    fn missing_field(key: &'static str) -> Self {
        Self::new(MistakeKind::Missing(key))
    }
}

fn named(found: &Unexpected<'_>) -> &'static str {
    if *found == Unexpected::Unit {
        "nothing"
    } else if *found == Unexpected::Seq {
        "a list"
    } else if *found == Unexpected::Map {
        "a map"
    } else {
        "a single value"
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Text(_) => "a single value",
        Value::List(_) => "a list",
        Value::Map(_) => "a map",
    }
}

fn placed<T>(result: Result<T, Mistake>, at: At) -> Result<T, Mistake> {
    result.map_err(|mistake| Mistake { at: mistake.at.or(Some(at)), ..mistake })
}

#[derive(Clone, Copy)]
struct Reader<'de>(&'de Node);

impl<'de> Reader<'de> {
    fn any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match &self.0.value {
            Value::Null => visitor.visit_unit(),
            Value::Text(text) => visitor.visit_str(text),
            Value::List(items) => visitor.visit_seq(Items(items.iter())),
            Value::Map(entries) => visitor.visit_map(Entries::new(entries)),
        }
    }

    fn keys<V: Visitor<'de>>(
        self,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        match &self.0.value {
            Value::Map(entries) => visitor.visit_map(Entries::new(entries)),
            Value::Null => visitor.visit_map(Entries::new(&[])),
            value @ (Value::Text(_) | Value::List(_)) => {
                Err(Mistake::new(MistakeKind::NotMap { known, found: kind(value) }))
            }
        }
    }

    fn one<V: Visitor<'de>>(
        self,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        match &self.0.value {
            Value::Map(entries) if !entries.is_empty() => visitor.visit_enum(One(entries)),
            value @ (Value::Null | Value::Text(_) | Value::List(_) | Value::Map(_)) => {
                Err(Mistake::new(MistakeKind::NotOne { known, found: kind(value) }))
            }
        }
    }

    fn items<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match &self.0.value {
            Value::List(items) => visitor.visit_seq(Items(items.iter())),
            Value::Null => visitor.visit_seq(Items([].iter())),
            value @ (Value::Text(_) | Value::Map(_)) => {
                Err(Mistake::new(MistakeKind::NotList(kind(value))))
            }
        }
    }

    fn text_or_one<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self.0.text() {
            Some(text) => visitor.visit_str(text),
            None => self.one(&[], visitor),
        }
    }
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = Mistake;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        placed(self.any(visitor), self.0.at)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        let result = match name {
            LOCATED => visitor.visit_seq(Located::new(self.0.at, self)),
            CHOICE => self.text_or_one(visitor),
            SHORTHAND => match self.0.text() {
                Some(text) => visitor.visit_str(text),
                None => visitor.visit_newtype_struct(self),
            },
            _ => visitor.visit_newtype_struct(self),
        };
        placed(result, self.0.at)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        placed(self.keys(known, visitor), self.0.at)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        placed(self.keys(&[], visitor), self.0.at)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        placed(self.items(visitor), self.0.at)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        placed(self.one(known, visitor), self.0.at)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct tuple tuple_struct identifier ignored_any
    }
}

/// The name of a key.
#[derive(Clone, Copy)]
struct KeyReader<'de>(&'de Key);

impl<'de> Deserializer<'de> for KeyReader<'de> {
    type Error = Mistake;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        placed(visitor.visit_str(&self.0.text), self.0.at)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        match name {
            LOCATED => visitor.visit_seq(Located::new(self.0.at, self)),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        option unit unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// A place's three numbers, then the value.
struct Located<D> {
    place: array::IntoIter<u32, 3>,
    value: Option<D>,
}

impl<D> Located<D> {
    fn new(at: At, value: D) -> Self {
        let place = [u32::from(at.source), at.start, at.end].into_iter();
        Self { place, value: Some(value) }
    }
}

impl<'de, D: Deserializer<'de, Error = Mistake>> SeqAccess<'de> for Located<D> {
    type Error = Mistake;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Mistake> {
        if let Some(number) = self.place.next() {
            let number: U32Deserializer<Mistake> = number.into_deserializer();
            return seed.deserialize(number).map(Some);
        }
        self.value.take().map(|value| seed.deserialize(value)).transpose()
    }
}

struct Items<'de>(slice::Iter<'de, Node>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Mistake;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Mistake> {
        self.0.next().map(|item| seed.deserialize(Reader(item))).transpose()
    }
}

struct Entries<'de> {
    rest: slice::Iter<'de, Entry>,
    value: Option<&'de Node>,
}

impl<'de> Entries<'de> {
    fn new(entries: &'de [Entry]) -> Self {
        Self { rest: entries.iter(), value: None }
    }
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Mistake;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Mistake> {
        let Some(entry) = self.rest.next() else {
            return Ok(None);
        };
        self.value = Some(&entry.value);
        seed.deserialize(KeyReader(&entry.key)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Mistake> {
        let value = self.value.take().ok_or_else(|| de::Error::custom("no key was read"))?;
        seed.deserialize(Reader(value))
    }
}

/// A map of one key that chooses a form.
struct One<'de>(&'de [Entry]);

impl<'de> EnumAccess<'de> for One<'de> {
    type Error = Mistake;
    type Variant = Reader<'de>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Reader<'de>), Mistake> {
        let choice = seed.deserialize(KeyReader(&self.0[0].key))?;
        if let Some(second) = self.0.get(1) {
            return placed(Err(Mistake::new(MistakeKind::SecondKey)), second.key.at);
        }
        Ok((choice, Reader(&self.0[0].value)))
    }
}

impl<'de> VariantAccess<'de> for Reader<'de> {
    type Error = Mistake;

    fn unit_variant(self) -> Result<(), Mistake> {
        self.keys(&[], de::IgnoredAny).map(|_| ())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Mistake> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Mistake> {
        self.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        placed(self.keys(known, visitor), self.0.at)
    }
}
