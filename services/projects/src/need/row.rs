//! The table `need`, facing its message.

use chassis::column::{Coded, Micros, Packed, PackedList, Strings};
use chassis::filter::{Field, Kind};
use chassis::lifecycle::Stateful;
use proto::common::{Evidence, LocalizedText};
use proto::projects as pb;
use proto::projects::need::{Outcome, State};
use sea_orm::entity::prelude::*;

use super::rules;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "need")]
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
    /// Why it was turned down or has lapsed.
    pub state_reason: String,
    pub territory: String,
    /// The authority of its territory, which follows the territory's.
    pub authority: String,
    pub raised_by: String,
    pub title: Packed<LocalizedText>,
    pub description: Packed<LocalizedText>,
    pub divide_dimensions: Strings,
    pub target_groups: Strings,
    pub affected_population: Packed<pb::AffectedPopulation>,
    /// 0 until it is qualified.
    pub priority: i32,
    pub evidence: PackedList<Evidence>,
    pub outcome: Coded<Outcome>,
    pub outcome_evidence: PackedList<Evidence>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The projects that answer it are told by the projects: whoever answers adds them.
impl From<Model> for pb::Need {
    fn from(need: Model) -> Self {
        Self {
            etag: chassis::store::etag(need.revision),
            awaiting: rules::awaiting(need.state.get()).to_owned(),
            awaiting_since: Some(need.state_time.to_timestamp()),
            name: need.name,
            uid: need.uid,
            create_time: Some(need.create_time.to_timestamp()),
            update_time: Some(need.update_time.to_timestamp()),
            revision: need.revision,
            state: need.state.number(),
            title: Some(need.title.into_inner()),
            description: Some(need.description.into_inner()),
            divide_dimensions: need.divide_dimensions.into_inner(),
            target_groups: need.target_groups.into_inner(),
            affected_population: need.affected_population.set(),
            priority: need.priority,
            raised_by: need.raised_by,
            evidence: need.evidence.into_inner(),
            projects: Vec::new(),
            addressed: false,
            outcome: need.outcome.number(),
            outcome_evidence: need.outcome_evidence.into_inner(),
            state_reason: need.state_reason,
            allowed_actions: Vec::new(),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::Need, state);

    const SERVICE: &'static str = "projects";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::enumeration("state", "ensemble.projects.v1.Need.State"),
        Field::integer("priority"),
        Field::text("raised_by"),
        Field::texts("divide_dimensions", "divide_dimensions"),
        Field::texts("target_groups", "target_groups"),
        Field::many("addressed", "need_addressed", "need", "addressed").of(Kind::Boolean),
        Field::enumeration("outcome", "ensemble.projects.v1.Need.Outcome"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    fn owner(&self) -> &str {
        &self.raised_by
    }

    fn public(&self) -> bool {
        true
    }
}

impl Stateful for Model {
    chassis::states!(State {
        Proposed: "proposed", "proposé";
        Qualified: "qualified", "qualifié";
        Resolved: "resolved", "résolu";
        Rejected: "turned down", "écarté";
    });
}
