//! Marks as SVG within a page: colours by name, so that one style sheet serves light, dark and
//! print. The same sheet gives the same text.
use super::sheet::{Anchor, Mark, Part, Sheet};
use crate::report::{
    palette,
    theme::{Colour, Pen},
};
use std::fmt::Write;

/// The drawing as an element; `id` is unique in the page, `class` says when it is shown.
pub fn inline(sheet: &Sheet, id: &str, class: &str) -> String {
    let (width, height) = (sheet.width, sheet.height);
    let mut out = format!(
        "<svg class=\"{class}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\" width=\"{width}\" \
         height=\"{height}\" viewBox=\"0 0 {width} {height}\"><title id=\"{id}-t\">{}</title>\
         <desc id=\"{id}-d\">{}</desc>",
        escaped(&sheet.title),
        escaped(&sheet.description),
    );
    let mut marks = sheet.marks.iter().peekable();
    while let Some(mark) = marks.next() {
        match mark {
            Mark::Open(part) => out += &opened(*part),
            Mark::Close => out += "</g>",
            Mark::Line { points, pen } => out += &line(points, *pen),
            Mark::Area { points, colour, share } if *share < 1.0 => {
                let fill = palette::name(*colour);
                let path = outline(points);
                out += &format!("<path class=\"f-{fill}\" fill-opacity=\"{share}\" d=\"{path}\"/>");
            }
            Mark::Area { points, colour, .. } => {
                // Equal colours that follow each other are one shape.
                let mut fills = vec![(*colour, outline(points))];
                while let Some(Mark::Area { points, colour, share: 1.0.. }) = marks.peek() {
                    add(&mut fills, *colour, &outline(points));
                    marks.next();
                }
                for (colour, path) in fills {
                    let fill = palette::name(colour);
                    out += &format!("<path class=\"f-{fill}\" d=\"{path}\"/>");
                }
            }
            Mark::Text { x, y, kind, anchor, text } => {
                let bold = if kind.bold { " b" } else { "" };
                let (fill, size) = (palette::name(kind.colour), kind.size);
                let anchor = match anchor {
                    Anchor::Start => "",
                    Anchor::Middle => " text-anchor=\"middle\"",
                    Anchor::End => " text-anchor=\"end\"",
                };
                out += &format!(
                    "<text class=\"f-{fill} s{size}{bold}\"{anchor} x=\"{}\" y=\"{}\">{}</text>",
                    tenths(*x),
                    tenths(*y),
                    escaped(text),
                );
            }
        }
    }
    out + "</svg>"
}

/// The begin of a part: its class, and which of several it is.
fn opened(part: Part) -> String {
    let (class, place) = match part {
        Part::Series(series) => ("s", Some(series)),
        Part::Plot => ("p", None),
        Part::Ticks => ("x", None),
        Part::Phases => ("ph", None),
        Part::Fact(fact) => ("f", Some(fact)),
        Part::Way(link) => ("k", Some(link)),
    };
    place.map_or_else(
        || format!("<g class=\"{class}\">"),
        |place| format!("<g class=\"{class}\" data-{class}=\"{place}\">"),
    )
}

/// Areas of one picture do not lie on each other unless the earlier is below: cells of a strip.
fn add(fills: &mut Vec<(Colour, String)>, colour: Colour, path: &str) {
    match fills.iter_mut().find(|(known, _)| *known == colour) {
        Some((_, known)) => *known += path,
        None => fills.push((colour, path.to_owned())),
    }
}

fn line(points: &[(f64, f64)], pen: Pen) -> String {
    let dash: Vec<String> = pen.dash.iter().map(ToString::to_string).collect();
    let dash = if dash.is_empty() {
        String::new()
    } else {
        format!(" stroke-dasharray=\"{}\"", dash.join(" "))
    };
    let (stroke, width) = (palette::name(pen.stroke), pen.width);
    let path = path(points);
    format!("<path class=\"l-{stroke}\" stroke-width=\"{width}\"{dash} d=\"{path}\"/>")
}

fn outline(points: &[(f64, f64)]) -> String {
    path(points) + "z"
}

/// A path through points, each relative to the last: short, and exact to a tenth of a pixel.
fn path(points: &[(f64, f64)]) -> String {
    let round = |&(x, y): &(f64, f64)| ((x * 10.0).round(), (y * 10.0).round());
    let mut out = String::new();
    let mut last = (0.0, 0.0);
    for (place, (x, y)) in points.iter().map(round).enumerate() {
        let (dx, dy) = ((x - last.0) / 10.0, (y - last.1) / 10.0);
        let step = match place {
            0 => write!(out, "M{dx} {dy}"),
            _ if dy == 0.0 => write!(out, "h{dx}"),
            _ if dx == 0.0 => write!(out, "v{dy}"),
            _ => write!(out, "l{dx} {dy}"),
        };
        step.expect("a text in memory is written");
        last = (x, y);
    }
    out
}

fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// Text for HTML and SVG alike.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            c => out.push(c),
        }
    }
    out
}
