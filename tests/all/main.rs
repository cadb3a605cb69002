//! All integration tests, one binary.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod engine;
mod files;
mod napkin;
mod property;
mod report;
mod storm;
mod sweep;
mod tidy;
mod world;
