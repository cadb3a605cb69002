//! How charts look: colours, strokes, type, sizes. The only place that knows.
//!
//! Lengths are CSS pixels of a chart 740 wide. Series colours are Okabe and Ito's; their `text`
//! twins are darker, at least 4.5:1 on white.
use plotters::style::{FontDesc, FontFamily, FontStyle, RGBColor, register_font};
use std::sync::Once;

/// Width of every chart.
pub const WIDTH: f64 = 740.0;
/// Height of a panel that stands alone.
pub const SINGLE: f64 = 220.0;
/// Height of one of two panels.
pub const STACKED: f64 = 140.0;
/// Height of one of many panels.
pub const SMALL: f64 = 96.0;
/// Free space around a chart.
pub const MARGIN: f64 = 16.0;
/// Half the side of a mark: a point of a sweep, of a front.
pub const DOT: f64 = 3.0;
/// Between labels at line ends.
pub const LABEL_PITCH: f64 = 13.5;

/// What stands in the SVG; the bundled font is the measure, and the fall-back by name.
pub const FONT_STACK: &str = "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, \
    'Helvetica Neue', 'Noto Sans', 'DejaVu Sans', Arial, sans-serif";

/// A colour.
pub type Colour = RGBColor;

/// The page.
pub const PAGE: Colour = RGBColor(0xff, 0xff, 0xff);
/// Text, capacity and limits.
pub const INK: Colour = RGBColor(0x1b, 0x1e, 0x23);
/// Secondary text, tick labels.
pub const INK2: Colour = RGBColor(0x4f, 0x56, 0x61);
/// Axes, leaders, p50.
pub const INK3: Colour = RGBColor(0x69, 0x71, 0x7d);
/// Hairlines.
pub const GRID: Colour = RGBColor(0xe7, 0xea, 0xee);
/// Where something happens.
pub const PHASE: Colour = RGBColor(0xfb, 0xf3, 0xe2);
/// Where its consequences last.
pub const RECOVERY: Colour = RGBColor(0xfd, 0xfa, 0xf3);
/// Its upper edge.
pub const PHASE_EDGE: Colour = RGBColor(0xe9, 0xd9, 0xb4);
/// What an objective forbids.
pub const FORBIDDEN: Colour = RGBColor(0xD5, 0x5E, 0x00);
/// A budget that is more than half used.
pub const WARM: Colour = RGBColor(0xE6, 0x9F, 0x00);
/// How much of it shows.
pub const FORBIDDEN_SHARE: f64 = 0.07;
/// How much of a band's colour shows.
pub const BAND_SHARE: f64 = 0.2;

/// How a line is drawn.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pen {
    /// Of the line.
    pub stroke: Colour,
    /// Of its label.
    pub text: Colour,
    /// Of the line.
    pub width: f64,
    /// Drawn and left out, in turn; empty: solid.
    pub dash: &'static [f64],
}

const fn pen(stroke: Colour, text: Colour, width: f64, dash: &'static [f64]) -> Pen {
    Pen { stroke, text, width, dash }
}

/// The line a chart is about.
pub const BLUE: Pen = pen(RGBColor(0x00, 0x72, 0xB2), RGBColor(0x00, 0x62, 0x9a), 2.25, &[]);
/// What goes wrong.
pub const VERMILION: Pen =
    pen(RGBColor(0xD5, 0x5E, 0x00), RGBColor(0xb0, 0x4a, 0x00), 1.75, &[7.0, 3.0]);
/// A third line.
pub const GREEN: Pen =
    pen(RGBColor(0x00, 0x9E, 0x73), RGBColor(0x00, 0x71, 0x4f), 1.75, &[1.5, 4.0]);
/// A fourth line.
pub const PURPLE: Pen =
    pen(RGBColor(0xCC, 0x79, 0xA7), RGBColor(0x9c, 0x4a, 0x78), 1.75, &[9.0, 3.0, 2.0, 3.0]);
/// A fifth line.
pub const SKY: Pen = pen(RGBColor(0x56, 0xB4, 0xE9), RGBColor(0x1a, 0x73, 0xa6), 1.5, &[5.0, 3.0]);
/// What the others are held against.
pub const GREY: Pen = pen(INK3, INK2, 1.25, &[]);
/// The largest, beyond p99.
pub const EXTREME: Pen =
    pen(RGBColor(0xCC, 0x79, 0xA7), RGBColor(0x9c, 0x4a, 0x78), 1.5, &[1.5, 3.5]);
/// What can be done at most.
pub const CAPACITY: Pen = pen(INK, INK, 1.25, &[]);
/// The frame of a cell without a number.
pub const EMPTY: Pen = pen(INK3, INK2, 1.0, &[2.0, 3.0]);
/// The ring where two lines cross.
pub const RING: Pen = pen(INK, INK, 1.5, &[]);
/// An objective's limit.
pub const LIMIT: Pen = pen(INK, INK, 1.0, &[2.0, 3.0]);

/// What is shown to be better than what it is held against: of a forest plot's intervals, of a
/// tornado's sides, of the points on a Pareto front.
pub const BETTER: Pen = BLUE;
/// What is shown to be worse.
pub const WORSE: Pen = VERMILION.solid();
/// What is not shown to be either.
pub const UNDECIDED: Pen = GREY.wide(1.75);

/// Lines of equal rank, in order.
pub const EQUALS: [Pen; 5] = [BLUE, VERMILION, GREEN, PURPLE, SKY];

impl Pen {
    /// The same without dashes: on a jagged line they turn to noise.
    #[must_use]
    pub const fn solid(self) -> Self {
        Self { dash: &[], ..self }
    }

    /// The same at another width.
    #[must_use]
    pub const fn wide(self, width: f64) -> Self {
        Self { width, ..self }
    }
}

/// From little to much: more is further from the page.
pub const RAMP: [Colour; 10] = [
    RGBColor(0xef, 0xf4, 0xf8),
    RGBColor(0xdb, 0xe8, 0xf2),
    RGBColor(0xc3, 0xda, 0xeb),
    RGBColor(0xa3, 0xc9, 0xe2),
    RGBColor(0x7d, 0xb4, 0xd6),
    RGBColor(0x4f, 0x93, 0xc2),
    RGBColor(0x2f, 0x7a, 0xb0),
    RGBColor(0x1a, 0x61, 0x99),
    RGBColor(0x0d, 0x4a, 0x7e),
    RGBColor(0x07, 0x33, 0x5c),
];

/// How text is set.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Type {
    /// Of the em.
    pub size: f64,
    /// Whether it is bold.
    pub bold: bool,
    /// Of the text.
    pub colour: Colour,
}

/// The finding.
pub const HEADLINE: Type = Type { size: 17.0, bold: true, colour: INK };
/// What is plotted.
pub const SUBTITLE: Type = Type { size: 13.0, bold: false, colour: INK2 };
/// What an axis measures.
pub const AXIS_NAME: Type = Type { size: 12.0, bold: false, colour: INK2 };
/// Tick labels.
pub const TICK: Type = Type { size: 12.0, bold: false, colour: INK2 };
/// The name of a bar.
pub const BAR_NAME: Type = Type { size: 12.0, bold: false, colour: INK };
/// The name of a sum.
pub const TICK_STRONG: Type = Type { size: 12.0, bold: true, colour: INK };
/// The number behind a bar.
pub const VALUE: Type = Type { size: 12.0, bold: true, colour: INK };
/// Numbers beside a strip.
pub const CELL: Type = Type { size: 11.0, bold: false, colour: INK2 };
/// A number in a light cell.
pub const IN_CELL: Type = Type { size: 12.0, bold: false, colour: INK };
/// A number in a dark cell.
pub const ON_DARK: Type = Type { size: 12.0, bold: false, colour: PAGE };
/// The name of a phase.
pub const PHASE_NAME: Type = Type { size: 12.0, bold: false, colour: INK2 };
/// How many, which seed, what the band means.
pub const NOTE: Type = Type { size: 11.0, bold: false, colour: INK3 };

impl Type {
    /// The label of a line.
    pub const fn label(pen: Pen) -> Self {
        Self { size: 12.0, bold: true, colour: pen.text }
    }

    /// The same in bold.
    #[must_use]
    pub const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }
}

/// The name under which plotters knows the bundled font.
pub(super) const FONT: &str = "squall";
/// Ascender to descender over the em, of the bundled font: plotters' bitmaps set text by it.
pub(super) const FONT_HEIGHT: f64 = 1.164;

const REGULAR: &[u8] = include_bytes!("fonts/DejaVuSans.ttf");
const BOLD: &[u8] = include_bytes!("fonts/DejaVuSans-Bold.ttf");

/// Registers the bundled font; does nothing from the second time on.
pub(super) fn register() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for (style, bytes) in [(FontStyle::Normal, REGULAR), (FontStyle::Bold, BOLD)] {
            assert!(register_font(FONT, style, bytes).is_ok(), "the bundled font is a font");
        }
    });
}

/// Texts are measured so much larger: plotters gives whole pixels.
const ZOOM: f64 = 64.0;

/// The width of a text in pixels, in the bundled font: the widest of the stack.
pub fn width(text: &str, kind: Type) -> f64 {
    register();
    let style = if kind.bold { FontStyle::Bold } else { FontStyle::Normal };
    let font = FontDesc::new(FontFamily::Name(FONT), kind.size * ZOOM * FONT_HEIGHT, style);
    font.box_size(text).map_or(0.0, |(width, _)| f64::from(width) / ZOOM)
}
