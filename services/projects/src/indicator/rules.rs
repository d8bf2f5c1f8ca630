//! What may become of an indicator. Pure: rows, messages and a given now.

use chassis::auth::Caller;
use chassis::error::{Error, Result, Violations};
use chassis::lifecycle::{Lifecycle, Transition, coordinator};
use chassis::{Call, name, say};
use proto::projects as pb;
use proto::projects::indicator::{
    CountingBasis, DisaggregationMode, EntityAggregation, Source, State, TimeAggregation,
};

use super::describe::describe;
use super::row::Model;

/// The pattern of names.
pub const PATTERN: &str = "indicators/{indicator}";
const LONGEST_CODE: usize = 63;

/// The verbs of an indicator (domain §4.6).
pub const LIFECYCLE: Lifecycle<Model> = Lifecycle(&[
    Transition::new("ActivateIndicator", &[State::Draft], State::Active, coordinator),
    Transition::new("DeprecateIndicator", &[State::Active], State::Deprecated, coordinator),
]);

/// Who may change the library.
pub fn may_write(caller: &Caller, indicator: &Model) -> bool {
    coordinator(caller, indicator)
}

/// A row with nothing in it yet.
pub fn blank(id: &str, uid: uuid::Uuid, now: chassis::column::Micros) -> Model {
    Model {
        name: format!("indicators/{id}"),
        uid: uid.to_string(),
        revision: 1,
        create_time: now,
        update_time: now,
        state: State::Draft.into(),
        state_reason: String::new(),
        code: String::new(),
        title: Default::default(),
        definition: Default::default(),
        measure: String::new(),
        unit: String::new(),
        descending: false,
        time_aggregation: TimeAggregation::Unspecified.into(),
        entity_aggregation: EntityAggregation::Unspecified.into(),
        counting_basis: CountingBasis::Unspecified.into(),
        dimensions: Default::default(),
        disaggregation_mode: DisaggregationMode::Parallel.into(),
        source: Source::Unspecified.into(),
        beyond_whole: false,
        references: Default::default(),
        recommendations: Default::default(),
        version: 1,
        successor: String::new(),
        in_use: false,
    }
}

/// A new indicator, from what was asked.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn create(id: &str, draft: &pb::Indicator, call: &Call) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "indicator_id", id, 'i')?;
    let mut indicator = blank(&id, uid, call.now);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    if draft.code.is_empty() {
        wrong.require("indicator.code", false);
    } else if draft.code.len() > LONGEST_CODE || !draft.code.chars().all(plain) {
        wrong.add(
            "indicator.code",
            say!(
                "expected a code like idt-i01: at most {LONGEST_CODE} letters, digits, -, . and _",
                "code attendu, comme idt-i01 : {LONGEST_CODE} lettres, chiffres, -, . et _ au plus"
            ),
        );
    }
    indicator.code.clone_from(&draft.code);
    wrong.check(describe(&mut indicator, draft).map_err(|error| error.under("indicator")))?;
    wrong.finish()?;
    Ok(indicator)
}

/// Changes an indicator to what the draft says. A new meaning is a new version, unless nobody could use it yet.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` citing AGG-7 when accepted figures have the old
/// meaning, or because of its state.
pub fn update(indicator: &mut Model, draft: &pb::Indicator, _: &Call) -> Result<()> {
    let before = indicator.clone();
    describe(indicator, draft).map_err(|error| error.under("indicator"))?;
    let Some(field) = meaning_changed(&before, indicator) else {
        return Ok(());
    };
    match before.state.get() {
        State::Draft | State::Unspecified => Ok(()),
        State::Active if before.in_use => Err(Error::refused(
            "AGG-7",
            say!(
                "{field} gives accepted figures their meaning: make a new indicator, and deprecate this one for it",
                "{field} donne leur sens à des valeurs acceptées : créez un autre indicateur, qui succédera à celui-ci"
            ),
        )),
        State::Active => {
            indicator.version = before.version.saturating_add(1);
            Ok(())
        }
        State::Deprecated => Err(Error::refused(
            "STATE",
            say!(
                "of a deprecated indicator only its texts change, not {field}",
                "d'un indicateur abandonné, seuls les textes changent, pas {field}"
            ),
        )),
    }
}

/// The first field that changed and that gives figures their meaning.
fn meaning_changed(before: &Model, after: &Model) -> Option<&'static str> {
    let changed = [
        ("measure", before.measure != after.measure),
        ("unit", before.unit != after.unit),
        ("descending", before.descending != after.descending),
        ("time_aggregation", before.time_aggregation != after.time_aggregation),
        ("entity_aggregation", before.entity_aggregation != after.entity_aggregation),
        ("counting_basis", before.counting_basis != after.counting_basis),
        ("dimensions", before.dimensions != after.dimensions),
        ("disaggregation_mode", before.disaggregation_mode != after.disaggregation_mode),
        ("source", before.source != after.source),
        ("beyond_whole", before.beyond_whole != after.beyond_whole),
    ];
    changed.into_iter().find_map(|(field, changed)| changed.then_some(field))
}

/// Opens an indicator, or ends its use for its successor.
///
/// # Errors
/// As [`Lifecycle::take`].
pub fn take(method: &'static str, indicator: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take(method, indicator, call)?;
    indicator.state_reason.clone_from(&call.reason);
    Ok(())
}

/// Ends the use of an indicator, for its successor if one is named.
///
/// # Errors
/// As [`take`]; `INVALID_ARGUMENT` when the successor is itself, or no name of an indicator.
pub fn deprecate(indicator: &mut Model, successor: &str, call: &Call) -> Result<()> {
    take("DeprecateIndicator", indicator, call)?;
    call.reason_required()?;
    if !successor.is_empty() {
        name::check_reference("successor", PATTERN, successor)?;
    }
    if successor == indicator.name {
        return Err(Error::invalid("successor", say!("not itself", "pas lui-même")));
    }
    successor.clone_into(&mut indicator.successor);
    Ok(())
}

/// What takes the place of an indicator is there, and in use.
///
/// # Errors
/// `INVALID_ARGUMENT` on `successor`.
pub fn may_succeed(successor: Option<&Model>) -> Result<()> {
    match successor {
        None => Err(Error::invalid(
            "successor",
            say!("there is no such indicator", "cet indicateur n'existe pas"),
        )),
        Some(successor) if successor.state != State::Active => Err(Error::invalid(
            "successor",
            say!("it is not in use itself", "il n'est pas lui-même en usage"),
        )),
        Some(_) => Ok(()),
    }
}
