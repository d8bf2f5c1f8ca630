//! The table `programme`, facing its message.

use chassis::Told;
use chassis::auth::Caller;
use chassis::column::{Coded, Micros, Packed, PackedList, Strings};
use chassis::database::Unit;
use chassis::filter::Field;
use chassis::gap::Gap;
use chassis::lifecycle::{Lifecycle, Stateful};
use proto::common::{LocalizedText, Money, Origin};
use proto::training as pb;
use proto::training::CapacityLevel;
use proto::training::programme::State;
use sea_orm::entity::prelude::*;

use super::{revision, rules};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "programme")]
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
    pub state_reason: String,
    pub title: Packed<LocalizedText>,
    pub description: Packed<LocalizedText>,
    pub providers: Strings,
    pub learning_opportunity_type: String,
    pub capacity_level: Coded<CapacityLevel>,
    pub audience: Strings,
    pub prerequisites: Packed<LocalizedText>,
    pub outcomes: PackedList<pb::LearningOutcome>,
    /// The codes that its outcomes are aligned with, to find it by.
    pub target_codes: Strings,
    pub workload_hours: i32,
    pub languages: Strings,
    /// Without a currency: not said.
    pub price: Packed<Money>,
    pub materials: PackedList<pb::LearningMaterial>,
    pub completion_rule: Packed<pb::CompletionRule>,
    pub certificate: Packed<pb::CertificateRule>,
    pub recommendations: Strings,
    /// How often it was published; 0 before it first is.
    pub published_number: i32,
    pub publish_time: Option<Micros>,
    pub origin: Coded<Origin>,
    /// What it is called where it was found; empty when it was written here.
    pub external_reference: String,
    /// The indicators of projects in which its effect is expected.
    pub project_indicators: Strings,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Whether a partner is one of those that give it.
    pub fn provided_by(&self, partner: &str) -> bool {
        self.providers.iter().any(|provider| provider == partner)
    }
}

impl From<Model> for pb::Programme {
    fn from(programme: Model) -> Self {
        let gaps = rules::gaps(&programme);
        let published = (programme.published_number > 0)
            .then(|| revision::name(&programme.name, programme.published_number));
        Self {
            etag: chassis::store::etag(programme.revision),
            awaiting: rules::awaiting(&programme).to_owned(),
            awaiting_since: Some(programme.state_time.to_timestamp()),
            published_revision: published.unwrap_or_default(),
            name: programme.name,
            uid: programme.uid,
            create_time: Some(programme.create_time.to_timestamp()),
            update_time: Some(programme.update_time.to_timestamp()),
            revision: programme.revision,
            state: programme.state.number(),
            title: Some(programme.title.into_inner()),
            description: programme.description.set(),
            providers: programme.providers.into_inner(),
            learning_opportunity_type: programme.learning_opportunity_type,
            capacity_level: programme.capacity_level.number(),
            audience: programme.audience.into_inner(),
            prerequisites: programme.prerequisites.set(),
            outcomes: programme.outcomes.into_inner(),
            workload_hours: programme.workload_hours,
            languages: programme.languages.into_inner(),
            price: programme.price.set(),
            materials: programme.materials.into_inner(),
            completion_rule: programme.completion_rule.set(),
            certificate: programme.certificate.set(),
            recommendations: programme.recommendations.into_inner(),
            publish_time: programme.publish_time.map(Micros::to_timestamp),
            state_reason: programme.state_reason,
            gaps: gaps.iter().map(Gap::message).collect(),
            origin: programme.origin.number(),
            external_reference: programme.external_reference,
            project_indicators: programme.project_indicators.into_inner(),
            allowed_actions: Vec::new(),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::Programme, state);

    const SERVICE: &'static str = "training";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::enumeration("state", "ensemble.training.v1.Programme.State"),
        Field::texts("providers", "providers"),
        Field::text("learning_opportunity_type"),
        Field::enumeration("capacity_level", "ensemble.training.v1.CapacityLevel"),
        Field::texts("audience", "audience"),
        Field::texts("languages", "languages"),
        Field::texts("recommendations", "recommendations"),
        Field::texts("outcomes.alignment.target_code", "target_codes"),
        Field::integer("workload_hours"),
        Field::enumeration("origin", "ensemble.common.v1.Origin"),
        Field::text("external_reference"),
        Field::texts("project_indicators", "project_indicators"),
        Field::time("publish_time"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    fn owner(&self) -> &str {
        self.providers.first().map_or("", String::as_str)
    }

    fn public(&self) -> bool {
        self.state != State::Draft
    }

    async fn follow(&self, before: Option<&Self>, unit: &mut Unit<'_>) -> chassis::Result<()> {
        super::store::follow(self, before, unit).await
    }
}

impl Told for Model {
    const PATTERN: &'static str = rules::PATTERN;
    const LIFECYCLE: &'static Lifecycle<Self> = &rules::LIFECYCLE;

    fn seen_by(&self, caller: &Caller) -> bool {
        self.state != State::Draft || rules::looks_in(caller, self)
    }
}

impl Stateful for Model {
    chassis::states!(State {
        Draft: "a draft", "en préparation";
        Published: "published", "publié";
        Retired: "retired", "retiré";
    });

    fn parties(&self) -> Vec<&str> {
        self.providers.iter().map(String::as_str).collect()
    }
}
