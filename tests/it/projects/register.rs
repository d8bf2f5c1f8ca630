//! From the draft to the close: who may do what to a project, and what it lacks.

use proto::auth::Role;
use proto::projects as pb;
use proto::projects::project::State;
use proto::projects::review_project_request::Decision;
use proto::projects::safeguard::Status;
use tonic::Code;

use super::{
    add, change, close, create, draft, lead, moved, placed, promise, report_finally, reporter, take, whole,
};
use crate::caller::{Caller, Refusal, done, expect};
use crate::harness::{Network, eventually};

async fn get(caller: &Caller, name: &str) -> Result<tonic::Response<pb::Project>, tonic::Status> {
    caller.projects().get_project(pb::GetProjectRequest { name: name.to_owned() }).await
}

async fn a_project_goes_from_the_draft_to_the_close(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let (coordinator, reviewer) = (network.coordinator().await, network.reviewer().await);
    let colleague = reporter(network, &partner).await;
    let made = done(colleague.projects().create_project(create(draft(&partner))).await);
    assert_eq!((made.state(), made.awaiting.as_str(), made.revision), (State::Draft, "PARTNER", 1));
    let name = made.name.clone();
    assert_eq!(
        get(&network.outsider().await, &name).await.unwrap_err().code(),
        Code::NotFound,
        "a draft is not public"
    );

    expect(
        Code::PermissionDenied,
        "PERMISSION_DENIED",
        take(&colleague, "SubmitProject", &name, false).await,
    );
    expect(Code::FailedPrecondition, "PROJECT_FIELDS", take(&admin, "SubmitProject", &name, false).await);
    let filled = placed(network, whole(&partner)).await;
    let filled = pb::Project { name: name.clone(), ..filled };
    let fill =
        async |paths: &[&str]| done(colleague.projects().update_project(change(filled.clone(), paths)).await);
    fill(&["territories", "recommendations", "theory_of_change"]).await;
    expect(Code::FailedPrecondition, "PRJ_11", take(&admin, "SubmitProject", &name, false).await);
    fill(&["needs"]).await;
    expect(Code::FailedPrecondition, "PRJ_12", take(&admin, "SubmitProject", &name, false).await);
    for (indicator, level) in [("idt-i01", "2"), ("idt-i02", "1")] {
        let request = add(&name, promise(indicator, level));
        done(colleague.project_indicators().create_project_indicator(request).await);
    }
    expect(Code::FailedPrecondition, "PRJ_13", take(&admin, "SubmitProject", &name, false).await);
    let mut answered = pb::Project { name: name.clone(), ..whole(&partner) };
    answered.safeguards[1].status = Status::Planned.into();
    done(colleague.projects().update_project(change(answered, &["safeguards"])).await);
    let submitted = done(take(&admin, "SubmitProject", &name, false).await);
    assert_eq!((submitted.state(), submitted.awaiting.as_str()), (State::Submitted, "REVIEWER"));
    assert!(submitted.review_due_date.is_some(), "the reviewer has a clock too (bey_5)");
    let late = pb::Project { name: name.clone(), iati_identifier: "FR-1-1".to_owned(), ..Default::default() };
    expect(
        Code::FailedPrecondition,
        "STATE",
        admin.projects().update_project(change(late, &["iati_identifier"])).await,
    );

    let review = |decision: Decision, comment: &str| pb::ReviewProjectRequest {
        name: name.clone(),
        decision: decision.into(),
        comment: comment.to_owned(),
        ..Default::default()
    };
    let unsaid = reviewer.projects().review_project(review(Decision::Return, "")).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", unsaid).fields, ["comment"]);
    let returned = done(reviewer.projects().review_project(review(Decision::Return, "Say more.")).await);
    assert_eq!((returned.state(), returned.state_reason.as_str()), (State::Returned, "Say more."));
    done(take(&admin, "SubmitProject", &name, false).await);
    assert_eq!(
        done(reviewer.projects().review_project(review(Decision::Approve, "")).await).state(),
        State::Approved
    );
    assert_eq!(
        done(get(&network.anonymous(), &name).await).state(),
        State::Approved,
        "what is approved is public"
    );

    let elsewhere = pb::Project {
        name: name.clone(),
        needs: vec!["territories/lyon/needs/n2".to_owned()],
        ..Default::default()
    };
    expect(
        Code::FailedPrecondition,
        "PRJ_16",
        admin.projects().update_project(change(elsewhere, &["needs"])).await,
    );
    let future = pb::StartProjectRequest {
        name: name.clone(),
        actual_start_date: Some(proto::Date { year: 2100, month: 1, day: 1 }),
        ..Default::default()
    };
    expect(Code::InvalidArgument, "INVALID_FIELD", admin.projects().start_project(future).await);
    let started = done(take(&admin, "StartProject", &name, false).await);
    assert!(started.state() == State::Active && started.actual_start_date.is_some());
    expect(Code::FailedPrecondition, "PRJ_13", take(&admin, "CompleteProject", &name, false).await);
    let met = pb::Project { name: name.clone(), ..whole(&partner) };
    done(admin.projects().update_project(change(met, &["safeguards"])).await);
    assert_eq!(done(take(&admin, "CompleteProject", &name, false).await).awaiting, "COORDINATOR");
    expect(Code::PermissionDenied, "PERMISSION_DENIED", take(&admin, "CloseProject", &name, false).await);
    expect(Code::FailedPrecondition, "PRJ_15", close(&coordinator, &name, "La ville continue.").await);
    report_finally(network, &partner, &name).await;
    expect(Code::FailedPrecondition, "PRJ_15", close(&coordinator, &name, "").await);
    let closed = done(close(&coordinator, &name, "La ville continue.").await);
    assert_eq!((closed.state(), closed.closing_note.as_str()), (State::Closed, "La ville continue."));
    expect(Code::FailedPrecondition, "STATE", take(&coordinator, "CancelProject", &name, false).await);
}

async fn les_10_a_project_is_changed_by_its_lead_alone(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let project = moved(network, &partner, &["SubmitProject", "ReviewProject"]).await;
    let other = network.home_partner().await;
    let edit = |name: &str| {
        change(
            pb::Project { name: name.to_owned(), iati_identifier: "XX-1".to_owned(), ..Default::default() },
            &["iati_identifier"],
        )
    };
    let intruders = [
        network.outsider().await,
        network.reviewer().await,
        network.partner_admin(&other).await,
        network.colleague(&other, Role::Reporter).await,
        network.integration(&other, &["projects.project.update", "projects.project.create"]).await,
        network.colleague(&partner, Role::Trainer).await,
    ];
    for intruder in intruders {
        expect(
            Code::PermissionDenied,
            "PERMISSION_DENIED",
            intruder.projects().update_project(edit(&project.name)).await,
        );
        expect(
            Code::PermissionDenied,
            "PERMISSION_DENIED",
            intruder.projects().create_project(create(draft(&partner))).await,
        );
        expect(
            Code::PermissionDenied,
            "PERMISSION_DENIED",
            take(&intruder, "StartProject", &project.name, false).await,
        );
    }
    expect(
        Code::Unauthenticated,
        "UNAUTHENTICATED",
        network.anonymous().projects().update_project(edit(&project.name)).await,
    );
    let led_by_another =
        pb::Project { name: project.name.clone(), lead_partner: other, ..Default::default() };
    let moved = admin.projects().update_project(change(led_by_another, &["lead_partner"])).await;
    assert_eq!(moved.unwrap_err().code(), Code::InvalidArgument, "the lead is immutable");
    done(
        network
            .integration(&partner, &["projects.project.update"])
            .await
            .projects()
            .update_project(edit(&project.name))
            .await,
    );
}

async fn sep_1_nobody_reviews_a_project_of_their_own_partner(network: &'static Network) {
    let (partner, _) = lead(network).await;
    let project = moved(network, &partner, &["SubmitProject"]).await;
    let judge = network.person(&[Role::Reviewer]).await;
    let membership = proto::identity::Membership {
        user: judge.name.clone(),
        role: Role::Trainer.into(),
        ..Default::default()
    };
    let request = proto::identity::CreateMembershipRequest {
        parent: partner.clone(),
        membership: Some(membership),
        ..Default::default()
    };
    done(network.coordinator().await.memberships().create_membership(request).await);
    let judge = judge.within(&partner).await;
    expect(Code::FailedPrecondition, "SEP_1", take(&judge, "ReviewProject", &project.name, false).await);
    done(take(&network.reviewer().await, "ReviewProject", &project.name, false).await);
}

async fn a_project_refers_to_partners_that_are_there(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let (partner, admin) = lead(network).await;
    let nobody = pb::Project { lead_partner: "partners/nobody".to_owned(), ..draft("") };
    let refusal = expect(
        Code::InvalidArgument,
        "INVALID_FIELD",
        coordinator.projects().create_project(create(nobody)).await,
    );
    assert_eq!(refusal.fields, ["project.lead_partner"]);
    let participant =
        |partner: &str| pb::Participant { partner: partner.to_owned(), iati_role: "4".to_owned() };
    let with_nobody = pb::Project {
        participants: vec![participant(&partner), participant("partners/nobody")],
        ..draft(&partner)
    };
    let refusal = expect(
        Code::InvalidArgument,
        "INVALID_FIELD",
        admin.projects().create_project(create(with_nobody)).await,
    );
    assert!(refusal.fields[0].starts_with("project.participants[1]"), "{:?}", refusal.fields);
    let waiting =
        done(coordinator.partners().create_partner(crate::sample::create(crate::sample::partner())).await)
            .name;
    let refused = coordinator.projects().create_project(create(draft(&waiting))).await;
    assert!(refused.is_err(), "a partner that was not approved leads nothing");
}

async fn bey_7_allowed_actions_agree_with_what_then_happens(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let other = network.home_partner().await;
    let callers = [
        ("coordinator", network.coordinator().await),
        ("reviewer", network.reviewer().await),
        ("own admin", admin),
        ("own reporter", reporter(network, &partner).await),
        ("admin of another", network.partner_admin(&other).await),
        ("nobody", network.anonymous()),
    ];
    let ways: [&[&str]; 8] = [
        &[],
        &["SubmitProject"],
        &["SubmitProject", "ReviewProject"],
        &["SubmitProject", "ReviewProject", "StartProject"],
        &["SubmitProject", "ReviewProject", "StartProject", "SuspendProject"],
        &["SubmitProject", "ReviewProject", "StartProject", "CompleteProject"],
        &["SubmitProject", "ReviewProject", "StartProject", "CompleteProject", "CloseProject"],
        &["CancelProject"],
    ];
    for way in ways {
        let project = moved(network, &partner, way).await;
        for (label, caller) in &callers {
            let Ok(seen) = get(caller, &project.name).await else { continue };
            let actions = seen.into_inner().allowed_actions;
            assert_eq!(actions.len(), 9, "every verb is explained");
            for action in actions {
                let at = format!("{} by {label} after {way:?}", action.method);
                match take(caller, &action.method, &project.name, true).await {
                    Ok(_) => {
                        assert!(
                            action.allowed,
                            "{at} can be done, and was said not to be: {}",
                            action.reason
                        );
                    }
                    Err(status) => {
                        assert!(
                            !action.allowed,
                            "{at} was said to be allowed: {}",
                            crate::caller::told(&status)
                        );
                        let permission =
                            matches!(status.code(), Code::PermissionDenied | Code::Unauthenticated);
                        let expected =
                            if permission { "PERMISSION".to_owned() } else { Refusal::of(&status).reason };
                        assert_eq!(action.reason.replace('-', "_"), expected, "{at}");
                    }
                }
            }
        }
    }
}

async fn les_17_parallel_reviews_decide_once(network: &'static Network) {
    let (partner, _) = lead(network).await;
    let project = moved(network, &partner, &["SubmitProject"]).await;
    let reviewer = network.reviewer().await;
    let reviews = (0..16).map(|_| take(&reviewer, "ReviewProject", &project.name, false));
    let answers = futures::future::join_all(reviews).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    answers
        .into_iter()
        .filter(Result::is_err)
        .for_each(|answer| drop(expect(Code::FailedPrecondition, "STATE", answer)));
}

async fn par_1_projects_of_an_archived_lead_are_flagged(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let project = moved(network, &partner, &["SubmitProject", "ReviewProject"]).await;
    let archive = proto::partners::ArchivePartnerRequest { name: partner.clone(), ..Default::default() };
    done(admin.partners().archive_partner(archive).await);
    eventually(30, "its projects say that the lead has left", async || {
        get(&network.coordinator().await, &project.name)
            .await
            .is_ok_and(|project| project.get_ref().lead_archived)
    })
    .await;
}

told_everywhere!(
    a_project_goes_from_the_draft_to_the_close,
    les_10_a_project_is_changed_by_its_lead_alone,
    sep_1_nobody_reviews_a_project_of_their_own_partner,
    a_project_refers_to_partners_that_are_there,
    bey_7_allowed_actions_agree_with_what_then_happens,
    les_17_parallel_reviews_decide_once,
    par_1_projects_of_an_archived_lead_are_flagged,
);
