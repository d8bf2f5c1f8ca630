//! Rows asked for at the same time are read together: one statement for many callers costs little more than for one.
//!
//! While few read, each reads for itself; whoever comes then waits for no longer than the statement that is under way.

use std::collections::HashMap;
use std::sync::Arc;

use sea_orm::entity::prelude::*;
use sea_orm::{DatabaseConnection, ExprTrait as _};
use tokio::sync::{Semaphore, mpsc, oneshot};

use crate::clock::Clock;
use crate::database::{copy, explain, stopped};
use crate::error::Result;
use crate::store::{Row, completed, key};

/// So many read for themselves.
const ALONE: usize = 2;
/// Rows that share a statement at most.
const MOST: usize = 64;

/// Reads the rows of one noun by their names.
pub(crate) struct Gather<R: Row> {
    connection: DatabaseConnection,
    clock: Clock,
    alone: Arc<Semaphore>,
    together: mpsc::Sender<Asked<R>>,
}

struct Asked<R> {
    name: String,
    answer: oneshot::Sender<Result<Option<R>>>,
}

impl<R: Row> Clone for Gather<R> {
    fn clone(&self) -> Self {
        let (connection, clock) = (self.connection.clone(), self.clock.clone());
        Self { connection, clock, alone: Arc::clone(&self.alone), together: self.together.clone() }
    }
}

impl<R: Row> Gather<R> {
    /// Begins to read from this database.
    pub(crate) fn start(connection: DatabaseConnection, clock: Clock) -> Self {
        let (together, waiting) = mpsc::channel(1024);
        tokio::spawn(read_all(connection.clone(), clock.clone(), waiting));
        Self { connection, clock, alone: Arc::new(Semaphore::new(ALONE)), together }
    }

    /// The row of that name as it is now, or nothing.
    pub(crate) async fn get(&self, name: &str) -> Result<Option<R>> {
        if let Ok(_alone) = self.alone.try_acquire() {
            let found = R::Table::find().filter(key::<R>().eq(name)).one(&self.connection).await?;
            let found = found.into_iter().collect();
            return Ok(completed(found, &self.connection, self.clock.now()).await?.pop());
        }
        let (answer, read) = oneshot::channel();
        self.together.send(Asked { name: name.to_owned(), answer }).await.map_err(|_| stopped())?;
        read.await.map_err(|_| stopped())?
    }
}

async fn read_all<R: Row>(
    connection: DatabaseConnection,
    clock: Clock,
    mut waiting: mpsc::Receiver<Asked<R>>,
) {
    let mut batch = Vec::with_capacity(MOST);
    while waiting.recv_many(&mut batch, MOST).await > 0 {
        // Of few lengths, so that few statements are prepared: the last name is said again.
        let last = batch.len() - 1;
        let names = (0..batch.len().next_power_of_two()).map(|place| batch[place.min(last)].name.as_str());
        let found = async {
            let found = R::Table::find().filter(key::<R>().is_in(names)).all(&connection).await?;
            completed::<R, _>(found, &connection, clock.now()).await
        };
        let found = found.await;
        let found = found
            .map(|rows| rows.into_iter().map(|row| (row.name().to_owned(), row)).collect::<HashMap<_, _>>());
        for Asked { name, answer } in batch.drain(..) {
            // Whoever asked may have gone.
            let _ = answer.send(match &found {
                Ok(found) => Ok(found.get(&name).cloned()),
                Err(error) => Err(explain(copy(error))),
            });
        }
    }
}
