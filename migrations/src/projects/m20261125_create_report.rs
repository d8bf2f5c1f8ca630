//! What partners report, and of which reports they were reminded.

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
        let unless_known = |mut column: ColumnDef| column.null().to_owned();
        let report = [
            c.integer("state"),
            c.long("state_time"),
            c.text("project"),
            c.text("reporting_period"),
            c.text("period_start"),
            c.text("period_end"),
            c.text("lead_partner"),
            c.text("participants"),
            c.bytes("values"),
            c.bytes("narrative"),
            c.bytes("sections"),
            c.bytes("expenditures"),
            c.bytes("ratings"),
            c.integer("overall_rating"),
            c.bytes("corrective_actions"),
            c.bytes("evidence"),
            c.flag("is_final"),
            c.integer("punctuality"),
            c.bytes("review_comments"),
            c.bytes("returned_values"),
            c.text("corrects"),
            c.text("corrected_by"),
            c.integer("correction"),
            c.text("correction_reason"),
            c.bytes("restatements"),
            c.text("submitter"),
            unless_known(c.long("submit_time")),
            unless_known(c.long("accept_time")),
            unless_known(c.long("supersede_time")),
            unless_known(c.text("grace_until")),
            unless_known(c.text("review_due")),
            c.integer("origin"),
        ];
        manager.create_table(c.resources("report", report)).await?;
        for columns in [
            &["project", "reporting_period"][..],
            &["reporting_period", "state"],
            &["state", "submit_time", "name"],
            &["lead_partner", "name"],
            &["create_time", "name"],
        ] {
            manager.create_index(index("report", columns)).await?;
        }

        let reminder = [c.text("project"), c.text("reporting_period"), c.text("day"), c.long("time")];
        let once = key(&["project", "reporting_period"]);
        manager
            .create_table(table_of("report_reminder", reminder).primary_key(&mut once.clone()).to_owned())
            .await?;

        let mut dormant = c.flag("dormant");
        let dormant =
            Table::alter().table(Alias::new("project")).add_column(dormant.default(false)).to_owned();
        manager.alter_table(dormant).await
    }
}
