//! From the XML of one record to the record, with everything that is wrong with it.

use std::borrow::Cow;

use crate::activity::Activity;
use crate::item::Limits;
use crate::model::{Activities, Organisations};
use crate::org_id;
use crate::organisation::Organisation;
use crate::problem::Problem;
use crate::scan::Fate;
use crate::told;
use crate::validate::Validator;
use crate::walk::{Attribute, Element, walk};

impl Activity {
    /// Reads [`raw`](Activity::raw) again, as found on this line.
    ///
    /// # Errors
    ///
    /// When the tags do not match.
    pub fn read(raw: String, line: u32) -> Result<Self, Box<Problem>> {
        activity(raw, line, Fate::Whole, &Limits::default())
    }
}

impl Organisation {
    /// Reads [`raw`](Organisation::raw) again, as found on this line of an XML file.
    ///
    /// # Errors
    ///
    /// When the tags do not match.
    pub fn read(raw: String, line: u32) -> Result<Self, Box<Problem>> {
        organisation(raw, line, Fate::Whole, &Limits::default())
    }
}

pub(crate) fn activity(
    raw: String,
    line: u32,
    fate: Fate,
    limits: &Limits,
) -> Result<Activity, Box<Problem>> {
    let mut model = Activities::default();
    let walked = walk(&raw, line, "iati-activities", limits, &mut model);
    model.activity.line = line;
    if let Some(refused) = too_much(fate, line, limits) {
        let problems = named(vec![refused], &model.activity.identifier);
        return Ok(Activity { problems, ..model.activity });
    }
    let mut problems = whole(walked, fate, line)?;
    model.activity.raw = raw;
    let mut activity = model.finish(&mut problems);
    identified(&activity.identifier, line, "iati-identifier", &mut problems);
    activity.problems = named(problems, &activity.identifier);
    Ok(activity)
}

pub(crate) fn organisation(
    raw: String,
    line: u32,
    fate: Fate,
    limits: &Limits,
) -> Result<Organisation, Box<Problem>> {
    let mut model = Organisations::default();
    let walked = walk(&raw, line, "iati-organisations", limits, &mut model);
    model.organisation.line = line;
    if let Some(refused) = too_much(fate, line, limits) {
        let problems = named(vec![refused], &model.organisation.identifier);
        return Ok(Organisation { problems, ..model.organisation });
    }
    let mut problems = whole(walked, fate, line)?;
    model.organisation.raw = raw;
    let mut organisation = model.finish(&mut problems);
    identified(&organisation.identifier, line, "organisation-identifier", &mut problems);
    if !organisation.identifier.is_empty() && org_id::split(&organisation.identifier).is_none() {
        let found = &organisation.identifier;
        problems.push(told::unregistered(line).at("organisation-identifier").found(found));
    }
    organisation.problems = named(problems, &organisation.identifier);
    Ok(organisation)
}

/// What is wrong with the attributes of the root element.
pub(crate) fn root(name: &str, attributes: &[(String, String)], line: u32, limits: &Limits) -> Vec<Problem> {
    let attributes = attributes
        .iter()
        // A missing or strange version has its own words.
        .map(|(name, value)| Attribute { name, value: Cow::Borrowed(value.as_str()), usable: true });
    let mut element = Element { name, attributes: attributes.collect(), line };
    let mut validator = Validator::new(name, limits.problems);
    validator.open_root(&mut element);
    validator.finish().into_iter().filter(|problem| problem.location != "@version").collect()
}

fn too_much(fate: Fate, line: u32, limits: &Limits) -> Option<Problem> {
    match fate {
        Fate::TooLarge => Some(told::record_too_large(limits.record, line)),
        Fate::TooDeep => Some(told::record_too_deep(limits.depth, line)),
        Fate::Whole | Fate::Unbalanced => None,
    }
}

fn whole(
    walked: Result<Vec<Problem>, Box<Problem>>,
    fate: Fate,
    line: u32,
) -> Result<Vec<Problem>, Box<Problem>> {
    let problems = walked?;
    if fate == Fate::Unbalanced { Err(Box::new(told::truncated(line))) } else { Ok(problems) }
}

fn identified(identifier: &str, line: u32, location: &str, problems: &mut Vec<Problem>) {
    if identifier.is_empty() {
        problems.push(told::no_identifier(line).at(location));
    }
}

/// In file order, with the name of the record.
fn named(mut problems: Vec<Problem>, record: &str) -> Vec<Problem> {
    problems.sort_by_key(|problem| problem.line);
    for problem in &mut problems {
        record.clone_into(&mut problem.record);
    }
    problems
}
