//! What may become of a recommendation. Pure: rows, messages and a given now.

use chassis::auth::Caller;
use chassis::column::{Day, Micros};
use chassis::error::{Error, Result, Violations};
use chassis::lifecycle::{Lifecycle, Transition, coordinator};
use chassis::{Call, name, say};
use proto::partners as pb;
use proto::partners::recommendation::State;

use super::describe::describe;
use super::row::Model;
use crate::bilingual;
use crate::working_group::rules::{PATTERN as GROUP, looks_in, may_lead};

/// The pattern of names.
pub const PATTERN: &str = "recommendations/{recommendation}";
/// The states in which anyone may read it.
pub const PUBLIC: &[State] = &[State::Consultation, State::Adopted, State::Retired];
/// What it stands on (PAR-25).
const LEAST_SOURCES: usize = 2;
const LEAST_SECTORS: usize = 2;

/// The verbs of a recommendation (domain §3.6).
pub const LIFECYCLE: Lifecycle<Model> = Lifecycle(&[
    Transition::new("ConsultRecommendation", &[State::Draft], State::Consultation, may_write),
    Transition::new("AdoptRecommendation", &[State::Consultation], State::Adopted, coordinator)
        .guarded(may_be_adopted),
    Transition::new("RetireRecommendation", &[State::Adopted], State::Retired, coordinator),
]);

/// Who may draft and change it: coordinators, and the administrators of a partner that leads its working group.
pub fn may_write(caller: &Caller, row: &Model) -> bool {
    may_lead(caller, &row.facts.leads)
}

/// Who may read it: everyone from its consultation on, those who work on it before.
pub fn sees(caller: &Caller, row: &Model) -> bool {
    PUBLIC.contains(&row.state.get()) || looks_in(caller, &row.facts.leads)
}

/// Whose turn it is (BEY-5), and since when.
pub fn awaiting(row: &Model) -> (&'static str, Micros) {
    match (row.state.get(), row.facts.consulted) {
        (State::Draft, _) if row.working_group.is_empty() => ("COORDINATOR", row.state_time),
        (State::Draft, _) => ("PARTNER", row.state_time),
        (State::Consultation, Some(ended)) => ("COORDINATOR", ended),
        _ => ("NOBODY", row.state_time),
    }
}

/// A row with nothing in it yet.
pub fn blank(id: &str, uid: uuid::Uuid, now: Micros) -> Model {
    Model {
        name: format!("recommendations/{id}"),
        uid: uid.to_string(),
        revision: 1,
        create_time: now,
        update_time: now,
        state: State::Draft.into(),
        state_time: now,
        state_reason: String::new(),
        number: 0,
        title: Default::default(),
        text: Default::default(),
        working_group: String::new(),
        sources: Default::default(),
        predecessor: String::new(),
        successor: String::new(),
        reference: String::new(),
        consultation_start: None,
        consultation_end: None,
        adopt_time: None,
        facts: Default::default(),
    }
}

/// A new draft, from what was asked.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn create(id: &str, draft: &pb::Recommendation, call: &Call) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "recommendation_id", id, 'r')?;
    let mut row = blank(&id, uid, call.now);
    wrong.reference("recommendation.working_group", GROUP, &draft.working_group)?;
    row.working_group.clone_from(&draft.working_group);
    wrong.check(describe(&mut row, draft).map_err(|error| error.under("recommendation")))?;
    wrong.finish()?;
    Ok(row)
}

/// Changes a recommendation to what the draft says, also during its consultation, which is there to be heard. What was
/// adopted never changes (PAR-27).
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` citing PAR-27.
pub fn update(row: &mut Model, draft: &pb::Recommendation, _: &Call) -> Result<()> {
    if matches!(row.state.get(), State::Adopted | State::Retired) {
        return Err(Error::refused(
            "PAR-27",
            say!(
                "what was adopted never changes: draft a recommendation that has it as predecessor, and retire it for that one",
                "ce qui est adopté ne change plus : rédigez une recommandation qui l'a pour predecessor, puis retirez celle-ci à son profit"
            ),
        ));
    }
    describe(row, draft).map_err(|error| error.under("recommendation"))
}

/// Puts a draft before everyone, until a day that leaves them the time that was agreed on (PAR-25).
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` on `until_date`; `FAILED_PRECONDITION` citing PAR-25.
pub fn consult(row: &mut Model, until: Option<&proto::Date>, call: &Call) -> Result<()> {
    LIFECYCLE.take("ConsultRecommendation", row, call)?;
    let until = Day::from_date("until_date", until.ok_or_else(|| Error::required("until_date"))?)?;
    let today = row.facts.today.ok_or_else(|| Error::internal("no day is today"))?;
    long_enough(row, today, until)?;
    row.state_time = call.now;
    row.consultation_start = Some(today);
    row.consultation_end = Some(until);
    Ok(())
}

fn long_enough(row: &Model, start: Day, end: Day) -> Result<()> {
    let least = row.facts.least_days;
    if end.signed_duration_since(*start).num_days() >= i64::from(least) {
        return Ok(());
    }
    Err(Error::refused(
        "PAR-25",
        say!(
            "a consultation lasts at least {least} days: this one would go from {start} to {end}",
            "une consultation dure au moins {least} jours : celle-ci irait du {start} au {end}"
        ),
    ))
}

/// It was said in both languages, everyone could answer it, and it stands on what partners of several sectors brought
/// (PAR-25).
fn may_be_adopted(row: &Model, _: Micros) -> Result<()> {
    let refuse = |why| Err(Error::refused("PAR-25", why));
    bilingual::check("PAR-25", "title", &row.title)?;
    bilingual::check("PAR-25", "text", &row.text)?;
    let Some((start, end)) = row.consultation_start.zip(row.consultation_end) else {
        return refuse(say!("it was not consulted on", "elle n'a pas fait l'objet d'une consultation"));
    };
    long_enough(row, start, end)?;
    if row.facts.consulted.is_none() {
        return refuse(say!(
            "its consultation runs until {end}: adopt it afterwards",
            "sa consultation court jusqu'au {end} : adoptez-la ensuite"
        ));
    }
    let (sources, sectors) = (row.facts.sources.len(), row.facts.sectors());
    if sources < LEAST_SOURCES || sectors < LEAST_SECTORS {
        return refuse(say!(
            "it stands on {sources} integrated contributions of {sectors} sectors: name in sources at least {LEAST_SOURCES}, of {LEAST_SECTORS} sectors",
            "elle s'appuie sur {sources} contributions retenues, de {sectors} secteurs : indiquez-en au moins {LEAST_SOURCES} dans sources, de {LEAST_SECTORS} secteurs"
        ));
    }
    Ok(())
}

/// Adopts a recommendation.
///
/// # Errors
/// As [`Lifecycle::take`].
pub fn adopt(row: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take("AdoptRecommendation", row, call)?;
    row.state_time = call.now;
    row.adopt_time = Some(call.now);
    Ok(())
}

/// Retires a recommendation for the adopted one that says it anew, or for a reason (PAR-27).
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` without either; `FAILED_PRECONDITION` citing PAR-27.
pub fn retire(row: &mut Model, successor: Option<&Model>, call: &Call) -> Result<()> {
    LIFECYCLE.take("RetireRecommendation", row, call)?;
    match successor {
        None => drop(call.reason_required()?),
        Some(successor) => {
            may_succeed(row, successor)?;
            row.successor.clone_from(&successor.name);
        }
    }
    row.state_time = call.now;
    row.state_reason.clone_from(&call.reason);
    Ok(())
}

fn may_succeed(row: &Model, successor: &Model) -> Result<()> {
    let (old, new) = (&row.name, &successor.name);
    if successor.predecessor != *old {
        return Err(Error::refused(
            "PAR-27",
            say!(
                "{new} does not name {old} as its predecessor: draft one that does",
                "{new} n'a pas {old} pour predecessor : rédigez une recommandation qui l'indique"
            ),
        ));
    }
    if successor.state != State::Adopted {
        return Err(Error::refused(
            "PAR-27",
            say!("{new} is not adopted: adopt it first", "{new} n'est pas adoptée : adoptez-la d'abord"),
        ));
    }
    Ok(())
}
