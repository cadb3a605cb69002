//! Fewer points, the same picture: of each stretch its smallest and its largest value stay.
use crate::{engine::number, summary::series::Curve};

/// More points than that are thinned.
pub(super) const MOST: usize = 640;

/// A curve's means as pieces, broken where there was nothing to measure.
pub(super) fn pieces(curve: &Curve) -> Vec<Vec<(f64, f64)>> {
    let bins = curve.mean.len();
    let group = if bins > MOST { bins.div_ceil(MOST / 2) } else { 1 };
    let mut all = vec![Vec::new()];
    for start in (0..bins).step_by(group) {
        let end = (start + group).min(bins);
        let known = |bin: usize| Some((bin, curve.mean.get(bin).copied().flatten()?));
        let stretch: Vec<(usize, f64)> = (start..end).filter_map(known).collect();
        // A stretch with nothing at all in it breaks the line.
        if stretch.is_empty() {
            all.push(Vec::new());
        }
        let kept = extremes(&stretch).into_iter().map(|(bin, value)| (curve.time(bin), value));
        all.last_mut().expect("there is a piece").extend(kept);
    }
    all.retain(|piece| !piece.is_empty());
    all
}

/// The smallest and the largest, in the order of time.
fn extremes(stretch: &[(usize, f64)]) -> Vec<(usize, f64)> {
    let least = stretch.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1));
    let most = stretch.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1));
    match (least, most) {
        (Some(least), Some(most)) if least.0 == most.0 => vec![least],
        (Some(least), Some(most)) if least.0 < most.0 => vec![least, most],
        (Some(least), Some(most)) => vec![most, least],
        _ => Vec::new(),
    }
}

/// A curve's intervals: of each stretch the widest; negative ends are cut off at zero, because
/// nothing that is drawn can be negative.
pub(super) fn band(curve: &Curve) -> Vec<(f64, f64, f64)> {
    let bins = curve.band.len();
    let group = if bins > MOST { bins.div_ceil(MOST / 2) } else { 1 };
    let mut all = Vec::new();
    for start in (0..bins).step_by(group) {
        let end = (start + group).min(bins);
        let known = curve.band[start..end].iter().flatten();
        let ends = known.fold(None, |ends: Option<(f64, f64)>, &(low, high)| match ends {
            Some((least, most)) => Some((least.min(low), most.max(high))),
            None => Some((low, high)),
        });
        if let Some((low, high)) = ends {
            let middle = f64::midpoint(curve.time(start), curve.time(end - 1));
            all.push((middle, low.max(0.0), high.max(0.0)));
        }
    }
    all
}

/// Means of equal stretches, at most `columns` of them.
pub(super) fn columns(curve: &Curve, columns: usize) -> Vec<Option<f64>> {
    let group = curve.mean.len().div_ceil(columns).max(1);
    let mean = |stretch: &[Option<f64>]| {
        let known: Vec<f64> = stretch.iter().copied().flatten().collect();
        let sum: f64 = known.iter().sum();
        (!known.is_empty()).then(|| sum / number::float(number::count(known.len())))
    };
    curve.mean.chunks(group).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(values: Vec<Option<f64>>) -> Curve {
        Curve { step: 1.0, mean: values, band: Vec::new() }
    }

    #[test]
    fn the_extremes_stay() {
        let mut values = vec![Some(1.0); 5_000];
        values[1_234] = Some(9.0);
        values[4_321] = Some(-2.0);
        let pieces = pieces(&curve(values));
        assert_eq!(pieces.len(), 1);
        assert!(pieces[0].len() <= MOST && pieces[0].is_sorted_by(|a, b| a.0 < b.0));
        assert!(pieces[0].contains(&(1_234.5, 9.0)) && pieces[0].contains(&(4_321.5, -2.0)));
    }

    #[test]
    fn a_gap_breaks_the_line() {
        let pieces = pieces(&curve(vec![Some(1.0), None, Some(2.0), Some(3.0)]));
        assert_eq!(pieces, [vec![(0.5, 1.0)], vec![(2.5, 2.0), (3.5, 3.0)]]);
    }
}
