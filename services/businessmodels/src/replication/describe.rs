//! What each field of a replication may hold. Pure.

use chassis::column::Packed;
use chassis::error::{Result, Violations};
use proto::businessmodels as pb;

use super::row::Model;

const MOST_GAPS: usize = 100;

/// Takes over what a draft says of a replication, having looked at every field.
pub(crate) fn describe(replication: &mut Model, draft: &pb::Replication) -> Result<()> {
    let mut wrong = Violations::default();
    replication.context_gaps =
        wrong.each("context_gaps", &draft.context_gaps, MOST_GAPS, context_gap)?.into();
    wrong.localized("outcome", &mut replication.outcome, draft.outcome.as_ref(), false)?;
    wrong.finish()
}

fn context_gap(field: &str, said: &pb::ContextGap) -> Result<pb::ContextGap> {
    let mut wrong = Violations::default();
    let at = |name: &str| format!("{field}.{name}");
    let (mut gap, mut response) = (Packed::default(), Packed::default());
    let area = wrong.coded::<pb::context_gap::Area>(&at("area"), said.area, true)?;
    wrong.localized(&at("gap"), &mut gap, said.gap.as_ref(), true)?;
    wrong.localized(&at("response"), &mut response, said.response.as_ref(), false)?;
    wrong.finish()?;
    Ok(pb::ContextGap { area: area.number(), gap: gap.set(), response: response.set() })
}
