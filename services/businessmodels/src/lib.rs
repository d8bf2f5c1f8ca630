//! How things of the digital transition work and pay for themselves, written so that others can adopt them.
//!
//! Owns the tables `business_model`, `business_model_revision`, `business_model_source`, `evaluation` and `replication`, and the
//! words `business_model_search`. Asks partners whether those that it names take part and which recommendations are adopted, for
//! the settings of the network, and to take organisations over; projects which territories and needs there are, and how the
//! projects stand that carry replications out.

pub mod business_model;
pub mod evaluation;
pub mod replication;
pub mod solution;

use futures::FutureExt as _;

/// The service.
pub const SERVICE: chassis::Service = chassis::Service {
    name: "businessmodels",
    migrations: migrations::businessmodels::all,
    mount: |context, routes| {
        async move {
            routes.add_service(business_model::rpc::service(context)?);
            routes.add_service(evaluation::rpc::service(context)?);
            routes.add_service(replication::rpc::service(context)?);
            routes.add_service(solution::rpc::service(context)?);
            Ok(())
        }
        .boxed()
    },
};
