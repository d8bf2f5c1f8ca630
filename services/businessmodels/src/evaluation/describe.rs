//! What each field of an evaluation may hold. Pure.

use chassis::column::Packed;
use chassis::error::{Result, Violations};
use proto::businessmodels as pb;

use super::row::Model;

const MOST_SCORES: usize = 15;
const CONFLICTS: usize = 2000;

/// Takes over what a draft says of an evaluation, having looked at every field.
pub(crate) fn describe(evaluation: &mut Model, draft: &pb::Evaluation) -> Result<()> {
    let mut wrong = Violations::default();
    let mut scores = wrong.each("scores", &draft.scores, MOST_SCORES, score)?;
    let criteria: Vec<i32> = draft.scores.iter().map(|score| score.criterion).collect();
    wrong.once("scores", &criteria);
    scores.sort_by_key(|score| score.criterion);
    evaluation.scores = scores.into();
    evaluation.conflicts_declared =
        wrong.plain("conflicts_declared", &draft.conflicts_declared, CONFLICTS)?;
    wrong.finish()
}

fn score(field: &str, said: &pb::Score) -> Result<pb::Score> {
    let mut wrong = Violations::default();
    let at = |name: &str| format!("{field}.{name}");
    let criterion = wrong.coded::<pb::Criterion>(&at("criterion"), said.criterion, true)?;
    wrong.within(&at("score"), said.score, 1..=5);
    let mut justification = Packed::default();
    wrong.localized(&at("justification"), &mut justification, said.justification.as_ref(), true)?;
    wrong.finish()?;
    Ok(pb::Score { criterion: criterion.number(), score: said.score, justification: justification.set() })
}
