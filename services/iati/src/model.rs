//! Builds activities and organisations from what passes the schema, and checks what a schema cannot say.

use crate::activity::{Activity, Budget, Code, Country, Dates, Org, Related};
use crate::org_id;
use crate::organisation::Organisation;
use crate::problem::{Problem, Severity};
use crate::texts::Languages;
use crate::told;
use crate::value::{billionths, date};
use crate::walk::{Element, Model};

fn organisation(element: &Element<'_>) -> Org {
    Org {
        ref_: element.owned("ref"),
        type_code: element.owned("type"),
        role: element.owned("role"),
        narratives: Vec::new(),
        activity_id: element.owned("activity-id"),
        line: element.line,
    }
}

/// A code of a vocabulary; nothing if its vocabulary is not understood, since the code would mean something else.
fn code(element: &Element<'_>, default: &str) -> Option<Code> {
    let vocabulary = match element.written("vocabulary").map(str::trim) {
        None | Some("") => default.to_owned(),
        Some(_) => element.owned("vocabulary")?,
    };
    Some(Code {
        vocabulary,
        code: element.owned("code")?,
        percentage: element.owned("percentage"),
        narratives: Vec::new(),
        uri: element.owned("vocabulary-uri").unwrap_or_default(),
        line: element.line,
    })
}

/// An activity being read.
#[derive(Default)]
pub(crate) struct Activities {
    pub(crate) activity: Activity,
    languages: Languages,
    /// Whether the last sector or tag was taken, so that its name has a place.
    taken: bool,
    budget: Option<Budget>,
    refs: Vec<(String, &'static str, u32)>,
}

impl Model for Activities {
    fn open(&mut self, path: &[&'static str], element: &Element<'_>) {
        if path.len() <= 3 {
            self.languages.open(path, element);
        }
        let activity = &mut self.activity;
        match path {
            [_] => {
                activity.hierarchy =
                    element.get("hierarchy").and_then(|level| level.parse().ok()).unwrap_or(1);
                activity.default_language.clone_from(&self.languages.record);
                activity.default_currency = element.owned("default-currency");
                activity.last_updated = element.owned("last-updated-datetime");
            }
            [_, name] => match *name {
                "reporting-org" => {
                    activity.reporting_org = organisation(element);
                    self.note_ref(element, "reporting-org/@ref");
                }
                "participating-org" => {
                    activity.participating_orgs.push(organisation(element));
                    self.note_ref(element, "participating-org/@ref");
                }
                "description" => {
                    let kind = element.get("type").unwrap_or("1").to_owned();
                    activity.descriptions.push((kind, Vec::new()));
                }
                "activity-status" => activity.status = element.owned("code"),
                "activity-date" => note_date(&mut activity.dates, element),
                "recipient-country" => {
                    if let Some(code) = element.get("code") {
                        activity.recipient_countries.push(Country {
                            code: code.to_uppercase(),
                            percentage: element.owned("percentage"),
                            line: element.line,
                        });
                    }
                }
                "sector" => {
                    let sector = code(element, "1");
                    self.taken = sector.is_some();
                    activity.sectors.extend(sector);
                }
                "tag" => {
                    let tag = code(element, "");
                    self.taken = tag.is_some();
                    activity.tags.extend(tag);
                }
                "related-activity" => {
                    if let (Some(ref_), Some(type_code)) = (element.owned("ref"), element.owned("type")) {
                        activity.related_activities.push(Related { ref_, type_code });
                    }
                }
                "budget" => {
                    self.budget = Some(Budget {
                        type_code: element.get("type").unwrap_or("1").to_owned(),
                        status: element.get("status").unwrap_or("1").to_owned(),
                        line: element.line,
                        ..Budget::default()
                    });
                }
                _ => {}
            },
            [_, "budget", name] => {
                let Some(budget) = self.budget.as_mut() else { return };
                match *name {
                    "period-start" => budget.period_start = element.get("iso-date").and_then(date),
                    "period-end" => budget.period_end = element.get("iso-date").and_then(date),
                    "value" => {
                        budget.currency =
                            element.owned("currency").or_else(|| activity.default_currency.clone());
                        budget.value_date = element.get("value-date").and_then(date);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, path: &[&'static str], text: &str) {
        match path {
            [_, "iati-identifier"] if self.activity.identifier.is_empty() => {
                self.activity.identifier = text.trim().to_owned();
            }
            [_, "budget"] => {
                let budget = self.budget.take();
                self.activity.budgets.extend(budget.filter(|budget| !budget.value.is_empty()));
            }
            [_, "budget", "value"] => {
                if let Some(budget) = self.budget.as_mut() {
                    text.trim().clone_into(&mut budget.value);
                }
            }
            [_, parent, "narrative"] => {
                let Some(narrative) = self.languages.narrative(text) else { return };
                let activity = &mut self.activity;
                let texts = match *parent {
                    "title" => Some(&mut activity.titles),
                    "description" => activity.descriptions.last_mut().map(|(_, texts)| texts),
                    "reporting-org" => Some(&mut activity.reporting_org.narratives),
                    "participating-org" => {
                        activity.participating_orgs.last_mut().map(|org| &mut org.narratives)
                    }
                    "sector" if self.taken => {
                        activity.sectors.last_mut().map(|sector| &mut sector.narratives)
                    }
                    "tag" if self.taken => activity.tags.last_mut().map(|tag| &mut tag.narratives),
                    _ => None,
                };
                if let Some(texts) = texts {
                    texts.push(narrative);
                }
            }
            _ => {}
        }
    }
}

impl Activities {
    fn note_ref(&mut self, element: &Element<'_>, location: &'static str) {
        if let Some(written) = element.get("ref")
            && org_id::split(written).is_none()
            && !self.refs.iter().any(|(known, ..)| known == written)
            && self.refs.len() < 100
        {
            self.refs.push((written.to_owned(), location, element.line));
        }
    }

    /// What no single element can show.
    pub(crate) fn finish(self, problems: &mut Vec<Problem>) -> Activity {
        self.languages.advice(problems);
        for (written, location, line) in &self.refs {
            problems.push(told::unregistered(*line).at(*location).found(written));
        }
        let activity = self.activity;
        // As the official ruleset: only from the second share on do shares have to add up.
        let sectors = activity.sectors.iter().filter(|sector| sector.vocabulary == "1");
        let shares = sectors.filter_map(|sector| Some((sector.percentage.as_deref()?, sector.line)));
        shares_add_up(shares, "sector/@percentage", problems);
        let shares = activity.recipient_countries.iter();
        let shares = shares.filter_map(|country| Some((country.percentage.as_deref()?, country.line)));
        if !activity.raw.contains("<recipient-region") {
            shares_add_up(shares, "recipient-country/@percentage", problems);
        }
        if activity.titles.is_empty() {
            let text = activity.descriptions.iter().any(|(_, texts)| !texts.is_empty());
            problems.push(untitled(text, activity.line, "title"));
        }
        activity
    }
}

fn note_date(dates: &mut Dates, element: &Element<'_>) {
    let day = element.get("iso-date").and_then(date);
    let place = match element.get("type") {
        Some("1") => &mut dates.planned_start,
        Some("2") => &mut dates.actual_start,
        Some("3") => &mut dates.planned_end,
        Some("4") => &mut dates.actual_end,
        _ => return,
    };
    *place = place.or(day);
}

fn shares_add_up<'a>(
    shares: impl Iterator<Item = (&'a str, u32)>,
    location: &str,
    problems: &mut Vec<Problem>,
) {
    let shares: Vec<_> = shares.collect();
    let [(_, line), _, ..] = shares.as_slice() else { return };
    let sum: i128 = shares.iter().filter_map(|(share, _)| billionths(share)).sum();
    let off = sum - 100_000_000_000;
    if off == 0 {
        return;
    }
    // A third written 33.33 costs nothing; 60 % of a project does.
    let severity = if off.abs() <= 1_000_000_000 { Severity::Advice } else { Severity::Doubtful };
    let found = format!("{}.{:09}", sum / 1_000_000_000, sum.abs() % 1_000_000_000);
    let found = found.trim_end_matches('0').trim_end_matches('.');
    let en = format!("the percentages add up to {found}: they must make 100");
    let fr = format!("la somme des pourcentages est {found} : elle doit faire 100");
    problems.push(Problem::new(severity, "PERCENTAGE_SUM", *line, en, fr).at(location).found(found));
}

fn untitled(text: bool, line: u32, location: &str) -> Problem {
    let (severity, code, en, fr) = if text {
        (
            Severity::Doubtful,
            "TITLE_MISSING",
            "there is no title in any language: its description will stand for it; add a <title> with a <narrative>",
            "il n'y a de titre dans aucune langue : sa description en tiendra lieu ; ajoutez un <title> avec un <narrative>",
        )
    } else {
        (
            Severity::Blocks,
            "TEXT_MISSING",
            "there is neither a name or title nor any other text: nobody could recognise it; add one in a <narrative>",
            "il n'y a ni nom ou titre ni aucun autre texte : personne ne pourrait la reconnaître ; ajoutez-en un dans un <narrative>",
        )
    };
    Problem::new(severity, code, line, en.to_owned(), fr.to_owned()).at(location)
}

/// An organisation being read.
#[derive(Default)]
pub(crate) struct Organisations {
    pub(crate) organisation: Organisation,
    languages: Languages,
}

impl Model for Organisations {
    fn open(&mut self, path: &[&'static str], element: &Element<'_>) {
        if path.len() <= 3 {
            self.languages.open(path, element);
        }
        match path {
            [_] => {
                self.organisation.default_language.clone_from(&self.languages.record);
                self.organisation.default_currency = element.owned("default-currency");
            }
            [_, "reporting-org"] => self.organisation.reporting_org = Some(organisation(element)),
            _ => {}
        }
    }

    fn close(&mut self, path: &[&'static str], text: &str) {
        match path {
            [_, "organisation-identifier"] if self.organisation.identifier.is_empty() => {
                self.organisation.identifier = text.trim().to_owned();
            }
            [_, parent, "narrative"] => {
                let Some(narrative) = self.languages.narrative(text) else { return };
                match (*parent, self.organisation.reporting_org.as_mut()) {
                    ("name", _) => self.organisation.names.push(narrative),
                    ("reporting-org", Some(org)) => org.narratives.push(narrative),
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

impl Organisations {
    /// What no single element can show.
    pub(crate) fn finish(self, problems: &mut Vec<Problem>) -> Organisation {
        self.languages.advice(problems);
        let mut organisation = self.organisation;
        let own = organisation.reporting_org.as_ref();
        let own = own.filter(|org| org.ref_.as_deref() == Some(organisation.identifier.as_str()));
        organisation.type_code = own.and_then(|org| org.type_code.clone());
        if organisation.names.is_empty() {
            problems.push(untitled(false, organisation.line, "name"));
        }
        organisation
    }
}
