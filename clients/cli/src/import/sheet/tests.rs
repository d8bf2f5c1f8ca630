//! What people read of a spreadsheet that they sent.

use super::*;
use crate::contract;

fn result(json: serde_json::Value) -> DynamicMessage {
    let kind = contract::method("ReportService/CheckReportFile").unwrap().output();
    crate::fake::message(&kind, json)
}

fn read(language: Language, result: &DynamicMessage, dry: bool, blocked: bool) -> String {
    let store = crate::session::Store { folder: PathBuf::new() };
    let nobody = crate::call::Client::new(String::new(), language, "test".to_owned(), store);
    let output = crate::print::Output::new(language, Some("never"));
    let app = App { language, output, ..crate::fake::app(nobody) };
    page(&app, Path::new("dossier/rapport.xlsx"), result, dry, blocked, None, 3)
}

fn checked(refused: i32) -> serde_json::Value {
    serde_json::json!({
        "importReport": { "counts": [{ "noun": "value", "created": 12, "updated": 1, "unchanged": 5, "refused": refused }] },
        "changes": [{
            "location": "Rapport!H4",
            "oldValue": { "decimal": { "value": "12" } },
            "newValue": { "ratio": { "numerator": "3", "denominator": "4" } },
        }],
    })
}

#[test]
fn a_check_says_what_would_change_and_that_nothing_was_saved() {
    let page = read(Language::Fr, &result(checked(0)), true, false);
    assert!(page.starts_with("rapport.xlsx : vérifié ; rien n'a été enregistré"), "{page}");
    assert!(page.contains("Changerait (1)") && page.contains("Rapport!H4  12 → 3/4"), "{page}");
    assert!(page.ends_with("→ envoyez-le : ensemble report submit dossier/rapport.xlsx\n"), "{page}");
    let page = read(Language::En, &result(checked(0)), true, false);
    assert!(page.starts_with("rapport.xlsx: checked; nothing has been saved"), "{page}");
}

#[test]
fn the_same_problem_is_read_once_with_its_cells() {
    let mut json = checked(2);
    let cells: Vec<String> = (4..30).map(|row| format!("Rapport!H{row}")).collect();
    json["groups"] = serde_json::json!([
        { "code": "NUMBER_EXPECTED", "severity": "SEVERITY_BLOCKS", "message": "pas un nombre", "locations": cells },
        { "code": "VALUE_JUMPS", "severity": "SEVERITY_DOUBTFUL", "message": "dix fois plus", "locations": ["Rapport!H40"] },
    ]);
    json["ignored"] = serde_json::json!(["Brouillon"]);
    json["conflicts"] = serde_json::json!([{
        "location": "Rapport!H50",
        "templateValue": { "decimal": { "value": "1" } },
        "fileValue": { "decimal": { "value": "0" } },
    }]);
    let page = read(Language::Fr, &result(json), true, true);
    assert!(page.starts_with("rapport.xlsx : rien n'a été enregistré"), "{page}");
    assert!(page.contains("à corriger NUMBER_EXPECTED (26)\n  pas un nombre\n  Rapport!H4, "), "{page}");
    assert!(page.contains("Rapport!H15, …") && !page.contains("Rapport!H16"), "{page}");
    assert!(page.contains("à confirmer VALUE_JUMPS (1)"), "{page}");
    assert!(page.contains("Rapport!H50 : 1 alors, — maintenant, 0 dans le fichier"), "{page}");
    assert!(page.contains("Non lu : Brouillon") && page.contains("--partial"), "{page}");
}

#[test]
fn what_was_sent_has_a_receipt_and_what_was_sent_before_says_when() {
    let mut json = checked(0);
    json["importReport"]["committed"] = true.into();
    json["receipt"] = "R-AB12-CD34-EF56".into();
    json["receivedTime"] = "2026-07-04T14:02:00Z".into();
    json["nextDueDate"] = serde_json::json!({ "year": 2027, "month": 1, "day": 15 });
    json["report"] = serde_json::json!({ "name": "projects/p/reports/r", "state": "STATE_SUBMITTED" });
    let page = read(Language::En, &result(json.clone()), false, false);
    assert!(
        page.starts_with("rapport.xlsx: sent to review") && page.contains("Receipt R-AB12-CD34-EF56"),
        "{page}"
    );
    assert!(
        page.contains("Next report due") && page.ends_with("→ ensemble report show projects/p/reports/r\n"),
        "{page}"
    );
    json["importReport"]["committed"] = false.into();
    json["alreadyReceived"] = true.into();
    let page = read(Language::Fr, &result(json), false, false);
    assert!(page.starts_with("rapport.xlsx : déjà reçu le 2026-07-04"), "{page}");
}

#[test]
fn the_noted_file_is_kept_beside_the_sent_one_and_over_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let sent = folder.path().join("rapport.xlsx");
    let names: Vec<String> = (0..2)
        .map(|_| {
            keep(&sent, b"noted", Language::Fr).unwrap().file_name().unwrap().to_string_lossy().into_owned()
        })
        .collect();
    assert_eq!(names, ["rapport-à-corriger.xlsx", "rapport-à-corriger-2.xlsx"]);
    let again = keep(&folder.path().join(&names[0]), b"noted", Language::Fr).unwrap();
    assert!(again.ends_with("rapport-à-corriger-3.xlsx"), "{}", again.display());
}
