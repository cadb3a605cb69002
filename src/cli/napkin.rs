//! `squall napkin`: the closed-form estimates of an experiment, without a simulation.
use super::{FAILED, GOOD, Input, complain, diagnostics, print, run as running, unicode};
use crate::{
    napkin::{self, Check, Napkin},
    report::{files, terminal},
    spec::Arguments,
    summary::figures,
};

/// Prints a napkin; returns the exit code.
pub(super) fn run(input: &Input, json: bool) -> u8 {
    let sets = input.sets();
    let given = Arguments { sets: &sets, ..Arguments::default() };
    let loaded = match running::loaded(&input.file, &given, false) {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    diagnostics::eprint(&loaded.warnings);
    let napkin = napkin::napkin(&loaded.scenario);
    let next = format!("squall run {}", input.again());
    let text = if json {
        document(&loaded.scenario.name, &napkin, &next)
    } else {
        let checks = napkin.checks.iter().map(|check| (check.text.as_str(), check.holds));
        let text = terminal::napkin::Text {
            experiment: &loaded.scenario.name,
            lines: &napkin.lines,
            checks: checks.collect(),
            left_out: &napkin.left_out,
            next: &next,
        };
        terminal::napkin::print(&text, unicode())
    };
    match print(&text) {
        Ok(()) => GOOD,
        Err(error) => {
            complain(&error);
            FAILED
        }
    }
}

fn document(experiment: &str, napkin: &Napkin, next: &str) -> String {
    let checks = napkin.checks.iter().map(|check: &Check| files::napkin::Checked {
        text: figures::plain(&check.text),
        holds: check.holds,
    });
    let checks: Vec<files::napkin::Checked> = checks.collect();
    let bytes = files::napkin::document(experiment, &napkin.lines, &checks, &napkin.left_out, next);
    String::from_utf8(bytes).expect("a document is text")
}
