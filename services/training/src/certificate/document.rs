//! What a certificate says, in words: the achievement of a programme as Open Badges 3.0 describes it. Pure.

use chassis::error::Error;
use chassis::say;
use chassis::say::{Language, Text};
use chassis::text;
use credential::{Achievement, Alignment};
use proto::common::LocalizedText;
use proto::common::alignment::Framework;
use proto::training as pb;

use crate::programme::describe::ATTENDANCE;

/// The achievement of completing a programme, with its texts in one of these languages where it has them.
///
/// # Errors
/// INTERNAL when the programme has no title.
pub(crate) fn achievement(
    id: String,
    programme: &pb::Programme,
    languages: &[String],
) -> Result<Achievement, Error> {
    let (tag, title) = said(programme.title.as_ref(), languages);
    if title.is_empty() {
        return Err(Error::internal("a programme was published without a title"));
    }
    let (_, description) = said(programme.description.as_ref(), languages);
    let language = if tag.starts_with("fr") { Language::Fr } else { Language::En };
    let criteria = criteria(programme).in_language(language).to_owned();
    let description = if description.is_empty() { title.clone() } else { description };
    let mut achievement = Achievement::new(id, title, description, criteria);
    achievement.in_language = Some(tag).filter(|tag| !tag.is_empty());
    for outcome in &programme.outcomes {
        let Some(known) = &outcome.alignment else { continue };
        let (framework, place) = framework(known);
        let words = [known.target_name.clone(), said(outcome.text.as_ref(), languages).1];
        let name =
            words.into_iter().find(|name| !name.is_empty()).unwrap_or_else(|| known.target_code.clone());
        let url = if known.target_url.is_empty() { place } else { known.target_url.clone() };
        achievement.alignment.push(Alignment::new(framework, known.target_code.clone(), name, url));
    }
    Ok(achievement)
}

/// A text in one of these languages, or as it was written; with its language.
fn said(text: Option<&LocalizedText>, languages: &[String]) -> (String, String) {
    let mut text = text.cloned().unwrap_or_default();
    text::display(&mut text, languages);
    (text.display_language_code, text.display_text)
}

/// What a framework is called, and where something of it, or all of it, is described.
fn framework(known: &proto::common::Alignment) -> (String, String) {
    let code = &known.target_code;
    let (name, place) = match known.framework() {
        Framework::Digcomp => (
            "DigComp",
            "https://joint-research-centre.ec.europa.eu/projects-and-activities/education-and-training/digital-transformation-education/digital-competence-framework-citizens-digcomp_en".to_owned(),
        ),
        Framework::Sdg => ("Sustainable Development Goals", format!("https://metadata.un.org/sdg/{code}")),
        Framework::UndpCd => (
            "UNDP functional capacities",
            "https://www.undp.org/publications/capacity-development-undp-primer".to_owned(),
        ),
        Framework::Esco => ("ESCO", format!("http://data.europa.eu/esco/skill/{code}")),
        Framework::Other | Framework::Unspecified => (known.target_url.as_str(), known.target_url.clone()),
    };
    let version = &known.framework_version;
    (if version.is_empty() { name.to_owned() } else { format!("{name} {version}") }, place)
}

/// When it is achieved.
fn criteria(programme: &pb::Programme) -> Text {
    let rule = programme.completion_rule.unwrap_or_default();
    let percent = rule.min_attendance_percent.unwrap_or(ATTENDANCE);
    let Text { en, fr } = match (rule.assessment_required, rule.pass_score) {
        (false, _) => say!("", ""),
        (true, 0) => say!(" Take an assessment at the end.", " Passer une évaluation finale."),
        (true, score) => say!(
            " Reach level {score} of 8 in an assessment at the end.",
            " Atteindre le niveau {score} sur 8 à une évaluation finale."
        ),
    };
    say!(
        "Attend at least {percent}% of the time of the meetings.{en}",
        "Suivre au moins {percent} % du temps des rencontres.{fr}"
    )
}
