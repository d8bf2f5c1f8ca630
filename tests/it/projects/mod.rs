//! Stories of projects.

mod import;
mod register;

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

/// A project with all that a review asks for.
fn whole(lead: &str) -> pb::Project {
    let safeguard = |code: &&str| pb::Safeguard {
        code: (*code).to_owned(),
        status: Status::Met.into(),
        ..Default::default()
    };
    pb::Project {
        territories: vec!["territories/paris".to_owned()],
        needs: vec!["territories/paris/needs/n1".to_owned()],
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
    let mut project = done(admin.projects().create_project(create(whole(partner))).await);
    for verb in verbs {
        let by = if matches!(*verb, "ReviewProject" | "CloseProject") { &coordinator } else { &admin };
        project = done(take(by, verb, &project.name, false).await);
    }
    project
}

/// Someone of the partner with another role.
async fn reporter(network: &'static Network, partner: &str) -> Caller {
    network.colleague(partner, Role::Reporter).await
}
