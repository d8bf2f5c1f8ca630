//! Who came, as it was written down where there was no network: what was filled in is taken until the session is closed; what
//! someone else wrote down meanwhile is not written over.

use chassis::database::Unit;
use chassis::error::Result;
use chassis::say::Text;
use chassis::{Call, say};
use proto::training as pb;
use proto::training::AttendanceStatus;
use rust_decimal::prelude::ToPrimitive as _;
use sheet::Problems;
use sheet::form::{Choice, Form, Row};

use super::receive::{Filled, Sent, Verdict};
use super::words::{ATTENDANCE, Came, statuses};
use crate::enrolment::row::Model as Enrolment;
use crate::{enrolment, session};

/// Attendance sheets.
pub(super) struct Attendance;

impl Sent for Attendance {
    type Column = Came;

    const FORM: Form<Came> = ATTENDANCE;
    const SESSION: Came = Came::Session;
    const NOUN: &'static str = "attendance";

    fn unknown() -> Text {
        say!(
            "not an attendance sheet: take the template again (ensemble attendance template SESSION) and copy the columns Attendance and Minutes into it",
            "ce n'est pas une feuille de présence : reprenez le modèle (ensemble attendance template SESSION) et recopiez-y les colonnes Présence et Minutes"
        )
    }

    fn says(row: &Row<Came>) -> bool {
        row.value(Came::Status).is_some() || row.value(Came::Minutes).is_some()
    }

    async fn take(unit: &mut Unit<'_>, call: &Call, asked: &str, filled: &Filled<Came>) -> Result<Verdict> {
        let found: Option<session::row::Model> = chassis::store::find(unit, asked).await?;
        let session = found.ok_or_else(|| call.caller.not_found(asked))?;
        call.caller.must(session::rules::records(&call.caller, &session), &session.name)?;
        let rows = enrolment::store::of_session(unit.txn, asked, &[]).await?;
        let mut people = chassis::store::completed(rows, unit.txn, unit.now).await?;
        let quiet = Call { reason: String::new(), ..call.clone() };
        let mut verdict = Verdict::default();
        let choices = statuses();
        for row in &filled.rows {
            let before = verdict.problems.0.len();
            let named = row.words(Came::Enrolment);
            let place = people.iter().position(|one| one.name == named);
            let said = read(filled, row, &choices, place.map(|at| &people[at]), &mut verdict.problems);
            let (Some(at), Some(Said::New(entry))) = (place, &said) else {
                let same = i32::from(matches!(said, Some(Said::Same)));
                verdict.count.unchanged += same;
                verdict.count.refused += i32::from(verdict.problems.0.len() > before);
                continue;
            };
            let known = attended(&people[at], &row.words(Came::Meeting)).is_some();
            match write(unit, &quiet, &session, row, entry, people[at].clone()).await {
                Ok((written, changed)) => {
                    people[at] = written;
                    let count = &mut verdict.count;
                    *(match (changed, known) {
                        (false, _) => &mut count.unchanged,
                        (true, true) => &mut count.updated,
                        (true, false) => &mut count.created,
                    }) += 1;
                }
                Err(refusal) => {
                    filled.blame(&mut verdict.problems, row, refusal, origin)?;
                    verdict.count.refused += 1;
                }
            }
        }
        Ok(verdict)
    }
}

async fn write(
    unit: &mut Unit<'_>,
    call: &Call,
    session: &session::row::Model,
    row: &Row<Came>,
    entry: &pb::AttendanceEntry,
    person: Enrolment,
) -> Result<(Enrolment, bool)> {
    let meeting = session::rules::begun(session, &row.words(Came::Meeting), call.now)?;
    let rule = |row: &mut Enrolment| enrolment::attendance::record(row, &meeting, "", entry);
    chassis::store::apply(unit, call, person, rule).await
}

/// What is known of someone at a meeting.
pub(super) fn attended<'e>(enrolment: &'e Enrolment, meeting: &str) -> Option<&'e pb::MeetingAttendance> {
    enrolment.attendance.iter().find(|came| came.meeting_id == meeting)
}

/// What was known when a sheet was made, in a word: `|PRESENT 120`; spreadsheet programs leave that alone.
pub(super) fn remembered(came: Option<&pb::MeetingAttendance>) -> String {
    came.map_or_else(|| "|".to_owned(), |came| format!("|{} {}", came.status().as_str_name(), came.minutes))
}

/// What a row says.
pub(super) enum Said {
    /// This is to be written down.
    New(pb::AttendanceEntry),
    /// What is known already.
    Same,
}

/// Reads a row; nothing where it cannot be taken, which is noted. Pure.
pub(super) fn read(
    filled: &Filled<Came>,
    row: &Row<Came>,
    choices: &[Choice],
    person: Option<&Enrolment>,
    problems: &mut Problems,
) -> Option<Said> {
    let before = problems.0.len();
    let status = filled.choice(problems, row, Came::Status, choices).map(|choice| choice.number);
    let minutes = row.value(Came::Minutes).map(|value| sheet::number(value, filled.language));
    let whole = match &minutes {
        None => None,
        Some(Ok(number)) if number.fract().is_zero() && number.to_i32().is_some() => number.to_i32(),
        Some(_) => {
            let why = say!("expected a whole number of minutes", "un nombre entier de minutes est attendu");
            filled.blocks(problems, row, Came::Minutes, "NUMBER_INVALID", why);
            None
        }
    };
    let Some(person) = person else {
        let why = say!(
            "this row is of nobody who is enrolled in the session: take the template again",
            "cette ligne ne correspond à aucune inscription de la session : reprenez le modèle"
        );
        filled.blocks(problems, row, Came::Person, "ENROLMENT_UNKNOWN", why);
        return None;
    };
    if status.is_none() && row.value(Came::Status).is_none() {
        let why =
            say!("minutes of what? choose whether they came", "des minutes de quoi ? choisissez la présence");
        filled.blocks(problems, row, Came::Status, "CELL_EMPTY", why);
    }
    if problems.0.len() > before {
        return None;
    }
    let entry = pb::AttendanceEntry { enrolment: person.name.clone(), status: status?, minutes: whole };
    let now = attended(person, &row.words(Came::Meeting));
    let says = |came: &pb::MeetingAttendance| {
        came.status == entry.status && entry.minutes.is_none_or(|minutes| minutes == came.minutes)
    };
    if now.is_some_and(says) {
        return Some(Said::Same);
    }
    let (issued, known) = (row.words(Came::Before), remembered(now));
    if issued.is_empty() || issued == known {
        return Some(Said::New(entry));
    }
    let short = filled_in(&entry);
    if issued
        .strip_prefix('|')
        .is_some_and(|issued| issued == short || issued.split(' ').next() == Some(&short))
    {
        // Not touched in this file: what others wrote down since stands.
        return Some(Said::Same);
    }
    let why = say!(
        "someone wrote down something else since the sheet was made: take the template again, and write what is right",
        "quelqu'un a inscrit autre chose depuis que la feuille a été faite : reprenez le modèle et écrivez ce qui est juste"
    );
    filled.blocks(problems, row, Came::Status, "CHANGED_MEANWHILE", why);
    None
}

/// An entry as it is remembered: with its minutes when they are said.
fn filled_in(entry: &pb::AttendanceEntry) -> String {
    let status = AttendanceStatus::try_from(entry.status).unwrap_or_default().as_str_name();
    entry.minutes.map_or_else(|| status.to_owned(), |minutes| format!("{status} {minutes}"))
}

pub(super) fn origin(field: &str) -> Came {
    match field.rsplit('.').next().unwrap_or_default() {
        "minutes" => Came::Minutes,
        "meeting_id" => Came::When,
        "enrolment" => Came::Person,
        _ => Came::Status,
    }
}
