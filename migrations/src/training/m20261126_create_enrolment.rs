//! Who takes part in sessions; and who they are, for equality statistics, in a table of its own, so that it can be deleted.

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
        let enrolment = [
            c.integer("state"),
            c.long("state_time"),
            c.text("state_reason"),
            c.text("session"),
            c.text("participant"),
            c.integer("mode"),
            c.text("enrolled_by"),
            c.text("special_needs"),
            c.long("queue_number"),
            c.long("enrol_time"),
        ];
        manager.create_table(c.resources("enrolment", enrolment)).await?;
        // The order of arrival has no ties.
        let order = index("enrolment", &["session", "queue_number"]).unique().to_owned();
        manager.create_index(order).await?;
        manager.create_index(index("enrolment", &["session", "state", "mode"])).await?;
        manager.create_index(index("enrolment", &["participant", "session"])).await?;
        let demographics = [
            c.text("enrolment").primary_key().to_owned(),
            c.text("session"),
            c.text("sex"),
            c.text("age_band"),
            c.text("disability"),
            c.flag("disability_consent"),
            c.text("status"),
            c.text("territory"),
        ];
        manager.create_table(table_of("demographics", demographics)).await?;
        manager.create_index(index("demographics", &["session"])).await
    }
}
