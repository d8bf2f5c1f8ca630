//! Stories of commitments: from the pledge to what has come of it, and what that adds up to.

use proto::auth::Role;
use proto::common::{DecimalValue, Money};
use proto::partners as pb;
use proto::partners::commitment::{Nature, State};
use proto::partners::commitment_delivery::State as Answer;
use proto::partners::commitment_service_client::CommitmentServiceClient;
use proto::partners::partnership::{Stage, State as Partnership};
use proto::partners::partnership_member::Role as Part;
use tonic::Code;

use crate::caller::{Caller, done, expect};
use crate::harness::{Network, connect, tell};
use crate::projects::reporting::{days, in_days};
use crate::sample;

/// A partnership that is being formed, and the administrators of its lead and of its other members.
pub(crate) struct Formed {
    pub(crate) name: String,
    pub(crate) lead: (String, Caller),
    pub(crate) members: Vec<(String, Caller)>,
}

/// A partnership of a lead and so many other members, since long ago.
pub(crate) async fn formed(network: &'static Network, others: usize) -> Formed {
    let mut partners = Vec::new();
    for _ in 0..=others {
        partners.push(network.active_partner().await.name);
    }
    formed_of(network, partners).await
}

/// A partnership of these partners, of which the first leads, since long ago.
pub(crate) async fn formed_of(network: &'static Network, named: Vec<String>) -> Formed {
    let mut partners = Vec::new();
    for partner in named {
        let admin = network.partner_admin(&partner).await;
        partners.push((partner, admin));
    }
    let lead = partners.remove(0);
    let member = |partner: &String, role: Part| pb::PartnershipMember {
        partner: partner.clone(),
        role: role.into(),
        join_date: in_days(-400),
        ..Default::default()
    };
    let members = partners.iter().map(|(partner, _)| member(partner, Part::Partner));
    let partnership = pb::Partnership {
        title: Some(sample::text("fr", &format!("Partenariat {}", sample::word()))),
        kind: pb::partnership::Kind::ProjectPartnership.into(),
        vision: Some(sample::text("fr", "Que chacun puisse faire ses démarches.")),
        lead_partner: lead.0.clone(),
        members: std::iter::once(member(&lead.0, Part::Lead)).chain(members).collect(),
        recommendations: vec!["recommendations/idt-6".to_owned()],
        governance: Some(pb::PartnershipGovernance {
            decision_rule: pb::partnership_governance::DecisionRule::Consensus.into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let request = pb::CreatePartnershipRequest { partnership: Some(partnership), ..Default::default() };
    let name = done(lead.1.partnerships().create_partnership(request).await).name;
    Formed { name, lead, members: partners }
}

pub(crate) fn euros(minor_units: i64) -> Option<Money> {
    Some(Money { currency_code: "EUR".to_owned(), minor_units })
}

/// Money that a partner pledges.
pub(crate) fn cash(partner: &str, minor_units: i64) -> pb::Commitment {
    pb::Commitment {
        partner: partner.to_owned(),
        resource_type: "FUNDING".to_owned(),
        nature: Nature::Cash.into(),
        description: Some(sample::text("fr", "Une subvention.")),
        amount: euros(minor_units),
        period: days(-30, 300),
        ..Default::default()
    }
}

type Answered = Result<tonic::Response<pb::Commitment>, tonic::Status>;

pub(crate) async fn pledge(by: &Caller, partnership: &str, commitment: pb::Commitment) -> Answered {
    let request = pb::CreateCommitmentRequest {
        parent: partnership.to_owned(),
        commitment: Some(commitment),
        ..Default::default()
    };
    by.commitments().create_commitment(request).await
}

pub(crate) async fn confirm(by: &Caller, name: &str) -> Answered {
    let request = pb::ConfirmCommitmentRequest { name: name.to_owned(), ..Default::default() };
    by.commitments().confirm_commitment(request).await
}

/// Money that the first of the other members pledges, by name.
pub(crate) async fn pledged(formed: &Formed, minor_units: i64) -> String {
    let (giver, admin) = &formed.members[0];
    done(pledge(admin, &formed.name, cash(giver, minor_units)).await).name
}

async fn deliver(by: &Caller, name: &str, minor_units: i64) -> Answered {
    let request = pb::RecordDeliveryRequest {
        name: name.to_owned(),
        delivery_date: in_days(-1),
        amount: euros(minor_units),
        note: "By bank transfer.".to_owned(),
        ..Default::default()
    };
    by.commitments().record_delivery(request).await
}

async fn received(by: &Caller, name: &str, delivery: &str) -> Answered {
    let request = pb::ConfirmDeliveryRequest {
        name: name.to_owned(),
        delivery: delivery.to_owned(),
        ..Default::default()
    };
    by.commitments().confirm_delivery(request).await
}

async fn read(by: &Caller, name: &str) -> Answered {
    by.commitments().get_commitment(pb::GetCommitmentRequest { name: name.to_owned() }).await
}

async fn listed(by: &Caller, parent: &str, filter: &str) -> Vec<String> {
    let request = pb::ListCommitmentsRequest {
        parent: parent.to_owned(),
        filter: filter.to_owned(),
        ..Default::default()
    };
    let page = done(by.commitments().list_commitments(request).await);
    page.commitments.into_iter().map(|commitment| commitment.name).collect()
}

async fn summary(by: &Caller, partner: &str) -> pb::SummarizePartnershipsResponse {
    let request = pb::SummarizePartnershipsRequest { partner: partner.to_owned(), ..Default::default() };
    done(by.partnerships().summarize_partnerships(request).await)
}

fn allocated(commitment: &pb::Commitment) -> i64 {
    commitment.allocations.iter().map(|part| part.amount.as_ref().unwrap().minor_units).sum()
}

/// Sixty-four callers who each want 30 of 1,000 for a project of their own, of all processes in turn: 33 get it.
pub(crate) async fn race(network: &'static Network) -> (pb::Commitment, Caller) {
    let formed = formed(network, 1).await;
    let (_, admin) = &formed.members[0];
    let name = pledged(&formed, 100_000).await;
    done(confirm(admin, &name).await);
    let (callers, addresses) = ([admin, &formed.lead.1], network.addresses("partners"));
    let race = (0..64).map(|index| {
        let request = pb::AllocateCommitmentRequest {
            name: name.clone(),
            project: format!("projects/p{index}"),
            amount: euros(3_000),
            ..Default::default()
        };
        let channel = connect(&addresses[index % addresses.len()]);
        let mut commitments =
            CommitmentServiceClient::with_interceptor(channel, callers[index / 2 % 2].who.clone());
        async move { commitments.allocate_commitment(request).await }
    });
    let (mut won, mut lost) = (0, 0);
    for answer in futures::future::join_all(race).await {
        match answer {
            Ok(answer) => {
                won += 1;
                assert!(allocated(answer.get_ref()) <= 100_000);
            }
            refused => {
                lost += 1;
                expect(Code::FailedPrecondition, "PAR_16", refused);
            }
        }
    }
    assert_eq!((won, lost), (33, 31));
    let now = done(read(admin, &name).await);
    assert_eq!((allocated(&now), now.allocations.len()), (99_000, 33));
    (now, admin.clone())
}

async fn par_16_sixty_four_callers_allocate_one_commitment(network: &'static Network) {
    let (now, admin) = race(network).await;
    // One project gives back, another takes it up: the line is replaced, not added.
    let change = |project: &str, amount: i64| pb::AllocateCommitmentRequest {
        name: now.name.clone(),
        project: project.to_owned(),
        amount: euros(amount),
        ..Default::default()
    };
    let first = now.allocations[0].project.clone();
    done(admin.commitments().allocate_commitment(change(&first, 0)).await);
    let full = done(admin.commitments().allocate_commitment(change("projects/last", 4_000)).await);
    assert_eq!((allocated(&full), full.allocations.len()), (100_000, 33));
    let parent = now.name.split_once("/commitments/").unwrap().0;
    assert_eq!(listed(&admin, parent, "allocations.project:\"projects/last\"").await, [now.name]);
}

#[test]
fn par_16_holds_between_replicas() {
    if let Some(network) = Network::replicas(&[]) {
        tell(network, async {
            race(network).await;
        });
    }
}

/// From the pledge to its end: what was not confirmed counts nowhere.
async fn bey_2_from_the_pledge_to_what_has_come(network: &'static Network) {
    let formed = formed(network, 2).await;
    let ((giver, admin), (_, other)) = (&formed.members[0], &formed.members[1]);
    let lead = &formed.lead.1;
    let outsider = network.outsider().await;
    let made = done(pledge(lead, &formed.name, cash(giver, 100_000)).await);
    assert_eq!(
        (made.state(), made.awaiting.as_str(), &made.awaiting_partner),
        (State::Pledged, "PARTNER", giver)
    );
    expect(Code::NotFound, "NOT_FOUND", read(&outsider, &made.name).await);
    assert_eq!(summary(admin, giver).await.cash[0].announced, euros(100_000));
    assert_eq!(summary(admin, giver).await.cash[0].pledged, euros(0));
    let forming = summary(admin, giver).await;
    let (states, stages) = (forming.states.as_slice(), forming.stages.as_slice());
    assert!(matches!(states, [one] if one.count == 1 && one.state() == Partnership::Forming), "{states:?}");
    assert!(matches!(stages, [one] if one.count == 1 && one.stage() == Stage::ScopingBuilding), "{stages:?}");
    let tripartite = forming.tripartite.unwrap();
    assert_eq!(
        (tripartite.numerator.as_str(), tripartite.denominator.as_str()),
        ("0", "0"),
        "of those at work"
    );
    assert!(summary(&outsider, giver).await.states.is_empty());
    expect(Code::PermissionDenied, "PERMISSION_DENIED", confirm(lead, &made.name).await);
    expect(
        Code::PermissionDenied,
        "PERMISSION_DENIED",
        confirm(&network.coordinator().await, &made.name).await,
    );
    let reporter = network.colleague(giver, Role::Reporter).await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", confirm(&reporter, &made.name).await);
    let name = done(confirm(admin, &made.name).await).name;

    // Delivered, they say; the receiver has seen nothing.
    let sent = done(deliver(&reporter, &name, 60_000).await);
    assert_eq!((sent.recorded_amount, sent.confirmed_amount), (euros(60_000), euros(0)));
    assert_eq!((sent.awaiting.as_str(), &sent.awaiting_partner), ("PARTNER", &formed.lead.0));
    let waiting = format!("awaiting_partner = \"{}\"", formed.lead.0);
    assert_eq!(listed(lead, "partnerships/-", &waiting).await, std::slice::from_ref(&name));
    let counted = summary(admin, giver).await;
    assert_eq!((&counted.cash[0].recorded, &counted.cash[0].confirmed), (&euros(60_000), &euros(0)));
    assert_eq!(counted.mean_delivery_rate.unwrap().value, "0");
    for stranger in [admin, other] {
        expect(Code::PermissionDenied, "PERMISSION_DENIED", received(stranger, &name, "d1").await);
    }
    let dispute = |reason: &str| pb::DisputeDeliveryRequest {
        name: name.clone(),
        delivery: "d1".to_owned(),
        reason: reason.to_owned(),
        ..Default::default()
    };
    let unsaid = lead.commitments().dispute_delivery(dispute("")).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", unsaid).fields, ["reason"]);
    let disputed = done(lead.commitments().dispute_delivery(dispute("It never came.")).await);
    assert_eq!(disputed.deliveries[0].state(), Answer::Disputed);
    assert_eq!((disputed.awaiting.as_str(), &disputed.awaiting_partner), ("PARTNER", giver));
    assert!(listed(lead, "partnerships/-", &waiting).await.is_empty());

    // It is taken back by a line, and recorded as it was.
    let reverse = pb::ReverseDeliveryRequest {
        name: name.clone(),
        delivery: "d1".to_owned(),
        reason: "Sent to the wrong account.".to_owned(),
        ..Default::default()
    };
    let reversed = done(admin.commitments().reverse_delivery(reverse.clone()).await);
    assert_eq!((reversed.recorded_amount, reversed.deliveries.len()), (euros(0), 2));
    assert_eq!(
        (reversed.deliveries[0].amount.clone(), reversed.deliveries[0].reversed_by.as_str()),
        (euros(60_000), "d2")
    );
    expect(Code::FailedPrecondition, "PAR_17", admin.commitments().reverse_delivery(reverse).await);
    done(deliver(admin, &name, 75_000).await);
    let confirmed =
        done(received(&network.colleague(&formed.lead.0, Role::Reporter).await, &name, "d3").await);
    assert_eq!(confirmed.confirmed_amount, euros(75_000));
    let rate = confirmed.delivery_rate.unwrap();
    assert_eq!((rate.numerator.as_str(), rate.denominator.as_str()), ("75000", "100000"), "PAR-18");
    assert_eq!(summary(admin, giver).await.mean_delivery_rate.unwrap().value, "0.75");

    // The rest is done without, and the commitment kept.
    let fulfil = pb::FulfilCommitmentRequest { name: name.clone(), ..Default::default() };
    expect(Code::FailedPrecondition, "PAR_19", lead.commitments().fulfil_commitment(fulfil.clone()).await);
    let waive = pb::WaiveRemainderRequest {
        name: name.clone(),
        reason: "We found it elsewhere.".to_owned(),
        ..Default::default()
    };
    let waived = done(lead.commitments().waive_remainder(waive).await);
    assert_eq!((waived.waived, waived.waived_amount), (true, euros(25_000)));
    let actions: Vec<_> = waived.allowed_actions.iter().filter(|action| action.allowed).collect();
    assert!(actions.iter().any(|action| action.method == "FulfilCommitment"), "BEY-7: {actions:?}");
    let kept = done(lead.commitments().fulfil_commitment(fulfil).await);
    assert_eq!((kept.state(), kept.awaiting.as_str()), (State::Fulfilled, "NOBODY"));
    expect(Code::FailedPrecondition, "STATE", deliver(admin, &name, 1).await);
    // The partnership is not public yet, so neither is what its members bring.
    expect(Code::NotFound, "NOT_FOUND", read(&network.anonymous(), &name).await);
    assert!(summary(&network.anonymous(), giver).await.cash.is_empty());
}

async fn in_kind_counts_in_its_own_unit_and_never_as_money(network: &'static Network) {
    let formed = formed(network, 1).await;
    let (giver, admin) = &formed.members[0];
    let number = |value: &str| Some(DecimalValue { value: value.to_owned() });
    let days = pb::Commitment {
        resource_type: "STAFF_TIME".to_owned(),
        nature: Nature::InKind.into(),
        quantity: number("10.5"),
        unit: "PERSON_DAY".to_owned(),
        ..cash(giver, 420_000)
    };
    let name = done(pledge(admin, &formed.name, days).await).name;
    done(confirm(admin, &name).await);
    let machine = network.integration(giver, &["partners.commitment.record_delivery"]).await;
    let request = pb::RecordDeliveryRequest {
        name: name.clone(),
        delivery_date: in_days(-1),
        quantity: number("0.1"),
        ..Default::default()
    };
    for delivery in ["d1", "d2", "d3"] {
        done(machine.commitments().record_delivery(request.clone()).await);
        done(received(&formed.lead.1, &name, delivery).await);
    }
    let tomorrow = pb::RecordDeliveryRequest { delivery_date: in_days(2), ..request.clone() };
    let refused = machine.commitments().record_delivery(tomorrow).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", refused).fields, ["delivery_date"]);
    let money = pb::RecordDeliveryRequest { quantity: None, amount: euros(1), ..request };
    let refused = machine.commitments().record_delivery(money).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", refused).fields, ["amount"]);
    let counted = summary(admin, giver).await;
    let [told] = counted.in_kind.as_slice() else { panic!("{counted:?}") };
    assert_eq!((&told.pledged, &told.confirmed), (&number("10.5"), &number("0.3")));
    assert_eq!((told.estimates.clone(), counted.cash.len()), (vec![euros(420_000).unwrap()], 0));
}

async fn sep_1_what_the_lead_gives_to_itself_a_coordinator_answers(network: &'static Network) {
    let formed = formed(network, 1).await;
    let (partner, lead) = &formed.lead;
    let name = done(pledge(lead, &formed.name, cash(partner, 500)).await).name;
    done(confirm(lead, &name).await);
    let sent = done(deliver(lead, &name, 500).await);
    assert_eq!((sent.awaiting.as_str(), sent.awaiting_partner.as_str()), ("COORDINATOR", ""));
    let coordinator = network.coordinator().await;
    let waiting = "awaiting = \"COORDINATOR\" AND state = CONFIRMED";
    assert_eq!(listed(&coordinator, &formed.name, waiting).await, std::slice::from_ref(&name));
    expect(Code::PermissionDenied, "PERMISSION_DENIED", received(lead, &name, "d1").await);
    let by_member = done(received(&formed.members[0].1, &name, "d1").await);
    assert_eq!(
        (by_member.confirmed_amount, &by_member.deliveries[0].answered_by),
        (euros(500), &formed.members[0].0)
    );
    assert_eq!(by_member.awaiting, "COORDINATOR", "nobody says of themselves that they kept their word");
    let fulfil = pb::FulfilCommitmentRequest { name: name.clone(), ..Default::default() };
    expect(Code::FailedPrecondition, "SEP_1", lead.commitments().fulfil_commitment(fulfil.clone()).await);
    done(coordinator.commitments().fulfil_commitment(fulfil).await);
    assert!(listed(&coordinator, &formed.name, waiting).await.is_empty());
    assert_eq!(listed(&coordinator, &formed.name, "awaiting = \"NOBODY\"").await, [name]);
}

async fn a_commitment_changes_until_it_is_confirmed(network: &'static Network) {
    let formed = formed(network, 1).await;
    let (giver, admin) = &formed.members[0];
    let stranger = network.active_partner().await.name;
    let refused = pledge(&formed.lead.1, &formed.name, cash(&stranger, 1)).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", refused).fields, ["commitment.partner"]);
    let referred = pb::Commitment { external_reference: sample::word(), ..cash(giver, 100) };
    let made = done(pledge(admin, &formed.name, referred.clone()).await);
    expect(Code::AlreadyExists, "ALREADY_EXISTS", pledge(admin, &formed.name, referred).await);
    let change = |minor_units: i64| pb::UpdateCommitmentRequest {
        commitment: Some(pb::Commitment {
            name: made.name.clone(),
            amount: euros(minor_units),
            ..Default::default()
        }),
        ..Default::default()
    };
    assert_eq!(done(admin.commitments().update_commitment(change(200)).await).amount, euros(200));
    let other = network.partner_admin(&stranger).await;
    expect(
        Code::PermissionDenied,
        "PERMISSION_DENIED",
        other.commitments().update_commitment(change(1)).await,
    );
    done(confirm(admin, &made.name).await);
    expect(Code::FailedPrecondition, "STATE", admin.commitments().update_commitment(change(300)).await);
    let end = pb::DefaultCommitmentRequest {
        name: made.name.clone(),
        reason: "Nothing came.".to_owned(),
        ..Default::default()
    };
    let coordinator = network.coordinator().await;
    let early = coordinator.commitments().default_commitment(end).await;
    expect(Code::FailedPrecondition, "COMMITMENT_PERIOD", early);
    let cancel = pb::CancelCommitmentRequest {
        name: made.name.clone(),
        reason: "The budget was cut.".to_owned(),
        ..Default::default()
    };
    let cancelled = done(admin.commitments().cancel_commitment(cancel).await);
    assert_eq!(
        (cancelled.state(), cancelled.state_reason.as_str()),
        (State::Cancelled, "The budget was cut.")
    );
    let batch = pb::BatchGetCommitmentsRequest { names: vec![made.name.clone()] };
    assert_eq!(done(admin.commitments().batch_get_commitments(batch).await).commitments.len(), 1);
}

told_everywhere!(
    par_16_sixty_four_callers_allocate_one_commitment,
    bey_2_from_the_pledge_to_what_has_come,
    in_kind_counts_in_its_own_unit_and_never_as_money,
    sep_1_what_the_lead_gives_to_itself_a_coordinator_answers,
    a_commitment_changes_until_it_is_confirmed,
);
