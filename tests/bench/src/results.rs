//! The pages of a project that reports on many indicators, by three dimensions, in four periods: what it promised and has
//! reached, its reports, and the spreadsheet of the next one.

use std::time::Duration;

use proto::projects as pb;

use crate::load::{Peak, median};
use crate::network::{Network, Project};
use crate::place::{Place, Raw};
use crate::sql::timed;
use crate::{Result, Store, report};

/// Indicators of the project that is shown, and of the one whose template is made.
const SHOWN: usize = 1000;
const ASKED: usize = 2000;
const TIMES: usize = 9;

/// Measures a store; nothing where it is not there.
pub(crate) async fn run(store: Store) -> Result<Option<Vec<(String, String)>>> {
    let Some(place) = Place::new(store)? else { return Ok(None) };
    let metrics = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
    let mut server = place.serve(&["--metrics-listen", &metrics])?;
    server.serving().await?;
    server.activate().await?;
    let network = Network::make(&server).await?;
    network.library(ASKED).await?;
    let shown = network.project(SHOWN).await?;
    for period in &network.periods {
        let report = network.draft(&shown, period).await?;
        network.accept(&report).await?;
    }
    let raw = place.raw().await?;
    raw.execute("ANALYZE").await?;

    let mut told = Vec::new();
    for (what, page_size) in [("100", 100), ("1,000", 1000)] {
        let before = statements(&metrics).await?;
        let mut took = Vec::new();
        for _ in 0..TIMES {
            took.push(timed(page(&network, &shown, page_size)).await?.1);
        }
        let sent = (statements(&metrics).await? - before) / u64::try_from(TIMES)?;
        let by_hand = by_hand(&raw, &shown, page_size).await?;
        told.push((
            format!("results page of {what} indicators × 4 periods × 3 dimensions"),
            format!("{} in {sent} statements", beside(median(took), by_hand)),
        ));
    }
    told.push(template(&network, &server, &raw).await?);
    Ok(Some(report::of(store, told)))
}

/// What a page of results shows: what was promised and reached, and what each period's report says of it.
async fn page(network: &Network, project: &Project, page_size: i32) -> Result<()> {
    let parent = project.name.clone();
    let request =
        pb::ListProjectIndicatorsRequest { parent: parent.clone(), page_size, ..Default::default() };
    let promised = network.admin.project_indicators().list_project_indicators(request).await?;
    let promised = promised.into_inner().project_indicators;
    if promised.iter().any(|promise| promise.latest_actual.is_none())
        || i32::try_from(promised.len())? != page_size
    {
        return Err("the page is not whole".into());
    }
    let request = pb::ListReportsRequest { parent, page_size, ..Default::default() };
    let reports = network.admin.reports().list_reports(request).await?.into_inner().reports;
    if reports.len() != 4 || reports.iter().any(|report| report.values.len() != SHOWN) {
        return Err("the reports are not whole".into());
    }
    Ok(())
}

/// The rows of such a page, read by hand.
async fn by_hand(raw: &Raw, project: &Project, page_size: i32) -> Result<Duration> {
    let name = &project.name;
    let page = format!(
        "SELECT name FROM project_indicator WHERE project = '{name}' ORDER BY name LIMIT {page_size}"
    );
    let statements = [
        format!("SELECT * FROM project_indicator WHERE name IN ({page})"),
        format!(
            "SELECT * FROM indicator WHERE name IN (SELECT indicator FROM project_indicator WHERE name IN ({page}))"
        ),
        format!(
            "SELECT project_indicator, period_start, period_end, kind, part, whole, words FROM sealed_value \
             WHERE project_indicator IN ({page}) AND supersede_time IS NULL"
        ),
        format!("SELECT * FROM report WHERE project = '{name}'"),
    ];
    rows(raw, &statements).await
}

async fn rows(raw: &Raw, statements: &[String]) -> Result<Duration> {
    let mut took = Vec::new();
    for _ in 0..TIMES {
        let work = async {
            for sql in statements {
                if raw.rows(sql).await? == 0 {
                    return Err(format!("nothing was read by {sql}").into());
                }
            }
            Ok(())
        };
        took.push(timed(work).await?.1);
    }
    Ok(median(took))
}

/// The spreadsheet of a project with many indicators.
async fn template(network: &Network, server: &crate::server::Server, raw: &Raw) -> Result<(String, String)> {
    let project = network.project(ASKED).await?;
    let request = || pb::GetReportTemplateRequest {
        parent: project.name.clone(),
        reporting_period: network.periods[0].clone(),
        ..Default::default()
    };
    let peak = Peak::of(server.process());
    let (mut took, mut bytes) = (Vec::new(), 0);
    for _ in 0..TIMES {
        let made = async {
            let mut pieces = network.admin.reports().get_report_template(request()).await?.into_inner();
            let mut bytes = 0;
            while let Some(piece) = pieces.message().await? {
                bytes += piece.chunk.len();
            }
            Ok(bytes)
        };
        let (size, one) = timed(made).await?;
        (bytes, took) = (size, [took, vec![one]].concat());
    }
    let name = &project.name;
    let by_hand = rows(
        raw,
        &[
            format!("SELECT * FROM project_indicator WHERE project = '{name}'"),
            format!(
                "SELECT * FROM indicator WHERE name IN (SELECT indicator FROM project_indicator WHERE project = '{name}')"
            ),
        ],
    )
    .await?;
    Ok((
        format!("template of {ASKED} indicators, {} KiB, beside reading their rows", bytes / 1024),
        format!("{}; {}", beside(median(took), by_hand), peak.told()),
    ))
}

/// Ours beside the same by hand.
pub(crate) fn beside(ours: Duration, by_hand: Duration) -> String {
    let milliseconds = |took: Duration| 1000.0 * took.as_secs_f64();
    format!(
        "{:.1} ms, by hand {:.1} ms (**{:.2} ×** its speed)",
        milliseconds(ours),
        milliseconds(by_hand),
        by_hand.as_secs_f64() / ours.as_secs_f64()
    )
}

/// How many statements the two lists of a page have sent.
async fn statements(metrics: &str) -> Result<u64> {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(metrics).await?;
    stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await?;
    let counted = text.lines().filter(|line| {
        line.starts_with("ensemble_statements_total")
            && (line.contains("/ListProjectIndicators\"") || line.contains("/ListReports\""))
    });
    counted.map(|line| Ok(line.rsplit(' ').next().unwrap_or_default().parse::<u64>()?)).sum()
}
