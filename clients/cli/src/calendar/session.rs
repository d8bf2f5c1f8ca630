//! The meetings of a session as an iCalendar file (RFC 5545): at the hours that clocks show where it takes place, each known
//! again when the file is imported anew; moved or cancelled ones are so in people's calendars too.

use chrono::{DateTime, Datelike as _, TimeDelta, TimeZone as _, Utc};
use chrono_tz::{OffsetComponents as _, OffsetName as _, Tz};
use icalendar::{CalendarDateTime, Component as _, Event, EventLike as _, EventStatus};
use serde_json::{Value, json};

use super::{headed, shown, text};
use crate::app::App;
use crate::call::list;
use crate::fault::{Fault, Result};
use crate::print::paint::clean;
use crate::say::{Language, say};

/// The file of a session as it is told to who asks: how it is joined stands in it for those who are told.
pub(super) async fn file(app: &App, name: &str) -> Result<(String, usize)> {
    let session = app.client.json("SessionService/GetSession", json!({ "name": name })).await?;
    let written = write(&session, app.language).ok_or_else(|| Fault::failure(name.to_owned()))?;
    Ok((written, list(&session["meetings"]).len()))
}

/// Nothing when it has no time zone that is known here.
fn write(session: &Value, language: Language) -> Option<String> {
    let zone: Tz = text(&session["timeZone"]).parse().ok()?;
    let title = shown(&session["title"]);
    let mut calendar = headed(&title);
    let changed = instant(&session["updateTime"]).unwrap_or_default();
    // Each change counts, moving a meeting among them; a calendar takes the highest.
    let sequence = session["revision"].as_i64().and_then(|revision| u32::try_from(revision - 1).ok());
    let status = match text(&session["state"]) {
        "STATE_CANCELLED" => EventStatus::Cancelled,
        "STATE_PLANNED" => EventStatus::Tentative,
        _ => EventStatus::Confirmed,
    };
    let (mut first, mut last) = (None, None);
    for meeting in list(&session["meetings"]) {
        // Of an imported one nobody may say when it ends.
        let (start, end) = (instant(&meeting["startTime"])?, instant(&meeting["endTime"]));
        first = Some(first.map_or(start, |first: DateTime<Utc>| first.min(start)));
        let until = end.unwrap_or(start);
        last = Some(last.map_or(until, |last: DateTime<Utc>| last.max(until)));
        let local = |instant: DateTime<Utc>| CalendarDateTime::WithTimezone {
            date_time: instant.with_timezone(&zone).naive_local(),
            tzid: zone.name().to_owned(),
        };
        let mut event = Event::new();
        event
            .uid(&format!("{}-{}@ensemble", text(&session["uid"]), text(&meeting["meetingId"])))
            .timestamp(changed)
            .last_modified(changed)
            .sequence(sequence.unwrap_or_default())
            .status(status)
            .starts(local(start))
            .summary(&title)
            .description(&description(session, language));
        if let Some(end) = end {
            event.ends(local(end));
        }
        let venue = &meeting["venue"];
        let place = [&venue["displayName"], &venue["address"]].map(|part| clean(text(part)));
        let place: Vec<&str> = place.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        if !place.is_empty() {
            event.location(&place.join(", "));
        }
        let join = text(&meeting["joinUrl"]);
        if !join.is_empty() {
            event.url(join);
        }
        calendar.push(event.done());
    }
    let zone = told(zone, first?, last?);
    // The library writes no component of which it knows no kind.
    Some(calendar.to_string().replacen("BEGIN:VEVENT", &format!("{zone}BEGIN:VEVENT"), 1))
}

fn description(session: &Value, language: Language) -> String {
    let name = text(&session["name"]);
    let contact = clean(text(&session["offlineEnrolmentContact"]));
    let reason = clean(text(&session["stateReason"]));
    let mut lines = vec![format!("ensemble session show {name}")];
    if !contact.is_empty() {
        lines.push(say!(language, "To enrol: {contact}", "Pour s'inscrire : {contact}"));
    }
    if !reason.is_empty() {
        lines.push(say!(language, "Moved or cancelled: {reason}", "Déplacée ou annulée : {reason}"));
    }
    lines.join("\n")
}

fn instant(value: &Value) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text(value)).ok().map(|instant| instant.to_utc())
}

/// The clocks of a zone while a session goes on: what they show at first, and each time they are moved.
fn told(zone: Tz, first: DateTime<Utc>, last: DateTime<Utc>) -> String {
    let Some(begin) = Utc.with_ymd_and_hms(first.year(), 1, 1, 0, 0, 0).single() else {
        return String::new();
    };
    let offset = |at: DateTime<Utc>| zone.offset_from_utc_datetime(&at.naive_utc());
    let seconds = |at: DateTime<Utc>| {
        let offset = offset(at);
        (offset.base_utc_offset() + offset.dst_offset()).num_seconds()
    };
    let mut text = format!("BEGIN:VTIMEZONE\r\nTZID:{}\r\n", zone.name());
    let mut tell = |at: DateTime<Utc>, from: i64| {
        let shown = offset(at);
        let kind = if shown.dst_offset().is_zero() { "STANDARD" } else { "DAYLIGHT" };
        let begins = (at + TimeDelta::seconds(from)).format("%Y%m%dT%H%M%S");
        let (from, to) = (signed(from), signed(seconds(at)));
        // Zones of a fixed offset are called by it.
        let name = shown.abbreviation().unwrap_or(&to);
        text += &format!(
            "BEGIN:{kind}\r\nDTSTART:{begins}\r\nTZOFFSETFROM:{from}\r\nTZOFFSETTO:{to}\r\nTZNAME:{name}\r\nEND:{kind}\r\n"
        );
    };
    tell(begin, seconds(begin));
    let mut day = begin;
    while day < last {
        let next = day + TimeDelta::days(1);
        if seconds(day) != seconds(next) {
            let (mut before, mut after) = (day, next);
            while after - before > TimeDelta::seconds(1) {
                let middle = before + (after - before) / 2;
                let middle = middle - TimeDelta::nanoseconds(i64::from(middle.timestamp_subsec_nanos()));
                *(if seconds(middle) == seconds(day) { &mut before } else { &mut after }) = middle;
            }
            tell(after, seconds(day));
        }
        day = next;
    }
    text + "END:VTIMEZONE\r\n"
}

/// `+0530`.
fn signed(seconds: i64) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.abs() / 60;
    format!("{sign}{:02}{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(state: &str, zone: &str) -> Value {
        json!({
            "name": "programmes/p/sessions/s", "uid": "0b7f", "revision": 3, "state": state, "timeZone": zone,
            "title": { "displayText": "Aider, c'est apprendre ; à deux" },
            "updateTime": "2026-03-01T09:00:00Z", "offlineEnrolmentContact": "À l'accueil",
            "meetings": [
                { "meetingId": "m1", "startTime": "2026-03-28T09:00:00Z", "endTime": "2026-03-28T11:00:00Z",
                  "venue": { "displayName": "Médiathèque", "address": "1, rue de Lyon" } },
                { "meetingId": "m2", "startTime": "2026-03-30T08:00:00Z", "endTime": "2026-03-30T10:00:00Z",
                  "joinUrl": "https://meet.example.org/secret" },
            ],
        })
    }

    #[test]
    fn meetings_stand_at_the_hours_of_their_place_also_when_clocks_are_moved() {
        let file = write(&session("STATE_OPEN", "Europe/Paris"), Language::Fr).unwrap();
        for line in [
            "UID:0b7f-m1@ensemble",
            "SEQUENCE:2",
            "STATUS:CONFIRMED",
            "DTSTART;TZID=Europe/Paris:20260328T100000",
            "DTEND;TZID=Europe/Paris:20260328T120000",
            "DTSTART;TZID=Europe/Paris:20260330T100000",
            "LOCATION:Médiathèque\\, 1\\, rue de Lyon",
            "URL:https://meet.example.org/secret",
            "DTSTART:20260329T020000",
            "TZOFFSETFROM:+0100",
            "TZOFFSETTO:+0200",
            "TZNAME:CEST",
        ] {
            assert!(file.contains(&format!("{line}\r\n")), "{line}: {file}");
        }
        assert!(
            file.find("BEGIN:VTIMEZONE") < file.find("BEGIN:VEVENT"),
            "zones stand before what names them"
        );
        assert_eq!(file.matches("BEGIN:VTIMEZONE").count(), 1);
        assert!(file.lines().all(|line| line.len() <= 75), "{file}");
    }

    #[test]
    fn what_is_cancelled_or_not_sure_yet_says_so() {
        let file = write(&session("STATE_CANCELLED", "Etc/GMT+5"), Language::En).unwrap();
        assert_eq!(file.matches("STATUS:CANCELLED\r\n").count(), 2);
        assert!(file.contains("DTSTART;TZID=Etc/GMT+5:20260328T040000\r\n"), "{file}");
        assert!(file.contains("TZOFFSETTO:-0500\r\nTZNAME:-0500\r\n"), "{file}");
        assert!(write(&session("STATE_PLANNED", "UTC"), Language::En).unwrap().contains("STATUS:TENTATIVE"));
        assert_eq!(write(&session("STATE_OPEN", "Paris"), Language::En), None);
    }

    #[test]
    fn a_meeting_whose_end_nobody_says_has_none() {
        let mut imported = session("STATE_COMPLETED", "Etc/GMT+5");
        imported["meetings"][1]["endTime"] = Value::Null;
        let file = write(&imported, Language::En).unwrap();
        assert_eq!(
            (file.matches("DTSTART;TZID=").count(), file.matches("DTEND;TZID=").count()),
            (2, 1),
            "{file}"
        );
        assert!(file.contains("DTSTART;TZID=Etc/GMT+5:20260330T030000\r\n"), "{file}");
    }
}
