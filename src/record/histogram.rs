//! A histogram of durations whose counts merge exactly, in any order.
//!
//! Log-linear: each power of two is cut into 64 equal buckets, so a bucket is at most 1/64 = 1.6 %
//! wide relative to its values, and its middle within 0.8 % of them. Values below 128 ns are exact.
use crate::engine::{Span, number};

const SUB_BITS: u32 = 7;
const SUBS: usize = 1 << SUB_BITS;

/// Counts by duration.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
    sum: u128,
    max: u64,
}

impl Histogram {
    /// Counts one duration.
    #[inline]
    pub fn record(&mut self, span: Span) {
        self.record_many(span, 1);
    }

    /// Counts a duration `weight` times.
    #[inline]
    pub fn record_many(&mut self, span: Span, weight: u64) {
        let bucket = bucket(span.nanos());
        if bucket >= self.counts.len() {
            self.counts.resize(bucket + SUBS, 0);
        }
        self.counts[bucket] += weight;
        self.total += weight;
        self.sum += u128::from(span.nanos()) * u128::from(weight);
        self.max = self.max.max(span.nanos());
    }

    /// Adds another histogram's counts.
    pub fn merge(&mut self, other: &Self) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.total += other.total;
        self.sum += other.sum;
        self.max = self.max.max(other.max);
    }

    /// How many were counted.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The largest, exactly; zero when empty.
    pub fn max(&self) -> Span {
        Span::from_nanos(self.max)
    }

    /// The mean, exactly; `None` when empty.
    pub fn mean(&self) -> Option<Span> {
        let total = u128::from(self.total);
        (total > 0).then(|| Span::from_nanos(number::low64((self.sum + total / 2) / total)))
    }

    /// The quantile `share` in [0, 1] by the nearest-rank rule, as the middle of its bucket and
    /// never above the maximum; `None` when empty.
    pub fn quantile(&self, share: f64) -> Option<Span> {
        let rank = number::whole((share * number::float(self.total)).ceil()).clamp(1, u64::MAX);
        let mut seen = 0;
        for (bucket, &count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= rank && count > 0 {
                let (low, width) = bounds(bucket);
                return Some(Span::from_nanos((low + width / 2).min(self.max)));
            }
        }
        None
    }

    /// Sum, maximum, and the occupied buckets by their place.
    pub(super) fn parts(&self) -> (u128, u64, impl Iterator<Item = (usize, u64)> + '_) {
        let counts = self.counts.iter().copied().enumerate().filter(|&(_, count)| count > 0);
        (self.sum, self.max, counts)
    }

    /// The histogram of these parts, if there are such buckets.
    pub(super) fn from_parts(sum: u128, max: u64, counts: &[(usize, u64)]) -> Option<Self> {
        let buckets = counts.iter().map(|&(bucket, _)| bucket + 1).max().unwrap_or(0);
        let mut all = vec![0; Some(buckets).filter(|&buckets| buckets <= bucket(u64::MAX) + 1)?];
        for &(bucket, count) in counts {
            all[bucket] = count;
        }
        let total = counts.iter().try_fold(0_u64, |sum, &(_, count)| sum.checked_add(count))?;
        Some(Self { counts: all, total, sum, max })
    }

    /// The occupied buckets in ascending order: (lower end, upper end, count).
    pub fn buckets(&self) -> impl Iterator<Item = (Span, Span, u64)> + '_ {
        self.counts.iter().enumerate().filter(|&(_, &count)| count > 0).map(|(bucket, &count)| {
            let (low, width) = bounds(bucket);
            (Span::from_nanos(low), Span::from_nanos(low + width), count)
        })
    }
}

/// The place of the bucket that holds a duration of so many nanoseconds.
#[inline]
pub fn bucket(nanos: u64) -> usize {
    let shift = (64 - (nanos | (number::count(SUBS) - 1)).leading_zeros()) - SUB_BITS;
    (number::index(shift) << SUB_BITS) + (number::place(nanos >> shift) & (SUBS - 1))
}

/// Whether values can fall into a bucket: from shift 1 on, only into the upper half.
#[inline]
pub fn used(bucket: usize) -> bool {
    bucket < SUBS || bucket & (SUBS - 1) >= SUBS / 2
}

/// Lower end and width of a bucket. From shift 1 on, the lower half of the sub-buckets is unused.
#[inline]
pub fn bounds(bucket: usize) -> (u64, u64) {
    let shift = bucket >> SUB_BITS;
    (number::count(bucket & (SUBS - 1)) << shift, 1 << shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_holds_its_value_and_is_narrow() {
        for nanos in [0, 1, 127, 128, 129, 255, 256, 1_000_000, 123_456_789_012, 1 << 50] {
            let (low, width) = bounds(bucket(nanos));
            assert!(low <= nanos && nanos < low + width, "{nanos}: [{low}, +{width})");
            assert!(width == 1 || number::float(width) <= number::float(nanos) / 64.0);
        }
    }

    #[test]
    fn quantiles_mean_and_maximum() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.quantile(0.5), None);
        for nanos in 1..=100 {
            histogram.record(Span::from_nanos(nanos));
        }
        assert_eq!(histogram.quantile(0.5), Some(Span::from_nanos(50)));
        assert_eq!(histogram.quantile(1.0), Some(Span::from_nanos(100)));
        assert_eq!(histogram.mean(), Some(Span::from_nanos(51)));
        assert_eq!(histogram.max(), Span::from_nanos(100));
    }

    #[test]
    fn merging_is_counting_together() {
        let (mut a, mut b, mut both) = Default::default();
        for (histogram, nanos) in [(&mut a, 5), (&mut b, 5_000_000)] {
            Histogram::record(histogram, Span::from_nanos(nanos));
            Histogram::record(&mut both, Span::from_nanos(nanos));
        }
        a.merge(&b);
        assert!(a.total() == both.total() && a.buckets().eq(both.buckets()));
    }
}
