//! The table `partnership`, facing its message.

use chassis::Told;
use chassis::auth::Caller;
use chassis::column::{Coded, Micros, Packed, PackedList, Strings};
use chassis::database::Unit;
use chassis::filter::Field;
use chassis::gap::Gap;
use chassis::lifecycle::{Lifecycle, Stateful};
use proto::common::{LocalizedText, Origin};
use proto::partners as pb;
use proto::partners::partnership::{Kind, State};
use sea_orm::DatabaseExecutor;
use sea_orm::entity::prelude::*;

use super::facts::Facts;
use super::rules;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "partnership")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub uid: String,
    pub revision: i32,
    pub create_time: Micros,
    pub update_time: Micros,
    pub state: Coded<State>,
    /// Why it was given up.
    pub state_reason: String,
    /// Since when it is someone's turn.
    pub turn_time: Micros,
    pub title: Packed<LocalizedText>,
    pub kind: Coded<Kind>,
    pub vision: Packed<LocalizedText>,
    pub lead_partner: String,
    pub members: PackedList<pb::PartnershipMember>,
    pub territories: Strings,
    pub needs: Strings,
    pub recommendations: Strings,
    pub sdg_targets: Strings,
    pub governance: Packed<pb::PartnershipGovernance>,
    pub proposed_lead: String,
    pub close_summary: Packed<LocalizedText>,
    pub origin: Coded<Origin>,
    pub external_reference: String,
    /// What others say of it.
    #[sea_orm(ignore)]
    pub facts: Facts,
}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for pb::Partnership {
    fn from(partnership: Model) -> Self {
        let gaps = rules::gaps(&partnership);
        Self {
            etag: chassis::store::etag(partnership.revision),
            sector_mix: Some(partnership.sector_mix()),
            tripartite: partnership.tripartite(),
            stage: partnership.stage().into(),
            agreement_gap: partnership.agreement_gap(),
            awaiting: rules::awaiting(&partnership).to_owned(),
            awaiting_since: Some(partnership.turn_time.to_timestamp()),
            name: partnership.name,
            uid: partnership.uid,
            create_time: Some(partnership.create_time.to_timestamp()),
            update_time: Some(partnership.update_time.to_timestamp()),
            revision: partnership.revision,
            state: partnership.state.number(),
            title: Some(partnership.title.into_inner()),
            kind: partnership.kind.number(),
            vision: partnership.vision.set(),
            lead_partner: partnership.lead_partner,
            members: partnership.members.into_inner(),
            territories: partnership.territories.into_inner(),
            needs: partnership.needs.into_inner(),
            recommendations: partnership.recommendations.into_inner(),
            sdg_targets: partnership.sdg_targets.into_inner(),
            governance: partnership.governance.set(),
            proposed_lead: partnership.proposed_lead,
            close_summary: partnership.close_summary.set(),
            state_reason: partnership.state_reason,
            origin: partnership.origin.number(),
            external_reference: partnership.external_reference,
            gaps: gaps.iter().map(Gap::message).collect(),
            allowed_actions: Vec::new(),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::Partnership, state);

    const SERVICE: &'static str = "partners";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::enumeration("state", "ensemble.partners.v1.Partnership.State"),
        Field::enumeration("kind", "ensemble.partners.v1.Partnership.Kind"),
        Field::text("lead_partner"),
        Field::many("members", "partnership_member", "partnership", "partner"),
        Field::texts("territories", "territories"),
        Field::texts("needs", "needs"),
        Field::texts("recommendations", "recommendations"),
        Field::text("proposed_lead"),
        Field::enumeration("origin", "ensemble.common.v1.Origin"),
        Field::text("external_reference"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    fn owner(&self) -> &str {
        &self.lead_partner
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
        rules::sees(caller, self)
    }
}

impl Stateful for Model {
    chassis::states!(State {
        Forming: "being formed", "en formation";
        Active: "active", "actif";
        Closed: "closed", "clos";
        Abandoned: "abandoned", "abandonné";
    });

    fn parties(&self) -> Vec<&str> {
        let others = self.members.iter().map(|member| member.partner.as_str());
        std::iter::once(self.lead_partner.as_str()).chain(others).collect()
    }

    fn first_gap(&self) -> Option<Gap> {
        rules::gaps(self).into_iter().next()
    }
}
