//! Places in the national format: CSV, page by page, never whole in memory.

use std::collections::HashSet;
use std::sync::Arc;

use chassis::auth::Caller;
use chassis::column::Day;
use chassis::download::{CSV, Press};
use chassis::error::{Error, Result};
use chassis::page::{Ask, Page};
use chassis::wire::Conversation;
use chassis::{Context, Store};
use iati::places::COLUMNS;
use proto::common::FileChunk;
use proto::partners as pb;
use tonic::Response;
use tonic::codegen::BoxStream;

use super::row::Model;
use super::words::{LISTS, word};
use super::{as_found, store};

/// Places that are read at once.
const PAGE: i32 = 500;
/// Files that one process writes at once.
const AT_ONCE: usize = 8;
/// What the format says where nobody knows the SIRET.
const UNKNOWN: &str = "00000000000000";

/// Writes files of places.
#[derive(Clone)]
pub(super) struct Exports {
    store: Store<Model>,
    context: Context,
    press: Press,
}

impl Exports {
    pub(super) fn new(context: &Context) -> Self {
        Self { store: Store::new(context), context: context.clone(), press: Press::new(AT_ONCE) }
    }

    /// The places that are asked for.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` on `filter`; `RESOURCE_EXHAUSTED` while many files are being written.
    pub(super) async fn file(
        &self,
        caller: Arc<Caller>,
        request: pb::ExportPlacesRequest,
    ) -> Result<Response<BoxStream<FileChunk>>> {
        let first = self.page(&caller, &request.filter, "").await?;
        let ambiguous = store::ambiguous(self.context.database.reader()).await.map_err(Error::from)?;
        let exports = self.clone();
        self.press.file("lieux-mediation-numerique.csv".to_owned(), CSV, move |mut pen| async move {
            let mut page = first;
            pen.write(&format!("{}\n", COLUMNS.join(","))).await;
            loop {
                for place in page.rows {
                    if !pen.write(&line(place, &ambiguous)).await {
                        return Ok(());
                    }
                }
                if page.next_page_token.is_empty() {
                    break;
                }
                page = exports.page(&caller, &request.filter, &page.next_page_token).await?;
            }
            pen.send().await;
            Ok(())
        })
    }

    async fn page(&self, caller: &Caller, filter: &str, page_token: &str) -> Result<Page<Model>> {
        let ask = Ask {
            method: Conversation::current().method,
            parent: "",
            scope: &caller.subject,
            page_size: PAGE,
            page_token,
            filter,
            order_by: "",
        };
        self.store.list(ask, store::open()).await
    }
}

/// A place, as a line of the format.
pub(super) fn line(place: Model, ambiguous: &HashSet<String>) -> String {
    let updated = place.update_time;
    let mut place: pb::Place = place.into();
    let cells: Vec<String> =
        COLUMNS.iter().map(|column| quoted(&cell(&mut place, column, ambiguous, updated))).collect();
    format!("{}\n", cells.join(","))
}

fn cell(
    place: &mut pb::Place,
    column: &str,
    ambiguous: &HashSet<String>,
    updated: chassis::column::Micros,
) -> String {
    if let Some((_, list)) = LISTS.iter().find(|(known, _)| *known == column) {
        let words: Vec<&str> = as_found::field(place, column).iter().map(|code| word(list, code)).collect();
        return words.join("|");
    }
    let point = |degrees: fn(&pb::GeoPoint) -> f64| {
        place.location.as_ref().map(|point| degrees(point).to_string()).unwrap_or_default()
    };
    match column {
        "id" => match place.external_reference.as_str() {
            reference if !reference.is_empty() && !ambiguous.contains(reference) => reference.to_owned(),
            _ => place.name.trim_start_matches("places/").to_owned(),
        },
        "pivot" if place.pivot.is_empty() => UNKNOWN.to_owned(),
        "pivot" => place.pivot.clone(),
        "nom" => place.title.clone(),
        "commune" => place.locality.clone(),
        "code_postal" => place.postal_code.clone(),
        "code_insee" => place.insee_code.clone(),
        "adresse" => place.street_address.clone(),
        "complement_adresse" => place.address_complement.clone(),
        "latitude" => point(|point| point.latitude),
        "longitude" => point(|point| point.longitude),
        "typologie" => place.typologies.join("|"),
        "telephone" => place.telephone.clone(),
        "courriels" => place.generic_emails.join("|"),
        "site_web" => place.websites.join("|"),
        "horaires" => place.opening_hours.clone(),
        "presentation_resume" => place.summary.clone(),
        "presentation_detail" => place.description.clone(),
        "source" => place.source.clone(),
        "structure_parente" => place.parent_organisation.clone(),
        "date_maj" => {
            let said = place.source_update_date.as_ref().and_then(|day| Day::from_date("", day).ok());
            let written = chrono::DateTime::from_timestamp_micros(updated.0).unwrap_or_default();
            said.map_or_else(|| written.format("%Y-%m-%d").to_string(), |day| day.to_string())
        }
        "autres_formations_labels" => place.other_labels.join("|"),
        "fiche_acces_libre" => place.accessibility_uri.clone(),
        "prise_rdv" => place.appointment_uri.clone(),
        _ => String::new(),
    }
}

/// A cell of CSV. What a spreadsheet program would take for a formula is made a text.
fn quoted(cell: &str) -> String {
    let cell = match cell.starts_with(['=', '@', '\t', '\r']) {
        true => format!("'{cell}"),
        false => cell.to_owned(),
    };
    match cell.contains([',', '"', '\n', '\r', ';']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell,
    }
}
