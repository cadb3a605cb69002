//! The data behind a chart as a table, thinned to what a person reads.
use super::text;
use crate::{
    engine::number,
    record::Unit,
    report::chart::{Axis, Bars, Body, Chart, Grid, Heat, Line, Row, Scale, Strip, connections},
    summary::figures,
};
use maud::{Markup, html};

/// A table has not more rows.
const ROWS: usize = 40;

/// The table, folded away; none for a chart without data.
pub(super) fn behind(chart: &Chart) -> Markup {
    let columns = columns(chart);
    let strips = chart.panels.iter().filter_map(|panel| match &panel.body {
        Body::Strip(strip) => Some(instances(strip)),
        Body::Grid(body) => Some(grid(&chart.x, body)),
        Body::Heat(body) => Some(heat(&chart.x, body)),
        Body::Bars(_) | Body::Lines(_) => None,
    });
    let bars: Vec<(&str, &Bars)> = chart
        .panels
        .iter()
        .filter_map(|panel| match &panel.body {
            Body::Bars(body) => Some((panel.name.as_str(), body)),
            Body::Lines(_) | Body::Strip(_) | Body::Grid(_) | Body::Heat(_) => None,
        })
        .collect();
    html! {
        details {
            summary { "Show the data as a table" }
            div.scroll tabindex="0" role="region" aria-label={ "Data of: "
                (text::clean(&chart.headline, 300)) } {
                @if !columns.is_empty() { (lines(&chart.x, &columns)) }
                @for table in strips { (table) }
                @if !bars.is_empty() { (counts(&bars)) }
            }
        }
    }
}

/// A line with what stands over its column.
struct Column<'a> {
    head: String,
    unit: Unit,
    line: &'a Line,
}

fn columns(chart: &Chart) -> Vec<Column<'_>> {
    let mut all = Vec::new();
    for panel in &chart.panels {
        let Body::Lines(lines) = &panel.body else { continue };
        for line in lines.told().into_iter().map(|at| &lines.lines[at]) {
            let head = match (line.label.is_empty(), chart.panels.len()) {
                (true, _) => panel.head(),
                (false, 1) => line.label.clone(),
                (false, _) => format!("{}: {}", panel.head(), line.label),
            };
            all.push(Column { head, unit: lines.y.unit, line });
        }
    }
    all
}

fn lines(x: &Axis, columns: &[Column]) -> Markup {
    let (rows, whole) = rows(x, columns);
    let caption = if whole { "" } else { "The largest value of each stretch." };
    html! {
        table {
            @if !caption.is_empty() { caption { (caption) } }
            thead { tr {
                th scope="col" { (if x.is_time() { "from" } else { x.name.as_str() }) }
                @for column in columns { th.r scope="col" { (text::name(&column.head)) } }
            } }
            tbody { @for (at, values) in rows { tr {
                th scope="row" { (instant(x, at)) }
                @for (value, column) in values.iter().zip(columns) {
                    td.r { (value.map_or_else(|| figures::NONE.to_owned(), |value|
                        figures::figure(column.unit, value))) }
                }
            } } }
        }
    }
}

fn instant(x: &Axis, at: f64) -> String {
    match (x.written(at), x.unit, x.scale) {
        (Some(written), ..) => text::clean(written, 80),
        (None, Unit::Seconds, Scale::Linear) => figures::clock(at),
        (None, unit, _) => figures::figure(unit, at),
    }
}

/// A row: a place on the x axis and one value a column.
type Values = (f64, Vec<Option<f64>>);

/// The values over equal stretches of the axis: the largest of each, since peaks are what counts.
/// Where there are few points, all of them, and true.
fn rows(x: &Axis, columns: &[Column]) -> (Vec<Values>, bool) {
    let points = |column: &Column| -> Vec<(f64, f64)> { column.line.pieces.concat() };
    let all: Vec<Vec<(f64, f64)>> = columns.iter().map(points).collect();
    let mut places: Vec<f64> = all.iter().flatten().map(|point| point.0).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    if places.len() <= ROWS {
        let at = |place: f64| {
            let value = |points: &Vec<(f64, f64)>| {
                let found = points.iter().find(|point| point.0.total_cmp(&place).is_eq());
                found.map(|point| point.1)
            };
            (place, all.iter().map(value).collect())
        };
        return (places.into_iter().map(at).collect(), true);
    }
    let mut rows: Vec<Values> = (0..ROWS)
        .map(|row| {
            let begin = number::float(number::count(row)) / number::float(number::count(ROWS));
            (x.value(begin), vec![None; columns.len()])
        })
        .collect();
    for (column, points) in all.iter().enumerate() {
        for &(at, value) in points {
            let place = x.place(at) * number::float(number::count(ROWS));
            let row = number::place(number::floor(place)).min(ROWS - 1);
            let cell = &mut rows[row].1[column];
            *cell = Some(cell.map_or(value, |known| known.max(value)));
        }
    }
    rows.retain(|(_, values)| values.iter().any(Option::is_some));
    (rows, false)
}

fn grid(x: &Axis, grid: &Grid) -> Markup {
    html! {
        table {
            thead { tr { th scope="col" { "" } @for (_, head) in &x.ticks { th.r scope="col" {
                (text::name(head)) } } } }
            tbody { @for row in &grid.rows { tr {
                th scope="row" { (text::name(&row.name)) }
                @for cell in &row.cells { td.r { (cell.as_ref().map_or(figures::NONE, |cell|
                    cell.1.as_str())) } }
            } } }
        }
    }
}

/// Of each stretch of time, how much there is in each decade of the y axis, on average.
fn heat(x: &Axis, heat: &Heat) -> Markup {
    let decade = |value: f64| libm::floor(libm::log10(value.max(f64::MIN_POSITIVE)) + 1e-9);
    let mut decades: Vec<f64> = heat.cells.iter().map(|cell| decade(cell.low)).collect();
    decades.sort_by(f64::total_cmp);
    decades.dedup();
    let stretch = (x.high - x.low) / number::float(number::count(ROWS));
    let mut rows = vec![vec![0.0; decades.len()]; ROWS];
    for cell in &heat.cells {
        let row =
            number::place(number::floor(x.place(cell.from) * number::float(number::count(ROWS))))
                .min(ROWS - 1);
        let column = decades.iter().position(|known| known.total_cmp(&decade(cell.low)).is_eq());
        rows[row][column.unwrap_or(0)] += cell.value * (cell.to - cell.from) / stretch;
    }
    let begin = |place: usize| x.low + stretch * number::float(number::count(place));
    let end = |decade: f64| figures::spoken(libm::pow(10.0, decade));
    html! {
        table {
            caption { (heat.unit) }
            thead { tr { th scope="col" { "from" } @for at in &decades { th.r scope="col" {
                (end(*at)) " to " (end(at + 1.0)) } } } }
            tbody { @for (place, values) in rows.iter().enumerate() { tr {
                th scope="row" { (instant(x, begin(place))) }
                @for value in values { td.r { (figures::compact(*value)) } }
            } } }
        }
    }
}

/// The numbers behind bars, panel by panel.
fn counts(panels: &[(&str, &Bars)]) -> Markup {
    html! {
        table {
            @for (name, bars) in panels {
                tbody {
                    tr { th scope="rowgroup" colspan="2" { b { (text::name(name)) } } }
                    @for bar in &bars.rows { tr {
                        th scope="row" { (text::name(&bar.name))
                            @if !bar.words.is_empty() { small { (text::name(&bar.words)) } } }
                        td.r { (bar.text) }
                    }
                    @for ((name, _), part) in bars.key.iter().zip(&bar.parts) {
                        @if *part > 0.0 { tr { td { (text::name(name)) }
                            td.r { (figures::count(*part)) } } }
                    } }
                }
            }
        }
    }
}

fn instances(strip: &Strip) -> Markup {
    let line = |row: &Row| {
        html! {
            tr {
                th scope="row" { (text::name(&row.name)) }
                @for mark in row.marks { td.r { (connections::mark(mark)) } }
            }
        }
    };
    html! {
        table {
            thead { tr {
                th scope="col" { "instance" }
                @for head in ["start", "peak", "end"] { th.r scope="col" { (head) } }
            } }
            tbody { @for row in &strip.rows { (line(row)) } }
        }
    }
}
