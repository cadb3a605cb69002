//! How charts look: colours, widths, dashes, sizes. It knows nothing of what is drawn.
use plotters::style::RGBColor;

/// The page.
pub(super) const PAGE: RGBColor = RGBColor(0xff, 0xff, 0xff);
/// Text.
pub(super) const INK: RGBColor = RGBColor(0x1b, 0x1e, 0x23);
/// Secondary text and tick labels.
pub(super) const INK2: RGBColor = RGBColor(0x4f, 0x56, 0x61);
/// Axes, leaders and the median.
pub(super) const INK3: RGBColor = RGBColor(0x69, 0x71, 0x7d);
/// Grid lines.
pub(super) const GRID: RGBColor = RGBColor(0xe7, 0xea, 0xee);
/// The shade of a fault phase.
pub(super) const PHASE: RGBColor = RGBColor(0xfb, 0xf3, 0xe2);
/// The shade of recovery.
pub(super) const RECOVERY: RGBColor = RGBColor(0xfd, 0xfa, 0xf3);
/// The name of a phase.
pub(super) const PHASE_TEXT: RGBColor = RGBColor(0x7a, 0x56, 0x00);

/// Steps of one hue, from little to much.
pub(super) const RAMP: [RGBColor; 10] = [
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

/// How a series is drawn.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Stroke {
    /// The line's colour.
    pub(super) colour: RGBColor,
    /// The label's colour: a darker twin.
    pub(super) text: RGBColor,
    /// Width in pixels.
    pub(super) width: f64,
    /// Lengths of dash and gap in turn; empty for a solid line.
    pub(super) dash: &'static [f64],
}

/// The main series.
pub(super) const BLUE: Stroke = Stroke {
    colour: RGBColor(0x00, 0x72, 0xb2),
    text: RGBColor(0x00, 0x62, 0x9a),
    width: 2.25,
    dash: &[],
};
/// What went wrong, and the second series.
pub(super) const VERMILION: Stroke = Stroke {
    colour: RGBColor(0xd5, 0x5e, 0x00),
    text: RGBColor(0xb0, 0x4a, 0x00),
    width: 1.75,
    dash: &[7.0, 3.0],
};
/// The third series.
pub(super) const GREEN: Stroke = Stroke {
    colour: RGBColor(0x00, 0x9e, 0x73),
    text: RGBColor(0x00, 0x71, 0x4f),
    width: 1.75,
    dash: &[1.5, 4.0],
};
/// The fourth series.
pub(super) const PURPLE: Stroke = Stroke {
    colour: RGBColor(0xcc, 0x79, 0xa7),
    text: RGBColor(0x9c, 0x4a, 0x78),
    width: 1.75,
    dash: &[9.0, 3.0, 2.0, 3.0],
};
/// The fifth series.
pub(super) const SKY: Stroke = Stroke {
    colour: RGBColor(0x56, 0xb4, 0xe9),
    text: RGBColor(0x1c, 0x77, 0xab),
    width: 1.5,
    dash: &[5.0, 3.0],
};
/// Medians and what stands behind.
pub(super) const GREY: Stroke = Stroke { colour: INK3, text: INK2, width: 1.25, dash: &[] };

/// Series in the order in which they take their stroke.
pub(super) const SERIES: [Stroke; 6] = [BLUE, VERMILION, GREEN, PURPLE, SKY, GREY];

/// A solid twin of a stroke, for jagged lines.
pub(super) const fn solid(stroke: Stroke) -> Stroke {
    Stroke { dash: &[], ..stroke }
}

/// Width of a chart in pixels.
pub(super) const WIDTH: f64 = 740.0;
/// Chart text.
pub(super) const TEXT: f64 = 12.0;
/// Tick labels and footnotes.
pub(super) const SMALL: f64 = 11.0;
/// The headline.
pub(super) const HEADLINE: f64 = 16.0;
/// From one label of a line's end to the next.
pub(super) const LABEL_STEP: f64 = 13.5;

/// Fonts of a stand-alone picture.
pub(super) const FONT_STACK: &str = "Inter, system-ui, -apple-system, &apos;Segoe UI&apos;, \
     Roboto, &apos;Helvetica Neue&apos;, &apos;Noto Sans&apos;, Arial, sans-serif";
