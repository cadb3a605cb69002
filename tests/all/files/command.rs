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
    assert!(out.contains("\nseed: 7\n") && out.contains("registry: { ttl: 20s,"), "{out}");
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
