//! Digital-inclusion places of partners.

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
        let texts = [
            "state_reason",
            "title",
            "partner",
            "pivot",
            "locality",
            "postal_code",
            "insee_code",
            "street_address",
            "address_complement",
            "territory",
            "typologies",
            "telephone",
            "generic_emails",
            "websites",
            "opening_hours",
            "summary",
            "description",
            "source",
            "mobilities",
            "parent_organisation",
            "services",
            "audiences",
            "adaptations",
            "prices",
            "programmes",
            "labels",
            "other_labels",
            "access_modes",
            "support_modes",
            "accessibility_uri",
            "appointment_uri",
            "external_reference",
            "terms_as_found",
            // What it is found again by: its name and its address, whatever their case and accents.
            "folded_title",
            "folded_address",
        ];
        let own = texts.into_iter().map(|name| c.text(name)).chain([
            c.integer("state"),
            c.bytes("location"),
            c.text("source_update_date").null().to_owned(),
            c.integer("origin"),
        ]);
        manager.create_table(c.resources("place", own)).await?;
        manager.create_index(index("place", &["partner", "name"])).await?;
        manager.create_index(index("place", &["locality", "name"])).await?;
        manager.create_index(index("place", &["territory"])).await?;
        manager.create_index(index("place", &["external_reference"])).await?;
        manager.create_index(index("place", &["folded_title"])).await
    }
}
