//! Files that are broken, forbidden, or made to hurt: each is refused with a reason, none takes the memory it asks for.

use crate::made::{cells, ods, package, read, refused, xlsx};

#[test]
fn a_bomb_is_measured_and_not_believed() {
    let zeros = vec![b' '; 65 << 20];
    let sheet = [&b"<worksheet><sheetData>"[..], &zeros, b"</sheetData></worksheet>"].concat();
    let bomb = xlsx("", "", &[("xl/worksheets/sheet1.xml", &sheet)]);
    assert!(bomb.len() < 1 << 20, "small outside");
    assert_eq!(refused(&bomb).0, "FILE_TOO_LARGE");
    let texts = vec![b' '; 17 << 20];
    assert_eq!(refused(&xlsx("", "", &[("xl/sharedStrings.xml", &texts)])).0, "FILE_TOO_LARGE");
}

#[test]
fn a_bomb_that_lies_about_its_size_is_one_too() {
    let zeros = vec![b' '; 65 << 20];
    let mut bomb = xlsx("", "", &[("xl/worksheets/sheet1.xml", &zeros)]);
    let told = (65_u32 << 20).to_le_bytes();
    let places: Vec<usize> =
        bomb.windows(4).enumerate().filter(|(_, window)| *window == told).map(|(place, _)| place).collect();
    assert!(!places.is_empty());
    for place in places {
        bomb[place..place + 4].copy_from_slice(&10_u32.to_le_bytes());
    }
    assert!(matches!(refused(&bomb).0, "FILE_TOO_LARGE" | "FILE_DAMAGED"));
}

#[test]
fn a_file_is_refused_before_it_is_opened_when_it_is_too_large() {
    assert_eq!(refused(&vec![b'a'; (10 << 20) + 1]).0, "FILE_TOO_LARGE");
    let names: Vec<String> = (0..1001).map(|number| format!("xl/{number}.xml")).collect();
    let parts: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"<a/>"[..])).collect();
    assert_eq!(refused(&package(&parts)).0, "FILE_TOO_LARGE");
}

#[test]
fn one_text_in_many_cells_counts_each_time() {
    let text = "x".repeat(32_000);
    let rows: String =
        (1..2000).map(|row| format!(r#"<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>"#)).collect();
    let file = xlsx(&rows, &format!("<si><t>{text}</t></si>"), &[]);
    assert_eq!(refused(&file).0, "FILE_TOO_LARGE");
}

#[test]
fn a_cell_far_from_the_rest_is_named() {
    let file = xlsx(r#"<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#, "", &[]);
    let (reason, why) = refused(&file);
    assert_eq!(reason, "FILE_TOO_LARGE");
    assert!(why.contains("Rapport!XFD1048576"), "{why}");
}

#[test]
fn cells_that_repeat_are_counted_before_they_are_made() {
    let cell = r#"<table:table-cell table:number-columns-repeated="900" office:value-type="float" office:value="1"/>"#;
    let row = format!(r#"<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>"#);
    assert_eq!(
        refused(&ods(&format!(r#"<table:table table:name="A">{row}</table:table>"#), &[])).0,
        "FILE_TOO_LARGE"
    );
    let row = r#"<table:table-row><table:table-cell table:number-columns-repeated="4294967295" office:value-type="float" office:value="1"/></table:table-row>"#;
    assert_eq!(
        refused(&ods(&format!(r#"<table:table table:name="A">{row}</table:table>"#), &[])).0,
        "FILE_TOO_LARGE"
    );
    // What office programs write below and beside a table: nothing, a million times.
    let empty = r#"<table:table-row><table:table-cell office:value-type="float" office:value="7"/><table:table-cell table:number-columns-repeated="16383"/></table:table-row><table:table-row table:number-rows-repeated="1048575"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>"#;
    let file = ods(&format!(r#"<table:table table:name="A">{empty}</table:table>"#), &[]);
    assert_eq!(cells(&file), [(0, 0, "7".to_owned())]);
}

#[test]
fn what_does_not_belong_into_a_report_is_refused_kindly() {
    let locked: Vec<u8> = [0xD0, 0xCF, 0x11, 0xE0]
        .into_iter()
        .chain("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let macros = br#"<Types><Override PartName="/xl/workbook.xml" ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>"#;
    let encrypted = b"<manifest><file-entry><encryption-data/></file-entry></manifest>";
    let linked =
        r#"<table:table table:name="A"><table:table-source xlink:href="file:///etc/passwd"/></table:table>"#;
    for (file, reason) in [
        (locked, "FILE_ENCRYPTED"),
        (vec![0xD0, 0xCF, 0x11, 0xE0, 0, 0], "FILE_UNKNOWN"),
        (xlsx("", "", &[("xl/vbaProject.bin", b"\0")]), "FILE_HAS_MACROS"),
        (xlsx("", "", &[("[Content_Types].xml", macros)]), "FILE_HAS_MACROS"),
        (xlsx("", "", &[("xl/externalLinks/externalLink1.xml", b"<a/>")]), "FILE_HAS_LINKS"),
        (ods("", &[("META-INF/manifest.xml", encrypted)]), "FILE_ENCRYPTED"),
        (ods("", &[("Basic/Standard/script-lb.xml", b"<a/>")]), "FILE_HAS_MACROS"),
        (ods(linked, &[]), "FILE_HAS_LINKS"),
        (package(&[("xl/workbook.bin", b"\0")]), "FILE_UNKNOWN"),
        (package(&[("word/document.xml", b"<a/>")]), "FILE_UNKNOWN"),
        (package(&[("xl/workbook.xml", b"<a/>"), ("../../etc/passwd", b"x")]), "FILE_DAMAGED"),
        (package(&[("xl/workbook.xml", b"<a/>"), ("/etc/passwd", b"x")]), "FILE_DAMAGED"),
        (b"PK\x03\x04 and nothing more".to_vec(), "FILE_DAMAGED"),
        (b"%PDF-1.7\n\0\0".to_vec(), "FILE_UNKNOWN"),
    ] {
        assert_eq!(refused(&file).0, reason, "{:?}", String::from_utf8_lossy(&file[..file.len().min(80)]));
    }
}

#[test]
fn entities_and_doctypes_are_not_followed() {
    let evil = br#"<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="str"><v>&b;</v></c></row></sheetData></worksheet>"#;
    if let Ok(workbook) = read(&xlsx("", "", &[("xl/worksheets/sheet1.xml", evil)])) {
        assert!(!workbook.sheets[0].cells().any(|(_, _, value)| value.shown().contains("aaaa")));
    }
    let table = r#"<table:table table:name="A"><table:table-row><table:table-cell office:value-type="string"><text:p>&evil;</text:p></table:table-cell></table:table-row></table:table>"#;
    assert_eq!(refused(&ods(table, &[])).0, "FILE_DAMAGED");
}

#[test]
fn bytes_changed_at_random_never_break_the_reader() {
    let rows = r#"<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><v>45992</v></c><c r="C1" t="e"><v>#REF!</v></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>texte</t></is></c><c r="B2"><f t="shared" ref="B2:B3" si="0">A1+1</f><v>2</v></c></row>"#;
    let cells = r#"<table:table table:name="A"><table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="3" office:value-type="float" office:value="1.5"/><table:table-cell office:value-type="string"><text:p>a<text:s text:c="3"/>&amp;</text:p></table:table-cell></table:table-row></table:table>"#;
    let mut random = 1_u64;
    let mut next = move |below: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(random >> 33).unwrap() % below
    };
    let mut read_whole = 0;
    for round in 0..600 {
        let mut rows = rows.as_bytes().to_vec();
        let mut cells = cells.as_bytes().to_vec();
        for text in [&mut rows, &mut cells] {
            for _ in 0..1 + next(3) {
                let place = next(text.len());
                match next(3) {
                    0 => text[place] = u8::try_from(next(128)).unwrap(),
                    1 => drop(text.remove(place)),
                    _ => text.insert(place, b"<>/\"&0123456789"[next(15)]),
                }
            }
        }
        let mut file = match round % 2 {
            0 => xlsx(&String::from_utf8(rows).unwrap(), "<si><t>un</t></si>", &[]),
            _ => ods(&String::from_utf8(cells).unwrap(), &[]),
        };
        if round % 5 == 0 {
            let place = next(file.len());
            file[place] ^= 1 << next(8);
        }
        if round % 7 == 0 {
            file.truncate(next(file.len()));
        }
        read_whole += usize::from(read(&file).is_ok());
    }
    assert!(read_whole > 50, "some are still files: {read_whole}");
}
