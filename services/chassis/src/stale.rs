//! What happened to a row since a caller read it: whoever is too late learns who changed what (LES-8).

use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;

use crate::call::Call;
use crate::change;
use crate::database::Unit;
use crate::error::{Error, Result};
use crate::mask;
use crate::say;
use crate::store::Row;

/// What to tell a caller whose etag is not current: who changed the row since, and which fields differ.
///
/// # Errors
/// Only the database's.
pub async fn explain<R: Row>(unit: &Unit<'_>, call: &Call, row: &R) -> Result<Error> {
    let name = row.name();
    let read: i32 = call.etag.trim_matches('"').parse().unwrap_or(-1);
    let since = change::Entity::find()
        .filter(change::COLUMN.service.eq(R::SERVICE))
        .filter(change::COLUMN.resource.eq(name))
        .filter(change::COLUMN.revision.gte(read))
        .order_by_asc(change::COLUMN.seq)
        .all(unit.txn)
        .await?;
    let mut who: Vec<&str> = since
        .iter()
        .filter(|change| change.revision > read)
        .map(|change| change.principal.as_str())
        .collect();
    who.dedup();
    let was = since.iter().find(|change| change.revision == read);
    let was = was.and_then(|change| <R::Message as prost::Message>::decode(change.data.as_slice()).ok());
    let fields = match was {
        Some(was) => {
            let mut now: R::Message = row.clone().into();
            proto::Private::redact(&mut now);
            mask::differing(&was, &now)?
        }
        None => Vec::new(),
    };
    let (who, fields) = (who.join(", "), fields.join(", "));
    let why = match (who.is_empty(), fields.is_empty()) {
        (false, false) => say!(
            "{name} was changed since you read it, by {who} ({fields}): read it again, then repeat your change",
            "{name} a été modifié depuis votre lecture, par {who} ({fields}) : relisez, puis refaites votre modification"
        ),
        _ => say!(
            "{name} was changed since you read it: read it again, then repeat your change",
            "{name} a été modifié depuis votre lecture : relisez, puis refaites votre modification"
        ),
    };
    Ok(Error::Aborted { reason: "ETAG_MISMATCH", why })
}
