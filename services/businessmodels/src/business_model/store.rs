//! Business models on disk: which of them are seen, what was published of them, and by which words they are found.

use std::collections::HashMap;
use std::sync::Arc;

use chassis::auth::Caller;
use chassis::column::Coded;
use chassis::database::{Database, Unit};
use chassis::error::Result;
use chassis::filter::holds;
use chassis::text::fold;
use chassis::words::Words;
use proto::businessmodels as pb;
use proto::businessmodels::business_model::State;
use proto::common::{LocalizedText, Origin};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, QueryOrder as _};

use super::revision;
use super::row::{COLUMN, Column, Entity, Model, Said};
use crate::evaluation::appraisal;
use crate::{evaluation, replication};

/// The words that models are found by.
const WORDS: Words = Words("business_model_search");

/// The models that a list shows: those that were published, and those that the caller's partners make.
pub(crate) fn visible(caller: &Caller) -> Condition {
    if caller.oversees() {
        return Condition::all();
    }
    let public = Condition::any().add(COLUMN.published_number.gt(0));
    let own = |partner: &String| {
        let contributes = holds(Expr::col(Column::Contributors), partner);
        Condition::any().add(COLUMN.owner_partner.eq(partner.as_str())).add(contributes)
    };
    caller.partners.keys().map(own).fold(public, Condition::add)
}

/// Models by words, the best first.
pub(crate) async fn search(
    database: &Database,
    query: &str,
    visible: Condition,
    most: usize,
) -> Result<Vec<Model>> {
    let names = WORDS.find(database, query, 2000).await?;
    let mut found = HashMap::new();
    let rows = Entity::find().filter(COLUMN.name.is_in(names.clone())).filter(visible);
    for row in chassis::store::informed(
        rows.all(database.reader()).await?,
        database.reader().into(),
        database.clock().now(),
    )
    .await?
    {
        found.insert(row.name.clone(), row);
    }
    Ok(names.iter().filter_map(|name| found.remove(name)).take(most).collect())
}

/// The models that were imported, by what they are called where they were found.
pub(crate) async fn imported(
    db: &impl ConnectionTrait,
    references: &[&str],
) -> Result<HashMap<String, Model>> {
    let mut found = HashMap::new();
    for some in references.chunks(1000) {
        let some = COLUMN.external_reference.is_in(some.iter().copied());
        let rows = Entity::find().filter(some).filter(COLUMN.origin.eq(Coded::from(Origin::Imported)));
        found.extend(rows.all(db).await?.into_iter().map(|row| (row.external_reference.clone(), row)));
    }
    Ok(found)
}

/// Tells models what others say of them, and those that are being revised what is published of them.
pub(crate) async fn inform(rows: &mut [Model], db: &impl ConnectionTrait) -> Result<(), DbErr> {
    said(rows, db).await?;
    let revised = |row: &Model| {
        let written = matches!(row.state.get(), State::Draft | State::Submitted | State::Returned);
        (written && row.published_number > 0).then(|| revision::name(&row.name, row.published_number))
    };
    let names: Vec<String> = rows.iter().filter_map(revised).collect();
    if names.is_empty() {
        return Ok(());
    }
    let found = revision::Entity::find().filter(revision::COLUMN.name.is_in(names)).all(db).await?;
    let mut found: HashMap<String, _> =
        found.into_iter().map(|row| (row.business_model, Arc::new(row.content.into_inner()))).collect();
    for row in rows {
        row.published = found.remove(&row.name);
    }
    Ok(())
}

/// Keeps what is published, whenever it is published anew (BM-6), and the words that a model is found by: while it is revised,
/// those of what is published.
pub(crate) async fn follow(model: &Model, before: Option<&Model>, unit: &mut Unit<'_>) -> Result<()> {
    let number = model.published_number;
    let anew = number != before.map_or(0, |before| before.published_number);
    if anew {
        // What it lacks is said in the language of whoever asks: it is no part of what is published.
        // So is what others say of it, which changes.
        let bare = Model { said: Said::default(), ..model.clone() };
        let content = pb::BusinessModel { gaps: Vec::new(), ..bare.into() };
        revision::keep(unit, &model.name, number, content).await?;
    }
    if anew || number == 0 {
        WORDS.index(unit.txn, [(model.name.as_str(), words(model))], before.is_some()).await?;
    }
    Ok(())
}

/// Keeps the words that new models are found by.
pub(crate) async fn index(models: &[Model], unit: &Unit<'_>) -> Result<()> {
    let words = models.iter().map(|model| (model.name.as_str(), words(model)));
    WORDS.index(unit.txn, words, false).await
}

/// The words of a model, in all its languages.
fn words(model: &Model) -> String {
    let blocks = model.canvas.iter().flat_map(|block| block.text.iter().chain(&block.items));
    let texts = [&*model.title, &*model.summary].into_iter().chain(blocks);
    let said = |text: &LocalizedText| {
        text.translations.values().map(|said| fold(&said.text)).collect::<Vec<_>>().join(" ")
    };
    texts.map(said).collect::<Vec<_>>().join(" ")
}

async fn said(rows: &mut [Model], db: &impl ConnectionTrait) -> Result<(), DbErr> {
    let published = |row: &Model| revision::name(&row.name, row.published_number);
    let revisions: Vec<String> = rows.iter().filter(|row| row.published_number > 0).map(published).collect();
    let names: Vec<String> = rows.iter().map(|row| row.name.clone()).collect();
    let submitted = evaluation::store::submitted(db, &revisions).await?;
    let replications = replication::store::said(db, &names).await?;
    for row in rows {
        let judged = submitted.get(&published(row)).map_or(&[][..], Vec::as_slice);
        let territories = replications.replicated.get(&row.name).map_or(0, std::collections::BTreeSet::len);
        row.said = Said {
            readiness: appraisal::readiness(judged),
            public_value: appraisal::public_value(judged),
            replication_count: i32::try_from(territories).unwrap_or(i32::MAX),
            unrecorded: replications.unrecorded.contains(&row.name),
        };
    }
    Ok(())
}

/// Models by their names; those that are not there are left out.
pub(crate) async fn by_name(
    db: &impl ConnectionTrait,
    names: impl Iterator<Item = &str>,
) -> Result<HashMap<String, Model>, DbErr> {
    let mut rows = Entity::find().filter(COLUMN.name.is_in(names)).all(db).await?;
    inform(&mut rows, db).await?;
    Ok(rows.into_iter().map(|row| (row.name.clone(), row)).collect())
}

/// All that anyone may adopt, by name.
pub(crate) async fn adoptable(db: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
    let published = COLUMN.state.eq(Coded::from(State::Published));
    Entity::find().filter(published).order_by_asc(COLUMN.name).all(db).await
}

/// The models that this caller may read, of these only where they are named: of a recommendation, a territory, a partner.
pub(crate) async fn counted(
    db: &impl ConnectionTrait,
    caller: &Caller,
    request: &pb::SummarizeBusinessModelsRequest,
) -> Result<Vec<Model>, DbErr> {
    let mut wanted = visible(caller);
    for (column, name) in
        [(Column::Recommendations, &request.recommendation), (Column::Territories, &request.territory)]
    {
        if !name.is_empty() {
            wanted = Condition::all().add(wanted).add(holds(Expr::col(column), name));
        }
    }
    if !request.partner.is_empty() {
        let contributes = holds(Expr::col(Column::Contributors), &request.partner);
        let makes = Condition::any().add(COLUMN.owner_partner.eq(request.partner.as_str())).add(contributes);
        wanted = Condition::all().add(wanted).add(makes);
    }
    Entity::find().filter(wanted).all(db).await
}
