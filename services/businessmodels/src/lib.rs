//! How things of the digital transition work and pay for themselves, written so that others can adopt them.
//!
//! Owns the tables `business_model` and `business_model_revision`, and the words `business_model_search`. Asks partners whether
//! those that it names take part and which recommendations are adopted, and for the settings of the network; projects which
//! territories and needs there are.

pub mod business_model;

use futures::FutureExt as _;

/// The service.
pub const SERVICE: chassis::Service = chassis::Service {
    name: "businessmodels",
    migrations: migrations::businessmodels::all,
    mount: |context, routes| {
        async move {
            routes.add_service(business_model::rpc::service(context)?);
            Ok(())
        }
        .boxed()
    },
};
