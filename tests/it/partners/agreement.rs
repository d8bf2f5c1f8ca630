//! Stories of agreements: from a draft to the signatures, and on to what takes their place.

use proto::common::{Event, Evidence, WatchEventsRequest};
use proto::partners as pb;
use proto::partners::agreement::{Kind, RenewalMode, State};
use proto::partners::agreement_content::Status;
use proto::partners::agreement_service_client::AgreementServiceClient;
use proto::partners::partner::Sector;
use tonic::Code;

use super::commitment::{Formed, formed, formed_of};
use super::health_check;
use crate::caller::{Caller, done, expect};
use crate::harness::{Network, connect, eventually};
use crate::projects::reporting::{days, in_days};
use crate::sample;

const HASH: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

type Answered = Result<tonic::Response<pb::Agreement>, tonic::Status>;

/// An agreement of all members, that says all that it must.
pub(crate) fn agreement(formed: &Formed, mode: RenewalMode, (start, end): (i64, i64)) -> pb::Agreement {
    let members = formed.members.iter().map(|(partner, _)| partner);
    let party = |partner: &String| pb::AgreementParty {
        partner: partner.clone(),
        signatory_title: "Directrice".to_owned(),
        signatory_name: "Secret Person".to_owned(),
        ..Default::default()
    };
    let content = |item| pb::AgreementContent { item, status: Status::Present.into(), ..Default::default() };
    pb::Agreement {
        kind: Kind::PartneringAgreement.into(),
        parties: std::iter::once(&formed.lead.0).chain(members).map(party).collect(),
        period: days(start, end),
        document: Some(Evidence {
            title: "La convention".to_owned(),
            uri: "https://example.org/convention.pdf".to_owned(),
            sha256: HASH.to_owned(),
            ..Default::default()
        }),
        notice_days: Some(0),
        renewal_mode: mode.into(),
        max_tacit_renewals: if mode == RenewalMode::Tacit { 2 } else { 0 },
        contents: (1..=12).map(content).collect(),
        ..Default::default()
    }
}

pub(crate) async fn drafted(formed: &Formed, agreement: pb::Agreement) -> String {
    let request = pb::CreateAgreementRequest {
        parent: formed.name.clone(),
        agreement: Some(agreement),
        ..Default::default()
    };
    done(formed.lead.1.agreements().create_agreement(request).await).name
}

pub(crate) async fn propose(formed: &Formed, name: &str) -> Answered {
    let request = pb::ProposeAgreementRequest { name: name.to_owned(), ..Default::default() };
    formed.lead.1.agreements().propose_agreement(request).await
}

fn signature(name: &str, partner: &str) -> pb::SignAgreementRequest {
    pb::SignAgreementRequest {
        name: name.to_owned(),
        partner: partner.to_owned(),
        document_sha256: HASH.to_owned(),
        ..Default::default()
    }
}

async fn sign(by: &Caller, name: &str, partner: &str) -> Answered {
    by.agreements().sign_agreement(signature(name, partner)).await
}

async fn decline(by: &Caller, name: &str, partner: &str) -> Answered {
    let request = pb::DeclineAgreementRequest {
        name: name.to_owned(),
        partner: partner.to_owned(),
        reason: "Not like this.".to_owned(),
        ..Default::default()
    };
    by.agreements().decline_agreement(request).await
}

/// Proposed, and signed by all.
pub(crate) async fn concluded(formed: &Formed, name: &str) -> pb::Agreement {
    done(propose(formed, name).await);
    signed(formed, name).await
}

/// Signed by all.
pub(crate) async fn signed(formed: &Formed, name: &str) -> pb::Agreement {
    let mut last = done(sign(&formed.lead.1, name, &formed.lead.0).await);
    for (partner, admin) in &formed.members {
        last = done(sign(admin, name, partner).await);
    }
    last
}

async fn activated(formed: &Formed) -> Result<tonic::Response<pb::Partnership>, tonic::Status> {
    let request = pb::ActivatePartnershipRequest { name: formed.name.clone(), ..Default::default() };
    formed.lead.1.partnerships().activate_partnership(request).await
}

/// The lead puts the partnership to work.
pub(crate) async fn activate(formed: &Formed) -> pb::Partnership {
    done(activated(formed).await)
}

pub(crate) async fn read(by: &Caller, name: &str) -> pb::Agreement {
    done(by.agreements().get_agreement(pb::GetAgreementRequest { name: name.to_owned() }).await)
}

async fn listed(by: &Caller, formed: &Formed, asked: pb::ListAgreementsRequest) -> Vec<String> {
    let request = pb::ListAgreementsRequest { parent: formed.name.clone(), ..asked };
    let page = done(by.agreements().list_agreements(request).await);
    page.agreements.into_iter().map(|agreement| agreement.name).collect()
}

fn filtered(filter: &str) -> pb::ListAgreementsRequest {
    pb::ListAgreementsRequest { filter: filter.to_owned(), ..Default::default() }
}

fn in_force_on(day: i64) -> pb::ListAgreementsRequest {
    pb::ListAgreementsRequest { in_force_date: in_days(day), ..Default::default() }
}

/// A public, a private and a civil partner.
pub(crate) async fn three_sectors(network: &'static Network) -> Formed {
    let coordinator = network.coordinator().await;
    let mut partners = Vec::new();
    for sector in [Sector::Public, Sector::Private, Sector::Civil] {
        let partner = pb::Partner {
            college: "RESEARCH_TRAINING".to_owned(),
            sector: sector.into(),
            iati_type_code: "80".to_owned(),
            ..sample::partner()
        };
        let made = done(coordinator.partners().create_partner(sample::create(partner)).await);
        let request = pb::ApprovePartnerRequest { name: made.name, ..Default::default() };
        partners.push(done(coordinator.partners().approve_partner(request).await).name);
    }
    formed_of(network, partners).await
}

/// From the draft to a partnership at work, and to the end of the agreement, which leaves it without one.
async fn par_3_three_sectors_agree_and_begin(network: &'static Network) {
    let formed = three_sectors(network).await;
    let (lead, admin) = &formed.lead;
    let (second, other) = &formed.members[0];
    let anyone = network.anonymous();
    expect(Code::FailedPrecondition, "PAR_3", activated(&formed).await);

    let name = drafted(&formed, agreement(&formed, RenewalMode::Explicit, (-10, 20))).await;
    let unseen = anyone.agreements().get_agreement(pb::GetAgreementRequest { name: name.clone() }).await;
    expect(Code::NotFound, "NOT_FOUND", unseen);
    expect(Code::FailedPrecondition, "STATE", sign(other, &name, second).await);
    let proposed = done(propose(&formed, &name).await);
    assert_eq!((proposed.state(), proposed.waiting_parties.len()), (State::PendingSignature, 3));
    let waiting = filtered(&format!("awaiting_party = \"{second}\""));
    assert_eq!(listed(other, &formed, waiting.clone()).await, std::slice::from_ref(&name));
    let coordinator = network.coordinator().await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", sign(&coordinator, &name, second).await);
    expect(Code::PermissionDenied, "PERMISSION_DENIED", sign(admin, &name, second).await);
    done(sign(other, &name, second).await);
    assert!(listed(other, &formed, waiting).await.is_empty());

    // One declines: nobody has signed.
    let declined = done(decline(&formed.members[1].1, &name, &formed.members[1].0).await);
    assert_eq!((declined.state(), declined.state_reason.as_str()), (State::Draft, "Not like this."));
    assert!(declined.parties.iter().all(|party| party.signature.is_none()));

    let signed = concluded(&formed, &name).await;
    assert_eq!((signed.state(), signed.days_to_expiry), (State::InForce, Some(20)));
    expect(Code::FailedPrecondition, "STATE", sign(other, &name, second).await);
    let told = read(&anyone, &name).await;
    assert_eq!(told.parties[0].signatory_name, "");
    let signature = told.parties[0].signature.as_ref().unwrap();
    assert_eq!((signature.user.as_str(), signature.document_sha256.as_str()), ("", HASH));
    assert_eq!(read(other, &name).await.parties[0].signatory_name, "Secret Person");

    // It binds: the partnership begins, and no party leaves.
    let begun = activate(&formed).await;
    assert!(begun.tripartite && !begun.agreement_gap, "PAR-7");
    let archive = pb::ArchivePartnerRequest { name: second.clone(), ..Default::default() };
    expect(Code::FailedPrecondition, "PAR_1", coordinator.partners().archive_partner(archive).await);
    for (day, found) in [(-1, 0), (0, 1), (20, 1), (21, 0)] {
        assert_eq!(listed(&anyone, &formed, in_force_on(day)).await.len(), found, "on day {day}");
    }
    for (within, found) in [(19, 0), (20, 1)] {
        let soon = pb::ListAgreementsRequest { expiring_within_days: within, ..Default::default() };
        assert_eq!(listed(&anyone, &formed, soon).await.len(), found, "within {within} days");
    }

    // Who may read what is prepared is told of it; the others are told that it ends.
    let ends = async |by: &Caller| {
        let request = pb::SummarizePartnershipsRequest { partner: second.clone(), ..Default::default() };
        let told = done(by.partnerships().summarize_partnerships(request).await);
        let counts: Vec<_> = told.agreement_expiries.iter().map(|end| (end.within_days, end.count)).collect();
        assert_eq!(counts, [(180, 1), (90, 1), (30, 1)]);
        told.expiring_agreements[0].clone()
    };
    let told = ends(&anyone).await;
    assert_eq!((&told.agreement, told.days_to_expiry, told.end_date), (&name, 20, in_days(20)));
    assert!(told.partnership_title.is_some() && told.successor.is_empty() && !told.renews_itself);

    // An amendment takes its place at once, and ends the lineage's day before.
    let amend = pb::AmendAgreementRequest {
        name: name.clone(),
        agreement: Some(pb::Agreement { legally_binding: true, ..Default::default() }),
        ..Default::default()
    };
    let amended = done(admin.agreements().amend_agreement(amend.clone()).await);
    assert!(amended.legally_binding && amended.parties.len() == 3 && amended.contents.len() == 12, "LES-12");
    assert_eq!((amended.predecessor.as_str(), amended.lineage_number), (name.as_str(), 2));
    expect(Code::FailedPrecondition, "PAR_9", admin.agreements().amend_agreement(amend).await);
    assert_eq!(
        (ends(other).await.successor, ends(&anyone).await.successor),
        (amended.name.clone(), String::new())
    );
    assert_eq!(read(&anyone, &name).await.successor, "", "a draft is for the members to read");
    concluded(&formed, &amended.name).await;
    assert_eq!(read(&anyone, &name).await.successor, amended.name);
    assert_eq!(read(&anyone, &name).await.state(), State::Superseded);
    assert_eq!(listed(&anyone, &formed, in_force_on(0)).await, std::slice::from_ref(&amended.name), "PAR-9");

    // Terminated, it leaves a gap.
    let end = pb::TerminateAgreementRequest {
        name: amended.name.clone(),
        effective_date: in_days(0),
        reason: "It is done.".to_owned(),
        ..Default::default()
    };
    let ended = done(other.agreements().terminate_agreement(end).await);
    assert_eq!((ended.state(), &ended.termination.unwrap().requested_by), (State::Terminated, second));
    let gaps = pb::ListPartnershipsRequest {
        agreement_gap: true,
        filter: format!("lead_partner = \"{lead}\""),
        ..Default::default()
    };
    let gaps = done(anyone.partnerships().list_partnerships(gaps).await).partnerships;
    assert!(gaps.len() == 1 && gaps[0].agreement_gap, "PAR-7");
}

/// 32 parties in an order of chance, at all processes in turn, sign while one declines and the lead changes what is signed:
/// what all have signed has all signatures, and of one document. Then it is amended by many hands at once, which one wins, and
/// signed anew while others go on amending: one agreement is in force (PAR-9).
pub(crate) async fn par_13_thirty_two_parties_sign_decline_and_amend_at_once(network: &'static Network) {
    let formed = formed(network, 31).await;
    let name = drafted(&formed, agreement(&formed, RenewalMode::None, (-1, 300))).await;
    let addresses = network.addresses("partners");
    let at = |by: &Caller, index: usize| {
        let channel = connect(&addresses[index % addresses.len()]);
        AgreementServiceClient::with_interceptor(channel, by.who.clone())
    };
    let signing = |name: &str| {
        let mut parties: Vec<_> = std::iter::once(&formed.lead).chain(&formed.members).collect();
        parties.sort_by_cached_key(|_| sample::word());
        let sign = |(index, (partner, admin)): (usize, &(String, Caller))| {
            let (mut agreements, request) = (at(admin, index), signature(name, partner));
            async move { agreements.sign_agreement(request).await }
        };
        futures::future::join_all(parties.into_iter().enumerate().map(sign))
    };
    done(propose(&formed, &name).await);
    let change = (0..4).map(|index| {
        let notice_days = Some(30 + i32::try_from(index).unwrap());
        let agreement = pb::Agreement { name: name.clone(), notice_days, ..Default::default() };
        let request = pb::UpdateAgreementRequest { agreement: Some(agreement), ..Default::default() };
        let mut agreements = at(&formed.lead.1, index);
        async move { agreements.update_agreement(request).await }
    });
    let declining = decline(&formed.members[7].1, &name, &formed.members[7].0);
    let (answers, declined, changed) =
        futures::future::join3(signing(&name), declining, futures::future::join_all(change)).await;
    for answer in answers.into_iter().chain([declined]).chain(changed) {
        let Err(status) = answer else { continue };
        assert_eq!(status.code(), Code::FailedPrecondition, "{status:?}");
    }
    let after = read(&formed.lead.1, &name).await;
    let signatures = |agreement: &pb::Agreement| {
        agreement.parties.iter().filter_map(|party| party.signature.as_ref()).count()
    };
    match (after.state(), signatures(&after)) {
        (State::InForce, 32) | (State::Draft, 0) => {}
        (state, signatures) => panic!("{state:?} with {signatures} signatures"),
    }
    if after.state() == State::Draft {
        // Again, with nobody against it: exactly the last signature concludes it.
        done(propose(&formed, &name).await);
        let answers = signing(&name).await.into_iter().map(|answer| done(answer).state());
        assert_eq!(answers.filter(|state| *state == State::InForce).count(), 1);
    }
    let concluded = read(&formed.lead.1, &name).await;
    assert!(concluded.parties.iter().all(|party| party.signature.as_ref().unwrap().document_sha256 == HASH));

    let amending = |name: &str| {
        let amend = (0..8).map(|index| {
            let agreement = Some(pb::Agreement { legally_binding: true, ..Default::default() });
            let request =
                pb::AmendAgreementRequest { name: name.to_owned(), agreement, ..Default::default() };
            let mut agreements = at(&formed.lead.1, index);
            async move { agreements.amend_agreement(request).await }
        });
        futures::future::join_all(amend)
    };
    let (made, refused): (Vec<_>, Vec<_>) = amending(&name).await.into_iter().partition(Result::is_ok);
    assert_eq!((made.len(), refused.len()), (1, 7));
    for refused in refused {
        expect(Code::FailedPrecondition, "PAR_9", refused);
    }
    let next = made.into_iter().map(done).next().unwrap().name;
    done(propose(&formed, &next).await);
    let (signed, amended) = futures::future::join(signing(&next), amending(&name)).await;
    assert_eq!(
        signed
            .into_iter()
            .map(|answer| done(answer).state())
            .filter(|state| *state == State::InForce)
            .count(),
        1
    );
    for refused in amended {
        assert_eq!(
            refused.unwrap_err().code(),
            Code::FailedPrecondition,
            "one is prepared, then it is superseded"
        );
    }
    assert_eq!(read(&formed.lead.1, &name).await.state(), State::Superseded);
    assert_eq!(listed(&formed.lead.1, &formed, in_force_on(0)).await, std::slice::from_ref(&next), "PAR-9");
    assert_eq!(signatures(&read(&formed.lead.1, &name).await), 32, "what was signed stays as it was");
}

/// Tacitly or by another signature, agreements go on; readers, lists and followers hear the same of it.
async fn les_14_the_calendar_says_the_same_to_readers_lists_and_followers(network: &'static Network) {
    let anyone = network.anonymous();
    let tacit = three_sectors(network).await;
    let repeats = drafted(&tacit, agreement(&tacit, RenewalMode::Tacit, (-14, 5))).await;
    assert_eq!(concluded(&tacit, &repeats).await.tacit_renewals, 0);

    let explicit = three_sectors(network).await;
    let first = drafted(&explicit, agreement(&explicit, RenewalMode::Explicit, (-100, 10))).await;
    concluded(&explicit, &first).await;
    let admin = &explicit.lead.1;
    let renew =
        || pb::RenewAgreementRequest { name: first.clone(), new_end_date: in_days(40), ..Default::default() };
    expect(Code::FailedPrecondition, "PAR_11", admin.agreements().renew_agreement(renew()).await);
    let check = done(health_check::open(admin, &explicit.name).await).name;
    for (partner, admin) in std::iter::once(&explicit.lead).chain(&explicit.members) {
        done(health_check::answer(admin, &check, partner, 4).await);
    }
    done(admin.health_checks().close_health_check(health_check::closing(&check, "")).await);
    let second = done(admin.agreements().renew_agreement(renew()).await);
    assert_eq!(second.period, days(11, 40), "PAR-10");
    let second = second.name;
    assert_eq!(concluded(&explicit, &second).await.state(), State::Signed);
    assert_eq!(read(&anyone, &first).await.successor, second);

    network.later(20);
    let then = read(&anyone, &repeats).await;
    assert_eq!((then.state(), then.tacit_renewals, then.period), (State::InForce, 1, days(-14, 25)));
    assert_eq!(read(&anyone, &first).await.state(), State::Superseded);
    assert_eq!(read(&anyone, &second).await.state(), State::InForce);
    assert_eq!(listed(&anyone, &explicit, filtered("state = IN_FORCE")).await, std::slice::from_ref(&second));
    assert_eq!(listed(&anyone, &explicit, in_force_on(5)).await, std::slice::from_ref(&first), "as it was");
    // PAR-14: of the reminders, each is told once, however often somebody looks.
    assert_eq!(listed(&anyone, &explicit, filtered("state = IN_FORCE")).await.len(), 1);
    let told_once = async || told(network, &second).await == ["SIGNED", "IN_FORCE"];
    eventually(60, "events tell that it began", told_once).await;
    assert_eq!(read(&anyone, &second).await.last_reminder_days, 30);
    network.later(150);
    assert_eq!(read(&anyone, &repeats).await.state(), State::Expired);
    assert_eq!(listed(&anyone, &tacit, filtered("state = EXPIRED")).await, std::slice::from_ref(&repeats));
}

/// The states that events told an agreement to have entered, after the first.
async fn told(network: &'static Network, name: &str) -> Vec<String> {
    let channel = network.channel("partners");
    let mut events = pb::event_service_client::EventServiceClient::new(channel);
    let request = WatchEventsRequest {
        from_beginning: true,
        filter: format!("subject = \"{name}\""),
        ..Default::default()
    };
    let mut stream = done(events.watch_events(request).await);
    let mut entered = Vec::new();
    while let Ok(Some(batch)) = stream.message().await {
        if batch.events.is_empty() {
            break; // a checkpoint: all that there is was told
        }
        entered.extend(batch.events.into_iter().skip_while(|event: &Event| event.from_state.is_empty()));
    }
    entered.into_iter().map(|event| event.to_state).collect()
}

told_everywhere!(
    par_3_three_sectors_agree_and_begin,
    par_13_thirty_two_parties_sign_decline_and_amend_at_once
);
told_alone!(les_14_the_calendar_says_the_same_to_readers_lists_and_followers);
