//! A chart as plain data, before it is drawn: words, panels, marks.
use super::axis::Axis;
use crate::report::theme::Stroke;

/// A chart: words round panels that share x.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Sheet {
    /// File stem.
    pub(super) name: &'static str,
    /// The finding.
    pub(super) headline: String,
    /// What is plotted, unit, bin width, scale.
    pub(super) subtitle: String,
    /// n, seed, what bands mean.
    pub(super) footnote: String,
    /// The axis below.
    pub(super) x: Axis,
    /// Shades behind all panels.
    pub(super) shades: Vec<Shade>,
    /// From top to bottom.
    pub(super) panels: Vec<Panel>,
}

/// A stretch of time behind the panels.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Shade {
    /// Its begin in seconds.
    pub(super) start: f64,
    /// Its end in seconds.
    pub(super) end: f64,
    /// What stands above it.
    pub(super) label: String,
    /// Paler, for recovery.
    pub(super) pale: bool,
}

/// One frame.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Panel {
    /// What it shows, with unit; above the axis.
    pub(super) unit: String,
    /// Height of the frame in pixels.
    pub(super) height: f64,
    /// What y means; `None` for strips, whose rows have names.
    pub(super) y: Option<Axis>,
    /// What is drawn, from back to front.
    pub(super) marks: Vec<Mark>,
}

/// What is drawn in a panel.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Mark {
    /// A line with gaps, labelled at its end.
    Line {
        /// Its pieces.
        pieces: Vec<Vec<(f64, f64)>>,
        /// How it looks.
        stroke: Stroke,
        /// What stands at its end; empty for none.
        label: String,
    },
    /// The area between two lines.
    Band {
        /// (x, low, high).
        points: Vec<(f64, f64, f64)>,
        /// Whose colour it has.
        stroke: Stroke,
        /// How opaque it is.
        alpha: f64,
        /// What stands at its end; empty for none.
        label: String,
    },
    /// A point with its value.
    Point {
        /// Where.
        at: (f64, f64),
        /// Whose colour it has.
        stroke: Stroke,
        /// What stands beside it.
        label: String,
    },
    /// Rows of cells, darker for more.
    Strip(Strip),
}

/// A heat strip.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Strip {
    /// Heads of the columns of numbers at the right.
    pub(super) heads: Vec<String>,
    /// From top to bottom.
    pub(super) rows: Vec<Row>,
}

/// A row of a heat strip.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Row {
    /// Its name, at the left.
    pub(super) name: String,
    /// (begin, end, step of the ramp); equal neighbours are one.
    pub(super) cells: Vec<(f64, f64, usize)>,
    /// Numbers at the right, below the heads.
    pub(super) numbers: Vec<String>,
}

impl Panel {
    /// What stands at the ends of lines and bands.
    pub(super) fn labels(&self) -> Vec<(f64, f64, &str, Stroke)> {
        let mut labels = Vec::new();
        for mark in &self.marks {
            let (end, label, stroke) = match mark {
                Mark::Line { pieces, stroke, label } => {
                    let end = pieces.last().and_then(|piece| piece.last()).copied();
                    (end, label, stroke)
                }
                Mark::Band { points, stroke, label, .. } => {
                    let end = points.last().map(|&(x, low, high)| (x, f64::midpoint(low, high)));
                    (end, label, stroke)
                }
                Mark::Point { .. } | Mark::Strip(_) => continue,
            };
            if let (Some((x, y)), false) = (end, label.is_empty()) {
                labels.push((x, y, label.as_str(), *stroke));
            }
        }
        labels
    }

    /// Its strip, if it has one.
    pub(super) fn strip(&self) -> Option<&Strip> {
        self.marks.iter().find_map(|mark| match mark {
            Mark::Strip(strip) => Some(strip),
            Mark::Line { .. } | Mark::Band { .. } | Mark::Point { .. } => None,
        })
    }
}
