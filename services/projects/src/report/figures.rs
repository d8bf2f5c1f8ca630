//! The figures of a report against what was promised: complete, closed, proven; and how far they have come. Pure.

use chassis::error::{Error, Result};
use chassis::say;
use chassis::say::Text;
use proto::projects::report::Rating;
use rust_decimal::Decimal;

use super::ground::{Ground, actual, is_computed, is_due, steps, title};
use super::ratings;
use super::row::Model;
use crate::project_indicator::course::Standing;
use crate::project_indicator::row::Model as Promise;
use crate::settings::Agreed;

/// Outcome and impact, codes of the IATI list `ResultType`.
const TO_BE_PROVEN: &[&str] = &["2", "3"];

/// The figures are complete, add up and are proven, and what goes badly is acted on.
///
/// # Errors
/// `FAILED_PRECONDITION` citing PRJ-18, PRJ-19 or PRJ-21.
pub fn complete(report: &Model, ground: &Ground) -> Result<()> {
    if report.narrative.progress.is_none() {
        return Err(Error::refused(
            "REPORT_FIELDS",
            say!(
                "say first what was done: narrative.progress",
                "dites d'abord ce qui a été fait : narrative.progress"
            ),
        )
        .about("field", "narrative.progress"));
    }
    let silent = ground.promises.iter().filter(|promise| !is_computed(promise) && is_due(promise, report));
    let silent: Vec<&Promise> = silent.filter(|promise| !is_answered(report, promise)).collect();
    if !silent.is_empty() {
        return Err(unanswered(&silent));
    }
    for value in report.values.iter() {
        if let (Some(promise), Some(actual)) = (ground.promise(&value.project_indicator), &value.actual) {
            promise.meaning().adds_up(actual, &value.cells).map_err(|refusal| of(promise, refusal))?;
        }
    }
    proven(report, ground)?;
    let bad = ratings::effective(report).into_iter().find(|(_, rating)| is_bad(*rating));
    if let Some((respect, _)) = bad
        && report.corrective_actions.is_empty()
    {
        return Err(Error::refused(
            "PRJ-21",
            say!(
                "ratings.{respect} is amber or red: add a corrective action, with its owner and its date",
                "ratings.{respect} est orange ou rouge : ajoutez une action corrective, avec responsable et échéance"
            ),
        )
        .about("field", "corrective_actions"));
    }
    Ok(())
}

fn is_bad(rating: Rating) -> bool {
    matches!(rating, Rating::Amber | Rating::Red)
}

fn is_answered(report: &Model, promise: &Promise) -> bool {
    let value = report.values.iter().find(|value| value.project_indicator == promise.name);
    value.is_some_and(|value| value.actual.is_some() || !value.no_value_reason.is_empty())
}

fn unanswered(silent: &[&Promise]) -> Error {
    let named: Vec<String> =
        silent.iter().take(10).map(|promise| format!("{} ({})", title(promise), promise.name)).collect();
    let (count, named) = (silent.len(), named.join(", "));
    Error::refused(
        "PRJ-18",
        say!(
            "{count} indicators due in this period have neither a value nor a no_value_reason: {named}",
            "{count} indicateurs attendus sur cette période n'ont ni valeur ni motif d'absence : {named}"
        ),
    )
    .about("project_indicators", join(silent))
}

fn join(promises: &[&Promise]) -> String {
    promises.iter().take(50).map(|promise| promise.name.as_str()).collect::<Vec<_>>().join(" ")
}

/// A refusal that says of which indicator it is.
fn of(promise: &Promise, refusal: Error) -> Error {
    match refusal {
        Error::Refused { rule, why: Text { en, fr }, facts } => {
            let title = title(promise);
            Error::Refused { rule, why: say!("{title}: {en}", "{title} : {fr}"), facts }
                .about("project_indicator", &promise.name)
        }
        other => other,
    }
}

/// Effects, impacts and anything red are shown by evidence (PRJ-21).
fn proven(report: &Model, ground: &Ground) -> Result<()> {
    let shown =
        !report.evidence.is_empty() || report.sections.iter().any(|section| !section.evidence.is_empty());
    if shown {
        return Ok(());
    }
    let effect = ground.promises.iter().find(|promise| {
        TO_BE_PROVEN.contains(&promise.result_level.as_str()) && actual(report, promise).is_some()
    });
    if let Some(effect) = effect {
        let title = title(effect);
        return Err(Error::refused(
            "PRJ-21",
            say!(
                "{title} is an outcome or impact: add evidence of it",
                "{title} est un effet ou un impact : ajoutez-en une preuve"
            ),
        )
        .about("field", "evidence"));
    }
    match ratings::effective(report).into_iter().find(|(_, rating)| *rating == Rating::Red) {
        None => Ok(()),
        Some((respect, _)) => Err(Error::refused(
            "PRJ-21",
            say!(
                "ratings.{respect} is red: add evidence of how it stands",
                "ratings.{respect} est rouge : ajoutez une preuve de la situation"
            ),
        )
        .about("field", "evidence")),
    }
}

/// How far an indicator has come in the days of a report, by the network's thresholds (PRJ-23).
pub fn rate(promise: &Promise, report: &Model, ground: &Ground) -> Rating {
    let mut course = promise.course();
    course.actuals = steps(promise, report, ground);
    let standing = course.standing(report.period_start, report.period_end);
    standing
        .and_then(Standing::achievement)
        .map_or(Rating::NotRated, |achievement| by_share(achievement, &ground.agreed))
}

/// A share of what was planned, by the network's thresholds.
pub fn by_share(share: Decimal, agreed: &Agreed) -> Rating {
    match share {
        share if share >= agreed.green => Rating::Green,
        share if share >= agreed.amber => Rating::Amber,
        _ => Rating::Red,
    }
}
