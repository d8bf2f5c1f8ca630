//! What partners do together: projects, under the rules, or as found in the world.
//!
//! Owns the tables `project`, `project_participant` and `project_source`. Asks partners whether those it names exist and
//! take part, hands them the organisations of imported files, and follows them to learn which leads have left.

pub mod project;

use futures::FutureExt as _;

/// The service.
pub const SERVICE: chassis::Service = chassis::Service {
    name: "projects",
    migrations: migrations::projects::all,
    mount: |context, routes| {
        async move {
            routes.add_service(project::rpc::service(context)?);
            project::follow::start(context)
        }
        .boxed()
    },
};
