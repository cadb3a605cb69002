//! What the result rests on: every value of the input, who wrote it, and the source of each
//! default.
use super::text;
use crate::scenario::{Origin, Writer};
use maud::{Markup, html};

/// How the source of a default says that nobody has checked it.
const UNCHECKED: &str = "[K]";

/// Whether a value is told with the assumptions: objectives and question stand at the top.
pub(in crate::report) fn is_assumed(origin: &Origin) -> bool {
    !origin.path.starts_with("slo.") && origin.path != "question"
}

/// The values in groups; none when nobody kept where they came from.
pub(super) fn body(assumptions: &[Origin]) -> Option<Markup> {
    let all: Vec<&Origin> = assumptions.iter().filter(|origin| is_assumed(origin)).collect();
    let of = |chosen: &[Writer]| -> Vec<&Origin> {
        all.iter().copied().filter(|origin| chosen.contains(&origin.from)).collect()
    };
    let axes = of(&[Writer::Axis]);
    let set = of(&[Writer::CommandLine]);
    let experiment = of(&[Writer::Set, Writer::Experiment, Writer::ExtendedExperiment]);
    let model = of(&[Writer::Model, Writer::ExtendedModel]);
    let prices = of(&[Writer::Prices]);
    let defaults = of(&[Writer::Default]);
    let (open, known): (Vec<&Origin>, Vec<&Origin>) =
        defaults.iter().copied().partition(|origin| unchecked(origin));
    let counts =
        [axes.len(), set.len(), experiment.len(), model.len(), prices.len(), defaults.len()];
    (!all.is_empty()).then(|| {
        html! {
            p.lead { (lead(counts, &defaults)) }
            (group("Of this point of the sweep", &axes, "axis"))
            (group("Set on the command line", &set, "argument"))
            (group("Written in the experiment", &experiment, "where"))
            @if !defaults.is_empty() {
                h3.over { "Defaults" } (legend())
                (fold(&open, "defaults that nobody has checked", "source", true))
                (fold(&known, "other defaults", "source", false))
            }
            (folded("Written in the model", &model))
            (folded("Prices", &prices))
        }
    })
}

fn group(head: &str, origins: &[&Origin], source: &str) -> Markup {
    html! { @if !origins.is_empty() { h3.over { (head) } (table(origins, source)) } }
}

/// What is looked up rather than read.
fn folded(head: &str, origins: &[&Origin]) -> Markup {
    html! {
        @if !origins.is_empty() {
            h3.over { (head) }
            (fold(origins, "values", "where", false))
        }
    }
}

/// What is folded away; on paper it stands in full only where a reader should doubt it.
fn fold(origins: &[&Origin], what: &str, source: &str, printed: bool) -> Markup {
    html! {
        @if !origins.is_empty() {
            @if !printed {
                p.paper { (origins.len()) " " (what) ": not on paper, but on the page, and with \
                    the rest of the input in " code { "manifest.json" } "." }
            }
            details.printed[printed] {
                summary { "Show " (origins.len()) " " (what) }
                (table(origins, source))
            }
        }
    }
}

fn lead(counts: [usize; 6], defaults: &[&Origin]) -> String {
    const PARTS: [&str; 6] = [
        "of this point of the sweep",
        "set on the command line",
        "written in the experiment",
        "written in the model",
        "of the prices",
        "left to defaults",
    ];
    let parts: Vec<String> = counts
        .iter()
        .zip(PARTS)
        .filter(|(count, _)| **count > 0)
        .map(|(count, part)| format!("{count} {part}"))
        .collect();
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
