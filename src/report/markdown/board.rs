//! What a board asks, in short: of a run, or of one design of a sweep.
use super::{
    joined,
    text::{code_cell, table, words},
};
use crate::{
    report::html,
    summary::{Summary, board, figures, napkin::Compared},
};

/// How well the closed forms agree, then those that do not, each with its reason.
pub(super) fn napkin(run: &Summary) -> String {
    if run.napkin.is_empty() {
        return String::new();
    }
    let row = |one: &Compared| {
        let name =
            if one.of.is_empty() { one.name.clone() } else { format!("{} ({})", one.name, one.of) };
        let figure = |value: f64| figures::figure(one.unit, value);
        let none = || figures::NONE.to_owned();
        let simulated = one.simulated.map_or_else(none, figure);
        let apart = one.deviation.map_or_else(none, html::signed);
        [name, figure(one.estimate), simulated, apart, one.reason.clone()]
            .iter()
            .map(|cell| words(cell))
            .collect()
    };
    let far = run.napkin.iter().filter(|one| one.is_large());
    let rows: Vec<Vec<String>> = far.map(row).collect();
    let heads = ["quantity", "closed form", "simulated", "difference", "reason"];
    let table = table(&heads, &rows, &[1, 2, 3]);
    joined(&[words(&(html::agreement(&run.napkin) + ".")), table])
}

/// The budget that is full first.
pub(super) fn headroom(run: &Summary) -> String {
    let rooms = board::rooms(run);
    let Some((room, first)) = board::binding(&rooms) else { return String::new() };
    let less = |share: Option<f64>, what: &str| {
        share.map(|share| format!("{} with {what}", figures::share(share)))
    };
    let parts = [
        Some(format!("{} on average", figures::share(first.average))),
        less(first.one_less, "one instance less"),
        less(first.zone_less, "a zone less"),
        Some(format!("{} at its peak", figures::share(first.peak))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let exceeded = match first.full_at {
        Some(full) if first.exceeded => format!(
            "; it is exceeded, instances end of it: it does for no more than {}",
            html::users(full),
        ),
        _ => String::new(),
    };
    let full = format!(
        "full first is {} of {}, {}{exceeded}.",
        first.name,
        room.node,
        figures::listed(&parts)
    );
    let waits = rooms.iter().flat_map(|room| {
        let all = room.budgets.iter().filter_map(board::Budget::wait);
        all.map(|wait| figures::capitalized(&format!("of {}, {wait}.", room.node)))
    });
    let all: Vec<String> = [full].into_iter().chain(waits).collect();
    words(&all.join(" "))
}

/// What each thing that was done cost the users.
pub(super) fn blast(run: &Summary) -> String {
    let none = || figures::NONE.to_owned();
    let all = board::blasts(run);
    let shown = board::wrongs(&all);
    let row = |blast: &board::Blast| {
        let hit = blast.hit.map_or_else(none, |hit| figures::count(hit.round()));
        let wrongs = blast.wrongs.iter().zip(shown).filter(|it| it.1);
        let wrongs = wrongs.map(|(part, _)| part.map_or_else(none, figures::share));
        let all = &blast.back[2];
        let back = format!("{all}{}", if blast.so_far(all) { " so far" } else { "" });
        let cells = [hit, blast.minutes_told(), back, blast.budget_told()].into_iter();
        let cells = cells.chain(wrongs).map(|cell| words(&cell));
        [code_cell(&blast.name)].into_iter().chain(cells).collect()
    };
    let rows: Vec<Vec<String>> = all.iter().map(row).collect();
    let mut heads =
        vec!["what", "connections", "user-minutes lost", "all back", "of a month’s budget"];
    heads.extend(board::WRONGS.iter().zip(shown).filter(|it| it.1).map(|(head, _)| *head));
    let table = table(&heads, &rows, &[1, 2, 3, 4, 5, 6]);
    let own = all.iter().any(|blast| blast.own);
    let counts = if own { "of those hit, until each is back." } else { "beyond the steady time." };
    let means = run.each_is_a_mean();
    if table.is_empty() {
        return table;
    }
    let in_all =
        board::in_all(run, &all).map_or_else(String::new, |it| format!("\n{}\n", words(&it)));
    format!("{counts}{means}\n\n{table}{in_all}")
}
