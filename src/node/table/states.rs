//! Where the gateways hold the state of each user's session: kept only where a pool has some.
use super::connections::NOWHERE;
use crate::engine::number;

/// Where the state of a session is.
#[derive(Clone, Copy, Debug)]
struct Home {
    gateway: u16,
    incarnation: u16,
    /// Whether the handshake that is under way has found it.
    found: bool,
}

/// The homes of all users.
#[derive(Clone, Debug, Default)]
pub struct States {
    homes: Vec<Home>,
}

impl States {
    /// Bytes a user.
    pub const BYTES: u64 = number::count(size_of::<Home>());

    /// Nobody has been anywhere.
    pub fn new(users: u32) -> Self {
        let none = Home { gateway: NOWHERE, incarnation: 0, found: false };
        Self { homes: vec![none; number::index(users)] }
    }

    /// A user comes to an instance; returns whether its state is there. `kept` says whether it
    /// would be kept for so long.
    pub fn look(&mut self, user: u32, gateway: u16, incarnation: u16, kept: bool) -> bool {
        let home = &mut self.homes[number::index(user)];
        home.found = kept && (home.gateway, home.incarnation) == (gateway, incarnation);
        home.found
    }

    /// Whether the handshake of a user that is under way has to rebuild it.
    pub fn rebuilds(&self, user: u32) -> bool {
        self.homes.get(number::index(user)).is_some_and(|home| !home.found)
    }

    /// From now on it is there; returns whether it was found, unless there was none before.
    pub fn moves_in(&mut self, user: u32, gateway: u16, incarnation: u16) -> Option<bool> {
        let home = self.homes.get_mut(number::index(user))?;
        let before = std::mem::replace(home, Home { gateway, incarnation, found: false });
        (before.gateway != NOWHERE).then_some(before.found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_is_where_it_was_in_the_same_incarnation() {
        let mut states = States::new(2);
        assert!(!states.look(1, 3, 0, true));
        assert_eq!(states.moves_in(1, 3, 0), None);
        assert!(!states.look(1, 3, 1, true) && !states.look(1, 2, 0, true));
        assert!(!states.look(1, 3, 0, false) && states.look(1, 3, 0, true));
        assert_eq!(states.moves_in(1, 3, 0), Some(true));
        assert_eq!(states.moves_in(1, 4, 0), Some(false));
        assert!(!States::default().rebuilds(7));
    }
}
