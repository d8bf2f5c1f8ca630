//! The engine against a slow, obvious reference, on generated networks; and rule by rule on small ones.

mod memory;
mod network;
mod property;
mod reference;
mod rule;
