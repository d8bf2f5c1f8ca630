//! What partners do together: projects, under the rules, or as found in the world.
//!
//! Owns the tables of its nouns, `project`, `territory`, `report` and so on. Asks partners whether those it names exist and
//! take part, and for the settings of the network, hands them the organisations of imported files, and follows them to
//! learn which leads have left.

mod bulk;
pub mod dataset;
pub mod indicator;
pub mod measure;
pub mod need;
pub mod obligation;
pub mod observation;
pub mod participation;
#[cfg(test)]
mod place;
pub mod project;
pub mod project_indicator;
mod recommended;
pub mod report;
pub mod reporting_period;
pub mod result;
pub mod settings;
pub mod strategy;
pub mod summary;
pub mod territory;

use futures::FutureExt as _;

/// The service.
pub const SERVICE: chassis::Service = chassis::Service {
    name: "projects",
    migrations: migrations::projects::all,
    mount: |context, routes| {
        async move {
            let settings = settings::Settings::new(context)?;
            routes.add_service(project::rpc::service(context)?);
            routes.add_service(reporting_period::rpc::service(context, &settings));
            routes.add_service(report::rpc::service(context, &settings));
            routes.add_service(indicator::rpc::service(context)?);
            routes.add_service(project_indicator::rpc::service(context));
            indicator::seed::plant(context).await?;
            routes.add_service(territory::rpc::service(context)?);
            routes.add_service(observation::rpc::service(context));
            routes.add_service(need::rpc::service(context)?);
            routes.add_service(strategy::rpc::service(context, &settings)?);
            routes.add_service(participation::rpc::service(context, &settings)?);
            routes.add_service(dataset::rpc::service(context, &settings)?);
            routes.add_service(result::rpc::service(context, &settings)?);
            project::follow::start(context)
        }
        .boxed()
    },
};
