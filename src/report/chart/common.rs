//! What happens in several runs: in all of them at the same time, and in each of them alone.
use super::Shade;
use crate::summary::figures;

/// The shades of several runs.
pub(super) struct Shades {
    /// Those that all runs have alike.
    pub(super) common: Vec<Shade>,
    /// Of each run those that not all have.
    pub(super) own: Vec<Vec<Shade>>,
    /// Which runs have some of their own, and when, in words; empty: none. What is only the
    /// aftermath of another is not told.
    pub(super) words: String,
}

/// The shades of runs, each with what it is called.
pub(super) fn shades(runs: &[(&str, &[Shade])]) -> Shades {
    let in_all = |shade: &&Shade| runs.iter().all(|(_, own)| own.contains(shade));
    let first = runs.first().map_or(&[][..], |run| run.1);
    let apart = |(_, own): &(&str, &[Shade])| -> Vec<Shade> {
        own.iter().filter(|shade| !in_all(shade)).cloned().collect()
    };
    let own: Vec<Vec<Shade>> = runs.iter().map(apart).collect();
    let told = runs.iter().zip(&own).filter_map(|((name, _), own)| told(name, own));
    let words = told.collect::<Vec<String>>().join("; ");
    Shades { common: first.iter().filter(in_all).cloned().collect(), own, words }
}

/// `jitter none: deploy, 2:00 min at 1:00 min`.
fn told(name: &str, own: &[Shade]) -> Option<String> {
    let told = |shade: &Shade| format!("{} at {}", shade.name, figures::clock(shade.start));
    let all: Vec<String> = own.iter().filter(|shade| !shade.faint).map(told).collect();
    (!all.is_empty()).then(|| format!("{name}: {}", all.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_all_have_alike_is_common_and_the_rest_is_told() {
        let shade = |name: &str, start: f64, faint| Shade {
            start,
            end: start + 30.0,
            name: name.to_owned(),
            faint,
        };
        let deploy = shade("deploy, 30 s", 60.0, false);
        let one = [deploy.clone(), shade("crash, 30 s", 120.0, false)];
        let other = [deploy.clone(), shade("recovery", 90.0, true)];
        let found = shades(&[("one", &one), ("other", &other)]);
        assert_eq!(found.common, [deploy]);
        assert_eq!(found.own, [&one[1..], &other[1..]]);
        assert_eq!(figures::plain(&found.words), "one: crash, 30 s at 2:00 min");
        let alone = shades(&[("one", &one)]);
        assert_eq!((alone.common, alone.words), (one.to_vec(), String::new()));
        assert_eq!(shades(&[]).common, []);
    }
}
