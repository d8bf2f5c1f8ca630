//! What is written is read back, and what other programs write is read.

use chassis::say::Language;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use sheet::{Book, Column, Content, Hiding, Line, Page, Slot, Style, Value};

use crate::made::{cells, ods, read, xlsx};

struct Random(u64);

impl Random {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    fn content(&mut self) -> Content {
        const TEXTS: [&str; 12] = [
            "Médiathèque",
            "=1+1",
            "+33 1 23",
            "-5",
            "@nom",
            "\tx",
            "a\nb",
            "<&>\"'",
            "日本語",
            "1,234",
            "n/d",
            "مرحبا",
        ];
        match self.next(5) {
            0 => Content::Empty,
            1 => Content::Text(TEXTS[usize::try_from(self.next(12)).unwrap()].to_owned()),
            2 => {
                let day = i32::try_from(self.next(30_000)).unwrap();
                Content::Date(NaiveDate::from_num_days_from_ce_opt(730_000 + day).unwrap())
            }
            _ => {
                let digits = i64::try_from(self.next(1 << 31)).unwrap() * 100_000;
                let digits = digits >> self.next(48);
                let sign = if self.next(2) == 0 { 1 } else { -1 };
                Content::Number(Decimal::new(sign * digits, u32::try_from(self.next(7)).unwrap()))
            }
        }
    }
}

#[test]
fn what_is_written_is_read_back_cell_by_cell() {
    let mut random = Random(3);
    let styles = [Style::Plain, Style::Input, Style::Known, Style::Heading, Style::Closed];
    for round in 0..20 {
        let mut pages = Vec::new();
        for name in ["Rapport", "Récit d'été", "_meta"] {
            let lines = (0..random.next(30)).map(|_| Line {
                slots: (0..random.next(9))
                    .map(|_| Slot {
                        content: random.content(),
                        style: styles[usize::try_from(random.next(5)).unwrap()],
                    })
                    .collect(),
                height: 0,
            });
            let lines = lines.collect();
            let columns = vec![Column { width: 12.0, hidden: false }; 9];
            let hiding = if name == "_meta" { Hiding::Deep } else { Hiding::Shown };
            pages.push(Page {
                name: name.to_owned(),
                lines,
                columns,
                hiding,
                protected: true,
                ..Page::default()
            });
        }
        let book = Book { title: "t".to_owned(), pages };
        let workbook = read(&book.write().unwrap()).unwrap();
        for page in &book.pages {
            let sheet = workbook.sheet(&page.name).unwrap();
            let mut written = 0;
            for (row, line) in (0..).zip(&page.lines) {
                for (column, slot) in (0..).zip(&line.slots) {
                    let found = sheet.get(row, column);
                    written += usize::from(slot.content != Content::Empty);
                    match (&slot.content, found) {
                        (Content::Empty, None) => {}
                        (Content::Text(text), Some(Value::Text(read))) => assert_eq!(read, text),
                        (Content::Date(day), Some(Value::Date(read))) => assert_eq!(read, day),
                        (Content::Number(number), Some(value)) => {
                            assert_eq!(sheet::number(value, Language::Fr), Ok(*number), "{value:?}");
                        }
                        other => panic!("round {round}: {other:?}"),
                    }
                }
            }
            assert_eq!(sheet.cells().count(), written);
        }
    }
}

#[test]
fn a_number_with_more_digits_than_spreadsheets_keep_loses_none() {
    let number: Decimal = "123456789012345.123456".parse().unwrap();
    let slot = Slot { content: Content::Number(number), style: Style::Input };
    let page = Page {
        name: "A".to_owned(),
        lines: vec![Line { slots: vec![slot], height: 0 }],
        columns: vec![Column { width: 10.0, hidden: false }],
        ..Page::default()
    };
    let file = Book { title: String::new(), pages: vec![page] }.write().unwrap();
    let workbook = read(&file).unwrap();
    assert_eq!(sheet::number(workbook.sheets[0].get(0, 0).unwrap(), Language::Fr), Ok(number));
}

#[test]
fn zero_is_a_number_and_an_empty_cell_is_none() {
    let rows = r#"<row r="1"><c r="A1"><v>0</v></c><c r="B1"/><c r="C1" t="s"><v>0</v></c><c r="D1" t="str"><f>""</f><v></v></c></row>"#;
    assert_eq!(cells(&xlsx(rows, "<si><t> </t></si>", &[])), [(0, 0, "0".to_owned())]);
    let row = r#"<table:table table:name="A"><table:table-row><table:table-cell office:value-type="float" office:value="0"/><table:table-cell/><table:table-cell office:value-type="string"><text:p/></table:table-cell></table:table-row></table:table>"#;
    assert_eq!(cells(&ods(row, &[])), [(0, 0, "0".to_owned())]);
}

#[test]
fn days_are_days_in_both_of_excels_calendars() {
    let rows = r#"<row r="1"><c r="A1" s="1"><v>45992</v></c></row>"#;
    assert_eq!(cells(&xlsx(rows, "", &[])), [(0, 0, "2025-12-01".to_owned())]);
    let rows = r#"<row r="1"><c r="A1" s="1"><v>44530</v></c></row>"#;
    assert_eq!(cells(&xlsx(rows, "", &[("1904", b"")])), [(0, 0, "2025-12-01".to_owned())]);
    let row = r#"<table:table table:name="A"><table:table-row><table:table-cell office:value-type="date" office:date-value="2025-12-01T09:30:00"/></table:table-row></table:table>"#;
    assert_eq!(cells(&ods(row, &[])), [(0, 0, "2025-12-01".to_owned())]);
}

#[test]
fn errors_and_formulas_without_a_result_are_not_taken_for_nothing() {
    let rows = r#"<row r="1"><c r="A1" t="e"><f>X/0</f><v>#DIV/0!</v></c><c r="B1"><f>SUM(C1:C9)</f></c><c r="C1"><f>1+1</f><v>2</v></c></row>"#;
    let workbook = read(&xlsx(rows, "", &[])).unwrap();
    let sheet = &workbook.sheets[0];
    assert_eq!(sheet.get(0, 0), Some(&Value::Fault("#DIV/0!".to_owned())));
    assert_eq!(sheet.get(0, 1), Some(&Value::Fault("=SUM(C1:C9)".to_owned())));
    assert_eq!(sheet.get(0, 2), Some(&Value::Number(2.into())));
    let row = r##"<table:table table:name="A"><table:table-row><table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell></table:table-row></table:table>"##;
    let workbook = read(&ods(row, &[])).unwrap();
    assert_eq!(workbook.sheets[0].get(0, 0), Some(&Value::Fault("#DIV/0!".to_owned())));
}

#[test]
fn open_document_cells_stand_where_they_stand() {
    let table = r#"<table:tracked-changes><table:table-cell office:value-type="float" office:value="99"/></table:tracked-changes><table:table table:name="Feuille 1"><table:table-column table:number-columns-repeated="5"/><table:table-header-rows><table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row></table:table-header-rows><table:table-row-group><table:table-row><table:covered-table-cell/><table:table-cell table:number-columns-repeated="2" office:value-type="float" office:value="0.1"/><table:table-cell office:value-type="string"><office:annotation><text:p>remarque</text:p></office:annotation><text:p>a &amp; b<text:s text:c="2"/>c</text:p><text:p>d</text:p></table:table-cell><table:table-cell office:value-type="boolean" office:boolean-value="true"/></table:table-row></table:table-row-group></table:table>"#;
    assert_eq!(
        cells(&ods(table, &[])),
        [(2, 1, "0.1"), (2, 2, "0.1"), (2, 3, "a & b  c\nd"), (2, 4, "true")].map(|(row, column, text)| (
            row,
            column,
            text.to_owned()
        ))
    );
}
