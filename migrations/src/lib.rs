//! The history of every table, one folder per service. A published migration never changes: see README.md.

#![expect(clippy::missing_errors_doc, reason = "every migration fails as the database does")]

pub mod chassis;
mod columns;
pub mod identity;
pub mod partners;
pub mod projects;
