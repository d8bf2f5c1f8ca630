//! The table `replication`, facing its message.

use chassis::Told;
use chassis::column::{Coded, Micros, Packed, PackedList, Strings};
use chassis::filter::Field;
use chassis::lifecycle::{Lifecycle, Stateful};
use proto::businessmodels as pb;
use proto::businessmodels::replication::{SourceRole, State};
use proto::common::{Evidence, LocalizedText};
use sea_orm::DatabaseExecutor;
use sea_orm::entity::prelude::*;

use super::rules;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "replication")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub uid: String,
    pub revision: i32,
    pub create_time: Micros,
    pub update_time: Micros,
    pub state: Coded<State>,
    /// Since when it is in that state.
    pub state_time: Micros,
    /// The model that is adopted.
    pub business_model: String,
    pub source_revision: String,
    pub source_partner: String,
    pub adopter_partner: String,
    pub territory: String,
    pub needs: Strings,
    pub source_role: Coded<SourceRole>,
    pub context_gaps: PackedList<pb::ContextGap>,
    pub derived_business_model: String,
    pub project: String,
    pub outcome: Packed<LocalizedText>,
    pub evidence: PackedList<Evidence>,
    pub lessons: Packed<LocalizedText>,
    /// The derived model is published (BM-10).
    #[sea_orm(ignore)]
    pub derived_published: bool,
}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for pb::Replication {
    fn from(replication: Model) -> Self {
        Self {
            etag: chassis::store::etag(replication.revision),
            awaiting: rules::awaiting(&replication).to_owned(),
            awaiting_since: Some(replication.state_time.to_timestamp()),
            name: replication.name,
            uid: replication.uid,
            create_time: Some(replication.create_time.to_timestamp()),
            update_time: Some(replication.update_time.to_timestamp()),
            revision: replication.revision,
            state: replication.state.number(),
            source_revision: replication.source_revision,
            source_partner: replication.source_partner,
            adopter_partner: replication.adopter_partner,
            territory: replication.territory,
            needs: replication.needs.into_inner(),
            source_role: replication.source_role.number(),
            context_gaps: replication.context_gaps.into_inner(),
            derived_business_model: replication.derived_business_model,
            project: replication.project,
            outcome: replication.outcome.set(),
            evidence: replication.evidence.into_inner(),
            lessons: replication.lessons.set(),
            allowed_actions: Vec::new(),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::Replication, state);

    const SERVICE: &'static str = "businessmodels";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::enumeration("state", "ensemble.businessmodels.v1.Replication.State"),
        Field::text("source_revision"),
        Field::text("source_partner"),
        Field::text("adopter_partner"),
        Field::text("territory"),
        Field::texts("needs", "needs"),
        Field::enumeration("source_role", "ensemble.businessmodels.v1.Replication.SourceRole"),
        Field::text("derived_business_model"),
        Field::text("project"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    fn owner(&self) -> &str {
        &self.adopter_partner
    }

    fn public(&self) -> bool {
        true
    }

    async fn inform(rows: &mut [Self], db: DatabaseExecutor<'_>, _: Micros) -> Result<(), DbErr> {
        super::store::inform(rows, &db).await
    }
}

impl Told for Model {
    const PATTERN: &'static str = rules::PATTERN;
    const LIFECYCLE: &'static Lifecycle<Self> = &rules::LIFECYCLE;
}

impl Stateful for Model {
    chassis::states!(State {
        Planned: "planned", "prévue";
        Implementing: "being carried out", "en cours";
        Replicated: "replicated", "répliquée";
        Abandoned: "given up", "abandonnée";
    });

    fn parties(&self) -> Vec<&str> {
        vec![&self.adopter_partner, &self.source_partner]
    }
}
