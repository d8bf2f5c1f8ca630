//! A spreadsheet is asked for: made of what is known by now.

use chassis::clock::Zone;
use chassis::column::Micros;
use chassis::download::{CSV, XLSX};
use chassis::error::Result;
use chassis::say::Language;
use proto::training as pb;
use proto::training::SpreadsheetFormat;
use rust_decimal::Decimal;
use sheet::form::{Ask, Form, said};
use sheet::{Book, Content, Slot, Style};

use super::attend::{attended, remembered};
use super::words::{self, ATTENDANCE, Came, PEOPLE, Who};
use crate::enrolment::row::Model as Enrolment;
use crate::session::meetings::spans;
use crate::session::row::Model as Session;

/// Rows of a list of people that are made ready; more may be added.
const READY: usize = 300;

/// A file to send.
pub(super) struct Made {
    pub(super) file: Vec<u8>,
    pub(super) name: String,
    pub(super) mime_type: &'static str,
}

/// What is made, for whom.
#[derive(Clone, Copy, Debug)]
pub(super) struct How {
    pub(super) language: Language,
    pub(super) format: SpreadsheetFormat,
}

/// A list of people to fill in.
pub(super) fn people(session: &Session, partner: &str, how: How) -> Result<Made> {
    let title = title(session, how.language);
    let slot = |column| match column {
        Who::Partner => Slot::text(Style::Known, partner),
        Who::Session => Slot::text(Style::Known, session.name.as_str()),
        _ => Slot::empty(Style::Input),
    };
    let line: Vec<Slot> = PEOPLE.heads.iter().map(|head| slot(head.column)).collect();
    let ready = if how.format == SpreadsheetFormat::Csv { 1 } else { READY };
    let codes =
        [Who::Sex, Who::Age, Who::Disability, Who::Status].map(|column| (column, words::codes(column)));
    let chosen = [(Who::Seat, words::seats(session.mode.get())), (Who::Consent, words::answers())];
    let chosen: Vec<_> = chosen.into_iter().chain(codes).collect();
    let ask = Ask {
        title: &title,
        how: (
            "One line for each person. Their names and the day they were informed are needed; the rest only if they wish to say so.",
            "Une ligne par personne. Ses noms et le jour où elle a été informée sont nécessaires ; le reste, seulement si elle veut le dire.",
        ),
        sent: (
            "The file is checked first: you see what is wrong, cell by cell, before anything is saved. All are enrolled in the order of the rows, or nobody. Sent again, it enrols nobody twice. Delete it once it was sent: it holds personal data.",
            "Le fichier est d'abord vérifié : vous voyez ce qui ne va pas, cellule par cellule, avant tout enregistrement. Toutes les personnes sont inscrites dans l'ordre des lignes, ou aucune. Renvoyé, il n'inscrit personne deux fois. Supprimez-le une fois envoyé : il contient des données personnelles.",
        ),
        language: how.language,
        lines: vec![line; ready],
        protected: false,
        chosen: &chosen,
        dates: &[Who::Informed],
        numbers: &[],
    };
    made(&PEOPLE, &ask, how, ("people", "personnes"), session)
}

/// An attendance sheet to fill in: a row for each meeting of each person who has a seat.
pub(super) fn attendance(session: &Session, people: &[Enrolment], how: How) -> Result<Made> {
    let title = title(session, how.language);
    let mut named: Vec<(String, &Enrolment)> =
        people.iter().map(|one| (pb::Enrolment::from(one.clone()).participant_display_name, one)).collect();
    named.sort_by(|one, other| (&one.0, &one.1.name).cmp(&(&other.0, &other.1.name)));
    let rows = session.meetings.iter().flat_map(|meeting| {
        let when = when(session, meeting);
        named.iter().map(move |(name, enrolment)| (meeting, when.clone(), name, *enrolment))
    });
    let lines = rows.map(|(meeting, when, name, enrolment)| {
        let came = attended(enrolment, &meeting.meeting_id);
        let status = came.and_then(|came| words::status(came.status()));
        let minutes = came.map(|came| Content::Number(Decimal::from(came.minutes)));
        let slot = |column| match column {
            Came::Meeting => Slot::text(Style::Known, meeting.meeting_id.as_str()),
            Came::When => Slot::text(Style::Known, when.as_str()),
            Came::Person => Slot::text(Style::Known, name.as_str()),
            Came::Status => status.map_or_else(
                || Slot::empty(Style::Input),
                |pair| Slot::text(Style::Input, said(pair, how.language)),
            ),
            Came::Minutes => Slot { content: minutes.clone().unwrap_or_default(), style: Style::Input },
            Came::Enrolment => Slot::text(Style::Known, enrolment.name.as_str()),
            Came::Before => Slot::text(Style::Known, remembered(came)),
            Came::Session => Slot::text(Style::Known, session.name.as_str()),
        };
        ATTENDANCE.heads.iter().map(|head| slot(head.column)).collect()
    });
    let ask = Ask {
        title: &title,
        how: (
            "Fill in the yellow cells, with or without a network. Rows may be sorted and filtered.",
            "Remplissez les cellules jaunes, avec ou sans réseau. Les lignes peuvent être triées et filtrées.",
        ),
        sent: (
            "The file is checked first. Send it after each meeting, or once at the end; sent twice, it changes nothing, and after a cut connection it is sent again. Empty cells change nothing. Delete it once the session is closed: it holds names.",
            "Le fichier est d'abord vérifié. Envoyez-le après chaque rencontre, ou une fois à la fin ; envoyé deux fois, il ne change rien, et après une coupure on l'envoie à nouveau. Les cellules vides ne changent rien. Supprimez-le une fois la session close : il contient des noms.",
        ),
        language: how.language,
        lines: lines.collect(),
        protected: true,
        chosen: &[(Came::Status, words::statuses())],
        dates: &[],
        numbers: &[Came::Minutes],
    };
    made(&ATTENDANCE, &ask, how, ("attendance", "presence"), session)
}

fn made<C: Copy + Ord>(
    form: &Form<C>,
    ask: &Ask<'_, C>,
    how: How,
    word: (&'static str, &'static str),
    session: &Session,
) -> Result<Made> {
    let csv = how.format == SpreadsheetFormat::Csv;
    let file = match csv {
        true => form.table(ask),
        false => Book { title: ask.title.to_owned(), pages: form.pages(ask) }.write()?,
    };
    let (kind, mime_type) = if csv { ("csv", CSV) } else { ("xlsx", XLSX) };
    let ids: Vec<&str> = session.name.split('/').skip(1).step_by(2).collect();
    Ok(Made { file, name: format!("{}-{}.{kind}", said(word, how.language), ids.join("-")), mime_type })
}

/// What is taught, from when.
fn title(session: &Session, language: Language) -> String {
    let content = session.known.content.as_ref().and_then(|content| content.title.clone());
    let mut title = content.unwrap_or_default();
    chassis::text::display(&mut title, &[language.code().to_owned()]);
    format!("{} — {}", title.display_text, local(session, session.start_time))
}

/// `2026-04-01 10:00–12:00`, as clocks show it where the session takes place.
fn when(session: &Session, meeting: &pb::SessionMeeting) -> String {
    let (start, end) = spans(std::slice::from_ref(meeting)).next().unwrap_or_default();
    let (start, end) = (local(session, start), local(session, end));
    match (start.split_once(' '), end.split_once(' ')) {
        (Some((day, _)), Some((same, hour))) if day == same => format!("{start}–{hour}"),
        _ => format!("{start}–{end}"),
    }
}

fn local(session: &Session, instant: Micros) -> String {
    let zone = Zone::parse("time_zone", &session.time_zone).unwrap_or(Zone::UTC);
    zone.told(instant).chars().take(16).collect::<String>().replace('T', " ")
}
