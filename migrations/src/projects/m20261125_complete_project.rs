//! What projects are linked to, their baselines, and the ids of their budget lines.

use sea_orm_migration::prelude::*;

use crate::columns::{Columns, index, key, table_of};

/// What a project is linked to: the table, its column, and the column of `project` that lists the same.
const LINKS: [(&str, &str, &str); 3] = [
    ("project_territory", "territory", "territories"),
    ("project_need", "need", "needs"),
    ("project_recommendation", "recommendation", "recommendations"),
];

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns::of(manager);
        let later = [
            c.integer("baseline_number").default(0).to_owned(),
            c.text("baseline_reason").default("").to_owned(),
            c.text("review_due").null().to_owned(),
            c.text("closing_note").default("").to_owned(),
            c.integer("lines_made").default(0).to_owned(),
        ];
        for mut column in later {
            let add = Table::alter().table(Alias::new("project")).add_column(&mut column).to_owned();
            manager.alter_table(add).await?;
        }
        for (table, target, listed) in LINKS {
            let once = key(&["project", target]);
            let link = table_of(table, [c.text("project"), c.text(target)])
                .primary_key(&mut once.clone())
                .to_owned();
            manager.create_table(link).await?;
            manager.create_index(index(table, &[target, "project"])).await?;
            link_all(manager, table, target, listed).await?;
        }
        Ok(())
    }
}

/// Links the projects that are there already to what they list.
async fn link_all(
    manager: &SchemaManager<'_>,
    table: &'static str,
    target: &'static str,
    listed: &'static str,
) -> Result<(), DbErr> {
    let (name, listed) = (Alias::new("name"), Alias::new(listed));
    let some = Query::select()
        .columns([name, listed.clone()])
        .from(Alias::new("project"))
        .and_where(Expr::col(listed).ne("[]"))
        .to_owned();
    for row in manager.get_connection().query_all(&some).await? {
        let (project, names): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        // A JSON array of names, which hold no quotes: every other piece between quotes is one.
        for name in names.split('"').skip(1).step_by(2) {
            let link = Query::insert()
                .into_table(Alias::new(table))
                .columns([Alias::new("project"), Alias::new(target)])
                .values_panic([project.as_str().into(), name.into()])
                .on_conflict(OnConflict::new().do_nothing().to_owned())
                .to_owned();
            manager.exec_stmt(link).await?;
        }
    }
    Ok(())
}
