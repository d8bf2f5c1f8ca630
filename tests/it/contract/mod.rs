//! Promises that every method keeps, taken from the descriptors: whoever adds a method is tested.

mod access;
mod assignment;
mod hostile;
mod open;
mod personal;
mod shape;
mod standard;
