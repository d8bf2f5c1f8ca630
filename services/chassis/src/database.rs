//! The store: SQLite (one writer, many readers) or PostgreSQL, behind one way to read and one way to write.
//!
//! Every write of a process goes through one task. It takes what is waiting, runs each piece of work in its own savepoint
//! of one transaction, commits once, and only then answers: many requests share one disk flush, and a request that fails
//! takes nobody with it. Because a batch begins by locking the heads of the change feeds, replicas on PostgreSQL take
//! turns: the order of a feed is the order of commits, without a gap (BEY-10). The task owns its transactions, so a
//! client that gives up cannot leave one open (F-7).

mod connection;

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use sea_orm::{
    ConnectionTrait as _, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, RuntimeErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait as _,
};
use tokio::sync::{mpsc, oneshot, watch};

use self::connection::check_sqlite;
pub(crate) use self::connection::options;
use crate::change::{Change, Heads};
use crate::clock::Clock;
use crate::column::Micros;
use crate::error::{Error, Result};
use crate::mutant::{self, Mutant};
use crate::say;
use crate::tally::counted;
use crate::wire::Conversation;

/// Writes that share a commit at most.
const BATCH: usize = 64;
/// Tries of a batch that collided with another writer.
const TRIES: u32 = 5;

/// The database of this process.
#[derive(Clone)]
pub struct Database {
    readers: DatabaseConnection,
    writer: mpsc::Sender<Box<dyn Work>>,
    committed: watch::Receiver<u64>,
    clock: Clock,
}

/// One piece of work inside a transaction: what it writes stands or falls together.
pub struct Unit<'a> {
    /// The transaction.
    pub txn: &'a DatabaseTransaction,
    /// When the work is done, the same for all it writes.
    pub now: Micros,
    pub(crate) changes: Vec<Change>,
    /// The service whose feed it writes to, and the number of its last change there.
    pub(crate) service: &'static str,
    pub(crate) written: i64,
    /// It works on many rows.
    many: bool,
}

impl Unit<'_> {
    /// Before work on many rows: PostgreSQL plans each statement for the tables as they are now, and once they are written
    /// statistics are gathered anew. A plan made while they were empty, or had only what was undone, would look at every row
    /// for each value.
    ///
    /// # Errors
    /// Only the database's.
    pub async fn plan_afresh(&mut self) -> Result<()> {
        self.many = true;
        if self.txn.get_database_backend() == DbBackend::Postgres {
            self.txn.execute_unprepared("SET LOCAL plan_cache_mode = force_custom_plan").await?;
        }
        Ok(())
    }

    /// Now and then: SQLite gathers its statistics only when it is told to, where PostgreSQL goes its own rounds.
    pub(crate) fn gather_in_rounds(&mut self) {
        self.many |= self.txn.get_database_backend() == DbBackend::Sqlite;
    }
}

/// What a piece of work asks of its transaction.
pub enum Outcome<T> {
    /// Keep what was written.
    Keep(T),
    /// Undo it: a rehearsal (`validate_only`), or there was nothing to do.
    Discard(T),
}

trait Work: Send {
    /// Does the work; `Ok(true)` keeps it.
    fn run<'a>(&'a mut self, unit: &'a mut Unit<'_>) -> BoxFuture<'a, Result<bool, Collision>>;
    /// Says how it ended: committed, or not.
    fn settle(self: Box<Self>, commit: Result<()>);
    /// The service whose feed it writes to.
    fn service(&self) -> &'static str;
}

/// The batch met another writer and must start again.
struct Collision(DbErr);

struct Task<T, F> {
    service: &'static str,
    /// The call that it is done for.
    conversation: Conversation,
    work: F,
    result: Option<Result<T>>,
    answer: oneshot::Sender<Result<T>>,
}

impl<T, F> Work for Task<T, F>
where
    T: Send + 'static,
    F: for<'u> Fn(&'u mut Unit<'_>) -> BoxFuture<'u, Result<Outcome<T>>> + Send + Sync,
{
    fn run<'a>(&'a mut self, unit: &'a mut Unit<'_>) -> BoxFuture<'a, Result<bool, Collision>> {
        async move {
            let work = self.conversation.clone().carry((self.work)(unit));
            let done = AssertUnwindSafe(work).catch_unwind().await;
            let (keep, result) = match done {
                Ok(Ok(Outcome::Keep(value))) => (true, Ok(value)),
                Ok(Ok(Outcome::Discard(value))) => (false, Ok(value)),
                Ok(Err(Error::Aborted { reason: COLLISION, .. })) => {
                    return Err(collided());
                }
                Ok(Err(error)) => (false, Err(error)),
                Err(_) => (false, Err(Error::internal("a write panicked"))),
            };
            if mutant::lives(Mutant::HalvesWork) && self.answer.is_closed() {
                unit.changes.clear();
            }
            self.result = Some(result);
            Ok(keep)
        }
        .boxed()
    }

    fn settle(self: Box<Self>, commit: Result<()>) {
        let result = match (commit, self.result) {
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(Error::internal("a write was never run")),
            // What it wrote is gone with the batch; a refusal stays a refusal.
            (Err(_), Some(Err(refusal))) => Err(refusal),
            (Err(error), _) => Err(error),
        };
        let _ = self.answer.send(result); // the caller may have gone: the effect stands all the same
    }

    fn service(&self) -> &'static str {
        self.service
    }
}

impl Database {
    /// Connects and starts the writer.
    ///
    /// # Errors
    /// When the database cannot be reached, or is too old to be safe.
    pub async fn connect(url: &str, clock: Clock) -> Result<Self> {
        let readers = counted(sea_orm::Database::connect(options(url, 8)).await?);
        let writing = counted(sea_orm::Database::connect(options(url, 1)).await?);
        if writing.get_database_backend() == DbBackend::Sqlite {
            check_sqlite(&writing).await?;
        }
        let (writer, waiting) = mpsc::channel(1024);
        let (commit, committed) = watch::channel(0);
        tokio::spawn(write_all(writing, waiting, commit, clock.clone()));
        Ok(Self { readers, writer, committed, clock })
    }

    /// Where to read: sees every answered write.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.readers
    }

    /// Which database it is.
    pub fn backend(&self) -> DbBackend {
        self.readers.get_database_backend()
    }

    /// Changes when this process commits: a hint to look at the feed, never the truth.
    pub fn committed(&self) -> watch::Receiver<u64> {
        self.committed.clone()
    }

    /// The clock that stamps writes.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Does a piece of work in a transaction and answers once it is on disk, or was undone.
    ///
    /// The work may be run again when it collides with another writer, so it must only change what is in its transaction.
    ///
    /// # Errors
    /// What the work refused; ABORTED when it kept colliding; UNAVAILABLE when the database is away.
    pub async fn write<T: Send + 'static>(
        &self,
        service: &'static str,
        work: impl for<'u> Fn(&'u mut Unit<'_>) -> BoxFuture<'u, Result<Outcome<T>>> + Send + Sync + 'static,
    ) -> Result<T> {
        let (answer, settled) = oneshot::channel();
        let task = Task { service, conversation: Conversation::current(), work, result: None, answer };
        self.writer.send(Box::new(task)).await.map_err(|_| stopped())?;
        settled.await.map_err(|_| stopped())?
    }
}

pub(crate) fn stopped() -> Error {
    Error::Unavailable(say!("the server is stopping; try again", "le serveur s'arrête ; réessayez"))
}

async fn write_all(
    connection: DatabaseConnection,
    mut waiting: mpsc::Receiver<Box<dyn Work>>,
    commit: watch::Sender<u64>,
    clock: Clock,
) {
    let mut batch = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut batch, BATCH).await > 0 {
        metrics::histogram!("ensemble_write_batch_size").record(batch.len() as f64);
        let mut tries = 0;
        let end = loop {
            let collide = if mutant::lives(Mutant::Collides) { COLLIDES.get(tries as usize) } else { None };
            match attempt(&connection, &mut batch, clock.now(), collide).await {
                Ok(()) => break Ok(()),
                Err(Collision(error)) => {
                    tries += 1;
                    metrics::counter!("ensemble_write_collisions_total").increment(1);
                    tracing::debug!(%error, tries, "a batch of writes did not come through");
                    if tries == TRIES || !transient(&error) {
                        break Err(error);
                    }
                    // Apart from each other by chance, so that two replicas do not meet again at once.
                    let pause = 2_u64.pow(tries) + u64::from(uuid::Uuid::new_v4().as_bytes()[0]) % 8;
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                }
            }
        };
        if end.is_ok() {
            commit.send_modify(|count| *count += 1);
        }
        for work in batch.drain(..) {
            let outcome = match &end {
                Ok(()) => Ok(()),
                Err(error) => Err(explain(copy(error))),
            };
            work.settle(outcome);
        }
    }
}

/// Where a batch can be made to collide.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Halfway,
    Commit,
}

/// Where each try of a batch is made to collide, in a process that is told to.
const COLLIDES: [Place; 2] = [Place::Halfway, Place::Commit];

/// One transaction for the whole batch; answers nobody.
async fn attempt(
    connection: &DatabaseConnection,
    batch: &mut Vec<Box<dyn Work>>,
    now: Micros,
    collide: Option<&Place>,
) -> Result<(), Collision> {
    let outer = connection.begin_with_options(immediate()).await.map_err(Collision)?;
    let mut services: Vec<&'static str> = batch.iter().map(|work| work.service()).collect();
    services.sort_unstable();
    services.dedup();
    let mut heads = Heads::lock(&outer, &services).await.map_err(Collision)?;
    let (alone, half, mut many) = (batch.len() == 1, batch.len() / 2, false);
    for (at, work) in batch.iter_mut().enumerate() {
        if at == half && collide == Some(&Place::Halfway) {
            return Err(collided());
        }
        let service = work.service();
        // A piece of work that shares its transaction with none needs no savepoint.
        let inner = match alone {
            true => None,
            false => Some(outer.begin().await.map_err(Collision)?),
        };
        let (txn, written) = (inner.as_ref().unwrap_or(&outer), heads.last(service));
        let mut unit = Unit { txn, now, changes: Vec::new(), service, written, many: false };
        let keep = work.run(&mut unit).await?;
        let (written, changes) = (unit.written, std::mem::take(&mut unit.changes));
        many |= unit.many && keep;
        if keep {
            heads.append(service, written, changes, now).map_err(Collision)?;
        }
        match (inner, keep) {
            (Some(inner), true) => inner.commit().await.map_err(Collision)?,
            (Some(inner), false) => inner.rollback().await.map_err(Collision)?,
            (None, true) => {}
            (None, false) => return outer.rollback().await.map_err(Collision),
        }
    }
    heads.save(&outer).await.map_err(Collision)?;
    if mutant::lives(Mutant::AnswersEarly) {
        batch.drain(..).for_each(|work| work.settle(Ok(())));
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    if collide == Some(&Place::Commit) {
        return Err(collided());
    }
    outer.commit().await.map_err(Collision)?;
    if many {
        gather(connection).await;
    }
    Ok(())
}

/// Has the database look at what its tables hold now. PostgreSQL's own rounds come once a minute, SQLite has none; until then
/// reads would be planned for the rows that were there before.
async fn gather(connection: &DatabaseConnection) {
    let gathered = match connection.get_database_backend() {
        DbBackend::Sqlite => look_through(connection).await,
        _ => connection.execute_unprepared("ANALYZE").await.map(drop),
    };
    if let Err(error) = gathered {
        tracing::warn!(%error, "statistics were not gathered: reads may be slow for a while");
    }
}

/// Other connections to SQLite learn of new statistics when the schema changes, and from a table that is made anew.
async fn look_through(connection: &DatabaseConnection) -> Result<(), DbErr> {
    let txn = connection.begin_with_options(immediate()).await?;
    txn.execute_unprepared("DROP TABLE IF EXISTS sqlite_stat1; ANALYZE").await?;
    txn.commit().await
}

/// SQLite takes the lock at once, rather than when it first writes.
fn immediate() -> TransactionOptions {
    TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    }
}

fn collided() -> Collision {
    Collision(DbErr::Custom(COLLIDED.to_owned()))
}

/// What a batch says that met another writer.
const COLLIDED: &str = "collided with another writer";

/// The reason by which a database error inside a piece of work says: start the batch again.
const COLLISION: &str = "CONFLICT";

/// What a database error means to the caller; its text stays in the log.
pub(crate) fn explain(error: DbErr) -> Error {
    if transient(&error) {
        return Error::Aborted {
            reason: COLLISION,
            why: say!(
                "someone else changed the same things at the same time; try again",
                "quelqu'un d'autre a modifié les mêmes éléments au même moment ; réessayez"
            ),
        };
    }
    match &error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => away(&error),
        DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner))
            if unreachable(inner) =>
        {
            away(&error)
        }
        _ => Error::internal(error),
    }
}

fn away(error: &DbErr) -> Error {
    tracing::warn!(%error, "the database is away");
    Error::Unavailable(say!(
        "the database cannot be reached; try again",
        "la base de données est injoignable ; réessayez"
    ))
}

fn unreachable(error: &Arc<sea_orm::SqlxError>) -> bool {
    use sea_orm::SqlxError::{Io, PoolClosed, PoolTimedOut, WorkerCrashed};
    match &**error {
        Io(_) | PoolTimedOut | PoolClosed | WorkerCrashed => true,
        // PostgreSQL class 57: it is shutting down or starting up.
        sea_orm::SqlxError::Database(cause) => cause.code().is_some_and(|code| code.starts_with("57P")),
        _ => false,
    }
}

/// Trying again may succeed: serialization failure, deadlock, or a busy SQLite.
fn transient(error: &DbErr) -> bool {
    let code = match error {
        DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner)) => {
            match &**inner {
                sea_orm::SqlxError::Database(cause) => cause.code().map(|code| code.into_owned()),
                _ => None,
            }
        }
        DbErr::Custom(text) if text == COLLIDED => return true,
        _ => None,
    };
    matches!(code.as_deref(), Some("40001" | "40P01" | "5" | "517" | "261"))
}

/// `DbErr` is not `Clone`; its kind and text are enough for each request of a failed batch.
pub(crate) fn copy(error: &DbErr) -> DbErr {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(inner)) => DbErr::Exec(RuntimeErr::SqlxError(Arc::clone(inner))),
        DbErr::Query(RuntimeErr::SqlxError(inner)) => DbErr::Query(RuntimeErr::SqlxError(Arc::clone(inner))),
        DbErr::Conn(cause) => DbErr::Conn(RuntimeErr::Internal(cause.to_string())),
        other => DbErr::Custom(other.to_string()),
    }
}

/// The services that write here, each with its feed.
pub(crate) type ByService<T> = BTreeMap<&'static str, T>;

#[cfg(test)]
mod tests;
