//! What must hold for a design to work, as far as that can be told without a simulation.
use super::{
    Crowd, Plan,
    pool::Pool,
    sheet::{f, n, per, s},
};
use crate::{
    engine::number,
    node::parameters::{DrainBy, Parameters, Route, Transport},
    scenario::{ActionKind, NodeId},
    summary::figures,
};

/// When balancers of each layer end an idle connection, in seconds: AWS NLB 350 s, ALB 60 s by
/// default, by the vendor's pages [P]. They are not simulated.
const IDLE: [f64; 2] = [350.0, 60.0];
/// Of a closed form, how much more the simulation is expected to need: as `summary::board` asks.
const MARGIN: f64 = 1.25;

/// A smaller share of the streams may be silent for so long that their balancer ends them.
const SILENT: f64 = 0.01;

/// Something that must hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Check {
    /// With its numbers: `TTL 60 s > 2 × 25 s`.
    pub text: String,
    /// Whether it does.
    pub holds: bool,
}

fn check(text: String, holds: bool) -> Check {
    Check { text, holds }
}

impl Crowd<'_> {
    /// Whether a mailbox keeps what comes from poll to poll.
    fn mailbox_check(&self) -> Option<Check> {
        let keeps = f64::from(self.buffer?.parameters.messages);
        let comes = self.each_gets() * self.rarest();
        let text = format!("a poll finds λ·P = {} ≤ {} that a mailbox keeps", n(comes), n(keeps));
        (comes > 0.0).then(|| check(text, comes <= keeps))
    }
}

impl Plan<'_> {
    pub(super) fn checks(&self) -> Vec<Check> {
        let mut all = Vec::new();
        for crowd in &self.crowds {
            all.extend(Self::of_crowd(crowd));
        }
        for id in self.pools() {
            all.extend(self.pool(id).into_iter().flat_map(|pool| pool.checks(self)));
        }
        for (place, node) in self.scenario.nodes.iter().enumerate() {
            all.extend(self.of_tier(NodeId(number::byte(place)), &node.parameters));
        }
        for action in &self.scenario.timeline {
            all.extend(self.of_event(&action.kind));
        }
        let mut once: Vec<Check> = Vec::new();
        for one in all {
            if !once.contains(&one) {
                once.push(one);
            }
        }
        once
    }

    fn of_crowd(crowd: &Crowd<'_>) -> Vec<Check> {
        let clients = crowd.clients.parameters;
        let mut all = Vec::new();
        let layer = crowd.balancer.parameters.layer;
        let service = crowd.pool.parameters.managed.as_ref();
        let (idle, usual) = match service.map(|service| service.idle_timeout.seconds()) {
            Some(idle) => (idle, format!("{}, of the service", s(idle))),
            None => {
                let idle = IDLE[usize::from(layer == 7)];
                (idle, format!("{}, usual at layer {layer}", s(idle)))
            }
        };
        if let Some(beat) = crowd.beat() {
            let text = format!("heartbeat {} < idle timeout ÷ 2 ({usual})", s(beat));
            all.push(check(text, beat < idle / 2.0));
        } else if crowd.is_stream() && crowd.held > 0.0 {
            let silent = crowd.silent_for(idle);
            let (share, most) = (figures::share(silent), figures::share(SILENT));
            let text =
                format!("no heartbeat: silent for the idle timeout ({usual}) {share} < {most}");
            all.push(check(text, silent < SILENT));
        }
        if crowd.transport == Transport::LongPoll {
            let hold = clients.poll_hold.seconds();
            all.push(check(format!("hold {} < idle timeout ({usual})", s(hold)), hold < idle));
        }
        if crowd.opens_for_each() {
            let keep = crowd.pool.parameters.keep_alive.seconds();
            let every = clients.poll_every.seconds();
            let text = format!("poll each {} ≤ keep-alive {}", s(every), s(keep));
            all.push(check(text, every <= keep));
            all.extend(crowd.mailbox_check());
        }
        if crowd.fanout.is_some_and(|it| it.parameters.route == Route::RandomGateway) {
            let count = f64::from(crowd.pool.parameters.count);
            let text = format!("a message finds its gateway: any of {} is 1 of them", f(count));
            all.push(check(text, count <= 1.0));
        }
        if let (Some(registry), Some(every)) = (crowd.registry, crowd.refresh()) {
            let ttl = registry.parameters.ttl.seconds();
            let own = clients.heartbeat.every.is_some();
            let text = format!("TTL {} > 2 × {}", s(ttl), s(every));
            all.extend(own.then(|| check(text, ttl > 2.0 * every)));
        }
        all
    }

    fn of_tier(&self, id: NodeId, parameters: &Parameters) -> Option<Check> {
        let (what, rate, capacity) = match parameters {
            Parameters::Pubsub(bus) => {
                ("bus", self.published(id), f64::from(bus.queues) * bus.rate.0)
            }
            Parameters::Fanout(_) => {
                let (rate, capacity) = self.fanout_load(id)?;
                ("fan-out", rate, capacity)
            }
            Parameters::Registry(own) => ("registry", self.operations(id), own.rate.0),
            _ => return None,
        };
        (rate > 0.0 && capacity > 0.0).then(|| {
            let text = format!("{what} {} < {}/s", per(rate), n(capacity));
            check(text, rate < capacity)
        })
    }

    fn of_event(&self, kind: &ActionKind) -> Vec<Check> {
        if let ActionKind::Block { node, transport, share, .. } = kind {
            let next =
                self.next_way(*node, *transport).filter(|[own, next]| own.pool.id != next.pool.id);
            let fits = next.and_then(|[own, next]| {
                let places = self.pool(next.pool.id)?.places();
                let all = next.placed() + own.held * share.0;
                let text = format!("{} gets {} ≤ {} places", next.pool.name, n(all), n(places));
                Some(check(text, all <= places))
            });
            return fits.into_iter().collect();
        }
        let ActionKind::Deploy { node, batch, .. } = kind else { return Vec::new() };
        let Some(deploy) = self.deploy(*node, *batch) else { return Vec::new() };
        if deploy.rolling.herd <= 0.0 {
            return Vec::new();
        }
        let drain = deploy.pool.own.drain;
        let mut all = Vec::new();
        let window = match drain.by {
            DrainBy::ClientJitter => drain.window.seconds(),
            DrainBy::ServerBatches => deploy.drains(),
        };
        if let Some(shortest) = deploy.shortest() {
            let text =
                format!("drain window {} ≥ herd ÷ handshakes meanwhile {}", s(window), s(shortest));
            all.push(check(text, window >= shortest));
        }
        if drain.by == DrainBy::ClientJitter {
            let grace = drain.grace.seconds();
            let (what, ends) = match deploy.longest() {
                Some(hold) if hold < window => ("hold", hold),
                _ => ("window", window),
            };
            all.push(check(format!("grace {} ≥ {what} {}", s(grace), s(ends)), grace >= ends));
        }
        let most = deploy.pool.most();
        let text = format!(
            "mid-deploy {} ≤ {} {}",
            n(deploy.rolling.fullest),
            deploy.pool.bound(),
            n(most)
        );
        all.push(check(text, deploy.rolling.fullest <= most));
        all
    }

    /// What only a simulation shows, and what to expect of it.
    pub(super) fn left_out(&self) -> String {
        let mut parts = vec!["queues"];
        let several = self.crowds.iter().any(|crowd| crowd.pool.parameters.count > 1);
        parts.extend(several.then_some("uneven shares"));
        let timeline = &self.scenario.timeline;
        parts.extend((!timeline.is_empty()).then_some("retries, what a fault leaves behind"));
        let restarts = |kind: &ActionKind| match kind {
            ActionKind::Deploy { node, .. } => self.pool(*node).is_none(),
            _ => false,
        };
        let restarted = timeline.iter().any(|action| restarts(&action.kind));
        parts.extend(restarted.then_some("what waits on the bus while consumers are replaced"));
        let reconnects = self.crowds.iter().any(|crowd| crowd.ends > 0.0);
        parts.extend(reconnects.then_some("time without a connection"));
        parts.extend(self.crowds.iter().any(Crowd::cold).then_some("the first connections"));
        let mut text = format!("{}.", parts.join(", "));
        let shortest = timeline.iter().filter_map(|action| match action.kind {
            ActionKind::Deploy { node, batch, .. } => self.deploy(node, batch)?.shortest(),
            _ => None,
        });
        if let Some(shortest) = shortest.reduce(f64::max).filter(|it| *it >= 0.1) {
            text += &format!(" Expect the window nearer {}.", s(shortest * MARGIN));
        }
        text
    }
}

impl Pool<'_> {
    fn checks(&self, plan: &Plan<'_>) -> Vec<Check> {
        let mut all = Vec::new();
        let most = self.most();
        let bound = self.bound();
        if let Some(service) = &self.own.managed {
            let own = plan.crowds.iter().filter(|crowd| crowd.pool.name == self.name);
            let opened: f64 = own.map(Crowd::handshakes).sum();
            let quota = service.new_connections.0;
            let text = format!("new connections {} ≤ quota {}/s", per(opened), n(quota));
            return vec![check(text, opened <= quota)];
        }
        if self.held > 0.0 {
            let each = self.there / self.count.max(1.0);
            all.push(check(format!("N/n {} ≤ {bound} {}", n(each), n(most)), each <= most));
            all.push(self.less("N−1", 1.0, most));
            if self.own.zones > 1 {
                let zone = (self.count / f64::from(self.own.zones)).ceil();
                all.push(self.less("a zone less", zone, most));
            }
        }
        let cores = self.count * f64::from(self.own.cores);
        if self.busy > 0.0 && cores > 0.0 {
            let share = self.busy / cores;
            all.push(check(
                format!("CPU {} < 100{}%", figures::share(share), figures::GAP),
                share < 1.0,
            ));
        }
        all.extend(self.queue(plan));
        all
    }

    /// Whether the others carry all of it with so many instances less.
    fn less(&self, name: &str, gone: f64, most: f64) -> Check {
        let left = self.count - gone;
        if left <= 0.0 {
            return check(format!("{name}: nothing is left of {}", f(self.count)), false);
        }
        let each = self.there / left;
        check(format!("{name}: {} ≤ {} {}", n(each), self.bound(), n(most)), each <= most)
    }

    /// A queue of handshakes that are all served before their clients give up.
    fn queue(&self, plan: &Plan<'_>) -> Option<Check> {
        if plan.scenario.timeline.is_empty() && !plan.crowds.iter().any(Crowd::cold) {
            return None;
        }
        let rate = self.capacity(1.0, 1.0)?;
        let waits = rate * self.patience;
        let name = "accept queue";
        Some(match self.own.accept_queue {
            _ if self.own.skip_abandoned => return None,
            Some(queue) => {
                let text = format!("{name} {} < µT {}", n(f64::from(queue)), n(waits));
                check(text, f64::from(queue) < waits)
            }
            None => check(format!("{name} has a bound, below µT {}", n(waits)), false),
        })
    }
}
