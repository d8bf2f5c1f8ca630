//! What each field of a project's indicator may hold. Pure.

use chassis::column::Day;
use chassis::error::{Error, Result, Violations};
use chassis::{name, say, text, value};
use proto::common::{DateRange, Origin};
use proto::projects as pb;

use super::row::Model;
use super::rules::{OUTCOME, OUTPUT, Periods, days};
use crate::measure::Meaning;

/// The pattern of names of reporting periods.
const REPORTING_PERIOD: &str = "reportingPeriods/{reporting_period}";
const LEVELS: [&str; 3] = [OUTPUT, OUTCOME, "3"];
/// Targets of one indicator, at most.
const MOST_TARGETS: usize = 200;
const COMMENT: usize = 2000;

/// Takes over what a draft says, having looked at every field. What was found and is sent back as it is is not looked at
/// again (BEY-8).
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` citing PRJ-19 when parts do not add up.
pub fn describe(indicator: &mut Model, draft: &pb::ProjectIndicator, periods: &Periods) -> Result<()> {
    let mut wrong = Violations::default();
    let meaning = indicator.meaning();
    wrong.check(said(indicator, draft))?;
    let baseline = draft.baseline.clone().unwrap_or_default();
    if baseline != *indicator.baseline {
        indicator.baseline = wrong.check(baseline_of(&meaning, &baseline))?.unwrap_or_default().into();
    }
    if draft.targets != *indicator.targets {
        indicator.targets =
            wrong.check(targets_of(&meaning, indicator, draft, periods))?.unwrap_or_default().into();
    }
    wrong.finish()?;
    settle(indicator);
    Ok(())
}

/// The words of it: the result that it shows, and of which level that is.
pub(crate) fn said(indicator: &mut Model, draft: &pb::ProjectIndicator) -> Result<()> {
    let mut wrong = Violations::default();
    let imported = indicator.origin == Origin::Imported;
    let as_found = imported && draft.result_level == indicator.result_level;
    if !as_found && !LEVELS.contains(&draft.result_level.as_str()) {
        wrong.add(
            "result_level",
            say!(
                "expected 1 (output), 2 (outcome) or 3 (impact)",
                "1 (extrant), 2 (effet) ou 3 (impact) attendu"
            ),
        );
    }
    indicator.result_level.clone_from(&draft.result_level);
    match &draft.result_title {
        Some(title) if imported && *title == *indicator.result_title => {}
        Some(title) => {
            if let Some(title) = wrong.check(text::check("result_title", title))? {
                indicator.result_title = text::revise(&indicator.result_title, title).into();
            }
        }
        None => wrong.require("result_title", false),
    }
    wrong.finish()
}

/// Notes what lists and rules ask of the baseline and the targets.
pub fn settle(indicator: &mut Model) {
    indicator.has_baseline = indicator.baseline.value.is_some();
    indicator.last_target = indicator.targets.iter().filter_map(days).map(|(_, end)| end).max();
}

fn baseline_of(meaning: &Meaning, baseline: &pb::Baseline) -> Result<pb::Baseline> {
    let mut wrong = Violations::default();
    let comment =
        wrong.check(text::plain("baseline.comment", &baseline.comment, COMMENT))?.unwrap_or_default();
    let value = baseline.value.as_ref().map(|value| meaning.check("baseline.value", value)).transpose();
    let value = wrong.check(value)?.flatten();
    let cells = wrong.check(meaning.check_cells("baseline.cells", &baseline.cells))?.unwrap_or_default();
    if let Some(date) = &baseline.baseline_date {
        wrong.check(Day::from_date("baseline.baseline_date", date))?;
    }
    if baseline.value.is_none() && *baseline != pb::Baseline::default() {
        wrong.require("baseline.comment", !comment.is_empty()); // why it is not known
        if !baseline.cells.is_empty() {
            wrong.require("baseline.value", false);
        }
    }
    wrong.finish()?;
    if let Some(value) = &value {
        meaning.adds_up(value, &cells)?;
    }
    Ok(pb::Baseline { value, baseline_date: baseline.baseline_date, comment, cells })
}

/// The targets in the order of their days, none of which is of two.
fn targets_of(
    meaning: &Meaning,
    indicator: &Model,
    draft: &pb::ProjectIndicator,
    periods: &Periods,
) -> Result<Vec<pb::Target>> {
    let mut wrong = Violations::default();
    if draft.targets.len() > MOST_TARGETS {
        wrong.add("targets", say!("at most {MOST_TARGETS}", "{MOST_TARGETS} au plus"));
        wrong.finish()?;
        return Ok(Vec::new());
    }
    let mut targets: Vec<((Day, Day), usize, pb::Target)> = Vec::new();
    for (index, target) in draft.targets.iter().enumerate() {
        let at = format!("targets[{index}]");
        let kept = days(target).filter(|_| indicator.targets.contains(target));
        match kept {
            Some(days) => targets.push((days, index, target.clone())),
            None => {
                let target = wrong.check(target_of(meaning, &at, target, periods))?;
                targets.extend(target.map(|(days, target)| (days, index, target)));
            }
        }
    }
    targets.sort_by_key(|(days, ..)| *days);
    for pair in targets.windows(2) {
        if let [((_, end), ..), ((start, _), index, _)] = pair
            && start <= end
        {
            wrong.add(
                format!("targets[{index}].period"),
                say!("another target is of the same days", "une autre cible porte sur les mêmes jours"),
            );
        }
    }
    wrong.finish()?;
    Ok(targets.into_iter().map(|(.., target)| target).collect())
}

fn target_of(
    meaning: &Meaning,
    at: &str,
    target: &pb::Target,
    periods: &Periods,
) -> Result<((Day, Day), pb::Target)> {
    let mut wrong = Violations::default();
    let days = wrong.check(days_of(at, target, periods))?;
    let value = target.value.clone().unwrap_or_default();
    let value = wrong.check(meaning.check(&format!("{at}.value"), &value))?;
    let cells = wrong.check(meaning.check_cells(&format!("{at}.cells"), &target.cells))?.unwrap_or_default();
    let comment = text::plain(&format!("{at}.comment"), &target.comment, COMMENT);
    let comment = wrong.check(comment)?.unwrap_or_default();
    wrong.finish()?;
    let (Some(days), Some(value)) = (days, value) else {
        return Err(Error::required(format!("{at}.value")));
    };
    meaning.adds_up(&value, &cells)?;
    let period = DateRange { start_date: Some(days.0.to_date()), end_date: Some(days.1.to_date()) };
    let reporting_period = target.reporting_period.clone();
    Ok((days, pb::Target { reporting_period, period: Some(period), value: Some(value), comment, cells }))
}

/// The days that a target is of: those of its reporting period, or its own.
fn days_of(at: &str, target: &pb::Target, periods: &Periods) -> Result<(Day, Day)> {
    if target.reporting_period.is_empty() {
        let period = target.period.unwrap_or_default();
        let (start, end) = value::date_range(&format!("{at}.period"), &period, false)?;
        return end.map(|end| (start, end)).ok_or_else(|| Error::required(format!("{at}.period.end_date")));
    }
    let field = format!("{at}.reporting_period");
    name::check_reference(&field, REPORTING_PERIOD, &target.reporting_period)?;
    let known = periods.get(&target.reporting_period).copied();
    known.ok_or_else(|| {
        Error::invalid(
            field,
            say!("there is no such reporting period", "cette période de rapport n'existe pas"),
        )
    })
}
