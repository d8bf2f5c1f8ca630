//! The accepted values and links as they stand on disk, read once and kept up to date: what was sealed never changes, so
//! each answer reads only what came since the one before.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chassis::column::Micros;
use chassis::error::{Error, Result};
use futures::TryStreamExt as _;
use proto::projects as pb;
use proto::projects::indicator_value::Kind as ValueKind;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{
    AccessMode, Condition, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend,
    ExprTrait as _, IsolationLevel, TransactionTrait as _,
};
use tokio::sync::RwLock;

use super::engine::book::{Cell, Link};
use super::engine::exact::Amount;
use super::engine::{Book, Entry, Exact, Figure, Kind, Memo, Name, Tree};
use super::{link, row};
use crate::{indicator, reporting_period};

/// Names of a statement: SQLite binds at most 32,766 values.
const MOST_NAMES: usize = 30_000;

/// What this process has read. Cheap to clone: clones share it.
#[derive(Clone, Default)]
pub(super) struct Shelf {
    known: Arc<RwLock<Known>>,
    /// What was added up of it.
    pub(super) memo: Arc<Memo>,
}

/// A book, and how far it was read.
#[derive(Default)]
pub(super) struct Known {
    pub(super) book: Book,
    /// When what is on disk last changed, as far as it was read.
    pub(super) time: Micros,
    /// The territories that cells name.
    places: HashSet<Name>,
}

impl Shelf {
    /// The book with all that is on disk by now, to be read from.
    ///
    /// # Errors
    /// Only the database's.
    pub(super) async fn current(
        &self,
        db: &DatabaseConnection,
    ) -> Result<tokio::sync::OwnedRwLockReadGuard<Known>> {
        let written = head(db).await?;
        let known = Arc::clone(&self.known).read_owned().await;
        if known.time >= written {
            return Ok(known);
        }
        drop(known);
        let mut known = Arc::clone(&self.known).write_owned().await;
        if known.time < written {
            known.catch_up(db).await?;
        }
        Ok(known.downgrade())
    }

    /// The same, once more is known in it: what a question needs and the values do not name.
    pub(super) async fn learn<T>(
        &self,
        learn: impl FnOnce(&mut Known) -> T,
    ) -> (tokio::sync::OwnedRwLockReadGuard<Known>, T) {
        let mut known = Arc::clone(&self.known).write_owned().await;
        let learnt = learn(&mut known);
        (known.downgrade(), learnt)
    }
}

/// When the values and links on disk last changed.
async fn head(db: &impl ConnectionTrait) -> Result<Micros> {
    let select = Query::select().column("time").from("sealed_head").to_owned();
    Ok(match db.query_one(&select).await? {
        Some(row) => row.try_get("", "time")?,
        None => Micros(0),
    })
}

impl Known {
    /// Reads what came since, all of it as of one instant.
    async fn catch_up(&mut self, db: &DatabaseConnection) -> Result<()> {
        let txn = match db.get_database_backend() {
            DbBackend::Postgres => {
                let mode = (Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly));
                db.begin_with_config(mode.0, mode.1).await?
            }
            _ => db.begin().await?,
        };
        let time = head(&txn).await?;
        self.read_values(&txn).await?;
        self.read_links(&txn).await?;
        self.time = time;
        txn.rollback().await?;
        Ok(())
    }

    async fn read_values(&mut self, txn: &DatabaseTransaction) -> Result<()> {
        // What was written in the very instant of the last reading is read again.
        let since = Condition::any()
            .add(row::COLUMN.accept_time.gte(self.time))
            .add(row::COLUMN.supersede_time.gte(self.time));
        let mut fresh = Vec::new();
        let mut rows = row::Entity::find().filter(since).stream(txn).await?;
        while let Some(row) = rows.try_next().await? {
            fresh.push(self.entry(row)?);
        }
        drop(rows);
        self.book.put(fresh);
        Ok(())
    }

    async fn read_links(&mut self, txn: &DatabaseTransaction) -> Result<()> {
        let since =
            Condition::any().add(link::COLUMN.since.gte(self.time)).add(link::COLUMN.until.gte(self.time));
        let mut rows = link::Entity::find().filter(since).stream(txn).await?;
        while let Some(row) = rows.try_next().await? {
            let project = self.book.names.know(&row.project);
            let target = self.book.names.know(&row.target);
            let until = row.until.unwrap_or(Micros::MAX);
            let fresh = Link { kind: row.kind.get(), target, since: row.since, until };
            self.book.tie(project, fresh);
        }
        Ok(())
    }

    fn entry(&mut self, row: row::Model) -> Result<Entry> {
        let digits = |digits: &str| {
            Exact::parse(digits)
                .ok_or_else(|| Error::internal(format!("{}: {digits:?} is no number", row.report)))
        };
        let figure = match row.kind {
            row::kind::NUMBER => Figure::Number(Amount::number(digits(&row.part)?)),
            row::kind::RATIO => {
                Figure::Ratio(Amount { part: digits(&row.part)?, whole: digits(&row.whole)? })
            }
            row::kind::WORDS => Figure::Words(row.words.as_str().into()),
            _ => Figure::Nothing,
        };
        let cells = cells(self, &row.cells);
        let book = &mut self.book;
        Ok(Entry {
            series: book.series(&row.indicator, row.indicator_version, &row.unit),
            project: book.names.know(&row.project),
            line: book.names.know(&row.project_indicator),
            period: book.period(&row.reporting_period, row.period_start, row.period_end),
            report: book.names.know(&row.report),
            revision: row.report_revision,
            figure,
            cells,
            accepted: row.accept_time,
            superseded: row.supersede_time.unwrap_or(Micros::MAX),
        })
    }
}

/// What is added up of a value; nothing of words.
pub(super) fn amount(kind: &ValueKind) -> Option<Amount> {
    match kind {
        ValueKind::Decimal(number) => Exact::parse(&number.value).map(Amount::number),
        ValueKind::Ratio(ratio) => {
            let (part, whole) = (Exact::parse(&ratio.numerator)?, Exact::parse(&ratio.denominator)?);
            Some(Amount { part, whole })
        }
        ValueKind::Text(_) => None,
    }
}

/// Cells by short names; those without a number are nothing to add up.
pub(super) fn cells(known: &mut Known, cells: &[pb::Cell]) -> Box<[Cell]> {
    let Known { book, places, .. } = known;
    let mut short = Vec::with_capacity(cells.len());
    for cell in cells {
        let amount = cell.value.as_ref().and_then(|value| amount(value.kind.as_ref()?));
        let Some(amount) = amount else { continue };
        let mut coordinates: Vec<&pb::CellCoordinate> = cell.coordinates.iter().collect();
        coordinates.sort_by(|one, other| one.dimension.cmp(&other.dimension));
        let place = coordinates.into_iter().map(|coordinate| {
            let code = book.names.know(&coordinate.code);
            if coordinate.dimension == crate::measure::BY_TERRITORY {
                places.insert(code);
            }
            (book.names.know(&coordinate.dimension), code)
        });
        let place = place.collect();
        short.push(Cell { place, amount });
    }
    short.into()
}

/// A territory as the tree needs it.
pub(super) struct Placed {
    pub(super) name: String,
    pub(super) parent: String,
    pub(super) kind: i32,
}

impl Known {
    /// Each indicator of the library has its series, also while nobody reports on it.
    pub(super) fn has_series(&self, library: &[indicator::row::Model]) -> bool {
        library
            .iter()
            .all(|indicator| self.book.has_series(&indicator.name, indicator.version, &indicator.unit))
    }

    /// The territories that values may stand in, by their names.
    pub(super) fn places(&self) -> BTreeSet<String> {
        let linked = self.book.links.values().flatten().filter(|link| link.kind == Kind::Territory);
        let names = linked.map(|link| link.target).chain(self.places.iter().copied());
        names.map(|name| self.book.names.text(name).to_owned()).collect()
    }
}

/// Territories and all those above them.
///
/// # Errors
/// Only the database's.
pub(super) async fn upwards(db: &impl ConnectionTrait, territories: BTreeSet<String>) -> Result<Vec<Placed>> {
    let territories: Vec<String> = territories.into_iter().collect();
    let mut found: HashMap<String, Placed> = HashMap::new();
    for chunk in territories.chunks(MOST_NAMES) {
        let above = Query::select()
            .column("ancestor")
            .from("territory_ancestor")
            .and_where(Expr::col("territory").is_in(chunk.iter().map(String::as_str)))
            .to_owned();
        let select = Query::select()
            .columns(["name", "parent", "kind"])
            .from("territory")
            .and_where(Expr::col("name").in_subquery(above))
            .to_owned();
        for row in db.query_all(&select).await? {
            let placed = Placed {
                name: row.try_get("", "name")?,
                parent: row.try_get("", "parent")?,
                kind: row.try_get("", "kind")?,
            };
            found.insert(placed.name.clone(), placed);
        }
    }
    Ok(found.into_values().collect())
}

/// The tree of territories whose names are known.
pub(super) fn tree(book: &Book, placed: &[Placed]) -> Tree {
    let mut tree = Tree::default();
    let name = |text: &str| book.names.find(text).unwrap_or_default();
    for Placed { name: own, parent, kind } in placed {
        tree.add(name(own), name(parent), *kind);
    }
    tree
}

/// How the indicators of the library are added up.
///
/// # Errors
/// Only the database's.
pub(super) async fn library(db: &impl ConnectionTrait) -> Result<Vec<indicator::row::Model>> {
    Ok(indicator::row::Entity::find().all(db).await?)
}

/// The reporting periods of the network.
///
/// # Errors
/// Only the database's.
pub(super) async fn periods(db: &impl ConnectionTrait) -> Result<Vec<reporting_period::row::Model>> {
    Ok(reporting_period::row::Entity::find().all(db).await?)
}
