//! The keyed generator beside Philox4x32-10, by the same statistical tests.
use super::chi_square;
use squall::engine::draws::{Draws, unit};

/// Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011), the reference for keyed randomness.
fn philox(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    let product = |a: u32, b: u32| {
        let product = u64::from(a) * u64::from(b);
        ((product >> 32) as u32, product as u32)
    };
    for _ in 0..10 {
        let (high0, low0) = product(0xD251_1F53, counter[0]);
        let (high1, low1) = product(0xCD9E_8D57, counter[2]);
        counter = [high1 ^ counter[1] ^ key[0], low1, high0 ^ counter[3] ^ key[1], low0];
        key = [key[0].wrapping_add(0x9E37_79B9), key[1].wrapping_add(0xBB67_AE85)];
    }
    counter
}

#[test]
fn philox_gives_the_known_answers_of_random123() {
    let zero = [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8];
    assert_eq!(philox([0; 4], [0; 2]), zero);
    let ones = [0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD];
    assert_eq!(philox([u32::MAX; 4], [u32::MAX; 2]), ones);
    let pi = [0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344];
    let of_pi = [0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1];
    assert_eq!(philox(pi, [0xA409_3822, 0x299F_31D0]), of_pi);
}

fn by_philox(entity: u64, k: u32) -> u64 {
    let [a, b, ..] = philox([entity as u32, (entity >> 32) as u32, k, 0], [1, 2]);
    (u64::from(a) << 32) | u64::from(b)
}

fn keyed() -> impl Fn(u64, u32) -> u64 {
    let draws = Draws::new(1, 0, "phones");
    move |entity, k| draws.bits(3usize, entity, k)
}

/// Every test under both generators; all statistics are in standard deviations.
fn both(test: impl Fn(&dyn Fn(u64, u32) -> u64) -> Vec<f64>) {
    for (name, deviations) in [("keyed", test(&keyed())), ("philox", test(&by_philox))] {
        let worst = deviations.iter().fold(0.0_f64, |worst, z| worst.max(z.abs()));
        assert!(worst < 4.0, "{name}: {deviations:.2?}");
    }
}

const ENTITIES: u64 = 4096;
const DRAWS: u32 = 64;

fn cells(pairs: impl Iterator<Item = usize>, count: usize) -> f64 {
    let mut seen = vec![0.0; count];
    pairs.for_each(|cell| seen[cell] += 1.0);
    let expected = seen.iter().sum::<f64>() / count as f64;
    chi_square(seen.into_iter().map(|observed| (observed, expected)))
}

fn all() -> impl Iterator<Item = (u64, u32)> {
    (0..ENTITIES).flat_map(|entity| (0..DRAWS).map(move |k| (entity, k)))
}

#[test]
fn each_byte_is_uniform() {
    both(|bits| {
        let byte = |shift: u32| all().map(move |(entity, k)| (bits(entity, k) >> shift) & 255);
        (0..8).map(|i| cells(byte(8 * i).map(|b| b as usize), 256)).collect()
    });
}

type Neighbour = fn(u64, u32) -> (u64, u32);

#[test]
fn neighbours_are_independent() {
    // 32 × 32 cells of a draw and its neighbour: the next k, the next entity, entities far apart.
    let neighbours: [Neighbour; 5] = [
        |entity, k| (entity, k + 1),
        |entity, k| (entity + 1, k),
        |entity, k| (entity + 1, k + 1),
        |entity, k| (entity + (1 << 32), k),
        |entity, k| (entity ^ (1 << 63), k),
    ];
    both(|bits| {
        let top = |(entity, k)| (bits(entity, k) >> 59) as usize;
        let low = |(entity, k)| (bits(entity, k) & 31) as usize;
        let cell = |i: usize| all().map(move |(e, k)| (top((e, k)), top(neighbours[i](e, k))));
        let lows = |i: usize| all().map(move |(e, k)| (low((e, k)), low(neighbours[i](e, k))));
        let tops = (0..5).map(|i| cells(cell(i).map(|(a, b)| a * 32 + b), 1024));
        tops.chain((0..5).map(|i| cells(lows(i).map(|(a, b)| a * 32 + b), 1024))).collect()
    });
}

#[test]
fn neighbours_are_uncorrelated() {
    both(|bits| {
        let centred = |entity, k| (unit(bits(entity, k)) - 0.5) * 12f64.sqrt();
        let n = f64::from(DRAWS) * ENTITIES as f64;
        let correlation = |step: u64, next: u32| {
            all().map(|(e, k)| centred(e, k) * centred(e + step, k + next)).sum::<f64>() / n.sqrt()
        };
        vec![correlation(0, 1), correlation(1, 0), correlation(1, 1), correlation(64, 2)]
    });
}

#[test]
fn one_bit_of_the_entity_changes_half_of_the_draw() {
    both(|bits| {
        let flips = |bit: u32| {
            let changed = |e: u64| (bits(e, 0) ^ bits(e ^ (1 << bit), 0)).count_ones();
            let total: u32 = (0..ENTITIES).map(changed).sum();
            (f64::from(total) - 32.0 * ENTITIES as f64) / (16.0 * ENTITIES as f64).sqrt()
        };
        (0..64).map(flips).collect()
    });
}

#[test]
fn purposes_replications_and_names_are_independent() {
    let base = Draws::new(1, 0, "gateway-1");
    let others = [Draws::new(1, 1, "gateway-1"), Draws::new(2, 0, "gateway-1")];
    let named = Draws::new(1, 0, "gateway-2");
    for (i, other) in others.iter().chain([&named, &base]).enumerate() {
        let purpose = usize::from(i == 3);
        let pair = |entity| {
            let ours = base.bits(0usize, entity, 0) >> 59;
            (ours * 32 + (other.bits(purpose, entity, 0) >> 59)) as usize
        };
        let z = cells((0..200_000).map(pair), 1024);
        assert!(z.abs() < 4.0, "{i}: {z}");
    }
}
