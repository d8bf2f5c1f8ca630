//! Columns that mean the same on SQLite and on PostgreSQL.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Makes columns for one database.
pub(crate) struct Columns(DbBackend);

impl Columns {
    pub(crate) fn of(manager: &SchemaManager<'_>) -> Self {
        Self(manager.get_database_backend())
    }

    /// Text, compared byte by byte: both databases sort and match alike.
    pub(crate) fn text(&self, name: &'static str) -> ColumnDef {
        let mut column = ColumnDef::new(Alias::new(name));
        column.text().not_null();
        if self.0 == DbBackend::Postgres {
            column.extra("COLLATE \"C\"");
        }
        column
    }

    /// A whole number of 32 bits; also the number of an enum of the contract.
    pub(crate) fn integer(&self, name: &'static str) -> ColumnDef {
        let mut column = ColumnDef::new(Alias::new(name));
        column.integer().not_null();
        column
    }

    /// A whole number of 64 bits; also an instant, in microseconds since 1970 (UTC).
    pub(crate) fn long(&self, name: &'static str) -> ColumnDef {
        let mut column = ColumnDef::new(Alias::new(name));
        column.big_integer().not_null();
        column
    }

    /// True or false.
    pub(crate) fn flag(&self, name: &'static str) -> ColumnDef {
        let mut column = ColumnDef::new(Alias::new(name));
        column.boolean().not_null();
        column
    }

    /// Bytes: a message of the contract, or a hash.
    pub(crate) fn bytes(&self, name: &'static str) -> ColumnDef {
        let mut column = ColumnDef::new(Alias::new(name));
        column.blob().not_null();
        column
    }

    /// A table of resources: the columns that every noun has, then its own.
    pub(crate) fn resources(
        &self,
        table: &'static str,
        own: impl IntoIterator<Item = ColumnDef>,
    ) -> TableCreateStatement {
        let standard = [
            self.text("name").primary_key().to_owned(),
            self.text("uid"),
            self.integer("revision"),
            self.long("create_time"),
            self.long("update_time"),
        ];
        table_of(table, standard.into_iter().chain(own))
    }
}

/// A table of these columns.
pub(crate) fn table_of(
    table: &'static str,
    columns: impl IntoIterator<Item = ColumnDef>,
) -> TableCreateStatement {
    let mut create = Table::create();
    create.table(Alias::new(table));
    for mut column in columns {
        create.col(&mut column);
    }
    create
}

/// A primary key over several columns.
pub(crate) fn key(columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    for column in columns {
        index.col(Alias::new(*column));
    }
    index
}

/// An index of a table.
pub(crate) fn index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = key(columns);
    index.name(format!("{table}_{}", columns.join("_"))).table(Alias::new(table));
    index
}

/// The table of the words by which the rows of another are found, with the columns `name` and `words`.
pub(crate) async fn create_words(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    let create = match manager.get_database_backend() {
        DbBackend::Postgres => format!(
            "CREATE TABLE {table} (name text COLLATE \"C\" PRIMARY KEY, words tsvector NOT NULL);
             CREATE INDEX {table}_words ON {table} USING gin (words)"
        ),
        _ => format!("CREATE VIRTUAL TABLE {table} USING fts5 (name UNINDEXED, words, prefix = '2 3')"),
    };
    manager.get_connection().execute_unprepared(&create).await.map(drop)
}
