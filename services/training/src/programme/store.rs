//! Programmes on disk: which of them are seen, and what was published of them.

use chassis::auth::Caller;
use chassis::column::{Coded, Packed};
use chassis::database::Unit;
use chassis::error::Result;
use chassis::filter::holds;
use proto::training as pb;
use proto::training::programme::State;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, IntoActiveModel as _};

use super::revision;
use super::row::{COLUMN, Column, Model};

/// The programmes that a list shows: those that were published, and the drafts of the caller's partners.
pub(crate) fn visible(caller: &Caller) -> Condition {
    if caller.oversees() {
        return Condition::all();
    }
    let public = Condition::any().add(COLUMN.state.ne(Coded::from(State::Draft)));
    let own = |partner: &String| holds(Expr::col(Column::Providers), partner);
    caller.partners.keys().map(own).fold(public, Condition::add)
}

/// The revisions of one programme, or of all.
pub(crate) fn revisions(programme: Option<&str>) -> Condition {
    Condition::all().add_option(programme.map(|programme| revision::COLUMN.programme.eq(programme)))
}

/// Keeps what is published, whenever it is published anew (TRN-2): its line in the change table is the programme's own.
pub(crate) async fn follow(programme: &Model, before: Option<&Model>, unit: &mut Unit<'_>) -> Result<()> {
    let number = programme.published_number;
    if number == before.map_or(0, |before| before.published_number) {
        return Ok(());
    }
    let (_, uid) = chassis::name::new_id('r');
    let kept = revision::Model {
        name: revision::name(&programme.name, number),
        uid: uid.to_string(),
        revision: 1,
        create_time: unit.now,
        update_time: unit.now,
        programme: programme.name.clone(),
        number,
        content: Packed(pb::Programme::from(programme.clone())),
    };
    revision::Entity::insert(kept.into_active_model()).exec_without_returning(unit.txn).await?;
    Ok(())
}
