//! Stories of projects.

mod dataset;
mod export;
pub(crate) mod import;
mod indicator;
mod lifecycle;
pub(crate) mod need;
mod obligation;
mod observation;
mod parents;
mod participation;
mod period;
mod places;
mod project_indicator;
mod recommended;
mod register;
mod report;
pub(crate) mod report_file;
pub(crate) mod reporting;
mod result;
mod settings;
mod statements;
pub(crate) mod strategy;
mod summary;
pub(crate) mod territory;

use proto::auth::Role;
use proto::common::DateRange;
use proto::projects as pb;
use proto::projects::safeguard::Status;

use crate::caller::{Caller, done};
use crate::harness::Network;
use crate::sample;

const SAFEGUARDS: [&str; 6] = [
    "NON_DIGITAL_CHANNEL",
    "ACCESSIBILITY",
    "LANGUAGE_LITERACY",
    "AFFORDABILITY",
    "PRIVACY",
    "HUMAN_SUPPORT",
];

/// A project with all that a draft must have.
pub(crate) fn draft(lead: &str) -> pb::Project {
    let day = |year, month| Some(proto::Date { year, month, day: 1 });
    pb::Project {
        title: Some(sample::text("fr", &format!("Projet {}", sample::word()))),
        summary: Some(sample::text("fr", "Ce que nous faisons.")),
        lead_partner: lead.to_owned(),
        planned_period: Some(DateRange { start_date: day(2026, 1), end_date: day(2028, 12) }),
        ..Default::default()
    }
}

/// A project with all that it says of itself for a review; `placed` says where it is and what for.
fn whole(lead: &str) -> pb::Project {
    let safeguard = |code: &&str| pb::Safeguard {
        code: (*code).to_owned(),
        status: Status::Met.into(),
        ..Default::default()
    };
    pb::Project {
        recommendations: vec!["recommendations/idt-5".to_owned()],
        theory_of_change: Some(pb::TheoryOfChange {
            problem: "Some cannot take part.".to_owned(),
            activities: "We help them.".to_owned(),
            ..Default::default()
        }),
        safeguards: SAFEGUARDS.iter().map(safeguard).collect(),
        ..draft(lead)
    }
}

/// A project in a town of its own, for a need there that is qualified.
async fn placed(network: &'static Network, project: pb::Project) -> pb::Project {
    let town = territory::municipality(network, "").await.name;
    let need = need::qualified(network, &town).await.name;
    pb::Project { territories: vec![town], needs: vec![need], ..project }
}

/// An indicator of the library, promised from nothing to a hundred until the end of [`draft`].
fn promise(indicator: &str, level: &str) -> pb::ProjectIndicator {
    let day = |year, month| Some(proto::Date { year, month, day: 1 });
    pb::ProjectIndicator {
        indicator: format!("indicators/{indicator}"),
        result_level: level.to_owned(),
        result_title: Some(sample::text("fr", "Chacun peut participer.")),
        baseline: Some(pb::Baseline { value: Some(reporting::number("0")), ..Default::default() }),
        targets: vec![pb::Target {
            period: Some(DateRange { start_date: day(2028, 1), end_date: day(2028, 12) }),
            value: Some(reporting::number("100")),
            ..Default::default()
        }],
        ..Default::default()
    }
}

fn add(project: &str, promise: pb::ProjectIndicator) -> pb::CreateProjectIndicatorRequest {
    pb::CreateProjectIndicatorRequest {
        parent: project.to_owned(),
        project_indicator: Some(promise),
        ..Default::default()
    }
}

/// A draft with all that a review asks for: its outcome, then its output.
async fn promising(network: &'static Network, partner: &str) -> (pb::Project, [String; 2]) {
    let admin = network.partner_admin(partner).await;
    let project = placed(network, whole(partner)).await;
    let project = done(admin.projects().create_project(create(project)).await);
    let mut names = Vec::new();
    for (indicator, level) in [("idt-i01", "2"), ("idt-i02", "1")] {
        let request = add(&project.name, promise(indicator, level));
        names.push(done(admin.project_indicators().create_project_indicator(request).await).name);
    }
    (project, names.try_into().unwrap())
}

/// The last report of a project, accepted: of the earlier half-year of this network.
async fn report_finally(network: &'static Network, partner: &str, project: &str) {
    let admin = network.partner_admin(partner).await;
    let [period, _] = reporting::halves(network).await;
    let action = pb::CorrectiveAction {
        text: "Nous irons plus vite.".to_owned(),
        owner: partner.to_owned(),
        due_date: reporting::in_days(30),
        done: false,
    };
    let report = pb::Report {
        reporting_period: period,
        narrative: Some(pb::ReportNarrative {
            progress: Some(sample::text("fr", "Tout est fait.")),
            ..Default::default()
        }),
        evidence: vec![proto::common::Evidence {
            title: "Enquête".to_owned(),
            uri: "https://example.org/enquete.pdf".to_owned(),
            ..Default::default()
        }],
        corrective_actions: vec![action],
        r#final: true,
        ..Default::default()
    };
    let request =
        pb::CreateReportRequest { parent: project.to_owned(), report: Some(report), ..Default::default() };
    let report = done(admin.reports().create_report(request).await);
    done(admin.reports().submit_report(reporting::submit(&report.name)).await);
    let reviewer = network.reviewer().await;
    done(reviewer.reports().review_report(reporting::accept(&report.name)).await);
}

/// Closes a project whose needs go on.
async fn close(by: &Caller, project: &str, closing_note: &str) -> Answer {
    let request = pb::CloseProjectRequest {
        name: project.to_owned(),
        closing_note: closing_note.to_owned(),
        ..Default::default()
    };
    by.projects().close_project(request).await
}

fn create(project: pb::Project) -> pb::CreateProjectRequest {
    pb::CreateProjectRequest { project: Some(project), ..Default::default() }
}

fn change(project: pb::Project, paths: &[&str]) -> pb::UpdateProjectRequest {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    pb::UpdateProjectRequest {
        project: Some(project),
        update_mask: Some(prost_types::FieldMask { paths }),
        ..Default::default()
    }
}

type Answer = Result<tonic::Response<pb::Project>, tonic::Status>;

/// A verb of the lifecycle, by its name.
async fn take(caller: &Caller, verb: &str, name: &str, validate_only: bool) -> Answer {
    let (name, reason) = (name.to_owned(), "Because.".to_owned());
    let mut projects = caller.projects();
    match verb {
        "SubmitProject" => {
            projects
                .submit_project(pb::SubmitProjectRequest { name, validate_only, ..Default::default() })
                .await
        }
        "ReviewProject" => {
            let decision = pb::review_project_request::Decision::Approve.into();
            projects
                .review_project(pb::ReviewProjectRequest {
                    name,
                    decision,
                    validate_only,
                    ..Default::default()
                })
                .await
        }
        "StartProject" => {
            projects
                .start_project(pb::StartProjectRequest { name, validate_only, ..Default::default() })
                .await
        }
        "SuspendProject" => {
            projects
                .suspend_project(pb::SuspendProjectRequest {
                    name,
                    reason,
                    validate_only,
                    ..Default::default()
                })
                .await
        }
        "ResumeProject" => {
            projects
                .resume_project(pb::ResumeProjectRequest {
                    name,
                    reason,
                    validate_only,
                    ..Default::default()
                })
                .await
        }
        "CompleteProject" => {
            projects
                .complete_project(pb::CompleteProjectRequest { name, validate_only, ..Default::default() })
                .await
        }
        "CloseProject" => {
            projects
                .close_project(pb::CloseProjectRequest { name, validate_only, ..Default::default() })
                .await
        }
        "CancelProject" => {
            projects
                .cancel_project(pb::CancelProjectRequest {
                    name,
                    reason,
                    validate_only,
                    ..Default::default()
                })
                .await
        }
        "RebaselineProject" => {
            let day = |year, month| Some(proto::Date { year, month, day: 1 });
            let period = DateRange { start_date: day(2026, 2), end_date: day(2028, 12) };
            projects
                .rebaseline_project(pb::RebaselineProjectRequest {
                    name,
                    reason,
                    validate_only,
                    project: Some(pb::Project { planned_period: Some(period), ..Default::default() }),
                    ..Default::default()
                })
                .await
        }
        other => panic!("{other} is no verb of a project"),
    }
}

/// A partner that takes part, and its administrator.
async fn lead(network: &'static Network) -> (String, Caller) {
    let partner = network.active_partner().await.name;
    let admin = network.partner_admin(&partner).await;
    (partner, admin)
}

/// A project of that partner which these verbs have moved.
async fn moved(network: &'static Network, partner: &str, verbs: &[&str]) -> pb::Project {
    let (admin, coordinator) = (network.partner_admin(partner).await, network.coordinator().await);
    let (mut project, _) = promising(network, partner).await;
    for verb in verbs {
        project = match *verb {
            "CloseProject" => {
                report_finally(network, partner, &project.name).await;
                done(close(&coordinator, &project.name, "La ville continue.").await)
            }
            "ReviewProject" => done(take(&coordinator, verb, &project.name, false).await),
            _ => done(take(&admin, verb, &project.name, false).await),
        };
    }
    project
}

/// Someone of the partner with another role.
async fn reporter(network: &'static Network, partner: &str) -> Caller {
    network.colleague(partner, Role::Reporter).await
}
