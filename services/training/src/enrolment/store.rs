//! Enrolments on disk: which of them are seen, what they are told, and where it stands who people are.

use std::collections::HashMap;
use std::sync::Arc;

use chassis::auth::{Caller, Role};
use chassis::column::{Coded, Micros, Packed};
use chassis::database::Unit;
use chassis::error::Result;
use proto::training as pb;
use proto::training::Mode;
use proto::training::enrolment::State;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Order, Query};
use sea_orm::{
    Condition, ConnectionTrait, DatabaseExecutor, ExprTrait as _, IntoActiveModel as _, QueryOrder as _,
};

use super::row::{COLUMN, Entity, Known, Model};
use super::rules::{Counts, Kinds};
use crate::programme::store::once;
use crate::{assessment, certificate, participant, session};

/// Who people are, for equality statistics: without a history, and gone when the session is closed.
pub(crate) mod demographics {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "demographics")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub enrolment: String,
        pub session: String,
        pub sex: String,
        pub age_band: String,
        pub disability: String,
        pub disability_consent: bool,
        pub status: String,
        pub territory: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Who came to which meeting.
pub(crate) mod attendance {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "attendance")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub enrolment: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub meeting_id: String,
        pub session: String,
        /// The number of an `AttendanceStatus`.
        pub status: i32,
        pub minutes: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

impl From<demographics::Model> for pb::Demographics {
    fn from(row: demographics::Model) -> Self {
        Self {
            sex: row.sex,
            age_band: row.age_band,
            disability: row.disability,
            disability_consent: row.disability_consent,
            status: row.status,
            territory: row.territory,
        }
    }
}

/// The enrolments that a list shows: of one session or of all, those that concern the caller.
pub(crate) fn visible(caller: &Caller, parent: (Option<&str>, Option<&str>)) -> Condition {
    let mut visible = Condition::all();
    match parent {
        (_, Some(session)) => visible = visible.add(COLUMN.session.eq(session)),
        (Some(programme), None) => {
            let own = Query::select()
                .column(("training_session", "name"))
                .from("training_session")
                .and_where(Expr::col(("training_session", "programme")).eq(programme))
                .to_owned();
            visible = visible.add(COLUMN.session.in_subquery(own));
        }
        (None, None) => {}
    }
    if caller.is(Role::Coordinator) {
        return visible;
    }
    let people = Query::select()
        .column(("participant", "name"))
        .from("participant")
        .cond_where(participant::store::visible(caller))
        .to_owned();
    visible.add(
        Condition::any()
            .add(COLUMN.participant.in_subquery(people))
            .add(COLUMN.session.in_subquery(session::store::worked_on(caller))),
    )
}

/// Tells enrolments their sessions, who takes part, and their places in the queue.
pub(crate) async fn inform(rows: &mut [Model], db: &DatabaseExecutor<'_>, now: Micros) -> Result<(), DbErr> {
    let sessions = session::store::by_name(db, rows.iter().map(|row| &row.session), now).await?;
    let people = participant::store::by_name(db, rows.iter().map(|row| &row.participant)).await?;
    let waiting = rows.iter().filter(|row| row.state == State::Waitlisted);
    let queues = queues(db, waiting.map(|row| &row.session)).await?;
    let mut attendance = attended(db, rows).await?;
    let shown = shown(db, rows).await?;
    let mut certificates = certificate::store::names(db, rows.iter().map(|row| row.name.as_str())).await?;
    for row in rows {
        row.attendance = attendance.remove(&row.name).unwrap_or_default().into();
        row.known = Known {
            session: sessions.get(&row.session).cloned(),
            participant: people.get(&row.participant).cloned(),
            position: queues.get(&row.name).copied().unwrap_or_default(),
            now,
            shown: shown.get(&row.name).copied(),
            certificate: certificates.remove(&row.name).unwrap_or_default(),
        };
    }
    Ok(())
}

/// Enrolments by their names, as they are told; those that are not there are left out.
pub(crate) async fn by_name(
    db: &DatabaseExecutor<'_>,
    names: impl Iterator<Item = &String>,
    now: Micros,
) -> Result<HashMap<String, Arc<Model>>, DbErr> {
    let mut found = HashMap::new();
    for some in once(names).chunks(1000) {
        let mut rows = Entity::find().filter(COLUMN.name.is_in(some.iter().copied())).all(db).await?;
        inform(&mut rows, db, now).await?;
        found.extend(rows.into_iter().map(|row| (row.name.clone(), Arc::new(row))));
    }
    Ok(found)
}

/// What tests and observations have shown after sessions, by the names of enrolments.
async fn shown(db: &impl ConnectionTrait, rows: &[Model]) -> Result<HashMap<String, (i32, i32)>, DbErr> {
    let mut found = HashMap::new();
    for some in rows.chunks(1000) {
        let names: Vec<&str> = some.iter().map(|row| row.name.as_str()).collect();
        for one in assessment::store::passed(db, &names).await? {
            let sum = one.levels.iter().map(|level| level.level).sum();
            found.insert(one.enrolment, (sum, i32::try_from(one.levels.len()).unwrap_or(i32::MAX)));
        }
    }
    Ok(found)
}

/// What was written down of who came, by the names of enrolments.
async fn attended(
    db: &impl ConnectionTrait,
    rows: &[Model],
) -> Result<HashMap<String, Vec<pb::MeetingAttendance>>, DbErr> {
    let mut found: HashMap<String, Vec<pb::MeetingAttendance>> = HashMap::new();
    for some in rows.chunks(1000) {
        let names = some.iter().map(|row| row.name.as_str());
        let lines = attendance::Entity::find().filter(attendance::COLUMN.enrolment.is_in(names));
        for line in lines.order_by_asc(attendance::COLUMN.meeting_id).all(db).await? {
            let came = pb::MeetingAttendance {
                meeting_id: line.meeting_id,
                status: line.status,
                minutes: line.minutes,
            };
            found.entry(line.enrolment).or_default().push(came);
        }
    }
    Ok(found)
}

/// The places of all who wait in these sessions, by the names of their enrolments.
async fn queues(
    db: &impl ConnectionTrait,
    sessions: impl Iterator<Item = &String>,
) -> Result<HashMap<String, i32>, DbErr> {
    let mut places = HashMap::new();
    for some in once(sessions).chunks(1000) {
        let select = Query::select()
            .columns(["name", "session", "mode"])
            .from("enrolment")
            .and_where(Expr::col("session").is_in(some.iter().copied()))
            .and_where(Expr::col("state").eq(State::Waitlisted as i32))
            .order_by("queue_number", Order::Asc)
            .to_owned();
        let mut ends: HashMap<(String, i32), i32> = HashMap::new();
        for row in db.query_all(&select).await? {
            let end = ends.entry((row.try_get("", "session")?, row.try_get("", "mode")?)).or_default();
            *end += 1;
            places.insert(row.try_get("", "name")?, *end);
        }
    }
    Ok(places)
}

/// How many take part and wait in these sessions.
pub(crate) async fn counts(
    db: &impl ConnectionTrait,
    sessions: impl Iterator<Item = &String>,
) -> Result<HashMap<String, Counts>, DbErr> {
    let mut found: HashMap<String, Counts> = HashMap::new();
    for some in once(sessions).chunks(1000) {
        let select = Query::select()
            .columns(["session", "state", "mode"])
            .expr_as(Expr::col("name").count(), "many")
            .from("enrolment")
            .and_where(Expr::col("session").is_in(some.iter().copied()))
            .and_where(Expr::col("state").is_in(super::rules::LIVE.map(|state| state as i32)))
            .group_by_columns(["session", "state", "mode"])
            .to_owned();
        for row in db.query_all(&select).await? {
            let counts = found.entry(row.try_get("", "session")?).or_default();
            let state: Coded<State> = row.try_get("", "state")?;
            let mode: Coded<Mode> = row.try_get("", "mode")?;
            let kinds = match state.get() {
                State::Confirmed => &mut counts.confirmed,
                State::Waitlisted => &mut counts.waiting,
                _ => &mut counts.pending,
            };
            if let Some(kind) = Kinds::of_mut(kinds, mode.get()) {
                *kind = i32::try_from(row.try_get::<i64>("", "many")?).unwrap_or(i32::MAX);
            }
        }
    }
    Ok(found)
}

/// Adds to enrolments what was said of people.
pub(crate) async fn complete(rows: &mut [Model], db: &DatabaseExecutor<'_>) -> Result<(), DbErr> {
    let mut said = HashMap::new();
    for some in rows.chunks(1000) {
        let names = some.iter().map(|row| row.name.as_str());
        let found = demographics::Entity::find().filter(demographics::COLUMN.enrolment.is_in(names)).all(db);
        said.extend(found.await?.into_iter().map(|row| (row.enrolment.clone(), pb::Demographics::from(row))));
    }
    for row in rows {
        row.demographics = Packed(said.remove(&row.name).unwrap_or_default());
    }
    Ok(())
}

/// Writes what belongs to an enrolment and stands elsewhere.
pub(crate) async fn follow(row: &Model, before: Option<&Model>, unit: &mut Unit<'_>) -> Result<()> {
    say(row, before, unit).await?;
    let written = before.is_none_or(|before| before.attendance != row.attendance);
    if !written || before.is_none() && row.attendance.is_empty() {
        return Ok(());
    }
    attendance::Entity::delete_many()
        .filter(attendance::COLUMN.enrolment.eq(row.name.as_str()))
        .exec(unit.txn)
        .await?;
    let lines = row.attendance.iter().map(|came| {
        attendance::Model {
            enrolment: row.name.clone(),
            meeting_id: came.meeting_id.clone(),
            session: row.session.clone(),
            status: came.status,
            minutes: came.minutes,
        }
        .into_active_model()
    });
    if !row.attendance.is_empty() {
        attendance::Entity::insert_many(lines).exec_without_returning(unit.txn).await?;
    }
    Ok(())
}

/// Writes what was said of people where it can be deleted without a trace.
async fn say(row: &Model, before: Option<&Model>, unit: &mut Unit<'_>) -> Result<()> {
    let unsaid = pb::Demographics::default();
    let was = before.map_or(&unsaid, |before| &before.demographics.0);
    if row.demographics == *was {
        return Ok(());
    }
    demographics::Entity::delete_many()
        .filter(demographics::COLUMN.enrolment.eq(row.name.as_str()))
        .exec(unit.txn)
        .await?;
    let Some(said) = row.demographics.clone().set() else { return Ok(()) };
    let kept = demographics::Model {
        enrolment: row.name.clone(),
        session: row.session.clone(),
        sex: said.sex,
        age_band: said.age_band,
        disability: said.disability,
        disability_consent: said.disability_consent,
        status: said.status,
        territory: said.territory,
    };
    demographics::Entity::insert(kept.into_active_model()).exec_without_returning(unit.txn).await?;
    Ok(())
}

/// The enrolments of a person.
pub(crate) async fn of_person(db: &impl ConnectionTrait, person: &str) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(COLUMN.participant.eq(person)).all(db).await
}

/// The enrolments of a session that stand in one of these states, or in any, in the order of arrival.
pub(crate) async fn of_session(
    db: &impl ConnectionTrait,
    session: &str,
    states: &[State],
) -> Result<Vec<Model>, DbErr> {
    let mut found = Entity::find().filter(COLUMN.session.eq(session));
    if !states.is_empty() {
        found = found.filter(COLUMN.state.is_in(states.iter().map(|state| Coded::from(*state))));
    }
    found.order_by_asc(COLUMN.queue_number).all(db).await
}

/// Whether the caller has a seat in a session.
pub(crate) async fn takes_part(
    db: &impl ConnectionTrait,
    caller: &Caller,
    session: &str,
) -> Result<bool, DbErr> {
    if caller.is_nobody() {
        return Ok(false);
    }
    let them = Query::select()
        .column(("participant", "name"))
        .from("participant")
        .and_where(Expr::col(("participant", "user")).eq(caller.subject.as_str()))
        .to_owned();
    let seated = Entity::find()
        .filter(COLUMN.session.eq(session))
        .filter(COLUMN.state.eq(Coded::from(State::Confirmed)))
        .filter(COLUMN.participant.in_subquery(them));
    Ok(seated.one(db).await?.is_some())
}
