//! The participation: what people say, online or not, moderated for six reasons only and answered (recommendation 4).
//!
//! Whoever says something stays who they like to be:
//! - No name, e-mail or network address is stored with it, told in its events or logged (PRJ-34). What it says and the pseudonym
//!   stand in the row alone: events and the audit trail never hold them, so that what was hidden is hidden.
//! - The contact that comes with an endorsement is turned into an HMAC before anything else is done with the request. Its key is of
//!   the subject, sealed by the keys directory, and renewed; both are deleted 90 days after the subject closes.
//! - What was rejected or hidden is words nobody may read but those who decide: they and the pseudonym are deleted 90 days later.
//! - How often a network participates is known in memory, to this process, for as long as it matters.
//!
//! Ensemble sends no mail, so an address that is given online is confirmed by nobody: endorsements with such an address are counted
//! apart and for nothing. A person's voice counts when they are signed in, or when a partner recorded it with their contact.

mod challenge;
mod contact;
pub mod describe;
pub mod row;
pub mod rpc;
pub mod rules;
pub mod store;
pub mod subject;
pub(crate) mod summary;
mod sweep;
