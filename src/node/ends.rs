//! When a connection ends by itself: its lifetime is over, or the gateway finds it too old. Those
//! that stand when the run begins stand at a random instant of their lives.
use super::{Cx, Purpose, Timer, clients::Clients, earlier::Earlier};
use crate::engine::{Law, Span};

/// So many connections one after the other are looked at before one is taken as at a random
/// instant of endless ones: what was so long ago says nothing any more.
const FORGOTTEN: u32 = 64;

/// How often an age is drawn at most: one in two is good unless the longer one is mostly nothing.
const TRIES: u32 = 1_000;

/// What is over of the interval of which [`Law::residual`] is left, from the same uniforms: both
/// together are the interval that covers a random instant.
pub(super) fn elapsed(law: &Law, first: f64, second: f64) -> f64 {
    match law {
        // Independent of what is left.
        Law::Exponential { .. } => law.quantile(first),
        _ => law.residual(1.0 - first, second),
    }
}

/// What is left of both at a random instant of intervals that end by one law or by another one,
/// whichever comes first: density of the age P(X > a) P(Y > a) / E min(X, Y), then each on
/// condition that it is longer. By rejection: the age at a random instant of the shorter one alone
/// is taken if a sample of the other one is longer. `units` are the k-th three uniforms.
pub fn residuals(one: &Law, other: &Law, units: impl Fn(u32) -> [f64; 3]) -> (f64, f64) {
    let swapped = other.mean() < one.mean();
    let (shorter, longer) = if swapped { (other, one) } else { (one, other) };
    let ordered = |left, rest| if swapped { (rest, left) } else { (left, rest) };
    for [first, second, third] in (0..TRIES).map(&units) {
        let (left, whole) = (shorter.residual(first, second), longer.quantile(third));
        let age = elapsed(shorter, first, second);
        if whole > age {
            return ordered(left, whole - age);
        }
    }
    let [first, second, third] = units(0);
    ordered(shorter.residual(first, second), longer.residual(second, third))
}

impl Clients {
    /// The gateway will tell it to move when its connection is too old.
    pub(super) fn schedule_age(&self, user: u32, session: u16, cx: &mut Cx<'_>) {
        let crowd = cx.crowds.of(user);
        let Some(law) = &crowd.max_age else { return };
        let entity = crowd.connection(user, session);
        let age = law.quantile(self.draws.unit(Purpose::Age, entity, 0));
        Self::will_be_old(user, session, age, cx);
    }

    fn will_be_old(user: u32, session: u16, after: f64, cx: &mut Cx<'_>) {
        let crowd = cx.crowds.of(user);
        let entity = crowd.connection(user, session);
        let way = crowd.down(cx.connections.get(user).round_trip(), entity);
        cx.wake(cx.now + Span::from_float(after) + way, Timer::Aged, user, session);
    }

    /// A lifetime that is not exponential has a timer of its own.
    pub(super) fn schedule_lifetime(&self, user: u32, session: u16, cx: &mut Cx<'_>) {
        let entity = cx.crowds.of(user).connection(user, session);
        if let Some(law) = self.own_lifetime() {
            let life = law.quantile(self.draws.unit(Purpose::Lifetime, entity, 0));
            cx.wake(cx.now + Span::from_float(life), Timer::Lifetime, user, session);
        }
    }

    /// A tab that waits for its turn has no connection that could end: later it may.
    pub(super) fn lives_on(&self, user: u32, ticket: u16, cx: &mut Cx<'_>) {
        let session = cx.connections.get(user).session;
        let entity = cx.crowds.of(user).connection(user, session);
        if let Some(law) = self.own_lifetime() {
            let life = law.quantile(self.draws.unit(Purpose::Lifetime, entity, 0));
            cx.wake(cx.now + Span::from_float(life), Timer::Lifetime, user, ticket);
        }
    }

    /// A lifetime that is not one of a whole crowd.
    fn own_lifetime(&self) -> Option<&Law> {
        let law = self.parameters.network.lifetime.as_ref()?;
        (!matches!(law, Law::Exponential { .. })).then_some(law)
    }

    /// What is left at a random instant of all that ends a connection.
    pub fn schedule_residual_lifetime(&self, user: u32, earlier: &Earlier, cx: &mut Cx<'_>) {
        let (life, age) = self.residuals(user, cx);
        if let Some(age) = age {
            Self::will_be_old(user, 0, age, cx);
        }
        self.stands_idle(user, earlier, cx);
        self.schedule_residual_stay(user, cx);
        if let Some(life) = life.filter(|_| self.own_lifetime().is_some()) {
            cx.wake(cx.now + Span::from_float(life), Timer::Lifetime, user, 0);
        }
    }

    /// What is left of its lifetime and until it is too old; nanoseconds. Its age is one that both
    /// let it reach, and no more than how long its user is there.
    fn residuals(&self, user: u32, cx: &Cx<'_>) -> (Option<f64>, Option<f64>) {
        let crowd = cx.crowds.of(user);
        let entity = crowd.connection(user, 0);
        let of_life = |k| self.draws.unit(Purpose::Lifetime, entity, k);
        let of_age = |k| self.draws.unit(Purpose::Age, entity, k);
        let (life, age) = (self.parameters.network.lifetime.as_ref(), crowd.max_age.as_ref());
        if age.is_none() && self.own_lifetime().is_none() {
            return (None, None);
        }
        let drawn = |k| {
            let life = life.map(|law| law.quantile(of_life(k)));
            (life, age.map(|law| law.quantile(of_age(k))))
        };
        if let Some(there) = self.is_there_for(user, cx) {
            let mut began = 0.0;
            for (life, age) in (0..FORGOTTEN).map(drawn) {
                let end = life.unwrap_or(f64::INFINITY).min(age.unwrap_or(f64::INFINITY));
                if began + end > there {
                    let left = |all: f64| began + all - there;
                    return (life.map(left), age.map(left));
                }
                began += end.max(0.0);
            }
        }
        let units = |k| [of_age(2 * k), of_age(2 * k + 1), of_life(k)];
        match (life, age) {
            (Some(life), Some(age)) => {
                let (age, life) = residuals(age, life, units);
                (Some(life), Some(age))
            }
            (life, age) => {
                let life = life.map(|law| law.residual(of_life(0), of_life(1)));
                (life, age.map(|law| law.residual(of_age(0), of_age(1))))
            }
        }
    }

    /// How long a user who stands there when the run begins has been, in nanoseconds; none where
    /// nobody comes or goes.
    fn is_there_for(&self, user: u32, cx: &Cx<'_>) -> Option<f64> {
        self.stay_so_far(user, cx).or_else(|| self.visit_so_far(user, cx))
    }
}
