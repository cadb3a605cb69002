//! Closed forms: beside short simulations of every shipped experiment, as a person calls them, and
//! as advice is made of them.
mod advise;
mod answers;
mod beside;
mod command;
mod feeds;
mod reasons;
mod shared;
