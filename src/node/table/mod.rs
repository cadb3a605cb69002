//! What two nodes must both see lies in neither: the tables of the world. Each column has one
//! writing node kind; others read it through `Cx`.
pub mod browsers;
pub mod calls;
pub mod connections;
pub mod copies;
pub mod crowds;
pub mod delay;
pub mod kept;
pub mod messages;
mod replica;
pub mod routes;
pub mod states;
pub mod tiers;
pub mod ways;
