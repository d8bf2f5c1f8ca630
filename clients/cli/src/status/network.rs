//! The day of those who oversee the network: what waits for their decision, then who owes what.

use prost_reflect::DynamicMessage;
use serde_json::{Value, json};

use super::{
    SHOWN, Section, debt, find, models, owed, partners, promises, reviewable, section, training, voice,
};
use crate::app::App;
use crate::call::value_of;
use crate::deed::items_of;
use crate::fault::Result;
use crate::print::cell::{self, Reader};
use crate::print::name_of;
use crate::say::say;

/// What waits for coordinators, or for reviewers, who decide on less.
pub(super) async fn sections(app: &App, me: &Value, coordinator: bool) -> Result<Vec<Section>> {
    let summary = app.client.json("ResultService/SummarizeProjects", json!({})).await?;
    let mut sections = vec![
        reports_to_review(app, &summary).await?,
        projects_to_review(app, me).await?,
        models::to_review(app, me).await?,
    ];
    if coordinator {
        sections.extend(to_approve(app).await?);
        sections.extend(promises::of_network(app).await?);
        sections.push(training::of_network(app).await?);
        sections.extend(voice::of_network(app).await?);
    }
    sections.extend(owing(app, &summary, coordinator).await?);
    sections.push(attention(app, &summary));
    sections.push(dormant(app, &summary).await?);
    if coordinator {
        sections.extend(to_complete(app, &summary).await?);
    }
    Ok(sections)
}

fn count(summary: &Value, field: &str) -> usize {
    summary[field].as_u64().and_then(|count| usize::try_from(count).ok()).unwrap_or_default()
}

async fn reports_to_review(app: &App, summary: &Value) -> Result<Section> {
    let (waiting, overdue) = (count(summary, "reportsToReview"), count(summary, "reviewsOverdue"));
    let found = if waiting > 0 { owed(app, "awaiting = \"REVIEWER\"", SHOWN).await? } else { Vec::new() };
    let title = match overdue {
        0 => say!(app.language, "Reports waiting for review", "Rapports à relire"),
        _ => say!(
            app.language,
            "Reports waiting for review, {overdue} longer than agreed",
            "Rapports à relire, dont {overdue} en retard de relecture"
        ),
    };
    Ok(Section {
        id: "reportsToReview",
        title,
        count: waiting,
        lines: found.iter().map(|owed| debt(app, owed)).collect(),
        next: (waiting > 0).then(|| "ensemble report review --next".to_owned()),
    })
}

/// Those that the caller may decide on, which are never of their own partners (SEP-1); the oldest first.
async fn projects_to_review(app: &App, me: &Value) -> Result<Section> {
    let own = partners(me);
    let mut submitted = find(app, "ProjectService/ListProjects", "", "state = SUBMITTED").await?;
    submitted.retain(|project| !takes_part(&own, &value_of(project)));
    let title = say!(app.language, "Projects waiting for review", "Projets à relire");
    Ok(reviewable(app, submitted, "projectsSubmitted", title, ("project", "lead_partner")))
}

fn takes_part(partners: &[&str], project: &Value) -> bool {
    let takes = |partner: &Value| partner.as_str().is_some_and(|partner| partners.contains(&partner));
    let participants = project["participants"].as_array().into_iter().flatten();
    takes(&project["leadPartner"])
        || participants.into_iter().any(|participant| takes(&participant["partner"]))
}

/// Who owes reports: overdue, missing, due soon. Coordinators remind and reopen.
async fn owing(app: &App, summary: &Value, coordinator: bool) -> Result<Vec<Section>> {
    let language = app.language;
    let counted = |punctuality: &str| {
        let code = format!("PUNCTUALITY_{punctuality}");
        let counts = summary["punctualities"].as_array().into_iter().flatten();
        counts.filter(|counted| counted["punctuality"] == code).map(|counted| count(counted, "count")).sum()
    };
    let mut sections = Vec::new();
    for (id, punctuality, title, next) in [
        (
            "reportsOverdue",
            "OVERDUE",
            say!(language, "Reports overdue", "Rapports en retard"),
            "ensemble report remind --filter \"punctuality = OVERDUE\" --dry-run",
        ),
        (
            "reportsMissing",
            "MISSING",
            say!(
                language,
                "Reports missing: their period is closed",
                "Rapports manquants : leur période est fermée"
            ),
            "ensemble reporting-period reopen NAME --reason \"…\" --lock-date DATE",
        ),
        (
            "reportsDueSoon",
            "DUE_SOON",
            say!(language, "Reports due soon", "Rapports bientôt dus"),
            "ensemble report remind --filter \"punctuality = DUE_SOON\" --dry-run",
        ),
    ] {
        let all: usize = counted(punctuality);
        let found = match all {
            0 => Vec::new(),
            _ => owed(app, &format!("punctuality = {punctuality}"), SHOWN).await?,
        };
        let see = format!("ensemble report obligations --filter \"punctuality = {punctuality}\"");
        sections.push(Section {
            id,
            title,
            count: all,
            lines: found.iter().map(|owed| debt(app, owed)).collect(),
            next: (all > 0).then(|| if coordinator { format!("{see} · {next}") } else { see }),
        });
    }
    Ok(sections)
}

/// What is red or amber, and which corrective actions are late.
fn attention(app: &App, summary: &Value) -> Section {
    let language = app.language;
    let items = summary["attention"].as_array().cloned().unwrap_or_default();
    let rating = proto::pool().get_enum_by_name("ensemble.projects.v1.Report.Rating");
    let line = |item: &Value| {
        let code = item["rating"].as_str().unwrap_or_default();
        let known = rating.as_ref().and_then(|rating| rating.get_value_by_name(code));
        let rating = known.map_or_else(|| code.to_owned(), |value| cell::label(&value, language));
        let late = count(item, "actionsOverdue");
        let late = match late {
            0 => String::new(),
            _ => say!(language, " · {late} actions overdue", " · {late} actions en retard"),
        };
        let title = item["title"].as_str().unwrap_or_default();
        (item["report"].as_str().unwrap_or_default().to_owned(), format!("{title} · {rating}{late}"))
    };
    Section {
        id: "attention",
        title: say!(language, "Projects that are red or amber", "Projets au rouge ou à l'orange"),
        count: items.len(),
        lines: items.iter().take(SHOWN).map(line).collect(),
        next: items
            .first()
            .map(|item| format!("ensemble report show {}", item["report"].as_str().unwrap_or_default())),
    }
}

async fn dormant(app: &App, summary: &Value) -> Result<Section> {
    let all = count(summary, "dormant");
    let request = json!({ "filter": "dormant = true", "pageSize": SHOWN });
    let found = match all {
        0 => Vec::new(),
        _ => items_of(&app.client.dynamic("ProjectService/ListProjects", request).await?),
    };
    Ok(Section {
        count: all,
        next: (all > 0).then(|| "ensemble project list --filter \"dormant = true\"".to_owned()),
        ..section(
            app,
            "dormant",
            say!(
                app.language,
                "Dormant projects: two reports in a row are missing",
                "Projets en sommeil : deux rapports de suite manquent"
            ),
            &found,
            "",
        )
    })
}

/// Partners that wait for approval, and those that may be there twice.
async fn to_approve(app: &App) -> Result<Vec<Section>> {
    let pending = find(app, "PartnerService/ListPartners", "", "state = PENDING").await?;
    let first = pending.first().map(name_of).unwrap_or_default();
    let duplicates =
        app.client.dynamic("PartnerService/ListPossibleDuplicates", json!({ "pageSize": 1000 })).await?;
    Ok(vec![
        section(
            app,
            "partnersPending",
            say!(app.language, "Partners waiting for approval", "Organisations à approuver"),
            &pending,
            &format!("ensemble partner show {first} · ensemble partner approve {first}"),
        ),
        duplicates_section(app, &items_of(&duplicates)),
    ])
}

/// What was imported with gaps, and who has not come yet.
async fn to_complete(app: &App, summary: &Value) -> Result<Vec<Section>> {
    let language = app.language;
    let mut partners = find(app, "PartnerService/ListPartners", "", "origin = IMPORTED").await?;
    partners.retain(|partner| partner.has_field_by_name("gaps"));
    let invited = find(app, "UserService/ListUsers", "", "state = INVITED").await?;
    let first = |found: &[DynamicMessage]| found.first().map(name_of).unwrap_or_default();
    Ok(vec![
        section(
            app,
            "partnersWithGaps",
            say!(language, "Imported partners with gaps", "Organisations importées à compléter"),
            &partners,
            &format!("ensemble partner show {}", first(&partners)),
        ),
        incomplete(app, summary),
        training::to_complete(app).await?,
        section(
            app,
            "usersInvited",
            say!(language, "People invited, not yet active", "Personnes invitées, pas encore actives"),
            &invited,
            &format!("ensemble user reissue-invitation {}", first(&invited)),
        ),
    ])
}

/// Imported projects that still lack something, and how much.
fn incomplete(app: &App, summary: &Value) -> Section {
    let language = app.language;
    let items = summary["incomplete"].as_array().cloned().unwrap_or_default();
    let name = |item: &Value| item["project"].as_str().unwrap_or_default().to_owned();
    let line = |item: &Value| {
        let (title, gaps) = (item["title"].as_str().unwrap_or_default(), count(item, "gaps"));
        (name(item), say!(language, "{title} · {gaps} to fill in", "{title} · {gaps} à compléter"))
    };
    Section {
        id: "projectsWithGaps",
        title: say!(language, "Imported projects with gaps", "Projets importés à compléter"),
        count: count(summary, "withGaps"),
        lines: items.iter().take(SHOWN).map(line).collect(),
        next: items.first().map(|item| format!("ensemble project show {}", name(item))),
    }
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
