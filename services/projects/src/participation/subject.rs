//! What people say something of: whose it is, where, and since when it is closed.

use std::collections::HashMap;

use chassis::Context;
use chassis::auth::Caller;
use chassis::clock::Zone;
use chassis::column::{Coded, Micros};
use chassis::database::Unit;
use chassis::error::{Error, Result};
use chassis::{name, say};
use proto::projects::dataset::State as DatasetState;
use proto::projects::need::State as NeedState;
use sea_orm::entity::prelude::*;

use crate::project::rules::{HIDDEN, TERMINAL};
use crate::recommended::Recommendations;
use crate::{dataset, need, project, strategy};

const RECOMMENDATION: &str = "recommendations/{recommendation}";
const FIELD: &str = "participation.subject";

/// Something that people take part in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// The partner that it belongs to, which answers; nobody's where coordinators do.
    pub owner: String,
    /// Where it is.
    pub territory: String,
}

/// Partners say which recommendations are in consultation; nothing is asked of them inside a transaction.
///
/// # Errors
/// As [`Recommendations::must_be_heard`].
pub(super) async fn ask(
    recommendations: &Recommendations,
    caller: &Caller,
    subject: &str,
    zone: Zone,
    now: Micros,
) -> Result<()> {
    if name::check_reference(FIELD, RECOMMENDATION, subject).is_err() {
        return Ok(());
    }
    let today = zone.day(now).ok_or_else(|| Error::internal("no day is today"))?;
    recommendations.must_be_heard(caller, FIELD, subject, today).await
}

/// A subject that people may say something of now (PRJ-33).
///
/// # Errors
/// `INVALID_ARGUMENT` on `participation.subject` when there is none that the caller may know; `FAILED_PRECONDITION` when it is
/// closed, or is not in consultation.
pub(super) async fn find(unit: &Unit<'_>, caller: &Caller, subject: &str, zone: Zone) -> Result<Subject> {
    let is = |pattern| name::check_reference(FIELD, pattern, subject).is_ok();
    let nowhere = || Error::invalid(FIELD, say!("there is no such thing", "cet objet n'existe pas"));
    if is(need::rules::PATTERN) {
        let found: Option<need::row::Model> = chassis::store::find(unit, subject).await?;
        let found = found.ok_or_else(nowhere)?;
        if matches!(found.state.get(), NeedState::Resolved | NeedState::Rejected) {
            return Err(closed(subject));
        }
        return Ok(Subject { owner: found.authority, territory: found.territory });
    }
    if is(strategy::rules::PATTERN) {
        let days = strategy::facts::Calendar { zone, least_days: 0 };
        let found = strategy::store::consulted(unit, caller, FIELD, subject, days).await?;
        return Ok(Subject { owner: found.owner, territory: found.territory });
    }
    if is(project::rules::PATTERN) {
        let found: Option<project::row::Model> = chassis::store::find(unit, subject).await?;
        let found = found.filter(|found| !HIDDEN.contains(&found.state.get())).ok_or_else(nowhere)?;
        if TERMINAL.contains(&found.state.get()) {
            return Err(closed(subject));
        }
        let territory = only(&found.territories);
        return Ok(Subject { owner: found.lead_partner, territory });
    }
    if is(RECOMMENDATION) {
        return Ok(Subject::default()); // partners were asked: it is in consultation
    }
    if is(dataset::rules::PATTERN) {
        let found: Option<dataset::row::Model> = chassis::store::find(unit, subject).await?;
        let found = found.filter(|found| found.published_number > 0).ok_or_else(nowhere)?;
        if found.state == DatasetState::Withdrawn {
            return Err(closed(subject));
        }
        let territory = only(&found.territories);
        return Ok(Subject { owner: found.publisher, territory });
    }
    Err(Error::invalid(
        FIELD,
        say!(
            "expected the name of a need, a strategy, a project, a recommendation or a dataset",
            "nom d'un besoin, d'une stratégie, d'un projet, d'une recommandation ou d'un jeu de données attendu"
        ),
    ))
}

/// Where something is that is in one territory alone.
fn only(territories: &[String]) -> String {
    match territories {
        [only] => only.clone(),
        _ => String::new(),
    }
}

fn closed(subject: &str) -> Error {
    Error::refused(
        "STATE",
        say!(
            "{subject} is closed: nothing more is said of it",
            "{subject} est clos : la participation y est terminée"
        ),
    )
}

/// Since when these subjects are closed; those that are open, or unknown, are left out.
pub(super) async fn closed_since(
    context: &Context,
    recommendations: &Recommendations,
    subjects: &[String],
    zone: Zone,
) -> Result<HashMap<String, Micros>> {
    let db = context.database.reader();
    let mut closed = HashMap::new();
    let of = |pattern: &'static str| {
        subjects.iter().filter(move |subject| name::check_reference(FIELD, pattern, subject).is_ok())
    };
    let named = |pattern| of(pattern).map(String::as_str).collect::<Vec<_>>();
    for chunk in named(need::rules::PATTERN).chunks(1000) {
        let ended = [NeedState::Resolved, NeedState::Rejected].map(Coded::from);
        let found = need::row::Entity::find()
            .filter(need::row::COLUMN.name.is_in(chunk.iter().copied()))
            .filter(need::row::COLUMN.state.is_in(ended));
        closed.extend(found.all(db).await?.into_iter().map(|row| (row.name, row.state_time)));
    }
    for chunk in named(strategy::rules::PATTERN).chunks(1000) {
        let found = strategy::row::Entity::find()
            .filter(strategy::row::COLUMN.name.is_in(chunk.iter().copied()))
            .filter(strategy::row::COLUMN.adopted.is_not_null());
        let adopted = found.all(db).await?.into_iter();
        closed.extend(adopted.filter_map(|row| Some((row.name, zone.end(row.adopted?)))));
    }
    for chunk in named(project::rules::PATTERN).chunks(1000) {
        let ended = TERMINAL.iter().map(|state| Coded::from(*state));
        let found = project::row::Entity::find()
            .filter(project::row::COLUMN.name.is_in(chunk.iter().copied()))
            .filter(project::row::COLUMN.state.is_in(ended));
        closed.extend(found.all(db).await?.into_iter().map(|row| (row.name, row.state_time)));
    }
    for chunk in named(dataset::rules::PATTERN).chunks(1000) {
        let found = dataset::row::Entity::find()
            .filter(dataset::row::COLUMN.name.is_in(chunk.iter().copied()))
            .filter(dataset::row::COLUMN.state.eq(Coded::from(DatasetState::Withdrawn)));
        closed.extend(found.all(db).await?.into_iter().map(|row| (row.name, row.state_time)));
    }
    let named: Vec<String> = of(RECOMMENDATION).cloned().collect();
    closed.extend(recommendations.consulted_until(&named, zone).await?);
    Ok(closed)
}
