//! On any network, the engine says what the reference says.

use std::collections::{BTreeMap, HashMap, HashSet};

use chassis::column::Micros;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::super::total::Line;
use super::super::{Book, Figure, Key, Level, Question, Total, Tree, aggregate};
use super::network::{Network, any_network, day};
use super::reference::{Answer, Asked, Place, answers};

pub(super) fn question(book: &Book, asked: &Asked, explain: bool) -> Question {
    let name = |text: &str| book.names.find(text).unwrap_or_default();
    let key = |key: &String| match key.as_str() {
        "YEAR" => Key::Year,
        "PERIOD" => Key::Period,
        "PARTNER" => Key::Partner,
        "NEED" => Key::Need,
        "RECOMMENDATION" => Key::Recommendation,
        "COUNTRY" => Key::Country,
        "PROJECT" => Key::Project,
        "TERRITORY *" => Key::Territory(Level::Children),
        key => match key.strip_prefix("TERRITORY ") {
            Some(kind) => Key::Territory(Level::Kind(kind.parse().unwrap())),
            None => Key::Dimension(name(key)),
        },
    };
    // What nothing bears the name of is not the empty name.
    let wanted =
        |text: &Option<String>| text.as_ref().map(|text| book.names.find(text).unwrap_or(name("NOT_STATED")));
    Question {
        indicators: Vec::new(),
        keys: asked.keys.iter().map(key).collect(),
        territory: wanted(&asked.territory),
        partners: wanted(&asked.partner).map(|partner| HashSet::from([partner])),
        merged: HashMap::from([(name("merged"), name("a"))]),
        need: wanted(&asked.need),
        recommendation: wanted(&asked.recommendation),
        project: wanted(&asked.project),
        from: asked.from,
        to: asked.to,
        open: asked.open.iter().map(|open| name(open)).collect(),
        ended_before: None,
        as_of: Micros(asked.as_of),
        explain,
    }
}

fn told(book: &Book, totals: &[Total<'_>], keys: usize) -> BTreeMap<Place, Answer> {
    let decimal = |part: super::super::Exact| part.decimal().unwrap();
    let text = |name| book.names.text(name).to_owned();
    let mut told = BTreeMap::new();
    for total in totals {
        let series = book.series[total.series as usize];
        let answer = |line: &Line<'_>| {
            let mut listed: Vec<(Decimal, Decimal)> = line
                .listed
                .iter()
                .map(Figure::amount)
                .map(|amount| amount.map(|amount| (decimal(amount.part), decimal(amount.whole))).unwrap())
                .collect();
            listed.sort();
            let value = line.amount.map(|amount| (decimal(amount.part), decimal(amount.whole)));
            // The engine counts those who did not report; the reference names them.
            let reported = line.reported.iter().map(|name| text(*name)).collect();
            (Answer { value, listed, reported, ..Answer::default() }, line.expected)
        };
        let place = |keys| (text(series.indicator), series.version, keys);
        told.insert(place(None), answer(&total.total));
        for line in &total.lines {
            let keys = line.keys.iter().take(keys).map(|key| text(*key)).collect();
            told.insert(place(Some(keys)), answer(line));
        }
    }
    told.into_iter()
        // A total may be without anything where a line has something: of another time, when it stood elsewhere.
        .filter(|(_, (_, expected))| *expected > 0)
        .map(|(place, (answer, expected))| {
            let unnamed = expected - answer.reported.len();
            let expected =
                answer.reported.iter().cloned().chain((0..unnamed).map(|at| format!("? {at}"))).collect();
            (place, Answer { expected, ..answer })
        })
        .collect()
}

fn keys() -> impl Strategy<Value = Vec<String>> {
    let one = prop::sample::select(vec![
        "YEAR",
        "PERIOD",
        "PARTNER",
        "NEED",
        "RECOMMENDATION",
        "COUNTRY",
        "PROJECT",
        "SEX",
        "TERRITORY 1",
        "TERRITORY 2",
        "TERRITORY 5",
        "TERRITORY *",
    ]);
    prop::collection::hash_set(one, 0..3).prop_map(|keys| {
        let keys: Vec<String> = keys.into_iter().map(str::to_owned).collect();
        let territory = keys.iter().position(|key| key.starts_with("TERRITORY"));
        // Territories at one level at a time.
        keys.iter()
            .enumerate()
            .filter(|(at, key)| !key.starts_with("TERRITORY") || Some(*at) == territory)
            .map(|(_, key)| key.clone())
            .collect()
    })
}

pub(super) fn any_question() -> impl Strategy<Value = Asked> {
    let maybe = |names: Vec<&'static str>| {
        prop::option::weighted(0.15, prop::sample::select(names).prop_map(str::to_owned))
    };
    let filters = (
        maybe(vec!["fr", "idf", "idf-1", "ara"]),
        maybe(vec!["a", "b"]),
        maybe(vec!["n1"]),
        maybe(vec!["r1"]),
        maybe(vec!["p0", "p1"]),
    );
    let days = (
        prop::option::weighted(0.15, Just(day("2024-07-01"))),
        prop::option::weighted(0.15, Just(day("2025-06-30"))),
    );
    (keys(), filters, days, prop::bool::weighted(0.15), 0..60_i64).prop_map(
        |(keys, (territory, partner, need, recommendation, project), (from, to), open, as_of)| {
            let children = keys.iter().any(|key| key == "TERRITORY *");
            let territory = if children { territory.or(Some("fr".to_owned())) } else { territory };
            let open = if open { vec!["periods/b".to_owned()] } else { Vec::new() };
            Asked { keys, territory, partner, need, recommendation, project, from, to, open, as_of }
        },
    )
}

fn ask<'b>(network: &Network, book: &'b Book, tree: &Tree, asked: &Asked, explain: bool) -> Vec<Total<'b>> {
    aggregate(book, tree, &network.rules(book), &question(book, asked, explain), &[]).unwrap()
}

proptest! {
    #![proptest_config(crate::result::tries(3000))]

    #[test]
    fn agg_1_to_9_totals_are_those_of_the_reference(network in any_network(), asked in any_question()) {
        let book = network.book();
        let tree = network.tree(&book);
        let totals = ask(&network, &book, &tree, &asked, false);
        let mut expected = answers(&network, &asked);
        for answer in expected.values_mut() {
            let unnamed = answer.expected.difference(&answer.reported).count();
            answer.expected = answer.reported.iter().cloned().chain((0..unnamed).map(|at| format!("? {at}"))).collect();
        }
        let found = told(&book, &totals, asked.keys.len());
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn agg_5_what_is_called_additive_adds_up(network in any_network(), asked in any_question()) {
        let book = network.book();
        let tree = network.tree(&book);
        for total in ask(&network, &book, &tree, &asked, false) {
            if !total.additive || asked.keys.is_empty() {
                continue;
            }
            let sum = total.lines.iter().filter_map(|line| line.amount).try_fold(
                super::super::exact::Amount::default(),
                |sum, amount| sum.plus(amount),
            );
            prop_assert_eq!(sum.unwrap(), total.total.amount.unwrap_or_default());
        }
    }

    #[test]
    fn bey_3_what_is_listed_gives_the_number(network in any_network(), asked in any_question()) {
        let book = network.book();
        let tree = network.tree(&book);
        for total in ask(&network, &book, &tree, &asked, true) {
            for line in total.lines.iter().chain([&total.total]) {
                let mut sums: BTreeMap<_, (Decimal, Decimal, i64)> = BTreeMap::new();
                for contribution in &line.contributions {
                    let amount = contribution.part.amount;
                    let days = contribution.weight.unwrap_or(1);
                    let sum = sums.entry(contribution.weight.map(|_| contribution.entry.line)).or_default();
                    let times = |part: super::super::Exact| part.decimal().unwrap() * Decimal::from(days);
                    *sum = (sum.0 + times(amount.part), sum.1 + times(amount.whole), sum.2 + days);
                }
                if let Some(amount) = line.amount {
                    let mean = |of: Option<&super::super::Name>, sum: Decimal, days: i64| match of {
                        Some(_) => (sum / Decimal::from(days))
                            .round_dp_with_strategy(6, rust_decimal::RoundingStrategy::MidpointAwayFromZero),
                        None => sum,
                    };
                    // A mean is of one time; over several, each line of the breakdown is asked by itself.
                    let part: Decimal = sums.iter().map(|(of, sum)| mean(of.as_ref(), sum.0, sum.2)).sum();
                    let whole: Decimal = sums.iter().map(|(of, sum)| mean(of.as_ref(), sum.1, sum.2)).sum();
                    prop_assert_eq!(part, amount.part.decimal().unwrap());
                    prop_assert_eq!(whole, amount.whole.decimal().unwrap());
                } else if !total.rules.listed() {
                    prop_assert!(line.contributions.is_empty());
                }
            }
        }
    }

    #[test]
    fn bey_4_a_book_read_in_pieces_is_the_book(network in any_network(), seed in any::<u64>()) {
        let whole = network.book();
        let mut pieces = network.book();
        let mut left = std::mem::take(&mut pieces.entries);
        // A correction is read again later: what was known of the value gives way.
        let earlier: Vec<_> = left.iter().take(3).cloned().map(|entry| super::super::Entry { superseded: Micros::MAX, ..entry }).collect();
        pieces.put(earlier);
        while !left.is_empty() {
            let at = usize::try_from(seed % 7).unwrap().min(left.len() - 1);
            let rest = left.split_off(at + 1);
            pieces.put(left);
            left = rest;
        }
        prop_assert_eq!(pieces.entries, whole.entries);
    }

    #[test]
    fn agg_6_a_territory_as_a_filter_is_its_line(network in any_network(), as_of in 0..60_i64) {
        let book = network.book();
        let tree = network.tree(&book);
        let by = |keys: &[&str], territory: Option<&str>| Asked {
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            territory: territory.map(str::to_owned),
            as_of,
            ..Asked::default()
        };
        for total in ask(&network, &book, &tree, &by(&["TERRITORY 2"], None), false) {
            for line in total.lines.iter().filter(|line| line.keys[0] != super::super::Name::NONE) {
                let region = book.names.text(line.keys[0]);
                let filtered = ask(&network, &book, &tree, &by(&[], Some(region)), false);
                let same = filtered.iter().find(|filtered| filtered.series == total.series);
                prop_assert_eq!(same.and_then(|same| same.total.amount), line.amount);
            }
        }
    }

    #[test]
    fn bey_4_what_happens_later_changes_no_earlier_answer(network in any_network(), asked in any_question()) {
        let book = network.book();
        let then = ask(&network, &book, &network.tree(&book), &asked, false);
        let mut forgotten = network.clone();
        let t = asked.as_of;
        forgotten.values.retain(|value| value.accepted <= t);
        forgotten.values.iter_mut().for_each(|value| value.superseded = value.superseded.filter(|end| *end <= t));
        forgotten.links.retain(|link| link.since <= t);
        forgotten.links.iter_mut().for_each(|link| link.until = link.until.filter(|end| *end <= t));
        let past = forgotten.book();
        let now = ask(&forgotten, &past, &forgotten.tree(&past), &asked, false);
        let numbers = |book: &Book, totals: &[Total<'_>]| -> BTreeMap<Place, (Answer, usize)> {
            let told = told(book, totals, asked.keys.len());
            told.into_iter().map(|(place, answer)| { let count = answer.expected.len(); (place, (answer, count)) }).collect()
        };
        // Of lines that nobody reported in, whole years may be told apart by what came later: those carry no number.
        let known = |numbers: BTreeMap<Place, (Answer, usize)>| -> BTreeMap<Place, Answer> {
            numbers.into_iter().map(|(place, (answer, _))| (place, Answer { expected: Default::default(), ..answer }))
                .filter(|(_, answer)| !answer.reported.is_empty()).collect()
        };
        prop_assert_eq!(known(numbers(&book, &then)), known(numbers(&past, &now)));
    }
}
