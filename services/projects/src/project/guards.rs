//! What the verbs of a project ask for. Pure: the row, and what the store gathered of others.

use std::collections::BTreeSet;

use chassis::column::{Day, Micros};
use chassis::error::{Error, Result};
use chassis::say;
use chassis::say::Text;
use proto::partners::{commitment, partnership};
use proto::projects as pb;
use proto::projects::need;
use proto::projects::safeguard::Status;

use super::carrier::Carrier;
use super::facts::Facts;
use super::row::Model;
use crate::project_indicator::rules::{OUTCOME, OUTPUT};

/// The six questions on inclusion (domain §4.5).
pub const SAFEGUARDS: [&str; 6] = [
    "NON_DIGITAL_CHANNEL",
    "ACCESSIBILITY",
    "LANGUAGE_LITERACY",
    "AFFORDABILITY",
    "PRIVACY",
    "HUMAN_SUPPORT",
];
/// Those that always apply: every project serves the public (PRJ-13).
pub(crate) const ALWAYS: [&str; 2] = ["NON_DIGITAL_CHANNEL", "PRIVACY"];
/// The least that says why a safeguard does not apply (PRJ-13).
const LEAST_JUSTIFICATION: usize = 30;

/// What must be said before review: where, which recommendations, why it should work, and the six answers (PRJ-13).
pub(crate) fn may_be_submitted(project: &Model, _: Micros) -> Result<()> {
    let said = [
        ("territories", !project.territories.is_empty()),
        ("recommendations", !project.recommendations.is_empty()),
        ("theory_of_change", project.theory_of_change.clone().set().is_some()),
    ];
    if let Some((field, _)) = said.iter().find(|(_, said)| !said) {
        return Err(Error::refused(
            "PROJECT_FIELDS",
            say!("fill {field} first", "complétez d'abord {field}"),
        ));
    }
    located(project)?;
    measured(project)?;
    safeguards_answered(project)
}

/// It answers a qualified need, and each need is of its territories, of what lies in them, or around them (PRJ-11).
pub(crate) fn located(project: &Model) -> Result<()> {
    let refuse = |why| Err(Error::refused("PRJ-11", why));
    let needs = &project.facts.needs;
    if !needs.iter().any(|need| need.state == need::State::Qualified) {
        return refuse(say!(
            "name in needs at least one need that is qualified",
            "indiquez dans needs au moins un besoin qualifié"
        ));
    }
    if let Some(far) = needs.iter().find(|need| !need.near) {
        let need = &far.name;
        return refuse(say!(
            "{need} is a need of none of its territories, nor of one around or within them",
            "{need} n'est un besoin d'aucun de ses territoires, ni d'un territoire qui les contient ou qu'ils contiennent"
        ));
    }
    Ok(())
}

/// It promises an output and an outcome, each from a baseline to a target at its end (PRJ-12).
pub(crate) fn measured(project: &Model) -> Result<()> {
    let until = |last: Option<Day>| match project.planned_end {
        Some(end) => last.is_some_and(|last| last >= end),
        None => last.is_some(),
    };
    for (code, level) in [(OUTPUT, say!("output", "extrant")), (OUTCOME, say!("outcome", "effet"))] {
        let promised = project.facts.promises.iter().any(|promise| {
            promise.result_level == code && promise.has_baseline && until(promise.last_target)
        });
        if promised {
            continue;
        }
        let Text { en, fr } = level;
        let end = project.planned_end.map(|end| format!(" ({end})")).unwrap_or_default();
        return Err(Error::refused(
            "PRJ-12",
            say!(
                "add an indicator of level {code} ({en}) with the value of its baseline and a target until the end of the project{end}",
                "ajoutez un indicateur de niveau {code} ({fr}), avec la valeur de départ et une cible jusqu'à la fin du projet{end}"
            ),
        ));
    }
    Ok(())
}

/// All six answered, and none waved away (PRJ-13).
pub(crate) fn safeguards_answered(project: &Model) -> Result<()> {
    for code in SAFEGUARDS {
        let refuse = |why| Err(Error::refused("PRJ-13", why));
        let answer = project.safeguards.iter().find(|safeguard| safeguard.code == code);
        let Some(answer) = answer.filter(|answer| answer.status() != Status::Unspecified) else {
            return refuse(say!(
                "answer the safeguard {code} first",
                "répondez d'abord à la garantie {code}"
            ));
        };
        if answer.status() != Status::NotApplicable {
            continue;
        }
        if ALWAYS.contains(&code) {
            return refuse(say!(
                "the safeguard {code} always applies: say how it is, or will be, met",
                "la garantie {code} s'applique toujours : dites comment elle est, ou sera, assurée"
            ));
        }
        if answer.justification.trim().chars().count() < LEAST_JUSTIFICATION {
            return refuse(say!(
                "say in at least {LEAST_JUSTIFICATION} characters why the safeguard {code} does not apply",
                "dites en {LEAST_JUSTIFICATION} caractères au moins pourquoi la garantie {code} ne s'applique pas"
            ));
        }
    }
    Ok(())
}

/// A lead that has left cannot begin, nor can several partners without saying which partnership carries the project
/// (PRJ-14). What else the rule asks for, partners knows: the handler asks it before [`may_be_carried`] and
/// [`lead_inactive`] answer.
pub(crate) fn may_begin(project: &Model, _: Micros) -> Result<()> {
    if project.lead_archived {
        return Err(lead_inactive(&project.lead_partner));
    }
    if project.is_shared() && project.partnership.is_empty() {
        return Err(Error::refused(
            "PRJ-14",
            say!(
                "several partners take part: name in partnership the one that carries the project",
                "plusieurs organisations participent : indiquez dans partnership le partenariat qui porte le projet"
            ),
        ));
    }
    Ok(())
}

/// The partnership that carries it is at work, one agreement in force there binds the lead and all who implement it, and what
/// its budget draws on is confirmed (PRJ-14).
///
/// # Errors
/// `FAILED_PRECONDITION` that says what is missing.
pub fn may_be_carried(project: &Model, carrier: &Carrier) -> Result<()> {
    let refuse = |why| Err(Error::refused("PRJ-14", why));
    if project.is_shared() {
        let partnership = &project.partnership;
        if carrier.partnership != Some(partnership::State::Active) {
            return refuse(say!(
                "{partnership}, which carries the project, is not active: activate it first",
                "{partnership}, qui porte le projet, n'est pas actif : activez-le d'abord"
            ));
        }
        // Of the agreements in force, the one that leaves out the fewest.
        let left_out = |parties: &BTreeSet<String>| {
            let bound: BTreeSet<&str> = parties.iter().map(|party| carrier.who(party)).collect();
            let missing = project.who_implement().into_iter().filter(|who| !bound.contains(carrier.who(who)));
            missing.map(str::to_owned).collect::<Vec<String>>()
        };
        let closest = carrier.in_force.iter().map(left_out).min_by_key(Vec::len);
        match closest.map(|missing| missing.join(", ")) {
            Some(missing) if missing.is_empty() => {}
            Some(missing) => {
                return refuse(say!(
                    "no agreement in force in {partnership} binds the lead and all who implement the project: {missing} must sign one",
                    "aucune convention en vigueur dans {partnership} n'engage le chef de file et tous ceux qui mettent en œuvre le projet : {missing} doit en signer une"
                ));
            }
            None => {
                return refuse(say!(
                    "no agreement is in force in {partnership}: see `ensemble agreement list --parent {partnership}`",
                    "aucune convention n'est en vigueur dans {partnership} : voir `ensemble agreement list --parent {partnership}`"
                ));
            }
        }
    }
    let confirmed = [commitment::State::Confirmed, commitment::State::Fulfilled];
    let named = project.budget_lines.iter().map(|line| &line.commitment).filter(|name| !name.is_empty());
    let open =
        named.filter(|name| !carrier.commitments.get(*name).is_some_and(|state| confirmed.contains(state)));
    match open.map(String::as_str).collect::<Vec<_>>().join(", ") {
        open if open.is_empty() => Ok(()),
        open => refuse(say!(
            "its budget draws on commitments that are not confirmed: {open}",
            "son budget s'appuie sur des engagements qui ne sont pas confirmés : {open}"
        )),
    }
}

/// Its final report is accepted, or all its parts are over, since a project with parts does not report; what datasets it announced
/// are published or withdrawn; and no need is left without a word (PRJ-15).
pub(crate) fn may_be_closed(project: &Model, _: Micros) -> Result<()> {
    let refuse = |why| Err(Error::refused("PRJ-15", why));
    let Facts { parts, open_parts, final_report, ref needs, ref announced, .. } = project.facts;
    if open_parts > 0 {
        return refuse(say!(
            "{open_parts} of its parts are not over: close or cancel them first",
            "{open_parts} de ses parties ne sont pas terminées : clôturez-les ou abandonnez-les d'abord"
        ));
    }
    if parts == 0 && !final_report {
        return refuse(say!("its final report is not accepted", "son rapport final n'est pas accepté"));
    }
    if !announced.is_empty() {
        let announced = announced.join(", ");
        return refuse(say!(
            "publish the datasets that it announced, or withdraw them with a reason: {announced}",
            "publiez les jeux de données qu'il a annoncés, ou retirez-les avec un motif : {announced}"
        ));
    }
    let settled = [need::State::Resolved, need::State::Rejected];
    let open: Vec<&str> =
        needs.iter().filter(|need| !settled.contains(&need.state)).map(|need| need.name.as_str()).collect();
    if !open.is_empty() && project.closing_note.is_empty() {
        let open = open.join(", ");
        return refuse(say!(
            "say in closing_note why these needs are left open, or resolve them: {open}",
            "dites dans closing_note pourquoi ces besoins restent ouverts, ou résolvez-les : {open}"
        ));
    }
    Ok(())
}

/// The refusal of a lead that does not take part (PRJ-14).
pub fn lead_inactive(lead: &str) -> Error {
    Error::refused("PRJ-14", say!("its lead {lead} is not active", "son chef de file {lead} n'est pas actif"))
}

/// What was promised was kept, or is not said to be (PRJ-13).
pub(crate) fn nothing_left_planned(project: &Model, _: Micros) -> Result<()> {
    match project.safeguards.iter().find(|safeguard| safeguard.status() == Status::Planned) {
        None => Ok(()),
        Some(pb::Safeguard { code, .. }) => Err(Error::refused(
            "PRJ-13",
            say!(
                "the safeguard {code} is still planned: say whether it was met",
                "la garantie {code} est encore prévue : dites si elle a été assurée"
            ),
        )),
    }
}
