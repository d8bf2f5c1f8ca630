//! How far each service has followed another's events.

use sea_orm_migration::prelude::*;

use crate::columns::{Columns, key, table_of};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns::of(manager);
        let follower = [c.text("service"), c.text("peer"), c.long("sequence"), c.text("token")];
        let once = key(&["service", "peer"]);
        manager.create_table(table_of("follower", follower).primary_key(&mut once.clone()).to_owned()).await
    }
}
