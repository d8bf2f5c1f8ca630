//! `grpc.health.v1`: each gRPC service by its name, and the whole as the empty name. `NOT_SERVING` while the process drains
//! or its database has been away for five seconds.

use std::time::{Duration, Instant};

use sea_orm::ConnectionTrait as _;
use tonic::service::RoutesBuilder;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use super::{Context, Service};

/// How long the database may be away before the process says so.
const AWAY: Duration = Duration::from_secs(5);

pub(super) struct Health {
    reporter: HealthReporter,
    names: Vec<String>,
}

pub(super) async fn mount(
    context: &Context,
    services: &[Service],
    routes: &mut RoutesBuilder,
) -> std::sync::Arc<Health> {
    let (reporter, service) = tonic_health::server::health_reporter();
    let ours = |name: &str| {
        services.iter().any(|service| name.starts_with(&format!("ensemble.{}.v1.", service.name)))
    };
    let mut names: Vec<String> = proto::pool()
        .services()
        .map(|service| service.full_name().to_owned())
        .filter(|name| ours(name))
        .collect();
    names.push(String::new());
    routes.add_service(service);
    let health = std::sync::Arc::new(Health { reporter, names });
    health.say(ServingStatus::Serving).await;
    context.spawn(watch_database(std::sync::Arc::clone(&health), context.clone()));
    health
}

impl Health {
    /// Load balancers, go elsewhere.
    pub(super) async fn drain(&self) {
        self.say(ServingStatus::NotServing).await;
    }

    async fn say(&self, status: ServingStatus) {
        for name in &self.names {
            self.reporter.set_service_status(name, status).await;
        }
    }
}

async fn watch_database(health: std::sync::Arc<Health>, context: Context) {
    let mut answered = Instant::now();
    let mut serving = true;
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    loop {
        tick.tick().await;
        let ping = context.database.reader().execute_unprepared("SELECT 1");
        if matches!(tokio::time::timeout(Duration::from_secs(2), ping).await, Ok(Ok(_))) {
            answered = Instant::now();
        }
        let now = answered.elapsed() < AWAY;
        if now != serving {
            serving = now;
            tracing::warn!(serving, "the database {}", if serving { "is back" } else { "is away" });
            health.say(if serving { ServingStatus::Serving } else { ServingStatus::NotServing }).await;
        }
    }
}
