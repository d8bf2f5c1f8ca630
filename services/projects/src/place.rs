//! Databases for the tests of what stands on disk.

use chassis::clock::Clock;
use chassis::database::Database;
use sea_orm::{ConnectionTrait as _, DynIden};
use sea_orm_migration::{MigrationTrait, MigratorTraitSelf};
use uuid::Uuid;

struct Chassis;

impl MigratorTraitSelf for Chassis {
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        migrations::chassis::all()
    }

    fn migration_table_name(&self) -> DynIden {
        DynIden::from("chassis_migrations")
    }
}

/// A new SQLite database, and an empty PostgreSQL one when `TEST_DATABASE_URL` says where.
pub(crate) struct Place {
    pub(crate) database: Database,
    _file: tempfile::TempDir,
}

/// The databases to try.
pub(crate) async fn places() -> Vec<Place> {
    let mut places = Vec::new();
    for postgres in [None].into_iter().chain(std::env::var("TEST_DATABASE_URL").map(Some)) {
        let file = tempfile::tempdir().unwrap();
        let url = match postgres {
            None => format!("sqlite://{}/projects.db?mode=rwc", file.path().display()),
            Some(server) => {
                let name = format!("projects_{}", Uuid::new_v4().simple());
                let admin = sea_orm::Database::connect(&server).await.unwrap();
                admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
                let (start, _) = server.rsplit_once('/').unwrap();
                format!("{start}/{name}")
            }
        };
        let connection = sea_orm::Database::connect(&url).await.unwrap();
        Chassis.up(&connection, None).await.unwrap();
        crate::SERVICE.up(&connection, None).await.unwrap();
        connection
            .execute_unprepared("INSERT INTO change_head (service, seq) VALUES ('projects', 0)")
            .await
            .unwrap();
        connection.close().await.unwrap();
        places
            .push(Place { database: Database::connect(&url, Clock::default()).await.unwrap(), _file: file });
    }
    places
}
