//! Rolling replacements of a pool in lines: whom each batch sends away, who takes them in, and how
//! long it takes.
use super::{
    Crowd, Plan,
    pool::Pool,
    sheet::{Sheet, Value, cores, f, metric, n, s},
    terms,
};
use crate::{
    engine::Law,
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
    /// The round trips of each crowd, and its share of what the pool holds.
    ways: Vec<(f64, &'p Law)>,
    /// Users of the pool, those among them who wait for a connection of their browser.
    users: f64,
    waits: f64,
    /// How often a user moves that goes to any other instance.
    anywhere: f64,
}

impl Deploy<'_> {
    /// The shortest window in which those who take a batch in have time for it.
    pub(super) fn shortest(&self) -> Option<f64> {
        self.rate.filter(|rate| *rate > 0.0).map(|rate| self.rolling.taken / rate)
    }

    /// How long the fullest instance drains, in seconds.
    pub(super) fn drains(&self) -> f64 {
        self.drains_with(self.rolling.fullest)
    }

    /// How long one drains that holds so many, in seconds.
    fn drains_with(&self, load: f64) -> f64 {
        if load <= 0.0 {
            return 0.0;
        }
        let told = self.told(load);
        if self.held.is_empty() {
            return self.gone(load, told).min(self.pool.own.drain.grace.seconds());
        }
        // Until the last of all requests has ended, or its client has left.
        self.until(told, self.longest().unwrap_or(0.0), |at| {
            let gone = |held: &Held| 1.0 - held.some_left(at, stays(told, at));
            1.0 - self.held.iter().map(gone).product::<f64>()
        })
    }

    /// When the last of so many has left who are told at once to leave within `told` seconds: it
    /// takes a round trip at least, E max(told, the longest of all round trips). What the instance
    /// closes itself is gone at once.
    fn gone(&self, load: f64, told: f64) -> f64 {
        if self.pool.own.drain.by == DrainBy::ServerBatches {
            return told;
        }
        let ways = || self.ways.iter().map(|(part, way)| (part * load, *way));
        let longest = ways().map(|(many, way)| {
            let most = 1.0 - 1e-3 / many.max(1.0);
            if many > 0.0 { way.quantile(most) / 1e9 } else { 0.0 }
        });
        let step = (longest.fold(told, f64::max) - told) / f64::from(STEPS);
        if step <= 0.0 {
            return told;
        }
        let some_stay = |at: f64| {
            let all = ways().map(|(many, way)| many * libm::log1p(-terms::beyond(way, at)));
            -libm::expm1(all.sum())
        };
        let stay = (0..STEPS).map(|k| some_stay(told + (f64::from(k) + 0.5) * step));
        told + stay.sum::<f64>() * step
    }

    /// How long a request is held at most, in seconds, where all that it holds are requests.
    pub(super) fn longest(&self) -> Option<f64> {
        self.held.iter().map(|held| held.hold).reduce(f64::max)
    }

    /// Until when the clients of an instance are told to leave, in seconds; it closes the first of
    /// its batches of them at once.
    fn told(&self, load: f64) -> f64 {
        let drain = self.pool.own.drain;
        match drain.by {
            DrainBy::ClientJitter => drain.window.seconds(),
            DrainBy::ServerBatches => {
                let closes = (load.round() / f64::from(drain.batch.max(1))).ceil();
                (closes - 1.0).max(0.0) * drain.every.seconds()
            }
        }
    }

    /// The integral of a chance over the time that an instance drains, in seconds.
    fn until(&self, told: f64, most: f64, chance: impl Fn(f64) -> f64) -> f64 {
        let most = told.min(self.pool.own.drain.grace.seconds()).min(most);
        let step = most / f64::from(STEPS);
        (0..STEPS).map(|k| chance((f64::from(k) + 0.5) * step) * step).sum()
    }

    /// Of requests that are held the share whose time to leave comes, or the end of the grace,
    /// before they are answered.
    fn caught(&self) -> f64 {
        let grace = self.pool.own.drain.grace.seconds();
        let told = self.told(self.rolling.fullest);
        let all: f64 = self.held.iter().map(|held| held.many).sum();
        if all <= 0.0 || told <= 0.0 {
            return 1.0;
        }
        let one = |held: &Held| {
            let leaves = self.until(told, held.hold, |at| held.left(at)) / told;
            held.many / all * (leaves + stays(told, grace) * held.left(grace))
        };
        self.held.iter().map(one).sum()
    }

    /// How often a user moves, and how that comes about.
    fn moves(&self) -> (f64, String) {
        let held = (self.pool.held - self.pool.dead).max(0.0);
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
        if self.waits <= 0.0 {
            return (self.rolling.moves, words.to_owned());
        }
        // A place that becomes free goes to another tab of the browser, whose own is any instance.
        let all = self.users.max(1e-9);
        let part = self.waits / all;
        let moves = self.rolling.moves + part * (self.anywhere - self.rolling.moves);
        let words = match self.pool.placing() {
            Placing::Ring => format!("{}, ring hash of other tabs", f(moves)),
            _ => format!("({words})"),
        };
        let words = format!("{words} × {} who are connected", figures::share(held / all));
        (moves * held / all, words)
    }
}

/// The share of those who are told that are to leave later than so many seconds on.
fn stays(told: f64, seconds: f64) -> f64 {
    (1.0 - seconds / told.max(1e-9)).max(0.0)
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
        let of = |placing| rolling(placing, pool.held, instances, u32::from(batch));
        let rolling = of(placing);
        // Who asks elsewhere does so by the connection that it has.
        let opens = placing != Placing::Anew || pool.own.drain.by == DrainBy::ServerBatches;
        let rate = pool.capacity(rolling.takers, pool.free_with(rolling.level));
        let crowds = self.of_pool(node);
        let held = crowds.iter().filter(|crowd| placing == Placing::Anew && crowd.placed() > 0.0);
        let held = held.map(|crowd| Held::of(crowd)).collect();
        let all: f64 = crowds.iter().map(|crowd| crowd.placed()).sum();
        let way = |crowd: &&Crowd<'_>| crowd.placed() / all.max(1e-9);
        let ways = crowds.iter().map(|it| (way(it), &it.clients.parameters.network.rtt)).collect();
        let users = crowds.iter().map(|crowd| crowd.users).sum();
        let waits = |crowd: &&Crowd<'_>| crowd.there * crowd.tabs.waits;
        let waits = crowds.iter().map(waits).sum();
        let anywhere = match placing {
            Placing::Ring => of(Placing::Uniform).moves,
            Placing::Uniform | Placing::Fewest | Placing::Anew => rolling.moves,
        };
        let rate = rate.filter(|_| opens);
        Some(Deploy { pool, batch, rolling, rate, held, ways, users, waits, anywhere })
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
        self.duration_line(name, startup, sheet);
    }

    fn duration_line(&self, name: &str, startup: f64, sheet: &mut Sheet) {
        let Deploy { pool, rolling, .. } = self;
        let all = rolling.loads.iter().map(|load| self.drains_with(*load));
        let all: Vec<f64> = all.collect();
        let (drains, last) = (all.iter().sum::<f64>(), self.drains());
        let same = all.iter().all(|one| (one - last).abs() < 1e-9 * last.max(1.0));
        let (many, boots) = (f(rolling.batches), s(startup));
        let mut words = if same {
            format!("{many} × ({} + {boots})", s(last))
        } else {
            let least = all.iter().copied().fold(f64::INFINITY, f64::min);
            let most = all.iter().copied().fold(0.0, f64::max);
            let each = format!("{} to {} each", s(least), s(most));
            format!("{} in {many} drains, {each}, + {many} × {boots}", s(drains))
        };
        let (told, grace) = (self.told(rolling.fullest), pool.own.drain.grace.seconds());
        if last < told.min(grace) {
            words += ", until what is held has been answered";
        }
        if last > told && last < grace {
            words += ", until the slowest is told and has left";
        }
        let lasts = drains + rolling.batches * startup;
        let beside = metric(format!("{name}.duration"));
        let value = Value { number: lasts, unit: Unit::Seconds, kind: Kind::Duration, beside };
        sheet.line("Duration", words, value);
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
