//! What is asked of many is asked of the database as often as what is asked of few: each story in a network of its own, whose
//! metrics say how often.

use proto::projects as pb;
use proto::projects::aggregate_indicators_request::GroupBy;

use super::lead;
use super::reporting::{halves, reporting};
use crate::caller::{Caller, done};
use crate::harness::{Network, Store, free_port, tell};
use crate::operations::scrape;
use crate::postgres::Cluster;

/// A method, and how much it answered.
type Answered = (&'static str, usize);

/// Pages of all that there is, and what it adds up to and why.
async fn asked(by: &Caller) -> Vec<Answered> {
    let (parent, page_size) = ("projects/-".to_owned(), 1000);
    let promised =
        pb::ListProjectIndicatorsRequest { parent: parent.clone(), page_size, ..Default::default() };
    let reports = pb::ListReportsRequest { parent, page_size, ..Default::default() };
    let projects = pb::ListProjectsRequest { page_size, ..Default::default() };
    let owed = pb::ListReportObligationsRequest { page_size, ..Default::default() };
    let total = pb::AggregateIndicatorsRequest {
        indicators: vec!["indicators/idt-i02".to_owned()],
        group_by: vec![GroupBy::Project.into()],
        explain: true,
        ..Default::default()
    };
    let summary = pb::SummarizeProjectsRequest::default();
    let promised = done(by.project_indicators().list_project_indicators(promised).await).project_indicators;
    let reports = done(by.reports().list_reports(reports).await).reports;
    let projects = done(by.projects().list_projects(projects).await).projects;
    let owed = done(by.reports().list_report_obligations(owed).await).report_obligations;
    let total = done(by.results().aggregate_indicators(total).await).aggregates;
    let summary = done(by.results().summarize_projects(summary).await).states;
    let of = |counts: &[pb::StateCount]| {
        counts.iter().map(|count| usize::try_from(count.count).unwrap()).sum::<usize>()
    };
    vec![
        ("ProjectIndicatorService/ListProjectIndicators", promised.len()),
        ("ReportService/ListReports", reports.len()),
        ("ProjectService/ListProjects", projects.len()),
        ("ReportService/ListReportObligations", owed.len()),
        ("ResultService/AggregateIndicators", total.len()),
        ("ResultService/SummarizeProjects", of(&summary)),
    ]
}

/// How many statements a method has sent, as Prometheus is told.
fn sent(metrics: &str, method: &str) -> u64 {
    let line = format!("ensemble_statements_total{{method=\"ensemble.projects.v1.{method}\"}} ");
    metrics.lines().find_map(|told| told.strip_prefix(&line)).map_or(0, |count| count.parse().unwrap())
}

/// What each method answers by now, and in how many statements.
async fn counted(by: &Caller, metrics: u16) -> Vec<(Answered, u64)> {
    asked(by).await; // what came since is read once, by whoever asks first
    let before = scrape(metrics).await;
    let answered = asked(by).await;
    let after = scrape(metrics).await;
    answered.into_iter().map(|one| (one, sent(&after, one.0) - sent(&before, one.0))).collect()
}

async fn les_24_the_statements_of_an_answer_do_not_grow_with_it(network: &'static Network, metrics: u16) {
    let (partner, admin) = lead(network).await;
    let [earlier, later] = halves(network).await;
    // Each project has a report that counts, and one that waits.
    let report = async || {
        let reporting = reporting(network, &partner).await;
        reporting.accepted(&admin, &earlier, "95").await;
        reporting.submitted(&admin, &later, "190").await;
    };
    report().await;
    // Who oversees, and who sees of others what the public does.
    let (_, stranger) = lead(network).await;
    let people = [network.coordinator().await, admin.clone(), stranger];
    let mut few = Vec::new();
    for one in &people {
        few.push(counted(one, metrics).await);
    }
    for _ in 0..3 {
        report().await;
    }
    for (one, few) in people.iter().zip(few) {
        for (few, many) in few.into_iter().zip(counted(one, metrics).await) {
            let (((method, rows), statements), ((_, more_rows), more_statements)) = (few, many);
            assert!(statements > 0, "{method} is not counted");
            assert_eq!(statements, more_statements, "{method}, of {rows} rows and of {more_rows}");
            // Of others' projects, a stranger owes nothing.
            assert!(more_rows > rows || (rows == 0 && method.ends_with("Obligations")), "{method}: {rows}");
        }
    }
}

fn on(store: Store) {
    let metrics = free_port();
    let network = Network::together(store, &["--metrics-listen", &format!("127.0.0.1:{metrics}")]);
    tell(network, les_24_the_statements_of_an_answer_do_not_grow_with_it(network, metrics));
}

#[test]
fn les_24_the_statements_of_an_answer_do_not_grow_with_it_on_sqlite() {
    on(Store::Sqlite);
}

#[test]
fn les_24_the_statements_of_an_answer_do_not_grow_with_it_on_postgres() {
    if Cluster::shared().is_some() {
        on(Store::Postgres);
    }
}
