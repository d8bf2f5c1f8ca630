//! What people learn: programmes, and what is held of them.
//!
//! Owns the tables `programme` and `programme_revision`. Asks partners whether the providers of what is published take part,
//! and which recommendations are adopted.

mod alignment;
mod peers;
pub mod programme;

use futures::FutureExt as _;

/// The service.
pub const SERVICE: chassis::Service = chassis::Service {
    name: "training",
    migrations: migrations::training::all,
    mount: |context, routes| {
        async move {
            let partners = peers::Partners::new(context)?;
            routes.add_service(programme::rpc::service(context, &partners));
            Ok(())
        }
        .boxed()
    },
};
