//! What gateway pools, and managed services in their place, used of what they have.
use super::{World, sample::Pool, sheet::Sheet, wire};
use crate::{
    engine::number,
    node::{Node, gateway::Gateway, parameters::Managed},
    record::{Gauge, Unit, meter::Flow},
    scenario::Scenario,
};

impl World {
    /// Connections, memory, CPU and budgets of each pool.
    pub(super) fn pool_measures(&self, scenario: &Scenario, all: &Flow, sheet: &mut Sheet) {
        let pools = &self.gauges.pools;
        for gauge in pools {
            let Node::Gateway(pool) = &self.nodes[gauge.node] else { continue };
            let name = &self.names[gauge.node];
            let prefixes: &[String] = if pools.len() == 1 {
                &[String::new(), format!("{name}.")]
            } else {
                &[format!("{name}.")]
            };
            for prefix in prefixes {
                connections(pool, gauge, prefix, sheet);
                self.memory_measures(pool, gauge, prefix, sheet);
            }
            match &pool.parameters.managed {
                Some(service) => self.service_measures(gauge.node, service, scenario, all, sheet),
                None => budgets(pool, gauge, self.peak_memory(pool, gauge), name, sheet),
            }
        }
    }

    /// The most memory that an instance took, in bytes.
    fn peak_memory(&self, pool: &Gateway, gauge: &Pool) -> Option<f64> {
        let per = number::float(pool.parameters.per_connection());
        match &gauge.memory {
            Some(memory) => memory.peak(pool, &self.feeds.send_buffers),
            None => peak_each(gauge).map(|held| held * per),
        }
    }

    fn memory_measures(&self, pool: &Gateway, gauge: &Pool, prefix: &str, sheet: &mut Sheet) {
        if pool.parameters.managed.is_some() {
            return;
        }
        let per = number::float(pool.parameters.per_connection());
        let each = self.peak_memory(pool, gauge);
        sheet.set(format!("{prefix}memory.peak_per_instance"), Unit::Bytes, each);
        let held = || gauge.held.peak().map(|held| held * per);
        let whole = gauge.memory.as_ref().map_or_else(held, |memory| memory.all.peak());
        sheet.set(format!("{prefix}memory.peak"), Unit::Bytes, whole);
        if let Some(memory) = &gauge.memory {
            sheet.set(format!("{prefix}memory.mean"), Unit::Bytes, memory.all.mean());
        }
    }

    /// What a managed service bills, and how much of its quota is used.
    fn service_measures(
        &self,
        node: usize,
        service: &Managed,
        scenario: &Scenario,
        all: &Flow,
        sheet: &mut Sheet,
    ) {
        let name = &self.names[node];
        let all_crowds = self.crowds.iter().zip(&all.crowds).zip(wire::laws(scenario));
        let own = all_crowds.filter(|((crowd, _), _)| usize::from(crowd.gateways.node) == node);
        let (mut handshakes, mut messages) = (0, 0.0);
        for ((_, traffic), law) in own {
            let billed = law.carried(traffic).map(|(size, count)| count * service.billed(size));
            messages += billed.sum::<f64>();
            handshakes += traffic.handshakes;
        }
        let seconds = all.lasted.seconds().max(1e-9);
        let used = number::float(handshakes) / seconds / service.new_connections.0;
        sheet.set(format!("{name}.messages"), Unit::Count, Some(messages));
        sheet.set(format!("{name}.budget.new_connections"), Unit::Share, Some(used));
        sheet.set(format!("{name}.quota_left"), Unit::Share, Some((1.0 - used).max(0.0)));
        sheet.count("connections.closed", self.record.counts.closed);
    }
}

fn mean_each(pool: &Gateway, gauge: &Pool) -> Option<f64> {
    let instances = number::float(number::count(pool.pool.len().max(1)));
    gauge.held.mean().map(|held| held / instances)
}

fn peak_each(gauge: &Pool) -> Option<f64> {
    gauge.each.iter().filter_map(Gauge::peak).reduce(f64::max)
}

fn connections(pool: &Gateway, gauge: &Pool, prefix: &str, sheet: &mut Sheet) {
    let (mean, peak) = (mean_each(pool, gauge), peak_each(gauge));
    sheet.set(format!("{prefix}connections_per_instance.max"), Unit::Count, peak);
    sheet.set(format!("{prefix}connections_per_instance.mean"), Unit::Count, mean);
    let ratio = peak.zip(mean).filter(|&(_, mean)| mean > 0.0).map(|(peak, mean)| peak / mean);
    sheet.set(format!("{prefix}connections_per_instance.imbalance"), Unit::Ratio, ratio);
}

fn budgets(pool: &Gateway, gauge: &Pool, memory: Option<f64>, name: &str, sheet: &mut Sheet) {
    sheet.set(format!("{name}.cpu.mean"), Unit::Share, gauge.cpu_mean.mean());
    let cpu = gauge.cpu_max.peak();
    sheet.set(format!("{name}.cpu.peak"), Unit::Share, cpu);
    let parameters = &pool.parameters;
    let sockets = f64::from(parameters.max_connections.min(parameters.descriptors));
    let limit = number::float(parameters.memory.limit.0);
    let mut fullest = cpu;
    for (budget, peak, limit) in
        [("connections", peak_each(gauge), sockets), ("memory", memory, limit)]
    {
        let used = peak.map(|peak| peak / limit);
        sheet.set(format!("{name}.budget.{budget}"), Unit::Share, used);
        fullest = fullest.into_iter().chain(used).reduce(f64::max);
    }
    sheet.set(format!("{name}.headroom"), Unit::Share, fullest.map(|used| 1.0 - used));
}
