//! A storm simulated the plain way: one event for everything that a client or the server does, in
//! a binary heap, with nothing shared with squall but the question. It is slow, and short enough to
//! be read.
use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
};

const NANOS: f64 = 1e9;

/// What decides a storm without a network.
#[derive(Clone)]
pub(crate) struct Setting {
    pub(crate) clients: usize,
    /// Handshakes a second of each server.
    pub(crate) rate: f64,
    pub(crate) servers: usize,
    /// How many may wait.
    pub(crate) queue: usize,
    pub(crate) timeout: f64,
    pub(crate) horizon: f64,
    /// Told to move within this; otherwise delay 0 comes first.
    pub(crate) window: Option<f64>,
    pub(crate) attempts: u32,
    /// Whether the server passes over clients that have gone.
    pub(crate) skip: bool,
    /// (r, k) → seconds.
    pub(crate) delay: fn(f64, u32) -> f64,
}

/// What came of it.
pub(crate) struct Found {
    /// When each client was in, in order of time.
    pub(crate) back: Vec<f64>,
    pub(crate) attempts: u64,
    pub(crate) gave_up: usize,
    /// Handshakes served for nobody.
    pub(crate) wasted: u64,
    pub(crate) peak: u64,
}

impl Found {
    /// When so large a share of `clients` was in.
    pub(crate) fn until(&self, share: f64, clients: usize) -> Option<f64> {
        let rank = (1..=clients).find(|&rank| rank as f64 >= share * clients as f64)?;
        self.back.get(rank - 1).copied()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    /// A server has finished what it was doing.
    Finish,
    /// A client begins an attempt.
    Attempt,
    /// A client's patience with an attempt ends.
    Patience,
}

/// A plain generator: an additive congruence, mixed.
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut x = self.0 >> 11;
        x ^= x >> 27;
        (x as f64 + 0.5) / (1u64 << 53) as f64
    }
}

struct Client {
    /// Attempts so far.
    number: u32,
    waiting: bool,
    done: bool,
}

struct Model<'s> {
    setting: &'s Setting,
    random: Random,
    heap: BinaryHeap<Reverse<(u64, What, usize, u32)>>,
    clients: Vec<Client>,
    queue: VecDeque<(usize, u32)>,
    idle: usize,
    found: Found,
    seconds: Vec<u64>,
}

pub(crate) fn storm(setting: &Setting, seed: u64) -> Found {
    let client = || Client { number: 0, waiting: false, done: false };
    let mut model = Model {
        setting,
        random: Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1),
        heap: BinaryHeap::new(),
        clients: (0..setting.clients).map(|_| client()).collect(),
        queue: VecDeque::new(),
        idle: setting.servers,
        found: Found { back: Vec::new(), attempts: 0, gave_up: 0, wasted: 0, peak: 0 },
        seconds: Vec::new(),
    };
    for client in 0..setting.clients {
        let unit = model.random.unit();
        let first = setting.window.map_or_else(|| (setting.delay)(unit, 0), |window| window * unit);
        model.push(0, first, What::Attempt, client, 0);
    }
    model.run();
    model.found.peak = model.seconds.iter().copied().max().unwrap_or(0);
    model.found
}

impl Model<'_> {
    fn push(&mut self, now: u64, after: f64, what: What, client: usize, number: u32) {
        let at = now + (after * NANOS).round() as u64;
        self.heap.push(Reverse((at, what, client, number)));
    }

    fn run(&mut self) {
        while let Some(Reverse((now, what, client, number))) = self.heap.pop() {
            if now as f64 >= self.setting.horizon * NANOS {
                break;
            }
            match what {
                What::Attempt => self.attempt(now, client),
                What::Finish => self.finish(now, client, number),
                What::Patience => {
                    let row = &self.clients[client];
                    if row.waiting && row.number == number && !row.done {
                        self.fail(now, client);
                    }
                }
            }
        }
    }

    fn attempt(&mut self, now: u64, client: usize) {
        let second = (now as f64 / NANOS) as usize;
        self.seconds.resize(self.seconds.len().max(second + 1), 0);
        self.seconds[second] += 1;
        self.found.attempts += 1;
        let row = &mut self.clients[client];
        row.number += 1;
        row.waiting = true;
        let number = row.number;
        if self.idle > 0 {
            self.idle -= 1;
            self.push(now, 1.0 / self.setting.rate, What::Finish, client, number);
        } else if self.queue.len() < self.setting.queue {
            self.queue.push_back((client, number));
        } else {
            return self.fail(now, client);
        }
        self.push(now, self.setting.timeout, What::Patience, client, number);
    }

    fn finish(&mut self, now: u64, client: usize, number: u32) {
        let row = &mut self.clients[client];
        if row.waiting && row.number == number && !row.done {
            row.done = true;
            self.found.back.push(now as f64 / NANOS);
        } else {
            self.found.wasted += 1;
        }
        while let Some((next, number)) = self.queue.pop_front() {
            let row = &self.clients[next];
            let gone = !row.waiting || row.number != number;
            if !(self.setting.skip && gone) {
                return self.push(now, 1.0 / self.setting.rate, What::Finish, next, number);
            }
        }
        self.idle += 1;
    }

    fn fail(&mut self, now: u64, client: usize) {
        let unit = self.random.unit();
        let row = &mut self.clients[client];
        row.waiting = false;
        if row.number >= self.setting.attempts {
            self.found.gave_up += 1;
            row.done = true;
            return;
        }
        let number = row.number;
        let wait = (self.setting.delay)(unit, number);
        self.push(now, wait, What::Attempt, client, 0);
    }
}
