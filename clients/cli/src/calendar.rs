//! What is due when, as an iCalendar file (RFC 5545) that people's own calendars show.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use chrono::{Days, NaiveDate};
use clap::{Arg, ArgMatches, Command, ValueHint};
use icalendar::{Calendar, Component as _, Event, EventLike as _, Property};
use serde_json::{Value, json};

use crate::app::App;
use crate::arrival::{Place, put};
use crate::call::list;
use crate::fault::Result;
use crate::print::Format;
use crate::print::paint::clean;
use crate::say::{Language, say};
use crate::status;
use crate::tree::leaf;

mod session;

/// Wherever they are.
const ANYWHERE: &str = "partnerships/-";

pub(crate) fn command(language: Language) -> Command {
    let say = |en: &str, fr: &str| language.pick(en, fr).to_owned();
    let about = say(
        "Writes your deadlines as an iCalendar file: what ends, what is due, and until when to answer",
        "Écrit vos échéances en fichier iCalendar : ce qui prend fin, ce qui est dû, et jusqu'à quand répondre",
    );
    let examples = [
        "ensemble calendar deadlines.ics",
        "ensemble calendar --partner partners/ville-de-lyon > lyon.ics",
        "ensemble calendar --session programmes/m1/sessions/m1 session.ics",
        "ensemble calendar -o json",
    ];
    leaf("calendar", about, &examples.map(str::to_owned), language)
        .arg(
            Arg::new("file")
                .value_name(language.pick("FILE", "FICHIER"))
                .value_hint(ValueHint::FilePath)
                .help(say("Where to; standard output without", "Où écrire ; sortie standard sinon")),
        )
        .arg(Arg::new("partner").long("partner").value_name("PARTNER").help(say(
            "Of this partner only; without, of yours, and of the network for who coordinates it",
            "De cette organisation seulement ; sinon des vôtres, et du réseau pour qui le coordonne",
        )))
        .arg(Arg::new("session").long("session").value_name("SESSION").conflicts_with("partner").help(say(
            "The meetings of this session instead, and how they are joined if you take part",
            "Plutôt les rencontres de cette session, et comment les rejoindre si vous y participez",
        )))
}

/// Something that is due on a day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Deadline {
    day: NaiveDate,
    /// Of what: a resource's name.
    of: String,
    /// What is due of it: `END`, `NOTICE`. With the name, it is the same deadline each time.
    kind: &'static str,
    title: String,
}

pub(crate) async fn run(app: &App, matches: &ArgMatches) -> Result {
    if let Some(name) = matches.get_one::<String>("session") {
        let (written, count) = session::file(app, name).await?;
        let place = matches.get_one::<String>("file").map_or(Place::Output, |file| Place::At(file.into()));
        put(app, place, written.as_bytes()).await?;
        app.output.hint(&say!(
            app.language,
            "{count} meetings; import the file anew when something has changed: none is there twice",
            "{count} rencontres ; importez à nouveau le fichier quand quelque chose a changé : aucune n'y sera deux fois"
        ));
        return Ok(());
    }
    let deadlines: Vec<Deadline> = deadlines(app, matches).await?.into_iter().collect();
    let file = matches.get_one::<String>("file").map(PathBuf::from);
    match app.output.format {
        // A file was asked for, or nothing that programs read otherwise.
        Format::Table | Format::Wide => {}
        _ if file.is_some() => {}
        _ => {
            let fact = |deadline: &Deadline| json!({ "name": deadline.of, "date": deadline.day.to_string(), "kind": deadline.kind, "title": deadline.title });
            let facts: Vec<Value> = deadlines.iter().map(fact).collect();
            return app.output.facts(&["date", "kind", "title", "name"], &facts);
        }
    }
    let place = file.map_or(Place::Output, Place::At);
    let written = write(&deadlines, app.language, chrono::Utc::now());
    put(app, place, written.as_bytes()).await?;
    let count = deadlines.len();
    app.output.hint(&say!(
        app.language,
        "{count} deadlines; your calendar opens the file, and knows each of them again when you import it anew",
        "{count} échéances ; votre agenda ouvre le fichier, et reconnaît chacune quand vous l'importez à nouveau"
    ));
    Ok(())
}

/// What is due, of whom it is asked for: each once, in the order of its day.
async fn deadlines(app: &App, matches: &ArgMatches) -> Result<BTreeSet<Deadline>> {
    let me = app.client.json("TokenService/GetCurrentPrincipal", json!({})).await?;
    let asked = matches.get_one::<String>("partner");
    let asked = asked.map(|partner| match partner.contains('/') {
        true => partner.clone(),
        false => format!("partners/{partner}"),
    });
    let coordinates = status::has_role(&me, "ROLE_COORDINATOR");
    let mut found = BTreeSet::new();
    match asked {
        Some(partner) => of_partner(app, &partner, &mut found).await?,
        None if coordinates => of_network(app, &mut found).await?,
        None => {}
    }
    if matches.get_one::<String>("partner").is_none() {
        for partner in status::partners(&me) {
            of_partner(app, partner, &mut found).await?;
        }
    }
    Ok(found)
}

/// Of the whole network: partnerships, the periods of reports, and consultations.
async fn of_network(app: &App, found: &mut BTreeSet<Deadline>) -> Result {
    of_partnerships(app, None, found).await?;
    let language = app.language;
    for period in app.client.all("ReportingPeriodService/ListReportingPeriods", json!({})).await? {
        let title = shown(&period["title"]);
        for (field, kind, due) in [
            ("dueDate", "DUE", say!(language, "Reports due: {title}", "Rapports dus : {title}")),
            (
                "lockDate",
                "LOCK",
                say!(language, "Last day for reports: {title}", "Dernier jour pour les rapports : {title}"),
            ),
        ] {
            note(found, &period["name"], &period[field], kind, due);
        }
    }
    let open = json!({ "filter": "state = CONSULTATION" });
    for recommendation in app.client.all("RecommendationService/ListRecommendations", open).await? {
        let title = shown(&recommendation["title"]);
        let due = say!(language, "Consultation ends: {title}", "Fin de la consultation : {title}");
        note(found, &recommendation["name"], &recommendation["consultationEndDate"], "CONSULTATION", due);
    }
    Ok(())
}

/// Of one partner: what it signed, promised and is to receive, what it answers, and what it reports.
async fn of_partner(app: &App, partner: &str, found: &mut BTreeSet<Deadline>) -> Result {
    of_partnerships(app, Some(partner), found).await?;
    let owed = json!({ "filter": format!("awaiting = \"PARTNER\" AND lead_partner = \"{partner}\"") });
    for owed in app.client.all("ReportService/ListReportObligations", owed).await? {
        let title = clean(owed["projectTitle"].as_str().unwrap_or_default());
        let due = say!(app.language, "Report due: {title}", "Rapport dû : {title}");
        let of = format!("{} {}", text(&owed["project"]), text(&owed["reportingPeriod"]));
        note(found, &of.into(), &owed["dueDate"], "DUE", due);
    }
    Ok(())
}

/// Of agreements, commitments and health checks: all of them, or those that concern a partner.
async fn of_partnerships(app: &App, partner: Option<&str>, found: &mut BTreeSet<Deadline>) -> Result {
    let language = app.language;
    let with = |state: &str, fields: &[&str]| {
        let of = |partner| {
            let each: Vec<String> = fields.iter().map(|field| format!("{field} = \"{partner}\"")).collect();
            format!(" AND ({})", each.join(" OR "))
        };
        let of = partner.filter(|_| !fields.is_empty()).map(of).unwrap_or_default();
        json!({ "parent": ANYWHERE, "filter": format!("({state}){of}") })
    };
    let running = with("state = IN_FORCE OR state = SIGNED", &["parties"]);
    let agreements = app.client.all("AgreementService/ListAgreements", running).await?;
    let confirmed = with("state = CONFIRMED", &["partner", "recipient"]);
    let commitments = app.client.all("CommitmentService/ListCommitments", confirmed).await?;
    let open = match partner {
        None => with("state = OPEN", &[]),
        Some(partner) => json!({ "parent": ANYWHERE, "unansweredBy": partner }),
    };
    let checks = app.client.all("HealthCheckService/ListHealthChecks", open).await?;
    let closed = with("state = CLOSED", &[]);
    let closed = app.client.all("HealthCheckService/ListHealthChecks", closed).await?;
    let all = [&agreements, &commitments, &checks, &closed].into_iter().flatten();
    let titles = titles(app, all).await?;
    let title = |item: &Value| titles.get(partnership(text(&item["name"]))).cloned().unwrap_or_default();
    for agreement in &agreements {
        let (name, title) = (&agreement["name"], title(agreement));
        let end = &agreement["lastDate"];
        let ends = say!(language, "Agreement ends: {title}", "Fin de l'accord : {title}");
        note(found, name, end, "END", ends);
        let review = say!(language, "Agreement to review: {title}", "Accord à revoir : {title}");
        note(found, name, &agreement["reviewDueDate"], "REVIEW", review);
        // Of one that renews itself, the last day to say that it shall not.
        let notice = agreement["noticeDays"].as_u64().unwrap_or_default();
        if agreement["renewalMode"] == "RENEWAL_MODE_TACIT"
            && let Some(last) =
                day(&agreement["period"]["endDate"]).and_then(|end| end.checked_sub_days(Days::new(notice)))
        {
            let title = say!(
                language,
                "Last day to give notice, or it renews itself: {title}",
                "Dernier jour pour dénoncer l'accord, sinon il se renouvelle : {title}"
            );
            found.insert(Deadline { day: last, of: text(name).to_owned(), kind: "NOTICE", title });
        }
    }
    for commitment in &commitments {
        let title = title(commitment);
        let due = say!(language, "Commitment to deliver: {title}", "Engagement à tenir : {title}");
        note(found, &commitment["name"], &commitment["period"]["endDate"], "DELIVER", due);
    }
    for check in &checks {
        let title = title(check);
        let due =
            say!(language, "Health check to answer: {title}", "Bilan de partenariat à remplir : {title}");
        note(found, &check["name"], &check["openUntilDate"], "ANSWER", due);
    }
    for check in &closed {
        for action in list(&check["actions"]) {
            if action["done"] == true || partner.is_some_and(|partner| action["owner"] != partner) {
                continue;
            }
            let (title, what) = (title(check), clean(text(&action["text"])));
            let of = format!("{}#{}", text(&check["name"]), text(&action["id"]));
            let due = say!(language, "Action due: {what} ({title})", "Action à mener : {what} ({title})");
            note(found, &of.into(), &action["dueDate"], "ACTION", due);
        }
    }
    Ok(())
}

/// What the partnerships are called that these belong to.
async fn titles(app: &App, items: impl Iterator<Item = &Value>) -> Result<BTreeMap<String, String>> {
    let names: BTreeSet<&str> = items.map(|item| partnership(text(&item["name"]))).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let mut titles = BTreeMap::new();
    for some in names.chunks(100) {
        let found =
            app.client.json("PartnershipService/BatchGetPartnerships", json!({ "names": some })).await?;
        let found = list(&found["partnerships"]).iter();
        titles.extend(found.map(|found| (text(&found["name"]).to_owned(), shown(&found["title"]))));
    }
    Ok(titles)
}

/// The partnership that something is of, by its name.
fn partnership(name: &str) -> &str {
    let mut parts = name.match_indices('/');
    parts.nth(1).map_or(name, |(at, _)| &name[..at])
}

/// Notes what is due, if it has a day.
fn note(found: &mut BTreeSet<Deadline>, of: &Value, date: &Value, kind: &'static str, title: String) {
    if let Some(day) = day(date) {
        found.insert(Deadline { day, of: text(of).to_owned(), kind, title });
    }
}

fn day(date: &Value) -> Option<NaiveDate> {
    let part = |part: &str| date[part].as_i64().and_then(|part| i32::try_from(part).ok());
    let (month, day) = (part("month")?.try_into().ok()?, part("day")?.try_into().ok()?);
    NaiveDate::from_ymd_opt(part("year")?, month, day)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn shown(title: &Value) -> String {
    clean(text(&title["displayText"]))
}

/// The file: one event of a whole day for each deadline, which takes no time of anyone's day.
fn write(deadlines: &[Deadline], language: Language, now: chrono::DateTime<chrono::Utc>) -> String {
    let mut calendar = headed(language.pick("Ensemble: deadlines", "Ensemble : échéances"));
    for Deadline { day, of, kind, title } in deadlines {
        let mut event = Event::new();
        event
            .uid(&format!("{}-{}@ensemble", of.replace(['/', ' ', '#'], "."), kind.to_lowercase()))
            .timestamp(now)
            // A day without an end lasts that day (RFC 5545, 3.6.1).
            .starts(*day)
            .summary(title)
            .description(&format!("ensemble {}", command_for(of)))
            .add_property("TRANSP", "TRANSPARENT");
        calendar.push(event.done());
    }
    calendar.to_string()
}

/// A calendar of that name with nothing in it yet.
fn headed(name: &str) -> Calendar {
    let mut calendar = Calendar::empty();
    for (key, value) in [
        ("VERSION", "2.0"),
        ("PRODID", "-//Ensemble//Calendar//EN"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
        ("X-WR-CALNAME", name),
    ] {
        calendar.append_property(Property::new(key, value));
    }
    calendar
}

/// What to type to see it.
fn command_for(of: &str) -> String {
    let of = of.split(['#', ' ']).next().unwrap_or(of);
    let nouns = crate::contract::nouns(proto::pool());
    let noun = nouns.iter().find(|noun| noun.name(of).is_some());
    noun.map_or_else(|| of.to_owned(), |noun| format!("{} show {of}", noun.singular))
}
