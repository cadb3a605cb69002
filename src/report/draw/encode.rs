//! Marks drawn by plotters, as SVG and as PNG, in memory: a failed draw leaves no half file.
use super::sheet::{Anchor, Mark, Sheet};
use crate::{
    engine::number,
    report::theme::{self, FONT, FONT_HEIGHT, FONT_STACK, Pen, Type},
};
use plotters::{
    coord::Shift,
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

/// SVG coordinates are whole: units a pixel.
const SVG_UNITS: f64 = 10.0;
/// The bitmap is drawn so many times larger than it is kept, which smooths its edges.
const SMOOTH: u32 = 4;
/// Pixels that are looked at together when the bitmap is made smaller.
const PIECE: usize = 16;
/// Pixels of a PNG for a pixel of the chart.
const PNG_SCALE: u32 = 2;

/// How a backend sets text. Both put the top of a text at its place, each in its own way.
#[derive(Clone, Copy)]
struct Setting {
    /// Units a pixel.
    units: f64,
    /// plotters' size of a text over its em.
    size: f64,
    /// From a text's place down to its baseline, over plotters' size.
    baseline: f64,
    /// Whether a line is drawn piece by piece with round joints: the bitmaps of plotters draw
    /// spikes at sharp angles.
    joints: bool,
}

/// plotters' SVG divides the size by 1.24 and puts the baseline 0.76 em down.
const SVG: Setting = Setting { units: SVG_UNITS, size: 1.24, baseline: 0.76 / 1.24, joints: false };

/// The chart as SVG; the same sheet gives the same bytes.
pub fn svg(sheet: &Sheet) -> Vec<u8> {
    theme::register();
    let (width, height) = size(sheet, SVG_UNITS);
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, (width, height)).into_drawing_area();
        draw(sheet, &area, SVG).expect("drawing into memory does not fail");
    }
    dressed(&text, sheet).into_bytes()
}

/// The chart as PNG, at twice its size; the same sheet gives the same bytes.
pub fn png(sheet: &Sheet) -> Vec<u8> {
    theme::register();
    let units = f64::from(PNG_SCALE * SMOOTH);
    let (width, height) = size(sheet, units);
    let bytes = number::place(u64::from(width) * u64::from(height) * 3);
    let mut large = vec![0xff; bytes];
    // plotters' bitmaps put the baseline half the size down.
    let setting = Setting { units, size: FONT_HEIGHT, baseline: 0.5, joints: true };
    {
        let area = BitMapBackend::with_buffer(&mut large, (width, height)).into_drawing_area();
        draw(sheet, &area, setting).expect("drawing into memory does not fail");
    }
    let small = smoothed(&large, width);
    encoded(&small, width / SMOOTH, height / SMOOTH)
}

/// The size of a sheet in units.
fn size(sheet: &Sheet, units: f64) -> (u32, u32) {
    let round = |pixels: f64| number::low(number::whole(pixels.ceil() * units));
    (round(sheet.width), round(sheet.height))
}

type Failure<B> = DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>;

fn draw<B: DrawingBackend>(
    sheet: &Sheet,
    area: &DrawingArea<B, Shift>,
    setting: Setting,
) -> Result<(), Failure<B>> {
    area.fill(&theme::PAGE)?;
    let place =
        |&(x, y): &(f64, f64)| (number::pixel(x * setting.units), number::pixel(y * setting.units));
    for mark in &sheet.marks {
        match mark {
            Mark::Line { points, pen } => {
                let width = number::low(number::whole(pen.width * setting.units)).max(1);
                let style = pen.stroke.stroke_width(width);
                for dash in dashes(points, *pen) {
                    let dash: Vec<(i32, i32)> = dash.iter().map(place).collect();
                    if setting.joints {
                        jointed(area, &dash, style)?;
                    } else {
                        area.draw(&PathElement::new(dash, style))?;
                    }
                }
            }
            Mark::Open(_) | Mark::Close => {}
            Mark::Area { points, colour, share } => {
                let corners: Vec<(i32, i32)> = points.iter().map(place).collect();
                area.draw(&Polygon::new(corners, colour.mix(*share).filled()))?;
            }
            Mark::Text { x, y, kind, anchor, text } => {
                let em = kind.size * setting.units;
                let top = y * setting.units - em * setting.size * setting.baseline;
                let at = (number::pixel(x * setting.units), number::pixel(top));
                area.draw(&Text::new(text.as_str(), at, style(*kind, em * setting.size, *anchor)))?;
            }
        }
    }
    area.present()
}

/// A line piece by piece, with a disc on each joint.
fn jointed<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    points: &[(i32, i32)],
    style: ShapeStyle,
) -> Result<(), Failure<B>> {
    for pair in points.windows(2).filter(|pair| pair[0] != pair[1]) {
        area.draw(&PathElement::new(pair.to_vec(), style))?;
    }
    let inner = points.get(1..points.len().saturating_sub(1)).unwrap_or_default();
    for &joint in inner {
        let disc = Circle::new(joint, style.stroke_width / 2, style.color.filled());
        area.draw(&disc)?;
    }
    Ok(())
}

fn style(kind: Type, size: f64, anchor: Anchor) -> TextStyle<'static> {
    let weight = if kind.bold { FontStyle::Bold } else { FontStyle::Normal };
    let side = match anchor {
        Anchor::Start => HPos::Left,
        Anchor::Middle => HPos::Center,
        Anchor::End => HPos::Right,
    };
    let font = FontDesc::new(FontFamily::Name(FONT), size, weight);
    TextStyle { font, color: kind.colour.to_backend_color(), pos: Pos::new(side, VPos::Top) }
}

/// The drawn pieces of a line: all of it, or its dashes.
fn dashes(points: &[(f64, f64)], pen: Pen) -> Vec<Vec<(f64, f64)>> {
    if pen.dash.is_empty() || points.len() < 2 {
        return vec![points.to_vec()];
    }
    let mut pieces = vec![vec![points[0]]];
    let (mut phase, mut left) = (0, pen.dash[0]);
    for pair in points.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let length = libm::hypot(to.0 - from.0, to.1 - from.1);
        let mut done = 0.0;
        while length - done > left {
            done += left;
            let share = done / length;
            let at = (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
            extend(&mut pieces, phase, at);
            phase = (phase + 1) % pen.dash.len();
            left = pen.dash[phase];
            if phase % 2 == 0 {
                pieces.push(vec![at]);
            }
        }
        left -= length - done;
        extend(&mut pieces, phase, to);
    }
    pieces.retain(|piece| piece.len() > 1);
    pieces
}

/// Adds a point to the piece that is being drawn; odd phases are gaps.
fn extend(pieces: &mut [Vec<(f64, f64)>], phase: usize, at: (f64, f64)) {
    if let (0, Some(piece)) = (phase % 2, pieces.last_mut()) {
        piece.push(at);
    }
}

/// Means of squares of `SMOOTH` by `SMOOTH` pixels.
fn smoothed(large: &[u8], width: u32) -> Vec<u8> {
    let (step, stride) = (number::index(SMOOTH), number::index(width) * 3);
    let columns = number::index(width / SMOOTH);
    let mut small = Vec::with_capacity(large.len() / (step * step));
    let (paper, area) = ([0xff; PIECE * 3 * SMOOTH as usize], SMOOTH * SMOOTH);
    let mut sums = [0_u32; PIECE * 3];
    for rows in large.chunks_exact(stride * step) {
        for from in (0..columns).step_by(PIECE) {
            let many = PIECE.min(columns - from) * 3;
            let mut parts =
                rows.chunks_exact(stride).map(|row| &row[from * step * 3..][..many * step]);
            // Most of a chart is empty: it is compared as a whole, not added up.
            if parts.all(|part| part == &paper[..many * step]) {
                small.extend_from_slice(&paper[..many]);
                continue;
            }
            sums.fill(0);
            for row in rows.chunks_exact(stride) {
                let part = &row[from * step * 3..][..many * step];
                for (sum, pixels) in sums.chunks_exact_mut(3).zip(part.chunks_exact(step * 3)) {
                    for (place, &value) in pixels.iter().enumerate() {
                        sum[place % 3] += u32::from(value);
                    }
                }
            }
            let means = sums[..many].iter().map(|sum| number::low8((sum + area / 2) / area));
            small.extend(means);
        }
    }
    small
}

fn encoded(pixels: &[u8], width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().expect("a header in memory is written");
    writer.write_image_data(pixels).expect("pixels in memory are written");
    writer.finish().expect("an image in memory is finished");
    bytes
}

/// Gives the drawing its size in pixels, its words for those who cannot see, and a font stack.
fn dressed(text: &str, sheet: &Sheet) -> String {
    let (width, height) = size(sheet, 1.0);
    let (across, down) = size(sheet, SVG_UNITS);
    let attributes = [
        ("xmlns", "http://www.w3.org/2000/svg".to_owned()),
        ("width", width.to_string()),
        ("height", height.to_string()),
        ("viewBox", format!("0 0 {across} {down}")),
        ("role", "img".to_owned()),
        ("stroke-linejoin", "round".to_owned()),
        ("font-family", FONT_STACK.to_owned()),
    ];
    let attributes = attributes.map(|(name, value)| format!(" {name}=\"{value}\"")).concat();
    let title = escaped(&sheet.title);
    let description = escaped(&sheet.description);
    let head = format!("<svg{attributes}>\n<title>{title}</title>\n<desc>{description}</desc>");
    let body = text.split_once('>').map_or("", |(_, body)| body);
    let body = rounded_sizes(&body.replace(&format!(" font-family=\"{FONT}\""), ""));
    let end = if body.ends_with('\n') { "" } else { "\n" };
    head + &body + end
}

/// Font sizes without the dust of a multiplication and a division.
fn rounded_sizes(body: &str) -> String {
    const KEY: &str = "font-size=\"";
    let mut parts = body.split(KEY);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (size, rest) = part.split_once('"').unwrap_or((part, ""));
        let size: f64 = size.parse().unwrap_or_default();
        out.push_str(&format!("{KEY}{size:.0}\"{rest}"));
    }
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
