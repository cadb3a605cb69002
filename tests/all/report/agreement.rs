//! One question has one answer on a page: which budget binds, how high a peak is, when something is
//! lost; and chance is no event.
use super::runs::{chart, page, runs};
use squall::{
    report::chart,
    summary::{
        Summary,
        figures::{count, plain, share},
        findings,
    },
};

fn sentences(summary: &Summary) -> String {
    let all = findings::all(summary).into_iter().map(|it| plain(&it.text));
    all.collect::<Vec<_>>().join(" ")
}

/// A herd that one small gateway cannot take: its CPU is full, and handshakes are wanted many times
/// over.
const DOOR: &str = "
# Does the door hold?
model: ../models/door.yaml
horizon: 1min
set:
  phones.count: 3k
  phones.reconnect: { timeout: 4s, base: 1s, cap: 10s }
  gateways.cpu.app: 30ms
  gateways.accept_queue: 8k
timeline:
  - { at: 10s, name: drop, drop_clients: { node: phones } }
";

#[test]
fn one_ranking_says_which_budget_binds() {
    let summary = runs(DOOR, 1);
    let told = sentences(&summary);
    assert!(
        told.contains("The first budget of gateways to bind is CPU, at its peak 100 %"),
        "{told}"
    );
    assert!(told.contains("; a herd waits for handshakes, at its peak "), "{told}");
    let headline = plain(&chart(&summary, "budgets").headline);
    let first =
        "Used up at the peak of the run: CPU of gateways; handshakes of gateways are wanted";
    assert!(headline.starts_with(first), "{headline}");
    let page = page(&summary);
    assert!(page.contains("nothing is left of its CPU at the peak of this run; a herd waits for"));
    assert!(page.contains("no steady rate to tell by"));
}

/// A deploy that drops users at once, two instances one after another.
const DEPLOY: &str = "
# What does a deploy do?
model: ../models/chat.yaml
horizon: 4min
warm_up: 30s
seed: 7
set:
  phones.count: 6k
  gateways.count: 3
  gateways.cores: 1
  gateways.drain.window: 0s
  phones.reconnect.jitter: none
  phones.network.silent_drops: 0%
timeline:
  - { at: 1min, name: deploy, deploy: { node: gateways, batch: 1, startup: 20s } }
";

/// However long a tick is: a peak is that of a second, in sentences, charts and metrics.
#[test]
fn a_peak_is_that_of_a_second() {
    for replications in [1, 3] {
        let summary = runs(&DEPLOY.replace("seed: 7", "seed: 7\ntick: 10s"), replications);
        let peak = summary.mean("attempts.peak_per_second").unwrap();
        let tick = summary.rate("", "attempts", "attempted").unwrap().peak().unwrap().1;
        assert!(peak > 5.0 * tick, "{peak} {tick}");
        let told = sentences(&summary);
        assert!(told.contains(&format!(" is {}/s, ", count(peak))), "not {peak}: {told}");
        let chart = chart(&summary, "attempts");
        let headline = plain(&chart.headline);
        let busiest = summary.busiest().unwrap().curve.peak().unwrap().1;
        let begins = format!("Attempts peak at {}/s between ", count(busiest));
        assert!(headline.starts_with(&begins), "not {busiest}: {headline}");
        assert!(replications > 1 || count(busiest) == count(peak));
    }
}

/// What each run has at its own peak, not what their mean line has.
#[test]
fn a_peak_has_one_value() {
    let summary = runs(DEPLOY, 3);
    let [attempts, cpu] =
        ["attempts.peak_per_second", "gateways.cpu.peak"].map(|it| summary.mean(it).unwrap());
    let mean = summary.rate("", "attempts", "attempted").unwrap().peak().unwrap().1;
    assert!(attempts > 1.02 * mean, "{attempts} {mean}: the runs peak at once");
    let told = sentences(&summary);
    assert!(told.contains(&format!(" is {}/s, ", count(attempts))), "not {attempts}: {told}");
    let busiest = format!("gateways is at {} CPU at its peak, about ", plain(&share(cpu)));
    assert!(told.contains(&busiest), "not {busiest}: {told}");
    // Deliveries count where they are sent, losses where they happen: both say so.
    let page = page(&summary);
    assert!(page.contains("Messages count in the phase in which they are sent"));
}

/// Users come and go all the time, and a buffer that is slow for a while harms nobody.
const QUIET: &str = "
# What does a quiet evening look like?
model: ../models/chat.yaml
horizon: 3min
warm_up: 30s
set:
  phones.count: 3k
  gateways.count: 2
  phones.network.silent_drops: 0%
  phones.network.lifetime: { exponential: { mean: 10min } }
timeline:
  - { at: 1min, name: blip, slow: { node: replay, factor: 2, lasts: 10s } }
";

#[test]
fn chance_is_no_herd() {
    for seed in 1..=3 {
        let summary = runs(&format!("{QUIET}seed: {seed}\n"), 1);
        let told = sentences(&summary);
        assert!(!told.contains("connection attempts"), "{seed}: {told}");
        assert!(chart::all(&summary).iter().all(|chart| chart.name != "attempts"), "{seed}");
    }
    // Those who are dropped are more than chance, however few they are among all who come.
    let drop = "drop_clients: { node: phones, share: 4% }";
    let text = QUIET.replace("slow: { node: replay, factor: 2, lasts: 10s }", drop);
    let summary = runs(&text, 1);
    let told = sentences(&summary);
    assert!(told.contains("During blip") && told.contains("/s before"), "{told}");
    let headline = plain(&chart(&summary, "attempts").headline);
    assert!(headline.ends_with(" times the rate before"), "{headline}");
}

/// A load that no budget minds is told where it shows.
#[test]
fn what_a_load_does_to_the_busiest_instance_is_told() {
    let load = "load: { node: phones, factor: 6, lasts: 30s }";
    let text = QUIET
        .replace("slow: { node: replay, factor: 2, lasts: 10s }", load)
        .replace(
            "gateways.count: 2",
            "gateways.count: 2\n  gateways.cores: 1\n  gateways.cpu.push: 1ms",
        )
        .replace("phones.count: 3k", "phones.count: 3k\n  gateways.cpu.receive: 1ms");
    let summary = runs(&text, 1);
    let told = sentences(&summary);
    let rest = told.split("During blip the busiest instance of gateways is at up to ").nth(1);
    let rest = rest.unwrap_or_else(|| panic!("{told}"));
    let cpu = plain(&share(summary.mean("gateways.cpu.peak").unwrap()));
    assert!(rest.starts_with(&format!("{cpu} CPU, ")), "{cpu}: {told}");
}
