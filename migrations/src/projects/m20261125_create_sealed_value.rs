//! Accepted values as they were sealed, and what projects were linked to, since when and until when: what totals are made of.

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
        let value = [
            c.text("report"),
            c.text("project_indicator"),
            c.integer("report_revision"),
            c.text("project"),
            c.text("indicator"),
            c.integer("indicator_version"),
            c.text("unit"),
            c.text("reporting_period"),
            c.text("period_start"),
            c.text("period_end"),
            c.integer("kind"),
            // Decimal digits: neither database has an exact type that the other has too.
            c.text("part"),
            c.text("whole"),
            c.text("words"),
            c.bytes("cells"),
            c.long("accept_time"),
            c.long("supersede_time").null().to_owned(),
        ];
        let once = key(&["report", "project_indicator"]);
        manager
            .create_table(table_of("sealed_value", value).primary_key(&mut once.clone()).to_owned())
            .await?;
        for columns in [
            &["accept_time"][..],
            &["supersede_time"],
            &["project_indicator", "period_end"],
            &["project", "period_end"],
            &["indicator", "indicator_version"],
        ] {
            manager.create_index(index("sealed_value", columns)).await?;
        }

        let link = [
            c.text("project"),
            c.integer("kind"),
            c.text("target"),
            c.long("since"),
            c.long("until").null().to_owned(),
        ];
        let once = key(&["project", "kind", "target", "since"]);
        manager
            .create_table(table_of("project_link", link).primary_key(&mut once.clone()).to_owned())
            .await?;
        for column in ["since", "until"] {
            manager.create_index(index("project_link", &[column])).await?;
        }

        // One row: when the two tables above last changed. Each change gets a later instant than the one before.
        let head = [c.integer("id").primary_key().to_owned(), c.long("time")];
        manager.create_table(table_of("sealed_head", head)).await?;
        let first = Query::insert()
            .into_table(Alias::new("sealed_head"))
            .columns([Alias::new("id"), Alias::new("time")])
            .values_panic([1.into(), 0_i64.into()])
            .to_owned();
        manager.exec_stmt(first).await
    }
}
