//! What an activity is about, where it acts, what documents there are and what money moved: all elements of these names, in
//! file order.

use chrono::NaiveDate;

use crate::activity::{Activity, Code, Narrative, Org};
use crate::looking::Reading;
use crate::tree::{Id, Tree};
use crate::value::date;

/// The parts of an activity that are looked at on demand, an element each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// `sector`.
    pub sectors: Vec<Code>,
    /// `tag`.
    pub tags: Vec<Code>,
    /// `location`.
    pub locations: Vec<Location>,
    /// `document-link`.
    pub documents: Vec<DocumentLink>,
    /// `transaction`.
    pub transactions: Vec<Transaction>,
}

/// One `location`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Location {
    /// What figures call it.
    pub ref_: String,
    /// Code of `GeographicLocationReach`.
    pub reach: String,
    /// Its codes in gazetteers.
    pub ids: Vec<Place>,
    /// What it is called.
    pub names: Vec<Narrative>,
    /// What it is.
    pub descriptions: Vec<Narrative>,
    /// The administrative units that it lies in.
    pub administrative: Vec<Place>,
    /// `pos` as published: degrees north, then degrees east.
    pub position: String,
    /// Code of `GeographicExactness`.
    pub exactness: String,
    /// Code of `GeographicLocationClass`.
    pub class: String,
    /// The line of its element.
    pub line: u32,
}

/// A code of a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Code of `GeographicVocabulary`.
    pub vocabulary: String,
    /// Its code there.
    pub code: String,
    /// The level of an administrative unit.
    pub level: Option<i32>,
}

/// One `document-link`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocumentLink {
    /// Where it is.
    pub url: String,
    /// Its media type.
    pub format: String,
    /// What it is called.
    pub titles: Vec<Narrative>,
    /// What it says.
    pub descriptions: Vec<Narrative>,
    /// Codes of `DocumentCategory`.
    pub categories: Vec<String>,
    /// Codes of `Language`.
    pub languages: Vec<String>,
    /// The day it was issued.
    pub day: Option<NaiveDate>,
    /// The line of its element.
    pub line: u32,
}

/// One `transaction`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transaction {
    /// Its number in the publisher's books.
    pub ref_: String,
    /// Code of `TransactionType`.
    pub type_code: String,
    /// The day of it.
    pub day: Option<NaiveDate>,
    /// A decimal as published.
    pub value: String,
    /// ISO 4217: the value's own, else the activity's default.
    pub currency: Option<String>,
    /// The day whose exchange rate counts.
    pub value_date: Option<NaiveDate>,
    /// What it was for.
    pub descriptions: Vec<Narrative>,
    /// Whom it came from.
    pub provider: Option<Org>,
    /// Whom it went to.
    pub receiver: Option<Org>,
    /// The line of its element.
    pub line: u32,
}

impl Activity {
    /// Looks at its parts.
    #[must_use]
    pub fn parts(&self) -> Parts {
        let Some(tree) = Tree::of(&self.raw, "iati-activities") else { return Parts::default() };
        let Some(record) = tree.record() else { return Parts::default() };
        let reading = Reading { tree: &tree, line: self.line };
        let all = |name| tree.named(record, name).collect::<Vec<Id>>();
        Parts {
            sectors: all("sector").into_iter().map(|id| reading.code(id, "1")).collect(),
            tags: all("tag").into_iter().map(|id| reading.code(id, "")).collect(),
            locations: all("location").into_iter().map(|id| reading.location(id)).collect(),
            documents: all("document-link").into_iter().map(|id| reading.document(id)).collect(),
            transactions: all("transaction")
                .into_iter()
                .map(|id| reading.transaction(id, self.default_currency.as_ref()))
                .collect(),
        }
    }
}

impl Reading<'_> {
    fn code(&self, id: Id, default: &str) -> Code {
        let filled = |name: &str| Some(self.attribute(id, name)).filter(|value| !value.is_empty());
        Code {
            vocabulary: filled("vocabulary").unwrap_or_else(|| default.to_owned()),
            code: self.attribute(id, "code"),
            percentage: filled("percentage"),
            narratives: self.own_texts(id),
            uri: self.attribute(id, "vocabulary-uri"),
            line: self.line_of(id),
        }
    }

    fn location(&self, id: Id) -> Location {
        let places = |name: &str| {
            let place = |id: Id| Place {
                vocabulary: self.attribute(id, "vocabulary"),
                code: self.attribute(id, "code"),
                level: self.attribute(id, "level").parse().ok(),
            };
            self.tree.named(id, name).map(place).filter(|place| !place.code.is_empty()).collect()
        };
        let point = self.tree.named(id, "point").next();
        let position = point.and_then(|point| self.tree.named(point, "pos").next());
        Location {
            ref_: self.attribute(id, "ref"),
            reach: self.child(id, "location-reach", "code"),
            ids: places("location-id"),
            names: self.texts(id, "name"),
            descriptions: self.texts(id, "description"),
            administrative: places("administrative"),
            position: position.map(|id| self.tree.text(id).trim().to_owned()).unwrap_or_default(),
            exactness: self.child(id, "exactness", "code"),
            class: self.child(id, "location-class", "code"),
            line: self.line_of(id),
        }
    }

    fn document(&self, id: Id) -> DocumentLink {
        let codes = |name: &str| {
            let codes = self.tree.named(id, name).map(|id| self.attribute(id, "code"));
            codes.filter(|code| !code.is_empty()).collect()
        };
        DocumentLink {
            url: self.attribute(id, "url"),
            format: self.attribute(id, "format"),
            titles: self.texts(id, "title"),
            descriptions: self.texts(id, "description"),
            categories: codes("category"),
            languages: codes("language"),
            day: date(&self.child(id, "document-date", "iso-date")),
            line: self.line_of(id),
        }
    }

    fn transaction(&self, id: Id, currency: Option<&String>) -> Transaction {
        let value = self.tree.named(id, "value").next();
        let own = Some(self.child(id, "value", "currency")).filter(|currency| !currency.is_empty());
        Transaction {
            ref_: self.attribute(id, "ref"),
            type_code: self.child(id, "transaction-type", "code"),
            day: date(&self.child(id, "transaction-date", "iso-date")),
            value: value.map(|id| self.tree.text(id).trim().to_owned()).unwrap_or_default(),
            currency: own.or_else(|| currency.cloned()),
            value_date: date(&self.child(id, "value", "value-date")),
            descriptions: self.texts(id, "description"),
            provider: self.organisation(id, "provider-org"),
            receiver: self.organisation(id, "receiver-org"),
            line: self.line_of(id),
        }
    }

    fn organisation(&self, id: Id, name: &str) -> Option<Org> {
        let id = self.tree.named(id, name).next()?;
        let filled = |name: &str| Some(self.attribute(id, name)).filter(|value| !value.is_empty());
        Some(Org {
            ref_: filled("ref"),
            type_code: filled("type"),
            narratives: self.own_texts(id),
            line: self.line_of(id),
            ..Org::default()
        })
    }

    /// An attribute of the first element of this name.
    fn child(&self, id: Id, name: &str, attribute: &str) -> String {
        self.tree.named(id, name).next().map(|id| self.attribute(id, attribute)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_read_in_its_place() {
        let raw = "<iati-activity xml:lang='en' default-currency='EUR'>
<location ref='L1'><location-reach code='1'/><location-id vocabulary='G1' code='2990440'/><name><narrative>Nice</narrative></name>
<administrative vocabulary='A4' code='FR' level='0'/><point><pos> 43.7 7.26 </pos></point><exactness code='2'/></location>
<sector code='43030' percentage='60'/><sector vocabulary='99' code='x' vocabulary-uri='https://e.org'><narrative>Own</narrative></sector>
<tag vocabulary='2' code='11'/>
<transaction ref='7'><transaction-type code='3'/><transaction-date iso-date='2025-02-01'/><value value-date='2025-02-02'>12.5</value>
<provider-org ref='FR-1'><narrative>Us</narrative></provider-org></transaction>
<document-link url='https://e.org/d.pdf' format='application/pdf'><title><narrative>Report</narrative></title><category code='A07'/>
<language code='fr'/><document-date iso-date='2025-03-01'/></document-link></iati-activity>";
        let parts = Activity::read(raw.to_owned(), 1).unwrap().parts();
        let [first, own] = parts.sectors.try_into().unwrap();
        assert_eq!(
            (first.vocabulary.as_str(), first.code.as_str(), first.percentage.as_deref()),
            ("1", "43030", Some("60"))
        );
        assert_eq!(
            (own.uri.as_str(), own.narratives[0].text.as_str(), own.line),
            ("https://e.org", "Own", 4)
        );
        assert_eq!((parts.tags[0].vocabulary.as_str(), parts.tags[0].code.as_str()), ("2", "11"));
        let place = &parts.locations[0];
        assert_eq!(
            (place.position.as_str(), place.ids[0].code.as_str(), place.administrative[0].level),
            ("43.7 7.26", "2990440", Some(0))
        );
        let money = &parts.transactions[0];
        assert_eq!(
            (money.value.as_str(), money.currency.as_deref(), money.type_code.as_str()),
            ("12.5", Some("EUR"), "3")
        );
        assert_eq!(money.provider.as_ref().unwrap().narratives[0].text, "Us");
        let document = &parts.documents[0];
        assert_eq!(
            (document.categories.as_slice(), document.day),
            (["A07".to_owned()].as_slice(), "2025-03-01".parse().ok())
        );
    }
}
