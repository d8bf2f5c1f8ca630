//! Writing the territories of a table, or seeing what writing them would do.

use std::sync::Arc;

use chassis::Call;
use chassis::database::{Database, Outcome, Unit};
use chassis::error::{Error, Result};
use chassis::upload::Upload;
use iati::Problems;
use proto::common::{ImportCount, ImportReport};
use tokio::sync::mpsc;

use super::plan::{self, Known, Plan};
use super::reading::{self, Chunk};
use super::row::Model;
use super::{store, tree};

/// A table to take over.
pub(crate) struct TakeOver {
    pub(crate) upload: Arc<Upload>,
    pub(crate) french: bool,
}

#[derive(Default)]
struct Tally {
    count: ImportCount,
    problems: Problems,
}

impl Tally {
    fn add(&mut self, refused: i32, plan: &mut Plan) {
        let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        self.count.created += number(plan.created.len());
        self.count.updated += number(plan.changed.len());
        self.count.unchanged += plan.unchanged;
        self.count.refused += refused + plan.refused;
        self.problems.note(std::mem::take(&mut plan.problems));
    }
}

impl TakeOver {
    /// What the table would do; nothing is locked meanwhile.
    pub(crate) async fn rehearse(self: &Arc<Self>, database: &Database, call: &Call) -> Result<ImportReport> {
        let (mut known, mut tally) = (Known::default(), Tally::default());
        let (mut chunks, reading) = self.read();
        while let Some(mut chunk) = chunks.recv().await {
            tally.problems.note(std::mem::take(&mut chunk.problems));
            let mut plan = plan::of(database.reader(), &mut known, chunk.found, call).await?;
            tally.add(chunk.refused, &mut plan);
        }
        reading.await.map_err(Error::internal)??;
        Ok(self.told(tally))
    }

    /// Takes the table over within a transaction: whole, or what is sound of it when the caller says so, or not at all.
    pub(crate) async fn run(
        self: &Arc<Self>,
        unit: &mut Unit<'_>,
        call: &Call,
    ) -> Result<Outcome<ImportReport>> {
        unit.plan_afresh().await?;
        let (mut chunks, reading) = self.read();
        let written = self.write_all(unit, call, &mut chunks).await;
        // The transaction may begin anew, and the file has one reader at a time: this one stops before that.
        drop(chunks);
        let read = reading.await.map_err(Error::internal)?;
        let tally = written?;
        read?;
        let refused = tally.problems.blocked() && !self.upload.options.partial;
        let anything = tally.count.created + tally.count.updated > 0;
        let report = self.told(tally);
        Ok(match refused {
            true => Outcome::Discard(report),
            false => Outcome::Keep(ImportReport { committed: anything, ..report }),
        })
    }

    fn read(self: &Arc<Self>) -> (mpsc::Receiver<Chunk>, tokio::task::JoinHandle<Result<()>>) {
        let (sender, chunks) = mpsc::channel(1);
        let work = Arc::clone(self);
        (chunks, tokio::task::spawn_blocking(move || reading::send(&work.upload, &sender)))
    }

    async fn write_all(
        &self,
        unit: &mut Unit<'_>,
        call: &Call,
        chunks: &mut mpsc::Receiver<Chunk>,
    ) -> Result<Tally> {
        let (mut known, mut tally) = (Known::default(), Tally::default());
        while let Some(mut chunk) = chunks.recv().await {
            tally.problems.note(std::mem::take(&mut chunk.problems));
            let mut plan = plan::of(unit.txn, &mut known, chunk.found, call).await?;
            tally.add(chunk.refused, &mut plan);
            write(unit, call, plan).await?;
            unit.flush().await?;
        }
        Ok(tally)
    }

    fn told(&self, tally: Tally) -> ImportReport {
        let count = ImportCount { noun: "territory".to_owned(), ..tally.count };
        let report = tally.problems.report(&self.upload.options.file_name, self.french);
        ImportReport { counts: vec![count], ..report }
    }
}

async fn write(unit: &mut Unit<'_>, call: &Call, plan: Plan) -> Result<()> {
    let (created, ancestors): (Vec<Model>, Vec<Vec<String>>) = plan.created.into_iter().unzip();
    chassis::store::insert_all(unit, call, &created).await?;
    store::insert_codes(unit.txn, created.iter()).await?;
    let planted = created.iter().zip(&ancestors);
    tree::plant(
        unit.txn,
        planted.map(|(territory, ancestors)| (territory.name.as_str(), ancestors.as_slice())),
    )
    .await?;
    store::index_words(unit.txn, created.iter(), false).await?;
    for (before, after) in plan.changed {
        let rule = |territory: &mut Model| {
            territory.clone_from(&after);
            Ok(())
        };
        chassis::store::apply(unit, call, before, rule).await?;
    }
    Ok(())
}
