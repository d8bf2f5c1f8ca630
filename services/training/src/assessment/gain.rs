//! What a group has learnt (TRN-15): of matched pairs alone, by the same instrument and within one version of a framework. Pure.

use std::collections::BTreeMap;

use proto::training::assessment::Phase;

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
    let of_phase = |phase: Phase| assessments.iter().filter(move |one| one.phase == phase);
    let mut found: BTreeMap<Competence, Pairs> = BTreeMap::new();
    for before in of_phase(Phase::Pre) {
        let same =
            |after: &&Model| (&after.enrolment, after.instrument) == (&before.enrolment, before.instrument);
        let Some(after) = of_phase(Phase::Post).find(same) else { continue };
        for (what, level) in levels(before) {
            if let Some((_, later)) = levels(after).find(|(known, _)| *known == what) {
                let pairs = found.entry(what).or_default();
                pairs.people += 1;
                pairs.before += level;
                pairs.after += later;
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
