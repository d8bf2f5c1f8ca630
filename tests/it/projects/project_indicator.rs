//! Stories of what projects promise, and how far they have come.

use proto::auth::Role;
use proto::projects as pb;
use proto::projects::project::State;
use tonic::Code;

use super::reporting::{days, halves, number, reporting};
use super::{add, create, draft, lead, moved, placed, promise, promising, reporter, take};
use crate::caller::{Caller, done, expect};
use crate::harness::Network;
use crate::sample;

type Answer = Result<tonic::Response<pb::ProjectIndicator>, tonic::Status>;

async fn get(caller: &Caller, name: &str) -> Answer {
    let request = pb::GetProjectIndicatorRequest { name: name.to_owned() };
    caller.project_indicators().get_project_indicator(request).await
}

async fn change(caller: &Caller, promise: pb::ProjectIndicator, paths: &[&str]) -> Answer {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    let request = pb::UpdateProjectIndicatorRequest {
        project_indicator: Some(promise),
        update_mask: Some(prost_types::FieldMask { paths }),
        ..Default::default()
    };
    caller.project_indicators().update_project_indicator(request).await
}

async fn delete(caller: &Caller, name: &str, request_id: &str) -> Answer {
    let request = pb::DeleteProjectIndicatorRequest {
        name: name.to_owned(),
        request_id: request_id.to_owned(),
        ..Default::default()
    };
    caller.project_indicators().delete_project_indicator(request).await
}

async fn listed(caller: &Caller, parent: &str, filter: &str) -> Vec<String> {
    let request = pb::ListProjectIndicatorsRequest {
        parent: parent.to_owned(),
        filter: filter.to_owned(),
        page_size: 1000,
        ..Default::default()
    };
    let listed = done(caller.project_indicators().list_project_indicators(request).await);
    listed.project_indicators.into_iter().map(|promise| promise.name).collect()
}

async fn what_a_draft_promises_is_written_and_taken_back(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let colleague = reporter(network, &partner).await;
    let [half, _] = halves(network).await;
    let project = done(admin.projects().create_project(create(draft(&partner))).await).name;
    let mut targeted = promise("idt-i01", "2");
    targeted.targets.push(pb::Target {
        reporting_period: half.clone(),
        value: Some(number("40")),
        ..Default::default()
    });
    let made = done(colleague.project_indicators().create_project_indicator(add(&project, targeted)).await);
    assert!(made.name.starts_with(&format!("{project}/projectIndicators/")));
    assert_eq!((made.measure.as_str(), made.unit.as_str(), made.indicator_version), ("1", "person", 1));
    assert_eq!(made.targets[0].reporting_period, half, "in the order of their days");
    assert!(made.targets[0].period.is_some(), "its days are those of the reporting period");
    assert!(made.achievement.is_none() && made.latest_actual.is_none(), "nothing was reported (bey_9)");

    let again =
        admin.project_indicators().create_project_indicator(add(&project, promise("idt-i01", "1"))).await;
    let refusal = expect(Code::AlreadyExists, "ALREADY_EXISTS", again);
    assert_eq!(refusal.facts["holder"], made.name);
    let nothing = pb::ProjectIndicator { indicator: "indicators/nothing".to_owned(), ..promise("", "1") };
    let refused = admin.project_indicators().create_project_indicator(add(&project, nothing)).await;
    assert_eq!(
        expect(Code::InvalidArgument, "INVALID_FIELD", refused).fields,
        ["project_indicator.indicator"]
    );

    let higher = pb::ProjectIndicator {
        name: made.name.clone(),
        baseline: Some(pb::Baseline { value: Some(number("7")), ..Default::default() }),
        ..Default::default()
    };
    let changed = done(change(&colleague, higher, &["baseline"]).await);
    assert_eq!((changed.revision, changed.targets.len()), (2, 2));
    let other = pb::ProjectIndicator {
        name: made.name.clone(),
        indicator: "indicators/idt-i02".to_owned(),
        ..Default::default()
    };
    assert_eq!(change(&colleague, other, &["indicator"]).await.unwrap_err().code(), Code::InvalidArgument);

    // A draft is not public, nor what it promises.
    for stranger in [network.anonymous(), network.outsider().await] {
        expect(Code::NotFound, "NOT_FOUND", get(&stranger, &made.name).await);
        assert!(listed(&stranger, &project, "").await.is_empty());
        assert!(!listed(&stranger, "projects/-", "result_level = \"2\"").await.contains(&made.name));
    }
    assert_eq!(listed(&admin, &project, "indicator = \"indicators/idt-i01\"").await, [made.name.as_str()]);

    let id = sample::request_id();
    let gone = done(delete(&admin, &made.name, &id).await);
    assert_eq!(done(delete(&admin, &made.name, &id).await), gone, "the same request is done once");
    expect(Code::NotFound, "NOT_FOUND", get(&admin, &made.name).await);
    assert!(listed(&admin, &project, "").await.is_empty());
}

async fn prj_16_after_approval_only_a_new_baseline_changes_it(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let (project, [people, devices]) = promising(network, &partner).await;
    done(take(&admin, "SubmitProject", &project.name, false).await);
    let edit = |name: &str| pb::ProjectIndicator {
        name: name.to_owned(),
        result_title: Some(sample::text("fr", "Autre chose.")),
        ..Default::default()
    };
    expect(Code::FailedPrecondition, "STATE", change(&admin, edit(&people), &["result_title"]).await);
    done(take(&network.coordinator().await, "ReviewProject", &project.name, false).await);
    for by in [&admin, &network.coordinator().await] {
        expect(Code::FailedPrecondition, "PRJ_16", change(by, edit(&people), &["result_title"]).await);
        expect(Code::FailedPrecondition, "PRJ_16", delete(by, &devices, "").await);
        let more = add(&project.name, promise("idt-i03", "1"));
        let refused = by.project_indicators().create_project_indicator(more).await;
        expect(Code::FailedPrecondition, "PRJ_16", refused);
    }
    assert_eq!(
        done(get(&network.anonymous(), &people).await).result_level,
        "2",
        "what is approved is public"
    );
}

async fn les_10_what_a_project_promises_is_its_leads(network: &'static Network) {
    let (partner, _) = lead(network).await;
    let project = moved(network, &partner, &[]).await;
    let admin = network.partner_admin(&partner).await;
    let [name, _] = listed(&admin, &project.name, "").await.try_into().unwrap();
    let other = network.home_partner().await;
    for intruder in [
        network.outsider().await,
        network.reviewer().await,
        network.partner_admin(&other).await,
        network.integration(&other, &["projects.*"]).await,
        network.colleague(&partner, Role::Trainer).await,
    ] {
        let edit =
            pb::ProjectIndicator { name: name.clone(), result_level: "3".to_owned(), ..Default::default() };
        let more = add(&project.name, promise("idt-i03", "1"));
        for refused in [
            change(&intruder, edit, &["result_level"]).await,
            delete(&intruder, &name, "").await,
            intruder.project_indicators().create_project_indicator(more).await,
        ] {
            expect(Code::PermissionDenied, "PERMISSION_DENIED", refused);
        }
    }
    let machine = network.integration(&partner, &["projects.project_indicator.update"]).await;
    let edit = pb::ProjectIndicator { name, result_level: "3".to_owned(), ..Default::default() };
    done(change(&machine, edit, &["result_level"]).await);
}

async fn prj_23_how_far_it_has_come_follows_what_is_accepted(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let [earlier, later] = halves(network).await;
    let reporting = reporting(network, &partner).await;
    let people = async || {
        let shown = done(get(&network.anonymous(), &reporting.people).await);
        (shown.latest_actual, shown.achievement.map(|share| share.value))
    };
    reporting.submitted(&admin, &later, "190").await;
    assert_eq!(people().await, (None, None), "only what is accepted counts");
    reporting.accepted(&admin, &earlier, "95").await;
    assert_eq!(people().await, (Some(number("95")), Some("0.95".to_owned())));
}

async fn les_24_a_page_of_many_promises_is_whole(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let mut expected = Vec::new();
    for _ in 0..3 {
        let (project, names) = promising(network, &partner).await;
        assert_eq!(project.state(), State::Draft);
        expected.extend(names);
    }
    expected.sort();
    let mut found: Vec<String> = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = pb::ListProjectIndicatorsRequest {
            parent: "projects/-".to_owned(),
            page_size: 4,
            page_token: page_token.clone(),
            ..Default::default()
        };
        let page = done(admin.project_indicators().list_project_indicators(request).await);
        assert!(
            page.project_indicators
                .iter()
                .all(|promise| promise.title.is_some() && !promise.measure.is_empty())
        );
        found.extend(page.project_indicators.into_iter().map(|promise| promise.name));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    found.retain(|name| expected.contains(name));
    assert_eq!(found, expected);
}

async fn a_target_is_of_days_that_no_other_is_of(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let project = placed(network, draft(&partner)).await;
    let project = done(admin.projects().create_project(create(project)).await).name;
    let mut twice = promise("idt-i02", "1");
    twice.targets.push(pb::Target {
        period: days(-10, 100_000),
        value: Some(number("1")),
        ..Default::default()
    });
    let refused = admin.project_indicators().create_project_indicator(add(&project, twice)).await;
    assert_eq!(
        expect(Code::InvalidArgument, "INVALID_FIELD", refused).fields,
        ["project_indicator.targets[0].period"]
    );
}

told_everywhere!(
    what_a_draft_promises_is_written_and_taken_back,
    prj_16_after_approval_only_a_new_baseline_changes_it,
    les_10_what_a_project_promises_is_its_leads,
    prj_23_how_far_it_has_come_follows_what_is_accepted,
    les_24_a_page_of_many_promises_is_whole,
    a_target_is_of_days_that_no_other_is_of,
);
