//! The parts of an activity that Ensemble knows, as elements.

use chrono::NaiveDate;

use super::Element;
use crate::activity::{Budget, Code, Country, Narrative, Org, Related};

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
    Element::new("tag")
        .with("code", &*tag.code)
        .with("vocabulary", &*tag.vocabulary)
        .holding_all(narratives(&tag.narratives))
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
