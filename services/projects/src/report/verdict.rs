//! What reviewers decide, and what a correction changes. Pure.

use chassis::error::{Error, Result, Violations};
use chassis::{Call, name, say, text};
use proto::common::Origin;
use proto::projects as pb;
use proto::projects::report::State;
use proto::projects::review_report_request::Decision;

use super::ground::{Ground, promised};
use super::row::Model;
use super::rules::{LIFECYCLE, days_after};
use super::{ratings, rules};
use crate::measure;

const LONGEST_COMMENT: usize = 2000;
const MOST_COMMENTS: usize = 500;

/// What a reviewer says with a decision.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Accept or return.
    pub decision: Decision,
    /// Of the whole.
    pub comment: String,
    /// Figure by figure.
    pub comments: Vec<pb::ReviewComment>,
}

/// Accepts a report, which seals it, or returns it with comments and some days to answer them.
///
/// # Errors
/// As [`chassis::lifecycle::Lifecycle::take_to`]; `INVALID_ARGUMENT` without a decision, or without the comment that a
/// return needs.
pub fn review(report: &mut Model, verdict: &Verdict, ground: &Ground, call: &Call) -> Result<()> {
    let to = if verdict.decision == Decision::Return { State::Returned } else { State::Accepted };
    LIFECYCLE.take_to("ReviewReport", to, report, call)?;
    let said = comments(verdict, ground, call)?;
    match verdict.decision {
        Decision::Unspecified => return Err(Error::required("decision")),
        Decision::Return if said.is_empty() => return Err(Error::required("comment")),
        Decision::Return => {
            report.grace_until = days_after(ground.agreed.zone, call.now, ground.agreed.return_grace_days);
            report.returned_values = report.values.clone();
        }
        Decision::Accept => {
            ratings::rate(report, ground);
            report.accept_time = Some(call.now);
            report.grace_until = None;
            if let Some(corrected) = ground.corrected(report) {
                restate(report, corrected);
            }
        }
    }
    report.review_comments.extend(said);
    report.review_due = None;
    report.state_time = call.now;
    Ok(())
}

fn comments(verdict: &Verdict, ground: &Ground, call: &Call) -> Result<Vec<pb::ReviewComment>> {
    let mut wrong = Violations::default();
    let of_all = pb::ReviewComment { text: verdict.comment.clone(), ..Default::default() };
    let whole = (!verdict.comment.trim().is_empty()).then_some(("comment".to_owned(), &of_all));
    if verdict.comments.len() > MOST_COMMENTS {
        return Err(Error::invalid("comments", say!("at most {MOST_COMMENTS}", "{MOST_COMMENTS} au plus")));
    }
    let each = verdict.comments.iter().enumerate();
    let each = each.map(|(index, comment)| (format!("comments[{index}].text"), comment));
    let mut said = Vec::new();
    for (field, comment) in whole.into_iter().chain(each) {
        let text = wrong.check(text::plain(&field, &comment.text, LONGEST_COMMENT))?.unwrap_or_default();
        if text.is_empty() && comment.text.trim().is_empty() {
            wrong.add(&*field, say!("required", "obligatoire"));
        }
        if !comment.project_indicator.is_empty() {
            let of = field.replace(".text", ".project_indicator");
            wrong.check(promised(ground, &of, &comment.project_indicator).map(drop))?;
        }
        said.push(pb::ReviewComment {
            project_indicator: comment.project_indicator.clone(),
            text,
            time: Some(call.now.to_timestamp()),
            reviewer: call.caller.subject.clone(),
        });
    }
    wrong.finish()?;
    Ok(said)
}

/// A draft that corrects an accepted report: all that it says, to be changed (BEY-4).
///
/// # Errors
/// As [`chassis::lifecycle::Lifecycle::take`]; `INVALID_ARGUMENT` without a reason.
pub fn correct(accepted: &Model, call: &Call) -> Result<Model> {
    LIFECYCLE.take("CorrectReport", &mut accepted.clone(), call)?;
    let reason = call.reason_required()?.to_owned();
    let (id, uid) = name::new_id('t');
    Ok(Model {
        name: format!("{}/reports/{id}", accepted.project),
        uid: uid.to_string(),
        revision: 1,
        create_time: call.now,
        update_time: call.now,
        state: State::Draft.into(),
        state_time: call.now,
        review_comments: Default::default(),
        returned_values: Default::default(),
        corrects: accepted.name.clone(),
        corrected_by: String::new(),
        correction: accepted.correction.saturating_add(1),
        correction_reason: reason,
        restatements: Default::default(),
        submitter: String::new(),
        submit_time: None,
        accept_time: None,
        supersede_time: None,
        grace_until: None,
        review_due: None,
        origin: Origin::Registered.into(),
        ..accepted.clone()
    })
}

/// The report that a correction replaces counts no longer, from the instant that the correction counts.
pub fn supersede(corrected: &mut Model, correction: &Model) {
    corrected.state = State::Superseded.into();
    corrected.corrected_by.clone_from(&correction.name);
    corrected.supersede_time = correction.accept_time;
    corrected.state_time = correction.state_time;
}

/// What a correction changes, figure by figure: old value, new value, and their difference where both are numbers.
pub fn restate(correction: &mut Model, corrected: &Model) {
    let names = corrected.values.iter().chain(correction.values.iter()).map(|value| &value.project_indicator);
    let mut names: Vec<&String> = names.collect();
    names.sort_unstable();
    names.dedup();
    let of = |report: &Model, name: &str| {
        report.values.iter().find(|value| value.project_indicator == name).cloned().unwrap_or_default()
    };
    let restated = names.into_iter().filter_map(|name| {
        let (old, new) = (of(corrected, name), of(correction, name));
        if (&old.actual, &old.cells) == (&new.actual, &new.cells) {
            return None;
        }
        let number = |value: &Option<pb::IndicatorValue>| value.as_ref().and_then(measure::as_number);
        let difference =
            number(&new.actual).zip(number(&old.actual)).and_then(|(new, old)| new.checked_sub(old));
        Some(pb::Restatement {
            project_indicator: name.clone(),
            old_value: old.actual,
            new_value: new.actual,
            difference: difference.map(chassis::value::decimal_value),
        })
    });
    correction.restatements = restated.collect::<Vec<_>>().into();
}

/// A report of the past, as it was found: it counts at once, and no guard is applied to it (BEY-8).
pub fn as_found(mut report: Model, accepted: chassis::column::Micros) -> Model {
    report.origin = Origin::Imported.into();
    report.state = State::Accepted.into();
    report.state_time = accepted;
    report.accept_time = Some(accepted);
    report.overall_rating = rules::worst([]);
    report
}
