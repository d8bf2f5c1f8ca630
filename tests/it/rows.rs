//! Every row of a database, as text: to find what should not be there.

use crate::postgres::Cluster;
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement};

/// Every row with the table that it stands in; bytes are shown as hexadecimal digits.
pub(crate) async fn everything(url: &str) -> Vec<(String, String)> {
    let database = Database::connect(url).await.unwrap();
    let sqlite = database.get_database_backend() == DbBackend::Sqlite;
    let tables = match sqlite {
        true => "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'",
        false => "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'",
    };
    let mut rows = Vec::new();
    for table in texts(&database, tables.to_owned()).await {
        let select = match sqlite {
            true => {
                let columns = format!("SELECT name FROM pragma_table_info('{table}')");
                let quoted =
                    texts(&database, columns).await.into_iter().map(|name| format!("quote(\"{name}\")"));
                format!("SELECT {} FROM \"{table}\"", quoted.collect::<Vec<_>>().join(" || ' ' || "))
            }
            false => format!("SELECT \"{table}\"::text FROM \"{table}\""),
        };
        rows.extend(texts(&database, select).await.into_iter().map(|row| (table.clone(), row)));
    }
    assert!(rows.len() > 10, "the tables have been found");
    database.close().await.unwrap();
    rows
}

/// A copy of a database, as those who run it make one: `VACUUM INTO` on SQLite, `pg_dump` on PostgreSQL.
pub(crate) async fn backup(url: &str) -> Vec<u8> {
    let database = Database::connect(url).await.unwrap();
    if database.get_database_backend() != DbBackend::Sqlite {
        database.close().await.unwrap();
        return Cluster::shared().unwrap().backup(crate::postgres::name_of(url));
    }
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    database.execute_unprepared(&format!("VACUUM INTO '{}'", copy.display())).await.unwrap();
    database.close().await.unwrap();
    std::fs::read(copy).unwrap()
}

async fn texts(database: &DatabaseConnection, sql: String) -> Vec<String> {
    let asked = Statement::from_string(database.get_database_backend(), sql);
    let rows = database.query_all_raw(asked).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index::<Option<String>>(0).unwrap().unwrap_or_default()).collect()
}
