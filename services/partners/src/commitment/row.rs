//! The table `commitment`, facing its message.

use std::sync::Arc;

use chassis::Told;
use chassis::auth::Caller;
use chassis::column::{Coded, Day, Micros, Packed, PackedList, Strings};
use chassis::database::Unit;
use chassis::filter::Field;
use chassis::gap::Gap;
use chassis::lifecycle::{Lifecycle, Stateful};
use chassis::value;
use proto::Private as _;
use proto::common::{DateRange, LocalizedText, Money, Origin};
use proto::partners as pb;
use proto::partners::commitment::{Nature, State};
use sea_orm::DatabaseExecutor;
use sea_orm::entity::prelude::*;

use super::{deliveries, measure, parts, rules};
use crate::partnership;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "commitment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub uid: String,
    pub revision: i32,
    pub create_time: Micros,
    pub update_time: Micros,
    pub state: Coded<State>,
    /// Why it was cancelled, or not kept.
    pub state_reason: String,
    /// Whose turn it is: the number of a `parts::Turn`, which the view `commitment_turn` reads.
    pub turn: i32,
    /// Since when it is their turn.
    pub turn_time: Micros,
    pub partnership: String,
    pub partner: String,
    pub recipient: String,
    pub resource_type: String,
    pub nature: Coded<Nature>,
    pub description: Packed<LocalizedText>,
    /// Of what is not money.
    pub unit: String,
    /// Of money.
    pub currency: String,
    /// How much, exactly: units, or minor units of the currency. So are the three that follow.
    pub pledged: String,
    pub recorded: String,
    pub confirmed: String,
    /// Empty until the receiver has said that it does without.
    pub waived: String,
    /// What it may be worth, of what is not money.
    pub estimate: Packed<Money>,
    pub period_start: Option<Day>,
    pub period_end: Option<Day>,
    pub agreement: String,
    pub allocations: PackedList<pb::CommitmentAllocation>,
    /// The projects of its allocations, to find it by.
    pub projects: Strings,
    pub deliveries: PackedList<pb::CommitmentDelivery>,
    pub waive_reason: String,
    pub variance_reason: String,
    pub origin: Coded<Origin>,
    pub external_reference: String,
    /// Its partnership, and the day it is there; told, kept nowhere.
    #[sea_orm(ignore)]
    pub within: Option<Arc<partnership::row::Model>>,
}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for pb::Commitment {
    fn from(commitment: Model) -> Self {
        let (awaiting, awaiting_partner) = parts::awaiting(&commitment);
        let gaps = rules::gaps(&commitment);
        let (quantity, mut amount) = match commitment.pledged.is_empty() {
            true => (None, None),
            false => commitment.tell(commitment.pledged()),
        };
        if commitment.nature != Nature::Cash {
            amount = commitment.estimate.clone().set();
        }
        let (recorded_quantity, recorded_amount) = commitment.tell(measure::number(&commitment.recorded));
        let (confirmed_quantity, confirmed_amount) = commitment.tell(measure::number(&commitment.confirmed));
        let waived = !commitment.waived.is_empty();
        let (waived_quantity, waived_amount) =
            if waived { commitment.tell(measure::number(&commitment.waived)) } else { (None, None) };
        let pledged = commitment.pledged();
        let rate =
            (!pledged.is_zero()).then(|| value::ratio_value(measure::number(&commitment.confirmed), pledged));
        let period = commitment.period_start.map(|start| DateRange {
            start_date: Some(start.to_date()),
            end_date: commitment.period_end.map(Day::to_date),
        });
        Self {
            etag: chassis::store::etag(commitment.revision),
            awaiting: awaiting.to_owned(),
            awaiting_partner: awaiting_partner.to_owned(),
            awaiting_since: Some(commitment.turn_time.to_timestamp()),
            deliveries: deliveries::told(&commitment.deliveries),
            name: commitment.name,
            uid: commitment.uid,
            create_time: Some(commitment.create_time.to_timestamp()),
            update_time: Some(commitment.update_time.to_timestamp()),
            revision: commitment.revision,
            state: commitment.state.number(),
            partner: commitment.partner,
            recipient: commitment.recipient,
            resource_type: commitment.resource_type,
            nature: commitment.nature.number(),
            description: commitment.description.set(),
            quantity,
            unit: commitment.unit,
            amount,
            period,
            agreement: commitment.agreement,
            allocations: commitment.allocations.into_inner(),
            recorded_quantity,
            recorded_amount,
            confirmed_quantity,
            confirmed_amount,
            waived,
            waived_quantity,
            waived_amount,
            waive_reason: commitment.waive_reason,
            delivery_rate: rate,
            variance_reason: commitment.variance_reason,
            state_reason: commitment.state_reason,
            origin: commitment.origin.number(),
            external_reference: commitment.external_reference,
            gaps: gaps.iter().map(Gap::message).collect(),
            allowed_actions: Vec::new(),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::Commitment, state);

    const SERVICE: &'static str = "partners";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::enumeration("state", "ensemble.partners.v1.Commitment.State"),
        Field::text("partner"),
        Field::text("recipient"),
        Field::text("resource_type"),
        Field::enumeration("nature", "ensemble.partners.v1.Commitment.Nature"),
        Field::text("unit"),
        Field::text("amount.currency_code").column("currency"),
        Field::text("agreement"),
        Field::texts("allocations.project", "projects"),
        Field::date("period.start_date").column("period_start"),
        Field::date("period.end_date").column("period_end"),
        Field::enumeration("origin", "ensemble.common.v1.Origin"),
        Field::text("external_reference"),
        Field::many("awaiting", "commitment_turn", "commitment", "awaiting"),
        Field::many("awaiting_partner", "commitment_turn", "commitment", "partner"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    fn owner(&self) -> &str {
        &self.partner
    }

    fn public(&self) -> bool {
        parts::is_public(self)
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
        parts::is_public(self) || parts::knows(caller, self)
    }

    fn shown_to(self, caller: &Caller) -> pb::Commitment {
        let knows = parts::knows(caller, &self);
        let mut message: pb::Commitment = self.into();
        if !knows {
            message.redact();
        }
        message
    }
}

impl Stateful for Model {
    chassis::states!(State {
        Pledged: "pledged", "promis";
        Confirmed: "confirmed", "confirmé";
        Fulfilled: "fulfilled", "tenu";
        Cancelled: "cancelled", "annulé";
        Defaulted: "not kept", "non tenu";
    });

    fn first_gap(&self) -> Option<Gap> {
        rules::gaps(self).into_iter().next()
    }
}
