//! Users who find no room in the pool of a transport go on to the next one of their list that has a
//! pool of its own and is not blocked for them.
use super::{crowd::Crowd, map::room, outside};
use crate::scenario::Scenario;

/// Moves them, list by list and transport by transport: `all` know who comes to each.
pub(super) fn spill<'s>(all: &mut [Crowd<'s>], scenario: &'s Scenario) {
    let most = all.iter().map(|crowd| crowd.place).max().unwrap_or(0);
    for place in 0..most {
        let full: Vec<(usize, f64)> = (0..all.len())
            .filter(|&row| all[row].place == place && goes_on(&all[row]))
            .map(|row| (row, 1.0 - room(all, all[row].pool.id)))
            .filter(|&(_, share)| share > 0.0)
            .collect();
        for (row, share) in full {
            moves_on(all, row, share, scenario);
        }
    }
}

/// Whether who finds no room there may find some elsewhere; of sessions that is not known.
fn goes_on(crowd: &Crowd<'_>) -> bool {
    !crowd.shut && crowd.clients.parameters.sessions.is_none()
}

/// So large a share of a row finds no room.
fn moves_on<'s>(all: &mut [Crowd<'s>], row: usize, share: f64, scenario: &'s Scenario) {
    let (id, place, pool) = (all[row].clients.id, all[row].place, all[row].pool.id);
    let blocked: Vec<f64> =
        all[row].clients.parameters.prefer.iter().map(|it| it.blocked.0).collect();
    let mut left = all[row].part * share;
    for next in 0..all.len() {
        let other = &all[next];
        let later = other.clients.id == id && other.place > place && !other.shut;
        if !later || other.pool.id == pool {
            continue;
        }
        let some = left * (1.0 - blocked.get(other.place).copied().unwrap_or(0.0));
        left -= some;
        shift(&mut all[row], -some, scenario);
        shift(&mut all[next], some, scenario);
    }
}

/// A row has so much more of its crowd.
fn shift<'s>(crowd: &mut Crowd<'s>, part: f64, scenario: &'s Scenario) {
    crowd.part = (crowd.part + part).max(0.0);
    crowd.moved += part * f64::from(crowd.clients.parameters.count);
    crowd.outside = outside::of(scenario, crowd.clients.id, crowd.part);
    crowd.come();
}
