//! What unit tests of several modules share.

/// Two numbers are as near to each other as is asked.
#[track_caller]
pub(crate) fn near(found: f64, expected: f64, within: f64) {
    assert!((found - expected).abs() <= within, "{found}, not {expected}");
}
