//! The obligation: a report that a project owes for a period, or has given. Nothing keeps it: it follows from projects,
//! periods, reports and the clock, in a fixed number of queries however many there are.

pub mod remind;
pub mod rules;
pub mod store;

use chassis::Context;
use chassis::auth::Caller;
use chassis::error::Result;
use chassis::page::{Ask, Query};
use chassis::wire::Conversation;
use proto::projects as pb;
use rules::{FIELDS, Obligation};

use crate::settings::Agreed;

#[cfg(test)]
mod tests;

/// A page of the obligations that a caller may know of, the most urgent first.
///
/// # Errors
/// `INVALID_ARGUMENT` on `page_size`, `page_token` or `filter`.
pub(crate) async fn list(
    context: &Context,
    agreed: &Agreed,
    caller: &Caller,
    request: &pb::ListReportObligationsRequest,
) -> Result<pb::ListReportObligationsResponse> {
    let now = context.clock.now();
    let ask = Ask {
        method: Conversation::current().method,
        parent: "",
        scope: &caller.subject,
        page_size: request.page_size,
        page_token: &request.page_token,
        filter: &request.filter,
        order_by: "",
    };
    let query = Query::parse(ask, FIELDS, &context.token_keys, now)?;
    let facts = store::facts(context.database.reader(), store::Scope::of(caller), store::any()).await?;
    let mut owed = rules::obligations(&facts, agreed, now);
    owed.retain(|obligation| query.filter().matches(&|field| obligation.value(field)));
    let page = query.cut(owed, Obligation::place);
    let shown = page.rows.iter().map(|obligation| obligation.project.as_str()).collect();
    let titles = store::titles(context.database.reader(), shown).await?;
    let preferences = Conversation::current().preferences;
    let message = |obligation: Obligation| {
        let mut title = titles.get(&obligation.project).cloned().unwrap_or_default();
        chassis::text::display(&mut title, &preferences);
        pb::ReportObligation { project_title: title.display_text, ..obligation.into() }
    };
    Ok(pb::ListReportObligationsResponse {
        next_page_token: page.next_page_token,
        report_obligations: page.rows.into_iter().map(message).collect(),
    })
}
