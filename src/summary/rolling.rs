//! A rolling replacement as a fluid: whom each batch sends away, and who takes them in. Numbers in,
//! numbers out: `docs/METHOD.md` says where they are from.

/// How users are placed when their instance goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Placing {
    /// On the next point of a ring; whoever finds its own instance again goes back to it.
    Ring,
    /// On any other, each as likely.
    Uniform,
    /// Where the fewest are.
    Fewest,
    /// Each request by itself, soon after the last: on all that serve.
    Anew,
}

/// A rolling replacement in place.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Rolling {
    /// The most users that one batch sends away.
    pub herd: f64,
    /// Batches.
    pub batches: f64,
    /// How often a user moves, on average.
    pub moves: f64,
    /// Users of the fullest instance before the last batch.
    pub fullest: f64,
    /// Users of each instance of each batch, when its turn comes.
    pub loads: Vec<f64>,
    /// Users of the batch that gives each of those who take it in the most,
    pub taken: f64,
    /// how many these are,
    pub takers: f64,
    /// and what the fullest of them holds afterwards.
    pub level: f64,
}

/// Of `users` on `n` instances, `batch` at once. The load `x` of an instance whose turn has not
/// come grows with each batch: on a ring by the batch's own users, `users/n` of each; with uniform
/// placing by all that it holds; with the fewest first only at the first batch, since those that
/// are back are empty, and take the next batch alone. What is placed anew is on all that serve.
pub fn rolling(placing: Placing, users: f64, n: u32, batch: u32) -> Rolling {
    let (own, all) = (users / f64::from(n), f64::from(n));
    let (mut x, mut left, mut sum, mut before) = (own, n, 0.0, 0.0);
    let mut found = Rolling { fullest: own, ..Rolling::default() };
    // What those hold that were replaced first.
    let mut first = 0.0;
    while left > 0 {
        let now = f64::from(batch.clamp(1, left));
        left -= batch.clamp(1, left);
        let gone = now * x;
        sum += gone;
        found.herd = found.herd.max(gone);
        found.batches += 1.0;
        found.fullest = x;
        found.loads.push(x);
        let others = all - now;
        let (mut takers, mut level) = (others, x);
        if others > 0.0 {
            let more = match placing {
                Placing::Ring => now * own / others,
                Placing::Fewest if found.batches > 1.5 => 0.0,
                Placing::Anew => users / others - x,
                Placing::Uniform | Placing::Fewest => gone / others,
            };
            x += more;
            match placing {
                Placing::Ring => {}
                Placing::Anew => level = x,
                Placing::Fewest if found.batches > 1.5 => takers = before,
                Placing::Uniform | Placing::Fewest => {
                    first += if found.batches > 1.5 { more } else { 0.0 };
                    level = if left > 0 { x } else { first };
                }
            }
        }
        if takers > 0.0 && gone / takers > found.taken / found.takers.max(1e-9) {
            (found.taken, found.takers, found.level) = (gone, takers, level);
        }
        before = now;
    }
    found.moves = if users > 0.0 { sum / users } else { 0.0 };
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::number;
    use crate::testing::near;

    /// A ring in place moves a user 1.5 times; uniform placing e − 1 times with many instances:
    /// 1.70, 1.68, 1.62 with 20 of them and 1, 2, 5 at once; the fewest first 1 + b/n times.
    #[test]
    fn rolling_deploys_move_users() {
        let of = |placing, n, batch| rolling(placing, 1e6, n, batch);
        let ring = of(Placing::Ring, 20, 2);
        near(ring.herd, 200_000.0, 1e-6);
        near(ring.fullest, 100_000.0, 1e-6);
        near(ring.moves, 1.5, 1e-12);
        near(ring.batches, 10.0, 0.0);
        for (batch, moves) in [(1, 1.70), (2, 1.68), (5, 1.62)] {
            near(of(Placing::Uniform, 20, batch).moves, moves, 5e-3);
        }
        near(of(Placing::Uniform, 5_000, 1).moves, std::f64::consts::E - 1.0, 1e-3);
        near(of(Placing::Fewest, 20, 1).moves, 1.05, 1e-12);
        // What one holds that is replaced later is a share of what two do: 1/3, 1/2 and 1/2.
        let anew = of(Placing::Anew, 3, 1);
        near(anew.moves, 4.0 / 3.0, 1e-12);
        near(anew.fullest, 500_000.0, 1e-6);
        near(anew.level, 500_000.0, 1e-6);
        // All at once: nobody has a place to go to.
        near(of(Placing::Ring, 4, 9).herd, 1e6, 1e-6);
        near(of(Placing::Ring, 4, 9).moves, 1.0, 1e-12);
        near(rolling(Placing::Ring, 0.0, 1, 1).moves, 0.0, 0.0);
    }

    /// 60,000 on three: with the fewest first 30,000 go to the one that has just started; in turn
    /// the last one has 45,000 of them, which two take.
    #[test]
    fn who_takes_the_herd_is_a_matter_of_placing() {
        let of = |placing, n, batch| rolling(placing, 20_000.0 * f64::from(n), n, batch);
        let found = of(Placing::Fewest, 3, 1);
        assert_eq!(
            [found.taken, found.takers, found.level].map(number::whole),
            [30_000, 1, 30_000]
        );
        // 20,000 on each; after the first batch 30,000.
        let found = of(Placing::Fewest, 6, 2);
        assert_eq!(
            [found.taken, found.takers, found.level].map(number::whole),
            [60_000, 2, 30_000]
        );
        let found = of(Placing::Uniform, 3, 1);
        assert_eq!(
            [found.taken, found.takers, found.level].map(number::whole),
            [45_000, 2, 37_500]
        );
        let loads = found.loads.into_iter().map(number::whole).collect::<Vec<_>>();
        assert_eq!(loads, [20_000, 30_000, 45_000]);
        let found = of(Placing::Ring, 3, 1);
        assert_eq!([found.taken, found.takers].map(number::whole), [40_000, 2]);
        // A single batch finds nobody.
        near(of(Placing::Fewest, 4, 4).takers, 0.0, 0.0);
    }
}
