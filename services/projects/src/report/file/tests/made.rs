//! What a template asks for, and what it holds already.

use super::*;

#[test]
fn a_template_asks_for_each_indicator_and_each_part_but_not_for_what_is_computed() {
    let ground = ground();
    for (language, names, total) in [
        (Language::En, ["Read me", "Report", "Story", "Lists", "_meta"], "People helped"),
        (Language::Fr, ["Lisez-moi", "Rapport", "Récit", "Listes", "_meta"], "Personnes accompagnées"),
    ] {
        let workbook = template(&ground, None, language);
        assert_eq!(workbook.sheets.iter().map(|sheet| sheet.name.as_str()).collect::<Vec<_>>(), names);
        let report = &workbook.sheets[1];
        let keys: Vec<String> = (3..).map_while(|row| report.get(row, 0)).map(Value::words).collect();
        assert_eq!(
            keys,
            ["i", "i#SEX=FEMALE", "i#SEX=MALE", "i#SEX=OTHER", "i#SEX=NOT_STATED", "share", "words"]
        );
        assert_eq!(report.get(3, 1).unwrap().words(), total);
        assert_eq!(report.get(3, 5), Some(&Value::Number(100.into())), "the target of the period");
        assert_eq!(report.get(3, 4), Some(&Value::Number(0.into())), "a start of 0 is one");
        assert_eq!(report.get(3, VALUE), None);
    }
}

#[test]
fn the_period_before_is_shown_beside_and_later_ones_are_not() {
    let mut ground = ground();
    let of = |start: &str, end: &str, value: &str| {
        let mut report =
            rules::blank(&ground.project, start, uuid::Uuid::nil(), (day(start), day(end)), reports::NOW);
        report.values = vec![figure("i", Some(number(value)))].into();
        report
    };
    ground.accepted = vec![
        of("2025-01-01", "2025-06-30", "5"),
        of("2025-07-01", "2025-12-31", "0"),
        of("2026-07-01", "2026-12-31", "9"),
    ];
    let workbook = template(&ground, None, Language::Fr);
    assert_eq!(workbook.sheets[1].get(3, 6), Some(&Value::Number(0.into())));
}

#[test]
fn what_comes_back_untouched_changes_nothing_whatever_it_was_saved_as() {
    let ground = ground();
    let report = full(&ground);
    for language in [Language::En, Language::Fr] {
        let made = ask(&ground, Some(&report), language);
        let desk = Desk::of(&open(&made.book().write().unwrap()));
        for (kind, file) in [
            ("as made", made.book().write().unwrap()),
            ("xlsx", desk.xlsx()),
            ("ods", desk.ods()),
            ("csv", made.table()),
        ] {
            let verdict = check::check(&reading::read(&open(&file)).unwrap(), &ground, Some(&report));
            assert_eq!(wrong(&verdict), [""; 0], "{kind} {language:?}");
            assert!(
                verdict.changes.is_empty() && verdict.conflicts.is_empty(),
                "{kind}: {:?}",
                verdict.changes
            );
            assert_eq!((verdict.count.unchanged, verdict.count.refused), (5, 0), "{kind}");
            let mut again = report.clone();
            rules::update(&mut again, &verdict.draft, &ground).unwrap();
            assert_eq!(again, report, "{kind} {language:?}");
        }
    }
}

#[test]
fn a_template_is_read_whatever_language_it_is_in() {
    let ground = ground();
    let mut desk = Desk::of(&template(&ground, None, Language::En));
    desk.type_in("Report", "i", VALUE, Some(Value::Text("1.234".to_owned())));
    let verdict = desk.check(&ground, None);
    assert_eq!(verdict.draft.values[0].actual, Some(number("1.234")), "as English is written");
}

#[test]
fn two_thousand_indicators_make_a_spreadsheet_that_is_taken_back() {
    let mut ground = ground();
    let people = ground.promises[0].clone();
    ground.promises = (0..2000)
        .map(|index| {
            let mut promise = people.clone();
            promise.name = format!("projects/p/projectIndicators/i{index}");
            promise
        })
        .collect();
    let file = ask(&ground, None, Language::Fr).book().write().unwrap();
    assert!(file.len() < 3 << 20, "{}", file.len());
    let workbook = open(&file);
    assert_eq!(workbook.sheets[1].rows().len(), 2 + 1 + 2000 * 5);
    let filled = reading::read(&workbook).unwrap();
    let verdict = check::check(&filled, &ground, None);
    assert!(!verdict.holds_back() && verdict.changes.is_empty());
}

#[test]
fn a_template_of_another_version_says_what_to_copy() {
    let mut desk = Desk::of(&template(&ground(), None, Language::Fr));
    desk.sheet("_meta").insert((0, 1), Value::Text("ensemble-report/0".to_owned()));
    let refused = reading::read(&open(&desk.xlsx())).unwrap_err();
    assert!(refused.to_string().contains("columns Value, Out of and Comment"), "{refused}");
}
