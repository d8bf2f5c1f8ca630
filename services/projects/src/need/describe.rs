//! What each field of a need may hold. Pure.

use chassis::column::Strings;
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
/// Whose need it is: the codes of the list `TARGET_GROUP` (domain §1.2).
pub const TARGET_GROUPS: [&str; 17] = [
    "ALL",
    "YOUTH",
    "STUDENTS",
    "FAMILIES",
    "SENIORS",
    "WOMEN",
    "PERSONS_WITH_DISABILITIES",
    "LOW_LITERACY",
    "FOREIGN_LANGUAGE",
    "JOB_SEEKERS",
    "PRIORITY_NEIGHBOURHOOD",
    "RURAL",
    "INFORMAL_SETTLEMENT",
    "PUBLIC_OFFICIALS",
    "ELECTED_OFFICIALS",
    "SMALL_BUSINESSES",
    "ASSOCIATIONS",
];

/// Takes over what a draft says of a need, having looked at every field.
pub(crate) fn describe(need: &mut Model, draft: &pb::Need) -> Result<()> {
    let mut wrong = Violations::default();
    for (field, kept, said) in
        [("title", &mut need.title, &draft.title), ("description", &mut need.description, &draft.description)]
    {
        let Some(said) = said else {
            wrong.require(field, false);
            continue;
        };
        if let Some(said) = wrong.check(text::check(field, said))? {
            *kept = text::revise(kept, said).into();
        }
    }
    need.divide_dimensions = codes(
        &mut wrong,
        "divide_dimensions",
        "DIVIDE_DIMENSION",
        &DIVIDE_DIMENSIONS,
        &draft.divide_dimensions,
    );
    need.target_groups =
        codes(&mut wrong, "target_groups", "TARGET_GROUP", &TARGET_GROUPS, &draft.target_groups);
    wrong.require("target_groups", !draft.target_groups.is_empty());
    let concerned = draft.affected_population.as_ref().map(affected_population).transpose();
    need.affected_population = wrong.check(concerned)?.flatten().unwrap_or_default().into();
    need.evidence = wrong.check(evidence("evidence", &draft.evidence))?.unwrap_or_default().into();
    wrong.finish()
}

fn codes(wrong: &mut Violations, field: &str, list: &str, known: &[&str], given: &[String]) -> Strings {
    for (index, code) in given.iter().enumerate() {
        let at = format!("{field}[{index}]");
        if !known.contains(&code.as_str()) {
            wrong.add(
                at,
                say!(
                    "not a code of {list}: see `ensemble code-list show {list}`",
                    "n'est pas un code de {list} : voir `ensemble code-list show {list}`"
                ),
            );
        } else if given[..index].contains(code) {
            wrong.add(at, say!("each code once", "chaque code une seule fois"));
        }
    }
    given.to_vec().into()
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
    if given.len() > MOST_EVIDENCE {
        wrong.add(field, say!("at most {MOST_EVIDENCE}", "{MOST_EVIDENCE} au plus"));
    }
    let mut evidence = Vec::new();
    for (index, one) in given.iter().enumerate().take(MOST_EVIDENCE) {
        evidence.extend(wrong.check(value::evidence(&format!("{field}[{index}]"), one))?);
    }
    wrong.finish()?;
    Ok(evidence)
}
