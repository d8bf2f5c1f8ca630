//! What may become of an indicator, rule by rule.

use std::collections::BTreeSet;

use chassis::Call;
use chassis::auth::Role;
use proto::common::LocalizedText;
use proto::projects as pb;
use proto::projects::indicator::{CountingBasis, EntityAggregation, Source, State, TimeAggregation};
use testing::{NOW, because, fields, person, rule, said};

use super::row::Model;
use super::rules::*;
use super::seed::table::SEEDS;

fn by(role: Role) -> Call {
    because("it was unclear", person(&[role], &[]))
}

fn text(text: &str) -> Option<LocalizedText> {
    Some(said(&[("en", text)]))
}

fn draft() -> pb::Indicator {
    pb::Indicator {
        code: "trees".to_owned(),
        title: text("Trees planted"),
        definition: text("Trees that were planted and watered for a year"),
        measure: "1".to_owned(),
        unit: "tree".to_owned(),
        time_aggregation: TimeAggregation::Sum.into(),
        entity_aggregation: EntityAggregation::Sum.into(),
        counting_basis: CountingBasis::Things.into(),
        source: Source::Reported.into(),
        dimensions: vec!["TERRITORY".to_owned()],
        ..Default::default()
    }
}

fn wrong(change: impl Fn(&mut pb::Indicator)) -> Vec<String> {
    let mut draft = draft();
    change(&mut draft);
    fields(create("", &draft, &by(Role::Coordinator)))
}

fn in_state(state: State) -> Model {
    Model { state: state.into(), ..create("", &draft(), &by(Role::Coordinator)).unwrap() }
}

#[test]
fn every_wrong_field_is_named() {
    let all = wrong(|draft| {
        *draft = pb::Indicator { code: "a b".to_owned(), ..Default::default() };
        draft.measure = "6".to_owned();
        draft.unit = "u".repeat(51);
        draft.dimensions = vec!["HEIGHT".to_owned(), "SEX".to_owned(), "SEX".to_owned()];
        draft.references = vec![pb::IndicatorReference { uri: "ftp://x".to_owned(), ..Default::default() }];
        draft.recommendations = vec!["recommendations/IDT-0".to_owned()];
        draft.beyond_whole = true;
    });
    let named = [
        "code",
        "title",
        "definition",
        "measure",
        "unit",
        "time_aggregation",
        "entity_aggregation",
        "counting_basis",
        "source",
        "dimensions[0]",
        "dimensions[2]",
        "references[0].vocabulary",
        "references[0].code",
        "references[0].uri",
        "recommendations[0]",
        "beyond_whole",
    ];
    assert_eq!(all, named.map(|field| format!("indicator.{field}")));
    assert_eq!(wrong(|_| ()), Vec::<String>::new());
}

#[test]
fn agg_3_only_what_is_counted_is_added_up() {
    let of = |measure: &str, time: TimeAggregation, entity: EntityAggregation| {
        wrong(|draft| {
            measure.clone_into(&mut draft.measure);
            (draft.time_aggregation, draft.entity_aggregation) = (time.into(), entity.into());
            draft.dimensions.clear();
        })
    };
    use EntityAggregation as Entity;
    use TimeAggregation as Time;
    let (over_time, across) = (["indicator.time_aggregation"], ["indicator.entity_aggregation"]);
    assert_eq!(of("1", Time::Sum, Entity::Ratio), across, "a share is a percentage");
    assert_eq!(of("2", Time::Latest, Entity::Sum), across, "percentages are not added up");
    assert_eq!(of("4", Time::Average, Entity::Sum), across, "degrees are not added up");
    assert_eq!(of("4", Time::Sum, Entity::None), over_time);
    assert_eq!(of("5", Time::Max, Entity::None), over_time);
    for good in [
        ("1", Time::Sum, Entity::Sum),
        ("2", Time::Latest, Entity::Ratio),
        ("2", Time::Sum, Entity::Ratio),
        ("2", Time::Latest, Entity::None),
        ("4", Time::Average, Entity::None),
        ("5", Time::None, Entity::None),
    ] {
        assert_eq!(of(good.0, good.1, good.2), [""; 0], "{good:?}");
    }
}

#[test]
fn agg_7_a_new_meaning_is_a_new_version_and_none_once_figures_have_the_old() {
    let changed = |mut indicator: Model, change: fn(&mut pb::Indicator)| {
        let mut draft: pb::Indicator = indicator.clone().into();
        change(&mut draft);
        (rule(update(&mut indicator, &draft, &by(Role::Coordinator))), indicator.version)
    };
    let meanings: [fn(&mut pb::Indicator); 9] = [
        |draft| draft.measure = "2".to_owned(),
        |draft| draft.unit = "forest".to_owned(),
        |draft| draft.descending = true,
        |draft| draft.time_aggregation = TimeAggregation::Latest.into(),
        |draft| draft.entity_aggregation = EntityAggregation::None.into(),
        |draft| draft.counting_basis = CountingBasis::Events.into(),
        |draft| draft.dimensions = Vec::new(),
        |draft| draft.disaggregation_mode = pb::indicator::DisaggregationMode::Cross.into(),
        |draft| draft.source = Source::System.into(),
    ];
    for (place, meaning) in meanings.into_iter().enumerate() {
        let and_none = move |draft: &mut pb::Indicator| {
            draft.entity_aggregation = EntityAggregation::None.into();
            draft.time_aggregation = TimeAggregation::Latest.into();
            meaning(draft);
        };
        let alone = |indicator: Model| {
            let mut indicator = indicator;
            let mut draft: pb::Indicator = indicator.clone().into();
            if place == 0 {
                and_none(&mut draft);
            } else {
                meaning(&mut draft);
            }
            (rule(update(&mut indicator, &draft, &by(Role::Coordinator))), indicator.version)
        };
        assert_eq!(alone(in_state(State::Draft)), ("", 1), "{place}: nobody could use it yet");
        assert_eq!(alone(in_state(State::Active)), ("", 2), "{place}");
        assert_eq!(alone(Model { in_use: true, ..in_state(State::Active) }), ("AGG-7", 1), "{place}");
        assert_eq!(alone(in_state(State::Deprecated)).0, "STATE", "{place}");
    }
    let title: fn(&mut pb::Indicator) = |draft| draft.title = text("Trees that stand");
    for state in [State::Draft, State::Active, State::Deprecated] {
        let used = Model { in_use: true, ..in_state(state) };
        assert_eq!(changed(used, title), ("", 1), "a title may always be put right");
    }
}

#[test]
fn an_indicator_is_opened_and_ended_by_coordinators_alone() {
    let mut indicator = in_state(State::Draft);
    assert_eq!(rule(take("ActivateIndicator", &mut indicator.clone(), &by(Role::Reviewer))), "PERMISSION");
    assert_eq!(rule(deprecate(&mut indicator.clone(), "", &by(Role::Coordinator))), "STATE");
    take("ActivateIndicator", &mut indicator, &by(Role::Coordinator)).unwrap();
    assert_eq!(rule(take("ActivateIndicator", &mut indicator.clone(), &by(Role::Coordinator))), "STATE");
    let itself = indicator.name.clone();
    assert_eq!(rule(deprecate(&mut indicator.clone(), &itself, &by(Role::Coordinator))), "INVALID");
    let silent = Call { reason: String::new(), ..by(Role::Coordinator) };
    assert_eq!(rule(deprecate(&mut indicator.clone(), "", &silent)), "INVALID");
    deprecate(&mut indicator, "indicators/other", &by(Role::Coordinator)).unwrap();
    let ended = (indicator.state.get(), indicator.successor.as_str(), indicator.state_reason.as_str());
    assert_eq!(ended, (State::Deprecated, "indicators/other", "it was unclear"));
    assert_eq!(rule(may_succeed(None)), "INVALID");
    assert_eq!(rule(may_succeed(Some(&in_state(State::Deprecated)))), "INVALID");
    assert_eq!(rule(may_succeed(Some(&in_state(State::Active)))), "");
}

#[test]
fn the_library_begins_with_the_indicators_of_the_network_in_both_languages() {
    let ids: BTreeSet<&str> = SEEDS.iter().map(|seed| seed.id).collect();
    assert_eq!((ids.len(), SEEDS.len()), (24, 24), "each once");
    for number in 1..=21 {
        assert!(ids.contains(format!("idt-i{number:02}").as_str()), "{number}");
    }
    for id in ["idt-i13-fair", "idt-i18-replications", "idt-i19-completion"] {
        assert!(ids.contains(id), "a row of two figures is two indicators: {id}");
    }
    for seed in SEEDS {
        let indicator = seed.indicator(NOW);
        assert_eq!(indicator.state, State::Active);
        let message: pb::Indicator = indicator.clone().into();
        for text in [&message.title, &message.definition] {
            let languages: Vec<_> = text.as_ref().unwrap().translations.keys().collect();
            assert_eq!(languages, ["en", "fr"], "{}", seed.id);
        }
        let again = create(seed.id, &message, &by(Role::Coordinator)).unwrap();
        let drafted = Model { state: State::Active.into(), uid: indicator.uid.clone(), ..again };
        assert_eq!(drafted, indicator, "a coordinator could have made it: {}", seed.id);
    }
    let system = SEEDS.iter().filter(|seed| seed.indicator(NOW).source == Source::System).count();
    assert_eq!(system, 14);
}
