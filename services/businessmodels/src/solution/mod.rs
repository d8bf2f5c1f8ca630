//! Published digital solutions, taken over as business models as found (BEY-8): what they say becomes a draft, what a business
//! model needs beyond that is listed as its gaps.

mod as_found;
mod import;
pub(crate) mod rpc;
mod source;
mod survey;

#[cfg(test)]
mod tests;
