//! The gateway instances of all pools: as each is, and as its balancer believes.
use crate::engine::{Time, number};
use std::ops::Range;

/// What an instance is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Life {
    /// It serves and accepts.
    Up,
    /// It serves and accepts nobody.
    Draining,
    /// Its process has ended: its host answers with a reset.
    Stopped,
    /// Its host is silent.
    Silent,
}

impl Life {
    /// Whether connections on such an instance work.
    #[inline]
    fn serves(self) -> bool {
        matches!(self, Self::Up | Self::Draining)
    }
}

/// One instance.
#[derive(Clone, Copy, Debug)]
pub struct Instance {
    /// Connections and handshakes it holds. Written by gateways and clients through `Cx`.
    pub held: u32,
    /// Those of them that are streams beside others on their connection, which counts for another
    /// one. Written with `held`.
    pub light: u32,
    /// What it is doing. Written by gateways.
    pub life: Life,
    /// Counts restarts: what was true of an earlier one no longer is. Written by gateways.
    pub incarnation: u16,
    /// When `life` last went up or down. Written by gateways.
    pub changed: Time,
    /// When it last ended. Written by gateways.
    pub ended: Time,
    /// When the last frame of the clients that have left it arrives. Written by clients.
    pub last_frame: Time,
    /// Whether the balancer sends it connections. Written by the balancer.
    pub believed_up: bool,
    /// The timeline entry that drains it.
    pub drained_by: u16,
    /// The number of its pool's node.
    pub pool: u8,
}

impl Instance {
    /// Whether new connections go to it, and it accepts them.
    #[inline]
    pub fn takes_in(&self) -> bool {
        self.life == Life::Up && self.believed_up
    }
}

/// An instance begins or ends to take connections in.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// When.
    pub at: Time,
    /// The number of its pool's node.
    pub pool: u8,
    /// Whether it takes them from then on.
    pub takes_in: bool,
}

/// The table; a pool is a range of it.
#[derive(Clone, Debug, Default)]
pub struct Tiers {
    rows: Vec<Instance>,
    changes: Vec<Change>,
}

impl Tiers {
    /// Adds a pool of `count` instances that are up; `pool` is the number of its node.
    pub fn extend(&mut self, pool: u8, count: u16) -> Range<u16> {
        let first = number::short(self.rows.len());
        let up = Instance {
            held: 0,
            light: 0,
            life: Life::Up,
            incarnation: 0,
            changed: Time::ZERO,
            ended: Time::ZERO,
            last_frame: Time::ZERO,
            believed_up: true,
            drained_by: u16::MAX,
            pool,
        };
        self.rows.resize(self.rows.len() + usize::from(count), up);
        first..number::short(self.rows.len())
    }

    /// An instance.
    #[inline]
    pub fn get(&self, instance: u16) -> &Instance {
        &self.rows[usize::from(instance)]
    }

    /// An instance, to change it.
    #[inline]
    pub fn get_mut(&mut self, instance: u16) -> &mut Instance {
        &mut self.rows[usize::from(instance)]
    }

    /// Whether connections on an instance work.
    #[inline]
    pub fn serves(&self, instance: u16) -> bool {
        self.get(instance).life.serves()
    }

    /// An instance goes up or down.
    pub fn change(&mut self, instance: u16, life: Life, at: Time) {
        self.edit(instance, at, |row| (row.life, row.changed) = (life, at));
    }

    /// An instance drains by an entry of the timeline: its balancer is told.
    pub fn drains(&mut self, instance: u16, by: u16, at: Time) {
        let told = |row: &mut Instance| {
            (row.life, row.drained_by, row.believed_up) = (Life::Draining, by, false);
        };
        self.edit(instance, at, told);
    }

    /// The balancer learns whether it may send connections to an instance.
    pub fn believe(&mut self, instance: u16, up: bool, at: Time) {
        self.edit(instance, at, |row| row.believed_up = up);
    }

    fn edit(&mut self, instance: u16, at: Time, edit: impl FnOnce(&mut Instance)) {
        let row = &mut self.rows[usize::from(instance)];
        let before = row.takes_in();
        edit(row);
        if row.takes_in() != before {
            self.changes.push(Change { at, pool: row.pool, takes_in: !before });
        }
    }

    /// Every time at which an instance began or ended to take connections in, in order; all do at
    /// first.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }
}
