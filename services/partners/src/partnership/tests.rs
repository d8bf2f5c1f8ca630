//! The rules of partnerships, pure.

use chassis::Call;
use chassis::auth::Role;
use chassis::column::Day;
use chassis::lifecycle::Stateful as _;
use proto::common::{LocalizedText, Origin};
use proto::partners as pb;
use proto::partners::partner::Sector;
use proto::partners::partnership::{Kind as What, Stage, State};
use proto::partners::partnership_governance::DecisionRule;
use proto::partners::partnership_member::Role as Part;
use testing::{because, day, person, said, told as refusal};

use super::row::Model;
use super::{members, rules};
use crate::partner::who::Who;

const CITY: &str = "partners/city";
const FIRM: &str = "partners/firm";
const CLUB: &str = "partners/club";
const NEWS: &str = "partners/news";

fn today() -> Day {
    day("2026-11-26")
}

fn text(text: &str) -> LocalizedText {
    said(&[("en", text)])
}

fn part(partner: &str, role: Part, join: &str, leave: &str) -> pb::PartnershipMember {
    let date = |text: &str| Day::parse(text).map(proto::Date::from);
    pb::PartnershipMember {
        partner: partner.to_owned(),
        role: role.into(),
        join_date: date(join),
        leave_date: date(leave),
        ..Default::default()
    }
}

fn draft() -> pb::Partnership {
    pb::Partnership {
        title: Some(text("Help at the counter")),
        kind: What::ProjectPartnership.into(),
        vision: Some(text("That everybody can do it.")),
        lead_partner: CITY.to_owned(),
        members: vec![
            part(FIRM, Part::Funder, "2026-01-01", ""),
            part(CLUB, Part::Partner, "2026-01-01", ""),
            part(NEWS, Part::Observer, "2026-01-01", ""),
        ],
        recommendations: vec!["recommendations/idt-6".to_owned()],
        governance: Some(pb::PartnershipGovernance {
            decision_rule: DecisionRule::Consensus.into(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn by(partner: &str, role: Role) -> Call {
    let network: &[Role] = if partner.is_empty() { &[role] } else { &[] };
    because("because", person(network, &[(partner, role)]))
}

fn lead() -> Call {
    by(CITY, Role::PartnerAdmin)
}

/// A partnership of a city, a firm and an association, and an onlooker, told of all that it must know.
fn known() -> Model {
    let mut row = rules::create("help", &draft(), today(), &lead()).unwrap();
    let who = |(name, sector): (&str, Sector)| {
        (name.to_owned(), Who { name: name.to_owned(), sector, active: true })
    };
    row.facts.today = Some(today());
    row.facts.members =
        [(CITY, Sector::Public), (FIRM, Sector::Private), (CLUB, Sector::Civil), (NEWS, Sector::Private)]
            .map(who)
            .into();
    row.facts.standing.in_force = true;
    row.facts.standing.covers = [CITY.to_owned(), FIRM.to_owned()].into();
    row
}

fn active() -> Model {
    let mut row = known();
    row.state = State::Active.into();
    row
}

#[test]
fn a_partnership_begins_with_its_lead() {
    let row = known();
    assert_eq!(row.members[0].partner, CITY);
    assert_eq!((row.members[0].role(), row.members[0].join_date), (Part::Lead, Some(today().into())));
    assert_eq!((row.state.get(), rules::awaiting(&row)), (State::Forming, "PARTNER"));
    let other = rules::create("help", &draft(), today(), &by(FIRM, Role::PartnerAdmin));
    assert_eq!(refusal(other.map(drop)), "PERMISSION");
    let empty = rules::create("help", &pb::Partnership::default(), today(), &lead());
    assert_eq!(
        refusal(empty.map(drop)),
        "partnership.lead_partner partnership.title partnership.vision partnership.kind \
         partnership.recommendations partnership.governance"
    );
}

#[test]
fn par_3_activation_needs_two_sectors() {
    assert_eq!(refusal(rules::activate(&mut known(), &lead())), "");
    let mut alike = known();
    for who in alike.facts.members.values_mut() {
        who.sector = Sector::Public;
    }
    assert_eq!(refusal(rules::activate(&mut alike, &lead())), "PAR-3");
    let mut asleep = known();
    for who in asleep.facts.members.values_mut() {
        who.active = who.name == CITY;
    }
    assert_eq!(refusal(rules::activate(&mut asleep, &lead())), "PAR-3", "only active members count");
    let mut watched = known();
    watched.members.0.retain(|member| matches!(member.partner.as_str(), CITY | NEWS));
    assert_eq!(refusal(rules::activate(&mut watched, &lead())), "PAR-3", "observers do not count");
}

#[test]
fn par_3_activation_needs_an_agreement_in_force_that_binds_the_lead() {
    let mut free = known();
    free.facts.standing.covers.remove(CITY);
    assert_eq!(refusal(rules::activate(&mut free, &lead())), "PAR-3");
    assert_eq!(free.state, State::Forming);
    // A lead that was merged is bound by what its survivor signed, and the reverse.
    let mut merged = known();
    merged.facts.members.get_mut(CITY).unwrap().name = FIRM.to_owned();
    merged.facts.standing.covers.remove(CITY);
    merged.facts.members.get_mut(CLUB).unwrap().name = CLUB.to_owned();
    assert!(merged.lead_is_bound());
    // A party that was merged into the lead after it had signed binds the lead.
    let mut survived = known();
    survived.facts.standing.covers = [CLUB.to_owned()].into();
    assert!(!survived.lead_is_bound());
    survived.facts.members.get_mut(CLUB).unwrap().name = CITY.to_owned();
    assert!(survived.lead_is_bound());
}

#[test]
fn par_4_tripartite_means_a_public_a_private_and_a_civil_member_today() {
    let row = known();
    assert_eq!(row.sector_mix(), pb::SectorMix { public: 1, private: 1, civil: 1 });
    assert!(row.tripartite());
    let mut left = known();
    left.members.0.iter_mut().find(|member| member.partner == CLUB).unwrap().leave_date =
        Some(day("2026-11-25").into());
    assert!(!left.tripartite(), "it left yesterday");
    left.facts.today = Some(day("2026-11-25"));
    left.members.0[0].join_date = Some(day("2026-01-01").into());
    assert!(left.tripartite(), "and was there on its last day");
    let mut watching = known();
    watching.members.0.iter_mut().find(|member| member.partner == FIRM).unwrap().role = Part::Observer.into();
    assert!(!watching.tripartite(), "observers do not count");
    let mut one = known();
    one.facts.members.get_mut(FIRM).unwrap().name = CITY.to_owned();
    one.facts.members.get_mut(FIRM).unwrap().sector = Sector::Public;
    assert_eq!(one.sector_mix().public, 1, "a merged partner counts once");
}

#[test]
fn par_5_a_partner_is_a_member_once_at_a_time() {
    let mut row = active();
    let again = part(FIRM, Part::Partner, "2026-06-01", "");
    assert_eq!(refusal(members::add(&mut row, &again, today(), &lead())), "PAR-5");
    assert_eq!(refusal(members::remove(&mut row, FIRM, day("2026-05-31"), &lead())), "");
    assert_eq!(refusal(members::add(&mut row, &again, today(), &lead())), "", "it came back the day after");
    let between = part(FIRM, Part::Partner, "2025-12-01", "2026-01-01");
    assert_eq!(
        refusal(members::add(&mut row, &between, today(), &lead())),
        "PAR-5",
        "last and first day meet"
    );
    let mut twice = draft();
    twice.members.push(part(FIRM, Part::Partner, "2026-02-01", "2026-03-01"));
    assert_eq!(refusal(rules::create("h", &twice, today(), &lead()).map(drop)), "PAR-5");
    let backwards = part("partners/new", Part::Partner, "2026-02-01", "2026-01-01");
    assert_eq!(refusal(members::add(&mut row, &backwards, today(), &lead())), "member.leave_date");
}

#[test]
fn par_6_the_lead_is_not_removed() {
    let mut row = active();
    assert_eq!(refusal(members::remove(&mut row, CITY, today(), &lead())), "PAR-6");
    let second = part("partners/new", Part::Lead, "", "");
    assert_eq!(refusal(members::add(&mut row, &second, today(), &lead())), "PAR-6");
    let mut two = draft();
    two.members[0].role = Part::Lead.into();
    assert_eq!(refusal(rules::create("h", &two, today(), &lead()).map(drop)), "PAR-6");
}

#[test]
fn par_6_the_lead_changes_when_the_new_one_accepts() {
    let mut row = active();
    let firm = by(FIRM, Role::PartnerAdmin);
    assert_eq!(refusal(members::accept_lead(&mut row, &firm)), "PAR-6", "nobody was asked");
    assert_eq!(refusal(members::decline_lead(&mut row, &lead())), "PAR-6", "nobody was asked");
    assert_eq!(refusal(members::propose_lead(&mut row, "partners/new", &lead())), "partner");
    assert_eq!(refusal(members::propose_lead(&mut row, CITY, &lead())), "partner");
    assert_eq!(refusal(members::propose_lead(&mut row, FIRM, &firm)), "PERMISSION");
    members::propose_lead(&mut row, FIRM, &lead()).unwrap();
    assert_eq!((row.lead_partner.as_str(), rules::awaiting(&row)), (CITY, "PARTNER"));
    for other in [lead(), by("", Role::Coordinator), by(CLUB, Role::PartnerAdmin), by(FIRM, Role::Reporter)] {
        assert_eq!(refusal(members::accept_lead(&mut row, &other)), "PERMISSION");
    }
    members::accept_lead(&mut row, &firm).unwrap();
    assert_eq!((row.lead_partner.as_str(), row.proposed_lead.as_str()), (FIRM, ""));
    let roles: Vec<_> = row.members.iter().map(|member| (member.partner.as_str(), member.role())).collect();
    assert!(roles.contains(&(FIRM, Part::Lead)) && roles.contains(&(CITY, Part::Partner)), "{roles:?}");
    members::remove(&mut row, CITY, today(), &firm).unwrap();
}

#[test]
fn who_is_asked_to_lead_may_decline_or_have_left() {
    let mut row = active();
    members::propose_lead(&mut row, FIRM, &lead()).unwrap();
    members::decline_lead(&mut row, &by(FIRM, Role::PartnerAdmin)).unwrap();
    assert_eq!((row.proposed_lead.as_str(), rules::awaiting(&row)), ("", "NOBODY"));
    members::propose_lead(&mut row, FIRM, &lead()).unwrap();
    members::remove(&mut row, FIRM, today(), &by(FIRM, Role::PartnerAdmin)).unwrap();
    assert_eq!(row.proposed_lead, "", "who leaves is no longer asked");
}

#[test]
fn par_6_who_has_left_in_the_meantime_does_not_lead() {
    let mut row = active();
    members::propose_lead(&mut row, FIRM, &lead()).unwrap();
    let firm = row.members.0.iter_mut().find(|member| member.partner == FIRM).unwrap();
    firm.leave_date = Some(day("2026-01-31").to_date());
    assert_eq!(refusal(members::accept_lead(&mut row, &by(FIRM, Role::PartnerAdmin))), "PAR-6");
}

#[test]
fn a_member_leaves_by_itself_and_removes_nobody_else() {
    let mut row = active();
    let club = by(CLUB, Role::PartnerAdmin);
    assert_eq!(refusal(members::remove(&mut row, FIRM, today(), &club)), "PERMISSION");
    assert_eq!(refusal(members::remove(&mut row, CLUB, day("2025-01-01"), &club)), "leave_date");
    members::remove(&mut row, CLUB, today(), &club).unwrap();
    assert_eq!(refusal(members::remove(&mut row, CLUB, day("2026-12-01"), &lead())), "partner");
}

#[test]
fn par_7_an_active_partnership_without_an_agreement_in_force_has_a_gap() {
    let mut row = active();
    assert!(!row.agreement_gap());
    row.facts.standing.in_force = false;
    assert!(row.agreement_gap());
    row.state = State::Forming.into();
    assert!(!row.agreement_gap(), "one that is being formed has none yet");
}

#[test]
fn par_8_closing_says_what_came_of_it_and_what_continues() {
    for nothing in [None, Some(LocalizedText::default())] {
        assert_eq!(refusal(rules::close(&mut active(), nothing.as_ref(), &lead())), "close_summary");
    }
    let mut row = active();
    rules::close(&mut row, Some(&text("300 people helped; the city goes on.")), &lead()).unwrap();
    assert_eq!((row.state.get(), row.stage()), (State::Closed, Stage::SustainingOutcomes));
    assert_eq!(refusal(rules::update(&mut row, &draft(), &lead())), "STATE");
}

#[test]
fn the_stage_follows_from_the_rest() {
    assert_eq!(known().stage(), Stage::ScopingBuilding);
    let mut row = active();
    assert_eq!(row.stage(), Stage::ManagingMaintaining);
    row.facts.standing.terminating = true;
    assert_eq!(row.stage(), Stage::SustainingOutcomes);
    row.facts.standing.successor_prepared = true;
    assert_eq!(row.stage(), Stage::ReviewingRevising);
    row.facts.standing = Default::default();
    row.facts.under_review = true;
    assert_eq!(row.stage(), Stage::ReviewingRevising);
}

#[test]
fn bey_8_what_an_imported_partnership_lacks_is_filled_before_it_moves() {
    let mut row = active();
    row.origin = Origin::Imported.into();
    assert!(rules::gaps(&row).is_empty());
    row.vision = Default::default();
    row.recommendations = Default::default();
    let fields: Vec<_> = rules::gaps(&row).iter().map(|gap| gap.field).collect();
    assert_eq!(fields, ["vision", "recommendations"]);
    assert_eq!(row.first_gap().map(|gap| gap.field), Some("vision"));
    assert_eq!(refusal(rules::close(&mut row, Some(&text("Done.")), &lead())), "BEY-8");
}
