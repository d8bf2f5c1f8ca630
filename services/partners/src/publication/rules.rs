//! What may become of a publication. Pure: rows, messages and a given now.

use chassis::auth::Caller;
use chassis::column::Micros;
use chassis::error::{Error, Result, Violations};
use chassis::lifecycle::{Lifecycle, Transition, coordinator};
use chassis::{Call, name, say};
use proto::partners as pb;
use proto::partners::publication::{Kind, State};

use super::describe::describe;
use super::row::{Facts, Model};
use crate::bilingual::{self, BOTH};
use crate::code_list;
use crate::working_group::rules::{looks_in, may_lead};

/// The pattern of names.
pub const PATTERN: &str = "publications/{publication}";
/// The states in which anyone may read it: also one that was withdrawn, with the reason.
pub const PUBLIC: &[State] = &[State::Published, State::Withdrawn];

/// The verbs of a publication (domain §3.6).
pub const LIFECYCLE: Lifecycle<Model> = Lifecycle(&[
    Transition::new("PublishPublication", &[State::Draft], State::Published, coordinator)
        .guarded(may_be_published),
    Transition::new("WithdrawPublication", &[State::Published], State::Withdrawn, coordinator),
]);

/// Who may prepare it: coordinators, and the administrators of a partner that leads one of its working groups.
pub fn may_write(caller: &Caller, row: &Model) -> bool {
    may_lead(caller, &row.facts.leads)
}

/// Who may read it: everyone once it is out, those who prepare it before.
pub fn sees(caller: &Caller, row: &Model) -> bool {
    PUBLIC.contains(&row.state.get()) || looks_in(caller, &row.facts.leads)
}

/// Whose turn it is (BEY-5).
pub fn awaiting(state: State) -> &'static str {
    match state {
        State::Draft => "COORDINATOR",
        State::Unspecified | State::Published | State::Withdrawn => "NOBODY",
    }
}

/// A new draft, from what was asked.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn create(id: &str, draft: &pb::Publication, call: &Call) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "publication_id", id, 'p')?;
    let mut row = Model {
        name: format!("publications/{id}"),
        uid: uid.to_string(),
        revision: 1,
        create_time: call.now,
        update_time: call.now,
        state: State::Draft.into(),
        state_time: call.now,
        state_reason: String::new(),
        kind: Kind::Unspecified.into(),
        title: Default::default(),
        summary: Default::default(),
        working_groups: Default::default(),
        recommendations: Default::default(),
        documents: Default::default(),
        licence: String::new(),
        publish_date: None,
        facts: Facts::default(),
    };
    wrong.check(describe(&mut row, draft).map_err(|error| error.under("publication")))?;
    wrong.finish()?;
    Ok(row)
}

/// Changes a draft to what the draft says; what is out stays as it was read.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` because of its state.
pub fn update(row: &mut Model, draft: &pb::Publication, _: &Call) -> Result<()> {
    if row.state != State::Draft {
        return Err(Error::refused(
            "STATE",
            say!(
                "what was published does not change: withdraw it, and publish another",
                "ce qui est paru ne change plus : retirez la publication, et faites-en paraître une autre"
            ),
        ));
    }
    describe(row, draft).map_err(|error| error.under("publication"))
}

/// It is there in both languages, cites what was adopted, and anyone may use it (PAR-26).
fn may_be_published(row: &Model, _: Micros) -> Result<()> {
    let refuse = |why| Err(Error::refused("PAR-26", why));
    bilingual::check("PAR-26", "title", &row.title)?;
    bilingual::check("PAR-26", "summary", &row.summary)?;
    for (language, en, fr) in BOTH {
        if !row.documents.iter().any(|document| bilingual::is(&document.language_code, language)) {
            return refuse(say!("its document in {en} is missing", "il manque son document en {fr}"));
        }
    }
    if let Some(name) = row.facts.unadopted.first() {
        return refuse(say!(
            "it cites {name}, which is not adopted",
            "elle cite {name}, qui n'est pas adoptée"
        ));
    }
    let licence = &row.licence;
    if code_list::attribute("LICENCE", licence, "open") != Some("true") {
        return refuse(say!(
            "{licence} is not an open licence: see `ensemble code-list show LICENCE`",
            "{licence} n'est pas une licence ouverte : voir `ensemble code-list show LICENCE`"
        ));
    }
    Ok(())
}

/// Publishes, today.
///
/// # Errors
/// As [`Lifecycle::take`].
pub fn publish(row: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take("PublishPublication", row, call)?;
    row.state_time = call.now;
    row.publish_date = row.facts.today;
    Ok(())
}

/// Withdraws what was published, for a reason that stays public.
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` without a reason.
pub fn withdraw(row: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take("WithdrawPublication", row, call)?;
    call.reason_required()?;
    row.state_time = call.now;
    row.state_reason.clone_from(&call.reason);
    Ok(())
}
