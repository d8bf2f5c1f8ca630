//! Stories of a session's days: who came, what came of it, and what is left when it is closed.

use proto::auth::Role;
use proto::training as pb;
use proto::training::AttendanceStatus as Status;
use proto::training::complete_enrolment_request::Outcome;
use proto::training::enrolment::State;
use proto::training::session::State as Session;
use tonic::Code;

use super::enrolment::{enrol, listed, read, request};
use super::participant::{self, learner};
use super::session::{self, school};
use crate::caller::{Caller, done, expect};
use crate::harness::Network;

pub(crate) type Answered = Result<tonic::Response<pb::RecordAttendanceResponse>, tonic::Status>;

pub(crate) fn entry(enrolment: &str, status: Status, minutes: Option<i32>) -> pb::AttendanceEntry {
    pb::AttendanceEntry { enrolment: enrolment.to_owned(), status: status.into(), minutes }
}

pub(crate) async fn record(
    by: &Caller,
    session: &str,
    meeting: &str,
    entries: Vec<pb::AttendanceEntry>,
) -> Answered {
    let request = pb::RecordAttendanceRequest {
        name: session.to_owned(),
        meeting_id: meeting.to_owned(),
        entries,
        ..Default::default()
    };
    by.sessions().record_attendance(request).await
}

pub(crate) async fn complete(
    by: &Caller,
    name: &str,
    outcome: Outcome,
    reason: &str,
) -> Result<tonic::Response<pb::Enrolment>, tonic::Status> {
    let request = pb::CompleteEnrolmentRequest {
        name: name.to_owned(),
        outcome: outcome.into(),
        reason: reason.to_owned(),
        ..Default::default()
    };
    by.enrolments().complete_enrolment(request).await
}

/// From the first meeting to the closing: what was said of people goes, counts stay, and few are hidden among many.
async fn a_session_is_held_and_closed(network: &'static Network) {
    let school = school(network).await;
    let (opened, people) = school.crowd(10, 12).await;
    let ((person, kept), canary) = (learner(network).await, format!("needs {}", crate::sample::word()));
    let mut asked = request(&opened.name, &kept.name);
    let mine = asked.enrolment.as_mut().unwrap();
    mine.special_needs.clone_from(&canary);
    mine.demographics = Some(pb::Demographics { sex: "MALE".to_owned(), ..Default::default() });
    let own = done(person.enrolments().enrol_participant(asked).await).name;
    for (index, someone) in people.iter().enumerate() {
        let mut asked = request(&opened.name, someone);
        let sex = if index < 7 { "FEMALE" } else { "" };
        asked.enrolment.as_mut().unwrap().demographics =
            Some(pb::Demographics { sex: sex.to_owned(), ..Default::default() });
        done(school.admin.enrolments().enrol_participant(asked).await);
    }
    let seated: Vec<String> = listed(&school.admin, &opened.name, "state = CONFIRMED")
        .await
        .into_iter()
        .map(|one| one.name)
        .collect();
    assert_eq!(seated.len(), 10);
    let early = record(&school.admin, &opened.name, "m1", vec![entry(&own, Status::Present, None)]).await;
    expect(Code::FailedPrecondition, "STATE", early);

    let machine = network.integration(&school.partner, &["training.session.attendance"]).await;
    let outsider = network.partner_admin(&network.active_partner().await.name).await;
    let reviewer = network.reviewer().await;
    network.later(11); // between the two meetings
    let (admin, teacher, person) =
        (school.admin.again().await, school.teacher.again().await, person.again().await);
    let all = |status: Status| seated.iter().map(|name| entry(name, status, None)).collect::<Vec<_>>();
    let first = done(record(&teacher, &opened.name, "m1", all(Status::Present)).await);
    assert_eq!((first.changed, first.unchanged), (10, 0));
    let again = done(record(&teacher, &opened.name, "m1", all(Status::Present)).await);
    assert_eq!((again.changed, again.unchanged), (0, 10), "written twice, it is written once");
    for stranger in [&person, &outsider.again().await] {
        let refused = record(stranger, &opened.name, "m1", all(Status::Absent)).await;
        expect(Code::PermissionDenied, "PERMISSION_DENIED", refused);
    }
    let wrong = vec![
        entry(&own, Status::Present, Some(121)),
        entry("programmes/p/sessions/s/enrolments/e", Status::Present, None),
        entry(&own, Status::Present, None),
        entry(&seated[1], Status::Absent, None),
    ];
    let refused = record(&machine, &opened.name, "m1", wrong).await;
    let refused = expect(Code::InvalidArgument, "INVALID_FIELD", refused);
    assert_eq!(refused.fields, ["entries[0].minutes", "entries[1].enrolment", "entries[2].enrolment"]);
    assert_eq!(done(read(&admin, &seated[1]).await).attendance[0].minutes, 120, "nothing half written");
    let ahead = record(&machine, &opened.name, "m2", all(Status::Present)).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", ahead).fields, ["meeting_id"]);
    assert_eq!(done(read(&person, &own).await).attendance_percent, Some(100));
    expect(
        Code::FailedPrecondition,
        "SESSION_OVER",
        complete(&teacher, &own, Outcome::Unspecified, "").await,
    );

    network.later(18);
    let (admin, teacher, person) = (admin.again().await, teacher.again().await, person.again().await);
    done(record(&teacher, &opened.name, "m2", vec![entry(&own, Status::Partial, Some(75))]).await);
    assert_eq!(done(read(&person, &own).await).attendance_percent, Some(81));
    expect(Code::FailedPrecondition, "SESSION_OUTCOMES", session::close(&teacher, &opened.name).await);
    expect(
        Code::PermissionDenied,
        "PERMISSION_DENIED",
        complete(&person, &own, Outcome::Completed, "I did.").await,
    );
    assert_eq!(done(complete(&teacher, &own, Outcome::Unspecified, "").await).state(), State::Completed);
    for name in seated.iter().filter(|name| **name != own) {
        let silent = complete(&teacher, name, Outcome::Completed, "").await;
        assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", silent).fields, ["reason"]);
        assert_eq!(
            done(complete(&teacher, name, Outcome::Unspecified, "").await).state(),
            State::NotCompleted
        );
    }
    let closed = done(session::close(&teacher, &opened.name).await);
    assert_eq!(closed.state(), Session::Closed);
    let shown = |session: &pb::SessionStatistics, dimension: &str| -> Vec<(String, Option<i32>)> {
        let found = session.dimensions.iter().find(|known| known.dimension == dimension).unwrap();
        let parts = found.parts.iter().map(|part| (part.code.clone(), part.count));
        parts.filter(|(_, count)| *count != Some(0)).collect()
    };
    let figures = |of: &[(&str, Option<i32>)]| {
        of.iter().map(|(code, count)| ((*code).to_owned(), *count)).collect::<Vec<_>>()
    };
    let public = done(session::read(&network.anonymous(), &opened.name).await);
    assert_eq!(public.full_statistics, None);
    let public = public.statistics.unwrap();
    assert_eq!(public.enrolled.as_ref().unwrap().count, Some(10));
    // One man, seven women and two who did not say: what is hidden hides the next.
    assert_eq!(shown(&public, "SEX"), figures(&[("FEMALE", None), ("MALE", None), ("NOT_STATED", None)]));
    assert_eq!(shown(&public, "OUTCOME"), figures(&[("COMPLETED", None), ("NOT_COMPLETED", None)]));
    for by in [&admin, &teacher, &reviewer.again().await] {
        let full = done(session::read(by, &opened.name).await).full_statistics.unwrap();
        assert_eq!(
            shown(&full, "SEX"),
            figures(&[("FEMALE", Some(7)), ("MALE", Some(1)), ("NOT_STATED", Some(2))])
        );
    }
    // What was personal beyond who they are is gone; whoever waited did so in vain.
    let own = done(read(&person, &own).await);
    assert_eq!((&own.demographics, own.special_needs.as_str(), own.state()), (&None, "", State::Completed));
    super::nothing_says(network, &[&canary]).await;
    assert_eq!(listed(&admin, &opened.name, "state = CANCELLED").await.len(), 3);
    let late = record(&teacher, &opened.name, "m2", vec![entry(&seated[0], Status::Present, None)]).await;
    expect(Code::FailedPrecondition, "STATE", late);
    // Erased after the closing, they leave what came of it, and nothing else.
    done(participant::erase(&person, &kept.name).await);
    let left = done(read(&admin, &own.name).await);
    assert_eq!(
        (left.state(), left.participant_display_name.as_str(), left.attendance.len()),
        (State::Completed, "", 0)
    );
    super::nothing_says(network, &[&kept.given_name, &kept.family_name, &kept.email]).await;
}

/// A trainer leaves; whoever left is no no-show.
async fn whoever_leaves_a_session_has_left_it(network: &'static Network) {
    let school = school(network).await;
    let opened = school.opened(school.draft(3)).await;
    let (person, kept) = learner(network).await;
    let seat = done(enrol(&person, &opened.name, &kept.name).await);
    let withdraw = pb::WithdrawEnrolmentRequest { name: seat.name.clone(), ..Default::default() };
    let early = person.enrolments().withdraw_enrolment(withdraw.clone()).await;
    expect(Code::FailedPrecondition, "ENROLMENT_BEGUN", early);
    let reporter = network.member(&school.partner, Role::Reporter).await;
    network.later(11);
    let (person, reporter) = (person.again().await, reporter.again().await);
    expect(
        Code::FailedPrecondition,
        "ENROLMENT_BEGUN",
        super::enrolment::cancel(&person, &seat.name, "").await,
    );
    let refused = reporter.enrolments().withdraw_enrolment(withdraw.clone()).await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", refused);
    assert_eq!(done(person.enrolments().withdraw_enrolment(withdraw).await).state(), State::Withdrawn);
    network.later(18);
    let closed = done(session::close(&school.teacher.again().await, &opened.name).await);
    assert_eq!(closed.full_statistics.unwrap().enrolled.unwrap().count, Some(1));
}

told_alone!(a_session_is_held_and_closed, whoever_leaves_a_session_has_left_it);
