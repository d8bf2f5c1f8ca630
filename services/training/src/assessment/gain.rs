//! What a group has learnt (TRN-15): of matched pairs alone, by the same instrument and within one version of a framework. Pure.

use std::collections::{BTreeMap, BTreeSet};

use proto::training::assessment::{Instrument, Phase};

use super::row::Model;

/// What something is compared by: the framework, its version, the code of a competence.
pub type Competence = (i32, String, String);

/// The levels of one competence of those who were assessed before and after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pairs {
    /// How many people.
    pub people: i32,
    /// The sum of their levels before.
    pub before: i32,
    /// And after.
    pub after: i32,
}

/// The pairs that match, competence by competence.
pub fn pairs(assessments: &[Model]) -> BTreeMap<Competence, Pairs> {
    between(assessments, Phase::Pre, Phase::Post)
}

/// The pairs of two phases that match, competence by competence.
pub fn between(assessments: &[Model], earlier: Phase, later: Phase) -> BTreeMap<Competence, Pairs> {
    let of_phase = |phase: Phase| assessments.iter().filter(move |one| one.phase == phase);
    let mut found: BTreeMap<Competence, Pairs> = BTreeMap::new();
    // Someone who was also assessed by others counts once: by what those have seen.
    let own = |assessment: &&Model| assessment.instrument == Instrument::Self_;
    let mut counted: BTreeSet<(&str, Competence)> = BTreeSet::new();
    let of_others = of_phase(earlier).filter(|one| !own(one));
    for before in of_others.chain(of_phase(earlier).filter(own)) {
        let same =
            |after: &&Model| (&after.enrolment, after.instrument) == (&before.enrolment, before.instrument);
        let Some(after) = of_phase(later).find(same) else { continue };
        for (what, level) in levels(before) {
            let after = levels(after).find(|(known, _)| *known == what);
            if let Some((_, reached)) = after
                && counted.insert((&before.enrolment, what.clone()))
            {
                let pairs = found.entry(what).or_default();
                pairs.people += 1;
                pairs.before += level;
                pairs.after += reached;
            }
        }
    }
    found
}

fn levels(assessment: &Model) -> impl Iterator<Item = (Competence, i32)> {
    assessment.levels.iter().filter_map(|level| {
        let of = level.alignment.as_ref()?;
        Some(((of.framework, of.framework_version.clone(), of.target_code.clone()), level.level))
    })
}
