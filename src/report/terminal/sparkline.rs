//! A curve in one line of characters.
use crate::{
    engine::number,
    summary::{
        series::Curve,
        spark::{Pick, heights},
    },
};

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII: [char; 7] = ['.', ':', '-', '=', '+', '*', '#'];

/// The curve in `width` characters, or as many as it has bins; nothing when it never moves from
/// zero.
pub(super) fn draw(
    curve: Option<&Curve>,
    width: usize,
    pick: Pick,
    log: bool,
    unicode: bool,
) -> String {
    let heights = curve.map_or_else(Vec::new, |curve| heights(curve, width, pick, log));
    if heights.iter().flatten().all(|&height| height <= 0.0) {
        return String::new();
    }
    let signs: &[char] = if unicode { &BLOCKS } else { &ASCII };
    let sign = |height: &Option<f64>| {
        height.map_or(' ', |height| {
            let top = signs.len() - 1;
            let step = number::whole(height * number::float(number::count(top)));
            signs[number::place(step).min(top)]
        })
    };
    heights.iter().map(sign).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPARK: usize = 31;

    fn curve(values: &[f64]) -> Curve {
        let mean = values.iter().map(|&value| Some(value)).collect();
        Curve { step: 1.0, mean, band: Vec::new() }
    }

    #[test]
    fn heights_are_shares_of_the_largest() {
        let curve = curve(&[0.0, 1.0, 2.0, 4.0]);
        assert_eq!(draw(Some(&curve), SPARK, Pick::Most, false, true), "▁▃▅█");
        assert_eq!(draw(Some(&curve), SPARK, Pick::Most, false, false), ".-=#");
    }

    #[test]
    fn a_stretch_shows_its_extreme() {
        let mut values = vec![5.0; 310];
        values[15] = 10.0;
        values[200] = 0.0;
        let (most, least) = (
            draw(Some(&curve(&values)), SPARK, Pick::Most, false, true),
            draw(Some(&curve(&values)), SPARK, Pick::Least, false, true),
        );
        assert_eq!((most.chars().nth(1), most.chars().count()), (Some('█'), SPARK));
        assert_eq!(least.chars().nth(20), Some('▁'));
    }

    #[test]
    fn nothing_is_drawn_for_nothing() {
        assert_eq!(draw(Some(&curve(&[0.0, 0.0])), SPARK, Pick::Most, false, true), "");
        assert_eq!(draw(None, SPARK, Pick::Most, true, true), "");
    }
}
