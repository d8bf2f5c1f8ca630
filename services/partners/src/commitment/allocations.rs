//! How much of a commitment goes to which project. Pure.

use chassis::error::{Error, Result, Violations};
use chassis::{Call, say};
use proto::partners as pb;
use proto::partners::commitment::Nature;
use rust_decimal::Decimal;

use super::measure;
use super::row::Model;
use super::rules::LIFECYCLE;

/// The pattern of names of projects.
const PROJECT: &str = "projects/{project}";

/// What projects are given is no more than the pledge (PAR-16).
pub(super) fn within_the_pledge(commitment: &Model) -> Result<()> {
    let (field, money) = match commitment.nature.get() {
        Nature::Cash => ("amount", true),
        _ => ("quantity", false),
    };
    let parts = commitment.allocations.iter();
    let parts = parts.map(|part| commitment.said(part.quantity.as_ref(), part.amount.as_ref()));
    let allocated = measure::sum(field, parts)?;
    if allocated <= commitment.pledged() {
        return Ok(());
    }
    let told = |number: Decimal| match commitment.tell(number) {
        (_, Some(amount)) if money => chassis::value::format_money(&amount),
        (Some(quantity), _) => format!("{} {}", quantity.value, commitment.unit),
        _ => number.to_string(),
    };
    let (allocated, pledged) = (told(allocated), told(commitment.pledged()));
    Err(Error::refused(
        "PAR-16",
        say!(
            "projects would have {allocated} of {pledged}: allocate less, or take back from another project",
            "les projets auraient {allocated} sur {pledged} : affectez moins, ou reprenez à un autre projet"
        ),
    ))
}

/// Says how much of it goes to a project, in place of what was said before; 0 takes it back.
///
/// # Errors
/// As the lifecycle; `INVALID_ARGUMENT` naming the wrong field; `FAILED_PRECONDITION` citing PAR-16.
pub fn allocate(commitment: &mut Model, request: &pb::AllocateCommitmentRequest, call: &Call) -> Result<()> {
    LIFECYCLE.take("AllocateCommitment", commitment, call)?;
    let mut wrong = Violations::default();
    wrong.require("project", !request.project.is_empty());
    wrong.reference("project", PROJECT, &request.project)?;
    let read = commitment.read(request.quantity.as_ref(), request.amount.as_ref());
    let part = wrong.check(read)?.unwrap_or_default();
    if part < Decimal::ZERO {
        let field = if request.amount.is_some() { "amount.minor_units" } else { "quantity.value" };
        wrong.add(field, say!("not below 0", "pas en dessous de 0"));
    }
    wrong.finish()?;
    commitment.allocations.0.retain(|other| other.project != request.project);
    if !part.is_zero() {
        let (quantity, amount) = commitment.tell(part);
        let part = pb::CommitmentAllocation { project: request.project.clone(), quantity, amount };
        commitment.allocations.0.push(part);
        commitment.allocations.0.sort_by(|one, other| one.project.cmp(&other.project));
    }
    if commitment.allocations.len() > chassis::draft::MOST {
        let most = chassis::draft::MOST;
        return Err(Error::invalid("project", say!("at most {most} projects", "{most} projets au plus")));
    }
    commitment.projects = commitment.allocations.iter().map(|part| part.project.as_str()).collect();
    within_the_pledge(commitment)
}
