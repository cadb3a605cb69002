//! When a store cannot be asked: known before the run.
use crate::engine::Time;

/// Stretches of time in order, none touching another.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Outages(Vec<(Time, Time)>);

impl Outages {
    /// Adds a stretch that begins no earlier than those before it; it is joined to one it touches.
    pub fn add(&mut self, from: Time, to: Time) {
        match self.0.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => self.0.push((from, to)),
        }
    }

    /// When the one that goes on now is over.
    #[inline]
    pub fn end(&self, now: Time) -> Option<Time> {
        let found = self.0.iter().find(|&&(from, to)| from <= now && now < to);
        found.map(|&(_, to)| to)
    }

    /// Whether there is none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The stretches, the last first.
    pub fn back(&self) -> impl Iterator<Item = (Time, Time)> + '_ {
        self.0.iter().rev().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Span;

    #[test]
    fn what_touches_is_one() {
        let at = |seconds| Time::ZERO + Span::from_secs(seconds);
        let mut outages = Outages::default();
        for (from, to) in [(1, 3), (2, 4), (4, 5), (7, 8)] {
            outages.add(at(from), at(to));
        }
        assert_eq!(outages.back().collect::<Vec<_>>(), [(at(7), at(8)), (at(1), at(5))]);
        assert_eq!(
            [0, 1, 4, 5, 7].map(|now| outages.end(at(now))),
            [None, Some(at(5)), Some(at(5)), None, Some(at(8)),]
        );
    }
}
