//! The charts of a result: each file finds one finding and describes its chart as a `sheet`;
//! `paint` draws it. They know only what lies in the result folder.
use super::canvas;
use super::data::{Chart, ChartData};

mod attempts;
mod axis;
mod connections;
mod cpu;
mod distribution;
mod lag;
mod layout;
mod lost;
mod paint;
#[cfg(test)]
mod samples;
mod sheet;
mod source;
mod spread;
mod strip;
mod thin;
mod words;

/// Draws every chart that has something to say, in the order of a report.
pub fn draw(data: &ChartData) -> Vec<Chart> {
    let sheets = [
        connections::sheet,
        attempts::sheet,
        lag::sheet,
        distribution::sheet,
        lost::sheet,
        cpu::sheet,
    ];
    sheets.iter().filter_map(|sheet| sheet(data)).map(|sheet| render(&sheet)).collect()
}

fn render(sheet: &sheet::Sheet) -> Chart {
    let picture = paint::Picture::new(sheet);
    let description = format!("{}. {} {}", sheet.headline, sheet.subtitle, sheet.footnote);
    Chart {
        name: sheet.name,
        headline: sheet.headline.clone(),
        svg: canvas::svg(&picture, &sheet.headline, &description),
        png: canvas::png(&picture),
    }
}
