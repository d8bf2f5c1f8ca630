//! Stories of health checks: what members answer, who sees what of it, and what is done about it.

use proto::auth::Role;
use proto::partners as pb;
use proto::partners::health_check::State;
use tonic::Code;

use super::commitment::formed;
use crate::caller::{Caller, done, expect};
use crate::harness::Network;
use crate::projects::reporting::in_days;

type Answered = Result<tonic::Response<pb::HealthCheck>, tonic::Status>;

pub(crate) async fn open(by: &Caller, partnership: &str) -> Answered {
    let check =
        pb::HealthCheck { as_of_date: in_days(-1), open_until_date: in_days(30), ..Default::default() };
    let request = pb::CreateHealthCheckRequest {
        parent: partnership.to_owned(),
        health_check: Some(check),
        ..Default::default()
    };
    by.health_checks().create_health_check(request).await
}

/// All twelve statements, by the list that everybody can read.
async fn scores(network: &'static Network, score: i32) -> Vec<pb::HealthCheckScore> {
    let request = pb::GetCodeListRequest { name: "codeLists/health-check-statement".to_owned() };
    let list = done(network.anonymous().code_lists().get_code_list(request).await);
    list.codes.into_iter().map(|code| pb::HealthCheckScore { statement: code.code, score }).collect()
}

/// What a partner says: the same of all statements.
pub(crate) async fn response(
    network: &'static Network,
    name: &str,
    partner: &str,
    score: i32,
) -> pb::SubmitHealthCheckResponseRequest {
    pb::SubmitHealthCheckResponseRequest {
        name: name.to_owned(),
        partner: partner.to_owned(),
        scores: scores(network, score).await,
        comment: "Nobody else reads this.".to_owned(),
        ..Default::default()
    }
}

pub(super) async fn answer(by: &Caller, name: &str, partner: &str, score: i32) -> Answered {
    let request = response(by.network, name, partner, score).await;
    by.health_checks().submit_health_check_response(request).await
}

pub(crate) fn closing(name: &str, owner: &str) -> pb::CloseHealthCheckRequest {
    let action = pb::HealthCheckAction {
        text: "Meet each month.".to_owned(),
        owner: owner.to_owned(),
        due_date: in_days(60),
        ..Default::default()
    };
    let actions = if owner.is_empty() { Vec::new() } else { vec![action] };
    pb::CloseHealthCheckRequest { name: name.to_owned(), actions, ..Default::default() }
}

async fn read(by: &Caller, name: &str) -> pb::HealthCheck {
    done(by.health_checks().get_health_check(pb::GetHealthCheckRequest { name: name.to_owned() }).await)
}

async fn unanswered(by: &Caller, partner: &str) -> Result<Vec<String>, tonic::Status> {
    let request = pb::ListHealthChecksRequest {
        parent: "partnerships/-".to_owned(),
        unanswered_by: partner.to_owned(),
        ..Default::default()
    };
    let page = by.health_checks().list_health_checks(request).await?.into_inner();
    Ok(page.health_checks.into_iter().map(|check| check.name).collect())
}

/// Three members answer; nobody can tell who said what, before or after.
async fn par_22_members_learn_what_they_said_together(network: &'static Network) {
    let formed = formed(network, 2).await;
    let (lead, admin) = &formed.lead;
    let [(first, one), (second, two)] = formed.members.as_slice() else { panic!() };
    let outsider = network.outsider().await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", open(one, &formed.name).await);
    let made = done(open(admin, &formed.name).await);
    let name = made.name.clone();
    assert_eq!((made.state(), made.members.len(), made.awaiting.as_str()), (State::Open, 3, "PARTNER"));
    expect(Code::FailedPrecondition, "HEALTH_CHECK_OPEN", open(admin, &formed.name).await);
    assert_eq!(unanswered(one, first).await.unwrap(), std::slice::from_ref(&name));
    expect(
        Code::PermissionDenied,
        "PERMISSION_DENIED",
        unanswered(one, second).await.map(tonic::Response::new),
    );

    // PAR-20: one answer for each member, replaced until it is closed.
    done(answer(one, &name, first, 1).await);
    let again = done(answer(&network.colleague(first, Role::Reporter).await, &name, first, 5).await);
    assert_eq!((again.response_count, again.responses.len(), again.summary.len()), (1, 1, 0));
    assert!(unanswered(one, first).await.unwrap().is_empty());
    expect(Code::PermissionDenied, "PERMISSION_DENIED", answer(one, &name, second, 5).await);
    let early = admin.health_checks().close_health_check(closing(&name, first)).await;
    expect(Code::FailedPrecondition, "PAR_21", early);
    done(answer(two, &name, second, 2).await);
    // Whoever leads learns nothing from trying to close.
    let blind = admin.health_checks().close_health_check(closing(&name, "")).await;
    assert!(expect(Code::FailedPrecondition, "PAR_23", blind).message.contains("too few"));
    done(answer(admin, &name, lead, 4).await);
    let seen = read(admin, &name).await;
    assert_eq!((seen.response_count, seen.summary.len()), (3, 0), "not before it is closed");
    assert_eq!(seen.responses.iter().map(|said| &said.partner).collect::<Vec<_>>(), [lead]);
    let overseen = read(&network.coordinator().await, &name).await;
    assert_eq!((overseen.responses.len(), overseen.summary.len()), (3, 4));

    let rehearsed = pb::CloseHealthCheckRequest { validate_only: true, ..closing(&name, second) };
    let rehearsed = done(admin.health_checks().close_health_check(rehearsed).await);
    assert_eq!((rehearsed.state(), rehearsed.summary.len()), (State::Closed, 0), "nor by trying to");

    // PAR-23: 5 and 2 are far apart.
    let idle = admin.health_checks().close_health_check(closing(&name, "")).await;
    expect(Code::FailedPrecondition, "PAR_23", idle);
    let closed = done(admin.health_checks().close_health_check(closing(&name, second)).await);
    assert_eq!((closed.state(), closed.awaiting.as_str()), (State::Closed, "PARTNER"));
    let block = &closed.summary[0];
    let text = |value: &Option<proto::common::DecimalValue>| value.as_ref().unwrap().value.clone();
    assert_eq!(
        [text(&block.mean), text(&block.min), text(&block.max), text(&block.divergence)],
        ["3.67", "2", "5", "3"]
    );
    expect(Code::FailedPrecondition, "STATE", answer(one, &name, first, 3).await);

    // What is decided is followed up, and members reply.
    let follow_up = pb::FollowUpHealthCheckActionRequest {
        name: name.clone(),
        action: "a1".to_owned(),
        done: true,
        note: "We met.".to_owned(),
        ..Default::default()
    };
    let other = one.health_checks().follow_up_health_check_action(follow_up.clone()).await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", other);
    let followed = done(two.health_checks().follow_up_health_check_action(follow_up).await);
    assert_eq!((followed.actions[0].done, followed.awaiting.as_str()), (true, "NOBODY"));
    let reply = pb::ReplyToHealthCheckRequest {
        name: name.clone(),
        partner: second.clone(),
        text: "We were never asked before.".to_owned(),
        ..Default::default()
    };
    done(two.health_checks().reply_to_health_check(reply).await);
    let seen = read(one, &name).await;
    assert_eq!(seen.replies.iter().map(|reply| &reply.partner).collect::<Vec<_>>(), [second]);
    assert_eq!((seen.summary.len(), seen.responses.len()), (4, 1));
    let request = pb::GetHealthCheckRequest { name: name.clone() };
    expect(Code::NotFound, "NOT_FOUND", outsider.health_checks().get_health_check(request).await);

    // Lists say the same, and another may be opened now.
    let request = pb::ListHealthChecksRequest {
        parent: formed.name.clone(),
        filter: "state = CLOSED".to_owned(),
        ..Default::default()
    };
    let [listed] =
        done(one.health_checks().list_health_checks(request).await).health_checks.try_into().unwrap();
    assert_eq!((listed.summary, listed.responses.len()), (seen.summary, 0));
    done(open(&network.coordinator().await, &formed.name).await);
}

/// Two members are too few for anyone but coordinators to be told.
async fn par_22_two_answers_are_told_to_nobody(network: &'static Network) {
    let formed = formed(network, 1).await;
    let (first, one) = &formed.members[0];
    let name = done(open(&formed.lead.1, &formed.name).await).name;
    done(answer(one, &name, first, 5).await);
    done(answer(&formed.lead.1, &name, &formed.lead.0, 5).await);
    done(formed.lead.1.health_checks().close_health_check(closing(&name, first)).await);
    for member in [one, &formed.lead.1, &network.reviewer().await] {
        assert!(read(member, &name).await.summary.is_empty());
    }
    assert_eq!(read(&network.coordinator().await, &name).await.summary.len(), 4);
}

told_everywhere!(par_22_members_learn_what_they_said_together, par_22_two_answers_are_told_to_nobody);
