//! Sweeps: the plan, the files of points, and that their bytes depend on nothing but the input.
mod board;
mod command;
mod coverage;
mod plan;
