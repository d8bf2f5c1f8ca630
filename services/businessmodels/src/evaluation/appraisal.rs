//! What independent partners think of a revision, with how many they are and how far apart (BM-7). Pure.

use std::collections::{BTreeMap, BTreeSet};

use chassis::value;
use proto::businessmodels as pb;
use rust_decimal::Decimal;

use super::row::Model;

/// The first of the ten criteria of readiness is 1; those of public value follow.
const READINESS: std::ops::RangeInclusive<i32> = 1..=10;
const PUBLIC_VALUE: std::ops::RangeInclusive<i32> = 11..=15;
/// So many partners at least: one is an opinion.
const LEAST_PARTNERS: usize = 2;

/// How ready a revision is to be replicated: from two partners and eight of the ten criteria on (BM-7).
pub(crate) fn readiness(submitted: &[Model]) -> Option<pb::Appraisal> {
    appraisal(submitted, READINESS, 8)
}

/// What public value it has: from two partners and four of the five criteria on.
pub(crate) fn public_value(submitted: &[Model]) -> Option<pb::Appraisal> {
    appraisal(submitted, PUBLIC_VALUE, 4)
}

fn appraisal(
    submitted: &[Model],
    criteria: std::ops::RangeInclusive<i32>,
    least: usize,
) -> Option<pb::Appraisal> {
    let mut scores = BTreeMap::<i32, Vec<i32>>::new();
    let mut partners = BTreeSet::new();
    for evaluation in submitted {
        for score in evaluation.scores.iter().filter(|score| criteria.contains(&score.criterion)) {
            scores.entry(score.criterion).or_default().push(score.score);
            partners.insert(evaluation.evaluator_partner.as_str());
        }
    }
    if partners.len() < LEAST_PARTNERS || scores.len() < least {
        return None;
    }
    let all: Vec<i32> = scores.values().flatten().copied().collect();
    let (mean, lowest, highest) = spread(&all)?;
    let each = scores.iter().filter_map(|(criterion, scores)| {
        let (mean, lowest, highest) = spread(scores)?;
        let partner_count = i32::try_from(scores.len()).ok()?;
        Some(pb::CriterionAppraisal {
            criterion: *criterion,
            partner_count,
            mean: Some(mean),
            lowest,
            highest,
        })
    });
    let partner_count = i32::try_from(partners.len()).ok()?;
    Some(pb::Appraisal { partner_count, mean: Some(mean), lowest, highest, criteria: each.collect() })
}

/// The mean, as a sum over how many they are; the lowest and the highest.
fn spread(scores: &[i32]) -> Option<(proto::common::Ratio, i32, i32)> {
    let (lowest, highest) = (scores.iter().min()?, scores.iter().max()?);
    let sum: i32 = scores.iter().sum();
    let count = i32::try_from(scores.len()).ok()?;
    Some((value::ratio_value(Decimal::from(sum), Decimal::from(count)), *lowest, *highest))
}
