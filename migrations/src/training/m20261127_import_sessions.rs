//! Programmes and sessions that were imported: where they came from, and days of enrolment that nobody says.

use sea_orm_migration::prelude::*;

use crate::columns::{Columns, index, key, table_of};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const SESSION: &str = "training_session";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns::of(manager);
        for table in ["programme", SESSION] {
            let registered = c.integer("origin").default(1).to_owned();
            add(manager, table, registered).await?;
            add(manager, table, c.text("external_reference").default("").to_owned()).await?;
            manager.create_index(index(table, &["external_reference"])).await?;
        }
        add(manager, SESSION, c.text("website").default("").to_owned()).await?;
        // A column becomes one that may be empty by taking the place of the one that may not.
        for (column, old) in
            [("enrolment_start", "enrolment_start_said"), ("enrolment_end", "enrolment_end_said")]
        {
            let mut session = Table::alter();
            let session = session.table(Alias::new(SESSION));
            let rename = session.clone().rename_column(Alias::new(column), Alias::new(old)).to_owned();
            manager.alter_table(rename).await?;
            add(manager, SESSION, c.text(column).null().to_owned()).await?;
            let copy = Query::update()
                .table(Alias::new(SESSION))
                .value(Alias::new(column), Expr::col(Alias::new(old)))
                .to_owned();
            manager.exec_stmt(copy).await?;
            manager.alter_table(session.clone().drop_column(Alias::new(old)).to_owned()).await?;
        }
        let source = [
            c.text("session"),
            c.text("programme"),
            c.text("file_name"),
            c.bytes("record"),
            c.bytes("said_of_programme"),
            c.bytes("said_of_session"),
            c.long("time"),
        ];
        let mut table = table_of("session_source", source);
        manager.create_table(table.primary_key(&mut key(&["session"])).to_owned()).await
    }
}

async fn add(manager: &SchemaManager<'_>, table: &'static str, mut column: ColumnDef) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(Alias::new(table)).add_column(&mut column).to_owned()).await
}
