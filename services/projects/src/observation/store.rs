//! Observations on disk.

use chassis::database::Unit;
use chassis::error::{Error, Result};
use chassis::{Call, mask, say};
use proto::projects as pb;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{Condition, ConnectionTrait, ExprTrait as _};

use super::row::{COLUMN, Entity, Model};
use super::rules;
use crate::{indicator, territory};

/// The observations that a list shows: of one territory, or of all.
pub(crate) fn of(territory: Option<&str>) -> Condition {
    match territory {
        Some(territory) => Condition::all().add(COLUMN.territory.eq(territory)),
        None => Condition::all(),
    }
}

/// The observations of one territory or all, of one indicator or all.
pub(crate) async fn observed(
    db: &impl ConnectionTrait,
    territory: &str,
    indicator: &str,
) -> Result<Vec<Model>> {
    let counted = (!indicator.is_empty()).then(|| COLUMN.indicator.eq(indicator));
    let which = of(Some(territory).filter(|territory| !territory.is_empty())).add_option(counted);
    Ok(Entity::find().filter(which).all(db).await?)
}

/// Writes a new observation of a territory.
pub(crate) async fn observe(
    unit: &mut Unit<'_>,
    call: &Call,
    request: &pb::CreateObservationRequest,
) -> Result<(Model, bool)> {
    let territory = territory::store::find(unit, call, &request.parent).await?;
    call.caller.must(rules::may_observe(&call.caller, &territory.authority), &request.parent)?;
    let draft = request.observation.clone().unwrap_or_default();
    let indicator = counted_by(unit, &draft.indicator).await?;
    rules::observable(&indicator)?;
    let observation =
        rules::create(&request.parent, &request.observation_id, &draft, &indicator.meaning(), call)?;
    let observation = Model { authority: territory.authority, ..observation };
    chassis::store::insert(unit, call, &observation).await?;
    Ok((observation, true))
}

/// Corrects an observation: its indicator says what its value may be.
pub(crate) async fn correct(
    unit: &mut Unit<'_>,
    call: &Call,
    request: &pb::UpdateObservationRequest,
) -> Result<(Model, bool)> {
    let patch = request.observation.clone().unwrap_or_default();
    let before: Model =
        chassis::store::find(unit, &patch.name).await?.ok_or_else(|| call.caller.not_found(&patch.name))?;
    call.caller.must(rules::may_update(&call.caller, &before), &patch.name)?;
    let meaning = counted_by(unit, &before.indicator).await?.meaning();
    chassis::store::apply(unit, call, before, |observation| {
        let current: pb::Observation = observation.clone().into();
        let draft = mask::apply(&current, &patch, request.update_mask.as_ref())?;
        if draft == current { Ok(()) } else { rules::update(observation, &draft, &meaning) }
    })
    .await
}

async fn counted_by(unit: &Unit<'_>, name: &str) -> Result<indicator::row::Model> {
    if name.is_empty() {
        return Err(Error::required("observation.indicator"));
    }
    chassis::store::find(unit, name).await?.ok_or_else(|| {
        Error::invalid(
            "observation.indicator",
            say!("there is no such indicator", "cet indicateur n'existe pas"),
        )
    })
}

/// Of one territory, one indicator, one period and one source there is one (PRJ-4).
pub(crate) async fn follow(observation: &Model, before: Option<&Model>, unit: &mut Unit<'_>) -> Result<()> {
    let same_key = |before: &Model| {
        let key = |one: &Model| (one.period_start, one.period_end, one.source.clone());
        key(before) == key(observation)
    };
    if before.is_some_and(same_key) {
        return Ok(());
    }
    let same = Entity::find()
        .filter(COLUMN.territory.eq(observation.territory.as_str()))
        .filter(COLUMN.indicator.eq(observation.indicator.as_str()))
        .filter(COLUMN.period_start.eq(observation.period_start))
        .filter(COLUMN.period_end.eq(observation.period_end))
        .filter(COLUMN.source.eq(observation.source.as_str()))
        .filter(COLUMN.name.ne(observation.name.as_str()));
    let Some(holder) = same.one(unit.txn).await? else { return Ok(()) };
    Err(Error::AlreadyExists {
        field: "observation.source".to_owned(),
        why: say!(
            "{name} says the same of this period from this source already (PRJ-4): correct that one",
            "{name} le dit déjà de cette période et de cette source (PRJ-4) : corrigez-la",
            name = holder.name
        ),
        holder: Some(holder.name),
    })
}

/// The observations of a territory belong to its new authority too.
pub(crate) async fn follow_authority(unit: &Unit<'_>, territory: &str, authority: &str) -> Result<()> {
    let follow = Query::update()
        .table("observation")
        .value("authority", authority)
        .and_where(Expr::col("territory").eq(territory))
        .to_owned();
    unit.txn.execute(&follow).await?;
    Ok(())
}
