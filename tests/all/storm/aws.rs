//! The example of the engine alone reproduces what was published.
#[path = "../../../examples/backoff.rs"]
#[allow(dead_code, unreachable_pub, reason = "its main is for people")]
mod backoff;

use backoff::{TABLE, errors, means};

#[test]
fn backoff_of_optimistic_writers() {
    for (clients, backoff, ms, error, calls) in TABLE {
        let (mean, own, found) = means(clients, backoff, 200);
        let far = errors((mean, own), (ms, error));
        assert!(far <= 4.0, "{clients} {backoff:?}: {mean} ms, not {ms}: {far} standard errors");
        assert!((found / calls - 1.0).abs() < 0.02, "{clients} {backoff:?}: {found}, not {calls}");
    }
}
