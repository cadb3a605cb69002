//! A bare program for the workload of `chat-1m`: one purpose, no files, no names, no report.
//!
//! A million users of 12 bytes each behind 16 gateways, a bus, a fan-out and a registry; a message
//! per user and minute in six events, connections that end after two hours on average, a rolling
//! deploy with drain, reconnects with backoff, and what was missed replayed from a list. It shares
//! only the event queue with squall: a sequential generator, the platform's logarithm, and one
//! array of counts stand in for keyed draws, exact ledgers, histograms, series and fingerprint.
use squall::engine::{Agenda, EventQueue, Time};

const SECOND: u64 = 1_000_000_000;
const NIL: u32 = u32::MAX;
const GATEWAYS: u32 = 16;

/// What happens, as one number: kind (8 bits), session (16), user or message (32).
type Event = u64;
const SEND: u64 = 0;
const UP: u64 = 1;
const BUS: u64 = 2;
const FANOUT: u64 = 3;
const PUSH: u64 = 4;
const DOWN: u64 = 5;
const END_OF_LIFE: u64 = 6;
const CONNECT: u64 = 7;
const OPEN: u64 = 8;
const MOVE: u64 = 9;
const DRAIN: u64 = 10;

fn event(kind: u64, session: u16, who: u32) -> Event {
    kind << 56 | u64::from(session) << 32 | u64::from(who)
}

#[derive(Clone, Copy)]
struct User {
    /// Half of the round trip, in units of 1,024 ns.
    way: u32,
    /// First of the messages that it missed.
    missed: u32,
    session: u16,
    /// Its gateway, or 255 while it is away.
    gateway: u8,
    attempt: u8,
}

const AWAY: u8 = 255;
const _: () = assert!(size_of::<User>() == 12);

#[derive(Clone, Copy)]
struct Message {
    sent: u64,
    to: u32,
    next: u32,
    /// The gateway it goes to.
    at: u8,
}

/// Servers that serve in order of arrival; what is free first is found by looking at each.
struct Station<const SERVERS: usize>([u64; SERVERS]);

impl<const SERVERS: usize> Station<SERVERS> {
    fn serve(&mut self, now: u64, work: u64) -> u64 {
        let mut first = 0;
        for server in 1..SERVERS {
            if self.0[server] < self.0[first] {
                first = server;
            }
        }
        self.0[first] = self.0[first].max(now) + work;
        self.0[first]
    }
}

/// The program.
pub struct Bare {
    users: Vec<User>,
    messages: Vec<Message>,
    free: Vec<u32>,
    agenda: Agenda<Event>,
    state: [u64; 2],
    gateways: Vec<Station<8>>,
    draining: u32,
    partitions: Vec<Station<1>>,
    fanout: Vec<Station<8>>,
    registry: Station<1>,
    send_gap: f64,
    life_gap: f64,
    /// Delivered, by lag in steps of 1 ms.
    lag: Vec<u64>,
    /// Events handled.
    pub events: u64,
    /// Messages sent.
    pub sent: u64,
    /// Messages delivered, live or replayed.
    pub delivered: u64,
    /// Connections opened.
    pub opened: u64,
}

impl Bare {
    /// `count` users, connected.
    pub fn new(count: u32) -> Self {
        let mut bare = Self {
            users: Vec::new(),
            messages: Vec::new(),
            free: Vec::new(),
            agenda: Agenda::default(),
            state: [0x9E37_79B9_7F4A_7C15, 42],
            gateways: (0..GATEWAYS).map(|_| Station([0; 8])).collect(),
            draining: NIL,
            partitions: (0..64).map(|_| Station([0])).collect(),
            fanout: (0..8).map(|_| Station([0; 8])).collect(),
            registry: Station([0]),
            send_gap: 60e9 / f64::from(count),
            life_gap: 7200e9 / f64::from(count),
            lag: vec![0; 4096],
            events: 0,
            sent: 0,
            delivered: 0,
            opened: 0,
        };
        for _ in 0..count {
            let gateway = low8(bare.below(GATEWAYS));
            let way = bare.way();
            bare.users.push(User { way, missed: NIL, session: 0, gateway, attempt: 0 });
        }
        bare
    }

    /// Runs to `seconds`; a deploy begins at one minute, two gateways every 35 s.
    pub fn run(&mut self, seconds: u64) {
        self.push(0, event(SEND, 0, 0));
        self.push(0, event(END_OF_LIFE, 0, 0));
        for batch in 0..GATEWAYS / 2 {
            self.push((60 + 35 * u64::from(batch)) * SECOND, event(DRAIN, 0, batch));
        }
        let end = seconds * SECOND;
        while let Some(entry) = self.agenda.pop() {
            let now = entry.at.nanos();
            if now >= end {
                break;
            }
            self.events += 1;
            self.handle(now, entry.event);
        }
    }

    /// A number that depends on all that was counted.
    pub fn check(&self) -> u64 {
        self.lag.iter().zip(1..).map(|(count, weight)| count * weight).sum()
    }

    fn handle(&mut self, now: u64, event: Event) {
        let (session, who) = ((event >> 32) as u16, event as u32);
        match event >> 56 {
            SEND => self.send(now),
            UP => self.up(now, who),
            BUS => {
                let to = self.messages[who as usize].to;
                let done = self.partitions[(to & 63) as usize].serve(now, 100_000);
                self.hop(done + 7_000_000, FANOUT, who);
            }
            FANOUT => {
                let to = self.messages[who as usize].to;
                let done = self.fanout[(to & 7) as usize].serve(now, 40_000);
                let found = self.registry.serve(done + 500_000, 10_000);
                self.hop(found + 1_500_000, PUSH, who);
            }
            PUSH => self.on_push(now, who),
            DOWN => self.down(now, who),
            END_OF_LIFE => {
                let gap = self.exponential(self.life_gap);
                self.push(now + gap, event_alone(END_OF_LIFE));
                let user = self.below(low32(self.users.len()));
                self.lose(now, user);
            }
            CONNECT => self.connect(now, session, who),
            OPEN => self.open(now, session, who),
            MOVE => {
                if self.users[who as usize].session == session {
                    self.lose(now, who);
                }
            }
            _ => self.drain(now, who),
        }
    }

    fn send(&mut self, now: u64) {
        let gap = self.exponential(self.send_gap);
        self.push(now + gap, event_alone(SEND));
        let count = low32(self.users.len());
        let (from, to) = (self.below(count), self.below(count));
        let user = self.users[from as usize];
        self.sent += 1;
        if user.gateway == AWAY {
            return;
        }
        let message = Message { sent: now, to, next: NIL, at: user.gateway };
        let row = match self.free.pop() {
            Some(row) => {
                self.messages[row as usize] = message;
                row
            }
            None => {
                self.messages.push(message);
                low32(self.messages.len() - 1)
            }
        };
        self.hop(now + 500_000 + (u64::from(user.way) << 10), UP, row);
    }

    fn up(&mut self, now: u64, message: u32) {
        let at = self.messages[message as usize].at;
        let done = self.gateways[usize::from(at)].serve(now, 11_000);
        self.hop(done + 1_000_000, BUS, message);
    }

    fn on_push(&mut self, now: u64, message: u32) {
        let user = self.users[self.messages[message as usize].to as usize];
        if user.gateway == AWAY {
            return self.keep(message);
        }
        let done = self.gateways[usize::from(user.gateway)].serve(now, 10_700);
        self.hop(done + 500_000 + (u64::from(user.way) << 10), DOWN, message);
    }

    fn down(&mut self, now: u64, message: u32) {
        let user = self.users[self.messages[message as usize].to as usize];
        if user.gateway == AWAY { self.keep(message) } else { self.deliver(now, message) }
    }

    fn deliver(&mut self, now: u64, message: u32) {
        let lag = (now - self.messages[message as usize].sent) / 1_000_000;
        self.lag[lag.min(4095) as usize] += 1;
        self.delivered += 1;
        self.free.push(message);
    }

    fn keep(&mut self, message: u32) {
        let to = self.messages[message as usize].to;
        let head = std::mem::replace(&mut self.users[to as usize].missed, message);
        self.messages[message as usize].next = head;
    }

    fn lose(&mut self, now: u64, who: u32) {
        let user = &mut self.users[who as usize];
        if user.gateway == AWAY {
            return;
        }
        (user.gateway, user.session, user.attempt) = (AWAY, user.session.wrapping_add(1), 0);
        self.back_off(now, who);
    }

    fn back_off(&mut self, now: u64, who: u32) {
        let User { session, attempt, .. } = self.users[who as usize];
        let wait = self.unit() * (1u64 << attempt.min(5)) as f64 * 1e9;
        self.push(now + wait as u64, event(CONNECT, session, who));
    }

    /// Two events an attempt: the handshake's work, and the open connection.
    fn connect(&mut self, now: u64, session: u16, who: u32) {
        let way = self.way();
        let user = &mut self.users[who as usize];
        if user.session != session {
            return;
        }
        user.way = way;
        user.attempt += 1;
        let target = self.below(GATEWAYS);
        if target / 2 == self.draining {
            return self.back_off(now, who);
        }
        let done = self.gateways[target as usize].serve(now, 2_200_000);
        self.users[who as usize].attempt = low8(target);
        self.push(done + 6 * (u64::from(way) << 10), event(OPEN, session, who));
    }

    fn open(&mut self, now: u64, session: u16, who: u32) {
        let user = &mut self.users[who as usize];
        if user.session != session {
            return;
        }
        (user.gateway, user.attempt) = (user.attempt, 0);
        self.opened += 1;
        let mut next = std::mem::replace(&mut user.missed, NIL);
        while next != NIL {
            let message = next;
            next = self.messages[message as usize].next;
            self.deliver(now, message);
        }
    }

    fn drain(&mut self, now: u64, batch: u32) {
        self.draining = batch;
        for who in 0..low32(self.users.len()) {
            let user = self.users[who as usize];
            if user.gateway != AWAY && u32::from(user.gateway) / 2 == batch {
                let wait = self.unit() * 30e9;
                self.push(now + wait as u64, event(MOVE, user.session, who));
            }
        }
    }

    fn hop(&mut self, at: u64, kind: u64, message: u32) {
        self.push(at, event(kind, 0, message));
    }

    fn push(&mut self, at: u64, event: Event) {
        self.agenda.push(Time::from_nanos(at), event);
    }

    /// xoroshiro128+ (Blackman and Vigna 2018).
    fn bits(&mut self) -> u64 {
        let [first, mut second] = self.state;
        second ^= first;
        self.state = [first.rotate_left(24) ^ second ^ (second << 16), second.rotate_left(37)];
        self.state[0].wrapping_add(self.state[1])
    }

    fn unit(&mut self) -> f64 {
        ((self.bits() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    fn below(&mut self, n: u32) -> u32 {
        (((self.bits() >> 32) * u64::from(n)) >> 32) as u32
    }

    fn exponential(&mut self, mean: f64) -> u64 {
        (-self.unit().ln() * mean) as u64 + 1
    }

    /// Half a round trip: lognormal, median 55 ms, p95 250 ms; a sum of uniforms is normal enough.
    fn way(&mut self) -> u32 {
        let normal = (0..12).map(|_| self.unit()).sum::<f64>() - 6.0;
        (27.5e6 / 1024.0 * (0.9205 * normal).exp()) as u32
    }
}

fn event_alone(kind: u64) -> Event {
    event(kind, 0, 0)
}

fn low8(number: u32) -> u8 {
    number as u8
}

fn low32(number: usize) -> u32 {
    number as u32
}
