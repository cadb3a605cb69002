//! `squall phase` finds the border that theory knows: a queue of at most µT.
use std::{fs, path::Path, process::Command};

#[test]
fn the_border_of_the_accept_queue_is_rate_times_patience() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("phase");
    let output = Command::new(env!("CARGO_BIN_EXE_squall"))
        .arg("phase")
        .arg(root.join("experiments/metastable-accept.yaml"))
        .args(["--load", "gateways.accept_queue=200:20k", "--within", "5"])
        .args(["--policy", "phones.reconnect.timeout=2s,5s"])
        .args(["--set", "phones.count=10k", "--set", "horizon=150s"])
        .args(["--set", "phones.reconnect.cap=10s"])
        .arg("--output")
        .arg(&folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let table = fs::read_to_string(folder.join("phase.csv")).unwrap();
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(rows[0], ["phones.reconnect.timeout", "border", "holds", "fails", "runs"]);
    for (row, bound) in [(1, 1_000.0), (3, 2_500.0)] {
        assert_eq!(rows[row][1], "recovers");
        let [holds, fails] = [2, 3].map(|cell| rows[row][cell].parse::<f64>().unwrap());
        let middle = (holds * fails).sqrt();
        assert!((middle / bound - 1.0_f64).abs() < 0.1, "{middle}, not {bound}");
        // Nothing happens to those who are connected, whatever the queue.
        assert_eq!((rows[row + 1][1], rows[row + 1][3]), ("stays", ""));
    }
    assert!(folder.join("charts/phase.svg").is_file());
}
