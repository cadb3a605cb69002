//! Debug and release builds give the same bytes.
use super::command::{contents, experiment};
use std::{path::PathBuf, process::Command};
use tempfile::TempDir;

/// The program as the other profile builds it.
fn other_build() -> PathBuf {
    let here = assert_cmd::cargo::cargo_bin("squall");
    let (profile, folder) =
        if cfg!(debug_assertions) { ("release", "release") } else { ("dev", "debug") };
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--locked", "--bin", "squall", "--profile", profile]);
    let target = here.parent().unwrap().parent().unwrap();
    build.arg("--target-dir").arg(target).current_dir(env!("CARGO_MANIFEST_DIR"));
    assert!(build.status().unwrap().success());
    target.join(folder).join(here.file_name().unwrap())
}

#[test]
fn debug_and_release_write_the_same_files() {
    let here = TempDir::new().unwrap();
    let file = experiment(here.path(), "replications: 2\n");
    let run = |program: PathBuf, name: &str| {
        let out = here.path().join(name);
        let mut run = Command::new(program);
        run.arg("run").arg(&file).arg("--quiet").arg("--output").arg(&out);
        assert!(run.output().unwrap().status.success());
        contents(&out)
    };
    let this = run(assert_cmd::cargo::cargo_bin("squall"), "this");
    let other = run(other_build(), "other");
    assert!(this.len() > 15);
    for (this, other) in this.iter().zip(&other) {
        assert!(this == other, "{} differs from {}", this.0, other.0);
    }
    assert_eq!(this.len(), other.len());
}
