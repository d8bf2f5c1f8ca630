//! What each field of a contribution may hold. Pure.

use chassis::error::{Result, Violations};
use proto::partners as pb;

use super::row::Model;
use crate::recommendation::rules::PATTERN as RECOMMENDATION;

/// Takes over what a draft says of a contribution, having looked at every field.
pub(crate) fn describe(contribution: &mut Model, draft: &pb::Contribution) -> Result<()> {
    let mut wrong = Violations::default();
    wrong.localized("title", &mut contribution.title, draft.title.as_ref(), true)?;
    wrong.localized("body", &mut contribution.body, draft.body.as_ref(), true)?;
    contribution.kind = wrong.coded("kind", draft.kind, false)?;
    contribution.recommendations =
        wrong.references("recommendations", RECOMMENDATION, &draft.recommendations)?;
    wrong.finish()
}
