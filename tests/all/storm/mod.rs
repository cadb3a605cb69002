//! Storms: against published tables, and against a model that was written the plain way.
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small numbers of a plain model"
)]
mod against;
mod aws;
mod phase;
mod reference;
mod sentences;
mod sessions;
mod setting;
mod soak;
mod tables;
mod ways_in;
