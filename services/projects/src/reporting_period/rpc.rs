//! The conversation about reporting periods: who asks, what, may they, do it, answer.

use std::sync::Arc;

use chassis::auth::Caller;
use chassis::clock::Zone;
use chassis::error::Result;
use chassis::page::Ask;
use chassis::wire::reply;
use chassis::{Call, Context, Reply, Row as _, Store, name};
use proto::projects as pb;
use proto::projects::reporting_period::State;
use proto::projects::reporting_period_service_server::{
    ReportingPeriodService, ReportingPeriodServiceServer,
};
use tokio::sync::Notify;
use tonic::Request;

use super::row::Model;
use super::rules::{self, PATTERN};
use super::{store, sweep};
use crate::bulk;
use crate::settings::Settings;

pub(crate) fn service(
    context: &Context,
    settings: &Settings,
) -> ReportingPeriodServiceServer<ReportingPeriods> {
    let moved = Arc::new(Notify::new());
    context.spawn(sweep::run(context.clone(), settings.clone(), Arc::clone(&moved)));
    let (store, context, settings) = (Store::new(context), context.clone(), settings.clone());
    ReportingPeriodServiceServer::new(ReportingPeriods { store, context, settings, moved })
}

pub(crate) struct ReportingPeriods {
    store: Store<Model>,
    context: Context,
    settings: Settings,
    moved: Arc<Notify>,
}

#[tonic::async_trait]
impl ReportingPeriodService for ReportingPeriods {
    async fn create_reporting_period(
        &self,
        request: Request<pb::CreateReportingPeriodRequest>,
    ) -> Reply<pb::ReportingPeriod> {
        let call = Call::of(&request, &self.context.clock)?;
        let request = request.into_inner();
        let zone = self.zone(&call.caller).await?;
        let draft = request.reporting_period.unwrap_or_default();
        let period = rules::create(&request.reporting_period_id, &draft, zone, &call)?;
        let caller = Arc::clone(&call.caller);
        self.answer(&caller, self.store.create(call, period).await?, zone)
    }

    async fn get_reporting_period(
        &self,
        request: Request<pb::GetReportingPeriodRequest>,
    ) -> Reply<pb::ReportingPeriod> {
        let caller = Caller::of(&request);
        let asked = &request.get_ref().name;
        name::id("name", PATTERN, asked)?;
        let zone = self.zone(&caller).await?;
        self.answer(&caller, self.store.get(asked).await?, zone)
    }

    async fn list_reporting_periods(
        &self,
        request: Request<pb::ListReportingPeriodsRequest>,
    ) -> Reply<pb::ListReportingPeriodsResponse> {
        let caller = Caller::of(&request);
        let page = self.store.list(Ask::of(request.get_ref(), &caller), store::visible()).await?;
        let (zone, now) = (self.zone(&caller).await?, self.context.clock.now());
        let page = page.map(|mut period| {
            rules::settle(&mut period, zone, now);
            period.into()
        });
        let (reporting_periods, next_page_token) = (page.rows, page.next_page_token);
        reply(pb::ListReportingPeriodsResponse { reporting_periods, next_page_token })
    }

    async fn update_reporting_period(
        &self,
        request: Request<pb::UpdateReportingPeriodRequest>,
    ) -> Reply<pb::ReportingPeriod> {
        let call = Call::of(&request, &self.context.clock)?;
        let request = request.into_inner();
        let patch = request.reporting_period.unwrap_or_default();
        let asked = patch.name.clone();
        name::id("reporting_period.name", PATTERN, &asked)?;
        let zone = self.zone(&call.caller).await?;
        let caller = Arc::clone(&call.caller);
        let rule = move |period: &mut Model, draft: &_, call: &Call| rules::update(period, draft, zone, call);
        let changed = self.store.update(call, patch, request.update_mask, &asked, rules::may_plan, rule);
        self.answer(&caller, changed.await?, zone)
    }

    async fn open_reporting_period(
        &self,
        request: Request<pb::OpenReportingPeriodRequest>,
    ) -> Reply<pb::ReportingPeriod> {
        let call = Call::of(&request, &self.context.clock)?;
        self.verb("OpenReportingPeriod", call, &request.get_ref().name).await
    }

    async fn close_reporting_period(
        &self,
        request: Request<pb::CloseReportingPeriodRequest>,
    ) -> Reply<pb::ReportingPeriod> {
        let call = Call::of(&request, &self.context.clock)?;
        self.verb("CloseReportingPeriod", call, &request.get_ref().name).await
    }

    async fn open_reporting_periods(
        &self,
        request: Request<pb::OpenReportingPeriodsRequest>,
    ) -> Reply<pb::OpenReportingPeriodsResponse> {
        let call = Call::of(&request, &self.context.clock)?;
        reply(self.each("OpenReportingPeriod", State::Scheduled, call, &request.get_ref().filter).await?)
    }

    async fn close_reporting_periods(
        &self,
        request: Request<pb::CloseReportingPeriodsRequest>,
    ) -> Reply<pb::CloseReportingPeriodsResponse> {
        let call = Call::of(&request, &self.context.clock)?;
        reply(self.each("CloseReportingPeriod", State::Open, call, &request.get_ref().filter).await?)
    }

    async fn reopen_reporting_period(
        &self,
        request: Request<pb::ReopenReportingPeriodRequest>,
    ) -> Reply<pb::ReportingPeriod> {
        let call = Call::of(&request, &self.context.clock)?;
        let (asked, lock) = (&request.get_ref().name, request.get_ref().lock_date);
        self.change(call, asked, move |period, zone, by| rules::reopen(period, lock.as_ref(), zone, by)).await
    }
}

impl ReportingPeriods {
    async fn zone(&self, caller: &Caller) -> Result<Zone> {
        Ok(self.settings.current(caller).await?.zone)
    }

    async fn verb(&self, method: &'static str, call: Call, asked: &str) -> Reply<pb::ReportingPeriod> {
        self.change(call, asked, move |period, zone, by| rules::take(method, period, zone, by)).await
    }

    /// The same verb for all that a filter takes of those that stand there today.
    async fn each<A: bulk::Answer>(
        &self,
        method: &'static str,
        from: State,
        call: Call,
        filter: &str,
    ) -> Result<A> {
        let condition = bulk::condition(filter, Model::FIELDS, "reporting_period")?;
        let zone = self.zone(&call.caller).await?;
        let (database, now) = (self.store.database(), call.now);
        let found = store::standing(database.reader(), condition, move |period| {
            rules::state(period, zone, now) == from
        });
        let answer = bulk::each(database, call, found, |call, name| async move {
            let by = call.clone();
            let rule = move |period: &mut Model| rules::take(method, period, zone, &by);
            self.store.change(call, &name, rule).await.map(drop)
        });
        let answer = answer.await?;
        self.moved.notify_one();
        Ok(answer)
    }

    async fn change(
        &self,
        call: Call,
        asked: &str,
        rule: impl Fn(&mut Model, Zone, &Call) -> Result<()> + Send + Sync + Clone + 'static,
    ) -> Reply<pb::ReportingPeriod> {
        name::id("name", PATTERN, asked)?;
        let zone = self.zone(&call.caller).await?;
        let (caller, by) = (Arc::clone(&call.caller), call.clone());
        let changed = self.store.change(call, asked, move |period| rule(period, zone, &by)).await?;
        self.moved.notify_one();
        self.answer(&caller, changed, zone)
    }

    fn answer(&self, caller: &Caller, mut period: Model, zone: Zone) -> Reply<pb::ReportingPeriod> {
        let now = self.context.clock.now();
        rules::settle(&mut period, zone, now);
        let allowed_actions = rules::LIFECYCLE.explain(&period, caller, now);
        reply(pb::ReportingPeriod { allowed_actions, ..period.into() })
    }
}
