use proto::businessmodels as pb;
use proto::businessmodels::business_model::State;
use proto::businessmodels::suggestion_reason::Kind;
use proto::common::Money;
use proto::projects::territory::Degurba;
use proto::projects::{Need, Population, Territory};

use super::{Asked, Known, suggest};
use crate::business_model::row::Model;
use crate::business_model::tests::{OTHER, admin, model, said};
use crate::replication::row::Model as Replication;
use crate::replication::rules;

fn place(name: &str, people: i64, degurba: Degurba) -> Territory {
    let population = Some(Population { value: people, ..Default::default() });
    Territory {
        name: format!("territories/{name}"),
        population,
        degurba: degurba.into(),
        ..Default::default()
    }
}

fn need(place: &str, dimension: &str, group: &str) -> Need {
    Need {
        name: format!("territories/{place}/needs/{}", dimension.to_lowercase()),
        divide_dimensions: vec![dimension.to_owned()],
        target_groups: vec![group.to_owned()],
        ..Default::default()
    }
}

fn running(name: &str, place: &str, needs: &[&Need]) -> Model {
    Model {
        name: format!("businessModels/{name}"),
        territories: vec![format!("territories/{place}")].into(),
        needs: needs.iter().map(|need| need.name.clone()).collect(),
        ..model(State::Published)
    }
}

fn replicated(of: &str, place: &str, state: pb::replication::State, gaps: usize) -> Replication {
    let asked = pb::ReplicateBusinessModelRequest {
        name: format!("businessModels/{of}"),
        territory: format!("territories/{place}"),
        adopter_partner: OTHER.to_owned(),
        needs: vec![format!("territories/{place}/needs/n")],
        ..Default::default()
    };
    let gap = pb::ContextGap { area: pb::context_gap::Area::Data.into(), gap: said("Rien."), response: None };
    Replication {
        state: state.into(),
        context_gaps: vec![gap; gaps].into(),
        ..rules::create(&asked, &admin(OTHER)).unwrap()
    }
}

/// A model that is suggested, its score, and its reasons.
type Told = (String, i32, Vec<(Kind, i32)>);

fn told(asked: &Asked<'_>, known: &Known<'_>) -> Vec<Told> {
    let reasons = |found: &pb::BusinessModelSuggestion| {
        found.reasons.iter().map(|reason| (reason.kind(), reason.points)).collect()
    };
    suggest(asked, known)
        .iter()
        .map(|found| (found.business_model.replace("businessModels/", ""), found.score, reasons(found)))
        .collect()
}

#[test]
fn what_answers_the_same_needs_in_such_a_place_comes_first() {
    let here = place("here", 1000, Degurba::Rural);
    let places = [
        place("village", 1900, Degurba::Rural),
        place("town", 4000, Degurba::Town),
        place("city", 900_000, Degurba::City),
    ];
    let (skills, devices) = (need("here", "DIGITAL_SKILLS", "SENIORS"), need("here", "DEVICES", "YOUTH"));
    let answered = [need("village", "DIGITAL_SKILLS", "SENIORS"), need("city", "DEVICES", "SENIORS")];
    let models = [
        running("b-city", "city", &[&answered[1]]),
        running("a-city", "city", &[&answered[1]]),
        running("village", "village", &[&answered[0]]),
        running("town", "town", &[]),
        running("far", "city", &[]),
        running("here", "here", &[&answered[0]]),
    ];
    let needs = [skills, devices];
    let asked = Asked { place: &here, needs: &needs, budget: None };
    let mut known = Known { models: &models, needs: &answered, places: &places, replications: &[] };
    let expected = [
        (
            "village".to_owned(),
            35,
            vec![(Kind::Need, 15), (Kind::DegreeOfUrbanisation, 10), (Kind::Size, 10)],
        ),
        ("a-city".to_owned(), 10, vec![(Kind::Need, 10)]),
        ("b-city".to_owned(), 10, vec![(Kind::Need, 10)]),
        ("town".to_owned(), 5, vec![(Kind::Size, 5)]),
    ];
    assert_eq!(told(&asked, &known), expected, "not what runs here already, nor what has no reason");
    let turned: Vec<_> = models.iter().rev().cloned().collect();
    known.models = &turned;
    assert_eq!(told(&asked, &known), expected, "in whatever order it was read");
}

#[test]
fn what_can_be_spent_and_what_earlier_replications_met_counts() {
    let here = place("here", 1000, Degurba::Rural);
    let places = [place("village", 900, Degurba::Rural), place("city", 900_000, Degurba::City)];
    let models = [running("m", "village", &[])];
    let replications = [
        replicated("m", "village", pb::replication::State::Replicated, 1),
        replicated("m", "village", pb::replication::State::Abandoned, 1),
        replicated("m", "city", pb::replication::State::Abandoned, 3),
    ];
    let known = Known { models: &models, needs: &[], places: &places, replications: &replications };
    let of = |currency: &str, minor_units| {
        let budget = Money { currency_code: currency.to_owned(), minor_units };
        told(&Asked { place: &here, needs: &[], budget: Some(&budget) }, &known).pop().map(
            |(_, score, reasons)| {
                (score, reasons.into_iter().filter(|(kind, _)| *kind == Kind::Resources).count())
            },
        )
    };
    let without = 10 + 10 + 5 - 2 - 2 - 5;
    assert_eq!(of("XOF", 1), Some((without, 0)), "amounts of another currency say nothing");
    assert_eq!(of("EUR", 100_000), Some((without + 10, 1)));
    assert_eq!(of("EUR", 99_999), Some((without - 10, 1)));
}
