//! The catalogue as open data: schema.org `Course` and `CourseInstance` in JSON-LD, which needs no network to be read. Pure.

use chassis::clock::Zone;
use chassis::column::Micros;
use chassis::value;
use proto::common::LocalizedText;
use proto::common::alignment::Framework;
use proto::training as pb;
use proto::training::Mode;
use serde_json::{Map, Value, json};

use super::row::Model;
use crate::session::meetings::spans;
use crate::session::row::Model as Session;

/// The catalogue of programmes with the sessions of each; what is private of them is not asked for.
pub(super) fn catalogue<'c>(programmes: impl IntoIterator<Item = (&'c Model, Vec<&'c Session>)>) -> Value {
    let courses: Vec<Value> =
        programmes.into_iter().map(|(programme, sessions)| course(programme, &sessions)).collect();
    json!({ "@context": { "@vocab": "https://schema.org/" }, "@graph": courses })
}

fn course(programme: &Model, sessions: &[&Session]) -> Value {
    let mut course = Map::new();
    let mut set = |key: &str, value: Value| {
        if !matches!(&value, Value::Null) && value != json!([]) && value != json!("") {
            course.insert(key.to_owned(), value);
        }
    };
    set("@id", json!(format!("urn:uuid:{}", programme.uid)));
    set("@type", json!("Course"));
    set("identifier", json!(programme.name));
    set("name", texts(&programme.title));
    set("description", texts(&programme.description));
    set("provider", organisations(&programme.providers));
    set("additionalType", json!(programme.learning_opportunity_type));
    set("inLanguage", json!(*programme.languages));
    set("coursePrerequisites", texts(&programme.prerequisites));
    let audience = programme.audience.iter().map(|code| json!({ "@type": "Audience", "audienceType": code }));
    set("audience", audience.collect());
    set("teaches", programme.outcomes.iter().map(outcome).collect());
    if programme.workload_hours > 0 {
        set("timeRequired", json!(format!("PT{}H", programme.workload_hours)));
    }
    if !programme.price.currency_code.is_empty() {
        set("isAccessibleForFree", json!(programme.price.minor_units == 0));
        let price = value::decimal(&programme.price);
        set(
            "offers",
            json!({ "@type": "Offer", "price": price, "priceCurrency": programme.price.currency_code }),
        );
    }
    set("hasCourseInstance", sessions.iter().map(|session| instance(programme, session)).collect());
    Value::Object(course)
}

fn outcome(outcome: &pb::LearningOutcome) -> Value {
    let mut term = Map::from_iter([
        ("@type".to_owned(), json!("DefinedTerm")),
        ("name".to_owned(), texts(&outcome.text.clone().unwrap_or_default())),
    ]);
    if let Some(alignment) = &outcome.alignment {
        let set = match alignment.framework() {
            Framework::Unspecified => "",
            known => known.as_str_name().trim_start_matches("FRAMEWORK_"),
        };
        let set = format!("{set} {}", alignment.framework_version);
        term.insert("termCode".to_owned(), json!(alignment.target_code));
        term.insert("inDefinedTermSet".to_owned(), json!(set.trim_end()));
    }
    Value::Object(term)
}

fn instance(programme: &Model, session: &Session) -> Value {
    let zone = Zone::parse("time_zone", &session.time_zone).unwrap_or(Zone::UTC);
    let mode = match session.mode.get() {
        Mode::Online => Some(("Online", "OnlineEventAttendanceMode")),
        Mode::Hybrid => Some(("Blended", "MixedEventAttendanceMode")),
        Mode::Onsite => Some(("Onsite", "OfflineEventAttendanceMode")),
        Mode::Unspecified => None,
    };
    let time =
        |instant: Micros| json!({ "@type": "https://schema.org/DateTime", "@value": zone.told(instant) });
    let meetings = session.meetings.iter().map(|meeting| {
        let (start, end) = spans(std::slice::from_ref(meeting)).next().unwrap_or_default();
        let mut event = json!({ "@type": "Event", "startDate": time(start) });
        if meeting.end_time.is_some() {
            event["endDate"] = time(end);
        }
        if let Some(venue) = &meeting.venue {
            event["location"] =
                json!({ "@type": "Place", "name": venue.display_name, "address": venue.address });
        }
        event
    });
    let mut told = json!({
        "@id": format!("urn:uuid:{}", session.uid),
        "@type": "CourseInstance",
        "identifier": session.name,
        "name": texts(&programme.title),
        "eventStatus": { "@id": "https://schema.org/EventScheduled" },
        "startDate": time(session.start_time),
        "inLanguage": session.language_code,
        "organizer": organisations(&programme.providers),
        "subEvent": meetings.collect::<Vec<_>>(),
    });
    // What nobody said of an imported one is left out.
    if let Some((mode, attendance)) = mode {
        told["courseMode"] = json!(mode);
        told["eventAttendanceMode"] = json!({ "@id": format!("https://schema.org/{attendance}") });
    }
    if session.ends() {
        told["endDate"] = time(session.end_time);
    }
    if let Some(seats) = session.capacity_said() {
        told["maximumPhysicalAttendeeCapacity"] = json!(seats.onsite);
        told["maximumVirtualAttendeeCapacity"] = json!(seats.online);
    }
    if !session.website.is_empty() {
        told["url"] = json!(session.website);
    }
    told
}

/// Each translation with its language.
fn texts(text: &LocalizedText) -> Value {
    let each = text.translations.iter();
    each.map(|(language, said)| json!({ "@language": language, "@value": said.text })).collect()
}

fn organisations(partners: &[String]) -> Value {
    partners.iter().map(|partner| json!({ "@type": "Organization", "identifier": partner })).collect()
}

#[cfg(test)]
mod tests {
    use proto::training::programme::State;
    use proto::training::session::State as Open;

    use super::*;
    use crate::programme::tests::programme;
    use crate::session::tests::session;

    #[test]
    fn a_programme_is_a_course_and_its_sessions_are_instances_of_it() {
        let mut taught = programme(State::Published);
        taught.price = proto::common::Money { currency_code: "EUR".to_owned(), minor_units: 0 }.into();
        let mut held = session(Open::Open);
        let mut meetings = held.meetings.clone().into_inner();
        meetings[0].join_url = "https://meet.example.org/secret".to_owned();
        meetings[0].venue =
            Some(pb::Venue { display_name: "Médiathèque".to_owned(), ..Default::default() });
        held.meetings = meetings.into();
        let told = catalogue([(&taught, vec![&held])]);
        let course = &told["@graph"][0];
        assert_eq!(course["@type"], "Course");
        assert_eq!(course["name"], json!([{ "@language": "fr", "@value": "Premiers pas en ligne" }]));
        assert_eq!(course["teaches"][0]["termCode"], "1.2");
        assert_eq!(course["teaches"][0]["inDefinedTermSet"], "DIGCOMP 3.0");
        assert_eq!(
            (&course["timeRequired"], &course["isAccessibleForFree"]),
            (&json!("PT12H"), &json!(true))
        );
        assert_eq!(course["offers"]["price"], "0.00");
        let instance = &course["hasCourseInstance"][0];
        assert_eq!(
            instance["startDate"]["@value"], "2026-04-01T10:00:00+02:00",
            "as its place tells the time"
        );
        assert_eq!(instance["eventAttendanceMode"]["@id"], "https://schema.org/OfflineEventAttendanceMode");
        assert_eq!(instance["subEvent"][0]["location"]["name"], "Médiathèque");
        assert!(!told.to_string().contains("secret"), "how to join is nobody else's");
        assert!(course.get("coursePrerequisites").is_none(), "what nobody said is left out");
    }
}
