//! A sheet of marks: what is to be drawn, in order, in pixels with fractions.
use crate::report::safe::visible;
use crate::report::theme::{self, Colour, Pen, Type};

/// Something drawn.
#[derive(Clone, PartialEq, Debug)]
pub enum Mark {
    /// A line through points.
    Line {
        /// Its points.
        points: Vec<(f64, f64)>,
        /// How it is drawn.
        pen: Pen,
    },
    /// A filled area.
    Area {
        /// Its corners.
        points: Vec<(f64, f64)>,
        /// Of the area.
        colour: Colour,
        /// How much of the colour shows, from 0 to 1.
        share: f64,
    },
    /// A text on one line.
    Text {
        /// Where its anchor stands.
        x: f64,
        /// Its baseline.
        y: f64,
        /// How it is set.
        kind: Type,
        /// Which part of it stands at `x`.
        anchor: Anchor,
        /// What it says.
        text: String,
    },
    /// What follows is a part of the picture that a page can move or hide.
    Open(Part),
    /// The end of the part that was opened last.
    Close,
}

/// A part of a picture.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// A series, with its band and its label.
    Series(u16),
    /// What stands in the coordinate system of a panel: it moves with the x axis.
    Plot,
    /// Ticks and labels of the x axis.
    Ticks,
    /// Names of the phases.
    Phases,
    /// A line in a node's box that moves over time.
    Fact(u16),
    /// The link at this place, along which clients come.
    Way(u16),
}

/// Which part of a text stands at its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Anchor {
    /// Its begin.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// All marks of a chart.
#[derive(Clone, PartialEq, Debug)]
pub struct Sheet {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
    /// What it shows, for those who cannot see it.
    pub title: String,
    /// More of the same.
    pub description: String,
    /// What is drawn, the first lowest.
    pub marks: Vec<Mark>,
    /// Left, right, upper and lower end of all plots.
    pub plot: [f64; 4],
    /// Upper and lower end of each panel.
    pub panels: Vec<[f64; 2]>,
}

impl Sheet {
    /// Draws a part of the picture.
    pub(in crate::report) fn part(&mut self, part: Part, draw: impl FnOnce(&mut Self)) {
        self.marks.push(Mark::Open(part));
        draw(self);
        self.marks.push(Mark::Close);
    }

    pub(in crate::report) fn line(&mut self, points: Vec<(f64, f64)>, pen: Pen) {
        self.marks.push(Mark::Line { points, pen });
    }

    pub(in crate::report) fn rule(&mut self, from: (f64, f64), to: (f64, f64), colour: Colour) {
        let pen = Pen { stroke: colour, text: colour, width: 1.0, dash: &[] };
        self.line(vec![from, to], pen);
    }

    pub(in crate::report) fn area(&mut self, points: Vec<(f64, f64)>, colour: Colour, share: f64) {
        self.marks.push(Mark::Area { points, colour, share });
    }

    pub(in crate::report) fn rectangle(
        &mut self,
        from: (f64, f64),
        to: (f64, f64),
        colour: Colour,
    ) {
        self.area(vec![from, (to.0, from.1), to, (from.0, to.1)], colour, 1.0);
    }

    pub(in crate::report) fn text(
        &mut self,
        at: (f64, f64),
        kind: Type,
        anchor: Anchor,
        text: &str,
    ) {
        let (x, y) = at;
        self.marks.push(Mark::Text {
            x,
            y,
            kind,
            anchor,
            text: text.chars().map(visible).collect(),
        });
    }

    /// Where every text stands: left, top, right, bottom, what it says.
    pub fn text_boxes(&self) -> Vec<([f64; 4], &str)> {
        let texts = self.marks.iter().filter_map(|mark| match mark {
            Mark::Text { x, y, kind, anchor, text } => {
                let width = theme::width(text, *kind);
                let left = match anchor {
                    Anchor::Start => *x,
                    Anchor::Middle => x - width / 2.0,
                    Anchor::End => x - width,
                };
                let (top, bottom) = (y - 0.76 * kind.size, y + 0.1 * kind.size);
                Some(([left, top, left + width, bottom], text.as_str()))
            }
            Mark::Line { .. } | Mark::Area { .. } | Mark::Open(_) | Mark::Close => None,
        });
        texts.collect()
    }
}

/// Breaks a text into lines that are not wider than `width`.
pub(in crate::report) fn wrapped(text: &str, kind: Type, width: f64) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.last_mut().expect("there is a line");
        let longer = if last.is_empty() { word.to_owned() } else { format!("{last} {word}") };
        if last.is_empty() || theme::width(&longer, kind) <= width {
            *last = longer;
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// The same with lines of about equal length: no word stands alone.
pub(super) fn balanced(text: &str, kind: Type, width: f64) -> Vec<String> {
    let greedy = wrapped(text, kind, width);
    let shares = [0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95];
    let narrower = shares.into_iter().map(|share| wrapped(text, kind, width * share));
    narrower.into_iter().find(|lines| lines.len() == greedy.len()).unwrap_or(greedy)
}

/// Names in a row, cut until they fit: the longest first, so that each keeps its begin. Where even
/// that is too much, as short as they can be.
pub(super) fn evenly(text: &str, between: &str, fits: impl Fn(&str) -> bool) -> String {
    if fits(text) {
        return text.to_owned();
    }
    let parts: Vec<Vec<char>> = text.split(between).map(|part| part.chars().collect()).collect();
    let cut = |most: usize| {
        let one = |part: &Vec<char>| match part.get(..most) {
            Some(kept) if part.len() > most + 1 => kept.iter().collect::<String>() + "…",
            _ => part.iter().collect(),
        };
        parts.iter().map(one).collect::<Vec<String>>().join(between)
    };
    let (mut short, mut long) = (1, parts.iter().map(Vec::len).max().unwrap_or(1));
    while long - short > 1 {
        let middle = usize::midpoint(short, long);
        if fits(&cut(middle)) {
            short = middle;
        } else {
            long = middle;
        }
    }
    cut(short)
}

/// A text cut to a width, with an ellipsis where it was cut.
pub(in crate::report) fn fitted(text: &str, kind: Type, width: f64) -> String {
    if theme::width(text, kind) <= width {
        return text.to_owned();
    }
    // Halving what may stay: a name can be very long.
    let all: Vec<char> = text.chars().collect();
    let cut = |kept: usize| all[..kept].iter().collect::<String>() + "…";
    let (mut fits, mut wide) = (0, all.len());
    while wide - fits > 1 {
        let middle = usize::midpoint(fits, wide);
        if theme::width(&cut(middle), kind) <= width {
            fits = middle;
        } else {
            wide = middle;
        }
    }
    cut(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_a_row_keep_their_begins() {
        let cut = |most: usize| {
            evenly("none · 2 · least connections", " · ", |it| it.chars().count() <= most)
        };
        assert_eq!(cut(40), "none · 2 · least connections");
        assert_eq!(cut(20), "none · 2 · least co…");
        assert_eq!(cut(14), "no… · 2 · le…");
        // No more can be cut.
        assert_eq!(cut(3), "n… · 2 · l…");
    }
}
