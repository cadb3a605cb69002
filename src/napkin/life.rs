//! How the connections of a crowd live and die, in closed form: who has one, who waits for one, and
//! who has lost one and is not back.
use super::{crowd::Crowd, held::Ends, terms, ways::delay};
use crate::{
    engine::Span,
    node::parameters::{Preset, Transport},
    scenario::Scenario,
};

/// An absence that is no more than this part of the life of a connection is none.
const SHORT: f64 = 0.01;

/// How long one is without a connection that has lost its own, in seconds.
struct Down {
    /// Until both sides notice, on average over all deaths and the run.
    unnoticed: f64,
    /// From then on.
    back: f64,
    /// The share of connections that are lost before they are too old.
    dies: f64,
}

impl Crowd<'_> {
    /// How many of those who are there have a connection: `room` is the share of what all crowds
    /// want of their pool that it has places for.
    pub(super) fn connect(&mut self, room: f64, scenario: &Scenario) {
        let (clients, pool) = (self.clients.parameters, self.pool.parameters);
        let (warm, run) = (scenario.warm_up.seconds(), scenario.horizon.seconds());
        let age = self.oldest().map(|age| (age.seconds(), pool.age_dither.seconds()));
        self.life = terms::life(clients.network.lifetime.as_ref(), age).filter(|life| *life > 0.0);
        let Down { unnoticed, back, dies } = self.down([warm, run]);
        let away = self.life.filter(|life| unnoticed + back > SHORT * life);
        if let Some(life) = away {
            self.tabs.settle(life, unnoticed, back);
        }
        if self.shut {
            (self.online, self.comes) = (0.0, 0.0);
        } else if !self.opens_for_each() {
            self.online = if clients.sessions.is_some() { 1.0 } else { room } * self.tabs.streams();
            self.held = self.there * self.online;
        }
        // Who waits for its turn has nothing that ends.
        if let Some(life) = self.life.map(|life| life / self.tabs.connected().max(1e-9)) {
            self.ends = self.held / life;
            if away.is_some() {
                let all = self.held / (life + unnoticed + back);
                (self.held, self.half_open, self.ends) = (all * life, all * unnoticed, all);
                self.away = unnoticed + back;
            }
            self.ends *= self.returns;
        }
        let share = self.life.map_or(1.0, |life| life / (life + unnoticed + back));
        (self.lost, self.alone) = (dies, self.tabs.alone(share));
        let leave = if self.there > 0.0 { self.comes / self.there } else { 0.0 };
        let freely = self.requests_without_stream();
        self.tabs.end(leave + self.life.map_or(0.0, |life| 1.0 / life), run, freely);
        self.tabs.wait(self.ends / self.there.max(1e-12), run);
    }

    /// How old a connection becomes at most; who holds a request asks elsewhere by the one that it
    /// has.
    fn oldest(&self) -> Option<Span> {
        self.pool.parameters.max_age.filter(|_| self.transport != Transport::LongPoll)
    }

    /// How long one is without a connection that has lost its own, on average: until both sides
    /// notice, and then its first delay and a handshake. Who is told to move, as its connection is
    /// too old, waits for no delay; a managed service tells nobody.
    fn down(&mut self, run: [f64; 2]) -> Down {
        let (clients, pool) = (self.clients.parameters, self.pool.parameters);
        let notices = match self.transport {
            Transport::LongPoll => clients.poll_hold.half() + clients.heartbeat.timeout,
            _ => clients.heartbeat.notices(0.5),
        };
        let notices = notices.seconds();
        let oldest = self.oldest().map(Span::seconds);
        let dies = |law| oldest.map_or(1.0, |age| 1.0 - terms::beyond(law, age));
        let dies = clients.network.lifetime.as_ref().map_or(0.0, dies);
        let silent = clients.network.silent_drops.0 * dies;
        let handshake = self.rtt * pool.handshake_rtts;
        let waits = if pool.managed.is_some() { 1.0 } else { dies };
        let tries = delay(&clients.reconnect, 0);
        let seen = terms::within(tries * waits + handshake, run[1]);
        let timer = |late: f64| self.timer(handshake + tries + late);
        let timer = (1.0 - silent) * timer(0.0) + silent * timer(notices);
        let hidden = terms::within((tries + timer) * waits + handshake, run[1]);
        let back = self.on_average(seen, hidden);
        let mut down = Down { unnoticed: 0.0, back, dies };
        if let Some(life) = self.life.filter(|_| silent > 0.0) {
            let all = terms::deaths(life, silent, notices, back, run);
            (self.returns, self.unheard) = (all.returns, all.unheard);
            down.unnoticed = (life + back) * (1.0 / all.there.max(1e-9) - 1.0);
        }
        let ages = pool.max_age.filter(|_| pool.managed.is_none());
        self.breaks = Ends {
            ages: ages.map(|age| (age.seconds(), pool.age_dither.seconds())),
            dies: self.life.map_or(0.0, |life| 1.0 / life),
            silent,
            back,
            unnoticed: notices,
        };
        down
    }

    /// How long a hidden tab that may try again waits for its timer, in seconds, on average. Its
    /// last connection began when that fired, `more` before its life and the delays after it, and
    /// it fires again each throttle from then on: A − E((life + more) mod A).
    fn timer(&self, more: f64) -> f64 {
        let clients = self.clients.parameters;
        let by_itself = clients.reconnect.preset == Some(Preset::EventSource);
        let Some(hidden) = clients.background.filter(|_| !by_itself) else { return 0.0 };
        let apart = hidden.throttle.seconds().max(1e-9);
        let rest = |life: f64| apart - (life + more) % apart;
        match &clients.network.lifetime {
            Some(law) => terms::over(law, rest),
            // Only its age ends it.
            None => self.life.map_or(apart / 2.0, rest),
        }
    }

    /// How long all are away whose users are so when they are seen or hidden, in seconds: as long
    /// as leaves as many of them connected.
    fn on_average(&self, seen: f64, hidden: f64) -> f64 {
        let share = self.clients.parameters.background.map_or(0.0, |it| it.share.0);
        let Some(life) = self.life.filter(|_| share > 0.0 && hidden > seen) else { return seen };
        let here = (1.0 - share) * life / (life + seen) + share * life / (life + hidden);
        life / here - life
    }
}
