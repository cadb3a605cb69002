//! Axes: a range, and ticks in words.
use crate::{
    record::Unit,
    summary::figures::{self, GAP},
};

/// How values become places.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Scale {
    /// Equal steps are equal lengths.
    #[default]
    Linear,
    /// Equal factors are equal lengths.
    Log,
}

/// A range with ticks.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Axis {
    /// What its values are measured in.
    pub unit: Unit,
    /// How values become places.
    pub scale: Scale,
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// Values and what stands beside them.
    pub ticks: Vec<(f64, String)>,
    /// Of an axis of chosen values: all of them as they are written, drawn as ticks or not.
    pub names: Vec<(f64, String)>,
    /// What it measures; of a y axis the panel's name says it.
    pub name: String,
}

/// How the name of the time of a run begins; its unit follows.
const TIME: &str = "time, ";
/// Not more ticks than that.
const TICKS: f64 = 5.0;
/// No axis reaches further; only files that a person has changed hold more.
const LARGEST: f64 = 1e100;
/// No tick is so near to a floor: its label would touch the floor's.
const FLOOR: f64 = 0.1;
const MINUTE: f64 = 60.0;
const HOUR: f64 = 3_600.0;
/// What people count by beyond a minute, in seconds: 1 and 10 minutes, 1, 10 and 100 hours.
const LONG: [f64; 5] = [MINUTE, 600.0, HOUR, 36_000.0, 360_000.0];
/// And what lies between.
const STEPS: [f64; 15] = [
    1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_800.0, 3_600.0, 7_200.0, 18_000.0,
    36_000.0, 86_400.0,
];
/// Not more labelled decades than that.
const DECADES: usize = 6;

impl Axis {
    /// Time from 0 to `horizon` seconds, in the unit that suits it.
    pub fn time(horizon: f64) -> Self {
        let (unit, name) = match horizon {
            h if h >= 3.0 * 3600.0 => (3600.0, "h"),
            h if h > 120.0 => (60.0, "min"),
            h if h > 0.5 => (1.0, "s"),
            _ => (0.001, "ms"),
        };
        let span = horizon / unit;
        let step = [1.0, 2.0, 3.0, 5.0, 10.0, 15.0, 20.0, 30.0, 50.0]
            .into_iter()
            .find(|step| span / step <= TICKS)
            .unwrap_or_else(|| nice(span / TICKS));
        let step = if span < 2.0 { nice(span / TICKS) } else { step };
        let ticks = multiples(step, span).map(|at| (at * unit, figures::tick(at))).collect();
        let high = horizon.max(f64::MIN_POSITIVE);
        let name = format!("{TIME}{name}");
        Self { unit: Unit::Seconds, high, ticks, name, ..Self::default() }
    }

    /// A chosen value as it is written; none for any other.
    pub fn written(&self, value: f64) -> Option<&str> {
        let named = self.names.iter().find(|name| name.0.total_cmp(&value).is_eq());
        named.map(|name| name.1.as_str())
    }

    /// Whether it is the time of a run.
    pub fn is_time(&self) -> bool {
        self.name.starts_with(TIME)
    }

    /// From 0 to a round number not below `most`; `label` writes a tick.
    pub fn linear(most: f64, label: impl Fn(f64) -> String) -> Self {
        let most = if most > 0.0 { most.min(LARGEST) } else { 1.0 };
        let step = nice(most / (TICKS - 1.0));
        let high = (most / step - 1e-9).ceil() * step;
        let ticks = multiples(step, high).map(|at| (at, label(at))).collect();
        Self { high, ticks, ..Self::default() }
    }

    /// Decades from below `least` to above `most`, both positive.
    pub fn log(least: f64, most: f64, label: impl Fn(f64) -> String) -> Self {
        let low = round_down(least.clamp(1.0 / LARGEST, LARGEST));
        let high = round_up(most.min(LARGEST).max(low * 1.5));
        let mut ticks: Vec<f64> = decades(low, high).collect();
        if ticks.len() < 3 {
            ticks = decades(low / 10.0, high)
                .flat_map(|decade| [decade, 2.0 * decade, 5.0 * decade])
                .filter(|&at| at > low * 0.999 && at < high * 1.001)
                .collect();
        }
        // Where not all have room, the upper end keeps its tick.
        let every = ticks.len().div_ceil(DECADES).max(1);
        let mut ticks: Vec<(f64, String)> =
            ticks.into_iter().rev().step_by(every).map(|at| (at, label(at))).collect();
        ticks.reverse();
        Self { scale: Scale::Log, low, high, ticks, ..Self::default() }
    }

    /// One that reaches as far as all of them; of none an empty one. On a log axis zero lies on the
    /// floor.
    pub fn over<'a>(all: impl Iterator<Item = &'a Self> + Clone) -> Self {
        let reach = |axis: &&Self| match axis.scale {
            Scale::Linear => axis.high,
            // They win over linear ones.
            Scale::Log => f64::MAX.sqrt() * (axis.high / axis.low),
        };
        let widest = all.clone().max_by(|a, b| reach(a).total_cmp(&reach(b)));
        let Some(mut own) = widest.cloned() else { return Self::default() };
        for other in all.filter(|other| other.scale == own.scale) {
            let beyond = |at: f64| at < own.low || at > own.high;
            let more: Vec<(f64, String)> =
                other.ticks.iter().filter(|tick| beyond(tick.0)).cloned().collect();
            own.ticks.extend(more);
            (own.low, own.high) = (own.low.min(other.low), own.high.max(other.high));
        }
        own.ticks.sort_by(|a, b| a.0.total_cmp(&b.0));
        own
    }

    /// Durations from 0 to a round one not below `most` seconds, in the unit that suits them.
    pub fn lasting(most: f64) -> Self {
        let unit = match most {
            most if most > 4.0 * HOUR => HOUR,
            most if most > 2.0 * MINUTE => MINUTE,
            _ => 1.0,
        };
        let label = |value: f64| match value * unit {
            // A minute among seconds is sixty of them.
            at if unit < MINUTE && at >= MINUTE => format!("{}{GAP}s", figures::tick(at)),
            at => seconds(at),
        };
        let axis = Self::linear(most / unit, label);
        let ticks = axis.ticks.into_iter().map(|(at, label)| (at * unit, label)).collect();
        Self { unit: Unit::Seconds, high: axis.high * unit, ticks, ..Self::default() }
    }

    /// Durations by their decades; beyond a minute people count otherwise.
    pub fn lags(least: f64, most: f64) -> Self {
        let axis = Self::log(least, most, seconds).of(Unit::Seconds);
        let ends = axis.low * 0.999..axis.high * 1.001;
        let long = LONG.into_iter().filter(|at| ends.contains(at));
        let short = decades(axis.low, 2.0 * axis.low.max(1.0)).filter(|&at| at < 5.0);
        let mut all: Vec<f64> =
            short.chain([10.0].into_iter().filter(|at| ends.contains(at))).collect();
        all.extend(long);
        if axis.high < 100.0 * 0.999 {
            return axis;
        }
        // Too few to read by: those between them are whole minutes and hours as well.
        if all.len() < 3 {
            all = STEPS.into_iter().filter(|at| ends.contains(at)).collect();
        }
        if all.len() < 2 {
            return axis;
        }
        let every = all.len().div_ceil(DECADES);
        let mut ticks: Vec<(f64, String)> =
            all.into_iter().rev().step_by(every).map(|at| (at, seconds(at))).collect();
        ticks.reverse();
        Self { ticks, ..axis }
    }

    /// The same with a marked floor for zeros, below the least value.
    #[must_use]
    pub fn with_floor(mut self) -> Self {
        let decade = decade_below(self.low);
        self.low = if decade < 0.999 * self.low { decade } else { decade / 2.0 };
        let ticks = std::mem::take(&mut self.ticks);
        self.ticks = ticks.into_iter().filter(|(at, _)| self.place(*at) >= FLOOR).collect();
        self.ticks.insert(0, (self.low, "0".to_owned()));
        self
    }

    /// The same, measured in a unit other than a count.
    #[must_use]
    pub fn of(self, unit: Unit) -> Self {
        Self { unit, ..self }
    }

    /// The value at a place from 0 to 1: the inverse of [`Self::place`].
    pub fn value(&self, place: f64) -> f64 {
        match self.scale {
            Scale::Linear => self.low + (self.high - self.low) * place,
            Scale::Log => self.low * libm::pow(self.high / self.low, place),
        }
    }

    /// The same with a name.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self }
    }

    /// Where a value lies between the ends, from 0 to 1; what lies beyond is moved to the end.
    pub fn place(&self, value: f64) -> f64 {
        let share = match self.scale {
            Scale::Linear => (value - self.low) / (self.high - self.low),
            Scale::Log if value <= 0.0 => 0.0,
            Scale::Log => libm::log(value / self.low) / libm::log(self.high / self.low),
        };
        share.clamp(0.0, 1.0)
    }
}

/// Multiples of `step` from 0 to `end`, both included.
fn multiples(step: f64, end: f64) -> impl Iterator<Item = f64> {
    let count = crate::engine::number::floor(end / step + 1e-9);
    (0..=count).map(move |k| crate::engine::number::float(k) * step)
}

/// The next of 1, 2, 2.5, 5 and 10 times a power of ten.
fn nice(value: f64) -> f64 {
    let decade = decade_below(value);
    let factors = [1.0, 2.0, 2.5, 5.0, 10.0];
    let factor = factors.into_iter().find(|factor| factor * decade >= value * (1.0 - 1e-9));
    factor.unwrap_or(10.0) * decade
}

/// The largest power of ten not above `value`.
fn decade_below(value: f64) -> f64 {
    power((libm::log10(value) + 1e-9).floor())
}

/// A power of ten to the last bit.
fn power(exponent: f64) -> f64 {
    format!("1e{exponent:.0}").parse().unwrap_or(1.0)
}

fn decades(low: f64, high: f64) -> impl Iterator<Item = f64> {
    let first = (libm::log10(low) - 1e-9).ceil();
    let last = (libm::log10(high) + 1e-9).floor();
    let count = crate::engine::number::whole(last - first + 1.0);
    (0..count).map(move |k| power(first + crate::engine::number::float(k)))
}

fn round_down(value: f64) -> f64 {
    let decade = decade_below(value);
    let factors = [5.0, 2.0, 1.0];
    decade * factors.into_iter().find(|factor| factor * decade <= value * 1.001).unwrap_or(1.0)
}

fn round_up(value: f64) -> f64 {
    let decade = decade_below(value);
    let factors = [1.0, 2.0, 5.0, 10.0];
    decade * factors.into_iter().find(|factor| factor * decade >= value * 0.999).unwrap_or(10.0)
}

/// Ticks of shares by decades: `10 %`, `0.1 %`, then `1 in 10k`.
pub(super) fn share(value: f64) -> String {
    let small = value > 0.0 && value < 0.000_999;
    if small && (value / decade_below(value) - 1.0).abs() < 1e-6 {
        format!("1 in {}", figures::tick((1.0 / value).round()))
    } else {
        percent(value)
    }
}

/// Ticks of shares at equal steps: `25 %`, `0.075 %`.
pub(super) fn percent(value: f64) -> String {
    if !(0.1..1.0).contains(&value) {
        return format!("{}{GAP}%", figures::tick(value * 100.0));
    }
    // 99.75 % is not 99.8 %.
    let text = format!("{:.2}", value * 100.0);
    format!("{}{GAP}%", text.trim_end_matches('0').trim_end_matches('.'))
}

/// Ticks of a unit.
pub(super) fn of_unit(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Seconds => seconds(value),
        Unit::Share => percent(value),
        Unit::Bytes => bytes(value),
        Unit::BytesPerSecond if value > 0.0 => format!("{}/s", bytes(value)),
        Unit::PerSecond if value > 0.0 => format!("{}/s", figures::tick(value)),
        Unit::Usd | Unit::UsdPerMonth => usd(value),
        _ => figures::tick(value),
    }
}

/// Ticks of sizes: `500 MB`, `2.5 GB`.
pub(super) fn bytes(value: f64) -> String {
    let (factor, unit) = match value {
        v if v <= 0.0 => return "0".to_owned(),
        v if v < 0.999e3 => (1.0, "B"),
        v if v < 0.999e6 => (1e-3, "KB"),
        v if v < 0.999e9 => (1e-6, "MB"),
        _ => (1e-9, "GB"),
    };
    format!("{}{GAP}{unit}", figures::tick(value * factor))
}

/// Ticks of money: `$500`, `$2.5k`.
pub(super) fn usd(value: f64) -> String {
    format!("${}", figures::tick(value))
}

/// Ticks of durations: `100 ms`, `1 s`, `10 min`, `2.78 h`.
pub(super) fn seconds(value: f64) -> String {
    let (factor, unit) = match value {
        v if v <= 0.0 => return "0".to_owned(),
        v if v < 0.999e-6 => (1e9, "ns"),
        v if v < 0.999e-3 => (1e6, "µs"),
        v if v < 0.999 => (1e3, "ms"),
        // Whole minutes are said so.
        v if v < 119.0 && (v - MINUTE).abs() > 1e-6 => (1.0, "s"),
        v if v < HOUR * 0.999 => (1.0 / MINUTE, "min"),
        _ => (1.0 / HOUR, "h"),
    };
    format!("{}{GAP}{unit}", figures::tick(value * factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<String> {
        axis.ticks.iter().map(|tick| figures::plain(&tick.1)).collect()
    }

    #[test]
    fn time_in_the_unit_that_suits() {
        for (horizon, name, expected) in [
            (720.0, "time, min", vec!["0", "3", "6", "9", "12"]),
            (1_200.0, "time, min", vec!["0", "5", "10", "15", "20"]),
            (60.0, "time, s", vec!["0", "15", "30", "45", "60"]),
            (86_400.0, "time, h", vec!["0", "5", "10", "15", "20"]),
            (1.0, "time, s", vec!["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        ] {
            let axis = Axis::time(horizon);
            assert_eq!((axis.name.as_str(), labels(&axis)), (name, to_owned(&expected)));
        }
    }

    fn to_owned(labels: &[&str]) -> Vec<String> {
        labels.iter().map(|&label| label.to_owned()).collect()
    }

    #[test]
    fn logarithmic_ticks_in_words() {
        for (axis, expected) in [
            (Axis::log(0.08, 41.0, seconds), vec!["100 ms", "1 s", "10 s"]),
            (Axis::log(0.21, 0.45, seconds), vec!["200 ms", "500 ms"]),
            (Axis::log(1e-6, 1.0, share), vec!["1 in 1M", "1 in 10k", "1 %", "100 %"]),
            (Axis::log(14.0, 4_800.0, figures::tick), vec!["10", "100", "1k"]),
            (Axis::log(14.0, 4_800.0, figures::tick).with_floor(), vec!["0", "10", "100", "1k"]),
        ] {
            assert_eq!(labels(&axis), to_owned(&expected));
        }
    }

    /// Beyond a minute ticks are whole minutes; among seconds a minute is sixty of them.
    #[test]
    fn durations_are_counted_as_people_do() {
        let labelled = |low, high| labels(&Axis::lags(low, high));
        assert_eq!(labelled(6.0, 450.0), ["5 s", "10 s", "30 s", "1 min", "2 min", "5 min"]);
        assert_eq!(labelled(20.0, 590.0), ["30 s", "1 min", "2 min", "5 min", "10 min"]);
        assert_eq!(labels(&Axis::lasting(80.0)), ["0", "20 s", "40 s", "60 s", "80 s"]);
        assert_eq!(labels(&Axis::lasting(150.0)), ["0", "1 min", "2 min", "3 min"]);
    }

    #[test]
    fn linear_axes_end_on_a_round_number() {
        assert_eq!(labels(&Axis::linear(487.0, figures::tick)), ["0", "200", "400", "600"]);
        assert_eq!(labels(&Axis::linear(0.97, share)), ["0 %", "25 %", "50 %", "75 %", "100 %"]);
        assert_eq!(Axis::linear(0.0, figures::tick).high.to_bits(), 1.0_f64.to_bits());
    }

    /// What is least on a logarithmic axis is not drawn as zero.
    #[test]
    fn the_floor_lies_below_the_least_value() {
        for least in [1.0, 1.5, 2.0, 10.0, 14.0, 99.0] {
            let axis = Axis::log(least, 4_800.0, figures::tick).with_floor();
            assert!(axis.place(least) > 0.01, "{least}: {axis:?}");
        }
    }

    #[test]
    fn absurd_values_have_an_axis() {
        for axis in [Axis::log(1e-308, 1e308, seconds), Axis::linear(1e308, figures::tick)] {
            assert!(axis.high.is_finite() && axis.low < axis.high && axis.ticks.len() < 10);
        }
    }

    #[test]
    fn values_are_the_inverse_of_places() {
        for axis in [Axis::time(720.0), Axis::log(0.08, 41.0, seconds)] {
            let value = axis.value(0.3);
            assert!((axis.place(value) - 0.3).abs() < 1e-12, "{value}");
        }
    }

    #[test]
    fn places_are_clamped() {
        let axis = Axis::log(1.0, 100.0, figures::tick);
        assert!(axis.place(0.0) <= 0.0 && axis.place(1e9) >= 1.0 && axis.place(1e9) <= 1.0);
        assert!((axis.place(10.0) - 0.5).abs() < 1e-12);
    }
}
