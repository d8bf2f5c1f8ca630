//! The keys that page and resume tokens are sealed with: made on first start, shared by replicas through the database.

#![expect(unreachable_pub, reason = "what the derive of an entity makes is public")]

use futures::FutureExt as _;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder as _, Set};

use crate::clock::Clock;
use crate::column::Micros;
use crate::database::{Database, Outcome};
use crate::error::{Error, Result};
use crate::page::{Key, TokenKeys};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "token_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub secret: Vec<u8>,
    pub create_time: Micros,
}

impl ActiveModelBehavior for ActiveModel {}

/// The newest key signs; older ones are still believed.
pub(crate) async fn load(database: &Database, clock: &Clock) -> Result<TokenKeys> {
    let now = clock.now();
    let rows = database
        .write("", move |unit| {
            async move {
                let known = Entity::find()
                    .order_by_desc(COLUMN.create_time)
                    .order_by_desc(COLUMN.id)
                    .all(unit.txn)
                    .await?;
                if !known.is_empty() {
                    return Ok(Outcome::Discard(known));
                }
                let mut secret = vec![0; 32];
                aws_lc_rs::rand::fill(&mut secret).map_err(|_| Error::internal("no randomness"))?;
                let key = Model { id: Uuid::now_v7().simple().to_string(), secret, create_time: now };
                let row = ActiveModel {
                    id: Set(key.id.clone()),
                    secret: Set(key.secret.clone()),
                    create_time: Set(now),
                };
                Entity::insert(row).exec_without_returning(unit.txn).await?;
                Ok(Outcome::Keep(vec![key]))
            }
            .boxed()
        })
        .await?;
    let mut keys = rows.into_iter().map(|row| Key::new(row.id, &row.secret));
    let current = keys.next().ok_or_else(|| Error::internal("no token key"))?;
    Ok(TokenKeys::new(current, keys.collect()))
}
