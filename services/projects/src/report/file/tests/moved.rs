//! What people do to a spreadsheet: sort it, move it, paste over it.

use super::*;

fn typed() -> (Ground, Desk) {
    let ground = ground();
    let mut desk = Desk::of(&template(&ground, None, Language::Fr));
    desk.value("i", 12);
    desk.value("i#SEX=FEMALE", 7);
    desk.value("i#SEX=MALE", 5);
    desk.value("share", 3);
    desk.type_in("Rapport", "share", OF, Some(Value::Number(4.into())));
    (ground, desk)
}

#[test]
fn rows_may_be_sorted_and_columns_moved_and_added() {
    let (ground, mut desk) = typed();
    let straight = desk.check(&ground, None);
    assert_eq!((straight.count.created, wrong(&straight).len()), (4, 0));
    let cells = std::mem::take(desk.sheet("Rapport"));
    let last = cells.keys().map(|(row, _)| *row).max().unwrap();
    // From the last row to the first, two rows lower; the columns after the key three further; one of their own between.
    let moved = cells.into_iter().map(|((row, column), value)| {
        let row = if row > 2 { last + 3 - row + 2 } else { row + 2 };
        ((row, if column == 0 { 0 } else { column + 3 }), value)
    });
    *desk.sheet("Rapport") = moved.collect();
    desk.sheet("Rapport").insert((4, 1), Value::Text("Mes notes".to_owned()));
    desk.sheet("Rapport").insert((6, 1), Value::Text("demander à Awa".to_owned()));
    let filled = desk.filled();
    assert_eq!(filled.ignored, ["Rapport!B5 (Mes notes)"]);
    let verdict = check::check(&filled, &ground, None);
    assert_eq!(wrong(&verdict), [""; 0]);
    assert_eq!(verdict.draft, straight.draft);
    assert_ne!(verdict.changes[0].location, straight.changes[0].location, "each cell where it stands now");
}

#[test]
fn sheets_that_nobody_asked_for_are_ignored_and_listed() {
    let (ground, mut desk) = typed();
    let own = BTreeMap::from([((0, 0), Value::Text("x".to_owned()))]);
    desk.0.push(("Brouillon".to_owned(), own.clone()));
    desk.0.push(("À corriger".to_owned(), own));
    let filled = desk.filled();
    assert_eq!(filled.ignored, ["Brouillon"]);
    assert!(!check::check(&filled, &ground, None).holds_back());
}

#[test]
fn rows_that_were_deleted_change_nothing() {
    let ground = ground();
    let report = full(&ground);
    let mut desk = Desk::of(&template(&ground, Some(&report), Language::Fr));
    let row = desk.row("Rapport", "i#SEX=FEMALE");
    desk.sheet("Rapport").retain(|(at, _), _| *at != row);
    let verdict = desk.check(&ground, Some(&report));
    assert_eq!(wrong(&verdict), ["ROWS_MISSING "]);
    assert!(verdict.changes.is_empty() && !verdict.holds_back());
    assert_eq!(verdict.draft.values[0].cells.len(), 3);
}

#[test]
fn what_was_pasted_over_keys_is_told_by_its_cell() {
    let (ground, mut desk) = typed();
    let row = desk.row("Rapport", "i#SEX=MALE");
    desk.type_in("Rapport", "i#SEX=MALE", 0, None);
    let verdict = desk.check(&ground, None);
    assert_eq!(wrong(&verdict)[0], format!("ROW_WITHOUT_KEY Rapport!H{}", row + 1));
    let (ground, mut desk) = typed();
    desk.type_in("Rapport", "i#SEX=MALE", 0, Some(Value::Text("i#SEX=FEMALE".to_owned())));
    let verdict = desk.check(&ground, None);
    assert_eq!(wrong(&verdict).iter().filter(|wrong| wrong.starts_with("ROW_TWICE")).count(), 2);
    let (ground, mut desk) = typed();
    desk.type_in("Rapport", "share", 0, Some(Value::Text("gone".to_owned())));
    assert!(wrong(&desk.check(&ground, None)).iter().any(|wrong| wrong.starts_with("ROW_UNKNOWN Rapport!H")));
    let (_, mut desk) = typed();
    desk.sheet("Rapport").retain(|(_, column), _| *column != 0);
    let refused = reading::read(&open(&desk.xlsx())).unwrap_err();
    assert!(refused.to_string().contains("take the template again"), "{refused}");
}

#[test]
fn without_its_memory_a_file_says_what_to_copy() {
    let (_, mut desk) = typed();
    desk.0.retain(|(name, _)| name != "_meta");
    let refused = reading::read(&open(&desk.xlsx())).unwrap_err();
    assert!(refused.to_string().contains("_meta"), "{refused}");
    let refused = reading::read(&open(b"a;b\n1;2\n")).unwrap_err();
    assert!(refused.to_string().contains("template"), "{refused}");
}

#[test]
fn prj_20_what_the_registry_computes_is_not_taken_from_a_row_that_was_made_up() {
    let (ground, mut desk) = typed();
    let rows = desk.sheet("Rapport");
    rows.insert((40, 0), Value::Text("computed".to_owned()));
    rows.insert((40, VALUE), Value::Number(7.into()));
    assert_eq!(wrong(&desk.check(&ground, None)), ["VALUE_COMPUTED Rapport!H41"]);
}
