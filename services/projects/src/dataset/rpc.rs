//! The conversation about datasets: who asks, what, may they, do it, answer.

use std::collections::BTreeSet;
use std::sync::Arc;

use chassis::auth::Caller;
use chassis::error::{Error, Result, Violations};
use chassis::wire::reply;
use chassis::{Call, Context, Desk, Reply, Store};
use peers::RECOMMENDATION;
use proto::common::{FileChunk, Ratio};
use proto::projects as pb;
use proto::projects::dataset::State;
use proto::projects::dataset_service_server::{DatasetService, DatasetServiceServer};
use tonic::Request;
use tonic::codegen::BoxStream;

use super::code::PUBLIC;
use super::export::Exports;
use super::row::Model;
use super::{fair, licence, revision, rules, store};
use crate::measure::TERRITORY;
use crate::project;
use crate::project::describe::PARTNER;
use crate::settings::Settings;

pub(crate) fn service(context: &Context, settings: &Settings) -> Result<DatasetServiceServer<Datasets>> {
    Ok(DatasetServiceServer::new(Datasets {
        desk: Desk::new(context),
        revisions: Store::new(context),
        partners: peers::Partners::new(context)?,
        exports: Exports::new(context, project::peers::Partners::new(context)?, settings.clone()),
    }))
}

pub(crate) struct Datasets {
    desk: Desk<Model>,
    revisions: Store<revision::Model>,
    partners: peers::Partners,
    exports: Exports,
}

impl Datasets {
    /// What is published is of a partner that takes part, serves adopted recommendations, and is under licences that its publisher
    /// may choose (PRJ-27).
    async fn check(&self, caller: &Caller, dataset: &Model) -> Result<()> {
        let publisher = std::slice::from_ref(&dataset.publisher);
        let publisher = self.partners.must_take_part(caller, "publisher", publisher).await?;
        self.partners.must_be_adopted(caller, &dataset.recommendations).await?;
        for partner in publisher {
            licence::suit_publisher(dataset, partner.sector(), &partner.country_code)?;
        }
        Ok(())
    }
}

#[tonic::async_trait]
impl DatasetService for Datasets {
    async fn create_dataset(&self, request: Request<pb::CreateDatasetRequest>) -> Reply<pb::Dataset> {
        let (call, request) = self.desk.open(request)?;
        let draft = request.dataset.unwrap_or_default();
        if draft.publisher.is_empty() {
            return Err(Error::required("dataset.publisher").into());
        }
        call.caller.must(rules::may_write(&call.caller, &draft.publisher), &draft.publisher)?;
        let dataset = rules::create(&request.dataset_id, &draft, &call)?;
        self.desk.create(call, dataset).await
    }

    async fn get_dataset(&self, request: Request<pb::GetDatasetRequest>) -> Reply<pb::Dataset> {
        self.desk.get(&request, &request.get_ref().name).await
    }

    async fn list_datasets(
        &self,
        request: Request<pb::ListDatasetsRequest>,
    ) -> Reply<pb::ListDatasetsResponse> {
        let caller = Caller::of(&request);
        let page = self.desk.list(&caller, request.get_ref(), store::visible(&caller)).await?;
        reply(pb::ListDatasetsResponse { datasets: page.rows, next_page_token: page.next_page_token })
    }

    async fn batch_get_datasets(
        &self,
        request: Request<pb::BatchGetDatasetsRequest>,
    ) -> Reply<pb::BatchGetDatasetsResponse> {
        let datasets = self.desk.batch(&Caller::of(&request), &request.get_ref().names).await?;
        reply(pb::BatchGetDatasetsResponse { datasets })
    }

    async fn update_dataset(&self, request: Request<pb::UpdateDatasetRequest>) -> Reply<pb::Dataset> {
        let caller = Caller::of(&request);
        let ask = |dataset: Model| async move {
            match dataset.state.get() {
                State::Published => self.check(&caller, &dataset).await,
                State::Draft | State::Withdrawn | State::Unspecified => Ok(()),
            }
        };
        self.desk.update_once_asked(request, rules::may_update, ask, rules::update).await
    }

    async fn publish_dataset(&self, request: Request<pb::PublishDatasetRequest>) -> Reply<pb::Dataset> {
        let call = Call::of(&request, &self.desk.context.clock)?;
        let caller = Arc::clone(&call.caller);
        let ask = |dataset: Model| async move { self.check(&caller, &dataset).await };
        self.desk.change_once_asked(call, &request.get_ref().name, ask, rules::publish).await
    }

    async fn withdraw_dataset(&self, request: Request<pb::WithdrawDatasetRequest>) -> Reply<pb::Dataset> {
        self.desk.change(&request, rules::withdraw).await
    }

    async fn add_reuse(&self, request: Request<pb::AddReuseRequest>) -> Reply<pb::Dataset> {
        let said = request.get_ref().reuse.clone().ok_or_else(|| Error::required("reuse"))?;
        self.desk.change(&request, move |dataset, call| rules::add_reuse(dataset, &said, call)).await
    }

    type ExportCatalogueStream = BoxStream<FileChunk>;

    async fn export_catalogue(
        &self,
        request: Request<pb::ExportCatalogueRequest>,
    ) -> Reply<Self::ExportCatalogueStream> {
        Ok(self.exports.file(Caller::of(&request), request.into_inner()).await?)
    }

    async fn summarize_datasets(
        &self,
        request: Request<pb::SummarizeDatasetsRequest>,
    ) -> Reply<pb::SummarizeDatasetsResponse> {
        let request = request.get_ref();
        let mut wrong = Violations::default();
        wrong.reference("recommendation", RECOMMENDATION, &request.recommendation)?;
        wrong.reference("territory", TERRITORY, &request.territory)?;
        wrong.reference("publisher", PARTNER, &request.publisher)?;
        wrong.finish()?;
        let (reader, now) = (self.desk.context.database.reader(), self.desk.context.clock.now());
        reply(summarize(&store::counted(reader, request, now).await.map_err(Error::from)?))
    }

    async fn get_dataset_revision(
        &self,
        request: Request<pb::GetDatasetRevisionRequest>,
    ) -> Reply<pb::DatasetRevision> {
        self.revisions.published(&request.get_ref().name).await
    }

    async fn list_dataset_revisions(
        &self,
        request: Request<pb::ListDatasetRevisionsRequest>,
    ) -> Reply<pb::ListDatasetRevisionsResponse> {
        let page = self.revisions.published_of(&Caller::of(&request), request.get_ref()).await?;
        let (dataset_revisions, next_page_token) = (page.rows, page.next_page_token);
        reply(pb::ListDatasetRevisionsResponse { dataset_revisions, next_page_token })
    }
}

/// What published datasets add up to. An open one is public: its licences are open by PRJ-26.
pub(super) fn summarize(published: &[Model]) -> pb::SummarizeDatasetsResponse {
    let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    let open: Vec<&Model> = published.iter().filter(|dataset| dataset.access_right == PUBLIC).collect();
    let score: i64 = open.iter().map(|dataset| i64::from(fair::score(dataset))).sum();
    let publishers: BTreeSet<&str> = published.iter().map(|dataset| dataset.publisher.as_str()).collect();
    pb::SummarizeDatasetsResponse {
        published: count(published.len()),
        open: count(open.len()),
        mean_fair_score: Some(Ratio { numerator: score.to_string(), denominator: open.len().to_string() }),
        reuses: count(published.iter().map(|dataset| dataset.reuses.len()).sum()),
        high_value: count(published.iter().filter(|dataset| dataset.high_value).count()),
        publishers: count(publishers.len()),
    }
}
