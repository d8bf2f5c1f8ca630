//! Who takes part: the organisations of the network, and the code lists that all services share.
//!
//! Owns the tables `partner`, `partner_key`, `partner_search`, `network_settings`, `partnership`, `partnership_member`,
//! `agreement`, `agreement_party`, `health_check`, `health_check_response`, `commitment`, `working_group`, `contribution`,
//! `recommendation`, `publication`, `place` and `source`. Asks identity to make a new partner's creator its administrator.

pub mod agreement;
mod bilingual;
pub mod code_list;
pub mod commitment;
pub mod contribution;
pub mod grant;
pub mod health_check;
pub mod listed;
pub mod network_settings;
pub mod partner;
pub mod partnership;
pub mod place;
pub mod publication;
pub mod recommendation;
pub mod taking;
pub mod working_group;

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
            routes.add_service(partnership::rpc::service(context));
            routes.add_service(health_check::rpc::service(context));
            routes.add_service(commitment::rpc::service(context));
            routes.add_service(working_group::rpc::service(context));
            routes.add_service(contribution::rpc::service(context));
            routes.add_service(recommendation::rpc::service(context));
            recommendation::seed::plant(&context.database).await?;
            routes.add_service(publication::rpc::service(context));
            routes.add_service(agreement::rpc::service(context));
            routes.add_service(taking::rpc::service(context));
            routes.add_service(place::rpc::service(context));
            Ok(())
        }
        .boxed()
    },
};
