//! From a summary to what people read: result files, charts, the terminal. Pure functions: they
//! are given a summary and give bytes. None of them can change a number.
pub mod chart;
pub mod draw;
pub mod files;
pub mod graph;
pub mod html;
pub mod markdown;
pub mod openmetrics;
pub mod palette;
pub mod safe;
pub mod terminal;
pub mod theme;

use crate::summary::{Summary, observed::Observed, phase::Phase, sweep::Sweep};
use files::File;

/// The page that a reviewer opens.
pub const PAGE: &str = "report.html";

/// The same in short, for a document or a pull request.
pub const MARKDOWN: &str = "report.md";

/// The whole report as one page, and in short.
pub fn pages(summary: &Summary, observed: &[Observed]) -> Vec<File> {
    both(html::page(summary, observed), markdown::page(summary, &chart::all(summary)))
}

/// The reports of a sweep.
pub fn sweep_pages(sweep: &Sweep) -> Vec<File> {
    both(html::sweep_page(sweep), markdown::sweep(sweep, &all_of(sweep)))
}

/// Several runs, each with its name, as one page.
pub fn several(runs: &[(&str, &Summary)]) -> Vec<u8> {
    html::several(runs)
}

fn both(page: Vec<u8>, short: String) -> Vec<File> {
    [(PAGE, page), (MARKDOWN, short.into_bytes())]
        .map(|(name, bytes)| File { name: name.to_owned(), bytes })
        .into()
}

/// All charts of a summary, each as SVG and PNG, in `charts/`.
pub fn charts(summary: &Summary, observed: &[Observed]) -> Vec<File> {
    let mut all = chart::all(summary);
    all.extend(chart::observed::charts(summary, observed));
    drawn(&all)
}

/// All charts of a sweep, each as SVG and PNG, in `charts/`.
pub fn sweep_charts(sweep: &Sweep) -> Vec<File> {
    drawn(&all_of(sweep))
}

/// Charts of all points, then those of the designs over time.
fn all_of(sweep: &Sweep) -> Vec<chart::Chart> {
    let over_time = chart::designs::of_sweep(sweep);
    chart::sweep::all(sweep).into_iter().chain(over_time).collect()
}

/// The files, the charts and the page of a phase diagram.
pub fn phase(phase: &Phase) -> Vec<File> {
    let mut files = files::phase::write(phase);
    files.extend(phase_charts(phase));
    files.push(phase_page(phase));
    files
}

/// The charts of a phase diagram, each as SVG and PNG, in `charts/`.
pub fn phase_charts(phase: &Phase) -> Vec<File> {
    drawn(&chart::phase::all(phase))
}

/// Its page.
pub fn phase_page(phase: &Phase) -> File {
    File { name: PAGE.to_owned(), bytes: html::phase_page(phase) }
}

fn drawn(charts: &[chart::Chart]) -> Vec<File> {
    let files = |chart: &chart::Chart| {
        let sheet = draw::lay_out(chart, &draw::ALONE);
        [("svg", draw::svg(&sheet)), ("png", draw::png(&sheet))]
            .map(|(ending, bytes)| File { name: format!("charts/{}.{ending}", chart.name), bytes })
    };
    charts.iter().flat_map(files).collect()
}
