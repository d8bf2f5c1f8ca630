//! Indicators of projects on disk, and what it costs to read them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chassis::Call;
use chassis::clock::Clock;
use chassis::database::Outcome;
use futures::FutureExt as _;
use proto::projects as pb;

use super::*;
use crate::place::{Place, places};
use crate::report;

/// A project with so many indicators and, of each, a value by sex, age and disability for each of four quarters.
async fn reported(place: &Place, id: &str, indicators: usize) -> String {
    let call = Call::own("projects", &Clock::default());
    let mut project = project::rules::blank(id, Uuid::new_v4(), call.now);
    project.state = State::Active.into();
    let blank = |at| rules::blank(&format!("i{at}"), Uuid::new_v4(), &project, call.now);
    let promised: Vec<Model> = (0..indicators).map(blank).collect();
    let cell = |dimension: &str| pb::Cell {
        coordinates: vec![pb::CellCoordinate {
            dimension: dimension.to_owned(),
            code: "NOT_STATED".to_owned(),
        }],
        value: Some(measure::decimal(7.into())),
        suppressed: false,
    };
    let value = |promised: &Model| pb::ReportValue {
        project_indicator: promised.name.clone(),
        actual: Some(measure::decimal(7.into())),
        cells: ["SEX", "AGE_BAND", "DISABILITY"].map(cell).to_vec(),
        ..pb::ReportValue::default()
    };
    let values: Vec<pb::ReportValue> = promised.iter().map(value).collect();
    let quarters = [("01-01", "03-31"), ("04-01", "06-30"), ("07-01", "09-30"), ("10-01", "12-31")];
    let reports = quarters.map(|(start, end)| {
        let day = |day: &str| Day::parse(&format!("2025-{day}")).unwrap();
        let id = format!("r{start}");
        let mut report =
            report::rules::blank(&project, &id, Uuid::new_v4(), (day(start), day(end)), call.now);
        report.values = values.clone().into();
        report.state = pb::report::State::Accepted.into();
        report
    });
    let name = project.name.clone();
    let made = place.database.write("projects", move |unit| {
        let (project, promised, reports) = (project.clone(), promised.clone(), reports.clone());
        let call = call.clone();
        async move {
            chassis::store::insert(unit, &call, &project).await?;
            chassis::store::insert_all(unit, &call, &promised).await?;
            for report in &reports {
                chassis::store::insert(unit, &call, report).await?;
                result::seal(unit, report).await?;
            }
            Ok(Outcome::Keep(()))
        }
        .boxed()
    });
    made.await.unwrap();
    name
}

#[tokio::test(flavor = "multi_thread")]
async fn les_24_a_thousand_indicators_over_four_periods_cost_the_statements_of_two() {
    for place in places().await {
        let asked = Arc::new(AtomicUsize::new(0));
        let (mut reader, counter) = (place.database.reader().clone(), Arc::clone(&asked));
        reader.set_metric_callback(move |_| {
            counter.fetch_add(1, Ordering::SeqCst);
        });
        let (few, many) = (reported(&place, "few", 2).await, reported(&place, "many", 1000).await);
        let mut counts = Vec::new();
        for (project, indicators) in [(few, 2), (many, 1000)] {
            let before = asked.load(Ordering::SeqCst);
            let found = of_project(&reader, &project).await.unwrap();
            counts.push(asked.load(Ordering::SeqCst) - before);
            assert_eq!(found.len(), indicators);
            assert!(found.iter().all(|promised| promised.told.actuals.len() == 4));
        }
        assert!(counts[0] > 0 && counts[0] == counts[1], "{counts:?}");
    }
}
