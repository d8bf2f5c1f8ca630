//! Sessions on disk: which of them are seen, what they are told, and that their trainers are in one place at a time.

use std::collections::HashMap;
use std::sync::Arc;

use chassis::Call;
use chassis::auth::Caller;
use chassis::column::{Coded, Micros, Packed};
use chassis::database::Unit;
use chassis::error::{Error, Result, Violations};
use chassis::{mask, say};
use proto::common::Origin;
use proto::training as pb;
use proto::training::session::State;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Order, Query, SelectStatement};
use sea_orm::{Condition, ConnectionTrait, DatabaseExecutor, ExprTrait as _, IntoActiveModel as _};

use super::drawn::Pledge;
use super::row::{COLUMN, Entity, Known, Model};
use super::{drawn, rules, statistics};
use crate::enrolment::{self, seats};
use crate::{assessment, feedback, programme, trainer};

/// What is left of sessions once they are closed.
mod figures {
    use chassis::column::Packed;
    use proto::training::SessionStatistics;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "session_statistics")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub session: String,
        pub full_figures: Packed<SessionStatistics>,
        pub public_figures: Packed<SessionStatistics>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The sessions that a list shows: of one programme or of all, those that are not only planned, and those that the caller works
/// on.
pub(crate) fn visible(caller: &Caller, parent: Option<&str>) -> Condition {
    let visible = Condition::all().add_option(parent.map(|parent| COLUMN.programme.eq(parent)));
    if caller.oversees() {
        return visible;
    }
    let public = Condition::any().add(COLUMN.state.ne(Coded::from(State::Planned)));
    visible.add(public.add(COLUMN.name.in_subquery(worked_on(caller))))
}

/// The sessions that the caller works on: those of the programmes of their partners, and those that they teach.
pub(crate) fn worked_on(caller: &Caller) -> SelectStatement {
    let mut any = Condition::any();
    if !caller.partners.is_empty() {
        any = any.add(COLUMN.programme.in_subquery(programme::store::of_providers(caller)));
    }
    if !caller.is_nobody() {
        let assigned = Query::select()
            .column(("session_trainer", "session"))
            .from("session_trainer")
            .inner_join("trainer", Expr::col(("trainer", "name")).equals(("session_trainer", "trainer")))
            .and_where(Expr::col(("trainer", "user")).eq(caller.subject.as_str()))
            .to_owned();
        any = any.add(COLUMN.name.in_subquery(assigned));
    }
    if any.is_empty() {
        any = any.add(Expr::value(1).eq(0));
    }
    Query::select().column(("training_session", "name")).from("training_session").cond_where(any).to_owned()
}

/// Writes a new session of a programme that the caller provides.
pub(crate) async fn create(unit: &mut Unit<'_>, call: &Call, mut row: Model) -> Result<(Model, bool)> {
    let found: Option<programme::row::Model> = chassis::store::find(unit, &row.programme).await?;
    let programme = found.ok_or_else(|| call.caller.not_found(&row.programme))?;
    call.caller.must(programme::rules::provides(&call.caller, &programme), &row.programme)?;
    if programme.state == pb::programme::State::Retired {
        return Err(Error::refused(
            "STATE",
            say!(
                "its programme is retired: no new session",
                "son programme est retiré : plus de nouvelle session"
            ),
        ));
    }
    rules::pin(&mut row, &programme);
    row.known.programme = Some(Arc::new(programme));
    Ok((chassis::store::insert(unit, call, &row).await?, true))
}

/// Changes a session; more seats go to those who wait (TRN-5).
pub(crate) async fn update(
    unit: &mut Unit<'_>,
    call: &Call,
    own: &Call,
    patch: &pb::Session,
    mask: Option<&prost_types::FieldMask>,
    pledge: Option<&Pledge>,
) -> Result<(Model, bool)> {
    let found: Option<Model> = chassis::store::find(unit, &patch.name).await?;
    let before = found.ok_or_else(|| call.caller.not_found(&patch.name))?;
    call.caller.must(rules::looks_after(&call.caller, &before), &before.name)?;
    let current: pb::Session = before.clone().into();
    let draft = mask::apply(&current, patch, mask)?;
    let rule = |row: &mut Model| {
        if draft == current {
            return Ok(());
        }
        row.known.pledge = pledge.cloned();
        rules::update(row, &draft, call)
    };
    let (row, changed) = chassis::store::apply(unit, call, before, rule).await?;
    if !changed {
        return Ok((row, false));
    }
    seats::fill(unit, own, &row.name).await?;
    again(unit, row).await
}

/// Cancels a session, and all enrolments with it.
pub(crate) async fn cancel(
    unit: &mut Unit<'_>,
    call: &Call,
    own: &Call,
    name: &str,
) -> Result<(Model, bool)> {
    let found: Option<Model> = chassis::store::find(unit, name).await?;
    let before = found.ok_or_else(|| call.caller.not_found(name))?;
    let (row, _) = chassis::store::apply(unit, call, before, |row| rules::cancel(row, call)).await?;
    seats::cancel_all(unit, own, name, &row.state_reason).await?;
    again(unit, row).await
}

/// Closes a session: what is personal about its enrolments is deleted, and counts of people remain.
pub(crate) async fn close(
    unit: &mut Unit<'_>,
    call: &Call,
    own: &Call,
    name: &str,
    k: i32,
) -> Result<(Model, bool)> {
    let found: Option<Model> = chassis::store::find(unit, name).await?;
    let before = found.ok_or_else(|| call.caller.not_found(name))?;
    let (row, _) = chassis::store::apply(unit, call, before, |row| rules::close(row, call)).await?;
    let people = seats::close(unit, own, name).await?;
    let assessments = assessment::store::of_session(unit.txn, name).await?;
    feedback::store::close(unit, name).await?;
    let full = statistics::count(&people, &assessments, k);
    let kept = figures::Model {
        session: name.to_owned(),
        public_figures: Packed(statistics::shown(&full)),
        full_figures: Packed(full),
    };
    figures::Entity::insert(kept.into_active_model()).exec_without_returning(unit.txn).await?;
    again(unit, row).await
}

/// A session that was changed, with what has become of its enrolments meanwhile.
async fn again(unit: &Unit<'_>, row: Model) -> Result<(Model, bool)> {
    let row = chassis::store::completed(vec![row], unit.txn, unit.now).await?.pop();
    Ok((row.ok_or_else(|| Error::internal("a session was lost"))?, true))
}

/// The sessions that were imported, by what they are called where they were found.
pub(crate) async fn imported(unit: &Unit<'_>, references: &[&str]) -> Result<HashMap<String, Model>> {
    let mut found = HashMap::new();
    for some in references.chunks(1000) {
        let some = COLUMN.external_reference.is_in(some.iter().copied());
        let rows = Entity::find().filter(some).filter(COLUMN.origin.eq(Coded::from(Origin::Imported)));
        let rows = chassis::store::completed(rows.all(unit.txn).await?, unit.txn, unit.now).await?;
        found.extend(rows.into_iter().map(|row| (row.external_reference.clone(), row)));
    }
    Ok(found)
}

/// Sessions by their names, as they are told; those that are not there are left out.
pub(crate) async fn by_name(
    db: &DatabaseExecutor<'_>,
    names: impl Iterator<Item = &String>,
    now: Micros,
) -> Result<HashMap<String, Arc<Model>>, DbErr> {
    let mut found = HashMap::new();
    for some in programme::store::once(names).chunks(1000) {
        let mut rows = Entity::find().filter(COLUMN.name.is_in(some.iter().copied())).all(db).await?;
        inform(&mut rows, db, now).await?;
        found.extend(rows.into_iter().map(|row| (row.name.clone(), Arc::new(row))));
    }
    Ok(found)
}

/// Tells sessions their programmes, what is taught, their trainers, and what the clock has made of them.
pub(crate) async fn inform(rows: &mut [Model], db: &DatabaseExecutor<'_>, now: Micros) -> Result<(), DbErr> {
    let programmes = programme::store::by_name(db, rows.iter().map(|row| &row.programme)).await?;
    let revisions = programme::store::contents(db, rows.iter().map(|row| &row.programme_revision)).await?;
    let trainers = trainer::store::by_name(db, rows.iter().flat_map(|row| row.trainers.iter())).await?;
    let counts = enrolment::store::counts(db, rows.iter().map(|row| &row.name)).await?;
    let mut left = HashMap::new();
    for some in rows.chunks(1000) {
        let names = some.iter().map(|row| row.name.as_str());
        let found = figures::Entity::find().filter(figures::COLUMN.session.is_in(names)).all(db).await?;
        let both = |row: figures::Model| (row.full_figures.into_inner(), row.public_figures.into_inner());
        left.extend(found.into_iter().map(|row| (row.session.clone(), Arc::new(both(row)))));
    }
    for row in rows {
        let programme = programmes.get(&row.programme).cloned();
        let content = revisions.get(&row.programme_revision).cloned();
        let drafted =
            || programme.as_ref().map(|programme| Arc::new(pb::Programme::from((**programme).clone())));
        row.known = Known {
            content: content.or_else(drafted),
            programme,
            trainers: row.trainers.iter().filter_map(|name| trainers.get(name).cloned()).collect(),
            counts: counts.get(&row.name).copied().unwrap_or_default(),
            figures: left.remove(&row.name),
            pledge: None,
        };
        rules::settle(row, now);
    }
    Ok(())
}

/// Writes who teaches it; refuses trainers and revisions that are not there, and who teaches elsewhere at the time (TRN-4).
pub(crate) async fn follow(row: &Model, before: Option<&Model>, unit: &mut Unit<'_>) -> Result<()> {
    let mut wrong = Violations::default();
    let other = before.is_none_or(|before| before.programme_revision != row.programme_revision);
    if other && !row.programme_revision.is_empty() {
        let there = programme::store::contents(unit.txn, std::iter::once(&row.programme_revision)).await?;
        if there.is_empty() {
            wrong.add(
                "session.programme_revision",
                say!("no such revision was published", "aucune révision publiée ne porte ce nom"),
            );
        }
    }
    let new = |name: &&String| before.is_none_or(|before| !before.trainers.contains(*name));
    let known = trainer::store::by_name(unit.txn, row.trainers.iter().filter(new)).await?;
    for (index, name) in row.trainers.iter().enumerate().filter(|(_, name)| new(name)) {
        if !known.contains_key(name) {
            wrong.add(
                format!("session.trainers[{index}]"),
                say!("there is no such trainer", "ce formateur n'existe pas"),
            );
        }
    }
    wrong.finish()?;
    if drawn::draws_more(row, before) {
        let (others, _) = drawn_from(unit.txn, &row.commitment, &row.name).await?;
        drawn::within(row, others)?;
    }
    let moved = before.is_none_or(|before| {
        before.trainers != row.trainers || before.meetings != row.meetings || before.state != row.state
    });
    if !moved {
        return Ok(());
    }
    teach(row, before, unit).await
}

/// How many seats sessions have drawn from a commitment, but for one of them; and their names, in order of their beginning.
pub(crate) async fn drawn_from(
    db: &impl ConnectionTrait,
    commitment: &str,
    without: &str,
) -> Result<(i64, Vec<String>), DbErr> {
    let select = Query::select()
        .columns(["name", "commitment_seats"])
        .from("training_session")
        .and_where(Expr::col("commitment").eq(commitment))
        .and_where(Expr::col("name").ne(without))
        .and_where(Expr::col("state").is_in(drawn::DRAWS.map(|state| state as i32)))
        .order_by("start_time", Order::Asc)
        .order_by("name", Order::Asc)
        .to_owned();
    let (mut all, mut names) = (0, Vec::new());
    for row in db.query_all(&select).await? {
        all += i64::from(row.try_get::<i32>("", "commitment_seats")?);
        names.push(row.try_get("", "name")?);
    }
    Ok((all, names))
}

async fn teach(row: &Model, before: Option<&Model>, unit: &mut Unit<'_>) -> Result<()> {
    if before.is_some() {
        let old = Query::delete()
            .from_table("session_trainer")
            .and_where(Expr::col("session").eq(row.name.as_str()))
            .to_owned();
        unit.txn.execute(&old).await?;
    }
    if row.trainers.is_empty() {
        return Ok(());
    }
    let mut new = Query::insert().into_table("session_trainer").columns(["session", "trainer"]).to_owned();
    for trainer in row.trainers.iter() {
        new.values_panic([row.name.as_str().into(), trainer.as_str().into()]);
    }
    unit.txn.execute(&new).await?;
    const BUSY: [State; 3] = [State::Planned, State::Open, State::InProgress];
    if !BUSY.contains(&row.state.get()) {
        return Ok(());
    }
    let shared = Query::select()
        .column("session")
        .from("session_trainer")
        .and_where(Expr::col("trainer").is_in(row.trainers.iter().map(String::as_str)))
        .to_owned();
    let others = Entity::find()
        .filter(COLUMN.name.in_subquery(shared))
        .filter(COLUMN.name.ne(row.name.as_str()))
        .filter(COLUMN.state.is_in(BUSY.map(Coded::from)))
        .filter(COLUMN.start_time.lt(row.end_time))
        .filter(COLUMN.end_time.gt(row.start_time))
        .all(unit.txn)
        .await?;
    rules::clash(row, &others)
}

/// The sessions that people could or can enrol in, which are not over since: those that are only planned or were cancelled left
/// out.
pub(crate) async fn held(db: &impl ConnectionTrait, since: Micros) -> Result<Vec<Model>, DbErr> {
    const HELD: [State; 4] = [State::Open, State::InProgress, State::Completed, State::Closed];
    let found =
        Entity::find().filter(COLUMN.state.is_in(HELD.map(Coded::from))).filter(COLUMN.end_time.gt(since));
    sea_orm::QueryOrder::order_by_asc(found, COLUMN.name).all(db).await
}

/// The sessions that the clock has something to do with by now.
pub(crate) async fn due(
    db: &impl ConnectionTrait,
    now: Micros,
    most: Option<u64>,
) -> Result<Vec<Model>, DbErr> {
    let begun =
        Condition::all().add(COLUMN.state.eq(Coded::from(State::Open))).add(COLUMN.start_time.lte(now));
    let over =
        Condition::all().add(COLUMN.state.eq(Coded::from(State::InProgress))).add(COLUMN.end_time.lte(now));
    let found = Entity::find().filter(Condition::any().add(begun).add(over));
    sea_orm::QuerySelect::limit(found, most).all(db).await
}

/// One session, or those of one programme.
pub(crate) fn named(name: &str) -> Condition {
    Condition::any().add(COLUMN.name.eq(name)).add(COLUMN.programme.eq(name))
}
