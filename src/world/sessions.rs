//! Open streams of sessions at the end of a run: their books, and their metrics.
use super::{Broken, World, sheet::Sheet};
use crate::{
    engine::number,
    node::table::{connections::State, crowds::Crowd},
    record::Sessions,
    scenario::Scenario,
};

impl Sheet {
    /// What became of sessions; the share is of those that have got in or given up.
    pub(super) fn sessions(&mut self, prefix: &str, sessions: &Sessions) {
        let Sessions { arrived, served, lost, cut, .. } = *sessions;
        let rows = [("arrived", arrived), ("served", served), ("lost", lost), ("cut", cut)];
        for (name, count) in rows {
            self.count(format!("{prefix}.{name}"), count);
        }
        let (part, whole) = (number::float(lost), number::float(lost + served));
        self.share(format!("{prefix}.lost_share"), part, whole);
    }
}

impl World {
    pub(super) fn session_measures(&self, scenario: &Scenario, sheet: &mut Sheet) {
        for (node, [_, window]) in &self.record.streams {
            let name = &scenario.nodes[usize::from(*node)].name;
            sheet.sessions(&format!("{name}.sessions"), window);
        }
        if !self.record.streams.is_empty() {
            let all = self.record.streams.iter().map(|(_, [_, window])| window);
            sheet.sessions("sessions", &all.fold(Sessions::default(), Sessions::and));
        }
    }

    /// Sessions of all streams that arrived in the whole run.
    pub(super) fn arrived(&self) -> f64 {
        number::float(self.record.streams.iter().map(|(_, [whole, _])| whole.arrived).sum())
    }

    /// Each session that came got in, gave up, or is still trying; each that was in has gone or is
    /// still there.
    pub(super) fn check_sessions(&self) -> Result<(), Broken> {
        for (node, [whole, _]) in &self.record.streams {
            let crowd = self.crowds.of_clients(*node);
            let (trying, there) = self.standing(crowd);
            let Sessions { stood, arrived, served, lost, cut, left } = *whole;
            let came = arrived == served + lost + trying;
            if !came || stood + served != left + cut + there {
                let books = format!("{whole:?}, {trying} try, {there} are there");
                return Err(Broken(format!("the sessions do not add up: {books}")));
            }
        }
        Ok(())
    }

    /// How many sessions try to get in, and how many of those who were in have not gone.
    fn standing(&self, crowd: &Crowd) -> (u64, u64) {
        let (mut trying, mut there) = (0, 0);
        for user in crowd.first..crowd.first + crowd.count {
            let row = self.connections.get(user);
            let was_in = row.session > 0 || user - crowd.first < crowd.present;
            let here = u64::from(row.state != State::Gone);
            if was_in { there += here } else { trying += here }
        }
        (trying, there)
    }
}
