//! What is counted, on disk.

use std::collections::HashMap;

use chassis::auth::Caller;
use chassis::column::{Coded, Day, Micros, PackedList};
use chassis::error::Result;
use proto::common::{Money, Origin};
use proto::projects as pb;
use proto::projects::need::State as NeedState;
use proto::projects::project::State;
use proto::projects::report::{Rating, State as ReportState};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{
    Condition, ConnectionTrait, DatabaseConnection, ExprTrait as _, QueryOrder as _, QuerySelect as _,
};

use super::TELLING;
use crate::need::rules::ADDRESSING;
use crate::project::row as project;
use crate::project::rules::{HIDDEN, TERMINAL, gaps};
use crate::report::row as report;

/// Projects that need looking at, at most.
const MOST_ATTENTION: usize = 500;

/// Projects with gaps that are named, at most.
const MOST_INCOMPLETE: usize = 20;
/// Projects that are looked at together.
const PAGE: u64 = 500;

/// The projects that a caller sees and a request asks for.
pub(super) fn counted(caller: &Caller, request: &pb::SummarizeProjectsRequest) -> Condition {
    let linked = |table: &'static str, fits: Condition| {
        let named = Query::select().column((table, "project")).from(table).cond_where(fits).to_owned();
        project::COLUMN.name.in_subquery(named)
    };
    let mut counted = Condition::all().add(crate::project::store::visible_to(caller));
    if !request.territory.is_empty() {
        let lies = Expr::col(("project_territory", "territory")).in_subquery(within(&request.territory));
        counted = counted.add(linked("project_territory", Condition::all().add(lies)));
    }
    if !request.partner.is_empty() {
        let takes_part = Expr::col(("project_participant", "partner")).eq(request.partner.as_str());
        let takes_part = linked("project_participant", Condition::all().add(takes_part));
        let leads = project::COLUMN.lead_partner.eq(request.partner.as_str());
        counted = counted.add(Condition::any().add(leads).add(takes_part));
    }
    if !request.recommendation.is_empty() {
        let carries =
            Expr::col(("project_recommendation", "recommendation")).eq(request.recommendation.as_str());
        counted = counted.add(linked("project_recommendation", Condition::all().add(carries)));
    }
    counted
}

/// A territory and what lies in it.
fn within(territory: &str) -> SelectStatement {
    Query::select()
        .column(("territory_ancestor", "territory"))
        .from("territory_ancestor")
        .and_where(Expr::col(("territory_ancestor", "ancestor")).eq(territory))
        .to_owned()
}

fn names(counted: &Condition) -> SelectStatement {
    Query::select().column(("project", "name")).from("project").cond_where(counted.clone()).to_owned()
}

/// How many projects there are in each state.
pub(super) async fn states(db: &DatabaseConnection, counted: &Condition) -> Result<Vec<(State, i32)>> {
    let states: Vec<(Coded<State>, i64)> = project::Entity::find()
        .select_only()
        .column(project::Column::State)
        .column_as(project::Column::Name.count(), "count")
        .filter(counted.clone())
        .group_by(project::Column::State)
        .into_tuple()
        .all(db)
        .await?;
    let mut states: Vec<(State, i32)> =
        states.into_iter().map(|(state, count)| (state.get(), number(count))).collect();
    states.sort_by_key(|(state, _)| i32::from(*state));
    Ok(states)
}

/// A report that says how its project goes.
#[derive(Clone, Debug)]
pub(super) struct Latest {
    pub(super) project: String,
    pub(super) report: String,
    pub(super) submitted: bool,
    pub(super) rating: Rating,
    pub(super) review_due: Option<Day>,
    /// None of its project says later how it goes.
    pub(super) is_latest: bool,
    end: Day,
}

/// The accepted and submitted reports of the projects counted, as far as the caller sees them.
pub(super) async fn latest(
    db: &DatabaseConnection,
    caller: &Caller,
    counted: &Condition,
) -> Result<Vec<Latest>> {
    type Columns = (String, String, Coded<ReportState>, Coded<Rating>, Option<Day>, Day);
    let found: Vec<Columns> = report::Entity::find()
        .select_only()
        .column(report::Column::Project)
        .column(report::Column::Name)
        .column(report::Column::State)
        .column(report::Column::OverallRating)
        .column(report::Column::ReviewDue)
        .column(report::Column::PeriodEnd)
        .filter(report::COLUMN.state.is_in(TELLING.map(Coded::from)))
        .filter(report::COLUMN.project.in_subquery(names(counted)))
        .filter(crate::report::store::visible(caller, None))
        .into_tuple()
        .all(db)
        .await?;
    let report = |(project, report, state, rating, review_due, end): Columns| Latest {
        project,
        report,
        submitted: state == ReportState::Submitted,
        rating: rating.get(),
        review_due,
        is_latest: false,
        end,
    };
    let mut found: Vec<Latest> = found.into_iter().map(report).collect();
    // Of the same days, a submitted correction says it later than what it corrects.
    found.sort_by(|one, other| {
        (&one.project, one.end, one.submitted).cmp(&(&other.project, other.end, other.submitted))
    });
    for index in 0..found.len() {
        found[index].is_latest = found.get(index + 1).is_none_or(|next| next.project != found[index].project);
    }
    Ok(found)
}

/// Projects that are red or amber in their latest report, with what is done about it: the worst first.
pub(super) async fn attention(
    db: &DatabaseConnection,
    scope: Condition,
    latest: &[Latest],
    today: Option<Day>,
) -> Result<Vec<pb::AttentionItem>> {
    let bad = |report: &&Latest| report.is_latest && matches!(report.rating, Rating::Red | Rating::Amber);
    let mut bad: Vec<&Latest> = latest.iter().filter(bad).collect();
    bad.sort_by_key(|report| (report.rating != Rating::Red, &report.project));
    bad.truncate(MOST_ATTENTION);
    let in_scope = Query::select().column(("project", "name")).from("project").cond_where(scope).to_owned();
    let actions: Vec<(String, PackedList<pb::CorrectiveAction>)> = report::Entity::find()
        .select_only()
        .column(report::Column::Name)
        .column(report::Column::CorrectiveActions)
        .filter(report::COLUMN.name.is_in(bad.iter().map(|report| report.report.as_str())))
        .filter(report::COLUMN.project.in_subquery(in_scope))
        .into_tuple()
        .all(db)
        .await?;
    let actions: HashMap<String, _> = actions.into_iter().collect();
    let overdue = |action: &&pb::CorrectiveAction| {
        let due = action.due_date.as_ref().and_then(|date| Day::from_date("due_date", date).ok());
        !action.done && due.zip(today).is_some_and(|(due, today)| due < today)
    };
    let item = |report: &Latest| {
        let actions = actions.get(&report.report)?;
        Some(pb::AttentionItem {
            project: report.project.clone(),
            title: String::new(),
            rating: report.rating.into(),
            report: report.report.clone(),
            actions_overdue: super::number(actions.iter().filter(overdue).count()),
        })
    };
    Ok(bad.into_iter().filter_map(item).collect())
}

/// Projects with two reports missing in a row.
pub(super) async fn dormant(db: &DatabaseConnection, counted: &Condition) -> Result<i32> {
    let dormant = project::Entity::find().filter(counted.clone()).filter(project::COLUMN.dormant.eq(true));
    Ok(number(i64::try_from(dormant.count(db).await?).unwrap_or(i64::MAX)))
}

/// How many imported projects still lack something (BEY-8), and the first of them. What one lacks follows from all of it,
/// so they are read page by page: memory holds a page, however many there are.
pub(super) async fn incomplete(
    db: &DatabaseConnection,
    counted: &Condition,
    now: Micros,
) -> Result<(i32, Vec<project::Model>)> {
    let imported = project::Entity::find()
        .filter(counted.clone())
        .filter(project::COLUMN.origin.eq(Coded::from(Origin::Imported)))
        .filter(project::COLUMN.state.is_not_in(TERMINAL.iter().map(|state| Coded::from(*state))))
        .order_by_asc(project::COLUMN.name)
        .limit(PAGE);
    let (mut count, mut first, mut after) = (0, Vec::new(), String::new());
    loop {
        let page = imported.clone().filter(project::COLUMN.name.gt(after.as_str())).all(db).await?;
        let Some(last) = page.last() else { return Ok((count, first)) };
        after.clone_from(&last.name);
        for project in chassis::store::informed(page, db.into(), now).await? {
            if !gaps(&project).is_empty() {
                count += 1;
                if first.len() < MOST_INCOMPLETE {
                    first.push(project);
                }
            }
        }
    }
}

/// What projects are to cost, per currency: of those that were approved and not given up, and of a programme what its
/// parts cost (AGG-5).
pub(super) async fn budget(db: &DatabaseConnection, counted: &Condition) -> Result<Vec<Money>> {
    let out = HIDDEN.iter().chain(&[State::Cancelled]).map(|state| Coded::from(*state));
    let with_parts = Query::select()
        .column(("project", "parent_project"))
        .from("project")
        .and_where(Expr::col(("project", "parent_project")).ne(""))
        .to_owned();
    let lines: Vec<PackedList<pb::BudgetLine>> = project::Entity::find()
        .select_only()
        .column(project::Column::BudgetLines)
        .filter(counted.clone())
        .filter(project::COLUMN.state.is_not_in(out))
        .filter(project::COLUMN.name.not_in_subquery(with_parts))
        .into_tuple()
        .all(db)
        .await?;
    chassis::value::total(lines.into_iter().flat_map(PackedList::into_inner).filter_map(|line| line.amount))
}

/// Qualified needs, and those of them that a project answers (PRJ-6): of the territory, or of the projects counted where
/// only some are asked for.
pub(super) async fn needs(
    db: &DatabaseConnection,
    request: &pb::SummarizeProjectsRequest,
    counted: &Condition,
) -> Result<(i32, i32)> {
    let answered = |projects: SelectStatement| {
        let named = Query::select()
            .column(("project_need", "need"))
            .from("project_need")
            .and_where(Expr::col(("project_need", "project")).in_subquery(projects))
            .to_owned();
        Expr::col(("need", "name")).in_subquery(named)
    };
    let mut qualified =
        Condition::all().add(Expr::col(("need", "state")).eq(Coded::from(NeedState::Qualified)));
    if !request.territory.is_empty() {
        qualified = qualified.add(Expr::col(("need", "territory")).in_subquery(within(&request.territory)));
    }
    if !(request.partner.is_empty() && request.recommendation.is_empty()) {
        qualified = qualified.add(answered(names(counted)));
    }
    let addressing = Condition::all().add(project::COLUMN.state.is_in(ADDRESSING.map(Coded::from)));
    let addressed = qualified.clone().add(answered(names(&addressing)));
    let mut counts = [0; 2];
    for (count, fits) in counts.iter_mut().zip([qualified, addressed]) {
        let select = Query::select()
            .expr_as(Expr::col(("need", "name")).count(), "count")
            .from("need")
            .cond_where(fits)
            .to_owned();
        if let Some(row) = db.query_one(&select).await? {
            *count = number(row.try_get("", "count")?);
        }
    }
    Ok((counts[0], counts[1]))
}

fn number(count: i64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
