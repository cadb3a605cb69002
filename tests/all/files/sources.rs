//! Sources as files have them: every form is read, and what is printed loads again.
use super::{Files, codes};
use squall::{
    engine::{Law, Span, Time},
    node::parameters::{Arrival, Parameters, Popularity, Source, SourceAudience, Ticks},
    units::{Bytes, Rate},
};

fn source(name: &str) -> Source {
    let scenario = Files::default().good("tests/all/files/zoo.yaml", &[]).scenario;
    let node = scenario.nodes.iter().find(|node| node.name == name).unwrap();
    match &node.parameters {
        Parameters::Source(source) => source.clone(),
        _ => panic!("{name} is no source"),
    }
}

#[test]
fn every_form_is_read() {
    let uniform = SourceAudience::User(Popularity::Uniform);
    let every = Ticks::Every(Span::from_millis(2_500));
    assert_eq!(
        source("ticker"),
        Source { ticks: every, payload: Bytes(200), to: uniform, crowd: 0 }
    );
    let poll = source("poll");
    assert_eq!(poll.ticks, Ticks::Rate(Rate(20.0 / 60.0)));
    assert_eq!(poll.to, SourceAudience::User(Popularity::Zipf(1.1)));
    let (on, off) = (Law::Exponential { mean: 10e9 }, Law::Constant(50e9));
    let news = source("news");
    assert_eq!(news.ticks, Ticks::Bursts { rate: Rate(1.0), on, off });
    assert_eq!((news.to, news.crowd), (uniform, 1));
    let arrival = |nanos, user| Arrival { at: Time::from_nanos(nanos), user };
    let morning = [(1, 0), (1_250_000_000, 3), (12_500_000_000, 7), (3_600_000_000_000, 0)];
    let morning = morning.map(|(nanos, user)| arrival(nanos, Some(user)));
    assert_eq!(self::source("morning").ticks, Ticks::Arrivals(morning.into()));
    let evening = [arrival(1_500_000_000, Some(2)), arrival(3_600_000_000_000, None)];
    assert_eq!(self::source("evening").ticks, Ticks::Arrivals(evening.into()));
}

const FEED: &str = "
horizon: 1min
nodes:
  user: { clients: { count: 2, network: { rtt: 50ms } } }
  edge: { load_balancer: {} }
  gateways: { gateway: { count: 1 } }
  bus: { pubsub: }
  fanout: { fanout: { instances: 1 } }
  presence: { registry: {} }
  ticker: { source: { every: 1s, payload: 1B, to: { user: { zipf: 1 } } } }
";

#[test]
fn one_choice_replaces_another_and_null_takes_one_out() {
    let files = Files::default().with("feed.yaml", FEED);
    let sets = ["ticker.every=null", "ticker.rate=2/s", "ticker.to={user: uniform}"];
    let resolved = files.good("feed.yaml", &sets).scenario.resolved;
    let source = &resolved["nodes"]["ticker"]["source"];
    let expected = r#"{"rate":"2/s","payload":"1B","to":{"user":"uniform"},"clients":"user"}"#;
    assert_eq!(source.to_string(), expected);
    let resolved = files.good("feed.yaml", &["ticker.to={room: 2}"]).scenario.resolved;
    assert_eq!(resolved["nodes"]["ticker"]["source"]["to"].to_string(), r#"{"room":2}"#);
    let wrong = files.load("feed.yaml", &["ticker.rate=2/s"]).unwrap_err();
    assert_eq!(codes(&wrong), ["second-key"], "{wrong}");
}

#[test]
fn arrivals_after_the_end_are_warned_of() {
    let text = FEED.replace("every: 1s", "arrivals: [{ time: 59s }, { time: 60s }]");
    let loaded = Files::default().with("feed.yaml", &text).good("feed.yaml", &[]);
    assert_eq!(codes(&loaded.warnings), ["after-the-end"]);
    let message = "1 of the 2 arrivals of `ticker` come after the end of the run, at 1min";
    assert_eq!(loaded.warnings.list[0].message, message);
}
