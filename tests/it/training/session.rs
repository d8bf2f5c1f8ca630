//! Stories of sessions: planned, opened, moved, begun and ended by the clock.

use proto::training as pb;
use proto::training::Mode;
use proto::training::session::State;
use tonic::Code;

use super::{programme, trainer};
use crate::caller::{Caller, done, expect};
use crate::harness::{Network, in_days};
use crate::projects::reporting::days;

type Answered = Result<tonic::Response<pb::Session>, tonic::Status>;

/// A provider, its administrator, a programme of theirs and someone who teaches it.
pub(crate) struct School {
    pub(crate) partner: String,
    pub(crate) admin: Caller,
    pub(crate) programme: pb::Programme,
    pub(crate) trainer: String,
    pub(crate) teacher: Caller,
}

pub(crate) async fn school(network: &'static Network) -> School {
    let partner = network.active_partner().await.name;
    let admin = network.partner_admin(&partner).await;
    let programme = programme::published(&admin, &partner).await;
    let (trainer, teacher) = trainer::approved(network, &partner).await;
    School { partner, admin, programme, trainer: trainer.name, teacher }
}

/// A meeting of two hours, so many days and hours from now.
pub(crate) fn meeting(day: i64, hour: i64) -> pb::SessionMeeting {
    let day = in_days(day);
    let later = |hours: i64| Some(prost_types::Timestamp { seconds: day.seconds + hours * 3600, nanos: 0 });
    pb::SessionMeeting { start_time: later(hour), end_time: later(hour + 2), ..Default::default() }
}

impl School {
    /// A session of so many seats in a room, in ten days.
    pub(crate) fn draft(&self, seats: i32) -> pb::Session {
        pb::Session {
            mode: Mode::Onsite.into(),
            meetings: vec![meeting(10, 0), meeting(17, 0)],
            time_zone: "Europe/Paris".to_owned(),
            language_code: "fr".to_owned(),
            trainers: vec![self.trainer.clone()],
            capacity: Some(pb::SessionCapacity { onsite: seats, online: 0 }),
            waitlist_limit: 1000,
            enrolment_period: days(-5, 9),
            offline_enrolment_contact: "À l'accueil, le matin".to_owned(),
            ..Default::default()
        }
    }

    pub(crate) async fn plan(&self, by: &Caller, session: pb::Session) -> Answered {
        let request = pb::CreateSessionRequest {
            parent: self.programme.name.clone(),
            session: Some(session),
            ..Default::default()
        };
        by.sessions().create_session(request).await
    }

    /// An open session.
    pub(crate) async fn opened(&self, session: pb::Session) -> pb::Session {
        let made = done(self.plan(&self.admin, session).await);
        done(open(&self.admin, &made.name).await)
    }
}

pub(crate) async fn open(by: &Caller, name: &str) -> Answered {
    by.sessions().open_session(pb::OpenSessionRequest { name: name.to_owned(), ..Default::default() }).await
}

pub(crate) async fn cancel(by: &Caller, name: &str) -> Answered {
    let request = pb::CancelSessionRequest {
        name: name.to_owned(),
        reason: "The room burnt down.".to_owned(),
        ..Default::default()
    };
    by.sessions().cancel_session(request).await
}

pub(crate) async fn close(by: &Caller, name: &str) -> Answered {
    by.sessions().close_session(pb::CloseSessionRequest { name: name.to_owned(), ..Default::default() }).await
}

pub(crate) async fn read(by: &Caller, name: &str) -> Answered {
    by.sessions().get_session(pb::GetSessionRequest { name: name.to_owned() }).await
}

pub(crate) async fn change(by: &Caller, session: pb::Session, path: &str) -> Answered {
    let request = pb::UpdateSessionRequest {
        session: Some(pb::Session { etag: String::new(), ..session }),
        update_mask: Some(prost_types::FieldMask { paths: vec![path.to_owned()] }),
        ..Default::default()
    };
    by.sessions().update_session(request).await
}

async fn listed(by: &Caller, parent: &str, filter: &str) -> Vec<String> {
    let request = pb::ListSessionsRequest {
        parent: parent.to_owned(),
        filter: filter.to_owned(),
        order_by: "start_time".to_owned(),
        ..Default::default()
    };
    let page = done(by.sessions().list_sessions(request).await);
    page.sessions.into_iter().map(|session| session.name).collect()
}

/// From the plan to what all may see.
async fn a_session_is_planned_opened_and_moved(network: &'static Network) {
    let school = school(network).await;
    let (admin, nobody) = (&school.admin, network.anonymous());
    let parent = &school.programme.name;
    let mut hybrid = school.draft(10);
    hybrid.mode = Mode::Hybrid.into();
    hybrid.capacity = Some(pb::SessionCapacity { onsite: 10, online: 0 });
    hybrid.meetings[0].join_url = "https://meet.example.org/secret".to_owned();
    let stranger = network.partner_admin(&network.home_partner().await).await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", school.plan(&stranger, hybrid.clone()).await);
    let made = done(school.plan(admin, hybrid).await);
    assert_eq!((made.state(), made.awaiting.as_str()), (State::Planned, "PARTNER"));
    assert_eq!(
        (&made.programme_revision, &made.providers),
        (&school.programme.published_revision, &vec![school.partner.clone()])
    );
    assert_eq!(
        made.meetings.iter().map(|meeting| meeting.meeting_id.as_str()).collect::<Vec<_>>(),
        ["m1", "m2"]
    );
    expect(Code::NotFound, "NOT_FOUND", read(&nobody, &made.name).await);
    assert!(listed(&nobody, parent, "").await.is_empty());
    assert_eq!(listed(&school.teacher, parent, "").await, std::slice::from_ref(&made.name));

    let refused = expect(Code::FailedPrecondition, "SESSION_OPEN", open(admin, &made.name).await);
    assert_eq!(refused.facts["field"], "capacity.online");
    let seats = pb::SessionCapacity { onsite: 10, online: 20 };
    done(change(admin, pb::Session { capacity: Some(seats), ..made.clone() }, "capacity").await);
    let nowhere = pb::Session { territory: "territories/nowhere".to_owned(), ..made.clone() };
    done(change(admin, nowhere, "territory").await);
    assert_eq!(
        expect(Code::InvalidArgument, "INVALID_FIELD", open(admin, &made.name).await).fields,
        ["territory"]
    );
    let cleared = pb::Session { territory: String::new(), ..made.clone() };
    done(change(admin, cleared, "territory").await);
    expect(Code::PermissionDenied, "PERMISSION_DENIED", open(&school.teacher, &made.name).await);
    let opened = done(open(admin, &made.name).await);
    assert_eq!((opened.state(), opened.warnings.len()), (State::Open, 0));
    let seen = done(read(&nobody, &made.name).await);
    assert_eq!(
        (seen.meetings[0].join_url.as_str(), &seen.title.unwrap().display_text),
        ("", &school.programme.title.as_ref().unwrap().translations["fr"].text)
    );
    assert!(!done(read(&school.teacher, &made.name).await).meetings[0].join_url.is_empty());
    assert_eq!(
        listed(&nobody, "programmes/-", &format!("trainers:\"{}\"", school.trainer)).await,
        std::slice::from_ref(&made.name)
    );

    let later = meeting(20, 0);
    let elsewhen = pb::Session { meetings: vec![later.clone()], ..made.clone() };
    expect(Code::FailedPrecondition, "SESSION_MEETINGS", change(admin, elsewhen, "meetings").await);
    let reschedule = pb::RescheduleSessionRequest {
        name: made.name.clone(),
        meetings: vec![later.clone()],
        reason: "A strike.".to_owned(),
        ..Default::default()
    };
    let moved = done(admin.sessions().reschedule_session(reschedule).await);
    assert_eq!((moved.start_time, moved.state_reason.as_str()), (later.start_time, "A strike."));
    let over = done(cancel(&network.coordinator().await, &made.name).await);
    assert_eq!((over.state(), over.state_reason.as_str()), (State::Cancelled, "The room burnt down."));
    expect(Code::FailedPrecondition, "STATE", cancel(admin, &made.name).await);
}

async fn trn_4_a_trainer_is_in_one_place_at_a_time(network: &'static Network) {
    let (one, other) = (school(network).await, school(network).await);
    let first = one.opened(one.draft(5)).await;
    // The pool is shared: somebody else's programme, the same trainer.
    let theirs = pb::Session { trainers: vec![one.trainer.clone()], ..other.draft(5) };
    let refused = expect(Code::FailedPrecondition, "TRN_4", other.plan(&other.admin, theirs.clone()).await);
    assert_eq!((&refused.facts["trainer"], &refused.facts["session"]), (&one.trainer, &first.name));
    let after = pb::Session { meetings: vec![meeting(10, 2)], ..theirs };
    let second = other.opened(after).await;
    let clashing = pb::RescheduleSessionRequest {
        name: second.name.clone(),
        meetings: vec![meeting(10, 1)],
        reason: "Earlier.".to_owned(),
        ..Default::default()
    };
    expect(
        Code::FailedPrecondition,
        "TRN_4",
        other.admin.sessions().reschedule_session(clashing.clone()).await,
    );
    done(cancel(&one.admin, &first.name).await);
    done(other.admin.sessions().reschedule_session(clashing).await);

    // Two at once: one is refused.
    let tries = (0..4).map(|_| {
        let draft = pb::Session { meetings: vec![meeting(50, 0)], ..one.draft(5) };
        one.plan(&one.admin, draft)
    });
    let both = futures::future::join_all(tries).await;
    assert_eq!(both.iter().filter(|answer| answer.is_ok()).count(), 1);
    for refused in both.into_iter().filter(Result::is_err) {
        expect(Code::FailedPrecondition, "TRN_4", refused);
    }
}

async fn trn_7_a_session_opens_with_a_warning(network: &'static Network) {
    let school = school(network).await;
    let mut wider = school.programme.clone();
    let mut outcome = wider.outcomes[0].clone();
    outcome.alignment.as_mut().unwrap().target_code = "4.1".to_owned();
    wider.outcomes.push(outcome);
    let request = pb::UpdateProgrammeRequest {
        programme: Some(pb::Programme { etag: String::new(), ..wider }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["outcomes".to_owned()] }),
        ..Default::default()
    };
    let before = done(school.plan(&school.admin, school.draft(5)).await);
    done(school.admin.programmes().update_programme(request).await);
    // The one keeps what it was planned by (TRN-2), the other is of the new revision.
    assert!(done(open(&school.admin, &before.name).await).warnings.is_empty());
    let after = school.opened(pb::Session { meetings: vec![meeting(30, 0)], ..school.draft(5) }).await;
    assert_eq!(after.state(), State::Open);
    let told: Vec<_> =
        after.warnings.iter().map(|warning| (warning.rule.as_str(), warning.message.as_str())).collect();
    assert_eq!(told, [("TRN-7", "no trainer covers the outcome 4.1")]);
    let french = done(read(&school.admin.speaking("fr"), &after.name).await);
    assert_eq!(french.warnings[0].message, "aucun formateur ne couvre l'acquis 4.1");
    done(trainer::suspend(&network.coordinator().await, &school.trainer).await);
    let third = done(
        school.plan(&school.admin, pb::Session { meetings: vec![meeting(40, 0)], ..school.draft(5) }).await,
    );
    expect(Code::FailedPrecondition, "SESSION_OPEN", open(&school.admin, &third.name).await);
}

/// The calendar goes on: what is read and what lists find say the same.
async fn the_clock_moves_what_is_open(network: &'static Network) {
    let school = school(network).await;
    let opened = school.opened(school.draft(5)).await;
    let planned = done(
        school.plan(&school.admin, pb::Session { meetings: vec![meeting(11, 0)], ..school.draft(5) }).await,
    );
    network.later(12);
    let (admin, nobody) = (school.admin.again().await, network.anonymous());
    let parent = &school.programme.name;
    assert_eq!(done(read(&nobody, &opened.name).await).state(), State::InProgress);
    assert_eq!(listed(&nobody, parent, "state = IN_PROGRESS").await, std::slice::from_ref(&opened.name));
    assert!(listed(&nobody, parent, "state = OPEN").await.is_empty());
    assert_eq!(done(read(&admin, &planned.name).await).state(), State::Planned);
    expect(Code::FailedPrecondition, "SESSION_OPEN", open(&admin, &planned.name).await);
    expect(Code::FailedPrecondition, "STATE", close(&admin, &opened.name).await);
    network.later(18);
    let teacher = school.teacher.again().await;
    let over = done(read(&teacher, &opened.name).await);
    assert_eq!((over.state(), over.awaiting.as_str()), (State::Completed, "PARTNER"));
    assert_eq!(listed(&nobody, parent, "state = COMPLETED").await, std::slice::from_ref(&opened.name));
    let closed = done(close(&teacher, &opened.name).await);
    assert_eq!((closed.state(), closed.awaiting.as_str()), (State::Closed, "NOBODY"));
}

/// The catalogue is everyone's, and holds what everyone may see.
async fn the_catalogue_is_open_data(network: &'static Network) {
    let school = school(network).await;
    let mut draft = school.draft(5);
    draft.meetings[0].join_url = "https://meet.example.org/hidden".to_owned();
    let opened = school.opened(draft).await;
    let request = pb::GetProgrammeCatalogueRequest::default();
    let mut pieces = done(network.anonymous().programmes().get_programme_catalogue(request).await);
    let mut file = Vec::new();
    while let Some(piece) = pieces.message().await.unwrap() {
        file.extend(piece.chunk);
    }
    assert!(!String::from_utf8_lossy(&file).contains("meet.example.org"));
    let told: serde_json::Value = serde_json::from_slice(&file).unwrap();
    let courses = told["@graph"].as_array().unwrap();
    let course = courses.iter().find(|course| course["identifier"] == school.programme.name).unwrap();
    assert_eq!(course["@id"], format!("urn:uuid:{}", school.programme.uid));
    let instances = course["hasCourseInstance"].as_array().unwrap();
    assert_eq!((instances.len(), &instances[0]["identifier"]), (1, &serde_json::json!(opened.name)));
}

told_everywhere!(
    the_catalogue_is_open_data,
    a_session_is_planned_opened_and_moved,
    trn_4_a_trainer_is_in_one_place_at_a_time,
    trn_7_a_session_opens_with_a_warning,
);
told_alone!(the_clock_moves_what_is_open);
