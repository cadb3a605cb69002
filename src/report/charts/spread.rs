//! Labels that do not lie on each other.

/// Moves positions apart to at least `step` within [low, high], each as little as its
/// neighbours allow; the order stays. If they do not fit, they are spread evenly.
pub(super) fn spread(wanted: &[f64], step: f64, low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|&a, &b| wanted[a].total_cmp(&wanted[b]));
    let gaps = f64::from(u32::try_from(wanted.len().saturating_sub(1)).unwrap_or(u32::MAX));
    let step = if gaps > 0.0 { step.min((high - low) / gaps) } else { step };
    // Groups of labels that touch: (sum of wanted first positions, members).
    let mut groups: Vec<(f64, Vec<usize>)> = Vec::new();
    for &label in &order {
        groups.push((wanted[label], vec![label]));
        while let [.., before, last] = groups.as_slice() {
            if begin(before, step, low, high) + size(before) * step <= begin(last, step, low, high)
            {
                break;
            }
            let Some(last) = groups.pop() else { break };
            let Some(before) = groups.last_mut() else { break };
            before.0 += last.0 - step * size(before) * size(&last);
            before.1.extend(last.1);
        }
    }
    let mut placed = vec![0.0; wanted.len()];
    for group in &groups {
        let mut at = begin(group, step, low, high);
        for &label in &group.1 {
            placed[label] = at;
            at += step;
        }
    }
    placed
}

fn size(group: &(f64, Vec<usize>)) -> f64 {
    f64::from(u32::try_from(group.1.len()).unwrap_or(u32::MAX))
}

/// Where a group's first label lies: the mean of what its members want, kept inside.
fn begin(group: &(f64, Vec<usize>), step: f64, low: f64, high: f64) -> f64 {
    let last = high - step * (size(group) - 1.0);
    (group.0 / size(group)).min(last).max(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_keep_their_distance() {
        let close = |placed: Vec<f64>, expected: &[f64]| {
            assert_eq!(placed.len(), expected.len());
            for (a, b) in placed.iter().zip(expected) {
                assert!((a - b).abs() < 1e-6, "{placed:?}");
            }
        };
        close(spread(&[10.0, 80.0], 13.5, 0.0, 100.0), &[10.0, 80.0]);
        close(spread(&[50.0, 50.0], 10.0, 0.0, 100.0), &[45.0, 55.0]);
        close(spread(&[100.0, 100.0, 100.0], 10.0, 0.0, 100.0), &[80.0, 90.0, 100.0]);
        close(spread(&[60.0, 0.0, 55.0], 10.0, 0.0, 100.0), &[62.5, 0.0, 52.5]);
        close(spread(&[1.0, 1.0, 1.0], 90.0, 0.0, 100.0), &[0.0, 50.0, 100.0]);
        assert!(spread(&[], 10.0, 0.0, 100.0).is_empty());
    }
}
