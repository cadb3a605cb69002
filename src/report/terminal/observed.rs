//! How far measured values and simulated ones are apart.
use super::{BOLD, DIM, GUTTER, PLAIN, left, right};
use crate::summary::{figures, observed::Observed};

const NAME: usize = 40;
const VALUES: usize = 10;
const ERROR: usize = 18;
const RELATIVE: usize = 12;

/// The table; empty without measured values.
pub(super) fn table(all: &[Observed]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut text = [
        left(BOLD, "Measured and simulated", NAME),
        right(BOLD, "values", VALUES),
        right(BOLD, "mean abs. error", ERROR),
        right(BOLD, "relative", RELATIVE),
        "\n".to_owned(),
    ]
    .concat();
    for one in all {
        // A long name takes a line of its own.
        if one.name.chars().count() + GUTTER > NAME {
            text += &format!("{}\n{}", one.name, " ".repeat(NAME));
        } else {
            text += &left(PLAIN, &one.name, NAME);
        }
        let relative = one.relative.map_or_else(|| figures::NONE.to_owned(), figures::share);
        text += &right(PLAIN, &figures::count(as_float(one.points.len())), VALUES);
        text += &right(BOLD, &figures::figure(one.unit, one.absolute), ERROR);
        text += &(right(DIM, &relative, RELATIVE) + "\n");
        if one.left_out > 0 {
            let lie = figures::counted(as_float(one.left_out), "value lies", "values lie");
            text += &format!("  {lie} outside of the run\n");
        }
    }
    text
}

fn as_float(count: usize) -> f64 {
    crate::engine::number::float(crate::engine::number::count(count))
}
