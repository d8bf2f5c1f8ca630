//! What is asked, and how the answer reads.

use std::sync::Mutex;

use serde_json::json;

use super::*;
use crate::fake::{app, message, serve, type_in};
use crate::print::paint::Paint;
use crate::print::{Format, Output};

fn answer() -> Value {
    let line = |keys: Value, value: &str| {
        json!({ "indicator": "indicators/idt-i01", "code": "idt-i01", "title": "People helped", "unit": "person",
            "indicatorVersion": 1, "keys": keys, "value": { "decimal": { "value": value } }, "additive": true,
            "upperBound": true, "projectsExpected": 3, "projectsReported": 2 })
    };
    let year = |year: &str| json!([{ "groupBy": "GROUP_BY_YEAR", "value": year, "title": year }]);
    let mut total = line(json!([]), "60");
    total["explanation"] = json!({ "rule": "of each project all its values; added up", "ruleVersion": 1,
        "contributions": [{ "report": "projects/p/reports/r", "reportRevision": 3, "reportingPeriod": "reportingPeriods/s1",
            "value": { "decimal": { "value": "60" } } }],
        "exclusions": [{ "report": "projects/p/reports/q", "reportRevision": 2, "reportingPeriod": "reportingPeriods/s1",
            "value": { "decimal": { "value": "70" } }, "reason": "REASON_SUPERSEDED" }] });
    let mut hidden = line(year("2026"), "0");
    hidden.as_object_mut().unwrap().remove("value");
    hidden["suppressed"] = true.into();
    json!({ "aggregates": [total, line(year("2025"), "40"), hidden], "dataTime": "2026-11-25T12:00:00Z", "publicK": 5 })
}

#[tokio::test]
async fn what_is_typed_is_asked() {
    static ASKED: Mutex<Vec<Value>> = Mutex::new(Vec::new());
    let (client, folder) = serve(|method, messages, _| {
        ASKED.lock().unwrap().push(value_of(&messages[0]));
        Ok(vec![message(&method.output(), answer())])
    })
    .await;
    let app = app(client);
    let line = "result aggregate --indicator idt-i01,idt-i02 --by year,sex --territory fr --period 2025-01-01..2025-12-31 \
                --as-of 2026-06-30 --explain";
    type_in(&app, &line.split_whitespace().collect::<Vec<_>>()).await.unwrap();
    let asked = ASKED.lock().unwrap().remove(0);
    assert_eq!(asked["indicators"], json!(["indicators/idt-i01", "indicators/idt-i02"]));
    assert_eq!(asked["groupBy"], json!(["GROUP_BY_YEAR", "GROUP_BY_DIMENSION"]));
    assert_eq!(
        (asked["dimension"].as_str(), asked["territory"].as_str()),
        (Some("SEX"), Some("territories/fr"))
    );
    assert_eq!(asked["period"]["endDate"], json!({ "year": 2025, "month": 12, "day": 31 }));
    assert_eq!(
        (asked["asOfTime"].as_str(), asked["explain"].as_bool()),
        (Some("2026-06-30T00:00:00Z"), Some(true))
    );
    let twice = type_in(&app, &["result", "aggregate", "--by", "sex,disability"]).await;
    assert!(twice.is_err(), "one dimension at a time");
    drop(folder);
}

#[tokio::test]
async fn a_person_reads_figures_with_their_reservations_and_why() {
    let (client, folder) = serve(|_, _, _| Ok(Vec::new())).await;
    let told = |language: Language, width: Option<usize>, format: Format| {
        let output =
            Output { format, language, width, paint: Paint::plain(), ..Output::new(language, Some("never")) };
        let client = crate::call::Client::new(
            client.server.clone(),
            language,
            "test".to_owned(),
            client.store.clone(),
        );
        let app = App { language, output, ..app(client) };
        table::totals(&app, &answer()).unwrap()
    };
    let english = told(Language::En, Some(120), Format::Table);
    for words in [
        "idt-i01 People helped",
        "YEAR",
        "total",
        "40",
        "·",
        "2/3",
        "hidden: few people",
        "WENT IN",
        "LEFT OUT",
    ] {
        assert!(english.contains(words), "{words} is missing:\n{english}");
    }
    assert!(english.contains("A correction counts instead"), "the reason in words:\n{english}");
    let french = told(Language::Fr, Some(120), Format::Table);
    for words in [
        "INDICATEUR",
        "ANNÉE",
        "VALEUR",
        "masqué : peu de personnes",
        "borne supérieure",
        "ÉCARTÉ",
        "Remplacé par une correction",
    ] {
        assert!(french.contains(words), "{words} is missing:\n{french}");
    }
    let piped = told(Language::Fr, None, Format::Table);
    assert!(piped.contains("indicators/idt-i01\t2025\t40\tperson\t2\t3"), "{piped}");
    assert!(!piped.contains('█') && !piped.contains('#'), "no picture in a pipe:\n{piped}");
    let sheet = told(Language::En, None, Format::Csv);
    assert!(sheet.starts_with("INDICATOR,YEAR,VALUE,UNIT,REPORTED,EXPECTED,NOTES\r\n"), "{sheet}");
    drop(folder);
}
