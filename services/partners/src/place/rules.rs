//! What may become of a place. Pure: rows, messages and a given now.

use chassis::auth::{Caller, Role};
use chassis::column::Micros;
use chassis::error::{Result, Violations};
use chassis::lifecycle::{Lifecycle, Transition};
use chassis::{Call, name};
use proto::common::Origin;
use proto::partners as pb;
use proto::partners::place::State;

use super::describe::describe;
use super::row::Model;

/// The pattern of names.
pub const PATTERN: &str = "places/{place}";

/// The verbs of a place.
pub const LIFECYCLE: Lifecycle<Model> = Lifecycle(&[
    Transition::new("ClosePlace", &[State::Open], State::Closed, may_update),
    Transition::new("ReopenPlace", &[State::Closed], State::Open, may_update),
]);

/// Who may write of the places of a partner: coordinators, and those who act for it.
pub fn may_write(caller: &Caller, partner: &str) -> bool {
    caller.is(Role::Coordinator) || caller.acts_for(partner)
}

/// Who may change, close and open it.
pub fn may_update(caller: &Caller, place: &Model) -> bool {
    may_write(caller, &place.partner)
}

/// A place of which nothing is said yet.
pub(crate) fn blank(id: &str, uid: &str, now: Micros) -> Model {
    Model {
        name: format!("places/{id}"),
        uid: uid.to_owned(),
        revision: 1,
        create_time: now,
        update_time: now,
        state: State::Open.into(),
        state_reason: String::new(),
        title: String::new(),
        partner: String::new(),
        pivot: String::new(),
        locality: String::new(),
        postal_code: String::new(),
        insee_code: String::new(),
        street_address: String::new(),
        address_complement: String::new(),
        location: Default::default(),
        territory: String::new(),
        typologies: Default::default(),
        telephone: String::new(),
        generic_emails: Default::default(),
        websites: Default::default(),
        opening_hours: String::new(),
        summary: String::new(),
        description: String::new(),
        source: String::new(),
        mobilities: Default::default(),
        parent_organisation: String::new(),
        source_update_date: None,
        services: Default::default(),
        audiences: Default::default(),
        adaptations: Default::default(),
        prices: Default::default(),
        programmes: Default::default(),
        labels: Default::default(),
        other_labels: Default::default(),
        access_modes: Default::default(),
        support_modes: Default::default(),
        accessibility_uri: String::new(),
        appointment_uri: String::new(),
        external_reference: String::new(),
        terms_as_found: Default::default(),
        origin: Origin::Registered.into(),
        folded_title: String::new(),
        folded_address: String::new(),
    }
}

/// A new place, from what was asked.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn create(id: &str, draft: &pb::Place, call: &Call) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "place_id", id, 'l')?;
    let mut place = blank(&id, &uid.to_string(), call.now);
    wrong.check(describe(&mut place, draft).map_err(|error| error.under("place")))?;
    wrong.finish()?;
    Ok(place)
}

/// Changes a place to what the draft says.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `PERMISSION_DENIED` when it would become another partner's.
pub fn update(place: &mut Model, draft: &pb::Place, call: &Call) -> Result<()> {
    describe(place, draft).map_err(|error| error.under("place"))?;
    call.caller.must(may_write(&call.caller, &place.partner), &place.partner)
}

/// Closes a place.
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` without a reason.
pub fn close(place: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take("ClosePlace", place, call)?;
    call.reason_required()?.clone_into(&mut place.state_reason);
    Ok(())
}

/// Opens it again.
///
/// # Errors
/// As [`Lifecycle::take`].
pub fn reopen(place: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take("ReopenPlace", place, call)?;
    place.state_reason.clear();
    Ok(())
}
