//! `squall validate` and `squall show` as a person calls them: what is printed where, and the code.
use assert_cmd::Command;

/// Standard output, standard error and exit code.
fn squall(arguments: &[&str]) -> (String, String, i32) {
    let output = Command::cargo_bin("squall").unwrap().args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

const DEPLOY: &str = "tests/all/files/deploy.yaml";

#[test]
fn a_good_file_is_one_line() {
    let (out, err, code) = squall(&["validate", DEPLOY]);
    assert_eq!(out, "✓ 3 files, 7 nodes, 9 links (4 by default), 2 points\n");
    assert_eq!((err.as_str(), code), ("", 0));
}

#[test]
fn a_model_alone_can_be_checked() {
    let (out, err, code) = squall(&["validate", "models/chat.yaml"]);
    assert_eq!(out, "✓ 2 files, 7 nodes, 9 links (4 by default)\n");
    assert_eq!((err.as_str(), code), ("", 0));
}

#[test]
fn a_wrong_file_is_explained_without_colour_in_a_pipe() {
    let (out, err, code) = squall(&["validate", "tests/bad/several-at-once.yaml"]);
    assert_eq!(out, include_str!("../../bad/several-at-once.txt"));
    assert_eq!((err.as_str(), code), ("", 2));
}

#[test]
fn arguments_are_checked_as_files_are() {
    let (out, _, code) = squall(&["validate", DEPLOY, "--set", "gateways.count=4 or 5"]);
    assert!(out.contains(" --> command line:1:22"), "{out}");
    assert_eq!(code, 2);
}

#[test]
fn what_is_shown_is_on_stdout_and_warnings_on_stderr() {
    let (out, err, code) = squall(&["show", DEPLOY, "--set", "presence.ttl=20s", "--seed", "7"]);
    assert!(out.contains("\nseed: 7\n") && out.contains("registry:\n      ttl: 20s\n"), "{out}");
    assert!(err.starts_with("warning[ttl-too-short]"), "{err}");
    assert_eq!(code, 0);
}

#[test]
fn what_cannot_be_shown_is_explained_on_stderr() {
    let (out, err, code) = squall(&["show", "no/such/file.yaml"]);
    assert_eq!((out.as_str(), code), ("", 2));
    let expected = "error[no-such-file]: there is no file `no/such/file.yaml`\n\
                    help: paths are relative to the file that names them\n\n\
                    1 error, 0 warnings\n";
    assert_eq!(err, expected);
}

#[test]
fn every_value_is_shown_with_its_origin() {
    let arguments = ["show", DEPLOY, "--origin", "--set", "gateways.drain.window=10s"];
    let (out, err, code) = squall(&arguments);
    assert_eq!((err.as_str(), code), ("", 0));
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    for row in [
        "gateways.drain.window 10s command line --set gateways.drain.window",
        "gateways.drain.grace 30s model chat.yaml:25",
        "gateways.cpu.tls_full 400us default ECDSA: nginx, over 2,000 a core [S]",
        "links.gateways -> presence.latency 500us default a registry operation [K]",
    ] {
        assert!(out.lines().any(|line| words(line) == row), "no line\n{row}\nin\n{out}");
    }
    let mut columns: Vec<_> = out.lines().filter_map(|line| line.find("  default  ")).collect();
    columns.dedup();
    assert_eq!(columns.len(), 1, "{out}");
    let (json, _, code) = squall(&[&arguments[..], &["--json"]].concat());
    let origins: Vec<squall::scenario::Origin> = serde_json::from_str(&json).unwrap();
    assert_eq!(out.lines().filter(|line| !line.is_empty()).count(), origins.len());
    assert_eq!(code, 0);
}

#[test]
fn what_is_shown_as_json_is_an_experiment_too() {
    let (json, _, code) = squall(&["show", DEPLOY, "--json"]);
    assert_eq!(code, 0);
    let (yaml, _, _) = squall(&["show", DEPLOY]);
    let load =
        |text: &str| super::Files::default().with("x.yaml", text).good("x.yaml", &[]).scenario;
    assert_eq!(load(&json).resolved, load(&yaml).resolved);
}

/// More users at a time than any machine holds, so that nothing runs.
#[cfg(target_os = "linux")]
#[test]
fn users_who_do_not_fit_into_memory_are_refused_before_the_run() {
    let here = tempfile::TempDir::new().unwrap();
    let out = here.path().join("out");
    let common = ["--set", "phones.count=2G", "--replications", "99", "--jobs", "99"];
    let rest = ["--no-charts", "--quiet", "--output", out.to_str().unwrap()];
    for command in [&["run", DEPLOY][..], &["sweep", DEPLOY]] {
        let (stdout, err, code) = squall(&[command, &common, &rest].concat());
        assert_eq!((stdout.as_str(), code), ("", 2), "{err}");
        assert!(err.contains("not enough memory: the users of 99 runs at a time take "), "{err}");
        assert!(
            err.contains(" are free\n  try ") && err.contains("`--set phones.count=…`"),
            "{err}"
        );
        assert!(!out.exists(), "{command:?}");
    }
}
