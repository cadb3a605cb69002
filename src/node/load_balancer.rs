//! What places connections on the instances it believes to be up. Held connections never move.
use super::{
    Cx, Purpose, Step, Timer,
    admission::Gate,
    event::{Event, attempt_ticket},
    parameters::{self, Answer, Policy, Refusal},
    ring::Ring,
    table::{
        connections::{State, next_session},
        messages::Stage,
        tiers::Life,
        tiers::Tiers,
    },
};
use crate::{
    engine::{EventQueue, Span, Time, number},
    record::Cause,
};
use std::{cmp::Reverse, collections::BinaryHeap, ops::Range};

/// A balancer in motion.
#[derive(Clone, Debug)]
pub struct LoadBalancer {
    /// What it was told about itself.
    pub parameters: parameters::LoadBalancer,
    /// Its instances.
    pool: Range<u16>,
    ring: Ring,
    /// The instance whose turn it is.
    turn: u16,
    /// What it has placed where the fewest connections decide, and has not arrived yet.
    coming: Coming,
    gate: Option<Gate>,
    /// Its process is down until then.
    pub down_until: Time,
}

/// Connections on their way to the instances of a pool.
#[derive(Clone, Debug, Default)]
struct Coming {
    first: u16,
    counts: Vec<u32>,
    /// When each arrives, and where.
    arrivals: BinaryHeap<Reverse<(Time, u16)>>,
}

impl Coming {
    fn new(pool: &Range<u16>) -> Self {
        Self { first: pool.start, counts: vec![0; pool.len()], ..Self::default() }
    }

    fn place(&mut self, instance: u16, at: Time) {
        self.counts[usize::from(instance - self.first)] += 1;
        self.arrivals.push(Reverse((at, instance)));
    }

    /// What has arrived by now is on its way no longer.
    fn arrive(&mut self, now: Time) {
        while let Some(&Reverse((at, instance))) = self.arrivals.peek()
            && at <= now
        {
            self.counts[usize::from(instance - self.first)] -= 1;
            self.arrivals.pop();
        }
    }

    fn to(&self, instance: u16) -> u32 {
        self.counts[usize::from(instance - self.first)]
    }
}

impl LoadBalancer {
    /// A balancer of the instances in `pool`, whose names are `pool_name`-0, -1, ….
    pub fn new(parameters: parameters::LoadBalancer, pool: Range<u16>, pool_name: &str) -> Self {
        let names: Vec<String> = (0..pool.len()).map(|i| format!("{pool_name}-{i}")).collect();
        let ring = match parameters.policy {
            Policy::ConsistentHash { virtual_nodes } => {
                Ring::new(pool.clone().zip(names.iter().map(String::as_str)), virtual_nodes)
            }
            Policy::RoundRobin | Policy::LeastConnections => Ring::default(),
        };
        let gate = parameters.admission.map(Gate::new);
        let (coming, turn) = (Coming::new(&pool), pool.start);
        Self { parameters, turn, coming, pool, ring, gate, down_until: Time::ZERO }
    }

    /// Chooses an instance for a connection of the user with this hash. Of those with as few
    /// connections, held or on their way, it is the next in turn.
    pub fn pick(&mut self, key: u64, now: Time, tiers: &Tiers) -> Option<u16> {
        let up = |instance: &u16| tiers.get(*instance).believed_up;
        let mut turns = (self.turn..self.pool.end).chain(self.pool.start..self.turn).filter(up);
        let found = match self.parameters.policy {
            Policy::ConsistentHash { .. } => {
                return self.ring.find(key, |instance| up(&instance));
            }
            Policy::LeastConnections => {
                self.coming.arrive(now);
                turns.min_by_key(|&instance| tiers.get(instance).held + self.coming.to(instance))?
            }
            Policy::RoundRobin => turns.next()?,
        };
        let next = found + 1;
        self.turn = if next < self.pool.end { next } else { self.pool.start };
        Some(found)
    }

    /// A connection, or a request that will be held, is on its way to an instance until `at`.
    pub(super) fn places(&mut self, instance: u16, at: Time) {
        if self.parameters.policy == Policy::LeastConnections {
            self.coming.place(instance, at);
        }
    }

    /// Lets an attempt of the user with this hash through to an instance, or not.
    pub(super) fn admit(&mut self, key: u64, cx: &Cx<'_>) -> Option<u16> {
        if cx.now < self.down_until || !self.gate.as_mut().is_none_or(|gate| gate.admits(cx.now)) {
            return None;
        }
        self.pick(key, cx.now, cx.tiers)
    }

    /// The first packet of an attempt arrives.
    pub fn on_balance(&mut self, user: u32, ticket: u16, cx: &mut Cx<'_>) {
        let row = *cx.connections.get(user);
        let number = cx.connections.attempts[number::index(user)].number;
        if row.state != State::Connecting || ticket != attempt_ticket(row.session, number) {
            return;
        }
        let crowd = cx.crowds.of(user);
        let back = cx.now + row.round_trip().half();
        if cx.now < self.down_until {
            cx.turns_away(user, Answer::Reset);
            return cx.refuse(user, ticket, back, Answer::Reset, Span::ZERO);
        }
        let entity = crowd.connection(user, next_session(row.session));
        let Some(target) = self.admit(crowd.hash(user), cx) else {
            let Refusal { answer, retry_after } = &self.parameters.refusal;
            let hint = crowd.hint(retry_after.as_ref(), entity, number);
            cx.turns_away(user, *answer);
            return cx.refuse(user, ticket, back, *answer, hint);
        };
        cx.connections.attempts[number::index(user)].target = target;
        let way = crowd.way_in(row.round_trip(), (entity, number), cx.is_beside(user));
        let left = way - row.round_trip().half().min(way);
        self.places(target, cx.now + left);
        cx.go_on(cx.now + left, Timer::Accept, user, ticket);
    }

    /// A request with a message arrives, and is placed like a connection, but for itself.
    pub fn on_hop(&mut self, message: u32, cx: &mut Cx<'_>) {
        let row = *cx.messages.get(message);
        if row.stage != Stage::Request || row.due != cx.now {
            return;
        }
        let crowd = cx.crowds.of(row.to);
        let key = crowd.hash_of_sender(&row);
        let up = cx.now >= self.down_until;
        let Some(target) = up.then(|| self.pick(key, cx.now, cx.tiers)).flatten() else {
            return cx.unsent(message, Cause::GatewayCrash);
        };
        cx.messages.get_mut(message).at = target;
        let inside = crowd.latency(Purpose::Message, crowd.message(&row), Stage::Request as u32);
        let pool = cx.tiers.get(target).pool;
        cx.hop(cx.now + inside, pool, message, Stage::Up);
    }

    /// An instance went down or came back without telling: plans when the probes notice. Probes are
    /// in step with t = 0; the `threshold`-th in a row counts.
    pub fn watch(&self, index: u16, instance: u16, cx: &mut Cx<'_>) {
        let at = self.noticed(cx.now);
        cx.agenda.push(at, Event::Action { index, step: Step::Checked, instance });
    }

    fn noticed(&self, changed: Time) -> Time {
        let check = self.parameters.health_check;
        let interval = check.interval.nanos().max(1);
        let probe = changed.nanos() / interval + u64::from(check.threshold);
        Time::from_nanos(probe.saturating_mul(interval))
    }

    /// Believes what the probes have seen, if they have seen the same for long enough.
    pub fn on_checked(&self, instance: u16, cx: &mut Cx<'_>) {
        let row = cx.tiers.get(instance);
        if self.noticed(row.changed) <= cx.now {
            let up = row.life == Life::Up;
            cx.tiers.believe(instance, up, cx.now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::parameters::HealthCheck;

    fn balancer(policy: Policy) -> (LoadBalancer, Tiers) {
        let health_check = HealthCheck { interval: Span::from_secs(10), threshold: 3 };
        let mut tiers = Tiers::default();
        let pool = tiers.extend(0, 3);
        let refusal = Refusal { answer: Answer::Reset, retry_after: None };
        let parameters =
            parameters::LoadBalancer { layer: 4, policy, health_check, admission: None, refusal };
        (LoadBalancer::new(parameters, pool, "gateways"), tiers)
    }

    #[test]
    fn round_robin_passes_over_the_dead() {
        let (mut balancer, mut tiers) = balancer(Policy::RoundRobin);
        tiers.get_mut(1).believed_up = false;
        let picks: Vec<_> = (0..4).map(|_| balancer.pick(0, Time::ZERO, &tiers)).collect();
        assert_eq!(picks, [Some(0), Some(2), Some(0), Some(2)]);
    }

    #[test]
    fn least_connections_takes_the_emptiest() {
        let (mut balancer, mut tiers) = balancer(Policy::LeastConnections);
        tiers.get_mut(0).held = 5;
        tiers.get_mut(1).held = 3;
        tiers.get_mut(2).held = 4;
        assert_eq!(balancer.pick(0, Time::ZERO, &tiers), Some(1));
        for instance in 0..3 {
            tiers.get_mut(instance).believed_up = false;
        }
        assert_eq!(balancer.pick(0, Time::ZERO, &tiers), None);
    }

    /// A herd that is still on its way counts; of equals each gets its turn.
    #[test]
    fn least_connections_counts_what_is_on_its_way() {
        let (mut balancer, mut tiers) = balancer(Policy::LeastConnections);
        let seconds = |s| Time::ZERO + Span::from_secs(s);
        tiers.get_mut(2).held = 2;
        let places = |balancer: &mut LoadBalancer, at| {
            let picked = balancer.pick(0, at, &tiers).unwrap();
            balancer.places(picked, seconds(5));
            picked
        };
        let picks: Vec<_> = (0..6).map(|_| places(&mut balancer, seconds(1))).collect();
        assert_eq!(picks, [0, 1, 0, 1, 2, 0]);
        // They have arrived, and none of them is held.
        let picks: Vec<_> = (0..4).map(|_| balancer.pick(0, seconds(5), &tiers)).collect();
        assert_eq!(picks, [Some(1), Some(0), Some(1), Some(0)]);
    }

    #[test]
    fn the_third_probe_after_a_crash_notices() {
        let (balancer, _) = balancer(Policy::RoundRobin);
        let seconds = |s| Time::ZERO + Span::from_secs(s);
        assert_eq!(balancer.noticed(seconds(61)), seconds(90));
        assert_eq!(balancer.noticed(seconds(60)), seconds(90));
    }
}
