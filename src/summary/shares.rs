//! How evenly the instances of a pool share the connections: the fullest beside the mean of those
//! that serve at its peak. Who is dead has no share.
use super::{
    Summary,
    figures::{compact, count, counted},
    series::Curve,
};
use crate::engine::number;

/// The fullest instance of a pool at its peak.
#[derive(Clone, PartialEq, Debug)]
pub struct Fullest<'s> {
    /// The pool.
    pub node: &'s str,
    /// The instance.
    pub name: &'s str,
    /// Connections.
    pub peak: f64,
    /// What each that serves then would hold, if all held as many.
    pub even: f64,
    /// How many serve then.
    pub serve: f64,
    /// Of how many.
    pub of: f64,
}

impl Fullest<'_> {
    /// How many times an even share it holds.
    pub fn times(&self) -> f64 {
        if self.even > 0.0 { self.peak / self.even } else { 1.0 }
    }

    /// Whether it is the only one that serves then: it shares with nobody.
    pub fn alone(&self) -> bool {
        self.serve.round() <= 1.0
    }

    /// How many times the mean of all, dead or not.
    pub fn over_all(&self) -> f64 {
        self.times() * self.of / self.serve
    }

    /// `14 of 21 instances of gateways`, where not all serve.
    pub fn some(&self) -> Option<String> {
        let (serve, of) = (count(self.serve), count(self.of));
        (self.serve < self.of).then(|| format!("{serve} of {of} instances of {}", self.node))
    }

    /// What it holds, in words: `71,429 connections`.
    pub fn holds(&self) -> String {
        counted(self.peak.round(), "connection", "connections")
    }

    /// How many times an even share, and of how many: `1.55 times an even share with 14 of 21
    /// instances serving`.
    pub fn beside(&self, times: &str) -> String {
        let whose = match self.some() {
            Some(_) => {
                format!(" with {} of {} instances serving", count(self.serve), count(self.of))
            }
            None => String::new(),
        };
        format!("{} {times} an even share{whose}", compact(self.times()))
    }

    /// Why it holds more than the mean of all, where some of them are dead: `14 of 21 instances of
    /// gateways serve at the peak, and share evenly`.
    pub fn reason(&self) -> Option<String> {
        if self.alone() {
            return self.some().map(|some| format!("{some} serves at the peak"));
        }
        let share = if self.times() > 1.05 {
            format!("the fullest holds {} times an even share", compact(self.times()))
        } else {
            "share evenly".to_owned()
        };
        self.some().map(|some| format!("{some} serve at the peak, and {share}"))
    }
}

/// Whether nothing comes to an instance any more, from a tick until it is empty.
fn empties(curve: &Curve, bin: usize) -> bool {
    let mut last = f64::INFINITY;
    for held in curve.mean.iter().skip(bin).map(|held| held.unwrap_or(0.0)) {
        if held <= 0.0 || held > last {
            return held <= 0.0;
        }
        last = held;
    }
    false
}

impl Summary {
    /// The fullest instance of a pool; none where nothing is held.
    pub fn fullest<'s>(&'s self, node: &'s str) -> Option<Fullest<'s>> {
        let mut instances = self.levels(node, "connections");
        instances.retain(|&(name, _)| !node.is_empty() && name != "total");
        let peaks = instances.iter().filter_map(|(name, curve)| Some((*name, curve.peak()?)));
        let (name, (bin, peak)) = peaks.reduce(|a, b| if b.1.1 > a.1.1 { b } else { a })?;
        let held = || instances.iter().filter_map(|(_, curve)| curve.mean.get(bin).copied()?);
        let all: f64 = held().sum();
        let of = number::float(number::count(instances.len()));
        // Who drains still holds its connections, until most of them are gone.
        let some = all / of.max(1.0) / 2.0;
        let count = |of: &dyn Fn(&Curve) -> bool| {
            number::float(number::count(instances.iter().filter(|(_, curve)| of(curve)).count()))
        };
        let at = |curve: &Curve| curve.mean.get(bin).copied().flatten().unwrap_or(0.0);
        // Who has just started gets its own at the next tick.
        let starts =
            |curve: &Curve| curve.mean.get(bin + 1).is_some_and(|next| *next >= Some(some));
        let none = |curve: &Curve| at(curve) < some && (empties(curve, bin) || starts(curve));
        let holders = count(&|curve| at(curve) > 0.0 && !none(curve));
        let serve = self.serving(node, bin).map_or(of, |part| (part * of).round());
        let serve = serve.min(of - count(&none)).max(holders).min(of);
        (all > 0.0).then(|| Fullest { node, name, peak, even: all / serve, serve, of })
    }

    /// What the fullest instance of a pool holds, over time.
    pub(super) fn fullest_over_time(&self, node: &str) -> Option<Curve> {
        let mut instances = self.levels(node, "connections");
        instances.retain(|&(name, _)| name != "total");
        let all = instances.into_iter().map(|(_, curve)| curve);
        all.reduce(|mut one, other| {
            for (most, held) in one.mean.iter_mut().zip(other.mean) {
                *most = (*most).into_iter().chain(held).reduce(f64::max);
            }
            Curve { band: Vec::new(), ..one }
        })
    }

    /// Which part of a pool serves at a tick, by the handshakes that it can make.
    fn serving(&self, node: &str, bin: usize) -> Option<f64> {
        let capacity: Curve = self.level(node, "handshakes", "capacity")?;
        let (_, most) = capacity.peak().filter(|&(_, most)| most > 0.0)?;
        Some(capacity.mean.get(bin).copied()?? / most)
    }
}
