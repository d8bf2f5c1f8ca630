//! How a project goes, in four respects (PRJ-23): what the figures say, and what its partner says of it. Pure.
//!
//! | respect | what is suggested |
//! |---|---|
//! | results | the worst of the outcomes that have a target due; of the outputs where no outcome has |
//! | schedule | 1 − delay ÷ planned length, by the same thresholds; the delay is the greater of how much later the work began and how far the period lies beyond the planned end |
//! | budget | 1 − overspending ÷ budget, of the worst line; never green when a line is overspent; not rated when nothing was spent |
//! | inclusion | red with a safeguard unanswered, amber with one still planned, else green; not rated when none is answered (imported) |

use std::collections::BTreeMap;

use chassis::error::{Error, Result};
use chassis::say;
use proto::projects as pb;
use proto::projects::project::State as ProjectState;
use proto::projects::report::Rating;
use proto::projects::safeguard::Status;
use rust_decimal::Decimal;

use super::figures;
use super::ground::{Ground, is_due};
use super::row::Model;
use super::rules::worst;
use crate::project::guards::SAFEGUARDS;
use crate::project_indicator::row::Model as Promise;

const OUTPUT: &str = "1";
const OUTCOME: &str = "2";

/// Writes what the figures suggest beside what the partner declares, and the worst of it all.
pub fn rate(report: &mut Model, ground: &Ground) {
    let suggested =
        [schedule(report, ground), results(report, ground), budget(report, ground), inclusion(ground)];
    let given = &report.ratings;
    let [schedule, results, budget, inclusion] =
        [&given.schedule, &given.results, &given.budget, &given.inclusion].map(Clone::clone);
    let with = |rating: Option<pb::ReportRating>, suggested: Rating| {
        Some(pb::ReportRating { suggested: suggested.into(), ..rating.unwrap_or_default() })
    };
    report.ratings = pb::ReportRatings {
        schedule: with(schedule, suggested[0]),
        results: with(results, suggested[1]),
        budget: with(budget, suggested[2]),
        inclusion: with(inclusion, suggested[3]),
    }
    .into();
    report.overall_rating = worst(effective(report).map(|(_, rating)| rating));
}

/// The four respects, each by its field.
fn respects(report: &Model) -> [(&'static str, &Option<pb::ReportRating>); 4] {
    let ratings = &report.ratings;
    [
        ("schedule", &ratings.schedule),
        ("results", &ratings.results),
        ("budget", &ratings.budget),
        ("inclusion", &ratings.inclusion),
    ]
}

/// What counts in each respect: what the partner declares, else what the figures suggest.
pub fn effective(report: &Model) -> [(&'static str, Rating); 4] {
    respects(report).map(|(respect, rating)| {
        let (declared, suggested) =
            rating.as_ref().map(|rating| (rating.declared(), rating.suggested())).unwrap_or_default();
        (respect, if declared == Rating::Unspecified { suggested } else { declared })
    })
}

/// Nothing is said to go better than its figures without a reason (PRJ-23), and no overspent budget is green (PRJ-22).
///
/// # Errors
/// `FAILED_PRECONDITION` citing PRJ-22 or PRJ-23.
pub fn honest(report: &Model, ground: &Ground) -> Result<()> {
    let green = effective(report).contains(&("budget", Rating::Green));
    if green && let Some(line) = overspent(report, ground).first().map(|(line, _)| line) {
        return Err(Error::refused(
            "PRJ-22",
            say!(
                "more was spent on the budget line {line} than it holds: ratings.budget cannot be green",
                "la ligne budgétaire {line} est dépassée : ratings.budget ne peut pas être vert"
            ),
        )
        .about("field", "ratings.budget"));
    }
    for (respect, rating) in respects(report) {
        let Some(rating) = rating else { continue };
        if rating.override_reason.is_empty() && flatters(rating) {
            return Err(Error::refused(
                "PRJ-23",
                say!(
                    "ratings.{respect} is declared better than its figures: say why in override_reason",
                    "ratings.{respect} est déclaré meilleur que ses chiffres : dites pourquoi dans override_reason"
                ),
            )
            .about("field", format!("ratings.{respect}")));
        }
    }
    Ok(())
}

/// Declared better than suggested; to say that it cannot be rated when it can is that too.
fn flatters(rating: &pb::ReportRating) -> bool {
    let rank = |rating| match rating {
        Rating::Red => 3,
        Rating::Amber => 2,
        Rating::Green => 1,
        Rating::NotRated | Rating::Unspecified => 0,
    };
    rating.declared() != Rating::Unspecified && rank(rating.declared()) < rank(rating.suggested())
}

fn results(report: &Model, ground: &Ground) -> Rating {
    let of_level = |level: &str| {
        let due: Vec<&Promise> = ground
            .promises
            .iter()
            .filter(|promise| promise.result_level == level && is_due(promise, report))
            .collect();
        (!due.is_empty())
            .then(|| worst(due.iter().map(|promise| figures::rate(promise, report, ground))).get())
    };
    of_level(OUTCOME).or_else(|| of_level(OUTPUT)).unwrap_or(Rating::NotRated)
}

fn schedule(report: &Model, ground: &Ground) -> Rating {
    let project = &ground.project;
    let (Some(start), Some(end)) = (project.planned_start, project.planned_end) else {
        return Rating::NotRated;
    };
    let length = (*end - *start).num_days() + 1;
    let begun_late = project.actual_start.map_or(0, |begun| (*begun - *start).num_days());
    let worked_until = match project.state.get() {
        ProjectState::Active | ProjectState::Suspended => project.actual_end.unwrap_or(report.period_end),
        _ => project.actual_end.unwrap_or(end),
    };
    let beyond = (*worked_until - *end).num_days();
    let delay = begun_late.max(beyond).max(0);
    match Decimal::from(delay).checked_div(length.into()) {
        Some(delay) => figures::by_share(Decimal::ONE - delay, &ground.agreed),
        None => Rating::NotRated,
    }
}

fn budget(report: &Model, ground: &Ground) -> Rating {
    if spent(report, ground).is_empty() {
        return Rating::NotRated;
    }
    let worst_share = overspent(report, ground).into_iter().map(|(_, share)| share).max();
    match worst_share.map(|share| figures::by_share(Decimal::ONE - share, &ground.agreed)) {
        None => Rating::Green,
        Some(Rating::Green) => Rating::Amber,
        Some(worse) => worse,
    }
}

/// What was spent on each line until the end of the period, in minor units.
fn spent<'g>(report: &'g Model, ground: &'g Ground) -> BTreeMap<&'g str, i128> {
    let mut spent = BTreeMap::new();
    for expenditure in ground.before(report).chain([report]).flat_map(|report| report.expenditures.iter()) {
        let units = expenditure.amount.as_ref().map_or(0, |amount| i128::from(amount.minor_units));
        *spent.entry(expenditure.budget_line.as_str()).or_default() += units;
    }
    spent
}

/// The lines on which more was spent than they hold, each with the share of it that was too much (PRJ-22).
fn overspent<'g>(report: &'g Model, ground: &'g Ground) -> Vec<(&'g str, Decimal)> {
    let spent = spent(report, ground);
    let over = |line: &'g pb::BudgetLine| {
        let held = i128::from(line.amount.as_ref()?.minor_units);
        let over = spent.get(line.line_id.as_str())? - held;
        let over = (over > 0).then_some(Decimal::try_from_i128_with_scale(over, 0).ok()?)?;
        let held = Decimal::try_from_i128_with_scale(held, 0).ok()?;
        Some((line.line_id.as_str(), over.checked_div(held).unwrap_or(Decimal::ONE)))
    };
    ground.project.budget_lines.iter().filter_map(over).collect()
}

fn inclusion(ground: &Ground) -> Rating {
    let status = |code: &&str| {
        let answer = ground.project.safeguards.iter().find(|safeguard| safeguard.code == **code);
        answer.map_or(Status::Unspecified, pb::Safeguard::status)
    };
    let answers: Vec<Status> = SAFEGUARDS.iter().map(status).collect();
    match () {
        () if answers.iter().all(|answer| *answer == Status::Unspecified) => Rating::NotRated,
        () if answers.contains(&Status::Unspecified) => Rating::Red,
        () if answers.contains(&Status::Planned) => Rating::Amber,
        () => Rating::Green,
    }
}
