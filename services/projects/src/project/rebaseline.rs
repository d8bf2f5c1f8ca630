//! A new baseline for a project that was approved (PRJ-16): the project and its indicators, in one transaction.

use std::collections::BTreeMap;

use chassis::database::Unit;
use chassis::error::{Error, Result, Violations};
use chassis::{Call, mask, say};
use proto::common::Origin;
use proto::projects as pb;

use super::row::Model;
use super::{guards, inform, lifecycle};
use crate::indicator;
use crate::project_indicator::describe::describe;
use crate::project_indicator::{self, rules, store};

type Promised = project_indicator::row::Model;

/// Gives a project a new baseline; what was promised must still be whole (PRJ-11, PRJ-12).
pub(crate) async fn run(
    unit: &mut Unit<'_>,
    call: &Call,
    request: &pb::RebaselineProjectRequest,
) -> Result<Model> {
    let asked = &request.name;
    let before: Model =
        chassis::store::find(unit, asked).await?.ok_or_else(|| call.caller.not_found(asked))?;
    let rule = |project: &mut Model| lifecycle::rebaseline(project, request, call);
    let mut meant = before.clone();
    rule(&mut meant)?; // whoever may not goes no further
    let same = |one: &Model, other: &Model| {
        (&one.needs, &one.territories) == (&other.needs, &other.territories)
            && one.planned_period() == other.planned_period()
    };
    if !indicators(unit, call, &before, request).await? && same(&before, &meant) {
        return Err(Error::invalid(
            "project",
            say!("nothing of the baseline changes", "rien de la base ne change"),
        ));
    }
    let (mut after, _) = chassis::store::apply(unit, call, before, rule).await?;
    inform::gather(vec![&mut after], unit.txn).await?;
    // What an imported project lacks stands in its gaps.
    if after.origin != Origin::Imported {
        guards::located(&after)?;
        guards::measured(&after)?;
    }
    Ok(after)
}

/// Takes out, changes and adds what the request names; whether that is anything.
async fn indicators(
    unit: &mut Unit<'_>,
    call: &Call,
    project: &Model,
    request: &pb::RebaselineProjectRequest,
) -> Result<bool> {
    let (drafts, removed) = (&request.project_indicators, &request.removed_project_indicators);
    if drafts.is_empty() && removed.is_empty() {
        return Ok(false);
    }
    let promised = store::of_project(unit.txn, &project.name).await?;
    let mut promised: BTreeMap<String, Promised> =
        promised.into_iter().map(|promised| (promised.name.clone(), promised)).collect();
    // Each by its own revision: the etag that came with the call is the project's.
    let each = Call { etag: String::new(), ..call.clone() };
    remove(unit, &each, &mut promised, removed).await?;

    let all: Vec<&pb::ProjectIndicator> = drafts.iter().collect();
    let periods = store::periods(unit.txn, &rules::periods_named(&all)).await?;
    let library =
        indicator::store::named(unit.txn, drafts.iter().map(|draft| draft.indicator.as_str())).await?;
    let mut wrong = Violations::default();
    for (index, draft) in drafts.iter().enumerate() {
        let at = format!("project_indicators[{index}]");
        if draft.name.is_empty() {
            let of_library = library.iter().find(|one| one.name == draft.indicator).cloned();
            let new = rules::add("", project, of_library, draft, &periods, call);
            if let Some(new) = wrong.check(new.map_err(|error| error.under(&at)))? {
                chassis::store::insert(unit, &each, &new).await?;
            }
        } else if let Some(before) = promised.remove(&draft.name) {
            let rule = |promised: &mut Promised| {
                let draft = mask::apply(&promised.clone().into(), &may_change(draft), None)?;
                describe(promised, &draft, &periods).map_err(|error| error.under(&at))
            };
            wrong.check(chassis::store::apply(unit, &each, before, rule).await)?;
        } else {
            wrong.add(format!("{at}.name"), unknown());
        }
    }
    wrong.finish()?;
    Ok(true)
}

async fn remove(
    unit: &mut Unit<'_>,
    call: &Call,
    promised: &mut BTreeMap<String, Promised>,
    removed: &[String],
) -> Result<()> {
    let mut wrong = Violations::default();
    let mut gone = Vec::new();
    for (index, name) in removed.iter().enumerate() {
        match promised.remove(name) {
            Some(one) => gone.push(one),
            None => wrong.add(format!("removed_project_indicators[{index}]"), unknown()),
        }
    }
    wrong.finish()?;
    let names: Vec<&str> = gone.iter().map(|one| one.name.as_str()).collect();
    if let Some(kept) = store::with_values(unit.txn, &names).await?.first() {
        return Err(Error::refused(
            "PRJ-16",
            say!("{kept} has accepted values: it stays", "{kept} a des valeurs acceptées : il reste"),
        ));
    }
    for one in gone {
        chassis::store::delete(unit, call, one, |_| Ok(())).await?;
    }
    Ok(())
}

fn unknown() -> say::Text {
    say!(
        "the project has no such indicator, or it is named twice",
        "le projet n'a pas cet indicateur, ou il est nommé deux fois"
    )
}

/// What a new baseline may change of an indicator.
fn may_change(draft: &pb::ProjectIndicator) -> pb::ProjectIndicator {
    pb::ProjectIndicator {
        baseline: draft.baseline.clone(),
        targets: draft.targets.clone(),
        result_level: draft.result_level.clone(),
        result_title: draft.result_title.clone(),
        ..Default::default()
    }
}
