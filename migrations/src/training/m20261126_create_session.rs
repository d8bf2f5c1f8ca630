//! The pool of trainers, and sessions.

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
        let trainer = [
            c.integer("state"),
            c.long("state_time"),
            c.text("state_reason"),
            c.text("user"),
            c.text("partner"),
            c.bytes("competences"),
            c.text("target_codes"),
            c.text("languages"),
            c.text("modes"),
            c.text("territories"),
            c.bytes("bio"),
            c.flag("available"),
        ];
        manager.create_table(c.resources("trainer", trainer)).await?;
        manager.create_index(index("trainer", &["user"])).await?;
        manager.create_index(index("trainer", &["partner", "name"])).await?;
        let session = [
            c.integer("state"),
            c.long("state_time"),
            c.text("state_reason"),
            c.text("programme"),
            c.text("programme_revision"),
            c.integer("mode"),
            c.bytes("meetings"),
            c.long("start_time"),
            c.long("end_time"),
            c.text("time_zone"),
            c.text("language_code"),
            c.text("territory"),
            c.text("trainers"),
            c.integer("capacity_onsite"),
            c.integer("capacity_online"),
            c.integer("waitlist_limit"),
            c.text("enrolment_start"),
            c.text("enrolment_end"),
            c.flag("approval_required"),
            c.text("accessibility_offered"),
            c.text("offline_enrolment_contact"),
        ];
        manager.create_table(c.resources("training_session", session)).await?;
        manager.create_index(index("training_session", &["programme", "name"])).await?;
        // What the clock has to do with is asked for at each list.
        manager.create_index(index("training_session", &["state", "start_time"])).await?;
        manager.create_index(index("training_session", &["state", "end_time"])).await?;
        let teaches = table_of("session_trainer", [c.text("session"), c.text("trainer")])
            .primary_key(&mut key(&["session", "trainer"]))
            .to_owned();
        manager.create_table(teaches).await?;
        manager.create_index(index("session_trainer", &["trainer", "session"])).await
    }
}
