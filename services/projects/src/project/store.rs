//! Projects on disk: which is part of which, whose they are, and the records they came from.

use chassis::auth::Caller;
use chassis::column::Coded;
use chassis::database::Unit;
use chassis::error::{Error, Result};
use chassis::say;
use proto::projects::project::State;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{
    Condition, ConnectionTrait, DatabaseConnection, ExprTrait as _, JoinType, QueryOrder as _,
    QuerySelect as _,
};

use super::row::{COLUMN, Column, Entity, Model};
use super::{detail, links, rules};
use crate::bulk::Found;
use crate::result;

/// Programmes within programmes, at most.
const DEEPEST: usize = 20;

/// The projects that a caller sees in lists.
pub(crate) fn visible_to(caller: &Caller) -> Condition {
    visible(caller.oversees(), caller.partners.keys().cloned().collect())
}

/// The projects that a list shows: those that anyone may see, and those of the partners that the caller belongs to.
pub(crate) fn visible(all: bool, own: Vec<String>) -> Condition {
    if all {
        return Condition::all();
    }
    let hidden = rules::HIDDEN.iter().map(|state| Coded::from(*state));
    let takes_part = Query::select()
        .column(("project_participant", "project"))
        .from("project_participant")
        .and_where(Expr::col(("project_participant", "partner")).is_in(own.iter().map(String::as_str)))
        .to_owned();
    let any = Condition::any().add(COLUMN.state.is_not_in(hidden));
    if own.is_empty() {
        return any;
    }
    any.add(COLUMN.name.in_subquery(takes_part)).add(COLUMN.lead_partner.is_in(own))
}

/// Of the projects that a list shows those that a partner leads; all of them when it is empty.
pub(crate) fn published_by(visible: Condition, partner: &str) -> Condition {
    match partner {
        "" => visible,
        partner => Condition::all().add(visible).add(COLUMN.lead_partner.eq(partner)),
    }
}

/// The completed projects that a condition takes, those first that wait the longest, at most so many; and how many there
/// are.
pub(crate) async fn completed(db: &DatabaseConnection, condition: Condition, most: u64) -> Result<Found> {
    let found = Entity::find().filter(COLUMN.state.eq(Coded::from(State::Completed))).filter(condition);
    let all = found.clone().count(db).await?;
    let names = found
        .select_only()
        .column(Column::Name)
        .order_by_asc(COLUMN.state_time)
        .order_by_asc(COLUMN.name)
        .limit(most);
    Ok((names.into_tuple().all(db).await?, all))
}

/// Projects by their names; those that are not there are left out.
pub(crate) async fn named(db: &impl ConnectionTrait, names: &[&str]) -> Result<Vec<Model>> {
    Ok(Entity::find().filter(COLUMN.name.is_in(names.iter().copied())).all(db).await?)
}

/// Writes what follows a project's row: who takes part, and what it is linked to. Refuses an identifier that another
/// project has, a parent that is not there or is itself a part of the project, and territories and needs that are not there.
pub(crate) async fn follow(project: &Model, before: Option<&Model>, unit: &mut Unit<'_>) -> Result<()> {
    if before.is_none_or(|before| before.iati_identifier != project.iati_identifier) {
        identifier_free(project, unit).await?;
    }
    if before.is_none_or(|before| before.parent_project != project.parent_project) {
        parent_fits(project, unit).await?;
    }
    links::there(project, before, unit).await?;
    if let Some(before) = before {
        links::cut(project, before, unit).await?;
    }
    links::tie(unit.txn, std::iter::once(project)).await?;
    let nothing = detail::Details::default();
    if project.details != *before.map_or(&nothing, |before| &before.details) {
        detail::save(unit.txn, [project]).await?;
    }
    result::ledger::follow(project, before, unit).await
}

/// No project is part of it: only such projects report.
pub async fn is_leaf(db: &impl ConnectionTrait, project: &str) -> Result<bool> {
    Ok(Entity::find().filter(COLUMN.parent_project.eq(project)).limit(1).one(db).await?.is_none())
}

async fn identifier_free(project: &Model, unit: &Unit<'_>) -> Result<()> {
    let identifier = &project.iati_identifier;
    if identifier.is_empty() {
        return Ok(());
    }
    let same = Entity::find()
        .filter(COLUMN.iati_identifier.eq(identifier.as_str()))
        .filter(COLUMN.name.ne(project.name.as_str()));
    let Some(holder) = same.one(unit.txn).await? else {
        return Ok(());
    };
    Err(Error::AlreadyExists {
        field: "project.iati_identifier".to_owned(),
        why: say!(
            "another project has the IATI identifier {identifier} already: use that project",
            "un autre projet a déjà l'identifiant IATI {identifier} : utilisez ce projet"
        ),
        holder: rules::HIDDEN.iter().all(|state| holder.state != *state).then_some(holder.name),
    })
}

/// The parent exists, and is not a part of the project itself: no circle.
async fn parent_fits(project: &Model, unit: &Unit<'_>) -> Result<()> {
    let wrong = |why| Err(Error::invalid("project.parent_project", why));
    if project.parent_project.is_empty() {
        return Ok(());
    }
    match ancestry(unit.txn, &project.parent_project, &project.name).await? {
        Ancestry::Fits => Ok(()),
        Ancestry::Missing => wrong(say!("there is no such project", "ce projet n'existe pas")),
        Ancestry::Circle => {
            wrong(say!("it is itself a part of this project", "il fait lui-même partie de ce projet"))
        }
        Ancestry::TooDeep => {
            wrong(say!("at most {DEEPEST} projects within each other", "{DEEPEST} projets emboîtés au plus"))
        }
    }
}

/// What the ancestors of a project say of a new part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ancestry {
    /// Nothing against it.
    Fits,
    /// There is no such project.
    Missing,
    /// The part is among them.
    Circle,
    /// There are too many.
    TooDeep,
}

/// Looks at the ancestors of a parent to be.
pub(crate) async fn ancestry(db: &impl ConnectionTrait, parent: &str, part: &str) -> Result<Ancestry> {
    let mut next = parent.to_owned();
    for _ in 0..DEEPEST {
        if next == part {
            return Ok(Ancestry::Circle);
        }
        let Some(row) = Entity::find().filter(COLUMN.name.eq(next.as_str())).one(db).await? else {
            return Ok(Ancestry::Missing);
        };
        if row.parent_project.is_empty() {
            return Ok(Ancestry::Fits);
        }
        next = row.parent_project;
    }
    Ok(Ancestry::TooDeep)
}

/// The projects that a partner leads and that are not over.
pub(crate) async fn led_by(db: &impl ConnectionTrait, partner: &str) -> Result<Vec<Model>> {
    let over = rules::TERMINAL.iter().map(|state| Coded::from(*state));
    Ok(Entity::find()
        .filter(COLUMN.lead_partner.eq(partner))
        .filter(COLUMN.state.is_not_in(over))
        .all(db)
        .await?)
}

/// Projects of these names that have no IATI identifier.
pub(crate) async fn unidentified(db: &impl ConnectionTrait, names: &[&str]) -> Result<Vec<Model>> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let named = Entity::find().filter(COLUMN.name.is_in(names.iter().copied()));
    Ok(named.filter(COLUMN.iati_identifier.eq("")).all(db).await?)
}

/// Projects by their IATI identifiers.
pub(crate) async fn identified(db: &impl ConnectionTrait, identifiers: &[&str]) -> Result<Vec<Model>> {
    Ok(Entity::find().filter(COLUMN.iati_identifier.is_in(identifiers.iter().copied())).all(db).await?)
}

/// Imported projects without a parent, each with the project whose identifier its record names as its parent.
pub(crate) async fn unlinked(db: &impl ConnectionTrait) -> Result<Vec<(String, String)>> {
    let column = |table: &'static str, column: &'static str| Expr::col((table, column));
    let select = Query::select()
        .expr_as(column("part", "name"), "part")
        .expr_as(column("parent", "name"), "parent")
        .from("project_source")
        .join_as(
            JoinType::InnerJoin,
            "project",
            "part",
            column("part", "name").equals(("project_source", "project")),
        )
        .join_as(
            JoinType::InnerJoin,
            "project",
            "parent",
            column("parent", "iati_identifier").equals(("project_source", "parent_identifier")),
        )
        .and_where(column("project_source", "parent_identifier").ne(""))
        .and_where(column("parent", "iati_identifier").ne(""))
        .and_where(column("part", "parent_project").eq(""))
        .order_by(("part", "name"), sea_orm::Order::Asc)
        .to_owned();
    let mut unlinked = Vec::new();
    for row in db.query_all(&select).await? {
        unlinked.push((row.try_get("", "part")?, row.try_get("", "parent")?));
    }
    Ok(unlinked)
}
