//! The table `agreement`, facing its message.

use std::sync::Arc;

use chassis::Told;
use chassis::auth::Caller;
use chassis::column::{Coded, Day, Micros, Packed, PackedList};
use chassis::database::Unit;
use chassis::filter::Field;
use chassis::gap::Gap;
use chassis::lifecycle::{Lifecycle, Stateful};
use proto::Private as _;
use proto::common::{DateRange, Evidence, Origin};
use proto::partners as pb;
use proto::partners::agreement::{Kind, RenewalMode, State, SuccessionKind};
use sea_orm::DatabaseExecutor;
use sea_orm::entity::prelude::*;

use super::{parts, rules};
use crate::partnership;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub uid: String,
    pub revision: i32,
    pub create_time: Micros,
    pub update_time: Micros,
    /// As of the last time that it was written; what is told is as of the day ([`clock::settle`]).
    pub state: Coded<State>,
    pub state_reason: String,
    /// Since when it is someone's turn.
    pub turn_time: Micros,
    pub partnership: String,
    pub kind: Coded<Kind>,
    pub legally_binding: bool,
    pub parties: PackedList<pb::AgreementParty>,
    pub period_start: Option<Day>,
    /// Of the period that runs; `signed_end` is of the one that was signed, before it renewed itself.
    pub period_end: Option<Day>,
    pub signed_end: Option<Day>,
    pub document: Packed<Evidence>,
    pub translations: PackedList<Evidence>,
    pub notice_days: i32,
    pub renewal_mode: Coded<RenewalMode>,
    pub max_tacit_renewals: i32,
    pub review_due: Option<Day>,
    pub contents: PackedList<pb::AgreementContent>,
    pub external_reference: String,
    pub predecessor: String,
    pub succession_kind: Coded<SuccessionKind>,
    pub lineage_number: i32,
    pub tacit_renewals: i32,
    pub renewal_notice: Packed<pb::AgreementNotice>,
    pub termination: Packed<pb::AgreementTermination>,
    /// The first day on which one that all have signed takes its place.
    pub superseded: Option<Day>,
    /// The first day it is in force; nothing until all have signed.
    pub in_force: Option<Day>,
    /// The last day it is in force, as things stand.
    pub last: Option<Day>,
    /// The state that it has after its last day.
    pub ending: Coded<State>,
    /// The last reminder said that it ends in so many days.
    pub reminded: i32,
    pub origin: Coded<Origin>,
    /// Its partnership, and the day it is there; told, kept nowhere.
    #[sea_orm(ignore)]
    pub within: Option<Arc<partnership::row::Model>>,
    /// The agreement that takes its place, or is being prepared to; told.
    #[sea_orm(ignore)]
    pub successor: String,
    /// That one is a draft, or waits for signatures: it is for the members to read; told.
    #[sea_orm(ignore)]
    pub successor_open: bool,
    /// The day its partnership last closed a health check; told.
    #[sea_orm(ignore)]
    pub reviewed: Option<Day>,
    /// How many months old that may be; told.
    #[sea_orm(ignore)]
    pub review_months: i32,
}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for pb::Agreement {
    fn from(agreement: Model) -> Self {
        let gaps = rules::gaps(&agreement);
        let today = agreement.today().ok();
        Self {
            etag: chassis::store::etag(agreement.revision),
            awaiting: parts::awaiting(&agreement).to_owned(),
            awaiting_since: Some(agreement.turn_time.to_timestamp()),
            waiting_parties: agreement.waiting().map(str::to_owned).collect(),
            days_to_expiry: today.and_then(|today| agreement.days_left(today)),
            period: agreement.period_start.map(|start| DateRange {
                start_date: Some(start.to_date()),
                end_date: agreement.period_end.map(Day::to_date),
            }),
            name: agreement.name,
            uid: agreement.uid,
            create_time: Some(agreement.create_time.to_timestamp()),
            update_time: Some(agreement.update_time.to_timestamp()),
            revision: agreement.revision,
            state: agreement.state.number(),
            kind: agreement.kind.number(),
            legally_binding: agreement.legally_binding,
            parties: agreement.parties.into_inner(),
            document: agreement.document.set(),
            translations: agreement.translations.into_inner(),
            notice_days: Some(agreement.notice_days),
            renewal_mode: agreement.renewal_mode.number(),
            max_tacit_renewals: agreement.max_tacit_renewals,
            review_due_date: agreement.review_due.map(Day::to_date),
            contents: agreement.contents.into_inner(),
            external_reference: agreement.external_reference,
            predecessor: agreement.predecessor,
            succession_kind: agreement.succession_kind.number(),
            successor: agreement.successor,
            lineage_number: agreement.lineage_number,
            tacit_renewals: agreement.tacit_renewals,
            renewal_notice: agreement.renewal_notice.set(),
            termination: agreement.termination.set(),
            in_force_date: agreement.in_force.map(Day::to_date),
            last_date: agreement.last.map(Day::to_date),
            last_reminder_days: agreement.reminded,
            state_reason: agreement.state_reason,
            origin: agreement.origin.number(),
            gaps: gaps.iter().map(Gap::message).collect(),
            allowed_actions: Vec::new(),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::Agreement, state);

    const SERVICE: &'static str = "partners";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::enumeration("state", "ensemble.partners.v1.Agreement.State"),
        Field::enumeration("kind", "ensemble.partners.v1.Agreement.Kind"),
        Field::boolean("legally_binding"),
        Field::many("parties", "agreement_party", "agreement", "partner"),
        Field::date("period.start_date").column("period_start"),
        Field::date("period.end_date").column("period_end"),
        Field::enumeration("renewal_mode", "ensemble.partners.v1.Agreement.RenewalMode"),
        Field::date("review_due_date").column("review_due"),
        Field::text("predecessor"),
        Field::enumeration("succession_kind", "ensemble.partners.v1.Agreement.SuccessionKind"),
        Field::enumeration("origin", "ensemble.common.v1.Origin"),
        Field::text("external_reference"),
        Field::many("awaiting_party", "agreement_waiting", "agreement", "partner"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    fn owner(&self) -> &str {
        self.within.as_ref().map_or("", |partnership| partnership.lead_partner.as_str())
    }

    fn public(&self) -> bool {
        rules::PUBLIC.contains(&self.state.get())
    }

    async fn follow(&self, before: Option<&Self>, unit: &mut Unit<'_>) -> chassis::Result<()> {
        super::store::follow(self, before, unit).await
    }

    async fn inform(rows: &mut [Self], db: DatabaseExecutor<'_>, now: Micros) -> Result<(), DbErr> {
        super::store::inform(rows, &db, now).await
    }
}

impl Told for Model {
    const PATTERN: &'static str = rules::PATTERN;
    const LIFECYCLE: &'static Lifecycle<Self> = &rules::LIFECYCLE;

    fn seen_by(&self, caller: &Caller) -> bool {
        rules::PUBLIC.contains(&self.state.get()) || parts::sees(caller, self)
    }

    fn shown_to(self, caller: &Caller) -> pb::Agreement {
        let knows = parts::knows(caller, &self);
        let successor = parts::successor_for(caller, &self).to_owned();
        let mut message: pb::Agreement = self.into();
        message.successor = successor;
        if !knows {
            message.redact();
        }
        message
    }
}

impl Stateful for Model {
    chassis::states!(State {
        Draft: "a draft", "projet";
        PendingSignature: "being signed", "en signature";
        Signed: "signed", "signé";
        InForce: "in force", "en vigueur";
        Expired: "expired", "échu";
        Terminated: "terminated", "résilié";
        Superseded: "superseded", "remplacé";
        Cancelled: "cancelled", "abandonné";
    });

    fn parties(&self) -> Vec<&str> {
        self.parties.iter().map(|party| party.partner.as_str()).collect()
    }

    fn first_gap(&self) -> Option<Gap> {
        rules::gaps(self).into_iter().next()
    }
}
