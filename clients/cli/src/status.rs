//! The day of whoever is calling: what waits for them first, then what they wait for, and the command to type for each.

mod datasets;
mod models;
mod network;
mod partner;
mod promises;
mod training;
mod voice;

use clap::Command;
use prost_reflect::{DynamicMessage, Value as Reflected};
use serde_json::{Value, json};

use crate::app::App;
use crate::call::value_of;
use crate::contract;
use crate::deed::{items_of, pages};
use crate::fault::{Fault, Result};
use crate::print::cell::{self, Reader};
use crate::print::paint::Style;
use crate::print::{Format, name_of};
use crate::say::{Language, say};
use crate::tree::leaf;

const SHOWN: usize = 5;

pub(crate) fn command(language: Language) -> Command {
    let about = say!(language, "Shows what waits for you today", "Montre ce qui vous attend aujourd'hui");
    leaf("status", about, &["ensemble status".to_owned(), "ensemble status -o json".to_owned()], language)
}

/// Some things of one kind that wait.
struct Section {
    id: &'static str,
    title: String,
    count: usize,
    lines: Vec<(String, String)>,
    next: Option<String>,
}

pub(crate) async fn run(app: &App) -> Result {
    if app.client.bearer().await?.is_none() {
        return Err(crate::auth::not_signed_in(app.language));
    }
    let me = app.client.json("TokenService/GetCurrentPrincipal", json!({})).await?;
    let has = |role| has_role(&me, role);
    let mut sections = Vec::new();
    if has("ROLE_COORDINATOR") || has("ROLE_REVIEWER") {
        sections = network::sections(app, &me, has("ROLE_COORDINATOR")).await?;
    }
    sections.extend(partner::sections(app, &me).await?);
    print(app, &me, &sections)
}

/// Whether someone has a role in the network.
pub(crate) fn has_role(me: &Value, role: &str) -> bool {
    me["networkRoles"].as_array().is_some_and(|roles| roles.iter().any(|given| given == role))
}

/// The partners that someone belongs to.
pub(crate) fn partners(me: &Value) -> Vec<&str> {
    let roles = me["partnerRoles"].as_array().into_iter().flatten();
    roles.filter_map(|role| role["partner"].as_str()).collect()
}

/// Those of a list that a filter takes, all of them: of a parent, where the list has one.
async fn find(app: &App, method: &str, parent: &str, filter: &str) -> Result<Vec<DynamicMessage>> {
    let method = contract::method(method).ok_or_else(|| Fault::failure(method.to_owned()))?;
    let mut request = DynamicMessage::new(method.input());
    for (field, value) in [("parent", parent), ("filter", filter)] {
        if !value.is_empty() {
            request.set_field_by_name(field, Reflected::String(value.to_owned()));
        }
    }
    Ok(pages(app, &method, request, true).await?.0)
}

fn section(app: &App, id: &'static str, title: String, found: &[DynamicMessage], next: &str) -> Section {
    Section {
        id,
        title,
        count: found.len(),
        lines: lines(app, found),
        next: (!found.is_empty()).then(|| next.to_owned()),
    }
}

/// What waits for the caller's decision, the oldest first: a line says what it is, whose, and since when. The noun at the
/// terminal, and the field that says whose.
fn reviewable(
    app: &App,
    mut found: Vec<DynamicMessage>,
    id: &'static str,
    title: String,
    (noun, owner): (&str, &str),
) -> Section {
    let language = app.language;
    found.sort_by_cached_key(|one| value_of(one)["awaitingSince"].as_str().map(str::to_owned));
    let part = |one: &DynamicMessage, field| cell::at(one, field, Reader { language, person: true });
    let line = |one: &DynamicMessage| {
        let since = say!(language, "since {time}", "depuis {time}", time = part(one, "awaiting_since"));
        (name_of(one), [part(one, "title"), part(one, owner), since].join(" · "))
    };
    let first = found.first().map(name_of).unwrap_or_default();
    let next = format!("ensemble {noun} show {first} · ensemble {noun} review {first} --decision APPROVE");
    Section { lines: found.iter().take(SHOWN).map(line).collect(), ..section(app, id, title, &found, &next) }
}

fn lines(app: &App, items: &[DynamicMessage]) -> Vec<(String, String)> {
    let reader = Reader { language: app.language, person: true };
    let title = |item: &DynamicMessage| {
        ["title", "display_name", "email"]
            .iter()
            .map(|field| cell::at(item, field, reader))
            .find(|text| !text.is_empty())
    };
    items.iter().take(SHOWN).map(|item| (name_of(item), title(item).unwrap_or_default())).collect()
}

/// The most urgent of the reports owed that a filter takes, a line each: which, of whom, for when, since when.
async fn owed(app: &App, filter: &str, most: usize) -> Result<Vec<DynamicMessage>> {
    let request = json!({ "filter": filter, "pageSize": most });
    Ok(items_of(&app.client.dynamic("ReportService/ListReportObligations", request).await?))
}

/// What a person must know of a report that is owed.
fn debt(app: &App, owed: &DynamicMessage) -> (String, String) {
    let language = app.language;
    let reader = Reader { language, person: true };
    let part = |field: &str| cell::at(owed, field, reader);
    let name = [part("report"), part("project")].into_iter().find(|name| !name.is_empty());
    let late: i64 = part("days_late").parse().unwrap_or_default();
    let mut facts = vec![part("project_title"), part("lead_partner"), part("reporting_period")];
    facts.push(say!(language, "due {day}", "échéance {day}", day = part("due_date")));
    if late > 0 {
        facts.push(say!(language, "{late} days late", "{late} jours de retard"));
    }
    facts.push(say!(language, "since {time}", "depuis {time}", time = part("awaiting_since")));
    let remind = part("remind_time");
    if !remind.is_empty() {
        facts.push(say!(language, "reminded {remind}", "relancé {remind}"));
    }
    facts.retain(|fact| !fact.is_empty());
    (name.unwrap_or_default(), facts.join(" · "))
}

fn print(app: &App, me: &Value, sections: &[Section]) -> Result {
    let (language, output) = (app.language, &app.output);
    if !output.format.for_people() {
        let row = |section: &Section| {
            let items: Vec<Value> =
                section.lines.iter().map(|(name, title)| json!({ "name": name, "title": title })).collect();
            json!({ "name": section.id, "title": section.title, "count": section.count, "items": items, "next": section.next })
        };
        let rows: Vec<Value> = sections.iter().map(row).collect();
        return match output.format {
            Format::Json => output.fact(&[], json!({ "me": me, "sections": rows })),
            _ => output.facts(&["name", "title", "count", "next"], &rows),
        };
    }
    let subject = me["subject"].as_str().unwrap_or_default();
    output.narrate(&say!(
        language,
        "{subject} on {server}",
        "{subject} sur {server}",
        server = app.client.server
    ));
    let mut text = String::new();
    for section in sections.iter().filter(|section| section.count > 0) {
        let title = output.paint.style(Style::Strong, &section.title);
        text += &format!("\n{title} ({})\n", section.count);
        for (name, shown) in &section.lines {
            text += &format!("  {name}  {shown}\n");
        }
        if section.count > section.lines.len() {
            let more = section.count - section.lines.len();
            text += &say!(language, "  … and {more} more\n", "  … et {more} de plus\n");
        }
        if let Some(next) = &section.next {
            text += &format!("  → {next}\n");
        }
    }
    if text.is_empty() {
        text = say!(
            language,
            "\nNothing waits for you.\n  → ensemble partner list\n",
            "\nRien ne vous attend.\n  → ensemble partner list\n"
        );
    }
    output.emit(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{app, message, serve, type_in};

    #[tokio::test]
    async fn a_coordinator_sees_what_waits_by_plain_questions() {
        let (client, folder) = serve(|method, messages, _| {
            let request = value_of(&messages[0]);
            let answer = match method.name() {
                "GetCurrentPrincipal" => json!({ "subject": "users/awa", "networkRoles": ["ROLE_COORDINATOR"] }),
                "ListProjects" if request["filter"] == "state = SUBMITTED" => json!({ "projects": [
                    { "name": "projects/later", "leadPartner": "partners/b", "awaitingSince": "2026-03-02T00:00:00Z" },
                    { "name": "projects/own", "leadPartner": "partners/own", "awaitingSince": "2026-01-01T00:00:00Z" },
                    { "name": "projects/helped", "leadPartner": "partners/b", "awaitingSince": "2026-01-02T00:00:00Z",
                      "participants": [{ "partner": "partners/own" }] },
                    { "name": "projects/first", "leadPartner": "partners/c", "awaitingSince": "2026-02-01T00:00:00Z" },
                ] }),
                "ListPartners" if request["filter"] == "state = PENDING" => json!({ "partners": [{ "name": "partners/a" }] }),
                "ListPartners" => json!({ "partners": [{ "name": "partners/b", "gaps": [{ "field": "college" }] }, { "name": "partners/c" }] }),
                "SummarizeProjects" => json!({
                    "reportsToReview": 7, "reviewsOverdue": 2, "dormant": 1, "withGaps": 40,
                    "incomplete": [{ "project": "projects/i", "title": "Wells", "gaps": 3 }],
                    "punctualities": [{ "punctuality": "PUNCTUALITY_OVERDUE", "count": 30 }],
                    "attention": [{ "project": "projects/p", "rating": "RATING_RED", "report": "projects/p/reports/r" }],
                }),
                "SummarizeTraining" => json!({ "sessionsWithGaps": 302 }),
                "ListSessions" if request["orderBy"] == "start_time desc" => json!({ "sessions": [
                    { "name": "programmes/p/sessions/s", "gaps": [{ "field": "mode" }] },
                ] }),
                "SummarizePartnerships" => json!({
                    "agreementGaps": ["partnerships/q"],
                    "agreementExpiries": [{ "withinDays": 180, "count": 2 }, { "withinDays": 30, "count": 1 }],
                    "expiringAgreements": [
                        { "agreement": "partnerships/p/agreements/one", "daysToExpiry": 5,
                          "partnershipTitle": { "displayText": "Data together" }, "successor": "partnerships/p/agreements/two" },
                        { "agreement": "partnerships/p/agreements/other", "daysToExpiry": 90 },
                    ],
                }),
                "ListReportObligations" => {
                    assert!(request["pageSize"].as_u64().unwrap() <= 5, "a day is not a download");
                    json!({ "reportObligations": [{ "project": "projects/p", "projectTitle": "Library", "daysLate": 12 }] })
                }
                _ => json!({}),
            };
            Ok(vec![message(&method.output(), answer)])
        })
        .await;
        let credential = crate::session::Credential {
            server: client.server.clone(),
            access_token: "t".to_owned(),
            ..Default::default()
        };
        client.store.save_credential("test", &credential).unwrap();
        let app = app(client);
        type_in(&app, &["status"]).await.unwrap();
        let me = json!({ "partnerRoles": [{ "partner": "partners/own" }] });
        let waiting = async |coordinator| {
            let mut sections = network::sections(&app, &me, coordinator).await.unwrap();
            sections.retain(|section| section.count > 0);
            sections
        };
        let day = waiting(true).await;
        let counts: Vec<(&str, usize)> = day.iter().map(|section| (section.id, section.count)).collect();
        let expected = [
            ("reportsToReview", 7),
            ("projectsSubmitted", 2),
            ("partnersPending", 1),
            ("agreementsExpiring", 2),
            ("agreementGaps", 1),
            ("reportsOverdue", 30),
            ("attention", 1),
            ("dormant", 1),
            ("partnersWithGaps", 1),
            ("projectsWithGaps", 40),
            ("sessionsWithGaps", 302),
        ];
        assert_eq!(counts, expected, "what waits for the coordinator comes first");
        let (one, other) = (&day[3].lines[0].1, &day[3].lines[1].1);
        assert_eq!(one, "Data together · 5 days left · next: partnerships/p/agreements/two");
        assert_eq!(other, "90 days left · nothing prepared");
        assert_eq!(day[3].title, "Agreements that end within 180 days, 1 of them within 30");
        let lacking = |id: &str| day.iter().find(|section| section.id == id).unwrap().lines[0].clone();
        let (name, told) = lacking("projectsWithGaps");
        assert_eq!((name.as_str(), told.as_str()), ("projects/i", "Wells · 3 to fill in"));
        assert_eq!(lacking("sessionsWithGaps").0, "programmes/p/sessions/s");
        let day = waiting(false).await;
        let reviewer: Vec<&str> = day.iter().map(|section| section.id).collect();
        assert_eq!(
            reviewer,
            ["reportsToReview", "projectsSubmitted", "reportsOverdue", "attention", "dormant"]
        );
        let projects: Vec<&str> = day[1].lines.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(projects, ["projects/first", "projects/later"], "SEP-1, the oldest first");
        drop(folder);
    }
}
