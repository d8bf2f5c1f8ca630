//! Tables: cut to the width of a terminal; in a pipe, tabs without borders, colour or truncation.

use dialoguer::console::{measure_text_width, truncate_str};
use prost_reflect::{DynamicMessage, Kind, MessageDescriptor};

use crate::contract;
use crate::print::paint::Style;
use crate::print::{Format, Output, cell};

/// Columns of a noun, where the derived ones are not what people look for first; after `|`, those of `-o wide`.
const COLUMNS: &[(&str, &str)] = &[
    (
        "ensemble.partners.v1.Partner",
        "name title state sector country_code|acronym college iati_type_code identifiers origin website update_time",
    ),
    (
        "ensemble.partners.v1.Commitment",
        "name partner state resource_type quantity unit amount confirmed_quantity confirmed_amount awaiting_partner|recipient description period awaiting awaiting_since agreement origin external_reference",
    ),
    (
        "ensemble.projects.v1.Dataset",
        "name title state publisher access_right fair_score|themes frequency high_value project territories recommendations publish_time update_time",
    ),
    (
        "ensemble.partners.v1.Place",
        "name title state locality postal_code partner services|street_address audiences prices opening_hours source origin update_time",
    ),
    (
        "ensemble.partners.v1.Agreement",
        "name kind state period days_to_expiry waiting_parties|legally_binding renewal_mode in_force_date last_date predecessor successor origin",
    ),
    (
        "ensemble.partners.v1.CashTotal",
        "resource_type announced pledged recorded confirmed waived|commitments",
    ),
    (
        "ensemble.partners.v1.InKindTotal",
        "resource_type unit announced pledged recorded confirmed waived|estimates commitments",
    ),
    ("ensemble.partners.v1.AgreementDifference", "label before after|field"),
    (
        "ensemble.partners.v1.HealthCheck",
        "name state as_of_date open_until_date response_count awaiting|close_date awaiting_since",
    ),
    (
        "ensemble.projects.v1.Project",
        "name title state lead_partner planned_period|awaiting budget country_codes iati_identifier origin update_time",
    ),
    (
        "ensemble.projects.v1.ReportObligation",
        "project project_title lead_partner reporting_period due_date punctuality days_late awaiting|report report_state awaiting_since dormant remind_time",
    ),
    (
        "ensemble.projects.v1.Report",
        "name state reporting_period lead_partner punctuality overall_rating awaiting|awaiting_since submitter submit_time accept_time final corrects",
    ),
    (
        "ensemble.projects.v1.ReportingPeriod",
        "name title state cycle period open_date due_date lock_date|state_reason",
    ),
    (
        "ensemble.projects.v1.Strategy",
        "name title state owner period in_force awaiting|consultation.end_date proposals_waiting predecessor successor awaiting_since",
    ),
    (
        "ensemble.projects.v1.Participation",
        "name kind state channel subject awaiting moderation_due_date answer_due_date|body pseudonym partner recorded_by confirmed reason_code need create_time",
    ),
    (
        "ensemble.projects.v1.StrategyDeadline",
        "strategy title kind due_date days_left proposals_waiting|owner successor",
    ),
    ("ensemble.projects.v1.BulkResult", "name done reason message|"),
    (
        "ensemble.businessmodels.v1.BusinessModel",
        "name title state maturity owner_partner data_regime licence|awaiting review_due_date sdg_goals country_codes territories published_revision origin update_time",
    ),
    (
        "ensemble.businessmodels.v1.Replication",
        "name state adopter_partner territory source_role awaiting|source_revision derived_business_model project needs awaiting_since update_time",
    ),
    (
        "ensemble.businessmodels.v1.Evaluation",
        "name state evaluator_partner business_model_revision awaiting|conflicts_declared awaiting_since update_time",
    ),
    (
        "ensemble.businessmodels.v1.BusinessModelRevision",
        "name business_model.title business_model.maturity create_time|",
    ),
    (
        "ensemble.identity.v1.User",
        "name email given_name family_name state network_roles|language_code last_sign_in_time create_time",
    ),
    ("ensemble.common.v1.PossibleDuplicate", "score partner title candidate candidate_title reasons|"),
    (
        "ensemble.common.v1.AuditEvent",
        "event_time principal method resource from_state to_state|reason request_id sequence",
    ),
    ("ensemble.common.v1.Event", "time type subject from_state to_state|sequence revision id source"),
];

/// Fields that say nothing in a row.
const PLUMBING: [&str; 10] = [
    "uid",
    "etag",
    "revision",
    "gaps",
    "allowed_actions",
    "state_reason",
    "redirected_from",
    "secret",
    "invitation_code",
    "create_time",
];

/// The columns of a message, by its table or derived: name, title, state, then what fits.
pub(crate) fn columns(kind: &MessageDescriptor, wide: bool) -> Vec<String> {
    if let Some((_, columns)) = COLUMNS.iter().find(|(name, _)| *name == kind.full_name()) {
        let (usual, more) = columns.split_once('|').unwrap_or((columns, ""));
        let more = if wide { more } else { "" };
        return usual.split_whitespace().chain(more.split_whitespace()).map(str::to_owned).collect();
    }
    let simple = |field: &prost_reflect::FieldDescriptor| {
        !PLUMBING.contains(&field.name())
            && !field.is_map()
            && match field.kind() {
                Kind::Message(inner) => {
                    let shown = [
                        "LocalizedText",
                        "BilingualText",
                        "Timestamp",
                        "Date",
                        "Money",
                        "DateRange",
                        "ExternalIdentifier",
                    ];
                    shown.contains(&inner.name()) && (wide || !field.is_list())
                }
                Kind::Bytes => false,
                _ => true,
            }
    };
    let first = ["name", "title", "display_name", "email", "state"];
    let lead = first.iter().filter_map(|name| kind.get_field_by_name(name));
    let rest = kind.fields().filter(|field| !first.contains(&field.name())).filter(simple);
    lead.chain(rest).map(|field| field.name().to_owned()).take(if wide { 30 } else { 7 }).collect()
}

/// A table of messages.
pub(crate) fn render(
    output: &Output,
    kind: &MessageDescriptor,
    columns: &[String],
    items: &[DynamicMessage],
) -> String {
    let reader = output.reader();
    let heading = |path: &String| match cell::find(kind, path) {
        Some(field) if reader.person => cell::field_label(&field, output.language).to_uppercase(),
        _ => path.to_uppercase(),
    };
    let headings: Vec<String> = columns.iter().map(heading).collect();
    let rows: Vec<Vec<String>> =
        items.iter().map(|item| columns.iter().map(|path| cell::at(item, path, reader)).collect()).collect();
    grid(output, &headings, &rows)
}

/// A table of facts that are not messages.
pub(crate) fn facts(output: &Output, columns: &[&str], rows: &[serde_json::Value]) -> String {
    let shown = |key: &&str| rows.iter().any(|row| !row[*key].is_null());
    let keys: Vec<&str> = columns.iter().copied().filter(shown).collect();
    let cells = rows.iter().map(|row| keys.iter().map(|key| plain(&row[*key])).collect()).collect::<Vec<_>>();
    let headings: Vec<String> =
        keys.iter().map(|key| contract::kebab(key).replace('-', "_").to_uppercase()).collect();
    grid(output, &headings, &cells)
}

pub(crate) fn plain(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// Rows under headings.
pub(crate) fn grid(output: &Output, headings: &[String], rows: &[Vec<String>]) -> String {
    let Some(width) = output.width else {
        let line = |cells: &[String]| {
            cells.iter().map(|cell| cell.replace(['\t', '\n'], " ")).collect::<Vec<_>>().join("\t") + "\n"
        };
        let heading = if output.header && !headings.is_empty() { line(headings) } else { String::new() };
        return heading + &rows.iter().map(|row| line(row)).collect::<String>();
    };
    let mut widths: Vec<usize> =
        headings.iter().map(|text| if output.header { measure_text_width(text) } else { 0 }).collect();
    for row in rows {
        for (at, text) in row.iter().enumerate() {
            widths[at] = widths[at].max(measure_text_width(text));
        }
    }
    if output.format != Format::Wide {
        let whole: Vec<bool> = (0..widths.len()).map(|at| rows.iter().all(|row| is_name(&row[at]))).collect();
        fit(&mut widths, &whole, width);
        // Where even that is too wide, only the name of the row itself stays whole: the others are its references.
        let own = whole.iter().position(|whole| *whole);
        let whole: Vec<bool> = (0..widths.len()).map(|at| Some(at) == own).collect();
        fit(&mut widths, &whole, width);
    }
    let mut text = String::new();
    if output.header {
        text += &output.paint.style(Style::Strong, line(headings, &widths).trim_end());
        text.push('\n');
    }
    for row in rows {
        text += line(row, &widths).trim_end();
        text.push('\n');
    }
    text
}

fn line(cells: &[String], widths: &[usize]) -> String {
    let mut text = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        let cut = truncate_str(cell, *width, "…");
        let padding = width.saturating_sub(measure_text_width(&cut));
        text += &cut;
        text += &" ".repeat(padding + 2);
    }
    text
}

/// What people type back must be there whole: `partners/p01m84f4…`.
fn is_name(cell: &str) -> bool {
    cell.contains('/') && !cell.contains(char::is_whitespace)
}

/// Narrows the widest columns until the line fits; none below eight, and those of names not at all.
fn fit(widths: &mut [usize], whole: &[bool], width: usize) {
    const GAP: usize = 2;
    while widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1) > width {
        let narrower = widths.iter_mut().zip(whole).filter(|(_, whole)| !**whole).map(|(width, _)| width);
        let Some(widest) = narrower.max_by_key(|width| **width) else { return };
        if *widest <= 8 {
            return;
        }
        *widest -= 1;
    }
}
