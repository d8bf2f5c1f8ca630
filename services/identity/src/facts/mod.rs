//! What identity knows of partners: state and sector, followed from the public events of the partners service.
//!
//! Tokens say it (IDN-5, SEP-2), and the last administrator of an active partner stays (IDN-1). Nothing is asked of
//! partners: what a lower service must know of a higher one arrives as an event.

pub(crate) mod row;
pub(crate) mod rules;
pub(crate) mod store;

use chassis::Context;
use chassis::database::Unit;
use chassis::error::{Error, Result};
use chassis::follow::Follow;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use prost::{Message as _, Name as _};
use proto::common::Event;
use proto::partners::Partner;

/// Follows partners until the process drains.
///
/// # Errors
/// When the address of partners is no address.
pub(crate) fn follow(context: &Context) -> Result<()> {
    Follow { service: "identity", peer: "partners", filter: "" }.start(context, handle)
}

fn handle<'u>(unit: &'u mut Unit<'_>, event: &'u Event) -> BoxFuture<'u, Result<()>> {
    async move {
        let Some(data) = event.data.as_ref().filter(|data| data.type_url.ends_with(&Partner::full_name()))
        else {
            return Ok(());
        };
        let partner = Partner::decode(data.value.as_slice()).map_err(Error::internal)?;
        store::learn(unit, rules::fact(&partner)).await
    }
    .boxed()
}
