//! Whether a project that is under way, completed or closed answers a need (PRJ-6): told by the projects, kept nowhere.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // 5, 7 and 8 are ACTIVE, COMPLETED and CLOSED of `Project.State`.
        let view = "CREATE VIEW need_addressed AS
            SELECT need.name AS need, EXISTS (
                SELECT 1 FROM project_need INNER JOIN project ON project.name = project_need.project
                WHERE project_need.need = need.name AND project.state IN (5, 7, 8)
            ) AS addressed
            FROM need";
        manager.get_connection().execute_unprepared(view).await.map(drop)
    }
}
