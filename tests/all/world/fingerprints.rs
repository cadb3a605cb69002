//! Every shipped experiment, made small: its trajectory in one number. The table is the same for
//! debug and release builds and for any number of threads; a change that moves a row says why in
//! CHANGELOG.md.
use squall::{scenario, study};
use std::{fs, path::Path};

fn fingerprint(experiment: &str, sets: &str, jobs: usize) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments").join(experiment);
    let sets: Vec<String> = sets.split(' ').chain(["replications=2"]).map(str::to_owned).collect();
    let loaded = scenario::load(&path, &sets, &|path| fs::read(path)).unwrap();
    let outcomes = study::replicate(&loaded.scenario, &[0, 1], jobs, &|_| {}).unwrap();
    assert_ne!(outcomes[0].fingerprint, outcomes[1].fingerprint);
    let numbers = outcomes.iter().map(|outcome| format!("{:016x}", outcome.fingerprint));
    numbers.collect::<Vec<_>>().concat()
}

#[test]
fn shipped_experiments_keep_their_fingerprints() {
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fingerprints.csv");
    let table = fs::read_to_string(table).unwrap();
    let rows: Vec<[&str; 3]> = table
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect::<Vec<_>>().try_into().unwrap())
        .collect();
    let found: Vec<String> = rows
        .iter()
        .map(|[experiment, sets, _]| {
            let alone = fingerprint(experiment, sets, 1);
            assert_eq!(alone, fingerprint(experiment, sets, 2), "{experiment} on two threads");
            format!("{experiment},{sets},{alone}")
        })
        .collect();
    let kept: Vec<String> = rows.iter().map(|row| row.join(",")).collect();
    assert_eq!(found, kept);
}
