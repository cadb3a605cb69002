//! A panel of lines: grid, limits, bands, lines, labels, in this order.
use super::{
    labels::{self, Label},
    layout::{Frame, Paper, label_room},
    sheet::{Anchor, Part, Sheet, balanced},
};
use crate::{
    engine::number,
    report::{
        chart::{Axis, Band, Limit, Line, Lines, numbered},
        theme::{self, DOT, Pen, Type},
    },
};

/// How a limit's label is set.
pub(super) const LIMIT_LABEL: Type = Type { size: 12.0, bold: false, colour: theme::INK };
/// From the end of a line that ends early to its label.
const LEADER: Pen = Pen { stroke: theme::GRID, text: theme::INK3, width: 1.0, dash: &[] };
/// How early that is.
const FAR: f64 = 40.0;
/// The shortest piece of a limit.
const SHORT: f64 = 4.0;
/// Closer lines cannot be told apart, as a part of the plot's height.
const NEAR: f64 = 0.005;
/// The radius of a ring where lines cross.
const RING: f64 = 6.0;
/// How its label is set.
const MARK: Type = theme::VALUE;
/// How the name of a region is set.
const REGION: Type = theme::TICK;
/// Between the line's end and its leader.
const GAP: f64 = 6.0;

/// The room that a panel takes left and right of its plot.
pub(super) fn sides(body: &Lines, paper: &Paper) -> (f64, f64) {
    let ticks = body.y.ticks.iter().map(|(_, label)| theme::width(label, theme::TICK));
    let ticks = ticks.fold(0.0, f64::max);
    if paper.keyed {
        return (ticks, 0.0);
    }
    let named = named(body);
    let lines = named.iter().map(|(at, text, _)| (text.as_str(), Type::label(body.lines[*at].pen)));
    let limits = body.limits.iter().map(|limit| (limit.label.as_str(), LIMIT_LABEL));
    (ticks, label_room(lines.chain(limits)))
}

pub(super) fn draw(sheet: &mut Sheet, body: &Lines, frame: Frame) {
    grid(sheet, &body.y, frame);
    corner(sheet, body, frame);
    body.limits.iter().for_each(|limit| draw_limit(sheet, body, frame, limit));
    sheet.part(Part::Plot, |sheet| {
        body.bands.iter().for_each(|band| draw_band(sheet, body, frame, band));
        for (series, line) in (frame.series..).zip(&body.lines) {
            sheet.part(Part::Series(series), |sheet| {
                line.pieces.iter().for_each(|piece| draw_piece(sheet, body, frame, line, piece));
            });
        }
    });
    regions(sheet, body, frame);
    dots(sheet, body, frame);
    marks(sheet, body, frame);
    if !frame.paper.keyed {
        line_ends(sheet, body, frame);
    }
}

fn draw_limit(sheet: &mut Sheet, body: &Lines, frame: Frame, limit: &Limit) {
    let y = frame.up(&body.y, limit.value);
    let spans = limit.spans.iter().map(|&(from, to)| (frame.across(from), frame.across(to)));
    let mut spans: Vec<(f64, f64)> = spans.collect();
    if spans.is_empty() {
        spans = vec![(frame.left, frame.right)];
    }
    for (from, to) in spans {
        // What is brief can still be seen.
        sheet.line(vec![(from, y), (to.max(from + SHORT), y)], theme::LIMIT);
    }
}

/// The names of regions, each beside its place where a line would run through it.
fn regions(sheet: &mut Sheet, body: &Lines, frame: Frame) {
    for (x, value, name) in &body.regions {
        let half = theme::width(name, REGION) / 2.0;
        let y = frame.up(&body.y, *value) + 0.35 * REGION.size;
        let inside =
            |x: f64| x.clamp(frame.left + half, (frame.right - half).max(frame.left + half));
        let spots = [0.0, half + GAP, -half - GAP].map(|by| inside(frame.across(*x) + by));
        let around = |x: f64| [x - half - GAP, y - REGION.size, x + half + GAP, y + GAP];
        let x = spots.into_iter().min_by_key(|&x| crossed(body, frame, around(x)));
        x.into_iter().for_each(|x| sheet.text((x, y), REGION, Anchor::Middle, name));
    }
}

/// The ticks of a y axis, each with its line.
pub(super) fn grid(sheet: &mut Sheet, axis: &Axis, frame: Frame) {
    for (value, label) in &axis.ticks {
        let y = frame.up(axis, *value);
        sheet.rule((frame.left, y), (frame.right, y), theme::GRID);
        let at = (frame.left - 8.0, y + 0.35 * theme::TICK.size);
        sheet.text(at, theme::TICK, Anchor::End, label);
    }
}

/// A band belongs to the line of its colour.
fn draw_band(sheet: &mut Sheet, body: &Lines, frame: Frame, band: &Band) {
    let lower = band.points.iter().map(|&(x, low, _)| (x, low));
    let upper = band.points.iter().rev().map(|&(x, _, high)| (x, high));
    let place = |(x, value)| (frame.across(x), frame.up(&body.y, value));
    let outline: Vec<(f64, f64)> = lower.chain(upper).map(place).collect();
    let whose = (frame.series..).zip(&body.lines);
    let whose = whose.filter(|(_, line)| line.pen.stroke == band.pen.stroke).map(|(at, _)| at);
    let draw = |sheet: &mut Sheet| sheet.area(outline, band.pen.stroke, theme::BAND_SHARE);
    match whose.last() {
        Some(series) => sheet.part(Part::Series(series), draw),
        None => draw(sheet),
    }
}

fn draw_piece(sheet: &mut Sheet, body: &Lines, frame: Frame, line: &Line, piece: &[(f64, f64)]) {
    let place = |&(x, value): &(f64, f64)| (frame.across(x), frame.up(&body.y, value));
    let mut points: Vec<(f64, f64)> = piece.iter().map(place).collect();
    // A single point is no line: give it a length that can be seen.
    if let [(x, y)] = points[..] {
        points = vec![(x - 1.0, y), (x + 1.0, y)];
    }
    sheet.line(points, line.pen);
}

fn line_ends(sheet: &mut Sheet, body: &Lines, frame: Frame) {
    let end = |line: &Line| line.pieces.last()?.last().copied();
    let mut near: Vec<[f64; 4]> = Vec::new();
    let lines = named(body).into_iter().filter_map(|(place, text, alone)| {
        let (line, series) = (&body.lines[place], frame.series + number::short(place));
        let (x, value) = end(line)?;
        let (x, y) = (frame.across(x), frame.up(&body.y, value));
        // Of several lines on each other no colour is that of all.
        let kind = if alone { Type::label(line.pen) } else { theme::TICK_STRONG };
        if frame.right - x > FAR {
            // Beside the line's own end, where it has room.
            let width = theme::width(&text, kind);
            let area = [x + GAP, y - 9.0, x + 2.0 * GAP + width, y + 9.0];
            let apart = |it: &[f64; 4]| area[3] <= it[1] || it[3] <= area[1] || area[2] <= it[0];
            let dotted = body
                .dots
                .iter()
                .any(|(at, _, label)| !label.is_empty() && (frame.across(*at) - x).abs() < GAP);
            let free = area[2] <= frame.right && !dotted && near.iter().all(apart);
            if free && !over_time(frame) && crossed(body, frame, area) == 0 {
                near.push(area);
                let at = (x + GAP, y + 0.35 * kind.size);
                sheet.part(Part::Series(series), |sheet| {
                    sheet.text(at, kind, Anchor::Start, &text);
                });
                return None;
            }
            let leader = vec![(x + GAP, y), (frame.right, y)];
            sheet.part(Part::Series(series), |sheet| sheet.line(leader, LEADER));
        }
        Some(Label { y, kind, text, series: Some(series) })
    });
    let lines: Vec<Label> = lines.collect();
    let limits = body.limits.iter().map(|limit| Label {
        y: frame.up(&body.y, limit.value),
        kind: LIMIT_LABEL,
        text: limit.label.clone(),
        series: None,
    });
    let all = lines.into_iter().chain(limits).collect();
    labels::write(sheet, all, frame.right, frame.top, frame.bottom);
}

/// Whether its labels move with what is seen of the time.
fn over_time(frame: Frame) -> bool {
    frame.x.is_time()
}

/// The lines that have a label, by their place, and whether it is theirs alone: of those that lie
/// on each other the one on top has the names of all.
fn named(body: &Lines) -> Vec<(usize, String, bool)> {
    let lines = || body.lines.iter().enumerate().filter(|(_, line)| !line.label.is_empty());
    let label = |(place, line): (usize, &Line)| {
        let covered = |other: &(usize, &Line)| coincide(&body.y, line, other.1);
        if lines().skip_while(|other| other.0 <= place).any(|other| covered(&other)) {
            return None;
        }
        let below = lines().take_while(|other| other.0 <= place).filter(covered);
        let mut names: Vec<&str> = below.map(|other| other.1.label.as_str()).collect();
        if body.reversed {
            names.reverse();
        }
        Some((place, together(&names), names.len() == 1))
    };
    lines().filter_map(label).collect()
}

/// Names in a row, what they begin with in common once: `jitter none, equal, full`; numbers that
/// follow each other by their ends: `gateways-0 to 3`.
fn together(names: &[&str]) -> String {
    let [first, rest @ ..] = names else { return String::new() };
    if let Some(ends) = in_a_row(names) {
        return ends;
    }
    let words = first.split_inclusive([' ', '-']).scan(0, |end, word| {
        *end += word.len();
        Some(*end)
    });
    let common =
        |end: &usize| *end < first.len() && rest.iter().all(|it| it.starts_with(&first[..*end]));
    let shared = words.take_while(common).last().unwrap_or(0);
    let rest = rest.iter().map(|name| &name[shared..]);
    std::iter::once(*first).chain(rest).collect::<Vec<_>>().join(", ")
}

/// At least three names that end in numbers which follow each other, in any order.
fn in_a_row(names: &[&str]) -> Option<String> {
    let mut all: Vec<(&str, u32)> =
        names.iter().map(|name| numbered(name)).collect::<Option<_>>()?;
    all.sort_unstable();
    let follow = |pair: &[(&str, u32)]| pair[0].0 == pair[1].0 && pair[0].1 + 1 == pair[1].1;
    let ((stem, low), (_, high)) = (all.first()?, all.last()?);
    (all.len() > 2 && all.windows(2).all(follow)).then(|| format!("{stem}-{low} to {high}"))
}

/// Whether two lines lie on each other over their whole length.
fn coincide(y: &Axis, one: &Line, other: &Line) -> bool {
    let near = |(a, b): (&(f64, f64), &(f64, f64))| {
        a.0.total_cmp(&b.0).is_eq() && (y.place(a.1) - y.place(b.1)).abs() < NEAR
    };
    one.pieces.len() == other.pieces.len()
        && one
            .pieces
            .iter()
            .zip(&other.pieces)
            .all(|(one, other)| one.len() == other.len() && one.iter().zip(other).all(near))
}

/// Where lines cross: a ring with the place beside it, where no line runs up to it.
fn marks(sheet: &mut Sheet, body: &Lines, frame: Frame) {
    let mut taken: Vec<[f64; 4]> = Vec::new();
    for (at, value, label) in &body.marks {
        let (x, y) = (frame.across(*at), frame.up(&body.y, *value));
        let corner = |turn: u32| {
            let angle = std::f64::consts::TAU * f64::from(turn) / 24.0;
            (x + RING * libm::cos(angle), y + RING * libm::sin(angle))
        };
        sheet.line((0..=24).map(corner).collect(), theme::RING);
        let half = theme::width(label, MARK) / 2.0;
        let beside = RING + 5.0 + half;
        let spots = [
            (x, y - 11.0),
            (x, y + 19.0),
            (x + beside, y - 7.0),
            (x - beside, y - 7.0),
            (x + beside, y + 15.0),
            (x - beside, y + 15.0),
        ];
        let inside = |(x, y): (f64, f64)| {
            let x = x.clamp(frame.left + half, (frame.right - half).max(frame.left + half));
            (x, y.clamp(frame.top + 12.0, frame.bottom - 4.0))
        };
        let around = |(x, y): (f64, f64)| [x - half, y - 10.0, x + half, y + 3.0];
        let worse = |spot: &(f64, f64)| {
            let own = around(*spot);
            let over = taken
                .iter()
                .filter(|it| own[0] < it[2] && it[0] < own[2] && own[1] < it[3] && it[1] < own[3]);
            100 * over.count() + crossed(body, frame, own)
        };
        let Some(spot) = spots.into_iter().map(inside).min_by_key(worse) else { continue };
        taken.push(around(spot));
        sheet.text(spot, MARK, Anchor::Middle, label);
    }
}

/// How many stretches of lines run through a box.
fn crossed(body: &Lines, frame: Frame, own: [f64; 4]) -> usize {
    let place = |&(x, value): &(f64, f64)| (frame.across(x), frame.up(&body.y, value));
    let through = |(one, other): ((f64, f64), (f64, f64))| {
        (0..=24).any(|step| {
            let part = f64::from(step) / 24.0;
            let at = |from: f64, to: f64| from + part * (to - from);
            let (x, y) = (at(one.0, other.0), at(one.1, other.1));
            own[0] < x && x < own[2] && own[1] < y && y < own[3]
        })
    };
    let pieces = body.lines.iter().flat_map(|line| &line.pieces);
    pieces
        .flat_map(|piece| piece.windows(2))
        .filter(|it| through((place(&it[0]), place(&it[1]))))
        .count()
}

/// Points with their label above: to the right, where a falling line leaves room, or to the left of
/// a rising one.
fn dots(sheet: &mut Sheet, body: &Lines, frame: Frame) {
    for (at, value, label) in &body.dots {
        let (x, y) = (frame.across(*at), frame.up(&body.y, *value));
        let diamond = vec![(x - DOT, y), (x, y - DOT), (x + DOT, y), (x, y + DOT)];
        sheet.area(diamond, pen_at(body, *at, *value).stroke, 1.0);
        let kind = Type::label(theme::BLUE);
        let width = theme::width(label, kind);
        // Below and to the left there is room too: where the label would cross the plot's end or
        // the forbidden area's edge, or a line would run through it.
        let edge = body.corner.as_ref().map(|(lag, ..)| frame.across(*lag));
        let crosses = edge.is_some_and(|edge| x < edge && edge < x + 12.0 + width);
        let fits = x + 9.0 + width <= frame.right + 20.0 && !crosses;
        let left = x - 9.0 - width >= frame.left;
        let right = ((x + 9.0, y - 3.0), Anchor::Start, x + 9.0);
        let above = ((x - 9.0, y - 3.0), Anchor::End, x - 9.0 - width);
        let below = ((x - 9.0, y + 12.0), Anchor::End, x - 9.0 - width);
        let under = ((x + 9.0, y + 12.0), Anchor::Start, x + 9.0);
        let over = ((x, y - 11.0), Anchor::Middle, x - width / 2.0);
        let spots = if rises(body, *at, *value) && left {
            [above, under, right, below, over]
        } else if fits || !left {
            [right, under, over, above, below]
        } else {
            [below, above, over, right, under]
        };
        let worse = |((_, baseline), _, from): &((f64, f64), Anchor, f64)| {
            let own = [*from, baseline - 9.0, from + width, baseline + 3.5];
            let out = own[0] < frame.left
                || own[2] > frame.right + 20.0
                || own[1] < frame.top
                || own[3] > frame.bottom
                || edge.is_some_and(|edge| own[0] < edge && edge < own[2] + 3.0);
            100 * usize::from(out) + crossed(body, frame, own)
        };
        if let Some((at, anchor, _)) = spots.into_iter().min_by_key(worse) {
            sheet.text(at, kind, anchor, label);
        }
    }
}

/// The pen of the line on which a point lies, the last if there are several.
fn pen_at(body: &Lines, x: f64, value: f64) -> Pen {
    let on = |&(other, height): &(f64, f64)| {
        other.total_cmp(&x).is_eq() && height.total_cmp(&value).is_eq()
    };
    let lies = |line: &&Line| line.pieces.iter().flatten().any(on);
    body.lines.iter().rev().find(lies).map_or(theme::BLUE, |line| line.pen)
}

/// Whether a line goes up from a point on it, or came up to it where it ends.
fn rises(body: &Lines, x: f64, value: f64) -> bool {
    let pieces = body.lines.iter().flat_map(|line| &line.pieces);
    pieces.into_iter().any(|piece| {
        let on = |&(other, height): &(f64, f64)| {
            other.total_cmp(&x).is_eq() && height.total_cmp(&value).is_eq()
        };
        let Some(here) = piece.iter().position(on) else { return false };
        match (piece.get(here + 1), here.checked_sub(1).and_then(|before| piece.get(before))) {
            (Some(next), _) => next.1 > value,
            (None, Some(before)) => before.1 < value,
            (None, None) => false,
        }
    })
}

/// The forbidden area right of and above a point, its label where no dot's label lies.
fn corner(sheet: &mut Sheet, body: &Lines, frame: Frame) {
    let Some((x, value, label)) = &body.corner else { return };
    let (x, y) = (frame.across(*x), frame.up(&body.y, *value));
    let outline = vec![(x, frame.top), (frame.right, frame.top), (frame.right, y), (x, y)];
    sheet.area(outline, theme::FORBIDDEN, theme::FORBIDDEN_SHARE);
    sheet.line(vec![(x, frame.top), (x, y), (frame.right, y)], theme::LIMIT);
    if frame.paper.keyed {
        return;
    }
    let width = theme::width(label, LIMIT_LABEL);
    let whole = vec![label.clone()];
    let halves = balanced(label, LIMIT_LABEL, 0.65 * width);
    let place = |rows: Vec<String>, below: bool| {
        Some((corner_spot(body, frame, (x, y), &rows, below)?, rows))
    };
    let found = place(whole.clone(), false)
        .or_else(|| place(halves, false))
        .or_else(|| place(whole.clone(), true))
        .unwrap_or(((frame.right - 6.0, frame.top + CORNER_ROW), whole));
    let ((end, mut baseline), rows) = found;
    for row in rows {
        sheet.text((end, baseline), LIMIT_LABEL, Anchor::End, &row);
        baseline += CORNER_ROW;
    }
}

/// From one row of the forbidden area's label to the next.
const CORNER_ROW: f64 = 16.0;

/// The right end and the baseline of a label in rows where no line runs and no dot has its own:
/// from above, at the right end of the forbidden area and at its left one, or below it.
fn corner_spot(
    body: &Lines,
    frame: Frame,
    (x, y): (f64, f64),
    rows: &[String],
    below: bool,
) -> Option<(f64, f64)> {
    let width = rows.iter().map(|row| theme::width(row, LIMIT_LABEL)).fold(0.0, f64::max);
    let more = CORNER_ROW * number::float(number::count(rows.len() - 1));
    let box_of =
        |(end, row): (f64, f64)| [end - width - 3.0, row - 11.0, end + 3.0, row + more + 4.0];
    let free = |spot: &(f64, f64)| {
        let own = box_of(*spot);
        let dotted = body.dots.iter().any(|(lag, share, text)| {
            let (left, middle) = (frame.across(*lag), frame.up(&body.y, *share));
            let right = left + 16.0 + theme::width(text, Type::label(theme::BLUE));
            own[0] < right && left - DOT < own[2] && own[1] < middle + 2.0 && middle - 14.0 < own[3]
        });
        !dotted && crossed(body, frame, own) == 0
    };
    let inside = |spot: &(f64, f64)| {
        let own = box_of(*spot);
        let (from, to) = if below { (y, frame.bottom) } else { (frame.top, y) };
        own[0] > x && from < own[1] && own[3] < to
    };
    let all = (1_u32..).map(|row| frame.top + CORNER_ROW * f64::from(row));
    let all = all.take_while(|row| *row < frame.bottom);
    let spots = all.flat_map(|row| [frame.right - 6.0, x + 6.0 + width].map(|end| (end, row)));
    spots.filter(inside).find(free)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_on_one_line_are_told_briefly() {
        for (names, told) in [
            (&["jitter none", "jitter full"][..], "jitter none, full"),
            (&["gateways-1", "gateways-2"], "gateways-1, 2"),
            (&["gateways-3", "gateways-1", "gateways-2"], "gateways-1 to 3"),
            (&["gateways-0", "gateways-2", "gateways-3"], "gateways-0, 2, 3"),
            (&["quota-1s"], "quota-1s"),
        ] {
            assert_eq!(together(names), told);
        }
    }
}
