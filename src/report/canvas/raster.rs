//! Bitmaps without artefacts: lines of any width with round joints, smooth edges by halving.
use crate::engine::number;
use plotters::backend::{BitMapBackend, DrawingBackend};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, DrawingErrorKind as Failure};

/// A bitmap whose wide lines are drawn piece by piece: plotters makes one polygon of the whole
/// line, which tears where a jagged line turns sharply.
pub(super) struct Raster<'a>(pub(super) BitMapBackend<'a>);

impl<'a> DrawingBackend for Raster<'a> {
    type ErrorType = <BitMapBackend<'a> as DrawingBackend>::ErrorType;

    fn get_size(&self) -> (u32, u32) {
        self.0.get_size()
    }

    fn ensure_prepared(&mut self) -> Result<(), Failure<Self::ErrorType>> {
        self.0.ensure_prepared()
    }

    fn present(&mut self) -> Result<(), Failure<Self::ErrorType>> {
        self.0.present()
    }

    fn draw_pixel(
        &mut self,
        point: BackendCoord,
        color: BackendColor,
    ) -> Result<(), Failure<Self::ErrorType>> {
        self.0.draw_pixel(point, color)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Result<(), Failure<Self::ErrorType>> {
        // The bitmap counts the last row and column in, SVG does not.
        self.0.draw_rect(from, ((to.0 - 1).max(from.0), (to.1 - 1).max(from.1)), style, fill)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Result<(), Failure<Self::ErrorType>> {
        let points: Vec<BackendCoord> = path.into_iter().collect();
        let half = f64::from(style.stroke_width()) / 2.0;
        for pair in points.windows(2) {
            self.fill_polygon(ribbon(pair[0], pair[1], half), &style.color())?;
        }
        for &joint in points.get(1..points.len().saturating_sub(1)).unwrap_or_default() {
            self.fill_polygon(disc(joint, half), &style.color())?;
        }
        Ok(())
    }
}

/// The rectangle round one piece of a line.
fn ribbon(from: BackendCoord, to: BackendCoord, half: f64) -> [BackendCoord; 4] {
    let (dx, dy) = (f64::from(to.0 - from.0), f64::from(to.1 - from.1));
    let length = libm::hypot(dx, dy).max(1.0);
    let (nx, ny) = (-dy / length * half, dx / length * half);
    let shift = |at: BackendCoord, side: f64| {
        let (x, y) = (f64::from(at.0) + side * nx, f64::from(at.1) + side * ny);
        (number::pixel(x), number::pixel(y))
    };
    [shift(from, 1.0), shift(to, 1.0), shift(to, -1.0), shift(from, -1.0)]
}

/// A polygon of eight corners round a joint.
fn disc(centre: BackendCoord, radius: f64) -> [BackendCoord; 8] {
    const TURN: [(f64, f64); 8] = [
        (1.0, 0.0),
        (0.707, 0.707),
        (0.0, 1.0),
        (-0.707, 0.707),
        (-1.0, 0.0),
        (-0.707, -0.707),
        (0.0, -1.0),
        (0.707, -0.707),
    ];
    TURN.map(|(x, y)| {
        let (x, y) = (f64::from(centre.0) + x * radius, f64::from(centre.1) + y * radius);
        (number::pixel(x), number::pixel(y))
    })
}

/// Merges pixels two by two.
pub(super) fn halve(pixels: &[u8], width: u32, height: u32) -> Vec<u8> {
    let row = number::index(width) * 3;
    let (columns, rows) = (number::index(width / 2), number::index(height / 2));
    let mut merged = Vec::with_capacity(columns * rows * 3);
    for y in 0..rows {
        for x in 0..columns {
            for channel in 0..3 {
                let at = 2 * y * row + 6 * x + channel;
                let four = [at, at + 3, at + row, at + row + 3];
                let sum: u32 = four.iter().map(|&at| u32::from(pixels[at])).sum();
                merged.push(number::low8((sum + 2) / 4));
            }
        }
    }
    merged
}

/// Encodes RGB pixels.
pub(super) fn encode(pixels: &[u8], width: u32, height: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(pixels));
    assert!(written.is_ok(), "encoding into a buffer cannot fail");
    file
}
