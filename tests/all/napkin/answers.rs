//! What must hold of every answer of `squall advise`, whatever is asked: the pins of the rule, an
//! order that is that of the printed prices, and sentences that do not contradict them.
use super::loaded;
use squall::{
    advise::{self, Answer, Audience, Direction, Platform, Question, Rank, Ranked, Way},
    engine::Span,
    units::{Bytes, Rate, Share},
};

/// Draws of questions; each is a choice of every argument. With debug assertions each takes ten
/// times as long.
const QUESTIONS: u64 = if cfg!(debug_assertions) { 40 } else { 160 };

/// The next of some values, by a generator that is the same everywhere.
struct Choices(u64);

impl Choices {
    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        of[usize::try_from(self.0 >> 33).unwrap() % of.len()]
    }

    fn question(&mut self, prices: bool) -> Question {
        let seconds = [1e-3, 0.5, 1.0, 9.999, 10.0, 14.0, 20.0, 43.0, 59.0, 60.0, 76.0, 600.0, 9e4];
        Question {
            direction: self.one(&[Direction::OneWay, Direction::Both]),
            messages: Rate(self.one(&[0.0, 1e-5, 1.0 / 60.0, 0.05, 0.1, 0.11, 1.0, 10.0, 900.0])),
            fresh: Span::from_seconds(self.one(&seconds)),
            audience: self.one(&[Audience::One, Audience::Room, Audience::All]),
            users: self.one(&[1, 2, 3, 100, 1_000, 100_000, 1_000_000]),
            hostile: Share(self.one(&[0.0, 0.03, 1.0])),
            platform: self.one(&[Platform::Browser, Platform::Native]),
            open: true,
            tabs: self.one(&[1, 6, 7, 255]),
            payload: Bytes(self.one(&[0, 300, 100_000])),
            prices: prices.then(|| "models/prices/aws-us-east-1.yaml".to_owned()),
        }
    }
}

fn answer(question: &Question) -> Result<Answer, String> {
    let load = |text: &str| loaded(text, "");
    advise::advise(question, &load)
}

/// Whether a transport can carry it at all, however dear.
fn serves(question: &Question, answer: &Answer, row: &Ranked) -> bool {
    let in_time =
        |row: &Ranked| row.estimate.lag.is_some_and(|lag| lag <= question.fresh.seconds());
    let late = row.estimate.lag.is_some() && !in_time(row) && answer.ranked.iter().any(in_time);
    let dear = row.reason.starts_with("over 2 times")
        || row.reason.contains(" is a poll each ") && question.fresh.seconds() >= 1.0;
    row.estimate.carried && !late && (row.rank != Rank::Out || dear)
}

/// The cheapest that is held open and serves; what the rule would hold if none does.
fn cheapest<'a>(question: &Question, answer: &'a Answer, usual: &'a Ranked) -> &'a Ranked {
    let held = answer.ranked.iter().filter(|row| row.way != Way::ShortPoll);
    let held = held.filter(|row| serves(question, answer, row));
    held.min_by(|one, other| one.estimate.cost().total_cmp(&other.estimate.cost())).unwrap_or(usual)
}

/// The transport that is pinned.
fn pinned(question: &Question, polls: (&Ranked, bool), held: &Ranked, cheapest: &Ranked) -> Way {
    let (polls, polls_serve) = polls;
    let (fresh, busy) = (question.fresh.seconds(), question.messages.0 > 0.1);
    match fresh {
        _ if question.direction == Direction::Both && busy => held.way,
        it if it >= 60.0 => Way::ShortPoll,
        it if it < 10.0 => held.way,
        _ if question.prices.is_none() && polls_serve => Way::ShortPoll,
        _ if question.prices.is_none() => held.way,
        _ if !polls_serve => cheapest.way,
        _ if polls.estimate.cost() <= cheapest.estimate.cost() * (1.0 + 1e-6) => Way::ShortPoll,
        _ => cheapest.way,
    }
}

fn check(question: &Question, answer: &Answer) {
    let find = |way| answer.ranked.iter().find(|row| row.way == way).unwrap();
    let tabs = question.tabs.min(question.size());
    let streams = tabs <= 100 || question.platform == Platform::Native;
    let held = find(match question.direction {
        Direction::OneWay if streams => Way::Sse,
        _ if question.hostile.0 >= 1.0 => Way::LongPoll,
        _ => Way::Websocket,
    });
    let polls = find(Way::ShortPoll);
    let first = &answer.ranked[0];
    let cheapest = cheapest(question, answer, held);
    let asked = (polls, serves(question, answer, polls));
    assert_eq!(first.way, pinned(question, asked, held, cheapest), "{question:?}");
    assert_eq!(first.rank, Rank::Place(1), "{question:?}");
    let suffices = answer.sentence.starts_with("Polling suffices: ");
    assert_eq!(suffices, first.way == Way::ShortPoll, "{question:?}: {}", answer.sentence);
    let title = first.way.title(question.direction);
    assert!(suffices || answer.sentence.starts_with(&format!("{title}: ")), "{}", answer.sentence);
    let places: Vec<&Ranked> = answer.ranked.iter().filter(|row| row.rank != Rank::Out).collect();
    for (place, row) in places.iter().enumerate() {
        assert_eq!(row.rank, Rank::Place(place + 1), "{question:?}");
        assert_eq!(row.way, answer.ranked[place].way, "{question:?}: what is out comes last");
    }
    let costs: Vec<f64> = places.iter().skip(1).map(|row| row.estimate.cost()).collect();
    assert!(costs.is_sorted(), "{question:?}: {costs:?}");
    for row in &answer.ranked {
        let dear = row.estimate.cost() > 2.0 * first.estimate.cost();
        assert!(!row.reason.starts_with("over 2 times") || dear, "{question:?}: {}", row.reason);
        let it = &row.estimate;
        let numbers = [it.up, it.down, it.connections, it.polls, it.cost()];
        let fine = |number: &f64| number.is_finite() && *number >= 0.0;
        assert!(numbers.iter().all(fine), "{question:?}: {numbers:?}");
        assert!(it.every <= question.fresh.max(Span::from_millis(1)), "{question:?}");
    }
    prices(question, answer, [first, polls, cheapest]);
}

/// What is said of prices is what is printed.
fn prices(question: &Question, answer: &Answer, [first, polls, held]: [&Ranked; 3]) {
    let notes = answer.notes.join("\n");
    let Some(crossing) = answer.crossing else {
        assert!(!notes.contains("dearer") && !notes.contains("differs"), "{question:?}: {notes}");
        return;
    };
    let than = format!(" than {}", held.way.name(question.direction));
    assert!(notes.contains(&than), "{question:?}: {notes}");
    let cheaper = polls.estimate.cost() <= held.estimate.cost() * (1.0 + 1e-6);
    assert_eq!(notes.contains(" are no dearer at what is sent"), cheaper, "{question:?}: {notes}");
    let fresh = question.fresh.seconds();
    let from = crossing.interval.unwrap_or(f64::INFINITY);
    let until = crossing.until.unwrap_or(f64::INFINITY);
    let again = crossing.again.unwrap_or(f64::INFINITY);
    let within = |every: f64| every >= from && every < until || every >= again;
    // Where each poll opened a connection they may come more often, so that none does.
    let often = fresh > crossing.kept && crossing.kept >= from && crossing.kept <= until;
    assert_eq!(cheaper, within(fresh) || often, "{question:?}: {crossing:?} {notes}");
    let others = answer.ranked.iter().skip(1).filter(|row| row.rank != Rank::Out);
    let least = others.map(|row| row.estimate.cost()).fold(f64::INFINITY, f64::min);
    let less = first.estimate.cost() - least;
    let differs = less > 0.005 * first.estimate.cost();
    assert_eq!(notes.contains("The price differs from the rule"), differs, "{question:?}: {notes}");
}

#[test]
fn answers_keep_the_pins_and_do_not_contradict_their_prices() {
    let mut choices = Choices(1);
    let (mut polled, mut held, mut refused) = (0, 0, 0);
    for number in 0..QUESTIONS {
        let question = choices.question(number % 4 == 0);
        match answer(&question) {
            Ok(answer) => {
                check(&question, &answer);
                let polls = answer.ranked[0].way == Way::ShortPoll;
                *(if polls { &mut polled } else { &mut held }) += 1;
            }
            // More than is modelled; the command says so before.
            Err(wrong) => {
                let known = ["too-large", "out-of-range"].iter().any(|code| wrong.contains(code));
                assert!(known, "{question:?}: {wrong}");
                refused += 1;
            }
        }
    }
    let some = QUESTIONS / 16;
    assert!(polled > some && held > some && refused < QUESTIONS / 2, "{polled} {held} {refused}");
}
