//! Bars in parts: the first parts have a colour of their own, what is left of them shares one.
use crate::report::theme::{self, Pen};

/// So many have a colour of their own.
const OWN: usize = theme::EQUALS.len();
/// What is left of them.
const LAST: Pen = theme::GREY.wide(1.75);

/// What the colours mean: from the sixth part on they share one, which `others` names.
pub(super) fn key(names: &[String], others: &str, pens: [Pen; OWN]) -> Vec<(String, Pen)> {
    let named = names.iter().cloned().zip(pens);
    let rest = match names.get(OWN..) {
        Some([one]) => Some(one.clone()),
        Some([_, _, ..]) => Some(others.to_owned()),
        Some([]) | None => None,
    };
    named.chain(rest.map(|name| (name, LAST))).collect()
}

/// The parts as the key has them.
pub(super) fn parts(all: &[f64]) -> Vec<f64> {
    let mut parts = vec![0.0; all.len().min(OWN + 1)];
    for (place, part) in all.iter().enumerate() {
        parts[place.min(OWN)] += part;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_part_shares_its_colour() {
        let names =
            |count: usize| -> Vec<String> { (0..count).map(|place| format!("c{place}")).collect() };
        let last = |count| key(&names(count), "others", theme::EQUALS).pop().map(|(name, _)| name);
        assert_eq!(last(5).as_deref(), Some("c4"));
        assert_eq!(last(6).as_deref(), Some("c5"));
        assert_eq!(last(7).as_deref(), Some("others"));
        assert_eq!(key(&names(9), "others", theme::EQUALS).len(), 6);
        assert_eq!(parts(&[1.0; 9]), [1.0, 1.0, 1.0, 1.0, 1.0, 4.0]);
    }
}
