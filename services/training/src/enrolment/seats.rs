//! Giving and freeing seats, inside the one writer's transaction: counts are read, the rule decides, the row is written, and
//! nobody else writes meanwhile, since each batch begins by locking the head of the feed, on PostgreSQL with replicas too
//! (TRN-9). Whoever is promoted is so in the transaction that freed the seat (TRN-11).

use std::sync::Arc;

use chassis::column::{Packed, PackedList};
use chassis::database::{Database, Unit};
use chassis::error::{Error, Result, Violations};
use chassis::mutant::{self, Mutant};
use chassis::{Call, Told as _, say};
use proto::training as pb;
use proto::training::Mode;
use proto::training::enrolment::State;
use proto::training::review_enrolment_request::Decision;
use proto::training::session::State as Session;
use sea_orm::QuerySelect as _;
use sea_orm::entity::prelude::*;

use super::row::{COLUMN, Entity, Known, Model};
use super::rules::{self, Counts, LIVE};
use super::{attendance, store};
use crate::session::statistics::Person;
use crate::{assessment, participant, session};

/// Who is to be enrolled where.
#[derive(Debug)]
pub(crate) struct Asked {
    /// The session.
    pub(crate) session: String,
    /// The id to give it.
    pub(crate) id: String,
    /// The rest.
    pub(crate) draft: pb::Enrolment,
}

/// Counts that were read before it was our turn to write: what nobody may decide by. Only a fault does.
pub(crate) async fn beforehand(database: &Database, session: &str) -> Result<Option<Counts>> {
    if !mutant::lives(Mutant::CountsOutside) {
        return Ok(None);
    }
    let name = session.to_owned();
    let mut counts = store::counts(database.reader(), std::iter::once(&name)).await?;
    Ok(Some(counts.remove(session).unwrap_or_default()))
}

/// Enrols a person.
pub(crate) async fn enrol(
    unit: &mut Unit<'_>,
    call: &Call,
    asked: &Asked,
    beforehand: Option<Counts>,
) -> Result<(Model, bool)> {
    let caller = &call.caller;
    let session: Option<session::row::Model> = chassis::store::find(unit, &asked.session).await?;
    let session = session.filter(|session| session.seen_by(caller));
    let session = session.ok_or_else(|| call.caller.not_found(&asked.session))?;
    let named = &asked.draft.participant;
    let person: Option<participant::row::Model> = chassis::store::find(unit, named).await?;
    let may = person.as_ref().is_some_and(|person| rules::may_enrol(caller, person));
    // Who is no one the caller may enrol is as if they were not there; nothing named is a wrong field.
    caller.must(may || named.is_empty(), named)?;
    if let Some(person) = &person {
        alone(unit, &session.name, &person.name).await?;
    }
    let counts = beforehand.unwrap_or(session.known.counts);
    let mut enrolment = rules::enrol(&session, &asked.id, &asked.draft, &counts, call)?;
    let person = person.ok_or_else(|| Error::required("enrolment.participant"))?;
    enrolment.queue_number = next_number(unit, &session.name).await?;
    enrolment.known =
        Known { session: Some(Arc::new(session)), participant: Some(Arc::new(person)), ..Known::default() };
    Ok((chassis::store::insert(unit, call, &enrolment).await?, true))
}

/// The enrolment of a person in a session that is not over, if there is one.
pub(crate) async fn live(unit: &Unit<'_>, session: &str, person: &str) -> Result<Option<Model>> {
    let live = LIVE.map(chassis::column::Coded::from);
    let same = Entity::find()
        .filter(COLUMN.session.eq(session))
        .filter(COLUMN.participant.eq(person))
        .filter(COLUMN.state.is_in(live));
    let found = same.one(unit.txn).await?.into_iter().collect();
    Ok(chassis::store::informed(found, unit.txn.into(), unit.now).await?.pop())
}

/// Refuses a second enrolment of a person in a session (TRN-8).
async fn alone(unit: &Unit<'_>, session: &str, person: &str) -> Result<()> {
    let Some(holder) = live(unit, session, person).await? else { return Ok(()) };
    let holder = holder.name;
    Err(Error::refused(
        "TRN-8",
        say!(
            "they are enrolled in this session already: {holder}",
            "cette personne est déjà inscrite à cette session : {holder}"
        ),
    )
    .about("holder", &holder))
}

async fn next_number(unit: &Unit<'_>, session: &str) -> Result<i64> {
    let last: Option<Option<i64>> = Entity::find()
        .select_only()
        .column_as(COLUMN.queue_number.max(), "last")
        .filter(COLUMN.session.eq(session))
        .into_tuple()
        .one(unit.txn)
        .await?;
    Ok(last.flatten().unwrap_or(0) + 1)
}

/// Applies a rule to an enrolment, and gives the seat that it may free to the next (TRN-11).
pub(crate) async fn change(
    unit: &mut Unit<'_>,
    call: &Call,
    own: &Call,
    name: &str,
    rule: impl Fn(&mut Model, &Call) -> Result<()>,
) -> Result<(Model, bool)> {
    let found: Option<Model> = chassis::store::find(unit, name).await?;
    let before = found.ok_or_else(|| call.caller.not_found(name))?;
    let session = before.session.clone();
    // A reason may say anything of a person: it stands in the row, which can be erased, and not in the trail.
    let quiet = Call { reason: String::new(), ..call.clone() };
    let (enrolment, changed) = chassis::store::apply(unit, &quiet, before, |row| rule(row, call)).await?;
    if changed {
        fill(unit, own, &session).await?;
    }
    Ok((enrolment, changed))
}

/// Answers an enrolment, by the counts of this very moment.
pub(crate) async fn review(
    unit: &mut Unit<'_>,
    call: &Call,
    own: &Call,
    name: &str,
    decision: Decision,
) -> Result<(Model, bool)> {
    let rule = |row: &mut Model, call: &Call| {
        let counts = row.known.session.as_ref().map(|session| session.known.counts).unwrap_or_default();
        rules::review(row, decision, &counts, call)
    };
    change(unit, call, own, name, rule).await
}

/// Gives the free seats of an open session to those who wait, in the order of arrival (TRN-11).
pub(crate) async fn fill(unit: &mut Unit<'_>, own: &Call, session: &str) -> Result<()> {
    let found: Option<session::row::Model> = chassis::store::find(unit, session).await?;
    let Some(session) = found.filter(|session| session.state == Session::Open) else { return Ok(()) };
    let counts = session.known.counts;
    let free = |mode| rules::free(rules::offer(&session, mode), counts.confirmed.of(mode));
    let mut seats = [(Mode::Onsite, free(Mode::Onsite)), (Mode::Online, free(Mode::Online))];
    let waiting = |mode: &Mode| counts.waiting.of(*mode) > 0;
    if !seats.iter().any(|(mode, free)| *free > 0 && waiting(mode)) {
        return Ok(());
    }
    for row in store::of_session(unit.txn, &session.name, &[State::Waitlisted]).await? {
        let Some((_, free)) = seats.iter_mut().find(|(mode, free)| row.mode == *mode && *free > 0) else {
            continue;
        };
        *free -= 1;
        move_to(unit, own, row, State::Confirmed, "").await?;
    }
    Ok(())
}

/// Ends all enrolments of a session that does not take place.
pub(crate) async fn cancel_all(unit: &mut Unit<'_>, own: &Call, session: &str, reason: &str) -> Result<()> {
    for row in store::of_session(unit.txn, session, &LIVE).await? {
        move_to(unit, own, row, State::Cancelled, reason).await?;
    }
    Ok(())
}

/// Moves an enrolment by no verb of anyone's.
pub(crate) async fn move_to(
    unit: &mut Unit<'_>,
    own: &Call,
    row: Model,
    state: State,
    reason: &str,
) -> Result<()> {
    let now = unit.now;
    let rule = |row: &mut Model| {
        rules::moved(row, state, reason, now);
        Ok(())
    };
    chassis::store::apply(unit, own, row, rule).await?;
    Ok(())
}

/// Takes a person who is erased out of their enrolments: seats are given on, what came of them stays.
pub(crate) async fn forget(unit: &mut Unit<'_>, own: &Call, person: &str) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let rows = store::of_person(unit.txn, person).await?;
    for row in chassis::store::completed(rows, unit.txn, unit.now).await? {
        let (name, session, now) = (row.name.clone(), row.session.clone(), unit.now);
        let rule = |row: &mut Model| {
            row.demographics = Packed::default();
            row.attendance = PackedList::default();
            row.special_needs.clear();
            row.enrolled_by.clear();
            row.state_reason.clear();
            if LIVE.contains(&row.state.get()) {
                rules::moved(row, rules::without(row), "", now);
            }
            Ok(())
        };
        chassis::store::apply(unit, own, row, rule).await?;
        assessment::store::forget(unit, own, &name).await?;
        fill(unit, own, &session).await?;
        names.push(name);
    }
    Ok(names)
}

/// Writes down who came to a meeting: all of it or nothing. Answers how many lines were new or other than before.
pub(crate) async fn record(
    unit: &mut Unit<'_>,
    call: &Call,
    asked: &pb::RecordAttendanceRequest,
) -> Result<i32> {
    let found: Option<session::row::Model> = chassis::store::find(unit, &asked.name).await?;
    let session = found.ok_or_else(|| call.caller.not_found(&asked.name))?;
    call.caller.must(session::rules::records(&call.caller, &session), &session.name)?;
    let meeting = session::rules::begun(&session, &asked.meeting_id, call.now)?;
    let quiet = Call { reason: String::new(), ..call.clone() };
    let (mut wrong, mut written) = (Violations::default(), 0);
    for (index, entry) in asked.entries.iter().enumerate() {
        let field = format!("entries[{index}]");
        let again = asked.entries[..index].iter().any(|before| before.enrolment == entry.enrolment);
        if again {
            wrong.add(format!("{field}.enrolment"), say!("named twice", "nommé deux fois"));
            continue;
        }
        let row: Option<Model> = chassis::store::find(unit, &entry.enrolment).await?;
        let Some(row) = row.filter(|row| row.session == session.name) else {
            wrong.add(
                format!("{field}.enrolment"),
                say!("no enrolment of this session", "aucune inscription de cette session"),
            );
            continue;
        };
        let rule = |row: &mut Model| attendance::record(row, &meeting, &field, entry);
        let done = chassis::store::apply(unit, &quiet, row, rule).await;
        written += i32::from(wrong.check(done)?.is_some_and(|(_, changed)| changed));
    }
    wrong.finish()?;
    Ok(written)
}

/// Closes the enrolments of a session that is over: whoever still waited did so in vain, and what was personal is deleted.
/// Answers who had a seat.
pub(crate) async fn close(unit: &mut Unit<'_>, own: &Call, session: &str) -> Result<Vec<Person>> {
    const SEATED: [State; 4] = [State::Completed, State::NotCompleted, State::NoShow, State::Withdrawn];
    let rows = store::of_session(unit.txn, session, &[]).await?;
    let mut people = Vec::new();
    for row in chassis::store::completed(rows, unit.txn, unit.now).await? {
        if SEATED.contains(&row.state.get()) {
            people.push(Person { outcome: row.state.get(), said: row.demographics.clone().into_inner() });
        }
        let now = unit.now;
        let rule = |row: &mut Model| {
            row.demographics = Packed::default();
            row.special_needs.clear();
            if [State::Pending, State::Waitlisted].contains(&row.state.get()) {
                rules::moved(row, State::Cancelled, "", now);
            }
            Ok(())
        };
        chassis::store::apply(unit, own, row, rule).await?;
    }
    Ok(people)
}
