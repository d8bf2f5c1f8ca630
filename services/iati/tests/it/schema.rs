//! The table says what the schema says: checked with the schema project's own documents and with published files.

use crate::common::{SCHEMA_CODES, read, shared};
use std::io::Read;

/// The files of a `.tar.gz`: path and text.
fn untar(path: &str) -> Vec<(String, String)> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(shared(path)).read_to_end(&mut bytes).expect("a gzip file");
    let mut files = Vec::new();
    let mut at = 0;
    let mut long_name = None;
    while bytes.get(at).is_some_and(|byte| *byte != 0) {
        let field = |from: usize, to: usize| {
            String::from_utf8_lossy(&bytes[at + from..at + to]).trim_end_matches(['\0', ' ']).to_owned()
        };
        let size = usize::from_str_radix(field(124, 136).trim(), 8).expect("an octal size");
        let body = String::from_utf8_lossy(&bytes[at + 512..at + 512 + size]).into_owned();
        let prefix = field(345, 500);
        match bytes[at + 156] {
            b'x' => {
                let path = body.split_once(" path=").and_then(|(_, path)| path.lines().next());
                long_name = path.map(str::to_owned);
            }
            b'0' => files.push((long_name.take().unwrap_or(format!("{prefix}/{}", field(0, 100))), body)),
            _ => {}
        }
        at += 512 + size.div_ceil(512) * 512;
    }
    files
}

#[test]
fn the_schema_projects_own_documents_are_judged_alike() {
    let (mut passed, mut failed, mut wrong) = (0, 0, Vec::new());
    for (path, text) in untar("iati-schemas/schema-test-cases.tar.gz") {
        if !path.ends_with(".xml") {
            continue;
        }
        let text = text.replace("version=\"xx\"", "version=\"2.03\"");
        let broken: Vec<String> = read(text.as_bytes())
            .problems
            .iter()
            // An identifier element that is there but empty is fine for the schema.
            .filter(|problem| {
                SCHEMA_CODES.contains(&problem.code)
                    || problem.code == "ROOT_UNKNOWN"
                    || problem.code == "IDENTIFIER_MISSING"
                        && !text.replace("<!--<", "").contains(&format!("<{}", problem.location))
            })
            .map(ToString::to_string)
            .collect();
        if path.contains("should-pass") {
            passed += 1;
            if !broken.is_empty() {
                wrong.push(format!("{path}: {broken:?}"));
            }
        } else {
            failed += 1;
            if broken.is_empty() {
                wrong.push(path);
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {passed} + {failed}:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!((passed, failed), (233, 453));
}
