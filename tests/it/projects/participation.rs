//! Stories of participations: said online, on paper and by phone, moderated, answered, and made needs of.

use aws_lc_rs::digest::{SHA256, digest};
use futures::future::join_all;
use proto::auth::Role;
use proto::projects as pb;
use proto::projects::ParticipationChannel as Channel;
use proto::projects::moderate_participation_request::Decision;
use proto::projects::participation::{Kind, Reason, State};
use proto::projects::participation_answer::Outcome;
use tonic::{Code, Response, Status};

use super::strategy::{ALL, Town, draft as draft_strategy, open, strategy, town};
use super::{dataset, lead};
use crate::caller::{Caller, done, expect};
use crate::harness::Network;
use crate::sample;

mod flood;
mod privacy;

type Answer = Result<Response<pb::Participation>, Status>;

const WORDS: &str = "Ouvrez la médiathèque le samedi.";

pub(crate) fn says(subject: &str, kind: Kind) -> pb::Participation {
    pb::Participation {
        subject: subject.to_owned(),
        kind: kind.into(),
        body: if kind == Kind::Endorsement { String::new() } else { WORDS.to_owned() },
        language_code: "fr".to_owned(),
        channel: Channel::Online.into(),
        ..Default::default()
    }
}

/// What a partner wrote down on paper.
fn on_paper(partner: &str, subject: &str, kind: Kind) -> pb::Participation {
    pb::Participation {
        channel: Channel::Paper.into(),
        recorded_by: partner.to_owned(),
        ..says(subject, kind)
    }
}

fn create(said: pb::Participation) -> pb::CreateParticipationRequest {
    pb::CreateParticipationRequest {
        participation: Some(said),
        request_id: sample::request_id(),
        ..Default::default()
    }
}

async fn send(by: &Caller, request: pb::CreateParticipationRequest) -> Answer {
    by.participations().create_participation(request).await
}

/// The first number that solves a challenge.
fn solve(given: &pb::ParticipationChallenge) -> u64 {
    let mut tried = [given.challenge.as_bytes(), &[0; 8]].concat();
    let at = tried.len() - 8;
    let fits = |tried: &[u8]| {
        let digest = digest(&SHA256, tried);
        let first = u64::from_be_bytes(digest.as_ref()[..8].try_into().unwrap());
        first.leading_zeros() >= u32::try_from(given.difficulty).unwrap()
    };
    (0..)
        .find(|number: &u64| {
            tried[at..].copy_from_slice(&number.to_be_bytes());
            fits(&tried)
        })
        .unwrap()
}

async fn challenge(by: &Caller) -> pb::ParticipationChallenge {
    let request = pb::GetParticipationChallengeRequest {};
    done(by.participations().get_participation_challenge(request).await)
}

/// The same with a challenge that was solved.
pub(crate) async fn proven(
    by: &Caller,
    request: pb::CreateParticipationRequest,
) -> pb::CreateParticipationRequest {
    let given = challenge(by).await;
    let solution = solve(&given);
    pb::CreateParticipationRequest { challenge: given.challenge, solution, ..request }
}

async fn get(by: &Caller, name: &str) -> pb::Participation {
    let request = pb::GetParticipationRequest { name: name.to_owned() };
    done(by.participations().get_participation(request).await)
}

async fn listed(by: &Caller, subject: &str) -> Vec<String> {
    let request = pb::ListParticipationsRequest {
        filter: format!("subject = \"{subject}\""),
        order_by: "create_time".to_owned(),
        ..Default::default()
    };
    let found = done(by.participations().list_participations(request).await).participations;
    found.into_iter().map(|one| one.name).collect()
}

pub(crate) async fn moderate(by: &Caller, name: &str, decision: Decision, reason: Reason) -> Answer {
    let request = pb::ModerateParticipationRequest {
        name: name.to_owned(),
        decision: decision.into(),
        reason_code: reason.into(),
        ..Default::default()
    };
    by.participations().moderate_participation(request).await
}

async fn publish(by: &Caller, name: &str) -> pb::Participation {
    done(moderate(by, name, Decision::Publish, Reason::Unspecified).await)
}

pub(crate) async fn answer(by: &Caller, name: &str) -> Answer {
    let request = pb::AnswerParticipationRequest {
        name: name.to_owned(),
        outcome: Outcome::Accepted.into(),
        text: Some(sample::text("fr", "Oui, dès avril.")),
        ..Default::default()
    };
    by.participations().answer_participation(request).await
}

async fn summary(by: &Caller, subject: &str) -> pb::SummarizeParticipationsResponse {
    let request = pb::SummarizeParticipationsRequest { subject: subject.to_owned(), ..Default::default() };
    done(by.participations().summarize_participations(request).await)
}

fn ratio(ratio: Option<proto::common::Ratio>) -> (String, String) {
    let ratio = ratio.unwrap();
    (ratio.numerator, ratio.denominator)
}

fn of(part: &str, whole: &str) -> (String, String) {
    (part.to_owned(), whole.to_owned())
}

async fn prj_31_what_is_said_is_moderated_answered_and_becomes_a_need(network: &'static Network) {
    let Town { name: town, mayor, need, .. } = town(network).await;
    let (anyone, coordinator) = (network.anonymous(), network.coordinator().await);
    let stranger = network.partner_admin(&network.home_partner().await).await;
    let said = proven(&anyone, create(says(&need, Kind::Proposal))).await;
    let said = done(send(&anyone, said).await);
    assert_eq!(
        (said.state(), said.awaiting.as_str(), said.body.as_str()),
        (State::Pending, "PARTNER", WORDS)
    );
    assert_eq!(said.territory, town, "where its subject is");

    // Until it is moderated its words are for those who do, and nobody finds it in a list.
    for by in [&anyone, &stranger] {
        assert_eq!((get(by, &said.name).await.body.as_str(), listed(by, &need).await.len()), ("", 0));
    }
    for by in [&mayor, &coordinator] {
        assert_eq!((get(by, &said.name).await.body.as_str(), listed(by, &need).await.len()), (WORDS, 1));
    }
    expect(
        Code::PermissionDenied,
        "PERMISSION_DENIED",
        moderate(&stranger, &said.name, Decision::Publish, Reason::Unspecified).await,
    );
    let rejected = moderate(&mayor, &said.name, Decision::Reject, Reason::Unspecified).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", rejected).fields, ["reason_code"]);
    expect(Code::FailedPrecondition, "STATE", answer(&mayor, &said.name).await);
    assert_eq!(summary(&anyone, &need).await.to_moderate, 1);
    let told = publish(&mayor, &said.name).await;
    let due = [30, 31].map(super::reporting::in_days); // in Paris it may be tomorrow
    assert!(told.state() == State::Published && due.contains(&told.answer_due_date), "{told:?}");
    assert_eq!(get(&anyone, &said.name).await.body, WORDS);
    assert_eq!(listed(&anyone, &need).await, [said.name.as_str()]);

    expect(Code::PermissionDenied, "PERMISSION_DENIED", answer(&stranger, &said.name).await);
    let told = done(answer(&mayor, &said.name).await).answer.unwrap();
    assert_eq!(
        (told.outcome(), told.partner.as_str()),
        (Outcome::Accepted, mayor_of(&mayor, network).await.as_str())
    );
    let totals = summary(&anyone, &need).await;
    assert_eq!(ratio(totals.answer_rate), of("1", "1"));

    let convert = pb::ConvertParticipationRequest {
        name: said.name.clone(),
        title: Some(sample::text("fr", "Une médiathèque ouverte le samedi")),
        target_groups: vec!["ALL".to_owned()],
        request_id: sample::request_id(),
        ..Default::default()
    };
    let bare = pb::ConvertParticipationRequest {
        target_groups: vec!["NOBODY".to_owned()],
        title: None,
        request_id: String::new(),
        ..convert.clone()
    };
    let refused = mayor.participations().convert_participation(bare).await;
    let fields = expect(Code::InvalidArgument, "INVALID_FIELD", refused).fields;
    assert_eq!(fields, ["title", "target_groups[0]"]);
    let rehearsed = pb::ConvertParticipationRequest { validate_only: true, ..convert.clone() };
    done(mayor.participations().convert_participation(rehearsed).await);
    assert_eq!(get(&anyone, &said.name).await.need, "", "a rehearsal makes nothing");
    let converted = done(mayor.participations().convert_participation(convert.clone()).await);
    assert_eq!(
        done(mayor.participations().convert_participation(convert.clone()).await).need,
        converted.need
    );
    let again = pb::ConvertParticipationRequest { request_id: String::new(), ..convert };
    let refused = mayor.participations().convert_participation(again).await;
    expect(Code::FailedPrecondition, "CONVERSION", refused);
    let made = done(anyone.needs().get_need(pb::GetNeedRequest { name: converted.need.clone() }).await);
    assert_eq!((made.state(), made.raised_by.as_str()), (pb::need::State::Proposed, said.name.as_str()));
    assert_eq!(made.description.unwrap().translations["fr"].text, WORDS);
    let qualify = pb::QualifyNeedRequest { name: converted.need.clone(), priority: 1, ..Default::default() };
    done(mayor.needs().qualify_need(qualify).await);
    assert_eq!(get(&anyone, &said.name).await.need_state(), pb::need::State::Qualified, "what came of it");

    // What should not have been published is shown to nobody but those who hid it, and why.
    let hide = pb::HideParticipationRequest {
        name: said.name.clone(),
        reason_code: Reason::PersonalData.into(),
        ..Default::default()
    };
    done(coordinator.participations().hide_participation(hide).await);
    let hidden = get(&anyone, &said.name).await;
    assert_eq!(
        (hidden.state(), hidden.reason_code(), hidden.body.as_str()),
        (State::Hidden, Reason::PersonalData, "")
    );
}

/// What someone of the public made of a dataset, and told of in a participation, is documented by who publishes the dataset.
async fn what_the_public_made_of_a_dataset_is_documented(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let published = async || {
        let made = done(dataset::create(&admin, dataset::draft(network, &partner, "etalab-2.0").await).await);
        done(dataset::publish(&admin, &made.name).await).name
    };
    let (entry, other) = (published().await, published().await);
    let anyone = network.anonymous();
    let said = proven(&anyone, create(says(&entry, Kind::Comment))).await;
    let said = done(send(&anyone, said).await).name;
    let reuse = |name: &str, participation: &str| pb::AddReuseRequest {
        name: name.to_owned(),
        reuse: Some(pb::Reuse {
            title: "Carte des bornes".to_owned(),
            uri: "https://carte.example.org".to_owned(),
            kind: pb::reuse::Kind::Visualisation.into(),
            participation: participation.to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    for (dataset, participation, why) in [
        (&entry, "participations/nothing", "there is none"),
        (&entry, said.as_str(), "it is not published"),
        (&other, said.as_str(), "it is of another dataset"),
    ] {
        if dataset == &other {
            publish(&admin, &said).await;
        }
        let refused = admin.datasets().add_reuse(reuse(dataset, participation)).await;
        let fields = expect(Code::InvalidArgument, "INVALID_FIELD", refused).fields;
        assert_eq!(fields, ["reuse.participation"], "{why}");
    }
    let told = done(admin.datasets().add_reuse(reuse(&entry, &said)).await);
    assert_eq!(told.reuses[0].participation, said);
}

/// The partner that someone administers.
async fn mayor_of(mayor: &Caller, _: &'static Network) -> String {
    let me = mayor.tokens().get_current_principal(proto::identity::GetCurrentPrincipalRequest {}).await;
    done(me).partner_roles[0].partner.clone()
}

/// The authority of a territory changes: what is said of its needs is its new one's to answer.
async fn what_is_said_of_a_need_is_the_new_authoritys_to_answer(network: &'static Network) {
    let town = town(network).await;
    let other = super::territory::public_partner(network).await;
    let successor = network.partner_admin(&other).await;
    let said = done(send(&successor, create(says(&town.need, Kind::Proposal))).await).name;
    let changed = pb::UpdateTerritoryRequest {
        territory: Some(pb::Territory { name: town.name, authority: other, ..Default::default() }),
        ..Default::default()
    };
    done(network.coordinator().await.territories().update_territory(changed).await);
    let late = moderate(&town.mayor, &said, Decision::Publish, Reason::Unspecified).await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", late);
    publish(&successor, &said).await;
}

/// Of many that are sent at once one counts, for partners and for persons, who are counted apart.
async fn prj_32_each_partner_and_person_endorses_once_however_many_at_once(network: &'static Network) {
    let Town { need, .. } = town(network).await;
    let association = network.active_partner().await.name;
    let admin = network.partner_admin(&association).await;
    let reporter = network.colleague(&association, Role::Reporter).await;
    let own = pb::Participation { partner: association.clone(), ..says(&need, Kind::Endorsement) };
    let race = async |requests: Vec<(Caller, pb::CreateParticipationRequest)>| {
        let sent = requests.into_iter().map(|(by, request)| async move { send(&by, request).await });
        let answers = join_all(sent).await;
        let won = answers.iter().filter(|answer| answer.is_ok()).count();
        for lost in answers.into_iter().filter(Result::is_err) {
            expect(Code::AlreadyExists, "ALREADY_EXISTS", lost);
        }
        won
    };
    let by_partner = (0..8).map(|turn| ([&admin, &reporter][turn % 2].clone(), create(own.clone())));
    assert_eq!(race(by_partner.collect()).await, 1);
    let written = |contact: &str| pb::CreateParticipationRequest {
        contact: contact.to_owned(),
        ..create(on_paper(&association, &need, Kind::Endorsement))
    };
    for (contact, same) in [("awa@example.org", " AWA@example.org"), ("+33 6 12 34 56 78", "+33612345678")] {
        let sent = (0..6).map(|turn| (reporter.clone(), written([contact, same][turn % 2])));
        assert_eq!(race(sent.collect()).await, 1, "{contact}");
    }
    let outsider = network.person(&[]).await;
    let mut signed_in = Vec::new();
    for _ in 0..2 {
        signed_in.push((outsider.clone(), proven(&outsider, create(says(&need, Kind::Endorsement))).await));
    }
    assert_eq!(race(signed_in).await, 1);
    let anyone = network.anonymous();
    let mut unconfirmed = Vec::new();
    for _ in 0..2 {
        let request = proven(&anyone, create(says(&need, Kind::Endorsement))).await;
        let contact = "awa@example.org".to_owned();
        unconfirmed.push((anyone.clone(), pb::CreateParticipationRequest { contact, ..request }));
    }
    assert_eq!(race(unconfirmed).await, 1, "what nobody confirmed is no one else's");
    let totals = summary(&anyone, &need).await;
    assert_eq!(
        (totals.endorsing_partners, totals.endorsing_persons, totals.unconfirmed_endorsements),
        (1, 3, 1)
    );
    assert_eq!(ratio(totals.offline), of("2", "5"));
    let nameless = written("");
    let refused = expect(Code::InvalidArgument, "INVALID_FIELD", send(&reporter, nameless).await);
    assert_eq!(refused.fields, ["contact"]);
    // In another's name nobody does.
    let stranger = network.partner_admin(&network.home_partner().await).await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", send(&stranger, create(own)).await);
    expect(Code::PermissionDenied, "PERMISSION_DENIED", send(&stranger, written("a@example.org")).await);
}

async fn prj_33_strategies_and_recommendations_hear_people_in_consultation(network: &'static Network) {
    let town = town(network).await;
    let member = network.partner_admin(&network.home_partner().await).await;
    let plan = strategy(&town.authority, &[&town.need], (0, 900));
    let plan = done(draft_strategy(&town.mayor, &town.name, plan).await).name;
    // A draft is not there for others; its owner is told what it lacks.
    let refused = send(&member, create(says(&plan, Kind::Comment))).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", refused).fields, ["participation.subject"]);
    expect(Code::FailedPrecondition, "PRJ_33", send(&town.mayor, create(says(&plan, Kind::Comment))).await);
    done(open(&town.mayor, &plan, 16, ALL).await);
    let said = done(send(&member, create(says(&plan, Kind::Comment))).await);
    assert_eq!(said.subject_owner, town.authority);

    let adopted = send(&member, create(says("recommendations/idt-4", Kind::Comment))).await;
    expect(Code::FailedPrecondition, "PRJ_33", adopted);
    let nowhere = send(&member, create(says("recommendations/nowhere", Kind::Comment))).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", nowhere).fields, ["participation.subject"]);
    let coordinator = network.coordinator().await;
    let text = |text: &str| Some(sample::text("fr", text));
    let row = proto::partners::Recommendation {
        number: 4,
        title: text("Écouter"),
        text: text("Écouter tout le monde."),
        ..Default::default()
    };
    let request =
        proto::partners::CreateRecommendationRequest { recommendation: Some(row), ..Default::default() };
    let asked = done(coordinator.recommendations().create_recommendation(request).await).name;
    let request = proto::partners::ConsultRecommendationRequest {
        name: asked.clone(),
        until_date: super::reporting::in_days(40),
        ..Default::default()
    };
    done(coordinator.recommendations().consult_recommendation(request).await);
    let said = done(send(&member, create(says(&asked, Kind::Proposal))).await);
    assert_eq!((said.subject_owner.as_str(), said.awaiting.as_str()), ("", "COORDINATOR"));
    publish(&coordinator, &said.name).await;

    for elsewhere in ["territories/t/needs/nowhere", "projects/nowhere", "users/awa", "datasets/d", ""] {
        let refused = send(&member, create(says(elsewhere, Kind::Comment))).await;
        let fields = expect(Code::InvalidArgument, "INVALID_FIELD", refused).fields;
        assert_eq!(fields, ["participation.subject"], "{elsewhere}");
    }
}

/// Recommendation 4, and the part of recommendation 1 that hangs on it: a paper proposal counts as one said online, and a
/// proposal that is not answered stands in the way of the adoption.
async fn prj_9_an_unanswered_proposal_blocks_the_adoption_and_paper_counts_the_same(
    network: &'static Network,
) {
    let town = town(network).await;
    let (anyone, association) = (network.anonymous(), network.active_partner().await.name);
    let recorder = network.colleague(&association, Role::Reporter).await;
    let plan = strategy(&town.authority, &[&town.need], (0, 900));
    let plan = done(draft_strategy(&town.mayor, &town.name, plan).await).name;
    done(open(&town.mayor, &plan, 16, ALL).await);
    let paper = done(send(&recorder, create(on_paper(&association, &plan, Kind::Proposal))).await).name;
    let online = proven(&anyone, create(says(&plan, Kind::Proposal))).await;
    let online = done(send(&anyone, online).await).name;
    let spam = done(send(&recorder, create(says(&plan, Kind::Proposal))).await).name;
    assert_eq!(get(&town.mayor, &paper).await.recorded_by, association);

    network.later(18);
    let mayor = network.partner_admin(&town.authority).await.again().await;
    let waiting = async || {
        let request = pb::GetStrategyRequest { name: plan.clone() };
        done(mayor.strategies().get_strategy(request).await).proposals_waiting
    };
    let totals = summary(&anyone, &plan).await;
    assert_eq!((totals.to_moderate, totals.moderation_overdue), (3, 3), "more than five working days");
    assert_eq!(waiting().await, 3);
    expect(Code::FailedPrecondition, "PRJ_9", super::strategy::adopt(&mayor, &plan).await);
    done(moderate(&mayor, &spam, Decision::Reject, Reason::Spam).await);
    for name in [&paper, &online] {
        publish(&mayor, name).await;
    }
    assert_eq!(ratio(summary(&anyone, &plan).await.offline), of("1", "2"));
    done(answer(&mayor, &online).await);
    assert_eq!(waiting().await, 1);
    expect(Code::FailedPrecondition, "PRJ_9", super::strategy::adopt(&mayor, &plan).await);
    network.later(50);
    let mayor = mayor.again().await;
    let totals = summary(&anyone, &plan).await;
    assert_eq!((totals.to_answer, totals.answer_overdue), (1, 1));
    assert_eq!(ratio(totals.answer_rate), of("1", "2"), "one in time, one late");
    done(answer(&mayor, &paper).await);
    assert_eq!(ratio(summary(&anyone, &plan).await.answer_rate), of("1", "2"), "late stays late");
    done(super::strategy::adopt(&mayor, &plan).await);
    let late = send(&mayor, create(says(&plan, Kind::Comment))).await;
    expect(Code::FailedPrecondition, "PRJ_33", late);
}

told_everywhere!(
    prj_31_what_is_said_is_moderated_answered_and_becomes_a_need,
    what_is_said_of_a_need_is_the_new_authoritys_to_answer,
    what_the_public_made_of_a_dataset_is_documented,
    prj_32_each_partner_and_person_endorses_once_however_many_at_once,
    prj_33_strategies_and_recommendations_hear_people_in_consultation,
);
told_alone_everywhere!(prj_9_an_unanswered_proposal_blocks_the_adoption_and_paper_counts_the_same,);
