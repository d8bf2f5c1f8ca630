//! Who may speak: people and machines, what they may do for which partner, and the tokens that say so.
//!
//! Owns the tables `user`, `user_link`, `attempt`, `membership`, `service_account`, `api_key`, `session`, `signing_key`
//! and `partner_fact`. Asks no other service for anything; follows the public events of partners.

mod api_key;
mod attempt;
mod facts;
mod issuer;
mod keys;
mod membership;
mod password;
mod secret;
mod service_account;
mod session;
mod start;
mod user;

/// The service.
pub const SERVICE: chassis::Service =
    chassis::Service { name: "identity", migrations: migrations::identity::all, mount: start::mount };
