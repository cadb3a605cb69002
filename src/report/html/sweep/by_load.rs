//! Where a load is swept: for each load the design to take, what it comes to, and the next best.
use super::{figures_of, objective, stated};
use crate::{
    report::html::{method, text},
    summary::{
        Judged,
        advice::Load,
        figures::NONE,
        slo,
        sweep::{Point, Sweep},
    },
};
use maud::{Markup, html};

/// More loads stand in the table of all points alone.
const SHOWN: usize = 16;
/// What is told beside the objectives.
const TOLD: [(&str, &str); 2] = [("cost.total", "bill a month"), ("delivery_lag.p99", "lag p99")];

/// The table.
pub(super) fn table(sweep: &Sweep, loads: &[Load]) -> Markup {
    let judged: Vec<&Judged> = sweep.points.first().into_iter().flat_map(|it| &it.slo).collect();
    let own = |name: &str| {
        judged.iter().any(|it| slo::parse(&it.expr).is_ok_and(|slo| slo.metric == name))
    };
    let known = |name: &str| sweep.points.iter().any(|point| point.mean(name).is_some());
    let told: Vec<&(&str, &str)> =
        TOLD.iter().filter(|(name, _)| known(name) && !own(name)).collect();
    html! {
        table.decide.loads.stack {
            caption.hidden { "The design to take at each load" }
            thead { tr {
                th scope="col" { "load" } th.pick scope="col" { "take" }
                @for judged in &judged { th scope="col" { (stated(judged)) } }
                @for (_, name) in &told { th scope="col" { (name) } }
                th scope="col" { "next best" }
            } }
            tbody { @for load in loads.iter().take(SHOWN) { tr.plain {
                th scope="row" { (text::name(&load.words)) }
                td.pick data-l="take" { (taken(sweep, load)) }
                @let point = nearest(load);
                @for (place, judged) in judged.iter().enumerate() {
                    td data-l=(text::clean(&judged.expr, 80)) {
                        @if let Some(point) = point { (objective(point, place)) } }
                }
                @for (name, label) in &told { td data-l=(label) {
                    @if let Some(point) = point { div { (figures_of(point, point.metric(name))) } }
                } }
                td data-l="next best" { (next(sweep, load)) }
            } } }
        }
        p.foot { (method::brackets(sweep.replications, sweep.seed))
            @if loads.len() > SHOWN { " " (loads.len() - SHOWN) " further loads are among all \
                points." } }
    }
}

/// The point whose numbers stand in a row.
fn nearest<'s>(load: &Load<'s>) -> Option<&'s Point> {
    load.kept.first().copied().or_else(|| load.nearest())
}

fn taken(sweep: &Sweep, load: &Load) -> Markup {
    let Some(point) = load.kept.first() else {
        let nearest = nearest(load).map(|point| sweep.design(point)).unwrap_or_default();
        let none = if load.is_open() { "none is known" } else { "none" };
        return html! { div { b { (none) } " " span.i { "nearest: " (text::name(&nearest)) } } };
    };
    html! { b { (text::name(&sweep.design(point))) } }
}

fn next(sweep: &Sweep, load: &Load) -> Markup {
    let Some(point) = load.kept.get(1) else { return html! { (NONE) } };
    html! { div { (text::name(&sweep.design(point)))
    span.i { (figures_of(point, point.metric("cost.total"))) } } }
}
