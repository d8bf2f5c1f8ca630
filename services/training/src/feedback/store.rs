//! Answers on disk, and, apart from them, which tokens were used.

use std::collections::HashMap;

use chassis::database::{Database, Outcome, Unit};
use chassis::error::{Error, Result};
use chassis::say;
use chassis::seal::Seals;
use futures::FutureExt as _;
use proto::training as pb;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{Condition, ConnectionTrait, ExprTrait as _, IntoActiveModel as _};

use super::rules::{self, Counts, Secret};
use crate::session;

/// What the tokens of a session are made with, sealed; gone when it is closed.
mod secret {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "feedback_secret")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub session: String,
        pub sealed: Vec<u8>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Which tokens were used; gone when the session is closed.
mod used {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "feedback_used")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub session: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub mark: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// How often each answer was given; all rows of a session are made before the first.
mod count {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "feedback_count")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub session: String,
        /// From 0.
        #[sea_orm(primary_key, auto_increment = false)]
        pub item: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub score: i32,
        pub people: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What a secret is sealed as.
fn about(session: &str) -> String {
    format!("{session} feedback")
}

async fn kept(db: &impl ConnectionTrait, seals: &Seals, session: &str) -> Result<Option<Secret>> {
    let found = secret::Entity::find_by_id(session).one(db).await?;
    found.map(|row| Ok(Secret::new(&seals.unseal(&about(session), &row.sealed)?))).transpose()
}

/// What the tokens of a session are made with; made when there is none yet, with a row for each answer that may come.
///
/// # Errors
/// `FAILED_PRECONDITION` when nobody is asked any more.
pub(crate) async fn secret(database: &Database, seals: &Seals, session: &str) -> Result<Secret> {
    if let Some(secret) = kept(database.reader(), seals, session).await? {
        return Ok(secret);
    }
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Error::internal("no randomness"))?;
    let sealed = seals.seal(&about(session), &bytes)?;
    let (own, session) = (seals.clone(), session.to_owned());
    let work = database.write("training", move |unit| {
        let (seals, session, sealed) = (own.clone(), session.clone(), sealed.clone());
        async move {
            asked(unit, &session).await?;
            if kept(unit.txn, &seals, &session).await?.is_some() {
                return Ok(Outcome::Discard(session));
            }
            let row = secret::Model { session: session.clone(), sealed };
            secret::Entity::insert(row.into_active_model()).exec_without_returning(unit.txn).await?;
            let rows = (0..5).flat_map(|item| (1..=5).map(move |score| (item, score)));
            let row = |(item, score)| count::Model { session: session.clone(), item, score, people: 0 };
            let rows: Vec<_> = rows.map(|at| row(at).into_active_model()).collect();
            count::Entity::insert_many(rows).exec_without_returning(unit.txn).await?;
            Ok(Outcome::Keep(session))
        }
        .boxed()
    });
    let session = work.await?;
    let secret = kept(database.reader(), seals, &session).await?;
    secret.ok_or_else(|| Error::internal(format!("{session}: the secret of its questionnaire was lost")))
}

/// The session, while people are asked what they think of it.
async fn asked(unit: &Unit<'_>, name: &str) -> Result<session::row::Model> {
    let found: Option<session::row::Model> = chassis::store::find(unit, name).await?;
    let session = found.ok_or_else(|| Error::not_found(name))?;
    rules::takes_feedback(&session)?;
    Ok(session)
}

/// Counts what someone thought, once for each token.
///
/// # Errors
/// `FAILED_PRECONDITION` when nobody is asked any more; `INVALID_ARGUMENT` on `token` when it is none of the session's.
pub(crate) async fn submit(
    unit: &mut Unit<'_>,
    seals: &Seals,
    said: &pb::SubmitSessionFeedbackRequest,
    answers: [i32; 5],
) -> Result<bool> {
    let session = asked(unit, &said.name).await?.name;
    let secret = kept(unit.txn, seals, &session).await?;
    let mark = secret.and_then(|secret| secret.mark(&said.token)).ok_or_else(|| {
        let why = say!(
            "no token of this session: copy it as it was given, XXXX-XXXX-XXXX-XXXX-XXXX",
            "ce n'est pas un jeton de cette session : recopiez-le tel qu'il a été donné, XXXX-XXXX-XXXX-XXXX-XXXX"
        );
        Error::invalid("token", why)
    })?;
    let row = used::Model { session: session.clone(), mark };
    let once = OnConflict::columns([used::Column::Session, used::Column::Mark]).do_nothing().to_owned();
    let new = used::Entity::insert(row.into_active_model()).on_conflict(once);
    if new.exec_without_returning(unit.txn).await? == 0 {
        return Ok(false);
    }
    let given = answers.into_iter().zip(0..).fold(Condition::any(), |any, (score, item)| {
        any.add(Condition::all().add(count::COLUMN.item.eq(item)).add(count::COLUMN.score.eq(score)))
    });
    count::Entity::update_many()
        .col_expr(count::Column::People, Expr::col(count::Column::People).add(1))
        .filter(count::COLUMN.session.eq(session))
        .filter(given)
        .exec(unit.txn)
        .await?;
    Ok(true)
}

/// Forgets which tokens of a session were used, and what they were made with: nobody answers any more.
pub(crate) async fn close(unit: &mut Unit<'_>, session: &str) -> Result<()> {
    secret::Entity::delete_by_id(session).exec(unit.txn).await?;
    used::Entity::delete_many().filter(used::COLUMN.session.eq(session)).exec(unit.txn).await?;
    Ok(())
}

/// How often each answer was given, by the names of sessions.
pub(crate) async fn counts(
    db: &impl ConnectionTrait,
    sessions: &[String],
) -> Result<HashMap<String, Counts>, DbErr> {
    let mut found: HashMap<String, Counts> = HashMap::new();
    for some in sessions.chunks(1000) {
        let these = count::COLUMN.session.is_in(some.iter().map(String::as_str));
        for row in count::Entity::find().filter(these).all(db).await? {
            let at = usize::try_from(row.item).ok().zip(usize::try_from(row.score - 1).ok());
            let counts = found.entry(row.session).or_default();
            let cell = at.and_then(|(item, score)| counts.get_mut(item)?.get_mut(score));
            if let Some(cell) = cell {
                *cell = i64::from(row.people);
            }
        }
    }
    Ok(found)
}
