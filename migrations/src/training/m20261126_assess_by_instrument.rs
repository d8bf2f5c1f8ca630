//! What people say of themselves stands beside what others have seen: one assessment of each phase by each instrument, at most.

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
        let before =
            Index::drop().name("assessment_enrolment_phase").table(Alias::new("assessment")).to_owned();
        manager.drop_index(before).await?;
        let once = index("assessment", &["enrolment", "phase", "instrument"]).unique().to_owned();
        manager.create_index(once).await
    }
}
