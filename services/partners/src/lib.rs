//! Who takes part: the organisations of the network, and the code lists that all services share.
//!
//! Owns the tables `partner`, `partner_key`, `partner_search` and `network_settings`. Asks identity to make a new partner's creator its
//! administrator.

pub mod code_list;
pub mod network_settings;
pub mod partner;

use futures::FutureExt as _;

/// The service.
pub const SERVICE: chassis::Service = chassis::Service {
    name: "partners",
    migrations: migrations::partners::all,
    mount: |context, routes| {
        async move {
            routes.add_service(partner::rpc::service(context)?);
            routes.add_service(code_list::service());
            routes.add_service(network_settings::rpc::service(context).await?);
            Ok(())
        }
        .boxed()
    },
};
