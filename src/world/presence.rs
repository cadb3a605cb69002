//! How far the registries were from the truth.
use super::{World, sheet::Sheet};
use crate::{
    engine::{Time, number},
    node::table::connections::{NOWHERE, State},
    record::Unit,
};

/// User-nanoseconds in user-seconds.
fn seconds(nanos: u128) -> f64 {
    number::float(number::low64(nanos / 1_000)) / 1e6
}

impl World {
    /// Who is gone at the horizon, and still shown or shown for a while.
    pub(super) fn close_presence(&mut self, horizon: Time) {
        let Self { routes, crowds, tiers, connections, .. } = self;
        routes.catch_up(horizon, crowds, tiers, connections);
        for crowd in crowds.registered() {
            for user in crowd.first..crowd.first + crowd.count {
                let here = connections.get(user).state == State::Online;
                if here || routes.seen(user, crowd).gateway == NOWHERE {
                    continue;
                }
                let died = connections.since[number::index(user)];
                let expiry = routes.expiry(horizon, user, crowd, tiers, connections);
                let shown = expiry.min(horizon).since(died);
                routes.truth.falsely_online += u128::from(shown.nanos());
            }
        }
    }

    pub(super) fn presence_measures(&self, sheet: &mut Sheet) {
        if self.crowds.registered().next().is_none() {
            return;
        }
        let truth = &self.routes.truth;
        let shown = seconds(truth.falsely_online);
        sheet.set("presence.falsely_online", Unit::Seconds, Some(shown));
        let missing = seconds(truth.falsely_offline);
        sheet.set("presence.falsely_offline", Unit::Seconds, Some(missing));
        sheet.count("presence.flaps", truth.flaps);
        sheet.count("presence.vanished", truth.vanished);
        for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
            sheet.seconds(format!("presence.noticed.{name}"), truth.noticed.quantile(share));
        }
        let some = truth.noticed.total() > 0;
        sheet.seconds("presence.noticed.max", some.then(|| truth.noticed.max()));
        sheet.seconds("presence.noticed.mean", truth.noticed.mean().filter(|_| some));
    }
}
