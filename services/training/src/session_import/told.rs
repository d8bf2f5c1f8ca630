//! What of a programme or a session is told when a file changes it.

use std::collections::HashSet;

use chassis::clock::Zone;
use chassis::column::Micros;
use chassis::error::Result;
use chassis::mask;
use iati::sessions::Session as Published;
use proto::common::{ImportChange, LocalizedText};
use proto::training::{Programme, Session};

/// Changes that a report lists, at most.
const LISTED: usize = 1000;

/// A field, the field of the record that it came from, its label, and what it says.
type Field<M> = (&'static str, &'static str, (&'static str, &'static str), fn(&M) -> String);

/// A message of which changes are told.
pub(super) trait Told: prost::Message + prost::Name + 'static {
    const FIELDS: &'static [Field<Self>];

    fn resource(&self) -> &str;
}

impl Told for Programme {
    const FIELDS: &'static [Field<Self>] = &[
        ("title", "title", ("Title", "Titre"), |one| text(one.title.as_ref())),
        ("description", "summary", ("Description", "Description"), |one| text(one.description.as_ref())),
        ("providers", "organiser", ("Providers", "Organismes"), |one| one.providers.join(", ")),
        ("languages", "language", ("Languages", "Langues"), |one| one.languages.join(", ")),
        ("materials", "youtube_id", ("Materials", "Supports"), |one| {
            one.materials.iter().map(|material| material.uri.as_str()).collect::<Vec<_>>().join(", ")
        }),
    ];

    fn resource(&self) -> &str {
        &self.name
    }
}

impl Told for Session {
    const FIELDS: &'static [Field<Self>] = &[
        ("mode", "platform", ("Mode", "Format"), |one| match one.mode {
            0 => String::new(),
            _ => one.mode().as_str_name().trim_start_matches("MODE_").to_owned(),
        }),
        ("meetings", "start", ("Meetings", "Rencontres"), meetings),
        ("time_zone", "start", ("Time zone", "Fuseau horaire"), |one| one.time_zone.clone()),
        ("language_code", "language", ("Language", "Langue"), |one| one.language_code.clone()),
        ("website", "registration_url", ("Website", "Site web"), |one| one.website.clone()),
    ];

    fn resource(&self) -> &str {
        &self.name
    }
}

/// From when to when, as the clocks of its zone show it.
fn meetings(session: &Session) -> String {
    let zone = Zone::parse("time_zone", &session.time_zone).unwrap_or(Zone::UTC);
    let shown = |time: &Option<prost_types::Timestamp>| {
        let instant = time.as_ref().and_then(|time| Micros::from_timestamp("time", time).ok());
        instant.map_or_else(|| "?".to_owned(), |instant| zone.told(instant))
    };
    let both = |meeting: &proto::training::SessionMeeting| {
        format!("{} – {}", shown(&meeting.start_time), shown(&meeting.end_time))
    };
    session.meetings.iter().map(both).collect::<Vec<_>>().join(", ")
}

fn text(text: Option<&LocalizedText>) -> String {
    let said = text.and_then(|text| text.translations.get(&text.default_language_code));
    said.map(|said| said.text.clone()).unwrap_or_default()
}

/// What a file changes.
#[derive(Default)]
pub(super) struct Changes {
    french: bool,
    listed: Vec<ImportChange>,
    left_off: i32,
}

impl Changes {
    pub(super) fn new(french: bool) -> Self {
        Self { french, ..Self::default() }
    }

    /// Tells in which fields something differs.
    pub(super) fn tell<M: Told>(&mut self, published: &Published, was: &M, is: &M) -> Result<()> {
        let fields: HashSet<String> = mask::differing(was, is)?.into_iter().collect();
        for (_, origin, label, shown) in M::FIELDS.iter().filter(|(field, ..)| fields.contains(*field)) {
            if self.listed.len() == LISTED {
                self.left_off = self.left_off.saturating_add(1);
                continue;
            }
            self.listed.push(ImportChange {
                record: published.id.clone(),
                location: published.field(origin).path.clone(),
                resource: was.resource().to_owned(),
                label: if self.french { label.1 } else { label.0 }.to_owned(),
                before: shown(was),
                after: shown(is),
            });
        }
        Ok(())
    }

    pub(super) fn listed(self) -> (Vec<ImportChange>, i32) {
        (self.listed, self.left_off)
    }
}
