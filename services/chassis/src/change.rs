//! The change table: audit trail, outbox and history in one.
//!
//! Each service has a head: the sequence number of its last change. A batch of writes locks the heads first, so numbers
//! follow the order of commits and leave no gap, whatever rolls back.

#![expect(
    missing_docs,
    reason = "the columns are the fields of `Event` and `AuditEvent`, told in the contract"
)]

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Query};
use sea_orm::{DatabaseTransaction, DbBackend, ExprTrait as _, Set};

use crate::column::Micros;
use crate::database::{ByService, Unit};
use crate::error::Error;
use crate::store::Call;

/// A change about to be committed.
pub struct Change {
    pub(crate) id: String,
    pub(crate) principal: String,
    pub(crate) method: String,
    pub(crate) resource: String,
    pub(crate) revision: i32,
    pub(crate) from_state: String,
    pub(crate) to_state: String,
    pub(crate) reason: String,
    pub(crate) request_id: String,
    pub(crate) type_name: String,
    pub(crate) data: Vec<u8>,
    pub(crate) owner: String,
    pub(crate) public: bool,
}

/// What a change is about.
pub struct About<'a> {
    /// The resource.
    pub resource: &'a str,
    /// How many times it has changed, this change included.
    pub revision: i32,
    /// The state before and after, in words.
    pub states: (&'a str, &'a str),
    /// The partner (or person) it belongs to, who may see it in any state.
    pub owner: &'a str,
    /// Anyone may see it.
    pub public: bool,
}

impl Unit<'_> {
    /// Writes what was recorded so far, so that long work does not hold it all in memory. The newest waits: whether it is
    /// the last is known at the end.
    ///
    /// # Errors
    /// Only the database's.
    pub async fn flush(&mut self) -> Result<(), Error> {
        let Some(newest) = self.changes.pop() else {
            return Ok(());
        };
        let changes = std::mem::replace(&mut self.changes, vec![newest]);
        let end = self.written + count(&changes);
        insert(self.txn, rows(self.service, self.written, changes, false, self.now).collect()).await?;
        self.written = end;
        Ok(())
    }

    /// Writes down that a resource changed: `data` is its message without private fields.
    pub fn record<M: prost::Name>(&mut self, call: &Call, about: About<'_>, data: &M) {
        self.changes.push(Change {
            id: Uuid::now_v7().to_string(),
            principal: call.caller.subject.clone(),
            method: call.method.clone(),
            resource: about.resource.to_owned(),
            revision: about.revision,
            from_state: about.states.0.to_owned(),
            to_state: about.states.1.to_owned(),
            reason: call.reason.clone(),
            request_id: call.request_id.clone(),
            type_name: M::full_name(),
            data: data.encode_to_vec(),
            owner: about.owner.to_owned(),
            public: about.public,
        });
    }
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "change")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub service: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// The last change of its piece of work: a reader never stops before it.
    pub last: bool,
    pub id: String,
    pub time: Micros,
    pub principal: String,
    pub method: String,
    pub resource: String,
    pub revision: i32,
    pub from_state: String,
    pub to_state: String,
    pub reason: String,
    pub request_id: String,
    pub type_name: String,
    pub data: Vec<u8>,
    pub owner: String,
    pub public: bool,
}

impl ActiveModelBehavior for ActiveModel {}

/// The heads of the feeds a batch writes to, held from its first statement to its commit.
pub(crate) struct Heads {
    heads: ByService<Head>,
    /// Numbered, and written together at the end of the batch.
    waiting: Vec<ActiveModel>,
}

struct Head {
    saved: i64,
    seq: i64,
}

impl Heads {
    pub(crate) async fn lock(txn: &DatabaseTransaction, services: &[&'static str]) -> Result<Self, DbErr> {
        let mut select = Query::select()
            .columns([Alias::new("service"), Alias::new("seq")])
            .from(Alias::new("change_head"))
            .and_where(Expr::col(Alias::new("service")).is_in(services.iter().copied()))
            .order_by(Alias::new("service"), sea_orm::Order::Asc)
            .to_owned();
        if txn.get_database_backend() == DbBackend::Postgres {
            select.lock_exclusive();
        }
        let mut heads = ByService::new();
        for row in txn.query_all(&select).await? {
            let (name, seq): (String, i64) = (row.try_get("", "service")?, row.try_get("", "seq")?);
            if let Some(service) = services.iter().find(|service| **service == name) {
                heads.insert(*service, Head { saved: seq, seq });
            }
        }
        Ok(Self { heads, waiting: Vec::new() })
    }

    /// The number of the last change of a feed, with those of this batch.
    pub(crate) fn last(&self, service: &str) -> i64 {
        self.heads.get(service).map_or(0, |head| head.seq)
    }

    /// Ends the changes of a piece of work that is kept, of which some may be written already.
    pub(crate) fn append(
        &mut self,
        service: &'static str,
        written: i64,
        changes: Vec<Change>,
        now: Micros,
    ) -> Result<(), DbErr> {
        if changes.is_empty() {
            return Ok(());
        }
        let head = self
            .heads
            .get_mut(service)
            .ok_or_else(|| DbErr::Custom(format!("the feed of {service} has no head")))?;
        head.seq = written + count(&changes);
        self.waiting.extend(rows(service, written, changes, true, now));
        Ok(())
    }

    /// Writes what waits, and the heads.
    pub(crate) async fn save(&mut self, txn: &DatabaseTransaction) -> Result<(), DbErr> {
        insert(txn, std::mem::take(&mut self.waiting)).await?;
        for (service, head) in self.heads.iter().filter(|(_, head)| head.seq != head.saved) {
            let update = Query::update()
                .table(Alias::new("change_head"))
                .value(Alias::new("seq"), head.seq)
                .and_where(Expr::col(Alias::new("service")).eq(*service))
                .to_owned();
            txn.execute(&update).await?;
        }
        Ok(())
    }
}

fn count(changes: &[Change]) -> i64 {
    i64::try_from(changes.len()).unwrap_or(i64::MAX)
}

/// Changes after the one of that number, as rows.
fn rows(
    service: &'static str,
    after: i64,
    changes: Vec<Change>,
    ends: bool,
    now: Micros,
) -> impl Iterator<Item = ActiveModel> {
    let end = after + count(&changes);
    (after + 1..).zip(changes).map(move |(seq, change)| ActiveModel {
        service: Set(service.to_owned()),
        seq: Set(seq),
        last: Set(ends && seq == end),
        id: Set(change.id),
        time: Set(now),
        principal: Set(change.principal),
        method: Set(change.method),
        resource: Set(change.resource),
        revision: Set(change.revision),
        from_state: Set(change.from_state),
        to_state: Set(change.to_state),
        reason: Set(change.reason),
        request_id: Set(change.request_id),
        type_name: Set(change.type_name),
        data: Set(change.data),
        owner: Set(change.owner),
        public: Set(change.public),
    })
}

async fn insert(txn: &DatabaseTransaction, mut rows: Vec<ActiveModel>) -> Result<(), DbErr> {
    while !rows.is_empty() {
        // SQLite binds at most 32,766 values in a statement.
        let rest = rows.split_off(rows.len().min(1000));
        Entity::insert_many(std::mem::replace(&mut rows, rest)).exec_without_returning(txn).await?;
    }
    Ok(())
}
