//! What each field of a programme may hold. Pure.

use chassis::codes::TARGET_GROUPS;
use chassis::error::{Result, Violations};
use chassis::{say, text, value};
use proto::common::Origin;
use proto::training as pb;

use super::row::Model;
use crate::{alignment, evaluation};
use peers::{PARTNER, RECOMMENDATION};

/// The list `LEARNING_OPPORTUNITY_TYPE`.
const OPPORTUNITIES: [&str; 6] =
    ["COURSE", "SHORT_LEARNING_PROGRAMME", "MOOC", "MENTORING", "STUDY_VISIT", "WORKSHOP"];
const MOST_PROVIDERS: usize = 50;
const MOST_OUTCOMES: usize = 100;
const MOST_MATERIALS: usize = 200;
const LONGEST_WORKLOAD: i32 = 10_000;
/// A century.
const LONGEST_VALIDITY: i32 = 1200;
/// What must be attended when nobody says how much.
pub(crate) const ATTENDANCE: i32 = 80;
const LINE: usize = 500;
const LICENCE: usize = 60;

/// Takes over what a draft says of a programme, having looked at every field. What an imported one does not say is a gap of it, and
/// no error (BEY-8).
pub(crate) fn describe(programme: &mut Model, draft: &pb::Programme) -> Result<()> {
    let mut wrong = Violations::default();
    let whole = programme.origin != Origin::Imported;
    wrong.localized("title", &mut programme.title, draft.title.as_ref(), true)?;
    wrong.localized("description", &mut programme.description, draft.description.as_ref(), false)?;
    if !(1..=MOST_PROVIDERS).contains(&draft.providers.len()) {
        wrong.add(
            "providers",
            say!("1 to {MOST_PROVIDERS} partners", "de 1 à {MOST_PROVIDERS} organisations"),
        );
    }
    programme.providers = wrong.references("providers", PARTNER, &draft.providers)?;
    let of = |list: &'static [&str]| move |code: &str| list.contains(&code);
    let form = &draft.learning_opportunity_type;
    match form.as_str() {
        "" => wrong.require("learning_opportunity_type", !whole),
        form => {
            wrong.code("learning_opportunity_type", "LEARNING_OPPORTUNITY_TYPE", of(&OPPORTUNITIES), form);
        }
    }
    programme.learning_opportunity_type.clone_from(form);
    programme.capacity_level = wrong.coded("capacity_level", draft.capacity_level, whole)?;
    programme.audience = wrong.codes("audience", "TARGET_GROUP", of(&TARGET_GROUPS), &draft.audience);
    wrong.localized("prerequisites", &mut programme.prerequisites, draft.prerequisites.as_ref(), false)?;
    let outcomes = wrong.each("outcomes", &draft.outcomes, MOST_OUTCOMES, outcome)?;
    let codes = outcomes.iter().filter_map(|outcome| outcome.alignment.as_ref());
    programme.target_codes = codes.map(|alignment| alignment.target_code.clone()).collect();
    programme.outcomes = outcomes.into();
    wrong.within("workload_hours", draft.workload_hours, 0..=LONGEST_WORKLOAD);
    programme.workload_hours = draft.workload_hours;
    let languages =
        wrong.each("languages", &draft.languages, MOST_PROVIDERS, |at, tag| text::language(at, tag))?;
    wrong.once("languages", &languages);
    programme.languages = languages.into();
    programme.price =
        wrong.check(draft.price.as_ref().map(price).transpose())?.flatten().unwrap_or_default().into();
    programme.materials = wrong.each("materials", &draft.materials, MOST_MATERIALS, material)?.into();
    let rule = wrong.check(draft.completion_rule.as_ref().map(completion_rule).transpose())?;
    programme.completion_rule = rule.flatten().unwrap_or_default().into();
    let certificate = draft.certificate.unwrap_or_default();
    wrong.within("certificate.validity_months", certificate.validity_months, 0..=LONGEST_VALIDITY);
    programme.certificate = certificate.into();
    programme.recommendations =
        wrong.references("recommendations", RECOMMENDATION, &draft.recommendations)?;
    programme.project_indicators = evaluation::rules::named(&mut wrong, &draft.project_indicators)?;
    wrong.finish()
}

fn outcome(field: &str, said: &pb::LearningOutcome) -> Result<pb::LearningOutcome> {
    let mut wrong = Violations::default();
    let at = |name: &str| format!("{field}.{name}");
    let words = said.text.as_ref().map(|words| text::check(&at("text"), words));
    wrong.require(&at("text"), words.is_some());
    let words = wrong.check(words.transpose())?.flatten();
    let aligned = said.alignment.as_ref().map(|said| alignment::check(&at("alignment"), said));
    let aligned = wrong.check(aligned.transpose())?.flatten();
    wrong.within(&at("level"), said.level, 0..=alignment::HIGHEST_LEVEL);
    wrong.finish()?;
    Ok(pb::LearningOutcome { text: words, alignment: aligned, level: said.level })
}

fn price(said: &proto::common::Money) -> Result<proto::common::Money> {
    let mut wrong = Violations::default();
    let price = wrong.check(value::money("price", said))?;
    if said.minor_units < 0 {
        wrong.add("price.minor_units", say!("not below 0", "pas en dessous de 0"));
    }
    wrong.finish()?;
    Ok(price.unwrap_or_default())
}

fn material(field: &str, said: &pb::LearningMaterial) -> Result<pb::LearningMaterial> {
    let mut wrong = Violations::default();
    let at = |name: &str| format!("{field}.{name}");
    let uri = wrong.check(value::https(&at("uri"), &said.uri))?.unwrap_or_default();
    let title = wrong.plain(&at("title"), &said.title, LINE)?;
    let licence = wrong.plain(&at("licence"), &said.licence, LICENCE)?;
    wrong.finish()?;
    Ok(pb::LearningMaterial { title, uri, licence })
}

fn completion_rule(said: &pb::CompletionRule) -> Result<pb::CompletionRule> {
    let mut wrong = Violations::default();
    let percent = said.min_attendance_percent.unwrap_or(ATTENDANCE);
    wrong.within("completion_rule.min_attendance_percent", percent, 0..=100);
    wrong.within("completion_rule.pass_score", said.pass_score, 0..=alignment::HIGHEST_LEVEL);
    if said.pass_score > 0 && !said.assessment_required {
        wrong.add(
            "completion_rule.pass_score",
            say!(
                "a level is asked of an assessment: set assessment_required too",
                "un niveau se demande d'une évaluation : indiquez aussi assessment_required"
            ),
        );
    }
    wrong.finish()?;
    Ok(pb::CompletionRule { min_attendance_percent: Some(percent), ..*said })
}
