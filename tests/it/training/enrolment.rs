//! Stories of enrolments: seats, the queue, and what is told to whom.

use proto::auth::Role;
use proto::training as pb;
use proto::training::Mode;
use proto::training::enrolment::State;
use proto::training::review_enrolment_request::Decision;
use proto::training::session::Availability;
use tonic::Code;

use super::participant::{self, learner};
use super::session::{self, School, school};
use crate::caller::{Caller, done, expect};
use crate::harness::Network;

type Answered = Result<tonic::Response<pb::Enrolment>, tonic::Status>;

pub(crate) fn request(session: &str, participant: &str) -> pb::EnrolParticipantRequest {
    let enrolment = pb::Enrolment {
        participant: participant.to_owned(),
        mode: Mode::Onsite.into(),
        ..Default::default()
    };
    pb::EnrolParticipantRequest {
        parent: session.to_owned(),
        enrolment: Some(enrolment),
        ..Default::default()
    }
}

pub(crate) async fn enrol(by: &Caller, session: &str, participant: &str) -> Answered {
    by.enrolments().enrol_participant(request(session, participant)).await
}

pub(crate) async fn cancel(by: &Caller, name: &str, reason: &str) -> Answered {
    let request =
        pb::CancelEnrolmentRequest { name: name.to_owned(), reason: reason.to_owned(), ..Default::default() };
    by.enrolments().cancel_enrolment(request).await
}

async fn review(by: &Caller, name: &str, decision: Decision, reason: &str) -> Answered {
    let request = pb::ReviewEnrolmentRequest {
        name: name.to_owned(),
        decision: decision.into(),
        reason: reason.to_owned(),
        ..Default::default()
    };
    by.enrolments().review_enrolment(request).await
}

pub(crate) async fn read(by: &Caller, name: &str) -> Answered {
    by.enrolments().get_enrolment(pb::GetEnrolmentRequest { name: name.to_owned() }).await
}

pub(crate) async fn listed(by: &Caller, parent: &str, filter: &str) -> Vec<pb::Enrolment> {
    let request = pb::ListEnrolmentsRequest {
        parent: parent.to_owned(),
        filter: filter.to_owned(),
        page_size: 1000,
        order_by: "enrol_time".to_owned(),
        ..Default::default()
    };
    done(by.enrolments().list_enrolments(request).await).enrolments
}

/// So many people without an account, whom a provider entered.
pub(crate) async fn people(by: &Caller, partner: &str, count: usize) -> Vec<String> {
    let made = (0..count).map(|_| participant::create(by, participant::draft(partner)));
    futures::future::join_all(made).await.into_iter().map(|person| done(person).name).collect()
}

fn place(enrolment: &pb::Enrolment) -> (State, i32) {
    (enrolment.state(), enrolment.waitlist_position)
}

/// A seat, then the queue, then nothing; a freed seat goes to the first who waits, in the same moment (TRN-11).
async fn trn_11_a_freed_seat_goes_to_the_first_in_the_queue(network: &'static Network) {
    let school = school(network).await;
    let session = school.opened(pb::Session { waitlist_limit: 2, ..school.draft(1) }).await;
    assert_eq!(session.onsite_availability(), Availability::Free);
    let mut learners = Vec::new();
    for _ in 0..4 {
        learners.push(learner(network).await);
    }
    let enrolled = async |index: usize| {
        let (person, kept) = &learners[index];
        enrol(person, &session.name, &kept.name).await
    };
    let first = done(enrolled(0).await);
    assert_eq!(place(&first), (State::Confirmed, 0));
    let (second, third) = (done(enrolled(1).await), done(enrolled(2).await));
    assert_eq!((place(&second), place(&third)), ((State::Waitlisted, 1), (State::Waitlisted, 2)));
    expect(Code::ResourceExhausted, "SESSION_FULL", enrolled(3).await);
    let seen = done(session::read(&network.anonymous(), &session.name).await);
    assert_eq!((seen.onsite_availability(), seen.counts), (Availability::Full, None));
    let refused = expect(Code::FailedPrecondition, "TRN_8", enrolled(1).await);
    assert_eq!(refused.facts["holder"], second.name);
    // Someone else's enrolment is not there for me.
    let (stranger, _) = &learners[3];
    expect(Code::NotFound, "NOT_FOUND", read(stranger, &first.name).await);
    expect(Code::PermissionDenied, "PERMISSION_DENIED", cancel(stranger, &first.name, "").await);
    expect(
        Code::PermissionDenied,
        "PERMISSION_DENIED",
        enrol(stranger, &session.name, &learners[0].1.name).await,
    );

    let given_up = done(cancel(&learners[0].0, &first.name, "I am ill.").await);
    assert_eq!((given_up.state(), given_up.state_reason.as_str()), (State::Cancelled, "I am ill."));
    assert_eq!(place(&done(read(&learners[1].0, &second.name).await)), (State::Confirmed, 0));
    assert_eq!(place(&done(read(&learners[2].0, &third.name).await)), (State::Waitlisted, 1));
    assert_eq!(place(&done(enrolled(0).await)), (State::Waitlisted, 2), "whoever comes back comes last");
    let counts = done(session::read(&school.admin, &session.name).await).counts.unwrap();
    assert_eq!((counts.confirmed_onsite, counts.waiting_onsite), (1, 2));
}

/// Asked for many times at once, there is one enrolment of a person in a session; given up, there may be another.
async fn trn_8_a_person_has_one_live_enrolment_in_a_session(network: &'static Network) {
    let school = school(network).await;
    let session = school.opened(school.draft(10)).await;
    let (person, kept) = learner(network).await;
    let all = (0..8).map(|_| enrol(&person, &session.name, &kept.name));
    let (made, refused): (Vec<_>, Vec<_>) =
        futures::future::join_all(all).await.into_iter().partition(Result::is_ok);
    assert_eq!((made.len(), refused.len()), (1, 7));
    let name = made.into_iter().map(done).next().unwrap().name;
    for refused in refused {
        assert_eq!(expect(Code::FailedPrecondition, "TRN_8", refused).facts["holder"], name);
    }
    done(cancel(&person, &name, "").await);
    assert_ne!(done(enrol(&person, &session.name, &kept.name).await).name, name);
}

/// More seats go to those who wait; nobody loses one.
async fn trn_5_seats_are_added_and_never_taken(network: &'static Network) {
    let school = school(network).await;
    let session = school.opened(school.draft(2)).await;
    let people = people(&school.admin, &school.partner, 5).await;
    let mut enrolled = Vec::new();
    for person in &people {
        enrolled.push(done(enrol(&school.admin, &session.name, person).await).name);
    }
    let with = |onsite: i32| pb::Session {
        capacity: Some(pb::SessionCapacity { onsite, online: 0 }),
        ..session.clone()
    };
    let refused =
        expect(Code::FailedPrecondition, "TRN_5", session::change(&school.admin, with(1), "capacity").await);
    assert_eq!(refused.facts["field"], "capacity.onsite");
    let more = done(session::change(&school.admin, with(4), "capacity").await);
    assert_eq!(more.counts.unwrap().confirmed_onsite, 4);
    let states: Vec<_> = listed(&school.admin, &session.name, "").await.iter().map(place).collect();
    let seated = (State::Confirmed, 0);
    assert_eq!(states, [seated, seated, seated, seated, (State::Waitlisted, 1)]);
    // Cancelled with their session.
    done(session::cancel(&school.admin, &session.name).await);
    let over = listed(&school.admin, &session.name, "state = CANCELLED").await;
    assert_eq!(over.len(), 5);
    assert!(over.iter().all(|one| one.state_reason == "The room burnt down."));
}

/// Where a provider decides, nobody has a seat before; and people without an account come by their organisation.
async fn an_enrolment_waits_for_the_provider(network: &'static Network) {
    let school = school(network).await;
    let session = school.opened(pb::Session { approval_required: true, ..school.draft(1) }).await;
    let employer = network.active_partner().await.name;
    let boss = network.partner_admin(&employer).await;
    let staff = people(&boss, &employer, 3).await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", enrol(&school.admin, &session.name, &staff[0]).await);
    let mut waiting = Vec::new();
    for person in &staff {
        waiting.push(done(enrol(&boss, &session.name, person).await));
    }
    assert!(waiting.iter().all(|one| (one.state(), one.awaiting.as_str()) == (State::Pending, "PARTNER")));
    // Those who teach learn whom they will meet.
    let seen = done(read(&school.teacher, &waiting[0].name).await);
    assert!(seen.participant_display_name.starts_with("Awa") && seen.demographics.is_none());
    for stranger in [&boss, &school.teacher] {
        let answer = review(stranger, &waiting[0].name, Decision::Approve, "").await;
        expect(Code::PermissionDenied, "PERMISSION_DENIED", answer);
    }
    let silent = review(&school.admin, &waiting[2].name, Decision::Decline, "").await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", silent).fields, ["reason"]);
    let first = done(review(&school.admin, &waiting[0].name, Decision::Approve, "").await);
    let second = done(review(&school.admin, &waiting[1].name, Decision::Approve, "").await);
    assert_eq!((place(&first), place(&second)), ((State::Confirmed, 0), (State::Waitlisted, 1)));
    let third =
        done(review(&school.admin, &waiting[2].name, Decision::Decline, "Too many of one firm.").await);
    assert_eq!((third.state(), third.state_reason.as_str()), (State::Declined, "Too many of one firm."));
    let promote = pb::PromoteEnrolmentRequest { name: second.name.clone(), ..Default::default() };
    expect(Code::FailedPrecondition, "TRN_9", school.admin.enrolments().promote_enrolment(promote).await);
}

/// How to join is told to whoever has a seat, and to nobody else.
async fn whoever_has_a_seat_is_told_how_to_join(network: &'static Network) {
    let school = school(network).await;
    let mut draft = school.draft(1);
    draft.mode = Mode::Hybrid.into();
    draft.capacity = Some(pb::SessionCapacity { onsite: 1, online: 1 });
    draft.meetings[0].join_url = "https://meet.example.org/secret".to_owned();
    let opened = school.opened(draft).await;
    let ((person, kept), (other, _)) = (learner(network).await, learner(network).await);
    let online = pb::EnrolParticipantRequest {
        enrolment: Some(pb::Enrolment {
            participant: kept.name.clone(),
            mode: Mode::Online.into(),
            ..Default::default()
        }),
        ..request(&opened.name, "")
    };
    let seat = done(person.enrolments().enrol_participant(online).await);
    let link = async |by: &Caller| done(session::read(by, &opened.name).await).meetings[0].join_url.clone();
    assert_eq!(link(&person).await, "https://meet.example.org/secret");
    assert_eq!(link(&other).await, "");
    assert_eq!(link(&network.anonymous()).await, "");
    done(cancel(&person, &seat.name, "").await);
    assert_eq!(link(&person).await, "", "the seat is given up");
}

/// A person who is erased leaves their seat to the next, and nothing of themselves.
async fn gdp_4_whoever_is_erased_leaves_a_seat(network: &'static Network) {
    let school = school(network).await;
    let opened = school.opened(school.draft(1)).await;
    let ((person, kept), (next, other)) = (learner(network).await, learner(network).await);
    let canary = format!("needs {}", crate::sample::word());
    let demographics = pb::Demographics {
        sex: "FEMALE".to_owned(),
        disability: "YES".to_owned(),
        disability_consent: true,
        ..Default::default()
    };
    let mut asked = request(&opened.name, &kept.name);
    let enrolment = asked.enrolment.as_mut().unwrap();
    enrolment.special_needs.clone_from(&canary);
    enrolment.demographics = Some(demographics.clone());
    let seat = done(person.enrolments().enrol_participant(asked).await);
    assert_eq!(seat.demographics, Some(demographics));
    let queued = done(enrol(&next, &opened.name, &other.name).await);
    assert_eq!(place(&queued), (State::Waitlisted, 1));
    let copy = done(participant::export(&person, &kept.name).await).json;
    for known in [canary.as_str(), "FEMALE", &seat.name] {
        assert!(copy.contains(known), "{known}: {copy}");
    }
    done(participant::erase(&person, &kept.name).await);
    let left = done(read(&school.admin, &seat.name).await);
    assert_eq!(
        (left.state(), left.special_needs.as_str(), left.participant_display_name.as_str()),
        (State::Cancelled, "", "")
    );
    assert_eq!((left.enrolled_by.as_str(), left.demographics), ("", None));
    assert_eq!(place(&done(read(&next, &queued.name).await)), (State::Confirmed, 0));
    super::nothing_says(network, &[&canary, &kept.given_name, &kept.family_name, &kept.email]).await;
}

/// What someone needs is theirs to say, and their organisation's.
async fn what_someone_needs_is_theirs_to_change(network: &'static Network) {
    let school = school(network).await;
    let opened = school.opened(school.draft(3)).await;
    let (person, kept) = learner(network).await;
    let seat = done(enrol(&person, &opened.name, &kept.name).await);
    let needs = |special_needs: &str| pb::UpdateEnrolmentRequest {
        enrolment: Some(pb::Enrolment {
            name: seat.name.clone(),
            special_needs: special_needs.to_owned(),
            ..Default::default()
        }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["special_needs".to_owned()] }),
        ..Default::default()
    };
    let changed = done(person.enrolments().update_enrolment(needs("A seat near the door")).await);
    assert_eq!(changed.special_needs, "A seat near the door");
    let refused = school.admin.enrolments().update_enrolment(needs("None")).await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", refused);
    let reporter = network.colleague(&school.partner, Role::Reporter).await;
    assert_eq!(done(read(&reporter, &seat.name).await).special_needs, "A seat near the door");
    assert_eq!(listed(&person, "programmes/-/sessions/-", "").await.len(), 1);
    assert_eq!(listed(&school.admin, &format!("{}/sessions/-", school.programme.name), "").await.len(), 1);
}

impl School {
    /// An open session of so many seats, and people to enrol in it.
    pub(crate) async fn crowd(&self, seats: i32, count: usize) -> (pb::Session, Vec<String>) {
        (self.opened(self.draft(seats)).await, people(&self.admin, &self.partner, count).await)
    }
}

told_everywhere!(
    trn_11_a_freed_seat_goes_to_the_first_in_the_queue,
    trn_8_a_person_has_one_live_enrolment_in_a_session,
    trn_5_seats_are_added_and_never_taken,
    an_enrolment_waits_for_the_provider,
    whoever_has_a_seat_is_told_how_to_join,
    gdp_4_whoever_is_erased_leaves_a_seat,
    what_someone_needs_is_theirs_to_change,
);
