//! What goes on after the horizon: nothing new is sent, and what is under way may still end.
//!
//! Only the ends of deliveries and their lag are taken from there. All else was measured at the
//! horizon, so that a bill or a peak does not depend on how long one waits for the last message.
use super::{Broken, World};
use crate::{
    engine::{Agenda, run},
    node::Event,
    record::{Measure, Outcome},
    scenario::Scenario,
};

impl World {
    /// Goes on for `settle` from the horizon, where the run came out as `at_horizon`.
    pub(super) fn settle(
        mut self,
        scenario: &Scenario,
        agenda: &mut Agenda<Event>,
        at_horizon: Outcome,
    ) -> Result<Outcome, Broken> {
        let mut longer = scenario.clone();
        longer.horizon += scenario.settle;
        self.events += run(&mut self, agenda, longer.horizon);
        self.record.settled(longer.horizon);
        let (later, of_deliveries) = self.close(&longer)?;
        Ok(Outcome {
            fingerprint: later.fingerprint,
            events: later.events,
            ledger: later.ledger,
            lag: later.lag,
            measures: replaced(at_horizon.measures, &later.measures, &of_deliveries),
            ..at_horizon
        })
    }
}

/// The measures, with those of deliveries as they are `later`, by their places there.
fn replaced(
    mut measures: Vec<Measure>,
    later: &[Measure],
    of_deliveries: &[usize],
) -> Vec<Measure> {
    for settled in of_deliveries.iter().map(|&place| &later[place]) {
        // A phase that begins after the horizon has none.
        let same = measures.iter_mut().find(|known| known.name == settled.name);
        same.into_iter().for_each(|same| same.value = settled.value);
    }
    measures
}
