//! The charts within the page: each at two widths, so that its text is never scaled, with a note
//! on how to read it and its data as a table.
use super::{data, readings::reading, tables, text};
use crate::{
    report::{
        chart::{self, Body, Chart},
        draw::{self, Mark, NARROW, Sheet, WIDE},
    },
    summary::{Summary, observed::Observed, sweep::Sweep},
};
use maud::{Markup, PreEscaped, html};

/// All charts of a summary.
pub(super) struct Charts(Vec<Chart>);

/// The chart of the headroom.
const BUDGETS: &str = "budgets";
/// The chart of the bill with more users.
const GROWTH: &str = "cost-growth";
/// The bill's own lines have bars: its chart is for other documents.
const BILL: &str = "cost";

/// The charts about what comes late or never.
const LOSSES: [&str; 7] = [
    "lag-over-time",
    "lag-against-load",
    "lag-heat",
    "lag-distribution",
    "loss-waterfall",
    "lost-and-late",
    "loss-against-absence",
];

impl Charts {
    pub(super) fn of(summary: &Summary) -> Self {
        Self(chart::all(summary))
    }

    /// Those of a sweep.
    pub(super) fn swept(sweep: &Sweep) -> Self {
        Self(chart::sweep::all(sweep))
    }

    /// Those of several runs together.
    pub(super) fn several(runs: &[chart::several::Named]) -> Self {
        Self(chart::several::charts(runs))
    }

    /// Measured values over the simulated ones.
    pub(super) fn observed(summary: &Summary, all: &[Observed]) -> Self {
        Self(chart::observed::charts(summary, all))
    }

    /// All of them; none where there is none.
    pub(super) fn all(&self) -> Option<Markup> {
        self.some(None, |_| true)
    }

    /// What happens: connections, attempts, load, with the phases.
    pub(super) fn course(&self, phases: Option<Markup>) -> Option<Markup> {
        let elsewhere = [BUDGETS, GROWTH, BILL];
        self.some(phases, |chart| {
            let name = chart.name.as_str();
            !LOSSES.contains(&name) && !elsewhere.contains(&name)
        })
    }

    /// How full every budget is, then the budgets of the gateways.
    pub(super) fn headroom(&self, tiers: Option<Markup>) -> Option<Markup> {
        self.some(tiers, |chart| chart.name == BUDGETS)
    }

    /// The bill with more users.
    pub(super) fn growth(&self, table: Option<Markup>) -> Option<Markup> {
        self.some(table, |chart| chart.name == GROWTH)
    }

    /// Lag and losses, with the ledger.
    pub(super) fn losses(&self, ledger: Option<Markup>) -> Option<Markup> {
        self.some(ledger, |chart| LOSSES.contains(&chart.name.as_str()))
    }

    fn some(&self, table: Option<Markup>, chosen: impl Fn(&Chart) -> bool) -> Option<Markup> {
        let charts: Vec<&Chart> = self.0.iter().filter(|chart| chosen(chart)).collect();
        (table.is_some() || !charts.is_empty()).then(|| {
            html! {
                @for chart in charts { (figure(chart)) }
                @if let Some(table) = table { (table) }
            }
        })
    }
}

/// A chart with its headline and its notes.
fn figure(chart: &Chart) -> Markup {
    let id = format!("chart-{}", chart.name);
    let [wide, narrow] = [&WIDE, &NARROW].map(|paper| draw::lay_out(chart, paper));
    let data = data::chart(chart, &wide, &narrow);
    let source = data.as_ref().map(|_| data::id(chart));
    html! {
        figure.row id=(id) data-chart=[source] {
            div.c {
                h3 dir="auto" { (text::clean(&chart.headline, 300)) }
                p.sub { (text::clean(&chart.subtitle, 300)) }
                @if numbers(chart) && !legible(chart, &narrow) {
                    // Its cells would be too small for their numbers.
                    div.scroll tabindex="0" role="region"
                        aria-label=(text::clean(&chart.headline, 300)) {
                        (PreEscaped(draw::inline(&wide, &format!("{id}-w"), "always")))
                    }
                    p.hint { "Wider than this screen: it scrolls sideways." }
                } @else {
                    (PreEscaped(draw::inline(&wide, &format!("{id}-w"), "w")))
                    (PreEscaped(draw::inline(&narrow, &format!("{id}-n"), "n")))
                }
                @if let Some(data) = data { (data) }
                (tables::behind(chart))
            }
            figcaption.note {
                @if let Some(reading) = reading(&chart.name) { p { b { "Read it so. " }
                    (reading) } }
                p.n { (chart.note) }
            }
        }
    }
}

/// Whether a chart shows numbers in cells.
fn numbers(chart: &Chart) -> bool {
    chart.panels.iter().any(|panel| matches!(panel.body, Body::Grid(_)))
}

/// Whether every number of the cells stands on the sheet in full.
fn legible(chart: &Chart, sheet: &Sheet) -> bool {
    let stands = |wanted: &str| {
        let is = |mark: &Mark| matches!(mark, Mark::Text { text, .. } if text == wanted);
        sheet.marks.iter().any(is)
    };
    chart.panels.iter().all(|panel| match &panel.body {
        Body::Grid(grid) => {
            grid.rows.iter().flat_map(|row| row.cells.iter().flatten()).all(|cell| stands(&cell.1))
        }
        _ => true,
    })
}
