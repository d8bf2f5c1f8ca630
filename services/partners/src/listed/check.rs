//! What the lines of a spreadsheet come to, and what is wrong with their cells. Pure.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chassis::say;
use chassis::say::Language;
use iati::{Problem, Severity};
use proto::partners as pb;
use proto::partners::partnership::State;

use super::line::{Line, Offers, split_role};
use super::reading::{Listed, Row};
use super::resolve::Meant;
use super::words::Column;
use crate::taking::Part;

/// Lines as partnerships to take over, and what is wrong with them.
#[derive(Default)]
pub(super) struct Checked {
    pub(super) drafts: Vec<pb::PartnershipAsFound>,
    /// The lines of each partnership's agreements, in their order; the first is also the partnership's.
    pub(super) lines: Vec<Vec<usize>>,
    pub(super) problems: Vec<Problem>,
    /// Lines that cannot be taken.
    pub(super) refused: i32,
}

/// The words that name partners.
pub(super) fn named(listed: &Listed) -> BTreeSet<String> {
    let of = |row: &Row| {
        let members = row.words(Column::Members);
        let members = members.split([';', '\n']).map(|member| split_role(member).0).collect::<Vec<_>>();
        std::iter::once(row.words(Column::Lead)).chain(members).collect::<Vec<_>>()
    };
    listed.rows.iter().flat_map(of).filter(|words| !words.is_empty()).collect()
}

/// Looks at every cell of every line.
pub(super) fn check(listed: &Listed, meant: &HashMap<String, Meant>, language: Language) -> Checked {
    let mut checked = Checked::default();
    for (place, value) in &listed.ignored {
        let why = say!(
            "this column means nothing here: it is not read",
            "cette colonne n'a pas de sens ici : elle n'est pas lue"
        );
        checked.problems.push(Problem {
            severity: Severity::Advice,
            record: String::new(),
            location: place.clone(),
            line: 0,
            found: value.clone(),
            code: "COLUMN_UNKNOWN",
            en: why.en,
            fr: why.fr,
        });
    }
    let offers = Offers::all();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for (at, row) in listed.rows.iter().enumerate() {
        let mut line = Line { listed, row, meant, offers: &offers, language, problems: Vec::new() };
        let read = line.read();
        let mut problems = std::mem::take(&mut line.problems);
        if !problems.iter().any(|problem| problem.severity == Severity::Blocks) {
            match known.get(&read.key) {
                None => {
                    known.insert(read.key.clone(), checked.drafts.len());
                    checked.drafts.push(read.partnership());
                    checked.lines.push(vec![at]);
                }
                Some(draft) => {
                    let first = &listed.rows[checked.lines[*draft][0]];
                    line.joins(&read, first, &mut checked.drafts[*draft]);
                    problems.append(&mut line.problems);
                    checked.lines[*draft].push(at);
                }
            }
            if let Some(draft) = known.get(&read.key) {
                checked.drafts[*draft].agreements.push(read.agreement);
            }
        }
        let blocked = problems.iter().any(|problem| problem.severity == Severity::Blocks);
        checked.refused += i32::from(blocked);
        checked.problems.append(&mut problems);
    }
    for draft in &mut checked.drafts {
        let signed = draft.agreements.iter().any(|one| one.found_state() == pb::agreement::State::Signed);
        draft.found_state = if signed { State::Active } else { State::Forming }.into();
    }
    checked
}

/// The column from which a field of what became of a line came.
pub(super) fn origin(part: Part, field: &str) -> Column {
    let first = field.split(['.', '[']).next().unwrap_or_default();
    match (part, first) {
        (Part::Partnership, "kind") => Column::Nature,
        (Part::Partnership, "lead_partner") => Column::Lead,
        (Part::Partnership, "members") | (_, "parties") => Column::Members,
        (Part::Partnership, "territories") => Column::Territories,
        (Part::Partnership, _) => Column::Partnership,
        (_, "kind") => Column::Kind,
        (_, "period") if field.ends_with("end_date") => Column::End,
        (_, "period") => Column::Start,
        (_, "document") if field.ends_with("sha256") => Column::Sha256,
        (_, "document") if field.ends_with("title") => Column::Title,
        (_, "document") => Column::Url,
        (_, "state") => Column::Signed,
        (_, "notice_days") => Column::Notice,
        (_, "renewal_mode") => Column::Renewal,
        (_, "max_tacit_renewals") => Column::Tacit,
        _ => Column::Reference,
    }
}
