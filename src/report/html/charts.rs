//! The charts within the page: each at two widths, so that its text is never scaled, with a note
//! on how to read it and its data as a table.
use super::{data, readings::reading, tables, text};
use crate::{
    report::{
        chart::{self, Body, Chart},
        draw::{self, Mark, NARROW, Sheet, WIDE},
    },
    summary::{
        Summary, advice::Told, findings::Finding, observed::Observed, phase::Phase, sweep::Sweep,
    },
};
use maud::{Markup, PreEscaped, html};

/// All charts of a summary, and sentences that stand beside them.
pub(super) struct Charts {
    all: Vec<Chart>,
    beside: Vec<(String, String)>,
}

/// The chart of the headroom.
const BUDGETS: &str = "budgets";
/// The chart of the bill with more users.
const GROWTH: &str = "cost-growth";
/// The bill's own lines have bars: its chart is for other documents.
const BILL: &str = "cost";

/// The charts about what comes late or never.
const LOSSES: [&str; 8] = [
    "lag-over-time",
    "lag-by-source",
    "lag-against-load",
    "lag-heat",
    "lag-distribution",
    "loss-waterfall",
    "lost-and-late",
    "loss-against-absence",
];

impl Charts {
    fn new(all: Vec<Chart>) -> Self {
        Self { all, beside: Vec::new() }
    }

    /// The same, with findings beside the charts that show them; then those that none shows.
    pub(super) fn beside(self, findings: Vec<Finding>) -> (Self, Vec<String>) {
        let place = |finding: Finding| {
            let chart = self.begins(finding.chart).map(|chart| chart.name.clone());
            (chart, finding.text)
        };
        let placed = findings.into_iter().map(place).collect();
        self.placed(placed)
    }

    /// The same, with what is told of metrics beside the charts that show them; then the rest.
    pub(super) fn with_told(self, told: Vec<Told>) -> (Self, Vec<String>) {
        let place = |told: Told| (self.of_metric(&told).map(|it| it.name.clone()), told.text);
        let placed = told.into_iter().map(place).collect();
        self.placed(placed)
    }

    fn placed(self, sentences: Vec<(Option<String>, String)>) -> (Self, Vec<String>) {
        let (mut beside, mut rest) = (Vec::new(), Vec::new());
        for (chart, sentence) in sentences {
            match chart {
                Some(chart) => beside.push((chart, sentence)),
                None => rest.push(sentence),
            }
        }
        (Self { beside, ..self }, rest)
    }

    /// The first chart whose name begins so.
    pub(super) fn begins(&self, name: &str) -> Option<&Chart> {
        self.all.iter().find(|chart| chart.name.starts_with(name))
    }

    /// The chart that shows what is told.
    pub(super) fn of_metric(&self, told: &Told) -> Option<&Chart> {
        let names = chart::sweep::of_metric(told.metric.as_deref()?);
        names.iter().find_map(|name| self.all.iter().find(|chart| chart.name == *name))
    }

    pub(super) fn of(summary: &Summary) -> Self {
        Self::new(chart::all(summary))
    }

    /// Those of a sweep.
    pub(super) fn swept(sweep: &Sweep) -> Self {
        Self::new(chart::sweep::all(sweep))
    }

    /// Those of the designs of a sweep that ran once more.
    pub(super) fn designs(sweep: &Sweep) -> Self {
        Self::new(chart::designs::of_sweep(sweep))
    }

    /// Those of several runs together.
    pub(super) fn several(runs: &[chart::several::Named]) -> Self {
        Self::new(chart::several::charts(runs))
    }

    /// Those of a phase diagram.
    pub(super) fn phase(phase: &Phase) -> Self {
        Self::new(chart::phase::all(phase))
    }

    /// Measured values over the simulated ones.
    pub(super) fn observed(summary: &Summary, all: &[Observed]) -> Self {
        Self::new(chart::observed::charts(summary, all))
    }

    /// All of them; none where there is none.
    pub(super) fn all(&self) -> Option<Markup> {
        self.some(None, |_| true)
    }

    /// What happens: connections, attempts, load, with the phases.
    pub(super) fn course(&self, phases: Option<Markup>) -> Option<Markup> {
        let elsewhere = [BUDGETS, GROWTH, BILL];
        self.some(phases, |chart| {
            let name = chart::designs::plain(&chart.name);
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
        self.some(ledger, |chart| LOSSES.contains(&chart::designs::plain(&chart.name)))
    }

    fn some(&self, table: Option<Markup>, chosen: impl Fn(&Chart) -> bool) -> Option<Markup> {
        let charts: Vec<&Chart> = self.all.iter().filter(|chart| chosen(chart)).collect();
        (table.is_some() || !charts.is_empty()).then(|| {
            html! {
                @for chart in charts { (figure(chart, &self.beside)) }
                @if let Some(table) = table { (table) }
            }
        })
    }
}

/// A chart with its headline and its notes.
fn figure(chart: &Chart, beside: &[(String, String)]) -> Markup {
    let id = format!("chart-{}", chart.name);
    let [wide, narrow] = [&WIDE, &NARROW].map(|paper| draw::lay_out(chart, paper));
    let unnamed = draw::unnamed(chart, &[&WIDE, &NARROW]);
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
                @for (_, sentence) in beside.iter().filter(|it| it.0 == chart.name) {
                    p.also { (text::sentence(sentence)) }
                }
                @let name = chart::designs::plain(&chart.name);
                @if let Some(reading) = reading(name, bars(chart)) { p { b { "Read it so. " }
                    (reading) } }
                p.n { (chart.note) @if !unnamed.is_empty() { " " (text::clean(&unnamed, 600)) } }
            }
        }
    }
}

/// Whether a chart has nothing but bars.
fn bars(chart: &Chart) -> bool {
    chart.panels.iter().all(|panel| matches!(panel.body, Body::Bars(_)))
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
