//! What the fields of a report may hold. Pure.

use std::collections::BTreeSet;

use chassis::column::{Coded, Day};
use chassis::error::{Error, Result, Violations};
use chassis::{say, text, value};
use proto::common::{DateRange, Evidence, LocalizedText};
use proto::projects as pb;
use proto::projects::report::Rating;

use super::ground::{Ground, is_computed, promised};
use super::row::Model;

const LONGEST_NOTE: usize = 2000;
const MOST_VALUES: usize = 2000;
const MOST_PARTS: usize = 200;

/// Writes into a report what a draft says.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn describe(report: &mut Model, draft: &pb::Report, ground: &Ground) -> Result<()> {
    let mut wrong = Violations::default();
    let values = wrong.check(values(draft, ground))?;
    let narrative = wrong.check(narrative(&report.narrative, draft.narrative.as_ref()))?;
    let sections =
        wrong.check(each("sections", &draft.sections, |at, section| section_of(at, section, ground)))?;
    let expenditures = wrong.check(each("expenditures", &draft.expenditures, |at, spent| {
        expenditure(at, spent, report, ground)
    }))?;
    let ratings = wrong.check(ratings(draft.ratings.as_ref()))?;
    let actions = wrong.check(each("corrective_actions", &draft.corrective_actions, |at, action| {
        corrective_action(at, action, ground)
    }))?;
    let evidence = wrong.check(proofs("evidence", &draft.evidence))?;
    wrong.finish()?;
    let named = || Error::internal("a wrong field was not named");
    report.values = values.ok_or_else(named)?.into();
    report.narrative = narrative.ok_or_else(named)?.into();
    report.sections = sections.ok_or_else(named)?.into();
    report.expenditures = expenditures.ok_or_else(named)?.into();
    report.ratings = ratings.ok_or_else(named)?.into();
    report.corrective_actions = actions.ok_or_else(named)?.into();
    report.evidence = evidence.ok_or_else(named)?.into();
    report.is_final = draft.r#final;
    report.lead_partner.clone_from(&ground.project.lead_partner);
    report.participants =
        ground.project.participants.iter().map(|participant| participant.partner.as_str()).collect();
    Ok(())
}

/// Each of several things, with the path of its field.
fn each<T, R>(field: &str, all: &[T], mut read: impl FnMut(&str, &T) -> Result<R>) -> Result<Vec<R>> {
    let mut wrong = Violations::default();
    if all.len() > MOST_PARTS {
        return Err(Error::invalid(field, say!("at most {MOST_PARTS}", "{MOST_PARTS} au plus")));
    }
    let mut found = Vec::with_capacity(all.len());
    for (index, one) in all.iter().enumerate() {
        found.extend(wrong.check(read(&format!("{field}[{index}]"), one))?);
    }
    wrong.finish()?;
    Ok(found)
}

/// The figures, each of an indicator of the project, in the form that the indicator asks for.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong figure; of one that the registry computes (PRJ-20) too.
pub fn values(draft: &pb::Report, ground: &Ground) -> Result<Vec<pb::ReportValue>> {
    let mut wrong = Violations::default();
    if draft.values.len() > MOST_VALUES {
        return Err(Error::invalid("values", say!("at most {MOST_VALUES}", "{MOST_VALUES} au plus")));
    }
    let mut seen = BTreeSet::new();
    let mut found = Vec::with_capacity(draft.values.len());
    for (index, value) in draft.values.iter().enumerate() {
        let at = format!("values[{index}]");
        if !seen.insert(value.project_indicator.as_str()) {
            wrong.add(
                format!("{at}.project_indicator"),
                say!("each indicator once", "chaque indicateur une seule fois"),
            );
        }
        found.extend(wrong.check(figure(&at, value, ground))?);
    }
    wrong.finish()?;
    Ok(found)
}

/// One figure.
///
/// # Errors
/// As [`values`].
pub fn figure(at: &str, value: &pb::ReportValue, ground: &Ground) -> Result<pb::ReportValue> {
    let field = format!("{at}.project_indicator");
    let promise = promised(ground, &field, &value.project_indicator)?;
    if is_computed(promise) {
        return Err(Error::invalid(
            field,
            say!(
                "the registry computes this indicator: leave it out (PRJ-20)",
                "le registre calcule cet indicateur : ne l'envoyez pas (PRJ-20)"
            ),
        ));
    }
    let mut wrong = Violations::default();
    let actual = match &value.actual {
        None => None,
        Some(actual) => wrong.check(promise.meaning().check(&format!("{at}.actual"), actual))?,
    };
    let cells = wrong.check(promise.meaning().check_cells(&format!("{at}.cells"), &value.cells))?;
    let comment = wrong.check(text::plain(&format!("{at}.comment"), &value.comment, LONGEST_NOTE))?;
    let reason = format!("{at}.no_value_reason");
    let no_value_reason = wrong.check(text::plain(&reason, &value.no_value_reason, LONGEST_NOTE))?;
    if value.actual.is_some() && !value.no_value_reason.is_empty() {
        wrong.add(reason, say!("only where there is no value", "seulement s'il n'y a pas de valeur"));
    }
    if value.actual.is_none() && !value.cells.is_empty() {
        wrong.add(format!("{at}.actual"), say!("parts need their whole", "des parties demandent leur total"));
    }
    wrong.finish()?;
    Ok(pb::ReportValue {
        project_indicator: value.project_indicator.clone(),
        actual,
        cells: cells.unwrap_or_default(),
        comment: comment.unwrap_or_default(),
        no_value_reason: no_value_reason.unwrap_or_default(),
    })
}

fn narrative(
    before: &pb::ReportNarrative,
    narrative: Option<&pb::ReportNarrative>,
) -> Result<pb::ReportNarrative> {
    let Some(told) = narrative else { return Ok(pb::ReportNarrative::default()) };
    let mut wrong = Violations::default();
    let mut words = |field: &str, before: &Option<LocalizedText>, words: &Option<LocalizedText>| {
        let Some(words) = words.as_ref().filter(|words| !words.translations.is_empty()) else {
            return Ok(None);
        };
        let checked = wrong.check(text::check(&format!("narrative.{field}"), words))?;
        Ok::<_, Error>(checked.map(|words| match before {
            Some(before) => text::revise(before, words),
            None => words,
        }))
    };
    let told = pb::ReportNarrative {
        progress: words("progress", &before.progress, &told.progress)?,
        difficulties: words("difficulties", &before.difficulties, &told.difficulties)?,
        lessons: words("lessons", &before.lessons, &told.lessons)?,
        next_steps: words("next_steps", &before.next_steps, &told.next_steps)?,
    };
    wrong.finish()?;
    Ok(told)
}

fn section_of(at: &str, section: &pb::ReportSection, ground: &Ground) -> Result<pb::ReportSection> {
    let mut wrong = Violations::default();
    wrong.check(takes_part(&format!("{at}.partner"), &section.partner, ground))?;
    let text = wrong.check(match &section.text {
        None => Err(Error::required(format!("{at}.text"))),
        Some(text) => text::check(&format!("{at}.text"), text),
    })?;
    let evidence = wrong.check(proofs(&format!("{at}.evidence"), &section.evidence))?;
    wrong.finish()?;
    let partner = section.partner.clone();
    Ok(pb::ReportSection { partner, text, evidence: evidence.unwrap_or_default() })
}

fn takes_part(field: &str, partner: &str, ground: &Ground) -> Result<()> {
    match partner {
        "" => Err(Error::required(field)),
        partner if ground.takes_part(partner) => Ok(()),
        _ => Err(Error::invalid(
            field,
            say!("it has no part in the project", "cette organisation ne participe pas au projet"),
        )),
    }
}

/// Money spent: on a line of the budget, in its currency, within the period (PRJ-22).
fn expenditure(
    at: &str,
    spent: &pb::Expenditure,
    report: &Model,
    ground: &Ground,
) -> Result<pb::Expenditure> {
    let mut wrong = Violations::default();
    let line = ground.project.budget_lines.iter().find(|line| line.line_id == spent.budget_line);
    let line = line.filter(|_| !spent.budget_line.is_empty());
    if line.is_none() {
        wrong.add(
            format!("{at}.budget_line"),
            say!("the project's budget has no such line", "le budget du projet n'a pas cette ligne"),
        );
    }
    let amount = wrong.check(match &spent.amount {
        None => Err(Error::required(format!("{at}.amount"))),
        Some(amount) => value::money(&format!("{at}.amount"), amount),
    })?;
    let currency = line.and_then(|line| line.amount.as_ref()).map(|amount| amount.currency_code.as_str());
    if let (Some(amount), Some(currency)) = (&amount, currency)
        && amount.currency_code != currency
    {
        wrong.add(
            format!("{at}.amount.currency_code"),
            say!("the line is in {currency}", "la ligne est en {currency}"),
        );
    }
    if let Some(period) = &spent.period {
        wrong.check(within(&format!("{at}.period"), period, report))?;
    }
    wrong.finish()?;
    Ok(pb::Expenditure { budget_line: spent.budget_line.clone(), amount, period: spent.period })
}

/// The days lie in the report's period (PRJ-22).
fn within(field: &str, days: &DateRange, report: &Model) -> Result<()> {
    let (start, end) = value::date_range(field, days, false)?;
    let inside = report.period_start <= start && end.is_some_and(|end| end <= report.period_end);
    let (first, last) = (report.period_start, report.period_end);
    match inside {
        true => Ok(()),
        false => Err(Error::invalid(
            field,
            say!(
                "outside the reporting period, {first} to {last} (PRJ-22)",
                "hors de la période de rapport, du {first} au {last} (PRJ-22)"
            ),
        )),
    }
}

fn ratings(ratings: Option<&pb::ReportRatings>) -> Result<pb::ReportRatings> {
    let Some(given) = ratings else { return Ok(pb::ReportRatings::default()) };
    let mut wrong = Violations::default();
    let mut read = |field: &str, rating: &Option<pb::ReportRating>| -> Result<Option<pb::ReportRating>> {
        let Some(rating) = rating else { return Ok(None) };
        let at = format!("ratings.{field}");
        let declared = wrong.check(Coded::<Rating>::read(&format!("{at}.declared"), rating.declared))?;
        let reason = format!("{at}.override_reason");
        let override_reason = wrong.check(text::plain(&reason, &rating.override_reason, LONGEST_NOTE))?;
        Ok(Some(pb::ReportRating {
            suggested: Rating::Unspecified.into(), // `ratings.rs` says it
            declared: declared.map_or(0, Coded::number),
            override_reason: override_reason.unwrap_or_default(),
        }))
    };
    let ratings = pb::ReportRatings {
        schedule: read("schedule", &given.schedule)?,
        results: read("results", &given.results)?,
        budget: read("budget", &given.budget)?,
        inclusion: read("inclusion", &given.inclusion)?,
    };
    wrong.finish()?;
    Ok(ratings)
}

fn corrective_action(
    at: &str,
    action: &pb::CorrectiveAction,
    ground: &Ground,
) -> Result<pb::CorrectiveAction> {
    let mut wrong = Violations::default();
    let text = wrong.check(text::plain(&format!("{at}.text"), &action.text, LONGEST_NOTE))?;
    wrong.require(&format!("{at}.text"), text.as_ref().is_none_or(|text| !text.is_empty()));
    wrong.check(takes_part(&format!("{at}.owner"), &action.owner, ground))?;
    let due = format!("{at}.due_date");
    let day = wrong.check(match &action.due_date {
        None => Err(Error::required(&due)),
        Some(date) => Day::from_date(&due, date),
    })?;
    wrong.finish()?;
    Ok(pb::CorrectiveAction {
        text: text.unwrap_or_default(),
        owner: action.owner.clone(),
        due_date: day.map(Day::to_date),
        done: action.done,
    })
}

fn proofs(field: &str, evidence: &[Evidence]) -> Result<Vec<Evidence>> {
    each(field, evidence, value::evidence)
}
