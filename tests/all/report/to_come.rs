//! Charts of what compares designs have their place: their forms are those of the theme and of the
//! bodies that are there, and they stand on every paper as the others do.
use super::charts::{apart, coloured, inside};
use squall::{
    record::Unit,
    report::{
        chart::{Axis, Bar, Bars, Body, Chart, Line, Lines, Panel, Scale},
        draw::{ALONE, NARROW, WIDE, lay_out},
        theme::{self, Pen},
    },
};

fn axis(low: f64, high: f64, name: &str) -> Axis {
    let ticks = [low, f64::midpoint(low, high), high].map(|at| (at, format!("{at}")));
    let (scale, unit) = (Scale::Linear, Unit::Count);
    Axis { scale, unit, low, high, ticks: ticks.into(), name: name.to_owned(), ..Axis::default() }
}

fn chart(name: &str, x: Axis, body: Body) -> Chart {
    let words = |text: &str| format!("{text} of {name}");
    Chart {
        name: name.to_owned(),
        headline: words("The finding"),
        subtitle: words("What is plotted"),
        note: words("How many"),
        x,
        shades: Vec::new(),
        panels: vec![Panel::new(words("A panel"), theme::SINGLE, body)],
    }
}

/// From its low end to its high end; the seam of its parts is the estimate, or the base.
fn bar(name: &str, [low, seam, high]: [f64; 3]) -> Bar {
    Bar {
        name: name.to_owned(),
        words: String::new(),
        from: low,
        to: high,
        text: format!("{seam} [{low}, {high}]"),
        pen: theme::UNDECIDED,
        rises: false,
        bold: false,
        parts: vec![seam - low, high - seam],
    }
}

fn bars(rows: Vec<Bar>, limit: f64, sides: [(&str, Pen); 2]) -> Body {
    let axis = axis(-20.0, 20.0, "difference, %");
    let key = sides.map(|(name, pen)| (name.to_owned(), pen));
    let limit = Some((limit, "no difference".to_owned()));
    Body::Bars(Bars { axis, rows, key: key.into(), limit, ..Bars::default() })
}

/// Intervals of differences around a line of none.
fn forest() -> Chart {
    let rows = vec![bar("lag", [-12.0, -8.0, -4.0]), bar("bill", [-3.0, 1.0, 5.0])];
    let sides = [("lower half", theme::UNDECIDED), ("upper half", theme::UNDECIDED)];
    chart("forest", Axis::default(), bars(rows, 0.0, sides))
}

/// What each assumption does to a result, low and high, the one that does most on top.
fn tornado() -> Chart {
    let rows = vec![bar("round trip", [-18.0, 0.0, 15.0]), bar("payload", [-4.0, 0.0, 6.0])];
    let sides = [("at its low end", theme::BETTER), ("at its high end", theme::WORSE)];
    chart("tornado", Axis::default(), bars(rows, 0.0, sides))
}

/// Designs by cost and lag, and the front that none of them is behind.
fn pareto() -> Chart {
    let line = |label: &str, pen, points: &[(f64, f64)]| Line {
        label: label.to_owned(),
        pen,
        pieces: vec![points.to_vec()],
        fine: None,
    };
    let front = [(2.0, 18.0), (8.0, 18.0), (8.0, 6.0), (18.0, 6.0)];
    let mut lines = vec![line("front", theme::BETTER, &front)];
    lines.push(line("behind it", theme::UNDECIDED, &[(12.0, 12.0)]));
    let dots = vec![(2.0, 18.0, "SSE".to_owned()), (8.0, 6.0, "WebSocket".to_owned())];
    let y = axis(0.0, 20.0, "");
    let body = Body::Lines(Lines { y, lines, dots, ..Lines::default() });
    chart("pareto", axis(0.0, 20.0, "USD a month"), body)
}

#[test]
fn forest_tornado_and_pareto_stand_on_every_paper() {
    for chart in [forest(), tornado(), pareto()] {
        for paper in [ALONE, WIDE, NARROW] {
            let sheet = lay_out(&chart, &paper);
            let what = format!("{} at {}", chart.name, paper.width);
            inside(&sheet, &what);
            apart(&sheet, &what);
            coloured(&sheet, &what);
        }
        if let Some(target) = std::env::var_os("SQUALL_GALLERY") {
            let file = std::path::Path::new(&target).join(format!("{}.png", chart.name));
            std::fs::write(file, squall::report::draw::png(&lay_out(&chart, &ALONE))).unwrap();
        }
    }
}

/// A name that is set in bold is wider, and ends before its bar all the same.
#[test]
fn a_bold_name_does_not_touch_its_bar() {
    let named = Bar { bold: true, ..bar("gateways: connections", [-20.0, 0.0, 5.0]) };
    let other = bar("gateways: CPU", [-20.0, 0.0, 5.0]);
    let sides = [("lower half", theme::UNDECIDED), ("upper half", theme::UNDECIDED)];
    let chart = chart("bold", Axis::default(), bars(vec![named, other], 0.0, sides));
    let sheet = lay_out(&chart, &WIDE);
    let all = sheet.text_boxes();
    let [_, _, end, _] = all.iter().find(|it| it.1 == "gateways: connections").unwrap().0;
    assert!(end + 5.0 <= sheet.plot[0], "{end} {:?}", sheet.plot);
}
