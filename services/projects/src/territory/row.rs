//! The table `territory`, facing its message.

use chassis::column::{Coded, Day, Micros, Packed, PackedList};
use chassis::database::Unit;
use chassis::filter::Field;
use proto::common::{ExternalIdentifier, LocalizedText};
use proto::projects as pb;
use proto::projects::territory::{Degurba, Kind};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "territory")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub uid: String,
    pub revision: i32,
    pub create_time: Micros,
    pub update_time: Micros,
    pub kind: Coded<Kind>,
    pub country_code: String,
    /// Empty at the top.
    pub parent: String,
    pub display_name: Packed<LocalizedText>,
    /// The name in its own language, as a search sees it.
    pub folded: String,
    pub identifiers: PackedList<ExternalIdentifier>,
    pub authority: String,
    /// Nobody may live there; nothing when it is not known (BEY-9).
    pub population: Option<i64>,
    pub population_year: i32,
    pub population_source: String,
    pub degurba: Coded<Degurba>,
    pub centroid: Packed<pb::Centroid>,
    /// The last day on which it existed.
    pub valid_until: Option<Day>,
    pub successor: String,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// How many people live there, when that is known.
    pub fn population(&self) -> Option<pb::Population> {
        self.population.map(|value| pb::Population {
            value,
            year: self.population_year,
            source: self.population_source.clone(),
        })
    }
}

/// Its ancestors stand in a table of their own: whoever answers adds them.
impl From<Model> for pb::Territory {
    fn from(territory: Model) -> Self {
        Self {
            etag: chassis::store::etag(territory.revision),
            population: territory.population(),
            centroid: territory.centroid.set(),
            name: territory.name,
            uid: territory.uid,
            create_time: Some(territory.create_time.to_timestamp()),
            update_time: Some(territory.update_time.to_timestamp()),
            revision: territory.revision,
            display_name: Some(territory.display_name.into_inner()),
            kind: territory.kind.number(),
            parent: territory.parent,
            country_code: territory.country_code,
            identifiers: territory.identifiers.into_inner(),
            authority: territory.authority,
            degurba: territory.degurba.number(),
            valid_until_date: territory.valid_until.map(Day::to_date),
            successor: territory.successor,
            ancestors: Vec::new(),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::Territory);

    const SERVICE: &'static str = "projects";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::enumeration("kind", "ensemble.projects.v1.Territory.Kind"),
        Field::text("parent"),
        Field::text("country_code"),
        Field::text("authority"),
        Field::enumeration("degurba", "ensemble.projects.v1.Territory.Degurba"),
        Field::many("identifiers", "territory_identifier", "territory", "value"),
        Field::many("ancestors", "territory_ancestor", "territory", "ancestor"),
        Field::text("successor"),
        Field::date("valid_until_date").column("valid_until"),
        Field::integer("population.value").column("population"),
        Field::text("display_name").column("folded"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    fn owner(&self) -> &str {
        &self.authority
    }

    fn public(&self) -> bool {
        true
    }

    async fn follow(&self, before: Option<&Self>, unit: &mut Unit<'_>) -> chassis::Result<()> {
        super::store::follow(self, before, unit).await
    }
}
