//! Quantiles of the normal and the gamma law, on `libm` alone.

/// The density of the standard normal law.
pub(super) fn normal_density(z: f64) -> f64 {
    const SQRT_TWO_PI: f64 = 2.506_628_274_631_000_5;
    libm::exp(-0.5 * z * z) / SQRT_TWO_PI
}

/// The probability that a standard normal variable is at most `z`.
pub(super) fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
}

/// The inverse of [`normal_cdf`] on (0, 1): Wichura, Algorithm AS 241 (PPND16), Applied Statistics
/// 37 (1988) 477–484. Its error is about 1 part in 10^16, so no refinement follows.
#[inline]
pub(super) fn normal_quantile(unit: f64) -> f64 {
    let centred = unit - 0.5;
    if centred.abs() <= 0.425 {
        return centred * ratio(0.180_625 - centred * centred, &MIDDLE);
    }
    let root = (-libm::log(unit.min(1.0 - unit))).sqrt();
    let size = if root <= 5.0 { ratio(root - 1.6, &SIDE) } else { ratio(root - 5.0, &TAIL) };
    size.copysign(centred)
}

/// Coefficients of x^0, x^1, … above and below the line.
type Ratio = [[f64; 8]; 2];

#[inline]
fn ratio(x: f64, [above, below]: &Ratio) -> f64 {
    let polynomial = |c: &[f64; 8]| c.iter().rev().fold(0.0, |sum, c| sum * x + c);
    polynomial(above) / polynomial(below)
}

#[rustfmt::skip]
#[expect(clippy::unreadable_literal, clippy::excessive_precision, reason = "as in AS 241")]
const MIDDLE: Ratio = [
    [3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
     1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
     3.3430575583588128105e4, 2.5090809287301226727e3],
    [1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
     2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
     5.2264952788528545610e3],
];

#[rustfmt::skip]
#[expect(clippy::unreadable_literal, clippy::excessive_precision, reason = "as in AS 241")]
const SIDE: Ratio = [
    [1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
     3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
     2.27238449892691845833e-2, 7.74545014278341407640e-4],
    [1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
     1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
     1.05075007164441684324e-9],
];

#[rustfmt::skip]
#[expect(clippy::unreadable_literal, clippy::excessive_precision, reason = "as in AS 241")]
const TAIL: Ratio = [
    [6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
     2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
     2.71155556874348757815e-5, 2.01033439929228813265e-7],
    [1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
     7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
     2.04426310338993978564e-15],
];

/// The quantile of max(Z + shift, 0), Z standard normal, once each value weighs in proportion to
/// itself. The upper tail is log-concave: Newton's method on its logarithm comes down to the root.
pub(super) fn biased_normal_quantile(shift: f64, unit: f64) -> f64 {
    let upper = |z: f64| shift * normal_cdf(-z) + normal_density(z);
    let aim = (1.0 - unit) * upper(-shift);
    let mut z = normal_quantile(unit).max(-shift) + 1.0;
    for _ in 0..100 {
        let hazard = (z + shift) * normal_density(z) / upper(z);
        let step = libm::log(upper(z) / aim) / hazard;
        z = (z + step).max(1e-9 - shift);
        if step.abs() < 1e-9 {
            break;
        }
    }
    z + shift
}

/// The gamma law of a given shape and scale 1.
struct Gamma {
    shape: f64,
    ln_gamma: f64,
}

/// The quantile of the gamma law with scale 1, for `unit` in (0, 1).
///
/// The logarithms of both tails are concave in ln x, so Newton's method on the smaller tail
/// converges from every start. A shape beyond a million gets the start itself, whose error is
/// below 1 part in 10^11 there.
pub(super) fn gamma_quantile(shape: f64, unit: f64) -> f64 {
    let law = Gamma { shape, ln_gamma: libm::lgamma(shape) };
    let mut ln_x = law.start(unit);
    if ln_x < -700.0 || shape > 1e6 {
        return libm::exp(ln_x);
    }
    for _ in 0..100 {
        let step = law.newton(ln_x, unit);
        ln_x += step;
        if step.abs() < 1e-9 {
            break;
        }
    }
    libm::exp(ln_x)
}

impl Gamma {
    /// The logarithm of a first guess: Wilson and Hilferty (1931); where that fails, the first term
    /// of the lower tail; for shapes below 1, Press et al., Numerical Recipes (2007), 6.2.1.
    fn start(&self, unit: f64) -> f64 {
        let shape = self.shape;
        if shape < 1.0 {
            let split = 1.0 - shape * (0.253 + shape * 0.12);
            let beyond = || libm::log(1.0 - libm::log1p(-(unit - split) / (1.0 - split)));
            return if unit < split { libm::log(unit / split) / shape } else { beyond() };
        }
        let root = 1.0 - 1.0 / (9.0 * shape) + normal_quantile(unit) / (3.0 * shape.sqrt());
        if root > 0.3 {
            return libm::log(shape) + 3.0 * libm::log(root);
        }
        (libm::log(unit) + self.ln_gamma + libm::log(shape)) / shape
    }

    /// The change of ln x that Newton's method asks for.
    fn newton(&self, ln_x: f64, unit: f64) -> f64 {
        let x = libm::exp(ln_x);
        let slope = libm::exp(self.shape * ln_x - x - self.ln_gamma);
        let by_series = x < self.shape + 1.0;
        let tail = slope * if by_series { self.series(x) } else { self.fraction(x) };
        if unit < 0.5 {
            let lower = if by_series { tail } else { 1.0 - tail };
            libm::log(unit / lower) * lower / slope
        } else {
            let upper = if by_series { 1.0 - tail } else { tail };
            libm::log(upper / (1.0 - unit)) * upper / slope
        }
    }

    /// The lower tail over x^shape · e^-x / Γ(shape), by its series (DLMF 8.7.1).
    fn series(&self, x: f64) -> f64 {
        let (mut term, mut sum, mut n) = (1.0 / self.shape, 1.0 / self.shape, self.shape);
        while term > sum * 1e-17 {
            n += 1.0;
            term *= x / n;
            sum += term;
        }
        sum
    }

    /// The upper tail over the same, by its continued fraction (DLMF 8.9.2, Lentz's method).
    fn fraction(&self, x: f64) -> f64 {
        let mut part = x + 1.0 - self.shape;
        let (mut above, mut below) = (1e300, 1.0 / part);
        let mut product = below;
        for n in 1u32..100_000 {
            let n = f64::from(n);
            let numerator = n * (self.shape - n);
            part += 2.0;
            below = 1.0 / (numerator * below + part);
            above = part + numerator / above;
            product *= above * below;
            if (above * below - 1.0).abs() < 1e-15 {
                break;
            }
        }
        product
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{ContinuousCDF, Gamma as Reference};

    /// 1e-300, 1e-12, …, 1 − 1e-15.
    fn units() -> impl Iterator<Item = f64> {
        let low = [1e-300, 1e-100, 1e-30, 1e-16, 1e-12, 1e-8, 1e-5, 1e-3, 0.01, 0.02];
        let middle = (1..40).map(|i| f64::from(i) / 40.0);
        low.into_iter().chain(middle).chain([0.99, 0.999, 1.0 - 1e-6, 1.0 - 1e-10, 1.0 - 1e-15])
    }

    #[test]
    fn the_normal_quantile_inverts_its_cdf() {
        for unit in units() {
            let z = normal_quantile(unit);
            let error = (normal_cdf(z) - unit) / normal_density(z);
            assert!(error.abs() < 3e-16 * (1.0 + z.abs()) + 1e-16 * z.exp2(), "{unit}: {error}");
        }
        assert_eq!(normal_quantile(0.5).to_bits(), 0f64.to_bits());
        assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-15);
        assert!((normal_quantile(1e-300) + 37.047_096_299_361_2).abs() < 1e-13);
    }

    /// Roots found with 40 digits by mpmath.
    #[rustfmt::skip]
    #[expect(clippy::unreadable_literal, reason = "as printed by mpmath")]
    const KNOWN: [(f64, [(f64, f64); 4]); 7] = [
        (0.05, [(1e-10, 5.844632057286653e-201), (0.3, 2.0378971887326642e-11),
            (0.75, 0.0018567356838462513), (0.999, 2.736458598728676)]),
        (0.25, [(1e-10, 6.749697893111731e-41), (0.3, 0.0054913024742754835),
            (0.75, 0.2606260019782326), (0.999999999999, 23.931898439379967)]),
        (0.5, [(1e-10, 7.853981633974484e-21), (0.3, 0.07423593091627272),
            (0.999, 5.4137830853313655), (0.999999999999, 25.422085666224586)]),
        (2.0, [(1e-10, 1.4142202290829742e-05), (0.3, 1.0973492107034917),
            (0.75, 2.6926345288896956), (0.999999999999, 31.099896029053795)]),
        (10.0, [(1e-10, 0.4727220926063523), (0.3, 8.132928242506392),
            (0.75, 11.913846021515429), (0.999999999999, 50.27991130602983)]),
        (100.0, [(1e-10, 48.883092053795956), (0.3, 94.52429935888071),
            (0.75, 106.55109252697643), (0.999999999999, 187.24800173918598)]),
        (5000.0, [(1e-10, 4563.255901211628), (0.3, 4962.679004917484),
            (0.75, 5047.5102085471035), (0.999999999999, 5513.6901978895)]),
    ];

    #[test]
    fn the_gamma_quantile_has_known_values() {
        for (shape, points) in KNOWN {
            for (unit, expected) in points {
                let x = gamma_quantile(shape, unit);
                let error = x / expected - 1.0;
                assert!(error.abs() < 1e-12 / shape.min(1.0), "{shape} {unit}: {error}");
            }
        }
    }

    #[test]
    fn shape_one_is_exponential() {
        for unit in units() {
            let expected = -libm::log1p(-unit);
            assert!((gamma_quantile(1.0, unit) / expected - 1.0).abs() < 2e-13, "{unit}");
        }
    }

    #[test]
    fn the_gamma_quantile_inverts_an_independent_cdf() {
        for shape in [0.05, 0.25, 0.7, 1.0, 1.5, 3.0, 10.0, 123.0, 4000.0] {
            let law = Reference::new(shape, 1.0).expect("shape and rate are positive");
            for unit in units().filter(|unit| (1e-8..0.9999).contains(unit)) {
                let x = gamma_quantile(shape, unit);
                let error = law.cdf(x) / unit - 1.0;
                assert!(error.abs() < 1e-10, "{shape} {unit}: {x} is off by {error}");
            }
        }
    }

    #[test]
    fn quantiles_rise() {
        for shape in [1e-3, 0.01, 0.3, 0.999, 1.001, 2.0, 7.0, 50.0, 1e4, 9e5, 1e8] {
            let xs: Vec<f64> = units().map(|unit| gamma_quantile(shape, unit)).collect();
            assert!(xs.iter().all(|x| x.is_finite()), "{shape}: {xs:?}");
            assert!(xs.windows(2).all(|pair| pair[0] <= pair[1]), "{shape}: {xs:?}");
        }
    }
}
