//! What every service stands on; it knows no noun.
//!
//! | module | what it is for |
//! |---|---|
//! | [`serve`] | starting, the only way; connections, health, draining |
//! | [`gate`] | the layer every call passes: deadline, room, caller, permission |
//! | [`auth`] | who is calling: tokens, roles, the contract's table of methods |
//! | [`error`], [`say`], [`wire`] | refusals, in two languages, as `google.rpc` details |
//! | [`desk`] | what every noun's conversation does alike |
//! | [`database`], [`store`], [`call`] | reading and writing; a change is a rule inside a transaction |
//! | [`change`], [`watch`], [`follow`] | the change table: audit, outbox, `WatchEvents`; following another service's |
//! | [`idempotency`], [`stale`] | the same request twice is done once; who is too late learns why |
//! | [`draft`] | taking over what a draft says, field by field |
//! | [`lifecycle`] | transitions that enforce and explain |
//! | [`revision`] | what was published, each time it was |
//! | [`page`], [`filter`], [`mask`], [`name`] | AIP-158, 132, 160, 134, 122 |
//! | [`text`], [`value`], [`codes`], [`column`] | texts in several languages, money, dates, identifiers, shared codes; how they are stored |
//! | [`words`] | rows found by the beginnings of their words |
//! | [`suppress`] | which figures of few people are not shown |
//! | [`networks`] | networks that do something too often |
//! | [`peer`], [`remembered`], [`upload`] | asking another service on behalf of the caller, and remembering the answer; a file sent in pieces |
//! | [`private`], [`seal`] | secrets in the keys directory; what is stored so that a copy of the database does not give it away |

#![warn(missing_docs)]

pub mod auth;
pub mod call;
pub mod change;
pub mod clock;
pub mod codes;
pub mod column;
pub mod config;
pub mod database;
pub mod desk;
pub mod download;
pub mod draft;
pub mod error;
pub mod filter;
pub mod follow;
pub mod gap;
pub mod gate;
mod gather;
pub mod idempotency;
pub mod lifecycle;
pub mod mask;
mod migrate;
pub mod mutant;
pub mod name;
pub mod networks;
pub mod page;
pub mod peer;
pub mod private;
pub mod remembered;
pub mod revision;
pub mod say;
pub mod seal;
pub mod serve;
pub mod stale;
pub mod store;
pub mod suppress;
pub mod sweep;
mod tally;
pub mod text;
mod token_key;
pub mod upload;
pub mod value;
pub mod watch;
pub mod wire;
pub mod words;

pub use call::Call;
pub use config::Config;
pub use desk::{Desk, Told};
pub use error::{Error, Result};
pub use serve::{Context, Service, run, start};
pub use store::{Row, Store};
pub use wire::Reply;
