//! What reports that are not accepted say, to be named when explaining (BEY-3): read one by one, and of each only what was
//! asked for, since a network has many of them.

use std::collections::HashMap;

use chassis::column::{Coded, Day, Micros, PackedList};
use chassis::error::Result;
use futures::TryStreamExt as _;
use proto::projects as pb;
use proto::projects::report::State;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{
    Condition, ConnectionTrait, DatabaseConnection, ExprTrait as _, QuerySelect as _, QueryTrait as _,
};

use super::engine::exact::Amount;
use super::engine::{Entry, Exact, Figure};
use super::rules::Asked;
use super::store::{Known, amount, cells};
use crate::indicator;
use crate::report::row::{COLUMN, Column, Entity};

/// A report that is not accepted, with those of its values that are of the indicators asked for.
pub(super) struct Waiting {
    report: String,
    revision: i32,
    project: String,
    reporting_period: String,
    days: (Day, Day),
    /// Each with its indicator of the library.
    values: Vec<(pb::ReportValue, String)>,
}

type Columns = (String, i32, String, String, Day, Day, PackedList<pb::ReportValue>);

/// The reports that are not accepted, as far as the caller may see them.
///
/// # Errors
/// Only the database's.
pub(super) async fn waiting(
    db: &DatabaseConnection,
    visible: Condition,
    asked: &Asked,
) -> Result<Vec<Waiting>> {
    let open = [State::Draft, State::Submitted, State::Returned].map(Coded::from);
    let open = Condition::all()
        .add(COLUMN.state.is_in(open))
        .add(visible)
        .add_option(asked.from.map(|from| COLUMN.period_start.gte(from)))
        .add_option(asked.to.map(|to| COLUMN.period_end.lte(to)));
    let reports = Entity::find().filter(open).select_only();
    let promised = promised(db, reports.clone().column(Column::Project).into_query(), asked).await?;
    if promised.is_empty() {
        return Ok(Vec::new());
    }
    let columns = [
        Column::Name,
        Column::Revision,
        Column::Project,
        Column::ReportingPeriod,
        Column::PeriodStart,
        Column::PeriodEnd,
        Column::Values,
    ];
    let mut rows = reports.columns(columns).into_tuple::<Columns>().stream(db).await?;
    let mut waiting = Vec::new();
    while let Some((report, revision, project, reporting_period, start, end, values)) =
        rows.try_next().await?
    {
        let of_library = |value: pb::ReportValue| {
            let indicator = promised.get(&value.project_indicator)?.clone();
            Some((value, indicator))
        };
        let values: Vec<_> = values.into_inner().into_iter().filter_map(of_library).collect();
        if !values.is_empty() {
            waiting.push(Waiting { report, revision, project, reporting_period, days: (start, end), values });
        }
    }
    Ok(waiting)
}

/// Which indicator of the library each indicator of these projects is of, as far as it is asked for.
async fn promised(
    db: &impl ConnectionTrait,
    projects: sea_orm::sea_query::SelectStatement,
    asked: &Asked,
) -> Result<HashMap<String, String>> {
    let wanted = asked.indicators.iter().map(String::as_str);
    let wanted = match asked.indicators.is_empty() {
        true => Expr::col("indicator").ne(""),
        false => Expr::col("indicator").is_in(wanted),
    };
    let select = Query::select()
        .columns(["name", "indicator"])
        .from("project_indicator")
        .and_where(wanted)
        .and_where(Expr::col("project").in_subquery(projects))
        .to_owned();
    let mut promised = HashMap::new();
    for row in db.query_all(&select).await? {
        promised.insert(row.try_get("", "name")?, row.try_get("", "indicator")?);
    }
    Ok(promised)
}

/// The same as values, by the names that are known.
pub(super) fn drafts(
    known: &mut Known,
    waiting: &[Waiting],
    library: &[indicator::row::Model],
) -> Vec<Entry> {
    let library: HashMap<&str, &indicator::row::Model> =
        library.iter().map(|indicator| (indicator.name.as_str(), indicator)).collect();
    let mut drafts = Vec::new();
    for report in waiting {
        for (value, indicator) in &report.values {
            if let Some(indicator) = library.get(indicator.as_str()) {
                drafts.push(draft(known, report, value, indicator));
            }
        }
    }
    drafts
}

fn draft(
    known: &mut Known,
    waiting: &Waiting,
    value: &pb::ReportValue,
    indicator: &indicator::row::Model,
) -> Entry {
    let amount: Option<Amount> = value.actual.as_ref().and_then(|actual| amount(actual.kind.as_ref()?));
    let figure = match amount {
        Some(amount) if amount.whole == Exact::ZERO => Figure::Number(amount),
        Some(amount) => Figure::Ratio(amount),
        None => Figure::Nothing,
    };
    let cells = cells(known, &value.cells);
    let book = &mut known.book;
    let (start, end) = waiting.days;
    Entry {
        series: book.series(&indicator.name, indicator.version, &indicator.unit),
        project: book.names.know(&waiting.project),
        line: book.names.know(&value.project_indicator),
        period: book.period(&waiting.reporting_period, start, end),
        report: book.names.know(&waiting.report),
        revision: waiting.revision,
        figure,
        cells,
        accepted: Micros::MAX,
        superseded: Micros::MAX,
    }
}
