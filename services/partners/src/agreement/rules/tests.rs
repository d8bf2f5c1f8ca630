mod calendar;
mod imported;

use std::collections::BTreeSet;
use std::sync::Arc;

use chassis::auth::{Caller, Kind as Who, Role};
use proto::Private as _;
use proto::common::{DateRange, Evidence};
use proto::partners::PartnershipMember;
use proto::partners::agreement_content::{Item, Status};
use proto::partners::partner::Sector;
use testing::{because, day, fields, person, rule};
use uuid::Uuid;

use super::super::parts;
use super::super::succession::Asked;
use super::*;
use crate::partner::who;
use crate::partnership;

const LEAD: &str = "partners/lead";
const OTHER: &str = "partners/other";
const HASH: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn within(today: &str) -> Arc<partnership::row::Model> {
    let mut row = partnership::rules::blank("p", Uuid::nil(), Micros(0));
    let member = |partner: &str| PartnershipMember {
        partner: partner.to_owned(),
        role: proto::partners::partnership_member::Role::Partner.into(),
        join_date: Some(day("2020-01-01").into()),
        ..Default::default()
    };
    row.members = vec![member(LEAD), member(OTHER)].into();
    row.lead_partner = LEAD.to_owned();
    for name in [LEAD, OTHER] {
        let who = who::Who { name: name.to_owned(), sector: Sector::Public, active: true };
        row.facts.members.insert(name.to_owned(), who);
    }
    row.facts.today = Some(day(today));
    Arc::new(row)
}

fn call_of(partner: &str, kind: Who, network: &[Role], reason: &str) -> Call {
    let admin = person(network, &[(partner, Role::PartnerAdmin)]);
    because(reason, Caller { subject: "users/u".to_owned(), kind, ..admin })
}

fn by(partner: &str) -> Call {
    call_of(partner, Who::User, &[], "because")
}

fn period(start: &str, end: &str) -> Option<DateRange> {
    Some(DateRange { start_date: Some(day(start).into()), end_date: Some(day(end).into()) })
}

fn evidence() -> Evidence {
    Evidence {
        title: "The text".to_owned(),
        uri: "https://example.org/text.pdf".to_owned(),
        sha256: HASH.to_owned(),
        ..Evidence::default()
    }
}

fn content(item: i32) -> pb::AgreementContent {
    pb::AgreementContent {
        item,
        status: if item == Item::Data as i32 { Status::NotApplicable } else { Status::Present }.into(),
        justification: "No data is shared.".to_owned(),
    }
}

fn draft() -> pb::Agreement {
    let party = |partner: &str| pb::AgreementParty {
        partner: partner.to_owned(),
        signatory_title: "Director".to_owned(),
        signatory_name: "A. Person".to_owned(),
        ..Default::default()
    };
    pb::Agreement {
        kind: Kind::Framework.into(),
        legally_binding: true,
        parties: vec![party(LEAD), party(OTHER)],
        period: period("2026-01-01", "2026-12-31"),
        document: Some(evidence()),
        translations: vec![evidence()],
        notice_days: Some(30),
        renewal_mode: RenewalMode::Tacit.into(),
        max_tacit_renewals: 2,
        review_due_date: Some(day("2026-10-01").into()),
        contents: (1..=12).map(content).collect(),
        external_reference: "REF-1".to_owned(),
        ..Default::default()
    }
}

fn on(mut agreement: Model, today: &str) -> Model {
    agreement.within = Some(within(today));
    agreement.review_months = 12;
    settle(&mut agreement, day(today));
    agreement
}

fn made(change: impl Fn(&mut pb::Agreement)) -> Model {
    let mut said = draft();
    change(&mut said);
    on(create("partnerships/p", "a", &said, &by(LEAD)).unwrap(), "2026-02-01")
}

fn said(partner: &str) -> pb::SignAgreementRequest {
    let (partner, document_sha256) = (partner.to_owned(), HASH.to_owned());
    pb::SignAgreementRequest { partner, document_sha256, ..Default::default() }
}

fn proposed(change: impl Fn(&mut pb::Agreement)) -> Model {
    let mut agreement = made(change);
    signatures::propose(&mut agreement, &by(LEAD)).unwrap();
    agreement
}

fn signed(change: impl Fn(&mut pb::Agreement)) -> Model {
    let mut agreement = proposed(change);
    signatures::sign(&mut agreement, &said(LEAD), &by(LEAD)).unwrap();
    signatures::sign(&mut agreement, &said(OTHER), &by(OTHER)).unwrap();
    agreement
}

fn explicit(agreement: &mut pb::Agreement) {
    agreement.renewal_mode = RenewalMode::Explicit.into();
    agreement.max_tacit_renewals = 0;
}

#[test]
fn a_draft_says_all_that_is_wrong_with_it() {
    let mut said = draft();
    said.parties.truncate(1);
    said.parties[0].signatory_title.clear();
    said.notice_days = Some(366);
    said.max_tacit_renewals = 4;
    said.period.as_mut().unwrap().end_date = None;
    said.contents[7].justification.clear();
    let fields = fields(create("partnerships/p", "a", &said, &by(LEAD)));
    for field in [
        "agreement.parties",
        "agreement.parties[0].signatory_title",
        "agreement.notice_days",
        "agreement.max_tacit_renewals",
        "agreement.period.end_date",
        "agreement.contents[7].justification",
    ] {
        assert!(fields.iter().any(|found| found == field), "{field} of {fields:?}");
    }
}

#[test]
fn it_is_proposed_when_nothing_is_missing_and_all_take_part() {
    let propose = |mut agreement: Model| signatures::propose(&mut agreement, &by(LEAD));
    assert_eq!(rule(propose(made(|draft| drop(draft.contents.pop())))), "AGREEMENT_CONTENTS");
    let hashless = made(|draft| draft.document.as_mut().unwrap().sha256.clear());
    assert_eq!(rule(propose(hashless)), "AGREEMENT_DOCUMENT");
    let stranger = made(|draft| draft.parties[1].partner = "partners/stranger".to_owned());
    assert_eq!(rule(propose(stranger)), "AGREEMENT_PARTIES");
    assert_eq!(rule(propose(on(made(|_| ()), "2027-01-01"))), "AGREEMENT_PERIOD");
    assert!(signatures::propose(&mut made(|_| ()), &by(OTHER)).is_err(), "the lead proposes");
    propose(made(|_| ())).unwrap();
}

#[test]
fn sep_3_only_people_of_a_party_sign_for_it() {
    let mut agreement = proposed(|_| ());
    let coordinator = call_of("partners/none", Who::User, &[Role::Coordinator], "");
    assert!(matches!(
        signatures::sign(&mut agreement, &said(OTHER), &coordinator),
        Err(Error::Forbidden { .. })
    ));
    let both = call_of(OTHER, Who::User, &[Role::Coordinator], "");
    assert_eq!(rule(signatures::sign(&mut agreement, &said(OTHER), &both)), "SEP-3");
    let machine = call_of(OTHER, Who::Integration, &[], "");
    assert!(matches!(signatures::sign(&mut agreement, &said(OTHER), &machine), Err(Error::Forbidden { .. })));
    assert!(matches!(
        signatures::sign(&mut agreement, &said(OTHER), &by(LEAD)),
        Err(Error::Forbidden { .. })
    ));
    signatures::sign(&mut agreement, &said(OTHER), &by(OTHER)).unwrap();
}

#[test]
fn par_15_a_signature_is_of_one_document_by_someone_at_a_time() {
    let mut agreement = proposed(|_| ());
    let other = pb::SignAgreementRequest { document_sha256: HASH.replace('a', "b"), ..said(LEAD) };
    assert_eq!(rule(signatures::sign(&mut agreement.clone(), &other, &by(LEAD))), "AGREEMENT_DOCUMENT");
    signatures::sign(&mut agreement, &said(LEAD), &by(LEAD)).unwrap();
    assert_eq!(rule(signatures::sign(&mut agreement.clone(), &said(LEAD), &by(LEAD))), "AGREEMENT_SIGNED");
    assert_eq!(agreement.waiting().collect::<Vec<_>>(), [OTHER]);
    let signature = agreement.parties[0].signature.clone().unwrap();
    assert_eq!((signature.user.as_str(), signature.document_sha256.as_str()), ("users/u", HASH));
    assert!(signature.sign_time.is_some());
    let mut message: pb::Agreement = signed(|_| ()).into();
    message.redact();
    let party = &message.parties[0];
    assert_eq!((party.signatory_name.as_str(), party.signature.as_ref().unwrap().user.as_str()), ("", ""));
    assert_eq!(party.signature.as_ref().unwrap().document_sha256, HASH);
}

#[test]
fn declined_or_recalled_it_has_no_signature_left() {
    let begin = || {
        let mut agreement = proposed(|_| ());
        signatures::sign(&mut agreement, &said(LEAD), &by(LEAD)).unwrap();
        agreement
    };
    let (mut declined, mut recalled) = (begin(), begin());
    signatures::decline(&mut declined, OTHER, &by(OTHER)).unwrap();
    signatures::recall(&mut recalled, &by(LEAD)).unwrap();
    for agreement in [declined, recalled] {
        assert_eq!(agreement.state, State::Draft);
        assert!(agreement.parties.iter().all(|party| party.signature.is_none()));
    }
}

#[test]
fn par_13_a_change_of_what_was_proposed_clears_the_signatures() {
    let mut agreement = proposed(|_| ());
    signatures::sign(&mut agreement, &said(LEAD), &by(LEAD)).unwrap();
    let mut change: pb::Agreement = agreement.clone().into();
    change.notice_days = Some(90);
    update(&mut agreement, &change, &by(LEAD)).unwrap();
    assert_eq!((agreement.state.get(), agreement.notice_days), (State::Draft, 90));
    assert!(agreement.parties.iter().all(|party| party.signature.is_none()));
    assert_eq!(rule(update(&mut signed(|_| ()), &change, &by(LEAD))), "STATE");
}

#[test]
fn who_signs_is_known_to_the_parties_and_who_oversees_alone() {
    let agreement = proposed(|_| ());
    let mut partnership = (*within("2026-02-01")).clone();
    let mut member = partnership.members[0].clone();
    member.partner = "partners/third".to_owned();
    partnership.members.0.push(member);
    let agreement = Model { within: Some(Arc::new(partnership)), ..agreement };
    let of = |partner: &str| by(partner).caller;
    let sight =
        |partner: &str| (parts::sees(&of(partner), &agreement), parts::knows(&of(partner), &agreement));
    assert_eq!(sight(OTHER), (true, true));
    assert_eq!(sight("partners/third"), (true, false));
    assert_eq!(sight("partners/none"), (false, false));
}
