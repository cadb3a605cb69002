//! A curve in one line of characters.
use super::metrics::SPARK;
use crate::{engine::number, summary::series::Curve};

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII: [char; 7] = ['.', ':', '-', '=', '+', '*', '#'];

/// Which value of a stretch is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pick {
    /// The largest.
    Most,
    /// The smallest.
    Least,
}

/// The curve in [`SPARK`] characters, or as many as it has bins; nothing when it never moves from
/// zero. Over a linear scale a character's height is its value over the largest.
pub(super) fn draw(curve: Option<&Curve>, pick: Pick, log: bool, unicode: bool) -> String {
    let Some(curve) = curve else { return String::new() };
    let bins = curve.mean.len();
    let places = SPARK.min(bins);
    let stretch = |place: usize| {
        let values = &curve.mean[place * bins / places..(place + 1) * bins / places];
        let known = values.iter().copied().flatten();
        match pick {
            Pick::Most => known.reduce(f64::max),
            Pick::Least => known.reduce(f64::min),
        }
    };
    let values: Vec<Option<f64>> = (0..places).map(stretch).collect();
    let known = || values.iter().copied().flatten();
    let most = known().fold(0.0, f64::max);
    if most <= 0.0 {
        return String::new();
    }
    let least = known().filter(|&value| value > 0.0).fold(most, f64::min);
    let signs: &[char] = if unicode { &BLOCKS } else { &ASCII };
    let sign = |value: &Option<f64>| match value {
        None => ' ',
        Some(value) => {
            let share = height(*value, least, most, log);
            let top = signs.len() - 1;
            let step = number::whole(share * number::float(number::count(top)));
            signs[number::place(step).min(top)]
        }
    };
    values.iter().map(sign).collect::<String>().trim_end().to_owned()
}

fn height(value: f64, least: f64, most: f64, log: bool) -> f64 {
    if !log {
        return value / most;
    }
    // A log scale that hardly spans anything would make noise look like mountains.
    let floor = least.min(most / 10.0);
    if value <= floor { 0.0 } else { libm::log(value / floor) / libm::log(most / floor) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(values: &[f64]) -> Curve {
        let mean = values.iter().map(|&value| Some(value)).collect();
        Curve { step: 1.0, mean, band: Vec::new() }
    }

    #[test]
    fn heights_are_shares_of_the_largest() {
        let curve = curve(&[0.0, 1.0, 2.0, 4.0]);
        assert_eq!(draw(Some(&curve), Pick::Most, false, true), "▁▃▅█");
        assert_eq!(draw(Some(&curve), Pick::Most, false, false), ".-=#");
    }

    #[test]
    fn a_stretch_shows_its_extreme() {
        let mut values = vec![5.0; 310];
        values[15] = 10.0;
        values[200] = 0.0;
        let (most, least) = (
            draw(Some(&curve(&values)), Pick::Most, false, true),
            draw(Some(&curve(&values)), Pick::Least, false, true),
        );
        assert_eq!((most.chars().nth(1), most.chars().count()), (Some('█'), SPARK));
        assert_eq!(least.chars().nth(20), Some('▁'));
    }

    #[test]
    fn nothing_is_drawn_for_nothing() {
        assert_eq!(draw(Some(&curve(&[0.0, 0.0])), Pick::Most, false, true), "");
        assert_eq!(draw(None, Pick::Most, true, true), "");
    }
}
