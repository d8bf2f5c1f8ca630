//! What is looked up to say what came of training.

use std::collections::HashMap;

use chassis::column::{Coded, Micros};
use chassis::error::Result;
use proto::training as pb;
use proto::training::capacity_assessment::State as Standing;
use proto::training::certificate::State as Certificate;
use proto::training::enrolment::State as Enrolment;
use proto::training::session::State;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{Condition, DatabaseConnection, ExprTrait as _, QueryOrder as _};

use super::rules::{self, Held};
use super::summary::Counted;
use crate::feedback::rules::Counts;
use crate::{assessment, capacity_assessment, feedback, programme, session};

/// The closed sessions that a condition takes, in the order in which they were closed: their figures alone.
pub(crate) async fn closed(db: &DatabaseConnection, which: Condition) -> Result<Vec<Held>> {
    let closed = session::row::Entity::find()
        .filter(which)
        .filter(session::row::COLUMN.state.eq(Coded::from(State::Closed)))
        .order_by_asc(session::row::COLUMN.state_time)
        .order_by_asc(session::row::COLUMN.name);
    let names: Vec<String> = closed.all(db).await?.into_iter().map(|row| row.name).collect();
    let sessions = session::store::by_name(&db.into(), names.iter(), Micros(0)).await?;
    let held = |name: &String| {
        let session = sessions.get(name)?.clone();
        Some(Held { session, feedback: Counts::default(), assessments: Vec::new() })
    };
    Ok(names.iter().filter_map(held).collect())
}

/// The same, with what people thought and what was assessed.
pub(crate) async fn held(db: &DatabaseConnection, which: Condition) -> Result<Vec<Held>> {
    let mut found = closed(db, which).await?;
    let names: Vec<String> = found.iter().map(|held| held.session.name.clone()).collect();
    let mut feedback = feedback::store::counts(db, &names).await?;
    let mut assessed: HashMap<String, Vec<assessment::row::Model>> = HashMap::new();
    for some in names.chunks(1000) {
        let these = assessment::row::COLUMN.session.is_in(some.iter().map(String::as_str));
        for row in assessment::row::Entity::find().filter(these).all(db).await? {
            assessed.entry(row.session.clone()).or_default().push(row);
        }
    }
    for (held, name) in found.iter_mut().zip(&names) {
        held.feedback = feedback.remove(name).unwrap_or_default();
        held.assessments = assessed.remove(name).unwrap_or_default();
    }
    Ok(found)
}

/// Who completed, and what was learnt, of what the evaluations of the programmes tell: of a partner's, or of all.
pub(crate) async fn together(
    db: &DatabaseConnection,
    partner: &str,
    k: i32,
) -> Result<(pb::PassRate, pb::LearningGain)> {
    let mut held = closed(db, Condition::all()).await?;
    if !partner.is_empty() {
        let programmes =
            programme::store::by_name(db, held.iter().map(|held| &held.session.programme)).await?;
        held.retain(|held| {
            programmes.get(&held.session.programme).is_some_and(|known| known.provided_by(partner))
        });
    }
    Ok(rules::together(&held, k))
}

/// The valid assessments of partners that are compared with one before.
pub(crate) async fn compared(db: &DatabaseConnection) -> Result<Vec<capacity_assessment::row::Model>> {
    let column = capacity_assessment::row::COLUMN;
    let partners = Condition::all().add(column.subject.gte("partners/")).add(column.subject.lt("partners0"));
    against(db, partners).await
}

/// The valid assessments that a condition takes, and that are compared with one before.
async fn against(db: &DatabaseConnection, which: Condition) -> Result<Vec<capacity_assessment::row::Model>> {
    let column = capacity_assessment::row::COLUMN;
    let compared = capacity_assessment::row::Entity::find()
        .filter(which)
        .filter(column.state.eq(Coded::from(Standing::Validated)))
        .filter(column.previous.ne(""));
    let mut found = compared.all(db).await?;
    capacity_assessment::store::inform(&mut found, db).await?;
    Ok(found)
}

/// What came of these sessions.
pub(crate) async fn evaluate(
    db: &DatabaseConnection,
    held: &[Held],
    k: i32,
    now: Micros,
) -> Result<pb::Evaluation> {
    let mut places: Vec<&str> = held.iter().map(|held| held.session.territory.as_str()).collect();
    places.retain(|place| !place.is_empty());
    places.sort_unstable();
    places.dedup();
    let mut found = Vec::new();
    for some in places.chunks(1000) {
        let here = capacity_assessment::row::COLUMN.subject.is_in(some.iter().copied());
        found.extend(against(db, Condition::all().add(here)).await?);
    }
    let k = rules::threshold(held, k);
    Ok(rules::evaluate(held, rules::changes(held, &found), k, now))
}

/// The sessions that are counted: of one partner or of all, which begin in this time.
pub(crate) async fn counted(
    db: &DatabaseConnection,
    partner: &str,
    (from, until): (Micros, Micros),
    now: Micros,
) -> Result<Vec<Counted>> {
    let column = session::row::COLUMN;
    let mut rows = session::row::Entity::find()
        .filter(column.state.ne(Coded::from(State::Planned)))
        .filter(column.start_time.gte(from))
        .filter(column.start_time.lt(until))
        .all(db)
        .await?;
    let programmes = programme::store::by_name(db, rows.iter().map(|row| &row.programme)).await?;
    let provides = |row: &session::row::Model| {
        programmes.get(&row.programme).is_some_and(|known| known.provided_by(partner))
    };
    rows.retain(|row| partner.is_empty() || provides(row));
    let together = |row: &session::row::Model| {
        programmes.get(&row.programme).is_some_and(|known| known.providers.len() > 1)
    };
    let mut found: Vec<Counted> = Vec::with_capacity(rows.len());
    let mut places = HashMap::new();
    for row in &mut rows {
        session::rules::settle(row, now);
        places.insert(row.name.clone(), found.len());
        found.push(Counted {
            territory: row.territory.clone(),
            state: row.state.get(),
            lacks: !session::rules::gaps(row).is_empty(),
            together: together(row),
            seats: i64::from(row.capacity_onsite) + i64::from(row.capacity_online),
            ..Counted::default()
        });
    }
    let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    for some in names.chunks(1000) {
        people(db, some, &places, &mut found).await?;
        certificates(db, some, &places, &mut found).await?;
    }
    Ok(found)
}

async fn people(
    db: &DatabaseConnection,
    sessions: &[&str],
    places: &HashMap<String, usize>,
    found: &mut [Counted],
) -> Result<(), DbErr> {
    let select = Query::select()
        .columns(["session", "state"])
        .expr_as(Expr::col("name").count(), "many")
        .from("enrolment")
        .and_where(Expr::col("session").is_in(sessions.iter().copied()))
        .group_by_columns(["session", "state"])
        .to_owned();
    for row in db.query_all(&select).await? {
        let (session, many): (String, i64) = (row.try_get("", "session")?, row.try_get("", "many")?);
        let state: Coded<Enrolment> = row.try_get("", "state")?;
        let Some(counted) = places.get(&session).and_then(|at| found.get_mut(*at)) else { continue };
        match state.get() {
            Enrolment::Confirmed
            | Enrolment::Completed
            | Enrolment::NotCompleted
            | Enrolment::NoShow
            | Enrolment::Withdrawn => counted.seated += many,
            Enrolment::Waitlisted => counted.waiting += many,
            _ => {}
        }
        if state == Enrolment::Completed {
            counted.completed += many;
        }
    }
    Ok(())
}

async fn certificates(
    db: &DatabaseConnection,
    sessions: &[&str],
    places: &HashMap<String, usize>,
    found: &mut [Counted],
) -> Result<(), DbErr> {
    let select = Query::select()
        .column(("enrolment", "session"))
        .expr_as(Expr::col(("certificate", "name")).count(), "many")
        .from("certificate")
        .inner_join("enrolment", Expr::col(("enrolment", "name")).equals(("certificate", "enrolment")))
        .and_where(Expr::col(("enrolment", "session")).is_in(sessions.iter().copied()))
        .and_where(Expr::col(("certificate", "state")).ne(Certificate::Revoked as i32))
        .add_group_by([Expr::col(("enrolment", "session"))])
        .to_owned();
    for row in db.query_all(&select).await? {
        let session: String = row.try_get("", "session")?;
        if let Some(counted) = places.get(&session).and_then(|at| found.get_mut(*at)) {
            counted.certificates += row.try_get::<i64>("", "many")?;
        }
    }
    Ok(())
}
