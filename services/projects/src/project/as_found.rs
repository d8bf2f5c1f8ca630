//! What a file says of an activity, and the project that becomes of it (BEY-8). Pure.

pub(crate) mod details;
pub(crate) mod partnership;
pub(crate) mod results;
mod values;

use std::collections::{BTreeMap, HashMap};

use chassis::column::{Day, Micros};
use chassis::say;
use chassis::say::Text;
use chassis::{name, text};
use iati::{Activity, Narrative, Org, Problem, Severity};
use proto::common::{LocalizedText, Origin, Translation};
use proto::partners::OrganisationAsFound;
use proto::projects as pb;
use proto::projects::project::State;

use super::lines;
use super::row::Model;
use super::rules;
use chassis::draft::MOST;
use results::Promise;
use values::{budget_lines, countries, dates, parent, sdg_targets};

/// The longest IATI identifier.
const LONGEST_IDENTIFIER: usize = 500;
/// The longest name of an organisation that is handed on.
const LONGEST_NAME: usize = 1000;
/// How much of a description stands for a missing title.
const TITLE_FROM_TEXT: usize = 200;
/// The language that nobody said.
pub(crate) const UNKNOWN_LANGUAGE: &str = "und";

/// An activity as found, cleaned: what of it Ensemble models.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    pub(crate) identifier: String,
    pub(crate) state: State,
    pub(crate) title: LocalizedText,
    pub(crate) summary: LocalizedText,
    /// The key of the organisation that publishes it.
    pub(crate) lead: String,
    /// Who takes part: an organisation's key and its role.
    pub(crate) participants: Vec<(String, String)>,
    pub(crate) planned_start: Option<Day>,
    pub(crate) planned_end: Option<Day>,
    pub(crate) actual_start: Option<Day>,
    pub(crate) actual_end: Option<Day>,
    pub(crate) country_codes: Vec<String>,
    pub(crate) sdg_targets: Vec<String>,
    pub(crate) budget_lines: Vec<pb::BudgetLine>,
    /// The identifier of the activity it is part of.
    pub(crate) parent: String,
    /// What lists leave out.
    details: details::Found,
}

impl Found {
    /// As read before details were.
    pub(crate) fn forget_details(&mut self) {
        self.details = details::Found::default();
    }
}

/// An activity read: what can be made of it, the organisations it names, and what is doubtful about it.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    /// Nothing when it cannot be taken; a problem says why.
    pub(crate) found: Option<Found>,
    /// By key.
    pub(crate) organisations: Vec<(String, OrganisationAsFound)>,
    /// What it was to achieve, and what it did.
    pub(crate) promises: Vec<Promise>,
    pub(crate) problems: Vec<Problem>,
}

/// Reads an activity. Whether the file's own problems block it is for the caller to see.
pub(crate) fn of(activity: &Activity, now: Micros) -> Reading {
    let mut reading = Reading::default();
    let mut notes = Notes { identifier: &activity.identifier, problems: Vec::new() };
    let default = activity.default_language.as_deref().unwrap_or_default();
    let identifier = text::plain("iati-identifier", &activity.identifier, LONGEST_IDENTIFIER);
    let lead = organisation(&activity.reporting_org, default);
    let title = title(activity, default, &mut notes);
    match (identifier, lead, title) {
        (Ok(identifier), Some(lead), Some(title)) if !identifier.is_empty() => {
            let participants = participants(activity, default, &mut notes, &mut reading.organisations);
            let dates = dates(activity, now, &mut notes);
            let lead_key = key(&lead);
            let details = details::elements(activity, default, &mut notes).details(activity.line, &mut notes);
            reading.organisations.push((lead_key.clone(), lead));
            reading.promises = results::promises(activity, default, &mut notes);
            reading.found = Some(Found {
                identifier,
                state: state(activity.status.as_deref()),
                summary: summary(activity, default, &mut notes).unwrap_or_default(),
                title,
                lead: lead_key,
                participants,
                planned_start: dates[0],
                actual_start: dates[1],
                planned_end: dates[2],
                actual_end: dates[3],
                country_codes: countries(activity),
                sdg_targets: sdg_targets(activity),
                budget_lines: budget_lines(activity, &mut notes),
                parent: parent(activity),
                details,
            });
        }
        (Err(_), ..) => notes.note(Severity::Blocks, "IDENTIFIER_INVALID", "iati-identifier", activity.line, say!(
            "an identifier of at most {LONGEST_IDENTIFIER} characters, none of them a control character, is expected",
            "un identifiant de {LONGEST_IDENTIFIER} caractères au plus, sans caractère de contrôle, est attendu"
        )),
        (_, None, _) => notes.note(Severity::Blocks, "REPORTING_ORG_UNKNOWN", "reporting-org", activity.line, say!(
            "the organisation that publishes the activity has neither an identifier nor a name: nobody would answer for it",
            "l'organisation qui publie l'activité n'a ni identifiant ni nom : personne n'en répondrait"
        )),
        // The reader has said that there is no text, or no identifier.
        _ => {}
    }
    reading.problems = notes.problems;
    reading
}

struct Notes<'a> {
    identifier: &'a str,
    problems: Vec<Problem>,
}

impl Notes<'_> {
    fn note(&mut self, severity: Severity, code: &'static str, location: &str, line: u32, what: Text) {
        self.found(severity, code, location, line, "", what);
    }

    fn found(
        &mut self,
        severity: Severity,
        code: &'static str,
        location: &str,
        line: u32,
        found: &str,
        what: Text,
    ) {
        self.problems.push(Problem {
            severity,
            record: self.identifier.to_owned(),
            location: location.to_owned(),
            line,
            found: found.chars().take(80).collect(),
            code,
            en: what.en,
            fr: what.fr,
        });
    }
}

/// The state that an `activity-status` means (domain §4.5).
fn state(status: Option<&str>) -> State {
    match status {
        Some("2") => State::Active,
        Some("3") => State::Completed,
        Some("4") => State::Closed,
        Some("5") => State::Cancelled,
        Some("6") => State::Suspended,
        // 1, and what nobody could read.
        _ => State::Draft,
    }
}

fn title(activity: &Activity, default: &str, notes: &mut Notes<'_>) -> Option<LocalizedText> {
    if let Some(title) = texts(&activity.titles, default, "title", activity.line, notes) {
        return Some(title);
    }
    let mut stand_in = summary(activity, default, &mut Notes { identifier: "", problems: Vec::new() })?;
    for translation in stand_in.translations.values_mut() {
        let short: String = translation.text.chars().take(TITLE_FROM_TEXT).collect();
        short.trim().clone_into(&mut translation.text);
    }
    Some(stand_in)
}

/// The general description, else the objectives, else the target groups.
fn summary(activity: &Activity, default: &str, notes: &mut Notes<'_>) -> Option<LocalizedText> {
    ["1", "2", "3"].into_iter().find_map(|kind| {
        let of_kind = activity.descriptions.iter().filter(|(found, _)| found == kind);
        let narratives: Vec<Narrative> =
            of_kind.flat_map(|(_, narratives)| narratives.iter().cloned()).collect();
        texts(&narratives, default, "description", activity.line, notes)
    })
}

/// The elements of a record that lists leave out, in file order.
pub(crate) fn elements(activity: &Activity) -> details::Elements {
    let default = activity.default_language.as_deref().unwrap_or_default();
    details::elements(activity, default, &mut Notes { identifier: "", problems: Vec::new() })
}

/// The kind of description that [`summary`] takes.
pub(crate) fn summary_kind(activity: &Activity) -> Option<&'static str> {
    let says = |kind: &str| {
        let mut of_kind = activity.descriptions.iter().filter(|(found, _)| found == kind);
        of_kind.any(|(_, narratives)| narratives.iter().any(|one| !clean(&one.text, usize::MAX).is_empty()))
    };
    ["1", "2", "3"].into_iter().find(|kind| says(kind))
}

/// The key of each organisation that takes part, in file order; empty for one that nobody could recognise.
pub(crate) fn participating(activity: &Activity) -> Vec<String> {
    let default = activity.default_language.as_deref().unwrap_or_default();
    let one = |org: &Org| organisation(org, default).map(|found| key(&found)).unwrap_or_default();
    activity.participating_orgs.iter().map(one).collect()
}

/// Texts in several languages, of each language the first.
fn texts(
    narratives: &[Narrative],
    default: &str,
    at: &str,
    line: u32,
    notes: &mut Notes<'_>,
) -> Option<LocalizedText> {
    let mut translations: BTreeMap<String, Translation> = BTreeMap::new();
    for narrative in narratives {
        let language = language(narrative.language.as_deref().unwrap_or(default));
        let clean = clean(&narrative.text, usize::MAX);
        if clean.is_empty() || translations.contains_key(&language) {
            continue;
        }
        let kept: String = clean.chars().take(text::LONGEST).collect();
        if kept.len() < clean.len() {
            notes.note(
                Severity::Doubtful,
                "TEXT_TOO_LONG",
                at,
                line,
                say!(
                    "a text is longer than {most} characters: the rest was left out",
                    "un texte dépasse {most} caractères : la suite a été laissée de côté",
                    most = text::LONGEST
                ),
            );
        }
        if translations.len() < 20 {
            translations.insert(language, Translation { text: kept, ..Translation::default() });
        }
    }
    let wanted = [language(default), "en".to_owned(), "fr".to_owned()];
    let known = wanted.into_iter().find(|code| translations.contains_key(code));
    let default_language_code = known.or_else(|| translations.keys().next().cloned())?;
    let found = LocalizedText { default_language_code, translations, ..LocalizedText::default() };
    text::check(at, &found).ok()
}

fn language(code: &str) -> String {
    text::language("language", code).unwrap_or_else(|_| UNKNOWN_LANGUAGE.to_owned())
}

/// Without control characters or space around, and no longer than that.
fn clean(text: &str, most: usize) -> String {
    let text: String = text.chars().filter(|c| !c.is_control()).take(most).collect();
    text.trim().to_owned()
}

/// An organisation to hand on; nothing when it has neither identifier nor name.
fn organisation(org: &Org, default: &str) -> Option<OrganisationAsFound> {
    let mut titles = BTreeMap::new();
    for narrative in &org.narratives {
        let name = clean(&narrative.text, LONGEST_NAME);
        if !name.is_empty() {
            titles.entry(narrative.language.clone().unwrap_or_default()).or_insert(name);
        }
    }
    let reference = clean(org.ref_.as_deref().unwrap_or_default(), LONGEST_IDENTIFIER);
    (!reference.is_empty() || !titles.is_empty()).then(|| OrganisationAsFound {
        r#ref: reference,
        iati_type_code: org.type_code.clone().unwrap_or_default(),
        titles,
        default_language_code: default.to_owned(),
        ..OrganisationAsFound::default()
    })
}

/// What tells organisations of a file apart: their identifier and names as written.
fn key(organisation: &OrganisationAsFound) -> String {
    let mut key = organisation.r#ref.clone();
    for (language, title) in &organisation.titles {
        key.push_str(&format!("\n{language} {title}"));
    }
    key
}

fn participants(
    activity: &Activity,
    default: &str,
    notes: &mut Notes<'_>,
    organisations: &mut Vec<(String, OrganisationAsFound)>,
) -> Vec<(String, String)> {
    let mut participants: Vec<(String, String)> = Vec::new();
    for org in &activity.participating_orgs {
        let Some(found) = organisation(org, default) else {
            notes.note(
                Severity::Doubtful,
                "PARTICIPANT_UNKNOWN",
                "participating-org",
                org.line,
                say!(
                    "an organisation without identifier or name takes part in nothing: give it one",
                    "une organisation sans identifiant ni nom ne participe à rien : donnez-lui en un"
                ),
            );
            continue;
        };
        let Some(role) = org.role.clone().filter(|role| iati::has_code("OrganisationRole", role)) else {
            continue; // the reader has named it
        };
        let one = (key(&found), role);
        if participants.len() < MOST && !participants.contains(&one) {
            organisations.push((one.0.clone(), found));
            participants.push(one);
        }
    }
    participants
}

/// A new project, as found. Nothing without a lead.
pub(crate) fn create(found: &Found, partners: &HashMap<String, String>, now: Micros) -> Model {
    let (id, uid) = name::new_id('j');
    let mut project = rules::blank(&id, uid, now);
    project.origin = Origin::Imported.into();
    project.iati_identifier.clone_from(&found.identifier);
    project.lead_partner = partners.get(&found.lead).cloned().unwrap_or_default();
    project.state = found.state.into();
    project.title = found.title.clone().into();
    project.summary = found.summary.clone().into();
    project.planned_start = found.planned_start;
    project.planned_end = found.planned_end;
    project.actual_start = found.actual_start;
    project.actual_end = found.actual_end;
    project.country_codes = found.country_codes.clone().into();
    project.sdg_targets = found.sdg_targets.clone().into();
    project.details = found.details.linked(partners);
    lines::take(&mut project, found.budget_lines.clone());
    take_part(&mut project, found, partners);
    project
}

/// Follows a newer record: what still stands as the record before gave it; what people changed here since stays.
pub(crate) fn learn(
    project: &mut Model,
    before: &Found,
    found: &Found,
    partners: &HashMap<String, String>,
    now: Micros,
) {
    // A registered project speaks for itself.
    if project.origin != Origin::Imported {
        return;
    }
    if project.state == before.state && before.state != found.state {
        project.state = found.state.into();
        project.state_time = now;
        project.state_reason.clear();
    }
    follow(&mut project.title.0, &before.title, &found.title);
    follow(&mut project.summary.0, &before.summary, &found.summary);
    follow(&mut project.planned_start, &before.planned_start, &found.planned_start);
    follow(&mut project.planned_end, &before.planned_end, &found.planned_end);
    follow(&mut project.actual_start, &before.actual_start, &found.actual_start);
    follow(&mut project.actual_end, &before.actual_end, &found.actual_end);
    follow(&mut project.country_codes.0, &before.country_codes, &found.country_codes);
    follow(&mut project.sdg_targets.0, &before.sdg_targets, &found.sdg_targets);
    let (mine, was, is) =
        (&mut project.details, before.details.linked(partners), found.details.linked(partners));
    follow(&mut mine.sectors, &was.sectors, &is.sectors);
    follow(&mut mine.tags, &was.tags, &is.tags);
    follow(&mut mine.locations, &was.locations, &is.locations);
    follow(&mut mine.documents, &was.documents, &is.documents);
    mine.transactions = is.transactions; // nobody writes them here
    // What reports call a line is ours.
    let mine: Vec<pb::BudgetLine> = project.budget_lines.iter().map(lines::bare).collect();
    if mine == before.budget_lines && mine != found.budget_lines {
        lines::take(project, found.budget_lines.clone());
    }
    if before.parent != found.parent {
        project.parent_project.clear(); // found anew once all records are there
    }
    take_part(project, found, partners);
}

fn follow<T: Clone + PartialEq>(mine: &mut T, before: &T, now: &T) {
    if mine == before {
        mine.clone_from(now);
    }
}

/// Adds who takes part; nobody is dropped because a file no longer names them.
fn take_part(project: &mut Model, found: &Found, partners: &HashMap<String, String>) {
    for (key, role) in &found.participants {
        let Some(partner) = partners.get(key) else { continue };
        let one = pb::Participant { partner: partner.clone(), iati_role: role.clone() };
        if !project.participants.contains(&one) {
            project.participants.push(one);
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
