//! The day of whoever is calling: what waits for them, and the command to type for each.

use clap::Command;
use prost_reflect::{DynamicMessage, Value as Reflected};
use serde_json::{Value, json};

use crate::app::App;
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
    let has = |role: &str| {
        me["networkRoles"].as_array().is_some_and(|roles| roles.iter().any(|given| given == role))
    };
    let sections = if has("ROLE_COORDINATOR") { coordinator(app).await? } else { member(app, &me).await? };
    print(app, &me, &sections)
}

async fn find(app: &App, method: &str, filter: &str) -> Result<Vec<DynamicMessage>> {
    let method = contract::method(method).ok_or_else(|| Fault::failure(method.to_owned()))?;
    let mut request = DynamicMessage::new(method.input());
    request.set_field_by_name("filter", Reflected::String(filter.to_owned()));
    Ok(pages(app, &method, request, true).await?.0)
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

fn with_gaps(items: Vec<DynamicMessage>) -> Vec<DynamicMessage> {
    items.into_iter().filter(|item| item.has_field_by_name("gaps")).collect()
}

async fn coordinator(app: &App) -> Result<Vec<Section>> {
    let language = app.language;
    let section = |id, title: String, found: &[DynamicMessage], next: &str| Section {
        id,
        title,
        count: found.len(),
        lines: lines(app, found),
        next: (!found.is_empty()).then(|| next.to_owned()),
    };
    let pending = find(app, "PartnerService/ListPartners", "state = PENDING").await?;
    let first = pending.first().map(name_of).unwrap_or_default();
    let mut sections = vec![section(
        "partnersPending",
        say!(language, "Partners waiting for approval", "Organisations à approuver"),
        &pending,
        &format!("ensemble partner show {first} · ensemble partner approve {first}"),
    )];
    let duplicates =
        app.client.dynamic("PartnerService/ListPossibleDuplicates", json!({ "pageSize": 1000 })).await?;
    sections.push(duplicates_section(app, &items_of(&duplicates)));
    let partners = with_gaps(find(app, "PartnerService/ListPartners", "origin = IMPORTED").await?);
    sections.push(section(
        "partnersWithGaps",
        say!(language, "Imported partners with gaps", "Organisations importées à compléter"),
        &partners,
        &format!("ensemble partner show {}", partners.first().map(name_of).unwrap_or_default()),
    ));
    let projects = with_gaps(find(app, "ProjectService/ListProjects", "origin = IMPORTED").await?);
    sections.push(section(
        "projectsWithGaps",
        say!(language, "Imported projects with gaps", "Projets importés à compléter"),
        &projects,
        &format!("ensemble project show {}", projects.first().map(name_of).unwrap_or_default()),
    ));
    let submitted = find(app, "ProjectService/ListProjects", "state = SUBMITTED").await?;
    sections.push(section(
        "projectsSubmitted",
        say!(language, "Projects waiting for review", "Projets à relire"),
        &submitted,
        &format!(
            "ensemble project review {} --decision APPROVE",
            submitted.first().map(name_of).unwrap_or_default()
        ),
    ));
    let invited = find(app, "UserService/ListUsers", "state = INVITED").await?;
    sections.push(section(
        "usersInvited",
        say!(language, "People invited, not yet active", "Personnes invitées, pas encore actives"),
        &invited,
        &format!("ensemble user reissue-invitation {}", invited.first().map(name_of).unwrap_or_default()),
    ));
    Ok(sections)
}

fn duplicates_section(app: &App, pairs: &[DynamicMessage]) -> Section {
    let reader = Reader { language: app.language, person: true };
    let part = |pair: &DynamicMessage, field| cell::at(pair, field, reader);
    let lines = pairs.iter().take(SHOWN).map(|pair| {
        let (title, candidate, score) =
            (part(pair, "title"), part(pair, "candidate_title"), part(pair, "score"));
        (
            format!("{} = {}", part(pair, "partner"), part(pair, "candidate")),
            format!("{title} / {candidate} ({score} %, {})", part(pair, "reasons")),
        )
    });
    Section {
        id: "possibleDuplicates",
        title: say!(app.language, "Possible duplicates", "Doublons possibles"),
        count: pairs.len(),
        lines: lines.collect(),
        next: pairs.first().map(|pair| {
            format!("ensemble partner merge {} --survivor {}", part(pair, "partner"), part(pair, "candidate"))
        }),
    }
}

async fn member(app: &App, me: &Value) -> Result<Vec<Section>> {
    let language = app.language;
    let partners: Vec<&str> = me["partnerRoles"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|roles| roles["partner"].as_str())
        .collect();
    if partners.is_empty() {
        return Ok(Vec::new());
    }
    let batch = app
        .client
        .dynamic("PartnerService/BatchGetPartners", json!({ "names": &partners[..partners.len().min(100)] }))
        .await?;
    let found = items_of(&batch);
    let reader = Reader { language, person: true };
    let roles = |name: &str| {
        let roles =
            me["partnerRoles"].as_array().into_iter().flatten().find(|roles| roles["partner"] == name);
        let roles = roles.and_then(|roles| roles["roles"].as_array().cloned()).unwrap_or_default();
        let kind = proto::pool().get_enum_by_name("ensemble.auth.v1.Role");
        let label = |role: &Value| {
            let role = kind.as_ref()?.get_value_by_name(role.as_str()?)?;
            Some(cell::label(&role, language))
        };
        roles.iter().filter_map(label).collect::<Vec<_>>().join(", ")
    };
    let line = |item: &DynamicMessage| {
        let name = name_of(item);
        let (title, state, roles) =
            (cell::at(item, "title", reader), cell::at(item, "state", reader), roles(&name));
        (name, format!("{title} · {state} · {roles}"))
    };
    let mut sections = vec![Section {
        id: "partners",
        title: say!(language, "Your partners", "Vos organisations"),
        count: found.len(),
        lines: found.iter().map(line).collect(),
        next: found.first().map(|item| format!("ensemble partner show {}", name_of(item))),
    }];
    let filter = partners
        .iter()
        .map(|partner| format!("lead_partner = \"{partner}\""))
        .collect::<Vec<_>>()
        .join(" OR ");
    let projects = find(app, "ProjectService/ListProjects", &filter).await?;
    let next = match projects.first() {
        Some(project) => format!("ensemble project show {}", name_of(project)),
        None => format!("ensemble project create --lead-partner {} --title \"…\"", partners[0]),
    };
    sections.push(Section {
        id: "projects",
        title: say!(language, "Your projects", "Vos projets"),
        count: projects.len(),
        lines: lines(app, &projects),
        next: Some(next),
    });
    Ok(sections)
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
            let request = crate::call::value_of(&messages[0]);
            let answer = match method.name() {
                "GetCurrentPrincipal" => json!({ "subject": "users/awa", "networkRoles": ["ROLE_COORDINATOR"] }),
                "ListPartners" if request["filter"] == "state = PENDING" => json!({ "partners": [{ "name": "partners/a" }] }),
                "ListPartners" => json!({ "partners": [{ "name": "partners/b", "gaps": [{ "field": "college" }] }, { "name": "partners/c" }] }),
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
        let counts: Vec<(&str, usize)> = coordinator(&app)
            .await
            .unwrap()
            .iter()
            .map(|section| (section.id, section.count))
            .filter(|(_, count)| *count > 0)
            .collect();
        assert_eq!(counts, [("partnersPending", 1), ("partnersWithGaps", 1)]);
        drop(folder);
    }
}
