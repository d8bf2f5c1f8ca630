//! Stories of what people have learnt, and of what is forgotten of them.

use proto::training as pb;
use proto::training::AttendanceStatus as Status;
use proto::training::assessment::{Instrument, Phase};
use proto::training::complete_enrolment_request::Outcome;
use proto::training::enrolment::State;
use tonic::Code;

use super::attendance::{complete, entry, record};
use super::enrolment::{enrol, people, read};
use super::participant::{self, learner};
use super::session::{self, school};
use crate::caller::{Caller, done, expect};
use crate::harness::Network;
use crate::projects::reporting::in_days;

pub(crate) type Answered = Result<tonic::Response<pb::Assessment>, tonic::Status>;

pub(crate) async fn assess(
    by: &Caller,
    enrolment: &str,
    phase: Phase,
    instrument: Instrument,
    (day, level): (i64, i32),
) -> Answered {
    let alignment = proto::common::Alignment {
        framework: proto::common::alignment::Framework::Digcomp.into(),
        framework_version: "3.0".to_owned(),
        target_code: "1.2".to_owned(),
        ..Default::default()
    };
    let assessment = pb::Assessment {
        enrolment: enrolment.to_owned(),
        phase: phase.into(),
        instrument: instrument.into(),
        assess_date: in_days(day),
        levels: vec![pb::AssessedLevel { alignment: Some(alignment), level }],
        ..Default::default()
    };
    let request = pb::CreateAssessmentRequest {
        parent: enrolment.split_once("/enrolments/").unwrap().0.to_owned(),
        assessment: Some(assessment),
        ..Default::default()
    };
    by.assessments().create_assessment(request).await
}

async fn listed(by: &Caller, parent: &str) -> Vec<pb::Assessment> {
    let request = pb::ListAssessmentsRequest { parent: parent.to_owned(), ..Default::default() };
    done(by.assessments().list_assessments(request).await).assessments
}

/// Written down many times at once, there is one assessment of an enrolment for each phase.
async fn trn_14_an_enrolment_is_assessed_once_in_each_phase(network: &'static Network) {
    let school = school(network).await;
    let opened = school.opened(school.draft(10)).await;
    let (person, kept) = learner(network).await;
    let seat = done(enrol(&person, &opened.name, &kept.name).await).name;
    let all = (0..8).map(|_| assess(&school.teacher, &seat, Phase::Pre, Instrument::Test, (0, 1)));
    let (made, refused): (Vec<_>, Vec<_>) =
        futures::future::join_all(all).await.into_iter().partition(Result::is_ok);
    assert_eq!((made.len(), refused.len()), (1, 7));
    for refused in refused {
        expect(Code::FailedPrecondition, "TRN_14", refused);
    }
    assert_eq!(listed(&school.teacher, &opened.name).await.len(), 1);
}

/// Whoever passes completes; what a group has learnt stays, what each could do goes with the person; and whoever nobody needs
/// any more is forgotten.
async fn what_is_learnt_stays_and_who_learnt_it_is_forgotten(network: &'static Network) {
    let school = school(network).await;
    let demanding = pb::CompletionRule { assessment_required: true, pass_score: 3, ..Default::default() };
    let update = pb::UpdateProgrammeRequest {
        programme: Some(pb::Programme {
            name: school.programme.name.clone(),
            completion_rule: Some(demanding),
            ..Default::default()
        }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["completion_rule".to_owned()] }),
        ..Default::default()
    };
    done(school.admin.programmes().update_programme(update).await);
    let opened = school.opened(school.draft(10)).await;
    let (person, kept) = learner(network).await;
    let own = done(enrol(&person, &opened.name, &kept.name).await).name;
    let mut seats = vec![own.clone()];
    for someone in people(&school.admin, &school.partner, 5).await {
        seats.push(done(enrol(&school.admin, &opened.name, &someone).await).name);
    }
    let stranger = network.outsider().await;
    let refused = assess(&stranger, &own, Phase::Pre, Instrument::Self_, (0, 1)).await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", refused);
    let refused = assess(&person, &own, Phase::Pre, Instrument::Test, (0, 1)).await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", refused);
    for seat in &seats {
        done(assess(&school.teacher, seat, Phase::Pre, Instrument::Test, (0, 1)).await);
    }
    // What people say of themselves stands beside it, once, and in nobody's way.
    done(assess(&person, &own, Phase::Pre, Instrument::Self_, (0, 8)).await);
    let again = assess(&person, &own, Phase::Pre, Instrument::Self_, (0, 7)).await;
    expect(Code::FailedPrecondition, "TRN_14", again);
    let again = assess(&school.teacher, &own, Phase::Pre, Instrument::Observation, (0, 7)).await;
    expect(Code::FailedPrecondition, "TRN_14", again);
    assert_eq!(listed(&person, &opened.name).await.len(), 2, "one's own");
    assert_eq!(listed(&school.teacher, &opened.name).await.len(), 7);
    assert!(listed(&stranger, "programmes/-/sessions/-").await.is_empty());

    network.later(18);
    let (admin, teacher, person) =
        (school.admin.again().await, school.teacher.again().await, person.again().await);
    for meeting in ["m1", "m2"] {
        let all = seats.iter().map(|seat| entry(seat, Status::Present, None)).collect();
        done(record(&teacher, &opened.name, meeting, all).await);
    }
    // The first fails, the last is not assessed: neither completes, however faithfully they came.
    for (index, seat) in seats[..5].iter().enumerate() {
        let level = if index == 0 { 2 } else { 4 };
        done(assess(&teacher, seat, Phase::Post, Instrument::Test, (18, level)).await);
    }
    let mut outcomes = Vec::new();
    for seat in &seats {
        outcomes.push(done(complete(&teacher, seat, Outcome::Unspecified, "").await).state());
    }
    let (yes, no) = (State::Completed, State::NotCompleted);
    assert_eq!(outcomes, [no, yes, yes, yes, yes, no]);
    let early = assess(&teacher, &own, Phase::FollowUp, Instrument::Observation, (18, 4)).await;
    expect(Code::FailedPrecondition, "TRN_16", early);
    done(session::close(&teacher, &opened.name).await);
    let seen = done(session::read(&network.anonymous(), &opened.name).await).statistics.unwrap();
    let gain = &seen.gains[0];
    // From 1 to 2 once, from 1 to 4 four times: 13 levels among 5 people.
    assert_eq!(
        (gain.people, gain.mean_gain.as_ref().unwrap().value.as_str(), gain.suppressed),
        (Some(5), "2.6", false)
    );

    // Erased, a person takes along what they could do; figures that were frozen stay.
    done(participant::erase(&person, &kept.name).await);
    assert_eq!(listed(&admin, &opened.name).await.len(), 9);

    network.later(18 + 120);
    let teacher = teacher.again().await;
    done(assess(&teacher, &seats[1], Phase::FollowUp, Instrument::Observation, (138, 4)).await);
    network.later(18 + 3 * 366);
    let admin = admin.again().await;
    crate::harness::eventually(20, "whoever nobody needs any more is forgotten", async || {
        done(read(&admin, &seats[1]).await).participant_display_name.is_empty()
    })
    .await;
    let left = done(read(&admin, &seats[1]).await);
    assert_eq!((left.state(), left.attendance.len()), (State::Completed, 0), "what came of it stays");
    assert!(listed(&admin, &opened.name).await.is_empty());
    let seen = done(session::read(&network.anonymous(), &opened.name).await).statistics.unwrap();
    assert_eq!(seen.gains[0].people, Some(5));
}

told_alone!(what_is_learnt_stays_and_who_learnt_it_is_forgotten);
told_everywhere!(trn_14_an_enrolment_is_assessed_once_in_each_phase);
