//! The day of a partner's members: what came back, what is owed, what others look at.

use prost_reflect::DynamicMessage;
use serde_json::{Value, json};

use super::{SHOWN, Section, datasets, debt, find, lines, models, promises, training, voice};
use crate::app::App;
use crate::deed::items_of;
use crate::fault::Result;
use crate::print::cell::{self, Reader};
use crate::print::name_of;
use crate::say::say;

/// The reports that these partners owe or have sent: what they must act on first.
async fn debts(app: &App, partners: &[&str]) -> Result<Vec<Section>> {
    let language = app.language;
    let theirs = partners
        .iter()
        .map(|partner| format!("lead_partner = \"{partner}\""))
        .collect::<Vec<_>>()
        .join(" OR ");
    let method = "ReportService/ListReportObligations";
    let all = find(app, method, "", &format!("awaiting != \"NOBODY\" AND ({theirs})")).await?;
    let reader = Reader { language, person: false };
    let part = |owed: &DynamicMessage, field: &str| cell::at(owed, field, reader);
    let is = |owed: &DynamicMessage, id: &str| {
        let (awaiting, state, punctuality) =
            (part(owed, "awaiting"), part(owed, "report_state"), part(owed, "punctuality"));
        let kind = match (awaiting.as_str(), state.as_str(), punctuality.as_str()) {
            ("REVIEWER", _, _) => "reportsAtReview",
            (_, "RETURNED", _) => "reportsReturned",
            (_, _, "OVERDUE") => "reportsOverdue",
            (_, _, "DUE_SOON") => "reportsDueSoon",
            (_, _, "MISSING") => "reportsMissing",
            _ => "",
        };
        kind == id
    };
    let mut sections = Vec::new();
    for (id, title) in [
        ("reportsReturned", say!(language, "Reports that came back", "Rapports renvoyés")),
        ("reportsOverdue", say!(language, "Reports overdue", "Rapports en retard")),
        ("reportsDueSoon", say!(language, "Reports due soon", "Rapports bientôt dus")),
        (
            "reportsMissing",
            say!(
                language,
                "Reports missing: their period is closed",
                "Rapports manquants : leur période est fermée"
            ),
        ),
        ("reportsAtReview", say!(language, "Reports waiting for a reviewer", "Rapports en relecture")),
    ] {
        let found: Vec<&DynamicMessage> = all.iter().filter(|owed| is(owed, id)).collect();
        sections.push(Section {
            id,
            title,
            count: found.len(),
            lines: found.iter().take(SHOWN).map(|owed| debt(app, owed)).collect(),
            next: found.first().map(|owed| {
                next(&part(owed, "report"), &part(owed, "project"), &part(owed, "reporting_period"), id)
            }),
        });
    }
    Ok(sections)
}

/// What to type for the first of them.
fn next(report: &str, project: &str, period: &str, id: &str) -> String {
    match (id, report) {
        ("reportsAtReview" | "reportsReturned", report) => format!("ensemble report show {report}"),
        ("reportsMissing", _) => format!("ensemble reporting-period show {period}"),
        (_, "") => format!("ensemble report create --project {project} --reporting-period {period}"),
        (_, report) => format!("ensemble report show {report} · ensemble report submit {report}"),
    }
}

/// What waits for the members of partners, then their partners and projects.
pub(super) async fn sections(app: &App, me: &Value) -> Result<Vec<Section>> {
    let language = app.language;
    let partners = super::partners(me);
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
    // Whoever only teaches for a partner owes no reports, and decides on nothing of it.
    let all = me["partnerRoles"].as_array().into_iter().flatten();
    let given: Vec<&Value> = all.flat_map(|roles| roles["roles"].as_array().into_iter().flatten()).collect();
    let decides = given.is_empty() || given.iter().any(|role| *role != "ROLE_TRAINER");
    let mut sections = Vec::new();
    if decides {
        sections.extend(debts(app, &partners).await?);
        sections.extend(promises::of_partners(app, &partners).await?);
    }
    sections.extend(training::of_partners(app, me, &partners).await?);
    if decides {
        sections.extend(models::of_partners(app, &partners).await?);
        sections.extend(voice::of_partners(app, &partners).await?);
        sections.extend(datasets::of_partners(app, &partners).await?);
    }
    sections.push(Section {
        id: "partners",
        title: say!(language, "Your partners", "Vos organisations"),
        count: found.len(),
        lines: found.iter().map(line).collect(),
        next: found.first().map(|item| format!("ensemble partner show {}", name_of(item))),
    });
    if !decides {
        return Ok(sections);
    }
    let filter = partners
        .iter()
        .map(|partner| format!("lead_partner = \"{partner}\""))
        .collect::<Vec<_>>()
        .join(" OR ");
    let projects = find(app, "ProjectService/ListProjects", "", &filter).await?;
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
