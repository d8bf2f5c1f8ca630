//! Stories of what a project is linked to, its new baselines, its parts, and its end.

use proto::common::DateRange;
use proto::partners::agreement::RenewalMode;
use proto::projects as pb;
use proto::projects::project::State;
use tonic::Code;

use super::reporting::{halves, number, reporting};
use super::territory::territory;
use super::{
    change, close, create, draft, lead, moved, need, placed, promise, promising, report_finally, take, whole,
};
use crate::caller::{Caller, done, expect};
use crate::harness::Network;
use crate::partners::agreement::{activate, agreement, concluded, drafted, three_sectors};
use crate::partners::commitment::{confirm, euros, pledged};
use crate::sample;

type Answer = Result<tonic::Response<pb::Project>, tonic::Status>;

async fn get(caller: &Caller, name: &str) -> pb::Project {
    done(caller.projects().get_project(pb::GetProjectRequest { name: name.to_owned() }).await)
}

async fn rebaseline(caller: &Caller, name: &str, request: pb::RebaselineProjectRequest) -> Answer {
    let request = pb::RebaselineProjectRequest {
        name: name.to_owned(),
        reason: "La ville a grandi.".to_owned(),
        ..request
    };
    caller.projects().rebaseline_project(request).await
}

async fn listed(caller: &Caller, filter: &str) -> Vec<String> {
    let request =
        pb::ListProjectsRequest { filter: filter.to_owned(), page_size: 1000, ..Default::default() };
    done(caller.projects().list_projects(request).await).projects.into_iter().map(|one| one.name).collect()
}

async fn promises(caller: &Caller, project: &str) -> Vec<pb::ProjectIndicator> {
    let request = pb::ListProjectIndicatorsRequest { parent: project.to_owned(), ..Default::default() };
    done(caller.project_indicators().list_project_indicators(request).await).project_indicators
}

async fn projects_are_found_by_what_they_are_linked_to(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let project = done(admin.projects().create_project(create(placed(network, whole(&partner)).await)).await);
    let (town, need) = (&project.territories[0], &project.needs[0]);
    let by_town = format!("territories = \"{town}\"");
    assert_eq!(listed(&admin, &by_town).await, [project.name.as_str()]);
    assert_eq!(listed(&admin, &format!("needs = \"{need}\"")).await, [project.name.as_str()]);
    let fifth = format!("recommendations = \"recommendations/idt-5\" AND {by_town}");
    assert_eq!(listed(&admin, &fifth).await, [project.name.as_str()]);
    let elsewhere = placed(network, pb::Project { name: project.name.clone(), ..whole(&partner) }).await;
    done(admin.projects().update_project(change(elsewhere.clone(), &["territories", "needs"])).await);
    assert!(listed(&admin, &by_town).await.is_empty(), "it is no longer there");
    let there = format!("territories = \"{}\"", elsewhere.territories[0]);
    assert_eq!(listed(&admin, &there).await, [project.name.as_str()]);

    let nowhere = pb::Project {
        territories: vec![town.clone(), "territories/nowhere".to_owned()],
        needs: vec![format!("{town}/needs/nothing")],
        ..draft(&partner)
    };
    let refused = admin.projects().create_project(create(nowhere)).await;
    let fields = expect(Code::InvalidArgument, "INVALID_FIELD", refused).fields;
    assert_eq!(fields, ["project.territories[1]", "project.needs[0]"]);
}

async fn prj_11_a_need_may_be_of_a_territory_around_or_within(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let coordinator = network.coordinator().await;
    let make = async |kind, parent: &str| {
        let request =
            pb::CreateTerritoryRequest { territory: Some(territory(kind, parent)), ..Default::default() };
        done(coordinator.territories().create_territory(request).await).name
    };
    let region = make(pb::territory::Kind::Region, "").await;
    let town = make(pb::territory::Kind::Municipality, &region).await;
    let quarter = make(pb::territory::Kind::District, &town).await;
    let sibling = make(pb::territory::Kind::Municipality, &region).await;
    let submitted = async |needs_of: &str, state: bool| {
        let (project, _) = promising(network, &partner).await;
        let need = match state {
            true => need::qualified(network, needs_of).await.name,
            false => {
                let request = pb::CreateNeedRequest {
                    parent: needs_of.to_owned(),
                    need: Some(need::need(&partner)),
                    ..Default::default()
                };
                done(admin.needs().create_need(request).await).name
            }
        };
        let there = pb::Project {
            name: project.name.clone(),
            territories: vec![town.clone()],
            needs: vec![need],
            ..Default::default()
        };
        done(admin.projects().update_project(change(there, &["territories", "needs"])).await);
        take(&admin, "SubmitProject", &project.name, true).await
    };
    for near in [&town, &region, &quarter] {
        done(submitted(near, true).await);
    }
    expect(Code::FailedPrecondition, "PRJ_11", submitted(&sibling, true).await);
    expect(Code::FailedPrecondition, "PRJ_11", submitted(&town, false).await);
}

/// Several partners begin once their partnership is at work, all of them are bound there, and what the budget draws on is
/// confirmed: partners is asked each time.
async fn prj_14_several_partners_begin_what_they_signed_for(network: &'static Network) {
    let formed = three_sectors(network).await;
    let (lead, admin) = &formed.lead;
    let (other, helper) = &formed.members[0];
    let pledged = pledged(&formed, 100_000).await;
    let (project, _) = promising(network, lead).await;
    let name = project.name.as_str();
    let part = |partner: &String| pb::Participant { partner: partner.clone(), iati_role: "4".to_owned() };
    let line = pb::BudgetLine {
        source: other.clone(),
        commitment: pledged.clone(),
        amount: euros(50_000),
        kind: pb::budget_line::Kind::Opex.into(),
        ..Default::default()
    };
    let with = pb::Project {
        name: name.to_owned(),
        participants: vec![part(other)],
        budget_lines: vec![line],
        ..Default::default()
    };
    done(admin.projects().update_project(change(with, &["participants", "budget_lines"])).await);
    done(take(admin, "SubmitProject", name, false).await);
    done(take(&network.coordinator().await, "ReviewProject", name, false).await);
    let refused = async |why: &str| {
        let refused =
            expect(Code::FailedPrecondition, "PRJ_14", take(admin, "StartProject", name, false).await);
        assert!(refused.message.contains(why), "{}", refused.message);
    };
    refused("name in partnership").await;
    for (partnership, why) in [("partnerships/nowhere", "is not active"), (&formed.name, "is not active")] {
        let carried =
            pb::Project { name: name.to_owned(), partnership: partnership.to_owned(), ..Default::default() };
        done(admin.projects().update_project(change(carried, &["partnership"])).await);
        refused(why).await;
    }

    let agreed = drafted(&formed, agreement(&formed, RenewalMode::None, (-10, 200))).await;
    concluded(&formed, &agreed).await;
    activate(&formed).await;
    refused(&pledged).await;
    done(confirm(helper, &pledged).await);
    // Whoever did not sign cannot begin with them.
    let stranger = network.home_partner().await;
    for (participants, why) in
        [(vec![part(other), part(&stranger)], Some(stranger.as_str())), (vec![part(other)], None)]
    {
        let with = pb::Project { name: name.to_owned(), participants, ..Default::default() };
        done(admin.projects().update_project(change(with, &["participants"])).await);
        if let Some(why) = why {
            refused(why).await;
        }
    }
    let id = sample::request_id();
    let start =
        || pb::StartProjectRequest { name: name.to_owned(), request_id: id.clone(), ..Default::default() };
    let begun = done(admin.projects().start_project(start()).await);
    assert_eq!(begun.state(), State::Active);
    assert_eq!(done(admin.projects().start_project(start()).await), begun, "sent again, it is done once");
}

async fn prj_15_a_programme_is_closed_after_its_parts(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let coordinator = network.coordinator().await;
    let way = ["SubmitProject", "ReviewProject", "StartProject", "CompleteProject"];
    let programme = moved(network, &partner, &way).await.name;
    let part = pb::Project { parent_project: programme.clone(), ..draft(&partner) };
    let part = done(admin.projects().create_project(create(part)).await).name;
    expect(Code::FailedPrecondition, "PRJ_15", close(&coordinator, &programme, "Fini.").await);
    done(take(&admin, "CancelProject", &part, false).await);
    assert_eq!(done(close(&coordinator, &programme, "Fini.").await).state(), State::Closed);
}

async fn prj_15_many_are_closed_at_once_each_by_itself(network: &'static Network) {
    const DONE: [&str; 4] = ["SubmitProject", "ReviewProject", "StartProject", "CompleteProject"];
    let (partner, _) = lead(network).await;
    let (ready, early) = (moved(network, &partner, &DONE).await, moved(network, &partner, &DONE).await);
    let under_way = moved(network, &partner, &DONE[..3]).await;
    report_finally(network, &partner, &ready.name).await;
    let coordinator = network.coordinator().await;
    let request = pb::CloseProjectsRequest {
        filter: format!("lead_partner = \"{partner}\""),
        closing_note: "La ville continue.".to_owned(),
        ..Default::default()
    };
    let rehearsal = pb::CloseProjectsRequest { validate_only: true, ..request.clone() };
    let rehearsed = done(coordinator.projects().close_projects(rehearsal).await);
    assert_eq!(get(&coordinator, &ready.name).await.state(), State::Completed, "a rehearsal moves nothing");
    let closed = done(coordinator.projects().close_projects(request).await);
    assert_eq!(closed, rehearsed);
    let told: Vec<_> =
        closed.results.iter().map(|result| (&result.name, result.done, result.reason.as_str())).collect();
    assert_eq!(told, [(&ready.name, true, ""), (&early.name, false, "PRJ-15")]);
    for (project, state) in [(ready, State::Closed), (early, State::Completed), (under_way, State::Active)] {
        assert_eq!(get(&coordinator, &project.name).await.state(), state);
    }
}

async fn prj_16_a_new_baseline_moves_project_and_indicators_at_once(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let project = moved(network, &partner, &["SubmitProject", "ReviewProject"]).await;
    let name = project.name.as_str();
    assert_eq!((project.baseline_number, project.baseline_reason.as_str()), (1, ""));
    let [people, devices] = promises(&admin, name).await.try_into().unwrap();
    let (people, devices) = if people.result_level == "2" { (people, devices) } else { (devices, people) };
    let day = |year, month| Some(proto::Date { year, month, day: 1 });
    let period = |end: i32| Some(DateRange { start_date: day(2026, 1), end_date: day(end, 12) });
    let longer = pb::Project { planned_period: period(2029), ..Default::default() };

    // The targets no longer reach the end: nothing of it is done.
    let alone = pb::RebaselineProjectRequest { project: Some(longer.clone()), ..Default::default() };
    expect(Code::FailedPrecondition, "PRJ_12", rebaseline(&admin, name, alone.clone()).await);
    assert_eq!(get(&admin, name).await.etag, project.etag);

    let until = |promise: &pb::ProjectIndicator| pb::ProjectIndicator {
        name: promise.name.clone(),
        targets: vec![pb::Target { period: period(2029), value: Some(number("300")), ..Default::default() }],
        ..Default::default()
    };
    let mut places = promise("idt-i03", "1");
    places.targets = until(&devices).targets;
    let whole = pb::RebaselineProjectRequest {
        project_indicators: vec![until(&people), places],
        removed_project_indicators: vec![devices.name.clone()],
        ..alone
    };
    let stale = pb::RebaselineProjectRequest { etag: "\"1\"".to_owned(), ..whole.clone() };
    expect(Code::Aborted, "ETAG_MISMATCH", rebaseline(&admin, name, stale).await);
    let rehearsed = pb::RebaselineProjectRequest { validate_only: true, ..whole.clone() };
    done(rebaseline(&admin, name, rehearsed).await);
    assert_eq!(promises(&admin, name).await.len(), 2, "a rehearsal writes nothing");

    let anew = done(rebaseline(&admin, name, whole.clone()).await);
    let said = (anew.state(), anew.baseline_number, anew.baseline_reason.as_str());
    assert_eq!(said, (State::Approved, 2, "La ville a grandi."));
    assert_eq!(anew.planned_period, period(2029));
    let mut indicators: Vec<_> = promises(&admin, name).await.into_iter().map(|one| one.indicator).collect();
    indicators.sort();
    assert_eq!(indicators, ["indicators/idt-i01", "indicators/idt-i03"]);

    let gone = rebaseline(&admin, name, whole).await;
    let fields = expect(Code::InvalidArgument, "INVALID_FIELD", gone).fields;
    assert_eq!(fields, ["removed_project_indicators[0]"]);
    let nothing = rebaseline(&admin, name, pb::RebaselineProjectRequest::default()).await;
    expect(Code::InvalidArgument, "INVALID_FIELD", nothing);
    let other = network.home_partner().await;
    for intruder in [network.outsider().await, network.reviewer().await, network.partner_admin(&other).await]
    {
        let refused = rebaseline(&intruder, name, pb::RebaselineProjectRequest::default()).await;
        expect(Code::PermissionDenied, "PERMISSION_DENIED", refused);
    }
}

async fn prj_16_what_has_accepted_values_stays(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let [half, _] = halves(network).await;
    let reporting = reporting(network, &partner).await;
    reporting.accepted(&admin, &half, "100").await;
    let without = pb::RebaselineProjectRequest {
        removed_project_indicators: vec![reporting.devices.clone()],
        ..Default::default()
    };
    expect(Code::FailedPrecondition, "PRJ_16", rebaseline(&admin, &reporting.project, without).await);
}

told_everywhere!(
    projects_are_found_by_what_they_are_linked_to,
    prj_11_a_need_may_be_of_a_territory_around_or_within,
    prj_14_several_partners_begin_what_they_signed_for,
    prj_15_a_programme_is_closed_after_its_parts,
    prj_15_many_are_closed_at_once_each_by_itself,
    prj_16_a_new_baseline_moves_project_and_indicators_at_once,
    prj_16_what_has_accepted_values_stays,
);
