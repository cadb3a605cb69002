//! What two nodes must both see lies in neither: the tables of the world. Each column has one
//! writing node kind; others read it through `Cx`.
pub mod browsers;
pub mod calls;
pub mod connections;
pub mod copies;
pub mod crowd;
pub mod crowds;
pub mod delay;
pub mod descents;
pub mod fate;
pub mod feed;
pub mod feeds;
pub mod flights;
pub mod kept;
pub mod members;
pub mod messages;
mod replica;
pub mod routes;
pub mod send_buffers;
pub mod states;
pub mod tiers;
pub mod topics;
pub mod ways;
