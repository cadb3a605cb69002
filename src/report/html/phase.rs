//! The page of a phase diagram: up to which load a system recovers, for each value of a policy.
use super::{
    charts::Charts,
    head, omitted,
    reproduce::{self, sets},
    shell::{self, Frame, Section},
    text,
};
use crate::{
    report::{chart, safe::quoted},
    summary::{
        figures::{self, GAP},
        phase::{Border, Phase, Row, State},
    },
};
use maud::{Markup, html};

/// So many loads stand side by side in the table of states.
const LOADS: usize = 8;

/// The page.
pub(in crate::report) fn page(phase: &Phase) -> Vec<u8> {
    let frame = Frame {
        title: format!("{} · squall phase", phase.experiment),
        header: header(phase),
        footer: html! {
            span { "squall " (text::name(&phase.version)) }
            span { "seed " (phase.seed) }
        },
    };
    shell::document(&frame, &sections(phase))
}

fn sections(phase: &Phase) -> Vec<Section> {
    let section = |id, title, body| shell::section(id, title, title, body);
    let all = [
        section("diagram", "Phase diagram", Charts::phase(phase).all()),
        section("states", "States", states(phase)),
        shell::section("reading", "How to read it", "Reading", Some(reading(phase))),
        section("omitted", "Not modelled", omitted::of_input(&phase.input)),
        section("reproduce", "Reproduce", Some(again(phase))),
    ];
    all.into_iter().flatten().collect()
}

fn header(phase: &Phase) -> Markup {
    let answer = chart::phase::chart(phase).headline;
    html! {
        p.eyebrow { "squall phase · " (text::name(&phase.experiment)) }
        (head::question(&phase.question))
        p.setup { (setup(phase)) }
        p.verdict { b { (text::sentence(&answer)) "." }
            @for row in &phase.rows { " " (text::sentence(&told(phase, row))) } }
        (borders(phase))
        p.foot { "Each border lies between two loads that were run, no further apart than "
            (figures::share(phase.within)) "." }
    }
}

/// `callers.sessions.arrive from 50/s to 200/s; 2 values of callers.reconnect.attempts; 14 runs.`
fn setup(phase: &Phase) -> String {
    let runs = f64::from(phase.rows.iter().map(|row| row.runs).sum::<u32>());
    let [from, to] = &phase.range;
    let load = format!("{} from {from} to {to}", phase.load);
    let values = f64::from(crate::engine::number::row(phase.rows.len()));
    let policy = (!phase.policy.is_empty())
        .then(|| format!("{} of {}", figures::counted(values, "value", "values"), phase.policy));
    let runs = figures::counted(runs, "run", "runs");
    let parts = [Some(load), policy, Some(runs)];
    text::clean(&(parts.into_iter().flatten().collect::<Vec<_>>().join("; ") + "."), 400)
}

/// What a row says of the past: where it decides.
fn told(phase: &Phase, row: &Row) -> String {
    let Some([from, to]) = row.hysteresis() else { return String::new() };
    let with = phase.chosen(row);
    let with = if with.is_empty() { with } else { format!("with {with}, ") };
    let text = format!(
        "{with}from {} to {} it depends on the past: well on the way up, stuck after a storm.",
        phase.said(from),
        phase.said(to),
    );
    figures::capitalized(&text)
}

/// The value of the policy of a row, or what stands for the one row without a policy.
fn named(phase: &Phase, row: &Row) -> String {
    if phase.policy.is_empty() { "as written".to_owned() } else { row.policy.clone() }
}

fn border(phase: &Phase, border: &Border) -> Markup {
    html! {
        @match (border.holds, border.fails) {
            (Some(holds), Some(fails)) => { b { (phase.said(holds)) }
                small { "not at " (phase.said(fails)) } }
            (Some(holds), None) => { b { (phase.said(holds)) } small { "and more" } }
            (None, _) => { "nowhere" }
        }
    }
}

fn borders(phase: &Phase) -> Markup {
    let policy = if phase.policy.is_empty() { "policy" } else { phase.policy.as_str() };
    html! {
        table.decide.stack {
            caption.hidden { "Borders" }
            thead { tr {
                th scope="col" { (text::code(policy)) }
                th.r scope="col" { "recovers up to" }
                th.r scope="col" { "a run of its own in peace is well up to" }
                th.r scope="col" { "runs" }
            } }
            tbody { @for row in &phase.rows { tr {
                th scope="row" { (text::name(&named(phase, row))) }
                td.r data-l="recovers up to" { (border(phase, &row.recovers)) }
                td.r data-l="a run of its own in peace is well up to" {
                    (border(phase, &row.stays)) }
                td.r data-l="runs" { (row.runs) }
            } } }
        }
    }
}

/// What the system is at each load that marks a border, for each value of the policy.
fn states(phase: &Phase) -> Option<Markup> {
    let loads = marked(phase);
    (!loads.is_empty()).then(|| {
        html! {
            p.lead { "At the loads that mark a border of some row. Where a load lies between the \
                two ends of a row’s border, nothing was run and nothing is said." }
            div.scroll tabindex="0" role="region" aria-label="States by load" {
                table.facts {
                    caption.hidden { "States by load" }
                    thead { tr {
                        th scope="col" { (text::code(&phase.load)) }
                        @for load in &loads { th.r scope="col" { (phase.said(*load)) } }
                    } }
                    tbody { @for row in &phase.rows { tr {
                        th scope="row" { (text::name(&named(phase, row))) }
                        @for load in &loads { td.r { (row.known(*load).map_or("–", word)) } }
                    } } }
                }
            }
        }
    })
}

fn word(state: State) -> &'static str {
    match state {
        State::Stable => "stable",
        State::Vulnerable => "vulnerable",
        State::Overloaded => "overloaded",
    }
}

/// The loads at which borders hold and fail, over all rows; of too many an even choice.
fn marked(phase: &Phase) -> Vec<f64> {
    let ends = |border: &Border| [border.holds, border.fails];
    let all = phase.rows.iter().flat_map(|row| [ends(&row.recovers), ends(&row.stays)]);
    let mut all: Vec<f64> = all.flatten().flatten().collect();
    all.sort_by(f64::total_cmp);
    all.dedup();
    if all.len() <= LOADS {
        return all;
    }
    (0..LOADS).map(|place| all[place * (all.len() - 1) / (LOADS - 1)]).collect()
}

fn reading(phase: &Phase) -> Markup {
    let least = figures::share(phase.well);
    html! {
        ul.plain {
            li { b { "Stable. " } "What happens in the timeline passes: in the last part of the \
                run at least " (least) " of what is wanted is served." }
            li { b { "Vulnerable. " } "The same load is served as long as nothing happens, and \
                not any more after it did: the past decides. Kept down by the work that its own \
                failure makes, a run at such a load ends metastable." }
            li { b { "Overloaded. " } "It is not served even when nothing happens." }
            li { b { "Borders. " } "Each is found by bisection by factors, with one run a probe: \
                near a border, chance decides, and another seed may move it. A second border \
                within the range would not be seen." }
            @if phase.rows.iter().any(|row| row.ramp.is_some()) {
                li { b { "Ramp. " } "Within one run the load climbs in steps, and comes down \
                    again; where the two ways differ, the system remembers. What a step leaves \
                    behind goes along, and a step is shorter than a run: it may cease to be \
                    well below a load at which a run of its own still is." }
            }
            li { b { "No intervals. " } "A probe is a single run; 95" (GAP) "% intervals need \
                replications at the loads that matter, with " code { "squall run" } "." }
        }
    }
}

/// The command that draws it again.
pub(in crate::report) fn command(phase: &Phase) -> String {
    let [from, to] = &phase.range;
    let mut words = format!("squall phase {}{}", quoted(&phase.file), sets(&phase.sets, &[]));
    words += &format!(" --load {}", quoted(&format!("{}={from}:{to}", phase.load)));
    if !phase.policy.is_empty() {
        let values: Vec<&str> = phase.rows.iter().map(|row| row.policy.as_str()).collect();
        words +=
            &format!(" --policy {}", quoted(&format!("{}={}", phase.policy, values.join(","))));
    }
    if let Some(hold) = &phase.hold {
        words += &format!(" --hold {}", quoted(hold));
    }
    words + &format!(" --within {} --seed {}", phase.within * 100.0, phase.seed)
}

fn again(phase: &Phase) -> Markup {
    html! {
        pre { code dir="auto" { (text::clean(&command(phase), 1_200)) } }
        (reproduce::folder(&phase.file))
        (reproduce::same())
    }
}
