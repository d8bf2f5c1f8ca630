//! Reminding those who owe reports: an event each, once a day at most, for whoever sends letters to follow.

use std::sync::Arc;

use chassis::change::About;
use chassis::database::{Outcome, Unit};
use chassis::error::{Error, Result};
use chassis::filter::Filter;
use chassis::wire::Conversation;
use chassis::{Call, Context, idempotency, say};
use futures::FutureExt as _;
use prost::Message as _;
use proto::projects as pb;

use super::rules::{self, FIELDS, Obligation};
use super::store::{self, Scope};
use crate::settings::Agreed;

/// Obligations looked at in one call, at most.
const MOST: usize = 1000;

/// Reminds of the obligations that a filter takes, or only says of which.
///
/// # Errors
/// `INVALID_ARGUMENT` on `filter`.
pub(crate) async fn remind(
    context: &Context,
    agreed: Arc<Agreed>,
    call: Call,
    request: pb::RemindReportsRequest,
) -> Result<pb::RemindReportsResponse> {
    let filter = Filter::parse(&request.filter, FIELDS)?;
    let conversation = Conversation::current();
    let work = context.database.write("projects", move |unit| {
        let (call, agreed, filter) = (call.clone(), Arc::clone(&agreed), filter.clone());
        let conversation = conversation.clone();
        async move {
            if let Some(before) = idempotency::find(unit.txn, "projects", &call).await? {
                let before = pb::RemindReportsResponse::decode(before.response.as_slice());
                return Ok(Outcome::Discard(before.map_err(Error::internal)?));
            }
            let response = conversation.carry(each(unit, &call, &agreed, &filter)).await?;
            if call.validate_only {
                return Ok(Outcome::Discard(response));
            }
            idempotency::remember(unit, "projects", &call, "", &response.encode_to_vec()).await?;
            Ok(Outcome::Keep(response))
        }
        .boxed()
    });
    work.await
}

async fn each(
    unit: &mut Unit<'_>,
    call: &Call,
    agreed: &Agreed,
    filter: &Filter,
) -> Result<pb::RemindReportsResponse> {
    let facts = store::facts(unit.txn, Scope::All, store::any()).await?;
    let mut owed = rules::obligations(&facts, agreed, unit.now);
    owed.retain(|obligation| {
        obligation.may_be_reminded() && filter.matches(&|field| obligation.value(field))
    });
    owed.sort_by_cached_key(Obligation::place);
    let left_off = i32::try_from(owed.len().saturating_sub(MOST)).unwrap_or(i32::MAX);
    owed.truncate(MOST);
    let today =
        agreed.zone.day(unit.now).ok_or_else(|| Error::internal("the clock is beyond the calendar"))?;
    let mut results = Vec::with_capacity(owed.len());
    for obligation in owed {
        let name = format!("{}/{}", obligation.project, obligation.reporting_period);
        if obligation.reminded.and_then(|time| agreed.zone.day(time)) == Some(today) {
            let why = say!("was reminded today already", "déjà relancé aujourd'hui");
            let message = why.in_language(Conversation::current().language).to_owned();
            results.push(pb::BulkResult {
                name,
                done: false,
                reason: "ALREADY_REMINDED".to_owned(),
                message,
            });
            continue;
        }
        store::reminded(unit, &obligation, today).await?;
        let about = About {
            resource: &name,
            revision: 0,
            states: ("", ""),
            owner: &obligation.lead_partner,
            public: false,
        };
        let reminder = pb::ReportReminder {
            project: obligation.project.clone(),
            lead_partner: obligation.lead_partner.clone(),
            reporting_period: obligation.reporting_period.clone(),
            due_date: Some(obligation.due.to_date()),
            punctuality: obligation.punctuality.into(),
        };
        unit.record(call, about, &reminder);
        results.push(pb::BulkResult { name, done: true, ..Default::default() });
    }
    Ok(pb::RemindReportsResponse { results, left_off })
}
