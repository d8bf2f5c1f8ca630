//! What people thought of a session: level 1 of Kirkpatrick (domain §6.6).
//!
//! A token can be checked off and never be joined to an answer:
//! - Tokens are computed from a secret of the session and the name of the enrolment. Half of one is a number, half says that the
//!   number is of this session: whoever checks a token does not look for whose it is.
//! - Of an answer five counters are raised by one, in rows that were there before: it has no row, no time, no place in an order,
//!   no event, no line in the trail, no request id.
//! - Of a token its mark is kept, which only the secret joins to an enrolment; secret and marks are deleted when the session is
//!   closed, and nothing is told before.
//!
//! Who holds the keys directory and the database of an open session could find who has answered, never what; who takes copies of
//! the database before and after one answer sees what was answered, not by whom.

pub mod rules;
pub(crate) mod store;
