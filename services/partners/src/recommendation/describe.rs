//! What each field of a recommendation may hold. Pure.

use chassis::error::{Result, Violations};
use chassis::say;
use proto::partners as pb;

use super::row::Model;
use super::rules::PATTERN;
use crate::contribution::rules::PATTERN as CONTRIBUTION;

const NUMBERS: std::ops::RangeInclusive<i32> = 1..=999;
/// Contributions that one recommendation stands on, at most.
const MOST_SOURCES: usize = 100;
const LINE: usize = 500;

/// Takes over what a draft says of a recommendation, having looked at every field.
pub(crate) fn describe(row: &mut Model, draft: &pb::Recommendation) -> Result<()> {
    let mut wrong = Violations::default();
    if !NUMBERS.contains(&draft.number) {
        wrong.add("number", say!("expected 1 to 999", "de 1 à 999 attendu"));
    }
    row.number = draft.number;
    wrong.localized("title", &mut row.title, draft.title.as_ref(), true)?;
    wrong.localized("text", &mut row.text, draft.text.as_ref(), true)?;
    row.sources = wrong.references("sources", CONTRIBUTION, &draft.sources)?;
    if draft.sources.len() > MOST_SOURCES {
        wrong.add("sources", say!("at most {MOST_SOURCES}", "{MOST_SOURCES} au plus"));
    }
    wrong.reference("predecessor", PATTERN, &draft.predecessor)?;
    if draft.predecessor == row.name {
        wrong.add("predecessor", say!("not itself", "pas elle-même"));
    }
    row.predecessor.clone_from(&draft.predecessor);
    row.reference = wrong.plain("reference", &draft.reference, LINE)?;
    wrong.finish()
}
