//! What each field of a session may hold. Pure.

use chassis::clock::Zone;
use chassis::error::{Result, Violations};
use chassis::{say, text, value};
use proto::common::Origin;
use proto::training as pb;
use proto::training::Mode;
use proto::training::session::AccessibilityOffer;

use super::meetings;
use super::row::Model;
use crate::evaluation;
use crate::mode::names_of;
use crate::programme::revision::PATTERN as REVISION;
use crate::trainer::rules::PATTERN as TRAINER;
use peers::{COMMITMENT, TERRITORY};

const MOST_SEATS: i32 = 100_000;
const MOST_TRAINERS: usize = 50;
const PARAGRAPH: usize = 1000;

/// Takes over what a draft says of a session, having looked at every field. What an imported one does not say is a gap of it, and
/// no error (BEY-8).
pub(crate) fn describe(session: &mut Model, draft: &pb::Session) -> Result<()> {
    let mut wrong = Violations::default();
    let whole = session.origin != Origin::Imported;
    revision(&mut wrong, session, draft)?;
    session.mode = wrong.coded("mode", draft.mode, whole)?;
    let read = wrong.check(meetings::read("meetings", &draft.meetings, session.mode.get(), whole))?;
    if let Some(read) = read {
        session.meet(read);
    }
    wrong.check(Zone::parse("time_zone", &draft.time_zone))?;
    session.time_zone.clone_from(&draft.time_zone);
    session.language_code =
        wrong.check(text::language("language_code", &draft.language_code))?.unwrap_or_default();
    wrong.reference("territory", TERRITORY, &draft.territory)?;
    session.territory.clone_from(&draft.territory);
    session.trainers = wrong.references("trainers", TRAINER, &draft.trainers)?;
    if draft.trainers.len() > MOST_TRAINERS {
        wrong.add("trainers", say!("at most {MOST_TRAINERS}", "{MOST_TRAINERS} au plus"));
    }
    capacity(&mut wrong, session, draft);
    wrong.within("waitlist_limit", draft.waitlist_limit, 0..=MOST_SEATS);
    session.waitlist_limit = draft.waitlist_limit;
    wrong.require("enrolment_period", draft.enrolment_period.is_some() || !whole);
    let period = draft.enrolment_period.as_ref();
    let period = period.map(|period| value::date_range("enrolment_period", period, false));
    let days = wrong.check(period.transpose())?.flatten();
    session.enrolment_start = days.map(|(start, _)| start);
    session.enrolment_end = days.and_then(|(_, end)| end);
    session.approval_required = draft.approval_required;
    session.accessibility_offered =
        names_of::<AccessibilityOffer>(&mut wrong, "accessibility_offered", &draft.accessibility_offered)?;
    session.offline_enrolment_contact =
        wrong.plain("offline_enrolment_contact", &draft.offline_enrolment_contact, PARAGRAPH)?;
    wrong.require("offline_enrolment_contact", !session.offline_enrolment_contact.is_empty() || !whole);
    session.website = match draft.website.as_str() {
        "" => String::new(),
        uri => wrong.check(value::https("website", uri))?.unwrap_or_default(),
    };
    session.project_indicators = evaluation::rules::named(&mut wrong, &draft.project_indicators)?;
    commitment(&mut wrong, session, draft)?;
    wrong.finish()
}

/// The revision is one of the session's own programme.
fn revision(wrong: &mut Violations, session: &mut Model, draft: &pb::Session) -> Result<()> {
    let said = &draft.programme_revision;
    wrong.reference("programme_revision", REVISION, said)?;
    let own = said.is_empty() || said.starts_with(&format!("{}/", session.programme));
    if !own {
        wrong.add(
            "programme_revision",
            say!("a revision of another programme", "une révision d'un autre programme"),
        );
    }
    session.programme_revision.clone_from(said);
    Ok(())
}

fn capacity(wrong: &mut Violations, session: &mut Model, draft: &pb::Session) {
    let seats = draft.capacity.unwrap_or_default();
    wrong.require("capacity", draft.capacity.is_some() || session.origin == Origin::Imported);
    let kinds = [
        ("capacity.onsite", seats.onsite, session.mode == Mode::Online),
        ("capacity.online", seats.online, session.mode == Mode::Onsite),
    ];
    for (field, count, other) in kinds {
        wrong.within(field, count, 0..=MOST_SEATS);
        if count > 0 && other {
            wrong.add(
                field,
                say!(
                    "the mode of the session offers no such seats",
                    "le format de la session n'offre pas ces places"
                ),
            );
        }
    }
    (session.capacity_onsite, session.capacity_online) = (seats.onsite, seats.online);
}

/// A commitment, and how many of its seats come from it: both, or neither.
fn commitment(wrong: &mut Violations, session: &mut Model, draft: &pb::Session) -> Result<()> {
    wrong.reference("commitment", COMMITMENT, &draft.commitment)?;
    wrong.within("commitment_seats", draft.commitment_seats, 0..=MOST_SEATS);
    let (named, drawn) = (!draft.commitment.is_empty(), draft.commitment_seats > 0);
    let all = i64::from(session.capacity_onsite) + i64::from(session.capacity_online);
    let why = match (named, drawn) {
        (true, false) => Some(say!(
            "say how many of its seats are drawn from the commitment",
            "précisez combien de ses places sont tirées de l'engagement"
        )),
        (false, true) => {
            Some(say!("say of which commitment, in `commitment`", "précisez l'engagement dans `commitment`"))
        }
        _ if i64::from(draft.commitment_seats) > all => {
            Some(say!("it has {all} seats in all", "elle a {all} places en tout"))
        }
        _ => None,
    };
    if let Some(why) = why {
        wrong.add("commitment_seats", why);
    }
    session.commitment.clone_from(&draft.commitment);
    session.commitment_seats = draft.commitment_seats;
    Ok(())
}
