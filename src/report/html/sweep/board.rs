//! What a board asks of a sweep: of the design to take in full, as the page of a run has it, then
//! of the designs side by side.
use crate::{
    record::Unit,
    report::html::{
        bill,
        blast::{self, after},
        board::{self as of_run, full_with, used, users},
        charts::Charts,
        events, ledger, napkin as of_napkin, system as of_system,
        text::{self, number},
    },
    summary::{
        Bill, Summary,
        advice::{Design, Recommended},
        board::{self, Grown},
        figures::{self, figure},
        napkin::{Compared, LARGE},
        survivors,
        sweep::Sweep,
    },
};
use maud::{Markup, html};

/// More items of the bill stand together.
const ITEMS: usize = 6;
/// More lines of a napkin are in the file alone.
const LINES: usize = 24;

/// A design as a run of its own.
struct Told<'s> {
    design: Design<'s>,
    name: String,
    run: Summary,
}

/// The designs of a sweep, and the one that is told in full.
pub(super) struct Board<'s> {
    sweep: &'s Sweep,
    shown: Told<'s>,
    all: Vec<Told<'s>>,
    charts: Charts,
}

impl<'s> Board<'s> {
    /// None where there is no point.
    pub(super) fn of(sweep: &'s Sweep) -> Option<Self> {
        let told = |design: Design<'s>| Told {
            design,
            name: sweep.spoken_design(design.point),
            run: sweep.run_of(design.point),
        };
        let shown = told(sweep.shown_design()?);
        let charts = Charts::of(&shown.run);
        Some(Self {
            sweep,
            all: sweep.told_designs().into_iter().map(told).collect(),
            shown,
            charts,
        })
    }

    /// Which design it is.
    fn lead(&self, what: &str) -> Markup {
        let role = match self.shown.design.role {
            "" => String::new(),
            "first" => " (the first point)".to_owned(),
            role => format!(" ({role})"),
        };
        html! { p.lead { (what) " " b { (text::name(&self.shown.name)) } (role) "." } }
    }

    fn is_shown(&self, told: &Told) -> bool {
        std::ptr::eq(told.design.point, self.shown.design.point)
    }

    /// A table with some rows for each design; none where no design has any.
    fn beside(
        &self,
        headline: &str,
        heads: &[(&str, bool)],
        rows: impl Fn(&Told) -> Vec<Markup>,
    ) -> Option<Markup> {
        let rows: Vec<Vec<Markup>> = self.all.iter().map(rows).collect();
        let alike = rows
            .iter()
            .all(|own| own.iter().map(|row| &row.0).eq(rows[0].iter().map(|row| &row.0)));
        if self.all.len() < 2 || rows.iter().all(Vec::is_empty) {
            return None;
        }
        if alike {
            let count = self.all.len();
            return Some(html! { p.foot { (headline) ": the same at all " (count) " points that \
            are told here." } });
        }
        let all = self.all.iter().zip(&rows);
        let all = all.flat_map(|(told, own)| own.iter().map(move |row| (told, row)));
        Some(html! {
            h3.over { (headline) }
            table.sort.stack.beside {
                caption.hidden { (headline) }
                thead { tr {
                    th scope="col" { "design" }
                    @for (head, right) in heads { th.r[*right] scope="col" {
                        (text::clean(head, 60)) } }
                } }
                tbody { @for (told, cells) in all {
                    tr class=(if self.is_shown(told) { "pick" } else { "other" }) {
                        th scope="row" { (text::name(&told.name))
                            @if !told.design.role.is_empty() { small { (told.design.role) } } }
                        (cells)
                    }
                } }
            }
        })
    }

    /// The picture of the design, with its peaks.
    pub(super) fn system(&self) -> Option<Markup> {
        let picture = of_system::body(&self.shown.run)?;
        Some(html! { (self.lead("As it is with")) (picture) })
    }

    /// What was done and when, of the design whose curves are known.
    pub(super) fn events(&self) -> Option<Markup> {
        self.curves().and_then(events::body)
    }

    /// How its deliveries ended.
    pub(super) fn ledger(&self) -> Option<Markup> {
        let body = ledger::body(self.curves()?)?;
        Some(html! { (self.lead("Of")) (body) })
    }

    fn curves(&self) -> Option<&Summary> {
        self.sweep.curves_of(self.shown.design.point).map(|_| &self.shown.run)
    }

    /// Its budgets, then what is full first in each design.
    pub(super) fn headroom(&self) -> Option<Markup> {
        let own = self.charts.headroom(of_run::headroom(&self.shown.run))?;
        let firsts: Vec<Option<First>> = self.all.iter().map(|told| First::of(&told.run)).collect();
        let any = |less: fn(&board::Budget) -> Option<f64>| {
            firsts.iter().flatten().any(|first| less(&first.budget).is_some())
        };
        let (less, zones) = (any(|budget| budget.one_less), any(|budget| budget.zone_less));
        let mut heads = vec![("full first", false), ("on average", true)];
        heads.extend(less.then_some((ONE_LESS, true)));
        heads.extend(zones.then_some((ZONE_LESS, true)));
        heads.extend([("peak of the run", true), ("full with", true)]);
        let row = |told: &Told| {
            let first = First::of(&told.run);
            first.iter().map(|first| first.row(&told.run, less, zones)).collect()
        };
        let all = self.beside("What is full first, design by design", &heads, row);
        Some(html! { (self.lead("Of")) (own) @if let Some(all) = all { (all) } })
    }

    /// What more users cost and fill.
    pub(super) fn growth(&self) -> Option<Markup> {
        let own = self.charts.growth(of_run::growth(&self.shown.run))?;
        let last = board::growth(&self.shown.run).last().map_or(1.0, |grown| grown.factor);
        let more = format!("bill with {} times the users", figures::compact(last));
        let priced = self.all.iter().any(|told| told.run.bill.is_some());
        let mut heads = vec![("fullest budget", true), ("carries", true)];
        if priced {
            heads.extend([("bill a month", true), ("per 1,000 users", true), (&more, true)]);
        }
        let row = |told: &Told| {
            let all = board::growth(&told.run);
            let ends = all.first().zip(all.last());
            ends.iter().map(|(now, then)| grown(now, then, priced.then_some(&more))).collect()
        };
        let all = self.beside("With more users, design by design", &heads, row);
        Some(html! { (self.lead("Of")) (own) @if let Some(all) = all { (all) } })
    }

    /// What was done, and what it cost the users.
    pub(super) fn blast(&self) -> Option<Markup> {
        let mut heads = vec![
            ("what", false),
            ("connections", true),
            ("user-minutes lost", true),
            ("all back", true),
            ("longest outage", true),
            ("of a month’s budget", true),
        ];
        let every: Vec<_> = self.all.iter().flat_map(|told| board::blasts(&told.run)).collect();
        let shown = board::wrongs(&every);
        let wrongs = board::WRONGS.iter().zip(shown).filter(|it| it.1);
        heads.extend(wrongs.map(|(head, _)| (*head, true)));
        let row = |told: &Told| {
            let all = board::blasts(&told.run);
            all.iter().map(|blast| of_blast(&told.run, blast, shown)).collect()
        };
        let all = self.beside("What it costs in each design", &heads, row);
        let own = blast::of_run(&self.shown.run);
        (own.is_some() || all.is_some()).then(|| {
            html! {
                (self.lead("Of"))
                @match &own {
                    Some(own) => (own),
                    None => p.foot { "Nothing that is done to it costs its users time." },
                }
                @if let Some(all) = all { (all) }
            }
        })
    }

    /// Its bill with the sources of the prices, then what each design pays for what.
    pub(super) fn bill(&self) -> Option<Markup> {
        let own = bill::body(&self.shown.run)?;
        let (items, others) = self.items();
        let mut heads = vec![("USD a month", true)];
        heads.extend(items.iter().map(|name| (name.as_str(), true)));
        heads.extend(others.then_some(("others", true)));
        let row = |told: &Told| {
            let paid = told.run.bill.as_ref();
            paid.iter().map(|bill| of_bill(&told.run, bill, &items, others)).collect()
        };
        let all = self.beside("What each design pays for", &heads, row);
        Some(html! { (self.lead("Of")) (own) @if let Some(all) = all { (all) } })
    }

    /// The dearest items of all designs, and whether there are others.
    fn items(&self) -> (Vec<String>, bool) {
        let mut items: Vec<(String, f64)> = Vec::new();
        let paid = self.all.iter().filter_map(|told| told.run.bill.as_ref());
        for item in paid.flat_map(Bill::items) {
            match items.iter_mut().find(|known| known.0 == item.name) {
                Some(known) => known.1 += item.usd_month,
                None => items.push((item.name, item.usd_month)),
            }
        }
        items.retain(|item| item.1 > 0.0);
        items.sort_by(|one, other| other.1.total_cmp(&one.1));
        let others = items.len() > ITEMS;
        items.truncate(if others { ITEMS - 1 } else { ITEMS });
        (items.into_iter().map(|item| item.0).collect(), others)
    }

    /// Its napkin, then where those of the others are off otherwise.
    pub(super) fn napkin(&self) -> Option<Markup> {
        let own = of_napkin::body(&self.shown.run)?;
        let heads =
            [("quantity", false), ("napkin", true), ("simulated", true), ("difference", true)];
        let count: usize = self.all.iter().map(|told| self.off(told).count()).sum();
        let each = if count > LINES { (LINES / self.all.len().max(1)).max(1) } else { LINES };
        let row = |told: &Told| {
            self.off(told).take(each).map(|one| off(one, told.run.replications > 1)).collect()
        };
        let shown: usize = self.all.iter().map(|told| self.off(told).count().min(each)).sum();
        let all = self.beside("Where the napkin of another design is off", &heads, row);
        Some(html! {
            (self.lead("Of")) (own)
            @if let Some(all) = all { (all) }
            @if count > shown {
                p.foot { (count - shown) " further lines are in " code { "napkin.csv" } "." }
            }
        })
    }

    /// The lines of a design that are off, but not as those of the design that is told in full.
    fn off<'t>(&'t self, told: &'t Told) -> impl Iterator<Item = &'t Compared> + 't {
        let alike = |one: &Compared| {
            let lines = self.shown.run.napkin.iter();
            let mut same =
                lines.filter(|it| it.is_large() && it.name == one.name && it.of == one.of);
            same.any(|it| match (it.deviation, one.deviation) {
                (Some(here), Some(there)) => (here - there).abs() <= LARGE,
                (here, there) => here == there,
            })
        };
        told.run.napkin.iter().filter(move |one| one.is_large() && !alike(one))
    }

    /// What to change: what the sweep has run, then what closed forms say beyond.
    pub(super) fn recommendation(&self) -> Option<Markup> {
        let Recommended { swept, beyond, none } =
            self.sweep.recommended(self.shown.design, &self.shown.run);
        let beyond = of_run::recommended(&self.shown.run, &beyond);
        (!swept.is_empty() || beyond.is_some() || none.is_some()).then(|| {
            html! {
                @if let Some(none) = none { (self.lead("Of")) p.lead { (text::sentence(&none)) } }
                @if !swept.is_empty() {
                    p.lead { "What this sweep has run: from the experiment as it is written to "
                        b { (text::name(&self.shown.name)) } "." }
                    (of_run::table(&swept))
                }
                @if let Some(beyond) = beyond {
                    @if !swept.is_empty() { h3.over { "Beyond what the objectives ask" } }
                    @else { (self.lead("Of")) }
                    (beyond)
                }
            }
        })
    }
}

/// The budget of a design that is full first, with its node.
struct First {
    node: String,
    users: f64,
    budget: board::Budget,
}

/// A column where one instance is missing,
const ONE_LESS: &str = "one instance less";
/// and one where a zone is.
const ZONE_LESS: &str = "a zone less";

impl First {
    fn of(run: &Summary) -> Option<Self> {
        let rooms = board::rooms(run);
        let (room, budget) = board::binding(&rooms)?;
        Some(Self { node: room.node.clone(), users: room.users, budget: budget.clone() })
    }

    fn row(&self, run: &Summary, less: bool, zones: bool) -> Markup {
        let Self { node, users, budget } = self;
        let part = |head: &str, part: Option<f64>| number(head, part, &used(part));
        let only = survivors::only(&format!("{node}.cpu.peak"), &run.metrics);
        html! {
            td data-l="full first" { (budget.name)
                small { "of " (text::name(node)) @if !budget.limit.is_empty() {
                    ", " (budget.limit) } } }
            (part("on average", Some(budget.average)))
            @if less { (part(ONE_LESS, budget.one_less)) }
            @if zones { (part(ZONE_LESS, budget.zone_less)) }
            (number("peak of the run", Some(budget.peak), &html! {
                (used(Some(budget.peak)))
                @if let Some(only) = only { small { (text::sentence(&only)) } } }))
            (number("full with", budget.full_at, &html! { (full_with(budget, *users)) }))
        }
    }
}

/// A design now, and with so many more users as the head of the last column says.
fn grown(now: &Grown, then: &Grown, more: Option<&String>) -> Markup {
    let part = now.binding.as_ref().map(|it| it.2);
    let carries = now.users.zip(part).map(|(users, part)| users / part);
    let each = now.bill.zip(now.users).map(|(bill, users)| bill / users * 1_000.0);
    let fullest = html! { (used(part)) @if let Some((what, node, _)) = &now.binding {
    small { (what) " of " (text::name(node)) } } };
    html! {
        (number("fullest budget", part, &fullest))
        (number("carries", carries, &html! {
            @if now.fewer { "fewer than these" } @else { (carries.map_or_else(none, users)) } }))
        @if let Some(more) = more {
            (number("bill a month", now.bill, &usd(now.bill)))
            (number("per 1,000 users", each, &usd(each)))
            (number(more, then.bill, &usd(then.bill)))
        }
    }
}

fn of_bill(run: &Summary, bill: &Bill, items: &[String], others: bool) -> Markup {
    let own = bill.items();
    let of = |name: &String| own.iter().find(|it| it.name == *name).map_or(0.0, |it| it.usd_month);
    let parts: Vec<f64> = items.iter().map(of).collect();
    let rest = (bill.total() - parts.iter().sum::<f64>()).max(0.0);
    let only = survivors::only("cost.total", &run.metrics);
    let money = |head: &str, value: f64| {
        number(&text::clean(head, 60), Some(value), &html! { (bill::money(value)) })
    };
    html! {
        (number("USD a month", Some(bill.total()), &html! { b { (bill::money(bill.total())) }
            @if let Some(only) = only { small { (text::sentence(&only)) } } }))
        @for (name, part) in items.iter().zip(&parts) { (money(name, *part)) }
        @if others { (money("others", rest)) }
    }
}

fn none() -> String {
    figures::NONE.to_owned()
}

fn usd(value: Option<f64>) -> Markup {
    let told = |value| figure(Unit::UsdPerMonth, value).replace("/month", "");
    html! { (value.map_or_else(none, told)) }
}

fn of_blast(run: &Summary, blast: &board::Blast, shown: [bool; 2]) -> Markup {
    let hit = html! {
        (blast.hit.map_or_else(none, |hit| figures::count(hit.round())))
        @if blast.hit.is_some() { small { (blast.does.word()) } }
    };
    // Who is not back comes last.
    let [_, _, back] = &blast.back;
    let order = back.seconds().map(|seconds| seconds.min(f64::MAX));
    let part = blast.budget.filter(|_| blast.minutes > 0.0);
    html! {
        td data-l="what" { (text::name(&blast.name)) }
        (number("connections", blast.hit, &hit))
        (number("user-minutes lost", Some(blast.minutes),
            &html! { b { (blast.minutes_told()) } }))
        (number("all back", order, &after(run, blast, back)))
        (number("longest outage", blast.longest,
            &html! { (blast.longest_told()) }))
        (number("of a month’s budget", part, &html! { (blast.budget_told()) }))
        (blast::wrongs(blast, shown))
    }
}

fn off(one: &Compared, intervals: bool) -> Markup {
    html! {
        td data-l="quantity" { (text::name(&one.name))
            @if !one.of.is_empty() { small { (text::name(&one.of)) } } }
        (of_napkin::held(one, intervals))
    }
}
