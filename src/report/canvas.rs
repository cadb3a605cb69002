//! Where charts are drawn: pixels become SVG at ten times the size, or PNG at twice the size, by
//! the same calls. It knows neither axes nor results.
use super::theme::{self, Stroke};
use crate::engine::number;
use plotters::backend::{BitMapBackend, DrawingBackend, SVGBackend};
use plotters::style::{Color, FontStyle, RGBColor, TextStyle, register_font};
use plotters_backend::text_anchor::{HPos, Pos, VPos};
use std::sync::Once;

mod raster;
use raster::Raster;

/// Name of the bundled font.
const FAMILY: &str = "squall";
/// Plotters counts a font's size from descent to ascent; SVG text is divided by this.
const SVG_SIZE: f64 = 1.24;
/// The same of the bundled font itself.
const OWN_SIZE: f64 = 1.164;
/// SVG coordinates a pixel.
const FINE: f64 = 10.0;
/// Bitmap pixels a pixel before they are merged two by two.
const COARSE: f64 = 4.0;

/// Where a text hangs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Anchor {
    /// It begins at the point.
    Start,
    /// It is centred on the point.
    Middle,
    /// It ends at the point.
    End,
}

/// How a text looks.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Font {
    /// Height of the em in pixels.
    pub(super) size: f64,
    /// Bold.
    pub(super) bold: bool,
    /// Colour.
    pub(super) colour: RGBColor,
}

impl Font {
    /// A regular font.
    pub(super) const fn plain(size: f64, colour: RGBColor) -> Self {
        Self { size, bold: false, colour }
    }

    /// A bold font.
    pub(super) const fn bold(size: f64, colour: RGBColor) -> Self {
        Self { size, bold: true, colour }
    }

    fn style(self, size: f64) -> TextStyle<'static> {
        let weight = if self.bold { FontStyle::Bold } else { FontStyle::Normal };
        let mut style = TextStyle::from((FAMILY, size, weight));
        style.color = self.colour.to_backend_color();
        style
    }

    /// The width of a text in pixels, in the bundled font (a wide one).
    pub(super) fn width(self, text: &str) -> f64 {
        register();
        let style = self.style(self.size * OWN_SIZE * 100.0);
        style
            .font
            .layout_box(text)
            .map_or(0.0, |((left, _), (right, _))| f64::from(right - left) / 100.0)
    }

    /// Breaks a text into lines of at most `width` pixels.
    pub(super) fn wrap(self, text: &str, width: f64) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split(' ') {
            match lines.last_mut() {
                Some(line) if self.width(&format!("{line} {word}")) <= width => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        lines
    }
}

/// A place to draw on; lengths are pixels, the origin is at the top left.
pub(super) struct Canvas<B: DrawingBackend> {
    backend: B,
    scale: f64,
    /// Size of a font, and how far its top is over the baseline, in em.
    font: (f64, f64),
    /// Whether every call went well.
    failed: bool,
}

impl<B: DrawingBackend> Canvas<B> {
    fn at(&self, (x, y): (f64, f64)) -> (i32, i32) {
        (number::pixel(x * self.scale), number::pixel(y * self.scale))
    }

    /// Fills a rectangle.
    pub(super) fn rect(&mut self, from: (f64, f64), to: (f64, f64), colour: RGBColor) {
        let (from, to) = (self.at(from), self.at(to));
        self.failed |= self.backend.draw_rect(from, to, &colour, true).is_err();
    }

    /// Fills a polygon.
    pub(super) fn polygon(&mut self, points: &[(f64, f64)], colour: RGBColor, alpha: f64) {
        let points: Vec<_> = points.iter().map(|&point| self.at(point)).collect();
        self.failed |= self.backend.fill_polygon(points, &colour.mix(alpha)).is_err();
    }

    /// Fills a circle.
    pub(super) fn dot(&mut self, centre: (f64, f64), radius: f64, colour: RGBColor) {
        let (centre, radius) = (self.at(centre), number::whole(radius * self.scale));
        let radius = u32::try_from(radius).unwrap_or(u32::MAX);
        self.failed |= self.backend.draw_circle(centre, radius, &colour, true).is_err();
    }

    /// Draws a solid line of straight pieces.
    pub(super) fn line(&mut self, points: &[(f64, f64)], width: f64, colour: RGBColor) {
        let mut path: Vec<_> = points.iter().map(|&point| self.at(point)).collect();
        path.dedup();
        let width = u32::try_from(number::whole(width * self.scale)).unwrap_or(u32::MAX);
        let style = colour.stroke_width(width.max(1));
        self.failed |= self.backend.draw_path(path, &style).is_err();
    }

    /// Draws a line with its dashes.
    pub(super) fn stroke(&mut self, points: &[(f64, f64)], stroke: Stroke) {
        if stroke.dash.is_empty() {
            return self.line(points, stroke.width, stroke.colour);
        }
        for dash in dashes(points, stroke.dash) {
            self.line(&dash, stroke.width, stroke.colour);
        }
    }

    /// Writes a text with its baseline at a point.
    pub(super) fn text(&mut self, at: (f64, f64), anchor: Anchor, font: Font, text: &str) {
        let h_pos = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let (size, lift) = self.font;
        let style = font.style(font.size * self.scale * size).pos(Pos::new(h_pos, VPos::Top));
        let at = self.at((at.0, at.1 - font.size * lift));
        self.failed |= self.backend.draw_text(text, &style, at).is_err();
    }
}

/// Cuts a line into its dashes.
fn dashes(points: &[(f64, f64)], pattern: &[f64]) -> Vec<Vec<(f64, f64)>> {
    let mut pieces = Vec::new();
    let (mut turn, mut left) = (0, pattern[0]);
    let mut piece: Vec<(f64, f64)> = points.first().copied().into_iter().collect();
    for pair in points.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let length = libm::hypot(to.0 - from.0, to.1 - from.1);
        let mut done = 0.0;
        while length - done > left {
            done += left;
            let share = done / length;
            let cut = (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1));
            if turn % 2 == 0 {
                piece.push(cut);
                pieces.push(std::mem::take(&mut piece));
            } else {
                piece = vec![cut];
            }
            turn = (turn + 1) % pattern.len();
            left = pattern[turn];
        }
        left -= length - done;
        if turn % 2 == 0 {
            piece.push(to);
        }
    }
    if turn % 2 == 0 && piece.len() > 1 {
        pieces.push(piece);
    }
    pieces
}

fn register() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let regular = include_bytes!("fonts/DejaVuSans.ttf");
        let bold = include_bytes!("fonts/DejaVuSans-Bold.ttf");
        let regular = register_font(FAMILY, FontStyle::Normal, regular);
        let bold = register_font(FAMILY, FontStyle::Bold, bold);
        assert!(regular.is_ok() && bold.is_ok(), "the bundled fonts can be read");
    });
}

/// A drawing, for any backend.
pub(super) trait Draw {
    /// Its size in pixels.
    fn size(&self) -> (f64, f64);
    /// Draws it.
    fn draw<B: DrawingBackend>(&self, canvas: &mut Canvas<B>);
}

fn size(picture: &impl Draw, scale: f64) -> (u32, u32) {
    let (width, height) = picture.size();
    let round = |length: f64| u32::try_from(number::whole(length * scale)).unwrap_or(u32::MAX);
    (round(width), round(height))
}

/// The drawing as SVG, with a title and a description for those who listen to it.
pub(super) fn svg(picture: &impl Draw, title: &str, description: &str) -> String {
    register();
    let mut buffer = String::new();
    let extent = size(picture, FINE);
    let backend = SVGBackend::with_string(&mut buffer, extent);
    let mut canvas = Canvas { backend, scale: FINE, font: (SVG_SIZE, 0.76), failed: false };
    picture.draw(&mut canvas);
    canvas.failed |= canvas.backend.present().is_err();
    assert!(!canvas.failed, "drawing into a string cannot fail");
    drop(canvas);
    let body = buffer.split_once('>').map_or("", |(_, body)| body);
    let body = body.replace(&format!("font-family=\"{FAMILY}\" "), "").replace(">\n", ">");
    let (width, height) = size(picture, 1.0);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {} {}\" role=\"img\" font-family=\"{}\" stroke-linejoin=\"round\" \
         stroke-linecap=\"butt\"><title>{}</title><desc>{}</desc>\n{}\n",
        extent.0,
        extent.1,
        theme::FONT_STACK,
        escape(title),
        escape(description),
        body.replace("/><", "/>\n<").replace("\n</text>", "</text>\n")
    )
}

/// The drawing as PNG.
pub(super) fn png(picture: &impl Draw) -> Vec<u8> {
    register();
    let (width, height) = size(picture, COARSE);
    let mut pixels = vec![0xff; number::index(width) * number::index(height) * 3];
    let backend = Raster(BitMapBackend::with_buffer(&mut pixels, (width, height)));
    // Plotters puts the baseline half a font's size under the top of a bitmap's text.
    let font = (OWN_SIZE, OWN_SIZE / 2.0);
    let mut canvas = Canvas { backend, scale: COARSE, font, failed: false };
    picture.draw(&mut canvas);
    assert!(!canvas.failed, "drawing into a buffer cannot fail");
    drop(canvas);
    raster::encode(&raster::halve(&pixels, width, height), width / 2, height / 2)
}

/// Escapes a text for XML; signs that XML forbids are left out.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            '\t' | '\n' => safe.push(' '),
            sign if sign.is_control() => {}
            sign => safe.push(sign),
        }
    }
    safe
}
