//! Datasets on disk: which of them are seen, what they name, and what was published of them.

use std::collections::{BTreeSet, HashMap};

use chassis::auth::Caller;
use chassis::column::{Coded, Micros};
use chassis::database::Unit;
use chassis::error::{Error, Result};
use chassis::filter::holds;
use chassis::say;
use proto::projects as pb;
use proto::projects::dataset::State;
use proto::projects::participation::State as Said;
use proto::projects::territory::Kind;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{Condition, ConnectionTrait, ExprTrait as _, QueryOrder as _, QuerySelect as _};

use super::revision;
use super::row::{Around, COLUMN, Column, Entity, Model};
use crate::project::rules::today;
use crate::{participation, project, territory};

/// Names in one statement, at most.
const CHUNK: usize = 1000;

/// The datasets that a list shows: those that were published, and those of the caller's partners.
pub(crate) fn visible(caller: &Caller) -> Condition {
    if caller.oversees() {
        return Condition::all();
    }
    let public = Condition::any().add(COLUMN.published_number.gt(0));
    caller.partners.keys().fold(public, |any, partner| any.add(COLUMN.publisher.eq(partner.as_str())))
}

/// Those that are in the catalogue now: of a publisher, or of all.
pub(crate) fn current(publisher: &str) -> Condition {
    let published = Condition::all().add(COLUMN.state.eq(Coded::from(State::Published)));
    published.add_option((!publisher.is_empty()).then(|| COLUMN.publisher.eq(publisher)))
}

/// What an entry names is there; what is published anew is kept.
pub(crate) async fn follow(dataset: &Model, before: Option<&Model>, unit: &mut Unit<'_>) -> Result<()> {
    let differs = |what: fn(&Model) -> (&str, &str)| before.is_none_or(|one| what(one) != what(dataset));
    if !dataset.project.is_empty() && differs(|one| (&one.project, &one.publisher)) {
        announced(dataset, unit).await?;
    }
    let known = |name: &&String| before.is_some_and(|before| before.territories.contains(name));
    let new: Vec<&str> = dataset.territories.iter().filter(|name| !known(name)).map(String::as_str).collect();
    for names in new.chunks(CHUNK) {
        let found = territory::store::named(unit.txn, names).await?;
        if let Some(missing) = names.iter().find(|name| !found.iter().any(|found| found.name == **name)) {
            return Err(Error::invalid(
                "dataset.territories",
                say!("there is no territory {missing}", "le territoire {missing} n'existe pas"),
            ));
        }
    }
    let told = dataset.reuses.iter().skip(before.map_or(0, |before| before.reuses.len()));
    for reuse in told.filter(|reuse| !reuse.participation.is_empty()) {
        heard(dataset, &reuse.participation, unit).await?;
    }
    let number = dataset.published_number;
    if number == before.map_or(0, |before| before.published_number) {
        return Ok(());
    }
    // What it lacks is said in the language of whoever asks, and what others add to it is not what its publisher says: neither is
    // part of what is published.
    let content = pb::Dataset {
        gaps: Vec::new(),
        fair_checks: Vec::new(),
        reuses: Vec::new(),
        ..informed(dataset, unit).await?.into()
    };
    revision::keep(unit, &dataset.name, number, content).await
}

async fn informed(dataset: &Model, unit: &Unit<'_>) -> Result<Model> {
    let mut one = [dataset.clone()];
    inform(&mut one, unit.txn, unit.now).await?;
    let [one] = one;
    Ok(one)
}

/// A partner announces datasets for the projects in which it takes part (PRJ-15).
async fn announced(dataset: &Model, unit: &Unit<'_>) -> Result<()> {
    let project = chassis::store::find::<project::row::Model>(unit, &dataset.project).await?;
    if project.is_some_and(|project| project.partners().contains(&dataset.publisher.as_str())) {
        return Ok(());
    }
    Err(Error::invalid(
        "dataset.project",
        say!(
            "{project} is no project in which {publisher} takes part",
            "{project} n'est pas un projet auquel {publisher} participe",
            project = dataset.project,
            publisher = dataset.publisher
        ),
    ))
}

/// What the public told of a re-use in was published, and speaks of this dataset.
async fn heard(dataset: &Model, participation: &str, unit: &Unit<'_>) -> Result<()> {
    let found: Option<participation::row::Model> = chassis::store::find(unit, participation).await?;
    let public =
        |found: &participation::row::Model| matches!(found.state.get(), Said::Published | Said::Answered);
    if found.is_some_and(|found| found.subject == dataset.name && public(&found)) {
        return Ok(());
    }
    Err(Error::invalid(
        "reuse.participation",
        say!(
            "{participation} is no published participation on {name}",
            "{participation} n'est pas une contribution publiée sur {name}",
            name = dataset.name
        ),
    ))
}

/// Tells entries the present day, and whether their territories have official codes.
pub(crate) async fn inform(rows: &mut [Model], db: &impl ConnectionTrait, now: Micros) -> Result<(), DbErr> {
    let places = territories(db, rows).await?;
    let official = |name: &String| {
        let place = places.get(name);
        place.is_some_and(|place| place.kind == Kind::Country || !place.identifiers.is_empty())
    };
    for row in rows {
        let coded = row.territories.iter().all(official);
        row.around = Around { today: today(now), coded };
    }
    Ok(())
}

/// Those that are published now, and asked for.
pub(crate) async fn counted(
    db: &impl ConnectionTrait,
    request: &pb::SummarizeDatasetsRequest,
    now: Micros,
) -> Result<Vec<Model>, DbErr> {
    let recommendation = &request.recommendation;
    let serves = (!recommendation.is_empty())
        .then(|| holds(Expr::col((Entity, Column::Recommendations)), recommendation));
    let wanted = current(&request.publisher).add_option(serves);
    let found = Entity::find().filter(wanted).order_by_asc(COLUMN.name).all(db).await?;
    let mut found = about(db, found, &request.territory).await?;
    inform(&mut found, db, now).await?;
    Ok(found)
}

/// A page of those in the catalogue, in the order of their names, after one of them.
pub(crate) async fn page(
    db: &impl ConnectionTrait,
    publisher: &str,
    after: &str,
    size: u64,
) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(current(publisher))
        .filter(COLUMN.name.gt(after))
        .order_by_asc(COLUMN.name)
        .limit(size)
        .all(db)
        .await
}

/// Of these, those about a territory or about one within it; all, where none is asked for.
pub(crate) async fn about(
    db: &impl ConnectionTrait,
    mut found: Vec<Model>,
    territory: &str,
) -> Result<Vec<Model>, DbErr> {
    if territory.is_empty() {
        return Ok(found);
    }
    let named: BTreeSet<&str> =
        found.iter().flat_map(|row| row.territories.iter().map(String::as_str)).collect();
    let mut within = BTreeSet::from([territory.to_owned()]);
    for some in named.into_iter().collect::<Vec<_>>().chunks(CHUNK) {
        let select = Query::select()
            .column("territory")
            .from("territory_ancestor")
            .and_where(Expr::col("ancestor").eq(territory))
            .and_where(Expr::col("territory").is_in(some.iter().copied()))
            .to_owned();
        for row in db.query_all(&select).await? {
            within.insert(row.try_get("", "territory")?);
        }
    }
    found.retain(|row| row.territories.iter().any(|name| within.contains(name)));
    Ok(found)
}

/// The territories that entries are about, by name.
pub(crate) async fn territories(
    db: &impl ConnectionTrait,
    datasets: &[Model],
) -> Result<HashMap<String, territory::row::Model>, DbErr> {
    let named: BTreeSet<&str> =
        datasets.iter().flat_map(|row| row.territories.iter().map(String::as_str)).collect();
    let mut found = HashMap::new();
    for some in named.into_iter().collect::<Vec<_>>().chunks(CHUNK) {
        let these = territory::row::COLUMN.name.is_in(some.iter().copied());
        let rows = territory::row::Entity::find().filter(these).all(db).await?;
        found.extend(rows.into_iter().map(|row| (row.name.clone(), row)));
    }
    Ok(found)
}
