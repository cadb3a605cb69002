//! From a chart's description to a file: laid out as marks, then drawn by plotters.
mod bars;
mod encode;
mod grid;
mod heat;
mod inline;
mod keys;
mod labels;
mod layout;
mod lines;
mod sheet;
mod strip;

pub use encode::{png, svg};
pub use inline::inline;
pub use layout::{ALONE, NARROW, Paper, WIDE, lay_out, unnamed};
pub use sheet::{Anchor, Mark, Part, Sheet};
pub(super) use sheet::{fitted, wrapped};
