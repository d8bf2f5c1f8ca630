//! A network that reports, made over the wire: a partner, the library, its projects, and four periods.

use std::time::Duration;

use futures::{StreamExt as _, TryStreamExt as _};
use proto::Date;
use proto::auth::Role;
use proto::common::{DateRange, Evidence, LocalizedText, Translation};
use proto::identity as id;
use proto::partners as partners_pb;
use proto::projects as pb;
use proto::projects::indicator::{
    CountingBasis, DisaggregationMode, EntityAggregation, Source, TimeAggregation,
};

use crate::Result;
use crate::figure::sample;
use crate::person::Person;
use crate::server::Server;

/// Calls at once while things are made.
const HANDS: usize = 16;
const ADMIN: &str = "admin@localhost";
const PASSWORD: &str = "another horse, another battery, another staple";
const SAFEGUARDS: [&str; 6] = [
    "NON_DIGITAL_CHANNEL",
    "ACCESSIBILITY",
    "LANGUAGE_LITERACY",
    "AFFORDABILITY",
    "PRIVACY",
    "HUMAN_SUPPORT",
];
/// The cells of each value of 100, by three dimensions.
const CELLS: [(&str, &str, &str); 6] = [
    ("AGE_BAND", "18_24", "30"),
    ("AGE_BAND", "40_59", "50"),
    ("AGE_BAND", "LT12", "20"),
    ("SEX", "FEMALE", "60"),
    ("SEX", "MALE", "40"),
    ("TERRITORY", "NOT_STATED", "100"),
];

/// Who and what there is.
pub(crate) struct Network {
    pub(crate) coordinator: Person,
    pub(crate) admin: Person,
    pub(crate) partner: String,
    territory: String,
    need: String,
    pub(crate) periods: Vec<String>,
}

/// A project under way, and the indicators that it reports on.
pub(crate) struct Project {
    pub(crate) name: String,
    pub(crate) lines: Vec<String>,
}

impl Network {
    /// A partner with an administrator, a need, and four quarters that take reports.
    pub(crate) async fn make(server: &Server) -> Result<Self> {
        let coordinator = Person::at(server, &server.sign_in().await?).await?;
        let request = partners_pb::CreatePartnerRequest { partner: Some(sample()), ..Default::default() };
        let partner = coordinator.partners().create_partner(request).await?.into_inner().name;
        let request = partners_pb::ApprovePartnerRequest { name: partner.clone(), ..Default::default() };
        coordinator.partners().approve_partner(request).await?;
        let admin = administrator(server, &coordinator, &partner).await?;
        let territory = pb::Territory {
            display_name: Some(text("Rivertown")),
            kind: pb::territory::Kind::Municipality.into(),
            country_code: "FR".to_owned(),
            ..Default::default()
        };
        let request = pb::CreateTerritoryRequest { territory: Some(territory), ..Default::default() };
        let territory = coordinator.territories().create_territory(request).await?.into_inner().name;
        let need = pb::Need {
            title: Some(text("Help close to home")),
            description: Some(text("Nobody helps.")),
            target_groups: vec!["ALL".to_owned()],
            raised_by: partner.clone(),
            ..Default::default()
        };
        let request =
            pb::CreateNeedRequest { parent: territory.clone(), need: Some(need), ..Default::default() };
        let need = admin.needs().create_need(request).await?.into_inner().name;
        let request = pb::QualifyNeedRequest { name: need.clone(), priority: 1, ..Default::default() };
        coordinator.needs().qualify_need(request).await?;
        let mut periods = Vec::new();
        for quarter in 0..4 {
            periods.push(period(&coordinator, quarter).await?);
        }
        Ok(Self { coordinator, admin, partner, territory, need, periods })
    }

    /// So many indicators of things, counted by sex, age and territory.
    pub(crate) async fn library(&self, count: usize) -> Result<()> {
        let made = futures::stream::iter(0..count).map(|number| async move {
            let indicator = pb::Indicator {
                code: format!("bench-{number}"),
                title: Some(text(&format!("Devices lent, in way {number}"))),
                definition: Some(text("Devices that were lent to people who had none.")),
                measure: "1".to_owned(),
                unit: "device".to_owned(),
                time_aggregation: TimeAggregation::Sum.into(),
                entity_aggregation: EntityAggregation::Sum.into(),
                counting_basis: CountingBasis::Things.into(),
                dimensions: ["SEX", "AGE_BAND", "TERRITORY"].map(str::to_owned).to_vec(),
                disaggregation_mode: DisaggregationMode::Parallel.into(),
                source: Source::Reported.into(),
                ..Default::default()
            };
            let indicator_id = format!("bench-{number}");
            let request =
                pb::CreateIndicatorRequest { indicator: Some(indicator), indicator_id, ..Default::default() };
            let name = self.coordinator.indicators().create_indicator(request).await?.into_inner().name;
            let request = pb::ActivateIndicatorRequest { name, ..Default::default() };
            self.coordinator.indicators().activate_indicator(request).await?;
            Result::Ok(())
        });
        made.buffer_unordered(HANDS).try_collect().await
    }

    /// A project under way that reports on the first indicators of the library in each period.
    pub(crate) async fn project(&self, indicators: usize) -> Result<Project> {
        let safeguard = |code: &str| pb::Safeguard {
            code: code.to_owned(),
            status: pb::safeguard::Status::Met.into(),
            ..Default::default()
        };
        let project = pb::Project {
            title: Some(text("Devices for all")),
            summary: Some(text("We lend devices.")),
            lead_partner: self.partner.clone(),
            planned_period: span((2025, 1, 1), (2025, 12, 31)),
            recommendations: vec!["recommendations/idt-5".to_owned()],
            theory_of_change: Some(pb::TheoryOfChange {
                problem: "Some cannot take part.".to_owned(),
                activities: "We help them.".to_owned(),
                ..Default::default()
            }),
            safeguards: SAFEGUARDS.map(safeguard).to_vec(),
            territories: vec![self.territory.clone()],
            needs: vec![self.need.clone()],
            ..Default::default()
        };
        let request = pb::CreateProjectRequest { project: Some(project), ..Default::default() };
        let name = self.admin.projects().create_project(request).await?.into_inner().name;
        let lines = futures::stream::iter(0..indicators).map(|number| self.promise(&name, number));
        let mut lines: Vec<String> = lines.buffer_unordered(HANDS).try_collect().await?;
        lines.sort_unstable();
        let request = pb::SubmitProjectRequest { name: name.clone(), ..Default::default() };
        self.admin.projects().submit_project(request).await?;
        let decision = pb::review_project_request::Decision::Approve.into();
        let request = pb::ReviewProjectRequest { name: name.clone(), decision, ..Default::default() };
        self.coordinator.projects().review_project(request).await?;
        let actual_start_date = date((2025, 1, 1));
        let request = pb::StartProjectRequest { name: name.clone(), actual_start_date, ..Default::default() };
        self.admin.projects().start_project(request).await?;
        Ok(Project { name, lines })
    }

    async fn promise(&self, project: &str, number: usize) -> Result<String> {
        let target = |period: &String| pb::Target {
            reporting_period: period.clone(),
            value: Some(value("100")),
            ..Default::default()
        };
        let promise = pb::ProjectIndicator {
            indicator: format!("indicators/bench-{number}"),
            // One outcome, which a plan must have.
            result_level: if number == 0 { "2" } else { "1" }.to_owned(),
            result_title: Some(text("Everyone has a device.")),
            baseline: Some(pb::Baseline { value: Some(value("0")), ..Default::default() }),
            targets: self.periods.iter().map(target).collect(),
            ..Default::default()
        };
        let request = pb::CreateProjectIndicatorRequest {
            parent: project.to_owned(),
            project_indicator: Some(promise),
            ..Default::default()
        };
        let made = self.admin.project_indicators().create_project_indicator(request).await?;
        Ok(made.into_inner().name)
    }

    /// Begins the report of a project for a period: all its indicators, each by three dimensions.
    pub(crate) async fn draft(&self, project: &Project, period: &str) -> Result<String> {
        let values = project.lines.iter().map(|line| pb::ReportValue {
            project_indicator: line.clone(),
            actual: Some(value("100")),
            cells: CELLS.iter().map(cell).collect(),
            ..Default::default()
        });
        let report = pb::Report {
            reporting_period: period.to_owned(),
            values: values.collect(),
            narrative: Some(pb::ReportNarrative { progress: Some(text("We lent.")), ..Default::default() }),
            evidence: vec![Evidence {
                title: "Survey".to_owned(),
                uri: "https://example.org/survey.pdf".to_owned(),
                ..Default::default()
            }],
            ..Default::default()
        };
        let parent = project.name.clone();
        let request = pb::CreateReportRequest { parent, report: Some(report), ..Default::default() };
        Ok(self.admin.reports().create_report(request).await?.into_inner().name)
    }

    /// Accepts reports one after the other.
    pub(crate) async fn accept_all(&self, reports: &[String]) -> Result<()> {
        for report in reports {
            self.accept(report).await?;
        }
        Ok(())
    }

    /// Sends a report to review, which accepts it.
    pub(crate) async fn accept(&self, report: &str) -> Result<()> {
        let request = pb::SubmitReportRequest { name: report.to_owned(), ..Default::default() };
        self.admin.reports().submit_report(request).await?;
        let decision = pb::review_report_request::Decision::Accept.into();
        let request = pb::ReviewReportRequest { name: report.to_owned(), decision, ..Default::default() };
        self.coordinator.reports().review_report(request).await?;
        Ok(())
    }
}

async fn administrator(server: &Server, coordinator: &Person, partner: &str) -> Result<Person> {
    let user = id::User { email: ADMIN.to_owned(), language_code: "en".to_owned(), ..Default::default() };
    let request = id::CreateUserRequest { user: Some(user), ..Default::default() };
    let user = coordinator.users().create_user(request).await?.into_inner();
    let membership =
        id::Membership { user: user.name, role: Role::PartnerAdmin.into(), ..Default::default() };
    let request = id::CreateMembershipRequest {
        parent: partner.to_owned(),
        membership: Some(membership),
        ..Default::default()
    };
    coordinator.memberships().create_membership(request).await?;
    let (invitation_code, password) = (user.invitation_code, PASSWORD.to_owned());
    let request = id::ActivateUserRequest { invitation_code, password, ..Default::default() };
    coordinator.users().activate_user(request).await?;
    // identity hears of an approved partner a moment later.
    for _ in 0..200 {
        let admin = Person::at(server, &server.sign_in_as(ADMIN, PASSWORD).await?).await?;
        let me = admin.tokens().get_current_principal(id::GetCurrentPrincipalRequest {}).await;
        if me.is_ok_and(|me| me.get_ref().partner_roles.iter().any(|role| !role.sector.is_empty())) {
            return Ok(admin);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Err("identity does not hear that the partner was approved".into())
}

async fn period(coordinator: &Person, quarter: i32) -> Result<String> {
    let (start, last) = (1 + 3 * quarter, [31, 30, 30, 31]);
    let end = (2025, 3 + 3 * quarter, last[usize::try_from(quarter)?]);
    let period = pb::ReportingPeriod {
        cycle: pb::reporting_period::Cycle::Quarterly.into(),
        period: span((2025, start, 1), end),
        open_date: date((2025, start, 1)),
        due_date: date((2026, 2, 1)),
        lock_date: date((2099, 12, 31)),
        ..Default::default()
    };
    let request = pb::CreateReportingPeriodRequest { reporting_period: Some(period), ..Default::default() };
    Ok(coordinator.periods().create_reporting_period(request).await?.into_inner().name)
}

fn date((year, month, day): (i32, i32, i32)) -> Option<Date> {
    Some(Date { year, month, day })
}

fn span(start: (i32, i32, i32), end: (i32, i32, i32)) -> Option<DateRange> {
    Some(DateRange { start_date: date(start), end_date: date(end) })
}

pub(crate) fn text(text: &str) -> LocalizedText {
    let translation = Translation { text: text.to_owned(), ..Translation::default() };
    LocalizedText {
        default_language_code: "en".to_owned(),
        translations: [("en".to_owned(), translation)].into(),
        ..LocalizedText::default()
    }
}

fn value(digits: &str) -> pb::IndicatorValue {
    let number = proto::common::DecimalValue { value: digits.to_owned() };
    pb::IndicatorValue { kind: Some(pb::indicator_value::Kind::Decimal(number)) }
}

fn cell((dimension, code, digits): &(&str, &str, &str)) -> pb::Cell {
    let (dimension, code) = ((*dimension).to_owned(), (*code).to_owned());
    pb::Cell {
        coordinates: vec![pb::CellCoordinate { dimension, code }],
        value: Some(value(digits)),
        suppressed: false,
    }
}
