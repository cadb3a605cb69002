//! From a summary to what people read: result files, charts, the terminal. Pure functions: they
//! are given a summary and give bytes. None of them can change a number.
pub mod chart;
pub mod draw;
pub mod files;
pub mod graph;
pub mod html;
pub mod palette;
pub mod terminal;
pub mod theme;

use crate::summary::Summary;
use files::File;

/// The page that a reviewer opens.
pub const PAGE: &str = "report.html";

/// The whole report as one page.
pub fn page(summary: &Summary) -> File {
    File { name: PAGE.to_owned(), bytes: html::page(summary) }
}

/// All charts of a summary, each as SVG and PNG, in `charts/`.
pub fn charts(summary: &Summary) -> Vec<File> {
    let files = |chart: &chart::Chart| {
        let sheet = draw::lay_out(chart, &draw::ALONE);
        [("svg", draw::svg(&sheet)), ("png", draw::png(&sheet))]
            .map(|(ending, bytes)| File { name: format!("charts/{}.{ending}", chart.name), bytes })
    };
    chart::all(summary).iter().flat_map(files).collect()
}
