//! What a report stands on: its project, its period, what the project promised, and what was accepted before. Gathered by
//! the store, so that rules stay pure.

use std::sync::Arc;

use chassis::error::{Error, Result};
use chassis::say;
use proto::projects as pb;
use proto::projects::indicator::{CountingBasis, Source};

use super::row::Model;
use crate::project_indicator::course::Step;
use crate::project_indicator::row::Model as Promise;
use crate::settings::Agreed;

/// What a report stands on.
#[derive(Clone, Debug)]
pub struct Ground {
    /// The project that reports.
    pub project: crate::project::row::Model,
    /// It has no parts.
    pub leaf: bool,
    /// What is reported on; none of a correction of imported days that are no period of the network.
    pub period: Option<crate::reporting_period::row::Model>,
    /// What the project promised, and what was accepted of it.
    pub promises: Vec<Promise>,
    /// The reports of the project that count.
    pub accepted: Vec<Model>,
    /// What the network has agreed on.
    pub agreed: Arc<Agreed>,
}

impl Ground {
    /// What was promised by an indicator of the project.
    pub fn promise(&self, project_indicator: &str) -> Option<&Promise> {
        self.promises.iter().find(|promise| promise.name == project_indicator)
    }

    /// The report that this one corrects.
    pub fn corrected(&self, report: &Model) -> Option<&Model> {
        self.accepted.iter().find(|other| other.name == report.corrects)
    }

    /// A partner has a part in the project.
    pub fn takes_part(&self, partner: &str) -> bool {
        self.project.lead_partner == partner
            || self.project.participants.iter().any(|participant| participant.partner == partner)
    }

    /// The reports that count for days before this one's end, without those of its own days: what happens later carries
    /// nothing (LES-6).
    pub fn before(&self, report: &Model) -> impl Iterator<Item = &Model> {
        let (start, end) = (report.period_start, report.period_end);
        self.accepted.iter().filter(move |other| {
            other.period_end <= end && (other.period_start, other.period_end) != (start, end)
        })
    }
}

/// The indicator of the project that a field names.
///
/// # Errors
/// `INVALID_ARGUMENT` when the project has none of that name.
pub fn promised<'g>(ground: &'g Ground, field: &str, name: &str) -> Result<&'g Promise> {
    match (name, ground.promise(name)) {
        ("", _) => Err(Error::required(field)),
        (_, Some(promise)) => Ok(promise),
        (_, None) => Err(Error::invalid(
            field,
            say!("the project has no such indicator", "le projet n'a pas cet indicateur"),
        )),
    }
}

/// The registry computes it: nobody types it (PRJ-20).
pub fn is_computed(promise: &Promise) -> bool {
    promise.told.library.as_ref().is_some_and(|library| library.source == Source::System)
}

/// It counts people, each once (GDP-2).
pub fn counts_people(promise: &Promise) -> bool {
    promise
        .told
        .library
        .as_ref()
        .is_some_and(|library| library.counting_basis == CountingBasis::UniquePersons)
}

/// What an indicator is called, for refusals: its original title.
pub fn title(promise: &Promise) -> String {
    let title = match &promise.told.library {
        Some(library) => Some(&*library.title),
        None => promise.as_found.title.as_ref(),
    };
    let original = title.and_then(|title| title.translations.get(&title.default_language_code));
    original.map_or_else(|| promise.name.clone(), |original| original.text.clone())
}

/// A target of it is due in a report's days.
pub fn is_due(promise: &Promise, report: &Model) -> bool {
    promise.course().due(report.period_start, report.period_end).is_some()
}

/// The figure of an indicator in a report, when there is one: 0 is one (BEY-9).
pub fn actual<'r>(report: &'r Model, promise: &Promise) -> Option<&'r pb::IndicatorValue> {
    report.values.iter().find(|value| value.project_indicator == promise.name)?.actual.as_ref()
}

/// What was accepted of an indicator, with what this report says of its days instead of what was accepted of them.
pub fn steps(promise: &Promise, report: &Model, ground: &Ground) -> Vec<Step> {
    let days = |report: &Model| (report.period_start, report.period_end);
    let others = ground.accepted.iter().filter(|other| days(other) != days(report));
    let step = |report: &Model| {
        let (start, end) = days(report);
        actual(report, promise).map(|value| Step { start, end, value: value.clone() })
    };
    others.chain([report]).filter_map(step).collect()
}
