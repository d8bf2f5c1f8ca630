use chassis::Call;
use chassis::auth::Role;
use chassis::column::{Day, Micros};
use proto::partners as pb;
use proto::partners::partner::Sector;
use proto::partners::recommendation::State;
use testing::{fields, person, rule, said};

use super::facts::Facts;
use super::row::Model;
use super::rules::{adopt, awaiting, consult, create, retire, sees, update};
use super::seed;
use crate::bilingual;
use crate::partner::who::Who;
use crate::working_group::tests::{LEAD, MEMBER, admin, call, coordinator};

fn draft() -> pb::Recommendation {
    pb::Recommendation {
        number: 9,
        title: Some(said(&[("fr", "Ouvrir"), ("en", "Open")])),
        text: Some(said(&[("fr", "Ouvrir les données."), ("en", "Open the data.")])),
        working_group: "workingGroups/g".to_owned(),
        ..Default::default()
    }
}

fn source(partner: &str, sector: Sector) -> Who {
    Who { name: partner.to_owned(), sector, active: true }
}

/// One that may be adopted.
fn consulted() -> Model {
    let made = create("r", &draft(), &coordinator()).unwrap();
    Model {
        state: State::Consultation.into(),
        consultation_start: Day::parse("2026-03-01"),
        consultation_end: Day::parse("2026-03-11"),
        facts: Facts {
            leads: vec![LEAD.to_owned()],
            today: Day::parse("2026-03-12"),
            least_days: 10,
            consulted: Some(Micros(7)),
            sources: vec![source("partners/a", Sector::Public), source("partners/b", Sector::Civil)],
        },
        ..made
    }
}

fn drafted() -> Model {
    Model { state: State::Draft.into(), consultation_start: None, consultation_end: None, ..consulted() }
}

fn adopted(change: impl Fn(&mut Model)) -> &'static str {
    let mut row = consulted();
    change(&mut row);
    rule(adopt(&mut row, &coordinator()))
}

#[test]
fn par_25_adoption_asks_for_both_languages() {
    assert_eq!(adopted(|_| {}), "");
    assert_eq!(adopted(|row| row.title = said(&[("fr", "Ouvrir")]).into()), "PAR-25");
    assert_eq!(adopted(|row| row.text = said(&[("en", "Open the data.")]).into()), "PAR-25");
}

#[test]
fn par_25_adoption_asks_for_a_consultation_that_is_over_and_was_long_enough() {
    assert_eq!(adopted(|row| row.facts.consulted = None), "PAR-25", "it still runs");
    assert_eq!(adopted(|row| row.consultation_end = Day::parse("2026-03-10")), "PAR-25", "nine days");
    assert_eq!(adopted(|row| row.facts.least_days = 11), "PAR-25", "more was agreed on since");
    assert_eq!(adopted(|row| row.consultation_end = None), "PAR-25");
    assert_eq!(adopted(|row| row.state = State::Draft.into()), "STATE");
}

#[test]
fn par_25_adoption_asks_for_two_contributions_of_two_sectors() {
    let of = |sources: &[Who]| {
        let sources = sources.to_vec();
        adopted(move |row| row.facts.sources.clone_from(&sources))
    };
    let (public, civil) = (source("partners/a", Sector::Public), source("partners/b", Sector::Civil));
    assert_eq!(of(std::slice::from_ref(&public)), "PAR-25");
    assert_eq!(of(&[public.clone(), source("partners/c", Sector::Public)]), "PAR-25");
    assert_eq!(of(&[public.clone(), source("partners/c", Sector::Unspecified)]), "PAR-25");
    assert_eq!(of(&[public, civil]), "");
}

#[test]
fn par_25_a_consultation_leaves_the_time_that_was_agreed_on() {
    let until = |day| {
        let mut row =
            Model { facts: Facts { today: Day::parse("2026-03-01"), ..consulted().facts }, ..drafted() };
        let date = proto::Date { year: 2026, month: 3, day };
        consult(&mut row, Some(&date), &admin(LEAD)).map(|()| (row.consultation_start, row.consultation_end))
    };
    assert_eq!(rule(until(10)), "PAR-25");
    assert_eq!(until(11).unwrap(), (Day::parse("2026-03-01"), Day::parse("2026-03-11")));
    assert_eq!(fields(consult(&mut drafted(), None, &admin(LEAD))), ["until_date"]);
    assert!(consult(&mut drafted(), None, &admin(MEMBER)).is_err(), "those who lead its group do");
}

#[test]
fn bey_6_adoption_refuses_a_translation_that_is_older_than_its_original() {
    let mut row = consulted();
    let new = pb::Recommendation {
        text: Some(said(&[("fr", "Tout ouvrir."), ("en", "Open the data.")])),
        ..draft()
    };
    update(&mut row, &new, &admin(LEAD)).unwrap();
    assert_eq!(rule(adopt(&mut row, &coordinator())), "BEY-6");
    let new =
        pb::Recommendation { text: Some(said(&[("fr", "Tout ouvrir."), ("en", "Open it all.")])), ..draft() };
    update(&mut row, &new, &admin(LEAD)).unwrap();
    assert_eq!(rule(adopt(&mut row, &coordinator())), "");
}

#[test]
fn par_27_what_was_adopted_never_changes() {
    let new = pb::Recommendation { title: Some(said(&[("fr", "Fermer"), ("en", "Close")])), ..draft() };
    for state in [State::Adopted, State::Retired] {
        let mut row = Model { state: state.into(), ..consulted() };
        assert_eq!(rule(update(&mut row, &new, &coordinator())), "PAR-27");
    }
    assert_eq!(rule(update(&mut drafted(), &new, &admin(LEAD))), "");
}

#[test]
fn par_27_one_is_retired_for_the_adopted_one_that_says_it_anew() {
    let old = || Model { state: State::Adopted.into(), ..consulted() };
    let new = |state: State, predecessor: &str| Model {
        name: "recommendations/new".to_owned(),
        predecessor: predecessor.to_owned(),
        state: state.into(),
        ..consulted()
    };
    let retired = |successor: &Model| rule(retire(&mut old(), Some(successor), &coordinator()));
    assert_eq!(retired(&new(State::Consultation, "recommendations/r")), "PAR-27");
    assert_eq!(retired(&new(State::Adopted, "")), "PAR-27");
    assert_eq!(retired(&new(State::Adopted, "recommendations/other")), "PAR-27");
    assert_eq!(retired(&new(State::Adopted, "recommendations/r")), "");
    let silent = Call { reason: String::new(), ..coordinator() };
    assert_eq!(fields(retire(&mut old(), None, &silent)), ["reason"]);
    assert!(retire(&mut old(), None, &admin(LEAD)).is_err(), "coordinators retire");
    let itself = pb::Recommendation { predecessor: "recommendations/r".to_owned(), ..draft() };
    assert_eq!(fields(create("r", &itself, &coordinator())), ["recommendation.predecessor"]);
}

#[test]
fn par_25_the_eight_that_a_network_begins_with_are_adopted_in_both_languages() {
    for number in 1..=8 {
        let row = seed::seed(number, Micros(0));
        assert_eq!((row.state.get(), row.number), (State::Adopted, i32::try_from(number).unwrap()));
        assert_eq!(row.name, format!("recommendations/idt-{number}"));
        bilingual::check("PAR-25", "title", &row.title).unwrap();
        bilingual::check("PAR-25", "text", &row.text).unwrap();
    }
}

#[test]
fn bey_5_a_recommendation_says_whose_turn_it_is_and_drafts_are_of_those_who_work_on_them() {
    assert_eq!(awaiting(&drafted()).0, "PARTNER");
    assert_eq!(awaiting(&Model { working_group: String::new(), ..drafted() }).0, "COORDINATOR");
    assert_eq!(awaiting(&consulted()), ("COORDINATOR", Micros(7)));
    let runs = Model { facts: Facts { consulted: None, ..consulted().facts }, ..consulted() };
    assert_eq!(awaiting(&runs).0, "NOBODY");
    let nobody = chassis::auth::Caller::default();
    assert!(!sees(&nobody, &drafted()) && sees(&nobody, &consulted()));
    assert!(!sees(&admin(MEMBER).caller, &drafted()) && sees(&admin(LEAD).caller, &drafted()));
    assert!(sees(&call(person(&[Role::Reviewer], &[])).caller, &drafted()));
}
