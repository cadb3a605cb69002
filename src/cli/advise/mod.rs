//! `squall advise`: which transport, from what is asked on the command line.
mod simulate;
mod text;

use super::{BAD_INPUT, FAILED, GOOD, complain, diagnostics, folder, print, unicode};
use crate::{
    advise::{self, Answer, Audience, Direction, Platform, Question},
    engine::{Span, number},
    node::table::browsers::MOST_TABS,
    report::{files::File, safe::quoted},
    scenario::{self, Scenario},
    spec::Severity,
    summary::figures,
    units::{Bytes, Count, Quantity, Rate, Share},
};
use clap::{Args, ValueEnum};
use simulate::Simulated;
use std::{
    io,
    path::{Path, PathBuf},
};

/// What the texts of candidates are called when they are resolved.
const NAME: &str = "advise.yaml";

/// How fresh something can be asked to be: beyond it there is nothing to model.
const FRESH: [Span; 2] = [Span::from_millis(1), Span::from_secs(30 * 86_400)];

/// Which way messages go.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Ways {
    /// From the servers to the users.
    OneWay,
    /// From the users too.
    Both,
}

/// Who gets a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Who {
    /// One user.
    One,
    /// All others in a room of ten.
    Room,
    /// All users.
    All,
}

/// What the clients run on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum On {
    /// A page, with the heads and limits of a browser.
    Browser,
    /// A program, with short heads.
    Native,
}

/// Whether the application is open when messages come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum App {
    /// It is.
    Open,
    /// It is not: only the vendor's push service can wake it.
    Closed,
}

/// Reads a quantity, or says what to write.
fn read<T: Quantity>(text: &str) -> Result<T, String> {
    T::read(text)
        .map_err(|wrong| format!("{}; {}", wrong.message, wrong.advice(T::WHAT, T::EXAMPLE)))
}

/// What `squall advise` is told.
#[derive(Args, Clone, Debug)]
pub(super) struct AdviseArguments {
    /// Which way messages go.
    #[arg(long, value_enum)]
    direction: Ways,
    /// One way: messages that a user gets; both ways: messages that a user sends. 10/s, 1/min, 3/h.
    #[arg(long, value_name = "RATE", value_parser = read::<Rate>, default_value = "1/min")]
    messages: Rate,
    /// How old what a user sees may be, such as 500ms, 30s or 5min; 1ms to 30d.
    #[arg(long, value_name = "DURATION", value_parser = read::<Span>)]
    fresh: Span,
    /// Who gets a message.
    #[arg(long, value_enum, default_value = "one")]
    audience: Who,
    /// How many users.
    #[arg(long, value_name = "N", value_parser = read::<Count>, default_value = "100k")]
    users: Count,
    /// The share of users for whom proxies block a WebSocket, 0% to 100%.
    #[arg(long, value_name = "SHARE", value_parser = read::<Share>, default_value = "0%")]
    hostile: Share,
    /// What the clients run on.
    #[arg(long, value_enum, default_value = "browser")]
    platform: On,
    /// Whether the application is open when messages come.
    #[arg(long, value_enum, default_value = "open")]
    app: App,
    /// Tabs that a browser has open, 1 to 255.
    #[arg(long, value_name = "N", value_parser = read::<Count>, default_value = "1")]
    tabs: Count,
    /// Size of a message.
    #[arg(long, value_name = "SIZE", value_parser = read::<Bytes>, default_value = "300B")]
    payload: Bytes,
    /// A price sheet, such as models/prices/aws-us-east-1.yaml; without one nothing is priced.
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// Run each candidate shortly with a part of the users, and show what came out.
    #[arg(long)]
    simulate: bool,
    /// Write the answer as an experiment, to go on from.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// Print one document, and nothing else, on stdout.
    #[arg(long)]
    json: bool,
}

impl AdviseArguments {
    fn question(&self) -> Question {
        Question {
            direction: match self.direction {
                Ways::OneWay => Direction::OneWay,
                Ways::Both => Direction::Both,
            },
            messages: self.messages,
            fresh: self.fresh,
            audience: match self.audience {
                Who::One => Audience::One,
                Who::Room => Audience::Room,
                Who::All => Audience::All,
            },
            users: self.users.0,
            hostile: self.hostile,
            platform: match self.platform {
                On::Browser => Platform::Browser,
                On::Native => Platform::Native,
            },
            open: self.app == App::Open,
            tabs: self.tabs.0,
            payload: self.payload,
            prices: self.prices.as_ref().map(|path| self.named(path)),
        }
    }

    /// The price sheet as the text of a candidate names it. A file that is written may lie
    /// anywhere, so that it names the whole path.
    fn named(&self, prices: &Path) -> String {
        let whole = self.write.as_ref().and_then(|_| prices.canonicalize().ok());
        whole.as_deref().unwrap_or(prices).to_string_lossy().into_owned()
    }

    /// The same question, as a shell reads it.
    fn again(&self) -> String {
        let word = |value: &dyn Fn() -> Option<clap::builder::PossibleValue>| {
            value().map_or_else(String::new, |value| value.get_name().to_owned())
        };
        let mut words = format!(
            "squall advise --direction {} --messages {} --fresh {} --users {}",
            word(&|| self.direction.to_possible_value()),
            self.messages.tell(),
            self.fresh.print(),
            self.users.print(),
        );
        let mut add = |name: &str, value: String, default: &str| {
            if value != default {
                words += &format!(" --{name} {}", quoted(&value));
            }
        };
        add("audience", word(&|| self.audience.to_possible_value()), "one");
        add("hostile", self.hostile.print(), "0%");
        add("platform", word(&|| self.platform.to_possible_value()), "browser");
        add("app", word(&|| self.app.to_possible_value()), "open");
        add("tabs", self.tabs.print(), "1");
        add("payload", self.payload.print(), "300B");
        if let Some(prices) = &self.prices {
            add("prices", prices.to_string_lossy().into_owned(), "");
        }
        words
    }

    /// The next useful command.
    fn next(&self, answer: &Answer) -> String {
        match (&self.write, answer.ranked.is_empty()) {
            (_, true) => "squall explain buffer.notify".to_owned(),
            (Some(file), false) => format!("squall run {}", quoted(&file.to_string_lossy())),
            (None, false) if self.simulate => format!("{} --write advised.yaml", self.again()),
            (None, false) => format!("{} --simulate", self.again()),
        }
    }

    /// What is too short, too long, or too much to be modelled.
    fn beyond(&self) -> Option<String> {
        let (fresh, users) = (self.fresh.print(), self.users.print());
        if self.fresh < FRESH[0] {
            return Some(format!("`--fresh {fresh}`: nothing is that fast; write 1ms or more"));
        }
        if self.fresh > FRESH[1] {
            return Some(format!("`--fresh {fresh}`: write 30d or less"));
        }
        if self.users.0 > u64::from(scenario::MOST_USERS) {
            return Some(format!("`--users {users}`: at most 2147M are modelled"));
        }
        let question = self.question();
        let size = question.size();
        let (all, most) = match question.direction {
            Direction::OneWay => (question.published(size), scenario::MOST_OF_A_SOURCE),
            Direction::Both => (self.messages.0 * float(size), scenario::MOST_OF_A_CROWD),
        };
        (all > most.0).then(|| {
            format!(
                "`--messages {}`: with {users} users that is {} in all, and at most {} are \
                 modelled; write {} or less, or fewer users",
                self.messages.print(),
                Rate(all).print(),
                most.print(),
                Rate(figures::floored(self.messages.0 * most.0 / all, 1)).print(),
            )
        })
    }

    /// What is asked for beside an app that is closed, of which nothing runs.
    fn idle_while_closed(&self) -> Option<String> {
        let write = self.write.as_ref().map(|file| format!("`--write {}`", file.display()));
        let simulate = self.simulate.then(|| "`--simulate`".to_owned());
        let asked: Vec<String> = write.into_iter().chain(simulate).collect();
        (self.app == App::Closed && !asked.is_empty()).then(|| {
            format!(
                "`--app closed`: nothing of the app runs, so that there is no experiment to write \
                 or to simulate; leave out {}",
                asked.join(" and ")
            )
        })
    }

    /// A file where `--write` needs a folder.
    fn in_the_way(&self) -> Option<String> {
        let file = self.write.as_ref()?;
        let place = folder::in_the_way(file.parent()?)?;
        Some(format!(
            "`--write {}`: `{}` is a file, and no folder; write the path of a file in a folder",
            file.display(),
            place.display()
        ))
    }

    /// What cannot be asked.
    fn wrong(&self) -> Option<String> {
        if self.tabs.0 > u64::from(MOST_TABS) {
            return Some(format!("`--tabs {}`: write {MOST_TABS} or less", self.tabs.print()));
        }
        if self.tabs.0 > 1 && self.platform == On::Native {
            return Some("`--tabs`: a native application has none; leave it out".to_owned());
        }
        if self.users.0 == 0 {
            return Some("`--users 0`: nobody needs no transport; write 1 or more".to_owned());
        }
        if self.tabs.0 == 0 {
            return Some(
                "`--tabs 0`: write 1 or more; `--app closed` says that none is open".to_owned(),
            );
        }
        if self.payload > scenario::MOST_PAYLOAD {
            return Some("`--payload`: a message has at most 1GB".to_owned());
        }
        if let Some(idle) = self.idle_while_closed() {
            return Some(idle);
        }
        let missing = self.prices.as_ref().filter(|file| !file.is_file());
        let missing =
            missing.map(|file| format!("`--prices {}`: there is no such file", file.display()));
        missing.or_else(|| self.in_the_way()).or_else(|| self.beyond())
    }
}

/// Answers; returns the exit code.
pub(super) fn run(arguments: &AdviseArguments) -> u8 {
    if let Some(wrong) = arguments.wrong() {
        complain(&wrong);
        return BAD_INPUT;
    }
    let question = arguments.question();
    let answer = match advise::advise(&question, &resolved) {
        Ok(answer) => answer,
        Err(wrong) => {
            complain(&wrong);
            return BAD_INPUT;
        }
    };
    match told(arguments, &question, &answer) {
        Ok(code) => code,
        Err(error) => {
            complain(&error);
            FAILED
        }
    }
}

fn told(arguments: &AdviseArguments, question: &Question, answer: &Answer) -> io::Result<u8> {
    if let (Some(file), Some(first)) = (&arguments.write, answer.ranked.first()) {
        if file.exists() {
            complain(&format!("`{}` is there already, and is left as it is", file.display()));
            return Ok(BAD_INPUT);
        }
        let name = file.to_string_lossy().into_owned();
        let bytes = first.estimate.text.clone().into_bytes();
        folder::create(Path::new("."), &[File { name, bytes }])?;
    }
    let simulated: Vec<Option<Simulated>> = if arguments.simulate {
        simulate::all(question, answer, &resolved)?
    } else {
        vec![None; answer.ranked.len()]
    };
    let next = arguments.next(answer);
    let text = if arguments.json {
        text::document(question, answer, &simulated, &next)
    } else {
        text::print(question, answer, &simulated, &next, unicode())
    };
    print(&text)?;
    Ok(GOOD)
}

/// The loader's scenario of a candidate's text. What is wrong with that is none of the asker's
/// doing, so that it is told by what was asked.
fn resolved(text: &str) -> Result<Scenario, String> {
    let read = |path: &Path| {
        if path == Path::new(NAME) { Ok(text.as_bytes().to_vec()) } else { std::fs::read(path) }
    };
    let loaded = scenario::load(Path::new(NAME), &[], &read);
    loaded.map(|loaded| loaded.scenario).map_err(|wrong| {
        let own = wrong.list.iter().find(|found| {
            let source = found.at.map(|at| wrong.sources.of(at).name.as_str());
            found.severity == Severity::Error && source == Some(NAME)
        });
        match own {
            Some(own) => format!(
                "this is more than is modelled: {}; write fewer `--users`, or less `--messages`",
                own.message
            ),
            None => diagnostics::render(&wrong, true),
        }
    })
}

/// A count as a float.
fn float(count: u64) -> f64 {
    number::float(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use proptest::{prelude::*, test_runner::RngSeed};

    #[derive(Parser)]
    struct Alone {
        #[command(flatten)]
        arguments: AdviseArguments,
    }

    fn parsed(words: &str) -> AdviseArguments {
        Alone::try_parse_from(words.split(' '))
            .unwrap_or_else(|it| panic!("{words}: {it}"))
            .arguments
    }

    /// The same question comes out of the command that is printed.
    #[track_caller]
    fn comes_again(words: &str) {
        let first = parsed(words);
        let again = first.again();
        let second = parsed(again.strip_prefix("squall ").unwrap());
        assert_eq!(second.question(), first.question(), "{words} is printed as {again}");
    }

    #[test]
    fn rates_are_printed_as_they_are_asked() {
        for rate in ["0/s", "1/h", "3/h", "0.5/d", "33/d", "0.0001/s", "1k/s", "1.5/min", "1M/s"] {
            let words = format!("advise --direction both --fresh 1s --messages {rate}");
            comes_again(&words);
            let again = parsed(&words).again();
            let is_as_short = again.len() <= words.len() + "squall  --users 100k".len();
            assert!(is_as_short, "{again}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Default::default()
        })]

        #[test]
        fn the_next_command_asks_the_same(
            digits in 0_u64..100_000, places in 0_u32..6, per in 0_usize..4, suffix in 0_usize..3,
            fresh in 1_u64..2_592_000_000, users in 1_u64..2_147_483_647, hostile in 0_u32..=1_000,
            tabs in 1_u64..=255, payload in 0_u64..=1_000_000_000, one_way: bool,
        ) {
            let (whole, rest) = (digits / 10_u64.pow(places), digits % 10_u64.pow(places));
            let (width, way) = (places as usize, if one_way { "one-way" } else { "both" });
            let decimals = if places > 0 { format!(".{rest:0width$}") } else { String::new() };
            let rate = format!("{whole}{decimals}{}/{}", ["", "k", "M"][suffix],
                ["s", "min", "h", "d"][per]);
            comes_again(&format!(
                "advise --direction {way} --fresh {fresh}ms --messages {rate} --users {users} \
                 --hostile {}% --tabs {tabs} --payload {payload}B",
                f64::from(hostile) / 10.0
            ));
        }
    }
}
