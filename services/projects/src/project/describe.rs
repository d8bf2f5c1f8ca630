//! What each field of a project may hold. Pure.

use chassis::column::Coded;
use chassis::draft::MOST;
use chassis::error::{Error, Result, Violations};
use chassis::{name, say, text, value};
use proto::common::Origin;
use proto::projects as pb;
use proto::projects::safeguard::Status;

use super::guards::SAFEGUARDS;
use super::lines;
use super::row::Model;
use super::rules::PATTERN;

mod details;

/// The pattern of names of partners.
pub const PARTNER: &str = "partners/{partner}";
pub(crate) const TERRITORY: &str = "territories/{territory}";
pub(crate) const NEED: &str = "territories/{territory}/needs/{need}";
const STRATEGY: &str = "territories/{territory}/strategies/{strategy}";
const PARTNERSHIP: &str = "partnerships/{partnership}";
pub(crate) const COMMITMENT: &str = "partnerships/{partnership}/commitments/{commitment}";
const RECOMMENDATION: &str = "recommendations/{recommendation}";
const BUSINESS_MODEL: &str = "businessModels/{business_model}";
/// The longest line of text.
const LINE: usize = 500;
/// The longest paragraph.
const PARAGRAPH: usize = 5000;

/// Takes over what a draft says of a project, having looked at every field.
///
/// An imported project may lack what nobody knows yet; its gaps say so (BEY-8). What was found and is sent back as it is
/// is not looked at again.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn describe(project: &mut Model, draft: &pb::Project) -> Result<()> {
    let mut wrong = Violations::default();
    let imported = project.origin == Origin::Imported;
    wrong.localized("title", &mut project.title, draft.title.as_ref(), true)?;
    wrong.localized("summary", &mut project.summary, draft.summary.as_ref(), !imported)?;
    wrong.check(name::check_reference("lead_partner", PARTNER, &draft.lead_partner))?;
    let participants = &project.participants.0;
    if !(imported && draft.participants == *participants) {
        project.participants = wrong.check(participants_of(&draft.participants))?.unwrap_or_default().into();
    }
    wrong.reference("partnership", PARTNERSHIP, &draft.partnership)?;
    project.partnership.clone_from(&draft.partnership);
    project.territories = wrong.references("territories", TERRITORY, &draft.territories)?;
    project.needs = wrong.references("needs", NEED, &draft.needs)?;
    wrong.reference("strategy", STRATEGY, &draft.strategy)?;
    project.strategy.clone_from(&draft.strategy);
    recommendations(&mut wrong, &draft.recommendations)?;
    project.recommendations = draft.recommendations.clone().into();
    sdg_targets(&mut wrong, &draft.sdg_targets);
    project.sdg_targets = draft.sdg_targets.clone().into();
    wrong.check(business_model(&draft.business_model))?;
    project.business_model.clone_from(&draft.business_model);
    let period = project.planned_period();
    match &draft.planned_period {
        period_found if imported && *period_found == period => {}
        None if imported => (project.planned_start, project.planned_end) = (None, None),
        None => wrong.require("planned_period", false),
        Some(period) => {
            if let Some((start, end)) = wrong.check(value::date_range("planned_period", period, false))? {
                (project.planned_start, project.planned_end) = (Some(start), end);
            }
        }
    }
    wrong.check(lines::describe(project, &draft.budget_lines, imported))?;
    let theory = draft.theory_of_change.as_ref().map(theory_of_change).transpose();
    project.theory_of_change = wrong.check(theory)?.flatten().unwrap_or_default().into();
    project.safeguards = wrong.check(safeguards(&draft.safeguards))?.unwrap_or_default().into();
    wrong.reference("parent_project", PATTERN, &draft.parent_project)?;
    if draft.parent_project == project.name {
        wrong.add(
            "parent_project",
            say!("a project is not part of itself", "un projet ne fait pas partie de lui-même"),
        );
    }
    project.parent_project.clone_from(&draft.parent_project);
    let solution = draft.digital_solution.as_ref().map(digital_solution).transpose();
    project.digital_solution = wrong.check(solution)?.flatten().unwrap_or_default().into();
    if !(imported && draft.iati_identifier == project.iati_identifier) {
        let identifier = wrong.check(text::plain("iati_identifier", &draft.iati_identifier, LINE))?;
        project.iati_identifier = identifier.unwrap_or_default();
    }
    let mut countries = Vec::new();
    for (index, code) in draft.country_codes.iter().enumerate() {
        countries.extend(wrong.check(value::country(&format!("country_codes[{index}]"), code))?);
    }
    wrong.once("country_codes", &countries);
    project.country_codes = countries.into();
    wrong.check(details::describe(project, draft, imported))?;
    wrong.finish()
}

/// Recommendations by their names; whether they are adopted is asked when it matters.
pub(crate) fn recommendations(wrong: &mut Violations, names: &[String]) -> Result<()> {
    wrong.references("recommendations", RECOMMENDATION, names).map(drop)
}

fn participants_of(found: &[pb::Participant]) -> Result<Vec<pb::Participant>> {
    let mut wrong = Violations::default();
    for (index, participant) in found.iter().enumerate().take(MOST) {
        let field = format!("participants[{index}]");
        wrong.check(name::check_reference(&format!("{field}.partner"), PARTNER, &participant.partner))?;
        if !iati::has_code("OrganisationRole", &participant.iati_role) {
            wrong.add(
                format!("{field}.iati_role"),
                say!(
                    "expected 1 (funding), 2 (accountable), 3 (extending) or 4 (implementing)",
                    "1 (financement), 2 (responsable), 3 (intermédiaire) ou 4 (mise en œuvre) attendu"
                ),
            );
        }
    }
    let pairs: Vec<_> =
        found.iter().map(|participant| (&participant.partner, &participant.iati_role)).collect();
    wrong.once("participants", &pairs);
    wrong.finish()?;
    Ok(found.to_vec())
}

fn sdg_targets(wrong: &mut Violations, targets: &[String]) {
    for (index, target) in targets.iter().enumerate().take(MOST) {
        if !iati::has_code("UNSDG-Targets", target) {
            wrong.add(
                format!("sdg_targets[{index}]"),
                say!("expected an SDG target, like 11.3", "cible ODD attendue, comme 11.3"),
            );
        }
    }
    wrong.once("sdg_targets", targets);
}

/// `businessModels/{business_model}@{revision}`
fn business_model(name: &str) -> Result<()> {
    let field = "business_model";
    if name.is_empty() {
        return Ok(());
    }
    let (model, revision) = name.split_once('@').unwrap_or((name, ""));
    name::check_reference(field, BUSINESS_MODEL, model)?;
    match revision.parse::<u32>().is_ok_and(|number| number > 0 && number.to_string() == revision) {
        true => Ok(()),
        false => Err(Error::invalid(
            field,
            say!("expected a revision, as in {model}@1", "révision attendue, comme dans {model}@1"),
        )),
    }
}

fn theory_of_change(theory: &pb::TheoryOfChange) -> Result<pb::TheoryOfChange> {
    let mut wrong = Violations::default();
    let mut said = |field: &str, text: &str, required: bool| -> Result<String> {
        let field = format!("theory_of_change.{field}");
        let text = wrong.check(text::plain(&field, text, PARAGRAPH))?.unwrap_or_default();
        wrong.require(&field, !required || !text.is_empty());
        Ok(text)
    };
    let (problem, activities) =
        (said("problem", &theory.problem, true)?, said("activities", &theory.activities, true)?);
    let mut assumptions = Vec::new();
    for (index, assumption) in theory.assumptions.iter().enumerate().take(MOST) {
        assumptions.push(said(&format!("assumptions[{index}]"), assumption, true)?);
    }
    let mut risks = Vec::new();
    for (index, risk) in theory.risks.iter().enumerate().take(MOST) {
        risks.push(pb::Risk {
            text: said(&format!("risks[{index}].text"), &risk.text, true)?,
            mitigation: said(&format!("risks[{index}].mitigation"), &risk.mitigation, false)?,
            ..risk.clone()
        });
    }
    for (index, risk) in theory.risks.iter().enumerate().take(MOST) {
        for (field, degree) in [("likelihood", risk.likelihood), ("impact", risk.impact)] {
            if !(1..=5).contains(&degree) {
                let field = format!("theory_of_change.risks[{index}].{field}");
                wrong.add(field, say!("expected 1 to 5", "de 1 à 5 attendu"));
            }
        }
    }
    if theory.assumptions.len().max(theory.risks.len()) > MOST {
        wrong.add("theory_of_change", say!("at most {MOST} of each", "{MOST} de chaque au plus"));
    }
    wrong.finish()?;
    Ok(pb::TheoryOfChange { problem, activities, assumptions, risks })
}

fn safeguards(found: &[pb::Safeguard]) -> Result<Vec<pb::Safeguard>> {
    let mut wrong = Violations::default();
    let mut safeguards = Vec::new();
    for (index, safeguard) in found.iter().enumerate().take(MOST) {
        let field = |name: &str| format!("safeguards[{index}].{name}");
        if !SAFEGUARDS.contains(&safeguard.code.as_str()) {
            let codes = SAFEGUARDS.join(", ");
            wrong.add(field("code"), say!("expected one of {codes}", "attendu parmi {codes}"));
        }
        wrong.check(Coded::<Status>::read(&field("status"), safeguard.status))?;
        let justification = text::plain(&field("justification"), &safeguard.justification, PARAGRAPH);
        let evidence =
            safeguard.evidence.as_ref().map(|evidence| value::evidence(&field("evidence"), evidence));
        safeguards.push(pb::Safeguard {
            justification: wrong.check(justification)?.unwrap_or_default(),
            evidence: wrong.check(evidence.transpose())?.flatten(),
            ..safeguard.clone()
        });
    }
    let codes: Vec<&String> = found.iter().map(|safeguard| &safeguard.code).collect();
    wrong.once("safeguards", &codes);
    wrong.finish()?;
    Ok(safeguards)
}

fn digital_solution(solution: &pb::DigitalSolution) -> Result<pb::DigitalSolution> {
    let mut wrong = Violations::default();
    let repository = match solution.repository.trim() {
        "" => String::new(),
        address => wrong.check(value::https("digital_solution.repository", address))?.unwrap_or_default(),
    };
    let hosting =
        wrong.check(text::plain("digital_solution.hosting", &solution.hosting, LINE))?.unwrap_or_default();
    let mut open_standards = Vec::new();
    for (index, standard) in solution.open_standards.iter().enumerate().take(100) {
        let field = format!("digital_solution.open_standards[{index}]");
        open_standards.extend(wrong.check(text::plain(&field, standard, LINE))?);
    }
    if solution.open_standards.len() > 100 {
        wrong.add("digital_solution.open_standards", say!("at most 100", "100 au plus"));
    }
    wrong.finish()?;
    Ok(pb::DigitalSolution { open_source: solution.open_source, repository, open_standards, hosting })
}
