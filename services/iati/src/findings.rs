//! What the comparison with the schema says, in words.

use crate::problem::{Problem, Severity};
use crate::schema::List;
use crate::told;
use crate::validate::{Frame, Validator};
use crate::value::Kind;

fn doubtful(code: &'static str, line: u32, en: String, fr: String) -> Problem {
    Problem::new(Severity::Doubtful, code, line, en, fr)
}

impl Validator {
    pub(crate) fn missing_element(&mut self, owner: &str, name: &str, line: u32) {
        let location = self.location(Some(name), None);
        let en = format!("<{name}> is required in <{owner}>: add it");
        let fr = format!("<{name}> est obligatoire dans <{owner}> : ajoutez-le");
        self.push(doubtful("ELEMENT_MISSING", line, en, fr).at(location));
    }

    pub(crate) fn missing_attribute(&mut self, owner: &str, name: &str, line: u32) {
        let location = self.location(None, Some(name));
        let en = format!("<{owner}> needs @{name}: add it");
        let fr = format!("<{owner}> doit porter @{name} : ajoutez-le");
        self.push(doubtful("ATTRIBUTE_MISSING", line, en, fr).at(location));
    }

    pub(crate) fn unknown_element(&mut self, name: &str, line: u32) {
        let owner = self.frames.last().map_or("", |frame| frame.name);
        let location = self.location(Some(name), None);
        let en = format!(
            "<{name}> is not part of <{owner}> in IATI 2.03: check its name and place, or put it in a namespace of your own at the end"
        );
        let fr = format!(
            "<{name}> ne fait pas partie de <{owner}> en IATI 2.03 : vérifiez son nom et sa place, ou mettez-le à la fin dans votre propre espace de noms"
        );
        self.push(doubtful("ELEMENT_UNKNOWN", line, en, fr).at(location).found(name));
    }

    pub(crate) fn repeated(&mut self, name: &str, line: u32) {
        let owner = self.frames.last().map_or("", |frame| frame.name);
        let location = self.location(Some(name), None);
        let en = format!("<{name}> stands only once in <{owner}>: keep one");
        let fr = format!("<{name}> ne figure qu'une fois dans <{owner}> : gardez-en un seul");
        self.push(doubtful("ELEMENT_REPEATED", line, en, fr).at(location).found(name));
    }

    /// `before` stands before `after`, which should come first; `told` is the one to look at.
    pub(crate) fn order(&mut self, before: &str, after: &str, told: &str, line: u32) {
        let location = self.location(Some(told), None);
        let name = |name: &str| {
            if name == "*" { "an element of another namespace".to_owned() } else { format!("<{name}>") }
        };
        let nom = |name: &str| {
            if name == "*" {
                "un élément d'un autre espace de noms".to_owned()
            } else {
                format!("<{name}>")
            }
        };
        let en = format!("{} stands before {}: IATI wants {1} first; move it", name(before), name(after));
        let fr =
            format!("{} est placé avant {} : IATI veut {1} d'abord ; déplacez-le", nom(before), nom(after));
        self.push(doubtful("ELEMENT_ORDER", line, en, fr).at(location).found(before));
    }

    pub(crate) fn unexpected_text(&mut self, name: &str, line: u32, text: &str) {
        let location = self.location(None, None);
        let (en, fr) = if self.frames.last().is_some_and(|frame| frame.takes("narrative")) {
            (
                format!("the text stands directly in <{name}>: put it in a <narrative> inside"),
                format!(
                    "le texte est placé directement dans <{name}> : mettez-le dans un <narrative> à l'intérieur"
                ),
            )
        } else {
            (
                format!(
                    "<{name}> holds no text of its own: its attributes or its elements say everything; remove it"
                ),
                format!(
                    "<{name}> n'a pas de texte propre : ses attributs ou ses éléments disent tout ; retirez-le"
                ),
            )
        };
        self.push(doubtful("TEXT_UNEXPECTED", line, en, fr).at(location).found(text.trim()));
    }

    pub(crate) fn wrong_value(&mut self, kind: Kind, line: u32, attribute: Option<&str>, value: &str) {
        let location = self.location(None, attribute);
        let (code, en, fr) = kind.expected();
        let en = format!("expected {en}: correct it");
        let fr = format!("attendu : {fr} ; corrigez la valeur");
        self.push(doubtful(code, line, en, fr).at(location).found(value));
    }

    pub(crate) fn unknown_attribute(&mut self, name: &str, value: &str, line: u32) {
        let owner = self.frames.last().map_or("", |frame| frame.name);
        let location = self.location(None, Some(name));
        let en = format!(
            "<{owner}> has no @{name} in IATI 2.03: remove it, or move it to the element it belongs to"
        );
        let fr = format!(
            "<{owner}> n'a pas de @{name} en IATI 2.03 : retirez-le, ou déplacez-le vers l'élément auquel il appartient"
        );
        self.push(doubtful("ATTRIBUTE_UNKNOWN", line, en, fr).at(location).found(value));
    }

    pub(crate) fn unknown_code(&mut self, list: &List, name: &str, value: &str, line: u32) {
        let location = self.location(None, Some(name));
        if !list.open {
            self.push(told::unknown_code(list.name, line).at(location).found(value));
        } else if self.advises("CODE_UNLISTED", &location) {
            let list = list.name;
            let en = format!("this code is not in the IATI list {list}, which is open: taken; check it");
            let fr =
                format!("ce code n'est pas dans la liste IATI {list}, qui est ouverte : pris ; vérifiez-le");
            self.push(
                Problem::new(Severity::Advice, "CODE_UNLISTED", line, en, fr).at(location).found(value),
            );
        }
    }

    pub(crate) fn code_case(&mut self, canonical: &str, name: &str, value: &str, line: u32) {
        let location = self.location(None, Some(name));
        if self.advises("CODE_CASE", &location) {
            let en = format!("the code is written {canonical} in its list: read as such, here and below");
            let fr = format!("le code s'écrit {canonical} dans sa liste : lu ainsi, ici et plus bas");
            self.push(Problem::new(Severity::Advice, "CODE_CASE", line, en, fr).at(location).found(value));
        }
    }

    /// Whether this advice is new for the record.
    fn advises(&mut self, code: &'static str, location: &str) -> bool {
        let new = !self.advised.iter().any(|(told, at)| *told == code && at == location);
        if new {
            self.advised.push((code, location.to_owned()));
        }
        new
    }

    /// One word about a transaction of IATI 1 instead of one for each of its parts.
    pub(crate) fn old_transaction(&mut self, frame: &Frame) {
        let at = frame.problems.min(self.problems.len());
        let parts = self.problems.split_off(at);
        let (same, others): (Vec<_>, Vec<_>) = parts.into_iter().partition(|problem| {
            matches!(problem.code, "TEXT_UNEXPECTED" | "ELEMENT_ORDER")
                || problem.code == "ATTRIBUTE_MISSING"
                    && problem.location == "transaction/transaction-type/@code"
                || problem.code == "DATE_INVALID"
                    && problem.location == "transaction/transaction-date/@iso-date"
        });
        let found: Vec<&str> = same.iter().map(|problem| problem.location.as_str()).collect();
        self.problems.push(
            doubtful(
                "TRANSACTION_OLD_FORM",
                frame.line,
                "the transaction is written as in IATI 1: give transaction-type a @code, transaction-date an @iso-date as the only date, no text in either, and put value before description".to_owned(),
                "la transaction est écrite comme en IATI 1 : donnez un @code à transaction-type, la date dans le seul @iso-date de transaction-date, aucun texte dans l'un ni l'autre, et placez value avant description".to_owned(),
            )
            .at("transaction")
            .found(&found.join(", ")),
        );
        self.problems.extend(others);
    }
}

/// What is said instead of a very long list.
pub(crate) fn many(more: usize, line: u32) -> Problem {
    Problem::new(
        Severity::Advice,
        "PROBLEMS_MANY",
        line,
        format!("{more} more problems are not listed: correct these first"),
        format!("{more} autres problèmes ne sont pas listés : corrigez d'abord ceux-ci"),
    )
}
