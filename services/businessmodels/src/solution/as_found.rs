//! What a solution says, in the words of a business model. Pure; nothing is added to what it says.

use chassis::column::{Micros, Strings};
use chassis::error::Result;
use chassis::say::Text;
use chassis::text::{LONGEST, unsaid};
use chassis::{name, say, value};
use iati::solutions::{Goal, Organisation, Solution};
use iati::{Problem, Severity};
use proto::businessmodels::business_model::State;
use proto::businessmodels::{Adaptation, BusinessModel, CanvasBlock, CanvasBlockCode as Block, Maturity};
use proto::common::{Evidence, Origin};

use super::survey::key;
use crate::business_model::row::Model;
use crate::business_model::rules::blank;

/// A title of an evidence, at most.
const TITLE: usize = 200;
/// Whoever has the first of these parts in a solution answers for its model.
const RESPONSIBLE: [&str; 3] = ["owner", "maintainer", "implementer"];
/// The goals that are of the environment: water, energy, consumption, climate, life below water and on land.
const OF_THE_ENVIRONMENT: [u8; 6] = [6, 7, 12, 13, 14, 15];
/// Fields that change by verbs, or never.
pub(super) const KEPT: [&str; 1] = ["owner_partner"];

/// What it says, and what of it could not be taken.
pub(super) fn of(
    solution: &Solution,
    partner: impl Fn(&str) -> String,
    country: impl Fn(&String) -> Option<String>,
) -> (BusinessModel, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut doubt = |field: &str, code, found: &str, why: Text| {
        let place = solution.field(field);
        let problem = place.problem(field, Severity::Doubtful, code, found, (why.en, why.fr));
        problems.push(problem.of(&solution.id));
    };
    let mut link = |field: &str, uri: &str| match uri {
        "" => None,
        uri => {
            let link = value::https(field, uri).ok();
            if link.is_none() {
                let why = say!(
                    "expected an address that begins with https://; it is left out",
                    "une adresse qui commence par https:// est attendue ; elle est laissée de côté"
                );
                doubt(field, "LINK_INVALID", uri, why);
            }
            link
        }
    };
    let website = link("website", &solution.website).unwrap_or_default();
    let mut evidence = Vec::new();
    for goal in &solution.goals {
        // Real files name several addresses in one field.
        for uri in goal.uri.split_whitespace().filter_map(|uri| link("SDGs", uri)) {
            let title = told(goal).chars().take(TITLE).collect();
            evidence.push(Evidence { title, uri, ..Evidence::default() });
        }
    }
    evidence.dedup();
    let country_codes = solution.deployed_in.iter().filter_map(&country).collect();
    let unknown: Vec<&str> =
        solution.deployed_in.iter().filter(|name| country(name).is_none()).map(String::as_str).collect();
    if !unknown.is_empty() {
        let why = say!(
            "no country here is called so: import the table of countries (ensemble territory import country-codes.csv), or write its whole name; it is left out",
            "aucun pays ne porte ce nom ici : importez la table des pays (ensemble territory import country-codes.csv), ou écrivez son nom en entier ; il est laissé de côté"
        );
        doubt("locations", "COUNTRY_UNKNOWN", &unknown.join(", "), why);
    }
    if solution.licences.len() > 1 {
        let why = say!(
            "several licences: the first is taken for the model",
            "plusieurs licences : la première est retenue pour le modèle"
        );
        doubt("license", "SEVERAL_LICENCES", &solution.licences.join(", "), why);
    }
    let unique = |mut codes: Vec<String>| {
        codes.sort_unstable();
        codes.dedup();
        codes
    };
    let owner = responsible(solution).map(|owner| partner(&key(owner))).unwrap_or_default();
    let mut contributors =
        unique(solution.organisations.iter().map(|organisation| partner(&key(organisation))).collect());
    contributors.retain(|contributor| *contributor != owner && !contributor.is_empty());
    let mut goals: Vec<i32> = solution.goals.iter().map(|goal| i32::from(goal.number)).collect();
    goals.sort_unstable();
    goals.dedup();
    let said = BusinessModel {
        title: unsaid(&solution.name),
        summary: unsaid(&solution.description),
        owner_partner: owner,
        contributors,
        // What is said to be in use somewhere operates; of the rest nobody says how far it was tried.
        maturity: match solution.deployed_in.is_empty() {
            true => Maturity::Unspecified,
            false => Maturity::Operating,
        }
        .into(),
        canvas: canvas(solution),
        licence: solution.licences.first().cloned().unwrap_or_default(),
        evidence,
        sdg_goals: goals,
        country_codes: unique(country_codes),
        website,
        ..BusinessModel::default()
    };
    (said, problems)
}

/// Who answers for it: its owner, or who maintains it, or who carries it out, or else the first who is named.
fn responsible(solution: &Solution) -> Option<&Organisation> {
    let of = |role: &&str| solution.organisations.iter().find(|organisation| organisation.role == **role);
    RESPONSIBLE.iter().find_map(of).or(solution.organisations.first())
}

/// How a goal is served, in a line.
fn told(goal: &Goal) -> String {
    match goal.evidence.as_str() {
        "" => format!("SDG {}", goal.number),
        evidence => format!("SDG {}: {evidence}", goal.number),
    }
}

/// The blocks of which it says something: its partners, what it is made of, and what it is good for.
fn canvas(solution: &Solution) -> Vec<CanvasBlock> {
    let who = |one: &Organisation| match one.role.as_str() {
        "" => one.name.clone(),
        role => format!("{} ({role})", one.name),
    };
    let goals = |of_the_environment: bool| {
        let fits = move |goal: &&Goal| {
            OF_THE_ENVIRONMENT.contains(&goal.number) == of_the_environment && !goal.evidence.is_empty()
        };
        solution.goals.iter().filter(fits).map(told).collect()
    };
    let partners = solution.organisations.iter().map(who).collect();
    let repositories = solution.repositories.iter().map(|link| link.uri.clone());
    let resources = repositories.chain(solution.standards.iter().cloned()).collect();
    let block = |(code, lines): (Block, Vec<String>)| {
        let text: String = lines.join("\n").chars().take(LONGEST).collect();
        Some(CanvasBlock {
            code: code.into(),
            text: Some(unsaid(&text)?),
            adaptation: Adaptation::Original.into(),
            ..CanvasBlock::default()
        })
    };
    [
        (Block::KeyPartners, partners),
        (Block::KeyResources, resources),
        (Block::EnvBenefits, goals(true)),
        (Block::SocialBenefits, goals(false)),
    ]
    .into_iter()
    .filter_map(block)
    .collect()
}

/// The draft that becomes of it.
pub(super) fn found(reference: &str, said: &BusinessModel, now: Micros) -> Model {
    let (id, uid) = name::new_id('b');
    let mut model = blank(&id, &uid.to_string(), now);
    model.origin = Origin::Imported.into();
    reference.clone_into(&mut model.external_reference);
    model.owner_partner.clone_from(&said.owner_partner);
    fill(&mut model, said);
    model
}

/// Takes over what a source says.
fn fill(model: &mut Model, said: &BusinessModel) {
    model.title = said.title.clone().unwrap_or_default().into();
    model.summary = said.summary.clone().unwrap_or_default().into();
    model.contributors = said.contributors.clone().into();
    model.maturity = said.maturity().into();
    model.canvas = said.canvas.clone().into();
    model.licence.clone_from(&said.licence);
    model.evidence = said.evidence.clone().into();
    model.sdg_goals = said.sdg_goals.iter().map(i32::to_string).collect::<Strings>();
    model.country_codes = said.country_codes.clone().into();
    model.website.clone_from(&said.website);
}

/// What becomes of a model whose solution is there again.
#[derive(Debug, PartialEq)]
pub(super) enum Again {
    /// The file says what it said.
    Same,
    /// It says something else, where people wrote otherwise since.
    Kept,
    /// It says something new of a model that is reviewed, published or archived: that does not change under the eyes of those
    /// who read it.
    Settled,
    /// This.
    Changed(Box<Model>),
}

/// What becomes of a known model; its record may be the same, letter for letter.
///
/// # Errors
/// As [`anew`].
pub(super) fn again(model: &Model, same: bool, before: &BusinessModel, now: &BusinessModel) -> Result<Again> {
    if same && before == now {
        return Ok(Again::Same);
    }
    let after = anew(model, before, now)?;
    Ok(match (after == *model, model.state.get()) {
        (true, _) => Again::Kept,
        (false, State::Draft | State::Returned) => Again::Changed(Box::new(after)),
        (false, _) => Again::Settled,
    })
}

/// What becomes of a known model of which its source says something else than before: nothing where people wrote otherwise
/// since.
///
/// # Errors
/// INTERNAL when the message is not of the contract.
fn anew(model: &Model, before: &BusinessModel, now: &BusinessModel) -> Result<Model> {
    let made: BusinessModel = found(&model.external_reference, before, model.create_time).into();
    let current: BusinessModel = model.clone().into();
    let draft = chassis::mask::renewed(&current, &made, before, now, &KEPT)?;
    let mut after = model.clone();
    fill(&mut after, &draft);
    Ok(after)
}

/// The field of a solution from which a field of its model came.
pub(super) fn origin(field: &str) -> &'static str {
    match field {
        "title" => "name",
        "summary" => "description",
        "contributors" => "organizations",
        "maturity" | "country_codes" => "locations",
        "licence" => "license",
        "evidence" | "sdg_goals" => "SDGs",
        "website" => "website",
        _ => "",
    }
}
