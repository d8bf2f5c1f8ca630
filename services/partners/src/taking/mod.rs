//! Taking partnerships over as found (BEY-8), with their agreements and commitments, whatever told of them: recognised by
//! their references, made when unknown; of those that are known, what their source has changed since and nobody has changed
//! here. One way in, all or none.

mod anew;
mod draft;
mod known;
mod pile;
pub mod rpc;
pub mod source;
mod take;
mod tally;

pub(crate) use draft::Part;
pub(crate) use take::{Taken, Trouble, take};
pub(crate) use tally::Tally;

#[cfg(test)]
mod tests;
