//! Which codes stand on which list, as the official validator sees it: to the letter, open lists included. The reader
//! itself is milder: it takes codes that differ in case, and knows which lists are open.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::Finding;
use crate::problem::shortened;
use crate::schema::has_code;
use crate::tree::{Id, Tree};

/// A list for a place, perhaps for one vocabulary only.
struct Rule {
    number: &'static str,
    code: &'static str,
    attribute: &'static str,
    list: &'static str,
    vocabulary: Option<&'static str>,
    without_vocabulary: bool,
}

/// By the path of the element from the record on.
static RULES: LazyLock<HashMap<&'static str, Vec<Rule>>> = LazyLock::new(|| {
    let mut rules: HashMap<&'static str, Vec<Rule>> = HashMap::new();
    for line in include_str!("../../data/code-rules.txt").lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split(' ');
        let (Some(number), Some(path), Some(list)) = (words.next(), words.next(), words.next()) else {
            continue;
        };
        let Some((element, attribute)) = path.rsplit_once('/') else { continue };
        let vocabulary = words.next();
        rules.entry(element).or_default().push(Rule {
            number,
            code: format!("RULE_{}", number.replace('.', "_")).leak(),
            attribute: attribute.trim_start_matches('@'),
            list,
            vocabulary: vocabulary.map(|vocabulary| vocabulary.trim_end_matches('?')),
            without_vocabulary: vocabulary.is_some_and(|vocabulary| vocabulary.ends_with('?')),
        });
    }
    rules
});

/// The codes of an activity that are not on their list, to the letter.
#[must_use]
pub fn codes_of_activity(raw: &str) -> Vec<Finding> {
    codes(raw, "iati-activities")
}

/// The codes of an organisation that are not on their list, to the letter.
#[must_use]
pub fn codes_of_organisation(raw: &str) -> Vec<Finding> {
    codes(raw, "iati-organisations")
}

fn codes(raw: &str, root: &'static str) -> Vec<Finding> {
    let Some(tree) = Tree::of(raw, root) else { return Vec::new() };
    let mut findings = Vec::new();
    let mut paths: HashMap<Id, String> = HashMap::new();
    for id in tree.record().map(|record| tree.all(record)).unwrap_or_default() {
        let node = tree.node(id);
        let path = match paths.get(&node.parent) {
            Some(parent) => format!("{parent}/{}", node.name),
            None => node.name.to_owned(),
        };
        for rule in RULES.get(path.as_str()).into_iter().flatten() {
            findings.extend(rule.broken(&tree, id, &path));
        }
        paths.insert(id, path);
    }
    findings
}

impl Rule {
    fn broken(&self, tree: &Tree<'_>, id: Id, path: &str) -> Option<Finding> {
        let written = match self.attribute {
            "text()" => tree.node(id).text.as_ref(),
            attribute => tree.attribute(id, attribute)?,
        };
        let counts = match (self.vocabulary, tree.attribute(id, "vocabulary")) {
            (None, _) => true,
            (Some(_), None | Some("")) => self.without_vocabulary,
            (Some(own), Some(vocabulary)) => own == vocabulary,
        };
        if !counts || has_code(self.list, written) {
            return None;
        }
        let (_, path) = path.split_once('/').unwrap_or_default();
        Some(Finding {
            rule: self.number,
            error: true,
            location: format!("{path}/@{}", self.attribute)
                .trim_start_matches('/')
                .replace("@text()", "text()"),
            line: tree.lines_before(id),
            found: shortened(written),
            code: self.code,
            en: format!("expected a code of the IATI list {list}", list = self.list),
            fr: format!("code de la liste IATI {list} attendu", list = self.list),
        })
    }
}
