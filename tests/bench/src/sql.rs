//! The same SQL without a server: SQLite in this process, PostgreSQL by `pgbench`.
//!
//! Reads are the statements that Ensemble sends. A create is what must be on disk (the row, its keys and words, its change
//! and its request), without the reads by which the rules are checked, and without taking turns at the head of the feed.

use std::time::{Duration, Instant};

use prost::Message as _;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};
use tokio::sync::{mpsc, oneshot};

use crate::figure::{Dice, Figure, READ, sample};
use crate::load::{Caller, Reached, drive};
use crate::postgres::Cluster;
use crate::{Result, Store};

/// Writes that share a commit at most, as in Ensemble.
const BATCH: usize = 64;
const COLUMNS: &str = "name, uid, revision, create_time, update_time, state, state_reason, title, acronym, college, sector, \
     iati_type_code, identifiers, country_code, territories, authority_territory, website, description, competences, contact, \
     origin, merged_into, created_by";

/// The statements of a figure; `{n}` is a number by chance.
fn statements(figure: Figure, store: Store) -> Vec<String> {
    let postgres = store == Store::Postgres;
    let bytes = |bytes: Vec<u8>| {
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        if postgres { format!("CAST('\\x{digits}' AS bytea)") } else { format!("X'{digits}'") }
    };
    let n = "CAST({n} AS TEXT)";
    match figure {
        Figure::Get => {
            vec![format!("SELECT {COLUMNS} FROM partner WHERE name = 'partners/bench-' || {n} LIMIT 1")]
        }
        Figure::List => vec![format!(
            "SELECT {COLUMNS} FROM partner WHERE merged_into = '' AND (country_code = 'FR' AND sector = 3) \
             ORDER BY create_time DESC, name DESC LIMIT 51"
        )],
        Figure::Create => {
            let partner = sample();
            let packed = |text: &Option<proto::common::LocalizedText>| {
                bytes(text.clone().unwrap_or_default().encode_to_vec())
            };
            let (title, description) = (packed(&partner.title), packed(&partner.description));
            let identifiers = bytes(
                partner.identifiers.iter().flat_map(|id| id.encode_length_delimited_to_vec()).collect(),
            );
            let words =
                format!("'association access to drinking water and sanitation in rural communities ' || {n}");
            let words = if postgres { format!("to_tsvector('simple', {words})") } else { words };
            let (name, none) = (format!("'partners/raw-' || {n}"), bytes(Vec::new()));
            vec![
                format!(
                    "INSERT INTO partner ({COLUMNS}) VALUES ({name}, {n}, 1, 1, 1, 1, '', {title}, '', 'CIVIL_SOCIETY', 3, '22', \
                     {identifiers}, 'FR', '[]', '', '', {description}, '[]', {none}, 1, '', '')"
                ),
                format!(
                    "INSERT INTO partner_key (kind, value, partner) VALUES ('IDENTIFIER', 'GB-CHC-' || {n}, {name}), \
                     ('TITLE', 'association ' || {n}, {name})"
                ),
                format!("INSERT INTO partner_search (name, words) VALUES ({name}, {words})"),
                format!(
                    "INSERT INTO request (service, principal, method, request_id, hash, resource, response, time) \
                     VALUES ('bench', 'users/bench', 'CreatePartner', {n}, {hash}, {name}, {none}, 1)",
                    hash = bytes(vec![7; 32]),
                ),
                format!(
                    "INSERT INTO change (service, seq, last, id, time, principal, method, resource, revision, from_state, \
                     to_state, reason, request_id, type_name, data, owner, public) VALUES ('bench', CAST({{n}} AS BIGINT), TRUE, \
                     {n}, 1, 'users/bench', 'CreatePartner', {name}, 1, '', 'PENDING', '', {n}, \
                     'ensemble.partners.v1.Partner', {data}, {name}, FALSE)",
                    data = bytes(partner.encode_to_vec()),
                ),
            ]
        }
    }
}

fn numbers(figure: Figure) -> u64 {
    if figure == Figure::Get { READ } else { 1 << 53 }
}

/// The same database without its server.
pub(crate) enum Sql<'c> {
    /// SQLite: readers, and the one writer.
    Sqlite(SqlitePool, mpsc::Sender<Write>),
    /// PostgreSQL: the cluster and the database.
    Postgres(&'c Cluster, String),
}

impl Sql<'_> {
    /// Opens an SQLite file as Ensemble does.
    pub(crate) async fn sqlite(file: &std::path::Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5))
            .pragma("temp_store", "memory")
            .pragma("mmap_size", "268435456");
        let readers = SqlitePoolOptions::new().max_connections(8).connect_with(options.clone()).await?;
        let (writer, waiting) = mpsc::channel(1024);
        let connection = SqliteConnection::connect_with(&options).await?;
        tokio::spawn(async move {
            if let Err(error) = write_all(connection, waiting).await {
                eprintln!("bench: the writer ended: {error}");
            }
        });
        Ok(Self::Sqlite(readers, writer))
    }

    /// One turn of a figure.
    pub(crate) async fn turn(&self, figure: Figure, callers: usize, during: Duration) -> Result<Reached> {
        match self {
            Self::Sqlite(readers, writer) => {
                let sql: std::sync::Arc<[String]> = numbered(&statements(figure, Store::Sqlite), "$1").into();
                let raw = |_| Raw {
                    readers: readers.clone(),
                    writer: writer.clone(),
                    sql: sql.clone(),
                    figure,
                    dice: Dice::new(),
                };
                drive(&mut (0..callers).map(raw).collect(), during, None).await
            }
            Self::Postgres(cluster, database) => {
                let mut script = format!("\\set n random(0, {})\n", numbers(figure) - 1);
                let writes = figure == Figure::Create;
                let statements = numbered(&statements(figure, Store::Postgres), ":n");
                script.push_str(if writes { "BEGIN;\n" } else { "" });
                script.extend(statements.iter().map(|statement| format!("{statement};\n")));
                script.push_str(if writes { "COMMIT;\n" } else { "" });
                let rate = cluster.pgbench(database, &script, callers, during)?;
                let seconds = during.as_secs_f64();
                Ok(Reached { answers: rate * seconds, seconds, ..Reached::default() })
            }
        }
    }
}

fn numbered(statements: &[String], number: &str) -> Vec<String> {
    statements.iter().map(|statement| statement.replace("{n}", number)).collect()
}

/// What waits to be written, its number, and who waits for it.
pub(crate) struct Write(std::sync::Arc<[String]>, i64, oneshot::Sender<()>);

struct Raw {
    readers: SqlitePool,
    writer: mpsc::Sender<Write>,
    sql: std::sync::Arc<[String]>,
    figure: Figure,
    dice: Dice,
}

impl Caller for Raw {
    async fn ask(&mut self) -> Result<()> {
        let number = i64::try_from(self.dice.below(numbers(self.figure)))?;
        if self.figure == Figure::Create {
            let (done, written) = oneshot::channel();
            self.writer.send(Write(self.sql.clone(), number, done)).await?;
            return Ok(written.await?);
        }
        let rows =
            sqlx::query(AssertSqlSafe(self.sql[0].as_str())).bind(number).fetch_all(&self.readers).await?;
        if rows.is_empty() { Err("nothing was read".into()) } else { Ok(()) }
    }
}

/// Commits together what waits together, as Ensemble does.
async fn write_all(mut connection: SqliteConnection, mut waiting: mpsc::Receiver<Write>) -> Result<()> {
    let mut batch = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut batch, BATCH).await > 0 {
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        for Write(sql, number, _) in &batch {
            for statement in sql.iter() {
                sqlx::query(AssertSqlSafe(statement.as_str()))
                    .bind(number)
                    .execute(&mut *transaction)
                    .await?;
            }
        }
        transaction.commit().await?;
        for Write(_, _, done) in batch.drain(..) {
            let _ = done.send(());
        }
    }
    Ok(())
}

/// How long a piece of work took.
pub(crate) async fn timed<T>(work: impl Future<Output = Result<T>>) -> Result<(T, Duration)> {
    let began = Instant::now();
    let done = work.await?;
    Ok((done, began.elapsed()))
}
