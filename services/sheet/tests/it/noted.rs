//! The sender's own file comes back with what is wrong in it.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use sheet::{Book, Column, Content, Line, Note, Page, Slot, Style, noted};

use crate::made::{ods, read};

fn filled() -> Vec<u8> {
    let number = |number: i64| Slot { content: Content::Number(number.into()), style: Style::Input };
    let page = |name: &str| Page {
        name: name.to_owned(),
        columns: vec![Column { width: 20.0, hidden: false }; 2],
        lines: (0..5)
            .map(|row| Line {
                slots: vec![Slot::text(Style::Known, "Médiation & co"), number(row)],
                height: 0,
            })
            .collect(),
        headings: Some((0, 1)),
        protected: true,
        ..Page::default()
    };
    Book { title: "t".to_owned(), pages: vec![page("Rapport"), page("Récit")] }.write().unwrap()
}

fn list(words: &str) -> Page {
    let link = Slot {
        content: Content::Link("'Rapport'!B3".to_owned(), "Rapport!B3".to_owned()),
        style: Style::Plain,
    };
    Page {
        name: "À corriger".to_owned(),
        columns: vec![Column { width: 20.0, hidden: false }; 2],
        lines: vec![Line { slots: vec![link, Slot::text(Style::Plain, words)], height: 0 }],
        ..Page::default()
    }
}

fn note(text: &str) -> Note {
    Note { sheet: "Rapport".to_owned(), row: 2, column: 1, text: text.to_owned() }
}

fn parts(file: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    let mut parts = BTreeMap::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        assert!(parts.insert(name, content).is_none(), "each part once");
    }
    parts
}

#[test]
fn the_senders_own_file_is_kept_and_noted() {
    let sent = filled();
    let workbook = read(&sent).unwrap();
    let back = noted(&sent, &workbook, &[note("pas <un> nombre")], &list("B3 & co")).unwrap();
    let again = read(&back).unwrap();
    assert_eq!(again.sheets[..2], workbook.sheets[..]);
    let list_read = again.sheet("À corriger").unwrap();
    assert_eq!(list_read.get(0, 1).unwrap().shown(), "B3 & co");
    let (before, after) = (parts(&sent), parts(&back));
    for untouched in
        ["xl/worksheets/sheet2.xml", "xl/styles.xml", "xl/sharedStrings.xml", "docProps/core.xml"]
    {
        assert_eq!(before[untouched], after[untouched], "{untouched}");
    }
    let sheet = String::from_utf8(after["xl/worksheets/sheet1.xml"].clone()).unwrap();
    assert!(sheet.contains("<legacyDrawing ") && sheet.contains("<sheetProtection"));
    let comments = String::from_utf8(after["xl/ensemble-comments1.xml"].clone()).unwrap();
    assert!(comments.contains(r#"ref="B3""#) && comments.contains("pas &lt;un&gt; nombre"), "{comments}");
    let links = String::from_utf8(after["xl/worksheets/ensemble-notes.xml"].clone()).unwrap();
    assert!(links.contains(r#"location="&apos;Rapport&apos;!B3""#), "{links}");
}

#[test]
fn notes_of_the_time_before_are_replaced() {
    let sent = filled();
    let first = noted(&sent, &read(&sent).unwrap(), &[note("first")], &list("first")).unwrap();
    let second = noted(&first, &read(&first).unwrap(), &[note("second")], &list("second")).unwrap();
    let workbook = read(&second).unwrap();
    assert_eq!(workbook.sheets.iter().filter(|sheet| sheet.name == "À corriger").count(), 1);
    assert_eq!(workbook.sheet("À corriger").unwrap().get(0, 1).unwrap().shown(), "second");
    let comments = |file: &[u8]| String::from_utf8(parts(file)["xl/ensemble-comments1.xml"].clone()).unwrap();
    assert!(comments(&second).contains("second") && !comments(&second).contains("first"));
    let none = noted(&second, &workbook, &[], &list("nothing")).unwrap();
    assert!(!comments(&none).contains("second"), "what was corrected is noted no more");
}

#[test]
fn what_people_remarked_stays() {
    let mut book = Page {
        name: "Rapport".to_owned(),
        columns: vec![Column { width: 20.0, hidden: false }; 2],
        lines: (0..5).map(|_| Line { slots: vec![Slot::text(Style::Input, "x")], height: 0 }).collect(),
        ..Page::default()
    };
    book.notes = vec![(0, 0, "une remarque à nous".to_owned())];
    let sent = Book { title: String::new(), pages: vec![book] }.write().unwrap();
    // As if someone else had remarked it.
    let theirs = parts(&sent).into_iter().map(|(name, content)| {
        let content = match name.starts_with("xl/comments") {
            true => String::from_utf8(content).unwrap().replace("Ensemble", "Awa").into_bytes(),
            false => content,
        };
        (name, content)
    });
    let theirs: Vec<(String, Vec<u8>)> = theirs.collect();
    let theirs: Vec<(&str, &[u8])> =
        theirs.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    let sent = crate::made::package(&theirs);
    let back = noted(&sent, &read(&sent).unwrap(), &[note("faux")], &list("faux")).unwrap();
    let all: String = parts(&back)
        .into_iter()
        .filter(|(name, _)| name.contains("comments"))
        .map(|(_, content)| String::from_utf8(content).unwrap())
        .collect();
    assert!(all.contains("une remarque à nous") && all.contains("Awa") && all.contains("faux"), "{all}");
}

#[test]
fn a_file_that_is_no_xlsx_becomes_one_with_its_values() {
    let row = r#"<table:table table:name="Rapport"><table:table-row table:number-rows-repeated="3"><table:table-cell office:value-type="string"><text:p>=1+1</text:p></table:table-cell><table:table-cell office:value-type="float" office:value="12.5"/></table:table-row></table:table>"#;
    for (sent, name) in [(ods(row, &[]), "Rapport"), (b"=1+1;12,5\n=1+1;12,5\n=1+1;12,5\n".to_vec(), "CSV")] {
        let workbook = read(&sent).unwrap();
        let mut wrong = note("faux");
        wrong.sheet.clone_from(&workbook.sheets[0].name);
        let back = noted(&sent, &workbook, &[wrong], &list("faux")).unwrap();
        let again = read(&back).unwrap();
        let cells = |sheet: &sheet::Sheet| {
            sheet.cells().map(|(row, column, value)| (row, column, value.shown())).collect::<Vec<_>>()
        };
        assert_eq!(cells(again.sheet(name).unwrap()), cells(&workbook.sheets[0]));
        assert!(again.sheet("À corriger").is_some());
        assert!(parts(&back).keys().any(|part| part.contains("comments")));
    }
}
