//! What is wrong with what was typed, and what it would change.

use chassis::error::Error;
use proto::common::import_problem::Severity;

use super::super::blame::blame;
use super::super::problem::Problems;
use super::*;

fn begun() -> (Ground, Desk) {
    let ground = ground();
    let desk = Desk::of(&template(&ground, None, Language::Fr));
    (ground, desk)
}

/// A report of the second half of 2025 that was accepted.
fn with_past(ground: &mut Ground, values: &[&str]) {
    for (index, value) in values.iter().enumerate() {
        let year = 2026 - i32::try_from(values.len() - index).unwrap();
        let days = (format!("{year}-01-01"), format!("{year}-12-31"));
        let days = (day(&days.0), day(&days.1));
        let mut report = rules::blank(&ground.project, "before", uuid::Uuid::nil(), days, reports::NOW);
        report.values = vec![figure("i", Some(number(value)))].into();
        ground.accepted.push(report);
    }
}

#[test]
fn values_are_taken_as_french_is_written_and_told_as_new_changed_or_unchanged() {
    let ground = ground();
    let report = full(&ground);
    let mut desk = Desk::of(&template(&ground, Some(&report), Language::Fr));
    desk.value("i", "1\u{202f}012,5");
    desk.value("i#SEX=FEMALE", "1 007,5");
    desk.value("share", 3);
    desk.type_in("Rapport", "share", OF, Some(Value::Text("4".to_owned())));
    let verdict = desk.check(&ground, Some(&report));
    let count = verdict.count.clone();
    assert_eq!((count.created, count.updated, count.unchanged, count.refused), (1, 2, 3, 0));
    let told: Vec<_> = verdict.changes.iter().map(|change| change.location.as_str()).collect();
    assert_eq!(told, ["Rapport!H4", "Rapport!H5", "Rapport!H9"]);
    assert_eq!(verdict.changes[0].old_value, Some(number("12.5")));
    assert_eq!(verdict.changes[0].new_value, Some(number("1012.5")));
    assert_eq!(verdict.draft.values[1].no_value_reason, "", "there is a value now");
    assert_eq!(verdict.draft.values[1].comment, "l'enquête n'est pas finie", "and what was said stays");
}

#[test]
fn bey_9_an_emptied_cell_takes_a_value_away_and_zero_does_not() {
    let ground = ground();
    let report = full(&ground);
    let mut desk = Desk::of(&template(&ground, Some(&report), Language::Fr));
    desk.value("i", 0);
    for part in ["i#SEX=FEMALE", "i#SEX=MALE", "i#SEX=OTHER"] {
        desk.value(part, "");
    }
    let verdict = desk.check(&ground, Some(&report));
    assert_eq!(wrong(&verdict), [""; 0]);
    let value = &verdict.draft.values[0];
    assert_eq!((value.actual.clone(), value.cells.len()), (Some(number("0")), 0));
    assert!(verdict.changes.iter().skip(1).all(|change| change.new_value.is_none()));
}

#[test]
fn the_same_problem_is_said_once_with_all_its_cells() {
    let (ground, mut desk) = begun();
    for key in ["i", "i#SEX=FEMALE", "i#SEX=MALE"] {
        desk.value(key, "une douzaine");
    }
    desk.value("share", "1,234");
    desk.type_in("Rapport", "share", OF, Some(Value::Text("5".to_owned())));
    let mut verdict = desk.check(&ground, None);
    assert!(verdict.holds_back());
    assert_eq!(verdict.count.refused, 4);
    let groups = super::super::problem::groups(&verdict.problems, Language::Fr);
    assert_eq!(groups.len(), 2);
    assert_eq!(groups[1].locations, ["Rapport!H4", "Rapport!H5", "Rapport!H6"]);
    assert!(groups[0].message.contains("1234 ou 1,2340"), "{}", groups[0].message);
    let (listed, left) = verdict.problems.listed(Language::Fr);
    assert_eq!((listed[0].found.as_str(), listed[0].line, left), ("une douzaine", 4, 0));
    assert_eq!(listed[0].severity(), Severity::Blocks);
}

#[test]
fn a_value_that_is_not_available_says_why() {
    let (ground, mut desk) = begun();
    desk.value("share", "n/d");
    assert_eq!(wrong(&desk.check(&ground, None)), ["REASON_MISSING Rapport!J9"]);
    desk.comment("share", "enquête reportée");
    let verdict = desk.check(&ground, None);
    assert_eq!(wrong(&verdict), [""; 0]);
    assert_eq!(verdict.draft.values[0].no_value_reason, "enquête reportée");
}

#[test]
fn prj_19_parts_have_a_total_and_add_up_to_it() {
    let (ground, mut desk) = begun();
    desk.value("i#SEX=FEMALE", 7);
    let verdict = desk.check(&ground, None);
    assert_eq!(wrong(&verdict), ["TOTAL_MISSING Rapport!H4"]);
    assert!(verdict.draft.values.is_empty(), "not even a draft has parts of nothing");
    desk.value("i", 8);
    let verdict = desk.check(&ground, None);
    assert_eq!(wrong(&verdict), ["SUM_DIFFERS Rapport!H4"]);
    assert!(verdict.problems.0[0].why.fr.contains('7') && verdict.problems.0[0].why.fr.contains('8'));
    desk.value("i#SEX=NOT_STATED", 1);
    assert_eq!(wrong(&desk.check(&ground, None)), [""; 0]);
}

#[test]
fn a_value_that_is_rather_a_slip_is_confirmed_by_a_comment() {
    for (past, time, value, code) in [
        (&["10"][..], TimeAggregation::Sum, 100, "VALUE_JUMPS"),
        (&["100"], TimeAggregation::Sum, 10, "VALUE_JUMPS"),
        (&["10", "12"], TimeAggregation::Sum, 34, "VALUE_LOOKS_CUMULATIVE"),
        (&["10"], TimeAggregation::Latest, 9, "VALUE_FALLS"),
        (&["10"], TimeAggregation::Max, 9, "VALUE_FALLS"),
    ] {
        let mut ground = ground();
        with_past(&mut ground, past);
        reports::library(&mut ground.promises[0]).time_aggregation = time.into();
        let mut desk = Desk::of(&template(&ground, None, Language::Fr));
        desk.value("i", value);
        let verdict = desk.check(&ground, None);
        assert_eq!(wrong(&verdict), [format!("{code} Rapport!H4")], "{past:?} {value}");
        assert_eq!(verdict.problems.0[0].severity, Severity::Doubtful);
        assert!(verdict.holds_back() && verdict.draft.values.is_empty());
        desk.comment("i", "nous avons compté deux fois");
        let verdict = desk.check(&ground, None);
        assert_eq!((wrong(&verdict).len(), verdict.count.created), (0, 1));
    }
    let mut ground = ground();
    with_past(&mut ground, &["10", "12"]);
    for value in [0, 2, 11, 22] {
        let mut desk = Desk::of(&template(&ground, None, Language::Fr));
        desk.value("i", value);
        assert_eq!(wrong(&desk.check(&ground, None)), [""; 0], "{value}");
    }
}

#[test]
fn what_someone_else_changed_meanwhile_is_shown_with_three_values() {
    let ground = ground();
    let report = full(&ground);
    let mut desk = Desk::of(&template(&ground, Some(&report), Language::Fr));
    let mut changed = report.clone();
    changed.values[0].actual = Some(number("13"));
    changed.values[0].cells[0] = cell("FEMALE", "8");
    desk.value("i", 14);
    let verdict = desk.check(&ground, Some(&changed));
    assert!(verdict.holds_back() && verdict.changes.is_empty());
    let [conflict] = verdict.conflicts.as_slice() else { panic!("{:?}", verdict.conflicts) };
    assert_eq!(conflict.location, "Rapport!H4");
    assert_eq!(
        (&conflict.template_value, &conflict.current_value, &conflict.file_value),
        (&Some(number("12.5")), &Some(number("13")), &Some(number("14")))
    );
    assert_eq!(verdict.draft.values[0].actual, Some(number("13")), "nobody's value is lost");
    assert_eq!(
        verdict.draft.values[0].cells[0],
        cell("FEMALE", "8"),
        "what was not touched here is as it is there"
    );
    desk.value("i", 13);
    assert!(!desk.check(&ground, Some(&changed)).holds_back(), "the same in both is no conflict");
}

#[test]
fn prj_18_prj_21_what_a_review_asks_for_is_told_of_its_cell() {
    let (ground, mut desk) = begun();
    let told = |desk: &Desk| {
        let verdict = desk.check(&ground, None);
        let report = rules::create("r", &verdict.draft, &ground, &reporter()).unwrap();
        let refused = rules::submit(&mut report.clone(), &ground, &reporter());
        let mut problems = Problems::default();
        if let Err(refusal) = refused {
            blame(refusal, &verdict.places, &mut problems).unwrap();
        }
        wrong(&Verdict { problems, ..Verdict::default() })
    };
    assert_eq!(told(&desk), ["REPORT_FIELDS Récit!C5"]);
    desk.type_in("Récit", "narrative.progress", 2, Some(Value::Text("Beaucoup.".to_owned())));
    assert_eq!(told(&desk), ["VALUE_MISSING Rapport!H4"]);
    desk.value("i", 95);
    let evidence = told(&desk);
    assert!(evidence[0].starts_with("PRJ-21 Récit!C"), "{evidence:?}");
    desk.type_in("Récit", "evidence.1", 2, Some(Value::Text("Enquête".to_owned())));
    desk.type_in("Récit", "evidence.1", 3, Some(Value::Text("https://example.org/e.pdf".to_owned())));
    assert_eq!(told(&desk), [""; 0]);
}

#[test]
fn what_is_told_in_words_is_looked_at_cell_by_cell() {
    let (ground, mut desk) = begun();
    let text = |text: &str| Some(Value::Text(text.to_owned()));
    desk.type_in("Récit", "ratings.budget", 2, text("bleu"));
    desk.type_in("Récit", "corrective_actions.1", 2, text("Recruter"));
    desk.type_in("Récit", "corrective_actions.1", 3, text("partners/nobody"));
    desk.type_in("Récit", "corrective_actions.1", 4, text("demain"));
    desk.type_in("Récit", "evidence.2", 2, text("Sans adresse"));
    let verdict = desk.check(&ground, None);
    let told = wrong(&verdict);
    assert!(
        told[0].starts_with("CHOICE_UNKNOWN Récit!C") && told[1].starts_with("DATE_EXPECTED Récit!E"),
        "{told:?}"
    );
    let refusal = rules::create("r", &verdict.draft, &ground, &reporter()).unwrap_err();
    assert!(matches!(refusal, Error::Invalid { .. }));
    let mut problems = Problems::default();
    blame(refusal, &verdict.places, &mut problems).unwrap();
    let told = wrong(&Verdict { problems, ..Verdict::default() });
    assert!(told.iter().all(|told| told.starts_with("FIELD_INVALID Récit!")), "{told:?}");
    assert!(told.iter().any(|told| told.contains("!D")), "who does it: {told:?}");
}

#[test]
fn a_date_that_two_people_read_differently_is_asked_back() {
    let ground = ground();
    let mut desk = Desk::of(&template(&ground, None, Language::En));
    let text = |text: &str| Some(Value::Text(text.to_owned()));
    desk.type_in("Story", "corrective_actions.1", 2, text("Hire"));
    desk.type_in("Story", "corrective_actions.1", 4, text("03/04/2026"));
    assert!(wrong(&desk.check(&ground, None))[0].starts_with("DATE_AMBIGUOUS Story!E"));
}

#[test]
fn texts_in_other_languages_stay() {
    let ground = ground();
    let report = full(&ground);
    let mut desk = Desk::of(&template(&ground, Some(&report), Language::Fr));
    desk.type_in("Récit", "narrative.progress", 2, Some(Value::Text("Plus encore.".to_owned())));
    desk.type_in("Récit", "narrative.lessons", 2, None);
    let narrative = desk.check(&ground, Some(&report)).draft.narrative.unwrap();
    let progress = narrative.progress.unwrap().translations;
    assert_eq!(
        (progress["fr"].text.as_str(), progress["en"].text.as_str()),
        ("Plus encore.", "Much was done.")
    );
    let lessons = narrative.lessons.unwrap();
    assert_eq!(lessons.translations.keys().collect::<Vec<_>>(), ["en"]);
}
