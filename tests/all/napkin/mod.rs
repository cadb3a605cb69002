//! Closed forms: beside short simulations of every shipped experiment, and as a person calls them.
mod beside;
mod command;
