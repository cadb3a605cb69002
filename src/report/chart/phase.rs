//! A phase diagram: both borders over the values of the policy.
use super::{Axis, Band, Body, Chart, Line, Lines, Panel, axis};
use crate::{
    engine::number,
    report::theme,
    summary::phase::{Border, Phase, Row},
};

/// A region's name takes this part of the height.
const ROOM: f64 = 0.06;

/// All charts of a phase diagram.
pub fn all(phase: &Phase) -> Vec<Chart> {
    [chart(phase)].into_iter().chain(super::ramp::chart(phase)).collect()
}

/// The chart.
pub fn chart(phase: &Phase) -> Chart {
    let [low, high] = phase.bounds;
    let y = Axis::log(low, high, |it| axis::of_unit(phase.unit, it)).of(phase.unit);
    let place = |place: usize| number::float(number::count(place)) + 0.5;
    let at = |border: &Border| border.holds.unwrap_or(y.low);
    let line = |label: &str, pen, of: fn(&Row) -> &Border| {
        let points = phase.rows.iter().enumerate().map(|(row, it)| (place(row), at(of(it))));
        Line::through(label, pen, vec![points.collect()])
    };
    let dots = phase
        .rows
        .iter()
        .enumerate()
        .map(|(row, it)| (place(row), at(&it.recovers), phase.said(at(&it.recovers))));
    let open = phase.rows.iter().all(|row| row.stays.fails.is_none());
    let stays = if open { "well at all tried" } else { "well in peace" };
    let lines = vec![
        line(stays, theme::EQUALS[1], |row| &row.stays),
        line("recovers", theme::EQUALS[0], |row| &row.recovers),
    ];
    let dots = dots.collect();
    let ticks = phase.rows.iter().enumerate().map(|(row, it)| (place(row), it.policy.clone()));
    let names: Vec<(f64, String)> = ticks.collect();
    let x = Axis {
        high: number::float(number::count(phase.rows.len())),
        ticks: names.clone(),
        names,
        name: phase.policy.clone(),
        ..Axis::default()
    };
    let against = match phase.policy.as_str() {
        "" => String::new(),
        policy => format!(" against {policy}"),
    };
    let regions = regions(phase, &y);
    Chart {
        name: "phase".to_owned(),
        headline: headline(phase),
        subtitle: format!(
            "Stable below the solid line: the system comes back from what happens to it. \
             Vulnerable between the lines: well until it happens, stuck afterwards. Overloaded \
             above both: not even well in peace. {}{against}.",
            phase.load
        ),
        note: format!("One run a probe, found by bisection; seed {}.", phase.seed),
        x,
        shades: Vec::new(),
        panels: vec![Panel::new(
            phase.load.clone(),
            theme::SINGLE,
            Body::Lines(Lines {
                bands: bands(phase, &y),
                y,
                lines,
                dots,
                regions,
                ..Lines::default()
            }),
        )],
    }
}

/// The regions as shades, as far as they are known, over the whole width.
fn bands(phase: &Phase, y: &Axis) -> Vec<Band> {
    let at = |border: &Border| border.holds.unwrap_or(y.low);
    let band = |pen, ends: &dyn Fn(&Row) -> [f64; 2]| {
        let place = |place: usize| number::float(number::count(place)) + 0.5;
        let mut points: Vec<(f64, f64, f64)> = phase
            .rows
            .iter()
            .enumerate()
            .map(|(row, it)| (place(row), ends(it)[0], ends(it)[1]))
            .collect();
        let (first, last) = (*points.first()?, *points.last()?);
        points.insert(0, (0.0, first.1, first.2));
        points.push((last.0 + 0.5, last.1, last.2));
        let some = points.iter().any(|point| point.2 > point.1);
        some.then_some(Band { pen, points })
    };
    let all = [
        band(theme::GREEN, &|row| [y.low, at(&row.recovers)]),
        band(theme::SKY, &|row| [at(&row.recovers), at(&row.stays)]),
        band(theme::PURPLE, &|row| match row.stays.fails {
            Some(_) => [at(&row.stays), y.high],
            None => [y.high, y.high],
        }),
    ];
    all.into_iter().flatten().collect()
}

/// Where between the borders there is room for it, the name of what the system is there.
fn regions(phase: &Phase, y: &Axis) -> Vec<(f64, f64, String)> {
    let at = |border: &Border| border.holds.unwrap_or(y.low);
    let between = |name: &str, ends: &dyn Fn(&Row) -> [f64; 2]| {
        let stretch = |(place, row): (usize, &Row)| {
            let [low, high] = ends(row).map(|load| y.place(load));
            (number::float(number::count(place)) + 0.5, low, high)
        };
        let all = phase.rows.iter().enumerate().map(stretch);
        let (x, low, high) = all.max_by(|a, b| (a.2 - a.1).total_cmp(&(b.2 - b.1)))?;
        (high - low > ROOM).then(|| (x, y.value(f64::midpoint(low, high)), name.to_owned()))
    };
    // Above the highest load that was tried nothing is known.
    let beyond = |row: &Row| match row.stays.fails {
        Some(_) => [at(&row.stays), y.high],
        None => [y.high, y.high],
    };
    let all = [
        between("stable", &|row| [y.low, at(&row.recovers)]),
        between("vulnerable", &|row| [at(&row.recovers), at(&row.stays)]),
        between("overloaded", &beyond),
    ];
    all.into_iter().flatten().collect()
}

fn headline(phase: &Phase) -> String {
    let value = |row: &Row| row.recovers.holds.unwrap_or(0.0);
    let best = phase.rows.iter().max_by(|a, b| value(a).total_cmp(&value(b)));
    best.map_or_else(String::new, |row| {
        let place = if phase.policy.is_empty() {
            String::new()
        } else {
            format!(" with {}", phase.chosen(row))
        };
        match (row.recovers.holds, row.recovers.fails) {
            (Some(holds), None) => {
                format!("Recovers up to {} and more{place}", phase.loaded(holds))
            }
            (Some(holds), _) => {
                format!("Recovers up to {}{place}", phase.loaded(holds))
            }
            (None, _) => format!("Recovers at no {} that was tried", phase.load),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        record::Unit,
        report::draw::{ALONE, Mark, Sheet, lay_out},
    };

    fn border(holds: f64, fails: f64) -> Border {
        Border { holds: Some(holds), fails: Some(fails) }
    }

    /// Whether a line of a series runs through a box.
    fn crossed(sheet: &Sheet, number: [f64; 4]) -> bool {
        let inside =
            |(x, y): (f64, f64)| number[0] < x && x < number[2] && number[1] < y && y < number[3];
        let through = |two: &[(f64, f64)]| {
            (0..=100).any(|step| {
                let part = f64::from(step) / 100.0;
                let at = |a: f64, b: f64| a + part * (b - a);
                inside((at(two[0].0, two[1].0), at(two[0].1, two[1].1)))
            })
        };
        sheet.marks.iter().any(|mark| match mark {
            Mark::Line { points, pen } => pen.width > 1.0 && points.windows(2).any(through),
            _ => false,
        })
    }

    #[test]
    fn a_diagram_says_its_units_and_names_its_regions() {
        let row = |policy: &str, recovers, stays| Row {
            policy: policy.to_owned(),
            recovers,
            stays,
            ramp: None,
            runs: 7,
        };
        let mut phase = Phase {
            file: "storm.yaml".to_owned(),
            experiment: "storm".to_owned(),
            question: String::new(),
            version: String::new(),
            input: serde_json::Value::Null,
            sets: Vec::new(),
            within: 0.02,
            hold: None,
            load: "callers.sessions.arrive".to_owned(),
            range: ["50/s", "200/s"].map(str::to_owned),
            bounds: [50.0, 200.0],
            unit: Unit::PerSecond,
            policy: "callers.reconnect.attempts".to_owned(),
            well: 0.99,
            seed: 1,
            rows: vec![
                row("1", border(168.0, 200.0), Border { holds: Some(200.0), fails: None }),
                row("2", border(84.0, 100.0), border(150.0, 168.0)),
            ],
        };
        let told = chart(&phase);
        assert_eq!(told.headline, "Recovers up to 168/s arrivals with 1 attempt");
        let Body::Lines(body) = &told.panels[0].body else { panic!("no lines") };
        let ticks: Vec<&str> = body.y.ticks.iter().map(|tick| tick.1.as_str()).collect();
        assert_eq!(ticks, ["50/s", "100/s", "200/s"]);
        assert_eq!(body.dots[0].2, "168/s");
        let names: Vec<(f64, &str)> = body.regions.iter().map(|it| (it.0, it.2.as_str())).collect();
        assert_eq!(names, [(0.5, "stable"), (1.5, "vulnerable"), (1.5, "overloaded")]);
        for ((_, load, name), ends) in
            body.regions.iter().zip([[50.0, 168.0], [84.0, 150.0], [150.0, 200.0]])
        {
            assert!(ends[0] < *load && *load < ends[1], "{name} at {load}");
        }
        // Each region has a shade, the one that nobody knows of one policy none.
        let widest = |place: usize| {
            let heights = body.bands[place].points.iter().map(|it| it.2 - it.1);
            heights.fold(0.0_f64, f64::max)
        };
        assert!(body.bands.len() == 3 && (0..3).all(|place| widest(place) > 0.0));
        assert!(body.bands[2].points[1].2 - body.bands[2].points[1].1 <= 0.0);
        // No line runs through the number of a border.
        let sheet = lay_out(&told, &ALONE);
        let boxes = sheet.text_boxes();
        let number = boxes.iter().find(|(_, text)| *text == "168/s").unwrap().0;
        assert!(!crossed(&sheet, number), "{number:?}");
        // Where both borders are one, nothing lies between them.
        phase.rows.iter_mut().for_each(|row| row.stays = row.recovers);
        phase.policy.clear();
        let told = chart(&phase);
        assert_eq!(told.headline, "Recovers up to 168/s arrivals");
        let Body::Lines(body) = &told.panels[0].body else { panic!("no lines") };
        assert!(body.regions.iter().all(|it| it.2 != "vulnerable"), "{:?}", body.regions);
    }
}
