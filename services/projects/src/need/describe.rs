//! What each field of a need may hold. Pure.

/// Whose need it is: the codes of the list `TARGET_GROUP` (domain §1.2).
pub use chassis::codes::TARGET_GROUPS;
use chassis::error::{Result, Violations};
use chassis::{say, text, value};
use proto::common::Evidence;
use proto::projects as pb;

use super::row::Model;

/// Pieces of evidence, at most.
const MOST_EVIDENCE: usize = 50;
const LINE: usize = 500;

/// What a digital divide is about: the codes of the list `DIVIDE_DIMENSION` (domain §1.2).
pub const DIVIDE_DIMENSIONS: [&str; 8] = [
    "CONNECTION_QUALITY",
    "AVAILABILITY",
    "AFFORDABILITY",
    "DEVICES",
    "DIGITAL_SKILLS",
    "SAFETY_SECURITY",
    "ADMINISTRATIVE_SKILLS",
    "INFORMATION_ACCESS",
];

/// Takes over what a draft says of a need, having looked at every field.
pub(crate) fn describe(need: &mut Model, draft: &pb::Need) -> Result<()> {
    let mut wrong = Violations::default();
    wrong.localized("title", &mut need.title, draft.title.as_ref(), true)?;
    wrong.localized("description", &mut need.description, draft.description.as_ref(), true)?;
    let (dimensions, groups) = (&draft.divide_dimensions, &draft.target_groups);
    let of = |list: &'static [&str]| move |code: &str| list.contains(&code);
    need.divide_dimensions =
        wrong.codes("divide_dimensions", "DIVIDE_DIMENSION", of(&DIVIDE_DIMENSIONS), dimensions);
    need.target_groups = wrong.codes("target_groups", "TARGET_GROUP", of(&TARGET_GROUPS), groups);
    wrong.require("target_groups", !draft.target_groups.is_empty());
    let concerned = draft.affected_population.as_ref().map(affected_population).transpose();
    need.affected_population = wrong.check(concerned)?.flatten().unwrap_or_default().into();
    need.evidence = wrong.check(evidence("evidence", &draft.evidence))?.unwrap_or_default().into();
    wrong.finish()
}

fn affected_population(concerned: &pb::AffectedPopulation) -> Result<pb::AffectedPopulation> {
    let mut wrong = Violations::default();
    if concerned.estimate < 1 {
        wrong.add(
            "affected_population.estimate",
            say!(
                "expected 1 or more; leave it out when it is not known",
                "1 ou plus attendu ; à omettre si inconnu"
            ),
        );
    }
    let method = wrong.check(text::plain("affected_population.method", &concerned.method, LINE))?;
    wrong.finish()?;
    Ok(pb::AffectedPopulation { estimate: concerned.estimate, method: method.unwrap_or_default() })
}

/// Documents that prove something, each in its canonical form.
pub(crate) fn evidence(field: &str, given: &[Evidence]) -> Result<Vec<Evidence>> {
    let mut wrong = Violations::default();
    let evidence = wrong.each(field, given, MOST_EVIDENCE, value::evidence)?;
    wrong.finish()?;
    Ok(evidence)
}
