//! How fast Ensemble is, in ratios: `cargo build --release && cargo run --release -p bench`.
//!
//! Each figure is measured on Ensemble, on a bare tonic echo with the same settings and the same answers, and on the same
//! SQL without a server, in turns of one second in one run on one machine. Only the ratios hold; nothing is asserted.

mod classes;
mod echo;
mod exports;
mod figure;
mod load;
mod network;
mod person;
mod place;
mod postgres;
mod records;
mod report;
mod results;
mod reviews;
mod rotation;
mod server;
mod sql;
mod totals;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

/// What can go wrong: anything, and it ends the run.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Prints how fast Ensemble is, compared with a bare echo and with the same SQL.
#[derive(Parser)]
struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// Turns of a second that each system has of each figure
    #[arg(long, default_value_t = 2)]
    seconds: u32,
    /// Callers at once
    #[arg(long, value_delimiter = ',', default_values_t = [1, 16, 64])]
    callers: Vec<usize>,
    /// The databases
    #[arg(long, value_delimiter = ',', default_values_t = [Store::Sqlite, Store::Postgres], value_enum)]
    store: Vec<Store>,
}

#[derive(Subcommand)]
enum Command {
    /// The bare echo, in a process of its own: answers the messages in these files
    #[command(hide = true)]
    Echo { get: PathBuf, list: PathBuf },
    /// Totals of 200,000 accepted values by country and year, beside the same SQL by hand
    Totals,
    /// The pages of a project with 1,000 indicators, their statements, and the template of 2,000
    Results,
    /// Reports of 30 indicators submitted and accepted, beside the same SQL by hand
    Reviews,
    /// People enrolled, certificates issued and verified, beside the same SQL by hand and Ed25519 alone
    Classes,
    /// Open data of 2,000 partners, 1,500 projects and 200,000 values, beside a dump of the same rows
    Exports,
    /// The real IATI files imported and exported
    Records {
        /// The folder that holds `iati-activities`
        #[arg(long, default_value = "../shared/data")]
        data: PathBuf,
    },
}

/// A database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Store {
    /// SQLite, in a file.
    Sqlite,
    /// A PostgreSQL cluster of this run's own.
    Postgres,
}

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    let done = match &args.command {
        Some(Command::Echo { get, list }) => echo::serve(get, list).await,
        Some(Command::Totals) => tell(&args, totals::run).await,
        Some(Command::Results) => tell(&args, results::run).await,
        Some(Command::Reviews) => tell(&args, reviews::run).await,
        Some(Command::Classes) => tell(&args, classes::run).await,
        Some(Command::Exports) => tell(&args, exports::run).await,
        Some(Command::Records { data }) => tell(&args, |store| records::run(store, data)).await,
        None => measure(&args).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Tells of each store what one of the commands measures.
async fn tell<F>(args: &Args, measure: impl Fn(Store) -> F) -> Result<()>
where
    F: Future<Output = Result<Option<Vec<(String, String)>>>>,
{
    let mut told = Vec::new();
    for store in &args.store {
        match measure(*store).await? {
            Some(more) => told.extend(more),
            None => eprintln!("bench: no initdb on PATH or in /usr/lib/postgresql: PostgreSQL is left out"),
        }
    }
    report::others(&told);
    Ok(())
}

async fn measure(args: &Args) -> Result<()> {
    let cores = std::thread::available_parallelism()?;
    println!("{cores} cores, {} s each, in turns of 1 s. {}\n", args.seconds, report::HOW_TO_READ);
    report::head();
    let mut told = Vec::new();
    for store in &args.store {
        match rotation::run(*store, args.seconds, &args.callers).await? {
            Some(more) => told.extend(more),
            None => eprintln!(
                "bench: no initdb and pgbench on PATH or in /usr/lib/postgresql: PostgreSQL is left out"
            ),
        }
    }
    report::others(&told);
    Ok(())
}
