//! Stories of training.

pub(crate) mod programme;
