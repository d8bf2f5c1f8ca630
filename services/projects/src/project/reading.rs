//! Reading a file of activities twice: once to see what is in it, once to take it over. Neither holds more than a few records.

use std::collections::HashSet;
use std::fs::File;

use aws_lc_rs::digest::{SHA256, digest};
use chassis::column::Micros;
use chassis::error::Result;
use chassis::upload::Upload;
use iati::{Activity, Item, Kind, Problems, Reader};
use proto::partners::OrganisationAsFound;
use tokio::sync::mpsc;

use super::as_found::partnership::{self, Parent};
use super::as_found::results::Promise;
use super::as_found::{self, Found};

/// Records that travel together, at most, and the bytes after which no more are added.
const CHUNK: usize = 200;
const CHUNK_BYTES: usize = 4 * 1024 * 1024;

/// What is in a file.
#[derive(Default)]
pub(crate) struct Survey {
    pub(crate) problems: Problems,
    /// Each organisation that a sound record names, once, by its key.
    pub(crate) organisations: Vec<(String, OrganisationAsFound)>,
    /// Records that cannot be taken.
    pub(crate) refused: i32,
    /// Records that stand in the file again, word for word.
    pub(crate) repeated: i32,
    /// The partnerships that sound records are also: those that others, of this file or of elsewhere, are part of.
    pub(crate) partnerships: Vec<Parent>,
}

/// A sound record.
pub(crate) struct Record {
    pub(crate) found: Found,
    /// What it was to achieve, and what it did.
    pub(crate) promises: Vec<Promise>,
    /// The key of each organisation that takes part, in file order.
    pub(crate) participating: Vec<String>,
    pub(crate) sha256: Vec<u8>,
    pub(crate) raw: String,
    pub(crate) namespaces: Vec<(String, String)>,
    pub(crate) default_language: String,
    pub(crate) default_currency: String,
    pub(crate) line: u32,
}

enum Fate {
    Refused,
    Repeated,
    Sound(Box<Found>),
}

/// Looks at a whole file.
pub(crate) fn survey(upload: &Upload, now: Micros) -> Result<Survey> {
    Ok(survey_of(upload.open()?, now))
}

pub(crate) fn survey_of(file: File, now: Micros) -> Survey {
    let mut survey = Survey::default();
    let mut known: HashSet<String> = HashSet::new();
    let mut parents: HashSet<String> = HashSet::new();
    for item in Reader::new(file).only(Kind::Activities) {
        let mut activity = match item {
            Item::Activity(activity) => activity,
            Item::FileProblem(problem) => {
                survey.problems.note([problem]);
                continue;
            }
            Item::Organisation(_) => continue, // the reader accepts activities only
        };
        let reading = as_found::of(&activity, now);
        let fate = fate(&activity, reading.found);
        let mut problems = std::mem::take(&mut activity.problems);
        // What the official rules say costs nothing: a record that was taken before is taken still.
        problems.extend(activity.advice(chrono::DateTime::from_timestamp_micros(now.0).unwrap_or_default()));
        problems.sort_by_key(|problem| problem.line);
        survey.problems.note(problems);
        survey.problems.note(reading.problems);
        match fate {
            Fate::Refused => survey.refused = survey.refused.saturating_add(1),
            Fate::Repeated => survey.repeated = survey.repeated.saturating_add(1),
            Fate::Sound(found) => {
                survey.partnerships.extend(partnership::parent(&activity, &found));
                if !found.parent.is_empty() {
                    parents.insert(found.parent);
                }
                for (key, organisation) in reading.organisations {
                    if known.insert(key.clone()) {
                        survey.organisations.push((key, organisation));
                    }
                }
            }
        }
    }
    survey.partnerships.retain(|one| one.names_parts || parents.contains(&one.identifier));
    for partnership in &mut survey.partnerships {
        survey.problems.note(std::mem::take(&mut partnership.advice));
    }
    survey
}

/// Sends the sound records of a file in chunks, until they end or nobody listens any more.
pub(crate) fn send(upload: &Upload, now: Micros, sender: &mpsc::Sender<Vec<Record>>) -> Result<()> {
    let mut chunk = Vec::new();
    let mut bytes = 0;
    for item in Reader::new(upload.open()?).only(Kind::Activities) {
        let Item::Activity(activity) = item else { continue };
        let reading = as_found::of(&activity, now);
        let Fate::Sound(found) = fate(&activity, reading.found) else { continue };
        bytes += activity.raw.len();
        chunk.push(record(*found, reading.promises, *activity));
        if chunk.len() == CHUNK || bytes >= CHUNK_BYTES {
            if sender.blocking_send(std::mem::take(&mut chunk)).is_err() {
                return Ok(());
            }
            bytes = 0;
        }
    }
    if !chunk.is_empty() {
        let _ = sender.blocking_send(chunk); // whoever stopped listening knows why
    }
    Ok(())
}

fn fate(activity: &Activity, found: Option<Found>) -> Fate {
    let repeated = || activity.problems.iter().any(|problem| problem.code == "DUPLICATE_IDENTIFIER");
    match found {
        Some(_) if activity.is_blocked() => Fate::Refused,
        Some(_) if repeated() => Fate::Repeated,
        Some(found) => Fate::Sound(Box::new(found)),
        None => Fate::Refused,
    }
}

fn record(found: Found, promises: Vec<Promise>, activity: Activity) -> Record {
    Record {
        found,
        promises,
        participating: as_found::participating(&activity),
        sha256: digest(&SHA256, activity.raw.as_bytes()).as_ref().to_vec(),
        raw: activity.raw,
        namespaces: activity.namespaces,
        default_language: activity.default_language.unwrap_or_default(),
        default_currency: activity.default_currency.unwrap_or_default(),
        line: activity.line,
    }
}
