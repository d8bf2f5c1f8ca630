//! The conversation about territories: who asks, what, may they, do it, answer.

use chassis::auth::Caller;
use chassis::error::{Error, Result};
use chassis::page::Ask;
use chassis::wire::reply;
use chassis::{Call, Context, Reply, Store, name};
use futures::FutureExt as _;
use proto::common::{ImportReport, ImportRequest};
use proto::projects as pb;
use proto::projects::territory_service_server::{TerritoryService, TerritoryServiceServer};
use tonic::{Request, Streaming};

use super::row::Model;
use super::{import, rules, store};
use crate::measure::TERRITORY as PATTERN;
use crate::project::describe::PARTNER;
use crate::project::peers::Partners;

/// A search shows so many without a word, and at most.
const SHOWN: (u16, u16) = (20, 100);

pub(crate) fn service(context: &Context) -> Result<TerritoryServiceServer<Territories>> {
    let partners = Partners::new(context)?;
    Ok(TerritoryServiceServer::new(Territories {
        store: Store::new(context),
        context: context.clone(),
        partners,
    }))
}

pub(crate) struct Territories {
    store: Store<Model>,
    context: Context,
    partners: Partners,
}

#[tonic::async_trait]
impl TerritoryService for Territories {
    async fn create_territory(&self, request: Request<pb::CreateTerritoryRequest>) -> Reply<pb::Territory> {
        let call = Call::of(&request, &self.context.clock)?;
        let request = request.into_inner();
        let mut draft = request.territory.unwrap_or_default();
        self.governed(&call.caller, &mut draft, "").await?;
        let territory = rules::create(&request.territory_id, &draft, &call)?;
        self.answer(self.store.create(call, territory).await?).await
    }

    async fn get_territory(&self, request: Request<pb::GetTerritoryRequest>) -> Reply<pb::Territory> {
        let asked = &request.get_ref().name;
        name::id("name", PATTERN, asked)?;
        self.answer(self.store.get(asked).await?).await
    }

    async fn list_territories(
        &self,
        request: Request<pb::ListTerritoriesRequest>,
    ) -> Reply<pb::ListTerritoriesResponse> {
        let caller = Caller::of(&request);
        let ask = Ask::of(request.get_ref(), &caller);
        let page = self.store.list(ask, store::everywhere()).await?;
        let territories = self.told(page.rows).await?;
        reply(pb::ListTerritoriesResponse { territories, next_page_token: page.next_page_token })
    }

    async fn batch_get_territories(
        &self,
        request: Request<pb::BatchGetTerritoriesRequest>,
    ) -> Reply<pb::BatchGetTerritoriesResponse> {
        let found = self.store.batch(&request.get_ref().names).await?;
        reply(pb::BatchGetTerritoriesResponse { territories: self.told(found).await? })
    }

    async fn search_territories(
        &self,
        request: Request<pb::SearchTerritoriesRequest>,
    ) -> Reply<pb::SearchTerritoriesResponse> {
        let request = request.get_ref();
        let most = match request.page_size {
            0 => SHOWN.0,
            asked => chassis::page::size(asked)?.min(SHOWN.1),
        };
        let found = store::search(self.store.database(), &request.query, most).await?;
        reply(pb::SearchTerritoriesResponse { territories: self.told(found).await? })
    }

    async fn update_territory(&self, request: Request<pb::UpdateTerritoryRequest>) -> Reply<pb::Territory> {
        let call = Call::of(&request, &self.context.clock)?;
        let request = request.into_inner();
        let mut patch = request.territory.unwrap_or_default();
        let asked = patch.name.clone();
        name::id("territory.name", PATTERN, &asked)?;
        let current = self.store.get(&asked).await?;
        self.governed(&call.caller, &mut patch, &current.authority).await?;
        let anyone = |_: &Caller, _: &Model| true; // the gate lets coordinators in, and nobody else
        let changed = self.store.update(call, patch, request.update_mask, &asked, anyone, rules::update);
        self.answer(changed.await?).await
    }

    async fn retire_territory(&self, request: Request<pb::RetireTerritoryRequest>) -> Reply<pb::Territory> {
        let call = Call::of(&request, &self.context.clock)?;
        let request = request.into_inner();
        name::id("name", PATTERN, &request.name)?;
        if !request.successor.is_empty() {
            name::id("successor", PATTERN, &request.successor)?;
        }
        let retired = self.store.once(call, move |unit, call| {
            let request = request.clone();
            async move { store::retire(unit, call, &request).await }.boxed()
        });
        self.answer(retired.await?).await
    }

    async fn import_territories(&self, request: Request<Streaming<ImportRequest>>) -> Reply<ImportReport> {
        let caller = Caller::of(&request);
        reply(import::file(&self.context, caller, request.into_inner()).await?)
    }
}

impl Territories {
    /// The authority of a draft is a public partner that takes part (PRJ-2), whichever name it is called by; what stands
    /// there already is not asked for again.
    async fn governed(&self, caller: &Caller, draft: &mut pb::Territory, known: &str) -> Result<()> {
        let field = "territory.authority";
        if draft.authority.is_empty() || draft.authority == known {
            return Ok(());
        }
        name::check_reference(field, PARTNER, &draft.authority)?;
        let partner = self.partners.get(caller, field, &draft.authority).await?;
        rules::governs(&partner)?;
        draft.authority = partner.name;
        Ok(())
    }

    async fn told(&self, rows: Vec<Model>) -> Result<Vec<pb::Territory>> {
        let names: Vec<&str> = rows.iter().map(|territory| territory.name.as_str()).collect();
        let mut ancestors = store::ancestors(self.store.database().reader(), &names).await?;
        let told = rows.into_iter().map(|territory| {
            let ancestors = ancestors.remove(&territory.name).unwrap_or_default();
            pb::Territory { ancestors, ..territory.into() }
        });
        Ok(told.collect())
    }

    async fn answer(&self, territory: Model) -> Reply<pb::Territory> {
        match self.told(vec![territory]).await?.pop() {
            Some(territory) => reply(territory),
            None => Err(Error::internal("a territory was lost").into()),
        }
    }
}
