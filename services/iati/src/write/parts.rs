//! The parts of an activity that Ensemble knows, as elements.

use chrono::NaiveDate;

use super::Element;
use crate::activity::{Budget, Code, Country, Narrative, Org, Related};
use crate::parts::{DocumentLink, Location, Place, Transaction};

/// Texts, an element each.
pub(super) fn narratives(texts: &[Narrative]) -> impl Iterator<Item = Element> + '_ {
    texts.iter().map(|one| {
        let language = one.language.clone().unwrap_or_default();
        Element::new("narrative").with("xml:lang", language).saying(&*one.text)
    })
}

/// `title`.
#[must_use]
pub fn title(texts: &[Narrative]) -> Element {
    Element::new("title").holding_all(narratives(texts))
}

/// `description` of a code of `DescriptionType`.
#[must_use]
pub fn description(kind: &str, texts: &[Narrative]) -> Element {
    Element::new("description").with("type", kind).holding_all(narratives(texts))
}

fn organisation(name: &'static str, org: &Org) -> Element {
    Element::new(name)
        .with("ref", org.ref_.clone().unwrap_or_default())
        .with("type", org.type_code.clone().unwrap_or_default())
        .with("role", org.role.clone().unwrap_or_default())
        .with("activity-id", org.activity_id.clone().unwrap_or_default())
        .holding_all(narratives(&org.narratives))
}

/// `reporting-org`.
#[must_use]
pub fn reporting_org(org: &Org) -> Element {
    organisation("reporting-org", org)
}

/// `participating-org`.
#[must_use]
pub fn participating_org(org: &Org) -> Element {
    organisation("participating-org", org)
}

/// `activity-status` of a code of `ActivityStatus`.
#[must_use]
pub fn activity_status(code: &str) -> Element {
    Element::new("activity-status").with("code", code)
}

/// `activity-date` of a code of `ActivityDateType`.
#[must_use]
pub fn activity_date(kind: &str, day: NaiveDate) -> Element {
    Element::new("activity-date").with("iso-date", day.to_string()).with("type", kind)
}

/// `recipient-country`.
#[must_use]
pub fn recipient_country(country: &Country) -> Element {
    Element::new("recipient-country")
        .with("code", &*country.code)
        .with("percentage", country.percentage.clone().unwrap_or_default())
}

/// `tag`.
#[must_use]
pub fn tag(tag: &Code) -> Element {
    code("tag", tag).holding_all(narratives(&tag.narratives))
}

/// `sector`.
#[must_use]
pub fn sector(sector: &Code) -> Element {
    code("sector", sector)
        .with("percentage", sector.percentage.clone().unwrap_or_default())
        .holding_all(narratives(&sector.narratives))
}

fn code(name: &'static str, code: &Code) -> Element {
    Element::new(name)
        .with("code", &*code.code)
        .with("vocabulary", &*code.vocabulary)
        .with("vocabulary-uri", &*code.uri)
}

fn coded(name: &'static str, code: &str) -> Option<Element> {
    (!code.is_empty()).then(|| Element::new(name).with("code", code))
}

fn dated(name: &'static str, day: Option<NaiveDate>) -> Option<Element> {
    day.map(|day| Element::new(name).with("iso-date", day.to_string()))
}

fn said(name: &'static str, texts: &[Narrative]) -> Option<Element> {
    (!texts.is_empty()).then(|| Element::new(name).holding_all(narratives(texts)))
}

/// `location`.
#[must_use]
pub fn location(location: &Location) -> Element {
    let place = |name: &'static str, place: &Place| {
        Element::new(name)
            .with("vocabulary", &*place.vocabulary)
            .with("level", place.level.map(|level| level.to_string()).unwrap_or_default())
            .with("code", &*place.code)
    };
    let point = (!location.position.is_empty()).then(|| {
        Element::new("point")
            .with("srsName", super::POSITIONS)
            .holding(Element::new("pos").saying(&*location.position))
    });
    Element::new("location")
        .with("ref", &*location.ref_)
        .holding_all(coded("location-reach", &location.reach))
        .holding_all(location.ids.iter().map(|one| place("location-id", one)))
        .holding_all(said("name", &location.names))
        .holding_all(said("description", &location.descriptions))
        .holding_all(location.administrative.iter().map(|one| place("administrative", one)))
        .holding_all(point)
        .holding_all(coded("exactness", &location.exactness))
        .holding_all(coded("location-class", &location.class))
}

/// `document-link`.
#[must_use]
pub fn document_link(document: &DocumentLink) -> Element {
    Element::new("document-link")
        .with("url", &*document.url)
        .with("format", &*document.format)
        .holding(Element::new("title").holding_all(narratives(&document.titles)))
        .holding_all(said("description", &document.descriptions))
        .holding_all(document.categories.iter().filter_map(|code| coded("category", code)))
        .holding_all(document.languages.iter().filter_map(|code| coded("language", code)))
        .holding_all(dated("document-date", document.day))
}

/// `transaction`; nothing without its day.
#[must_use]
pub fn transaction(transaction: &Transaction) -> Option<Element> {
    let value = Element::new("value")
        .with("currency", transaction.currency.clone().unwrap_or_default())
        .with("value-date", transaction.value_date.or(transaction.day)?.to_string())
        .saying(&*transaction.value);
    let party = |name: &'static str, org: &Option<Org>| org.as_ref().map(|org| organisation(name, org));
    Some(
        Element::new("transaction")
            .with("ref", &*transaction.ref_)
            .holding_all(coded("transaction-type", &transaction.type_code))
            .holding_all(dated("transaction-date", transaction.day))
            .holding(value)
            .holding_all(said("description", &transaction.descriptions))
            .holding_all(party("provider-org", &transaction.provider))
            .holding_all(party("receiver-org", &transaction.receiver)),
    )
}

/// `budget`; nothing without its days.
#[must_use]
pub fn budget(budget: &Budget) -> Option<Element> {
    let day = |name, day: NaiveDate| Element::new(name).with("iso-date", day.to_string());
    let start = budget.period_start?;
    let value = Element::new("value")
        .with("currency", budget.currency.clone().unwrap_or_default())
        .with("value-date", budget.value_date.unwrap_or(start).to_string())
        .saying(&*budget.value);
    Some(
        Element::new("budget")
            .with("type", &*budget.type_code)
            .with("status", &*budget.status)
            .holding(day("period-start", start))
            .holding(day("period-end", budget.period_end?))
            .holding(value),
    )
}

/// `related-activity`.
#[must_use]
pub fn related_activity(related: &Related) -> Element {
    Element::new("related-activity").with("ref", &*related.ref_).with("type", &*related.type_code)
}
