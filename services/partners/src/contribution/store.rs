//! Contributions on disk: handed in while their group is open, and seen by those they are for.

use chassis::Call;
use chassis::auth::Caller;
use chassis::column::Coded;
use chassis::database::Unit;
use chassis::error::Result;
use proto::partners::partner::State as PartnerState;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait};

use super::row::{COLUMN, Model};
use super::rules;
use crate::{recommendation, working_group};

/// The contributions that a list shows: of one working group or of all, those that the caller may see.
pub(crate) async fn visible(
    db: &impl ConnectionTrait,
    group: Option<&str>,
    caller: &Caller,
) -> Result<Condition> {
    let mut shown = Condition::all();
    if let Some(group) = group {
        shown = shown.add(COLUMN.working_group.eq(group));
    }
    if caller.oversees() {
        return Ok(shown);
    }
    let led = working_group::store::led_by(db, caller).await?;
    let own = caller.partners.keys().map(String::as_str);
    let any = Condition::any()
        .add(COLUMN.state.is_in(rules::PUBLIC.iter().map(|state| Coded::from(*state))))
        .add(COLUMN.partner.is_in(own))
        .add(COLUMN.working_group.is_in(led));
    Ok(shown.add(any))
}

/// Writes a new contribution, if its group is open now: closing it and this take turns (PAR-24).
pub(crate) async fn submit(unit: &mut Unit<'_>, call: &Call, contribution: Model) -> Result<(Model, bool)> {
    let group = working_group::store::get(unit, "parent", &contribution.working_group).await?;
    let named = [("contribution.partner".to_owned(), contribution.partner.as_str())];
    working_group::store::take_part(unit.txn, &named, &[PartnerState::Active]).await?;
    working_group::rules::takes_contributions(&group, &contribution.partner)?;
    Ok((chassis::store::insert(unit, call, &contribution).await?, true))
}

/// Refuses recommendations, newly named, that nobody has put before the network.
pub(crate) async fn follow(contribution: &Model, before: Option<&Model>, unit: &Unit<'_>) -> Result<()> {
    let new = contribution
        .recommendations
        .iter()
        .enumerate()
        .filter(|(_, name)| before.is_none_or(|before| !before.recommendations.contains(name)));
    let named = new.map(|(index, name)| (format!("contribution.recommendations[{index}]"), name.as_str()));
    recommendation::store::must_be_public(unit.txn, &named.collect::<Vec<_>>()).await
}

/// Tells contributions who leads their group.
pub(crate) async fn inform(contributions: &mut [Model], db: &impl ConnectionTrait) -> Result<(), DbErr> {
    let groups = contributions.iter().map(|contribution| contribution.working_group.as_str());
    let leads = working_group::store::leads(db, groups).await?;
    for contribution in contributions {
        contribution.leads = leads.get(&contribution.working_group).cloned().unwrap_or_default();
    }
    Ok(())
}
