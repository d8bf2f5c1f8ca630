//! A network that reports: two half-years that take reports, and projects that promised something for them.

use proto::common::{DateRange, Evidence};
use proto::projects as pb;
use proto::projects::reporting_period::Cycle;

use super::{take, whole};
use crate::caller::{Caller, done};
use crate::harness::Network;
use crate::sample;

/// A day so many days from today.
pub(crate) fn in_days(days: i64) -> Option<proto::Date> {
    let seconds = crate::harness::in_days(days).seconds;
    // The civil calendar by counting days (Howard Hinnant): the tests need no calendar of their own otherwise.
    let z = seconds.div_euclid(86_400) + 719_468;
    let (era, day_of_era) = (z.div_euclid(146_097), z.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let part = |number: i64| i32::try_from(number).unwrap();
    Some(proto::Date { year: part(year), month: part(month), day: part(day) })
}

pub(crate) fn days(start: i64, end: i64) -> Option<DateRange> {
    Some(DateRange { start_date: in_days(start), end_date: in_days(end) })
}

/// A period of these days, from today: what is reported on, until when on time, until when at all.
pub(crate) fn period(cycle: Cycle, (start, end): (i64, i64), due: i64, lock: i64) -> pb::ReportingPeriod {
    pb::ReportingPeriod {
        cycle: cycle.into(),
        period: days(start, end),
        open_date: in_days(start),
        due_date: in_days(due),
        lock_date: in_days(lock),
        ..Default::default()
    }
}

pub(crate) fn plan(period: pb::ReportingPeriod) -> pb::CreateReportingPeriodRequest {
    pb::CreateReportingPeriodRequest { reporting_period: Some(period), ..Default::default() }
}

/// The days of the two half-years that all stories of a network report on: the earlier is overdue, the later due soon.
const HALVES: [(i64, i64, i64, i64); 2] = [(-380, -191, -180, 30), (-190, -1, 5, 30)];

/// The two half-years of this network, the earlier first.
pub(crate) async fn halves(network: &'static Network) -> [String; 2] {
    let names = network.once("half-years", async {
        let coordinator = network.coordinator().await;
        let mut names = Vec::new();
        for (start, end, due, lock) in HALVES {
            let half = period(Cycle::HalfYearly, (start, end), due, lock);
            names.push(done(coordinator.periods().create_reporting_period(plan(half)).await).name);
        }
        Caller::new(network, names.join(" "), crate::caller::Who::nobody())
    });
    let names = names.await.name;
    let (earlier, later) = names.split_once(' ').unwrap();
    [earlier.to_owned(), later.to_owned()]
}

/// A project under way that promised 100 people helped and 100 devices in each half-year.
pub(crate) struct Reporting {
    pub(crate) project: String,
    /// How many people were helped: an outcome, added up over time, by sex.
    pub(crate) people: String,
    /// How many devices were handed out: an output, added up over time.
    pub(crate) devices: String,
}

pub(crate) async fn reporting(network: &'static Network, partner: &str) -> Reporting {
    let [earlier, later] = halves(network).await;
    promising(network, partner, &[&earlier, &later]).await
}

/// The same for these periods.
pub(crate) async fn promising(network: &'static Network, partner: &str, periods: &[&str]) -> Reporting {
    let (admin, coordinator) = (network.partner_admin(partner).await, network.coordinator().await);
    let need = need(network, partner).await;
    let territory = need.rsplit_once("/needs/").unwrap().0.to_owned();
    let project = pb::Project {
        territories: vec![territory],
        needs: vec![need],
        planned_period: days(-400, 400),
        budget_lines: vec![pb::BudgetLine {
            source: partner.to_owned(),
            amount: Some(proto::common::Money { currency_code: "EUR".to_owned(), minor_units: 100_000 }),
            kind: pb::budget_line::Kind::Opex.into(),
            line_id: "l1".to_owned(),
            ..Default::default()
        }],
        ..whole(partner)
    };
    let made = done(admin.projects().create_project(super::create(project)).await);
    let people = promise(&admin, &made.name, "indicators/idt-i01", "2", periods).await;
    let devices = promise(&admin, &made.name, "indicators/idt-i02", "1", periods).await;
    done(take(&admin, "SubmitProject", &made.name, false).await);
    done(take(&coordinator, "ReviewProject", &made.name, false).await);
    let start = pb::StartProjectRequest {
        name: made.name.clone(),
        actual_start_date: in_days(-400),
        ..Default::default()
    };
    done(admin.projects().start_project(start).await);
    Reporting { project: made.name, people, devices }
}

pub(crate) async fn promise(
    admin: &Caller,
    project: &str,
    indicator: &str,
    level: &str,
    periods: &[&str],
) -> String {
    let hundred = || Some(number("100"));
    let target = |period: &&str| pb::Target {
        reporting_period: (*period).to_owned(),
        value: hundred(),
        ..Default::default()
    };
    let at_the_end = pb::Target { period: days(300, 400), value: hundred(), ..Default::default() };
    let promise = pb::ProjectIndicator {
        indicator: indicator.to_owned(),
        result_level: level.to_owned(),
        result_title: Some(sample::text("en", "More people are at home online.")),
        baseline: Some(pb::Baseline { value: Some(number("0")), ..Default::default() }),
        targets: periods.iter().map(target).chain([at_the_end]).collect(),
        ..Default::default()
    };
    let request = pb::CreateProjectIndicatorRequest {
        parent: project.to_owned(),
        project_indicator: Some(promise),
        ..Default::default()
    };
    done(admin.project_indicators().create_project_indicator(request).await).name
}

/// A need of a new territory that a coordinator qualified.
async fn need(network: &'static Network, partner: &str) -> String {
    let (admin, coordinator) = (network.partner_admin(partner).await, network.coordinator().await);
    let territory = pb::Territory {
        display_name: Some(sample::text("fr", &format!("Commune {}", sample::word()))),
        kind: pb::territory::Kind::Municipality.into(),
        country_code: "FR".to_owned(),
        ..Default::default()
    };
    let request = pb::CreateTerritoryRequest { territory: Some(territory), ..Default::default() };
    let territory = done(coordinator.territories().create_territory(request).await);
    let need = pb::Need {
        title: Some(sample::text("fr", "Être aidé près de chez soi")),
        description: Some(sample::text("fr", "Personne n'aide.")),
        target_groups: vec!["ALL".to_owned()],
        raised_by: partner.to_owned(),
        ..Default::default()
    };
    let request = pb::CreateNeedRequest { parent: territory.name, need: Some(need), ..Default::default() };
    let need = done(admin.needs().create_need(request).await);
    let request = pb::QualifyNeedRequest { name: need.name.clone(), priority: 1, ..Default::default() };
    done(coordinator.needs().qualify_need(request).await);
    need.name
}

pub(crate) fn number(digits: &str) -> pb::IndicatorValue {
    let value = proto::common::DecimalValue { value: digits.to_owned() };
    pb::IndicatorValue { kind: Some(pb::indicator_value::Kind::Decimal(value)) }
}

pub(crate) fn value(project_indicator: &str, digits: &str) -> pb::ReportValue {
    pb::ReportValue {
        project_indicator: project_indicator.to_owned(),
        actual: Some(number(digits)),
        ..Default::default()
    }
}

impl Reporting {
    /// All that a review asks for of a period.
    pub(crate) fn draft(&self, period: &str, people: &str, devices: &str) -> pb::Report {
        pb::Report {
            reporting_period: period.to_owned(),
            values: vec![value(&self.people, people), value(&self.devices, devices)],
            narrative: Some(pb::ReportNarrative {
                progress: Some(sample::text("fr", "Nous avons aidé.")),
                ..Default::default()
            }),
            evidence: vec![Evidence {
                title: "Enquête".to_owned(),
                uri: "https://example.org/enquete.pdf".to_owned(),
                ..Default::default()
            }],
            ..Default::default()
        }
    }

    pub(crate) fn create(&self, report: pb::Report) -> pb::CreateReportRequest {
        pb::CreateReportRequest { parent: self.project.clone(), report: Some(report), ..Default::default() }
    }

    /// A report of a period that waits for review.
    pub(crate) async fn submitted(&self, by: &Caller, period: &str, people: &str) -> pb::Report {
        let draft = self.create(self.draft(period, people, "100"));
        let made = done(by.reports().create_report(draft).await);
        done(by.reports().submit_report(submit(&made.name)).await)
    }

    /// A report of a period that counts.
    pub(crate) async fn accepted(&self, by: &Caller, period: &str, people: &str) -> pb::Report {
        let submitted = self.submitted(by, period, people).await;
        let reviewer = by.network.reviewer().await;
        done(reviewer.reports().review_report(accept(&submitted.name)).await)
    }
}

pub(crate) fn submit(name: &str) -> pb::SubmitReportRequest {
    pb::SubmitReportRequest { name: name.to_owned(), ..Default::default() }
}

pub(crate) fn accept(name: &str) -> pb::ReviewReportRequest {
    let decision = pb::review_report_request::Decision::Accept.into();
    pb::ReviewReportRequest { name: name.to_owned(), decision, ..Default::default() }
}

pub(crate) fn give_back(name: &str, comment: &str) -> pb::ReviewReportRequest {
    let decision = pb::review_report_request::Decision::Return.into();
    let comment = comment.to_owned();
    pb::ReviewReportRequest { name: name.to_owned(), decision, comment, ..Default::default() }
}

pub(crate) fn change(report: pb::Report, paths: &[&str]) -> pb::UpdateReportRequest {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    pb::UpdateReportRequest {
        report: Some(report),
        update_mask: Some(prost_types::FieldMask { paths }),
        ..Default::default()
    }
}

pub(crate) async fn read(caller: &Caller, name: &str) -> pb::Report {
    done(caller.reports().get_report(pb::GetReportRequest { name: name.to_owned() }).await)
}
