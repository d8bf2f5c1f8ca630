//! Certificates, the keys that sign them, and the lists that say which were revoked. What was signed stands apart, sealed and
//! without a history, so that it can be deleted.

use sea_orm_migration::prelude::*;

use crate::columns::{Columns, index, table_of};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns::of(manager);
        let key = [
            c.text("id").primary_key().to_owned(),
            c.text("jwk"),
            c.long("create_time"),
            c.long("retire_time").null().to_owned(),
        ];
        manager.create_table(table_of("issuer_key", key)).await?;
        let list = [c.text("name").primary_key().to_owned(), c.long("create_time"), c.integer("used")];
        manager.create_table(table_of("status_list", list)).await?;
        let certificate = [
            c.integer("state"),
            c.long("state_time"),
            c.text("state_reason"),
            c.text("enrolment"),
            c.text("programme_revision"),
            c.text("achievement_id"),
            c.text("credential_id"),
            c.text("issuer"),
            c.long("issue_time"),
            c.long("expire_time").null().to_owned(),
            c.text("status_list"),
            c.integer("status_index"),
        ];
        manager.create_table(c.resources("certificate", certificate)).await?;
        for unique in [&["enrolment"][..], &["credential_id"], &["status_list", "status_index"]] {
            manager.create_index(index("certificate", unique).unique().to_owned()).await?;
        }
        manager.create_index(index("certificate", &["status_list", "state"])).await?;
        manager.create_index(index("certificate", &["state", "expire_time"])).await?;
        manager.create_index(index("certificate", &["issue_time", "name"])).await?;
        let signed = [c.text("certificate").primary_key().to_owned(), c.bytes("sealed")];
        manager.create_table(table_of("certificate_jws", signed)).await
    }
}
