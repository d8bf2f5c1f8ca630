//! The keys that page and resume tokens are sealed with: made on first start, renewed every month, shared by replicas
//! through the database.
//!
//! A new key is believed by everyone before anyone seals with it, and one that was replaced is believed until the next
//! is: a token survives one rotation, and never two.

#![expect(unreachable_pub, reason = "what the derive of an entity makes is public")]

use std::time::Duration;

use futures::FutureExt as _;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{QueryOrder as _, Set};

use crate::clock::Clock;
use crate::column::Micros;
use crate::database::{Database, Outcome, Unit};
use crate::error::{Error, Result};
use crate::page::{Key, TokenKeys};
use crate::serve::Context;

/// Beyond this age a key is replaced; much longer than any token lives.
const PERIOD: i64 = 30 * 24 * 60 * 60 * 1_000_000;
/// A key is known for so long before it seals: every replica has [looked](LOOK) by then.
const AHEAD: i64 = 60 * 60 * 1_000_000;
/// How often a process looks for keys that others made.
const LOOK: Duration = Duration::from_secs(10 * 60);
/// The id of a network's first key; each that follows is named after the instant at which it was due, so that replicas
/// which make it at once make one.
const FIRST: &str = "first";

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

/// The keys as they are now, once those that are due have been replaced.
pub(crate) async fn load(database: &Database, clock: &Clock) -> Result<TokenKeys> {
    let (current, others) = renewed(database, clock).await?;
    Ok(TokenKeys::new(current, others))
}

/// Replaces keys that are due, and learns of those that other processes made.
pub(crate) async fn look_after(context: Context) {
    let mut tick = tokio::time::interval(LOOK);
    loop {
        tick.tick().await;
        match renewed(&context.database, &context.clock).await {
            Ok((current, others)) => context.token_keys.replace(current, others),
            Err(error) => tracing::warn!(%error, "the keys of tokens could not be looked after"),
        }
    }
}

async fn renewed(database: &Database, clock: &Clock) -> Result<(Key, Vec<Key>)> {
    let now = clock.now();
    let rows = database.write("", move |unit| renew(unit, now).boxed()).await?;
    let believed = believed(&rows, now);
    let key = |row: &Model| Key::new(row.id.clone(), &row.secret);
    let current = believed.seals.map(key).ok_or_else(|| Error::internal("no token key"))?;
    Ok((current, believed.opens.into_iter().map(key).collect()))
}

/// Makes the key that is due, forgets those that are believed no longer, and answers all there are, the newest first.
async fn renew(unit: &mut Unit<'_>, now: Micros) -> Result<Outcome<Vec<Model>>> {
    let known = newest_first(unit).await?;
    let Some(id) = due(&known, now) else {
        return Ok(Outcome::Discard(known));
    };
    let mut secret = vec![0; 32];
    aws_lc_rs::rand::fill(&mut secret).map_err(|_| Error::internal("no randomness"))?;
    let row = ActiveModel { id: Set(id), secret: Set(secret), create_time: Set(now) };
    let once = OnConflict::column(Column::Id).do_nothing().to_owned();
    Entity::insert(row).on_conflict(once).exec_without_returning(unit.txn).await?;
    let known = newest_first(unit).await?;
    let kept = believed(&known, now);
    let forgotten: Vec<&str> = known.iter().map(|key| key.id.as_str()).filter(|id| !kept.has(id)).collect();
    Entity::delete_many().filter(COLUMN.id.is_in(forgotten)).exec(unit.txn).await?;
    Ok(Outcome::Keep(known))
}

async fn newest_first(unit: &Unit<'_>) -> Result<Vec<Model>> {
    Ok(Entity::find().order_by_desc(COLUMN.create_time).order_by_desc(COLUMN.id).all(unit.txn).await?)
}

/// The id of the key that is to be made now, if one is.
fn due(newest_first: &[Model], now: Micros) -> Option<String> {
    let Some(newest) = newest_first.first() else {
        return Some(FIRST.to_owned());
    };
    let at = newest.create_time.saturating_add(PERIOD);
    (*now >= at).then(|| at.to_string())
}

/// What tokens are sealed with, and what else they may be opened with.
struct Believed<'k> {
    seals: Option<&'k Model>,
    opens: Vec<&'k Model>,
}

impl Believed<'_> {
    fn has(&self, id: &str) -> bool {
        self.seals.iter().chain(&self.opens).any(|key| key.id == id)
    }
}

/// The newest key that all have had time to hear of seals; those that are newer open, and the one before.
fn believed(newest_first: &[Model], now: Micros) -> Believed<'_> {
    let heard_of = |key: &Model| now.saturating_sub(*key.create_time) >= AHEAD;
    let last = newest_first.len().saturating_sub(1);
    let current = newest_first.iter().position(heard_of).unwrap_or(last);
    let opens = newest_first.iter().take(current).chain(newest_first.iter().skip(current + 1).take(1));
    Believed { seals: newest_first.get(current), opens: opens.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys that were made at these hours, the newest first.
    fn made(hours: &[i64]) -> Vec<Model> {
        let key = |hour: &i64| Model {
            id: format!("h{hour}"),
            secret: Vec::new(),
            create_time: Micros(hour * 3_600_000_000),
        };
        hours.iter().map(key).collect()
    }

    fn at(hour: i64) -> Micros {
        Micros(hour * 3_600_000_000)
    }

    fn told(hours: &[i64], now: i64) -> (String, Vec<String>) {
        let keys = made(hours);
        let believed = believed(&keys, at(now));
        (
            believed.seals.map(|key| key.id.clone()).unwrap_or_default(),
            believed.opens.into_iter().map(|key| key.id.clone()).collect(),
        )
    }

    #[test]
    fn a_key_opens_before_it_seals_and_after_it_was_replaced_once() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(told(&[0], 0), ("h0".to_owned(), names(&[])), "the first seals at once");
        assert_eq!(
            told(&[720, 0], 720),
            ("h0".to_owned(), names(&["h720"])),
            "not all replicas know the new one"
        );
        assert_eq!(told(&[720, 0], 721), ("h720".to_owned(), names(&["h0"])));
        assert_eq!(told(&[1440, 720, 0], 1440), ("h720".to_owned(), names(&["h1440", "h0"])));
        assert_eq!(
            told(&[1440, 720, 0], 1441),
            ("h1440".to_owned(), names(&["h720"])),
            "two rotations end a key"
        );
        assert_eq!(told(&[720, 0], -5), ("h0".to_owned(), names(&["h720"])), "a clock that stepped back");
    }

    #[test]
    fn a_key_is_due_after_a_month_and_replicas_call_it_alike() {
        assert_eq!(due(&[], at(7)).as_deref(), Some("first"));
        assert_eq!(due(&made(&[0]), at(719)), None);
        assert_eq!(due(&made(&[0]), at(720)), Some((*at(720)).to_string()));
        assert_eq!(due(&made(&[0]), at(2000)), Some((*at(720)).to_string()), "late, but the same one");
        assert_eq!(due(&made(&[2000, 0]), at(2001)), None);
    }
}
