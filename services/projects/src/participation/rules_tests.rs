use chassis::Told as _;
use chassis::lifecycle::Stateful as _;
use proto::projects::ParticipationChannel as Channel;
use testing::{self, day, fields, person, rule};

use super::super::describe::{Voice, voice};
use super::*;

const OWNER: &str = "partners/mairie";
const NEED: &str = "territories/town/needs/n1";

fn calendar() -> Calendar {
    Calendar { zone: Zone::UTC, moderation_days: 5, answer_days: 30 }
}

fn noon(text: &str) -> Micros {
    Micros(Zone::UTC.start(day(text)).0 + 12 * 3_600_000_000)
}

fn call(caller: Caller, on: &str) -> Call {
    Call { now: noon(on), ..testing::call(caller) }
}

fn mayor(on: &str) -> Call {
    call(person(&[], &[(OWNER, Role::PartnerAdmin)]), on)
}

fn says(kind: Kind) -> pb::Participation {
    pb::Participation {
        subject: NEED.to_owned(),
        kind: kind.into(),
        body: if kind == Kind::Endorsement { String::new() } else { "Ouvrez le samedi.".to_owned() },
        language_code: "fr".to_owned(),
        channel: Channel::Online.into(),
        ..Default::default()
    }
}

/// Said on the Wednesday 4 March 2026, of something of the mayor's.
fn said(kind: Kind) -> Model {
    let mut row = create("v1", &says(kind), calendar(), &call(Caller::default(), "2026-03-04")).unwrap();
    let subject = Subject { owner: OWNER.to_owned(), territory: "territories/town".to_owned() };
    belongs(&mut row, &subject);
    row
}

fn decide(decision: Decision, reason: Reason) -> pb::ModerateParticipationRequest {
    pb::ModerateParticipationRequest {
        decision: decision.into(),
        reason_code: reason.into(),
        ..Default::default()
    }
}

/// Published on the Thursday 5 March 2026.
fn published(kind: Kind) -> Model {
    let mut row = said(kind);
    moderate(&mut row, &decide(Decision::Publish, Reason::Unspecified), calendar(), &mayor("2026-03-05"))
        .unwrap();
    row
}

fn reply() -> pb::AnswerParticipationRequest {
    pb::AnswerParticipationRequest {
        outcome: Outcome::Accepted.into(),
        text: Some(testing::said(&[("fr", "Oui, dès avril.")])),
        ..Default::default()
    }
}

fn answered(on: &str) -> Model {
    let mut row = published(Kind::Proposal);
    answer(&mut row, &reply(), calendar(), &mayor(on)).unwrap();
    row
}

#[test]
fn prj_31_it_is_moderated_within_five_working_days() {
    // From a Wednesday, a Friday, a Saturday, and over the new year, which is no holiday here.
    for (from, to) in [
        ("2026-03-04", "2026-03-11"),
        ("2026-03-06", "2026-03-13"),
        ("2026-03-07", "2026-03-13"),
        ("2026-12-30", "2027-01-06"),
    ] {
        assert_eq!(working_days_after(day(from), 5), day(to), "{from}");
    }
    assert_eq!(working_days_after(day("2026-03-04"), 0), day("2026-03-04"));
    assert_eq!(said(Kind::Comment).moderation_due, day("2026-03-11"));
}

#[test]
fn prj_31_a_proposal_is_answered_within_thirty_days_of_its_publication() {
    assert_eq!(published(Kind::Proposal).answer_due, Some(day("2026-04-04")));
    assert_eq!(published(Kind::Comment).answer_due, None);
    assert!(answered("2026-04-04").answered_in_time);
    assert!(!answered("2026-04-05").answered_in_time);
    let row = answered("2026-04-04");
    assert_eq!((row.state.get(), row.answer_partner.as_str()), (State::Answered, OWNER));
    let mut bare = published(Kind::Proposal);
    let nothing =
        answer(&mut bare, &pb::AnswerParticipationRequest::default(), calendar(), &mayor("2026-03-06"));
    assert_eq!(fields(nothing), ["outcome", "text"]);
    let mut by_coordinator = published(Kind::Proposal);
    let coordinator = call(person(&[Role::Coordinator], &[]), "2026-03-06");
    answer(&mut by_coordinator, &reply(), calendar(), &coordinator).unwrap();
    assert_eq!(by_coordinator.answer_partner, "");
}

#[test]
fn prj_31_it_is_rejected_or_hidden_for_one_of_six_reasons_alone() {
    let reject = |reason: i32| {
        let request = pb::ModerateParticipationRequest {
            reason_code: reason,
            ..decide(Decision::Reject, Reason::Unspecified)
        };
        moderate(&mut said(Kind::Comment), &request, calendar(), &mayor("2026-03-05"))
    };
    let hidden = |reason: i32| hide(&mut published(Kind::Comment), reason, &mayor("2026-03-05"));
    for reason in 1..=6 {
        assert_eq!((rule(reject(reason)), rule(hidden(reason))), ("", ""), "{reason}");
    }
    for none in [0, 7, -1] {
        assert_eq!(fields(reject(none)), ["reason_code"]);
        assert_eq!(fields(hidden(none)), ["reason_code"]);
    }
    let request = decide(Decision::Publish, Reason::OffTopic);
    let published = moderate(&mut said(Kind::Comment), &request, calendar(), &mayor("2026-03-05"));
    assert_eq!(fields(published), ["reason_code"]);
    let request = decide(Decision::Unspecified, Reason::Unspecified);
    assert_eq!(
        fields(moderate(&mut said(Kind::Comment), &request, calendar(), &mayor("2026-03-05"))),
        ["decision"]
    );
}

#[test]
fn it_goes_from_state_to_state_by_its_verbs() {
    let publish = decide(Decision::Publish, Reason::Unspecified);
    let reject = decide(Decision::Reject, Reason::Spam);
    let mut rejected = said(Kind::Comment);
    moderate(&mut rejected, &reject, calendar(), &mayor("2026-03-05")).unwrap();
    assert_eq!((rejected.state.get(), rejected.reason_code.get()), (State::Rejected, Reason::Spam));
    for mut row in [rejected, published(Kind::Comment), answered("2026-03-06")] {
        assert_eq!(rule(moderate(&mut row, &publish, calendar(), &mayor("2026-03-07"))), "STATE");
    }
    for mut row in [said(Kind::Proposal), answered("2026-03-06")] {
        assert_eq!(rule(answer(&mut row, &reply(), calendar(), &mayor("2026-03-07"))), "STATE");
    }
    let mut gone = answered("2026-03-06");
    hide(&mut gone, Reason::Illegal.into(), &mayor("2026-03-07")).unwrap();
    assert_eq!(gone.state, State::Hidden);
    assert_eq!(rule(hide(&mut gone, Reason::Illegal.into(), &mayor("2026-03-07"))), "STATE");
    assert_eq!(rule(hide(&mut said(Kind::Comment), Reason::Illegal.into(), &mayor("2026-03-07"))), "STATE");
}

#[test]
fn those_whose_the_subject_is_and_coordinators_moderate_and_sep_1_nobody_their_own() {
    let publish = decide(Decision::Publish, Reason::Unspecified);
    let by = |caller: Caller, row: &Model| {
        rule(moderate(&mut row.clone(), &publish, calendar(), &call(caller, "2026-03-05")))
    };
    let row = said(Kind::Comment);
    assert_eq!(by(person(&[Role::Coordinator], &[]), &row), "");
    assert_eq!(by(person(&[], &[(OWNER, Role::PartnerAdmin)]), &row), "");
    for caller in [
        Caller::default(),
        person(&[Role::Reviewer], &[]),
        person(&[], &[(OWNER, Role::Reporter)]),
        person(&[], &[("partners/other", Role::PartnerAdmin)]),
    ] {
        assert_eq!(by(caller, &row), "PERMISSION");
    }
    let own = Model { partner: OWNER.to_owned(), ..row };
    assert_eq!(own.parties(), [OWNER]);
    assert_eq!(by(person(&[], &[(OWNER, Role::PartnerAdmin)]), &own), "SEP-1");
    let nobodys = Model { subject_owner: String::new(), ..said(Kind::Comment) };
    assert_eq!(by(person(&[], &[(OWNER, Role::PartnerAdmin)]), &nobodys), "PERMISSION");
    assert_eq!(awaiting(&nobodys).0, "COORDINATOR");
}

#[test]
fn its_words_are_for_everyone_once_it_is_published_and_for_those_who_moderate_before() {
    let anyone = Caller::default();
    let other = person(&[], &[("partners/other", Role::PartnerAdmin)]);
    let owner = person(&[], &[(OWNER, Role::Reporter)]);
    let coordinator = person(&[Role::Coordinator], &[]);
    let read = |row: &Model| {
        [&anyone, &other, &owner, &coordinator].map(|caller| !row.clone().shown_to(caller).body.is_empty())
    };
    let mut rejected = said(Kind::Comment);
    moderate(&mut rejected, &decide(Decision::Reject, Reason::Spam), calendar(), &mayor("2026-03-05"))
        .unwrap();
    let mut hidden = published(Kind::Comment);
    hide(&mut hidden, Reason::Spam.into(), &mayor("2026-03-06")).unwrap();
    for row in [said(Kind::Comment), rejected, hidden] {
        assert_eq!(read(&row), [false, false, true, true], "{:?}", row.state);
    }
    for row in [published(Kind::Comment), answered("2026-03-06")] {
        assert_eq!(read(&row), [true; 4]);
        let told: pb::Participation = row.into();
        assert_eq!((told.body.as_str(), told.pseudonym.as_str()), ("", ""), "events tell no words");
    }
}

#[test]
fn prj_34_no_address_stands_in_what_is_said() {
    let wrong = |change: fn(&mut pb::Participation)| {
        let mut draft = says(Kind::Comment);
        change(&mut draft);
        fields(create("v1", &draft, calendar(), &call(Caller::default(), "2026-03-04")))
    };
    assert_eq!(wrong(|draft| draft.body = "Écrivez à <awa@example.org>.".to_owned()), ["participation.body"]);
    assert_eq!(wrong(|draft| draft.body = "Je suis en 192.0.2.1!".to_owned()), ["participation.body"]);
    assert_eq!(wrong(|draft| draft.body = "De 2001:db8::1".to_owned()), ["participation.body"]);
    assert_eq!(wrong(|draft| draft.pseudonym = "awa@example.org".to_owned()), ["participation.pseudonym"]);
    let fine = |draft: &mut pb::Participation| {
        draft.body = "Rendez-vous @ 10:30: la version 1.2.3, à 10 % près.".to_owned();
        draft.pseudonym = "@awa".to_owned();
    };
    assert!(wrong(fine).is_empty());
}

#[test]
fn what_is_said_offline_is_recorded_by_a_partner() {
    let wrong = |channel: Channel, recorded_by: &str, partner: &str| {
        let draft = pb::Participation {
            channel: channel.into(),
            recorded_by: recorded_by.to_owned(),
            partner: partner.to_owned(),
            ..says(Kind::Comment)
        };
        fields(create("v1", &draft, calendar(), &call(Caller::default(), "2026-03-04")))
    };
    for offline in [Channel::InPerson, Channel::Paper, Channel::Phone] {
        assert!(wrong(offline, "partners/a", "").is_empty());
        assert_eq!(wrong(offline, "", ""), ["participation.recorded_by"]);
        assert_eq!(wrong(offline, "partners/a", "partners/b"), ["participation.partner"]);
    }
    assert!(wrong(Channel::Online, "", "partners/b").is_empty());
    assert_eq!(wrong(Channel::Online, "partners/a", ""), ["participation.recorded_by"]);
    assert_eq!(wrong(Channel::Unspecified, "", ""), ["participation.channel"]);
    let member = person(&[], &[("partners/a", Role::Reporter)]);
    for (partner, recorded_by, may) in [
        ("partners/a", "", ""),
        ("", "partners/a", ""),
        ("partners/b", "", "PERMISSION"),
        ("", "partners/b", "PERMISSION"),
    ] {
        let draft = pb::Participation {
            partner: partner.to_owned(),
            recorded_by: recorded_by.to_owned(),
            ..Default::default()
        };
        assert_eq!(rule(may_say(&member, &draft)), may);
    }
}

#[test]
fn prj_32_an_endorsement_is_someones_and_counts_when_someone_vouches_for_it() {
    let of = |caller: &Caller, channel: Channel, partner: &str, contact: &str| {
        let mut row = said(Kind::Endorsement);
        (row.channel, row.partner) = (channel.into(), partner.to_owned());
        voice(caller, &row, contact)
    };
    let (nobody, someone) = (Caller::default(), person(&[], &[]));
    let voice_of = |secret: &str, confirmed| Some(Voice::Person { secret: secret.to_owned(), confirmed });
    assert_eq!(
        of(&nobody, Channel::Online, "", " Awa@Example.org ").unwrap(),
        voice_of("awa@example.org", false)
    );
    assert_eq!(of(&someone, Channel::Online, "", "").unwrap(), voice_of("users/a", true));
    assert_eq!(
        of(&someone, Channel::Paper, "", "awa@example.org").unwrap(),
        voice_of("awa@example.org", true)
    );
    assert_eq!(
        of(&someone, Channel::Phone, "", "+33 (0)6 12-34.56 78").unwrap(),
        voice_of("330612345678", true)
    );
    let partner = of(&someone, Channel::Online, "partners/a", "").unwrap();
    assert_eq!(partner, Some(Voice::Partner("partners/a".to_owned())));
    assert!(partner.unwrap().is_confirmed());
    for (caller, channel, partner, contact) in [
        (&nobody, Channel::Online, "", ""),
        (&nobody, Channel::Online, "", "+33612345678"),
        (&nobody, Channel::Online, "", "awa@localhost"),
        (&someone, Channel::Online, "", "awa@example.org"),
        (&someone, Channel::Online, "partners/a", "awa@example.org"),
        (&someone, Channel::Paper, "", ""),
        (&someone, Channel::Paper, "", "awa"),
        (&someone, Channel::Phone, "", "+12"),
    ] {
        assert_eq!(fields(of(caller, channel, partner, contact)), ["contact"], "{channel:?} {contact}");
    }
    let comment = said(Kind::Comment);
    assert_eq!(voice(&nobody, &comment, "").unwrap(), None);
    assert_eq!(fields(voice(&nobody, &comment, "awa@example.org")), ["contact"], "asked for nothing");
    let endorsed = said(Kind::Endorsement);
    assert_eq!((endorsed.state.get(), endorsed.answer_due), (State::Published, None), "nothing to moderate");
    let wordy = pb::Participation { body: "Oui".to_owned(), ..says(Kind::Endorsement) };
    let refused = create("v1", &wordy, calendar(), &call(Caller::default(), "2026-03-04"));
    assert_eq!(fields(refused), ["participation.body"]);
}

#[test]
fn an_answered_proposal_or_signal_becomes_a_need_once_in_the_words_of_whoever_said_it() {
    let mut row = answered("2026-03-06");
    assert_eq!(rule(convert(&mut published(Kind::Proposal), "n", &mayor("2026-03-06"))), "STATE");
    let (territory, made) = need(&row, &pb::ConvertParticipationRequest::default()).unwrap();
    assert_eq!((territory.as_str(), made.raised_by.as_str()), ("territories/town", "participations/v1"));
    assert_eq!(made.description.unwrap().translations["fr"].text, "Ouvrez le samedi.");
    let elsewhere =
        pb::ConvertParticipationRequest { territory: "territories/other".to_owned(), ..Default::default() };
    assert_eq!(need(&row, &elsewhere).unwrap().0, "territories/other");
    let nowhere = Model { territory: String::new(), ..row.clone() };
    assert_eq!(fields(need(&nowhere, &pb::ConvertParticipationRequest::default())), ["territory"]);
    convert(&mut row, "territories/town/needs/n2", &mayor("2026-03-06")).unwrap();
    assert_eq!((row.state.get(), row.need.as_str()), (State::Answered, "territories/town/needs/n2"));
    assert_eq!(rule(convert(&mut row, "territories/town/needs/n3", &mayor("2026-03-06"))), "CONVERSION");
    let mut comment = Model { kind: Kind::Comment.into(), ..answered("2026-03-06") };
    assert_eq!(rule(convert(&mut comment, "n", &mayor("2026-03-06"))), "CONVERSION");
}

#[test]
fn whoever_is_of_no_partner_solves_a_challenge() {
    assert!(!is_known(&Caller::default()) && !is_known(&person(&[], &[])));
    assert!(is_known(&person(&[Role::Reviewer], &[])));
    let mut member = person(&[], &[("partners/a", Role::Trainer)]);
    assert!(is_known(&member));
    member.partners.values_mut().for_each(|membership| membership.suspended = true);
    assert!(!is_known(&member), "sep_2");
}

#[test]
fn bey_5_it_waits_for_whom_the_subject_is() {
    let told =
        [said(Kind::Comment), published(Kind::Comment), published(Kind::Proposal), answered("2026-03-06")]
            .map(|row| awaiting(&row).0);
    assert_eq!(told, ["PARTNER", "NOBODY", "PARTNER", "NOBODY"]);
}
