//! The catalogue as a file: page by page, entry by entry, never whole in memory.

use std::collections::BTreeSet;
use std::sync::Arc;

use chassis::auth::Caller;
use chassis::download::Press;
use chassis::error::{Result, Violations};
use chassis::{Context, Error};
use proto::common::FileChunk;
use proto::projects as pb;
use proto::projects::export_catalogue_request::Format;
use tonic::Response;
use tonic::codegen::BoxStream;

use super::catalogue::{self, Around};
use super::store;
use crate::measure::TERRITORY;
use crate::project::describe::PARTNER;
use crate::project::peers::Partners;
use crate::settings::Settings;

/// Entries that are read at once.
const PAGE: u64 = 200;
/// Catalogues that one process writes at once.
const AT_ONCE: usize = 8;
/// JSON-LD 1.1.
const JSON_LD: &str = "application/ld+json";

/// Writes catalogues.
#[derive(Clone)]
pub(crate) struct Exports {
    context: Context,
    partners: Partners,
    settings: Settings,
    press: Press,
}

impl Exports {
    pub(crate) fn new(context: &Context, partners: Partners, settings: Settings) -> Self {
        Self { context: context.clone(), partners, settings, press: Press::new(AT_ONCE) }
    }

    /// The catalogue that is asked for, as anyone may read it.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` naming every wrong field; `RESOURCE_EXHAUSTED` while many are being written.
    pub(crate) async fn file(
        &self,
        caller: Arc<Caller>,
        request: pb::ExportCatalogueRequest,
    ) -> Result<Response<BoxStream<FileChunk>>> {
        let mut wrong = Violations::default();
        wrong.coded::<Format>("format", request.format, false)?;
        wrong.reference("territory", TERRITORY, &request.territory)?;
        wrong.reference("publisher", PARTNER, &request.publisher)?;
        wrong.finish()?;
        let terms = self.settings.current(&caller).await?.open_data_licence.clone();
        let exports = self.clone();
        let base = self.context.config.public_url().to_owned();
        self.press.file("catalogue.jsonld".to_owned(), JSON_LD, move |mut pen| async move {
            let reader = exports.context.database.reader();
            pen.write(&catalogue::start(&base, &terms)).await;
            let mut after = String::new();
            loop {
                let page =
                    store::page(reader, &request.publisher, &after, PAGE).await.map_err(Error::from)?;
                let Some(last) = page.last() else { break };
                after.clone_from(&last.name);
                let page = store::about(reader, page, &request.territory).await.map_err(Error::from)?;
                let territories = store::territories(reader, &page).await.map_err(Error::from)?;
                let publishers: BTreeSet<&str> = page.iter().map(|row| row.publisher.as_str()).collect();
                let partners = exports.partners.look_up(&caller, publishers).await?;
                let around = Around { base: &base, partners: &partners, territories: &territories };
                for dataset in &page {
                    if !pen.write(&catalogue::entry(dataset, &around)).await {
                        return Ok(());
                    }
                }
            }
            pen.write(catalogue::END).await;
            pen.send().await;
            Ok(())
        })
    }
}
