//! The conversation about strategies: who asks, what, may they, do it, answer.

use std::sync::Arc;

use chassis::auth::Caller;
use chassis::error::{Error, Result};
use chassis::page::Ask;
use chassis::wire::reply;
use chassis::{Call, Context, Desk, Reply, name};
use futures::FutureExt as _;
use proto::partners::partner::{Sector, State as PartnerState};
use proto::projects as pb;
use proto::projects::strategy_service_server::{StrategyService, StrategyServiceServer};
use tonic::Request;

use super::facts::Calendar;
use super::row::Model;
use super::rules::{self, PATTERN};
use super::{store, summary, sweep};
use crate::measure::TERRITORY;
use crate::project::describe::PARTNER;
use crate::project::peers::Partners;
use crate::settings::Settings;

pub(crate) fn service(context: &Context, settings: &Settings) -> Result<StrategyServiceServer<Strategies>> {
    context.spawn(sweep::run(context.clone(), settings.clone()));
    let (desk, partners) = (Desk::new(context), Partners::new(context)?);
    Ok(StrategyServiceServer::new(Strategies { desk, partners, settings: settings.clone() }))
}

pub(crate) struct Strategies {
    desk: Desk<Model>,
    partners: Partners,
    settings: Settings,
}

#[tonic::async_trait]
impl StrategyService for Strategies {
    async fn create_strategy(&self, request: Request<pb::CreateStrategyRequest>) -> Reply<pb::Strategy> {
        let (call, request) = self.desk.open(request)?;
        name::id("parent", TERRITORY, &request.parent)?;
        let mut draft = request.strategy.unwrap_or_default();
        let field = "strategy.owner";
        if draft.owner.is_empty() {
            return Err(Error::required(field).into());
        }
        name::check_reference(field, PARTNER, &draft.owner)?;
        call.caller.must(call.caller.administers(&draft.owner), &draft.owner)?;
        draft.owner = self.partners.get(&call.caller, field, &draft.owner).await?.name;
        call.caller.must(call.caller.administers(&draft.owner), &draft.owner)?;
        let row = rules::create(&request.parent, &request.strategy_id, &draft, &call)?;
        let caller = Arc::clone(&call.caller);
        let drafted = self.desk.store.once(call, move |unit, call| {
            let row = row.clone();
            async move { store::draft(unit, call, row).await }.boxed()
        });
        self.answer(&caller, drafted.await?).await
    }

    async fn get_strategy(&self, request: Request<pb::GetStrategyRequest>) -> Reply<pb::Strategy> {
        let caller = Caller::of(&request);
        self.answer(&caller, self.desk.find(&caller, &request.get_ref().name).await?).await
    }

    async fn list_strategies(
        &self,
        request: Request<pb::ListStrategiesRequest>,
    ) -> Reply<pb::ListStrategiesResponse> {
        let caller = Caller::of(&request);
        let request = request.get_ref();
        let parent = name::parent_id("parent", TERRITORY, &request.parent)?.map(|_| request.parent.as_str());
        let agreed = self.settings.current(&caller).await?;
        sweep::catch_up(&self.desk.context, &agreed).await?;
        let page = self.desk.store.list(Ask::of(request, &caller), store::of(&caller, parent)).await?;
        let (calendar, now) = (Calendar::from(&*agreed), self.desk.context.clock.now());
        let page = page.map(|mut row| {
            rules::settle(&mut row, calendar, now);
            row.into()
        });
        reply(pb::ListStrategiesResponse { strategies: page.rows, next_page_token: page.next_page_token })
    }

    async fn update_strategy(&self, request: Request<pb::UpdateStrategyRequest>) -> Reply<pb::Strategy> {
        let (call, request) = self.desk.open(request)?;
        let patch = request.strategy.unwrap_or_default();
        let asked = patch.name.clone();
        name::check_reference("strategy.name", PATTERN, &asked)?;
        let caller = Arc::clone(&call.caller);
        let store = &self.desk.store;
        let changed = store.update(call, patch, request.update_mask, &asked, rules::owns, rules::update);
        self.answer(&caller, changed.await?).await
    }

    async fn open_consultation(&self, request: Request<pb::OpenConsultationRequest>) -> Reply<pb::Strategy> {
        let (call, request) = self.desk.open(request)?;
        let (calendar, public) = self.asked(&call.caller, &request.name).await?;
        let (asked, by) = (request.name.clone(), call.clone());
        self.change(call, &asked, move |row| {
            row.facts.public = Some(public);
            rules::settle(row, calendar, by.now);
            rules::consult(row, &request, &by)
        })
        .await
    }

    async fn revise_strategy(&self, request: Request<pb::ReviseStrategyRequest>) -> Reply<pb::Strategy> {
        let (call, request) = self.desk.open(request)?;
        let by = call.clone();
        self.change(call, &request.name, move |row| rules::revise(row, &by)).await
    }

    async fn adopt_strategy(&self, request: Request<pb::AdoptStrategyRequest>) -> Reply<pb::Strategy> {
        let (call, request) = self.desk.open(request)?;
        let (calendar, public) = self.asked(&call.caller, &request.name).await?;
        let caller = Arc::clone(&call.caller);
        let adopted = self.desk.store.once(call, move |unit, call| {
            let request = request.clone();
            async move { store::adopt(unit, call, &request, calendar, public).await }.boxed()
        });
        self.answer(&caller, adopted.await?).await
    }

    async fn summarize_strategies(
        &self,
        request: Request<pb::SummarizeStrategiesRequest>,
    ) -> Reply<pb::SummarizeStrategiesResponse> {
        let caller = Caller::of(&request);
        let territory = &request.get_ref().territory;
        if !territory.is_empty() {
            name::check_reference("territory", TERRITORY, territory)?;
        }
        let agreed = self.settings.current(&caller).await?;
        sweep::catch_up(&self.desk.context, &agreed).await?;
        reply(summary::of(&self.desk.context, &caller, territory, Calendar::from(&*agreed)).await?)
    }
}

impl Strategies {
    /// Where days begin, and whether the owner of a strategy is a public partner that takes part: who may not move it hears
    /// nothing of that.
    async fn asked(&self, caller: &Caller, asked: &str) -> Result<(Calendar, bool)> {
        name::check_reference("name", PATTERN, asked)?;
        let row = match self.desk.store.get(asked).await {
            Err(Error::NotFound { .. }) => return Err(caller.not_found(asked)),
            found => found?,
        };
        caller.must(rules::owns(caller, &row), asked)?;
        let owner = self.partners.get(caller, "owner", &row.owner).await?;
        let public = owner.sector() == Sector::Public && owner.state() == PartnerState::Active;
        Ok((Calendar::from(&*self.settings.current(caller).await?), public))
    }

    async fn change(
        &self,
        call: Call,
        asked: &str,
        rule: impl Fn(&mut Model) -> Result<()> + Send + Sync + Clone + 'static,
    ) -> Reply<pb::Strategy> {
        name::check_reference("name", PATTERN, asked)?;
        let caller = Arc::clone(&call.caller);
        self.answer(&caller, self.desk.store.change(call, asked, rule).await?).await
    }

    async fn answer(&self, caller: &Caller, mut row: Model) -> Reply<pb::Strategy> {
        let calendar = Calendar::from(&*self.settings.current(caller).await?);
        rules::settle(&mut row, calendar, self.desk.context.clock.now());
        self.desk.answer(caller, row)
    }
}
