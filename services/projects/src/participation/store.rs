//! Participations on disk: said once, and made needs of.

use std::collections::HashMap;

use chassis::auth::Caller;
use chassis::column::{Coded, Micros};
use chassis::database::Unit;
use chassis::error::{Error, Result};
use chassis::seal::Seals;
use chassis::{Call, say};
use proto::projects as pb;
use proto::projects::need::State as NeedState;
use proto::projects::participation::State;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{Condition, ConnectionTrait, ExprTrait as _, IntoActiveModel as _};

use super::challenge::Challenge;
use super::describe::Voice;
use super::row::{COLUMN, Column, Entity, Model};
use super::rules::{self, Calendar};
use super::{contact, subject};
use crate::{need, territory};

/// The challenges that were used, until they expire.
mod used {
    use chassis::column::Micros;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "used_challenge")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub expire_time: Micros,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The participations that a list shows: those that were moderated, and of the others those that the caller moderates, recorded
/// or said for a partner.
pub(crate) fn visible(caller: &Caller) -> Condition {
    if caller.oversees() {
        return Condition::all();
    }
    let own = || caller.partners.keys().map(String::as_str);
    Condition::any()
        .add(COLUMN.state.ne(Coded::from(State::Pending)))
        .add(COLUMN.subject_owner.is_in(own()))
        .add(COLUMN.recorded_by.is_in(own()))
        .add(COLUMN.partner.is_in(own()))
}

/// Writes what someone says: of a subject that hears it (PRJ-33), each voice once (PRJ-32), each challenge once.
pub(super) async fn say(
    unit: &mut Unit<'_>,
    call: &Call,
    mut row: Model,
    voice: Option<&Voice>,
    challenge: Option<&Challenge>,
    calendar: Calendar,
    seals: &Seals,
) -> Result<(Model, bool)> {
    if let Some(challenge) = challenge {
        challenge.still_works(unit.now)?;
        spend(unit, challenge).await?;
    }
    let subject = subject::find(unit, &call.caller, &row.subject, calendar.zone).await?;
    if !row.territory.is_empty()
        && chassis::store::find::<territory::row::Model>(unit, &row.territory).await?.is_none()
    {
        return Err(Error::invalid(
            "participation.territory",
            say!("there is no such territory", "ce territoire n'existe pas"),
        ));
    }
    rules::belongs(&mut row, &subject);
    if let Some(voice) = voice {
        row.confirmed = voice.is_confirmed();
        contact::speak(unit, seals, &row.subject, voice, &row.name).await?;
    }
    Ok((chassis::store::insert(unit, call, &row).await?, true))
}

/// A challenge works once, whichever replica it is brought to.
async fn spend(unit: &Unit<'_>, challenge: &Challenge) -> Result<()> {
    let row = used::Model { id: challenge.id(), expire_time: challenge.expires() };
    let once = OnConflict::column(used::Column::Id).do_nothing().to_owned();
    let new = used::Entity::insert(row.into_active_model()).on_conflict(once);
    if new.exec_without_returning(unit.txn).await? == 0 {
        return Err(Error::refused(
            "CHALLENGE_USED",
            say!(
                "this challenge was used: ask for another, see GetParticipationChallenge",
                "ce calcul a déjà servi : redemandez-en un, voir GetParticipationChallenge"
            ),
        ));
    }
    Ok(())
}

/// Forgets the challenges that have expired: they work no more.
pub(super) async fn forget_challenges(unit: &Unit<'_>, before: Micros) -> Result<()> {
    used::Entity::delete_many().filter(used::COLUMN.expire_time.lt(before)).exec(unit.txn).await?;
    Ok(())
}

/// Forgets the words and the pseudonyms of what was rejected or hidden before that instant.
pub(super) async fn forget_words(unit: &Unit<'_>, before: Micros) -> Result<()> {
    let unpublished = [State::Rejected, State::Hidden].map(Coded::from);
    Entity::update_many()
        .col_expr(Column::Body, Expr::value(""))
        .col_expr(Column::Pseudonym, Expr::value(""))
        .filter(COLUMN.state.is_in(unpublished))
        .filter(COLUMN.state_time.lt(before))
        .filter(Condition::any().add(COLUMN.body.ne("")).add(COLUMN.pseudonym.ne("")))
        .exec(unit.txn)
        .await?;
    Ok(())
}

/// Makes a need of it, both in one transaction.
pub(super) async fn convert(
    unit: &mut Unit<'_>,
    call: &Call,
    request: &pb::ConvertParticipationRequest,
) -> Result<(Model, bool)> {
    let name = &request.name;
    let row: Model = chassis::store::find(unit, name).await?.ok_or_else(|| call.caller.not_found(name))?;
    // Who may not, or comes too late, is told before anything is said of the need.
    rules::convert(&mut row.clone(), "", call)?;
    let (territory, draft) = rules::need(&row, request)?;
    let need = need::rules::create(&territory, &request.need_id, &draft, call).map_err(as_asked)?;
    let made = need.name.clone();
    // The etag that was sent is of the participation.
    let own = Call { etag: String::new(), ..call.clone() };
    need::store::propose(unit, &own, need).await?;
    chassis::store::apply(unit, call, row, |row| rules::convert(row, &made, call)).await
}

/// The fields of the need are those of the request.
fn as_asked(error: Error) -> Error {
    match error {
        Error::Invalid { reason, mut fields } => {
            for wrong in &mut fields {
                if let Some(field) = wrong.field.strip_prefix("need.") {
                    wrong.field = field.to_owned();
                }
            }
            Error::Invalid { reason, fields }
        }
        other => other,
    }
}

/// Tells participations what became of the needs that were made of them.
pub(crate) async fn inform(rows: &mut [Model], db: &impl ConnectionTrait) -> Result<(), DbErr> {
    let needs: Vec<&str> = rows.iter().map(|row| row.need.as_str()).filter(|need| !need.is_empty()).collect();
    let mut states: HashMap<String, NeedState> = HashMap::new();
    for chunk in needs.chunks(1000) {
        let select = Query::select()
            .columns(["name", "state"])
            .from("need")
            .and_where(Expr::col("name").is_in(chunk.iter().copied()))
            .to_owned();
        for row in db.query_all(&select).await? {
            states.insert(row.try_get("", "name")?, row.try_get::<Coded<NeedState>>("", "state")?.get());
        }
    }
    for row in rows {
        row.need_state = states.get(&row.need).copied();
    }
    Ok(())
}

/// What is said of the needs of a territory is its new authority's to answer too.
pub(crate) async fn follow_authority(unit: &Unit<'_>, territory: &str, authority: &str) -> Result<()> {
    let needs = Query::select()
        .column("name")
        .from("need")
        .and_where(Expr::col("territory").eq(territory))
        .to_owned();
    let follow = Query::update()
        .table("participation")
        .value("subject_owner", authority)
        .and_where(Expr::col("subject").in_subquery(needs))
        .to_owned();
    unit.txn.execute(&follow).await?;
    Ok(())
}
