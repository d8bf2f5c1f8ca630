use super::*;
use crate::activity::{Activity, Budget, Narrative, Org};

const FOUND: &str = "<iati-activity xml:lang='en'>
  <!-- kept -->
  <iati-identifier>X-1</iati-identifier>
  <title><narrative>Old &amp; good</narrative></title>
  <description><narrative>D</narrative></description>
  <contact-info><email>a@b.c</email></contact-info>
  <recipient-country code='FR'/>
  <budget/>
  <crs-add><x:y z='1'/></crs-add>
  <x:own/>
</iati-activity>";

fn namespaces() -> Vec<(String, String)> {
    [("x", "urn:x"), ("unused", "urn:u")]
        .map(|(prefix, address)| (prefix.to_owned(), address.to_owned()))
        .into()
}

fn text(language: &str, text: &str) -> Narrative {
    Narrative { language: Some(language.to_owned()), text: text.to_owned() }
}

#[test]
fn les_18_what_nobody_changed_is_written_to_the_byte() {
    let namespaces = namespaces();
    let written = Rewrite::of(FOUND, &namespaces).unwrap().finish();
    assert_eq!(written, FOUND.replacen("'en'>", "'en' xmlns:x=\"urn:x\">", 1));
    // Declared there already, it is not declared again.
    assert_eq!(Rewrite::of(&written, &namespaces).unwrap().finish(), written);
}

#[test]
fn contacts_are_left_out_with_the_line_they_stood_on() {
    let mut rewrite = Rewrite::of(FOUND, &[]).unwrap();
    rewrite.without_contacts();
    let written = rewrite.finish();
    assert_eq!(written, FOUND.replace("\n  <contact-info><email>a@b.c</email></contact-info>", ""));
}

#[test]
fn what_is_changed_takes_its_place_in_the_order() {
    let mut rewrite = Rewrite::of(FOUND, &[]).unwrap();
    rewrite.retain("title", |_, _| false);
    rewrite.add([
        tag(&crate::Code { vocabulary: "3".to_owned(), code: "11.1".to_owned(), ..Default::default() }),
        title(&[text("fr", "Neuf"), text("en", "\"New\" <")]),
    ]);
    let written = rewrite.finish();
    assert!(written.contains("&quot;New&quot; &lt;"), "{written}");
    let tree = Tree::of(&written, "iati-activities").unwrap();
    let record = tree.record().unwrap();
    let order: Vec<&str> = tree.node(record).children.iter().map(|id| tree.node(*id).name).collect();
    let (before, after) =
        (["iati-identifier", "title", "description", "contact-info"], ["budget", "crs-add", "x:own"]);
    assert_eq!(order, [&before[..], &["recipient-country", "tag"], &after].concat());
}

#[test]
fn an_activity_is_written_from_nothing_and_read_again() {
    let org = Org {
        ref_: Some("GB-CHC-202918".to_owned()),
        type_code: Some("21".to_owned()),
        narratives: vec![text("en", "Oxfam")],
        ..Org::default()
    };
    let day = |text: &str| text.parse().ok();
    let money = Budget {
        type_code: "1".to_owned(),
        status: "1".to_owned(),
        period_start: day("2025-01-01"),
        period_end: day("2025-12-31"),
        value: "1200.50".to_owned(),
        currency: Some("EUR".to_owned()),
        value_date: day("2025-01-01"),
        line: 0,
    };
    let mut rewrite = Rewrite::of("<iati-activity/>", &[]).unwrap();
    rewrite.add(budget(&money));
    rewrite.add([
        Element::new("iati-identifier").saying("GB-CHC-202918-1"),
        activity_status("2"),
        activity_date("1", "2025-01-01".parse().unwrap()),
        reporting_org(&org),
        participating_org(&Org { role: Some("4".to_owned()), ..org.clone() }),
        description("1", &[text("en", "What\nwe do")]),
        title(&[text("en", "A"), text("fr", "Â")]),
    ]);
    let written = rewrite.finish();
    let read = Activity::read(written.clone(), 1).unwrap();
    assert_eq!(read.problems, [], "{written}");
    assert_eq!(read.identifier, "GB-CHC-202918-1");
    assert_eq!(read.titles, [text("en", "A"), text("fr", "Â")]);
    assert_eq!(read.budgets[0].value, "1200.50");
    assert_eq!(read.participating_orgs[0].role.as_deref(), Some("4"));
    let file = format!("{}{written}\n{END}", start(Some(DateTime::UNIX_EPOCH)));
    assert!(crate::Reader::new(file.as_bytes()).all(|item| matches!(item, crate::Item::Activity(_))));
}

#[test]
fn periods_that_came_since_and_values_that_were_corrected_take_their_place() {
    let raw = "<iati-activity><result type='1'><title/><indicator measure='1'><title/>
      <period><period-start iso-date='2024-01-01'/><period-end iso-date='2024-12-31'/><target value='9'/>
        <actual value='1'/><actual value='2'/></period><x:own/></indicator></result></iati-activity>";
    let day = |text: &str| text.parse().ok();
    let value = |value: &str| crate::Figure { value: Some(value.to_owned()), ..Default::default() };
    let new = crate::Period {
        start: day("2025-01-01"),
        end: day("2025-12-31"),
        actuals: vec![value("0")],
        ..Default::default()
    };
    let mut rewrite = Rewrite::of(raw, &[]).unwrap();
    let days = (day("2024-01-01").unwrap(), day("2024-12-31").unwrap());
    assert!(rewrite.replace_actuals((0, 0), days, [figure("actual", &value("3"))]));
    assert!(rewrite.add_periods((0, 0), period(&new)));
    assert!(!rewrite.add_periods((0, 1), period(&new)), "there is no such indicator");
    let written = rewrite.finish();
    let activity = Activity::read(written.clone(), 1).unwrap();
    let achieved = activity.achievements();
    let values: Vec<_> = achieved[0].indicators[0]
        .periods
        .iter()
        .map(|one| {
            (one.targets.len(), one.actuals.iter().filter_map(|one| one.value.as_deref()).collect::<Vec<_>>())
        })
        .collect();
    assert_eq!(values, [(1, vec!["3"]), (0, vec!["0"])], "{written}");
    assert!(written.find("2025-01-01").unwrap() < written.find("<x:own/>").unwrap());
}

#[test]
fn nothing_is_made_of_a_record_whose_tags_do_not_match() {
    assert!(Rewrite::of("<iati-activity><title></iati-activity>", &[]).is_none());
}
