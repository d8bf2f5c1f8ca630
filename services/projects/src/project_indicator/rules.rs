//! What may become of a project's indicator. Pure: rows, messages and a given now. What each field may hold is in
//! `describe.rs`, how far it has come in `course.rs`.

use std::collections::BTreeMap;

use chassis::column::{Day, Micros};
use chassis::error::{Error, Result, Violations};
use chassis::gap::Gap;
use chassis::{Call, name, say};
use proto::common::Origin;
use proto::projects as pb;
use proto::projects::indicator::State as LibraryState;
use proto::projects::project::State;
use rust_decimal::Decimal;

use super::describe::{describe, said};
use super::row::{Model, Told};
use crate::indicator;
use crate::measure::Meaning;
use crate::project;
use crate::project::rules::TERMINAL;

/// The pattern of names.
pub const PATTERN: &str = "projects/{project}/projectIndicators/{project_indicator}";
/// Output, outcome and impact: codes of the IATI list `ResultType`.
pub const OUTPUT: &str = "1";
/// As [`OUTPUT`].
pub const OUTCOME: &str = "2";

/// The days of the reporting periods that targets name.
pub type Periods = BTreeMap<String, (Day, Day)>;

/// A row with nothing in it yet.
pub fn blank(id: &str, uid: uuid::Uuid, project: &project::row::Model, now: Micros) -> Model {
    Model {
        name: format!("{}/projectIndicators/{id}", project.name),
        uid: uid.to_string(),
        revision: 1,
        create_time: now,
        update_time: now,
        project: project.name.clone(),
        lead_partner: project.lead_partner.clone(),
        indicator: String::new(),
        as_found: Default::default(),
        result_level: String::new(),
        result_title: Default::default(),
        baseline: Default::default(),
        targets: Default::default(),
        has_baseline: false,
        last_target: None,
        origin: Origin::Registered.into(),
        indicator_version: 0,
        told: Told { project: Some((project.state.get(), project.origin.get())), ..Told::default() },
    }
}

/// A new indicator of a project, from what was asked.
///
/// # Errors
/// `FAILED_PRECONDITION` citing PRJ-16, or because of the project's state; `INVALID_ARGUMENT` naming every wrong field.
pub fn create(
    id: &str,
    project: &project::row::Model,
    library: Option<indicator::row::Model>,
    draft: &pb::ProjectIndicator,
    periods: &Periods,
    call: &Call,
) -> Result<Model> {
    let lacking = project::guards::measured(project).is_err();
    open(project.state.get(), project.origin == Origin::Imported && lacking)?;
    add(id, project, library, draft, periods, call).map_err(|error| error.under("project_indicator"))
}

/// As [`create`], whatever the state of the project: for a new baseline.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn add(
    id: &str,
    project: &project::row::Model,
    library: Option<indicator::row::Model>,
    draft: &pb::ProjectIndicator,
    periods: &Periods,
    call: &Call,
) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "project_indicator_id", id, 'n')?;
    let mut indicator = blank(&id, uid, project, call.now);
    wrong.check(usable(&draft.indicator, library.as_ref()))?;
    indicator.indicator.clone_from(&draft.indicator);
    match library {
        // Values are looked at once it is known what they are of.
        Some(library) => {
            indicator.indicator_version = library.version;
            indicator.told.library = Some(Box::new(library));
            wrong.check(describe(&mut indicator, draft, periods))?;
        }
        None => {
            wrong.check(said(&mut indicator, draft))?;
        }
    }
    wrong.finish()?;
    Ok(indicator)
}

/// The library has the indicator, for new use.
fn usable(named: &str, library: Option<&indicator::row::Model>) -> Result<()> {
    let field = "indicator";
    if named.is_empty() {
        return Err(Error::required(field));
    }
    name::check_reference(field, indicator::rules::PATTERN, named)?;
    let Some(library) = library else {
        return Err(Error::invalid(field, say!("there is no such indicator", "cet indicateur n'existe pas")));
    };
    match library.state.get() {
        LibraryState::Active => Ok(()),
        LibraryState::Deprecated if !library.successor.is_empty() => {
            let successor = &library.successor;
            Err(Error::invalid(
                field,
                say!("it is deprecated: use {successor}", "il est abandonné : utilisez {successor}"),
            ))
        }
        LibraryState::Deprecated => Err(Error::invalid(field, say!("it is deprecated", "il est abandonné"))),
        LibraryState::Draft | LibraryState::Unspecified => {
            Err(Error::invalid(field, say!("it is still a draft", "il est encore à l'état de brouillon")))
        }
    }
}

/// Changes a project's indicator to what the draft says.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` citing PRJ-16, or because of the project's state.
pub fn update(indicator: &mut Model, draft: &pb::ProjectIndicator, periods: &Periods) -> Result<()> {
    let before = indicator.clone();
    let (state, _) = indicator.told.project.unwrap_or_default();
    open(state, true)?;
    describe(indicator, draft, periods).map_err(|error| error.under("project_indicator"))?;
    let fills = before.origin == Origin::Imported && only_fills(&before, indicator);
    open(state, fills)
}

/// What was found stays; what it lacked was filled in (BEY-8).
fn only_fills(before: &Model, after: &Model) -> bool {
    let kept = |field: &Model| (field.result_level.clone(), field.result_title.clone());
    let baseline = before.baseline == after.baseline || !before.has_baseline;
    let targets = before.targets == after.targets || before.targets.is_empty();
    kept(before) == kept(after) && baseline && targets
}

/// The project is still being written, or what it lacked when it was found is filled in (PRJ-16, BEY-8).
///
/// # Errors
/// `FAILED_PRECONDITION` citing PRJ-16 or `STATE`.
pub fn open(state: State, fills: bool) -> Result<()> {
    match state {
        State::Draft | State::Returned => Ok(()),
        State::Submitted => Err(Error::refused(
            "STATE",
            say!(
                "its project is being reviewed: change it once it is returned",
                "son projet est en relecture : modifiez-le une fois renvoyé"
            ),
        )),
        state if TERMINAL.contains(&state) => Err(Error::refused(
            "STATE",
            say!(
                "its project is closed or cancelled: nothing of it changes",
                "son projet est clos ou abandonné : il ne change plus"
            ),
        )),
        _ if fills => Ok(()),
        _ => Err(Error::refused(
            "PRJ-16",
            say!(
                "the indicators of an approved project change only with a new baseline, which says why",
                "les indicateurs d'un projet approuvé ne changent qu'avec une nouvelle base, motivée"
            ),
        )),
    }
}

/// What was promised of a project that was approved is not taken back (PRJ-16).
///
/// # Errors
/// As [`open`].
pub fn may_be_deleted(indicator: &Model) -> Result<()> {
    open(indicator.told.project.unwrap_or_default().0, false)
}

/// The days of a target that was settled; one that was found may have none.
pub fn days(target: &pb::Target) -> Option<(Day, Day)> {
    let period = target.period.as_ref()?;
    let day = |date: &Option<proto::Date>| Day::from_date("", date.as_ref()?).ok();
    Some((day(&period.start_date)?, day(&period.end_date)?))
}

/// What was promised fits what the indicator now asks of values.
///
/// # Errors
/// `FAILED_PRECONDITION` citing AGG-7: values of two meanings are not mixed.
pub fn fits(promised: &Model, meaning: &Meaning) -> Result<()> {
    let values = promised.targets.iter().map(|target| (target.value.as_ref(), &target.cells));
    let values = values.chain([(promised.baseline.value.as_ref(), &promised.baseline.cells)]);
    for (value, cells) in values {
        let fits = value.is_none_or(|value| meaning.check("value", value).is_ok());
        if !fits || meaning.check_cells("cells", cells).is_err() {
            let name = &promised.name;
            return Err(Error::refused(
                "AGG-7",
                say!(
                    "{name} has values of the old meaning: make a new indicator, and deprecate this one for it",
                    "{name} a des valeurs de l'ancien sens : créez un autre indicateur, qui succédera à celui-ci"
                ),
            ));
        }
    }
    Ok(())
}

/// What an imported one still lacks (BEY-8).
pub fn gaps(indicator: &Model) -> Vec<Gap> {
    let over = indicator.told.project.is_some_and(|(state, _)| TERMINAL.contains(&state));
    if indicator.origin != Origin::Imported || over {
        return Vec::new();
    }
    let baseline = (!indicator.has_baseline).then_some(Gap {
        field: "baseline",
        rule: "PRJ-12",
        what: say!("say where it started", "dites d'où il est parti"),
    });
    let targets = indicator.last_target.is_none().then_some(Gap {
        field: "targets",
        rule: "PRJ-12",
        what: say!("say where it is to be, and when", "dites où il doit arriver, et quand"),
    });
    [baseline, targets].into_iter().flatten().collect()
}

/// A number as the contract holds it: to six places, and nothing when it has more than fifteen before the point.
pub fn shown(number: Decimal) -> Option<Decimal> {
    let rounded = number.round_dp(6);
    (rounded.abs().trunc() < Decimal::from(1_000_000_000_000_000_i64)).then_some(rounded)
}

/// The reporting periods that the targets of these name.
pub fn periods_named(drafts: &[&pb::ProjectIndicator]) -> Vec<String> {
    let targets = drafts.iter().flat_map(|draft| &draft.targets);
    let mut names: Vec<String> = targets.map(|target| target.reporting_period.clone()).collect();
    names.retain(|name| !name.is_empty());
    names.sort_unstable();
    names.dedup();
    names
}
