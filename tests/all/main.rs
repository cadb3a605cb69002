//! All integration tests, one binary.
mod engine;
mod files;
mod world;
