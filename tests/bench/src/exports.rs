//! Open data of a network of 2,000 partners, 1,500 projects and 200,000 values, beside a dump of the same rows.
//!
//! The network comes in as a file of activities that is written here: seven results each, each for nineteen half-years.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use futures::TryStreamExt as _;
use proto::common::import_request::Piece;
use proto::common::{ImportOptions, ImportRequest};

use crate::load::Peak;
use crate::person::Person;
use crate::place::{Place, Raw};
use crate::sql::timed;
use crate::{Result, Store, report};

const PARTNERS: usize = 2_000;
const PROJECTS: usize = 1_500;
const RESULTS: usize = 7;
const PERIODS: usize = 19;
/// Where what is exported stands.
const TABLES: [&str; 8] = [
    "partner",
    "partner_key",
    "project",
    "project_indicator",
    "project_participant",
    "project_link",
    "report",
    "sealed_value",
];

/// Measures a store; nothing where it is not there.
pub(crate) async fn run(store: Store) -> Result<Option<Vec<(String, String)>>> {
    let Some(place) = Place::new(store)? else { return Ok(None) };
    let mut server = place.serve(&[])?;
    server.serving().await?;
    server.activate().await?;
    let coordinator = Person::at(&server, &server.sign_in().await?).await?;
    let counts = import(&coordinator, &network()).await?;

    let raw = place.raw().await?;
    let (dumped, by_hand) = timed(dump(&place, &raw)).await?;
    let peak = Peak::of(server.process());
    let folder = place.home().join("open");
    let (lines, export) = timed(exported(&server.address, &folder)).await?;
    let told = peak.told();
    let written = size(&folder)?;
    let mebibytes = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    let rate = |bytes: u64, seconds: f64| mebibytes(bytes) / seconds;
    let (seconds, copy) = (export.as_secs_f64(), by_hand.as_secs_f64());
    let how = match store {
        Store::Sqlite => ".dump",
        Store::Postgres => "COPY",
    };
    let told = [(
        format!("open data of {counts}: {lines} lines of tables, {:.0} MiB", mebibytes(written)),
        format!(
            "{seconds:.1} s; {how} of their rows ({:.0} MiB) {copy:.1} s: **{:.2} ×** its bytes per second; the server {told}",
            mebibytes(dumped),
            rate(written, seconds) / rate(dumped, copy),
        ),
    )];
    Ok(Some(report::of(store, told.to_vec())))
}

/// `ensemble export open-data`, from beside this very program; how many lines it wrote.
async fn exported(address: &str, folder: &Path) -> Result<u64> {
    let mut export = Command::new(std::env::current_exe()?.with_file_name("ensemble"));
    export.args(["export", "open-data", "-o", "json", "-q"]).arg(folder);
    export.env("ENSEMBLE_CONFIG_DIR", folder.with_extension("config"));
    export.env("ENSEMBLE_SERVER", format!("http://{}", address.trim_start_matches("http://")));
    let output = tokio::task::spawn_blocking(move || export.output()).await??;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let tables: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout)?;
    Ok(tables.iter().filter_map(|table| table["lines"].as_u64()).sum())
}

/// All bytes of a folder.
fn size(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() { size(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(bytes)
}

/// The rows as the database itself writes them; how many bytes.
async fn dump(place: &Place, raw: &Raw) -> Result<u64> {
    let mut bytes = 0;
    match raw {
        Raw::Sqlite(_) => {
            let mut dump = Command::new("sqlite3");
            dump.arg(place.file()).args(TABLES.map(|table| format!(".dump {table}"))).stdin(Stdio::null());
            let output = dump.output().map_err(|error| format!("sqlite3, to compare with: {error}"))?;
            bytes += output.stdout.len() as u64;
        }
        Raw::Postgres(pool) => {
            for table in TABLES {
                let mut connection = pool.acquire().await?;
                let mut rows = connection.copy_out_raw(&format!("COPY {table} TO STDOUT")).await?;
                while let Some(piece) = rows.try_next().await? {
                    bytes += piece.len() as u64;
                }
            }
        }
    }
    Ok(bytes)
}

async fn import(coordinator: &Person, file: &str) -> Result<String> {
    let options = ImportOptions { file_name: "network.xml".to_owned(), ..Default::default() };
    let first = ImportRequest { piece: Some(Piece::Options(options)) };
    let chunks = file.as_bytes().chunks(1 << 20);
    let chunks = chunks.map(|chunk| ImportRequest { piece: Some(Piece::Chunk(chunk.to_vec())) });
    let pieces: Vec<ImportRequest> = std::iter::once(first).chain(chunks).collect();
    let report = coordinator.projects().import_activities(tokio_stream::iter(pieces)).await?.into_inner();
    if !report.committed {
        let first = report.problems.first().map(|problem| problem.message.clone()).unwrap_or_default();
        return Err(format!("the network did not come in: {first}").into());
    }
    let told = report.counts.iter().map(|count| format!("{} {}s", count.created, count.noun));
    Ok(told.collect::<Vec<_>>().join(", "))
}

/// The file of activities.
fn network() -> String {
    let mut file = String::from("<iati-activities version=\"2.03\">\n");
    for project in 0..PROJECTS {
        let lead = project % PARTNERS;
        let other = (project * 7 + PROJECTS) % PARTNERS;
        activity(&mut file, project, lead, other);
    }
    file.push_str("</iati-activities>\n");
    file
}

fn activity(file: &mut String, project: usize, lead: usize, other: usize) {
    let organisation = |number: usize| format!("ref=\"XI-IATI-BENCH-{number}\" type=\"22\"");
    let narrative = |text: &str| format!("<narrative>{text}</narrative>");
    let _ = write!(
        file,
        "<iati-activity default-currency=\"EUR\" xml:lang=\"en\"><iati-identifier>XI-IATI-BENCH-{lead}-P{project}</iati-identifier>\
         <reporting-org {}>{}</reporting-org><title>{}</title><description>{}</description>\
         <participating-org {} role=\"4\">{}</participating-org><participating-org {} role=\"1\">{}</participating-org>\
         <activity-status code=\"2\"/><activity-date iso-date=\"2015-01-01\" type=\"1\"/>\
         <activity-date iso-date=\"2015-01-01\" type=\"2\"/><activity-date iso-date=\"2030-12-31\" type=\"3\"/>\
         <recipient-country code=\"FR\"/><sector code=\"22040\" vocabulary=\"1\"/>",
        organisation(lead),
        narrative(&format!("Partner {lead}")),
        narrative(&format!("Project {project}")),
        narrative("People learn to use what is online, with someone beside them."),
        organisation(lead),
        narrative(&format!("Partner {lead}")),
        organisation(other),
        narrative(&format!("Partner {other}")),
    );
    for result in 0..RESULTS {
        let _ = write!(
            file,
            "<result type=\"1\"><title>{}</title><indicator measure=\"1\" ascending=\"1\"><title>{}</title>\
             <baseline year=\"2014\" value=\"0\"/>",
            narrative(&format!("Result {result}")),
            narrative(&format!("Number of things of kind {result}")),
        );
        for period in 0..PERIODS {
            let (year, half) = (2015 + period / 2, period % 2);
            let (start, end) = if half == 0 { ("01-01", "06-30") } else { ("07-01", "12-31") };
            let _ = write!(
                file,
                "<period><period-start iso-date=\"{year}-{start}\"/><period-end iso-date=\"{year}-{end}\"/>\
                 <target value=\"100\"/><actual value=\"{}\"/></period>",
                (project * 31 + result * 7 + period) % 200,
            );
        }
        file.push_str("</indicator></result>");
    }
    file.push_str("</iati-activity>\n");
}
