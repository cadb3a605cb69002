//! From a chart's description to a file: laid out as marks, then drawn by plotters.
mod encode;
mod grid;
mod labels;
mod layout;
mod lines;
mod sheet;
mod strip;

pub use encode::{png, svg};
pub use layout::lay_out;
pub use sheet::{Anchor, Mark, Sheet};
