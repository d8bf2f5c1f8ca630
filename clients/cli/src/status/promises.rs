//! What partnerships ask of people today: to sign, to answer, to confirm, and to prepare what comes after an agreement.

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
const ANYWHERE: &str = "partnerships/-";

/// Of the network: which agreements end soon, which partnerships run without one, and what only a coordinator decides.
pub(super) async fn of_network(app: &App) -> Result<Vec<Section>> {
    let language = app.language;
    let summary = summary(app, json!({})).await?;
    let gaps = list(&summary["agreementGaps"]);
    let decide =
        find(app, "CommitmentService/ListCommitments", ANYWHERE, "awaiting = \"COORDINATOR\"").await?;
    let first = decide.first().map(name_of).unwrap_or_default();
    Ok(vec![
        expiring(app, std::slice::from_ref(&summary)),
        Section {
            id: "agreementGaps",
            title: say!(
                language,
                "Partnerships at work without an agreement in force",
                "Partenariats actifs sans accord en vigueur"
            ),
            count: gaps.len(),
            lines: gaps.iter().take(SHOWN).map(|name| (text(name), String::new())).collect(),
            next: gaps.first().map(|name| format!("ensemble partnership show {}", text(name))),
        },
        section(
            app,
            "commitmentsToDecide",
            say!(language, "Commitments that you decide on", "Engagements sur lesquels vous statuez"),
            &decide,
            &format!("ensemble commitment show {first}"),
        ),
    ])
}

/// Of some partners: what waits for them, then what ends.
pub(super) async fn of_partners(app: &App, partners: &[&str]) -> Result<Vec<Section>> {
    let language = app.language;
    let any = |field: &str| {
        let each: Vec<String> = partners.iter().map(|partner| format!("{field} = \"{partner}\"")).collect();
        each.join(" OR ")
    };
    let sign = find(app, "AgreementService/ListAgreements", ANYWHERE, &any("awaiting_party")).await?;
    let answer = find(app, "CommitmentService/ListCommitments", ANYWHERE, &any("awaiting_partner")).await?;
    let lead = find(app, "PartnershipService/ListPartnerships", "", &any("proposed_lead")).await?;
    let (mut look, mut summaries) = (Vec::new(), Vec::new());
    for partner in partners {
        let request = json!({ "parent": ANYWHERE, "unansweredBy": partner, "pageSize": 1000 });
        look.extend(items_of(&app.client.dynamic("HealthCheckService/ListHealthChecks", request).await?));
        summaries.push(summary(app, json!({ "partner": partner })).await?);
    }
    let first = |found: &[DynamicMessage]| found.first().map(name_of).unwrap_or_default();
    let mut sections = vec![
        told(
            app,
            "agreementsToSign",
            say!(language, "Agreements waiting for your signature", "Accords en attente de votre signature"),
            (&sign, &["kind", "period"]),
            signing(&sign, partners),
        ),
        told(
            app,
            "commitmentsToAnswer",
            say!(language, "Commitments that wait for you", "Engagements qui vous attendent"),
            (&answer, &["resource_type", "amount", "quantity", "unit", "state"]),
            format!("ensemble commitment show {}", first(&answer)),
        ),
        told(
            app,
            "healthChecksToAnswer",
            say!(language, "Health checks to answer", "Bilans de partenariat à remplir"),
            (&look, &["open_until_date"]),
            format!("ensemble health-check show {}", first(&look)),
        ),
        told(
            app,
            "leadsProposed",
            say!(
                language,
                "Partnerships that ask you to lead",
                "Partenariats qui vous proposent de les conduire"
            ),
            (&lead, &["title"]),
            format!("ensemble partnership accept-lead {}", first(&lead)),
        ),
    ];
    sections.push(expiring(app, &summaries));
    Ok(sections)
}

/// What to type to sign the first of them, for the party that is yours.
fn signing(waiting: &[DynamicMessage], partners: &[&str]) -> String {
    let Some(first) = waiting.first() else { return String::new() };
    let (name, whole) = (name_of(first), value_of(first));
    let parties = list(&whole["waitingParties"]).iter().filter_map(Value::as_str);
    let own = parties.into_iter().find(|party| partners.contains(party)).unwrap_or_default();
    format!("ensemble agreement show {name} · ensemble agreement sign {name} --partner {own} --file DOCUMENT")
}

async fn summary(app: &App, request: Value) -> Result<Value> {
    app.client.json("PartnershipService/SummarizePartnerships", request).await
}

/// Some that wait, a line each: some fields of them, and since when.
fn told(
    app: &App,
    id: &'static str,
    title: String,
    (found, fields): (&[DynamicMessage], &[&str]),
    next: String,
) -> Section {
    let language = app.language;
    let reader = Reader { language, person: true };
    let line = |item: &DynamicMessage| {
        let mut facts: Vec<String> = fields.iter().map(|field| cell::at(item, field, reader)).collect();
        let since = cell::at(item, "awaiting_since", reader);
        if !since.is_empty() {
            facts.push(say!(language, "since {since}", "depuis {since}"));
        }
        facts.retain(|fact| !fact.is_empty());
        (name_of(item), facts.join(" · "))
    };
    Section {
        id,
        title,
        count: found.len(),
        lines: found.iter().take(SHOWN).map(line).collect(),
        next: (!found.is_empty()).then_some(next),
    }
}

/// The agreements that end soon, each once, the soonest first.
fn expiring(app: &App, summaries: &[Value]) -> Section {
    let language = app.language;
    let mut found: Vec<&Value> =
        summaries.iter().flat_map(|summary| list(&summary["expiringAgreements"])).collect();
    let left = |agreement: &Value| agreement["daysToExpiry"].as_i64().unwrap_or_default();
    found.sort_by_key(|agreement| (left(agreement), text(&agreement["agreement"])));
    found.dedup_by_key(|agreement| text(&agreement["agreement"]));
    let within = summaries.iter().flat_map(|summary| list(&summary["agreementExpiries"]));
    let days: Vec<i64> = within.filter_map(|expiry| expiry["withinDays"].as_i64()).collect();
    let (most, least) = (days.iter().max().copied().unwrap_or_default(), days.iter().min().copied());
    let soon = least.map_or(0, |least| found.iter().filter(|agreement| left(agreement) <= least).count());
    let title = match (soon, least) {
        (1.., Some(least)) => say!(
            language,
            "Agreements that end within {most} days, {soon} of them within {least}",
            "Accords qui prennent fin sous {most} jours, dont {soon} sous {least}"
        ),
        _ => say!(
            language,
            "Agreements that end within {most} days",
            "Accords qui prennent fin sous {most} jours"
        ),
    };
    let line = |agreement: &&Value| {
        let (left, successor) = (left(agreement), text(&agreement["successor"]));
        let ends = match left {
            0 => say!(language, "ends today", "prend fin aujourd'hui"),
            1 => say!(language, "1 day left", "reste 1 jour"),
            _ => say!(language, "{left} days left", "reste {left} jours"),
        };
        let next = match successor.as_str() {
            "" if agreement["renewsItself"] == true => {
                say!(language, "renews itself", "se renouvelle tacitement")
            }
            "" => say!(language, "nothing prepared", "rien de préparé"),
            successor => say!(language, "next: {successor}", "suite : {successor}"),
        };
        let mut facts = vec![text(&agreement["partnershipTitle"]["displayText"]), ends, next];
        facts.retain(|fact| !fact.is_empty());
        (text(&agreement["agreement"]), facts.join(" · "))
    };
    Section {
        id: "agreementsExpiring",
        title,
        count: found.len(),
        lines: found.iter().take(SHOWN).map(line).collect(),
        next: found.first().map(|agreement| {
            let name = text(&agreement["agreement"]);
            format!("ensemble agreement show {name} · ensemble agreement list --expiring {most}d")
        }),
    }
}

fn text(value: &Value) -> String {
    crate::print::paint::clean(value.as_str().unwrap_or_default())
}
