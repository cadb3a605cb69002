//! How records are written and read back: durations as nanoseconds, histograms as their occupied
//! buckets.
use super::Histogram;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// A time or a span as whole nanoseconds.
pub(super) mod nanos {
    use crate::engine::{Span, Time};
    use serde::{Deserialize, Deserializer, Serializer};

    /// What is a number of nanoseconds.
    pub(in crate::record) trait Nanos: Copy {
        fn to(self) -> u64;
        fn from(nanos: u64) -> Self;
    }

    impl Nanos for Span {
        fn to(self) -> u64 {
            self.nanos()
        }
        fn from(nanos: u64) -> Self {
            Self::from_nanos(nanos)
        }
    }

    impl Nanos for Time {
        fn to(self) -> u64 {
            self.nanos()
        }
        fn from(nanos: u64) -> Self {
            Self::from_nanos(nanos)
        }
    }

    pub(in crate::record) fn serialize<T: Nanos, S: Serializer>(
        value: &T,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(value.to())
    }

    pub(in crate::record) fn deserialize<'de, T: Nanos, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<T, D::Error> {
        u64::deserialize(deserializer).map(T::from)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    /// A sum beyond 64 bits is a text: not every reader of JSON knows such numbers.
    sum_ns: String,
    max_ns: u64,
    /// (bucket, count), ascending.
    counts: Vec<(usize, u64)>,
}

impl Serialize for Histogram {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (sum, max, counts) = self.parts();
        Stored { sum_ns: sum.to_string(), max_ns: max, counts: counts.collect() }
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Histogram {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = Stored::deserialize(deserializer)?;
        let sum = stored.sum_ns.parse().map_err(D::Error::custom)?;
        Self::from_parts(sum, stored.max_ns, &stored.counts)
            .ok_or_else(|| D::Error::custom("a histogram has no such bucket"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Span;

    #[test]
    fn a_histogram_comes_back() {
        let mut histogram = Histogram::default();
        for nanos in [0, 5, 127, 128, 1_000_000, 123_456_789_012, 1 << 50] {
            histogram.record_many(Span::from_nanos(nanos), nanos | 1);
        }
        for histogram in [histogram, Histogram::default()] {
            let text = serde_json::to_string(&histogram).unwrap();
            let back: Histogram = serde_json::from_str(&text).unwrap();
            assert_eq!(serde_json::to_string(&back).unwrap(), text);
            assert_eq!((back.total(), back.mean()), (histogram.total(), histogram.mean()));
            assert_eq!(back.quantile(0.5), histogram.quantile(0.5));
        }
        let wrong = r#"{"sum_ns":"0","max_ns":0,"counts":[[99999999,1]]}"#;
        assert!(serde_json::from_str::<Histogram>(wrong).is_err());
    }
}
