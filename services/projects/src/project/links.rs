//! What projects are linked to, by which they are found: who takes part, where they act, which needs they answer, which
//! recommendations they carry out.

use std::collections::HashSet;

use chassis::database::Unit;
use chassis::error::{Result, Violations};
use chassis::say;
use proto::projects::Participant;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict, Query};

use super::row::Model;

/// A table of links: its name, its columns, and the rows of a project.
struct Links {
    table: &'static str,
    columns: &'static [&'static str],
    of: fn(&Model) -> Vec<[&str; 2]>,
}

const ALL: [Links; 4] = [
    Links {
        table: "project_participant",
        columns: &["project", "partner", "role"],
        of: |project| project.participants.iter().map(participation).collect(),
    },
    Links {
        table: "project_territory",
        columns: &["project", "territory"],
        of: |project| project.territories.iter().map(|name| [name.as_str(), ""]).collect(),
    },
    Links {
        table: "project_need",
        columns: &["project", "need"],
        of: |project| project.needs.iter().map(|name| [name.as_str(), ""]).collect(),
    },
    Links {
        table: "project_recommendation",
        columns: &["project", "recommendation"],
        of: |project| project.recommendations.iter().map(|name| [name.as_str(), ""]).collect(),
    },
];

fn participation(participant: &Participant) -> [&str; 2] {
    [&participant.partner, &participant.iati_role]
}

/// Makes projects findable by what they are linked to.
pub(crate) async fn tie<'p>(
    db: &impl ConnectionTrait,
    projects: impl Iterator<Item = &'p Model> + Clone,
) -> Result<()> {
    for links in ALL {
        let rows: Vec<(&str, [&str; 2])> = projects
            .clone()
            .flat_map(|project| (links.of)(project).into_iter().map(|link| (project.name.as_str(), link)))
            .collect();
        for chunk in rows.chunks(1000) {
            let mut insert = Query::insert();
            insert.into_table(links.table).columns(links.columns.iter().copied());
            for (project, link) in chunk {
                let values = std::iter::once(project).chain(link).take(links.columns.len());
                insert.values_panic(values.map(|value| Expr::val(*value)));
            }
            insert.on_conflict(OnConflict::new().do_nothing().to_owned());
            db.execute(&insert).await?;
        }
    }
    Ok(())
}

/// Undoes the links of a project that changed.
pub(crate) async fn cut(project: &Model, before: &Model, unit: &Unit<'_>) -> Result<()> {
    for links in ALL {
        if (links.of)(project) != (links.of)(before) {
            let old = Query::delete()
                .from_table(links.table)
                .and_where(Expr::col("project").eq(project.name.as_str()))
                .to_owned();
            unit.txn.execute(&old).await?;
        }
    }
    Ok(())
}

/// The territories and the needs that are new to a project are there.
///
/// # Errors
/// `INVALID_ARGUMENT` naming each that is not.
pub(crate) async fn there(project: &Model, before: Option<&Model>, unit: &Unit<'_>) -> Result<()> {
    let mut wrong = Violations::default();
    let (territories, needs) =
        before.map_or((&[][..], &[][..]), |before| (&before.territories[..], &before.needs[..]));
    for (table, field, names, known) in [
        ("territory", "territories", &project.territories, territories),
        ("need", "needs", &project.needs, needs),
    ] {
        let new: Vec<(usize, &String)> =
            names.iter().enumerate().filter(|(_, name)| !known.contains(name)).collect();
        if new.is_empty() {
            continue;
        }
        let found = Query::select()
            .column("name")
            .from(table)
            .and_where(Expr::col("name").is_in(new.iter().map(|(_, name)| name.as_str())))
            .to_owned();
        let mut there = HashSet::new();
        for row in unit.txn.query_all(&found).await? {
            there.insert(row.try_get_by_index::<String>(0)?);
        }
        for (index, name) in new {
            if !there.contains(name) {
                wrong.add(
                    format!("project.{field}[{index}]"),
                    say!("{name} does not exist", "{name} n'existe pas"),
                );
            }
        }
    }
    wrong.finish()
}
