//! What moved, over time: counts a tick while the run goes on, gauges at the end of each tick.
use super::{
    ledger::{AttemptEnd, Cause, End, Twice},
    outcome::{Track, Unit},
};
use crate::engine::{Span, Time, number};

/// Counts of one tick.
#[derive(Clone, Copy, Debug, Default)]
pub struct Row {
    /// Messages sent.
    pub sent: u64,
    /// Live deliveries.
    pub live: u64,
    /// Replayed deliveries.
    pub replayed: u64,
    /// Ends out of an inbox.
    pub pulled: u64,
    /// Later copies, in the order of [`Twice`].
    pub twice: [u64; Twice::ALL.len()],
    /// Deliveries out of order: live, replayed, pulled.
    pub reordered: [u64; 3],
    /// Expired deliveries.
    pub expired: u64,
    /// Lost deliveries, by cause.
    pub lost: [u64; Cause::ALL.len()],
    /// Attempts begun.
    pub attempted: u32,
    /// Attempts ended, in the order of [`AttemptEnd`].
    pub attempts: [u32; 4],
}

/// Equal bins of time up to the horizon.
#[derive(Clone, Debug)]
pub struct Bins {
    width: u64,
    count: usize,
    /// The bin that was asked for last and where it begins: saves a division.
    current: usize,
    begin: u64,
}

impl Bins {
    /// Bins of `width` up to the horizon, at least one.
    pub fn new(width: Span, horizon: Time) -> Self {
        let width = width.nanos().max(1);
        let count = number::place(horizon.nanos().div_ceil(width)).max(1);
        Self { width, count, current: 0, begin: 0 }
    }

    /// The bin of an instant; beyond the horizon it is the last one.
    #[inline]
    pub fn of(&mut self, at: Time) -> usize {
        if at.nanos() < self.begin || at.nanos() - self.begin >= self.width {
            self.current = number::place(at.nanos() / self.width).min(self.count - 1);
            self.begin = number::count(self.current) * self.width;
        }
        self.current
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.count
    }

    /// How long each is.
    pub fn width(&self) -> Span {
        Span::from_nanos(self.width)
    }
}

/// The rows of a run.
#[derive(Clone, Debug)]
pub struct Series {
    ticks: Bins,
    rows: Vec<Row>,
}

impl Series {
    /// Rows of `tick` up to the horizon.
    pub fn new(tick: Span, horizon: Time) -> Self {
        let ticks = Bins::new(tick, horizon);
        Self { rows: vec![Row::default(); ticks.count()], ticks }
    }

    /// The length of a tick.
    pub fn tick(&self) -> Span {
        self.ticks.width()
    }

    /// The row of an instant; beyond the horizon it is the last one.
    #[inline]
    pub fn at(&mut self, at: Time) -> &mut Row {
        &mut self.rows[self.ticks.of(at)]
    }

    /// Counts the end of so many deliveries.
    #[inline]
    pub fn end(&mut self, at: Time, end: End, many: u64) {
        let row = self.at(at);
        match end {
            End::Live => row.live += many,
            End::Replayed => row.replayed += many,
            End::Pulled => row.pulled += many,
            End::Expired => row.expired += many,
            End::Lost(cause) => row.lost[cause as usize] += many,
        }
    }

    /// The rows.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The counts as tracks of the whole system.
    pub fn tracks(&self) -> Vec<Track> {
        let ends = [
            ("attempted", None),
            ("accepted", Some(AttemptEnd::Accepted)),
            ("refused", Some(AttemptEnd::Refused)),
            ("timed_out", Some(AttemptEnd::TimedOut)),
            ("abandoned", Some(AttemptEnd::Abandoned)),
        ];
        let attempts = ends.map(|(name, end)| {
            self.track("attempts", name, move |row| {
                u64::from(end.map_or(row.attempted, |end| row.attempts[end as usize]))
            })
        });
        let lost = Cause::ALL
            .map(|cause| self.track("lost", cause.name(), move |row| row.lost[cause as usize]));
        let mut tracks = vec![
            self.track("sent", "total", |row| row.sent),
            self.track("deliveries", "live", |row| row.live),
            self.track("deliveries", "replayed", |row| row.replayed),
            self.track("deliveries", "pulled", |row| row.pulled),
            self.track("deliveries", "expired", |row| row.expired),
        ];
        tracks.extend(lost);
        tracks.extend(Twice::ALL.map(|twice| {
            self.track("duplicates", twice.name(), move |row| row.twice[twice as usize])
        }));
        for (place, end) in ["live", "replayed", "pulled"].into_iter().enumerate() {
            tracks.push(self.track("reordered", end, move |row| row.reordered[place]));
        }
        tracks.extend(attempts);
        tracks
    }

    fn track(&self, quantity: &str, statistic: &str, count: impl Fn(&Row) -> u64) -> Track {
        let values = self.rows.iter().map(|row| number::float(count(row))).collect();
        Track::new("", quantity, statistic, Unit::Count, values)
    }
}

/// A value read at the end of every tick.
#[derive(Clone, Debug)]
pub struct Gauge {
    /// The node it belongs to.
    pub node: String,
    /// What is read.
    pub quantity: &'static str,
    /// Of what.
    pub statistic: String,
    /// Its unit.
    pub unit: Unit,
    /// The readings.
    pub values: Vec<f64>,
}

impl Gauge {
    /// A gauge without readings.
    pub fn new(node: &str, quantity: &'static str, statistic: &str, unit: Unit) -> Self {
        let (node, statistic) = (node.to_owned(), statistic.to_owned());
        Self { node, quantity, statistic, unit, values: Vec::new() }
    }

    /// The largest reading.
    pub fn peak(&self) -> Option<f64> {
        self.values.iter().copied().reduce(f64::max)
    }

    /// The mean reading.
    pub fn mean(&self) -> Option<f64> {
        let sum: f64 = self.values.iter().sum();
        (!self.values.is_empty()).then(|| sum / number::float(number::count(self.values.len())))
    }

    /// The gauge as a track.
    pub fn track(&self) -> Track {
        Track::new(&self.node, self.quantity, &self.statistic, self.unit, self.values.clone())
    }
}
