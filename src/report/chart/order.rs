//! In which order the lines of a panel are told.
use super::Lines;

impl Lines {
    /// The places of the lines in the order in which they are told: percentiles and numbered
    /// instances as they rise, else the most important first.
    pub fn told(&self) -> Vec<usize> {
        let mut all: Vec<usize> = (0..self.lines.len()).rev().collect();
        let ranks = self.lines.iter().map(|line| rank(&line.label));
        let Some(ranks) = ranks.collect::<Option<Vec<(&str, f64)>>>() else { return all };
        if ranks.windows(2).all(|pair| pair[0].0 == pair[1].0) {
            all.sort_by(|&a, &b| ranks[a].1.total_cmp(&ranks[b].1));
        }
        all
    }
}

/// Where a percentile stands among others, `p99.9` before `max`, or `gateways-2` among its like.
fn rank(label: &str) -> Option<(&str, f64)> {
    let percentile = label.strip_prefix('p').and_then(|number| number.parse().ok());
    match (label, percentile) {
        ("max", _) => Some(("p", 100.0)),
        (_, Some(percentile)) => Some(("p", percentile)),
        (_, None) => numbered(label).map(|(stem, number)| (stem, f64::from(number))),
    }
}

/// The name and the number of an instance: `gateways-2`.
pub(in crate::report) fn numbered(name: &str) -> Option<(&str, u32)> {
    let (stem, number) = name.rsplit_once('-')?;
    Some((stem, number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{super::Line, *};
    use crate::report::theme;

    #[test]
    fn lines_are_told_in_a_readers_order() {
        for (drawn, told) in [
            (["max", "p50", "p95", "p99"], ["p50", "p95", "p99", "max"]),
            (["g-0", "g-10", "g-2", "g-1"], ["g-0", "g-1", "g-2", "g-10"]),
            (
                ["capacity", "accepted", "p99", "attempted"],
                ["attempted", "p99", "accepted", "capacity"],
            ),
        ] {
            let line = |label| Line::through(label, theme::BLUE, Vec::new());
            let body = Lines { lines: drawn.map(line).to_vec(), ..Lines::default() };
            let order = body.told().into_iter().map(|at| body.lines[at].label.clone());
            assert_eq!(order.collect::<Vec<String>>(), told);
        }
    }
}
