use std::sync::Arc;

use chassis::column::Micros;
use chassis::error::Error;
use proto::common::{DateRange, LocalizedText, Money};
use proto::partners as pb;
use proto::partners::agreement::{Kind, State};
use proto::partners::partnership::{Kind as Nature, State as Standing};
use proto::partners::partnership_member::Role;
use testing::{self, day};

use super::anew::{Noun, Place, anew};
use crate::{agreement, commitment, partnership};

fn text(text: &str) -> Option<LocalizedText> {
    Some(testing::said(&[("fr", text)]))
}

fn member(partner: &str, role: Role) -> pb::PartnershipMember {
    pb::PartnershipMember { partner: partner.to_owned(), role: role.into(), ..Default::default() }
}

fn said(title: &str) -> pb::PartnershipAsFound {
    let partnership = pb::Partnership {
        title: text(title),
        lead_partner: "partners/a".to_owned(),
        members: vec![member("partners/a", Role::Lead), member("partners/b", Role::Funder)],
        external_reference: "R-1".to_owned(),
        ..Default::default()
    };
    pb::PartnershipAsFound { partnership: Some(partnership), ..Default::default() }
}

fn place() -> Place {
    let alone = Place { within: None, today: day("2026-06-01"), now: Micros(7) };
    let within = partnership::row::Model::found(&said("A"), &alone).unwrap();
    Place { within: Some(Arc::new(within)), ..alone }
}

fn title(row: &partnership::row::Model) -> &str {
    &row.title.translations["fr"].text
}

#[test]
fn bey_8_what_people_filled_in_stays_and_what_the_source_changed_comes() {
    let place = place();
    let found = partnership::row::Model::found(&said("A"), &place).unwrap();
    assert_eq!((found.state.get(), found.origin.get()), (Standing::Active, proto::common::Origin::Imported));
    assert!(found.members.iter().all(|member| member.join_date.is_none()), "nobody says since when");
    let mut filled = found.clone();
    filled.kind = Nature::Network.into();
    let renamed = anew(&filled, &said("A"), &said("B"), &place).unwrap();
    assert_eq!((title(&renamed), renamed.kind.get()), ("B", Nature::Network));
    filled.title = chassis::text::check("title", &text("Mine").unwrap()).unwrap().into();
    let kept = anew(&filled, &said("A"), &said("B"), &place).unwrap();
    assert_eq!((title(&kept), kept == filled), ("Mine", true), "people changed it since");

    let mut more = said("A");
    more.partnership.as_mut().unwrap().members.push(member("partners/c", Role::Partner));
    more.partnership.as_mut().unwrap().members.remove(1);
    let learnt = anew(&found, &said("A"), &more, &place).unwrap();
    let members: Vec<&str> = learnt.members.iter().map(|member| member.partner.as_str()).collect();
    assert_eq!(members, ["partners/a", "partners/b", "partners/c"], "who left does so by a verb");

    let closed = pb::PartnershipAsFound { found_state: Standing::Closed.into(), ..said("A") };
    assert_eq!(anew(&found, &said("A"), &closed, &place).unwrap().state, Standing::Closed);
    let moved = partnership::row::Model { state: Standing::Closed.into(), ..found.clone() };
    assert_eq!(
        anew(&moved, &said("A"), &said("B"), &place).unwrap().state,
        Standing::Closed,
        "people closed it"
    );
}

#[test]
fn bey_8_a_source_says_what_a_partnership_may_be_found_as() {
    for state in [Standing::Abandoned, Standing::Unspecified] {
        let said = pb::PartnershipAsFound { found_state: state.into(), ..said("A") };
        let found = partnership::row::Model::found(&said, &place());
        assert_eq!(found.is_ok(), state == Standing::Unspecified, "{state:?}");
    }
    let mut nobody = said("A");
    nobody.partnership.as_mut().unwrap().lead_partner.clear();
    assert!(matches!(partnership::row::Model::found(&nobody, &place()), Err(Error::Invalid { .. })));
}

fn period(start: &str, end: &str) -> Option<DateRange> {
    Some(DateRange { start_date: Some(day(start).into()), end_date: Some(day(end).into()) })
}

fn agreed(start: &str, end: &str) -> pb::AgreementAsFound {
    let party = |partner: &str| pb::AgreementParty { partner: partner.to_owned(), ..Default::default() };
    let agreement = pb::Agreement {
        kind: Kind::Grant.into(),
        parties: vec![party("partners/a"), party("partners/b")],
        period: period(start, end),
        external_reference: "G-1".to_owned(),
        ..Default::default()
    };
    pb::AgreementAsFound { agreement: Some(agreement), ..Default::default() }
}

#[test]
fn bey_8_the_calendar_says_where_an_agreement_stands_as_its_source_changes() {
    type Row = agreement::row::Model;
    let place = place();
    let old = agreed("2025-01-01", "2025-12-31");
    let found = Row::found(&old, &place).unwrap();
    assert_eq!(found.state, State::Expired);
    let longer = agreed("2025-01-01", "2026-12-31");
    let running = anew(&found, &old, &longer, &place).unwrap();
    assert_eq!((running.state.get(), running.last), (State::InForce, Some(day("2026-12-31"))));

    let draft = pb::AgreementAsFound { found_state: State::Draft.into(), ..longer.clone() };
    let unsigned = Row::found(&draft, &place).unwrap();
    assert_eq!((unsigned.state.get(), unsigned.in_force), (State::Draft, None));
    assert!(
        agreement::as_found::gaps(&unsigned).iter().any(|gap| gap.field == "parties"),
        "who signs is not said"
    );
    let signed = anew(&unsigned, &draft, &longer, &place).unwrap();
    assert_eq!((signed.state.get(), signed.in_force), (State::InForce, Some(day("2025-01-01"))));

    let mut taken_up = running.clone();
    taken_up.successor = "partnerships/p/agreements/next".to_owned();
    let refused = anew(&taken_up, &longer, &old, &place);
    assert!(
        matches!(refused, Err(Error::Refused { rule: "STATE", .. })),
        "a renewal is being prepared of it"
    );
    let terminated = pb::AgreementAsFound { found_state: State::Terminated.into(), ..longer };
    assert!(Row::found(&terminated, &place).is_err());
}

fn given(units: i64, currency: &str) -> pb::CommitmentAsFound {
    let commitment = pb::Commitment {
        partner: "partners/b".to_owned(),
        recipient: "partners/a".to_owned(),
        resource_type: "FUNDING".to_owned(),
        nature: pb::commitment::Nature::Cash.into(),
        amount: Some(Money { currency_code: currency.to_owned(), minor_units: units }),
        external_reference: "G-1".to_owned(),
        ..Default::default()
    };
    pb::CommitmentAsFound { commitment: Some(commitment), ..Default::default() }
}

#[test]
fn par_16_what_projects_were_given_is_not_taken_back_by_a_source() {
    type Row = commitment::row::Model;
    let place = place();
    let found = Row::found(&given(1000, "GBP"), &place).unwrap();
    assert_eq!(found.state, pb::commitment::State::Confirmed);
    let mut used = found.clone();
    used.allocations.0.push(pb::CommitmentAllocation {
        project: "projects/p".to_owned(),
        amount: Some(Money { currency_code: "GBP".to_owned(), minor_units: 800 }),
        ..Default::default()
    });
    let less = anew(&used, &given(1000, "GBP"), &given(900, "GBP"), &place).unwrap();
    assert_eq!(less.pledged, "900");
    let rule = |now| match anew(&used, &given(1000, "GBP"), &now, &place) {
        Err(Error::Refused { rule, .. }) => rule,
        other => panic!("{other:?}"),
    };
    assert_eq!(rule(given(700, "GBP")), "PAR-16");
    assert_eq!(rule(given(900, "EUR")), "STATE");
    assert_eq!(anew(&found, &given(1000, "GBP"), &given(900, "EUR"), &place).unwrap().currency, "EUR");
}
