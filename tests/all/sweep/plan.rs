//! What a `sweep:` and its arguments become.
use squall::{
    engine::{Span, Time},
    scenario::{self, Loaded},
    spec::{Arguments, Diagnostics},
    study,
};
use std::{collections::BTreeSet, path::Path};

const HEAD: &str = "model: m.yaml\nhorizon: 60s\n";

fn load(sweep: &str, given: &Arguments<'_>) -> Result<Loaded, Diagnostics> {
    let model = include_str!("../../../models/chat.yaml");
    let prices = include_str!("../../../models/prices/aws-us-east-1.yaml");
    let text = format!("{HEAD}{sweep}");
    let read = |path: &Path| match path.to_str() {
        Some("e.yaml") => Ok(text.clone().into_bytes()),
        Some("m.yaml") => Ok(model.as_bytes().to_vec()),
        Some("prices/aws-us-east-1.yaml") => Ok(prices.as_bytes().to_vec()),
        _ => Err(std::io::Error::from(std::io::ErrorKind::NotFound)),
    };
    scenario::load_sweep(Path::new("e.yaml"), given, &read)
}

fn names(loaded: &Loaded) -> Vec<&str> {
    loaded.plan.points.iter().map(|point| point.name.as_str()).collect()
}

fn of(sweep: &str) -> Vec<String> {
    let loaded = load(sweep, &Arguments::default());
    let loaded = loaded.unwrap_or_else(|wrong| panic!("{wrong:?}"));
    names(&loaded).into_iter().map(str::to_owned).collect()
}

#[test]
fn the_first_axis_moves_slowest() {
    let names = of("sweep:\n  axes:\n    gateways.count: { values: [2, 3] }\n    \
         gateways.drain.window: { range: { from: 0s, to: 20s, step: 10s } }\n");
    let expected = [
        "count=2,window=0s",
        "count=2,window=10s",
        "count=2,window=20s",
        "count=3,window=0s",
        "count=3,window=10s",
        "count=3,window=20s",
    ];
    assert_eq!(names, expected);
}

#[test]
fn zipped_axes_go_together_and_points_come_and_go() {
    let axes = "sweep:\n  axes:\n    phones.count: { log: { from: 1k, to: 100k, steps: 3 } }\n    \
        gateways.drain.window: { values: [0s, 10s] }\n    gateways.count: { values: [1, 2, 4] }\n";
    let zipped = of(&format!("{axes}  zip: [[phones.count, gateways.count]]\n"));
    let expected = [
        "phones.count=1k,window=0s,gateways.count=1",
        "phones.count=1k,window=10s,gateways.count=1",
        "phones.count=10k,window=0s,gateways.count=2",
        "phones.count=10k,window=10s,gateways.count=2",
        "phones.count=100k,window=0s,gateways.count=4",
        "phones.count=100k,window=10s,gateways.count=4",
    ];
    assert_eq!(zipped, expected);
    // Values are the same when they resolve alike, however they are written.
    let fewer = of(&format!(
        "{axes}  zip: [[phones.count, gateways.count]]\n  exclude:\n    \
         - {{ phones.count: 10k, gateways.drain.window: 0ms }}\n    - {{ gateways.count: 4 }}\n  \
         include:\n    - {{ phones.count: 1k, gateways.count: 4, gateways.drain.window: 1min }}\n"
    ));
    let expected = [
        "phones.count=1k,window=0s,gateways.count=1",
        "phones.count=1k,window=10s,gateways.count=1",
        "phones.count=10k,window=10s,gateways.count=2",
        "phones.count=1k,window=1min,gateways.count=4",
    ];
    assert_eq!(fewer, expected);
    let alone = of("sweep:\n  include:\n    - { gateways.count: 4, seed: 7 }\n    \
        - { gateways.count: 8, seed: 7 }\n");
    assert_eq!(alone, ["count=4,seed=7", "count=8,seed=7"]);
}

#[test]
fn arguments_say_the_same_as_a_file() {
    let file = load(
        "sweep:\n  axes:\n    gateways.count: { values: [2, 4] }\n    \
         phones.count: { log: { from: 1k, to: 100k, steps: 3 } }\n    \
         gateways.drain.window: { linear: { from: 0s, to: 10s, steps: 2 } }\n    \
         phones.network.rtt: { values: [{ constant: 10ms }, 20ms] }\n  \
         zip: [[gateways.count, gateways.drain.window]]\n  \
         exclude: [{ phones.count: 1k, gateways.count: 2 }]\n  include:\n    \
         - { gateways.count: 8, phones.count: 1k, gateways.drain.window: 5s, \
         phones.network.rtt: 20ms }\n",
        &Arguments::default(),
    );
    let text = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
    let axes = text(&[
        "gateways.count=2,4",
        "phones.count=log:1k:100k:3",
        "gateways.drain.window=linear:0s:10s:2",
        "phones.network.rtt=[{ constant: 10ms }, 20ms]",
    ]);
    let zip = text(&["gateways.count,gateways.drain.window"]);
    let exclude = text(&["phones.count=1k,gateways.count=2"]);
    let include = text(&[
        "gateways.count=8,phones.count=1k,gateways.drain.window=5s,phones.network.rtt=20ms",
    ]);
    let given =
        Arguments { axes: &axes, zip: &zip, exclude: &exclude, include: &include, sets: &[] };
    let (file, line) = (file.unwrap(), load("", &given).unwrap());
    assert_eq!(file.plan.axes, line.plan.axes);
    assert_eq!(names(&file), names(&line));
    assert!(names(&file).len() == 2 * 3 * 2 - 2 + 1, "{:?}", names(&file));
    let key = |loaded: &Loaded| -> BTreeSet<String> {
        loaded.plan.points.iter().map(|point| study::key(&point.scenario)).collect()
    };
    assert_eq!(key(&file), key(&line));
    // Commas within braces belong to a value.
    let loose = axes[3].replace("=[", "=").replace(']', "");
    let axes = [&axes[..3], &[loose]].concat();
    let loose = load("", &Arguments { axes: &axes, ..given }).unwrap();
    assert_eq!(file.plan.axes, loose.plan.axes);
    // Each point is another input.
    assert_eq!(key(&file).len(), names(&file).len());
}

#[test]
fn a_point_is_what_its_sets_make_it() {
    let sweep = "sweep: { axes: { gateways.count: { values: [2, 4] }, seed: { values: [1, 9] } } }";
    let loaded = load(sweep, &Arguments::default()).unwrap();
    for point in &loaded.plan.points {
        let sets: Vec<String> = loaded
            .plan
            .axes
            .iter()
            .zip(&point.values)
            .map(|(axis, value)| format!("{}={value}", axis.path))
            .collect();
        let alone = load("", &Arguments { sets: &sets, ..Arguments::default() }).unwrap();
        assert_eq!(alone.scenario.resolved, point.scenario.resolved);
        assert_eq!(study::key(&alone.scenario), study::key(&point.scenario));
    }
}

#[test]
fn what_says_nothing_about_a_run_is_not_in_its_key() {
    let key = |more: &str, sets: &[&str]| {
        let sets: Vec<String> = sets.iter().map(|&set| set.to_owned()).collect();
        let given = Arguments { sets: &sets, ..Arguments::default() };
        study::key(&load(more, &given).unwrap().scenario)
    };
    let plain = key("", &[]);
    assert_eq!(plain, key("slo: [ deliveries.missed == 0 ]\n", &["replications=9"]));
    assert_eq!(plain, key("question: why?\n", &[]));
    let paid = [
        "prices.storage.price=1 USD/GB-month",
        "gateways.instance=m7g.4xlarge",
        "bus.retention=1h",
        "presence.copies=3",
        "replay.instance=cache.m6g.large",
    ];
    assert_eq!(plain, key("", &paid), "the bill is reckoned afterwards");
    assert_eq!(plain, key("prices: null\n", &[]));
    assert_ne!(plain, key("", &["replay.retention=1h"]));
    for other in ["seed=2", "tick=2s", "gateways.count=3", "horizon=61s"] {
        assert_ne!(plain, key("", &[other]), "{other}");
    }
}

/// Files of earlier sweeps are taken as long as this stays; so it counts up with every other list.
#[test]
fn other_measures_are_another_version() {
    let mut scenario = crate::world::chat::chat(500, 2);
    scenario.horizon = Time::ZERO + Span::from_secs(20);
    let outcome = squall::world::simulate(&scenario, 0, &|_| {}).unwrap();
    let names: Vec<&str> = outcome.measures.iter().map(|measure| measure.name.as_str()).collect();
    let hash = blake3::hash(names.join(" ").as_bytes()).to_hex();
    assert_eq!((study::MEASURES, &hash[..16]), (15, "10cc749b2148c14b"), "{names:?}");
}

#[test]
fn wrong_sweeps_say_what_to_write() {
    for (sweep, says) in [
        ("zip: [[gateways.count]]", "two axes at least are zipped"),
        (
            "zip: [[gateways.count, seed]]",
            "equally many values: `gateways.count` has 2, `seed` has 3",
        ),
        ("zip: [[gateways.cuont, seed]]", "`gateways.cuont` is no axis of this sweep"),
        ("zip: [[gateways.count, gateways.count]]", "`gateways.count` is zipped twice"),
        ("exclude: [{ gateways.count: 7 }]", "`gateways.count` has no value `7`"),
        ("include: [{ gateways.count: 7 }]", "this point has no value of `seed`"),
        ("include: [{ gateways.count: 2, seed: 1 }]", "is there twice"),
        ("include: [{ gateways.count: x, seed: 1 }]", "`x`"),
        ("exclude: [{ gateways.count: 2 }, { gateways.count: 2 }]", "this excludes no point"),
    ] {
        let text = format!(
            "sweep:\n  axes: {{ gateways.count: {{ values: [2, 4] }}, \
             seed: {{ values: [1, 2, 3] }} }}\n  {sweep}\n"
        );
        let wrong = load(&text, &Arguments::default()).err();
        let wrong = wrong.unwrap_or_else(|| panic!("{sweep} is taken"));
        let told: String = wrong.list.iter().map(|found| found.message.clone() + "\n").collect();
        assert!(told.contains(says), "{sweep}:\n{told}");
    }
    for (axis, says) in [
        ("gateways.count", "has no `=`"),
        ("gateways.count=", "nothing stands behind"),
        ("gateways.count=log:1:2", "`log` takes three parts"),
        ("gateways.count=4,x", "`x`"),
        ("gateways.cuont=4,5", "matches nothing"),
    ] {
        let axes = [axis.to_owned()];
        let wrong = load("", &Arguments { axes: &axes, ..Arguments::default() }).err();
        let wrong = wrong.unwrap_or_else(|| panic!("{axis} is taken"));
        let told: String = wrong.list.iter().map(|found| found.message.clone() + "\n").collect();
        assert!(told.contains(says), "{axis}:\n{told}");
    }
}

/// What is probably not as meant at some points is said once, with how many they are and the first
/// of them; what the experiment is warned of anyway stays as it is unless a point mends it.
#[test]
fn warnings_say_at_which_points() {
    let set = "set: { phones.count: 1k, gateways.count: 1 }\n\
        timeline: [{ at: 30s, deploy: { node: gateways } }]\n";
    let axes = "sweep:\n  axes:\n    gateways.drain.window: { values: [0s, 40s, 50s] }\n    \
        gateways.max_connections: { values: [500, 2k] }\n";
    let loaded = load(&format!("{set}{axes}"), &Arguments::default()).unwrap();
    let told = |of: &Diagnostics| -> Vec<String> {
        of.list.iter().map(|found| format!("{}: {}", found.code, found.message)).collect()
    };
    let full = "over-capacity: `phones` are 1k users, but `gateways` hold 500 connections \
        (max_connections binds)";
    let late = "window-beyond-grace: `gateways.drain.window` is 40s, but connections are closed \
        after a grace of 30s";
    let expected = [
        format!("{full}; at 3 of 6 points, the first is `window=0s,max_connections=500`"),
        format!("{late}; at 4 of 6 points, the first is `window=40s,max_connections=500`"),
    ];
    assert_eq!(told(&loaded.warnings), expected);
    // Of a point only its own, as they are.
    let at = |name: &str| {
        let point = loaded.plan.points.iter().find(|point| point.name == name).unwrap();
        told(&loaded.warnings_at(point))
    };
    assert_eq!(at("window=40s,max_connections=500"), [late, full]);
    assert_eq!(at("window=0s,max_connections=2k"), [""; 0]);
    // The experiment alone has it, and so has each point, or one of the two.
    let set = "set: { phones.count: 1k, gateways.count: 1, gateways.max_connections: 500 }\n\
        timeline: [{ at: 30s, deploy: { node: gateways } }]\n";
    let warned = |axis: &str| {
        let text = format!("{set}sweep:\n  axes:\n    {axis}\n");
        told(&load(&text, &Arguments::default()).unwrap().warnings)
    };
    assert_eq!(warned("gateways.drain.window: { values: [0s, 1s] }"), [full]);
    let some = format!("{full}; at 1 of 2 points, the first is `count=1`");
    assert_eq!(warned("gateways.count: { values: [1, 2] }"), [some]);
    let each = "gateways.drain: { values: [{ window: 45s, grace: 1s }] }";
    let one = "window-beyond-grace: `gateways.drain.window` is 45s, but connections are closed \
        after a grace of 1s; at the one point, ";
    let found = warned(each);
    assert!(found.len() == 2 && found[0] == full && found[1].starts_with(one), "{found:?}");
}
