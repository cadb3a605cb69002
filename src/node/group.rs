//! A consumer group: which instance of the fan-out reads which partition, who is believed to be
//! there, and what stops while the partitions are dealt out anew.
//!
//! Partitions stick: a member keeps its own up to its fair share, and what has no owner goes to
//! those with the fewest.
use super::{
    Purpose,
    parameters::{self, Rebalance},
};
use crate::engine::{Draws, Span, Time, number};

/// What a group believes of a consumer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Member {
    /// It reads.
    In,
    /// It is gone, and the group does not know.
    Silent,
    /// It is back, and its earlier self is still believed to be there.
    Back,
    /// It has left.
    Out,
}

/// A consumer group in motion.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) parameters: parameters::Group,
    draws: Draws,
    members: Vec<Member>,
    /// How often each has died or left.
    ends: Vec<u32>,
    owners: Vec<u16>,
}

impl Group {
    /// All instances are there, and the partitions are dealt out in turn.
    pub(super) fn new(
        parameters: parameters::Group,
        draws: Draws,
        instances: u16,
        partitions: u32,
    ) -> Self {
        let owner = |partition: u32| number::short(number::index(partition % u32::from(instances)));
        Self {
            parameters,
            draws,
            members: vec![Member::In; usize::from(instances)],
            ends: vec![0; usize::from(instances)],
            owners: (0..partitions).map(owner).collect(),
        }
    }

    /// Who reads a partition.
    #[inline]
    pub(super) fn owner(&self, partition: u32) -> u16 {
        self.owners[number::index(partition)]
    }

    /// The partitions of a consumer.
    pub(super) fn of(&self, consumer: u16) -> Vec<u32> {
        let owned = self.owners.iter().enumerate().filter(|(_, owner)| **owner == consumer);
        owned.map(|(partition, _)| number::row(partition)).collect()
    }

    /// Whether the owner of a partition reads it.
    pub(super) fn is_read(&self, partition: u32) -> bool {
        self.members[usize::from(self.owner(partition))] == Member::In
    }

    /// A consumer dies; returns when the group takes it for gone.
    pub(super) fn dies(&mut self, now: Time, consumer: u16) -> Time {
        let place = usize::from(consumer);
        self.members[place] = Member::Silent;
        self.ends[place] += 1;
        let entity = u64::from(consumer);
        let beat = self.draws.unit(Purpose::Consumer, entity, self.ends[place]);
        let heard = self.parameters.heartbeat.scale(beat);
        now + (self.parameters.session_timeout - heard.min(self.parameters.session_timeout))
    }

    /// The session of a dead consumer is over; returns whether the partitions must be dealt out.
    pub(super) fn expires(&mut self, consumer: u16) -> bool {
        let member = &mut self.members[usize::from(consumer)];
        match member {
            Member::Silent => *member = Member::Out,
            Member::Back => *member = Member::In,
            Member::In | Member::Out => return false,
        }
        true
    }

    /// A consumer takes its leave.
    pub(super) fn leaves(&mut self, consumer: u16) {
        self.members[usize::from(consumer)] = Member::Out;
        self.ends[usize::from(consumer)] += 1;
    }

    /// A consumer comes back; returns whether the partitions must be dealt out. They are later if
    /// its earlier self still holds its own.
    pub(super) fn joins(&mut self, consumer: u16) -> bool {
        let member = &mut self.members[usize::from(consumer)];
        match member {
            Member::Silent => *member = Member::Back,
            Member::Out => *member = Member::In,
            Member::In | Member::Back => return false,
        }
        *member == Member::In
    }

    /// Deals the partitions out; returns those that stop.
    pub(super) fn deal(&mut self) -> Vec<u32> {
        let before = self.owners.clone();
        self.share_out();
        let stops = |partition: &usize| {
            self.parameters.rebalance == Rebalance::Eager
                || before[*partition] != self.owners[*partition]
        };
        (0..self.owners.len()).filter(stops).map(number::row).collect()
    }

    fn share_out(&mut self) {
        // The dead that are believed alive keep theirs.
        let counts = |member: &Member| *member != Member::Out;
        let there = self.members.iter().filter(|member| counts(member)).count();
        if there == 0 {
            return;
        }
        let all = self.owners.len();
        let (least, extra) = (all / there, all % there);
        let mut held = vec![0_usize; self.members.len()];
        let mut full = 0;
        let mut free = Vec::new();
        for partition in 0..all {
            let owner = usize::from(self.owners[partition]);
            let fits = held[owner] < least || (held[owner] == least && full < extra);
            if counts(&self.members[owner]) && fits {
                held[owner] += 1;
                full += usize::from(held[owner] > least);
            } else {
                free.push(partition);
            }
        }
        for partition in free {
            let open = (0..held.len()).filter(|&member| counts(&self.members[member]));
            let fewest = open.min_by_key(|&member| held[member]).expect("somebody is there");
            held[fewest] += 1;
            self.owners[partition] = number::short(fewest);
        }
    }

    /// The last commit of a consumer until now.
    pub(super) fn committed(&self, now: Time, consumer: u16) -> Time {
        let every = self.parameters.commit;
        if every == Span::ZERO {
            return now;
        }
        let unit = self.draws.unit(Purpose::Consumer, u64::from(consumer), 0);
        let phase = every.scale(unit).nanos();
        let since = now.nanos().saturating_sub(phase) / every.nanos() * every.nanos();
        if now.nanos() < phase { Time::ZERO } else { Time::from_nanos(phase + since) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(rebalance: Rebalance, instances: u16, partitions: u32) -> Group {
        let parameters = parameters::Group {
            session_timeout: Span::from_secs(45),
            heartbeat: Span::from_secs(3),
            rebalance,
            pause: Span::from_secs(5),
            commit: Span::from_secs(5),
        };
        Group::new(parameters, Draws::new(1, 0, "bus"), instances, partitions)
    }

    fn sizes(group: &Group) -> Vec<usize> {
        (0..number::short(group.members.len())).map(|member| group.of(member).len()).collect()
    }

    #[test]
    fn cooperative_moves_what_it_must() {
        let mut group = group(Rebalance::Cooperative, 4, 64);
        group.leaves(1);
        let stopped = group.deal();
        assert_eq!((stopped.len(), sizes(&group)), (16, vec![22, 0, 21, 21]));
        assert!(group.joins(1));
        let stopped = group.deal();
        assert_eq!((stopped.len(), sizes(&group)), (16, vec![16, 16, 16, 16]));
    }

    #[test]
    fn eager_stops_them_all() {
        let mut group = group(Rebalance::Eager, 4, 64);
        group.leaves(3);
        assert_eq!(group.deal().len(), 64);
    }

    #[test]
    fn a_dead_consumer_is_missed_when_its_session_is_over() {
        let mut group = group(Rebalance::Eager, 2, 2);
        let gone = group.dies(Time::ZERO + Span::from_secs(100), 0);
        let after = gone.since(Time::ZERO + Span::from_secs(100));
        assert!(after > Span::from_secs(42) && after <= Span::from_secs(45), "{after:?}");
        assert!(!group.is_read(0) && group.is_read(1));
        // It is back before that: dealt out once its earlier self is gone.
        assert!(!group.joins(0) && !group.is_read(0));
        assert!(group.expires(0) && group.is_read(0));
        assert!(!group.expires(0));
    }

    #[test]
    fn nobody_left_leaves_all_as_it_was() {
        let mut group = group(Rebalance::Cooperative, 1, 8);
        group.leaves(0);
        assert!(group.deal().is_empty());
        assert!(!group.is_read(3));
    }

    #[test]
    fn commits_come_at_their_interval() {
        let group = group(Rebalance::Eager, 3, 3);
        let at = |seconds| Time::ZERO + Span::from_secs(seconds);
        for now in 6..100 {
            let age = at(now).since(group.committed(at(now), 2));
            assert!(age < Span::from_secs(5), "{age:?}");
        }
    }
}
