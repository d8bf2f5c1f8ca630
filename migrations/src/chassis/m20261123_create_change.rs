//! The change table with its heads, the requests remembered, and the keys of tokens.

use sea_orm_migration::prelude::*;

use crate::columns::{Columns, index, key, table_of};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns::of(manager);
        manager
            .create_table(table_of(
                "change_head",
                [c.text("service").primary_key().to_owned(), c.long("seq")],
            ))
            .await?;
        let change = [
            c.text("service"),
            c.long("seq"),
            c.flag("last"),
            c.text("id"),
            c.long("time"),
            c.text("principal"),
            c.text("method"),
            c.text("resource"),
            c.integer("revision"),
            c.text("from_state"),
            c.text("to_state"),
            c.text("reason"),
            c.text("request_id"),
            c.text("type_name"),
            c.bytes("data"),
            c.text("owner"),
            c.flag("public"),
        ];
        manager
            .create_table(table_of("change", change).primary_key(&mut key(&["service", "seq"])).to_owned())
            .await?;
        manager.create_index(index("change", &["service", "resource", "seq"])).await?;
        manager.create_index(index("change", &["service", "owner", "seq"])).await?;
        let request = [
            c.text("service"),
            c.text("principal"),
            c.text("method"),
            c.text("request_id"),
            c.bytes("hash"),
            c.text("resource"),
            c.bytes("response"),
            c.long("time"),
        ];
        let once = key(&["service", "principal", "method", "request_id"]);
        manager.create_table(table_of("request", request).primary_key(&mut once.clone()).to_owned()).await?;
        manager.create_index(index("request", &["service", "time"])).await?;
        let token_key = [c.text("id").primary_key().to_owned(), c.bytes("secret"), c.long("create_time")];
        manager.create_table(table_of("token_key", token_key)).await
    }
}
