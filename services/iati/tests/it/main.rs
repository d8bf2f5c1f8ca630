//! Stories told to the reader: published files, broken ones, and those made to harm.

mod arriving;
mod common;
mod hostile;
mod published;
mod rules;
mod schema;
