//! What a grant says, and what is wrong with it.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate};

use super::told;
use crate::org_id;
use crate::problem::{Problem, Severity};
use crate::records::told::{missing, no_list};
use crate::records::{Field, Fields, Node, filled, placed, places};
use crate::texts::normal;

/// An organisation that gives or receives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Organisation {
    /// Its identifier as published, `GB-CHC-202918`; may be missing or dirty.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its country, as published.
    pub country: String,
}

/// A grant as it was published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    /// Its identifier: `360G-…`.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// How much was awarded, as it is written.
    pub amount: String,
    /// In what, as published.
    pub currency: String,
    /// When it was awarded.
    pub awarded: Option<NaiveDate>,
    /// The first day that it was planned for.
    pub start: Option<NaiveDate>,
    /// The last day that it was planned for.
    pub end: Option<NaiveDate>,
    /// Who gives.
    pub funders: Vec<Organisation>,
    /// Who receives.
    pub recipients: Vec<Organisation>,
    /// Where it stands.
    pub place: Field,
    /// Where its fields stand, by their names.
    pub fields: BTreeMap<String, Field>,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

impl Grant {
    /// It cannot be taken.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Blocks)
    }

    /// Where one of its fields stands, or it itself.
    #[must_use]
    pub fn field(&self, name: &str) -> &Field {
        self.fields.get(name).unwrap_or(&self.place)
    }

    pub(super) fn of(text: &str, index: usize, line: u32) -> Self {
        let node = Node::record(text, line, format!("grants/{index}"));
        let place = Field { path: node.path.clone(), line };
        let mut grant = Self { place, ..Self::default() };
        grant.problems = filled(&node, "GRANT_INVALID", |fields, problems| {
            grant.fill(fields, problems);
            grant.id.clone()
        });
        grant
    }

    fn fill(&mut self, fields: &BTreeMap<String, Node<'_>>, problems: &mut Vec<Problem>) {
        self.fields = places(fields);
        let mut of = Fields { said: fields, path: self.place.path.clone(), problems };
        self.id = of.text("id", Some(Severity::Blocks)).trim().to_owned();
        self.title = normal(&of.text("title", Some(Severity::Doubtful)));
        // Real files leave it out, and what a grant is for is of use to people alone.
        self.description = of.text("description", None);
        self.currency = of.text("currency", Some(Severity::Blocks)).trim().to_owned();
        self.amount = of.amount();
        self.awarded = of.day("awardDate", Some(Severity::Doubtful));
        (self.start, self.end) = of.period();
        self.funders = of.parties("fundingOrganization");
        if fields.contains_key("recipientIndividual") {
            of.say(told::to_a_person(), "recipientIndividual");
        } else {
            self.recipients = of.parties("recipientOrganization");
        }
    }
}

impl Fields<'_, '_> {
    fn amount(&mut self) -> String {
        let name = "amountAwarded";
        let Some(node) = self.said.get(name) else {
            self.say(missing(Severity::Blocks), name);
            return String::new();
        };
        if let Some(digits) = node.number() {
            return digits.to_owned();
        }
        let found = node.written();
        self.say(told::no_number().found(found), name);
        String::new()
    }

    /// A day, or the day of an instant as it is written.
    fn day(&mut self, name: &str, required: Option<Severity>) -> Option<NaiveDate> {
        let Some(node) = self.said.get(name) else {
            if let Some(severity) = required {
                self.say(missing(severity), name);
            }
            return None;
        };
        let found = node.string().and_then(|text| day(text.trim()));
        if found.is_none() {
            self.say(told::no_date(Severity::Blocks).found(node.written()), name);
        }
        found
    }

    /// The planned days: from the first to the last of all that is planned.
    fn period(&mut self) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let Some(node) = self.said.get("plannedDates") else { return (None, None) };
        let Some(events) = node.list() else {
            self.problems.push(placed(no_list(Severity::Blocks).found(node.written()), node));
            return (None, None);
        };
        let (mut first, mut last) = (None::<NaiveDate>, None::<NaiveDate>);
        for event in events {
            let Some(fields) = event.object() else { continue };
            let mut edge = |name: &str, until: bool| {
                let node = fields.get(name)?;
                let found = node.string().and_then(|text| edge(text.trim(), until));
                if found.is_none() {
                    self.problems.push(placed(told::no_date(Severity::Blocks).found(node.written()), node));
                }
                found
            };
            let start = edge("startDate", false);
            let end = edge("endDate", true).or_else(|| months_after(start?, fields.get("duration")?));
            if start.zip(end).is_some_and(|(start, end)| end < start) {
                self.problems.push(placed(told::ends_before_it_begins().found(event.written()), &event));
                continue;
            }
            first = first.into_iter().chain(start).min();
            last = last.into_iter().chain(end).max();
        }
        // What ends before something else begins has no period of its own.
        match first.zip(last) {
            Some((first, last)) if last < first => (None, None),
            _ => (first, last),
        }
    }

    fn parties(&mut self, name: &str) -> Vec<Organisation> {
        let Some(node) = self.said.get(name) else {
            self.say(missing(Severity::Blocks), name);
            return Vec::new();
        };
        let Some(nodes) = node.list().filter(|nodes| !nodes.is_empty()) else {
            self.say(no_list(Severity::Blocks).found(node.written()), name);
            return Vec::new();
        };
        let mut found = Vec::new();
        for node in nodes {
            let fields = node.object().unwrap_or_default();
            let text = |name: &str| {
                let text = fields.get(name).and_then(Node::string).unwrap_or_default();
                normal(&text.chars().filter(|c| !c.is_control() || c.is_whitespace()).collect::<String>())
            };
            let organisation =
                Organisation { id: text("id"), name: text("name"), country: text("addressCountry") };
            if organisation.id.is_empty() && organisation.name.is_empty() {
                self.problems.push(placed(told::nobody().found(node.written()), &node));
                continue;
            }
            if org_id::split(&organisation.id).is_none() {
                let at = fields.get("id").unwrap_or(&node);
                self.problems.push(placed(told::unregistered().found(&organisation.id), at));
            }
            found.push(organisation);
        }
        found
    }
}

/// `2025-01-31`, or an instant of that day.
fn day(text: &str) -> Option<NaiveDate> {
    let date = text.get(..10).and_then(|date| NaiveDate::parse_from_str(date, "%Y-%m-%d").ok());
    let instant = || {
        let zoned = DateTime::parse_from_rfc3339(text).is_ok();
        zoned || chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").is_ok()
    };
    date.filter(|date| (1..=9999).contains(&date.year()) && (text.len() == 10 || instant()))
}

/// The first or the last day of `2025-01-31`, `2025-01` or `2025`.
fn edge(text: &str, until: bool) -> Option<NaiveDate> {
    let digits = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let (first, months) = match text.len() {
        4 if digits => (NaiveDate::parse_from_str(&format!("{text}-01-01"), "%Y-%m-%d").ok()?, 12),
        7 => (NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok()?, 1),
        _ => return day(text),
    };
    match until {
        true => first.checked_add_months(Months::new(months))?.pred_opt(),
        false => Some(first),
    }
}

/// The last day of so many months.
fn months_after(start: NaiveDate, duration: &Node<'_>) -> Option<NaiveDate> {
    let months: u32 = duration.number()?.parse().ok().filter(|months| (1..=1200).contains(months))?;
    start.checked_add_months(Months::new(months))?.checked_sub_days(Days::new(1))
}
