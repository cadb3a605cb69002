//! The points that are told side by side, and the one that is told in full.
use crate::summary::sweep::{Point, Sweep};

/// With no more points all of them stand side by side.
const FEW: usize = 12;

/// So many are drawn over time: a board compares pairs.
const DRAWN: usize = 3;

/// The role of the point to take.
const ADVISED: &str = "advised";
/// That of the experiment without the sweep.
const WRITTEN: &str = "as written";
/// That of the point to take at the last load that has any.
const LAST: &str = "to take at the last load";
/// That of the point that breaks the fewest objectives, where none keeps all.
const NEAREST: &str = "comes nearest";

/// A point with what it is among the others.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Design<'s> {
    /// The point.
    pub point: &'s Point,
    /// Such as `as written`; empty for one among many.
    pub role: &'static str,
}

impl Design<'_> {
    /// Whether it is the one to take.
    pub fn is_advised(&self) -> bool {
        self.role.contains(ADVISED)
    }
}

impl Sweep {
    /// What the experiment has without the sweep, the point to take or else the one that comes
    /// nearest, and the one that keeps least; of loads the last that keeps every objective and the
    /// first that does not.
    pub fn designs(&self) -> Vec<Design<'_>> {
        let mut all: Vec<Design> = Vec::new();
        add(&mut all, self.as_written(), WRITTEN);
        let loads = self.loads();
        let first = loads.iter().position(|load| load.kept.is_empty()).unwrap_or(loads.len());
        if loads.is_empty() || !self.failures().is_empty() {
            let choice = self.choice().filter(|_| self.judged());
            let none = choice.is_none() && self.judged() && self.failures().is_empty();
            let near = self.breaks_fewest().filter(|_| none);
            if self.failures().is_empty() {
                // Where all are as far off, the first comes nearest.
                let least = self.keeps_least();
                let apart = least.zip(near).is_none_or(|(least, near)| !std::ptr::eq(least, near));
                add(&mut all, least.filter(|_| apart), "keeps least");
            } else {
                let first = self.as_written().or(self.points.first());
                add(&mut all, first, "first");
                let other = first.and_then(|point| self.otherwise(point));
                add(&mut all, other, "where it turns out otherwise");
            }
            add(&mut all, choice, ADVISED);
            add(&mut all, near, NEAREST);
        } else if self.judged() {
            let last = first.checked_sub(1).map(|last| &loads[last]);
            let most = last.and_then(|load| load.kept.first().copied());
            // Beside a choice, loads stand in any order.
            let last = if self.has_designs() { LAST } else { "the most that is kept" };
            add(&mut all, most, last);
            let broken = loads.get(first).and_then(|load| load.points.first().copied());
            add(&mut all, broken, "the first that is not");
        }
        all
    }

    /// The design that is told in full: the one to take, else that of today, else the one that
    /// comes nearest, else the first that is told at all.
    pub fn shown_design(&self) -> Option<Design<'_>> {
        let designs = self.designs();
        let of = |role: &str| designs.iter().find(|design| design.role.contains(role));
        let own = [ADVISED, WRITTEN, NEAREST].into_iter().find_map(of);
        let first = self.points.first().map(|point| Design { point, role: "first" });
        own.or(designs.first()).copied().or(first)
    }

    /// The designs that are told over time, the one that is told in full first.
    pub fn drawn_designs(&self) -> Vec<Design<'_>> {
        let mut all: Vec<Design> = self.shown_design().into_iter().collect();
        for design in self.designs() {
            add(&mut all, Some(design.point), design.role);
        }
        // Nobody compares one.
        for end in [self.points.last(), self.points.first()] {
            let alone = all.len() < 2;
            add(&mut all, end.filter(|_| alone), "");
        }
        all.truncate(DRAWN);
        all
    }

    /// The designs that are told side by side, in the order of the plan: all points where they are
    /// few, else those that matter, of loads the one to take at each.
    pub fn told_designs(&self) -> Vec<Design<'_>> {
        let mut all: Vec<Design> = Vec::new();
        if self.points.len() <= FEW {
            self.points.iter().for_each(|point| add(&mut all, Some(point), ""));
        }
        let known = self.designs();
        known.iter().for_each(|known| put(&mut all, known.point, known.role));
        for load in self.loads() {
            let left = all.len() < FEW;
            add(&mut all, load.kept.first().copied().filter(|_| left), "");
        }
        if all.is_empty() {
            add(&mut all, self.points.first(), "");
        }
        let place = |design: &Design| {
            self.points.iter().position(|point| std::ptr::eq(point, design.point))
        };
        all.sort_by_key(place);
        all
    }
}

/// A point that is there already keeps its role, but for that of the one to take.
fn add<'s>(all: &mut Vec<Design<'s>>, point: Option<&'s Point>, role: &'static str) {
    let Some(point) = point else { return };
    match all.iter_mut().find(|known| std::ptr::eq(known.point, point)) {
        Some(known) if role == ADVISED => {
            known.role = if known.role == WRITTEN { "as written, advised" } else { ADVISED };
        }
        Some(_) => {}
        None => all.push(Design { point, role }),
    }
}

/// The same where a role is better than none.
fn put<'s>(all: &mut Vec<Design<'s>>, point: &'s Point, role: &'static str) {
    match all.iter_mut().find(|known| std::ptr::eq(known.point, point)) {
        Some(known) => known.role = role,
        None => all.push(Design { point, role }),
    }
}
