//! What people learn: programmes, and what is held of them.
//!
//! Owns the tables `programme`, `programme_revision`, `trainer`, `training_session`, `session_trainer`, `participant`, `enrolment`,
//! `demographics`, `attendance`, `session_statistics`, `assessment`, `capacity_assessment`, `certificate`, `certificate_jws`,
//! `status_list`, `issuer_key`, `feedback_secret`, `feedback_used`, `feedback_count` and `session_source`. Asks partners whether the
//! providers of what is published take part, and which recommendations are adopted, and how many seats a
//! commitment has; identity who a trainer is; projects which
//! territories there are, and how far the indicators have come in which the effect of training is expected.

mod alignment;
pub mod assessment;
pub mod capacity_assessment;
pub mod certificate;
pub mod enrolment;
pub mod evaluation;
pub mod feedback;
mod mode;
pub mod participant;
pub mod programme;
pub mod session;
mod session_file;
mod session_import;
pub mod trainer;

use futures::FutureExt as _;

/// The service.
pub const SERVICE: chassis::Service = chassis::Service {
    name: "training",
    migrations: migrations::training::all,
    mount: |context, routes| {
        async move {
            let partners = peers::Partners::new(context)?;
            let indicators = peers::Indicators::new(context)?;
            let settings = peers::settings::Settings::new(context)?;
            routes.add_service(programme::rpc::service(
                context,
                &partners,
                indicators.clone(),
                settings.clone(),
            ));
            routes.add_service(trainer::rpc::service(context, &partners, peers::People::new(context)?));
            routes.add_service(session::rpc::service(
                context,
                peers::Places::new(context)?,
                peers::Commitments::new(context)?,
                indicators,
                settings.clone(),
                chassis::seal::Seals::open(&context.config)?,
            ));
            let certificates = certificate::Office::open(context).await?;
            routes.add_service(participant::rpc::service(context, settings, certificates.clone()));
            routes.add_service(certificate::rpc::service(context, &partners, certificates));
            routes.add_service(assessment::rpc::service(context));
            routes.add_service(enrolment::rpc::service(context));
            routes.add_service(session_file::rpc::service(context));
            routes.add_service(session_import::rpc::service(context, &partners));
            routes.add_service(capacity_assessment::rpc::service(context));
            Ok(())
        }
        .boxed()
    },
};
