//! A network in which every private field says the canary, or is filled at least.

use proto::auth::Role;
use proto::common::Evidence;
use proto::training::AttendanceStatus as Status;
use proto::training::Mode;
use proto::training::assessment::{Instrument, Phase};
use proto::training::complete_enrolment_request::Outcome;
use proto::{identity, partners, training};

use crate::caller::{Caller, Who, done};
use crate::harness::Network;
use crate::partners::agreement::{agreement, concluded, drafted, three_sectors};
use crate::partners::commitment::{cash, confirm, pledge};
use crate::partners::health_check;
use crate::projects::reporting::in_days;
use crate::sample;
use crate::training::assessment::assess;
use crate::training::attendance::{complete, entry, record};
use crate::training::certificate::{certifying, issue, revoke};
use crate::training::enrolment::{cancel, request};
use crate::training::participant;
use crate::training::session;

/// The word that only those who may read it find.
pub(super) const CANARY: &str = "canary-51c7e9";

fn told(what: &str) -> String {
    format!("{CANARY} {what}")
}

fn evidence() -> Evidence {
    Evidence { title: told("evidence"), uri: format!("https://example.org/{CANARY}"), ..Default::default() }
}

/// Plants the canary in every noun that has something private; answers those who may read it.
pub(super) async fn plant(network: &'static Network) -> Vec<Who> {
    let planted = in_partners(network).await;
    let mut insiders = in_training(network).await; // weeks pass here
    for caller in planted {
        insiders.push(caller.again().await);
    }
    insiders.push(network.coordinator().await.again().await);
    insiders.into_iter().map(|caller| caller.who).collect()
}

/// Who has an account is called so.
async fn calls_themselves(by: &Caller) {
    let user = identity::User {
        name: by.name.clone(),
        given_name: told("given"),
        family_name: told("family"),
        ..Default::default()
    };
    let paths = vec!["given_name".to_owned(), "family_name".to_owned()];
    let request = identity::UpdateUserRequest {
        user: Some(user),
        update_mask: Some(prost_types::FieldMask { paths }),
        ..Default::default()
    };
    done(by.users().update_user(request).await);
}

async fn in_partners(network: &'static Network) -> Vec<Caller> {
    let coordinator = network.coordinator().await;
    let contact = partners::Contact {
        display_name: told("contact"),
        email: format!("{CANARY}@example.org"),
        ..Default::default()
    };
    let partner = partners::Partner { contact: Some(contact), ..sample::partner() };
    done(coordinator.partners().create_partner(sample::create(partner)).await);

    let formed = three_sectors(network).await;
    let (lead, admin) = &formed.lead;
    let [(giver, gives), (third, other)] = &formed.members[..] else { panic!("three sectors") };
    let mut draft = agreement(&formed, partners::agreement::RenewalMode::Explicit, (-10, 200));
    for party in &mut draft.parties {
        party.signatory_name = told("signatory");
    }
    let signed = drafted(&formed, draft).await;
    concluded(&formed, &signed).await;
    let end = partners::TerminateAgreementRequest {
        name: signed,
        reason: "It was enough.".to_owned(),
        effective_date: in_days(1),
        mutual: true,
        evidence: vec![evidence()],
        ..Default::default()
    };
    done(gives.agreements().terminate_agreement(end).await);

    let pledged = done(pledge(gives, &formed.name, cash(giver, 100_000)).await).name;
    done(confirm(gives, &pledged).await);
    let deliver = partners::RecordDeliveryRequest {
        name: pledged.clone(),
        delivery_date: in_days(-1),
        amount: crate::partners::commitment::euros(5_000),
        evidence: vec![evidence()],
        note: told("note"),
        ..Default::default()
    };
    done(gives.commitments().record_delivery(deliver).await);
    let dispute = partners::DisputeDeliveryRequest {
        name: pledged,
        delivery: "d1".to_owned(),
        reason: told("dispute"),
        ..Default::default()
    };
    done(admin.commitments().dispute_delivery(dispute).await);

    let check = done(health_check::open(admin, &formed.name).await).name;
    for (by, partner) in [(admin, lead), (gives, giver), (other, third)] {
        let mut answer = health_check::response(network, &check, partner, 4).await;
        answer.comment = told("comment");
        done(by.health_checks().submit_health_check_response(answer).await);
    }
    let mut close = health_check::closing(&check, giver);
    close.actions[0].text = told("action");
    done(admin.health_checks().close_health_check(close).await);
    let reply = partners::ReplyToHealthCheckRequest {
        name: check,
        partner: third.clone(),
        text: told("reply"),
        ..Default::default()
    };
    done(other.health_checks().reply_to_health_check(reply).await);
    vec![admin.clone(), gives.clone(), other.clone()]
}

async fn in_training(network: &'static Network) -> Vec<Caller> {
    let school = certifying(network, 24).await;
    let mut draft = session::School::draft(&school, 5);
    draft.mode = Mode::Hybrid.into();
    draft.capacity = Some(training::SessionCapacity { onsite: 5, online: 5 });
    for meeting in &mut draft.meetings {
        meeting.join_url = format!("https://meet.example.org/{CANARY}");
    }
    let opened = school.opened(draft).await;
    let person = network.person(&[]).await;
    let kept = training::Participant {
        given_name: told("given"),
        family_name: told("family"),
        email: format!("{CANARY}@example.org"),
        ..participant::draft("")
    };
    let kept = done(participant::create(&person, kept).await);
    calls_themselves(&person).await;
    let mut asked = request(&opened.name, &kept.name);
    let enrolment = asked.enrolment.as_mut().unwrap();
    enrolment.special_needs = told("needs");
    enrolment.demographics = Some(training::Demographics { sex: "FEMALE".to_owned(), ..Default::default() });
    let seat = done(person.enrolments().enrol_participant(asked).await).name;
    // Someone else stays to the end; and in another session one does not come.
    let (stays, theirs) = participant::learner(network).await;
    let mut asked = request(&opened.name, &theirs.name);
    asked.enrolment.as_mut().unwrap().demographics =
        Some(training::Demographics { sex: "FEMALE".to_owned(), ..Default::default() });
    done(stays.enrolments().enrol_participant(asked).await);
    let on_other_days = vec![session::meeting(11, 0)];
    let draft = training::Session { meetings: on_other_days, ..session::School::draft(&school, 5) };
    let closed = school.opened(draft).await.name;
    let missed = done(stays.enrolments().enrol_participant(request(&closed, &theirs.name)).await).name;
    // Another gives theirs up, and says why.
    let leaver = network.person(&[]).await;
    let leaves = done(participant::create(&leaver, participant::draft("")).await);
    let left = done(leaver.enrolments().enrol_participant(request(&opened.name, &leaves.name)).await).name;
    done(cancel(&leaver, &left, &told("reason")).await);
    // What was learnt before: told of the one who learns.
    done(assess(&school.teacher, &seat, Phase::Pre, Instrument::Test, (0, 2)).await);

    let reporter = network.colleague(&school.partner, Role::Reporter).await;
    network.later(18);
    let again =
        [&school.admin, &school.teacher, &person, &leaver, &reporter, &stays].map(|caller| caller.clone());
    let mut insiders = Vec::new();
    for caller in again {
        insiders.push(caller.again().await);
    }
    let teacher = &insiders[1];
    let meeting = opened.meetings[0].meeting_id.clone();
    done(record(teacher, &opened.name, &meeting, vec![entry(&seat, Status::Present, None)]).await);
    done(complete(teacher, &seat, Outcome::Completed, "They did it all.").await);
    done(complete(teacher, &missed, Outcome::NoShow, "").await);
    done(session::close(&insiders[0], &closed).await);
    let certificate = done(issue(teacher, &seat).await);
    done(revoke(&insiders[0], &certificate.name, &told("revoked")).await);
    insiders
}
