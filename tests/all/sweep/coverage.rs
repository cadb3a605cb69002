//! Nominal 95 % intervals cover what they should.
use squall::{
    engine::{Draws, Span, Station, Time},
    summary::student,
};

/// Mean wait of one short M/M/1 run that starts empty and is warm before it counts.
fn mean_wait(seed: u64, replication: u32, load: f64) -> f64 {
    let draws = Draws::new(seed, replication, "queue");
    let mut station = Station::new(1);
    let mut now = Time::ZERO;
    let (warm, counted) = (2_000_u64, 8_000_u64);
    let mut sum = 0.0;
    for k in 0..warm + counted {
        let gap = -libm::log(draws.unit(0_usize, k, 0)) / load;
        now += Span::from_seconds(gap * 1e-3);
        let work = Span::from_seconds(-libm::log(draws.unit(1_usize, k, 0)) * 1e-3);
        let service = station.arrive(now, work);
        if k >= warm {
            sum += service.start.since(now).seconds();
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let counted = counted as f64;
    sum / counted * 1e3
}

#[test]
fn intervals_cover_the_mean_of_a_queue() {
    // M/M/1 in units of a service: the mean wait is load / (1 − load).
    let load = 0.5;
    let expected = load / (1.0 - load);
    let covers = |seed: &u64| {
        let values: Vec<f64> = (0..5).map(|k| mean_wait(*seed, k, load)).collect();
        let mean = student::mean(&values).unwrap();
        let half = student::half_width(&values).unwrap();
        (mean - expected).abs() <= half
    };
    let covered = (0..300).filter(covers).count();
    assert!((276..=294).contains(&covered), "{covered} of 300");
}
