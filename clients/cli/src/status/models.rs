//! What business models ask of people today: to review those that are submitted, to mend those that came back, and to go on with
//! what was adopted.

use prost_reflect::DynamicMessage;
use serde_json::Value;

use super::{SHOWN, Section, find, partners, reviewable, section};
use crate::app::App;
use crate::call::{list, value_of};
use crate::fault::Result;
use crate::print::cell::{self, Reader};
use crate::print::name_of;
use crate::say::say;

/// Those that the caller may decide on, which are never of their own partners (SEP-1); the oldest first.
pub(super) async fn to_review(app: &App, me: &Value) -> Result<Section> {
    let own = partners(me);
    let mut submitted = find(app, "BusinessModelService/ListBusinessModels", "", "state = SUBMITTED").await?;
    submitted.retain(|model| {
        let model = value_of(model);
        let made = list(&model["contributors"]).iter().chain([&model["ownerPartner"]]);
        !made.filter_map(Value::as_str).any(|partner| own.contains(&partner))
    });
    let title = say!(app.language, "Business models waiting for review", "Modèles économiques à relire");
    Ok(reviewable(app, submitted, "modelsSubmitted", title, ("model", "owner_partner")))
}

/// Of some partners: what came back, and what they adopted and is not over.
pub(super) async fn of_partners(app: &App, partners: &[&str]) -> Result<Vec<Section>> {
    let language = app.language;
    let theirs = |field: &str| {
        let one = |partner: &&str| format!("{field} = \"{partner}\"");
        partners.iter().map(one).collect::<Vec<_>>().join(" OR ")
    };
    let filter = format!("state = RETURNED AND ({})", theirs("owner_partner"));
    let returned = find(app, "BusinessModelService/ListBusinessModels", "", &filter).await?;
    let filter = format!("(state = PLANNED OR state = IMPLEMENTING) AND ({})", theirs("adopter_partner"));
    let adopted = find(app, "ReplicationService/ListReplications", "businessModels/-", &filter).await?;
    let reader = Reader { language, person: true };
    let line = |one: &DynamicMessage| {
        let facts =
            ["territory", "state", "derived_business_model"].map(|field| cell::at(one, field, reader));
        (name_of(one), facts.join(" · "))
    };
    let first = |found: &[DynamicMessage]| found.first().map(name_of).unwrap_or_default();
    Ok(vec![
        section(
            app,
            "modelsReturned",
            say!(language, "Business models that came back", "Modèles économiques renvoyés"),
            &returned,
            &format!("ensemble model show {0} · ensemble model edit {0}", first(&returned)),
        ),
        Section {
            lines: adopted.iter().take(SHOWN).map(line).collect(),
            ..section(
                app,
                "replications",
                say!(language, "Business models being adopted", "Modèles économiques en cours d'adoption"),
                &adopted,
                &format!("ensemble replication show {}", first(&adopted)),
            )
        },
    ])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fake::{app, message, serve};

    #[tokio::test]
    async fn who_reviews_and_who_adopts_is_told_what_waits() {
        let (client, folder) = serve(|method, messages, _| {
            let filter = value_of(&messages[0])["filter"].as_str().unwrap_or_default().to_owned();
            let model = |name: &str, owner: &str, since: &str| {
                json!({ "name": format!("businessModels/{name}"), "ownerPartner": owner, "awaitingSince": since,
                    "contributors": ["partners/c"] })
            };
            let answer = match (method.name(), filter.contains("RETURNED")) {
                ("ListBusinessModels", false) => json!({ "businessModels": [
                    model("later", "partners/b", "2026-03-02T00:00:00Z"),
                    model("own", "partners/own", "2026-01-01T00:00:00Z"),
                    model("first", "partners/b", "2026-02-01T00:00:00Z"),
                ] }),
                ("ListBusinessModels", true) => {
                    assert!(filter.contains("owner_partner = \"partners/own\""), "{filter}");
                    json!({ "businessModels": [model("back", "partners/own", "2026-01-01T00:00:00Z")] })
                }
                ("ListReplications", _) => json!({ "replications": [{
                    "name": "businessModels/m/replications/r", "state": "STATE_PLANNED", "territory": "territories/t",
                    "derivedBusinessModel": "businessModels/d",
                }] }),
                _ => json!({}),
            };
            Ok(vec![message(&method.output(), answer)])
        })
        .await;
        let app = app(client);
        let me = json!({ "partnerRoles": [{ "partner": "partners/own" }] });
        let review = to_review(&app, &me).await.unwrap();
        let names: Vec<&str> = review.lines.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["businessModels/first", "businessModels/later"], "SEP-1, the oldest first");
        assert!(review.next.unwrap().contains("ensemble model review businessModels/first"));
        let theirs = of_partners(&app, &["partners/own"]).await.unwrap();
        let day: Vec<(&str, usize)> = theirs.iter().map(|section| (section.id, section.count)).collect();
        assert_eq!(day, [("modelsReturned", 1), ("replications", 1)]);
        assert_eq!(theirs[1].lines[0].1, "territories/t · Planned · businessModels/d");
        let me = json!({ "partnerRoles": [{ "partner": "partners/c" }] });
        assert_eq!(to_review(&app, &me).await.unwrap().count, 0, "who contributes does not review");
        drop(folder);
    }
}
