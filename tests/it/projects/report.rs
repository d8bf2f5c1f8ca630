//! Reports: begun, sent, returned, accepted, corrected; by whom, and what others see of them.

use proto::auth::Role;
use proto::projects as pb;
use proto::projects::report::{Punctuality, Rating, State};
use tonic::Code;

use super::reporting::{accept, change, give_back, halves, read, reporting, submit, value};
use super::{lead, reporter};
use crate::caller::{Caller, Refusal, done, expect};
use crate::harness::Network;
use crate::sample;

fn correct(name: &str) -> pb::CorrectReportRequest {
    pb::CorrectReportRequest {
        name: name.to_owned(),
        reason: "Counted twice.".to_owned(),
        ..Default::default()
    }
}

async fn a_report_goes_from_draft_to_accepted(network: &'static Network) {
    let (partner, _) = lead(network).await;
    let (writer, reviewer) = (reporter(network, &partner).await, network.reviewer().await);
    let ([earlier, later], reporting) = (halves(network).await, reporting(network, &partner).await);
    let draft = reporting.create(reporting.draft(&later, "95", "100"));
    let made = done(writer.reports().create_report(draft).await);
    assert_eq!((made.state(), made.awaiting.as_str()), (State::Draft, "PARTNER"));
    assert_eq!((made.lead_partner.as_str(), made.punctuality()), (partner.as_str(), Punctuality::DueSoon));
    let results = made.ratings.as_ref().unwrap().results.as_ref().unwrap();
    assert_eq!(results.suggested(), Rating::Red, "95 of the 200 of both half-years (PRJ-23)");
    let earlier = reporting.accepted(&writer, &earlier, "100").await;
    assert_eq!((earlier.state(), earlier.punctuality()), (State::Accepted, Punctuality::Late));
    let again = read(&writer, &made.name).await;
    let results = again.ratings.unwrap().results.unwrap();
    assert_eq!(results.suggested(), Rating::Green, "195 of 200: the earlier half flowed in (LES-5)");
    let sent = done(writer.reports().submit_report(submit(&made.name)).await);
    assert_eq!((sent.state(), sent.awaiting.as_str()), (State::Submitted, "REVIEWER"));
    assert_eq!((sent.submitter.as_str(), sent.punctuality()), (writer.name.as_str(), Punctuality::OnTime));
    assert!(sent.review_due_date.is_some());
    let accepted = done(reviewer.reports().review_report(accept(&made.name)).await);
    assert_eq!((accepted.state(), accepted.awaiting.as_str()), (State::Accepted, "NOBODY"));
    assert_eq!(accepted.submitter, writer.name, "LES-9");
    expect(Code::FailedPrecondition, "STATE", reviewer.reports().review_report(accept(&made.name)).await);
}

async fn les_8_a_second_draft_is_a_conflict_that_names_the_first(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let colleague = reporter(network, &partner).await;
    let ([_, later], reporting) = (halves(network).await, reporting(network, &partner).await);
    let drafts: Vec<_> = [&admin, &colleague]
        .into_iter()
        .cycle()
        .take(8)
        .map(|by| {
            let (mut reports, draft) = (by.reports(), reporting.create(reporting.draft(&later, "1", "1")));
            tokio::spawn(async move { reports.create_report(draft).await })
        })
        .collect();
    let mut made = Vec::new();
    let mut holders = Vec::new();
    for draft in drafts {
        match draft.await.unwrap() {
            Ok(report) => made.push(report.into_inner().name),
            Err(status) => {
                assert_eq!(status.code(), Code::AlreadyExists);
                holders.push(Refusal::of(&status).facts["holder"].clone());
            }
        }
    }
    assert_eq!(made.len(), 1);
    assert_eq!(holders, vec![made[0].clone(); 7]);
}

async fn les_8_who_is_too_late_learns_who_changed_what(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let colleague = reporter(network, &partner).await;
    let ([_, later], reporting) = (halves(network).await, reporting(network, &partner).await);
    let read_by_both =
        done(admin.reports().create_report(reporting.create(reporting.draft(&later, "1", "1"))).await);
    let mine = pb::Report { values: vec![value(&reporting.people, "2")], ..read_by_both.clone() };
    done(colleague.reports().update_report(change(mine, &["values"])).await);
    let late = pb::Report { r#final: true, ..read_by_both };
    let refused = admin.reports().update_report(change(late, &["final"])).await;
    let refusal = expect(Code::Aborted, "ETAG_MISMATCH", refused);
    assert!(refusal.message.contains(&colleague.name), "{}", refusal.message);
    assert!(refusal.message.contains("values") && !refusal.message.contains("final"), "{}", refusal.message);
}

async fn les_10_nobody_changes_what_is_not_theirs(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let ([_, later], reporting) = (halves(network).await, reporting(network, &partner).await);
    let draft = || reporting.create(reporting.draft(&later, "1", "1"));
    let other = network.home_partner().await;
    let strangers = [network.partner_admin(&other).await, reporter(network, &other).await];
    for stranger in &strangers {
        expect(Code::PermissionDenied, "PERMISSION_DENIED", stranger.reports().create_report(draft()).await);
    }
    let made = done(admin.reports().create_report(draft()).await);
    for stranger in strangers.iter().chain([&network.coordinator().await]) {
        let mine = pb::Report { r#final: true, name: made.name.clone(), ..Default::default() };
        let code = Code::PermissionDenied;
        expect(code, "PERMISSION_DENIED", stranger.reports().update_report(change(mine, &["final"])).await);
        expect(code, "PERMISSION_DENIED", stranger.reports().submit_report(submit(&made.name)).await);
    }
    assert!(!read(&admin, &made.name).await.r#final);
}

async fn the_public_reads_accepted_reports_without_small_numbers_of_people(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let ([_, later], reporting) = (halves(network).await, reporting(network, &partner).await);
    let cell = |code: &str, digits: &str| pb::Cell {
        coordinates: vec![pb::CellCoordinate { dimension: "SEX".to_owned(), code: code.to_owned() }],
        value: Some(super::reporting::number(digits)),
        suppressed: false,
    };
    let mut draft = reporting.draft(&later, "200", "3");
    draft.values[0].cells = vec![cell("FEMALE", "197"), cell("MALE", "3")];
    let made = done(admin.reports().create_report(reporting.create(draft)).await);
    let (nobody, stranger) = (network.anonymous(), network.outsider().await);
    let get = pb::GetReportRequest { name: made.name.clone() };
    for other in [&nobody, &stranger] {
        expect(Code::NotFound, "NOT_FOUND", other.reports().get_report(get.clone()).await);
        assert!(!listed(other, &reporting.project).await.contains(&made.name));
    }
    done(admin.reports().submit_report(submit(&made.name)).await);
    done(network.reviewer().await.reports().review_report(accept(&made.name)).await);
    let of = |report: &pb::Report, indicator: &str| {
        report.values.iter().find(|value| value.project_indicator == indicator).cloned().unwrap()
    };
    for other in [&nobody, &stranger] {
        let told = read(other, &made.name).await;
        let people = of(&told, &reporting.people);
        assert_eq!(people.actual, Some(super::reporting::number("200")));
        assert!(people.cells.iter().all(|cell| cell.suppressed && cell.value.is_none()), "GDP-2");
        assert_eq!(of(&told, &reporting.devices).actual, Some(super::reporting::number("3")), "things");
        assert!(told.submitter.is_empty() && told.review_comments.is_empty());
        assert!(listed(other, &reporting.project).await.contains(&made.name));
    }
    let own = of(&read(&admin, &made.name).await, &reporting.people);
    assert_eq!(own.cells.len(), 2);
    assert!(own.cells.iter().all(|cell| cell.value.is_some()));
}

async fn listed(caller: &Caller, project: &str) -> Vec<String> {
    let request = pb::ListReportsRequest { parent: project.to_owned(), ..Default::default() };
    done(caller.reports().list_reports(request).await).reports.into_iter().map(|report| report.name).collect()
}

async fn a_returned_report_comes_back_changed(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let ([_, later], reporting) = (halves(network).await, reporting(network, &partner).await);
    let sent = reporting.submitted(&admin, &later, "200").await;
    let reviewer = network.reviewer().await;
    let silent = reviewer.reports().review_report(give_back(&sent.name, "")).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", silent).fields, ["comment"]);
    let comment = pb::ReviewComment {
        project_indicator: reporting.people.clone(),
        text: "Twice as many as planned?".to_owned(),
        ..Default::default()
    };
    let request =
        pb::ReviewReportRequest { comments: vec![comment], ..give_back(&sent.name, "Please look again.") };
    let returned = done(reviewer.reports().review_report(request).await);
    assert_eq!((returned.state(), returned.awaiting.as_str()), (State::Returned, "PARTNER"));
    assert_eq!(returned.review_comments.len(), 2);
    assert_eq!(returned.review_comments[1].project_indicator, reporting.people);
    assert_eq!(returned.review_comments[0].reviewer, reviewer.name);
    let values = vec![value(&reporting.people, "190"), value(&reporting.devices, "100")];
    let better = pb::Report { values, name: sent.name.clone(), ..Default::default() };
    done(admin.reports().update_report(change(better, &["values"])).await);
    let again = done(admin.reports().submit_report(submit(&sent.name)).await);
    assert_eq!(again.returned_values[0].actual, Some(super::reporting::number("200")), "what it was");
    assert_eq!((again.submit_time, again.punctuality()), (sent.submit_time, Punctuality::OnTime));
}

async fn sep_1_nobody_decides_on_the_report_of_their_own_partner(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let ([_, later], reporting) = (halves(network).await, reporting(network, &partner).await);
    let sent = reporting.submitted(&admin, &later, "200").await;
    let insider = network.person(&[Role::Reviewer]).await;
    let membership = proto::identity::Membership {
        user: insider.name.clone(),
        role: Role::Trainer.into(),
        ..Default::default()
    };
    let request = proto::identity::CreateMembershipRequest {
        parent: partner.clone(),
        membership: Some(membership),
        ..Default::default()
    };
    done(network.coordinator().await.memberships().create_membership(request).await);
    let insider = insider.within(&partner).await;
    for decision in [accept(&sent.name), give_back(&sent.name, "No.")] {
        expect(Code::FailedPrecondition, "SEP_1", insider.reports().review_report(decision).await);
    }
    let filter =
        pb::AcceptReportsRequest { filter: format!("lead_partner = \"{partner}\""), ..Default::default() };
    let bulk = done(insider.reports().accept_reports(filter).await);
    assert_eq!(bulk.results[0].reason, "SEP-1", "in bulk neither: {bulk:?}");
}

async fn bey_4_a_correction_seals_and_restates(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let ([_, later], reporting) = (halves(network).await, reporting(network, &partner).await);
    let old = reporting.accepted(&admin, &later, "200").await;
    let by_reporter = reporter(network, &partner).await.reports().correct_report(correct(&old.name)).await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", by_reporter);
    let draft = done(admin.reports().correct_report(correct(&old.name)).await);
    assert_eq!((draft.corrects.as_str(), draft.state()), (old.name.as_str(), State::Draft));
    assert_eq!((&draft.values, draft.correction_reason.as_str()), (&old.values, "Counted twice."));
    let second = admin.reports().correct_report(correct(&old.name)).await;
    assert_eq!(expect(Code::AlreadyExists, "ALREADY_EXISTS", second).facts["holder"], draft.name);
    let values = vec![value(&reporting.people, "180"), value(&reporting.devices, "100")];
    let better = pb::Report { values, name: draft.name.clone(), ..Default::default() };
    done(admin.reports().update_report(change(better, &["values"])).await);
    done(admin.reports().submit_report(submit(&draft.name)).await);
    assert_eq!(read(&network.anonymous(), &old.name).await.state(), State::Accepted, "the old one counts");
    let new = done(network.reviewer().await.reports().review_report(accept(&draft.name)).await);
    let [restated] = new.restatements.as_slice() else { panic!("{:?}", new.restatements) };
    assert_eq!(restated.difference.as_ref().unwrap().value, "-20");
    let old = read(&network.anonymous(), &old.name).await;
    assert_eq!((old.state(), &old.corrected_by), (State::Superseded, &new.name));
    assert_eq!(
        (old.supersede_time, old.values[0].actual.clone()),
        (new.accept_time, Some(super::reporting::number("200")))
    );
    expect(Code::FailedPrecondition, "STATE", admin.reports().correct_report(correct(&old.name)).await);
}

async fn bey_4_a_correction_that_is_given_up_leaves_what_counts(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let ([_, later], reporting) = (halves(network).await, reporting(network, &partner).await);
    let delete = |name: &str| pb::DeleteReportRequest { name: name.to_owned(), ..Default::default() };
    let old = reporting.accepted(&admin, &later, "200").await;
    let first = done(admin.reports().correct_report(correct(&old.name)).await);
    for stranger in [network.partner_admin(&network.home_partner().await).await, network.reviewer().await] {
        let refused = stranger.reports().delete_report(delete(&first.name)).await;
        expect(Code::PermissionDenied, "PERMISSION_DENIED", refused);
    }
    expect(Code::FailedPrecondition, "STATE", admin.reports().delete_report(delete(&old.name)).await);
    let rehearsal = pb::DeleteReportRequest { validate_only: true, ..delete(&first.name) };
    done(admin.reports().delete_report(rehearsal).await);
    let once = pb::DeleteReportRequest {
        request_id: sample::request_id(),
        etag: read(&admin, &first.name).await.etag,
        ..delete(&first.name)
    };
    let gone = done(admin.reports().delete_report(once.clone()).await);
    assert_eq!((gone.name.as_str(), gone.corrects.as_str()), (first.name.as_str(), old.name.as_str()));
    assert_eq!(done(admin.reports().delete_report(once).await).name, gone.name, "sent twice, done once");
    let get = pb::GetReportRequest { name: first.name.clone() };
    expect(Code::NotFound, "NOT_FOUND", admin.reports().get_report(get).await);

    let counts = read(&network.anonymous(), &old.name).await;
    assert_eq!((counts.state(), counts.etag.as_str()), (State::Accepted, old.etag.as_str()));
    let total = pb::AggregateIndicatorsRequest {
        indicators: vec!["indicators/idt-i01".to_owned()],
        project: reporting.project.clone(),
        ..Default::default()
    };
    let total = done(admin.results().aggregate_indicators(total).await);
    assert_eq!(total.aggregates[0].value, Some(super::reporting::number("200")));
    let second = done(admin.reports().correct_report(correct(&old.name)).await);
    assert_ne!(second.name, first.name, "a name is not used twice");
    done(network.coordinator().await.reports().delete_report(delete(&second.name)).await);
}

async fn many_are_accepted_at_once_each_by_itself(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let [earlier, later] = halves(network).await;
    let mut sent = Vec::new();
    for period in [&earlier, &later, &later] {
        let reporting = reporting(network, &partner).await;
        sent.push(reporting.submitted(&admin, period, "200").await.name);
    }
    let coordinator = network.coordinator().await;
    let request = pb::AcceptReportsRequest {
        filter: format!("lead_partner = \"{partner}\" AND reporting_period = \"{later}\""),
        request_id: sample::request_id(),
        ..Default::default()
    };
    let rehearsed = pb::AcceptReportsRequest { validate_only: true, ..request.clone() };
    let rehearsed = done(coordinator.reports().accept_reports(rehearsed).await);
    assert_eq!(read(&admin, &sent[1]).await.state(), State::Submitted, "a rehearsal moves nothing");
    let accepted = done(coordinator.reports().accept_reports(request.clone()).await);
    assert_eq!(accepted, rehearsed);
    assert_eq!(accepted.results.iter().map(|result| &result.name).collect::<Vec<_>>(), [&sent[1], &sent[2]]);
    assert!(accepted.results.iter().all(|result| result.done) && accepted.left_off == 0);
    assert_eq!(done(coordinator.reports().accept_reports(request).await), accepted, "sent twice, done once");
    for (name, state) in sent.iter().zip([State::Submitted, State::Accepted, State::Accepted]) {
        assert_eq!(read(&admin, name).await.state(), state);
    }
    let all = pb::AcceptReportsRequest::default();
    expect(Code::InvalidArgument, "INVALID_FIELD", coordinator.reports().accept_reports(all).await);
}

async fn bey_7_allowed_actions_agree_with_what_then_happens(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let ([_, later], reporting) = (halves(network).await, reporting(network, &partner).await);
    let empty = pb::Report { reporting_period: later.clone(), ..Default::default() };
    let made = done(admin.reports().create_report(reporting.create(empty)).await);
    let told = |report: &pb::Report, method: &str| {
        let action = report.allowed_actions.iter().find(|action| action.method == method).unwrap();
        (action.allowed, action.reason.clone())
    };
    let report = read(&admin, &made.name).await;
    assert_eq!(told(&report, "SubmitReport"), (false, "REPORT_FIELDS".to_owned()));
    let mut whole = reporting.draft(&later, "200", "100");
    whole.name.clone_from(&made.name);
    whole.values.pop();
    let paths = ["values", "narrative", "evidence"];
    let report = done(admin.reports().update_report(change(whole.clone(), &paths)).await);
    assert_eq!(told(&report, "SubmitReport"), (false, "PRJ-18".to_owned()));
    let refused = admin.reports().submit_report(submit(&made.name)).await;
    let refusal = expect(Code::FailedPrecondition, "PRJ_18", refused);
    assert_eq!(refusal.facts["project_indicators"], reporting.devices);
    whole.values.push(value(&reporting.devices, "100"));
    let report = done(admin.reports().update_report(change(whole, &paths)).await);
    assert_eq!(told(&report, "SubmitReport"), (true, String::new()));
    assert_eq!(told(&report, "ReviewReport"), (false, "PERMISSION".to_owned()));
    done(admin.reports().submit_report(submit(&made.name)).await);
    let report = read(&network.reviewer().await, &made.name).await;
    assert_eq!((told(&report, "ReviewReport").0, told(&report, "SubmitReport").0), (true, false));
}

async fn a_machine_reports_within_its_scopes(network: &'static Network) {
    let (partner, _) = lead(network).await;
    let ([_, later], reporting) = (halves(network).await, reporting(network, &partner).await);
    let machine = network.integration(&partner, &["projects.report.*"]).await;
    let sent = reporting.submitted(&machine, &later, "200").await;
    assert_eq!(sent.submitter, machine.name);
    expect(
        Code::PermissionDenied,
        "PERMISSION_DENIED",
        machine.reports().review_report(accept(&sent.name)).await,
    );
}

told_everywhere!(
    a_report_goes_from_draft_to_accepted,
    les_8_a_second_draft_is_a_conflict_that_names_the_first,
    les_8_who_is_too_late_learns_who_changed_what,
    les_10_nobody_changes_what_is_not_theirs,
    the_public_reads_accepted_reports_without_small_numbers_of_people,
    a_returned_report_comes_back_changed,
    sep_1_nobody_decides_on_the_report_of_their_own_partner,
    bey_4_a_correction_seals_and_restates,
    bey_4_a_correction_that_is_given_up_leaves_what_counts,
    many_are_accepted_at_once_each_by_itself,
    bey_7_allowed_actions_agree_with_what_then_happens,
    a_machine_reports_within_its_scopes,
);
