//! A roll-up of 200,000 accepted values by country and year, beside the same SQL by hand on the same database.
//!
//! The values are written straight into the tables: accepting 20,000 reports one by one would measure something else.

use std::time::Duration;

use proto::projects::AggregateIndicatorsRequest;
use proto::projects::aggregate_indicators_request::GroupBy;

use crate::load::{Peak, median, memory};
use crate::person::Person;
use crate::place::{Place, Raw};
use crate::sql::timed;
use crate::{Result, Store, report};

/// 2,000 projects, 10 indicators, 10 half-years.
const VALUES: u32 = 200_000;
const PROJECTS: u32 = 2_000;
/// How often each is asked.
const TIMES: usize = 15;
const COUNTRIES: &str = "ATBEBGCHCYCZDEDKEEESFIFRGBGRHRHUIEISITLILTLULVMCMTNLNOPLPTRO";

/// Measures a store; nothing where it is not there.
pub(crate) async fn run(store: Store) -> Result<Option<Vec<(String, String)>>> {
    let Some(place) = Place::new(store)? else { return Ok(None) };
    let mut server = place.serve(&[])?;
    server.serving().await?;
    server.activate().await?;
    let raw = place.raw().await?;
    fill(&raw).await?;
    let coordinator = Person::at(&server, &server.sign_in().await?).await?;
    let roll_up = || asked(10, &[GroupBy::Country, GroupBy::Year]);

    let peak = Peak::of(server.process());
    let (lines, first) = timed(ask(&coordinator, roll_up())).await?;
    let of_reading = peak.told();
    let mut again = Vec::new();
    for _ in 0..TIMES {
        again.push(timed(ask(&coordinator, roll_up())).await?.1);
    }
    let mut after = Vec::new();
    for number in 0..TIMES {
        accept(&raw, number).await?;
        after.push(timed(ask(&coordinator, roll_up())).await?.1);
    }
    let mut by_hand = Vec::new();
    for _ in 0..TIMES {
        let (rows, took) = timed(raw.rows(BY_HAND)).await?;
        if rows == 0 {
            return Err("the SQL by hand found nothing".into());
        }
        by_hand.push(took);
    }
    let peak = Peak::of(server.process());
    let explained = AggregateIndicatorsRequest { explain: true, ..asked(1, &[GroupBy::Year]) };
    let (_, explaining) = timed(ask(&coordinator, explained)).await?;
    let of_explaining = peak.told();
    let [again, after, by_hand] = [again, after, by_hand].map(median);
    let ratio = |ours: Duration| by_hand.as_secs_f64() / ours.as_secs_f64();
    let shown = |took: Duration| format!("{:.1} ms", 1000.0 * took.as_secs_f64());
    let told = [
        (format!("{VALUES} values by country and year, {lines} lines: the same SQL by hand"), shown(by_hand)),
        ("asked again".to_owned(), format!("{} (**{:.2} ×** its speed)", shown(again), ratio(again))),
        (
            "asked after one more value was accepted".to_owned(),
            format!("{} (**{:.2} ×** its speed)", shown(after), ratio(after)),
        ),
        (
            "asked for the first time since the start".to_owned(),
            format!("{} ({:.2} ×); {of_reading}", shown(first), ratio(first)),
        ),
        (
            "an indicator by year, each of its 20,000 values named (`explain`)".to_owned(),
            format!("{}; {of_explaining}", shown(explaining)),
        ),
        ("memory with the values read".to_owned(), memory(server.process())),
    ];
    Ok(Some(report::of(store, told.to_vec())))
}

/// The first so many indicators, broken down.
fn asked(indicators: usize, group_by: &[GroupBy]) -> AggregateIndicatorsRequest {
    AggregateIndicatorsRequest {
        indicators: (0..indicators).map(|number| format!("indicators/bench-{number}")).collect(),
        group_by: group_by.iter().map(|key| (*key).into()).collect(),
        ..Default::default()
    }
}

/// How many lines an answer has.
async fn ask(by: &Person, request: AggregateIndicatorsRequest) -> Result<usize> {
    Ok(by.results().aggregate_indicators(request).await?.into_inner().aggregates.len())
}

/// What someone would write who knows the tables.
const BY_HAND: &str = "SELECT v.indicator, l.target, SUBSTR(v.period_end, 1, 4) AS year, SUM(CAST(v.part AS NUMERIC)) AS total \
     FROM sealed_value v JOIN project_link l ON l.project = v.project AND l.kind = 5 AND l.until IS NULL \
     WHERE v.supersede_time IS NULL AND v.kind = 1 GROUP BY v.indicator, l.target, SUBSTR(v.period_end, 1, 4)";

/// Writes the network down.
async fn fill(raw: &Raw) -> Result<()> {
    let bytes = raw.no_bytes();
    let numbers = |last: u32| {
        format!("WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {})", last - 1)
    };
    let columns = "uid, revision, create_time, update_time, state, state_reason, title, definition, measure, unit, descending, \
         time_aggregation, entity_aggregation, counting_basis, dimensions, disaggregation_mode, source, beyond_whole, \
         \"references\", recommendations, version, successor";
    raw.execute(&format!(
        "INSERT INTO indicator (name, code, {columns}) {} SELECT 'indicators/bench-' || CAST(i AS TEXT), \
         'bench-' || CAST(i AS TEXT), {columns} FROM n CROSS JOIN indicator WHERE indicator.name = 'indicators/idt-i02'",
        numbers(10)
    ))
    .await?;
    let link = |kind: u32, target: &str, from: &str| {
        format!(
            "INSERT INTO project_link (project, kind, target, since, until) {from} \
             SELECT 'projects/b' || CAST(i AS TEXT), {kind}, {target}, 1, NULL FROM n"
        )
    };
    let country = format!("SUBSTR('{COUNTRIES}', 1 + 2 * (i % 30), 2)");
    raw.execute(&link(5, &country, &numbers(PROJECTS))).await?;
    raw.execute(&link(7, "'2019-01-01/'", &numbers(PROJECTS))).await?;
    for number in 0..10 {
        raw.execute(&link(8, &format!("'indicators/bench-{number}'"), &numbers(PROJECTS))).await?;
    }
    let of = |text: &str, number: &str| format!("'{text}' || CAST({number} AS TEXT)");
    let (project, year) = (of("projects/b", "(i / 100)"), "CAST(2020 + (i % 10) / 2 AS TEXT)");
    raw.execute(&format!(
        "INSERT INTO sealed_value (report, project_indicator, report_revision, project, indicator, indicator_version, unit, \
         reporting_period, period_start, period_end, kind, part, whole, words, cells, accept_time, supersede_time) {} \
         SELECT {project} || {}, {project} || {}, 1, {project}, {}, \
         (SELECT version FROM indicator WHERE name = 'indicators/idt-i02'), \
         (SELECT unit FROM indicator WHERE name = 'indicators/idt-i02'), {}, \
         {year} || CASE WHEN i % 2 = 0 THEN '-01-01' ELSE '-07-01' END, \
         {year} || CASE WHEN i % 2 = 0 THEN '-06-30' ELSE '-12-31' END, \
         1, CAST(i % 1000 AS TEXT), '', '', {bytes}, 2 + i % 10, NULL FROM n",
        numbers(VALUES),
        of("/reports/r", "(i % 10)"),
        of("/projectIndicators/i", "(i / 10 % 10)"),
        of("indicators/bench-", "(i / 10 % 10)"),
        of("reportingPeriods/r", "(i % 10)"),
    ))
    .await?;
    raw.execute("UPDATE sealed_head SET time = 1000").await?;
    raw.execute("ANALYZE").await
}

/// One more value is accepted.
async fn accept(raw: &Raw, number: usize) -> Result<()> {
    let (bytes, time) = (raw.no_bytes(), 1001 + number);
    raw.execute(&format!(
        "INSERT INTO sealed_value (report, project_indicator, report_revision, project, indicator, indicator_version, unit, \
         reporting_period, period_start, period_end, kind, part, whole, words, cells, accept_time, supersede_time) \
         SELECT 'projects/b1/reports/more{number}', project_indicator, 1, project, indicator, indicator_version, unit, \
         reporting_period, period_start, period_end, kind, '7', '', '', {bytes}, {time}, NULL FROM sealed_value \
         WHERE report = 'projects/b1/reports/r0' AND project_indicator = 'projects/b1/projectIndicators/i0'"
    ))
    .await?;
    raw.execute(&format!("UPDATE sealed_head SET time = {time}")).await
}
