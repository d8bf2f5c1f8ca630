use super::*;

#[test]
fn a_file_is_known_by_what_it_is() {
    let activities = Some("ProjectService/ImportActivities");
    let organisations = Some("PartnerService/ImportOrganisations");
    assert_eq!(sniff(b"<?xml version=\"1.0\"?>\n<!-- x -->\n<iati-activities version=\"2.03\">"), activities);
    assert_eq!(sniff("\u{feff}<iati-organisations/>".as_bytes()), organisations);
    assert_eq!(sniff(b"<!DOCTYPE a><iati-activities>"), activities);
    assert_eq!(sniff(b" {\"result\": []}"), organisations);
    let wide: Vec<u8> = "\u{feff}<iati-activities>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(sniff(&wide), activities);
    assert_eq!(sniff(b"<html>"), None);
    assert_eq!(sniff(b""), None);
    assert_eq!(sniff(b"<?xml"), None);
}

#[test]
fn a_packed_file_is_looked_into() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.xml.gz");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, b"<iati-activities/>").unwrap();
    std::fs::write(&path, packed.finish().unwrap()).unwrap();
    assert_eq!(target(&path, Language::En).unwrap(), "ProjectService/ImportActivities");
}

#[tokio::test]
async fn a_report_that_blocks_ends_with_its_exit_code() {
    let (client, folder) = crate::fake::serve(|method, messages, _| {
        let options = crate::call::value_of(&messages[0])["options"].clone();
        let bytes: usize = messages[1..].iter().map(|piece| piece.get_field_by_name("chunk").unwrap().as_bytes().unwrap().len()).sum();
        assert_eq!((messages.len(), bytes), (4, 600_000));
        let severity = if options["validateOnly"] == true { "SEVERITY_ADVICE" } else { "SEVERITY_BLOCKS" };
        let report = serde_json::json!({ "fileName": options["fileName"], "problems": [{ "severity": severity, "code": "DATE_INVALID" }] });
        Ok(vec![crate::fake::message(&method.output(), report)])
    })
    .await;
    let app = crate::fake::app(client);
    let path = folder.path().join("a.xml");
    std::fs::write(&path, format!("<iati-activities>{}", " ".repeat(600_000 - 17))).unwrap();
    let file = path.display().to_string();
    crate::fake::type_in(&app, &["import", "iati", &file, "--dry-run"]).await.unwrap();
    let fault = crate::fake::type_in(&app, &["import", "iati", &file]).await.unwrap_err();
    assert_eq!((fault.exit, fault.silent), (exit::INVALID, true));
}

#[tokio::test]
async fn a_report_for_people_groups_problems_and_settles_duplicates() {
    let (client, _folder) = crate::fake::serve(|_, _, _| Ok(Vec::new())).await;
    let app = crate::fake::app(client);
    let problem = |record: &str| {
        serde_json::json!({ "severity": "SEVERITY_DOUBTFUL", "code": "DATE_INVALID", "record": record,
        "line": 7, "location": "activity-date/@iso-date", "found": "2025-13-01", "message": "expected a day" })
    };
    let report = serde_json::json!({ "fileName": "a.xml", "committed": true,
        "counts": [{ "noun": "project", "created": 2, "updated": 0, "unchanged": 1, "refused": 0 }],
        "problems": [problem("X-1"), problem("X-2"), problem("X-3")],
        "possibleDuplicates": [{ "partner": "partners/a", "candidate": "partners/b", "score": 90, "reasons": ["TITLE"], "title": "A", "candidateTitle": "B" }] });
    let kind = proto::pool().get_message_by_name("ensemble.common.v1.ImportReport").unwrap();
    let mut text = report::render(&app, &crate::fake::message(&kind, report), false, 1);
    text = text.replace('\t', " | ");
    insta::assert_snapshot!(text, @r#"
    a.xml: imported
    NOUN | NEW | CHANGED | UNCHANGED | REFUSED
    project | 2 | 0 | 1 | 0

    doubtful DATE_INVALID (3)
      X-1  line 7, activity-date/@iso-date "2025-13-01": expected a day
      … and 2 more (--problems 3, or -o json)

    Possible duplicates (1)
      A = B (90 %, TITLE)
        → ensemble partner merge partners/a --survivor partners/b
    "#);
}

#[tokio::test]
async fn a_report_of_partnerships_tells_what_changes_and_what_to_look_at() {
    let (client, _folder) = crate::fake::serve(|_, _, _| Ok(Vec::new())).await;
    let app = crate::fake::app(client);
    let change = |label: &str, after: &str| {
        serde_json::json!({ "location": "grants/1/amountAwarded", "resource": "partnerships/p/commitments/c",
        "label": label, "before": "10.00 GBP", "after": after })
    };
    let report = serde_json::json!({ "fileName": "g.json", "committed": true,
        "counts": [{ "noun": "partnership", "created": 0, "updated": 1, "unchanged": 1, "refused": 0 }],
        "changes": [change("Amount", "12.00 GBP"), change("Period · End", "")], "changesLeftOff": 5 });
    let kind = proto::pool().get_message_by_name("ensemble.common.v1.ImportReport").unwrap();
    let mut text = report::render(&app, &crate::fake::message(&kind, report), false, 1);
    text = text.replace('\t', " | ");
    insta::assert_snapshot!(text, @r#"
    g.json: imported
    NOUN | NEW | CHANGED | UNCHANGED | REFUSED
    partnership | 0 | 1 | 1 | 0

    Changes (7)
      grants/1/amountAwarded  partnerships/p/commitments/c  Amount: 10.00 GBP → 12.00 GBP
      grants/1/amountAwarded  partnerships/p/commitments/c  Period · End: 10.00 GBP → —
      … and 3 more (--problems 7, or -o json)

    → ensemble partnership summarize
    "#);
}
