//! What the values of forms look like to an editor: JSON Schema for texts with places, quantities,
//! choices and named maps. What a key means is said where the key is; which words it takes and what
//! it is by default is added where they are known.
use super::{
    model::{
        Admission, Audience, Jitter, Law, Notify, Policy, Popularity, SourceAudience, Start, Tabs,
        source::Arrival,
    },
    written::{Choice, Located, Named, Several, Shorthand, Written},
};
use crate::{
    engine::Span,
    units::{Count, Quantity},
};
use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings, json_schema};
use serde_json::{Value as Json, json};
use std::borrow::Cow;

/// What names are: of nodes, and of entries of the timeline.
pub const NAME: &str = "^[A-Za-z][A-Za-z0-9_-]{0,63}$";

/// What links are: `a -> b`.
pub const LINK: &str = "^[A-Za-z][A-Za-z0-9_-]* *(->|→) *[A-Za-z][A-Za-z0-9_-]*$";

/// The title of what is a word or a map of one key.
pub const WORD_OR_MAP: &str = "word or map";

/// Where the schema of a form says what laws there are.
const LAW: &str = "#/definitions/law";

/// The schema of a form, with what its types alone say. It is in one piece but for the laws.
pub fn of<T: JsonSchema>() -> Json {
    let settings = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true);
    let mut generator = settings.into_generator();
    let law = generator.subschema_for::<Law>();
    let mut root = generator.into_root_schema_for::<T>().to_value();
    root["definitions"] = json!({ "law": law });
    root
}

/// A quantity: its texts, and the numbers that mean one.
fn quantity<Q: Quantity>() -> Schema {
    let what = Q::WHAT.trim_start_matches("a ");
    match Q::NUMBER {
        None => json_schema!({ "title": what, "type": "string", "pattern": Q::PATTERN }),
        Some(number) => json_schema!({
            "title": what, "type": ["string", number], "pattern": Q::PATTERN, "minimum": 0,
        }),
    }
}

/// Every type that is written in place, under a name that nobody sees.
macro_rules! in_place {
    ($name:literal) => {
        fn inline_schema() -> bool {
            true
        }

        fn schema_name() -> Cow<'static, str> {
            $name.into()
        }
    };
}

impl<Q: Quantity> JsonSchema for Written<Q> {
    in_place!("quantity");

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        quantity::<Q>()
    }
}

impl<T: JsonSchema> JsonSchema for Located<T> {
    in_place!("located");

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl JsonSchema for Choice<Law> {
    in_place!("law");

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "title": "law", "anyOf": [quantity::<Span>(), { "$ref": LAW }] })
    }
}

impl JsonSchema for Choice<Policy> {
    in_place!("policy");

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let policy = generator.subschema_for::<Policy>();
        let words = names(policy.as_value());
        json_schema!({ "title": "word or map", "anyOf": [{ "enum": words }, policy] })
    }
}

/// A form that is one of the words of its key, or a map of one key.
macro_rules! word_or_map {
    ($form:ty) => {
        impl JsonSchema for Choice<$form> {
            in_place!("choice");

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                let form = generator.subschema_for::<$form>();
                json_schema!({ "title": WORD_OR_MAP, "anyOf": [{ "title": "word" }, form] })
            }
        }
    };
}

word_or_map!(Start);
word_or_map!(Audience);
word_or_map!(Notify);
word_or_map!(Jitter);
word_or_map!(Admission);
word_or_map!(SourceAudience);
word_or_map!(Popularity);

/// The name of a preset stands for the map.
impl<T: JsonSchema> JsonSchema for Shorthand<T> {
    in_place!("shorthand");

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let form = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [{ "title": "preset", "type": "string" }, form] })
    }
}

impl<T: JsonSchema> JsonSchema for Several<T> {
    in_place!("several");

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        let title = format!("{} or list", one.get("title").and_then(Json::as_str).unwrap_or("one"));
        json_schema!({ "title": title, "anyOf": [one, { "type": "array", "items": one }] })
    }
}

impl<T: JsonSchema> JsonSchema for Named<T> {
    in_place!("named");

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<T>();
        json_schema!({ "type": ["object", "null"], "additionalProperties": value })
    }
}

/// The keys among which a map of one key chooses.
fn names(choice: &Json) -> Vec<&str> {
    let forms = choice["oneOf"].as_array();
    let keys = forms.into_iter().flatten().filter_map(|form| form["properties"].as_object());
    keys.flat_map(|keys| keys.keys().map(String::as_str)).collect()
}

/// The name of a node or of an entry.
pub(super) fn name(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "title": "name", "type": ["string", "null"], "pattern": NAME })
}

/// Yes or no, as YAML has it or as a text.
pub(super) fn flag(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "title": "true or false", "enum": [true, false, "true", "false", null] })
}

/// What a full tier answers; 503 is a number to YAML.
pub(super) fn answer(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "title": "word", "enum": ["drop", "reset", "503", 503, null] })
}

/// Transports, each alone or with the balancer that it goes to.
pub(super) fn prefer(_: &mut SchemaGenerator) -> Schema {
    let words = json!({ "enum": ["websocket", "sse", "long_poll"] });
    let balancer = json!({ "type": "string", "pattern": NAME });
    let one = json!({ "anyOf": [words, {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "propertyNames": words,
        "additionalProperties": balancer,
    }] });
    json_schema!({ "title": "list", "type": ["array", "null"], "items": one, "minItems": 1 })
}

/// A list of whole numbers.
pub(super) fn counts(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "title": "list", "type": "array", "items": quantity::<Count>() })
}

/// A number of tabs, or a law of it.
pub(super) fn tabs(generator: &mut SchemaGenerator) -> Schema {
    let (law, count) = (generator.subschema_for::<Tabs>(), quantity::<Count>());
    json_schema!({ "title": "count or map", "anyOf": [count, law, { "type": "null" }] })
}

/// A path relative to the file.
pub(super) fn file(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "title": "file", "type": ["string", "null"] })
}

/// A price sheet, or the path of one.
pub(super) fn prices(generator: &mut SchemaGenerator) -> Schema {
    let sheet = generator.subschema_for::<super::prices::Prices>();
    json_schema!({ "title": "file or map", "anyOf": [{ "type": ["string", "null"] }, sheet] })
}

/// Paths of parameters and their values.
pub(super) fn paths(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["object", "null"], "additionalProperties": true })
}

/// An end of an axis: a quantity of any kind.
pub(super) fn end(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "title": "quantity", "type": ["string", "number"] })
}

/// Values of an axis, in which lists and maps can stand.
pub(super) fn values(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "title": "list", "type": "array", "items": true, "minItems": 1, "maxItems": 1000,
    })
}

/// Of a balancer.
pub(super) fn layer(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "title": "4 or 7", "enum": [4, 7, "4", "7", null] })
}

/// Lists of axes.
pub(super) fn zip(_: &mut SchemaGenerator) -> Schema {
    let axes = json!({ "type": "array", "items": { "type": "string" }, "minItems": 2 });
    json_schema!({ "title": "list", "type": ["array", "null"], "items": axes })
}

/// Values of axes, by their paths.
pub(super) fn points(_: &mut SchemaGenerator) -> Schema {
    let point = json!({ "type": "object", "additionalProperties": true, "minProperties": 1 });
    json_schema!({ "title": "list", "type": ["array", "null"], "items": point })
}

/// Two durations.
pub(super) fn pair(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "title": "two durations", "type": "array", "items": quantity::<Span>(),
        "minItems": 2, "maxItems": 2,
    })
}

/// A file of measured values, or the values.
pub(super) fn measured(_: &mut SchemaGenerator) -> Schema {
    let list = json!({ "type": "array", "items": quantity::<Span>(), "minItems": 1 });
    json_schema!({ "title": "file or list", "anyOf": [{ "type": "string" }, list] })
}

/// A file of arrivals, or the arrivals.
pub(super) fn arrivals(generator: &mut SchemaGenerator) -> Schema {
    let arrival = generator.subschema_for::<Arrival>();
    let list = json!({ "type": "array", "items": arrival, "minItems": 1 });
    json_schema!({ "title": "file or list", "anyOf": [{ "type": "string" }, list] })
}

/// Objectives: `[during(NAME).]metric OP value`.
pub(super) fn objectives(_: &mut SchemaGenerator) -> Schema {
    let phase = r"(during\([A-Za-z][A-Za-z0-9_-]*\)\.)?";
    let pattern = format!(r"^\s*{phase}[\w-]+(\.[\w-]+)+\s*([<>]=?|[=!]=)\s*[0-9].*$");
    let line = json!({ "title": "objective", "type": "string", "pattern": pattern });
    json_schema!({ "title": "list", "type": ["array", "null"], "items": line })
}

/// Links by the names of their ends.
pub(super) fn links(generator: &mut SchemaGenerator) -> Schema {
    let link = generator.subschema_for::<Option<super::model::Link>>();
    json_schema!({
        "type": ["object", "null"],
        "patternProperties": { LINK: link },
        "additionalProperties": false,
    })
}

/// Nodes by name.
pub(super) fn nodes(generator: &mut SchemaGenerator) -> Schema {
    let node = generator.subschema_for::<Option<super::model::Kind>>();
    json_schema!({
        "type": ["object", "null"],
        "patternProperties": { NAME: node },
        "additionalProperties": false,
    })
}
