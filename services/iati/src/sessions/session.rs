//! What a session says of itself, and what is wrong with it.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, FixedOffset, NaiveDateTime};

use super::told;
use crate::problem::{Problem, Severity};
use crate::records::told::no_list;
use crate::records::{Field, Fields, Node, filled, placed, places};
use crate::texts::normal;

/// How moments are written in such files; those of RFC 3339 are read too.
const WRITTEN: &str = "%Y-%m-%d %H:%M:%S";

/// A session as it was published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// By what it is recognised.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What is said below that; may be empty.
    pub subtitle: String,
    /// What it is about; may be empty.
    pub summary: String,
    /// Who organises it; may be empty where somebody hosts it.
    pub organiser: String,
    /// Who hosts it, as published; may be empty.
    pub host: String,
    /// When it begins, as its clock shows it; nothing is a reason not to take it.
    pub start: Option<DateTime<FixedOffset>>,
    /// When it ends; nothing where that is not said so that it can be understood.
    pub end: Option<DateTime<FixedOffset>>,
    /// What it is about, as published.
    pub topics: Vec<String>,
    /// By what it is held online: `zoom`, `youtube_live`, as published; may be empty.
    pub platform: String,
    /// Where one enrols; may be empty.
    pub registration: String,
    /// The id of its recording, a video of `YouTube`; may be empty.
    pub recording: String,
    /// The language it is held in, as published; may be empty.
    pub language: String,
    /// It, as it is written.
    pub raw: String,
    /// Where it stands.
    pub place: Field,
    /// Where its fields stand, by their names.
    pub fields: BTreeMap<String, Field>,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

impl Session {
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
        let node = Node::record(text, line, index.to_string());
        let mut session =
            Self { raw: text.to_owned(), place: Field { path: node.path.clone(), line }, ..Self::default() };
        session.problems = filled(&node, "SESSION_INVALID", |fields, problems| {
            session.fill(fields, problems);
            session.id.clone()
        });
        session
    }

    fn fill(&mut self, fields: &BTreeMap<String, Node<'_>>, problems: &mut Vec<Problem>) {
        self.fields = places(fields);
        let mut of = Fields { said: fields, path: self.place.path.clone(), problems };
        self.id = normal(&of.text("id", Some(Severity::Blocks)));
        self.title = normal(&of.text("title", Some(Severity::Blocks)));
        self.subtitle = normal(&of.text("subtitle", None));
        self.summary = of.text("summary", None).trim().to_owned();
        self.organiser = normal(&of.text("organiser", None));
        self.host = normal(&of.text("host", None));
        if self.organiser.is_empty() && self.host.is_empty() {
            of.say(told::nobody(), "organiser");
        }
        self.start = of.moment("start", Severity::Blocks);
        self.end = of.moment("end", Severity::Doubtful);
        if self.start.zip(self.end).is_some_and(|(start, end)| end < start) {
            of.say(told::backwards().found(&of.written("end")), "end");
            self.end = None;
        }
        self.topics = of.topics();
        self.platform = normal(&of.text("platform", None));
        self.registration = normal(&of.text("registration_url", None));
        self.recording = normal(&of.text("youtube_id", None));
        self.language = normal(&of.text("language", None));
    }
}

impl Fields<'_, '_> {
    fn written(&self, name: &str) -> String {
        self.said.get(name).map(|node| node.written().to_owned()).unwrap_or_default()
    }

    /// A moment whose offset from Greenwich is said: else nobody knows which it is.
    fn moment(&mut self, name: &str, severity: Severity) -> Option<DateTime<FixedOffset>> {
        let written = self.text(name, Some(severity));
        let written = written.trim();
        if written.is_empty() {
            return None;
        }
        let read = DateTime::parse_from_str(written, &format!("{WRITTEN} %z"))
            .or_else(|_| DateTime::parse_from_rfc3339(written));
        let why = match read {
            Ok(moment) if (1..=9999).contains(&moment.year()) => return Some(moment),
            Err(_) if NaiveDateTime::parse_from_str(written, WRITTEN).is_ok() => told::no_offset(severity),
            _ => told::no_moment(severity),
        };
        self.say(why.found(written), name);
        None
    }

    fn topics(&mut self) -> Vec<String> {
        let Some(node) = self.said.get("topics") else { return Vec::new() };
        let Some(items) = node.list() else {
            self.say(no_list(Severity::Doubtful).found(node.written()), "topics");
            return Vec::new();
        };
        let mut topics = Vec::new();
        for item in &items {
            match item.string() {
                Some(topic) => topics.push(normal(&topic)),
                None => self.problems.push(placed(told::no_topic().found(item.written()), item)),
            }
        }
        topics.retain(|topic| !topic.is_empty());
        topics
    }
}
