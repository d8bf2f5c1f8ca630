//! Assessments on disk: which of them are seen, and that there is one of each phase.

use std::sync::Arc;

use chassis::Call;
use chassis::auth::Caller;
use chassis::column::{Coded, Micros};
use chassis::database::Unit;
use chassis::error::{Error, Result};
use chassis::say;
use proto::training as pb;
use proto::training::assessment::{Instrument, Phase};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{Condition, ConnectionTrait, DatabaseExecutor};

use super::row::{COLUMN, Entity, Model};
use super::rules;
use crate::{enrolment, session};

/// The assessments that a list shows: of one session or of all, those of enrolments that concern the caller.
pub(crate) fn visible(caller: &Caller, parent: (Option<&str>, Option<&str>)) -> Condition {
    let theirs = Query::select()
        .column(("enrolment", "name"))
        .from("enrolment")
        .cond_where(enrolment::store::visible(caller, parent))
        .to_owned();
    Condition::all().add(COLUMN.enrolment.in_subquery(theirs))
}

/// Writes down what someone can do.
pub(crate) async fn create(
    unit: &mut Unit<'_>,
    call: &Call,
    asked: &pb::CreateAssessmentRequest,
) -> Result<(Model, bool)> {
    let draft = asked.assessment.clone().unwrap_or_default();
    let caller = &call.caller;
    let whose: Option<enrolment::row::Model> = chassis::store::find(unit, &draft.enrolment).await?;
    let whose = whose.filter(|whose| whose.session == asked.parent);
    let instrument = Instrument::try_from(draft.instrument).unwrap_or_default();
    let may = whose.as_ref().is_some_and(|whose| rules::assesses(caller, whose, instrument));
    caller.must(may || draft.enrolment.is_empty(), &draft.enrolment)?;
    let whose = whose.ok_or_else(|| Error::required("assessment.enrolment"))?;
    let session: Option<Arc<session::row::Model>> = whose.known.session.clone();
    let session = session.ok_or_else(|| Error::internal("an enrolment without its session"))?;
    let mut row = rules::create(&session, &whose, &asked.assessment_id, &draft, call)?;
    once_a_phase(unit, &row).await?;
    row.whose = Some(Arc::new(whose));
    Ok((chassis::store::insert(unit, call, &row).await?, true))
}

/// Tells assessments whose they are.
pub(crate) async fn inform(rows: &mut [Model], db: &DatabaseExecutor<'_>, now: Micros) -> Result<(), DbErr> {
    let whose = enrolment::store::by_name(db, rows.iter().map(|row| &row.enrolment), now).await?;
    for row in rows {
        row.whose = whose.get(&row.enrolment).cloned();
    }
    Ok(())
}

/// Refuses a second assessment of a phase (TRN-14), inside the transaction that writes the first.
async fn once_a_phase(unit: &Unit<'_>, row: &Model) -> Result<()> {
    let same =
        Entity::find().filter(COLUMN.enrolment.eq(row.enrolment.as_str())).filter(COLUMN.phase.eq(row.phase));
    let mut same = same.all(unit.txn).await?;
    same.retain(|other| rules::is_same(row, other));
    let Some(holder) = same.pop() else { return Ok(()) };
    let holder = holder.name;
    Err(Error::refused(
        "TRN-14",
        say!("it was assessed already: {holder}", "l'évaluation existe déjà : {holder}"),
    )
    .about("holder", &holder))
}

/// What was assessed after a session, of these enrolments, by others than the person: what completion asks for.
pub(crate) async fn passed(db: &impl ConnectionTrait, enrolments: &[&str]) -> Result<Vec<Model>, DbErr> {
    let others = [Instrument::Test, Instrument::Observation].map(Coded::from);
    Entity::find()
        .filter(COLUMN.enrolment.is_in(enrolments.iter().copied()))
        .filter(COLUMN.phase.eq(Coded::from(Phase::Post)))
        .filter(COLUMN.instrument.is_in(others))
        .all(db)
        .await
}

/// All that was assessed of a session.
pub(crate) async fn of_session(db: &impl ConnectionTrait, session: &str) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(COLUMN.session.eq(session)).all(db).await
}

/// All that was assessed of an enrolment.
pub(crate) async fn of_enrolments(
    db: &impl ConnectionTrait,
    enrolments: &[&str],
) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(COLUMN.enrolment.is_in(enrolments.iter().copied())).all(db).await
}

/// Deletes what was assessed of an enrolment, whose person is erased.
pub(crate) async fn forget(unit: &mut Unit<'_>, own: &Call, enrolment: &str) -> Result<()> {
    for row in of_enrolments(unit.txn, &[enrolment]).await? {
        chassis::store::delete(unit, own, row, |_| Ok(())).await?;
    }
    Ok(())
}
