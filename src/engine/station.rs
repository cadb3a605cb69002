//! A queue with c servers, first in first out, that needs no departure event.
//!
//! Asked at the arrival's own time, never ahead, the finish of a job is known exactly: it starts
//! when the first server is free, and nobody who comes later can change that.
use super::time::{Span, Time};
use std::collections::VecDeque;

/// When a job begins and ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Service {
    /// Begin of service: the arrival plus the wait.
    pub start: Time,
    /// End of service.
    pub finish: Time,
}

/// c servers and one queue.
#[derive(Clone, Debug)]
pub struct Station {
    /// When each server becomes free: a binary heap, the first at the top. Which server takes a
    /// job makes no difference to anybody. Behind the heap: those taken away, which finish theirs.
    free: Vec<Time>,
    servers: usize,
    last: Time,
    busy: Span,
}

impl Station {
    /// `servers` idle servers, at least one.
    pub fn new(servers: usize) -> Self {
        let servers = servers.max(1);
        Self { free: vec![Time::ZERO; servers], servers, last: Time::ZERO, busy: Span::ZERO }
    }

    /// Takes a job that arrives now and needs `work` of one server.
    #[inline]
    pub fn arrive(&mut self, now: Time, work: Span) -> Service {
        debug_assert!(now >= self.last, "a station is asked at the arrival's own time");
        self.last = now;
        self.busy += work;
        let start = self.free[0].max(now);
        let finish = start + work;
        self.replace_first(finish);
        Service { start, finish }
    }

    /// From when on each server can take a job that is there now, in no order.
    pub fn free_from(&self, now: Time) -> Vec<Time> {
        self.free[..self.servers].iter().map(|&free| free.max(now)).collect()
    }

    /// How long a job that arrives now would wait.
    #[inline]
    pub fn wait(&self, now: Time) -> Span {
        self.free[0].since(now)
    }

    /// The work taken so far, over all servers.
    pub fn busy(&self) -> Span {
        self.busy
    }

    /// The work done up to `now`, over all servers.
    pub fn done(&self, now: Time) -> Span {
        self.busy - self.owed(now)
    }

    /// The work still owed at `now`, over all servers: each is busy without a gap until it is free.
    fn owed(&self, now: Time) -> Span {
        self.free.iter().fold(Span::ZERO, |sum, &free| sum + free.since(now))
    }

    /// How many servers there are.
    pub fn servers(&self) -> usize {
        self.servers
    }

    /// Loses all work at once, as a crash does; returns the service time that was not given.
    pub fn clear(&mut self, now: Time) -> Span {
        let owed = self.owed(now);
        self.free = vec![now; self.servers];
        self.busy = self.busy - owed;
        owed
    }

    /// From `now` on, what is left of all work takes `factor` times as long: finish' = now +
    /// (finish − now) · factor. The work of later jobs is up to whoever brings them.
    pub fn slow(&mut self, now: Time, factor: f64) {
        for free in &mut self.free {
            let owed = free.since(now);
            *free = (*free).min(now) + owed.scale(factor);
            self.busy = self.busy + owed.scale(factor) - owed;
        }
    }

    /// From `now` on there are `servers`, at least one. Jobs that have begun end as they would; a
    /// server that is taken away finishes its own first. `waiting` are all that have not begun, in
    /// order of arrival and as the station answered: they are placed again, and get new answers.
    pub fn resize(&mut self, now: Time, servers: usize, waiting: &mut [Service]) {
        for job in waiting.iter().rev() {
            let last = self.free.iter().position(|&free| free == job.finish);
            self.free[last.expect("a job that waits here")] = job.start;
            self.busy = self.busy - job.finish.since(job.start);
        }
        self.servers = servers.max(1);
        self.free.retain(|&free| free > now);
        self.free.resize(self.servers.max(self.free.len()), now);
        self.free.sort_unstable();
        let taken_away = self.free.len() - self.servers;
        self.free.rotate_left(taken_away); // they are free first; a sorted list is a heap
        for job in waiting {
            *job = self.arrive(now, job.finish.since(job.start));
        }
    }

    /// Puts `free` in place of the first server and restores the heap.
    #[inline]
    fn replace_first(&mut self, free: Time) {
        let mut place = 0;
        loop {
            let left = 2 * place + 1;
            let right = (left + 1).min(self.servers - 1);
            if left > right {
                break;
            }
            let child = if self.free[right] < self.free[left] { right } else { left };
            if self.free[child] >= free {
                break;
            }
            self.free[place] = self.free[child];
            place = child;
        }
        self.free[place] = free;
    }
}

/// The jobs that wait at a station, when their number is bounded.
#[derive(Clone, Debug)]
pub struct Waiting {
    bound: usize,
    starts: VecDeque<Time>,
}

impl Waiting {
    /// At most `bound` jobs wait; those in service do not count.
    pub fn new(bound: usize) -> Self {
        Self { bound, starts: VecDeque::new() }
    }

    /// Any number may wait; how many is not kept.
    pub fn unbounded() -> Self {
        Self::new(usize::MAX)
    }

    /// How many wait now.
    pub fn len(&mut self, now: Time) -> usize {
        while self.starts.front().is_some_and(|&start| start <= now) {
            self.starts.pop_front();
        }
        self.starts.len()
    }

    /// Takes a job at `station`, or refuses it (`None`) when it would wait and the queue is full.
    pub fn offer(&mut self, station: &mut Station, now: Time, work: Span) -> Option<Service> {
        if self.bound == usize::MAX {
            return Some(station.arrive(now, work));
        }
        if self.len(now) >= self.bound && station.wait(now) > Span::ZERO {
            return None;
        }
        let service = station.arrive(now, work);
        if service.start > now {
            self.starts.push_back(service.start);
        }
        Some(service)
    }

    /// Puts off the starts of those waiting, as [`Station::slow`] does their ends.
    pub fn slow(&mut self, now: Time, factor: f64) {
        for start in &mut self.starts {
            *start = (*start).min(now) + start.since(now).scale(factor);
        }
    }

    /// Those who wait begin at other times, as [`Station::resize`] says.
    pub fn restart(&mut self, now: Time, waiting: &[Service]) {
        self.starts.clear();
        if self.bound < usize::MAX {
            self.starts.extend(waiting.iter().map(|job| job.start).filter(|&start| start > now));
        }
    }

    /// Forgets all who wait, as a crash does.
    pub fn clear(&mut self) {
        self.starts.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nanos: u64) -> Time {
        Time::from_nanos(nanos)
    }

    #[test]
    fn one_server_serves_in_order() {
        let mut station = Station::new(1);
        let finishes = [0, 5, 30].map(|t| station.arrive(at(t), Span::from_nanos(10)).finish);
        assert_eq!(finishes, [at(10), at(20), at(40)]);
        assert_eq!(station.busy(), Span::from_nanos(30));
    }

    #[test]
    fn a_bound_counts_those_waiting() {
        let mut station = Station::new(1);
        let mut waiting = Waiting::new(2);
        let taken = [0, 0, 0, 0].map(|t| {
            waiting.offer(&mut station, at(t), Span::from_nanos(10)).map(|service| service.finish)
        });
        assert_eq!(taken, [Some(at(10)), Some(at(20)), Some(at(30)), None]);
        assert!(waiting.offer(&mut station, at(10), Span::from_nanos(1)).is_some());
    }

    #[test]
    fn a_crash_returns_the_work_not_done() {
        let mut station = Station::new(2);
        station.arrive(at(0), Span::from_nanos(10));
        station.arrive(at(0), Span::from_nanos(4));
        assert_eq!(station.clear(at(6)), Span::from_nanos(4));
        assert_eq!(station.busy(), Span::from_nanos(10));
        assert_eq!(station.wait(at(6)), Span::ZERO);
    }
}
