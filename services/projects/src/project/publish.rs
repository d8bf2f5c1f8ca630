//! A project as a record of the IATI Standard: as it was found, with what has changed here since; or anew (LES-18). Pure.

mod details;
pub(crate) mod results;

use std::collections::{BTreeSet, HashMap};

use chassis::value;
use iati::write::{self, Element, Rewrite};
use iati::{Activity, Budget, Code, Country, Narrative, Org, Related};
use proto::common::{LocalizedText, Origin};
use proto::partners::Partner;
use proto::projects as pb;
use proto::projects::project::State;

use super::as_found::{self, Found, UNKNOWN_LANGUAGE};
use super::lines;
use super::row::Model;
use super::source::Source;
use crate::territory;
use results::Kept;

/// What a record says of a project that is not in the project's own row.
#[derive(Debug, Default)]
pub(crate) struct Around {
    /// The partners it names, as far as the caller may know them; by the name that the project uses.
    pub(crate) partners: HashMap<String, Partner>,
    /// The IATI identifier of the project it is part of.
    pub(crate) parent: Option<String>,
    /// Whom to write to is written too.
    pub(crate) contacts: bool,
    /// Its indicators, and what counts of them.
    pub(crate) kept: Vec<Kept>,
    /// Where it acts.
    pub(crate) territories: Vec<territory::row::Model>,
    /// Its reports that count, as the public sees them.
    pub(crate) reports: Vec<pb::Report>,
}

/// The record of a project.
pub(crate) fn record(project: &Model, source: Option<&Source>, around: &Around) -> String {
    let found = source.and_then(|source| as_found(project, source, around));
    found.unwrap_or_else(|| anew(project, around))
}

/// The partners that the record of a project names and that the record it came from, which names these, does not.
pub(crate) fn unnamed<'a>(project: &'a Model, source: Option<&[String]>) -> Vec<&'a str> {
    let known = |partner: &str| source.is_some_and(|named| named.iter().any(|one| one == partner));
    let participants = project.participants.iter().map(|one| one.partner.as_str());
    let lead = source.is_none().then_some(project.lead_partner.as_str());
    lead.into_iter().chain(participants.filter(|partner| !known(partner))).collect()
}

/// The identifier of a project, made from its lead's where none was given.
pub(crate) fn identifier(project: &Model, lead: Option<&Partner>) -> String {
    if !project.iati_identifier.is_empty() {
        return project.iati_identifier.clone();
    }
    let id = project.name.rsplit('/').next().unwrap_or_default();
    format!("{}-{id}", reference(&project.lead_partner, lead))
}

/// The names of projects that an identifier may have been made for.
pub(crate) fn names_in(identifier: &str) -> impl Iterator<Item = String> {
    let ends = identifier.match_indices('-').map(|(at, _)| &identifier[at + 1..]);
    ends.filter(|id| chassis::name::check_id("id", id).is_ok()).map(|id| format!("projects/{id}"))
}

/// The identifier of an organisation that answers for an activity: one of a register, else what it is called here.
fn reference(name: &str, partner: Option<&Partner>) -> String {
    let id = || name.rsplit('/').next().unwrap_or_default().to_owned();
    partner.and_then(org_id).unwrap_or_else(id)
}

/// The first of a partner's identifiers that org-id.guide knows the register of.
fn org_id(partner: &Partner) -> Option<String> {
    partner.identifiers.iter().find_map(|one| {
        let scheme = if one.scheme == "SIREN" { "FR-RCS" } else { one.scheme.as_str() };
        let written = format!("{scheme}-{}", one.value);
        iati::org_id::split(&written).filter(|(agency, _)| *agency == scheme)?;
        Some(written)
    })
}

/// The code of `ActivityStatus` that a state means.
fn status(state: State) -> &'static str {
    match state {
        State::Unspecified | State::Draft | State::Submitted | State::Returned | State::Approved => "1",
        State::Active => "2",
        State::Completed => "3",
        State::Closed => "4",
        State::Cancelled => "5",
        State::Suspended => "6",
    }
}

/// The original first, then the other languages in their order.
fn narratives(text: &LocalizedText) -> Vec<Narrative> {
    let original = text.translations.get_key_value(&text.default_language_code);
    let others = text.translations.iter().filter(|(code, _)| **code != text.default_language_code);
    let one = |(code, translation): (&String, &proto::common::Translation)| Narrative {
        language: (code != UNKNOWN_LANGUAGE).then(|| code.clone()),
        text: translation.text.clone(),
    };
    original.into_iter().chain(others).map(one).collect()
}

fn organisation(name: &str, role: Option<&str>, around: &Around) -> Org {
    let partner = around.partners.get(name);
    Org {
        ref_: if role.is_some() { partner.and_then(org_id) } else { Some(reference(name, partner)) },
        type_code: partner.map(|partner| partner.iati_type_code.clone()).filter(|code| !code.is_empty()),
        role: role.map(str::to_owned),
        narratives: partner.and_then(|partner| partner.title.as_ref()).map(narratives).unwrap_or_default(),
        ..Org::default()
    }
}

/// A partner's part; nothing of a partner that the caller may not know.
fn participant(one: &pb::Participant, around: &Around) -> Option<Element> {
    around.partners.contains_key(&one.partner).then_some(())?;
    Some(write::participating_org(&organisation(&one.partner, Some(&one.iati_role), around)))
}

fn dates(project: &Model) -> [(&'static str, Option<chrono::NaiveDate>); 4] {
    let day = |day: Option<chassis::column::Day>| day.map(|day| *day);
    [
        ("1", day(project.planned_start)),
        ("2", day(project.actual_start)),
        ("3", day(project.planned_end)),
        ("4", day(project.actual_end)),
    ]
}

/// The budget of a line; of one without days it is the project's.
fn budget(line: &pb::BudgetLine, project: &Model) -> Option<Element> {
    let amount = line.amount.as_ref()?;
    let own = line.period.as_ref().and_then(|period| value::date_range("period", period, false).ok());
    let own = own.and_then(|(start, end)| Some((start, end?)));
    let (start, end) = own.or_else(|| project.planned_start.zip(project.planned_end))?;
    write::budget(&Budget {
        type_code: "1".to_owned(),
        status: "1".to_owned(),
        period_start: Some(*start),
        period_end: Some(*end),
        value: value::decimal(amount),
        currency: Some(amount.currency_code.clone()),
        value_date: None,
        line: 0,
    })
}

fn target(code: &str) -> Element {
    write::tag(&Code { vocabulary: "3".to_owned(), code: code.to_owned(), ..Code::default() })
}

fn country(code: &str) -> Element {
    write::recipient_country(&Country { code: code.to_owned(), ..Country::default() })
}

fn part_of(parent: &str) -> Element {
    write::related_activity(&Related { ref_: parent.to_owned(), type_code: "1".to_owned() })
}

/// A record of what was registered here.
fn anew(project: &Model, around: &Around) -> String {
    let lead = around.partners.get(&project.lead_partner);
    let language = project.title.default_language_code.as_str();
    let language = if language == UNKNOWN_LANGUAGE { "" } else { language };
    let opening = Element::new("iati-activity").with("xml:lang", language);
    let opening = opening.with("last-updated-datetime", project.update_time.to_string()).to_xml();
    let Some(mut rewrite) = Rewrite::of(&opening, &[]) else { return String::new() };
    rewrite.add([
        Element::new("iati-identifier").saying(identifier(project, lead)),
        write::reporting_org(&organisation(&project.lead_partner, None, around)),
        write::title(&narratives(&project.title)),
        write::description("1", &narratives(&project.summary)),
        write::activity_status(status(project.state.get())),
    ]);
    if !project.details.sectors.iter().any(|sector| sector.vocabulary == "1") {
        // The standard asks for a sector of its own list: not specified.
        rewrite.add([Element::new("sector").with("vocabulary", "1").with("code", "99810")]);
    }
    let answers = pb::Participant { partner: project.lead_partner.clone(), iati_role: "2".to_owned() };
    let named = project.participants.iter().any(|one| one.partner == answers.partner);
    rewrite
        .add((!named).then(|| write::participating_org(&organisation(&answers.partner, Some("2"), around))));
    rewrite.add(project.participants.iter().filter_map(|one| participant(one, around)));
    rewrite.add(dates(project).into_iter().filter_map(|(kind, day)| Some(write::activity_date(kind, day?))));
    let own = around.territories.iter().map(|territory| &territory.country_code);
    let countries: BTreeSet<&String> =
        project.country_codes.iter().chain(own).filter(|code| !code.is_empty()).collect();
    rewrite.add(countries.into_iter().map(|code| country(code)));
    rewrite.add(project.sdg_targets.iter().map(|code| target(code)));
    rewrite.add(project.budget_lines.iter().filter_map(|line| budget(line, project)));
    details::add(&mut rewrite, project, around);
    rewrite.add(around.parent.as_deref().map(part_of));
    results::add(&mut rewrite, &around.kept, &[], language);
    rewrite.finish()
}

/// The record a project came from, as it is exported to those who want no contacts and while nothing has changed here.
pub(crate) fn without_contacts(source: &Source) -> Option<String> {
    let mut rewrite = Rewrite::of(&source.raw, &source.namespaces)?;
    rewrite.without_contacts();
    Some(rewrite.finish())
}

/// The record it came from, with what has changed here since.
fn as_found(project: &Model, source: &Source, around: &Around) -> Option<String> {
    let activity = Activity::read(source.raw.clone(), 1).ok()?;
    let reading = as_found::of(&activity, source.time);
    let found = reading.found?;
    let mut rewrite = Rewrite::of(&source.raw, &source.namespaces)?;
    if !around.contacts {
        rewrite.without_contacts();
    }
    if project.origin == Origin::Imported {
        texts(&mut rewrite, project, &found, &activity);
        values(&mut rewrite, project, &found);
        details::update(&mut rewrite, project, &as_found::elements(&activity));
        who(&mut rewrite, project, source, &activity, around);
        match &around.parent {
            Some(parent) if *parent != found.parent => {
                rewrite.leave_out("related-activity", "type", "", &["1"]);
                rewrite.add([part_of(parent)]);
            }
            _ => {}
        }
        let language = activity.default_language.as_deref().unwrap_or_default();
        results::add(&mut rewrite, &around.kept, &reading.promises, language);
    }
    Some(rewrite.finish())
}

fn texts(rewrite: &mut Rewrite<'_>, project: &Model, found: &Found, activity: &Activity) {
    if *project.title != found.title {
        rewrite.retain("title", |_, _| false);
        rewrite.add([write::title(&narratives(&project.title))]);
    }
    if *project.summary != found.summary {
        let kind = as_found::summary_kind(activity).unwrap_or("1");
        rewrite.leave_out("description", "type", "1", &[kind]);
        rewrite.add([write::description(kind, &narratives(&project.summary))]);
    }
}

fn values(rewrite: &mut Rewrite<'_>, project: &Model, found: &Found) {
    if status(project.state.get()) != status(found.state) {
        rewrite.retain("activity-status", |_, _| false);
        rewrite.add([write::activity_status(status(project.state.get()))]);
    }
    let before = [found.planned_start, found.actual_start, found.planned_end, found.actual_end];
    for ((kind, day), before) in dates(project).into_iter().zip(before) {
        if day != before.map(|day| *day) {
            rewrite.leave_out("activity-date", "type", "", &[kind]);
            rewrite.add(day.map(|day| write::activity_date(kind, day)));
        }
    }
    let gone = |before: &[String], now: &[String]| -> Vec<String> {
        // Files write codes in capitals or not.
        let gone = before.iter().filter(|code| !now.contains(code));
        gone.flat_map(|code| [code.to_uppercase(), code.to_lowercase()]).collect()
    };
    let codes = gone(&found.country_codes, &project.country_codes);
    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    rewrite.leave_out("recipient-country", "code", "", &codes);
    rewrite.add(
        project
            .country_codes
            .iter()
            .filter(|code| !found.country_codes.contains(code))
            .map(|code| country(code)),
    );
    let codes = gone(&found.sdg_targets, &project.sdg_targets);
    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    rewrite.leave_out("tag", "code", "", &codes);
    rewrite.leave_out("sector", "code", "", &codes);
    rewrite.add(
        project.sdg_targets.iter().filter(|code| !found.sdg_targets.contains(code)).map(|code| target(code)),
    );
    if project.budget_lines.iter().map(lines::bare).ne(found.budget_lines.iter().cloned()) {
        rewrite.retain("budget", |_, _| false);
        rewrite.add(project.budget_lines.iter().filter_map(|line| budget(line, project)));
    }
}

/// Who takes part: those who left are left out, those who joined are added.
fn who(rewrite: &mut Rewrite<'_>, project: &Model, source: &Source, activity: &Activity, around: &Around) {
    let written = &activity.participating_orgs;
    if source.participants.len() != written.len() {
        return; // imported before it was kept whom each element means
    }
    let part = |number: usize| {
        let iati_role = written[number].role.clone().unwrap_or_default();
        pb::Participant { partner: source.participants[number].clone(), iati_role }
    };
    rewrite.retain("participating-org", |number, _| {
        let part = part(number);
        part.partner.is_empty() || project.participants.contains(&part)
    });
    let known: Vec<pb::Participant> = (0..written.len()).map(part).collect();
    let joined = project.participants.iter().filter(|one| !known.contains(one));
    rewrite.add(joined.filter_map(|one| participant(one, around)));
}

#[cfg(test)]
mod tests;
