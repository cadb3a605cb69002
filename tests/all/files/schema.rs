//! The schema that editors read: it is the committed one, it accepts all good files, and it refuses
//! what a form does not have.
use super::Files;
use jsonschema::Validator;
use serde_json::Value;
use squall::{
    cli::schema,
    scenario::catalogue::{self, File},
    spec::{schema::NAME, yaml},
    summary::slo,
    units::{
        Bytes, CoreShare, Count, Date, Factor, PerGigabyte, PerGigabyteMonth, PerHour, Quantity,
        Rate, Share,
    },
};
use std::{
    fs,
    path::{Path, PathBuf},
};

pub(super) fn validator(file: File) -> Validator {
    jsonschema::draft7::new(&file.schema()).expect("the schema is one")
}

/// A YAML file as an editor sees it.
#[track_caller]
fn yaml_of(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("no YAML: {error}\n{text}"))
}

fn yaml_files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|end| end == "yaml")).collect();
    files.sort();
    files
}

#[test]
fn the_committed_schemas_are_those_of_the_program() {
    let bless = std::env::vars().any(|(name, _)| name == "SQUALL_BLESS");
    for file in File::ALL {
        let path = format!("docs/schema/{}.schema.json", file.name());
        if bless {
            fs::write(&path, schema::text(file)).unwrap();
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        let hint = "is stale: SQUALL_BLESS=1 cargo test --test all schema";
        assert!(committed == schema::text(file), "{path} {hint}");
    }
}

#[track_caller]
pub(super) fn check_good(validator: &Validator, name: &str, text: &str) {
    let value = yaml_of(text);
    let wrong: Vec<String> = validator
        .iter_errors(&value)
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{name}: {wrong:#?}");
}

#[test]
fn every_good_file_is_valid() {
    let [experiment, model, prices] = File::ALL.map(validator);
    let mut count = 0;
    for (folder, validator) in [
        ("models", &model),
        ("models/prices", &prices),
        ("experiments", &experiment),
        ("tests/all/files", &experiment),
    ] {
        for path in yaml_files(folder) {
            check_good(validator, &path.display().to_string(), &fs::read_to_string(&path).unwrap());
            count += 1;
        }
    }
    assert!(count >= 8, "{count}");
}

#[test]
fn what_is_shown_is_valid() {
    let validator = validator(File::Experiment);
    for path in ["tests/all/files/zoo.yaml", "experiments/no-resume.yaml"] {
        let scenario = Files::default().good(path, &[]).scenario;
        check_good(&validator, path, &squall::cli::show::yaml(&scenario));
        check_good(&validator, path, &scenario.resolved.to_string());
    }
}

#[test]
fn the_examples_of_the_documents_are_valid() {
    let [experiment, model, _] = File::ALL.map(validator);
    let mut count = 0;
    for document in ["README.md", "docs/FILES.md"] {
        let text = fs::read_to_string(document).unwrap();
        for example in text.split("```yaml\n").skip(1) {
            let example = example.split("```").next().unwrap();
            let is_model = example.starts_with("# models/");
            check_good(if is_model { &model } else { &experiment }, document, example);
            count += 1;
        }
    }
    assert!(count > 0);
}

/// Mistakes of form. What only the meaning tells (a node that is not there, a cap below its base)
/// is for the program.
const WRONG: [&str; 23] = [
    "illegal-link",
    "kind-as-text",
    "laws",
    "long-line",
    "missing-unit",
    "model-as-map",
    "node-as-list",
    "node-names",
    "not-a-map",
    "out-of-range",
    "price-as-list",
    "sections-as-values",
    "several-at-once",
    "sweep",
    "sweep-form",
    "timeline",
    "timeline-as-map",
    "two-kinds",
    "unicode",
    "unknown-key",
    "unknown-key-far",
    "unknown-kind",
    "warnings",
];

#[test]
fn wrong_files_are_not_valid() {
    let validator = validator(File::Experiment);
    for name in WRONG {
        let path = format!("tests/bad/{name}.yaml");
        let value = yaml_of(&fs::read_to_string(&path).unwrap());
        assert!(!validator.is_valid(&value), "{path} is valid");
    }
    let model = self::validator(File::Model);
    assert!(!model.is_valid(&yaml_of("horizon: 1min\nnodes: {}")));
    let sheet = fs::read_to_string("tests/bad/parts/sheet.yaml").unwrap();
    assert!(!self::validator(File::Prices).is_valid(&yaml_of(&sheet)));
}

/// Whether a text is a quantity to the program is whether it is one to an editor, within bounds.
fn check_quantity<Q: Quantity>(texts: &[&str]) {
    let schema = serde_json::json!({ "type": "string", "pattern": Q::PATTERN });
    let validator = jsonschema::draft7::new(&schema).unwrap();
    for text in texts {
        let read = Q::read(text);
        let within = read.as_ref().is_err_and(|why| why.code == "out-of-range");
        let valid = validator.is_valid(&Value::from(*text));
        assert_eq!(read.is_ok() || (within && valid), valid, "{} {text}: {read:?}", Q::WHAT);
    }
}

#[test]
fn editors_know_quantities() {
    let texts = [
        "1", "0", "1.5", "-1", "1e3", "1,5", ".5", "1.", "1_000", "NaN", "inf", "", "s", "1s",
        "0s", "1.5ms", "1h30min", "1h 30min", "30 s", "5µs", "5us", "1m", "2d", "1S", "12sec",
        "1B", "10KB", "8GiB", "3kB", "1KIB", "4K", "4k", "1M", "2 G", "1/s", "500/min", "10k/s",
        "1 / h", "1/m", "/s", "20%", "20 %", "120%", "%", "4.7us/s", "1s/min", "4.7us", "--set",
        "x1s", "1sx",
    ];
    check_quantity::<squall::engine::Span>(&texts);
    check_quantity::<Bytes>(&texts);
    check_quantity::<Count>(&texts);
    check_quantity::<Rate>(&texts);
    check_quantity::<Share>(&texts);
    check_quantity::<Factor>(&texts);
    check_quantity::<CoreShare>(&texts);
    let texts = [
        "0.02",
        "0.02 USD/h",
        "1USD/h",
        "1 USD / h",
        ".5 USD/h",
        "1 EUR/h",
        "1 USD/GB",
        "USD/GB",
        "1 USD/GB-month",
        "0.1 USD/ GB-month",
        "1,5 USD/GB",
        "-1 USD/h",
        "$1/h",
        "2026-08",
        "2026-8",
        "2026-13",
        "2026-00",
        "2026-08-31",
        "2026-08-32",
        "2026-08-00",
        "26-08-01",
    ];
    check_quantity::<PerHour>(&texts);
    check_quantity::<PerGigabyte>(&texts);
    check_quantity::<PerGigabyteMonth>(&texts);
    check_quantity::<Date>(&texts);
}

#[test]
fn editors_know_objectives_and_names() {
    let schema = File::Experiment.schema();
    let pattern = &schema["properties"]["slo"]["items"]["pattern"];
    let objective = serde_json::json!({ "type": "string", "pattern": pattern });
    let objective = jsonschema::draft7::new(&objective).unwrap();
    for text in [
        "delivery_lag.p99 < 500ms",
        "deliveries.missed == 0",
        "during(deploy-2).clients.availability > 99.9%",
        "gateways.cpu.peak<=80%",
        "delivery_lag.p99 = 500ms",
        "delivery_lag < 500ms",
        "delivery_lag.p99 <",
        "500ms > delivery_lag.p99",
    ] {
        assert_eq!(objective.is_valid(&text.into()), slo::parse(text).is_ok(), "{text}");
    }
    let name = serde_json::json!({ "type": "string", "pattern": NAME });
    let name = jsonschema::draft7::new(&name).unwrap();
    let long = "a".repeat(64);
    for (text, good) in
        [("a", true), ("a-b_2", true), ("2a", false), ("a.b", false), (&*long, true)]
    {
        assert_eq!(name.is_valid(&text.into()), good, "{text}");
    }
    assert!(!name.is_valid(&"a".repeat(65).into()));
}

#[test]
fn every_key_says_what_it_means_and_what_it_takes() {
    let keys = catalogue::keys();
    assert!(keys.len() > 100);
    for key in keys {
        assert!(!key.meaning.is_empty(), "{} has no meaning", key.name);
        let is_section = keys.iter().any(|other| other.name.starts_with(&format!("{}.", key.name)));
        let alone = ["nodes", "experiment.set"].contains(&key.name.as_str())
            || key.name.starts_with("load_balancer.policy.");
        assert!(!key.value.is_empty() || is_section || alone, "{} takes nothing", key.name);
    }
    for default in squall::scenario::defaults::TABLE {
        let known = keys.iter().any(|key| key.name == default.key);
        assert!(known || default.key.starts_with("links."), "no key has the default {default:?}");
    }
}

#[test]
fn shipped_files_name_their_schema() {
    for (folder, kind) in [
        ("models", File::Model),
        ("models/prices", File::Prices),
        ("experiments", File::Experiment),
    ] {
        for path in yaml_files(folder) {
            let text = fs::read_to_string(&path).unwrap();
            let mut found = Vec::new();
            assert!(yaml::parse(&text, 0, 0, &mut found).is_some());
            let up = if folder.contains('/') { "../.." } else { ".." };
            let schema = format!("{up}/docs/schema/{}.schema.json", kind.name());
            let line = format!("# yaml-language-server: $schema={schema}");
            assert!(text.lines().any(|found| found == line), "{} lacks\n{line}", path.display());
            assert!(Path::new(&schema[up.len() + 1..]).exists());
        }
    }
}
