//! Files that are broken, or made to harm: each is told, none costs much.

use std::io::Write;

use crate::common::{Found, collect, read};
use flate2::Compression;
use flate2::write::GzEncoder;
use iati::{Item, Kind, Limits, Reader, Severity};

pub(crate) fn activity(identifier: &str, rest: &str) -> String {
    format!(
        "<iati-activity xml:lang=\"en\"><iati-identifier>{identifier}</iati-identifier>\
         <reporting-org ref=\"GB-CHC-202918\" type=\"21\"><narrative>Oxfam</narrative></reporting-org>\
         <title><narrative>Caf\u{e9} {identifier}</narrative></title>\
         <description><narrative>About it</narrative></description>\
         <participating-org role=\"4\"><narrative>Oxfam</narrative></participating-org>\
         <activity-status code=\"2\"/><activity-date type=\"1\" iso-date=\"2024-01-01\"/>{rest}</iati-activity>\n"
    )
}

pub(crate) fn file(records: &[&str]) -> String {
    format!("<iati-activities version=\"2.03\">\n{}</iati-activities>\n", records.concat())
}

/// The only file problem, which must block.
fn refusal(found: &Found) -> (&'static str, u32) {
    let [problem] = found.file.as_slice() else { panic!("{:?}", found.file) };
    assert_eq!(problem.severity, Severity::Blocks, "{problem:?}");
    (problem.code, problem.line)
}

pub(crate) fn codes(found: &Found) -> Vec<&'static str> {
    found.problems.iter().map(|problem| problem.code).collect()
}

#[test]
fn a_good_file_has_no_problem() {
    let found = read(file(&[&activity("A-1", ""), &activity("A-2", "")]).as_bytes());
    assert_eq!((found.activities.len(), codes(&found)), (2, vec![]));
}

#[test]
fn definitions_are_refused_and_nothing_is_expanded() {
    let laughs = "<?xml version=\"1.0\"?>\n<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;\">]>\n<iati-activities version=\"2.03\"/>";
    assert_eq!(refusal(&read(laughs.as_bytes())), ("DOCTYPE_REFUSED", 2));
    let external =
        "<!DOCTYPE iati-activities SYSTEM \"file:///etc/passwd\"><iati-activities version=\"2.03\"/>";
    assert_eq!(refusal(&read(external.as_bytes())).0, "DOCTYPE_REFUSED");
    let inside = file(&[&activity("A-1", ""), "<iati-activity><!ENTITY x SYSTEM \"file:///etc/passwd\">"]);
    let found = read(inside.as_bytes());
    assert_eq!((found.activities.len(), refusal(&found).0), (1, "DOCTYPE_REFUSED"));
}

#[test]
fn only_the_references_of_xml_are_resolved() {
    let good = activity("A-1", "").replace("About it", "&lt;&#233;&#xE9;&amp;&apos;&quot;&gt;");
    assert_eq!(read(file(&[&good]).as_bytes()).activities[0].descriptions[0].1[0].text, "<éé&'\">");
    for bad in ["&nbsp;", "A & B", "&xxe;", "&#0;", "&#xFFFF;", "&;", "trailing &"] {
        let found =
            read(file(&[&activity("A-1", "").replace("About it", bad), &activity("A-2", "")]).as_bytes());
        assert_eq!(found.activities.len(), 2, "{bad}");
        assert!(found.activities[0].is_blocked() && !found.activities[1].is_blocked(), "{bad}");
        assert!(codes(&found).contains(&"REFERENCE_UNKNOWN"), "{bad}: {:?}", codes(&found));
    }
    for bad in ["&xxe;", "&#1;", "a & b"] {
        let attribute = file(&[&activity("A-1", "").replace("GB-CHC-202918", bad)]);
        assert!(codes(&read(attribute.as_bytes())).contains(&"REFERENCE_UNKNOWN"), "{bad}");
    }
}

#[test]
fn a_deep_record_is_refused_and_the_next_is_read() {
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    let found = read(file(&[&activity("A-1", &deep), &activity("A-2", "")]).as_bytes());
    assert_eq!(found.activities.len(), 2);
    assert_eq!(codes(&found), ["RECORD_TOO_DEEP"]);
    assert_eq!(found.activities[0].identifier, "A-1");
    assert!(found.activities[0].raw.is_empty() && !found.activities[1].is_blocked());
}

#[test]
fn a_record_of_20_mib_is_refused_and_the_next_is_read() {
    let large = format!("<description><narrative>{}</narrative></description>", "é".repeat(10 << 20));
    let text = file(&[&activity("A-1", &large), &activity("A-2", "")]);
    let mut reader = Reader::new(text.as_bytes());
    let found: Vec<Item> = reader.by_ref().collect();
    let [Item::Activity(first), Item::Activity(second)] = found.as_slice() else { panic!() };
    assert_eq!((first.identifier.as_str(), first.problems[0].code), ("A-1", "RECORD_TOO_LARGE"));
    assert_eq!((second.identifier.as_str(), second.line), ("A-2", 3));
    assert!(reader.most_held() < 33 << 20, "{}", reader.most_held());
}

#[test]
fn a_truncated_file_gives_what_is_whole() {
    let whole = file(&[&activity("A-1", ""), &activity("A-2", "")]);
    let second = whole.rfind("<iati-activity ").unwrap();
    for cut in [second, second + 7, second + 200, whole.len() - 5] {
        let found = read(&whole.as_bytes()[..cut]);
        assert!(found.activities.iter().all(|activity| !activity.is_blocked()));
        assert_eq!(found.activities.len(), 1 + usize::from(cut > whole.len() - 20));
        assert_eq!(refusal(&found).0, "FILE_TRUNCATED");
    }
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed
        .write_all(file(&[&activity("A-1", ""), &activity("A-2", "x".repeat(99).as_str())]).as_bytes())
        .unwrap();
    let packed = packed.finish().unwrap();
    assert_eq!(refusal(&read(&packed[..packed.len() - 20])).0, "GZIP_INVALID");
}

#[test]
fn tags_that_do_not_match_end_the_file_and_are_located() {
    let broken = activity("A-2", "\n<contact-info>\n<email>a@b.c</contact-info>\n");
    let found = read(file(&[&activity("A-1", ""), &broken, &activity("A-3", "")]).as_bytes());
    assert_eq!((found.activities.len(), refusal(&found)), (1, ("XML_MALFORMED", 5)));
    assert_eq!(found.file[0].found, "</contact-info>");
    let unclosed = file(&[&activity("A-1", ""), &activity("A-2", "<contact-info>")]);
    let found = read(unclosed.as_bytes());
    assert_eq!((found.activities.len(), refusal(&found)), (1, ("XML_MALFORMED", 3)));
    let extra = file(&[&activity("A-1", ""), "</iati-activity>"]);
    assert_eq!(refusal(&read(extra.as_bytes())), ("XML_MALFORMED", 3));
}

#[test]
fn what_xml_forbids_inside_a_record_costs_that_record_only() {
    for (bad, code) in [
        ("<tag code=\"1\" code=\"2\"/>", "XML_INVALID"),
        ("<tag code=1/>", "XML_INVALID"),
        ("<tag code=\"a<b\"/>", "XML_INVALID"),
        ("<tag code=\"\u{1}\"/>", "CHARACTER_FORBIDDEN"),
    ] {
        let found = read(file(&[&activity("A-1", bad), &activity("A-2", "")]).as_bytes());
        assert_eq!(found.activities.len(), 2, "{bad:?} {:?}", found.file);
        assert!(found.activities[0].is_blocked() && !found.activities[1].is_blocked(), "{bad:?}");
        assert!(codes(&found).contains(&code), "{bad:?}: {:?}", codes(&found));
    }
    let many: String = (0..100).map(|number| format!(" a{number}=\"x\"")).collect();
    assert!(
        codes(&read(file(&[&activity("A-1", &format!("<tag{many}/>"))]).as_bytes())).contains(&"XML_INVALID")
    );
    let long = format!("<tag code=\"{}\"/>", "x".repeat(100_000));
    assert!(codes(&read(file(&[&activity("A-1", &long)]).as_bytes())).contains(&"XML_INVALID"));
}

#[test]
fn every_usual_encoding_is_read() {
    let text = file(&[&activity("A-1", "")]);
    let declared = |name: &str| format!("<?xml version=\"1.0\" encoding=\"{name}\"?>\n{text}");
    let utf_16 = |text: &str, big: bool| -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
            .collect()
    };
    let latin =
        |text: &str| -> Vec<u8> { text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect() };
    let sources = [
        text.clone().into_bytes(),
        format!("\u{feff}{text}").into_bytes(),
        declared("utf-8").into_bytes(),
        declared("UTF-16").into_bytes(), // it cannot be, since this could be read
        utf_16(&format!("\u{feff}{}", declared("UTF-16")), false),
        utf_16(&format!("\u{feff}{}", declared("UTF-16")), true),
        utf_16(&declared("UTF-16"), false),
        latin(&declared("ISO-8859-1")),
        latin(&declared("windows-1252")),
    ];
    for (number, source) in sources.into_iter().enumerate() {
        let found = read(&source[..]);
        assert!(found.problems.is_empty(), "{number}: {:?}", found.problems);
        assert_eq!(found.activities[0].titles[0].text, "Café A-1", "{number}");
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(&source).unwrap();
        assert_eq!(read(&packed.finish().unwrap()[..]).activities, found.activities, "{number}");
    }
}

#[test]
fn a_wrong_encoding_is_told_where_it_is() {
    let mut bytes = file(&[&activity("A-1", ""), &activity("A-2", "")]).into_bytes();
    let second = bytes.windows(3).rposition(|three| three == "é ".as_bytes()).unwrap();
    bytes.splice(second..second + 2, [0xe9]);
    let found = read(&bytes[..]);
    assert_eq!((found.activities.len(), refusal(&found)), (1, ("ENCODING_INVALID", 3)));
    let unknown = "<?xml version=\"1.0\" encoding=\"klingon\"?><iati-activities version=\"2.03\"/>";
    assert_eq!(refusal(&read(unknown.as_bytes())).0, "ENCODING_UNKNOWN");
}

#[test]
fn a_gzip_bomb_stops_at_the_limit() {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(b"<iati-activities version=\"2.03\"><iati-activity><title>").unwrap();
    let blank = vec![b' '; 1 << 20];
    for _ in 0..64 {
        bomb.write_all(&blank).unwrap();
    }
    let bomb = bomb.finish().unwrap();
    assert!(bomb.len() < 100_000);
    let limits = Limits { total: 32 << 20, ..Limits::default() };
    let mut reader = Reader::with_limits(&bomb[..], limits);
    let found: Vec<Item> = reader.by_ref().collect();
    let [Item::FileProblem(problem)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(problem.code, "FILE_TOO_LARGE");
    assert!(reader.most_held() < 33 << 20, "{}", reader.most_held());
}

#[test]
fn what_is_not_iati_is_told_apart() {
    let code = |text: &str| refusal(&read(text.as_bytes())).0;
    assert_eq!(code(""), "FILE_EMPTY");
    assert_eq!(code(" \n\t "), "FILE_EMPTY");
    assert_eq!(code("<!DOCTYPE html><html><body>404</body></html>"), "FILE_IS_HTML");
    assert_eq!(code("<!doctype HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\">"), "FILE_IS_HTML");
    assert_eq!(code("<html lang=\"en\"><head/></html>"), "FILE_IS_HTML");
    assert_eq!(code("<?xml version=\"1.0\"?>\n<rss version=\"2.0\"></rss>"), "ROOT_UNKNOWN");
    assert_eq!(code("<iati-activity/>"), "ROOT_UNKNOWN");
    assert_eq!(code("{\"result\": []}"), "FILE_UNKNOWN");
    assert_eq!(code("identifier,title\nA-1,x"), "FILE_UNKNOWN");
    assert_eq!(code("PK\u{3}\u{4}"), "FILE_UNKNOWN");
    assert_eq!(
        code("<iati-activities version=\"1.05\"><iati-activity/></iati-activities>"),
        "VERSION_REFUSED"
    );
    assert_eq!(code("<iati-activities version=\"2.03\" a=></iati-activities>"), "XML_MALFORMED");
    let long = format!("<iati-activities version=\"2.03\" a=\"{}\"></iati-activities>", "x".repeat(70_000));
    assert_eq!(code(&long), "XML_MALFORMED");
    let kind = collect(Reader::new(file(&[]).as_bytes()).only(Kind::Publishers));
    assert_eq!(refusal(&kind).0, "FILE_KIND");
}

#[test]
fn what_can_be_read_all_the_same_is_read() {
    let code =
        |text: &str| -> Vec<&str> { read(text.as_bytes()).file.iter().map(|problem| problem.code).collect() };
    let good = activity("A-1", "");
    assert_eq!(code(&format!("<iati-activities>{good}</iati-activities>")), ["VERSION_MISSING"]);
    assert_eq!(
        code(&format!("<iati-activities version=\"2.04\">{good}</iati-activities>")),
        ["VERSION_UNKNOWN"]
    );
    assert_eq!(code("<iati-activities version=\"2.03\"/>"), ["FILE_WITHOUT_RECORDS"]);
    assert_eq!(code(&file(&["<other/>", &good, "text"])), ["ELEMENT_UNKNOWN", "TEXT_UNEXPECTED"]);
    assert_eq!(
        code(&file(&[
            "<x:other xmlns:x=\"urn:x\"><iati-activity/></x:other><!-- <iati-activity> -->",
            &good
        ])),
        [""; 0]
    );
    assert_eq!(code(&format!("{}<more/>", file(&[&good]))), ["FILE_TRAILING"]);
    assert_eq!(code(&format!("<!-- a > b --><?style '<'?>{}<!-- end -->", file(&[&good]))), [""; 0]);
}

#[test]
fn marks_inside_comments_cdata_and_quotes_are_not_tags() {
    let rest = "<!-- </iati-activity> --><?p </iati-activity>?><tag vocabulary=\"99\" code='</iati-activity>\">'><narrative><![CDATA[</iati-activity> ]] ]]> & so on]]]]></narrative></tag>";
    // A lone < in an attribute and a lone & in text are not XML: use what is.
    let rest = rest
        .replace("code='</iati-activity>\">'", "code='>/>'")
        .replace("& so", "so")
        .replace("]]>  so on]]", "]]> so on");
    let found = read(file(&[&activity("A-1", &rest), &activity("A-2", "")]).as_bytes());
    assert_eq!((found.activities.len(), codes(&found)), (2, vec![]), "{:?}", found.problems);
    assert_eq!(found.activities[0].tags[0].code, ">/>");
}

#[test]
fn the_second_of_two_records_is_refused_if_it_differs() {
    let same = file(&[&activity("A-1", ""), &activity("A-1", "")]);
    let found = read(same.as_bytes());
    assert_eq!(codes(&found), ["DUPLICATE_IDENTIFIER"]);
    assert_eq!(found.problems[0].severity, Severity::Advice);
    let other = file(&[&activity("A-1", ""), &activity("A-1", "<!-- other -->")]);
    let found = read(other.as_bytes());
    assert_eq!(found.problems[0].severity, Severity::Blocks);
    assert!(!found.activities[0].is_blocked() && found.activities[1].is_blocked());
}

#[test]
fn a_record_without_identifier_or_text_is_refused() {
    let nameless = activity("A-1", "").replace("A-1</iati-id", "</iati-id");
    assert_eq!(codes(&read(file(&[&nameless]).as_bytes())), ["IDENTIFIER_MISSING"]);
    let untitled = activity("A-1", "").replace("Café A-1", " ");
    let found = read(file(&[&untitled]).as_bytes());
    assert_eq!((codes(&found), found.activities[0].is_blocked()), (vec!["TITLE_MISSING"], false));
    let mute = untitled.replace("About it", "");
    let found = read(file(&[&mute]).as_bytes());
    assert_eq!((codes(&found), found.activities[0].is_blocked()), (vec!["TEXT_MISSING"], true));
}

#[test]
fn what_is_not_understood_is_left_out_of_the_model() {
    let rest = "<recipient-country code=\"FR\" percentage=\"60,5\"/><recipient-country code=\"be\" percentage=\"60\"/>\
        <sector vocabulary=\"77\" code=\"11110\"/><sector code=\"11110\" percentage=\"50\"/><sector code=\"11120\" percentage=\"20\"/>\
        <budget type=\"9\"><period-start iso-date=\"2024-02-31\"/><period-end iso-date=\"2024-12-31\"/><value value-date=\"2024-01-01\">1,000</value></budget>\
        <budget><period-start iso-date=\"2024-01-01\"/><period-end iso-date=\"2024-12-31\"/><value currency=\"eur\" value-date=\"0\">10.50</value></budget>";
    let found = read(file(&[&activity("A-1", rest)]).as_bytes());
    let taken = &found.activities[0];
    assert!(!taken.is_blocked());
    let countries: Vec<_> =
        taken.recipient_countries.iter().map(|c| (c.code.as_str(), c.percentage.as_deref())).collect();
    assert_eq!(countries, [("FR", None), ("BE", Some("60"))]);
    assert_eq!(taken.sectors.len(), 2, "an unknown vocabulary is not OECD DAC");
    let [budget] = taken.budgets.as_slice() else { panic!("{:?}", taken.budgets) };
    assert_eq!(
        (budget.value.as_str(), budget.currency.as_deref(), budget.value_date),
        ("10.50", Some("EUR"), None)
    );
    let mut told = codes(&found);
    told.sort_unstable();
    assert_eq!(
        told,
        [
            "CODE_CASE",
            "CODE_CASE",
            "CODE_UNKNOWN",
            "CODE_UNKNOWN",
            "DATE_INVALID",
            "DATE_INVALID",
            "NUMBER_INVALID",
            "NUMBER_INVALID",
            "PERCENTAGE_SUM"
        ]
    );
}

#[test]
fn endless_problems_are_cut() {
    let found = read(file(&[&activity("A-1", &"<wrong/>".repeat(50_000))]).as_bytes());
    assert_eq!(found.problems.len(), 1_001);
    assert!(codes(&found).contains(&"PROBLEMS_MANY"));
}

#[test]
fn endless_records_are_cut() {
    let limits = Limits { records: 3, ..Limits::default() };
    let many: Vec<String> = (0..5).map(|number| activity(&format!("A-{number}"), "")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let found = collect(Reader::with_limits(file(&many).as_bytes(), limits));
    assert_eq!((found.activities.len(), refusal(&found).0), (3, "RECORDS_MANY"));
}

#[test]
fn a_broken_list_of_publishers_is_told() {
    let list = "[\n{\"name\": \"One } \\\" ]\", \"iati_org_id\": \"GB-CHC-1\", \"country\": \"gb\"},\n{\"name\": oops},\n{\"name\": null, \"iati_org_id\": \"\"}\n]";
    let found = read(list.as_bytes());
    assert_eq!(found.organisations.len(), 3);
    assert_eq!(found.organisations[0].names[0].text, "One } \" ]");
    assert_eq!(codes(&found), ["CODE_UNKNOWN", "JSON_INVALID", "IDENTIFIER_MISSING", "TEXT_MISSING"]);
    assert_eq!(found.organisations[1].problems[0].line, 3);
    assert_eq!(
        refusal(&read(&b"[{\"name\": \"x\", \"iati_org_id\": \"GB-CHC-1\"}, 5]"[..])).0,
        "JSON_MALFORMED"
    );
    assert_eq!(refusal(&read(&b"[{\"name\": \"x\""[..])).0, "FILE_TRUNCATED");
    assert_eq!(refusal(&read(&b"[{}] {}"[..])).0, "FILE_TRAILING");
}
