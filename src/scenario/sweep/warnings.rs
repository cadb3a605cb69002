//! What is probably not as meant at some points of a sweep: said once, with how many they are.
use crate::{
    spec::{At, Diagnostic, Input, Severity, compose::Set},
    units::shown,
};

/// The warnings of all points so far.
#[derive(Debug, Default)]
pub(super) struct Warnings {
    all: Vec<Warning>,
    points: usize,
}

/// A warning, with the points that have it.
#[derive(Debug)]
struct Warning {
    found: Diagnostic,
    /// Where it is, unless an axis sets that.
    at: Option<At>,
    points: usize,
    first: String,
    /// The last point that has it, counted from 1.
    last: usize,
}

/// A message without its numbers, which may be other ones at each point.
fn words(message: &str) -> impl Iterator<Item = &str> {
    message.split(' ').filter(|word| !word.contains(|letter: char| letter.is_ascii_digit()))
}

fn alike(one: &Diagnostic, other: &Diagnostic) -> bool {
    one.code == other.code && words(&one.message).eq(words(&other.message))
}

impl Warnings {
    /// Adds what was found at a point with these values.
    pub(super) fn add(&mut self, name: &str, sets: &[Set], found: &[Diagnostic]) {
        self.points += 1;
        for found in found.iter().filter(|found| found.severity == Severity::Warning) {
            let own = |at: &At| !sets.iter().any(|set| set.value.at.covers(*at));
            let at = found.at.filter(own);
            let known = self.all.iter_mut().find(|it| it.at == at && alike(&it.found, found));
            match known {
                Some(known) if known.last == self.points => {}
                Some(known) => (known.points, known.last) = (known.points + 1, self.points),
                None => self.all.push(Warning {
                    found: found.clone(),
                    at,
                    points: 1,
                    first: name.to_owned(),
                    last: self.points,
                }),
            }
        }
    }

    /// Reports each once; what the experiment without its sweep is warned of as well is said there.
    /// A key that acts at some points is there for them: that it does nothing at the others is what
    /// the sweep compares.
    pub(super) fn report(self, input: &mut Input<'_>) {
        let all = self.points;
        for Warning { found, at, points, first, .. } in self.all {
            if found.code == "without-effect" && points < all {
                input.found.retain(|base| !(base.at == at && alike(base, &found)));
                continue;
            }
            let of = match points {
                _ if points < all => format!("at {points} of {all} points"),
                1 => "at the one point".to_owned(),
                _ => format!("at all {all} points"),
            };
            let place = format!("; {of}, the first is `{}`", shown(&first));
            let same =
                |base: &&mut Diagnostic| alike(base, &found) && (at.is_none() || base.at == at);
            match input.found.iter_mut().find(same) {
                Some(_) if points == all => {}
                Some(base) => base.message += &place,
                None => {
                    let message = found.message.clone() + &place;
                    input.report(Diagnostic { message, ..found });
                }
            }
        }
    }
}
