//! What an activity is about, where it acts, its documents and its money, cleaned: each element of the record becomes an
//! entry, or nothing where it cannot be understood; what cannot stays in the record only.

use std::collections::HashMap;

use chassis::column::Day;
use chassis::draft::MOST;
use chassis::{say, text, value};
use iati::{Activity, Code, DocumentLink, Location, Org, Place, Severity, Transaction};
use proto::common::LocalizedText;
use proto::projects as pb;
use rust_decimal::Decimal;

use super::{Notes, clean, key, organisation, texts};
use crate::project::detail::Details;

/// The longest code, reference or address.
const LONGEST: usize = 2000;

/// The elements of a record, in file order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Elements {
    pub(crate) sectors: Vec<Option<pb::ProjectSector>>,
    pub(crate) tags: Vec<Option<pb::ProjectTag>>,
    pub(crate) locations: Vec<Option<pb::ProjectLocation>>,
    pub(crate) documents: Vec<Option<pb::ProjectDocument>>,
    /// With the keys of the organisations that money came from and went to.
    transactions: Vec<Option<(pb::ProjectTransaction, [String; 2])>>,
}

impl Elements {
    /// What a project takes over of them.
    pub(super) fn details(self, line: u32, notes: &mut Notes<'_>) -> Found {
        let (transactions, parties) = few(self.transactions, "transaction", line, notes).into_iter().unzip();
        let details = Details {
            sectors: few(self.sectors, "sector", line, notes),
            tags: few(self.tags, "tag", line, notes),
            locations: few(self.locations, "location", line, notes),
            documents: few(self.documents, "document-link", line, notes),
            transactions,
        };
        Found { details, parties }
    }
}

/// What a record says of a project beyond its row.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Found {
    details: Details,
    parties: Vec<[String; 2]>,
}

impl Found {
    /// With the partners of a project that its money came from and went to.
    pub(super) fn linked(&self, partners: &HashMap<String, String>) -> Details {
        let mut details = self.details.clone();
        let partner = |key: &str| partners.get(key).cloned().unwrap_or_default();
        for (transaction, [provider, receiver]) in details.transactions.iter_mut().zip(&self.parties) {
            for (party, key) in [(&mut transaction.provider, provider), (&mut transaction.receiver, receiver)]
            {
                if let Some(party) = party {
                    party.partner = partner(key);
                }
            }
        }
        details
    }
}

fn few<T>(found: Vec<Option<T>>, at: &str, line: u32, notes: &mut Notes<'_>) -> Vec<T> {
    let mut each: Vec<T> = found.into_iter().flatten().collect();
    if each.len() > MOST {
        each.truncate(MOST);
        notes.note(
            Severity::Doubtful,
            "ELEMENTS_MANY",
            at,
            line,
            say!(
                "at most {MOST} of a project are taken: the rest was left out",
                "{MOST} par projet au plus sont repris : le reste est laissé de côté"
            ),
        );
    }
    each
}

/// The elements of an activity.
pub(super) fn elements(activity: &Activity, default: &str, notes: &mut Notes<'_>) -> Elements {
    let parts = activity.parts();
    let mut reading = Reading { default, notes };
    Elements {
        sectors: parts.sectors.iter().map(|one| reading.sector(one)).collect(),
        tags: parts.tags.iter().map(|one| reading.tag(one)).collect(),
        locations: parts.locations.iter().map(|one| reading.location(one)).collect(),
        documents: parts.documents.iter().map(|one| reading.document(one)).collect(),
        transactions: parts.transactions.iter().map(|one| reading.transaction(one)).collect(),
    }
}

struct Reading<'r, 'n> {
    default: &'r str,
    notes: &'r mut Notes<'n>,
}

impl Reading<'_, '_> {
    fn texts(&mut self, narratives: &[iati::Narrative], at: &str, line: u32) -> Option<LocalizedText> {
        texts(narratives, self.default, at, line, self.notes)
    }

    /// SDG targets have a field of their own.
    fn sector(&mut self, found: &Code) -> Option<pb::ProjectSector> {
        let listed = iati::has_code("SectorVocabulary", &found.vocabulary) && found.vocabulary != "8";
        let (vocabulary, code) = coded(found, listed)?;
        let share = found.percentage.as_deref().and_then(|share| share.parse::<Decimal>().ok());
        Some(pb::ProjectSector {
            vocabulary,
            code,
            percentage: share.map(|share| share.normalize().to_string()).unwrap_or_default(),
            title: self.texts(&found.narratives, "sector", found.line),
            vocabulary_uri: clean(&found.uri, LONGEST),
        })
    }

    fn tag(&mut self, found: &Code) -> Option<pb::ProjectTag> {
        let listed = iati::has_code("TagVocabulary", &found.vocabulary) && found.vocabulary != "3";
        let (vocabulary, code) = coded(found, listed)?;
        Some(pb::ProjectTag {
            vocabulary,
            code,
            title: self.texts(&found.narratives, "tag", found.line),
            vocabulary_uri: clean(&found.uri, LONGEST),
        })
    }

    fn location(&mut self, found: &Location) -> Option<pb::ProjectLocation> {
        let point = point(&found.position);
        if point.is_none() && !found.position.is_empty() {
            self.note(
                "POSITION_INVALID",
                "location/point/pos",
                found.line,
                &found.position,
                say!(
                    "expected degrees north, a space, degrees east, as in 48.85 2.35: left out",
                    "latitude, espace, longitude attendues, comme 48.85 2.35 : laissées de côté"
                ),
            );
        }
        Some(pb::ProjectLocation {
            reference: clean(&found.ref_, LONGEST),
            title: self.texts(&found.names, "location/name", found.line),
            description: self.texts(&found.descriptions, "location/description", found.line),
            reach: clean(&found.reach, LONGEST),
            exactness: clean(&found.exactness, LONGEST),
            location_class: clean(&found.class, LONGEST),
            point,
            codes: found.ids.iter().take(MOST).map(place).collect(),
            administrative_units: found.administrative.iter().take(MOST).map(place).collect(),
        })
    }

    fn document(&mut self, found: &DocumentLink) -> Option<pb::ProjectDocument> {
        let codes = |codes: &[String]| codes.iter().take(MOST).map(|code| clean(code, LONGEST)).collect();
        Some(pb::ProjectDocument {
            title: self.texts(&found.titles, "document-link/title", found.line),
            uri: Some(clean(&found.url, LONGEST)).filter(|address| is_web(address))?,
            mime_type: clean(&found.format, LONGEST),
            category_codes: codes(&found.categories),
            language_codes: codes(&found.languages),
            document_date: found.day.and_then(Day::of).map(Day::to_date),
            description: self.texts(&found.descriptions, "document-link/description", found.line),
        })
    }

    fn transaction(&mut self, found: &Transaction) -> Option<(pb::ProjectTransaction, [String; 2])> {
        let at = "transaction/value";
        let currency = found.currency.as_deref().unwrap_or_default();
        let decimal = found.value.bytes().all(|byte| byte.is_ascii_digit() || b"+-.".contains(&byte));
        let amount = decimal.then(|| value::parse_money(at, &found.value, currency).ok()).flatten();
        if amount.is_none() {
            self.note("AMOUNT_INVALID", at, found.line, &found.value, say!(
                "expected an amount with a currency, not finer than its smallest coin: the transaction was left out, since amounts are not rounded",
                "montant avec devise attendu, sans rien de plus fin que sa plus petite unité : la transaction a été laissée de côté, car rien n'est arrondi"
            ));
        }
        let day = |day: Option<chrono::NaiveDate>| day.and_then(Day::of).map(Day::to_date);
        let provider = self.party(found.provider.as_ref());
        let receiver = self.party(found.receiver.as_ref());
        let keys = [&provider, &receiver]
            .map(|party| party.as_ref().map(|(key, _)| key.clone()).unwrap_or_default());
        let transaction = pb::ProjectTransaction {
            type_code: clean(&found.type_code, LONGEST),
            transaction_date: day(found.day),
            amount: Some(amount?),
            value_date: day(found.value_date),
            provider: provider.map(|(_, party)| party),
            receiver: receiver.map(|(_, party)| party),
            description: self.texts(&found.descriptions, "transaction/description", found.line),
            reference: clean(&found.ref_, LONGEST),
        };
        Some((transaction, keys))
    }

    fn party(&mut self, org: Option<&Org>) -> Option<(String, pb::TransactionParty)> {
        let org = org?;
        let found = organisation(org, self.default)?;
        let title = self.texts(&org.narratives, "transaction", org.line);
        Some((key(&found), pb::TransactionParty { partner: String::new(), reference: found.r#ref, title }))
    }

    fn note(&mut self, code: &'static str, at: &str, line: u32, found: &str, what: say::Text) {
        self.notes.found(Severity::Doubtful, code, at, line, found, what);
    }
}

fn coded(found: &Code, listed: bool) -> Option<(String, String)> {
    let code = clean(&found.code, LONGEST);
    (listed && !code.is_empty()).then(|| (found.vocabulary.clone(), code))
}

fn place(found: &Place) -> pb::LocationCode {
    pb::LocationCode {
        vocabulary: clean(&found.vocabulary, LONGEST),
        code: clean(&found.code, LONGEST),
        level: found.level.unwrap_or_default(),
    }
}

/// Degrees north, a space, degrees east; some write a comma between them as well.
fn point(position: &str) -> Option<pb::LocationPoint> {
    let numbers = position.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty());
    let numbers: Vec<f64> = numbers.map(|word| word.parse().ok()).collect::<Option<_>>()?;
    let [latitude, longitude] = numbers.try_into().ok()?;
    let placed = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
    placed.then_some(pb::LocationPoint { latitude, longitude })
}

fn is_web(address: &str) -> bool {
    (address.starts_with("https://") || address.starts_with("http://"))
        && text::plain("uri", address, LONGEST).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn details(inside: &str) -> (Details, Vec<&'static str>) {
        let raw = format!("<iati-activity xml:lang='en' default-currency='EUR'>{inside}</iati-activity>");
        let activity = Activity::read(raw, 1).unwrap();
        let mut notes = Notes { identifier: "X", problems: Vec::new() };
        let found = elements(&activity, "en", &mut notes).details(1, &mut notes);
        let partners = HashMap::from([("FR-1\nen Us".to_owned(), "partners/us".to_owned())]);
        (found.linked(&partners), notes.problems.iter().map(|problem| problem.code).collect())
    }

    #[test]
    fn what_cannot_be_understood_is_left_out_and_named() {
        let (found, problems) = details(
            "<location><point><pos>12.5, -70</pos></point></location><location><point><pos>north</pos></point></location>
            <sector code='43030' percentage='60.50'/><sector vocabulary='8' code='11.1'/><tag vocabulary='3' code='11.1'/>
            <transaction><transaction-type code='3'/><value>1.005</value></transaction>
            <document-link url='javascript:x' format='text/html'/><document-link url='http://e.org/a' format='text/html'/>",
        );
        assert_eq!(found.locations[0].point, Some(pb::LocationPoint { latitude: 12.5, longitude: -70.0 }));
        assert_eq!((found.locations.len(), found.locations[1].point.is_none()), (2, true));
        assert_eq!((found.sectors.len(), found.sectors[0].percentage.as_str()), (1, "60.5"));
        assert!(found.tags.is_empty() && found.transactions.is_empty(), "targets are sdg_targets");
        assert_eq!(found.documents.len(), 1);
        assert_eq!(problems, ["POSITION_INVALID", "AMOUNT_INVALID"]);
    }

    #[test]
    fn money_is_of_partners_that_the_record_names_and_of_others_by_their_words() {
        let (found, problems) = details(
            "<transaction ref='1'><transaction-type code='3'/><transaction-date iso-date='2025-01-02'/><value>5.5</value>
            <provider-org ref='FR-1'><narrative>Us</narrative></provider-org><receiver-org><narrative>Them</narrative></receiver-org>
            </transaction>",
        );
        let [money] = found.transactions.try_into().unwrap();
        assert_eq!(
            (money.amount.unwrap().minor_units, money.provider.unwrap().partner.as_str()),
            (550, "partners/us")
        );
        let receiver = money.receiver.unwrap();
        assert_eq!(
            (receiver.partner.as_str(), receiver.title.unwrap().translations["en"].text.as_str()),
            ("", "Them")
        );
        assert!(problems.is_empty());
    }
}
