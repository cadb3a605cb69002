//! How tests of properties are run: on the same cases each time, so that a change that breaks
//! nothing passes. `PROPTEST_CASES` and `PROPTEST_RNG_SEED` ask for more cases and for others.
use proptest::test_runner::{Config, RngSeed};
use std::env;

/// So many cases, or as many as the environment says.
pub(crate) fn cases(count: u32) -> Config {
    let given = Config::default();
    let cases = if env::var_os("PROPTEST_CASES").is_some() { given.cases } else { count };
    let rng_seed = match given.rng_seed {
        RngSeed::Random => RngSeed::Fixed(1),
        asked @ RngSeed::Fixed(_) => asked,
    };
    Config { cases, rng_seed, ..given }
}
