//! The table `dataset`, facing its message.

use chassis::Told;
use chassis::auth::Caller;
use chassis::column::{Coded, Day, Micros, Packed, PackedList, Strings};
use chassis::database::Unit;
use chassis::filter::Field;
use chassis::gap::Gap;
use chassis::lifecycle::{Lifecycle, Stateful};
use proto::common::{DateRange, Evidence, LocalizedText};
use proto::projects as pb;
use proto::projects::dataset::State;
use sea_orm::DatabaseExecutor;
use sea_orm::entity::prelude::*;

use super::{fair, revision, rules};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "dataset")]
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
    pub publisher: String,
    pub contact_point: Packed<pb::ContactPoint>,
    pub themes: Strings,
    pub keywords: Strings,
    pub territories: Strings,
    /// The first day that it is about.
    pub temporal_start: Option<Day>,
    /// The last; open without.
    pub temporal_end: Option<Day>,
    pub frequency: String,
    pub access_right: String,
    pub restriction: Packed<LocalizedText>,
    pub access_procedure: Packed<LocalizedText>,
    /// Nothing until it is said.
    pub contains_personal_data: Option<bool>,
    pub high_value: bool,
    pub provenance: Packed<LocalizedText>,
    pub project: String,
    pub recommendations: Strings,
    pub distributions: PackedList<pb::Distribution>,
    pub data_dictionary: String,
    pub licence_homologation: Packed<Evidence>,
    pub reuses: PackedList<pb::Reuse>,
    /// How often it was published; 0 before it first is.
    pub published_number: i32,
    pub publish_time: Option<Micros>,
    /// What else its score depends on.
    #[sea_orm(ignore)]
    pub around: Around,
}

/// What the score of an entry depends on besides itself. It is kept nowhere: it cannot go stale.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Around {
    /// The present day.
    pub today: Option<Day>,
    /// Each of its territories has an official code.
    pub coded: bool,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The days that it is about.
    pub fn temporal(&self) -> Option<DateRange> {
        self.temporal_start.map(|start| DateRange {
            start_date: Some(start.to_date()),
            end_date: self.temporal_end.map(Day::to_date),
        })
    }
}

impl From<Model> for pb::Dataset {
    fn from(dataset: Model) -> Self {
        let gaps = rules::gaps(&dataset);
        let published =
            (dataset.published_number > 0).then(|| revision::name(&dataset.name, dataset.published_number));
        Self {
            etag: chassis::store::etag(dataset.revision),
            awaiting: rules::awaiting(dataset.state.get()).to_owned(),
            awaiting_since: Some(dataset.state_time.to_timestamp()),
            published_revision: published.unwrap_or_default(),
            fair_score: fair::score(&dataset),
            fair_checks: fair::checks(&dataset),
            temporal: dataset.temporal(),
            name: dataset.name,
            uid: dataset.uid,
            create_time: Some(dataset.create_time.to_timestamp()),
            update_time: Some(dataset.update_time.to_timestamp()),
            revision: dataset.revision,
            state: dataset.state.number(),
            title: Some(dataset.title.into_inner()),
            description: Some(dataset.description.into_inner()),
            publisher: dataset.publisher,
            contact_point: dataset.contact_point.set(),
            themes: dataset.themes.into_inner(),
            keywords: dataset.keywords.into_inner(),
            territories: dataset.territories.into_inner(),
            frequency: dataset.frequency,
            access_right: dataset.access_right,
            restriction: dataset.restriction.set(),
            access_procedure: dataset.access_procedure.set(),
            contains_personal_data: dataset.contains_personal_data,
            high_value: dataset.high_value,
            provenance: dataset.provenance.set(),
            project: dataset.project,
            recommendations: dataset.recommendations.into_inner(),
            distributions: dataset.distributions.into_inner(),
            data_dictionary: dataset.data_dictionary,
            licence_homologation: dataset.licence_homologation.set(),
            reuses: dataset.reuses.into_inner(),
            publish_time: dataset.publish_time.map(Micros::to_timestamp),
            state_reason: dataset.state_reason,
            gaps: gaps.iter().map(Gap::message).collect(),
            allowed_actions: Vec::new(),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::Dataset, state);

    const SERVICE: &'static str = "projects";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::enumeration("state", "ensemble.projects.v1.Dataset.State"),
        Field::text("publisher"),
        Field::text("project"),
        Field::text("access_right"),
        Field::boolean("high_value"),
        Field::text("frequency"),
        Field::texts("themes", "themes"),
        Field::texts("keywords", "keywords"),
        Field::texts("territories", "territories"),
        Field::texts("recommendations", "recommendations"),
        Field::time("publish_time"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    fn owner(&self) -> &str {
        &self.publisher
    }

    fn public(&self) -> bool {
        self.published_number > 0
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
        self.published_number > 0 || rules::looks_in(caller, self)
    }
}

impl Stateful for Model {
    chassis::states!(State {
        Draft: "a draft", "en préparation";
        Published: "published", "publié";
        Withdrawn: "withdrawn", "retiré";
    });
}
