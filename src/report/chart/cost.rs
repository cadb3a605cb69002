//! The bill: item by item, and with more users.
use super::{Axis, Bar, Bars, Body, Chart, Panel, Shown, evidence, stacked};
use crate::{
    engine::number,
    report::theme,
    summary::{
        Bill, Summary, board,
        figures::{self, GAP},
    },
};
use figures::{compact, count, share};

/// From bar to bar.
const PITCH: f64 = 38.0;
/// Not more items have a bar of their own.
const ITEMS: usize = 10;

/// What is paid for, the dearest first; none without prices.
pub(super) fn items(summary: &Summary) -> Option<Chart> {
    let bill = summary.bill.as_ref()?;
    let all: Vec<_> = bill.items().into_iter().filter(|item| item.usd_month > 0.0).collect();
    let (first, total) = (all.first()?, bill.total());
    let mut before = 0.0;
    let mut rows: Vec<Bar> = Vec::new();
    for item in all.iter().take(ITEMS) {
        let text = format!("{} · {}", usd(item.usd_month), share(item.share));
        let ends = (before, before + item.usd_month);
        rows.push(Bar { text, rises: true, ..bar(&item.name, &item.what, ends) });
        before += item.usd_month;
    }
    if all.len() > ITEMS {
        let rest = total - before;
        let name = format!("{} others", all.len() - ITEMS);
        let text = format!("{} · {}", usd(rest), share(rest / total));
        rows.push(Bar { text, rises: true, ..bar(&name, "", (before, total)) });
    }
    let sum = bar("total", "", (0.0, total));
    rows.push(Bar { text: usd(total), bold: true, pen: theme::GREY, ..sum });
    Some(Chart {
        name: "cost".to_owned(),
        headline: format!(
            "A month costs {}, {} of it {}",
            usd(total),
            share(first.share),
            first.name
        ),
        subtitle: format!(
            "What a month costs that looks like the run, USD, by item, the dearest first. {}.",
            bill.prices.trim_end_matches('.'),
        ),
        note: noted(summary, bill),
        x: Axis::default(),
        shades: Vec::new(),
        panels: vec![panel("USD a month", rows, total, true)],
    })
}

/// The bill with more users, in parts; none where nobody counted.
pub(super) fn growth(summary: &Summary) -> Option<Chart> {
    let bill = summary.bill.as_ref()?;
    let grown = board::growth(summary);
    let items: Vec<String> = bill.items().into_iter().map(|item| item.name).collect();
    let rows: Vec<Bar> = grown.iter().filter_map(|grown| of_factor(bill, grown, &items)).collect();
    let longest = rows.iter().map(|row| row.to).fold(0.0, f64::max);
    let (now, then) = (rows.first()?.to, rows.last()?.to);
    if rows.len() < 2 || now <= 0.0 {
        return None;
    }
    let last = grown.last()?.factor;
    let mut panel = panel("USD a month", rows, longest, false);
    if let Body::Bars(bars) = &mut panel.body {
        bars.key = stacked::key(&items, "other items", theme::EQUALS);
    }
    Some(Chart {
        name: "cost-growth".to_owned(),
        headline: format!(
            "With {} times the users a month costs {}, {}",
            compact(last),
            usd(then),
            figures::as_much(then / now),
        ),
        subtitle: "What a month costs with more users who do the same, USD, by item, with the \
                   gateways and fan-outs that carry them; this run’s row is its design as it is."
            .to_owned(),
        note: noted(summary, bill),
        x: Axis::default(),
        shades: Vec::new(),
        panels: vec![panel],
    })
}

fn of_factor(bill: &Bill, grown: &board::Grown, items: &[String]) -> Option<Bar> {
    let total = grown.bill?;
    let of = |item: &String| -> f64 {
        let own = |kind: &str, node: &str| {
            let name = if node.is_empty() { kind.split('.').next() } else { Some(node) };
            name == Some(item.as_str())
        };
        if grown.factor > 1.0 {
            let lines = bill.growth.iter();
            let lines = lines.filter(|line| line.factor.total_cmp(&grown.factor).is_eq());
            lines.filter(|it| own(&it.item, &it.node)).map(|it| it.usd_month).sum()
        } else {
            let lines = bill.charges.iter().filter(|it| own(&it.item, &it.node));
            lines.map(|it| it.usd_month).sum()
        }
    };
    let parts = stacked::parts(&items.iter().map(of).collect::<Vec<f64>>());
    let factor = if grown.factor > 1.0 {
        format!("{} ×", compact(grown.factor))
    } else {
        "this run".to_owned()
    };
    let (name, words) = match grown.users {
        Some(users) => (format!("{} users", count(users.round())), factor),
        None => (factor, String::new()),
    };
    let each = grown.users.map_or_else(String::new, |users| {
        format!(" · {} per 1,000 users", usd(total / users * 1_000.0))
    });
    Some(Bar { text: usd(total) + &each, parts, ..bar(&name, &words, (0.0, total)) })
}

fn usd(value: f64) -> String {
    let digits = if value >= 10.0 { count(value.round()) } else { format!("{value:.2}") };
    format!("${digits}")
}

fn bar(name: &str, words: &str, (from, to): (f64, f64)) -> Bar {
    Bar { pen: theme::BLUE, ..Bar::new(name, words, (from, to)) }
}

fn panel(name: &str, rows: Vec<Bar>, most: f64, falls: bool) -> Panel {
    let height = PITCH * number::float(number::count(rows.len()));
    let axis = Axis::linear(most, super::axis::usd).named("USD a month");
    // The plot ends where the longest bar does: no number is pushed aside by empty room.
    let axis = Axis { high: most.max(0.01), ..axis };
    let ticks = axis.ticks.iter().filter(|tick| tick.0 <= axis.high).cloned().collect();
    let body = Bars { axis: Axis { ticks, ..axis }, rows, falls, ..Bars::default() };
    Panel::new(name, height, Body::Bars(body))
}

fn noted(summary: &Summary, bill: &Bill) -> String {
    let what = if bill.steady { "its steady phases" } else { "all of it" };
    format!("{} Rates are those of {what}; a month has 730{GAP}h.", evidence(summary, Shown::Mean))
}
