//! Each rule by itself, on a network made by hand.

use std::sync::Arc;

use proto::projects::exclusion::Reason;
use proto::projects::indicator::{CountingBasis, EntityAggregation, TimeAggregation};

use super::super::super::cover::cover;
use super::super::book::Cell;
use super::super::exact::Amount;
use super::super::{Book, Exact, Kind, Line, Name, Question, Total, aggregate};
use super::network::{Network, territories};
use super::property::question;
use super::reference::Asked;

const H1: &str = "2025-01-01/2025-06-30";
const H2: &str = "2025-07-01/2025-12-31";
const Y24: &str = "2024-01-01/2024-12-31";

fn network(time: TimeAggregation, entity: EntityAggregation) -> Network {
    let mut network = Network { territories: territories(), ..Network::default() };
    network.rule("i", time, entity);
    for project in ["p1", "p2"] {
        network.project(project, &["i"], &[]);
    }
    network
}

fn sum() -> Network {
    network(TimeAggregation::Sum, EntityAggregation::Sum)
}

/// What a line says, in words: `-` where there is nothing.
fn amount(line: &Line<'_>) -> String {
    match line.amount {
        None => "-".to_owned(),
        Some(amount) => {
            let text = |part: Exact| part.decimal().unwrap().to_string();
            let whole = text(amount.whole);
            if amount.whole == Exact::ZERO {
                text(amount.part)
            } else {
                format!("{}/{whole}", text(amount.part))
            }
        }
    }
}

/// The total and the lines of each series, as `total | key value …`.
fn told(network: &Network, keys: &[&str], change: impl Fn(&mut Asked)) -> Vec<String> {
    let book = network.book();
    let mut asked =
        Asked { keys: keys.iter().map(|key| (*key).to_owned()).collect(), as_of: 1000, ..Asked::default() };
    change(&mut asked);
    let totals =
        aggregate(&book, &network.tree(&book), &network.rules(&book), &question(&book, &asked, false), &[]);
    totals.unwrap().iter().map(|total| shown(&book, total)).collect()
}

fn shown(book: &Book, total: &Total<'_>) -> String {
    let line = |line: &Line<'_>| {
        let keys: Vec<&str> =
            line.keys.iter().map(|key| book.names.text(*key)).filter(|key| !key.is_empty()).collect();
        format!(" | {} {}", keys.join("+"), amount(line))
    };
    format!("{}{}", amount(&total.total), total.lines.iter().map(line).collect::<String>())
}

#[test]
fn agg_1_only_accepted_and_uncorrected_values_count() {
    let mut network = sum();
    network.value("p1", "i", H1, "5").superseded = Some(4);
    network.value("p1", "i", H1, "7").accepted = 4;
    network.value("p2", "i", H1, "100").accepted = i64::MAX;
    assert_eq!(told(&network, &[], |_| {}), ["7"]);
}

#[test]
fn agg_2_over_time_a_project_is_summed_or_its_last_its_mean_or_its_greatest() {
    let of = |time| {
        let mut network = network(time, EntityAggregation::Sum);
        network.value("p1", "i", Y24, "10");
        network.value("p1", "i", H1, "4");
        network.value("p1", "i", H2, "6");
        network.value("p2", "i", H2, "1");
        told(&network, &["YEAR"], |_| {})[0].clone()
    };
    assert_eq!(of(TimeAggregation::Sum), "21 | 2024 10 | 2025 11");
    assert_eq!(of(TimeAggregation::Latest), "7 | 2024 10 | 2025 7");
    assert_eq!(of(TimeAggregation::Max), "11 | 2024 10 | 2025 7");
    // 366 days of 10, 181 of 4, 184 of 6.
    assert_eq!(of(TimeAggregation::Average), "8.507524 | 2024 10 | 2025 6.008219");
}

#[test]
fn agg_3_shares_are_the_sum_of_the_parts_over_the_sum_of_the_wholes() {
    let mut network = network(TimeAggregation::Latest, EntityAggregation::Ratio);
    network.value("p1", "i", H1, "1").amount = Some((1.into(), Some(2.into())));
    network.value("p2", "i", H1, "1").amount = Some((1.into(), Some(8.into())));
    assert_eq!(told(&network, &[], |_| {}), ["2/10"]);
}

#[test]
fn agg_3_what_is_not_added_up_is_listed() {
    let mut network = network(TimeAggregation::Latest, EntityAggregation::None);
    for (project, value) in [("p1", "3.5"), ("p2", "4")] {
        network.value(project, "i", H1, value);
    }
    let book = network.book();
    let asked = question(&book, &Asked { as_of: 9, ..Asked::default() }, false);
    let totals = aggregate(&book, &network.tree(&book), &network.rules(&book), &asked, &[]).unwrap();
    assert_eq!((totals[0].total.amount, totals[0].total.listed.len(), totals[0].additive), (None, 2, true));
}

#[test]
fn agg_4_persons_of_several_projects_are_an_upper_bound_and_events_are_not() {
    let bounds = |basis, projects: &[&str]| {
        let mut network = sum();
        network.rules.get_mut("i").unwrap().basis = basis;
        for project in projects {
            network.value(project, "i", H1, "5");
        }
        let book = network.book();
        let asked = Asked { keys: vec!["PROJECT".to_owned()], as_of: 9, ..Asked::default() };
        let asked = question(&book, &asked, false);
        let totals = aggregate(&book, &network.tree(&book), &network.rules(&book), &asked, &[]).unwrap();
        let Total { rules, total, lines, .. } = &totals[0];
        (total.upper_bound(*rules), lines.iter().any(|line| line.upper_bound(*rules)))
    };
    assert_eq!(bounds(CountingBasis::UniquePersons, &["p1", "p2"]), (true, false));
    assert_eq!(bounds(CountingBasis::UniquePersons, &["p1"]), (false, false));
    assert_eq!(bounds(CountingBasis::UniquePersons, &[]), (false, false));
    assert_eq!(bounds(CountingBasis::Events, &["p1", "p2"]), (false, false));
}

/// What is not shown of a total of 63 persons, events or things by sex.
fn covered(basis: CountingBasis) -> (bool, Vec<bool>) {
    let mut network = sum();
    network.rules.get_mut("i").unwrap().basis = basis;
    let cell = |code: &str, count: i64| (vec![("SEX".to_owned(), code.to_owned())], count.into(), 0.into());
    network.value("p1", "i", H1, "63").cells =
        vec![cell("FEMALE", 40), cell("MALE", 20), cell("NOT_STATED", 3)];
    let (book, asked) =
        (network.book(), Asked { keys: vec!["SEX".to_owned()], as_of: 9, ..Asked::default() });
    let (tree, rules, asked) = (network.tree(&book), network.rules(&book), question(&book, &asked, false));
    let add_up = |asked: &Question| {
        Ok(aggregate(&book, &tree, &rules, asked, &[])?.into_iter().map(Arc::new).collect::<Vec<_>>())
    };
    let totals = add_up(&asked).unwrap();
    let cover = &cover(&tree, &asked, &totals, add_up, 5).unwrap()[0];
    (cover.total, totals[0].lines.iter().map(|line| cover.hides(line.keys)).collect())
}

#[test]
fn agg_8_public_totals_of_persons_pass_suppression_and_of_things_need_not() {
    assert_eq!(covered(CountingBasis::UniquePersons), (false, vec![false, true, true]));
    assert_eq!(covered(CountingBasis::Things), (false, vec![false; 3]));
}

#[test]
fn agg_5_a_programme_counts_through_its_parts_and_a_project_once() {
    let mut network = sum();
    network.link("p2", Kind::Parent, "p1", 0, None);
    network.value("p1", "i", H1, "50");
    network.value("p2", "i", H1, "5");
    for partner in ["a", "b"] {
        network.link("p2", Kind::Partner, partner, 0, None);
    }
    assert_eq!(told(&network, &["PARTNER"], |_| {}), ["5 | a 5 | b 5"]);
    let rules = network.rules["i"];
    for (key, adds_up) in [("PARTNER", false), ("YEAR", true), ("COUNTRY", false), ("SEX", true)] {
        let asked = Asked { keys: vec![key.to_owned()], ..Asked::default() };
        let keys = question(&network.book(), &asked, false).keys;
        assert_eq!(super::super::total::additive(rules, &keys), adds_up, "{key}");
    }
}

#[test]
fn agg_6_territories_follow_the_tree() {
    let mut network = sum();
    for (project, territory) in [("p1", "idf-1"), ("p1", "idf-2"), ("p2", "idf-1"), ("p2", "ara-1")] {
        network.link(project, Kind::Territory, territory, 0, None);
    }
    network.value("p1", "i", H1, "5");
    network.value("p2", "i", H1, "7");
    // p1 lies in one region; p2 in two, and does not say how much is in which.
    assert_eq!(told(&network, &["TERRITORY 2"], |_| {}), ["12 |  7 | idf 5"]);
    assert_eq!(told(&network, &["TERRITORY 1"], |_| {}), ["12 | fr 12"]);
    let cell =
        |town: &str, part: i64| (vec![("TERRITORY".to_owned(), town.to_owned())], part.into(), 0.into());
    network.value("p2", "i", H2, "10").cells = vec![cell("idf-1", 6), cell("ara-1", 4)];
    assert_eq!(told(&network, &["TERRITORY 2"], |_| {}), ["22 |  7 | ara 4 | idf 11"]);
    let children = |asked: &mut Asked| asked.territory = Some("idf".to_owned());
    assert_eq!(told(&network, &["TERRITORY *"], children), ["11 |  5 | idf-1 6"]);
}

#[test]
fn agg_7_versions_are_never_mixed() {
    let mut network = sum();
    network.value("p1", "i", H1, "5");
    network.value("p2", "i", H1, "7").version = 2;
    assert_eq!(told(&network, &[], |_| {}), ["5", "7"]);
}

#[test]
fn agg_9_an_answer_says_who_was_expected_and_who_reported() {
    let mut network = sum();
    network.project("p3", &["i"], &[(Kind::Country, "SN")]);
    network.value("p1", "i", H1, "5");
    let book = network.book();
    let asked = Asked { keys: vec!["COUNTRY".to_owned()], as_of: 9, ..Asked::default() };
    let totals =
        aggregate(&book, &network.tree(&book), &network.rules(&book), &question(&book, &asked, false), &[]);
    let count = |line: &Line<'_>| (line.expected, line.reported.len(), line.amount.is_some());
    let totals = totals.unwrap();
    assert_eq!(count(&totals[0].total), (3, 1, true));
    let lines: Vec<_> =
        totals[0].lines.iter().map(|line| (book.names.text(line.keys[0]), count(line))).collect();
    assert_eq!(lines, [("", (2, 1, true)), ("SN", (1, 0, false))]);
}

#[test]
fn bey_9_zero_is_added_and_nothing_is_not() {
    let mut network = sum();
    network.value("p1", "i", H1, "0");
    network.value("p2", "i", H1, "1").amount = None;
    assert_eq!(told(&network, &["PROJECT"], |_| {}), ["0 | p1 0 | p2 -"]);
}

#[test]
fn les_1_a_reported_zero_stays_zero() {
    let mut network = network(TimeAggregation::Latest, EntityAggregation::Ratio);
    network.value("p1", "i", Y24, "9").amount = Some((9.into(), Some(10.into())));
    network.value("p1", "i", H1, "0").amount = Some((0.into(), Some(0.into())));
    assert_eq!(told(&network, &["YEAR"], |_| {}), ["0 | 2024 9/10 | 2025 0"]);
}

#[test]
fn les_2_a_hand_over_between_reporters_doubles_nothing() {
    let mut network = network(TimeAggregation::Latest, EntityAggregation::Sum);
    network.link("p1", Kind::Partner, "a", 0, Some(2));
    network.value("p1", "i", Y24, "40");
    network.link("p1", Kind::Partner, "b", 2, None);
    network.value("p1", "i", H1, "42").accepted = 5;
    assert_eq!(told(&network, &["PARTNER"], |_| {}), ["42 |  - | b 42"]);
    let asked = |asked: &mut Asked| asked.partner = Some("b".to_owned());
    assert_eq!(told(&network, &[], asked), ["42"]);
}

#[test]
fn les_3_parts_keep_their_rule_over_time() {
    for (time, total) in [(TimeAggregation::Max, "11"), (TimeAggregation::Latest, "7")] {
        let mut network = network(time, EntityAggregation::Sum);
        network.link("p1", Kind::Parent, "p0", 0, None);
        network.link("p2", Kind::Parent, "p0", 0, None);
        for (project, period, value) in [("p1", Y24, "8"), ("p1", H1, "4"), ("p2", H1, "3")] {
            network.value(project, "i", period, value);
        }
        assert_eq!(told(&network, &[], |asked| asked.project = Some("p0".to_owned())), [total], "{time:?}");
    }
}

#[test]
fn les_4_negative_values_are_added_as_they_are() {
    let mut network = sum();
    for value in ["-5", "3", "-0.5"] {
        network.value("p1", "i", H1, value);
    }
    assert_eq!(told(&network, &[], |_| {}), ["-2.5"]);
}

#[test]
fn les_5_a_late_correction_of_an_earlier_period_reaches_every_total() {
    let mut network = sum();
    network.value("p1", "i", Y24, "10").superseded = Some(8);
    network.value("p1", "i", H1, "4");
    network.value("p1", "i", Y24, "12").accepted = 8;
    assert_eq!(told(&network, &["YEAR"], |_| {}), ["16 | 2024 12 | 2025 4"]);
    assert_eq!(told(&network, &["YEAR"], |asked| asked.as_of = 7), ["14 | 2024 10 | 2025 4"]);
}

#[test]
fn les_6_periods_to_come_carry_nothing() {
    let mut network = network(TimeAggregation::Latest, EntityAggregation::Sum);
    network.value("p1", "i", Y24, "10");
    assert_eq!(told(&network, &["YEAR"], |_| {}), ["10 | 2024 10"]);
    let later = |asked: &mut Asked| asked.from = Some(super::network::day("2025-01-01"));
    assert_eq!(told(&network, &[], later), ["-"]);
}

#[test]
fn les_7_what_the_library_does_not_know_is_counted_apart_and_not_dropped() {
    let mut network = sum();
    network.value("p1", "i", H1, "5");
    for (project, period) in [("p1", H1), ("p1", H2), ("p2", H1)] {
        network.value(project, "", period, "3");
    }
    network.value("p2", "", H2, "3").superseded = Some(8);
    network.value("p2", "", H2, "3").amount = None;
    network.link("p1", Kind::Need, "n1", 0, None);
    assert_eq!(told(&network, &[], |_| {}), ["5"]);
    let book = network.book();
    let apart = |change: fn(&mut Asked)| {
        let mut asked = Asked { as_of: 99, ..Asked::default() };
        change(&mut asked);
        super::super::alone(&book, &network.tree(&book), &question(&book, &asked, false)).len()
    };
    assert_eq!(apart(|_| {}), 3);
    assert_eq!(apart(|asked| asked.need = Some("n1".to_owned())), 2);
    assert_eq!(apart(|asked| asked.as_of = 2), 1);
}

#[test]
fn les_11_a_territory_taken_from_a_project_takes_nothing_from_what_was_accepted() {
    let mut network = sum();
    network.link("p1", Kind::Territory, "idf-1", 0, Some(5));
    network.link("p1", Kind::Territory, "ara-1", 5, None);
    network.value("p1", "i", H1, "3");
    network.value("p1", "i", H2, "4").accepted = 7;
    assert_eq!(told(&network, &["TERRITORY 2"], |_| {}), ["7 |  - | ara 4 | idf 3"]);
}

#[test]
fn bey_8_a_link_that_an_imported_project_lacked_counts_once_it_is_made() {
    let mut network = sum();
    network.value("p1", "i", H1, "3");
    network.link("p1", Kind::Need, "n1", 5, None);
    assert_eq!(told(&network, &["NEED"], |asked| asked.as_of = 4), ["3 |  3"]);
    assert_eq!(told(&network, &["NEED"], |_| {}), ["3 |  - | n1 3"]);
}

#[test]
fn bey_3_what_was_left_out_is_named_with_the_reason() {
    let mut network = network(TimeAggregation::Latest, EntityAggregation::Sum);
    network.link("p3", Kind::Parent, "p2", 0, None);
    for (project, period) in [("p1", Y24), ("p1", H1), ("p2", H1), ("p1", H2)] {
        network.value(project, "i", period, "5");
    }
    network.values[1].superseded = Some(9);
    network.value("p1", "i", "2026-01-01/2026-06-30", "1").amount = None;
    network.value("p1", "i", "2026-07-01/2026-12-31", "1").version = 2;
    network.value("p1", "i", "2025-10-01/2026-03-31", "1");
    let book = network.book();
    let mut asked = question(&book, &Asked { as_of: 99, ..Asked::default() }, true);
    asked.to = Some(super::network::day("2025-12-31"));
    let waiting: Vec<_> =
        book.entries.iter().filter(|entry| entry.figure == super::super::Figure::Nothing).cloned().collect();
    asked.to = Some(super::network::day("2026-12-31"));
    asked.open.insert(book.names.find("periods/2025-10-01").unwrap());
    let totals = aggregate(&book, &network.tree(&book), &network.rules(&book), &asked, &waiting).unwrap();
    let mut reasons: Vec<Reason> =
        totals[0].total.exclusions.iter().map(|exclusion| exclusion.reason).collect();
    reasons.sort();
    assert_eq!(
        reasons,
        [
            Reason::NotAccepted,
            Reason::Superseded,
            Reason::NotLeaf,
            Reason::OtherVersion,
            Reason::NotLatest,
            Reason::OutsidePeriod,
            Reason::NoValue
        ]
    );
    assert_eq!(totals[0].total.contributions.len(), 1);
}

#[test]
fn a_sum_that_does_not_fit_is_refused() {
    let mut network = sum();
    network.value("p1", "i", H1, "1");
    network.value("p2", "i", H1, "1");
    let mut book = network.book();
    for entry in &mut book.entries {
        entry.figure = super::super::Figure::Number(Amount::number(Exact(i128::MAX)));
        entry.cells = [Cell { place: Box::default(), amount: Amount::default() }].into();
    }
    let asked = question(&book, &Asked { as_of: 99, ..Asked::default() }, false);
    assert!(aggregate(&book, &network.tree(&book), &network.rules(&book), &asked, &[]).is_err());
    assert_eq!(Name::NONE, Name::default());
}
