//! Projects, who takes part in them, and the records that imported ones came from.

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
        let day = |name| c.text(name).null().to_owned();
        let project = [
            c.integer("state"),
            c.long("state_time"),
            c.text("state_reason"),
            c.bytes("title"),
            c.bytes("summary"),
            c.text("lead_partner"),
            c.flag("lead_archived"),
            c.bytes("participants"),
            c.text("partnership"),
            c.text("territories"),
            c.text("needs"),
            c.text("strategy"),
            c.text("recommendations"),
            c.text("sdg_targets"),
            c.text("business_model"),
            day("planned_start"),
            day("planned_end"),
            day("actual_start"),
            day("actual_end"),
            c.bytes("budget_lines"),
            c.bytes("theory_of_change"),
            c.bytes("safeguards"),
            c.text("parent_project"),
            c.bytes("digital_solution"),
            c.integer("origin"),
            c.text("iati_identifier"),
            c.text("country_codes"),
        ];
        manager.create_table(c.resources("project", project)).await?;
        for columns in
            [["state", "name"], ["create_time", "name"], ["lead_partner", "name"], ["parent_project", "name"]]
        {
            manager.create_index(index("project", &columns)).await?;
        }
        // One project per identifier: writers take turns, and the store looks before it writes.
        manager.create_index(index("project", &["iati_identifier"])).await?;

        let participant = [c.text("project"), c.text("partner"), c.text("role")];
        let once = key(&["project", "partner", "role"]);
        let participant =
            table_of("project_participant", participant).primary_key(&mut once.clone()).to_owned();
        manager.create_table(participant).await?;
        manager.create_index(index("project_participant", &["partner", "project"])).await?;

        let source = [
            c.text("project").primary_key().to_owned(),
            c.text("file_name"),
            c.bytes("sha256"),
            c.bytes("record"),
            c.text("namespaces"),
            c.text("default_language"),
            c.text("default_currency"),
            c.text("parent_identifier"),
            c.long("time"),
        ];
        manager.create_table(table_of("project_source", source)).await?;
        manager.create_index(index("project_source", &["parent_identifier"])).await
    }
}
