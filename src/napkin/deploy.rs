//! Rolling replacements of a pool in lines: whom each batch sends away, who takes them in, and how
//! long it takes.
use super::{
    Crowd, Plan,
    pool::Pool,
    sheet::{Sheet, Value, cores, f, metric, n, s},
};
use crate::{
    node::parameters::DrainBy,
    record::Unit,
    scenario::NodeId,
    summary::{
        figures,
        napkin::{Beside, Kind},
        rolling::{Placing, Rolling, rolling},
    },
};

/// Steps in which a drain is added up.
const STEPS: u32 = 400;

/// A deploy of a pool, as far as closed forms go.
pub(super) struct Deploy<'p> {
    pub(super) pool: Pool<'p>,
    pub(super) batch: u16,
    pub(super) rolling: Rolling,
    /// Handshakes a second of those that take a batch in, beside what they hold, if they cost
    /// anything.
    pub(super) rate: Option<f64>,
    /// Where all that it holds are requests: those of each crowd.
    held: Vec<Held>,
    /// Users of the pool.
    users: f64,
}

impl Deploy<'_> {
    /// The shortest window in which those who take a batch in have time for it.
    pub(super) fn shortest(&self) -> Option<f64> {
        self.rate.filter(|rate| *rate > 0.0).map(|rate| self.rolling.taken / rate)
    }

    /// How long an instance drains, in seconds.
    pub(super) fn drains(&self) -> f64 {
        if self.rolling.herd <= 0.0 {
            return 0.0;
        }
        if self.held.is_empty() {
            return self.told().min(self.pool.own.drain.grace.seconds());
        }
        // Until the last of all requests has ended, or its client has left.
        self.until(self.longest().unwrap_or(0.0), |at| {
            let gone = |held: &Held| 1.0 - held.some_left(at, self.stays(at));
            1.0 - self.held.iter().map(gone).product::<f64>()
        })
    }

    /// How long a request is held at most, in seconds, where all that it holds are requests.
    pub(super) fn longest(&self) -> Option<f64> {
        self.held.iter().map(|held| held.hold).reduce(f64::max)
    }

    /// Until when clients are told to leave, in seconds.
    pub(super) fn told(&self) -> f64 {
        let drain = self.pool.own.drain;
        match drain.by {
            DrainBy::ClientJitter => drain.window.seconds(),
            DrainBy::ServerBatches => {
                let each = self.rolling.herd / f64::from(self.batch.max(1));
                (each / f64::from(drain.batch.max(1))).ceil() * drain.every.seconds()
            }
        }
    }

    /// The share of those who are told that are to leave later than so many seconds on.
    fn stays(&self, seconds: f64) -> f64 {
        (1.0 - seconds / self.told().max(1e-9)).max(0.0)
    }

    /// The integral of a chance over the time that an instance drains, in seconds.
    fn until(&self, most: f64, chance: impl Fn(f64) -> f64) -> f64 {
        let most = self.told().min(self.pool.own.drain.grace.seconds()).min(most);
        let step = most / f64::from(STEPS);
        (0..STEPS).map(|k| chance((f64::from(k) + 0.5) * step) * step).sum()
    }

    /// Of requests that are held the share whose time to leave comes, or the end of the grace,
    /// before they are answered.
    fn caught(&self) -> f64 {
        let (told, grace) = (self.told(), self.pool.own.drain.grace.seconds());
        let all: f64 = self.held.iter().map(|held| held.many).sum();
        if all <= 0.0 || told <= 0.0 {
            return 1.0;
        }
        let one = |held: &Held| {
            let leaves = self.until(held.hold, |at| held.left(at)) / told;
            held.many / all * (leaves + self.stays(grace) * held.left(grace))
        };
        self.held.iter().map(one).sum()
    }

    /// How often a user moves, and how that comes about.
    fn moves(&self) -> (f64, String) {
        let words = match self.pool.placing() {
            Placing::Ring => "1 + 1/2, ring hash in place",
            Placing::Uniform => "(1 − b/n)·((n/(n − b))^(n/b) − 1), to any other",
            Placing::Fewest => "1 + b/n, to the emptiest",
            Placing::Anew => {
                let caught = self.caught() * self.pool.held / self.users.max(1e-9);
                let share = figures::share(caught);
                let words = format!("(1 + b/n) × {share} whose request is still held then");
                return (self.rolling.moves * caught, words);
            }
        };
        (self.rolling.moves, words.to_owned())
    }
}

/// Requests that a pool holds for a crowd.
struct Held {
    /// Of an instance.
    many: f64,
    /// How long one is held at most, in seconds.
    hold: f64,
    /// What ends one before that, a second.
    ends: f64,
    /// What ends all of them together, a second, and at fixed periods, in seconds.
    together: f64,
    periods: Vec<f64>,
}

impl Held {
    fn of(crowd: &Crowd<'_>) -> Self {
        let (together, periods) = crowd.comes_for_all();
        let often: f64 = periods.iter().map(|period| 1.0 / period).sum();
        let own = (crowd.each_gets() - together - often).max(0.0);
        Self {
            many: crowd.placed() / f64::from(crowd.pool.parameters.count.max(1)),
            hold: crowd.clients.parameters.poll_hold.seconds(),
            ends: own + crowd.breaks.aged() + crowd.breaks.dies,
            together,
            periods,
        }
    }

    /// The chance that one which is held still is so many seconds later.
    fn left(&self, seconds: f64) -> f64 {
        self.alone(seconds) * self.all(seconds)
    }

    /// The chance that some are whose clients are still to leave, each of them with a chance.
    fn some_left(&self, seconds: f64, stays: f64) -> f64 {
        let none = self.many * libm::log1p(-stays * self.alone(seconds));
        self.all(seconds) * -libm::expm1(none)
    }

    /// The chance that nothing has answered one alone: it began at most a hold ago, e^(−κx) as
    /// often x ago.
    fn alone(&self, seconds: f64) -> f64 {
        let rest = (self.hold - seconds).max(0.0);
        let whole = self.ends * self.hold;
        if whole < 1e-9 {
            return rest / self.hold.max(1e-9);
        }
        let (now, rest) = (libm::exp(-self.ends * seconds), libm::expm1(-self.ends * rest));
        now * rest / libm::expm1(-whole)
    }

    /// The chance that nothing has answered all of them.
    fn all(&self, seconds: f64) -> f64 {
        let periods = self.periods.iter().map(|period| (1.0 - seconds / period).max(0.0));
        libm::exp(-self.together * seconds) * periods.product::<f64>()
    }
}

impl Plan<'_> {
    pub(super) fn deploy(&self, node: NodeId, batch: u16) -> Option<Deploy<'_>> {
        let pool = self.pool(node)?;
        let instances = u32::from(pool.own.count);
        let placing = pool.placing();
        let rolling = rolling(placing, pool.held, instances, u32::from(batch));
        // Who asks elsewhere does so by the connection that it has.
        let opens = placing != Placing::Anew || pool.own.drain.by == DrainBy::ServerBatches;
        let rate = pool.capacity(rolling.takers, pool.free_with(rolling.level));
        let crowds = self.of_pool(node);
        let held = crowds.iter().filter(|crowd| placing == Placing::Anew && crowd.placed() > 0.0);
        let held = held.map(|crowd| Held::of(crowd)).collect();
        let users = crowds.iter().map(|crowd| crowd.users).sum();
        Some(Deploy { pool, batch, rolling, rate: rate.filter(|_| opens), held, users })
    }
}

impl Deploy<'_> {
    pub(super) fn lines(&self, name: &str, startup: f64, sheet: &mut Sheet) {
        let Deploy { pool, batch, rolling, rate, .. } = self;
        let value = |number, unit, kind, beside| Value { number, unit, kind, beside };
        let batch = f64::from(*batch);
        if rolling.herd > 0.0 {
            let own = pool.held / pool.count.max(1.0);
            let words = match pool.placing() {
                Placing::Ring if pool.count > batch => format!(
                    "{} × N/n × (1 + {} × {}/{})",
                    f(batch),
                    f(rolling.batches - 1.0),
                    f(batch),
                    f(pool.count - batch)
                ),
                _ => format!("{} × {} × {}", f(batch), n(own), f(rolling.fullest / own)),
            };
            let herd = value(rolling.herd, Unit::Count, Kind::Hit, Beside::Nothing);
            sheet.line("Largest herd", words, herd);
            let fullest = metric(format!("{}.connections_per_instance.max", pool.name));
            let words = format!("N/n × {}", f(rolling.fullest / own));
            let most = pool.most();
            let note = format!("{} allows {}", pool.bound(), n(most));
            let fullest = value(rolling.fullest, Unit::Count, Kind::Fullest, fullest);
            sheet.noted("Fullest gateway", words, fullest, note);
            if let Some(rate) = rate {
                let words = format!(
                    "{} × {} × {} ÷ {}",
                    f(rolling.takers),
                    cores(f64::from(pool.own.cores)),
                    figures::share(pool.free_with(rolling.level)),
                    s(pool.work)
                );
                let rate = value(*rate, Unit::PerSecond, Kind::Capacity, Beside::Nothing);
                sheet.line("Handshakes meanwhile", words, rate);
            }
            if let Some(shortest) = self.shortest() {
                let note = self.window_note(shortest);
                let shortest = value(shortest, Unit::Seconds, Kind::Duration, Beside::Nothing);
                sheet.noted(
                    "Shortest drain window",
                    format!("{} ÷ handshakes meanwhile", n(rolling.taken)),
                    shortest,
                    note,
                );
            }
            let (moves, words) = self.moves();
            let beside = metric(format!("{name}.moves_per_client"));
            sheet.line("Moves per user", words, value(moves, Unit::Ratio, Kind::Moves, beside));
        }
        let drains = self.drains();
        let mut words = format!("{} × ({} + {})", f(rolling.batches), s(drains), s(startup));
        if drains < self.told().min(pool.own.drain.grace.seconds()) {
            words += ", until what is held has been answered";
        }
        let lasts = rolling.batches * (drains + startup);
        let beside = metric(format!("{name}.duration"));
        sheet.line("Duration", words, value(lasts, Unit::Seconds, Kind::Duration, beside));
    }

    /// What the window of the file is beside the shortest.
    fn window_note(&self, shortest: f64) -> String {
        let drain = self.pool.own.drain;
        match drain.by {
            DrainBy::ClientJitter => format!("yours: {}", s(drain.window.seconds())),
            DrainBy::ServerBatches if shortest > 0.0 => format!("yours: {}", s(self.drains())),
            DrainBy::ServerBatches => String::new(),
        }
    }
}
