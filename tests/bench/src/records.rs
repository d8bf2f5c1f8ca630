//! The real IATI files: imported all, beside their rows copied by SQL, and exported again in one file.

use std::path::Path;

use proto::common::import_request::Piece;
use proto::common::{ImportOptions, ImportRequest};
use proto::projects::ExportActivitiesRequest;

use crate::load::Peak;
use crate::person::Person;
use crate::place::{Place, Raw};
use crate::sql::timed;
use crate::{Result, Store, report};

/// What an import fills.
const TABLES: [&str; 9] = [
    "partner",
    "partner_key",
    "project",
    "project_indicator",
    "project_participant",
    "project_link",
    "report",
    "sealed_value",
    "change",
];

/// Measures a store with the files of a folder; nothing where the store is not there.
pub(crate) async fn run(store: Store, data: &Path) -> Result<Option<Vec<(String, String)>>> {
    let folder = data.join("iati-activities");
    let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.retain(|file| file.extension().is_some_and(|of| of == "xml" || of == "gz"));
    files.sort();
    let Some(place) = Place::new(store)? else { return Ok(None) };
    let mut server = place.serve(&[])?;
    server.serving().await?;
    server.activate().await?;
    let coordinator = Person::at(&server, &server.sign_in().await?).await?;

    let (peak, mut bytes) = (Peak::of(server.process()), 0);
    let (counts, import) = timed(async {
        let mut created = 0;
        for file in &files {
            let content = std::fs::read(file)?;
            bytes += content.len();
            created += imported(&coordinator, file, &content).await?;
        }
        Ok(created)
    })
    .await?;
    let (of_import, files) = (peak.told(), files.len());
    let raw = place.raw().await?;
    let (rows, by_hand) = timed(copied(&raw)).await?;

    let peak = Peak::of(server.process());
    let (size, export) = timed(async {
        let request = ExportActivitiesRequest::default();
        let mut pieces = coordinator.projects().export_activities(request).await?.into_inner();
        let mut size = 0;
        while let Some(piece) = pieces.message().await? {
            size += piece.chunk.len();
        }
        Ok(size)
    })
    .await?;
    let mebibytes = |bytes: usize| bytes as f64 / f64::from(1 << 20);
    let (seconds, copy) = (import.as_secs_f64(), by_hand.as_secs_f64());
    let told = [
        (
            format!(
                "import of the {files} files of iati-activities ({:.1} MiB, some packed): {counts} records made, {rows} rows",
                mebibytes(bytes)
            ),
            format!(
                "{seconds:.2} s, its rows copied by SQL {copy:.2} s (**{:.2} ×** its speed); {of_import}",
                copy / seconds
            ),
        ),
        (
            format!("all of it exported in one file, {:.1} MiB", mebibytes(size)),
            format!("{:.2} s; {}", export.as_secs_f64(), peak.told()),
        ),
    ];
    Ok(Some(report::of(store, told.to_vec())))
}

/// How many records a file made; what is not sound in it is left out.
async fn imported(coordinator: &Person, file: &Path, content: &[u8]) -> Result<i32> {
    let file_name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let options = ImportOptions { file_name, partial: true, ..Default::default() };
    let first = ImportRequest { piece: Some(Piece::Options(options)) };
    let chunks =
        content.chunks(1 << 20).map(|chunk| ImportRequest { piece: Some(Piece::Chunk(chunk.to_vec())) });
    let pieces: Vec<ImportRequest> = std::iter::once(first).chain(chunks).collect();
    let report = coordinator.projects().import_activities(tokio_stream::iter(pieces)).await?.into_inner();
    Ok(report.counts.iter().map(|count| count.created).sum())
}

/// Copies all rows of the tables into new ones without keys, in one transaction; answers how many there are.
async fn copied(raw: &Raw) -> Result<usize> {
    let copies = TABLES.map(|table| format!("CREATE TABLE raw_{table} AS SELECT * FROM {table}"));
    raw.together(&copies).await?;
    let mut rows = 0;
    for table in TABLES {
        rows += raw.rows(&format!("SELECT 1 FROM raw_{table}")).await?;
    }
    Ok(rows)
}
