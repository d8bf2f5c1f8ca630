//! Who owes which report, since when, and whose turn it is (PRJ-24, BEY-5). Pure: facts and a given now.
//!
//! A project owes a report for each period that has opened, overlaps with the days that the project runs, and took reports
//! after the project was registered: nobody is late for what was over before. After its final report it owes none.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chassis::column::{Coded, Day, Micros};
use chassis::filter::{Field, FilterValue};
use proto::projects as pb;
use proto::projects::report::{Punctuality, State};
use proto::projects::reporting_period::State as PeriodState;

use crate::report::rules::{awaiting, punctuality};
use crate::reporting_period::row::Model as Period;
use crate::reporting_period::rules as periods;
use crate::settings::Agreed;

/// What obligations may be filtered by.
pub const FIELDS: &[Field] = &[
    Field::text("project"),
    Field::text("reporting_period"),
    Field::text("lead_partner"),
    Field::enumeration("punctuality", "ensemble.projects.v1.Report.Punctuality"),
    Field::text("awaiting"),
    Field::date("due_date"),
];

/// What obligations follow from.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The projects that report.
    pub projects: Vec<Project>,
    /// The periods of the network, the earliest first.
    pub periods: Vec<Period>,
    /// What became of the reports of these projects.
    pub reports: Vec<Report>,
    /// When was last reminded of what, by project and period.
    pub reminders: HashMap<(String, String), Micros>,
}

/// What must be known of a project.
#[derive(Clone, Debug)]
pub struct Project {
    /// `projects/{project}`.
    pub name: String,
    /// Who owes its reports.
    pub lead_partner: String,
    /// When it was registered.
    pub create_time: Micros,
    /// When it began, or is to begin.
    pub start: Option<Day>,
    /// When its work ended.
    pub end: Option<Day>,
    /// It is said to be dormant.
    pub dormant: bool,
}

/// What must be known of a report.
#[derive(Clone, Debug)]
pub struct Report {
    /// `projects/{project}/reports/{report}`.
    pub name: String,
    /// Its project.
    pub project: String,
    /// Its period.
    pub reporting_period: String,
    /// Where it stands.
    pub state: Coded<State>,
    /// Since when.
    pub state_time: Micros,
    /// On time or late, once submitted.
    pub punctuality: Coded<Punctuality>,
    /// When it was submitted first.
    pub submit_time: Option<Micros>,
    /// It is the last of its project.
    pub is_final: bool,
}

/// A report that a project owes for a period, or has given.
#[derive(Clone, Debug, PartialEq)]
pub struct Obligation {
    /// The project.
    pub project: String,
    /// Who owes it.
    pub lead_partner: String,
    /// For which period.
    pub reporting_period: String,
    /// Until when.
    pub due: Day,
    /// How it stands in time.
    pub punctuality: Punctuality,
    /// Days after the due date, until today or until it was submitted.
    pub days_late: i32,
    /// The report, once begun, and where it stands.
    pub report: Option<(String, State)>,
    /// Since when it waits for whose turn it is.
    pub awaiting_since: Micros,
    /// Two in a row are missing.
    pub dormant: bool,
    /// When was last reminded of it.
    pub reminded: Option<Micros>,
}

impl Obligation {
    /// Whose turn it is.
    pub fn awaiting(&self) -> &'static str {
        self.report.as_ref().map_or("PARTNER", |(_, state)| awaiting(*state))
    }

    /// The value of a field that may be filtered by.
    pub fn value(&self, field: &str) -> Option<FilterValue> {
        match field {
            "project" => Some(self.project.as_str().into()),
            "reporting_period" => Some(self.reporting_period.as_str().into()),
            "lead_partner" => Some(self.lead_partner.as_str().into()),
            "punctuality" => Some(i32::from(self.punctuality).into()),
            "awaiting" => Some(self.awaiting().into()),
            "due_date" => Some(self.due.into()),
            _ => None,
        }
    }

    /// Its place in the order: what is most urgent first. What came back from review is as urgent as what is overdue; what
    /// is missing can no longer be sent, and comes after what still can.
    pub fn place(&self) -> String {
        let rank = match (self.awaiting(), self.punctuality) {
            ("PARTNER", Punctuality::Overdue | Punctuality::OnTime | Punctuality::Late) => 0,
            ("PARTNER", Punctuality::DueSoon) => 1,
            ("REVIEWER", _) => 2,
            ("PARTNER", Punctuality::Missing) => 3,
            ("PARTNER", _) => 4,
            _ => 5,
        };
        format!("{rank} {} {} {}", self.due, self.project, self.reporting_period)
    }

    /// A reminder may help: its partner has not sent it, and it is due soon or was due.
    pub fn may_be_reminded(&self) -> bool {
        self.awaiting() == "PARTNER"
            && matches!(self.punctuality, Punctuality::DueSoon | Punctuality::Overdue | Punctuality::Missing)
    }
}

impl From<Obligation> for pb::ReportObligation {
    fn from(obligation: Obligation) -> Self {
        let awaiting = obligation.awaiting().to_owned();
        let (report, state) = obligation.report.unwrap_or_default();
        Self {
            project: obligation.project,
            project_title: String::new(),
            lead_partner: obligation.lead_partner,
            reporting_period: obligation.reporting_period,
            due_date: Some(obligation.due.to_date()),
            punctuality: obligation.punctuality.into(),
            days_late: obligation.days_late,
            report,
            report_state: state.into(),
            awaiting,
            awaiting_since: Some(obligation.awaiting_since.to_timestamp()),
            dormant: obligation.dormant,
            remind_time: obligation.reminded.map(Micros::to_timestamp),
        }
    }
}

/// All obligations that follow from the facts.
pub fn obligations(facts: &Facts, agreed: &Agreed, now: Micros) -> Vec<Obligation> {
    let reports = Reports::of(facts);
    let dormant = dormant(facts, agreed, now);
    let mut all = Vec::new();
    for project in &facts.projects {
        for period in owed(project, facts, &reports, agreed, now) {
            let mut obligation = obligation(project, period, reports.current(project, period), agreed, now);
            obligation.dormant = dormant.contains(project.name.as_str());
            let key = (project.name.clone(), period.name.clone());
            obligation.reminded = facts.reminders.get(&key).copied();
            all.push(obligation);
        }
    }
    all
}

fn obligation(
    project: &Project,
    period: &Period,
    report: Option<&Report>,
    agreed: &Agreed,
    now: Micros,
) -> Obligation {
    let stands = stands(period, report, agreed, now);
    let until = report.and_then(|report| report.submit_time).unwrap_or(now);
    let days_late = match (stands, agreed.zone.day(until)) {
        (Punctuality::Late | Punctuality::Overdue | Punctuality::Missing, Some(day)) => {
            (*day - *period.due).num_days().clamp(0, i32::MAX.into()) as i32
        }
        _ => 0,
    };
    Obligation {
        project: project.name.clone(),
        lead_partner: project.lead_partner.clone(),
        reporting_period: period.name.clone(),
        due: period.due,
        punctuality: stands,
        days_late,
        report: report.map(|report| (report.name.clone(), report.state.get())),
        awaiting_since: report.map_or(agreed.zone.start(period.open), |report| report.state_time),
        dormant: false,
        reminded: None,
    }
}

/// How the report of a period stands in time, begun or not.
fn stands(period: &Period, report: Option<&Report>, agreed: &Agreed, now: Micros) -> Punctuality {
    match report.map(|report| report.punctuality.get()) {
        Some(known) if known != Punctuality::Unspecified => known,
        // It was found as it is, not submitted here.
        _ if report.is_some_and(|report| report.state == State::Accepted) => Punctuality::OnTime,
        _ => punctuality(None, period, agreed.zone, agreed.due_soon_days, now),
    }
}

/// The periods for which a project owes a report, the earliest first.
fn owed<'f>(
    project: &'f Project,
    facts: &'f Facts,
    reports: &'f Reports<'f>,
    agreed: &'f Agreed,
    now: Micros,
) -> impl Iterator<Item = &'f Period> {
    let last = reports.last.get(project.name.as_str());
    facts.periods.iter().filter(move |period| {
        let runs = project.start.is_none_or(|start| start <= period.end)
            && project.end.is_none_or(|end| period.start <= end);
        let known = agreed.zone.end(period.lock) >= project.create_time;
        let ended = last.is_some_and(|last| period.start > *last);
        let opened = periods::state(period, agreed.zone, now) != PeriodState::Scheduled;
        // What was begun is an obligation, whatever the days say.
        (runs && known && !ended && opened) || reports.current(project, period).is_some()
    })
}

/// The projects whose last two closed periods of a cycle are missing, and that sent nothing since (PRJ-24).
pub fn dormant<'f>(facts: &'f Facts, agreed: &Agreed, now: Micros) -> BTreeSet<&'f str> {
    let reports = Reports::of(facts);
    let is_dormant = |project: &&Project| {
        let mut missing: BTreeMap<i32, u32> = BTreeMap::new();
        for period in owed(project, facts, &reports, agreed, now) {
            let report = reports.current(project, period);
            let in_a_row = missing.entry(period.cycle.number()).or_default();
            match stands(period, report, agreed, now) {
                Punctuality::Missing => *in_a_row += 1,
                // It is not over yet: nothing can be said.
                Punctuality::NotDue | Punctuality::DueSoon | Punctuality::Overdue => {}
                _ => *in_a_row = 0,
            }
        }
        missing.values().any(|in_a_row| *in_a_row >= 2)
    };
    facts.projects.iter().filter(is_dormant).map(|project| project.name.as_str()).collect()
}

/// The reports by project and period, and the last day that a final one of a project reports on.
struct Reports<'f> {
    by_period: HashMap<(&'f str, &'f str), &'f Report>,
    last: HashMap<&'f str, Day>,
}

impl<'f> Reports<'f> {
    fn of(facts: &'f Facts) -> Self {
        let ends: HashMap<&str, Day> =
            facts.periods.iter().map(|period| (period.name.as_str(), period.end)).collect();
        let (mut by_period, mut last) = (HashMap::new(), HashMap::new());
        for report in &facts.reports {
            let key = (report.project.as_str(), report.reporting_period.as_str());
            if report.state == State::Superseded {
                continue;
            }
            if report.is_final
                && report.state == State::Accepted
                && let Some(end) = ends.get(key.1)
            {
                last.insert(key.0, *end);
            }
            // A correction that someone is at work on is whose turn it is; what it corrects counts meanwhile.
            let at_work = |report: &Report| report.state != State::Accepted;
            let known = by_period.entry(key).or_insert(report);
            if at_work(report) && !at_work(known) {
                *known = report;
            }
        }
        Self { by_period, last }
    }

    fn current(&self, project: &Project, period: &Period) -> Option<&'f Report> {
        self.by_period.get(&(project.name.as_str(), period.name.as_str())).copied()
    }
}
