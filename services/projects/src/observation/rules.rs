//! What may be observed. Pure: rows, messages and a given now.

use std::collections::BTreeMap;

use chassis::auth::{Caller, Role};
use chassis::error::{Error, Result, Violations};
use chassis::{Call, name, say, text, value};
use proto::projects as pb;
use proto::projects::indicator::{Source, State};
use proto::projects::indicator_value::Kind;
use rust_decimal::Decimal;

use super::row::Model;
use crate::indicator;
use crate::measure::{Meaning, parts};
use crate::project::rules::today;

/// The pattern of names.
pub const PATTERN: &str = "territories/{territory}/observations/{observation}";
const DATASET: &str = "datasets/{dataset}";
const LINE: usize = 500;
/// The part of a dimension of whom nothing is known: no gap is measured to it.
const NOT_STATED: &str = "NOT_STATED";
/// Decimals of a gap.
pub(super) const PRECISION: u32 = 6;

/// Who may say what is known of a territory: coordinators, and those who act for its authority (PRJ-4).
pub fn may_observe(caller: &Caller, authority: &str) -> bool {
    caller.is(Role::Coordinator) || caller.acts_for(authority)
}

/// Who may change it.
pub fn may_update(caller: &Caller, observation: &Model) -> bool {
    may_observe(caller, &observation.authority)
}

/// What is counted by people, and in use, can be observed.
///
/// # Errors
/// `FAILED_PRECONDITION` citing PRJ-20, or because of the indicator's state.
pub fn observable(indicator: &indicator::row::Model) -> Result<()> {
    let name = &indicator.name;
    if indicator.source == Source::System {
        return Err(Error::refused(
            "PRJ-20",
            say!(
                "observation.indicator: {name} is computed by the registry, nobody types it",
                "observation.indicator : {name} est calculé par le registre, personne ne le saisit"
            ),
        ));
    }
    if indicator.state != State::Active {
        return Err(Error::refused(
            "STATE",
            say!(
                "observation.indicator: {name} is not in use: activate it, or choose another",
                "observation.indicator : {name} n'est pas en usage : activez-le, ou choisissez-en un autre"
            ),
        ));
    }
    Ok(())
}

/// A new observation of a territory, from what was asked; what its value may be, its indicator says.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` citing PRJ-19 when the parts do not add up.
pub fn create(
    territory: &str,
    id: &str,
    draft: &pb::Observation,
    meaning: &Meaning,
    call: &Call,
) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "observation_id", id, 'o')?;
    let today = today(call.now).ok_or_else(|| Error::internal("the clock is beyond the calendar"))?;
    let mut observation = Model {
        name: format!("{territory}/observations/{id}"),
        uid: uid.to_string(),
        revision: 1,
        create_time: call.now,
        update_time: call.now,
        territory: territory.to_owned(),
        authority: String::new(),
        indicator: draft.indicator.clone(),
        period_start: today,
        period_end: today,
        value: Default::default(),
        cells: Default::default(),
        source: String::new(),
        dataset: String::new(),
        provisional: false,
    };
    wrong.check(update(&mut observation, draft, meaning))?;
    wrong.finish()?;
    Ok(observation)
}

/// Changes an observation to what the draft says.
///
/// # Errors
/// As [`create`].
pub fn update(observation: &mut Model, draft: &pb::Observation, meaning: &Meaning) -> Result<()> {
    describe(observation, draft, meaning).map_err(|error| error.under("observation"))
}

/// Takes over what a draft says, having looked at every field.
fn describe(observation: &mut Model, draft: &pb::Observation, meaning: &Meaning) -> Result<()> {
    let mut wrong = Violations::default();
    let days = match &draft.period {
        Some(period) => wrong.check(value::date_range("period", period, false))?,
        None => wrong.check(Err(Error::required("period")))?,
    };
    if let Some((start, Some(end))) = days {
        (observation.period_start, observation.period_end) = (start, end);
    }
    let said = draft.value.clone().unwrap_or_default();
    let said = wrong.check(meaning.check("value", &said))?;
    let cells = wrong.check(meaning.check_cells("cells", &draft.cells))?;
    observation.source = wrong.check(text::plain("source", &draft.source, LINE))?.unwrap_or_default();
    wrong.require("source", !draft.source.trim().is_empty());
    if !draft.dataset.is_empty() {
        wrong.check(name::check_reference("dataset", DATASET, &draft.dataset))?;
    }
    observation.dataset.clone_from(&draft.dataset);
    observation.provisional = draft.provisional;
    wrong.finish()?;
    let (said, cells) = (said.unwrap_or_default(), cells.unwrap_or_default());
    meaning.adds_up(&said, &cells)?;
    (observation.value, observation.cells) = (said.into(), cells.into());
    Ok(())
}

/// Only what is provisional is taken back: what was published is corrected.
///
/// # Errors
/// `FAILED_PRECONDITION` because of its state; `PERMISSION_DENIED`.
pub fn take_back(observation: &Model, call: &Call) -> Result<()> {
    call.caller.must(may_update(&call.caller, observation), &observation.name)?;
    if observation.provisional {
        return Ok(());
    }
    Err(Error::refused(
        "STATE",
        say!("it is not provisional: correct it instead", "elle n'est pas provisoire : corrigez-la plutôt"),
    ))
}

/// How far apart the parts of a share are, dimension by dimension, in percentage points: between the part with the lowest
/// share and the one with the highest. Parts of whom nothing is known, or without anybody in them, are left aside.
pub fn gaps(cells: &[pb::Cell]) -> Vec<pb::DivideGap> {
    let mut sums: BTreeMap<&str, BTreeMap<&str, (Decimal, Decimal)>> = BTreeMap::new();
    for cell in cells {
        let Some(value) = cell.value.as_ref().filter(|value| matches!(value.kind, Some(Kind::Ratio(_))))
        else {
            continue;
        };
        let (part, whole) = parts(value);
        // Where dimensions are crossed, each is told by the sum over the others.
        for pb::CellCoordinate { dimension, code } in &cell.coordinates {
            let sum = sums.entry(dimension).or_default().entry(code).or_default();
            (sum.0, sum.1) = (sum.0 + part, sum.1 + whole);
        }
    }
    sums.into_iter().filter_map(|(dimension, sums)| gap(dimension, &sums)).collect()
}

fn gap(dimension: &str, sums: &BTreeMap<&str, (Decimal, Decimal)>) -> Option<pb::DivideGap> {
    let known = sums.iter().filter(|(code, _)| **code != NOT_STATED);
    let shares: Vec<(Decimal, &str)> =
        known.filter_map(|(code, (part, whole))| Some((part.checked_div(*whole)?, *code))).collect();
    let (low, high) = (shares.iter().min()?, shares.iter().max_by_key(|(share, _)| *share)?);
    (shares.len() > 1).then(|| pb::DivideGap {
        dimension: dimension.to_owned(),
        low_code: low.1.to_owned(),
        high_code: high.1.to_owned(),
        points: ((high.0 - low.0) * Decimal::ONE_HUNDRED).round_dp(PRECISION).normalize().to_string(),
    })
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
