//! Brings a database up to date at start: first the chassis' own tables, then each service's.

use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, DynIden};
use sea_orm_migration::{MigrationTrait, MigratorTraitSelf};

use crate::clock::Clock;
use crate::database::{self, Database};
use crate::error::Result;
use crate::serve::Service;

/// The tables that every service stands on.
struct Chassis;

impl MigratorTraitSelf for Chassis {
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        migrations::chassis::all()
    }

    fn migration_table_name(&self) -> DynIden {
        DynIden::from("chassis_migrations")
    }
}

/// Brings the database up to date, then opens it.
pub(crate) async fn open(url: &str, clock: Clock, services: &[Service]) -> Result<Database> {
    all(url, services).await?;
    Database::connect(url, clock).await
}

/// Brings the database up to date.
///
/// # Errors
/// When it cannot be reached, or a migration fails.
pub(crate) async fn all(url: &str, services: &[Service]) -> Result<()> {
    let connection = sea_orm::Database::connect(database::options(url, 1)).await?;
    let postgres = connection.get_database_backend() == DbBackend::Postgres;
    if postgres {
        // Replicas that start together take turns; the number is ours alone in the database.
        connection.execute_unprepared("SELECT pg_advisory_lock(5142019)").await?;
    }
    let migrated = each(&connection, services).await;
    if postgres {
        connection.execute_unprepared("SELECT pg_advisory_unlock(5142019)").await?;
    }
    let _ = connection.close().await;
    migrated
}

async fn each(connection: &DatabaseConnection, services: &[Service]) -> Result<()> {
    Chassis.up(connection, None).await?;
    for service in services {
        service.up(connection, None).await?;
        let head = sea_orm::sea_query::Query::insert()
            .into_table("change_head")
            .columns(["service", "seq"])
            .values_panic([service.name.into(), 0_i64.into()])
            .on_conflict(sea_orm::sea_query::OnConflict::column("service").do_nothing().to_owned())
            .to_owned();
        connection.execute(&head).await?;
    }
    Ok(())
}
