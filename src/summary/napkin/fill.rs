//! Reasons that are the fill of one instance: uneven shares, herds, what lies unsent, and what it
//! dies of.
use super::{Beside, Kind, reasons::Case};
use crate::{
    record::Unit,
    summary::{
        figures::{self, count},
        stated_count,
    },
};

impl Case<'_> {
    /// The tier whose instances it is about.
    fn tier(&self) -> &str {
        match &self.line.beside {
            Beside::Metric(name) if self.line.of.is_empty() => name.split('.').next().unwrap_or(""),
            _ => &self.line.of,
        }
    }

    /// The fullest holds more than the mean.
    pub(super) fn uneven(&self) -> Option<String> {
        let nodes = self.summary.input["nodes"].as_object()?;
        let mut counts = nodes.values().filter_map(|node| stated_count(&node["gateway"]["count"]));
        if !counts.any(|count| count > 1.0) {
            return None;
        }
        let imbalance = self
            .mean("connections_per_instance.imbalance")
            .or_else(|| self.mean(&format!("{}.connections_per_instance.imbalance", self.line.of)))
            .filter(|imbalance| *imbalance > 1.05)?;
        let own = self.summary.fullest(self.tier());
        // The mean over time is not that of the moment.
        let times = own.as_ref().map_or(imbalance, super::super::shares::Fullest::over_all);
        let own_size = matches!(self.line.kind, Kind::Fullest | Kind::Hit);
        if own_size && !self.makes(times - 1.0) {
            return None;
        }
        let pools = self.summary.nodes_with("connections").into_iter();
        let all = pools.filter_map(|node| self.summary.fullest(node));
        let most = own.or_else(|| all.max_by(|a, b| a.over_all().total_cmp(&b.over_all())));
        let Some(most) = most else {
            // Without curves nobody knows who was there.
            let times = figures::figure(Unit::Ratio, imbalance);
            return Some(format!("the fullest holds {times} times the mean of all instances"));
        };
        let times = figures::figure(Unit::Ratio, most.over_all());
        let uneven = || format!("uneven shares: the fullest holds {times} times the mean");
        Some(most.reason().unwrap_or_else(uneven))
    }

    /// A herd fills an instance far beyond the mean of peace.
    pub(super) fn crowded(&self) -> Option<String> {
        let Beside::Metric(name) = &self.line.beside else { return None };
        let node = name.strip_suffix(".memory.peak_per_instance")?;
        let each = format!("{node}.connections_per_instance");
        let held = Beside::Metric(format!("{each}.mean"));
        let usual = self.lines.iter().find(|line| line.beside == held)?.value;
        let most = self.mean(&format!("{each}.max"))?;
        (self.more() && self.makes(most / usual.max(1.0) - 1.0)).then(|| {
            let [most, usual] = [most, usual].map(|it| count(it.round()));
            format!("the fullest holds up to {most} connections, not {usual}")
        })
    }

    /// What lies in send buffers, where that is most of the difference in memory.
    pub(super) fn unsent(&self) -> Option<String> {
        let Beside::Metric(name) = &self.line.beside else { return None };
        let node = name.strip_suffix(".memory.peak_per_instance")?;
        let unsent = self.mean(&format!("{node}.send_buffers.peak"))?;
        let more = self.found.simulated? - self.found.estimate;
        (more > 0.0 && unsent > more / 2.0).then(|| {
            let unsent = figures::figure(Unit::Bytes, unsent);
            format!("up to {unsent} lie unsent in the buffers of an instance")
        })
    }

    /// Instances that die of their memory, and hit whom they hold.
    pub(super) fn killed(&self) -> Option<String> {
        let killed = self.mean("instances.killed").filter(|killed| *killed > 0.0)?;
        self.more().then(|| format!("{} instances die of their memory", count(killed.round())))
    }
}
