//! People, what they may do in partners, machines and their keys, sessions, signing keys, and what is known of partners.

use sea_orm_migration::prelude::*;

use crate::columns::{Columns, index, key, table_of};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

/// A column that may be empty.
fn maybe(mut column: ColumnDef) -> ColumnDef {
    column.null().to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns::of(manager);
        people(manager, &c).await?;
        machines(manager, &c).await?;
        trust(manager, &c).await
    }
}

async fn people(manager: &SchemaManager<'_>, c: &Columns) -> Result<(), DbErr> {
    let user = [
        c.integer("state"),
        c.text("email"),
        maybe(c.text("email_key")),
        c.text("given_name"),
        c.text("family_name"),
        c.text("language_code"),
        c.text("network_roles"),
        maybe(c.long("last_sign_in_time")),
        c.text("password"),
        maybe(c.bytes("invitation")),
        maybe(c.long("invitation_expire_time")),
    ];
    manager.create_table(c.resources("user", user)).await?;
    manager.create_index(index("user", &["email_key"])).await?;
    manager.create_index(index("user", &["invitation"])).await?;
    manager.create_index(index("user", &["state", "name"])).await?;

    let membership = [
        c.text("partner"),
        c.text("user"),
        c.integer("role"),
        c.long("grant_time"),
        maybe(c.long("revoke_time")),
        c.text("granted_by"),
    ];
    manager.create_table(c.resources("membership", membership)).await?;
    manager.create_index(index("membership", &["partner", "name"])).await?;
    manager.create_index(index("membership", &["user", "name"])).await?;

    let user_link = [c.text("issuer"), c.text("subject"), c.text("user")];
    let once = key(&["issuer", "subject"]);
    manager.create_table(table_of("user_link", user_link).primary_key(&mut once.clone()).to_owned()).await?;
    manager.create_index(index("user_link", &["user"])).await?;

    let attempt = [
        c.text("address").primary_key().to_owned(),
        c.integer("failures"),
        c.long("locked_until"),
        c.long("last_time"),
    ];
    manager.create_table(table_of("attempt", attempt)).await
}

async fn machines(manager: &SchemaManager<'_>, c: &Columns) -> Result<(), DbErr> {
    let service_account = [
        c.text("partner"),
        c.text("display_name"),
        c.text("scopes"),
        c.flag("disabled"),
        maybe(c.long("delete_time")),
    ];
    manager.create_table(c.resources("service_account", service_account)).await?;
    manager.create_index(index("service_account", &["partner", "name"])).await?;

    let api_key = [
        c.text("service_account"),
        c.text("partner"),
        c.text("key_id"),
        c.bytes("hash"),
        c.long("expire_time"),
        maybe(c.long("revoke_time")),
        maybe(c.long("last_use_time")),
        c.long("token_time"),
        maybe(c.long("void_time")),
    ];
    manager.create_table(c.resources("api_key", api_key)).await?;
    manager.create_index(index("api_key", &["key_id"]).unique().to_owned()).await?;
    manager.create_index(index("api_key", &["service_account", "name"])).await?;
    manager.create_index(index("api_key", &["partner"])).await?;
    manager.create_index(index("api_key", &["void_time"])).await
}

async fn trust(manager: &SchemaManager<'_>, c: &Columns) -> Result<(), DbErr> {
    let session = [
        c.text("id").primary_key().to_owned(),
        c.text("user"),
        c.long("generation"),
        c.bytes("hash"),
        c.bytes("salt"),
        c.flag("repeated"),
        c.long("create_time"),
        c.long("rotate_time"),
        maybe(c.long("end_time")),
        c.long("token_time"),
        maybe(c.long("void_time")),
    ];
    manager.create_table(table_of("session", session)).await?;
    manager.create_index(index("session", &["user"])).await?;
    manager.create_index(index("session", &["void_time"])).await?;

    let signing_key = [
        c.text("kid").primary_key().to_owned(),
        c.text("jwk"),
        c.long("create_time"),
        c.long("sign_time"),
        maybe(c.long("retire_time")),
        maybe(c.long("withdraw_time")),
    ];
    manager.create_table(table_of("signing_key", signing_key)).await?;

    let partner_fact = [
        c.text("name").primary_key().to_owned(),
        c.integer("state"),
        c.text("sector"),
        c.text("merged_into"),
        c.integer("revision"),
        c.flag("needs_admin"),
    ];
    manager.create_table(table_of("partner_fact", partner_fact)).await
}
