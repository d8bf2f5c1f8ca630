//! Datasets, and what was published of their entries.

use sea_orm_migration::prelude::*;

use crate::columns::{Columns, index};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns::of(manager);
        let dataset = [
            c.integer("state"),
            c.long("state_time"),
            c.text("state_reason"),
            c.bytes("title"),
            c.bytes("description"),
            c.text("publisher"),
            c.bytes("contact_point"),
            c.text("themes"),
            c.text("keywords"),
            c.text("territories"),
            c.text("temporal_start").null().to_owned(),
            c.text("temporal_end").null().to_owned(),
            c.text("frequency"),
            c.text("access_right"),
            c.bytes("restriction"),
            c.bytes("access_procedure"),
            c.flag("contains_personal_data").null().to_owned(),
            c.flag("high_value"),
            c.bytes("provenance"),
            c.text("project"),
            c.text("recommendations"),
            c.bytes("distributions"),
            c.text("data_dictionary"),
            c.bytes("licence_homologation"),
            c.bytes("reuses"),
            c.integer("published_number"),
            c.long("publish_time").null().to_owned(),
        ];
        manager.create_table(c.resources("dataset", dataset)).await?;
        manager.create_index(index("dataset", &["publisher", "name"])).await?;
        manager.create_index(index("dataset", &["state", "name"])).await?;
        manager.create_index(index("dataset", &["project"])).await?;
        let revision = [c.text("dataset"), c.integer("number"), c.bytes("content")];
        manager.create_table(c.resources("dataset_revision", revision)).await?;
        let once = index("dataset_revision", &["dataset", "number"]).unique().to_owned();
        manager.create_index(once).await
    }
}
