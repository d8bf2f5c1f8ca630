//! Published training, taken over as programmes and sessions as found (BEY-8): what it says stands in them, in the state that it
//! has in the world; what they need beyond that is listed as their gaps.

mod again;
mod as_found;
mod import;
pub(crate) mod rpc;
mod source;
mod survey;
mod told;

#[cfg(test)]
mod tests;
