//! The day of a trainer: who came to a session. One screen says what is written down and what is missing; a line writes it down.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Value, json};

use crate::app::App;
use crate::call::list;
use crate::fault::{Fault, Result};
use crate::import::people;
use crate::print::paint::{Style, clean};
use crate::print::table;
use crate::say::{Language, say};
use crate::tree::leaf;

/// The ways of having come, as flags say them.
const WAYS: [(&str, &str); 3] = [
    ("present", "ATTENDANCE_STATUS_PRESENT"),
    ("absent", "ATTENDANCE_STATUS_ABSENT"),
    ("excused", "ATTENDANCE_STATUS_EXCUSED"),
];
const PARTIAL: &str = "ATTENDANCE_STATUS_PARTIAL";
/// Lines of one request, at most.
const MOST: usize = 500;

pub(crate) fn command(language: Language) -> Command {
    let say = |en: &str, fr: &str| language.pick(en, fr).to_owned();
    let session = || {
        Arg::new("session")
            .value_name("SESSION")
            .required(true)
            .help(say("programmes/m1/sessions/m1", "programmes/m1/sessions/m1"))
    };
    let show = leaf(
        "show",
        say(
            "Shows who came to a session, what is missing, and what comes next",
            "Affiche qui est venu à une session, ce qui manque, et la suite",
        ),
        &["ensemble attendance show programmes/m1/sessions/m1".to_owned()],
        language,
    )
    .arg(session());
    let who = |way: &'static str, en: &str, fr: &str| {
        Arg::new(way)
            .long(way)
            .value_name(language.pick("PERSON", "PERSONNE"))
            .action(ArgAction::Append)
            .help(say(en, fr))
    };
    let record = leaf(
        "record",
        say(
            "Writes down who came to a meeting; said twice, it is written once. A person is named by their enrolment or their name",
            "Inscrit qui est venu à une rencontre ; dit deux fois, c'est inscrit une fois. Une personne se nomme par son inscription ou son nom",
        ),
        &[
            "ensemble attendance record programmes/m1/sessions/m1 --others present --absent 'Awa Diop'".to_owned(),
            "ensemble attendance record programmes/m1/sessions/m1 --meeting m2 --partial 'Awa Diop=45'".to_owned(),
        ],
        language,
    )
    .arg(session())
    .arg(Arg::new("meeting").long("meeting").value_name("ID").help(say(
        "Which meeting; without, the last that has begun",
        "Quelle rencontre ; sinon, la dernière commencée",
    )))
    .arg(who("present", "Who was there", "Qui était là"))
    .arg(who("absent", "Who was not", "Qui n'était pas là"))
    .arg(who("excused", "Who was not, and had said so", "Qui n'était pas là et avait prévenu"))
    .arg(Arg::new("partial").long("partial").value_name(language.pick("PERSON=MINUTES", "PERSONNE=MINUTES")).action(ArgAction::Append).help(say(
        "Who was there for so many minutes",
        "Qui était là pendant ce nombre de minutes",
    )))
    .arg(Arg::new("others").long("others").value_name("WAY").value_parser(["present", "absent"])
                .hide_possible_values(true).help(say(
        "Everyone else of whom nothing is written down yet: present or absent",
        "Toutes les autres personnes dont rien n'est encore inscrit : present ou absent",
    )));
    people::attendance(language).subcommand(show).subcommand(record)
}

pub(crate) async fn run(app: &App, matches: &ArgMatches) -> Result {
    let Some((word, matches)) = matches.subcommand() else { return Ok(()) };
    match word {
        "show" => show(app, &Day::of(app, matches).await?),
        "record" => record(app, matches).await,
        word => people::attend(app, word, matches).await.map(drop),
    }
}

/// A session and those who have, or had, a seat in it.
struct Day {
    session: Value,
    people: Vec<Value>,
}

impl Day {
    async fn of(app: &App, matches: &ArgMatches) -> Result<Self> {
        let name = matches.get_one::<String>("session").cloned().unwrap_or_default();
        let session = app.client.json("SessionService/GetSession", json!({ "name": name })).await?;
        let seated = "state = CONFIRMED OR state = COMPLETED OR state = NOT_COMPLETED OR state = NO_SHOW";
        let request = json!({ "parent": name, "filter": seated });
        let mut people = app.client.all("EnrolmentService/ListEnrolments", request).await?;
        people.sort_by_key(|person| (called(person), text(&person["name"]).to_owned()));
        Ok(Self { session, people })
    }

    fn meetings(&self) -> &[Value] {
        list(&self.session["meetings"])
    }

    /// The meetings that have begun, in their order; what the registry says of the session counts more than the clock here.
    fn begun(&self, now: DateTime<Utc>) -> Vec<&Value> {
        let some = match text(&self.session["state"]) {
            "STATE_COMPLETED" | "STATE_CLOSED" => usize::MAX,
            "STATE_IN_PROGRESS" => 1,
            _ => 0,
        };
        let meetings = self.meetings().iter().enumerate();
        let begun = meetings.filter(|(at, meeting)| {
            *at < some || instant(&meeting["startTime"]).is_some_and(|start| start <= now)
        });
        begun.map(|(_, meeting)| meeting).collect()
    }

    /// Whoever is meant: by the name of their enrolment, its id, or what they are called.
    fn person(&self, said: &str, language: Language) -> Result<&Value> {
        let folded = said.trim().to_lowercase();
        let is = |person: &&Value| {
            let name = text(&person["name"]);
            name == said || name.rsplit('/').next() == Some(said) || called(person).to_lowercase() == folded
        };
        let found: Vec<&Value> = self.people.iter().filter(is).collect();
        match found.as_slice() {
            [one] => Ok(one),
            [] => Err(Fault::usage(say!(
                language,
                "nobody called {said} has a seat",
                "personne du nom de {said} n'a de place"
            ))),
            several => {
                let list: Vec<&str> = several.iter().map(|person| text(&person["name"])).collect();
                let list = list.join(", ");
                Err(Fault::usage(say!(
                    language,
                    "several are called {said}: {list}",
                    "plusieurs s'appellent {said} : {list}"
                )))
            }
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn called(person: &Value) -> String {
    clean(text(&person["participantDisplayName"]))
}

fn instant(value: &Value) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text(value)).ok().map(|instant| instant.to_utc())
}

/// What is written down of someone at a meeting.
fn came<'p>(person: &'p Value, meeting: &str) -> Option<&'p Value> {
    list(&person["attendance"]).iter().find(|came| text(&came["meetingId"]) == meeting)
}

/// One screen: the meetings with how many came, who is missing on paper, and the next step.
fn show(app: &App, day: &Day) -> Result {
    let (language, output) = (app.language, &app.output);
    if !output.format.for_people() {
        let facts = |person: &Value| {
            json!({ "name": person["name"], "person": called(person), "state": person["state"],
                "attendance_percent": person["attendancePercent"], "attendance": person["attendance"] })
        };
        let facts: Vec<Value> = day.people.iter().map(facts).collect();
        return output.facts(&["name", "person", "state", "attendance_percent"], &facts);
    }
    let now = Utc::now();
    let session = &day.session;
    let title = clean(text(&session["title"]["displayText"]));
    let state = match text(&session["state"]) {
        "STATE_PLANNED" => language.pick("planned", "prévue"),
        "STATE_OPEN" => language.pick("open to enrolments", "ouverte aux inscriptions"),
        "STATE_IN_PROGRESS" => language.pick("in progress", "en cours"),
        "STATE_COMPLETED" => language.pick("over", "terminée"),
        "STATE_CLOSED" => language.pick("closed", "close"),
        _ => language.pick("cancelled", "annulée"),
    };
    let mut page = format!("{} ({state})\n", output.paint.style(Style::Strong, &title));
    let headings = match language {
        Language::En => ["MEETING", "WHEN", "PRESENT", "IN PART", "ABSENT", "EXCUSED", "MISSING"],
        Language::Fr => ["RENCONTRE", "QUAND", "PRÉSENTS", "EN PARTIE", "ABSENTS", "EXCUSÉS", "MANQUANTS"],
    };
    let zone: chrono_tz::Tz = text(&session["timeZone"]).parse().unwrap_or(chrono_tz::UTC);
    let mut rows = Vec::new();
    let mut missing = Vec::new();
    let begun: Vec<&str> = day.begun(now).into_iter().map(|meeting| text(&meeting["meetingId"])).collect();
    for meeting in day.meetings() {
        let id = text(&meeting["meetingId"]);
        let Some(start) = instant(&meeting["startTime"]) else { continue };
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let mut silent = Vec::new();
        for person in &day.people {
            match came(person, id) {
                Some(came) => *counts.entry(text(&came["status"])).or_default() += 1,
                None => silent.push(called(person)),
            }
        }
        let count = |status: &str| counts.get(status).copied().unwrap_or_default().to_string();
        let begun = begun.contains(&id);
        let missed = if begun { silent.len().to_string() } else { "–".to_owned() };
        let when = start.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string();
        rows.push(vec![
            id.to_owned(),
            when,
            count(WAYS[0].1),
            count(PARTIAL),
            count(WAYS[1].1),
            count(WAYS[2].1),
            missed,
        ]);
        if begun && !silent.is_empty() {
            missing.push((id, silent));
        }
    }
    page += &table::grid(output, &headings.map(str::to_owned), &rows);
    for (id, people) in &missing {
        let people = people.join(", ");
        page += &say!(
            language,
            "\nNothing is written down for {id} of: {people}\n",
            "\nRien n'est inscrit pour {id} de : {people}\n"
        );
    }
    page += &format!("→ {}\n", next(day, missing.first().map(|(id, _)| *id), now, language));
    output.emit(&page)
}

/// What to do now.
fn next(day: &Day, missing: Option<&str>, now: DateTime<Utc>, language: Language) -> String {
    let name = text(&day.session["name"]);
    let open = day.people.iter().any(|person| text(&person["state"]) == "STATE_CONFIRMED");
    match (text(&day.session["state"]), missing) {
        ("STATE_CLOSED" | "STATE_CANCELLED", _) => format!("ensemble session show {name}"),
        (_, Some(meeting)) => {
            format!("ensemble attendance record {name} --meeting {meeting} --others present")
        }
        ("STATE_COMPLETED", None) if open => say!(
            language,
            "give everyone an outcome: ensemble enrolment complete NAME",
            "donnez un résultat à chaque personne : ensemble enrolment complete NOM"
        ),
        ("STATE_COMPLETED", None) => format!("ensemble session close {name}"),
        _ if day.begun(now).is_empty() => {
            format!("ensemble attendance template {name} --out attendance.xlsx")
        }
        _ => say!(
            language,
            "nothing is missing until the next meeting",
            "rien ne manque d'ici la prochaine rencontre"
        ),
    }
}

async fn record(app: &App, matches: &ArgMatches) -> Result {
    let language = app.language;
    let day = Day::of(app, matches).await?;
    let meeting = match matches.get_one::<String>("meeting") {
        Some(meeting) => meeting.clone(),
        None => {
            day.begun(Utc::now()).last().map(|meeting| text(&meeting["meetingId"]).to_owned()).ok_or_else(
                || {
                    Fault::usage(say!(
                        language,
                        "no meeting has begun yet",
                        "aucune rencontre n'a encore commencé"
                    ))
                },
            )?
        }
    };
    let mut entries: BTreeMap<String, Value> = BTreeMap::new();
    let mut note = |person: &Value, status: &str, minutes: Option<i32>| {
        let name = text(&person["name"]).to_owned();
        let mut entry = json!({ "enrolment": name, "status": status });
        if let Some(minutes) = minutes {
            entry["minutes"] = minutes.into();
        }
        match entries.insert(name, entry) {
            None => Ok(()),
            Some(_) => {
                let person = called(person);
                Err(Fault::usage(say!(language, "{person} is named twice", "{person} est nommée deux fois")))
            }
        }
    };
    for (way, status) in WAYS {
        for said in matches.get_many::<String>(way).into_iter().flatten() {
            note(day.person(said, language)?, status, None)?;
        }
    }
    for said in matches.get_many::<String>("partial").into_iter().flatten() {
        let split =
            said.rsplit_once('=').and_then(|(who, minutes)| Some((who, minutes.trim().parse().ok()?)));
        let (who, minutes) = split.ok_or_else(|| {
            Fault::usage(say!(
                language,
                "expected PERSON=MINUTES: {said}",
                "attendu : PERSONNE=MINUTES : {said}"
            ))
        })?;
        note(day.person(who, language)?, PARTIAL, Some(minutes))?;
    }
    if let Some(way) = matches.get_one::<String>("others") {
        let status = WAYS.iter().find(|(known, _)| known == way).map_or(PARTIAL, |(_, status)| *status);
        for person in &day.people {
            let name = text(&person["name"]);
            let open = text(&person["state"]) == "STATE_CONFIRMED";
            if open && came(person, &meeting).is_none() && !entries.contains_key(name) {
                entries.insert(name.to_owned(), json!({ "enrolment": name, "status": status }));
            }
        }
    }
    if entries.is_empty() {
        return Err(Fault::usage(say!(
            language,
            "nobody is named of whom something is to be written down: --present, --absent, --excused, --partial, --others",
            "personne n'est nommé : --present, --absent, --excused, --partial, --others"
        )));
    }
    app.confirm(false).await?;
    let (mut changed, mut unchanged) = (0, 0);
    let entries: Vec<Value> = entries.into_values().collect();
    for some in entries.chunks(MOST) {
        let request = json!({
            "name": day.session["name"], "meetingId": meeting, "entries": some,
            "requestId": uuid::Uuid::new_v4().to_string(),
        });
        let answer = app.client.json("SessionService/RecordAttendance", request).await?;
        changed += answer["changed"].as_i64().unwrap_or_default();
        unchanged += answer["unchanged"].as_i64().unwrap_or_default();
    }
    app.output.narrate(&say!(
        language,
        "{meeting}: {changed} written down, {unchanged} known already",
        "{meeting} : {changed} inscrites, {unchanged} déjà connues"
    ));
    show(app, &Day::of(app, matches).await?)
}
