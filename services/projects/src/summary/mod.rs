//! How the projects of the network, of a territory or of a partner stand: counted in a fixed number of queries, but for
//! what imported projects lack, which is read page by page.

mod store;

use chassis::Context;
use chassis::auth::Caller;
use chassis::error::{Result, Violations};
use chassis::name;
use chassis::wire::Conversation;
use proto::projects as pb;
use proto::projects::project::State;
use proto::projects::report::{Rating, State as ReportState};

use crate::settings::Agreed;
use crate::{obligation, project};
use store::Latest;

const TERRITORY: &str = "territories/{territory}";
const PARTNER: &str = "partners/{partner}";
const RECOMMENDATION: &str = "recommendations/{recommendation}";

/// Says how projects stand, as far as the caller sees them; what is owed and what goes badly only to the signed in, and
/// only of what is theirs (LES-23).
///
/// # Errors
/// `INVALID_ARGUMENT` on a name that is none.
pub async fn summarize(
    context: &Context,
    agreed: &Agreed,
    caller: &Caller,
    request: &pb::SummarizeProjectsRequest,
) -> Result<pb::SummarizeProjectsResponse> {
    let mut wrong = Violations::default();
    for (field, pattern, asked) in [
        ("territory", TERRITORY, &request.territory),
        ("partner", PARTNER, &request.partner),
        ("recommendation", RECOMMENDATION, &request.recommendation),
    ] {
        if !asked.is_empty() {
            wrong.check(name::check_reference(field, pattern, asked))?;
        }
    }
    wrong.finish()?;
    let (db, now) = (context.database.reader(), context.clock.now());
    let counted = store::counted(caller, request);
    let states = store::states(db, &counted).await?;
    let latest = store::latest(db, caller, &counted).await?;
    let count =
        |state: State| states.iter().find(|(other, _)| *other == state).map_or(0, |(_, count)| *count);
    let (needs_qualified, needs_addressed) = store::needs(db, request, &counted).await?;
    let (with_gaps, incomplete) = store::incomplete(db, &counted, now).await?;
    let submitted = || latest.iter().filter(|report| report.submitted);
    let overdue = |report: &&Latest| report.review_due.is_some_and(|due| now > agreed.zone.end(due));
    let mut response = pb::SummarizeProjectsResponse {
        projects_to_review: count(State::Submitted),
        states: states
            .iter()
            .map(|(state, count)| pb::StateCount { state: (*state).into(), count: *count })
            .collect(),
        ratings: ratings(&latest),
        dormant: store::dormant(db, &counted).await?,
        with_gaps,
        incomplete: incomplete.iter().map(lacking).collect(),
        budget: store::budget(db, &counted).await?,
        needs_qualified,
        needs_addressed,
        reports_to_review: number(submitted().count()),
        reviews_overdue: number(submitted().filter(overdue).count()),
        ..Default::default()
    };
    if !caller.is_nobody() {
        let scope = obligation::store::Scope::of(caller);
        let facts = obligation::store::facts(db, scope.clone(), counted.clone()).await?;
        response.punctualities = punctualities(&obligation::rules::obligations(&facts, agreed, now));
        let today = agreed.zone.day(now);
        response.attention = store::attention(db, scope.projects(), &latest, today).await?;
        let preferences = Conversation::current().preferences;
        let shown = response.attention.iter().map(|item| item.project.as_str()).collect();
        let titles = obligation::store::titles(db, shown).await?;
        for item in &mut response.attention {
            let mut title = titles.get(&item.project).cloned().unwrap_or_default();
            chassis::text::display(&mut title, &preferences);
            item.title = title.display_text;
        }
    }
    Ok(response)
}

/// An imported project, and how much it lacks.
fn lacking(project: &project::row::Model) -> pb::IncompleteProject {
    let mut title = project.title.clone().into_inner();
    chassis::text::display(&mut title, &Conversation::current().preferences);
    pb::IncompleteProject {
        project: project.name.clone(),
        title: title.display_text,
        gaps: number(project::rules::gaps(project).len()),
    }
}

/// How many projects have which rating in the latest report of each.
fn ratings(latest: &[Latest]) -> Vec<pb::RatingCount> {
    [Rating::Green, Rating::Amber, Rating::Red, Rating::NotRated]
        .into_iter()
        .map(|rating| {
            let count = latest.iter().filter(|report| report.is_latest && report.rating == rating).count();
            pb::RatingCount { rating: rating.into(), count: number(count) }
        })
        .filter(|counted| counted.count > 0)
        .collect()
}

fn punctualities(owed: &[obligation::rules::Obligation]) -> Vec<pb::PunctualityCount> {
    let mut counts: std::collections::BTreeMap<i32, usize> = std::collections::BTreeMap::new();
    for obligation in owed {
        *counts.entry(obligation.punctuality.into()).or_default() += 1;
    }
    let counted = |(punctuality, count)| pb::PunctualityCount { punctuality, count: number(count) };
    counts.into_iter().map(counted).collect()
}

fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// The states of reports that say how a project goes.
const TELLING: [ReportState; 2] = [ReportState::Accepted, ReportState::Submitted];
