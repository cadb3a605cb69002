//! What each thing that was done to the system cost its users.
use super::{stated_users, users};
use crate::summary::{
    NOTABLE, RECOVERY, Summary,
    bill::HOURS,
    chance,
    due::{Due, due},
    figures, polls,
    series::Curve,
    slo, storms, student, survivors,
};
use std::fmt;

/// The availability that a month is held against where no objective says another.
pub const TARGET: f64 = 0.999;

/// What an entry does to connections.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Does {
    /// They are lost.
    Hits,
    /// Their users are told to move, as by a deploy, at its own pace.
    Moves,
    /// The same, and it is not over when the runs end.
    StillMoves,
}

impl Does {
    /// In words.
    pub fn word(self) -> &'static str {
        match self {
            Self::Hits => "hit",
            Self::Moves => "moved",
            Self::StillMoves => "moved, not over",
        }
    }
}

/// What a timeline entry did.
#[derive(Clone, PartialEq, Debug)]
pub struct Blast {
    /// Its name.
    pub name: String,
    /// When it began, in seconds.
    pub at: f64,
    /// Connections that it cost, or that it told to move.
    pub hit: Option<f64>,
    /// What it does to them.
    pub does: Does,
    /// Minutes without a connection: of those hit by it, until each is back; of what takes no
    /// connection over all users, while it lasted and in the recoveries from it.
    pub minutes: f64,
    /// Whether they are of those hit by it alone.
    pub own: bool,
    /// When half of those hit, 99 % and all of them were back.
    pub back: [Back; 3],
    /// The longest that one of those hit was without a connection, in seconds.
    pub longest: Option<f64>,
    /// How many of those hit were not back at the end of the run.
    pub away: Option<f64>,
    /// Their share.
    pub never: Option<f64>,
    /// The shares of [`WRONGS`] while it lasts, where something goes wrong.
    pub wrongs: [Option<f64>; 2],
    /// Of what is sent then and does not arrive, the share that may still do so after the run.
    pub late: f64,
    /// Of the minutes that a month's target leaves.
    pub budget: Option<f64>,
    /// That target.
    pub target: f64,
    /// Whether the recovery from it is in its minutes.
    pub recovered: bool,
    /// What else the same recovery is from: faults that were not over when it began.
    pub with: Vec<String>,
}

impl Blast {
    /// What stands before its numbers where they go on growing after the run: many of those hit
    /// are not back, or it has not told all to move.
    pub fn at_least(&self) -> &'static str {
        let many = |away: f64| but_few(self.hit.unwrap_or(0.0), away).is_none();
        if self.does == Does::StillMoves
            || self.away.is_some_and(|away| away.round() >= 1.0 && many(away))
        {
            "at least "
        } else {
            ""
        }
    }

    /// What stands before its longest outage, which goes on after the run: even a few who are not
    /// back by its end are away for longer than it shows.
    fn longest_at_least(&self) -> &'static str {
        let away = self.away.is_some_and(|away| away > 0.0);
        if away || self.does == Does::StillMoves { "at least " } else { "" }
    }

    /// Whether a time is of those alone whom it has moved so far.
    pub fn so_far(&self, back: &Back) -> bool {
        self.does == Does::StillMoves && matches!(back, Back::After(_))
    }

    /// Its minutes in words, with three digits: no more are known.
    pub fn minutes_told(&self) -> String {
        format!("{}{}", self.at_least(), figures::count(figures::rounded_whole(self.minutes)))
    }

    /// The longest outage in words.
    pub fn longest_told(&self) -> String {
        let told = |longest| format!("{}{}", self.longest_at_least(), figures::duration(longest));
        self.longest.map_or_else(|| figures::NONE.to_owned(), told)
    }

    /// Of a month's budget, in words; nothing where it takes no time.
    pub fn budget_told(&self) -> String {
        match self.budget.filter(|&part| self.minutes > 0.0 && part > 0.0) {
            Some(part) if part < LEAST => figures::spoken_share(part),
            Some(part) => format!("{}{}", self.at_least(), figures::share(part)),
            None => figures::NONE.to_owned(),
        }
    }
}

/// A share of a month below this is told as that.
const LEAST: f64 = 1e-4;

/// What else goes wrong while an entry lasts: polls that nobody answers, and deliveries of what is
/// sent meanwhile that never arrive, or not before the end.
pub const WRONGS: [&str; 2] = ["polls that fail", "sent then, not arrived"];

/// Which of [`WRONGS`] some entry has.
pub fn wrongs(all: &[Blast]) -> [bool; 2] {
    [0, 1].map(|place| all.iter().any(|blast| blast.wrongs[place].is_some()))
}

/// Fewer of those hit, by their share, are told as those who are missing from all.
const FEW: f64 = 0.001;

/// `all but 3`: nearly all of those hit are back when a run ends; none where all are, or many not.
pub(in crate::summary) fn but_few(hit: f64, away: f64) -> Option<String> {
    let few = away.round() >= 1.0 && away < FEW * hit;
    few.then(|| format!("all but {}", figures::count(away.round())))
}

/// When a part of those whom a fault hit was back.
#[derive(Clone, PartialEq, Debug)]
pub enum Back {
    /// After so many seconds, from its begin.
    After(f64),
    /// By the end of some runs, of so many.
    InSome(u32, u32),
    /// All but so few that they are told as these.
    But(String),
    /// Not within the run.
    Never,
    /// It hit nobody.
    Nobody,
}

impl Back {
    /// In seconds; infinite where it did not come in all runs.
    pub fn seconds(&self) -> Option<f64> {
        match self {
            Self::After(seconds) => Some(*seconds),
            Self::InSome(..) | Self::But(_) | Self::Never => Some(f64::INFINITY),
            Self::Nobody => None,
        }
    }
}

/// In words: `48.1 s`, `all but 1`, `not by the end`, `by the end in 3 of 5 runs`.
impl fmt::Display for Back {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::After(seconds) => f.write_str(&figures::duration(*seconds)),
            Self::InSome(some, runs) => write!(f, "by the end in {some} of {runs} runs"),
            Self::But(few) => f.write_str(few),
            Self::Never => f.write_str("not by the end"),
            Self::Nobody => f.write_str(figures::NONE),
        }
    }
}

/// What a recovery has less than this of is nothing to tell, in user-minutes.
const LITTLE: f64 = 0.5;

/// Every entry of the timeline that cost users time, with the recoveries from it.
pub fn blasts(summary: &Summary) -> Vec<Blast> {
    let mut names: Vec<&str> = Vec::new();
    for phase in summary.faults().filter(|phase| phase.name != RECOVERY) {
        if !names.contains(&phase.name.as_str()) && !is_mark(summary, &phase.name) {
            names.push(&phase.name);
        }
    }
    let mut all: Vec<Blast> = names.into_iter().filter_map(|name| blast(summary, name)).collect();
    let whole = minutes(summary, RECOVERY);
    let parts = recoveries(summary);
    let sum: f64 = parts.iter().map(|part| part.weight).sum();
    for part in parts {
        let Some(own) = all.iter_mut().find(|blast| blast.name == part.of) else { continue };
        // Whom it hit is told until they are back, and those that others hit with the others.
        if own.own || all_own(summary, &part) {
            continue;
        }
        let minutes = whole * part.weight / sum;
        own.minutes += minutes;
        own.recovered |= minutes >= LITTLE;
        own.with.extend(part.with.into_iter().filter(|_| minutes >= LITTLE));
        own.with.dedup();
    }
    bound(summary, &mut all);
    let month = month(summary);
    for blast in &mut all {
        blast.budget = month.map(|month| blast.minutes / month);
    }
    // What touches no connection, no poll and no message says nothing here.
    let goes_wrong = |it: &Blast| it.wrongs.iter().any(Option::is_some);
    all.retain(|it| it.minutes >= LITTLE || it.hit.is_some() || goes_wrong(it));
    all
}

/// What is told of phases is no more than what those who were hit leave of the whole.
fn bound(summary: &Summary, all: &mut [Blast]) {
    let sum = |own: bool| -> f64 {
        all.iter().filter(|blast| blast.own == own).map(|blast| blast.minutes).sum()
    };
    let (hit, others) = (sum(true), sum(false));
    let Some(whole) = summary.mean("outage.user_seconds").map(|seconds| seconds / 60.0) else {
        return;
    };
    let left = (whole - hit).max(0.0);
    if hit > 0.0 && others > left {
        all.iter_mut().filter(|blast| !blast.own).for_each(|it| it.minutes *= left / others);
    }
}

/// The minutes that those hit by a fault are without a connection, until each is back.
fn of_those_hit(summary: &Summary, name: &str) -> Option<f64> {
    summary.mean(&format!("recovery.{name}.hit")).filter(|&hit| hit > 0.0)?;
    summary.mean(&format!("recovery.{name}.user_seconds")).map(|seconds| seconds / 60.0)
}

/// Whether another fault of the same recovery says what those whom it hit lack.
fn all_own(summary: &Summary, part: &Recovery) -> bool {
    part.with.iter().any(|name| of_those_hit(summary, name).is_some())
}

/// The minutes of users without a connection whom none of these faults had hit, where the faults
/// say whom they hit.
fn nobodys(summary: &Summary, all: &[Blast]) -> Option<f64> {
    let whole = summary.mean("outage.user_seconds")? / 60.0;
    let sum: f64 = all.iter().map(|blast| blast.minutes).sum();
    let left = Some(whole - sum).filter(|&left| left >= LITTLE);
    left.filter(|_| all.iter().any(|blast| blast.own))
}

/// The longest that one user was away, whatever it came from, in a sentence; and all of it, where
/// the rows are parts of that: who never gets in has lost no connection.
pub fn in_all(summary: &Summary, rows: &[Blast]) -> Option<String> {
    let parts = rows.iter().map(|blast| blast.minutes).sum::<f64>() - LITTLE;
    let longest = summary.mean("outage.longest").filter(|&longest| longest > 0.0)?;
    let all = summary.mean("outage.user_seconds")? / 60.0;
    let least = rows.iter().map(Blast::at_least).find(|it| !it.is_empty()).unwrap_or_default();
    let on = if goes_on(summary, longest) { "at least " } else { "" };
    let longest = format!("{on}{}{}", figures::duration(longest), summary.on_average());
    let text = format!("the longest that one user {}is without a connection is", summary.of_each());
    Some(if all >= parts {
        let are =
            figures::counted(figures::rounded_whole(all), "user-minute is", "user-minutes are");
        let others = nobodys(summary, rows).map_or_else(String::new, |others| {
            let others = figures::count(figures::rounded_whole(others));
            format!(", {others} of them by users whom none of this had hit")
        });
        format!("In all, {least}{are} lost{others}; {text} {longest}.")
    } else {
        format!("{} {longest}.", figures::capitalized(&text))
    })
}

/// Whether who was away for longest was not back at the end of its run: nobody who came back was
/// away for as long.
fn goes_on(summary: &Summary, longest: f64) -> bool {
    let back = summary.metric("reconnect.max");
    back.is_some_and(|back| back.mean.is_none_or(|back| back < longest * (1.0 - 1e-9)))
}

/// A recovery of the first replication.
struct Recovery {
    /// The last fault before it.
    of: String,
    /// Those before that which went over into each other.
    with: Vec<String>,
    /// How much of all recoveries it is.
    weight: f64,
}

/// The recoveries of the first replication, each with the faults that it is from. It weighs what
/// its users lack of those that are usually online, beyond chance; without that curve the time that
/// those hit by its fault lack; where none lacks anything, its own time.
fn recoveries(summary: &Summary) -> Vec<Recovery> {
    let online = summary.level("", "connections", "online");
    let usual = online.as_ref().and_then(|curve| usually(summary, curve)).unwrap_or(0.0);
    let lacks = |start: f64, end: f64| {
        let curve = online.iter().flat_map(|curve| curve.within(start, end));
        let step = online.as_ref().map_or(0.0, |curve| curve.step);
        let lacks = curve.map(|(_, held)| usual - held).sum::<f64>() * step;
        if lacks > luck(summary, usually_away(summary) * usual * (end - start)) {
            lacks
        } else {
            0.0
        }
    };
    let (mut all, mut before): (Vec<Recovery>, Vec<String>) = (Vec::new(), Vec::new());
    let mut times = Vec::new();
    for phase in summary.stretches() {
        let (start, end) = (phase.start.seconds(), phase.end.seconds());
        match phase.name.as_str() {
            "steady" => before.clear(),
            RECOVERY => {
                let Some(of) = before.last().cloned() else { continue };
                let others = before.iter().filter(|name| **name != of);
                let with = others.cloned().collect();
                all.push(Recovery { of, with, weight: lacks(start, end) });
                times.push(end - start);
            }
            name if is_mark(summary, name) => {}
            name => before.push(name.to_owned()),
        }
    }
    if online.is_none() {
        let away = |of: &str| summary.mean(&format!("recovery.{of}.user_seconds")).unwrap_or(0.0);
        all.iter_mut().for_each(|part| part.weight = away(&part.of));
    }
    if all.iter().map(|part| part.weight).sum::<f64>() <= 0.0 {
        all.iter_mut().zip(&times).for_each(|(part, time)| part.weight = *time);
    }
    all
}

/// How many are online in the steady time on average, or at most where there is none.
fn usually(summary: &Summary, online: &Curve) -> Option<f64> {
    student::mean(&summary.steady(online)).or_else(|| Some(online.peak()?.1))
}

/// For each user who is connected in the steady time, how many are not.
fn usually_away(summary: &Summary) -> f64 {
    let usual = summary.mean("during(steady).clients.availability").filter(|&it| it > 0.0);
    usual.map_or(0.0, |available| 1.0 / available - 1.0)
}

/// User-minutes without a connection in a phase, beyond those of the steady time and what of them
/// is chance, in a run.
fn minutes(summary: &Summary, name: &str) -> f64 {
    let during = |what: &str| summary.mean(&format!("during({name}).{what}"));
    let own = summary.phases.iter().filter(|phase| phase.name == name);
    let lasted: f64 = own.map(|phase| phase.end.seconds() - phase.start.seconds()).sum();
    let runs = f64::from(summary.replications.max(1));
    let lasted = lasted / runs;
    // What is away all the time is not of its doing.
    let usual = usually_away(summary);
    let seconds = match during("clients.availability").zip(during("connections.mean")) {
        Some((available, connected)) if available > 0.0 => {
            let beyond = connected * (1.0 / available - 1.0 - usual) * lasted;
            let usual = connected * usual * lasted;
            if beyond > luck(summary, usual * runs) / runs { beyond } else { 0.0 }
        }
        // How many an open stream would have had nobody says.
        Some(_) => stated_users(summary).unwrap_or(0.0) * lasted,
        // What is over at once lasts no time itself: its recovery does.
        None => 0.0,
    };
    seconds / 60.0
}

/// How many seconds of users without a connection are chance where so many are usual: whole
/// outages, each as long as nearly all of them at most.
fn luck(summary: &Summary, usual: f64) -> f64 {
    let length = summary.mean("reconnect.p99").filter(|&length| length > 0.0);
    length.map_or(0.0, |length| length * chance::beyond(usual / length, 1))
}

/// The user-minutes that a month may lose.
fn month(summary: &Summary) -> Option<f64> {
    let month = users(summary).map(|users| users * HOURS * 60.0 * (1.0 - target(summary)));
    month.filter(|&month| month > 0.0)
}

fn blast(summary: &Summary, name: &str) -> Option<Blast> {
    let of = |what: &str| summary.mean(&format!("recovery.{name}.{what}"));
    let own = of_those_hit(summary, name);
    let (hit, away) = (of("hit").filter(|&hit| hit > 0.0), of("never").filter(|&it| it > 0.0));
    let back = |what: &str| {
        let name = format!("recovery.{name}.{what}");
        let few = || but_few(hit?, away?).filter(|_| what == "all");
        match (summary.mean(&name), survivors::came(&name, &summary.metrics)) {
            (Some(seconds), _) => Back::After(seconds),
            (None, Some((some, runs))) => Back::InSome(some, runs),
            (None, None) if hit.is_some() => few().map_or(Back::Never, Back::But),
            (None, None) => Back::Nobody,
        }
    };
    let missing = missing(summary, name);
    Some(Blast {
        name: name.to_owned(),
        at: summary.phases.iter().find(|phase| phase.name == name)?.start.seconds(),
        hit,
        does: match storms::moves(summary, name) {
            false => Does::Hits,
            true if storms::goes_on(summary, name) => Does::StillMoves,
            true => Does::Moves,
        },
        minutes: own.unwrap_or_else(|| minutes(summary, name)),
        own: own.is_some(),
        back: ["t50", "t99", "all"].map(back),
        longest: of("longest").filter(|&longest| longest > 0.0),
        away,
        never: of("never_share").filter(|&never| never > 0.0),
        wrongs: [polls::failed_in(summary, name), missing.map(|(_, part)| part)],
        late: missing.map_or(0.0, |(due, _)| due.late / (due.missed + due.late)),
        budget: None,
        target: target(summary),
        recovered: false,
        with: Vec::new(),
    })
}

/// What is due of what is sent in a phase, and how much of it does not arrive before the run ends,
/// where that is more than of the steady time, and more than chance.
fn missing(summary: &Summary, name: &str) -> Option<(Due, f64)> {
    let own = due(summary, name)?;
    let usual = due(summary, "steady").map_or(0.0, |steady| steady.open());
    let runs = f64::from(summary.replications.max(1));
    let sent = own.sent * runs;
    let luck = (chance::beyond(usual * sent, 1) / sent).max(own.luck / own.sent);
    let more = own.open() - usual;
    (more > luck.max(NOTABLE)).then_some((own, own.open()))
}

/// Whether a timeline entry does nothing: it gives a stretch of time a name.
pub(in crate::summary) fn is_mark(summary: &Summary, name: &str) -> bool {
    summary.timeline().iter().any(|entry| entry["name"] == name && !entry["mark"].is_null())
}

/// The strictest objective on the availability of the whole run.
fn target(summary: &Summary) -> f64 {
    let limits = summary.slo.iter().filter_map(|judged| {
        let slo = slo::parse(&judged.expr).ok()?;
        let least = matches!(slo.comparison, slo::Comparison::Above | slo::Comparison::AtLeast);
        (slo.metric == "clients.availability" && least && judged.decides()).then_some(slo.limit)
    });
    limits.filter(|limit| (0.0..1.0).contains(limit)).reduce(f64::max).unwrap_or(TARGET)
}
