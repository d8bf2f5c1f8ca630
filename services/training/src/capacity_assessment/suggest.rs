//! Which programmes help where the gaps are largest (TRN-18): always in the same order, with reasons. Pure.

use std::collections::BTreeMap;

use proto::common::alignment::Framework;
use proto::training as pb;

use super::row::Model;
use crate::programme;

/// How far each functional capacity is from what is wanted, over all core issues.
fn gaps(assessment: &Model) -> BTreeMap<&str, i32> {
    let mut gaps = BTreeMap::new();
    for rating in assessment.ratings.iter() {
        *gaps.entry(rating.functional_capacity.as_str()).or_default() += rating.desired - rating.existing;
    }
    gaps.retain(|_, gap| *gap > 0);
    gaps
}

/// The programmes that help, those first that close most; at the same, those of the level that was assessed, then by their names.
pub fn suggest(
    assessment: &Model,
    programmes: impl IntoIterator<Item = programme::row::Model>,
) -> Vec<pb::ProgrammeSuggestion> {
    let gaps = gaps(assessment);
    let mut found: Vec<(bool, pb::ProgrammeSuggestion)> = Vec::new();
    for programme in programmes {
        let mut reasons: Vec<pb::SuggestionReason> = Vec::new();
        for alignment in programme.outcomes.iter().filter_map(|outcome| outcome.alignment.as_ref()) {
            let code = alignment.target_code.as_str();
            let known = reasons.iter().any(|reason| reason.functional_capacity == code);
            if alignment.framework() == Framework::UndpCd
                && let (Some(gap), false) = (gaps.get(code), known)
            {
                let priority = assessment.priorities.iter().any(|first| first == code);
                reasons.push(pb::SuggestionReason {
                    functional_capacity: code.to_owned(),
                    gap: *gap,
                    priority,
                });
            }
        }
        if reasons.is_empty() {
            continue;
        }
        reasons.sort_by(|one, other| {
            (other.gap, &one.functional_capacity).cmp(&(one.gap, &other.functional_capacity))
        });
        let elsewhere = programme.capacity_level != assessment.level;
        let suggestion = pb::ProgrammeSuggestion {
            score: reasons.iter().map(|reason| reason.gap).sum(),
            programme: programme.name,
            title: Some(programme.title.into_inner()),
            reasons,
        };
        found.push((elsewhere, suggestion));
    }
    found.sort_by(|(one_elsewhere, one), (other_elsewhere, other)| {
        (other.score, one_elsewhere, &one.programme).cmp(&(one.score, other_elsewhere, &other.programme))
    });
    found.into_iter().map(|(_, suggestion)| suggestion).collect()
}
