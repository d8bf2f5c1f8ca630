//! Agreements: what partners sign, from a draft to its renewal, its amendment or its end (domain §3.3).

pub mod as_found;
pub mod clock;
pub mod compare;
pub mod describe;
pub mod parts;
pub mod row;
pub mod rpc;
pub mod rules;
pub mod signatures;
pub mod standing;
pub mod store;
pub mod succession;
pub mod sweep;
