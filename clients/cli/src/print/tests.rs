use super::*;

fn output(format: Format, width: Option<usize>) -> Output {
    Output {
        format,
        fields: Vec::new(),
        header: true,
        excel_fr: false,
        quiet: false,
        language: Language::En,
        width,
        paint: Paint::plain(),
        aside: Paint::plain(),
        repaint: false,
    }
}

pub(crate) fn partner() -> DynamicMessage {
    let kind = proto::pool().get_message_by_name("ensemble.partners.v1.Partner").unwrap();
    let value = serde_json::json!({
        "name": "partners/kaolack",
        "etag": "\"1\"",
        "state": "STATE_PENDING",
        "title": { "defaultLanguageCode": "fr", "translations": { "fr": { "text": "Mairie de Kaolack" } } },
        "sector": "SECTOR_PUBLIC",
        "countryCode": "SN",
        "acronym": "=MK",
        "identifiers": [{ "scheme": "SIREN", "value": "552100554" }],
        "gaps": [{ "field": "college", "rule": "PAR-1", "message": "choose one" }],
        "allowedActions": [
            { "method": "ApprovePartner", "allowed": true },
            { "method": "ArchivePartner", "reason": "STATE", "message": "it is not active" },
        ],
    });
    DynamicMessage::deserialize(kind, value).unwrap()
}

#[test]
fn gaps_of_the_divide_are_values_and_nothing_that_is_missing() {
    let kind = proto::pool().get_message_by_name("ensemble.projects.v1.Observation").unwrap();
    let value = serde_json::json!({
        "name": "territories/a/observations/b",
        "gaps": [{ "dimension": "SEX", "lowCode": "FEMALE", "highCode": "MALE", "points": "20" }],
    });
    let observation = DynamicMessage::deserialize(kind, value).unwrap();
    insta::assert_snapshot!(output(Format::Table, None).render_one(&observation).unwrap(), @r"
    Name  territories/a/observations/b
    Gaps  SEX · FEMALE · MALE · 20
    ");
}

#[test]
fn a_table_in_a_pipe_has_tabs_and_codes_only() {
    let partner = partner();
    let table = output(Format::Table, None)
        .render_list(&partner.descriptor(), std::slice::from_ref(&partner))
        .unwrap();
    assert_eq!(
        table,
        "NAME\tTITLE\tSTATE\tSECTOR\tCOUNTRY_CODE\npartners/kaolack\tMairie de Kaolack\tPENDING\tPUBLIC\tSN\n"
    );
}

#[test]
fn a_table_on_a_terminal_is_cut_to_its_width_and_speaks_the_language() {
    let partner = partner();
    let mut output = output(Format::Table, Some(60));
    output.language = Language::Fr;
    let table = output.render_list(&partner.descriptor(), std::slice::from_ref(&partner)).unwrap();
    insta::assert_snapshot!(table, @r"
    IDENTIFIANT       NOM OFFICIEL     ÉTAT        SECTEUR  PAYS
    partners/kaolack  Mairie de Kaol…  En attente  Public   SN
    ");
    assert!(table.lines().all(|line| dialoguer::console::measure_text_width(line) <= 60));
}

#[test]
fn a_page_shows_values_gaps_and_what_can_be_done() {
    insta::assert_snapshot!(output(Format::Table, None).render_one(&partner()).unwrap(), @r"
    Name          partners/kaolack
    State         Pending
    Title         Mairie de Kaolack (fr)
    Acronym       =MK
    Sector        Public
    Identifiers   SIREN=552100554
    Country code  SN

    Still missing
      - college: choose one (PAR-1)

    What you can do
      + approve      ensemble partner approve partners/kaolack
      - archive      it is not active
    ");
}

#[test]
fn csv_is_quoted_and_never_runs() {
    let partner = partner();
    let mut output = output(Format::Csv, None);
    output.fields = ["name", "acronym", "title"].map(str::to_owned).to_vec();
    let sheet = output.render_list(&partner.descriptor(), std::slice::from_ref(&partner)).unwrap();
    assert_eq!(sheet, "name,acronym,title\r\npartners/kaolack,'=MK,Mairie de Kaolack\r\n");
    output.excel_fr = true;
    let sheet = output.render_list(&partner.descriptor(), std::slice::from_ref(&partner)).unwrap();
    assert!(sheet.starts_with("\u{feff}name;acronym;title\r\n"));
}

#[test]
fn json_keeps_the_names_of_the_contract_and_only_the_fields_asked_for() {
    let mut output = output(Format::Jsonl, None);
    output.language = Language::Fr;
    output.fields = ["countryCode", "state", "identifiers.scheme"].map(str::to_owned).to_vec();
    let line = output.render_one(&partner()).unwrap();
    assert_eq!(
        line,
        "{\"state\":\"STATE_PENDING\",\"identifiers\":[{\"scheme\":\"SIREN\"}],\"countryCode\":\"SN\"}\n"
    );
}

#[test]
fn yaml_is_read_back_as_the_same() {
    let text = output(Format::Yaml, None).render_one(&partner()).unwrap();
    let value: serde_json::Value = serde_saphyr::from_str(&text).unwrap();
    assert_eq!(value, serde_json::to_value(partner()).unwrap());
}

#[test]
fn a_field_that_is_not_there_is_a_matter_of_usage() {
    let mut output = output(Format::Json, None);
    output.fields = vec!["colour".to_owned()];
    assert_eq!(output.render_one(&partner()).unwrap_err().exit, crate::fault::exit::USAGE);
}

#[test]
fn nothing_painted_leaves_a_pipe() {
    for format in [Format::Table, Format::Wide, Format::Json, Format::Csv, Format::Yaml] {
        assert!(!output(format, None).render_one(&partner()).unwrap().contains('\u{1b}'));
    }
}

#[test]
fn an_edit_is_told_field_by_field() {
    let (before, mut after) = (partner(), partner());
    after.set_field_by_name("country_code", Value::String("FR".to_owned()));
    after.set_field_by_name("etag", Value::String("2".to_owned()));
    assert_eq!(
        page::changes(&before, &after, Language::En),
        [("Country code".to_owned(), "SN".to_owned(), "FR".to_owned())]
    );
}

#[test]
fn of_what_is_nested_only_what_differs_is_told() {
    let kind = proto::pool().get_message_by_name("ensemble.partners.v1.Agreement").unwrap();
    let agreement = |hash: &str, signed: serde_json::Value| {
        let party = |partner: &str| serde_json::json!({ "partner": partner, "signatoryTitle": "Director" });
        let mut first = party("partners/a");
        first["signature"] = signed;
        let document = serde_json::json!({ "title": "Text", "uri": "https://a.example/t", "sha256": hash });
        let value = serde_json::json!({ "document": document, "parties": [first, party("partners/b")] });
        DynamicMessage::deserialize(kind.clone(), value).unwrap()
    };
    let before = agreement("aa", serde_json::Value::Null);
    let after = agreement("bb", serde_json::json!({ "user": "users/u", "documentSha256": "bb" }));
    let told = page::changes(&before, &after, Language::En);
    let told: Vec<_> = told.iter().map(|(what, was, is)| [what.as_str(), was, is]).collect();
    assert_eq!(
        told,
        [
            ["Parties", "partners/a · Director", "partners/a · Director · users/u · bb"],
            ["Document · Sha256", "aa", "bb"],
        ]
    );
}

#[test]
fn the_same_message_is_the_same_text_in_the_mapping_that_others_read() {
    let kind = proto::pool().get_message_by_name("ensemble.projects.v1.Project").unwrap();
    let value = serde_json::json!({
        "name": "projects/a", "revision": 3, "createTime": "2026-11-23T10:00:00Z", "plannedPeriod": { "startDate": { "year": 2026, "month": 1, "day": 2 } },
        "title": { "translations": { "pt": { "text": "p" }, "en": { "text": "e" }, "fr": { "text": "f" } } },
        "budget": [{ "currencyCode": "EUR", "minorUnits": "5" }], "state": "STATE_DRAFT",
        "allowedActions": [{ "method": "SubmitProject", "allowed": true }],
    });
    let project = DynamicMessage::deserialize(kind, value).unwrap();
    let written = output(Format::Jsonl, None).render_one(&project).unwrap();
    let read: serde_json::Value = serde_json::from_str(&written).unwrap();
    assert_eq!(read, serde_json::to_value(&project).unwrap());
    let places = ["\"en\"", "\"fr\"", "\"pt\""].map(|code| written.find(code).unwrap());
    assert!(places.is_sorted());
    assert!((0..5).all(|_| output(Format::Jsonl, None).render_one(&project.clone()).unwrap() == written));
}
