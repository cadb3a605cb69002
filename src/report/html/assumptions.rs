//! What the result rests on: every value of the input, who wrote it, and the source of each
//! default.
use super::text;
use crate::{
    scenario::{Origin, Writer},
    summary::Summary,
};
use maud::{Markup, html};

/// How the source of a default says that nobody has checked it.
const UNCHECKED: &str = "[K]";

/// The values in groups; none when nobody kept where they came from.
pub(super) fn body(summary: &Summary) -> Option<Markup> {
    // Objectives and question stand at the top of the page.
    let told = |origin: &&Origin| !origin.path.starts_with("slo.") && origin.path != "question";
    let all: Vec<&Origin> = summary.assumptions.iter().filter(told).collect();
    let of = |chosen: &[Writer]| -> Vec<&Origin> {
        all.iter().copied().filter(|origin| chosen.contains(&origin.from)).collect()
    };
    let set = of(&[Writer::CommandLine]);
    let experiment = of(&[Writer::Set, Writer::Experiment, Writer::ExtendedExperiment]);
    let model = of(&[Writer::Model, Writer::ExtendedModel]);
    let defaults = of(&[Writer::Default]);
    (!all.is_empty()).then(|| {
        html! {
            p.lead { (lead(&[set.len(), experiment.len(), model.len(), defaults.len()],
                &defaults)) }
            @if !set.is_empty() { h3.over { "Set on the command line" } (table(&set, "argument")) }
            @if !experiment.is_empty() { h3.over { "Written in the experiment" }
                (table(&experiment, "where")) }
            @if !defaults.is_empty() { h3.over { "Defaults" } (legend()) (table(&defaults,
                "source")) }
            @if !model.is_empty() {
                h3.over { "Written in the model" }
                details.printed {
                    summary { "Show " (model.len()) " values" }
                    (table(&model, "where"))
                }
            }
        }
    })
}

fn lead(counts: &[usize; 4], defaults: &[&Origin]) -> String {
    let [set, experiment, model, default] = counts;
    let part = |count: usize, what: &str| (count > 0).then(|| format!("{count} {what}"));
    let parts = [
        part(*set, "set on the command line"),
        part(*experiment, "written in the experiment"),
        part(*model, "written in the model"),
        part(*default, "left to defaults"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let unchecked = defaults.iter().filter(|origin| unchecked(origin)).count();
    let more = match unchecked {
        0 => String::new(),
        1 => " One default is common knowledge that nobody has checked.".to_owned(),
        n => format!(" {n} of the defaults are common knowledge that nobody has checked."),
    };
    format!("{} values: {}.{more}", counts.iter().sum::<usize>(), parts.join(", "))
}

fn unchecked(origin: &Origin) -> bool {
    origin.source.contains(UNCHECKED)
}

fn legend() -> Markup {
    html! {
        p.foot.first { "[P] a primary source, [S] a secondary one, [D] derived, [K] common \
            knowledge that \
            nobody has checked, [squall] a choice of this program." }
    }
}

fn table(origins: &[&Origin], source: &str) -> Markup {
    let row = |origin: &Origin| {
        html! {
            tr {
                th scope="row" { (text::code(&origin.path)) }
                td data-l="value" { (text::name(&origin.value)) }
                td.faint data-l=(source) {
                    (text::name(&origin.source))
                    @if unchecked(origin) { " " span.tag.un { "unchecked" } }
                }
            }
        }
    };
    html! {
        table.stack.assumed {
            thead { tr {
                th scope="col" { "parameter" } th scope="col" { "value" } th scope="col" {
                    (source) }
            } }
            tbody { @for origin in origins { (row(origin)) } }
        }
    }
}
