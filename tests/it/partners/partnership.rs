//! Stories of partnerships: who forms them, enters, leads, leaves, and who sees them.

use proto::auth::Role;
use proto::partners as pb;
use proto::partners::partnership::{Stage, State};
use proto::partners::partnership_member::Role as Part;
use tonic::Code;

use super::commitment::formed;
use crate::caller::{Caller, done, expect};
use crate::harness::Network;
use crate::projects::reporting::in_days;
use crate::sample;

type Answered = Result<tonic::Response<pb::Partnership>, tonic::Status>;

async fn read(by: &Caller, name: &str) -> Answered {
    by.partnerships().get_partnership(pb::GetPartnershipRequest { name: name.to_owned() }).await
}

async fn listed(by: &Caller, filter: String) -> Vec<String> {
    let request = pb::ListPartnershipsRequest { filter, page_size: 1000, ..Default::default() };
    let page = done(by.partnerships().list_partnerships(request).await);
    page.partnerships.into_iter().map(|partnership| partnership.name).collect()
}

async fn add(by: &Caller, name: &str, partner: &str, role: Part) -> Answered {
    let member = pb::PartnershipMember {
        partner: partner.to_owned(),
        role: role.into(),
        interests: Some(sample::text("fr", "Être utile, et apprendre.")),
        ..Default::default()
    };
    let request = pb::AddMemberRequest { name: name.to_owned(), member: Some(member), ..Default::default() };
    by.partnerships().add_member(request).await
}

async fn remove(by: &Caller, name: &str, partner: &str) -> Answered {
    let request =
        pb::RemoveMemberRequest { name: name.to_owned(), partner: partner.to_owned(), ..Default::default() };
    by.partnerships().remove_member(request).await
}

async fn propose(by: &Caller, name: &str, partner: &str) -> Answered {
    let request =
        pb::ProposeLeadRequest { name: name.to_owned(), partner: partner.to_owned(), ..Default::default() };
    by.partnerships().propose_lead(request).await
}

async fn accept(by: &Caller, name: &str) -> Answered {
    let request = pb::AcceptLeadRequest { name: name.to_owned(), ..Default::default() };
    by.partnerships().accept_lead(request).await
}

/// Being formed, it is known to its members alone; without an agreement it does not begin.
async fn par_3_a_partnership_that_nothing_binds_does_not_begin(network: &'static Network) {
    let formed = formed(network, 1).await;
    let ((lead, admin), (member, other)) = (&formed.lead, &formed.members[0]);
    let seen = done(read(other, &formed.name).await);
    assert_eq!(
        (seen.state(), seen.stage(), seen.awaiting.as_str()),
        (State::Forming, Stage::ScopingBuilding, "PARTNER")
    );
    assert_eq!(seen.members.len(), 2);
    let stranger = network.outsider().await;
    expect(Code::NotFound, "NOT_FOUND", read(&stranger, &formed.name).await);
    expect(Code::NotFound, "NOT_FOUND", read(&network.anonymous(), &formed.name).await);
    assert_eq!(listed(other, format!("members:\"{member}\"")).await, std::slice::from_ref(&formed.name));
    assert!(listed(&stranger, format!("members:\"{member}\"")).await.is_empty());

    let activate = pb::ActivatePartnershipRequest { name: formed.name.clone(), ..Default::default() };
    let refused = admin.partnerships().activate_partnership(activate.clone()).await;
    expect(Code::FailedPrecondition, "PAR_3", refused);
    let why = done(read(admin, &formed.name).await);
    let action = why.allowed_actions.iter().find(|action| action.method == "ActivatePartnership").unwrap();
    assert_eq!((action.allowed, action.reason.as_str()), (false, "PAR-3"), "it says so beforehand (BEY-7)");
    expect(
        Code::PermissionDenied,
        "PERMISSION_DENIED",
        other.partnerships().activate_partnership(activate).await,
    );

    let abandon = pb::AbandonPartnershipRequest { name: formed.name.clone(), ..Default::default() };
    let silent = expect(
        Code::InvalidArgument,
        "INVALID_FIELD",
        admin.partnerships().abandon_partnership(abandon.clone()).await,
    );
    assert_eq!(silent.fields, ["reason"]);
    let abandon = pb::AbandonPartnershipRequest { reason: "No money.".to_owned(), ..abandon };
    let over = done(admin.partnerships().abandon_partnership(abandon).await);
    assert_eq!((over.state(), over.state_reason.as_str()), (State::Abandoned, "No money."));
    expect(Code::FailedPrecondition, "STATE", add(admin, &formed.name, lead, Part::Partner).await);
}

/// Members enter, lead and leave by their own word (PAR-5, PAR-6).
async fn par_6_a_member_leads_once_it_has_accepted(network: &'static Network) {
    let formed = formed(network, 1).await;
    let ((lead, admin), (member, other)) = (&formed.lead, &formed.members[0]);
    let name = &formed.name;
    expect(Code::FailedPrecondition, "PAR_5", add(admin, name, member, Part::Partner).await);
    let nobody = expect(
        Code::InvalidArgument,
        "INVALID_FIELD",
        add(admin, name, "partners/nobody", Part::Partner).await,
    );
    assert_eq!(nobody.fields, ["member.partner"]);
    expect(Code::PermissionDenied, "PERMISSION_DENIED", add(other, name, member, Part::Partner).await);
    let third = network.active_partner().await.name;
    let entered = done(add(admin, name, &third, Part::Observer).await);
    assert_eq!((entered.members.len(), entered.members[2].join_date), (3, in_days(0)));

    expect(Code::FailedPrecondition, "PAR_6", remove(admin, name, lead).await);
    done(propose(admin, name, member).await);
    expect(Code::PermissionDenied, "PERMISSION_DENIED", accept(admin, name).await);
    let reporter = network.colleague(member, Role::Reporter).await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", accept(&reporter, name).await);
    let coordinator = network.coordinator().await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", accept(&coordinator, name).await);
    assert_eq!(listed(other, format!("proposed_lead = \"{member}\"")).await, std::slice::from_ref(name));
    let led = done(accept(other, name).await);
    assert_eq!((&led.lead_partner, led.proposed_lead.as_str()), (member, ""));
    assert_eq!(led.members.iter().filter(|member| member.role() == Part::Lead).count(), 1);
    expect(Code::PermissionDenied, "PERMISSION_DENIED", add(admin, name, &third, Part::Partner).await);
    let left = done(remove(admin, name, lead).await);
    assert_eq!(left.members[0].leave_date, in_days(0), "who led leaves by itself");
}

/// Sixteen at once add the same member: it is one once (PAR-5).
async fn par_5_a_member_is_added_once_by_many_at_once(network: &'static Network) {
    let formed = formed(network, 1).await;
    let third = network.active_partner().await.name;
    let admin = &formed.lead.1;
    let tries = (0..16).map(|_| add(admin, &formed.name, &third, Part::Partner));
    let answers = futures::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for refused in answers.into_iter().filter(Result::is_err) {
        expect(Code::FailedPrecondition, "PAR_5", refused);
    }
    assert_eq!(done(read(admin, &formed.name).await).members.len(), 3);
}

told_everywhere!(
    par_3_a_partnership_that_nothing_binds_does_not_begin,
    par_6_a_member_leads_once_it_has_accepted,
    par_5_a_member_is_added_once_by_many_at_once,
);
