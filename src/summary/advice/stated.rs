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

    /// Where it goes wrong as the experiment states, and whether the rest holds.
    pub(super) fn shown(&self) -> Option<(String, Option<String>)> {
        let judged = &self.points.first()?.slo;
        let places: Vec<usize> =
            (0..judged.len()).filter(|&place| judged[place].states_failure()).collect();
        if places.is_empty() {
            return None;
        }
        let so = |place: usize| {
            let true_at = move |point: &&Point| {
                point.slo.get(place).is_some_and(|judged| judged.said() == Said::AsStated)
            };
            self.points.iter().filter(true_at).collect::<Vec<_>>()
        };
        let wrong = |point: &&Point| point.slo.iter().any(|it| it.said() == Said::AsStated);
        let wrong: Vec<&Point> = self.points.iter().filter(wrong).collect();
        let exprs = |places: &[usize]| -> Vec<String> {
            places.iter().map(|&place| judged[place].expr.clone()).collect()
        };
        let alike = places.iter().all(|&place| so(place).len() == wrong.len());
        let (all, named) = (self.points.len(), self.named(&wrong));
        let text = if wrong.is_empty() {
            let exprs = figures::listed(&exprs(&places));
            format!("It goes wrong at none of {all} points, unlike the experiment states: {exprs}.")
        } else if alike {
            let exprs = figures::listed(&exprs(&places));
            let wrong = wrong.len();
            format!(
                "It goes wrong, as the experiment states, at {wrong} of {all} points{named}: \
                 {exprs}."
            )
        } else {
            let each = places.iter().map(|&place| {
                let points = so(place);
                let named = if points.len() < wrong.len() { "" } else { &named };
                format!("{} at {}{named}", judged[place].expr, points.len())
            });
            let each = each.collect::<Vec<_>>().join("; ");
            format!(
                "It goes wrong, as the experiment states, at {} of {all} points: {each}.",
                wrong.len()
            )
        };
        Some((text, self.rest()))
    }

    /// Whether that holds which should.
    fn rest(&self) -> Option<String> {
        let real =
            self.points.first()?.slo.iter().filter(|judged| !judged.states_failure()).count();
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
