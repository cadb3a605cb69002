//! A curve in a few places, for those who have room for no more.
use super::series::Curve;

/// Which value of a stretch is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pick {
    /// The largest.
    Most,
    /// The smallest.
    Least,
}

/// The curve in so many places, or as many as it has bins, each from 0 to 1 of the largest. Over a
/// logarithmic scale it spans at least a decade: noise shall not look like mountains.
pub fn heights(curve: &Curve, places: usize, pick: Pick, log: bool) -> Vec<Option<f64>> {
    let bins = curve.mean.len();
    let places = places.min(bins);
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
    let least = known().filter(|&value| value > 0.0).fold(most, f64::min);
    let height = |value: f64| height(value, least, most, log);
    values.into_iter().map(|value| value.map(height)).collect()
}

fn height(value: f64, least: f64, most: f64, log: bool) -> f64 {
    if most <= 0.0 {
        return 0.0;
    }
    if !log {
        return value / most;
    }
    let floor = least.min(most / 10.0);
    if value <= floor { 0.0 } else { libm::log(value / floor) / libm::log(most / floor) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64], log: bool) -> Vec<Option<f64>> {
        let mean = values.iter().map(|&value| Some(value)).collect();
        heights(&Curve { step: 1.0, mean, band: Vec::new() }, 9, Pick::Most, log)
    }

    #[test]
    fn small_changes_stay_small() {
        assert_eq!(of(&[0.0, 1.0, 2.0, 4.0], false), [0.0, 0.25, 0.5, 1.0].map(Some));
        assert_eq!(of(&[0.0, 0.0], true), [Some(0.0); 2]);
        let noisy = of(&[1.0, 0.99, 1.0], true);
        assert!(noisy.iter().all(|height| height.is_some_and(|height| height > 0.99)));
        let wide = of(&[1.0, 100.0, 10.0], true);
        assert!((wide[2].unwrap() - 0.5).abs() < 1e-12 && wide[0] == Some(0.0));
    }
}
