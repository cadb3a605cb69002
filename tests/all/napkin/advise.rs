//! `squall advise` as a person calls it: the pins of the rule, the crossing, and hostile arguments.
use assert_cmd::Command;
use serde_json::Value as Json;
use std::fs;
use tempfile::TempDir;

const PRICES: [&str; 2] = ["--prices", "models/prices/aws-us-east-1.yaml"];

/// Standard output, standard error and exit code.
fn squall(arguments: &[&str]) -> (String, String, i32) {
    let mut command = Command::cargo_bin("squall").unwrap();
    command.env("LANG", "C.UTF-8").env_remove("LC_ALL").env_remove("NO_COLOR");
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = command.args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

fn asked(words: &str, more: &[&str]) -> Json {
    let words: Vec<&str> = ["advise", "--json"].into_iter().chain(words.split(' ')).collect();
    let (out, err, code) = squall(&[&words, more].concat());
    assert_eq!(code, 0, "{words:?}: {err}");
    serde_json::from_str(&out).unwrap()
}

fn first(words: &str) -> String {
    asked(words, &[])["transport"].as_str().unwrap().to_owned()
}

/// Beyond the time for which a connection is kept each poll opens one: what is cheaper up to there
/// is dearer from there on, and cheaper again much later.
#[test]
fn polls_are_cheaper_up_to_where_their_connection_is_kept() {
    let found = asked("--direction one-way --messages 1/min --fresh 30s", &PRICES);
    let at = |key: &str| found["crossing"][key].as_f64().unwrap();
    let (until, again) = (at("poll_interval_until_s"), at("poll_interval_again_s"));
    assert!((until - 75.0).abs() < 1e-9 && (350.0..400.0).contains(&again), "{found:#}");
    assert!((42.7..43.3).contains(&at("poll_interval_s")), "{found:#}");
    let notes = found["notes"].to_string();
    for part in [
        " s and one each 75 s, while the connection of the last is kept",
        "and again from one each 6:",
        "cheaper where messages of a user come each",
    ] {
        assert!(notes.contains(part), "{notes}");
    }
    // Here they are cheaper for hours, in which their connection is not kept.
    let words = "--direction both --messages 3/min --fresh 20s --users 100 --payload 60KB";
    let found = asked(words, &PRICES);
    let until = found["crossing"]["poll_interval_until_s"].as_f64().unwrap();
    let notes = found["notes"].to_string();
    assert!(until > 3_600.0 && !notes.contains("connection of the last is kept"), "{found:#}");
}

/// What is asked is looked at itself, below a second as well; where prices turn at other rates, the
/// nearest is named first, wherever it is.
#[test]
fn crossings_do_not_contradict_what_is_asked() {
    let notes = |words: &str| asked(words, &PRICES)["notes"].to_string();
    for words in [
        "--direction both --messages 208/h --fresh 74s",
        "--direction both --messages 46/min --fresh 700ms --audience all --users 1502 \
         --hostile 100% --payload 20B",
        "--direction one-way --messages 21/min --fresh 8s --users 2108 --hostile 30% \
         --payload 60KB --platform native",
    ] {
        let found = asked(words, &PRICES);
        let fresh = found["question"]["fresh_s"].as_f64().unwrap();
        let from = found["crossing"]["poll_interval_s"].as_f64().unwrap();
        let until = found["crossing"]["poll_interval_until_s"].as_f64().unwrap_or(f64::INFINITY);
        let cheaper = found["notes"].to_string().contains("fresh are no dearer");
        assert_eq!(cheaper, (from..until).contains(&fresh), "{found:#}");
    }
    // Dearer at one a minute, and no dearer at many a second.
    let many = notes("--direction one-way --messages 1/min --fresh 1s");
    assert!(many.contains("fresh are dearer at what is sent, and cheaper where"), "{many}");
    // Twice a minute: at 24 s they change, and far away again.
    let found = asked("--direction both --messages 2/min --fresh 59s", &PRICES);
    let at = |key: &str| found["crossing"][key].as_f64().unwrap();
    let (rarer, busier) = (at("rarer_messages_s"), at("busier_messages_s"));
    assert!(busier < 30.0 && 30.0 < rarer, "{found:#}");
    let notes = found["notes"].to_string();
    let nearest = notes.find(" or more often").unwrap();
    assert_eq!(nearest < notes.find("once they are").unwrap(), 30.0 / busier < rarer / 30.0);
}

/// What must hold whatever the prices say.
#[test]
fn the_rule_of_the_brief_holds() {
    for (words, transport) in [
        ("--direction one-way --fresh 1s", "sse"),
        ("--direction one-way --fresh 100ms --messages 10/s", "sse"),
        ("--direction both --fresh 1s --messages 1/min", "websocket"),
        ("--direction both --fresh 1s --messages 0.2/s", "websocket"),
        ("--direction both --fresh 1d --messages 0.2/s", "websocket"),
        ("--direction one-way --fresh 60s", "short_poll"),
        ("--direction both --fresh 60s --messages 1/min", "short_poll"),
        ("--direction one-way --fresh 1d --messages 0/s", "short_poll"),
        ("--direction one-way --fresh 30s", "short_poll"),
        ("--direction both --fresh 1s --hostile 100%", "long_poll"),
        ("--direction one-way --fresh 1s --app closed", "web_push"),
    ] {
        assert_eq!(first(words), transport, "{words}");
    }
}

/// Between 10 s and 60 s the crossing decides; polls at it cost what the connections cost.
#[test]
fn the_priced_crossing_decides_between_10_s_and_60_s() {
    let words = "--direction one-way --messages 1/h --users 1M --fresh 20s";
    let found = asked(words, &PRICES);
    let from = found["crossing"]["poll_interval_s"].as_f64().unwrap();
    let bill = |found: &Json, transport: &str| {
        let all = found["candidates"].as_array().unwrap();
        let one = all.iter().find(|one| one["transport"] == transport).unwrap();
        one["usd_per_month"].as_f64().unwrap()
    };
    let at = |seconds: f64| {
        let fresh = format!("{}ms", (seconds * 1e3).round());
        let words = format!("--direction one-way --messages 1/h --users 1M --fresh {fresh}");
        asked(&words, &PRICES)
    };
    let (near, before) = (at(from * 1.001), at(from * 0.9));
    let held = bill(&found, "sse");
    assert!(bill(&near, "short_poll") <= held * 1.001, "{from}: {near:#}");
    assert!(bill(&before, "short_poll") > held, "{from}: {before:#}");
    let decides = if from <= 20.0 { "short_poll" } else { "sse" };
    assert_eq!(found["transport"], decides, "{from}");
    let none = asked(words, &[]);
    assert!(none["crossing"].is_null() && none["candidates"][0]["usd_per_month"].is_null());
}

/// A browser's event stream is an `EventSource`, which tries again by its own rule; who writes a
/// client takes full jitter.
#[test]
fn a_browser_streams_by_its_event_source() {
    let here = TempDir::new().unwrap();
    for (platform, own, rule) in [
        ("browser", "reconnect: eventsource", "preset: eventsource"),
        ("native", "reconnect: { base: 1s, cap: 30s, jitter: full, timeout: 10s }", "base: 1s"),
    ] {
        let file = here.path().join(format!("{platform}.yaml"));
        let file = file.to_str().unwrap();
        let words = format!("--direction one-way --fresh 1s --users 5k --platform {platform}");
        assert_eq!(asked(&words, &["--write", file])["transport"], "sse");
        let text = fs::read_to_string(file).unwrap();
        assert!(text.contains(own), "{text}");
        let (shown, err, code) = squall(&["show", file]);
        assert!(code == 0 && shown.contains(rule), "{shown}{err}");
    }
}

#[test]
fn candidates_are_the_napkins_of_their_experiments() {
    let here = TempDir::new().unwrap();
    let file = here.path().join("advised.yaml");
    let file = file.to_str().unwrap();
    let words = "--direction both --fresh 1s --messages 1/min --users 5k";
    let found = asked(words, &["--write", file]);
    assert_eq!(found["next"], format!("squall run {file}"));
    let (out, err, code) = squall(&["napkin", file, "--json"]);
    assert_eq!(code, 0, "{err}");
    let napkin: Json = serde_json::from_str(&out).unwrap();
    let lines = napkin["lines"].as_array().unwrap();
    let line = lines.iter().find(|line| line["quantity"] == "Bytes down").unwrap();
    assert_eq!(line["value"], found["candidates"][0]["bytes_down_per_second"]);
    // What is printed as the next command works.
    let out = here.path().join("out");
    let out = out.to_str().unwrap();
    let (_, err, code) = squall(&[
        "run",
        file,
        "--set",
        "horizon=30s",
        "--set",
        "warm_up=5s",
        "--output",
        out,
        "--no-charts",
    ]);
    assert_eq!(code, 0, "{err}");
    // A file that is there is left as it is.
    let before = fs::read_to_string(file).unwrap();
    let words: Vec<&str> = ["advise"].into_iter().chain(words.split(' ')).collect();
    let (_, err, code) = squall(&[&words[..], &["--write", file]].concat());
    assert_eq!(code, 2);
    assert!(err.contains("is there already"), "{err}");
    assert_eq!(fs::read_to_string(file).unwrap(), before);
}

/// Those whom proxies leave no WebSocket come by long polls, in the numbers and in the file.
#[test]
fn proxies_that_block_some_are_in_the_numbers() {
    let words = "--direction both --fresh 1s --messages 1/min --users 10k";
    let found = ["0%", "30%", "90%"].map(|hostile| {
        asked(&format!("{words} --hostile {hostile}"), &PRICES)["candidates"].take()
    });
    let of = |found: &Json, transport: &str| {
        let mut all = found.as_array().unwrap().iter();
        let one = all.find(|one| one["transport"] == transport).unwrap();
        ["bytes_up_per_second", "bytes_down_per_second", "polls_per_second", "usd_per_month"]
            .map(|key| one[key].as_f64().unwrap())
    };
    let [none, some, most] = found.each_ref().map(|it| of(it, "websocket"));
    let held = of(&found[0], "long_poll");
    assert!(none[2].abs() < 1e-12, "{none:?}");
    // Polls come from the part alone; bytes lie between those of the two.
    assert!((some[2] / held[2] / 0.3 - 1.0).abs() < 0.01, "{some:?} {held:?}");
    for place in [0, 1, 3] {
        let (low, high) = (none[place], held[place] * 1.05);
        assert!(low <= some[place] && some[place] < most[place], "{place} {some:?} {most:?}");
        assert!(most[place] <= high, "{place} {most:?} {held:?}");
    }
    let [other, same] = [&found[1], &found[0]].map(|it| of(it, "sse"));
    assert!(other.iter().zip(same).all(|(one, other)| (one - other).abs() < 1e-9), "{other:?}");
    let here = TempDir::new().unwrap();
    let file = here.path().join("hostile.yaml");
    asked(&format!("{words} --hostile 30% --tabs 8"), &["--write", file.to_str().unwrap()]);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("prefer: [websocket, long_poll]"), "{text}");
    assert!(text.contains("blocked: { websocket: 30% }") && text.contains("http: h2"), "{text}");
    let (_, err, code) = squall(&["validate", file.to_str().unwrap()]);
    assert_eq!((err.contains("warning"), code), (false, 0), "{err}");
}

/// Six connections over HTTP/1.1, one of which a message needs to be sent by; 100 streams over
/// HTTP/2; a WebSocket for each of 255 tabs.
#[test]
fn tabs_are_in_the_numbers_and_in_the_file() {
    let of = |tabs: u32, way: &str, transport: &str| {
        let found = asked(&format!("--direction {way} --fresh 5s --users 600 --tabs {tabs}"), &[]);
        let all = found["candidates"].as_array().unwrap().clone();
        let one = all.into_iter().find(|one| one["transport"] == transport).unwrap();
        (found["transport"].as_str().unwrap().to_owned(), one, found["notes"].to_string())
    };
    let down = |one: &Json| one["bytes_down_per_second"].as_f64().unwrap();
    // One connection is left to send by, or none is.
    let [(_, five, none), (_, six, left), (_, seven, more)] =
        [5, 6, 7].map(|tabs| of(tabs, "both", "sse"));
    // Over HTTP/2 they share one, whose handshake is a sixth or a seventh for each.
    let less = |one: &Json, other: &Json| down(one) / down(other);
    assert!(less(&six, &five) < 0.97, "{five:#} {six:#}");
    assert!((0.99..1.0).contains(&less(&seven, &six)), "{six:#} {seven:#}");
    assert!(!none.contains("HTTP/2") && left.contains("none is left to send by"), "{left}");
    assert!(more.contains("7 tabs are more than the 6 connections"), "{more}");
    let (_, _, nobody_sends) = of(6, "one-way", "sse");
    assert!(!nobody_sends.contains("HTTP/2"), "{nobody_sends}");
    for (tabs, there) in [(100, 600.0), (101, 595.0), (150, 400.0), (255, 290.0)] {
        let (first, one, notes) = of(tabs, "one-way", "sse");
        let (waits, held) = (tabs > 100, one["connections"].as_f64().unwrap());
        assert!((held - there).abs() < 0.01, "{tabs}: {held}");
        assert_eq!(first, if waits { "websocket" } else { "sse" }, "{tabs}");
        assert_eq!(one["rank"].is_null(), waits, "{tabs}: {one:#}");
        assert_eq!(notes.contains("long polls take turns"), waits, "{tabs}: {notes}");
    }
    let words = "--direction one-way --fresh 5s --users 600 --messages 2/min --tabs 150 --simulate";
    let found = asked(words, &[]);
    let polls = found["candidates"].as_array().unwrap();
    let polls = polls.iter().find(|one| one["transport"] == "long_poll").unwrap();
    let [lag, ran] = [&polls["lag_mean_s"], &polls["simulated"]["lag_mean_s"]];
    let (lag, ran) = (lag.as_f64().unwrap(), ran.as_f64().unwrap());
    assert!((lag / ran - 1.0).abs() < 0.15, "{lag}, {ran}");
    let here = TempDir::new().unwrap();
    let file = here.path().join("held.yaml");
    let file = file.to_str().unwrap();
    asked("--direction both --fresh 1s --hostile 100%", &["--write", file]);
    let (_, err, code) = squall(&["validate", file]);
    assert_eq!((err.contains("warning"), code), (false, 0), "{err}");
    for (tabs, part) in [(5, "tabs: 5\n"), (100, "http: h2")] {
        let file = here.path().join(format!("{tabs}.yaml"));
        let file = file.to_str().unwrap();
        asked(&format!("--direction one-way --fresh 5s --tabs {tabs}"), &["--write", file]);
        let text = fs::read_to_string(file).unwrap();
        assert!(text.contains(part) && text.contains("transport: sse"), "{text}");
        let (_, err, code) = squall(&["validate", file]);
        assert_eq!((err.contains("warning"), code), (false, 0), "{err}");
    }
}

/// What is asked is printed as it is asked where three digits would say something else.
#[test]
fn a_bound_is_not_rounded_over_itself() {
    let (out, err, code) =
        squall(&["advise", "--direction", "one-way", "--fresh", "9999ms", "--messages", "1/h"]);
    assert_eq!((err.as_str(), code), ("", 0));
    assert!(out.contains("fresh within 9.999s") && out.contains("\nSSE: "), "{out}");
}

/// Five messages an hour: a segment more or less is a matter of chance, and no step at a mean.
#[test]
fn answers_of_polls_are_cut_as_they_come() {
    let down = |every: &str| {
        let words = format!("--direction both --messages 3.45/min --users 3k --fresh {every}");
        let found = asked(&words, &[]);
        let all = found["candidates"].as_array().unwrap().clone();
        let polls = all.iter().find(|one| one["transport"] == "short_poll").unwrap().clone();
        polls["bytes_down_per_second"].as_f64().unwrap()
    };
    let (before, after) = (down("74s"), down("75s"));
    assert!((after / before - 1.0).abs() < 0.01, "{before}, {after}");
}

/// Where a run has few messages, it is said that they are few.
#[test]
fn few_messages_are_said_to_be_few() {
    let words = ["advise", "--direction", "one-way", "--fresh", "5s", "--audience", "all"];
    let of = |rate: &str| {
        let more = ["--users", "300", "--messages", rate, "--simulate"];
        squall(&[&words[..], &more[..]].concat()).0
    };
    assert!(of("1/min").contains("A run has few messages"), "{}", of("1/min"));
    assert!(!of("20/s").contains("few messages"), "{}", of("20/s"));
}

/// What is written says nothing that would change nothing.
#[test]
fn a_written_poll_has_no_keys_of_connections() {
    let here = TempDir::new().unwrap();
    let file = here.path().join("polls.yaml");
    let file = file.to_str().unwrap();
    let found = asked("--direction one-way --messages 1/h --fresh 5min", &["--write", file]);
    assert_eq!(found["transport"], "short_poll");
    let (_, err, code) = squall(&["validate", file]);
    assert_eq!((err.contains("warning"), code), (false, 0), "{err}");
}

/// A real run of each candidate agrees with its estimate.
#[test]
fn simulations_stand_beside_the_estimates() {
    let found = asked("--direction both --fresh 20s --messages 2/min --users 10k --simulate", &[]);
    for one in found["candidates"].as_array().unwrap() {
        let ran = &one["simulated"];
        assert!(!ran.is_null(), "{one:#}");
        for (estimate, simulated, part) in [
            (&one["bytes_down_per_second"], &ran["bytes_down_per_second"], 0.1),
            (&one["bytes_up_per_second"], &ran["bytes_up_per_second"], 0.1),
            (&one["lag_mean_s"], &ran["lag_mean_s"], 0.15),
        ] {
            let (estimate, simulated) = (estimate.as_f64().unwrap(), simulated.as_f64().unwrap());
            let off = (simulated - estimate).abs() / estimate;
            assert!(off < part, "{}: {estimate}, {simulated}", one["transport"]);
        }
    }
}

/// What all send to all grows with the square of the users: a part of them sends as much more.
#[test]
fn a_part_of_the_users_gets_what_all_would_send() {
    let words = "--direction both --fresh 3s --audience all --users 500 --messages 1/min";
    let found = asked(&format!("{words} --simulate"), &[]);
    let one = &found["candidates"][0];
    let ran = &one["simulated"];
    assert!(ran["users"].as_u64().unwrap() < 500, "{one:#}");
    for name in ["bytes_down_per_second", "bytes_up_per_second"] {
        let (estimate, simulated) = (one[name].as_f64().unwrap(), ran[name].as_f64().unwrap());
        assert!((simulated / estimate - 1.0).abs() < 0.25, "{name}: {estimate}, {simulated}");
    }
}

/// A fan-out that calls each gateway has as many instances as the gateways that are there take.
#[test]
fn fan_outs_are_those_of_the_gateways_that_are_written() {
    let here = TempDir::new().unwrap();
    let file = here.path().join("advised.yaml");
    let file = file.to_str().unwrap();
    let words = "--direction both --fresh 1s --audience all --users 100 --messages 1/s";
    let found = asked(words, &["--write", file]);
    assert_eq!(found["transport"], "websocket");
    let written = fs::read_to_string(file).unwrap();
    assert!(written.contains("fanout: { instances: 2 }"), "{written}");
}

/// What the price takes from the rule is said with numbers; and up to which rate it was looked.
#[test]
fn the_rule_is_named_where_the_price_differs() {
    let notes = |words: &str| asked(words, &PRICES)["notes"].to_string();
    let low = notes("--direction both --fresh 30s --users 100k --messages 1/min");
    assert!(low.contains("The rule alone polls for what may be 30 s old; here that is $"), "{low}");
    let polls = notes("--direction one-way --fresh 5min --users 10M --messages 1/h");
    assert!(!polls.contains("The rule alone") && !polls.contains("1,000 a second"), "{polls}");
    assert!(polls.contains("10,000,000 sockets are kept"), "{polls}");
}

/// Rooms of a source are groups at each gateway, of which so many are modelled.
#[test]
fn rooms_of_many_users_are_advised_on() {
    let found = asked("--direction one-way --fresh 40s --audience room --users 1M", &[]);
    assert_eq!(found["transport"], "short_poll");
    assert!(found["candidates"][0]["gateways"].as_u64().unwrap() <= 40);
}

/// What comes from poll to poll is not lost in a mailbox that is too small for it: where none is
/// large enough, polls come more often.
#[test]
fn a_mailbox_holds_what_comes_between_polls() {
    let words = "--direction one-way --messages 100/s --fresh 60s --users 10 --simulate";
    let found = asked(words, &[]);
    let polls = &found["candidates"][0];
    assert_eq!(polls["transport"], "short_poll");
    let lag = polls["simulated"]["lag_mean_s"].as_f64().unwrap();
    assert!((25.0..35.0).contains(&lag), "{lag}");
    let answer = |rate: &str, fresh: &str| {
        let words = format!("--direction one-way --messages {rate} --users 100 --fresh {fresh}");
        let found = asked(&words, &[]);
        assert_eq!(found["transport"], "short_poll");
        found["answer"].as_str().unwrap().to_owned()
    };
    assert!(!answer("100/s", "60s").contains("mailbox"));
    for (rate, each) in [("2k/s", "one each 16.4"), ("1k/s", "one each 32.8")] {
        assert!(answer(rate, "1h").contains(each), "{}", answer(rate, "1h"));
    }
}

/// The text, its next command included.
#[test]
fn the_text_tells_the_answer_first_and_what_to_do_next() {
    let words =
        "advise --direction both --messages 1/min --fresh 1s --users 1M --hostile 3% --tabs 8";
    let words: Vec<&str> = words.split(' ').chain(PRICES).collect();
    let (out, err, code) = squall(&words);
    assert_eq!((err.as_str(), code), ("", 0));
    assert!(out.contains("\nWebSocket: "), "{out}");
    assert!(out.contains("1  websocket") && out.contains("✗  short poll"), "{out}");
    assert!(out.contains("long poll is their fallback"), "{out}");
    assert!(out.contains("SSE needs HTTP/2"), "{out}");
    assert!(out.contains("is cheaper than "), "{out}");
    for line in out.lines().filter(|line| !line.starts_with("next ")) {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let (out, _, _) = squall(&["advise", "--direction", "one-way", "--fresh", "2min"]);
    assert!(out.contains("Polling suffices: "), "{out}");
    let next = out.lines().last().unwrap().trim_start_matches("next").trim();
    let words: Vec<&str> = next.split(' ').skip(1).collect();
    let (out, err, code) = squall(&words);
    assert_eq!(code, 0, "{next}: {err}");
    assert!(out.contains("simulated"), "{out}");
    let (out, _, _) =
        squall(&["advise", "--direction", "both", "--fresh", "1s", "--app", "closed"]);
    assert!(out.contains("Web push: "), "{out}");
    let next = out.lines().last().unwrap().trim_start_matches("next").trim();
    let words: Vec<&str> = next.split(' ').skip(1).collect();
    assert_eq!(squall(&words).2, 0, "{next}");
}

#[test]
fn hostile_arguments_give_numbers_or_a_clear_error() {
    // The search for crossings is most of the time: without optimisation every other one has it.
    for (place, words) in [
        "--direction both --fresh 1ms",
        "--direction one-way --fresh 1ms --messages 0/s --payload 0B",
        "--direction both --fresh 1d --users 1",
        "--direction one-way --fresh 30d --users 1 --messages 1M/s",
        "--direction both --fresh 10s --users 100M --audience all --messages 1/d",
        "--direction both --fresh 10s --users 100 --messages 1M/s --hostile 100%",
        "--direction both --fresh 1ms --audience room --platform native",
        "--direction one-way --fresh 1s --tabs 255 --payload 1GB",
    ]
    .into_iter()
    .enumerate()
    {
        let prices = if cfg!(debug_assertions) && place % 2 == 0 { &[][..] } else { &PRICES };
        let words = ["advise"].into_iter().chain(words.split(' '));
        let words: Vec<&str> = words.chain(prices.iter().copied()).collect();
        let (out, err, code) = squall(&words);
        assert_eq!(code, 0, "{words:?}: {err}");
        let body: String = out.lines().filter(|line| !line.starts_with("next ")).collect();
        for wrong in ["NaN", "inf ", " −", "$−"] {
            assert!(!body.contains(wrong), "{words:?}: {wrong} in\n{out}");
        }
    }
    for (words, part) in [
        ("--direction sideways --fresh 1s", "one-way"),
        ("--direction both --fresh 12", "write a number and a unit"),
        ("--direction both", "--fresh"),
        ("--direction both --fresh 0s", "write 1ms or more"),
        ("--direction both --fresh 1ns", "write 1ms or more"),
        ("--direction both --fresh 31d", "write 30d or less"),
        ("--direction both --fresh 1s --messages fast", "rate"),
        ("--direction both --fresh 1s --messages 1000G/s", "write 1k/s or less"),
        ("--direction one-way --fresh 1s --messages 1000G/s", "write 10/s or less"),
        ("--direction both --fresh 1s --users 0", "write 1 or more"),
        ("--direction both --fresh 1s --users 1000G", "at most 2147M"),
        ("--direction both --fresh 1s --tabs 0", "write 1 or more"),
        ("--direction both --fresh 1s --tabs 1G", "write 255 or less"),
        ("--direction both --fresh 1s --tabs 7 --platform native", "leave it out"),
        ("--direction both --fresh 1s --hostile 120%", "100"),
        ("--direction both --fresh 1s --prices no-such.yaml", "there is no such file"),
        ("--direction both --fresh 1s --app closed --simulate", "leave out `--simulate`"),
        ("--direction both --fresh 1s --app closed --write a.yaml", "leave out `--write a.yaml`"),
        ("--direction both --fresh 1s --write Cargo.toml/a/b.yaml", "`Cargo.toml` is a file"),
        ("--direction both --fresh 1s --prices experiments/chat-1m.yaml", "error["),
    ] {
        let words: Vec<&str> = ["advise"].into_iter().chain(words.split(' ')).collect();
        let (out, err, code) = squall(&words);
        assert_eq!((out.as_str(), code), ("", 2), "{words:?}");
        assert!(err.contains(part), "{words:?}: {err}");
        assert!(!err.contains("advise.yaml"), "{words:?}: {err}");
    }
}
