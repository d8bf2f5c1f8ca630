//! What people say, the voices that count once, the keys by which contacts are told apart, and the challenges that were used.

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
        let participation = [
            c.integer("state"),
            c.long("state_time"),
            c.text("subject"),
            c.text("subject_owner"),
            c.integer("kind"),
            c.text("body"),
            c.text("language_code"),
            c.integer("channel"),
            c.text("recorded_by"),
            c.text("partner"),
            c.text("pseudonym"),
            c.text("territory"),
            c.flag("confirmed"),
            c.text("moderation_due"),
            c.long("moderate_time").null().to_owned(),
            c.integer("reason_code"),
            c.text("answer_due").null().to_owned(),
            c.bytes("answer_text"),
            c.integer("answer_outcome"),
            c.text("answer_partner"),
            c.long("answer_time").null().to_owned(),
            c.flag("answered_in_time"),
            c.text("need"),
        ];
        manager.create_table(c.resources("participation", participation)).await?;
        for columns in [
            &["subject", "kind", "state"][..],
            &["subject_owner", "state"],
            &["territory", "name"],
            &["state", "moderation_due"],
            &["create_time", "name"],
        ] {
            manager.create_index(index("participation", columns)).await?;
        }
        let mut voices =
            table_of("participation_voice", [c.text("subject"), c.text("voice"), c.text("participation")]);
        manager.create_table(voices.primary_key(&mut key(&["subject", "voice"])).to_owned()).await?;
        let keys = [c.text("subject"), c.long("create_time"), c.bytes("sealed")];
        let mut keys = table_of("contact_key", keys);
        manager.create_table(keys.primary_key(&mut key(&["subject", "create_time"])).to_owned()).await?;
        let used = [c.text("id").primary_key().to_owned(), c.long("expire_time")];
        manager.create_table(table_of("used_challenge", used)).await?;
        manager.create_index(index("used_challenge", &["expire_time"])).await
    }
}
