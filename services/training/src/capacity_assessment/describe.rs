//! What each field of a capacity assessment may hold. Pure.

use std::collections::BTreeSet;

use chassis::column::Day;
use chassis::error::{Result, Violations};
use chassis::{name, say};
use proto::training as pb;
use proto::training::CapacityLevel;

use super::row::Model;
use super::rules::{PATTERN, cell};
use crate::alignment::FUNCTIONAL_CAPACITIES;
use peers::{PARTNER, TERRITORY};

/// The list `CORE_ISSUE`.
const CORE_ISSUES: [&str; 4] = ["INSTITUTIONAL_ARRANGEMENTS", "LEADERSHIP", "KNOWLEDGE", "ACCOUNTABILITY"];
const PARAGRAPH: usize = 2000;

/// It is of a territory.
pub(super) fn is_territory(subject: &str) -> bool {
    name::check_reference("subject", TERRITORY, subject).is_ok()
}

/// Takes over what a draft says of an assessment, having looked at every field; of whom it is does not change.
pub(crate) fn describe(assessment: &mut Model, draft: &pb::CapacityAssessment, today: Day) -> Result<()> {
    let mut wrong = Violations::default();
    let (of_partner, of_territory) =
        (name::check_reference("subject", PARTNER, &draft.subject).is_ok(), is_territory(&draft.subject));
    if !of_partner && !of_territory {
        wrong.add(
            "subject",
            say!(
                "expected partners/{{partner}} or territories/{{territory}}",
                "partners/{{partner}} ou territories/{{territory}} attendu"
            ),
        );
    }
    wrong.require("partner", !draft.partner.is_empty());
    wrong.reference("partner", PARTNER, &draft.partner)?;
    if of_partner && draft.partner != draft.subject {
        wrong.add(
            "partner",
            say!("an organisation assesses itself", "une organisation établit son propre diagnostic"),
        );
    }
    assessment.level = wrong.coded("level", draft.level, true)?;
    let expected =
        if of_territory { CapacityLevel::EnablingEnvironment } else { CapacityLevel::Organisation };
    if assessment.level != CapacityLevel::Unspecified && assessment.level != expected {
        wrong.add(
            "level",
            say!(
                "ORGANISATION of a partner, ENABLING_ENVIRONMENT of a territory",
                "ORGANISATION pour une organisation, ENABLING_ENVIRONMENT pour un territoire"
            ),
        );
    }
    match &draft.assessment_date {
        None => wrong.require("assessment_date", false),
        Some(date) => {
            let day = wrong.check(Day::from_date("assessment_date", date))?;
            if day.is_some_and(|day| day > today) {
                wrong.add("assessment_date", say!("not in the future", "pas dans l'avenir"));
            }
            assessment.assessment_date = day.unwrap_or(today);
        }
    }
    assessment.method = wrong.coded("method", draft.method, true)?;
    ratings(&mut wrong, assessment, draft)?;
    let known = |code: &str| FUNCTIONAL_CAPACITIES.contains(&code);
    assessment.priorities = wrong.codes("priorities", "FUNCTIONAL_CAPACITY", known, &draft.priorities);
    wrong.reference("previous", PATTERN, &draft.previous)?;
    assessment.previous.clone_from(&draft.previous);
    wrong.finish()
}

fn ratings(wrong: &mut Violations, assessment: &mut Model, draft: &pb::CapacityAssessment) -> Result<()> {
    wrong.require("ratings", !draft.ratings.is_empty());
    let most = CORE_ISSUES.len() * FUNCTIONAL_CAPACITIES.len();
    let read = wrong.each("ratings", &draft.ratings, most, rating)?;
    let mut seen = BTreeSet::new();
    for (index, rating) in draft.ratings.iter().enumerate() {
        if !seen.insert(cell(rating)) {
            wrong.add(format!("ratings[{index}]"), say!("rated twice", "noté deux fois"));
        }
    }
    assessment.ratings = read.into();
    Ok(())
}

fn rating(field: &str, said: &pb::CapacityRating) -> Result<pb::CapacityRating> {
    let mut wrong = Violations::default();
    let at = |name: &str| format!("{field}.{name}");
    let known = |list: &'static [&str]| move |code: &str| list.contains(&code);
    wrong.code(&at("core_issue"), "CORE_ISSUE", known(&CORE_ISSUES), &said.core_issue);
    let capacities = known(&FUNCTIONAL_CAPACITIES);
    wrong.code(&at("functional_capacity"), "FUNCTIONAL_CAPACITY", capacities, &said.functional_capacity);
    wrong.within(&at("existing"), said.existing, 1..=5);
    wrong.within(&at("desired"), said.desired, 1..=5);
    if (1..=5).contains(&said.desired) && said.desired < said.existing {
        wrong.add(
            at("desired"),
            say!("not less than there is (TRN-17)", "pas moins que ce qui existe (TRN-17)"),
        );
    }
    let evidence = wrong.plain(&at("evidence"), &said.evidence, PARAGRAPH)?;
    wrong.finish()?;
    Ok(pb::CapacityRating { evidence, gap: 0, improvement: None, ..said.clone() })
}
