//! A partnership as a page to read and to print: what it is, who takes part, what was signed, what each brings, and how it
//! looked at itself. Programs get the resource alone.

use std::collections::BTreeMap;

use prost_reflect::{DynamicMessage, Value as Reflected};
use serde_json::{Value, json};

use crate::app::App;
use crate::deed::items_of;
use crate::fault::Result;
use crate::print::cell::{self, Reader};
use crate::print::paint::Style;
use crate::print::{Output, name_of, table};
use crate::say::say;

/// How wide a printed page is, in letters.
const PAPER: usize = 96;

/// Shows a partnership: for people, with what stands around it.
pub(crate) async fn show(app: &App, partnership: &DynamicMessage) -> Result {
    if !app.output.format.for_people() || !app.output.fields.is_empty() {
        return app.output.show(partnership);
    }
    let mut alone = partnership.clone();
    alone.clear_field_by_name("members");
    app.output.show(&alone)?;
    let output = Output { width: Some(app.output.width.unwrap_or(PAPER)), ..app.output.clone() };
    let page = around(app, &output, partnership).await?;
    app.output.emit(&page)?;
    let name = name_of(partnership);
    app.output.hint(&say!(
        app.language,
        "more: ensemble agreement list --partnership {name} · ensemble commitment list --partnership {name}",
        "la suite : ensemble agreement list --partnership {name} · ensemble commitment list --partnership {name}"
    ));
    Ok(())
}

async fn around(app: &App, output: &Output, partnership: &DynamicMessage) -> Result<String> {
    let language = app.language;
    let of = async |method: &str| -> Result<Vec<DynamicMessage>> {
        let request = json!({ "parent": name_of(partnership), "pageSize": 1000 });
        Ok(items_of(&app.client.dynamic(method, request).await?))
    };
    let agreements = of("AgreementService/ListAgreements").await?;
    let commitments = of("CommitmentService/ListCommitments").await?;
    let checks = of("HealthCheckService/ListHealthChecks").await?;
    let members = partnership.get_field_by_name("members");
    let members = members.as_deref().and_then(Reflected::as_list).unwrap_or_default();
    let members: Vec<&DynamicMessage> = members.iter().filter_map(Reflected::as_message).collect();
    let reader = Reader { language, person: true };
    let at = |item: &DynamicMessage, path: &str| cell::at(item, path, reader);
    let partners = members.iter().copied().chain(&commitments).map(|item| at(item, "partner")).collect();
    let partners = known(app, partners).await?;
    let title = |name: String| partners.get(&name).map_or(name, |partner| at(partner, "title"));
    let sector = |name: &str| partners.get(name).map(|partner| at(partner, "sector")).unwrap_or_default();
    // Days as ISO 8601 writes them: short, and the same in both languages.
    let iso = |item: &DynamicMessage, path: &str| cell::at(item, path, Reader { language, person: false });
    let days = |item: &DynamicMessage, from: &str, to: &str| {
        [iso(item, from), iso(item, to)].join(" – ").trim_end_matches(" – ").to_owned()
    };
    let named = !commitments.is_empty();
    let resources = codes(app, "codeLists/resource-type", named).await?;
    let units = codes(app, "codeLists/resource-unit", named).await?;
    let mut page = String::new();
    let mut part = |heading: String, headings: &[String], rows: Vec<Vec<String>>| {
        if !rows.is_empty() {
            page += &format!("\n{}\n", output.paint.style(Style::Strong, &heading));
            page += &table::grid(output, headings, &rows);
        }
    };
    let word = |en: &str, fr: &str| language.pick(en, fr).to_owned();
    let who = |member: &&DynamicMessage| {
        let name = at(member, "partner");
        vec![sector(&name), at(member, "role"), days(member, "join_date", "leave_date"), title(name)]
    };
    part(
        say!(language, "Members ({count})", "Membres ({count})", count = members.len()),
        &[
            word("SECTOR", "SECTEUR"),
            word("ROLE", "RÔLE"),
            word("FROM – TO", "DU – AU"),
            word("PARTNER", "ORGANISATION"),
        ],
        members.iter().map(who).collect(),
    );
    let signed = |agreement: &DynamicMessage| {
        let period = days(agreement, "period.start_date", "period.end_date");
        vec![period, at(agreement, "state"), at(agreement, "days_to_expiry"), at(agreement, "kind")]
    };
    part(
        say!(language, "Agreements ({count})", "Accords ({count})", count = agreements.len()),
        &[
            word("FROM – TO", "DU – AU"),
            word("STATE", "ÉTAT"),
            word("DAYS LEFT", "JOURS RESTANTS"),
            word("KIND", "NATURE"),
        ],
        agreements.iter().map(signed).collect(),
    );
    let brings = |commitment: &DynamicMessage| {
        let cash = at(commitment, "amount");
        let is_cash = at(commitment, "quantity").is_empty();
        let (pledged, come) = match is_cash {
            true => (cash, at(commitment, "confirmed_amount")),
            false => {
                let unit = at(commitment, "unit");
                let unit = units.get(&unit).cloned().unwrap_or(unit);
                let with_unit = |quantity: String| match quantity.is_empty() {
                    true => quantity,
                    false => format!("{quantity} {unit}"),
                };
                (with_unit(at(commitment, "quantity")), with_unit(at(commitment, "confirmed_quantity")))
            }
        };
        let kind = at(commitment, "resource_type");
        let kind = resources.get(&kind).cloned().unwrap_or(kind);
        vec![kind, pledged, come, at(commitment, "state"), title(at(commitment, "partner"))]
    };
    part(
        say!(
            language,
            "What each brings ({count})",
            "Ce que chacun apporte ({count})",
            count = commitments.len()
        ),
        &[
            word("RESOURCE", "RESSOURCE"),
            word("PLEDGED", "PROMIS"),
            word("CONFIRMED", "CONFIRMÉ"),
            word("STATE", "ÉTAT"),
            word("PARTNER", "ORGANISATION"),
        ],
        commitments.iter().map(brings).collect(),
    );
    let looked = |check: &DynamicMessage| {
        vec![iso(check, "as_of_date"), at(check, "state"), at(check, "response_count")]
    };
    part(
        say!(language, "Health checks ({count})", "Bilans ({count})", count = checks.len()),
        &[word("AS OF", "AU"), word("STATE", "ÉTAT"), word("ANSWERS", "RÉPONSES")],
        checks.iter().map(looked).collect(),
    );
    Ok(page)
}

/// What the codes of a list are called; nothing is asked where none is to be named.
async fn codes(app: &App, list: &str, named: bool) -> Result<BTreeMap<String, String>> {
    if !named {
        return Ok(BTreeMap::new());
    }
    let list = app.client.json("ReferenceDataService/GetCodeList", json!({ "name": list })).await?;
    let language = app.language.code();
    let entry = |code: &Value| {
        Some((code["code"].as_str()?.to_owned(), code["title"][language].as_str()?.to_owned()))
    };
    Ok(list["codes"].as_array().into_iter().flatten().filter_map(entry).collect())
}

/// Partners by the names that were asked for; those that the caller may not know keep their name.
async fn known(app: &App, mut names: Vec<String>) -> Result<BTreeMap<String, DynamicMessage>> {
    names.sort();
    names.dedup();
    let mut found = BTreeMap::new();
    for some in names.chunks(100) {
        let request: Value = json!({ "names": some });
        let answer = app.client.dynamic("PartnerService/BatchGetPartners", request).await?;
        found.extend(some.iter().cloned().zip(items_of(&answer)));
    }
    Ok(found)
}
