use super::*;
use std::collections::BTreeSet;

fn now() -> DateTime<Utc> {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn broken(content: &str) -> BTreeSet<&'static str> {
    let raw = format!("<iati-activity xml:lang='en' default-currency='EUR'>{content}</iati-activity>");
    of_activity(&raw, now()).into_iter().map(|finding| finding.rule).collect()
}

#[test]
fn every_rule_of_the_official_ruleset_is_read() {
    let ruleset: serde_json::Value =
        serde_json::from_str(include_str!("../../data/rules-2.03.json")).unwrap();
    let count = |value: &serde_json::Value| value.to_string().matches("\"ruleInfo\"").count();
    assert_eq!(count(&ruleset), 107);
    assert_eq!(RULESET.len(), 107);
}

/// An activity that breaks nothing.
const SOUND: &str = "<iati-identifier>GB-CHC-202918-1</iati-identifier><reporting-org ref='GB-CHC-202918'/>
    <title><narrative>A</narrative></title><description><narrative>B</narrative></description>
    <activity-date type='1' iso-date='2026-01-01'/><recipient-country code='FR'/><sector code='11110'/>
    <default-aid-type code='C01'/><transaction><aid-type code='C01'/></transaction>";

#[test]
fn a_sound_activity_breaks_nothing() {
    // The official rules 102.1.1 and 107 hold vacuously only where there is a sector, or a type of aid.
    assert_eq!(broken(SOUND), BTreeSet::new());
}

#[test]
fn each_kind_of_rule_is_broken_by_what_it_forbids() {
    for (rule, change, to) in [
        ("1.1.3", "GB-CHC-202918-1</iati-id", "GB-CHC-202918</iati-id"),
        ("1.1.21", "GB-CHC-202918-1</iati-id", "GB-CHC-202919-1</iati-id"),
        ("1.14.8", "ref='GB-CHC-202918'", "ref='NOWHERE-1'"),
        ("1.14.13", "ref='GB-CHC-202918'", "ref='GB-CHC-1/2'"),
        ("1.3.1", "GB-CHC-202918-1</iati-id", "GB-CHC-202918-1 </iati-id"),
        ("6.11.1", "type='1'", "type='3'"),
        ("6.2.2", "<sector code='11110'/>", ""),
        ("6.6.2", "<transaction>", "<transaction><sector code='11110'/>"),
        ("11.1.4", "type='1' iso-date='2026-01-01'", "type='2' iso-date='2026-11-24'"),
        ("11.1.2", "<recipient-country", "<activity-date type='3' iso-date='2025-12-31'/><recipient-country"),
        (
            "2.1.2",
            "<sector code='11110'/>",
            "<sector code='11110' percentage='60'/><sector code='11120' percentage='30'/>",
        ),
        ("2.1.1", "<sector code='11110'/>", "<sector code='11110'/><sector code='11120'/>"),
        ("12.1.1", "code='FR'", "code='FR' percentage='101'"),
        (
            "107.1.2",
            "<default-aid-type code='C01'/>",
            "<default-aid-type code='C01'/><default-aid-type code='D01'/>",
        ),
        ("4.4.1", "<narrative>B</narrative>", ""),
        (
            "7.5.3",
            "<transaction>",
            "<budget><period-start iso-date='2024-01-01'/><period-end iso-date='2025-01-02'/></budget><transaction>",
        ),
        (
            "8.6.3",
            "<transaction>",
            "<budget><period-start iso-date='2024-01-02'/><period-end iso-date='2024-01-01'/></budget><transaction>",
        ),
        (
            "8.9.2",
            "</transaction>",
            "</transaction><result><indicator measure='1'><period><target value='1,5'/></period></indicator></result>",
        ),
        (
            "8.10.1",
            "</transaction>",
            "</transaction><result><indicator measure='1'><period><actual/></period></indicator></result>",
        ),
        (
            "8.10.3",
            "</transaction>",
            "</transaction><result><indicator measure='5'><period><actual value='1'/></period></indicator></result>",
        ),
        (
            "8.11.1",
            "</transaction>",
            "</transaction><result><indicator><reference/></indicator><reference/></result>",
        ),
    ] {
        assert!(SOUND.contains(change), "{change}");
        assert!(
            broken(&SOUND.replace(change, to)).contains(rule),
            "{rule}: {:?}",
            broken(&SOUND.replace(change, to))
        );
    }
    let raw = format!("<iati-activity>{SOUND}</iati-activity>");
    assert!(of_activity(&raw, now()).iter().any(|finding| finding.rule == "4.1.1" && finding.error));
}

#[test]
fn bey_9_a_value_of_zero_is_a_value() {
    let result = "</transaction><result><indicator measure='1'><period><actual value='0'/></period></indicator></result>";
    assert_eq!(broken(&SOUND.replace("</transaction>", result)), BTreeSet::new());
}

#[test]
fn a_finding_says_where_and_what_in_two_languages() {
    let raw = "<iati-activity xml:lang='en'>\n<sector code='1' percentage='120'/></iati-activity>";
    let finding = of_activity(raw, now()).into_iter().find(|finding| finding.rule == "12.3.1").unwrap();
    assert_eq!(
        (finding.location.as_str(), finding.found.as_str(), finding.line),
        ("sector/@percentage", "120", 1)
    );
    assert_eq!((finding.code, finding.error), ("RULE_12_3_1", true));
    assert!(finding.en.contains("between") && finding.fr.contains("compris entre"));
}

#[test]
fn a_code_is_on_its_list_to_the_letter() {
    let raw = "<iati-activity><recipient-country code='fr'/><sector vocabulary='8' code='1.1'/><sector vocabulary='99' code='x'/></iati-activity>";
    let found: Vec<_> =
        codes_of_activity(raw).into_iter().map(|finding| (finding.rule, finding.location)).collect();
    assert_eq!(found, [("9.50.1", "recipient-country/@code".to_owned())]);
}
