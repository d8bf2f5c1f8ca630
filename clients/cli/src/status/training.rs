//! What training asks of people today: to approve trainers, to answer enrolments, to write down who came, to close sessions.

use prost_reflect::DynamicMessage;
use serde_json::{Value, json};

use super::{SHOWN, Section, find, section};
use crate::app::App;
use crate::call::{list, value_of};
use crate::deed::items_of;
use crate::fault::Result;
use crate::print::cell::{self, Reader};
use crate::print::name_of;
use crate::say::say;

/// Wherever they are.
const ANYWHERE: &str = "programmes/-";

/// Of the network: who waits to be taken into the pool of trainers.
pub(super) async fn of_network(app: &App) -> Result<Section> {
    let pending = find(app, "TrainerService/ListTrainers", "", "state = PENDING").await?;
    let first = pending.first().map(name_of).unwrap_or_default();
    Ok(section(
        app,
        "trainersPending",
        say!(app.language, "Trainers waiting for approval", "Formateurs à approuver"),
        &pending,
        &format!("ensemble trainer show {first} · ensemble trainer approve {first}"),
    ))
}

/// Of the network: imported sessions that still lack something (BEY-8).
pub(super) async fn to_complete(app: &App) -> Result<Section> {
    let summary = app.client.json("ProgrammeService/SummarizeTraining", json!({})).await?;
    let count = summary["sessionsWithGaps"].as_u64().unwrap_or_default();
    let mut found = Vec::new();
    if count > 0 {
        let filter = "origin = IMPORTED AND state != CLOSED AND state != CANCELLED";
        let request =
            json!({ "parent": ANYWHERE, "filter": filter, "pageSize": 100, "orderBy": "start_time desc" });
        found = items_of(&app.client.dynamic("SessionService/ListSessions", request).await?);
        found.retain(|session| session.has_field_by_name("gaps"));
    }
    let next = found.first().map(name_of).unwrap_or_default();
    let title = say!(app.language, "Imported sessions with gaps", "Sessions importées à compléter");
    let section = told(app, "sessionsWithGaps", title, &found, format!("ensemble session show {next}"));
    Ok(Section { count: usize::try_from(count).unwrap_or(usize::MAX), ..section })
}

/// The trainer that someone is in the pool, where they have that role: of whichever partner.
async fn trainer_of(app: &App, me: &Value) -> Result<Option<String>> {
    let teaches = |roles: &&Value| list(&roles["roles"]).iter().any(|role| role == "ROLE_TRAINER");
    let partners =
        list(&me["partnerRoles"]).iter().filter(teaches).filter_map(|roles| roles["partner"].as_str());
    let filter = partners.map(|partner| format!("partner = \"{partner}\"")).collect::<Vec<_>>().join(" OR ");
    if filter.is_empty() {
        return Ok(None);
    }
    let pool = find(app, "TrainerService/ListTrainers", "", &filter).await?;
    Ok(pool.iter().find(|trainer| value_of(trainer)["user"] == me["subject"]).map(name_of))
}

/// Of some partners: what waits for them in the sessions that they provide, and for whoever is calling in those that they teach,
/// whoever provides them.
pub(super) async fn of_partners(app: &App, me: &Value, partners: &[&str]) -> Result<Vec<Section>> {
    let language = app.language;
    let trainer = trainer_of(app, me).await?;
    let taught = |session: &Value| {
        trainer.as_deref().is_some_and(|own| list(&session["trainers"]).iter().any(|trainer| trainer == own))
    };
    let provided = |session: &Value| {
        list(&session["providers"])
            .iter()
            .filter_map(Value::as_str)
            .any(|provider| partners.contains(&provider))
    };
    let filter = "state = OPEN OR state = IN_PROGRESS OR state = COMPLETED";
    let mut sessions = find(app, "SessionService/ListSessions", ANYWHERE, filter).await?;
    sessions.retain(|session| {
        let session = value_of(session);
        provided(&session) || taught(&session)
    });
    sessions.sort_by_cached_key(|session| value_of(session)["startTime"].as_str().map(str::to_owned));
    let having = |wanted: &dyn Fn(&Value) -> bool| -> Vec<DynamicMessage> {
        sessions.iter().filter(|session| wanted(&value_of(session))).cloned().collect()
    };
    let pending =
        having(&|session| provided(session) && seats(session, ["pendingOnsite", "pendingOnline"]) > 0);
    let own = having(&taught);
    let running = having(&|session| {
        session["state"] != "STATE_OPEN" && seats(session, ["confirmedOnsite", "confirmedOnline"]) > 0
    });
    let over = having(&|session| session["state"] == "STATE_COMPLETED");
    let mut missing = Vec::new();
    for session in running.iter().take(SHOWN) {
        let request = json!({ "parent": name_of(session), "filter": "state = CONFIRMED", "pageSize": 1000 });
        let seated = items_of(&app.client.dynamic("EnrolmentService/ListEnrolments", request).await?);
        if seated.iter().any(|one| list(&value_of(one)["attendance"]).is_empty()) {
            missing.push(session.clone());
        }
    }
    let first = |found: &[DynamicMessage]| found.first().map(name_of).unwrap_or_default();
    Ok(vec![
        told(
            app,
            "sessionsTaught",
            say!(language, "Sessions that you teach", "Sessions que vous animez"),
            &own,
            format!("ensemble attendance show {}", first(&own)),
        ),
        told(
            app,
            "enrolmentsToReview",
            say!(language, "Sessions with enrolments to answer", "Sessions avec des inscriptions à valider"),
            &pending,
            format!("ensemble enrolment list --parent {} --filter \"state = PENDING\"", first(&pending)),
        ),
        told(
            app,
            "attendanceMissing",
            say!(language, "Sessions whose attendance is missing", "Sessions sans présence inscrite"),
            &missing,
            format!("ensemble attendance show {}", first(&missing)),
        ),
        told(
            app,
            "sessionsToClose",
            say!(language, "Sessions to close", "Sessions à clore"),
            &over,
            format!("ensemble session show {0} · ensemble session close {0}", first(&over)),
        ),
    ])
}

/// The sum of two counts of a session.
fn seats(session: &Value, fields: [&str; 2]) -> i64 {
    fields.iter().map(|field| session["counts"][*field].as_i64().unwrap_or_default()).sum()
}

fn told(app: &App, id: &'static str, title: String, found: &[DynamicMessage], next: String) -> Section {
    let reader = Reader { language: app.language, person: true };
    let line = |session: &DynamicMessage| {
        let mut facts: Vec<String> =
            ["title", "start_time", "state"].iter().map(|field| cell::at(session, field, reader)).collect();
        facts.retain(|fact| !fact.is_empty());
        (name_of(session), facts.join(" · "))
    };
    Section {
        id,
        title,
        count: found.len(),
        lines: found.iter().take(SHOWN).map(line).collect(),
        next: (!found.is_empty()).then_some(next),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{app, message, serve};

    #[tokio::test]
    async fn a_provider_is_told_which_of_its_sessions_wait_for_it() {
        let (client, folder) = serve(|method, _, _| {
            let session = |id: &str, provider: &str, state: &str, field: &str| {
                json!({
                    "name": format!("programmes/p/sessions/{id}"), "providers": [provider],
                    "state": state, "counts": { field: 2 },
                })
            };
            // By a trainer of a partner that does not provide it.
            let taught = |id: &str, state: &str, field: &str| {
                let mut session = session(id, "partners/other", state, field);
                session["trainers"] = json!(["trainers/x", "trainers/t"]);
                session
            };
            let answer = match method.name() {
                "ListSessions" => json!({ "sessions": [
                    session("asked", "partners/own", "STATE_OPEN", "pendingOnline"),
                    session("held", "partners/own", "STATE_IN_PROGRESS", "confirmedOnsite"),
                    session("over", "partners/own", "STATE_COMPLETED", "waitingOnsite"),
                    session("theirs", "partners/other", "STATE_COMPLETED", "confirmedOnsite"),
                    taught("lent", "STATE_IN_PROGRESS", "confirmedOnsite"),
                    taught("next", "STATE_OPEN", "pendingOnsite"),
                ] }),
                "ListEnrolments" => {
                    json!({ "enrolments": [{ "name": "programmes/p/sessions/held/enrolments/e" }] })
                }
                "ListTrainers" => json!({ "trainers": [
                    { "name": "trainers/t", "user": "users/me" }, { "name": "trainers/x", "user": "users/other" },
                ] }),
                _ => json!({}),
            };
            Ok(vec![message(&method.output(), answer)])
        })
        .await;
        let app = app(client);
        let me = |role: &str| json!({ "subject": "users/me", "partnerRoles": [{ "partner": "partners/lender", "roles": [role] }] });
        let sections = of_partners(&app, &me("ROLE_PARTNER_ADMIN"), &["partners/own"]).await.unwrap();
        let first =
            |section: &Section| section.lines.first().map(|(name, _)| name.clone()).unwrap_or_default();
        let day = |sections: &[Section]| -> Vec<(&str, usize, String)> {
            sections.iter().map(|section| (section.id, section.count, first(section))).collect()
        };
        let session = |id: &str| format!("programmes/p/sessions/{id}");
        assert_eq!(
            day(&sections),
            [
                ("sessionsTaught", 0, String::new()),
                ("enrolmentsToReview", 1, session("asked")),
                ("attendanceMissing", 1, session("held")),
                ("sessionsToClose", 1, session("over")),
            ]
        );
        let sections = of_partners(&app, &me("ROLE_TRAINER"), &["partners/lender"]).await.unwrap();
        assert_eq!(
            day(&sections),
            [
                ("sessionsTaught", 2, session("lent")),
                ("enrolmentsToReview", 0, String::new()),
                ("attendanceMissing", 1, session("lent")),
                ("sessionsToClose", 0, String::new()),
            ],
            "enrolments are answered by who provides the session"
        );
        let pool = of_network(&app).await.unwrap();
        assert_eq!((pool.count, first(&pool)), (2, "trainers/t".to_owned()));
        drop(folder);
    }
}
