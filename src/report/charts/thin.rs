//! Fewer points a line, without losing a peak.

/// Points a line keeps at most.
const MOST: usize = 400;

/// Keeps the least and the greatest point of every bucket, in their order.
pub(super) fn thin(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    if points.len() <= MOST {
        return points.to_vec();
    }
    let width = points.len().div_ceil(MOST / 2);
    let mut kept = Vec::with_capacity(MOST);
    for bucket in points.chunks(width) {
        let (mut least, mut greatest) = (0, 0);
        for (at, point) in bucket.iter().enumerate() {
            if point.1 < bucket[least].1 {
                least = at;
            }
            if point.1 > bucket[greatest].1 {
                greatest = at;
            }
        }
        kept.push(bucket[least.min(greatest)]);
        if least != greatest {
            kept.push(bucket[least.max(greatest)]);
        }
    }
    kept
}

/// Cuts a line with gaps into pieces without, and thins each.
pub(super) fn pieces(points: impl Iterator<Item = (f64, Option<f64>)>) -> Vec<Vec<(f64, f64)>> {
    let mut pieces: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
    for (x, y) in points {
        match (y, pieces.last_mut()) {
            (Some(y), Some(piece)) if y.is_finite() => piece.push((x, y)),
            (_, Some(piece)) if piece.is_empty() => {}
            _ => pieces.push(Vec::new()),
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces.iter().map(|piece| thin(piece)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::number;

    #[test]
    fn peaks_survive() {
        let value = |k: u64| if k == 4_321 { 9.0 } else { number::float(k % 7) / 7.0 };
        let points: Vec<_> = (0..10_000).map(|k| (number::float(k), value(k))).collect();
        let kept = thin(&points);
        assert!(kept.len() <= MOST);
        assert!(kept.contains(&(4_321.0, 9.0)));
        assert!(kept.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(kept.iter().any(|point| point.1 <= 0.0));
        assert_eq!(thin(&points[..400]).len(), 400);
    }

    #[test]
    fn gaps_cut_a_line() {
        let line = [Some(1.0), None, None, Some(2.0), Some(3.0), None];
        let line = line.iter().enumerate().map(|(x, y)| (number::float(number::count(x)), *y));
        assert_eq!(pieces(line), [vec![(0.0, 1.0)], vec![(3.0, 2.0), (4.0, 3.0)]]);
    }
}
