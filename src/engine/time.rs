//! The clock: integer nanoseconds, so that no rounding ever orders two events.
use super::number;
use std::{
    fmt,
    ops::{Add, AddAssign, Sub},
};

const NANOS: u64 = 1_000_000_000;

/// An instant of simulated time: nanoseconds since the start of the run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct Time(u64);

/// A length of simulated time, in nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct Span(u64);

impl Time {
    /// The start of the run.
    pub const ZERO: Self = Self(0);
    /// Later than anything that is ever scheduled.
    pub const NEVER: Self = Self(u64::MAX);

    /// The instant `nanos` nanoseconds after the start.
    #[inline]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the start.
    #[inline]
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// Seconds since the start.
    pub fn seconds(self) -> f64 {
        Span(self.0).seconds()
    }

    /// Time since `earlier`; zero when `earlier` is later.
    #[inline]
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// Longer than any run.
    pub const FOREVER: Self = Self(u64::MAX / 4);

    /// A length of `nanos` nanoseconds.
    #[inline]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// A length of `micros` microseconds.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros * 1_000)
    }

    /// A length of `millis` milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis * 1_000_000)
    }

    /// A length of whole seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds * NANOS)
    }

    /// Rounds to the nearest nanosecond; negative and NaN are zero, too large is `FOREVER`.
    #[inline]
    pub fn from_seconds(seconds: f64) -> Self {
        Self::from_float(seconds * 1e9)
    }

    /// The same from a float of nanoseconds.
    #[inline]
    pub fn from_float(nanos: f64) -> Self {
        Self(number::whole(nanos).min(Self::FOREVER.0))
    }

    /// Length in nanoseconds.
    #[inline]
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// Length in nanoseconds as a float, for arithmetic with rates.
    #[inline]
    pub fn float(self) -> f64 {
        number::float(self.0)
    }

    /// Length in seconds.
    pub fn seconds(self) -> f64 {
        number::float(self.0) / 1e9
    }

    /// This length times a factor, rounded to the nearest nanosecond.
    #[inline]
    #[must_use]
    pub fn scale(self, factor: f64) -> Self {
        Self::from_float(self.float() * factor)
    }

    /// This length times a whole number.
    #[inline]
    #[must_use]
    pub const fn times(self, count: u64) -> Self {
        Self(self.0.saturating_mul(count))
    }

    /// Half of this length.
    #[inline]
    #[must_use]
    pub const fn half(self) -> Self {
        Self(self.0 / 2)
    }
}

impl Add<Span> for Time {
    type Output = Time;
    #[inline]
    fn add(self, span: Span) -> Time {
        Time(self.0.saturating_add(span.0))
    }
}

impl AddAssign<Span> for Time {
    #[inline]
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Add for Span {
    type Output = Span;
    #[inline]
    fn add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Span {
    #[inline]
    fn add_assign(&mut self, other: Span) {
        *self = *self + other;
    }
}

impl Sub for Span {
    type Output = Span;
    #[inline]
    fn sub(self, other: Span) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:09} s", self.0 / NANOS, self.0 % NANOS)
    }
}
