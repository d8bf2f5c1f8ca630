//! The history of every table, one folder per service. A published migration never changes: see README.md.

pub mod businessmodels;
pub mod chassis;
mod columns;
pub mod identity;
pub mod partners;
pub mod projects;
pub mod training;
