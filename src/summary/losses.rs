//! What is lost over time: by cause, in all, and while a phase lasts.
use super::{
    Series, Stretch, Summary,
    series::{self, Curve},
};

impl Summary {
    /// What is lost a second by each cause, and what expires, as far as it is recorded.
    pub fn losses(&self) -> Vec<(&str, Curve)> {
        let causes = self.statistics("", "lost").into_iter().filter(|&cause| cause != "total");
        let lost = causes.filter_map(|cause| Some((cause, self.rate("", "lost", cause)?)));
        let expired = self.rate("", "deliveries", "expired").map(|curve| ("expired", curve));
        lost.chain(expired).collect()
    }

    /// All of it together.
    pub fn lost(&self) -> Option<Curve> {
        let all: Vec<Curve> = self.losses().into_iter().map(|(_, curve)| curve).collect();
        Curve::sum(&all)
    }

    /// How long a phase lasts in all runs together, and how many deliveries are lost in it.
    pub fn lost_in(&self, name: &str) -> (f64, f64) {
        let stretches = || self.phases.iter().filter(|phase| phase.name == name);
        let ends = |phase: &Stretch| (phase.start.seconds(), phase.end.seconds());
        let lasted = stretches().map(ends).map(|(start, end)| end - start).sum();
        let inside = |series: &Series| -> f64 {
            let Some(curve) = series::curve(std::iter::once(series), true) else { return 0.0 };
            let own = stretches().filter(|phase| series.replication == Some(phase.replication));
            let rates = own.map(ends).flat_map(|(start, end)| curve.within(start, end));
            rates.map(|(_, rate)| rate).sum::<f64>() * curve.step
        };
        (lasted, self.series.iter().filter(|series| is_loss(series)).map(inside).sum())
    }
}

/// Whether a track is one of those of [`Summary::losses`].
fn is_loss(series: &Series) -> bool {
    let [quantity, statistic] = [&series.quantity, &series.statistic].map(String::as_str);
    let lost = quantity == "lost" && statistic != "total";
    series.node.is_empty() && (lost || (quantity, statistic) == ("deliveries", "expired"))
}
