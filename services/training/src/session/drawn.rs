//! Seats of a session that are drawn from a commitment: all sessions together never draw more than it has, however many draw at
//! once, and what is given back can be drawn again (LES-15). Pure.
//!
//! What a commitment has is asked of partners before, and a confirmed one does not change its quantity; what sessions have drawn
//! is counted in the transaction that draws.

use chassis::error::{Error, Result};
use chassis::gap::Gap;
use chassis::{say, value};
use proto::partners::Commitment;
use proto::partners::commitment::State as Standing;
use proto::training::session::State;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::row::Model;

/// The states in which a session has drawn what it says.
pub const DRAWS: [State; 4] = [State::Open, State::InProgress, State::Completed, State::Closed];
/// What seats are counted in.
const UNIT: &str = "SEAT";

/// What may be drawn from a commitment, by all sessions together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pledge {
    /// Which commitment; empty in a rehearsal, before anyone has asked.
    pub commitment: String,
    /// How many seats.
    pub seats: i64,
}

impl Pledge {
    /// Before partners are asked, whatever is drawn is let pass: a rehearsal writes nothing.
    pub fn rehearsed() -> Self {
        Self { commitment: String::new(), seats: i64::MAX }
    }
}

/// How many seats a commitment has for sessions as it stands now: whole ones, without what projects were given of it.
///
/// # Errors
/// `INVALID_ARGUMENT` on `commitment` when it is not counted in seats.
pub fn entitled(commitment: &Commitment) -> Result<i64> {
    if commitment.unit != UNIT {
        return Err(Error::invalid(
            "commitment",
            say!(
                "expected one that is counted in seats (SEAT)",
                "engagement compté en places (SEAT) attendu"
            ),
        ));
    }
    if ![Standing::Confirmed, Standing::Fulfilled].contains(&commitment.state()) {
        return Ok(0);
    }
    let number = |quantity: Option<&proto::common::DecimalValue>| {
        quantity.map_or(Ok(Decimal::ZERO), |quantity| value::number("commitment", quantity))
    };
    let mut seats = number(commitment.quantity.as_ref())?;
    for part in &commitment.allocations {
        seats -= number(part.quantity.as_ref())?;
    }
    Ok(seats.floor().to_i64().unwrap_or_default().max(0))
}

/// What a session may draw from a commitment: one that binds, and that a provider of its programme gives or receives.
///
/// # Errors
/// As [`entitled`]; `FAILED_PRECONDITION` citing LES-15.
pub fn pledge(commitment: &Commitment, receiver: &str, providers: &[String]) -> Result<Pledge> {
    let seats = entitled(commitment)?;
    let name = &commitment.name;
    if commitment.state() != Standing::Confirmed {
        return Err(refused(say!(
            "{name} does not bind: it is confirmed first, by the partner that gives",
            "{name} n'engage pas : l'organisation qui apporte le confirme d'abord"
        )));
    }
    if !providers.iter().any(|provider| *provider == commitment.partner || provider == receiver) {
        return Err(refused(say!(
            "{name} is neither given nor received by a provider of the programme",
            "{name} n'est ni apporté ni reçu par un organisme du programme"
        )));
    }
    Ok(Pledge { commitment: name.clone(), seats })
}

/// Whether a session draws more than it had before.
pub fn draws_more(session: &Model, before: Option<&Model>) -> bool {
    let draws = |session: &Model| DRAWS.contains(&session.state.get());
    let had = before.filter(|before| draws(before) && before.commitment == session.commitment);
    draws(session) && session.commitment_seats > had.map_or(0, |before| before.commitment_seats)
}

/// No more is drawn than there is, with what other sessions have drawn (LES-15).
///
/// # Errors
/// `FAILED_PRECONDITION` citing LES-15; ABORTED when it draws from another commitment than was asked about.
pub fn within(session: &Model, others: i64) -> Result<()> {
    let asked = session.known.pledge.as_ref();
    let asked =
        asked.filter(|pledge| pledge.commitment.is_empty() || pledge.commitment == session.commitment);
    let Some(pledge) = asked else {
        return Err(Error::Aborted {
            reason: "COMMITMENT_UNASKED",
            why: say!(
                "someone changed the session meanwhile: read it again, then retry",
                "la session a changé entre-temps : relisez-la puis réessayez"
            ),
        });
    };
    let (left, wanted) = (pledge.seats.saturating_sub(others).max(0), i64::from(session.commitment_seats));
    if wanted <= left {
        return Ok(());
    }
    Err(refused(say!(
        "the commitment has {left} seats left, {wanted} would be drawn: lower commitment_seats, or see `ensemble session summarize-seats`",
        "il reste {left} places à l'engagement, {wanted} seraient tirées : baissez commitment_seats, ou voir `ensemble session summarize-seats`"
    ))
    .about("left", left.to_string()))
}

/// More was drawn than there is now: what was given is not taken from people, and is said.
pub fn warnings(entitled: i64, drawn: i64) -> Vec<Gap> {
    let over = drawn.saturating_sub(entitled);
    if over <= 0 {
        return Vec::new();
    }
    vec![Gap {
        field: "drawn_seats",
        rule: "LES-15",
        what: say!(
            "{over} more seats are drawn than the commitment has now: have another confirmed, or lower what sessions draw",
            "{over} places de plus sont tirées que l'engagement n'en a : faites-en confirmer un autre, ou réduisez ce que tirent les sessions"
        ),
    }]
}

fn refused(why: say::Text) -> Error {
    Error::refused("LES-15", why)
}

#[cfg(test)]
mod tests {
    use proto::common::DecimalValue;
    use proto::partners::CommitmentAllocation;

    use super::*;
    use crate::programme::tests::{OTHER, PROVIDER};
    use crate::session::tests::session;

    fn quantity(value: &str) -> Option<DecimalValue> {
        Some(DecimalValue { value: value.to_owned() })
    }

    fn commitment(state: Standing) -> Commitment {
        Commitment {
            name: "partnerships/p/commitments/c".to_owned(),
            partner: PROVIDER.to_owned(),
            state: state.into(),
            unit: "SEAT".to_owned(),
            quantity: quantity("40"),
            ..Default::default()
        }
    }

    fn drawing(state: State, seats: i32, pledged: i64) -> Model {
        let mut drawing = session(state);
        drawing.commitment = "partnerships/p/commitments/c".to_owned();
        drawing.commitment_seats = seats;
        drawing.known.pledge = Some(Pledge { commitment: drawing.commitment.clone(), seats: pledged });
        drawing
    }

    #[test]
    fn les_15_no_more_seats_are_drawn_than_were_confirmed() {
        assert!(within(&drawing(State::Open, 10, 40), 30).is_ok());
        let refused = within(&drawing(State::Open, 11, 40), 30).unwrap_err();
        assert!(matches!(refused, Error::Refused { rule: "LES-15", .. }), "{refused:?}");
        assert!(within(&drawing(State::Open, 1, 40), 50).is_err(), "what is drawn too much is not drawn on");
        let mut other = drawing(State::Open, 1, 40);
        other.commitment = "partnerships/p/commitments/d".to_owned();
        assert!(matches!(within(&other, 0), Err(Error::Aborted { .. })), "nobody was asked about this one");
    }

    #[test]
    fn les_15_a_session_draws_from_when_it_is_open_and_only_what_is_more() {
        let (planned, open) = (drawing(State::Planned, 5, 0), drawing(State::Open, 5, 0));
        assert!(!draws_more(&planned, None));
        assert!(draws_more(&open, Some(&planned)));
        assert!(!draws_more(&open, Some(&open)) && !draws_more(&drawing(State::Closed, 5, 0), Some(&open)));
        assert!(!draws_more(&drawing(State::Open, 4, 0), Some(&open)), "less is given back unasked");
        assert!(draws_more(&drawing(State::Open, 6, 0), Some(&open)));
        assert!(!draws_more(&drawing(State::Cancelled, 5, 0), Some(&open)));
        let mut moved = open.clone();
        moved.commitment = "partnerships/p/commitments/d".to_owned();
        assert!(draws_more(&moved, Some(&open)), "all of another commitment");
    }

    #[test]
    fn les_15_what_a_commitment_has_is_what_binds_and_no_project_was_given() {
        assert_eq!(entitled(&commitment(Standing::Confirmed)).unwrap(), 40);
        let mut shared = commitment(Standing::Confirmed);
        let part = |value| CommitmentAllocation { quantity: quantity(value), ..Default::default() };
        shared.allocations = vec![part("10.5"), part("20")];
        assert_eq!(entitled(&shared).unwrap(), 9, "half a seat is none");
        for state in [Standing::Pledged, Standing::Cancelled, Standing::Defaulted] {
            assert_eq!(entitled(&commitment(state)).unwrap(), 0);
            assert!(pledge(&commitment(state), "", &[PROVIDER.to_owned()]).is_err());
        }
        let days = Commitment { unit: "PERSON_DAY".to_owned(), ..commitment(Standing::Confirmed) };
        assert!(matches!(entitled(&days), Err(Error::Invalid { .. })));
        let binding = commitment(Standing::Confirmed);
        assert_eq!(pledge(&binding, "", &[PROVIDER.to_owned()]).unwrap().seats, 40);
        assert_eq!(pledge(&binding, OTHER, &[OTHER.to_owned()]).unwrap().seats, 40, "who receives may draw");
        assert!(pledge(&binding, "", &[OTHER.to_owned()]).is_err(), "a stranger does not");
        assert_eq!((warnings(40, 40).len(), warnings(39, 40).len()), (0, 1));
    }
}
