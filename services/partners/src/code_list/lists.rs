//! The lists as they are kept: sections of two TSV files, cut out of the text without copying it.

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use chassis::say::Language;

const ENSEMBLE: &str = include_str!("../../code-lists/ensemble.tsv");
const IATI: &str = include_str!("../../code-lists/iati.tsv");

/// A list of codes.
pub struct List {
    /// `codeLists/college`, `codeLists/iati-organisation-type`.
    pub name: &'static str,
    /// `COLLEGE`, `OrganisationType`.
    pub code: &'static str,
    /// What it is called.
    pub title: Label,
    /// Who maintains it, and under which licence.
    pub source: &'static str,
    /// Codes outside the list are allowed.
    pub open: bool,
    /// The list whose codes group these, or nothing.
    pub category_list: &'static str,
    /// The codes, in the order of the source.
    pub codes: Vec<Code>,
    positions: HashMap<&'static str, usize>,
}

/// A code of a list.
pub struct Code {
    /// The code itself.
    pub code: &'static str,
    /// What it says.
    pub title: Label,
    /// The code of its group, or nothing.
    pub category: &'static str,
    /// Valid in old data, not to be used in new.
    pub withdrawn: bool,
    /// Facts: names and values.
    pub attributes: Vec<(&'static str, &'static str)>,
}

/// A text of the lists.
pub struct Label {
    /// English.
    pub en: &'static str,
    /// French.
    pub fr: &'static str,
    /// The French is Ensemble's, for want of an official one.
    pub ours: bool,
}

impl Label {
    /// The text in a language.
    pub fn in_language(&self, language: Language) -> &'static str {
        match language {
            Language::En => self.en,
            Language::Fr => self.fr,
        }
    }
}

impl List {
    /// The code of the list that is written like this.
    pub fn find(&self, code: &str) -> Option<&Code> {
        self.positions.get(code).and_then(|position| self.codes.get(*position))
    }
}

/// Every list, Ensemble's own first.
pub fn all() -> impl Iterator<Item = &'static List> {
    SECTIONS.iter().map(Section::list)
}

/// The list with this resource name: `codeLists/college`.
pub fn named(name: &str) -> Option<&'static List> {
    SECTIONS.iter().find(|section| section.name == name).map(Section::list)
}

/// The list with this code: `COLLEGE`, `OrganisationType`.
pub fn coded(code: &str) -> Option<&'static List> {
    SECTIONS.iter().find(|section| section.code == code).map(Section::list)
}

/// A list that may not have been read yet.
struct Section {
    name: String,
    code: &'static str,
    text: &'static str,
    list: OnceLock<List>,
}

static SECTIONS: LazyLock<Vec<Section>> =
    LazyLock::new(|| sections(ENSEMBLE, "codeLists/").chain(sections(IATI, "codeLists/iati-")).collect());

fn sections(file: &'static str, prefix: &str) -> impl Iterator<Item = Section> {
    file.split("\n[").skip(1).filter_map(move |section| {
        let (code, text) = section.split_once(']')?;
        Some(Section { name: format!("{prefix}{}", kebab(code)), code, text, list: OnceLock::new() })
    })
}

impl Section {
    fn list(&'static self) -> &'static List {
        self.list.get_or_init(|| self.read())
    }

    fn read(&'static self) -> List {
        let mut lines = self.text.lines();
        let mut head = lines.next().unwrap_or_default().split('\t').skip(1);
        let mut next = || head.next().unwrap_or_default();
        let (en, fr, flags, category_list, source) = (next(), next(), next(), next(), next());
        let codes: Vec<Code> = lines.filter(|line| !line.is_empty()).map(Code::read).collect();
        List {
            name: &self.name,
            code: self.code,
            title: Label { en, fr, ours: has(flags, "ours") },
            source,
            open: has(flags, "open"),
            category_list,
            positions: codes.iter().enumerate().map(|(position, code)| (code.code, position)).collect(),
            codes,
        }
    }
}

impl Code {
    fn read(line: &'static str) -> Self {
        let mut columns = line.split('\t');
        let mut next = || columns.next().unwrap_or_default();
        let (code, en, fr, flags, category) = (next(), next(), next(), next(), next());
        let en = first_of(en, code);
        Self {
            code,
            title: Label { en, fr: first_of(fr, en), ours: has(flags, "ours") },
            category,
            withdrawn: has(flags, "withdrawn"),
            attributes: columns.filter_map(|fact| fact.split_once('=')).collect(),
        }
    }
}

fn first_of(text: &'static str, otherwise: &'static str) -> &'static str {
    if text.is_empty() { otherwise } else { text }
}

fn has(flags: &str, flag: &str) -> bool {
    flags.split(' ').any(|known| known == flag)
}

/// `CRSChannelCode` as it is written in names: `crs-channel-code`.
fn kebab(code: &str) -> String {
    let letters: Vec<char> = code.replace('_', "-").chars().collect();
    let mut kebab = String::with_capacity(code.len() + 4);
    for (position, letter) in letters.iter().enumerate() {
        let before = position.checked_sub(1).and_then(|before| letters.get(before));
        let after = letters.get(position + 1);
        let starts_a_word = before.is_some_and(|before| {
            before.is_lowercase()
                || (before.is_uppercase() && after.is_some_and(|after| after.is_lowercase()))
        });
        if letter.is_uppercase() && starts_a_word {
            kebab.push('-');
        }
        kebab.extend(letter.to_lowercase());
    }
    kebab
}

#[cfg(test)]
mod tests {
    use super::kebab;

    #[test]
    fn names_are_in_kebab_case() {
        let written = |code| kebab(code);
        assert_eq!(written("DIVIDE_DIMENSION"), "divide-dimension");
        assert_eq!(written("OrganisationType"), "organisation-type");
        assert_eq!(written("CRSChannelCode"), "crs-channel-code");
        assert_eq!(written("UNSDG-Goals"), "unsdg-goals");
        assert_eq!(written("AidType-category"), "aid-type-category");
    }
}
