//! What each field of a strategy may hold. Pure.

use chassis::error::{Error, Result, Violations};
use chassis::{say, value};
use proto::common::Evidence;
use proto::projects as pb;

use super::row::Model;
use super::rules::PATTERN;
use crate::need::rules::PATTERN as NEED;

const INDICATOR: &str = "indicators/{indicator}";
const MOST_NEEDS: usize = 100;
const MOST_OBJECTIVES: usize = 50;
const LINE: usize = 500;
/// Months between two reviews.
const REVIEW: std::ops::RangeInclusive<i32> = 1..=60;

/// Takes over what a draft says of a strategy, having looked at every field.
pub(crate) fn describe(row: &mut Model, draft: &pb::Strategy) -> Result<()> {
    let mut wrong = Violations::default();
    wrong.localized("title", &mut row.title, draft.title.as_ref(), true)?;
    match &draft.period {
        None => wrong.require("period", false),
        Some(period) => {
            if let Some((start, Some(end))) = wrong.check(value::date_range("period", period, false))? {
                (row.period_start, row.period_end) = (start, end);
            }
        }
    }
    row.needs = wrong.references("needs", NEED, &draft.needs)?;
    wrong.require("needs", !draft.needs.is_empty());
    if draft.needs.len() > MOST_NEEDS {
        wrong.add("needs", say!("at most {MOST_NEEDS}", "{MOST_NEEDS} au plus"));
    }
    row.objectives = wrong.each("objectives", &draft.objectives, MOST_OBJECTIVES, objective)?.into();
    wrong.require("objectives", !draft.objectives.is_empty());
    match &draft.governance {
        None => wrong.require("governance", false),
        Some(said) => {
            if let Some(said) = wrong.check(governance(said).map_err(|error| error.under("governance")))? {
                row.governance = said.into();
            }
        }
    }
    for (field, kept, said) in [
        ("inclusion_policy", &mut row.inclusion_policy, &draft.inclusion_policy),
        ("data_policy", &mut row.data_policy, &draft.data_policy),
        ("procurement_policy", &mut row.procurement_policy, &draft.procurement_policy),
    ] {
        *kept = policy(&mut wrong, field, said.as_ref())?.into();
    }
    wrong.reference("predecessor", PATTERN, &draft.predecessor)?;
    let of_territory = draft.predecessor.starts_with(&format!("{}/strategies/", row.territory));
    if draft.predecessor == row.name || !(draft.predecessor.is_empty() || of_territory) {
        wrong.add(
            "predecessor",
            say!("expected another strategy of this territory", "autre stratégie de ce territoire attendue"),
        );
    }
    row.predecessor.clone_from(&draft.predecessor);
    wrong.finish()
}

fn policy(wrong: &mut Violations, field: &str, said: Option<&Evidence>) -> Result<Evidence> {
    let read = said.map(|said| value::evidence(field, said)).transpose();
    Ok(wrong.check(read)?.flatten().unwrap_or_default())
}

fn objective(field: &str, said: &pb::StrategyObjective) -> Result<pb::StrategyObjective> {
    let mut wrong = Violations::default();
    let at = |part: &str| format!("{field}.{part}");
    let text = match &said.text {
        None => Err(Error::required(at("text"))),
        Some(text) => chassis::text::check(&at("text"), text),
    };
    let text = wrong.check(text)?;
    wrong.reference(&at("indicator"), INDICATOR, &said.indicator)?;
    let target = said.target.as_ref().map(|target| value::number(&at("target"), target)).transpose();
    let target = wrong.check(target)?.flatten();
    if target.is_some() && said.indicator.is_empty() {
        wrong.add(at("indicator"), say!("a target needs its indicator", "une cible demande son indicateur"));
    }
    wrong.finish()?;
    Ok(pb::StrategyObjective {
        text,
        indicator: said.indicator.clone(),
        target: target.map(value::decimal_value),
    })
}

fn governance(said: &pb::StrategyGovernance) -> Result<pb::StrategyGovernance> {
    let mut wrong = Violations::default();
    let body = wrong.plain("body", &said.body, LINE)?;
    wrong.require("body", !body.is_empty());
    let lead = wrong.plain("data_governance_lead", &said.data_governance_lead, LINE)?;
    wrong.require("data_governance_lead", !lead.is_empty());
    wrong.within("review_months", said.review_months, REVIEW);
    wrong.finish()?;
    Ok(pb::StrategyGovernance { body, data_governance_lead: lead, review_months: said.review_months })
}
