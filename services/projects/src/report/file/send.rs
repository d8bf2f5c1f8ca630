//! A spreadsheet is asked for.

use std::sync::Arc;

use chassis::auth::Caller;
use chassis::column::Micros;
use chassis::download::{CSV, XLSX, language};
use chassis::error::{Error, Result};
use chassis::say::Language;
use chassis::{name, say};
use proto::projects as pb;
use proto::projects::get_report_template_request::Format;

use super::super::rpc::Reports;
use super::store;
use super::template::Ask;
use crate::project::rules::PATTERN as PROJECT;
use crate::reporting_period::rules::PATTERN as PERIOD;

/// A spreadsheet to send.
pub(in super::super) struct Sheet {
    pub(in super::super) file: Vec<u8>,
    pub(in super::super) name: String,
    pub(in super::super) mime_type: &'static str,
}

/// The spreadsheet of a project and a period.
pub(in super::super) async fn template(
    reports: &Reports,
    caller: &Arc<Caller>,
    request: &pb::GetReportTemplateRequest,
) -> Result<Sheet> {
    let project = name::id("parent", PROJECT, &request.parent)?.to_owned();
    name::check_reference("reporting_period", PERIOD, &request.reporting_period)?;
    let language = language(&request.language_code)?;
    let csv = match request.format() {
        Format::Csv => true,
        Format::Xlsx | Format::Unspecified => false,
    };
    let found = reports.project(caller, &request.parent).await?;
    let takes_part =
        std::iter::once(&found.lead_partner).chain(found.participants.iter().map(|one| &one.partner));
    let may = caller.oversees() || takes_part.into_iter().any(|partner| caller.belongs_to(partner));
    caller.must(may, &request.parent)?;
    let (reader, agreed) = (reports.store.database().reader(), reports.settings.current(caller).await?);
    let ground =
        super::super::store::ground(reader, agreed, &request.parent, &request.reporting_period).await;
    let ground = ground.map_err(|error| match error {
        Error::Invalid { .. } => {
            Error::invalid("reporting_period", say!("there is no such period", "cette période n'existe pas"))
        }
        other => other,
    })?;
    let report = store::current(reader, &request.parent, &request.reporting_period).await?;
    let issued = moment(reports.context.clock.now());
    let period = request.reporting_period.rsplit('/').next().unwrap_or_default().to_owned();
    let made = tokio::task::spawn_blocking(move || {
        let id = uuid::Uuid::new_v4().to_string();
        let ask = Ask { ground: &ground, report: report.as_ref(), language, id, issued };
        if csv { Ok(ask.table()) } else { ask.book().write() }
    });
    let file = made.await.map_err(Error::internal)??;
    let word = match language {
        Language::En => "report",
        Language::Fr => "rapport",
    };
    let (kind, mime_type) = if csv { ("csv", CSV) } else { ("xlsx", XLSX) };
    Ok(Sheet { file, name: format!("{word}-{project}-{period}.{kind}"), mime_type })
}

/// `2025-07-04 14:02 UTC`.
pub(super) fn moment(instant: Micros) -> String {
    let timestamp = instant.to_timestamp();
    let moment = chrono::DateTime::from_timestamp(timestamp.seconds, 0).unwrap_or_default();
    moment.format("%Y-%m-%d %H:%M UTC").to_string()
}
