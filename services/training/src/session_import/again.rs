//! What becomes of a known programme or session whose record is there again: what the file says anew comes, and what people wrote
//! stays. Pure.

use chassis::column::Micros;
use chassis::error::Result;
use chassis::mask::renewed;
use proto::training as pb;
use proto::training::programme::State as Offered;
use proto::training::session::State;

use super::as_found;
use crate::session::rules::is_as_found;
use crate::{programme, session};

/// What becomes of it.
#[derive(Debug, PartialEq)]
pub(super) enum Again<M> {
    /// The file says what it said.
    Same,
    /// It says something else, where people wrote otherwise since.
    Kept,
    /// It says something new of what does not change any more.
    Settled,
    /// This.
    Changed(Box<M>),
}

/// What becomes of a programme; what is published of it is published anew (TRN-2).
///
/// # Errors
/// INTERNAL when the message is not of the contract.
pub(super) fn programme(
    known: &programme::row::Model,
    before: &pb::Programme,
    now: &pb::Programme,
) -> Result<Again<programme::row::Model>> {
    if before == now {
        return Ok(Again::Same);
    }
    let made: pb::Programme =
        as_found::programme(&known.external_reference, before, known.create_time).into();
    let current: pb::Programme = known.clone().into();
    let draft = renewed(&current, &made, before, now, &[])?;
    let mut after = known.clone();
    as_found::fill_programme(&mut after, &draft);
    Ok(match (after == *known, known.state.get()) {
        (true, _) => Again::Kept,
        (false, Offered::Retired) => Again::Settled,
        (false, _) => {
            after.published_number += 1;
            Again::Changed(Box::new(after))
        }
    })
}

/// What becomes of a session: what was opened here, closed or cancelled does not change by a file.
///
/// # Errors
/// As [`programme`].
pub(super) fn session(
    known: &session::row::Model,
    before: &pb::Session,
    now: &pb::Session,
    time: Micros,
) -> Result<Again<session::row::Model>> {
    if before == now {
        return Ok(Again::Same);
    }
    let Some(programme) = known.known.programme.as_deref() else { return Ok(Again::Settled) };
    let made: pb::Session =
        as_found::session(programme, &known.external_reference, before, known.create_time).into();
    let current: pb::Session = known.clone().into();
    let draft = renewed(&current, &made, before, now, &[])?;
    let mut after = known.clone();
    as_found::fill_session(&mut after, &draft, time);
    let said = |one: &session::row::Model| session::row::Model {
        state: known.state,
        state_time: known.state_time,
        ..one.clone()
    };
    let open = known.state == State::Planned || is_as_found(known);
    Ok(match (said(&after) == *known, open) {
        (true, _) => Again::Kept,
        (false, false) => Again::Settled,
        (false, true) => Again::Changed(Box::new(after)),
    })
}
