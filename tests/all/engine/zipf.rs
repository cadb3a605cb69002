//! Zipf's law against its exact probabilities.
use super::chi_square;
use squall::engine::{Draws, Zipf};

fn ranks(zipf: &Zipf, count: u64) -> Vec<u32> {
    let draws = Draws::new(1, 0, "phones");
    (0..count).map(|entity| zipf.rank(&mut draws.stream(0usize, entity))).collect()
}

#[test]
fn ranks_have_their_probabilities() {
    for exponent in [0.0, 0.5, 0.99, 1.0, 1.000_000_001, 1.2, 2.0, 3.5] {
        let weights: Vec<f64> = (1..=50).map(|k| f64::from(k).powf(-exponent)).collect();
        let total: f64 = weights.iter().sum();
        let zipf = Zipf::new(50, exponent).unwrap();
        let mut seen = [0.0; 50];
        for rank in ranks(&zipf, 200_000) {
            seen[rank as usize - 1] += 1.0;
        }
        let expected = weights.iter().map(|weight| 200_000.0 * weight / total);
        let z = chi_square(seen.into_iter().zip(expected).filter(|cell| cell.1 > 5.0));
        assert!(z.abs() < 4.0, "exponent {exponent}: {z}");
    }
}

#[test]
fn a_large_crowd_keeps_its_head_and_tail() {
    let (n, exponent) = (10_000_000u32, 1.0);
    let harmonic: f64 = (1..=n).map(|k| 1.0 / f64::from(k)).sum();
    let seen = ranks(&Zipf::new(n, exponent).unwrap(), 100_000);
    let share = |below: u32| seen.iter().filter(|&&rank| rank <= below).count() as f64 / 1e5;
    for below in [1, 10, 1000, 100_000, 5_000_000] {
        let expected = (1..=below).map(|k| 1.0 / f64::from(k)).sum::<f64>() / harmonic;
        assert!((share(below) - expected).abs() < 4.0 * (expected * (1.0 - expected) / 1e5).sqrt());
    }
    assert!(seen.iter().all(|&rank| (1..=n).contains(&rank)));
}

#[test]
fn extremes_stay_in_range() {
    assert!(ranks(&Zipf::new(1, 1.5).unwrap(), 1000).iter().all(|&rank| rank == 1));
    assert!(ranks(&Zipf::new(u32::MAX, 0.0).unwrap(), 1000).iter().all(|&rank| rank >= 1));
    assert!(ranks(&Zipf::new(u32::MAX, 60.0).unwrap(), 1000).iter().all(|&rank| rank == 1));
}

#[test]
fn bits_do_not_move() {
    let zipf = Zipf::new(1_000_000, 1.1).unwrap();
    assert_eq!(ranks(&zipf, 6), [3, 1, 875, 4969, 239, 3528]);
}

#[test]
fn arguments_are_checked() {
    assert!(Zipf::new(0, 1.0).is_err());
    assert!(Zipf::new(5, -0.1).is_err());
    assert!(Zipf::new(5, f64::NAN).is_err());
}
