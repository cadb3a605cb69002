//! Files as written: text becomes a tree of nodes that know where they stand, trees are merged
//! into one, and the tree becomes typed forms. Nothing here knows what a key means, and no number
//! has been read yet.
pub mod arguments;
pub mod codes;
pub mod compose;
pub mod diagnostic;
pub mod experiment;
pub mod input;
pub mod model;
pub mod path;
pub mod prices;
pub mod schema;
pub mod shape;
pub mod source;
pub mod suggest;
pub mod tree;
pub mod typed;
pub mod written;
pub mod yaml;

pub use arguments::{Arguments, at_commas};
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use experiment::Experiment;
pub use input::Input;
pub use source::{At, Source, Sources};
pub use tree::{Entry, Key, Node, Value};
pub use written::{Choice, Located, Named, Shorthand, Text, Written};
