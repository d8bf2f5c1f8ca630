//! The spreadsheets that were taken, so that one sent twice is taken once.

use chassis::column::Micros;
use chassis::database::Unit;
use chassis::error::Result;
use proto::projects::report::State;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue, ConnectionTrait, QueryOrder as _};

use super::super::row::{COLUMN as REPORT, Entity as Reports, Model as Report};
use crate::reporting_period;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "report_file")]
pub struct Model {
    /// What its sender is told.
    #[sea_orm(primary_key, auto_increment = false)]
    pub receipt: String,
    pub report: String,
    pub receive_time: Micros,
}

impl ActiveModelBehavior for ActiveModel {}

/// When a spreadsheet was taken, if it was and its report was not given up since.
pub(super) async fn received(db: &impl ConnectionTrait, receipt: &str) -> Result<Option<Model>> {
    let Some(taken) = Entity::find_by_id(receipt).one(db).await? else { return Ok(None) };
    let there = Reports::find_by_id(taken.report.as_str()).count(db).await? > 0;
    Ok(there.then_some(taken))
}

/// Remembers that a spreadsheet was taken.
pub(super) async fn remember(unit: &Unit<'_>, receipt: &str, report: &str) -> Result<()> {
    let file = ActiveModel {
        receipt: ActiveValue::Set(receipt.to_owned()),
        report: ActiveValue::Set(report.to_owned()),
        receive_time: ActiveValue::Set(unit.now),
    };
    let anew =
        OnConflict::column(Column::Receipt).update_columns([Column::Report, Column::ReceiveTime]).to_owned();
    Entity::insert(file).on_conflict(anew).exec_without_returning(unit.txn).await?;
    Ok(())
}

/// The report of a project for a period that is at work, or else the one that counts or waits for review.
pub(super) async fn current(
    db: &impl ConnectionTrait,
    project: &str,
    period: &str,
) -> Result<Option<Report>> {
    let reports = Reports::find()
        .filter(REPORT.project.eq(project))
        .filter(REPORT.reporting_period.eq(period))
        .order_by_desc(REPORT.correction)
        .all(db)
        .await?;
    Ok(reports.into_iter().find(|report| report.state != State::Superseded))
}

/// When the report after a period is due, where one of its cycle is planned.
pub(super) async fn next_due(
    db: &impl ConnectionTrait,
    period: &reporting_period::row::Model,
) -> Result<Option<chassis::column::Day>> {
    let next = reporting_period::row::Entity::find()
        .filter(reporting_period::row::COLUMN.cycle.eq(period.cycle))
        .filter(reporting_period::row::COLUMN.start.gt(period.end))
        .order_by_asc(reporting_period::row::COLUMN.start)
        .one(db)
        .await?;
    Ok(next.map(|next| next.due))
}
