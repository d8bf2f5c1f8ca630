//! What an imported session lacks, and until when it may be filled in (BEY-8). Pure.

use chassis::gap::Gap;
use chassis::say;
use proto::common::Origin;
use proto::training::Mode;
use proto::training::session::State;

use super::row::Model;
use crate::enrolment::rules::Kinds;

/// It was held, or is, elsewhere first: nobody was enrolled in it here, before or after.
pub fn is_as_found(session: &Model) -> bool {
    let held = [State::InProgress, State::Completed].contains(&session.state.get());
    is_found(session) && held && session.programme_revision.is_empty()
}

/// It was imported.
pub(super) fn is_found(session: &Model) -> bool {
    session.origin == Origin::Imported
}

/// What an imported session lacks (BEY-8), in the order in which it is to be filled.
pub fn gaps(session: &Model) -> Vec<Gap> {
    if !is_found(session) || [State::Closed, State::Cancelled].contains(&session.state.get()) {
        return Vec::new();
    }
    let unended = session.meetings.iter().filter(|meeting| meeting.end_time.is_none());
    let unended = unended.map(|meeting| meeting.meeting_id.as_str()).collect::<Vec<_>>().join(", ");
    let needs = [
        (
            "mode",
            session.mode.get() == Mode::Unspecified,
            say!("say how people come together", "dites comment les gens se retrouvent"),
        ),
        (
            "meetings",
            !unended.is_empty(),
            say!("say when it ends: {unended}", "dites quand elle finit : {unended}"),
        ),
        ("trainers", session.trainers.is_empty(), say!("say who teaches", "dites qui l'anime")),
        (
            "capacity",
            unseated(session).is_some() || session.capacity() == Kinds::default(),
            say!("say how many seats there are", "dites combien de places il y a"),
        ),
        (
            "enrolment_period",
            session.enrolment_start.is_none() || session.enrolment_end.is_none(),
            say!("say when people can enrol", "dites quand on peut s'inscrire"),
        ),
        (
            "offline_enrolment_contact",
            session.offline_enrolment_contact.is_empty(),
            say!("say how to enrol without the internet", "dites comment s'inscrire sans internet"),
        ),
    ];
    let lacking = needs.into_iter().filter(|(_, lacks, _)| *lacks);
    lacking.map(|(field, _, what)| Gap { field, rule: "BEY-8", what }).collect()
}

/// The kind of seats that its mode offers and it has none of.
pub(super) fn unseated(session: &Model) -> Option<&'static str> {
    let offers = |mode: Mode| ![mode, Mode::Unspecified].contains(&session.mode.get());
    let kinds = [
        ("capacity.onsite", session.capacity_onsite, offers(Mode::Online)),
        ("capacity.online", session.capacity_online, offers(Mode::Onsite)),
    ];
    let none = kinds.into_iter().find(|(_, seats, offered)| *offered && *seats == 0);
    none.map(|(field, ..)| field)
}
