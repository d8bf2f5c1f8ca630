//! Of what was superseded, and of links that ended, an index: of those alone. Nearly all values stand, and a database that knows
//! nothing yet of how many do would look for the values of one indicator among all that stand.

use sea_orm_migration::prelude::*;

use crate::columns::index;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in [("sealed_value", "supersede_time"), ("project_link", "until")] {
            let whole = Index::drop().name(format!("{table}_{column}")).table(Alias::new(table)).to_owned();
            manager.drop_index(whole).await?;
            let ended = Expr::col(column).is_not_null();
            manager.create_index(index(table, &[column]).and_where(ended).to_owned()).await?;
        }
        Ok(())
    }
}
