//! What each field of a publication may hold. Pure.

use chassis::error::{Result, Violations};
use chassis::{say, text, value};
use proto::partners as pb;

use super::row::Model;
use crate::recommendation::rules::PATTERN as RECOMMENDATION;
use crate::working_group::rules::PATTERN as GROUP;

/// Every language has one document.
const MOST_DOCUMENTS: usize = 20;
const MOST_PAGES: i32 = 10_000;
const LONGEST_LICENCE: usize = 64;

/// Takes over what a draft says of a publication, having looked at every field.
pub(crate) fn describe(row: &mut Model, draft: &pb::Publication) -> Result<()> {
    let mut wrong = Violations::default();
    row.kind = wrong.coded("kind", draft.kind, true)?;
    wrong.localized("title", &mut row.title, draft.title.as_ref(), true)?;
    wrong.localized("summary", &mut row.summary, draft.summary.as_ref(), true)?;
    wrong.require("working_groups", !draft.working_groups.is_empty());
    row.working_groups = wrong.references("working_groups", GROUP, &draft.working_groups)?;
    row.recommendations = wrong.references("recommendations", RECOMMENDATION, &draft.recommendations)?;
    row.documents = wrong.each("documents", &draft.documents, MOST_DOCUMENTS, document)?.into();
    for (index, document) in row.documents.iter().enumerate() {
        if row.documents[..index].iter().any(|other| other.language_code == document.language_code) {
            wrong.add(
                format!("documents[{index}].language_code"),
                say!("one document for each language", "un seul document par langue"),
            );
        }
    }
    // Which licences are open is asked when it is published (PAR-26); here only that it is one.
    let spdx = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
    let licence = &draft.licence;
    if licence.is_empty() || licence.len() > LONGEST_LICENCE || !licence.chars().all(spdx) {
        wrong.add(
            "licence",
            say!("expected an SPDX id like CC-BY-4.0", "identifiant SPDX attendu, comme CC-BY-4.0"),
        );
    }
    row.licence.clone_from(licence);
    wrong.finish()
}

fn document(field: &str, found: &pb::PublicationDocument) -> Result<pb::PublicationDocument> {
    let mut wrong = Violations::default();
    let at = |name: &str| format!("{field}.{name}");
    let language_code = wrong.check(text::language(&at("language_code"), &found.language_code))?;
    let uri = wrong.check(value::https(&at("uri"), &found.uri))?;
    let sha256 = wrong.check(value::sha256(&at("sha256"), &found.sha256))?;
    if !(1..=MOST_PAGES).contains(&found.page_count) {
        wrong.add(at("page_count"), say!("expected 1 to {MOST_PAGES}", "de 1 à {MOST_PAGES} attendu"));
    }
    wrong.finish()?;
    Ok(pb::PublicationDocument {
        language_code: language_code.unwrap_or_default(),
        uri: uri.unwrap_or_default(),
        sha256: sha256.unwrap_or_default(),
        page_count: found.page_count,
    })
}
