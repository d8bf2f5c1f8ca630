//! Territories in one tree, the codes by which they are recognised, and the words by which they are found.

use sea_orm_migration::prelude::*;

use crate::columns::{Columns, create_words, index, key, table_of};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns::of(manager);
        let territory = [
            c.integer("kind"),
            c.text("country_code"),
            c.text("parent"),
            c.bytes("display_name"),
            c.text("folded"),
            c.bytes("identifiers"),
            c.text("authority"),
            c.long("population").null().to_owned(),
            c.integer("population_year"),
            c.text("population_source"),
            c.integer("degurba"),
            c.bytes("centroid"),
            c.text("valid_until").null().to_owned(),
            c.text("successor"),
        ];
        manager.create_table(c.resources("territory", territory)).await?;
        for columns in [
            ["parent", "name"],
            ["kind", "name"],
            ["country_code", "name"],
            ["folded", "name"],
            ["create_time", "name"],
        ] {
            manager.create_index(index("territory", &columns)).await?;
        }

        let identifier = [c.text("kind"), c.text("scheme"), c.text("value"), c.text("territory")];
        let one = key(&["kind", "scheme", "value"]);
        let identifier =
            table_of("territory_identifier", identifier).primary_key(&mut one.clone()).to_owned();
        manager.create_table(identifier).await?;
        for columns in [["territory", "scheme"], ["value", "scheme"]] {
            manager.create_index(index("territory_identifier", &columns)).await?;
        }

        let ancestor = [c.text("territory"), c.text("ancestor"), c.integer("depth")];
        let once = key(&["territory", "ancestor"]);
        let ancestor = table_of("territory_ancestor", ancestor).primary_key(&mut once.clone()).to_owned();
        manager.create_table(ancestor).await?;
        manager.create_index(index("territory_ancestor", &["ancestor", "territory"])).await?;

        create_words(manager, "territory_search").await
    }
}
