//! What a published session says, in the words of a programme and of a session of it. Pure; nothing is added to what it says.

use chassis::column::Micros;
use chassis::say::Text;
use chassis::text::{UNSAID, said_in};
use chassis::{name, say, text, value};
use iati::sessions::Session as Published;
use iati::{Problem, Severity};
use proto::common::Origin;
use proto::training as pb;
use proto::training::Mode;
use proto::training::programme::State as Offered;
use proto::training::session::State;

use super::survey::offered_by;
use crate::session::meetings::is_long_enough;
use crate::{programme, session};

/// What sessions are held by, online.
const PLATFORMS: [&str; 4] = ["zoom", "youtube_live", "google", "adobe_connect"];
/// The one meeting that a record tells of.
const MEETING: &str = "m1";
/// A title of a material, at most.
const TITLE: usize = 200;

/// What a record says of both.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Said {
    pub(super) programme: pb::Programme,
    pub(super) session: pb::Session,
}

/// What it says, and what of it could not be taken.
pub(super) fn of(found: &Published, partner: impl Fn(&str) -> String) -> (Said, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut say = |field: &str, severity, code, found_text: &str, why: Text| {
        let place = found.field(field);
        problems.push(place.problem(field, severity, code, found_text, (why.en, why.fr)).of(&found.id));
    };
    let language = match found.language.as_str() {
        "" => UNSAID.to_owned(),
        tag => text::language("language", tag).unwrap_or_else(|_| {
            let why = say!(
                "expected a language code like en or fr; it is left out",
                "code de langue attendu, comme en ou fr ; il est laissé de côté"
            );
            say("language", Severity::Doubtful, "LANGUAGE_INVALID", tag, why);
            UNSAID.to_owned()
        }),
    };
    if found.host.contains(',') {
        let why = say!(
            "these may be several organisations: it is taken for one; merge or rename it where that is wrong",
            "il peut s'agir de plusieurs organisations : c'est pris pour une seule ; renommez-la ou fusionnez-la si c'est faux"
        );
        say("host", Severity::Advice, "HOST_SEVERAL", &found.host, why);
    }
    let website = match found.registration.as_str() {
        "" => String::new(),
        uri => value::https("registration_url", uri).unwrap_or_else(|_| {
            let why = say!(
                "expected an address that begins with https://; it is left out",
                "une adresse qui commence par https:// est attendue ; elle est laissée de côté"
            );
            say("registration_url", Severity::Doubtful, "LINK_INVALID", uri, why);
            String::new()
        }),
    };
    let recorded = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !found.recording.chars().all(recorded) {
        let why = say!(
            "expected the id of a video of YouTube, its letters and digits; it is left out",
            "identifiant d'une vidéo YouTube attendu, lettres et chiffres ; il est laissé de côté"
        );
        say("youtube_id", Severity::Doubtful, "RECORDING_UNKNOWN", &found.recording, why);
    }
    let mode = match found.platform.to_ascii_lowercase().as_str() {
        "" => Mode::Unspecified,
        known if PLATFORMS.contains(&known) => Mode::Online,
        _ => {
            let known = PLATFORMS.join(", ");
            let why = say!(
                "no platform is known by this name, only {known}: how people come together is left open",
                "aucune plateforme n'est connue sous ce nom, seulement {known} : le format reste ouvert"
            );
            say("platform", Severity::Doubtful, "PLATFORM_UNKNOWN", &found.platform, why);
            Mode::Unspecified
        }
    };
    let micros = |moment: chrono::DateTime<chrono::FixedOffset>| Micros(moment.timestamp_micros());
    let (start, mut end) = (found.start.map(micros), found.end.map(micros));
    if start.zip(end).is_some_and(|span| !is_long_enough(span)) {
        let why = say!(
            "a meeting lasts 15 minutes at least (TRN-3): the end is left out",
            "une rencontre dure au moins 15 minutes (TRN-3) : la fin est laissée de côté"
        );
        say("end", Severity::Doubtful, "MEETING_SHORT", &end.unwrap_or_default().to_string(), why);
        end = None;
    }
    let offset = found.start.map_or(0, |start| start.offset().local_minus_utc());
    let time_zone = zone(offset).unwrap_or_else(|| {
        let shown = found.start.map(|start| start.to_rfc3339()).unwrap_or_default();
        let why = say!(
            "no zone is fixed at this offset: the instant is kept, its hours are told in UTC",
            "aucun fuseau n'est fixé à ce décalage : l'instant est gardé, ses heures sont dites en UTC"
        );
        say("start", Severity::Doubtful, "OFFSET_UNKNOWN", &shown, why);
        "Etc/UTC".to_owned()
    });
    let mut providers: Vec<String> = Vec::new();
    for name in offered_by(found).iter().map(|(key, _)| partner(key)).filter(|name| !name.is_empty()) {
        // Several spellings may be one partner.
        if !providers.contains(&name) {
            providers.push(name);
        }
    }
    let recording = Some(found.recording.as_str()).filter(|id| !id.is_empty() && id.chars().all(recorded));
    let material = recording.map(|id| pb::LearningMaterial {
        title: found.title.chars().take(TITLE).collect(),
        uri: format!("https://www.youtube.com/watch?v={id}"),
        licence: String::new(),
    });
    let about = if found.summary.is_empty() { &found.subtitle } else { &found.summary };
    let meeting = start.map(|start| pb::SessionMeeting {
        meeting_id: MEETING.to_owned(),
        start_time: Some(start.to_timestamp()),
        end_time: end.map(Micros::to_timestamp),
        mode: mode.into(),
        ..Default::default()
    });
    let said = Said {
        programme: pb::Programme {
            title: said_in(&language, &found.title),
            description: said_in(&language, about),
            providers,
            languages: Some(language.clone()).filter(|tag| tag != UNSAID).into_iter().collect(),
            materials: material.into_iter().collect(),
            ..Default::default()
        },
        session: pb::Session {
            mode: mode.into(),
            meetings: meeting.into_iter().collect(),
            time_zone,
            language_code: language,
            website,
            ..Default::default()
        },
    };
    (said, problems)
}

/// The zone whose clocks always show this offset, in seconds: the instant is kept as found, and so is the hour that was shown.
fn zone(offset: i32) -> Option<String> {
    let hours = offset / 3600;
    // By their names, such zones count the other way round.
    let zone = match hours {
        0 => "Etc/GMT".to_owned(),
        1..=14 => format!("Etc/GMT-{hours}"),
        -12..=-1 => format!("Etc/GMT+{}", -hours),
        _ => return None,
    };
    (offset % 3600 == 0).then_some(zone)
}

/// The published programme that becomes of it.
pub(super) fn programme(reference: &str, said: &pb::Programme, now: Micros) -> programme::row::Model {
    let (id, uid) = name::new_id('p');
    let mut programme = programme::rules::blank(&id, &uid.to_string(), now);
    programme.origin = Origin::Imported.into();
    reference.clone_into(&mut programme.external_reference);
    // It was offered to everyone: that is what it says.
    programme.state = Offered::Published.into();
    programme.published_number = 1;
    programme.publish_time = Some(now);
    fill_programme(&mut programme, said);
    programme
}

/// Takes over what a source says.
pub(super) fn fill_programme(programme: &mut programme::row::Model, said: &pb::Programme) {
    programme.title = said.title.clone().unwrap_or_default().into();
    programme.description = said.description.clone().unwrap_or_default().into();
    programme.providers = said.providers.clone().into();
    programme.languages = said.languages.clone().into();
    programme.materials = said.materials.clone().into();
}

/// The session of it that was held, is, or will be.
pub(super) fn session(
    of: &programme::row::Model,
    reference: &str,
    said: &pb::Session,
    now: Micros,
) -> session::row::Model {
    let (id, uid) = name::new_id('s');
    let mut session = session::rules::blank(&of.name, &id, &uid.to_string(), now);
    session.origin = Origin::Imported.into();
    reference.clone_into(&mut session.external_reference);
    session.known.programme = Some(std::sync::Arc::new(of.clone()));
    fill_session(&mut session, said, now);
    session
}

/// Takes over what a source says: it stands where the clock has it.
pub(super) fn fill_session(session: &mut session::row::Model, said: &pb::Session, now: Micros) {
    session.mode = said.mode().into();
    session.meet(said.meetings.clone());
    session.time_zone.clone_from(&said.time_zone);
    session.language_code.clone_from(&said.language_code);
    session.website.clone_from(&said.website);
    let (state, since) = match now {
        now if now < session.start_time => (State::Planned, session.create_time),
        now if now < session.end_time => (State::InProgress, session.start_time),
        _ => (State::Completed, session.end_time),
    };
    session.state = state.into();
    session.state_time = since;
}
