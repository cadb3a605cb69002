//! What two nodes must both see lies in neither: the tables of the world. Each column has one
//! writing node kind; others read it through `Cx`.
pub mod connections;
pub mod crowds;
pub mod kept;
pub mod messages;
pub mod tiers;
