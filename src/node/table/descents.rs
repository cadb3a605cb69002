//! What one push to many costs in time: the ways down of those whom an instance holds, counted in
//! buckets, and the sum of such a way and a place in a batch, as whole counts of lags.
//!
//! The lag of one of them is (end of its job in the batch) + (its way down). Who has which place is
//! as likely, so the law of the sum is the convolution of an even law over the batch with the
//! counts of the ways. With W(y) the ways up to y, and G(y) their integral, the share of lags up to
//! e is (G(e − a) − G(e − b)) / (b − a), a and b being where the batch begins and ends: exact for
//! ways at the middles of their buckets, which lie within 0.8 % of them.
use crate::{
    engine::{Span, Time, number},
    node::batch::Batch,
    record::histogram::{bounds, bucket, used},
};

/// The ways down of those whom an instance holds, counted in the buckets of a histogram.
#[derive(Clone, Debug, Default)]
pub struct Descents {
    counts: Vec<u32>,
    total: u32,
}

/// How many have a lag.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lags {
    /// The lag: the middle of a bucket.
    pub lag: Span,
    /// How many.
    pub count: u32,
}

/// Walks through the ways in ascending order, and knows the integral of their counts so far.
struct Integral<'a> {
    counts: &'a [u32],
    next: usize,
    seen: f64,
    moment: f64,
}

impl Integral<'_> {
    /// G(y) = Σ max(0, y − way); `y` does not fall from call to call.
    fn up_to(&mut self, y: f64) -> f64 {
        while let Some(&count) = self.counts.get(self.next) {
            let way = middle(self.next);
            if count > 0 && way >= y {
                break;
            }
            self.seen += f64::from(count);
            self.moment += f64::from(count) * way;
            self.next += 1;
        }
        y * self.seen - self.moment
    }

    /// W(y): how many ways lie below y.
    fn below(&mut self, y: f64) -> f64 {
        self.up_to(y);
        self.seen
    }
}

fn middle(place: usize) -> f64 {
    let (low, width) = bounds(place);
    number::float(low) + number::float(width - 1) / 2.0
}

impl Descents {
    /// One more is held here.
    pub fn add(&mut self, way: Span) {
        let place = bucket(way.nanos());
        if self.counts.len() <= place {
            self.counts.resize(place + 1, 0);
        }
        self.counts[place] += 1;
        self.total += 1;
    }

    /// One of them is held here no longer.
    pub fn remove(&mut self, way: Span) {
        self.counts[bucket(way.nanos())] -= 1;
        self.total -= 1;
    }

    fn integral(&self) -> Integral<'_> {
        Integral { counts: &self.counts, next: 0, seen: 0.0, moment: 0.0 }
    }

    /// Least and greatest way.
    fn ends(&self) -> Option<(f64, f64)> {
        let first = self.counts.iter().position(|&count| count > 0)?;
        let last = self.counts.iter().rposition(|&count| count > 0)?;
        Some((middle(first), middle(last)))
    }

    /// The lags since `sent` of `many` of those who are held here, whose jobs are `batch`, in
    /// ascending order. They are the expected counts, made whole by systematic sampling: of the
    /// running sum C, what ends in a bucket is ⌊C + unit⌋ − ⌊C before + unit⌋, so that each count
    /// is within 1 of its expectation, none is favoured, and all together are `many`.
    pub fn lags(&self, batch: Batch, sent: Time, many: u32, unit: f64) -> Vec<Lags> {
        let Some((least, greatest)) = self.ends().filter(|_| many > 0) else { return Vec::new() };
        let (a, b) = cells(batch, sent);
        let even = b - a >= 1.0;
        let (first, last) = (bucket(number::floor(a + least)), bucket(number::whole(b + greatest)));
        let (mut ahead, mut behind) = (self.integral(), self.integral());
        let all = f64::from(self.total);
        let (mut lags, mut before) = (Vec::new(), 0);
        for place in (first..=last).filter(|&place| used(place)) {
            let (low, width) = bounds(place);
            let end = number::float(low + width);
            let share = if place == last {
                1.0
            } else if even {
                (ahead.up_to(end - a) - behind.up_to(end - b)) / ((b - a) * all)
            } else {
                ahead.below(end - a) / all
            };
            let so_far = number::floor(f64::from(many) * share.clamp(0.0, 1.0) + unit);
            let so_far = number::low(so_far).min(many).max(before);
            if so_far > before {
                let lag = Span::from_nanos(low + width / 2);
                lags.push(Lags { lag, count: so_far - before });
                before = so_far;
            }
        }
        lags
    }
}

/// Where the jobs of a batch lie on the axis of lags: each takes a cell, its end in the middle.
fn cells(batch: Batch, sent: Time) -> (f64, f64) {
    let (first, last) = (batch.first.since(sent).float(), batch.last.since(sent).float());
    let half = if batch.jobs > 1 { (last - first) / f64::from(batch.jobs - 1) / 2.0 } else { 0.0 };
    ((first - half).max(0.0), last + half)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{engine::Draws, record::Histogram};

    fn ms(ms: u64) -> Span {
        Span::from_millis(ms)
    }

    fn batch(first: u64, last: u64, jobs: u32) -> Batch {
        Batch { first: Time::ZERO + ms(first), last: Time::ZERO + ms(last), jobs }
    }

    #[test]
    fn without_a_queue_the_lag_is_the_way() {
        let mut ways = Descents::default();
        [10, 10, 20, 40].into_iter().for_each(|way| ways.add(ms(way)));
        let lags = ways.lags(batch(5, 5, 4), Time::ZERO, 4, 0.5);
        let found: Vec<(u64, u32)> =
            lags.iter().map(|it| (it.lag.nanos() / 1_000_000, it.count)).collect();
        assert_eq!(found, [(15, 2), (25, 1), (45, 1)]);
    }

    #[test]
    fn those_who_leave_count_no_more_and_nobody_gets_nothing() {
        let mut ways = Descents::default();
        ways.add(ms(10));
        ways.add(ms(30));
        ways.remove(ms(10));
        let lags = ways.lags(batch(0, 0, 1), Time::ZERO, 1, 0.3);
        assert!(lags.len() == 1 && lags[0].lag.nanos().abs_diff(30_000_000) < 400_000, "{lags:?}");
        assert_eq!(ways.lags(batch(0, 0, 1), Time::ZERO, 0, 0.3), []);
        assert_eq!(Descents::default().lags(batch(0, 9, 4), Time::ZERO, 4, 0.3), []);
    }

    /// Each member's own end and way, drawn one by one, have the same quantiles.
    #[test]
    fn the_counts_are_those_of_the_plain_way() {
        let draws = Draws::new(3, 0, "descents");
        let many = 20_000;
        let (mut ways, mut plain, mut sum) = (Descents::default(), Histogram::default(), 0.0);
        let batch = batch(3, 63, many);
        for user in 0..u64::from(many) {
            let way = ms(2).scale(1.0 - libm::log(draws.unit(0usize, user, 0)) * 9.0);
            ways.add(way);
            sum += way.float();
            plain.record(batch.at(draws.unit(1usize, user, 0)).since(Time::ZERO) + way);
        }
        let mut grouped = Histogram::default();
        for lags in ways.lags(batch, Time::ZERO, many, 0.37) {
            grouped.record_many(lags.lag, u64::from(lags.count));
        }
        assert_eq!(grouped.total(), u64::from(many));
        for share in [0.01, 0.1, 0.5, 0.9, 0.99, 0.999] {
            let [one, other] =
                [&grouped, &plain].map(|it| it.quantile(share).map_or(0.0, Span::float));
            // The plain way's own standard error is 1.7 % at the first percentile, where 200 lie
            // below in a density that rises from zero, and 2 % at the last, with 20 above.
            let allowed = if (0.02..0.995).contains(&share) { 0.025 } else { 0.06 };
            assert!((one / other - 1.0).abs() < allowed, "{share}: {one} and {other}");
        }
        let exact = 33e6 + sum / f64::from(many);
        let mean = grouped.mean().map_or(0.0, Span::float);
        assert!((mean / exact - 1.0).abs() < 0.002, "{mean}, not {exact}");
    }

    /// Over many pushes a bucket gets what it is to expect, however few each push reaches.
    #[test]
    fn no_bucket_is_favoured() {
        let draws = Draws::new(5, 0, "descents");
        let mut ways = Descents::default();
        (0..90).for_each(|_| ways.add(ms(10)));
        (0..10).for_each(|_| ways.add(ms(500)));
        let mut late = 0;
        for push in 0..4_000 {
            let lags = ways.lags(batch(1, 1, 3), Time::ZERO, 3, draws.unit(0usize, push, 0));
            late += lags.iter().filter(|it| it.lag > ms(100)).map(|it| it.count).sum::<u32>();
        }
        // 0.3 of 3 each time: 1,200 with a standard error of about 29.
        assert!((1_090..=1_310).contains(&late), "{late}");
    }
}
