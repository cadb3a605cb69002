//! Each law against an independent implementation, its own sample, and its bits of today.
use rand_distr::Distribution;
use squall::{
    engine::{Draws, Law, draws::unit},
    node::ends::residuals,
};
use statrs::distribution::{ContinuousCDF, Exp, Gamma, LogNormal, Normal, Uniform};

/// One law of each kind, in the order of the tables below.
fn laws() -> [Law; 8] {
    [
        Law::constant(2.5).unwrap(),
        Law::uniform(1.0, 4.0).unwrap(),
        Law::exponential(3.0).unwrap(),
        Law::normal(10.0, 2.0).unwrap(),
        Law::lognormal_by(40.0, 250.0).unwrap(),
        Law::gamma(0.25, 4.0).unwrap(),
        Law::gamma(7.5, 2.0).unwrap(),
        Law::empirical([5.0, 1.0, 2.0, 2.0]).unwrap(),
    ]
}

#[test]
fn bits_do_not_move() {
    let golden: [[u64; 3]; 8] = [
        [0x4004_0000_0000_0000, 0x4004_0000_0000_0000, 0x4004_0000_0000_0000],
        [0x400B_4307_0758_8DEC, 0x4009_19CB_9D97_322B, 0x4004_6439_954C_E27A],
        [0x4013_7804_D9AC_AC54, 0x400D_EB5F_F173_0D2C, 0x4001_6E7D_2A04_09EE],
        [0x4027_6747_82B2_98CD, 0x4026_3E41_635C_0228, 0x4024_29E1_FE1E_315B],
        [0x4059_CDFA_1F87_5775, 0x4052_ADC1_1A12_C348, 0x4044_EEB6_4A63_7B98],
        [0x3FF7_A4B2_8FE4_EB00, 0x3FEA_0EEC_E9F6_3F69, 0x3FC9_8CCA_8E4A_9D1D],
        [0x4033_5EE6_C808_5100, 0x4031_8AEF_A732_B746, 0x402D_1DC5_45D4_F3F5],
        [0x4014_0000_0000_0000, 0x4000_0000_0000_0000, 0x4000_0000_0000_0000],
    ];
    let draws = Draws::new(1, 0, "phones");
    let found = laws().map(|law| {
        let mut stream = draws.stream(0usize, 0);
        [(); 3].map(|()| law.sample(&mut stream).to_bits())
    });
    assert_eq!(found, golden, "{found:#x?}");
}

#[test]
fn residuals_do_not_move() {
    let golden: [u64; 8] = [
        0x3FE4_0000_0000_0000,
        0x3FEC_0000_0000_0000,
        0x4010_A2B2_3F3B_AB73,
        0x4007_70B2_958B_ACFA,
        0x4052_56DD_0F2D_0A64,
        0x3FFB_99A4_A7EE_273E,
        0x4014_7D19_E2CE_394A,
        0x3FF4_0000_0000_0000,
    ];
    let drawn = laws().map(|law| law.residual(0.25, 0.75).to_bits());
    assert_eq!(drawn, golden, "{drawn:#x?}");
}

/// The cdf, mean and variance of the five continuous laws by `statrs`.
fn check_against<R>(law: &Law, reference: &R)
where
    R: ContinuousCDF<f64, f64> + statrs::statistics::Distribution<f64>,
{
    for unit in [1e-9, 1e-4, 0.01, 0.2, 0.5, 0.77, 0.95, 0.999, 0.999_999] {
        let error = reference.cdf(law.quantile(unit)) - unit;
        assert!(error.abs() < 1e-15 + 1e-10 * unit, "{law:?} at {unit}: {error}");
    }
    let mean = reference.mean().unwrap();
    assert!((law.mean() / mean - 1.0).abs() < 1e-12, "{law:?}");
    let second = |unit| (law.quantile(unit) - mean).powi(2);
    let variance = middles(1_000_000).map(second).sum::<f64>() / 1e6;
    assert!((variance / reference.variance().unwrap() - 1.0).abs() < 0.01, "{law:?} {variance}");
}

/// The middles of `count` equal cells of (0, 1).
fn middles(count: u32) -> impl Iterator<Item = f64> {
    (0..count).map(move |i| (f64::from(i) + 0.5) / f64::from(count))
}

#[test]
fn quantiles_and_moments_agree_with_statrs() {
    let [_, uniform, exponential, normal, lognormal, bursty, smooth, _] = laws();
    let sigma = (250.0_f64 / 40.0).ln() / 1.644_853_626_951_472_7;
    check_against(&uniform, &Uniform::new(1.0, 4.0).unwrap());
    check_against(&exponential, &Exp::new(1.0 / 3.0).unwrap());
    check_against(&normal, &Normal::new(10.0, 2.0).unwrap());
    check_against(&lognormal, &LogNormal::new(40.0_f64.ln(), sigma).unwrap());
    check_against(&bursty, &Gamma::new(0.25, 0.25).unwrap());
    check_against(&smooth, &Gamma::new(7.5, 0.5).unwrap());
}

#[test]
fn a_lognormal_law_has_the_median_and_p95_it_was_given() {
    let law = Law::lognormal_by(40.0, 250.0).unwrap();
    assert!((law.quantile(0.5) - 40.0).abs() < 1e-12);
    assert!((law.quantile(0.95) - 250.0).abs() < 1e-10);
    assert!((Law::lognormal_by(3.0, 3.0).unwrap().quantile(0.3) - 3.0).abs() < 1e-14);
}

#[test]
fn an_empirical_law_gives_its_values_back() {
    let law = Law::empirical([5.0, 1.0, 2.0, 2.0]).unwrap();
    let drawn: Vec<f64> = middles(4).map(|unit| law.quantile(unit)).collect();
    assert_eq!(format!("{drawn:?} {}", law.mean()), "[1.0, 2.0, 2.0, 5.0] 2.5");
    let (least, most) = (law.quantile(f64::MIN_POSITIVE), law.quantile(1.0 - f64::EPSILON / 2.0));
    assert_eq!(format!("{least} {most}"), "1 5");
}

/// The largest distance between the sample's and the given distribution function, times √n; at the
/// points of `sample` itself. Beyond 1.95 once in a thousand (Kolmogorov).
fn kolmogorov(mut sample: Vec<f64>, cdf: impl Fn(f64) -> f64) -> f64 {
    sample.sort_by(f64::total_cmp);
    let n = sample.len() as f64;
    let distance = |(i, &x): (usize, &f64)| {
        let (below, above) = (i as f64 / n, (i + 1) as f64 / n);
        (cdf(x) - below).abs().max((cdf(x) - above).abs())
    };
    sample.iter().enumerate().map(distance).fold(0.0, f64::max) * n.sqrt()
}

#[test]
fn samples_follow_their_law() {
    let draws = Draws::new(1, 0, "phones");
    let sample = |law: &Law| -> Vec<f64> {
        (0..20_000).map(|entity| law.sample(&mut draws.stream(1usize, entity))).collect()
    };
    let [_, uniform, exponential, normal, lognormal, bursty, smooth, empirical] = laws();
    let sigma = (250.0_f64 / 40.0).ln() / 1.644_853_626_951_472_7;
    let reference = LogNormal::new(40.0_f64.ln(), sigma).unwrap();
    let distances = [
        kolmogorov(sample(&uniform), |x| Uniform::new(1.0, 4.0).unwrap().cdf(x)),
        kolmogorov(sample(&exponential), |x| Exp::new(1.0 / 3.0).unwrap().cdf(x)),
        kolmogorov(sample(&normal), |x| Normal::new(10.0, 2.0).unwrap().cdf(x)),
        kolmogorov(sample(&lognormal), |x| reference.cdf(x)),
        kolmogorov(sample(&bursty), |x| Gamma::new(0.25, 0.25).unwrap().cdf(x)),
        kolmogorov(sample(&smooth), |x| Gamma::new(7.5, 0.5).unwrap().cdf(x)),
    ];
    assert!(distances.iter().all(|&distance| distance < 1.95), "{distances:.3?}");
    let twos = sample(&empirical).iter().filter(|&&x| (x - 2.0).abs() < 0.1).count();
    assert!((twos as f64 - 10_000.0).abs() < 4.0 * 5000.0_f64.sqrt(), "{twos}");
}

#[test]
fn residuals_follow_the_equilibrium_law() {
    // Its distribution function is E[min(X⁺, x)] / E[X⁺], here from the law's own quantiles.
    let mut all = laws().to_vec();
    all.extend([
        Law::normal(1.0, 2.0).unwrap(),
        Law::normal(0.0, 1.0).unwrap(),
        Law::normal(-1.0, 1.0).unwrap(),
        Law::normal(500.0, 1.0).unwrap(),
        Law::uniform(-1.0, 2.0).unwrap(),
        Law::empirical([-3.0, 0.0, 1.0, 10.0]).unwrap(),
    ]);
    let draws = Draws::new(1, 0, "phones");
    let pair = |entity| (draws.unit(1usize, entity, 0), draws.unit(1usize, entity, 1));
    for law in all {
        let values: Vec<f64> = middles(100_000).map(|u| law.quantile(u).max(0.0)).collect();
        let sums: Vec<f64> = values
            .iter()
            .scan(0.0, |sum, value| {
                *sum += value;
                Some(*sum)
            })
            .collect();
        let cdf = |x: f64| {
            let below = values.partition_point(|&value| value <= x);
            let sum = if below > 0 { sums[below - 1] } else { 0.0 };
            (sum + x * (values.len() - below) as f64) / sums[values.len() - 1]
        };
        let left = |(first, second)| law.residual(first, second);
        let distance = kolmogorov((0..20_000).map(|e| left(pair(e))).collect(), cdf);
        assert!(distance < 1.95, "{law:?}: {distance}");
    }
}

/// What ends by the first of two laws leaves what a renewal process of its own would, and each of
/// the two ends it for the part of the time that its own intervals take.
#[test]
fn residuals_beside_another_law_end_as_their_minimum() {
    let pairs = [
        (Law::uniform(5.0, 8.0), Law::exponential(10.0)),
        (Law::exponential(0.5), Law::constant(7.0)),
        (Law::constant(4.0), Law::lognormal_by(3.0, 12.0)),
        (Law::gamma(0.25, 4.0), Law::uniform(0.0, 1.0)),
    ];
    let draws = Draws::new(1, 0, "phones");
    for (one, other) in pairs.map(|(one, other)| (one.unwrap(), other.unwrap())) {
        let left = |entity: u64| {
            residuals(&one, &other, |k| [0, 1, 2].map(|j| draws.unit(1usize, entity, 3 * k + j)))
        };
        let all: Vec<(f64, f64)> = (0..20_000).map(left).collect();
        // The mean of the minimum's equilibrium law is E[X²] / 2 E[X].
        let both = middles(400).flat_map(|u| middles(400).map(move |v| (u, v)));
        let minima = both.map(|(u, v)| one.quantile(u).min(other.quantile(v)));
        let (first, second) = minima.fold((0.0, 0.0), |(a, b), x| (a + x, b + x * x));
        let expected = second / (2.0 * first);
        let mean = all.iter().map(|left| left.0.min(left.1)).sum::<f64>() / 20_000.0;
        assert!((mean / expected - 1.0).abs() < 0.03, "{one:?} {other:?}: {mean} != {expected}");
        let pairs = middles(400).flat_map(|u| middles(400).map(move |v| (u, v)));
        let own = pairs.filter(|&(u, v)| one.quantile(u) < other.quantile(v));
        let share = own.map(|(u, _)| one.quantile(u)).sum::<f64>() / first;
        let found = all.iter().filter(|left| left.0 < left.1).count() as f64 / 20_000.0;
        assert!((share - found).abs() < 0.015, "{one:?} {other:?}: {found} != {share}");
    }
}

#[test]
fn a_normal_law_far_below_zero_leaves_its_tail() {
    for r in [-9.5_f64, -6.0, -3.0, 0.0, 3.0, 30.0] {
        // E[X⁺²] / E[X⁺] for X = r + Z.
        let (density, cdf) = ((-0.5 * r * r).exp() / std::f64::consts::TAU.sqrt(), tail(-r));
        let expected = ((r * r + 1.0) * cdf + r * density) / (r * cdf + density);
        let law = Law::normal(5.0 * r, 5.0).unwrap();
        let mean = middles(100_000).map(|unit| law.residual(0.2, unit)).sum::<f64>() / 1e5;
        assert!((mean / expected - 1.0).abs() < 1e-4, "{r}: {mean} != {expected}");
    }
}

/// P(Z > z).
fn tail(z: f64) -> f64 {
    0.5 * libm::erfc(z / std::f64::consts::SQRT_2)
}

#[test]
fn nothing_is_left_of_laws_without_positive_values() {
    let none = [
        Law::constant(-1.0),
        Law::constant(0.0),
        Law::uniform(-2.0, -1.0),
        Law::normal(-11.0, 1.0),
        Law::normal(-1.0, 0.0),
        Law::empirical([-1.0, 0.0]),
    ];
    assert!(none.into_iter().all(|law| law.unwrap().residual(0.5, 0.5).abs() < 1e-300));
    let sure = Law::normal(3.0, 0.0).unwrap();
    assert!((sure.residual(0.5, 0.9) - 1.5).abs() < 1e-15);
}

#[test]
fn one_uniform_makes_one_variate() {
    for law in laws() {
        let draws = Draws::new(1, 0, "phones");
        let sampled: Vec<f64> = (&law).sample_iter(draws.stream(2usize, 9)).take(5).collect();
        let keyed = (0..5).map(|k| law.quantile(unit(draws.bits(2usize, 9, k))));
        assert!(keyed.eq(sampled), "{law:?}");
    }
}

#[test]
fn arguments_are_checked() {
    let wrong = [
        (Law::constant(f64::NAN), "a constant must be finite"),
        (Law::uniform(2.0, 1.0), "a uniform law needs its lower end first"),
        (Law::uniform(0.0, f64::INFINITY), "the ends of a uniform law must be finite"),
        (Law::exponential(0.0), "the mean of an exponential law must be positive and finite"),
        (Law::normal(f64::INFINITY, 1.0), "the mean of a normal law must be finite"),
        (
            Law::normal(1.0, -1.0),
            "the standard deviation of a normal law must be finite and not negative",
        ),
        (Law::lognormal_by(0.0, 1.0), "the median of a lognormal law must be positive and finite"),
        (
            Law::lognormal_by(2.0, 1.0),
            "the p95 of a lognormal law must be finite and not below its median",
        ),
        (Law::gamma(f64::NAN, 1.0), "the shape of a gamma law must be positive and finite"),
        (Law::gamma(1.0, -1.0), "the scale of a gamma law must be positive and finite"),
        (Law::empirical([]), "an empirical law needs at least one value"),
        (Law::empirical([1.0, f64::NAN]), "empirical values must be finite"),
    ];
    for (law, message) in wrong {
        assert_eq!(law.unwrap_err().to_string(), message);
    }
}
