//! What an activity was to achieve and what it did, as elements.

use chrono::{Datelike as _, NaiveDate};

use super::{Element, parts::narratives};
use crate::activity::Narrative;
use crate::results::{Achievement, Figure, Indicator, Period, Reference};

fn texts(name: &'static str, texts: &[Narrative]) -> Option<Element> {
    (!texts.is_empty()).then(|| Element::new(name).holding_all(narratives(texts)))
}

fn day(name: &'static str, day: NaiveDate) -> Element {
    Element::new(name).with("iso-date", day.to_string())
}

/// `result`.
#[must_use]
pub fn result(achievement: &Achievement) -> Element {
    Element::new("result")
        .with("type", &*achievement.type_code)
        .holding(Element::new("title").holding_all(narratives(&achievement.titles)))
        .holding_all(achievement.references.iter().map(reference))
        .holding_all(achievement.indicators.iter().map(indicator))
}

fn reference(reference: &Reference) -> Element {
    Element::new("reference")
        .with("vocabulary", &*reference.vocabulary)
        .with("code", &*reference.code)
        .with("indicator-uri", &*reference.uri)
}

fn indicator(indicator: &Indicator) -> Element {
    Element::new("indicator")
        .with("measure", &*indicator.measure)
        .with("ascending", if indicator.descending { "0" } else { "1" })
        .holding(Element::new("title").holding_all(narratives(&indicator.titles)))
        .holding_all(texts("description", &indicator.descriptions))
        .holding_all(indicator.references.iter().map(reference))
        .holding_all(indicator.baselines.iter().filter_map(baseline))
        .holding_all(indicator.periods.iter().filter_map(period))
}

/// `baseline`; nothing without a year.
fn baseline(figure: &Figure) -> Option<Element> {
    let year = figure.year.or(figure.day.map(|day| day.year()))?;
    let element = Element::new("baseline")
        .with("year", year.to_string())
        .with("iso-date", figure.day.map(|day| day.to_string()).unwrap_or_default())
        .with("value", figure.value.clone().unwrap_or_default());
    Some(within(element, figure))
}

/// `period` of an indicator; nothing without its days.
#[must_use]
pub fn period(period: &Period) -> Option<Element> {
    Some(
        Element::new("period")
            .holding(day("period-start", period.start?))
            .holding(day("period-end", period.end?))
            .holding_all(period.targets.iter().map(|one| figure("target", one)))
            .holding_all(period.actuals.iter().map(|one| figure("actual", one))),
    )
}

/// `target` or `actual`.
#[must_use]
pub fn figure(name: &'static str, figure: &Figure) -> Element {
    within(Element::new(name).with("value", figure.value.clone().unwrap_or_default()), figure)
}

fn within(element: Element, figure: &Figure) -> Element {
    let place = |place: &String| Element::new("location").with("ref", place);
    let dimension =
        |(name, value): &(String, String)| Element::new("dimension").with("name", name).with("value", value);
    element
        .holding_all(figure.locations.iter().map(place))
        .holding_all(figure.dimensions.iter().map(dimension))
        .holding_all(texts("comment", &figure.comments))
}
