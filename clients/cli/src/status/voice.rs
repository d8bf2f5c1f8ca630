//! What people's participation asks of those who are responsible for it: to moderate, to answer, and to adopt what was consulted on.

use prost_reflect::DynamicMessage;
use serde_json::{Value, json};

use super::{SHOWN, Section, find, section};
use crate::app::App;
use crate::call::{list, value_of};
use crate::fault::Result;
use crate::print::cell::{self, Reader};
use crate::print::name_of;
use crate::say::say;

/// Of the network: all that waits for moderation, what only coordinators answer, and the consultations.
pub(super) async fn of_network(app: &App) -> Result<Vec<Section>> {
    sections(app, "", "subject_owner = \"\"", |_| true).await
}

/// Of some partners: what is said of what is theirs, and their consultations.
pub(super) async fn of_partners(app: &App, partners: &[&str]) -> Result<Vec<Section>> {
    let theirs = partners.iter().map(|partner| format!("subject_owner = \"{partner}\""));
    let theirs = theirs.collect::<Vec<_>>().join(" OR ");
    sections(app, &theirs, &theirs, |owner| partners.contains(&owner)).await
}

async fn sections(
    app: &App,
    moderated: &str,
    answered: &str,
    own: impl Fn(&str) -> bool,
) -> Result<Vec<Section>> {
    let language = app.language;
    let also = |filter: &str, of: &str| match of {
        "" => filter.to_owned(),
        of => format!("{filter} AND ({of})"),
    };
    let method = "ParticipationService/ListParticipations";
    let pending = find(app, method, "", &also("state = PENDING", moderated)).await?;
    let asked = find(app, method, "", &also("state = PUBLISHED AND kind = PROPOSAL", answered)).await?;
    let summary = app.client.json("StrategyService/SummarizeStrategies", json!({})).await?;
    let days =
        list(&summary["deadlines"]).iter().filter(|day| own(day["owner"].as_str().unwrap_or_default()));
    let first = |found: &[DynamicMessage]| found.first().map(name_of).unwrap_or_default();
    let (pending, asked) = (sorted(pending, "moderationDueDate"), sorted(asked, "answerDueDate"));
    let decide = format!(
        "ensemble participation show {0} · ensemble participation moderate {0} --decision PUBLISH",
        first(&pending)
    );
    let reply = format!("ensemble participation answer {} --outcome ACCEPTED --text \"…\"", first(&asked));
    Ok(vec![
        Section {
            lines: lines(app, &pending, "moderation_due_date"),
            ..section(
                app,
                "participationsToModerate",
                say!(language, "Participations to moderate", "Participations à modérer"),
                &pending,
                &decide,
            )
        },
        Section {
            lines: lines(app, &asked, "answer_due_date"),
            ..section(
                app,
                "proposalsToAnswer",
                say!(language, "Proposals to answer", "Propositions à répondre"),
                &asked,
                &reply,
            )
        },
        strategies(app, &days.collect::<Vec<_>>()),
    ])
}

/// The first due first.
fn sorted(mut found: Vec<DynamicMessage>, due: &str) -> Vec<DynamicMessage> {
    found.sort_by_cached_key(|one| {
        let date = &value_of(one)[due];
        let part = |part: &str| date[part].as_i64().unwrap_or_default();
        (part("year"), part("month"), part("day"), name_of(one))
    });
    found
}

fn lines(app: &App, found: &[DynamicMessage], due: &str) -> Vec<(String, String)> {
    let language = app.language;
    let reader = Reader { language, person: true };
    let line = |one: &DynamicMessage| {
        let part = |field: &str| cell::at(one, field, reader);
        let day = part(due);
        let by = say!(language, "by {day}", "avant le {day}");
        (name_of(one), [part("kind"), part("channel"), part("subject"), by].join(" · "))
    };
    found.iter().take(SHOWN).map(line).collect()
}

/// The days that come for strategies, the first one first, as the server tells them.
fn strategies(app: &App, days: &[&Value]) -> Section {
    let language = app.language;
    let kind = proto::pool().get_enum_by_name("ensemble.projects.v1.StrategyDeadline.Kind");
    let line = |day: &&Value| {
        let code = day["kind"].as_str().unwrap_or_default();
        let known = kind.as_ref().and_then(|kind| kind.get_value_by_name(code));
        let what = known.map_or_else(|| code.to_owned(), |value| cell::label(&value, language));
        let number = |field: &str| day[field].as_i64().unwrap_or_default();
        let (left, waiting) = (number("daysLeft"), number("proposalsWaiting"));
        let mut facts = vec![day["title"].as_str().unwrap_or_default().to_owned(), what];
        facts.push(match left {
            ..0 => say!(language, "over for {past} days", "depuis {past} jours", past = -left),
            _ => say!(language, "{left} days left", "{left} jours restants"),
        });
        if waiting > 0 {
            facts.push(say!(language, "{waiting} proposals wait", "{waiting} propositions en attente"));
        }
        (day["strategy"].as_str().unwrap_or_default().to_owned(), facts.join(" · "))
    };
    let lines: Vec<(String, String)> = days.iter().take(SHOWN).map(line).collect();
    Section {
        id: "strategies",
        title: say!(
            language,
            "Strategies: consultations, and what ends soon",
            "Stratégies : consultations et échéances"
        ),
        count: days.len(),
        next: lines.first().map(|(name, _)| format!("ensemble strategy show {name}")),
        lines,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{app, message, serve};

    #[tokio::test]
    async fn who_is_responsible_is_told_what_to_moderate_to_answer_and_to_adopt() {
        let (client, folder) = serve(|method, messages, _| {
            let filter = value_of(&messages[0])["filter"].as_str().unwrap_or_default().to_owned();
            let one = |name: &str, due: &str, day: i64| {
                json!({ "name": format!("participations/{name}"), "kind": "KIND_PROPOSAL",
                    "channel": "PARTICIPATION_CHANNEL_PAPER", "subject": "projects/p",
                    due: { "year": 2026, "month": 3, "day": day } })
            };
            let answer = match method.name() {
                "ListParticipations" if filter.starts_with("state = PENDING") => json!({ "participations": [
                    one("later", "moderationDueDate", 20), one("first", "moderationDueDate", 9),
                ] }),
                "ListParticipations" => {
                    let own = filter.contains("subject_owner = \"partners/own\"")
                        || filter.contains("subject_owner = \"\"");
                    assert!(own, "{filter}");
                    json!({ "participations": [one("asked", "answerDueDate", 1)] })
                }
                "SummarizeStrategies" => json!({ "deadlines": [
                    { "strategy": "territories/t/strategies/s", "title": "Une ville", "owner": "partners/own",
                      "kind": "KIND_TO_ADOPT", "daysLeft": -3, "proposalsWaiting": 2 },
                    { "strategy": "territories/t/strategies/r", "owner": "partners/other",
                      "kind": "KIND_EXPIRES", "daysLeft": 12 },
                ] }),
                _ => json!({}),
            };
            Ok(vec![message(&method.output(), answer)])
        })
        .await;
        let app = app(client);
        let own = of_partners(&app, &["partners/own"]).await.unwrap();
        let day: Vec<(&str, usize)> = own.iter().map(|section| (section.id, section.count)).collect();
        assert_eq!(day, [("participationsToModerate", 2), ("proposalsToAnswer", 1), ("strategies", 1)]);
        assert_eq!(own[0].lines[0].0, "participations/first", "the first due first");
        assert_eq!(own[0].lines[0].1, "Proposal · Paper · projects/p · by 9 March 2026");
        assert!(own[0].next.as_ref().unwrap().contains("moderate participations/first"));
        assert_eq!(own[2].lines[0].1, "Une ville · To adopt · over for 3 days · 2 proposals wait");
        let all = of_network(&app).await.unwrap();
        assert_eq!(all[2].count, 2);
        drop(folder);
    }
}
