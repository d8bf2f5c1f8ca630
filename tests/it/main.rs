//! Stories told to the real binaries, and the rules that hold for every method and every source file.
//!
//! `cargo test -p tests partners::` tells the stories of partners; `house` and `contract::shape` need no server.
//! Stories run in one process and as separate processes, on SQLite and, when PostgreSQL is installed, on PostgreSQL too;
//! with `CI=true` a missing PostgreSQL is a failure. `ENSEMBLE_BINARIES=DIR` tests the binaries of a folder instead of
//! building them.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on ends there")]

#[macro_use]
mod told;

mod binaries;
mod caller;
mod cli;
mod contract;
mod harness;
mod house;
mod identity;
mod models;
mod operations;
mod partners;
mod postgres;
mod projects;
mod raw;
mod reliability;
mod rows;
mod sample;
mod training;
