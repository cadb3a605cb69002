//! Invented outcomes: a rolling deploy at 3 of 12 minutes, as a simulation would leave it behind.
//!
//! The curves are closed forms with a little keyed noise. They have the shapes that charts must
//! cope with: drained instances, a herd, retries, gaps without deliveries, rare losses.
use squall::{
    engine::{Span, Time, number},
    record::{Absence, Ends, Histogram, LedgerRow, Measure, Outcome, Phase, Track, Unit, Usage},
    scenario::{Origin, Scenario, Writer},
};

/// What to invent.
#[derive(Clone)]
pub(crate) struct Story {
    /// Gateways.
    pub(crate) gateways: usize,
    /// Users, all connected at the start.
    pub(crate) users: f64,
    /// Whether the deploy loses messages.
    pub(crate) losses: bool,
    /// Whether anything happens at all.
    pub(crate) deploy: bool,
    /// Seconds.
    pub(crate) horizon: u64,
    /// Runs.
    pub(crate) replications: u32,
    /// Bin width of the series.
    pub(crate) tick: Span,
}

impl Default for Story {
    fn default() -> Self {
        Self {
            gateways: 16,
            users: 100_000.0,
            losses: true,
            deploy: true,
            horizon: 720,
            replications: 1,
            tick: Span::from_secs(1),
        }
    }
}

/// What must hold in the story.
pub(crate) const OBJECTIVES: [&str; 4] = [
    "delivery_lag.p99 < 500ms",
    "deliveries.missed == 0",
    "during(deploy).clients.availability > 99.9%",
    "clients.gave_up == 0",
];

impl Story {
    /// The scenario of the story.
    pub(crate) fn scenario(&self) -> Scenario {
        Scenario {
            name: "rolling-deploy".into(),
            question: "Does a jittered drain keep a rolling deploy from becoming a storm?".into(),
            horizon: Time::from_nanos(self.horizon * 1_000_000_000),
            warm_up: Time::from_nanos(self.horizon / 12 * 1_000_000_000),
            settle: Span::ZERO,
            tick: self.tick,
            seed: 1,
            replications: self.replications,
            nodes: ["phones", "edge", "gateways", "bus", "fanout"].map(node).into(),
            links: Vec::new(),
            timeline: Vec::new(),
            prices: None,
            slo: OBJECTIVES
                .iter()
                .filter(|slo| self.deploy || !slo.starts_with("during"))
                .map(|&slo| slo.to_owned())
                .collect(),
            resolved: serde_json::json!({ "set": { "gateways.count": self.gateways } }),
            origins: vec![
                origin(
                    "gateways.count",
                    &self.gateways.to_string(),
                    Writer::Set,
                    "invented.yaml:3",
                ),
                origin("gateways.cores", "8", Writer::Default, "m7g.2xlarge"),
            ],
            sets: Vec::new(),
        }
    }

    /// The outcomes of all replications.
    pub(crate) fn outcomes(&self) -> Vec<Outcome> {
        (0..self.replications)
            .map(|replication| Teller { story: self, replication }.outcome())
            .collect()
    }

    /// Their summary.
    pub(crate) fn summary(&self) -> squall::summary::Summary {
        squall::summary::summarize(&self.scenario(), &self.outcomes())
    }
}

fn origin(path: &str, value: &str, from: Writer, source: &str) -> Origin {
    Origin { path: path.into(), value: value.into(), from, source: source.into() }
}

fn node(name: &str) -> squall::scenario::Node {
    let parameters =
        squall::node::parameters::Parameters::Registry(squall::node::parameters::Registry {
            ttl: Span::from_secs(60),
            rate: squall::units::Rate(200_000.0),
            replica_lag: Span::ZERO,
        });
    squall::scenario::Node { name: name.into(), parameters }
}

/// A rate at a tick.
type Flow<'a> = &'a dyn Fn(usize) -> f64;

struct Teller<'a> {
    story: &'a Story,
    replication: u32,
}

impl Teller<'_> {
    fn ticks(&self) -> usize {
        number::place(self.story.horizon * 1_000_000_000 / self.story.tick.nanos())
    }

    fn time(&self, tick: usize) -> f64 {
        number::float(number::count(tick)) * self.story.tick.seconds()
    }

    fn start(&self) -> f64 {
        number::float(self.story.horizon) / 4.0
    }

    /// Seconds from one batch to the next: all batches fit into half of the horizon.
    fn batch(&self) -> f64 {
        number::float(self.story.horizon) / 2.0 / self.batches()
    }

    fn batches(&self) -> f64 {
        number::float(number::count(self.story.gateways))
    }

    fn end(&self) -> f64 {
        self.start() + self.batch() * self.batches()
    }

    /// Noise in [−1, 1), a function of its coordinates.
    fn noise(&self, what: u64, at: usize) -> f64 {
        let mut bits = (what << 40) ^ (u64::from(self.replication) << 32) ^ number::count(at);
        bits = (bits ^ (bits >> 31)).rotate_left(17) ^ 0x9E37_79B9_7F4A_7C15;
        for _ in 0..3 {
            bits = number::low64(u128::from(bits) * 0xBF58_476D_1CE4_E5B9);
            bits ^= bits >> 29;
        }
        number::float(bits >> 11) / number::float(1 << 52) - 1.0
    }

    /// How far into its batch the deploy is, and which instance it has reached.
    fn moment(&self, time: f64) -> Option<(usize, f64)> {
        let since = (time - self.start()) / self.batch();
        let running = self.story.deploy && since >= 0.0 && since < self.batches();
        running.then(|| (number::place(number::floor(since)), since.fract()))
    }

    /// Connections of every gateway at every tick: drained users go to the others.
    fn connections(&self) -> Vec<Vec<f64>> {
        let n = self.story.gateways;
        let share = self.story.users / self.batches();
        let mut held: Vec<f64> =
            (0..n).map(|gateway| (share * (1.0 + 0.04 * self.noise(7, gateway))).round()).collect();
        let mut all = vec![Vec::new(); n];
        let mut drained_from = 0.0;
        for tick in 0..self.ticks() {
            if let Some((down, into)) = self.moment(self.time(tick)) {
                let drain = self.story.tick.seconds() / (0.6 * self.batch());
                if into < drain {
                    drained_from = held[down];
                }
                let moved = (drained_from * drain).min(held[down]).floor();
                held[down] -= moved;
                for gateway in (0..n).filter(|&gateway| gateway != down || n == 1) {
                    held[gateway] += moved / (self.batches() - 1.0).max(1.0);
                }
            }
            for (gateway, values) in all.iter_mut().enumerate() {
                values.push(
                    (held[gateway] + 3.0 * self.noise(8, tick * n + gateway)).max(0.0).round(),
                );
            }
        }
        all
    }

    /// Attempts per second at a tick.
    fn attempted(&self, tick: usize) -> f64 {
        let churn = self.story.users / 7200.0;
        let calm = churn * (1.0 + 0.25 * self.noise(1, tick));
        let herd = match self.moment(self.time(tick)) {
            Some((down, into)) if into < 0.6 => {
                let grown = 1.0 + number::float(number::count(down)) / self.batches();
                self.story.users / self.batches() * grown / (0.6 * self.batch())
            }
            _ => 0.0,
        };
        (calm + herd * (1.0 + 0.1 * self.noise(2, tick))).round().max(0.0)
    }

    fn refused(&self, tick: usize) -> f64 {
        let capacity = self.story.users / 250.0;
        if self.story.losses { (self.attempted(tick) - capacity).max(0.0).round() } else { 0.0 }
    }

    fn lost(&self, tick: usize, cause: u64) -> f64 {
        let Some((down, into)) = self.moment(self.time(tick)) else { return 0.0 };
        let late = self.story.losses && into > 0.3 && into < 0.7 && down > 1;
        let size = self.story.users / 20_000.0 / number::float(cause);
        if late { (size * (1.0 + self.noise(20 + cause, tick))).round() } else { 0.0 }
    }

    fn live(&self, tick: usize) -> f64 {
        (self.story.users / 60.0 * (1.0 + 0.05 * self.noise(3, tick))).round()
    }

    fn replayed(&self, tick: usize) -> f64 {
        let Some((_, into)) = self.moment(self.time(tick)) else { return 0.0 };
        if into < 0.7 {
            (self.live(tick) * 0.01 * (1.0 + self.noise(4, tick))).round()
        } else {
            0.0
        }
    }

    fn track(&self, key: [&str; 3], unit: Unit, value: impl Fn(usize) -> f64) -> Track {
        let [node, quantity, statistic] = key.map(str::to_owned);
        let values = (0..self.ticks()).map(value).collect();
        Track { node, quantity, statistic, unit, values }
    }

    fn series(&self) -> Vec<Track> {
        let tick = self.story.tick.seconds();
        let connections = self.connections();
        let total = |at: usize| connections.iter().map(|values| values[at]).sum::<f64>();
        let mut all = vec![self.track(["gateways", "connections", "total"], Unit::Count, total)];
        for (gateway, values) in connections.iter().enumerate() {
            let name = format!("gateways-{gateway}");
            all.push(self.track(["gateways", "connections", &name], Unit::Count, |at| values[at]));
        }
        let accepted = |at: usize| self.attempted(at) - self.refused(at);
        let flows: [(&str, &str, Flow); 9] = [
            ("attempts", "attempted", &|at| self.attempted(at)),
            ("attempts", "accepted", &accepted),
            ("attempts", "refused", &|at| self.refused(at)),
            ("attempts", "timed_out", &|_| 0.0),
            ("deliveries", "live", &|at| self.live(at)),
            ("deliveries", "replayed", &|at| self.replayed(at)),
            ("lost", "gave_up", &|at| self.lost(at, 1)),
            ("lost", "client_outbox", &|at| self.lost(at, 3)),
            ("lost", "stale_route", &|_| 0.0),
        ];
        for (quantity, statistic, value) in flows {
            all.push(self.track(["", quantity, statistic], Unit::Count, |at| value(at) * tick));
        }
        let busy = |at: usize| {
            let herd = self.attempted(at) / self.story.users * 180.0;
            (0.12 + herd + 0.01 * self.noise(5, at)).min(1.0)
        };
        all.push(self.track(["gateways", "cpu", "mean"], Unit::Share, |at| busy(at) * 0.6));
        all.push(self.track(["gateways", "cpu", "max"], Unit::Share, busy));
        all.push(self.track(["fanout", "cpu", "mean"], Unit::Share, |_| 0.031));
        all.push(
            self.track(["fanout", "cpu", "max"], Unit::Share, |at| {
                0.05 + 0.004 * self.noise(6, at)
            }),
        );
        all
    }

    /// Lag of deliveries that arrive at a time: the network's, and a tail while users move.
    fn lag_at(&self, time: f64, salt: usize) -> Histogram {
        let mut histogram = Histogram::default();
        // Nobody sends for a while: a gap.
        if time > 0.9 * number::float(self.story.horizon) && !self.story.losses {
            return histogram;
        }
        for k in 0..200 {
            let u = (f64::from(k) + 0.5) / 200.0;
            let wobble = 1.0 + 0.05 * self.noise(9, salt * 211 + number::index(k));
            let network = 0.09 * (-2.0 * libm::log(1.0 - u)).sqrt() * wobble + 0.02;
            histogram.record_many(Span::from_seconds(network), 50);
        }
        if let Some((down, into)) = self.moment(time).filter(|&(_, into)| into < 0.75) {
            for k in 1..40_u32 {
                let tail = 0.4
                    * f64::from(k)
                    * (1.0 + into)
                    * (1.0 + number::float(number::count(down)) / 4.0);
                let tail = if self.story.losses { tail } else { tail / 20.0 };
                histogram.record_many(Span::from_seconds(tail), 10 + u64::from(40 - k));
            }
        }
        histogram
    }

    fn ends(&self) -> Ends {
        let sum = |of: &dyn Fn(usize) -> f64| -> u64 {
            let total: f64 = (0..self.ticks()).map(of).sum();
            number::whole(total * self.story.tick.seconds())
        };
        let row = |end: &'static str, cause: &'static str, count| LedgerRow {
            end: end.into(),
            cause: cause.into(),
            count,
        };
        let rows = vec![
            row("live", "", sum(&|at| self.live(at))),
            row("replayed", "", sum(&|at| self.replayed(at))),
            row("pulled", "", 0),
            row("lost", "gave_up", sum(&|at| self.lost(at, 1))),
            row("lost", "client_outbox", sum(&|at| self.lost(at, 3))),
            row("lost", "stale_route", 0),
            row("expired", "", 0),
            row("pending", "in_flight", 93),
            row("pending", "waiting", 7),
        ];
        Ends { intended: rows.iter().map(|row| row.count).sum(), rows, absences: self.absences() }
    }

    /// Kept for a minute: who is away for longer misses what came before.
    fn absences(&self) -> Vec<Absence> {
        let row = |(low, high, outages, came, missed)| {
            let (low, high) = (Span::from_secs(low), Span::from_secs(high));
            Absence { low, high, outages, came, missed }
        };
        let rows =
            [(1, 2, 900, 90, 0), (10, 15, 70, 140, 0), (45, 60, 9, 80, 0), (90, 120, 8, 60, 40)];
        if self.story.losses { rows.into_iter().map(row).collect() } else { Vec::new() }
    }

    fn outcome(&self) -> Outcome {
        let lag_bin = Span::from_secs(self.story.horizon.div_ceil(144));
        let bins = number::place(self.story.horizon * 1_000_000_000 / lag_bin.nanos());
        let at = |bin: usize| number::float(number::count(bin)) * lag_bin.seconds();
        let lag_over_time: Vec<Histogram> =
            (0..bins).map(|bin| self.lag_at(at(bin), bin)).collect();
        let mut lag = Histogram::default();
        lag_over_time.iter().for_each(|bin| lag.merge(bin));
        let ends = self.ends();
        Outcome {
            replication: self.replication,
            fingerprint: 0x2be0_77a1_0c4d_91f3 + u64::from(self.replication),
            events: 7 * ends.intended,
            measures: self.measures(&ends, &lag),
            usage: Usage::default(),
            ledger: [ends.clone(), Ends { absences: Vec::new(), ..ends }],
            lag,
            lag_over_time,
            lag_of: Vec::new(),
            lag_bin,
            tick: self.story.tick,
            series: self.series(),
            phases: self.phases(),
        }
    }

    fn measures(&self, ends: &Ends, lag: &Histogram) -> Vec<Measure> {
        let total = |of: &dyn Fn(usize) -> f64| -> f64 {
            (0..self.ticks()).map(of).sum::<f64>() * self.story.tick.seconds()
        };
        let peak = (0..self.ticks()).map(|at| self.attempted(at)).fold(0.0, f64::max);
        let quantile = |share: f64| lag.quantile(share).map(Span::seconds);
        let missed = number::float(ends.total("lost") + ends.total("expired"));
        let gave_up = if self.story.losses { 28.0 + self.noise(11, 0) * 5.0 } else { 0.0 };
        let mut all = vec![
            ("connections.peak", Unit::Count, Some(self.story.users)),
            ("connections.mean", Unit::Count, Some(self.story.users * 0.992)),
            ("attempts.total", Unit::Count, Some(total(&|at| self.attempted(at)))),
            ("attempts.refused", Unit::Count, Some(total(&|at| self.refused(at)))),
            ("attempts.timed_out", Unit::Count, Some(0.0)),
            ("attempts.peak_per_second", Unit::PerSecond, Some(peak)),
            ("reconnect.p50", Unit::Seconds, Some(0.159)),
            ("reconnect.p99", Unit::Seconds, Some(2.57 + 0.1 * self.noise(12, 0))),
            ("reconnect.max", Unit::Seconds, Some(31.2)),
            ("clients.gave_up", Unit::Count, Some(gave_up.round())),
            ("clients.availability", Unit::Share, Some(0.9994)),
            ("deliveries.intended", Unit::Count, Some(number::float(ends.intended))),
            ("deliveries.replayed", Unit::Count, Some(number::float(ends.total("replayed")))),
            ("deliveries.missed", Unit::Count, Some(missed)),
            ("delivery_lag.mean", Unit::Seconds, lag.mean().map(Span::seconds)),
            ("delivery_lag.p50", Unit::Seconds, quantile(0.5)),
            ("delivery_lag.p95", Unit::Seconds, quantile(0.95)),
            ("delivery_lag.p99", Unit::Seconds, quantile(0.99)),
            ("delivery_lag.max", Unit::Seconds, Some(lag.max().seconds())),
            ("gateways.cpu.mean", Unit::Share, Some(0.31)),
            ("gateways.cpu.peak", Unit::Share, Some(0.97)),
            ("polls.total", Unit::Count, None),
        ];
        if self.story.deploy {
            let available = Some(0.9985 + 0.0005 * self.noise(13, 0));
            all.push(("during(deploy).clients.availability", Unit::Share, available));
        }
        let measure =
            |(name, unit, value): (&str, _, _)| Measure { name: name.into(), unit, value };
        all.into_iter().map(measure).collect()
    }

    fn phases(&self) -> Vec<Phase> {
        let at = |seconds: f64| Time::ZERO + Span::from_seconds(seconds);
        let phase = |name: &str, start: f64, end: f64| Phase {
            name: name.into(),
            start: at(start),
            end: at(end),
        };
        let horizon = number::float(self.story.horizon);
        if !self.story.deploy {
            return vec![phase("steady", 0.0, horizon)];
        }
        vec![
            phase("steady", 0.0, self.start()),
            phase("deploy", self.start(), self.end()),
            phase("recovery", self.end(), self.end() + horizon / 40.0),
        ]
    }
}
