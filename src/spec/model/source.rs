//! The forms of a producer outside the crowds.
use super::LawText;
use crate::{
    engine::Span,
    spec::{
        schema,
        written::{Choice, Located, Several, Text, Written},
    },
    units::{Bytes, Count, Factor, Rate},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// A producer outside the crowds, which publishes straight to its bus. It has exactly one of
/// `every`, `rate`, `bursts` and `arrivals`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Source {
    /// It publishes at this period, at least 1 us, from a phase on that is drawn for the run.
    pub every: Option<Written<Span>>,
    /// It publishes so many messages, at random: a Poisson process.
    pub rate: Option<Written<Rate>>,
    /// The same while it is on, and nothing while it is off.
    pub bursts: Option<Bursts>,
    /// It publishes at measured times: a file with a column `time`, in seconds from the start of
    /// the run, and maybe a column `user`, or a list of `{ time: 500ms, user: 3 }`.
    #[schemars(schema_with = "schema::arrivals")]
    pub arrivals: Option<Located<Several<Arrival>>>,
    /// Size of a message, `0B` to `1GB`; an empty one has its frame and heads all the same.
    pub payload: Option<Written<Bytes>>,
    /// Who gets a message: one `user`, each as likely, or by popularity (`{ user: { zipf: 1.1 } }`,
    /// the first of the crowd the most); `all`; a room (`{ room: 10 }`); or who subscribes to one
    /// topic (`{ topic: { topics: 1k, popularity: { zipf: 1 } } }`).
    pub to: Option<Located<Choice<SourceAudience>>>,
    /// The crowd that it reaches, by its name; needed only where its bus leads to several.
    #[schemars(schema_with = "schema::name")]
    pub clients: Option<Text>,
}

/// When a source that publishes in bursts does.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Bursts {
    /// Messages while it is on, a Poisson process.
    pub rate: Option<Written<Rate>>,
    /// How long it is on.
    pub on: Option<LawText>,
    /// How long it is off then.
    pub off: Option<LawText>,
}

/// A measured message.
#[derive(Clone, PartialEq, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Arrival {
    /// When it was published, from the start of the run.
    pub time: Option<Written<Span>>,
    /// For which user of the crowd, from 0; without it, as `to` says.
    pub user: Option<Written<Count>>,
}

/// Who gets a message of a source.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SourceAudience {
    /// One user: each as likely (`uniform`), or by popularity.
    User(Located<Choice<Popularity>>),
    /// All in one room of so many; every user is in one, each room is as likely.
    Room(Written<Count>),
    /// Who subscribes to a topic.
    Topic {
        /// How many topics there are.
        topics: Option<Written<Count>>,
        /// How likely each is: all alike (`uniform`), or by popularity.
        popularity: Option<Located<Choice<Popularity>>>,
    },
}

/// How likely each of several is to be meant.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Popularity {
    /// By Zipf's law with this exponent, 0 to 10: the k-th in proportion to k to the power of
    /// minus this.
    Zipf(Written<Factor>),
}
