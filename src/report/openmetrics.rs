//! Metrics for monitoring systems, in the text format of OpenMetrics 1.0 (which the scrapers and
//! checkers of Prometheus read as well): gauges with unit, type and meaning.
//!
//! What is part of a metric's name in squall and varies with the writer of a file is a label here:
//! node, phase, action, statistic. Units end a family's name, as the format asks for; counts have
//! none. Shares and ratios are both `ratio`, its name for numbers without dimension.
use crate::{
    record::Unit,
    report::safe::visible,
    summary::{Metric, Summary, glossary, of_phase, sweep::Sweep},
};
use std::collections::BTreeSet;

/// Samples of one name.
struct Family {
    name: String,
    unit: &'static str,
    /// What its samples mean, each meaning once, with the statistics that have it.
    meanings: Vec<(&'static str, Vec<String>)>,
    samples: Vec<(String, f64)>,
    /// Before the meanings.
    which: &'static str,
}

/// The document, in the order in which families come up.
#[derive(Default)]
struct Exposition {
    families: Vec<Family>,
    seen: BTreeSet<(String, String)>,
}

/// A label's name and value.
type Label<'a> = (&'static str, &'a str);

/// All metrics of a run.
pub fn run(summary: &Summary) -> String {
    let mut out = Exposition::default();
    let own = [("experiment", summary.experiment.as_str())];
    let identity = [&summary.version, &summary.seed.to_string(), &hex(summary.fingerprint)];
    out.add_info(&own, identity.map(String::as_str));
    summary.metrics.iter().for_each(|metric| out.add(metric, &own));
    out.text()
}

/// All metrics of all points of a sweep; a label says which point.
pub fn sweep(sweep: &Sweep) -> String {
    let mut out = Exposition::default();
    let identity = [&sweep.version, &sweep.seed.to_string(), &hex(sweep.fingerprint)];
    out.add_info(&[("experiment", sweep.experiment.as_str())], identity.map(String::as_str));
    for point in &sweep.points {
        let own = [("experiment", sweep.experiment.as_str()), ("point", point.name.as_str())];
        point.metrics.iter().for_each(|metric| out.add(metric, &own));
    }
    out.text()
}

fn hex(fingerprint: u64) -> String {
    format!("{fingerprint:016x}")
}

/// A metric's family and labels, apart from what it is a metric of.
struct Place<'m> {
    family: String,
    labels: Vec<Label<'m>>,
    meaning: &'static str,
}

impl<'m> Place<'m> {
    fn of(metric: &'m Metric) -> Self {
        let known = glossary::metric(&metric.name);
        let quantity = metric.quantity.as_str();
        let (phase, rest) = of_phase(quantity);
        let phase = phase.unwrap_or_default();
        // Names of actions are a writer's own.
        let (family, action) = match known.map(|known| known.name) {
            Some(name) if name.starts_with("<action>.") => ("action", rest),
            Some(name) if name.starts_with("recovery.<action>.") => {
                rest.split_once('.').unwrap_or((rest, ""))
            }
            _ => (rest, ""),
        };
        let labels = [
            ("node", metric.node.as_str()),
            ("phase", phase),
            ("action", action),
            ("statistic", metric.statistic.as_str()),
        ];
        Self {
            family: family
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
                .collect(),
            labels: labels.into_iter().filter(|label| !label.1.is_empty()).collect(),
            meaning: known.map_or("A metric of squall.", |known| known.meaning),
        }
    }
}

impl Exposition {
    /// The result itself: what its numbers are a function of.
    fn add_info(&mut self, own: &[Label], identity: [&str; 3]) {
        let names = ["version", "seed", "fingerprint"];
        let labels: Vec<Label> =
            own.iter().copied().chain(names.into_iter().zip(identity)).collect();
        let meaning = "Version, seed and fingerprint of the result; always 1.";
        self.put("squall_result_info".to_owned(), "", "", (meaning, ""), &labels, 1.0);
    }

    /// A metric's mean, and the ends of its interval beside it.
    fn add(&mut self, metric: &Metric, own: &[Label]) {
        let place = Place::of(metric);
        let unit = unit(metric.unit);
        let labels: Vec<Label> = own.iter().copied().chain(place.labels.iter().copied()).collect();
        let parts = [
            (metric.mean, "", ""),
            (metric.ci_low, "_ci_low", "Lower end of the 95 % interval. "),
            (metric.ci_high, "_ci_high", "Upper end of the 95 % interval. "),
        ];
        for (value, which, words) in parts {
            let Some(value) = value.filter(|value| value.is_finite()) else { continue };
            let ending = if unit.is_empty() { String::new() } else { format!("_{unit}") };
            // The unit is said once.
            let family = place.family.strip_suffix(&ending).unwrap_or(&place.family);
            let name = format!("squall_{family}{which}{ending}");
            self.put(name, unit, words, (place.meaning, &metric.statistic), &labels, value);
        }
    }

    fn put(
        &mut self,
        name: String,
        unit: &'static str,
        which: &'static str,
        (meaning, statistic): (&'static str, &str),
        labels: &[Label],
        value: f64,
    ) {
        let written: Vec<String> =
            labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
        let written = written.join(",");
        // Nobody reads a family with one sample twice.
        if !self.seen.insert((name.clone(), written.clone())) {
            return;
        }
        let place = self.families.iter().position(|family| family.name == name);
        let place = place.unwrap_or_else(|| {
            let (meanings, samples) = (Vec::new(), Vec::new());
            self.families.push(Family { name, unit, meanings, samples, which });
            self.families.len() - 1
        });
        let family = &mut self.families[place];
        family.samples.push((written, value));
        match family.meanings.iter_mut().find(|known| known.0 == meaning) {
            Some((_, statistics)) if statistics.iter().any(|known| known == statistic) => {}
            Some((_, statistics)) => statistics.push(statistic.to_owned()),
            None => family.meanings.push((meaning, vec![statistic.to_owned()])),
        }
    }

    fn text(&self) -> String {
        let mut out = String::new();
        for family in &self.families {
            let name = &family.name;
            out += &format!("# TYPE {name} gauge\n");
            if !family.unit.is_empty() {
                out += &format!("# UNIT {name} {}\n", family.unit);
            }
            out += &format!("# HELP {name} {}{}\n", family.which, help(family));
            for (labels, value) in &family.samples {
                out += &format!("{name}{{{labels}}} {value}\n");
            }
        }
        out + "# EOF\n"
    }
}

/// What a family is: a meaning alone, or each with its statistics.
fn help(family: &Family) -> String {
    let one = |(meaning, statistics): &(&'static str, Vec<String>)| {
        let statistics = statistics.join(", ");
        let said = family.meanings.len() > 1 && !statistics.is_empty();
        if said { format!("{statistics}: {meaning}") } else { (*meaning).to_owned() }
    };
    let all: Vec<String> = family.meanings.iter().map(one).collect();
    // Quotation marks are escaped in one of the two formats and not in the other.
    escaped(&all.join(" ").replace('"', "'"))
}

/// The name of a unit at the end of a name.
fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Count => "",
        Unit::Share | Unit::Ratio => "ratio",
        Unit::PerSecond => "per_second",
        Unit::Seconds => "seconds",
        Unit::Bytes => "bytes",
        Unit::BytesPerSecond => "bytes_per_second",
        Unit::Usd => "usd",
        Unit::UsdPerMonth => "usd_per_month",
    }
}

/// A text within quotation marks.
fn escaped(text: &str) -> String {
    let text: String = text.chars().map(visible).collect();
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
