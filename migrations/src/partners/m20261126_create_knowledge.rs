//! Working groups, what partners bring to them, what the network recommends, and what it publishes.

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
        let working_group = [
            c.integer("state"),
            c.long("state_time"),
            c.bytes("title"),
            c.text("theme_code"),
            c.integer("edition_year"),
            c.text("lead_partners"),
            c.text("members"),
            c.bytes("seminars"),
        ];
        manager.create_table(c.resources("working_group", working_group)).await?;
        let contribution = [
            c.integer("state"),
            c.long("state_time"),
            c.text("state_reason"),
            c.text("working_group"),
            c.text("partner"),
            c.bytes("title"),
            c.bytes("body"),
            c.integer("kind"),
            c.text("recommendations"),
        ];
        manager.create_table(c.resources("contribution", contribution)).await?;
        let recommendation = [
            c.integer("state"),
            c.long("state_time"),
            c.text("state_reason"),
            c.integer("number"),
            c.bytes("title"),
            c.bytes("text"),
            c.text("working_group"),
            c.text("sources"),
            c.text("predecessor"),
            c.text("successor"),
            c.text("reference"),
            c.text("consultation_start").null().to_owned(),
            c.text("consultation_end").null().to_owned(),
            c.long("adopt_time").null().to_owned(),
        ];
        manager.create_table(c.resources("recommendation", recommendation)).await?;
        let publication = [
            c.integer("state"),
            c.long("state_time"),
            c.text("state_reason"),
            c.integer("kind"),
            c.bytes("title"),
            c.bytes("summary"),
            c.text("working_groups"),
            c.text("recommendations"),
            c.bytes("documents"),
            c.text("licence"),
            c.text("publish_date").null().to_owned(),
        ];
        manager.create_table(c.resources("publication", publication)).await?;
        // What waits in a group is asked for with the group.
        manager.create_index(index("contribution", &["working_group", "state"])).await?;
        manager.create_index(index("contribution", &["partner", "name"])).await?;
        manager.create_index(index("recommendation", &["number", "name"])).await
    }
}
