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

#[cfg(test)]
mod tests {
    use sea_orm_migration::sea_orm::{ConnectOptions, Database, DbBackend, Statement};

    use super::*;

    #[tokio::test]
    async fn values_of_an_indicator_are_found_by_it_in_a_database_that_knows_nothing_yet() {
        let mut options = ConnectOptions::new("sqlite::memory:");
        options.max_connections(1); // each connection would have a database of its own
        let db = Database::connect(options).await.unwrap();
        for migration in crate::projects::all() {
            migration.up(&SchemaManager::new(&db)).await.unwrap();
        }
        let plan = "EXPLAIN QUERY PLAN SELECT part FROM sealed_value
                    WHERE project_indicator IN (?, ?, ?) AND supersede_time IS NULL ORDER BY period_end";
        let steps = db.query_all_raw(Statement::from_string(DbBackend::Sqlite, plan)).await.unwrap();
        let steps: Vec<String> = steps.iter().map(|step| step.try_get("", "detail").unwrap()).collect();
        assert!(steps[0].contains("sealed_value_project_indicator_period_end"), "{steps:?}");
    }
}
