//! How the partnerships of the network stand: counted in a fixed number of statements for each thousand of them.

use std::collections::BTreeMap;

use chassis::Context;
use chassis::auth::Caller;
use chassis::column::{Coded, Day, Packed};
use chassis::error::{Result, Violations};
use chassis::value;
use proto::common::Money;
use proto::partners as pb;
use proto::partners::commitment::{Nature, State as Commitment};
use proto::partners::partnership::{Stage, State};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{Condition, DatabaseConnection, FromQueryResult, QueryOrder as _, QuerySelect as _};

use super::describe::{PARTNER, RECOMMENDATION};
use super::row::{COLUMN, Column, Entity, Model};
use super::store;
use crate::commitment::totals::{Line, Totals};
use crate::partner::fields::TERRITORY;
use crate::{agreement, commitment, network_settings};

/// Partnerships without an agreement, and agreements that end soon, that are named, at most.
const MOST_NAMED: usize = 1000;
/// Partnerships, and commitments, that are looked at together.
const PAGE: u64 = 1000;

/// Says how partnerships stand, as far as the caller sees them.
///
/// # Errors
/// `INVALID_ARGUMENT` on a name that is none; `FAILED_PRECONDITION` when a sum cannot be told.
pub(crate) async fn summarize(
    context: &Context,
    caller: &Caller,
    request: &pb::SummarizePartnershipsRequest,
) -> Result<pb::SummarizePartnershipsResponse> {
    let mut wrong = Violations::default();
    wrong.reference("territory", TERRITORY, &request.territory)?;
    wrong.reference("partner", PARTNER, &request.partner)?;
    wrong.reference("recommendation", RECOMMENDATION, &request.recommendation)?;
    wrong.finish()?;
    let db = context.database.reader();
    let counted = counted(caller, request);
    let states = states(db, &counted).await?;
    let mut stages: BTreeMap<i32, i32> = BTreeMap::new();
    for (state, stage) in
        [(State::Forming, Stage::ScopingBuilding), (State::Closed, Stage::SustainingOutcomes)]
    {
        let count = states.iter().find(|(other, _)| *other == state).map_or(0, |(_, count)| *count);
        *stages.entry(stage.into()).or_default() += count;
    }
    let mut response = pb::SummarizePartnershipsResponse {
        states: states
            .iter()
            .map(|(state, count)| pb::PartnershipStateCount { state: (*state).into(), count: *count })
            .collect(),
        ..Default::default()
    };
    let (mut at_work, mut tripartite) = (0_i32, 0_i32);
    let mut after = String::new();
    loop {
        let page = active(context, &counted, &after).await?;
        let Some(last) = page.last() else { break };
        after.clone_from(&last.name);
        for partnership in &page {
            at_work += 1;
            tripartite += i32::from(partnership.tripartite());
            *stages.entry(partnership.stage().into()).or_default() += 1;
            if partnership.agreement_gap() {
                response.agreement_gap_count += 1;
                if response.agreement_gaps.len() < MOST_NAMED {
                    response.agreement_gaps.push(partnership.name.clone());
                }
            }
        }
    }
    response.stages = stages
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(stage, count)| pb::PartnershipStageCount { stage, count })
        .collect();
    response.tripartite = Some(value::ratio_value(tripartite.into(), at_work.into()));
    let agreed = network_settings::store::agreed(db).await?;
    if let Some(today) = network_settings::store::day(&agreed, context.clock.now()) {
        let farthest = agreed.agreement_reminder_days.iter().copied().max().unwrap_or_default();
        let ending = agreement::store::ending(context, caller, names(&counted), (today, farthest)).await?;
        let ending: Vec<_> = ending.into_iter().filter_map(|row| expiring(caller, row, today)).collect();
        response.agreement_expiries = expiries(&ending, agreed.agreement_reminder_days);
        response.expiring_agreements = ending.into_iter().take(MOST_NAMED).collect();
    }
    let totals = totals(db, caller, request, &counted).await?;
    response.cash = totals.cash()?;
    response.in_kind = totals.in_kind();
    response.mean_delivery_rate = totals.mean_rate();
    response.rated_commitments = totals.rated();
    Ok(response)
}

/// The partnerships that a caller sees and a request asks for.
fn counted(caller: &Caller, request: &pb::SummarizePartnershipsRequest) -> Condition {
    let mut counted = Condition::all().add(store::visible(caller));
    // Between its quotes a name occurs in such a column exactly when it is one of the texts; no name has a quote or a wildcard.
    let lists = |name: &str| format!("%\"{name}\"%");
    if !request.territory.is_empty() {
        counted = counted.add(COLUMN.territories.like(lists(&request.territory)));
    }
    if !request.recommendation.is_empty() {
        counted = counted.add(COLUMN.recommendations.like(lists(&request.recommendation)));
    }
    if !request.partner.is_empty() {
        let takes_part = store::of_members(std::iter::once(request.partner.as_str()));
        counted = counted.add(COLUMN.name.in_subquery(takes_part));
    }
    counted
}

/// The names of those that are counted.
fn names(counted: &Condition) -> SelectStatement {
    Query::select().column(("partnership", "name")).from("partnership").cond_where(counted.clone()).to_owned()
}

/// What is told of an agreement that ends soon; one that is not in force any more ends no more.
fn expiring(caller: &Caller, row: agreement::row::Model, today: Day) -> Option<pb::ExpiringAgreement> {
    let (days_to_expiry, end) = (row.days_left(today)?, row.end()?);
    Some(pb::ExpiringAgreement {
        successor: agreement::parts::successor_for(caller, &row).to_owned(),
        renews_itself: row.renews_itself(),
        partnership_title: row.within.and_then(|partnership| partnership.title.clone().set()),
        agreement: row.name,
        end_date: Some(end.to_date()),
        days_to_expiry,
    })
}

/// How many of these end within each of some numbers of days, the farthest first.
fn expiries(ending: &[pb::ExpiringAgreement], mut days: Vec<i32>) -> Vec<pb::AgreementExpiry> {
    days.sort_unstable_by(|one, other| other.cmp(one));
    let count = |within_days| {
        let soon = ending.iter().filter(|agreement| agreement.days_to_expiry <= within_days);
        pb::AgreementExpiry { within_days, count: number(soon.count()) }
    };
    days.into_iter().map(count).collect()
}

/// A count as the contract tells it.
fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// How many partnerships there are in each state.
async fn states(db: &DatabaseConnection, counted: &Condition) -> Result<Vec<(State, i32)>> {
    let states: Vec<(Coded<State>, i64)> = Entity::find()
        .select_only()
        .column(Column::State)
        .column_as(Column::Name.count(), "count")
        .filter(counted.clone())
        .group_by(Column::State)
        .into_tuple()
        .all(db)
        .await?;
    let number = |count: i64| number(usize::try_from(count).unwrap_or(usize::MAX));
    let mut states: Vec<_> = states.into_iter().map(|(state, count)| (state.get(), number(count))).collect();
    states.sort_by_key(|(state, _)| i32::from(*state));
    Ok(states)
}

/// The next of those at work, with what others say of them.
async fn active(context: &Context, counted: &Condition, after: &str) -> Result<Vec<Model>> {
    let db = context.database.reader();
    let found = Entity::find()
        .filter(counted.clone())
        .filter(COLUMN.state.eq(Coded::from(State::Active)))
        .filter(COLUMN.name.gt(after))
        .order_by_asc(Column::Name)
        .limit(PAGE)
        .all(db)
        .await?;
    Ok(chassis::store::informed(found, db.into(), context.clock.now()).await?)
}

/// The columns of a commitment that totals need.
#[derive(Debug, FromQueryResult)]
struct Counted {
    name: String,
    state: Coded<Commitment>,
    resource_type: String,
    nature: Coded<Nature>,
    unit: String,
    currency: String,
    pledged: String,
    recorded: String,
    confirmed: String,
    waived: String,
    estimate: Packed<Money>,
}

/// What was promised and what has come, of the partnerships counted.
async fn totals(
    db: &DatabaseConnection,
    caller: &Caller,
    request: &pb::SummarizePartnershipsRequest,
    counted: &Condition,
) -> Result<Totals> {
    use commitment::row::{COLUMN, Column, Entity};
    let mut seen = Condition::all()
        .add(commitment::store::visible(caller, None))
        .add(COLUMN.partnership.in_subquery(names(counted)));
    if !request.partner.is_empty() {
        seen = seen.add(COLUMN.partner.eq(request.partner.as_str()));
    }
    let mut totals = Totals::default();
    let mut after = String::new();
    loop {
        let found: Vec<Counted> = Entity::find()
            .select_only()
            .columns([
                Column::Name,
                Column::State,
                Column::ResourceType,
                Column::Nature,
                Column::Unit,
                Column::Currency,
                Column::Pledged,
                Column::Recorded,
                Column::Confirmed,
                Column::Waived,
                Column::Estimate,
            ])
            .filter(seen.clone())
            .filter(COLUMN.name.gt(after.as_str()))
            .order_by_asc(Column::Name)
            .limit(PAGE)
            .into_model()
            .all(db)
            .await?;
        let Some(last) = found.last() else { return Ok(totals) };
        after.clone_from(&last.name);
        for line in found {
            let is_cash = line.nature == Nature::Cash;
            totals.add(&Line {
                state: line.state.get(),
                resource_type: line.resource_type,
                nature: line.nature.get(),
                measure: if is_cash { line.currency } else { line.unit },
                pledged: line.pledged,
                recorded: line.recorded,
                confirmed: line.confirmed,
                waived: line.waived,
                estimate: line.estimate.set(),
            })?;
        }
    }
}
