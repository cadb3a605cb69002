//! What was measured elsewhere, held against the series of the same name.
use super::{
    Summary, figures,
    series::{Curve, Series},
    slo::nearest,
};
use crate::{engine::number, record::Unit};

/// Measured values of one series: its name, and value by time in seconds.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Measured {
    /// Such as `gateways.connections.total`.
    pub name: String,
    /// Time and value.
    pub points: Vec<(f64, f64)>,
}

/// Measured values beside the simulated ones.
#[derive(Clone, PartialEq, Debug)]
pub struct Observed {
    /// The name of both.
    pub name: String,
    /// The unit of both.
    pub unit: Unit,
    /// Measured values within the run.
    pub points: Vec<(f64, f64)>,
    /// Measured values outside of it, or where nothing was simulated.
    pub left_out: usize,
    /// The mean over the replications, or what all of them together have.
    pub simulated: Curve,
    /// Whether it is the latter: no percentile is averaged.
    pub pooled: bool,
    /// The mean of |simulated − measured|.
    pub absolute: f64,
    /// Of the mean of |measured|; none where that is zero.
    pub relative: Option<f64>,
}

/// Quantities that count what happens in a bin: they are given per second, as in the charts.
const COUNTED: [&str; 7] =
    ["attempts", "deliveries", "duplicates", "lost", "polls", "reordered", "sent"];

/// The name of a series: node, quantity and statistic, as far as it has them.
pub fn name(series: &Series) -> String {
    let parts = [&series.node, &series.quantity, &series.statistic];
    let parts: Vec<&str> =
        parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    parts.join(".")
}

/// Measured values that cannot be held against a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wrong {
    /// Their name.
    pub name: String,
    /// What is wrong with them, in a sentence.
    pub why: String,
}

/// A measured value by its time, and the simulated one beside it.
type Pair = ((f64, f64), f64);

/// Holds measured values against a run.
///
/// # Errors
/// What is wrong with them: a name that no series has, no value within the run.
pub fn compare(summary: &Summary, measured: &[Measured]) -> Result<Vec<Observed>, Vec<Wrong>> {
    let (mut all, mut wrong) = (Vec::new(), Vec::new());
    for one in measured {
        match held(summary, one) {
            Ok(observed) => all.push(observed),
            Err(why) => wrong.push(Wrong { name: one.name.clone(), why }),
        }
    }
    if wrong.is_empty() { Ok(all) } else { Err(wrong) }
}

fn held(summary: &Summary, measured: &Measured) -> Result<Observed, String> {
    let Some(series) = summary.series.iter().find(|series| name(series) == measured.name) else {
        return Err(unknown(summary, &measured.name));
    };
    let [node, quantity, statistic] = [&series.node, &series.quantity, &series.statistic];
    let counted = COUNTED.contains(&quantity.as_str());
    let simulated = if counted {
        summary.rate(node, quantity, statistic)
    } else {
        summary.level(node, quantity, statistic)
    };
    let simulated = simulated.unwrap_or_default();
    let horizon = summary.horizon.seconds();
    let beside = |&(time, value): &(f64, f64)| {
        let inside = (0.0..horizon).contains(&time);
        let there = simulated.at(time).filter(|_| inside)?;
        Some(((time, value), there))
    };
    let pairs: Vec<Pair> = measured.points.iter().filter_map(beside).collect();
    if pairs.is_empty() {
        return Err(format!(
            "`{}`: no measured value lies where one was simulated; times are seconds from the \
             begin of the run, which ends at {}",
            measured.name,
            figures::clock(horizon),
        ));
    }
    let mean = |of: &dyn Fn(&Pair) -> f64| {
        pairs.iter().map(of).sum::<f64>() / number::float(number::count(pairs.len()))
    };
    let absolute = mean(&|((_, value), there)| (there - value).abs());
    let size = mean(&|((_, value), _)| value.abs());
    Ok(Observed {
        name: measured.name.clone(),
        unit: if counted { Unit::PerSecond } else { series.unit },
        left_out: measured.points.len() - pairs.len(),
        points: pairs.into_iter().map(|pair| pair.0).collect(),
        pooled: series.replication.is_none(),
        simulated,
        absolute,
        relative: (size > 0.0).then(|| absolute / size),
    })
}

/// What a metric is called that is no series, and the series that is meant.
const MEANT: [(&str, &str); 1] = [("attempts.total", "attempts.attempted")];

/// Not more others are named.
const OTHERS: usize = 4;

/// The series that is meant, and others of the same quantity.
fn unknown(summary: &Summary, wanted: &str) -> String {
    let mut names: Vec<String> = Vec::new();
    for series in &summary.series {
        let name = name(series);
        if names.last() != Some(&name) {
            names.push(name);
        }
    }
    let known = |name: &&str| names.iter().any(|known| known == name);
    let meant = MEANT.iter().find(|it| it.0 == wanted).map(|it| it.1).filter(known);
    let meant = meant.map(str::to_owned);
    let Some(meant) = meant.or_else(|| nearest(wanted, names.iter().map(String::as_str))) else {
        return format!("there is no series `{wanted}`: series.csv of a run has their names");
    };
    let stem = |name: &str| name.rsplit_once('.').map_or(name, |it| it.0).to_owned();
    let others = names.iter().filter(|name| **name != meant && stem(name) == stem(&meant));
    let others: Vec<String> = others.take(OTHERS).map(|name| format!("`{name}`")).collect();
    let near = if others.is_empty() {
        String::new()
    } else {
        format!(" There is also {}", figures::listed(&others))
    };
    format!("there is no series `{wanted}`: did you mean `{meant}`?{near}")
}
