//! Stories of needs: from what residents say to what is done about it.

use proto::auth::Role;
use proto::common::Evidence;
use proto::partners as partners_pb;
use proto::projects as pb;
use proto::projects::need::{Outcome, State};
use tonic::Code;

use super::reporting::{accept, halves, reporting};
use super::territory::{municipality, public_partner};
use super::{create as create_project, draft as project_draft};
use crate::caller::{Caller, done, expect};
use crate::harness::Network;
use crate::sample;

/// What someone needs.
pub(crate) fn need(raised_by: &str) -> pb::Need {
    pb::Need {
        title: Some(sample::text("fr", &format!("Besoin {}", sample::word()))),
        description: Some(sample::text("fr", "Les démarches ne se font plus qu'en ligne.")),
        divide_dimensions: vec!["DIGITAL_SKILLS".to_owned()],
        target_groups: vec!["SENIORS".to_owned()],
        raised_by: raised_by.to_owned(),
        ..Default::default()
    }
}

type Answer = Result<tonic::Response<pb::Need>, tonic::Status>;

async fn propose(caller: &Caller, territory: &str, need: pb::Need) -> Answer {
    let request =
        pb::CreateNeedRequest { parent: territory.to_owned(), need: Some(need), ..Default::default() };
    caller.needs().create_need(request).await
}

async fn qualify(caller: &Caller, name: &str, priority: i32) -> Answer {
    caller
        .needs()
        .qualify_need(pb::QualifyNeedRequest { name: name.to_owned(), priority, ..Default::default() })
        .await
}

async fn reject(caller: &Caller, name: &str, reason: &str) -> Answer {
    let request =
        pb::RejectNeedRequest { name: name.to_owned(), reason: reason.to_owned(), ..Default::default() };
    caller.needs().reject_need(request).await
}

async fn resolve(caller: &Caller, name: &str, outcome: Outcome) -> Answer {
    let shown = Evidence {
        title: "Enquête".to_owned(),
        uri: "https://example.org/enquete".to_owned(),
        ..Default::default()
    };
    let request = pb::ResolveNeedRequest {
        name: name.to_owned(),
        outcome: outcome.into(),
        evidence: vec![shown],
        reason: "Because.".to_owned(),
        ..Default::default()
    };
    caller.needs().resolve_need(request).await
}

async fn get(caller: &Caller, name: &str) -> pb::Need {
    done(caller.needs().get_need(pb::GetNeedRequest { name: name.to_owned() }).await)
}

async fn listed(caller: &Caller, territory: &str, filter: &str) -> Vec<String> {
    let request = pb::ListNeedsRequest {
        parent: territory.to_owned(),
        filter: filter.to_owned(),
        ..Default::default()
    };
    done(caller.needs().list_needs(request).await).needs.into_iter().map(|need| need.name).collect()
}

/// A need of that territory that nobody has judged.
pub(crate) async fn proposed(network: &'static Network, territory: &str) -> pb::Need {
    let coordinator = network.coordinator().await;
    done(propose(&coordinator, territory, need(&network.home_partner().await)).await)
}

/// A qualified need of that territory.
pub(crate) async fn qualified(network: &'static Network, territory: &str) -> pb::Need {
    let coordinator = network.coordinator().await;
    done(qualify(&coordinator, &proposed(network, territory).await.name, 1).await)
}

async fn a_need_goes_from_the_proposal_to_its_end(network: &'static Network) {
    let (authority, raiser) = (public_partner(network).await, network.home_partner().await);
    let town = municipality(network, &authority).await.name;
    let reporter = network.colleague(&raiser, Role::Reporter).await;
    let made = done(propose(&reporter, &town, need(&raiser)).await);
    assert!(made.name.starts_with(&format!("{town}/needs/")));
    assert_eq!((made.state(), made.awaiting.as_str(), made.priority), (State::Proposed, "REVIEWER", 0));
    assert_eq!(get(&network.anonymous(), &made.name).await.state(), State::Proposed, "needs are public");

    let other = network.active_partner().await.name;
    let stranger = network.partner_admin(&other).await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", propose(&stranger, &town, need(&raiser)).await);
    expect(Code::PermissionDenied, "PERMISSION_DENIED", qualify(&stranger, &made.name, 1).await);
    expect(Code::PermissionDenied, "PERMISSION_DENIED", qualify(&reporter, &made.name, 1).await);
    let nowhere = propose(&network.coordinator().await, "territories/nowhere", need(&raiser)).await;
    expect(Code::NotFound, "NOT_FOUND", nowhere);

    // The administrator of the territory's authority judges it, as overseers do.
    let mayor = network.partner_admin(&authority).await;
    let actions = get(&mayor, &made.name).await.allowed_actions;
    let allowed: Vec<_> =
        actions.iter().filter(|action| action.allowed).map(|action| action.method.as_str()).collect();
    assert_eq!(allowed, ["QualifyNeed", "RejectNeed"], "bey_7");
    let refused = qualify(&mayor, &made.name, 5).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", refused).fields, ["priority"]);
    let confirmed = done(qualify(&mayor, &made.name, 2).await);
    assert_eq!(
        (confirmed.state(), confirmed.priority, confirmed.awaiting.as_str()),
        (State::Qualified, 2, "NOBODY")
    );
    expect(Code::FailedPrecondition, "STATE", qualify(&mayor, &made.name, 2).await);
    // What was qualified is no longer the raiser's to change.
    let edit = |target: &str| pb::UpdateNeedRequest {
        need: Some(pb::Need {
            name: made.name.clone(),
            target_groups: vec![target.to_owned()],
            ..Default::default()
        }),
        ..Default::default()
    };
    expect(Code::FailedPrecondition, "STATE", reporter.needs().update_need(edit("ALL")).await);
    assert_eq!(done(mayor.needs().update_need(edit("ALL")).await).target_groups, ["ALL"]);
    let lapsed = done(resolve(&network.reviewer().await, &made.name, Outcome::Obsolete).await);
    assert_eq!(
        (lapsed.state(), lapsed.outcome(), lapsed.state_reason.as_str()),
        (State::Resolved, Outcome::Obsolete, "Because.")
    );
    expect(Code::FailedPrecondition, "STATE", mayor.needs().update_need(edit("WOMEN")).await);
    assert_eq!(
        listed(&network.anonymous(), &town, "state = RESOLVED AND target_groups:ALL").await,
        [made.name]
    );
}

async fn sep_1_nobody_judges_a_need_that_their_partner_raised(network: &'static Network) {
    let authority = public_partner(network).await;
    let town = municipality(network, &authority).await.name;
    let mayor = network.partner_admin(&authority).await;
    let own = done(propose(&mayor, &town, need(&authority)).await);
    expect(Code::FailedPrecondition, "SEP_1", qualify(&mayor, &own.name, 1).await);
    expect(Code::FailedPrecondition, "SEP_1", reject(&mayor, &own.name, "No.").await);
    done(qualify(&network.coordinator().await, &own.name, 1).await);
    expect(Code::FailedPrecondition, "SEP_1", resolve(&mayor, &own.name, Outcome::Obsolete).await);
}

async fn prj_7_a_need_that_is_turned_down_keeps_its_public_reason(network: &'static Network) {
    let town = municipality(network, "").await.name;
    let coordinator = network.coordinator().await;
    let made = done(propose(&coordinator, &town, need(&network.home_partner().await)).await);
    let unsaid = reject(&coordinator, &made.name, " ").await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", unsaid).fields, ["reason"]);
    done(reject(&coordinator, &made.name, "It is another town's.").await);
    let seen = get(&network.anonymous(), &made.name).await;
    assert_eq!((seen.state(), seen.state_reason.as_str()), (State::Rejected, "It is another town's."));
    expect(Code::FailedPrecondition, "STATE", qualify(&coordinator, &made.name, 1).await);
}

async fn prj_6_a_need_is_addressed_by_a_project_that_is_under_way(network: &'static Network) {
    let town = municipality(network, "").await.name;
    let (answered, open) = (qualified(network, &town).await.name, qualified(network, &town).await.name);
    let (partner, admin) = super::lead(network).await;
    let asked = pb::Project {
        territories: vec![town.clone()],
        needs: vec![answered.clone()],
        ..project_draft(&partner)
    };
    let project = done(admin.projects().create_project(create_project(asked)).await).name;
    // A draft answers nothing yet, and is not told to whoever may not see it.
    let anyone = network.anonymous();
    assert_eq!(get(&admin, &answered).await.projects, std::slice::from_ref(&project));
    let seen = get(&anyone, &answered).await;
    assert!(seen.projects.is_empty() && !seen.addressed);
    assert!(listed(&anyone, &town, "addressed = true").await.is_empty());
    let mut both = listed(&anyone, &town, "addressed = false").await;
    both.sort();
    let mut expected = vec![answered.clone(), open.clone()];
    expected.sort();
    assert_eq!(both, expected);
    expect(
        Code::FailedPrecondition,
        "PRJ_5",
        resolve(&network.coordinator().await, &answered, Outcome::Met).await,
    );
}

/// From a project that begins to the report that shows that its need is met.
async fn prj_5_a_need_is_met_once_a_project_under_way_has_shown_it(network: &'static Network) {
    let (partner, admin) = super::lead(network).await;
    let ([_, period], reporting) = (halves(network).await, reporting(network, &partner).await);
    let request = pb::GetProjectRequest { name: reporting.project.clone() };
    let project = done(network.anonymous().projects().get_project(request).await);
    let [need] = project.needs.as_slice() else { panic!("{:?}", project.needs) };
    let seen = get(&network.anonymous(), need).await;
    assert!(seen.addressed && seen.projects == [reporting.project.clone()], "PRJ-6: {seen:?}");
    let town = need.rsplit_once("/needs/").unwrap().0;
    assert_eq!(listed(&network.anonymous(), town, "addressed = true").await, std::slice::from_ref(need));
    let coordinator = network.coordinator().await;
    let sent = reporting.submitted(&admin, &period, "200").await;
    expect(Code::FailedPrecondition, "PRJ_5", resolve(&coordinator, need, Outcome::Met).await);
    done(network.reviewer().await.reports().review_report(accept(&sent.name)).await);
    let met = done(resolve(&coordinator, need, Outcome::Met).await);
    assert_eq!((met.state(), met.outcome()), (State::Resolved, Outcome::Met));
    assert_eq!(met.outcome_evidence.len(), 1);
}

async fn the_authority_of_a_territory_may_change(network: &'static Network) {
    let (first, second) = (public_partner(network).await, public_partner(network).await);
    let town = municipality(network, &first).await.name;
    let coordinator = network.coordinator().await;
    let made = done(propose(&coordinator, &town, need(&network.home_partner().await)).await).name;
    let changed = pb::UpdateTerritoryRequest {
        territory: Some(pb::Territory {
            name: town.clone(),
            authority: second.clone(),
            ..Default::default()
        }),
        ..Default::default()
    };
    done(coordinator.territories().update_territory(changed).await);
    let former = network.partner_admin(&first).await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", qualify(&former, &made, 1).await);
    done(qualify(&network.partner_admin(&second).await, &made, 1).await);
}

async fn the_codes_of_needs_are_those_of_the_lists(network: &'static Network) {
    let town = municipality(network, "").await.name;
    let (coordinator, partner) = (network.coordinator().await, network.home_partner().await);
    let codes = async |list: &str| -> Vec<String> {
        let request = partners_pb::GetCodeListRequest { name: format!("codeLists/{list}") };
        let list = done(network.anonymous().code_lists().get_code_list(request).await);
        list.codes.into_iter().map(|code| code.code).collect()
    };
    let all = pb::Need {
        divide_dimensions: codes("divide-dimension").await,
        target_groups: codes("target-group").await,
        ..need(&partner)
    };
    assert_eq!((all.divide_dimensions.len(), all.target_groups.len()), (8, 17));
    let made = done(propose(&coordinator, &town, all.clone()).await);
    assert_eq!((made.divide_dimensions, made.target_groups), (all.divide_dimensions, all.target_groups));
    let wrong = pb::Need { target_groups: vec!["EVERYBODY".to_owned()], ..need(&partner) };
    let refused = propose(&coordinator, &town, wrong).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", refused).fields, ["need.target_groups[0]"]);
}

told_everywhere!(
    a_need_goes_from_the_proposal_to_its_end,
    sep_1_nobody_judges_a_need_that_their_partner_raised,
    prj_7_a_need_that_is_turned_down_keeps_its_public_reason,
    prj_6_a_need_is_addressed_by_a_project_that_is_under_way,
    prj_5_a_need_is_met_once_a_project_under_way_has_shown_it,
    the_authority_of_a_territory_may_change,
    the_codes_of_needs_are_those_of_the_lists,
);
