//! What may become of a strategy. Pure: rows, messages and a given now.

use chassis::auth::Caller;
use chassis::column::{Day, Micros, short_name};
use chassis::error::{Error, Result, Violations};
use chassis::lifecycle::{Lifecycle, Transition};
use chassis::{Call, name, say, value};
use proto::common::{Evidence, evidence};
use proto::projects as pb;
use proto::projects::ParticipationChannel as Channel;
use proto::projects::strategy::State;

use super::describe::describe;
use super::facts::{Calendar, Rival};
use super::row::Model;
use crate::project::describe::PARTNER;

/// The pattern of names.
pub const PATTERN: &str = "territories/{territory}/strategies/{strategy}";

/// The verbs of a strategy (domain §4.4); the rest is the calendar's ([`settle`]).
pub const LIFECYCLE: Lifecycle<Model> = Lifecycle(&[
    Transition::new("OpenConsultation", &[State::Draft], State::Consultation, owns).guarded(authority),
    Transition::new("ReviseStrategy", &[State::Consultation], State::Draft, owns),
    Transition::new("AdoptStrategy", &[State::Consultation], State::Adopted, owns).guarded(may_be_adopted),
]);

/// Who writes and moves it: the administrators of its owner, and nobody for them (SEP-3).
pub fn owns(caller: &Caller, row: &Model) -> bool {
    caller.administers(&row.owner)
}

/// Who may read it: everyone from its consultation on, its owner and those who oversee the network before.
pub fn sees(caller: &Caller, row: &Model) -> bool {
    row.state != State::Draft || caller.oversees() || caller.belongs_to(&row.owner)
}

/// It is adopted, and today is a day of its period: once it is settled.
pub fn in_force(row: &Model) -> bool {
    row.state == State::Adopted && row.facts.today.is_some_and(|today| row.period_start <= today)
}

/// Whose turn it is (BEY-5), and since when.
pub fn awaiting(row: &Model) -> (&'static str, Micros) {
    match (row.state.get(), row.facts.consulted) {
        (State::Draft, _) => ("PARTNER", row.state_time),
        (State::Consultation, Some(ended)) => ("PARTNER", ended),
        _ => ("NOBODY", row.state_time),
    }
}

/// The row as the calendar has it now: an adopted strategy ends with its period, or before it when another takes over.
pub fn settle(row: &mut Model, calendar: Calendar, now: Micros) {
    let zone = calendar.zone;
    let Some(today) = zone.day(now) else { return };
    row.facts.today = Some(today);
    row.facts.least_days = calendar.least_days;
    let ended = row.consultation_end.map(|end| Micros(zone.end(end).0.saturating_add(1)));
    row.facts.consulted = ended.filter(|ended| *ended <= now);
    if row.state != State::Adopted {
        return;
    }
    let taken_over = row.superseded.filter(|day| *day <= row.period_end && *day <= today);
    if let Some(day) = taken_over {
        row.state = State::Superseded.into();
        row.state_time = row.state_time.max(zone.start(day));
    } else if row.period_end < today {
        row.state = State::Expired.into();
        row.state_time = Micros(zone.end(row.period_end).0.saturating_add(1));
    }
}

/// A new draft of a territory, from what was asked.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn create(territory: &str, id: &str, draft: &pb::Strategy, call: &Call) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "strategy_id", id, 's')?;
    let never = Day::parse("0001-01-01").ok_or_else(|| Error::internal("no first day"))?;
    let mut row = Model {
        name: format!("{territory}/strategies/{id}"),
        uid: uid.to_string(),
        revision: 1,
        create_time: call.now,
        update_time: call.now,
        state: State::Draft.into(),
        state_time: call.now,
        state_reason: String::new(),
        territory: territory.to_owned(),
        owner: draft.owner.clone(),
        title: Default::default(),
        period_start: never,
        period_end: never,
        needs: Default::default(),
        objectives: Default::default(),
        governance: Default::default(),
        inclusion_policy: Default::default(),
        data_policy: Default::default(),
        procurement_policy: Default::default(),
        predecessor: String::new(),
        successor: String::new(),
        superseded: None,
        consultation_start: None,
        consultation_end: None,
        channels: Default::default(),
        adopted: None,
        deliberation: Default::default(),
        facts: Default::default(),
    };
    wrong.check(name::check_reference("strategy.owner", PARTNER, &draft.owner))?;
    wrong.check(describe(&mut row, draft).map_err(|error| error.under("strategy")))?;
    wrong.finish()?;
    Ok(row)
}

/// Changes a draft to what was asked. What people were asked about, or what was adopted, stays as it is.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` because of its state.
pub fn update(row: &mut Model, draft: &pb::Strategy, _: &Call) -> Result<()> {
    let why = match row.state.get() {
        State::Draft => return describe(row, draft).map_err(|error| error.under("strategy")),
        State::Consultation => say!(
            "people are being asked about it as it is: take it back first, see `ensemble strategy revise`",
            "le public est consulté sur ce texte : reprenez-le d'abord, voir `ensemble strategy revise`"
        ),
        _ => say!(
            "what was adopted does not change: draft one that has it as predecessor",
            "ce qui est adopté ne change plus : rédigez-en une qui l'a pour predecessor"
        ),
    };
    Err(Error::refused("STATE", why))
}

/// Its owner is a public partner, and the authority of its territory or of one that this lies in (PRJ-8). The sector is
/// known once partners were asked.
///
/// # Errors
/// `FAILED_PRECONDITION` citing PRJ-8.
pub fn authority(row: &Model, _: Micros) -> Result<()> {
    let (owner, territory) = (&row.owner, &row.territory);
    if row.facts.public == Some(false) {
        return Err(Error::refused(
            "PRJ-8",
            say!(
                "{owner} is not a public partner: a strategy belongs to the public authority of its territory",
                "{owner} n'est pas une organisation publique : une stratégie appartient à l'autorité publique de son territoire"
            ),
        ));
    }
    if !row.facts.authority {
        return Err(Error::refused(
            "PRJ-8",
            say!(
                "{owner} is not the authority of {territory}, nor of a territory that it lies in: see `ensemble territory show {territory}`",
                "{owner} n'est l'autorité ni de {territory} ni d'un territoire englobant : voir `ensemble territory show {territory}`"
            ),
        ));
    }
    Ok(())
}

/// Puts a draft to the public, until a day, by these channels (PRJ-9).
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` on `end_date` and `channels`; `FAILED_PRECONDITION` citing PRJ-8 or PRJ-9.
pub fn consult(row: &mut Model, request: &pb::OpenConsultationRequest, call: &Call) -> Result<()> {
    call.caller.must(owns(&call.caller, row), &row.name)?;
    authority(row, call.now)?;
    LIFECYCLE.take("OpenConsultation", row, call)?;
    let mut wrong = Violations::default();
    let end = request.end_date.as_ref().ok_or_else(|| Error::required("end_date"));
    let end = wrong.check(end.and_then(|end| Day::from_date("end_date", end)))?;
    wrong.require("channels", !request.channels.is_empty());
    let channels =
        wrong.each("channels", &request.channels, 10, |field, number| match Channel::try_from(*number) {
            Ok(Channel::Unspecified) | Err(_) => Err(Error::invalid(
                field,
                say!(
                    "expected ONLINE, IN_PERSON, PAPER or PHONE",
                    "ONLINE, IN_PERSON, PAPER ou PHONE attendu"
                ),
            )),
            Ok(channel) => Ok(short_name(channel.as_str_name(), "PARTICIPATION_CHANNEL_").to_owned()),
        })?;
    wrong.once("channels", &channels);
    wrong.finish()?;
    let (Some(end), Some(today)) = (end, row.facts.today) else {
        return Err(Error::internal("no day is today"));
    };
    row.state_time = call.now;
    row.state_reason.clear();
    row.consultation_start = Some(today);
    row.consultation_end = Some(end);
    row.channels = channels.into();
    was_open_to_all(row)
}

/// Its consultation lasts long enough, also for those who are not online (PRJ-9).
fn was_open_to_all(row: &Model) -> Result<()> {
    let refuse = |why| Err(Error::refused("PRJ-9", why));
    let Some((start, end)) = row.consultation_start.zip(row.consultation_end) else {
        return refuse(say!("it was not put to the public", "elle n'a pas été mise en consultation"));
    };
    let least = row.facts.least_days;
    if end.signed_duration_since(*start).num_days() < i64::from(least) {
        return refuse(say!(
            "a consultation lasts at least {least} days: this one would go from {start} to {end}",
            "une consultation dure au moins {least} jours : celle-ci irait du {start} au {end}"
        ));
    }
    if !row.channels.iter().any(|channel| channel != "ONLINE") {
        return refuse(say!(
            "add a channel that is not digital: IN_PERSON, PAPER or PHONE",
            "ajoutez un canal non numérique : IN_PERSON, PAPER ou PHONE"
        ));
    }
    Ok(())
}

/// Takes a strategy back to be worked on, and says why to those who took part.
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` without a reason.
pub fn revise(row: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take("ReviseStrategy", row, call)?;
    call.reason_required()?.clone_into(&mut row.state_reason);
    row.state_time = call.now;
    (row.consultation_start, row.consultation_end) = (None, None);
    row.channels = Default::default();
    Ok(())
}

/// It stands on a qualified need and on a consultation in which each proposal was answered (PRJ-9), and is the only one in
/// force for its days (PRJ-10).
fn may_be_adopted(row: &Model, now: Micros) -> Result<()> {
    authority(row, now)?;
    was_open_to_all(row)?;
    let refuse = |why| Err(Error::refused("PRJ-9", why));
    if let (None, Some(end)) = (row.facts.consulted, row.consultation_end) {
        return refuse(say!(
            "its consultation runs until {end}: adopt it afterwards",
            "sa consultation court jusqu'au {end} : adoptez-la ensuite"
        ));
    }
    if row.facts.qualified == 0 {
        return refuse(say!(
            "none of its needs is qualified: have one qualified first, see `ensemble need qualify`",
            "aucun de ses besoins n'est qualifié : faites-en d'abord qualifier un, voir `ensemble need qualify`"
        ));
    }
    let (unanswered, unmoderated, strategy) = (row.facts.unanswered, row.facts.unmoderated, &row.name);
    if unanswered + unmoderated > 0 {
        return refuse(say!(
            "{unanswered} proposals are to be answered and {unmoderated} to be moderated first: see `ensemble participation list --subject {strategy}`",
            "{unanswered} propositions restent à répondre et {unmoderated} à modérer : voir `ensemble participation list --subject {strategy}`"
        ));
    }
    if row.facts.today.is_some_and(|today| row.period_end < today) {
        let end = row.period_end;
        return Err(Error::refused(
            "STRATEGY_PERIOD",
            say!(
                "its period is over since {end}: take it back and give it days to come",
                "sa période est terminée depuis le {end} : reprenez-la et donnez-lui des dates à venir"
            ),
        ));
    }
    alone(row)
}

/// No other adopted strategy of its owner for this territory is in force on one of its days, but the one that it takes over
/// from (PRJ-10).
fn alone(row: &Model) -> Result<()> {
    let overlaps = |other: &&Rival| {
        other.name != row.predecessor && other.start <= row.period_end && row.period_start <= other.end
    };
    let Some(other) = row.facts.rivals.iter().find(overlaps) else { return Ok(()) };
    let (other, start, end) = (&other.name, other.start, other.end);
    Err(Error::refused(
        "PRJ-10",
        say!(
            "{other} is in force from {start} to {end}: name it as predecessor, or choose other days",
            "{other} est en vigueur du {start} au {end} : indiquez-la dans predecessor, ou choisissez d'autres dates"
        ),
    ))
}

/// Adopts a strategy by a deliberation.
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` on `deliberation` and `adoption_date`; `FAILED_PRECONDITION` citing PRJ-8, PRJ-9
/// or PRJ-10.
pub fn adopt(row: &mut Model, request: &pb::AdoptStrategyRequest, call: &Call) -> Result<()> {
    call.caller.must(owns(&call.caller, row), &row.name)?;
    authority(row, call.now)?;
    LIFECYCLE.take("AdoptStrategy", row, call)?;
    let today = row.facts.today.ok_or_else(|| Error::internal("no day is today"))?;
    let mut wrong = Violations::default();
    let deliberation = request.deliberation.as_ref().ok_or_else(|| Error::required("deliberation"));
    let deliberation = wrong.check(deliberation.and_then(deliberated))?;
    let day = request.adoption_date.as_ref().map(|day| Day::from_date("adoption_date", day)).transpose();
    let day = wrong.check(day)?.flatten().unwrap_or(today);
    if row.consultation_end.is_some_and(|end| day <= end) {
        wrong.add(
            "adoption_date",
            say!("expected a day after the consultation", "date postérieure à la consultation attendue"),
        );
    }
    if day > today {
        wrong.add("adoption_date", say!("that day has not come yet", "ce jour n'est pas encore venu"));
    }
    wrong.finish()?;
    row.deliberation = deliberation.unwrap_or_default().into();
    row.adopted = Some(day);
    row.state_time = call.now;
    Ok(())
}

fn deliberated(said: &Evidence) -> Result<Evidence> {
    let read = value::evidence("deliberation", said)?;
    match read.kind() {
        evidence::Kind::Unspecified | evidence::Kind::Deliberation => {
            Ok(Evidence { kind: evidence::Kind::Deliberation.into(), ..read })
        }
        _ => Err(Error::invalid("deliberation.kind", say!("expected DELIBERATION", "DELIBERATION attendu"))),
    }
}

/// The strategy that another takes over from: at once when that one's days have begun, else on its first day, and never when
/// it ends before.
///
/// # Errors
/// `FAILED_PRECONDITION` citing PRJ-10 when another has taken over already.
pub fn succeed(row: &mut Model, by: &Model, calendar: Calendar, now: Micros) -> Result<()> {
    settle(row, calendar, now);
    let (old, other) = (&row.name, &row.successor);
    if !row.successor.is_empty() {
        return Err(Error::refused(
            "PRJ-10",
            say!("{other} took over from {old} already", "{other} a déjà succédé à {old}"),
        ));
    }
    row.successor.clone_from(&by.name);
    let first = by.facts.today.map_or(by.period_start, |today| today.max(by.period_start));
    row.superseded = Some(first);
    settle(row, calendar, now);
    Ok(())
}

/// People take part while it is in consultation, until its last day (PRJ-33): of a row that is settled.
///
/// # Errors
/// `FAILED_PRECONDITION` citing PRJ-33.
pub fn hears(row: &Model) -> Result<()> {
    if row.state == State::Consultation && row.facts.consulted.is_none() {
        return Ok(());
    }
    let name = &row.name;
    Err(Error::refused(
        "PRJ-33",
        say!(
            "{name} is not in consultation: people take part while it is",
            "{name} n'est pas en consultation : la participation n'est ouverte que pendant celle-ci"
        ),
    ))
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
