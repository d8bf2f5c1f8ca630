//! Where a server keeps what it is measured with: a folder and a database of this run's own, gone when dropped.

use std::path::PathBuf;

use sqlx::postgres::PgPool;
use sqlx::sqlite::SqlitePool;
use sqlx::{AssertSqlSafe, Executor as _};

use crate::postgres::Cluster;
use crate::server::Server;
use crate::{Result, Store};

/// A folder, and the database in it.
pub(crate) struct Place {
    pub(crate) cluster: Option<Cluster>,
    pub(crate) database: String,
    home: tempfile::TempDir,
}

impl Place {
    /// A new one; none where the store is not there.
    pub(crate) fn new(store: Store) -> Result<Option<Self>> {
        let home = tempfile::Builder::new().prefix("ensemble-bench-").tempdir()?;
        std::fs::set_permissions(home.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        let cluster = match store {
            Store::Sqlite => None,
            Store::Postgres => match Cluster::start(home.path())? {
                Some(cluster) => Some(cluster),
                None => return Ok(None),
            },
        };
        let file = home.path().join("ensemble.db");
        let database =
            cluster.as_ref().map_or_else(|| format!("sqlite://{}", file.display()), Cluster::address);
        Ok(Some(Self { cluster, database, home }))
    }

    /// The folder.
    pub(crate) fn home(&self) -> &std::path::Path {
        self.home.path()
    }

    /// The file of an SQLite database.
    pub(crate) fn file(&self) -> PathBuf {
        self.home().join("ensemble.db")
    }

    /// `ensemble serve` on it, told this besides.
    pub(crate) fn serve(&self, flags: &[&str]) -> Result<Server> {
        Server::ensemble(self.home(), &self.database, flags)
    }

    /// The database without its server.
    pub(crate) async fn raw(&self) -> Result<Raw> {
        Ok(match &self.cluster {
            None => Raw::Sqlite(SqlitePool::connect(&self.database).await?),
            Some(_) => Raw::Postgres(PgPool::connect(&self.database).await?),
        })
    }
}

/// A database without its server.
pub(crate) enum Raw {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Raw {
    /// Sends a statement.
    pub(crate) async fn execute(&self, sql: &str) -> Result<()> {
        self.together(&[sql.to_owned()]).await
    }

    /// Sends statements in one transaction.
    pub(crate) async fn together(&self, statements: &[String]) -> Result<()> {
        match self {
            Self::Sqlite(pool) => {
                let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
                for sql in statements {
                    transaction.execute(sqlx::query(AssertSqlSafe(sql.as_str()))).await?;
                }
                transaction.commit().await?;
            }
            Self::Postgres(pool) => {
                let mut transaction = pool.begin().await?;
                for sql in statements {
                    transaction.execute(sqlx::query(AssertSqlSafe(sql.as_str()))).await?;
                }
                transaction.commit().await?;
            }
        }
        Ok(())
    }

    /// How many rows a statement gives.
    pub(crate) async fn rows(&self, sql: &str) -> Result<usize> {
        let sql = AssertSqlSafe(sql);
        Ok(match self {
            Self::Sqlite(pool) => pool.fetch_all(sqlx::query(sql)).await?.len(),
            Self::Postgres(pool) => pool.fetch_all(sqlx::query(sql)).await?.len(),
        })
    }

    /// No bytes, in this database's words.
    pub(crate) fn no_bytes(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "X''",
            Self::Postgres(_) => "CAST('' AS bytea)",
        }
    }
}
