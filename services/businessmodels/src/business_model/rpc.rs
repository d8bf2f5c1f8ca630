//! The conversation about business models: who asks, what, may they, do it, answer.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use chassis::auth::Caller;
use chassis::clock::Zone;
use chassis::column::Day;
use chassis::error::{Error, Result, Violations};
use chassis::page::size;
use chassis::wire::reply;
use chassis::{Call, Context, Desk, Reply, Store, Told as _, name, say, text, value};
use chrono::Days;
use futures::FutureExt as _;
use peers::settings::Settings;
use peers::{Needs, PARTNER, Partners, Places, RECOMMENDATION, TERRITORY};
use proto::businessmodels as pb;
use proto::businessmodels::business_model_service_server::{
    BusinessModelService, BusinessModelServiceServer,
};
use proto::businessmodels::review_business_model_request::Decision;
use proto::projects::need;
use tonic::Request;

use super::compare::{compare, summarize};
use super::row::Model;
use super::suggest::{Asked, Known, suggest};
use super::{revision, rules, store};
use crate::{evaluation, replication};

/// Models that are shown side by side.
const MOST_COMPARED: usize = 5;

pub(crate) fn service(context: &Context) -> Result<BusinessModelServiceServer<BusinessModels>> {
    Ok(BusinessModelServiceServer::new(BusinessModels {
        desk: Desk::new(context),
        revisions: Store::new(context),
        partners: Partners::new(context)?,
        places: Places::new(context)?,
        needs: Needs::new(context)?,
        settings: Settings::new(context)?,
        replications: Desk::new(context),
    }))
}

pub(crate) struct BusinessModels {
    desk: Desk<Model>,
    revisions: Store<revision::Model>,
    partners: Partners,
    places: Places,
    needs: Needs,
    settings: Settings,
    replications: Desk<replication::row::Model>,
}

impl BusinessModels {
    /// What is published names partners that take part, adopted recommendations, and places and needs that there are.
    async fn check(&self, caller: &Caller, model: &Model) -> Result<()> {
        self.partners
            .must_take_part(caller, "owner_partner", std::slice::from_ref(&model.owner_partner))
            .await?;
        self.partners.must_take_part(caller, "contributors", &model.contributors).await?;
        self.partners.must_be_adopted(caller, &model.recommendations).await?;
        let named = |(at, name): (usize, &String)| (format!("territories[{at}]"), name.clone());
        let places: Vec<_> = model.territories.iter().enumerate().map(named).collect();
        self.places.must_exist(caller, &places).await?;
        self.needs.known(caller, "needs", &model.needs).await.map(drop)
    }

    /// The last day of a review that begins now (BEY-5).
    async fn due(&self, call: &Call) -> Result<Option<Day>> {
        let agreed = self.settings.current().await?;
        let zone = Zone::parse("time_zone", &agreed.time_zone)?;
        let days = u64::try_from(agreed.review_due_days).ok().map(Days::new);
        let day = zone.day(call.now).zip(days).and_then(|(today, days)| today.checked_add_days(days));
        Ok(day.and_then(Day::of))
    }
}

#[tonic::async_trait]
impl BusinessModelService for BusinessModels {
    async fn create_business_model(
        &self,
        request: Request<pb::CreateBusinessModelRequest>,
    ) -> Reply<pb::BusinessModel> {
        let (call, request) = self.desk.open(request)?;
        let draft = request.business_model.unwrap_or_default();
        if draft.owner_partner.is_empty() {
            return Err(Error::required("business_model.owner_partner").into());
        }
        call.caller.must(rules::may_write(&call.caller, &draft.owner_partner), &draft.owner_partner)?;
        let model = rules::create(&request.business_model_id, &draft, &call)?;
        let owner = std::slice::from_ref(&model.owner_partner);
        self.partners.must_take_part(&call.caller, "business_model.owner_partner", owner).await?;
        self.desk.create(call, model).await
    }

    async fn get_business_model(
        &self,
        request: Request<pb::GetBusinessModelRequest>,
    ) -> Reply<pb::BusinessModel> {
        self.desk.get(&request, &request.get_ref().name).await
    }

    async fn list_business_models(
        &self,
        request: Request<pb::ListBusinessModelsRequest>,
    ) -> Reply<pb::ListBusinessModelsResponse> {
        let caller = Caller::of(&request);
        let page = self.desk.list(&caller, request.get_ref(), store::visible(&caller)).await?;
        let (business_models, next_page_token) = (page.rows, page.next_page_token);
        reply(pb::ListBusinessModelsResponse { business_models, next_page_token })
    }

    async fn batch_get_business_models(
        &self,
        request: Request<pb::BatchGetBusinessModelsRequest>,
    ) -> Reply<pb::BatchGetBusinessModelsResponse> {
        let caller = Caller::of(&request);
        let business_models = self.desk.batch(&caller, &request.get_ref().names).await?;
        reply(pb::BatchGetBusinessModelsResponse { business_models })
    }

    async fn search_business_models(
        &self,
        request: Request<pb::SearchBusinessModelsRequest>,
    ) -> Reply<pb::SearchBusinessModelsResponse> {
        let caller = Caller::of(&request);
        let request = request.get_ref();
        let most = usize::from(size(request.page_size)?);
        let visible = store::visible(&caller);
        let found = store::search(self.desk.store.database(), &request.query, visible, most).await?;
        let business_models = found.into_iter().map(|found| found.shown_to(&caller)).collect();
        reply(pb::SearchBusinessModelsResponse { business_models })
    }

    async fn update_business_model(
        &self,
        request: Request<pb::UpdateBusinessModelRequest>,
    ) -> Reply<pb::BusinessModel> {
        self.desk.update(request, rules::may_update, rules::update).await
    }

    async fn submit_business_model(
        &self,
        request: Request<pb::SubmitBusinessModelRequest>,
    ) -> Reply<pb::BusinessModel> {
        let call = Call::of(&request, &self.desk.context.clock)?;
        let (asked, caller) = (&request.get_ref().name, Arc::clone(&call.caller));
        let due = self.due(&call).await?;
        let ask = |model: Model| async move { self.check(&caller, &model).await };
        self.desk.change_once_asked(call, asked, ask, move |model, by| rules::submit(model, due, by)).await
    }

    async fn review_business_model(
        &self,
        request: Request<pb::ReviewBusinessModelRequest>,
    ) -> Reply<pb::BusinessModel> {
        let mut call = Call::of(&request, &self.desk.context.clock)?;
        let request = request.get_ref();
        call.reason = text::plain("comment", &request.comment, 2000)?;
        let (decision, caller) = (request.decision(), Arc::clone(&call.caller));
        let ask = |model: Model| async move {
            match decision {
                Decision::Approve => self.check(&caller, &model).await,
                Decision::Return | Decision::Unspecified => Ok(()),
            }
        };
        let rule = move |model: &mut Model, by: &Call| rules::review(model, decision, by);
        self.desk.change_once_asked(call, &request.name, ask, rule).await
    }

    async fn publish_business_model(
        &self,
        request: Request<pb::PublishBusinessModelRequest>,
    ) -> Reply<pb::BusinessModel> {
        let call = Call::of(&request, &self.desk.context.clock)?;
        let caller = Arc::clone(&call.caller);
        let ask = |model: Model| async move { self.check(&caller, &model).await };
        self.desk.change_once_asked(call, &request.get_ref().name, ask, rules::publish).await
    }

    async fn revise_business_model(
        &self,
        request: Request<pb::ReviseBusinessModelRequest>,
    ) -> Reply<pb::BusinessModel> {
        self.desk.change(&request, rules::revise).await
    }

    async fn archive_business_model(
        &self,
        request: Request<pb::ArchiveBusinessModelRequest>,
    ) -> Reply<pb::BusinessModel> {
        self.desk.change(&request, rules::archive).await
    }

    async fn get_business_model_revision(
        &self,
        request: Request<pb::GetBusinessModelRevisionRequest>,
    ) -> Reply<pb::BusinessModelRevision> {
        self.revisions.published(&request.get_ref().name).await
    }

    async fn list_business_model_revisions(
        &self,
        request: Request<pb::ListBusinessModelRevisionsRequest>,
    ) -> Reply<pb::ListBusinessModelRevisionsResponse> {
        let page = self.revisions.published_of(&Caller::of(&request), request.get_ref()).await?;
        let (business_model_revisions, next_page_token) = (page.rows, page.next_page_token);
        reply(pb::ListBusinessModelRevisionsResponse { business_model_revisions, next_page_token })
    }

    async fn replicate_business_model(
        &self,
        request: Request<pb::ReplicateBusinessModelRequest>,
    ) -> Reply<pb::Replication> {
        let (call, request) = self.desk.open(request)?;
        name::check_reference("name", rules::PATTERN, &request.name)?;
        let adopter = &request.adopter_partner;
        call.caller.must(call.caller.administers(adopter), adopter)?;
        let asked = replication::rules::create(&request, &call)?;
        let caller = &call.caller;
        self.partners.must_take_part(caller, "adopter_partner", std::slice::from_ref(adopter)).await?;
        self.places.must_exist(caller, &[("territory".to_owned(), request.territory.clone())]).await?;
        let needs = self.needs.known(caller, "needs", &request.needs).await?;
        if !needs.iter().any(|need| need.state() == need::State::Qualified) {
            return Err(Error::refused(
                "BM-8",
                say!(
                    "none of these needs is qualified: have one qualified first",
                    "aucun de ces besoins n'est qualifié : faites-en d'abord qualifier un"
                ),
            )
            .about("field", "needs")
            .into());
        }
        self.replications
            .once(call, move |unit, call| {
                let asked = asked.clone();
                async move { Ok((replication::adopt::adopt(unit, call, asked).await?, true)) }.boxed()
            })
            .await
    }

    async fn get_business_model_lineage(
        &self,
        request: Request<pb::GetBusinessModelLineageRequest>,
    ) -> Reply<pb::BusinessModelLineage> {
        let caller = Caller::of(&request);
        let asked = self.desk.find(&caller, &request.get_ref().name).await?;
        let reader = self.desk.context.database.reader();
        let edges = replication::store::lineage(reader, &asked.name).await.map_err(Error::from)?;
        let ends = edges.iter().flat_map(|edge| [&edge.business_model, &edge.derived_business_model]);
        let names = ends.map(String::as_str).chain([asked.name.as_str()]);
        let models = store::by_name(reader, names).await.map_err(Error::from)?;
        reply(replication::lineage::graph(&caller, &asked, edges, &models))
    }

    async fn suggest_business_models(
        &self,
        request: Request<pb::SuggestBusinessModelsRequest>,
    ) -> Reply<pb::SuggestBusinessModelsResponse> {
        let caller = Caller::of(&request);
        let request = request.get_ref();
        name::check_reference("territory", TERRITORY, &request.territory)?;
        let budget = request.budget.as_ref().map(|budget| value::money("budget", budget)).transpose()?;
        let place = self.places.found(&caller, std::slice::from_ref(&request.territory)).await?.pop();
        let place = place.ok_or_else(|| {
            Error::invalid("territory", say!("there is no such territory", "ce territoire n'existe pas"))
        })?;
        let reader = self.desk.context.database.reader();
        let models = store::adoptable(reader).await.map_err(Error::from)?;
        let names = models.iter().map(|model| model.name.as_str()).collect();
        let replications = replication::store::of_models(reader, &names).await.map_err(Error::from)?;
        let once = |names: BTreeSet<&String>| names.into_iter().cloned().collect::<Vec<_>>();
        let about = replications.iter().map(|replication| &replication.territory);
        let about = once(models.iter().flat_map(|model| model.territories.iter()).chain(about).collect());
        let answered = once(models.iter().flat_map(|model| model.needs.iter()).collect());
        let (needs, places, answered) = futures::try_join!(
            self.needs.qualified(&caller, &request.territory),
            self.places.found(&caller, &about),
            self.needs.found(&caller, &answered),
        )?;
        let asked = Asked { place: &place, needs: &needs, budget: budget.as_ref() };
        let known = Known { models: &models, needs: &answered, places: &places, replications: &replications };
        reply(pb::SuggestBusinessModelsResponse { suggestions: suggest(&asked, &known) })
    }

    async fn compare_business_models(
        &self,
        request: Request<pb::CompareBusinessModelsRequest>,
    ) -> Reply<pb::CompareBusinessModelsResponse> {
        let caller = Caller::of(&request);
        let mut wrong = Violations::default();
        let names = &request.get_ref().names;
        if !(2..=MOST_COMPARED).contains(&names.len()) {
            wrong.add("names", say!("2 to {MOST_COMPARED} models", "de 2 à {MOST_COMPARED} modèles"));
        }
        wrong.references("names", rules::PATTERN, names)?;
        wrong.finish()?;
        reply(compare(self.desk.batch(&caller, names).await?))
    }

    async fn summarize_business_models(
        &self,
        request: Request<pb::SummarizeBusinessModelsRequest>,
    ) -> Reply<pb::SummarizeBusinessModelsResponse> {
        let caller = Caller::of(&request);
        let request = request.get_ref();
        let mut wrong = Violations::default();
        wrong.reference("recommendation", RECOMMENDATION, &request.recommendation)?;
        wrong.reference("territory", TERRITORY, &request.territory)?;
        wrong.reference("partner", PARTNER, &request.partner)?;
        wrong.finish()?;
        let (reader, now) = (self.desk.context.database.reader(), self.desk.context.clock.now());
        let agreed = self.settings.current().await?;
        let today = Zone::parse("time_zone", &agreed.time_zone)?.day(now);
        let models = store::counted(reader, &caller, request).await.map_err(Error::from)?;
        let names: HashSet<&str> = models.iter().map(|model| model.name.as_str()).collect();
        let replications = replication::store::of_models(reader, &names).await.map_err(Error::from)?;
        let evaluations = evaluation::store::count(reader, &names).await.map_err(Error::from)?;
        reply(summarize(&models, &replications, evaluations, today))
    }
}
