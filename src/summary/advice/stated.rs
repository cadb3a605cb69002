//! Objectives that state what goes wrong: at which points it does. No design is chosen by them.
use super::points;
use crate::summary::{
    figures,
    slo::{Said, Verdict},
    sweep::{Point, Sweep},
};

/// More groups of points are not named.
const NAMED: usize = 3;

impl Sweep {
    /// The expectations of failure.
    pub fn failures(&self) -> Vec<&str> {
        let judged = self.points.first().map_or(&[][..], |point| &point.slo);
        let stated = judged.iter().filter(|judged| judged.states_failure());
        stated.map(|judged| judged.expr.as_str()).collect()
    }

    /// Whether something is to hold, beside what is expected to go wrong.
    pub fn has_slos(&self) -> bool {
        self.points.iter().any(|point| point.kept().is_some())
    }

    /// Where it goes wrong as the experiment states; then which expectation comes true where, and
    /// whether the rest holds.
    pub(super) fn shown(&self) -> Option<(String, Vec<String>)> {
        let judged = &self.points.first()?.slo;
        let stated: Vec<usize> =
            (0..judged.len()).filter(|&place| judged[place].states_failure()).collect();
        if stated.is_empty() {
            return None;
        }
        let so = |point: &Point, place: usize| {
            point.slo.get(place).is_some_and(|judged| judged.said() == Said::AsStated)
        };
        let wrong: Vec<&Point> = self
            .points
            .iter()
            .filter(|point| stated.iter().any(|&place| so(point, place)))
            .collect();
        let (all, named) = (self.points.len(), self.named(&wrong));
        let exprs: Vec<String> = stated.iter().map(|&place| judged[place].expr.clone()).collect();
        let exprs = figures::listed(&exprs);
        if wrong.is_empty() {
            let text = "It goes wrong at none of";
            let text = format!("{text} {all} points, unlike the experiment states: {exprs}.");
            return Some((text, self.rest().into_iter().collect()));
        }
        let each = |&place: &usize| self.points.iter().filter(|point| so(point, place)).count();
        let text = "It goes wrong, as the experiment states, at";
        let text = format!("{text} {} of {all} points{named}", wrong.len());
        if stated.iter().all(|place| each(place) == wrong.len()) {
            return Some((format!("{text}: {exprs}."), self.rest().into_iter().collect()));
        }
        let parts = stated.iter().map(|place| match each(place) {
            0 => format!("{} at none", judged[*place].expr),
            count => format!("{} at {count}", judged[*place].expr),
        });
        let parts = format!("{}.", parts.collect::<Vec<_>>().join(", "));
        let more = [parts].into_iter().chain(self.rest()).collect();
        Some((text + ".", more))
    }

    /// Whether that holds which should.
    fn rest(&self) -> Option<String> {
        let real = self.points.first()?.slo.iter().filter(|judged| judged.decides()).count();
        let kept = |point: &&Point| point.kept() == Some(Verdict::Pass);
        let (kept, all) = (self.points.iter().filter(kept).count(), self.points.len());
        let [which, hold] = match real {
            0 => return None,
            1 => ["The SLO", "holds"],
            2 => ["Both SLOs", "hold"],
            _ => ["All SLOs", "hold"],
        };
        Some(match kept {
            kept if kept == all => format!("{which} {hold} at every point."),
            0 if real == 1 => "The SLO holds at no point.".to_owned(),
            kept => format!("{which} {hold} at {kept} of {}.", points(all)),
        })
    }

    /// ` (100/s arrivals with 2 attempts and 3 attempts; …)`: nothing of many, nor where
    /// there is only one point.
    fn named(&self, chosen: &[&Point]) -> String {
        let varied: Vec<usize> = self.varied().collect();
        let Some((last, first)) = varied.split_last() else { return String::new() };
        let mut groups: Vec<(String, Vec<String>)> = Vec::new();
        for point in chosen {
            let [words, value] = [first, &[*last][..]].map(|axes| self.words_of(point, axes));
            match groups.iter_mut().find(|group| group.0 == words) {
                Some(group) => group.1.push(value),
                None => groups.push((words, vec![value])),
            }
        }
        if groups.is_empty() || groups.len() > NAMED || chosen.len() == self.points.len() {
            return String::new();
        }
        let told = groups.iter().map(|(words, values)| match words.as_str() {
            "" => figures::listed(values),
            words => format!("{words} with {}", figures::listed(values)),
        });
        format!(" ({})", told.collect::<Vec<_>>().join("; "))
    }

    /// Beside a point, the one that is most like it among those where the expectations turn out
    /// otherwise.
    pub fn otherwise(&self, point: &Point) -> Option<&Point> {
        let unlike = |other: &&Point| other.as_stated() != point.as_stated();
        let alike = |other: &&Point| {
            other.values.iter().zip(&point.values).filter(|(one, two)| one == two).count()
        };
        self.points.iter().filter(unlike).rev().max_by_key(alike)
    }
}
