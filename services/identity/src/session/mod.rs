//! The session of a person: what an access token belongs to and a refresh token renews (S4).

pub(crate) mod claims;
pub(crate) mod row;
pub(crate) mod rpc;
pub(crate) mod rules;
pub(crate) mod sign_in;
pub(crate) mod store;
