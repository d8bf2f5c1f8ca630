//! How each database is connected to, and whether it is safe.

use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, ConnectionTrait as _, DatabaseConnection, DbBackend, Statement};

use crate::error::{Error, Result};

/// SQLite before 3.51.3 can corrupt a database in WAL mode (F-8).
const SQLITE_FLOOR: i64 = 3_051_003;

pub(crate) fn options(url: &str, connections: u32) -> ConnectOptions {
    let url = match url.strip_prefix("sqlite://") {
        Some(file) if !file.contains('?') && file != ":memory:" => format!("sqlite://{file}?mode=rwc"),
        _ => url.to_owned(),
    };
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .connect_timeout(Duration::from_secs(5))
        .acquire_timeout(Duration::from_secs(5))
        .max_lifetime(Duration::from_secs(15 * 60))
        .test_before_acquire_if_idle_for(Duration::from_secs(1))
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full) // an acknowledged write survives a power cut (R1b)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(5))
                // What is deleted is overwritten: a copy of the file has nothing of whoever was erased.
                .pragma("secure_delete", "on")
                .pragma("temp_store", "memory")
                .pragma("analysis_limit", "1000") // rows of an index that ANALYZE looks at
                .pragma("mmap_size", "268435456")
        })
        .map_sqlx_postgres_opts(|postgres| {
            postgres.application_name("ensemble").options([
                ("synchronous_commit", "on"),
                ("statement_timeout", "60s"),
                ("lock_timeout", "10s"),
                ("idle_in_transaction_session_timeout", "60s"),
            ])
        });
    options
}

pub(super) async fn check_sqlite(connection: &DatabaseConnection) -> Result<()> {
    let number = |sql: &'static str| async move {
        let row = connection.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await?;
        row.map_or(Ok(0), |row| row.try_get_by_index::<i64>(0)).map_err(Error::from)
    };
    let version = connection
        .query_one_raw(Statement::from_string(DbBackend::Sqlite, "SELECT sqlite_version()"))
        .await?
        .map_or(Ok(String::new()), |row| row.try_get_by_index::<String>(0))?;
    let mut parts = version.split('.').map(|part| part.parse::<i64>().unwrap_or(0));
    let version_number =
        parts.next().unwrap_or(0) * 1_000_000 + parts.next().unwrap_or(0) * 1_000 + parts.next().unwrap_or(0);
    if version_number < SQLITE_FLOOR {
        return Err(Error::internal(format!(
            "SQLite {version} can corrupt a database in WAL mode: 3.51.3 is the floor"
        )));
    }
    if number("PRAGMA synchronous").await? != 2 {
        return Err(Error::internal("SQLite does not confirm synchronous=FULL"));
    }
    if number("SELECT sqlite_compileoption_used('ENABLE_QPSG')").await? != 1 {
        return Err(Error::internal("SQLite was built without ENABLE_QPSG: see .cargo/config.toml"));
    }
    Ok(())
}
