//! Stories of training.

pub(crate) mod programme;
pub(crate) mod session;
pub(crate) mod trainer;
