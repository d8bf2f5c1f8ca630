//! The table `publication`, facing its message.

use chassis::Told;
use chassis::auth::Caller;
use chassis::column::{Coded, Day, Micros, Packed, PackedList, Strings};
use chassis::database::Unit;
use chassis::filter::Field;
use chassis::lifecycle::{Lifecycle, Stateful};
use proto::common::LocalizedText;
use proto::partners as pb;
use proto::partners::publication::{Kind, State};
use sea_orm::DatabaseExecutor;
use sea_orm::entity::prelude::*;

use super::rules;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "publication")]
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
    pub kind: Coded<Kind>,
    pub title: Packed<LocalizedText>,
    pub summary: Packed<LocalizedText>,
    pub working_groups: Strings,
    pub recommendations: Strings,
    pub documents: PackedList<pb::PublicationDocument>,
    pub licence: String,
    pub publish_date: Option<Day>,
    #[sea_orm(ignore)]
    pub facts: Facts,
}

/// What a publication must know of others, and of the clock; told before it is shown or moved, kept nowhere.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Who leads its working groups.
    pub leads: Vec<String>,
    /// The recommendations that it cites and that are not adopted.
    pub unadopted: Vec<String>,
    /// The day it is, where the network's days begin and end.
    pub today: Option<Day>,
}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for pb::Publication {
    fn from(row: Model) -> Self {
        Self {
            etag: chassis::store::etag(row.revision),
            awaiting: rules::awaiting(row.state.get()).to_owned(),
            awaiting_since: Some(row.state_time.to_timestamp()),
            name: row.name,
            uid: row.uid,
            create_time: Some(row.create_time.to_timestamp()),
            update_time: Some(row.update_time.to_timestamp()),
            revision: row.revision,
            state: row.state.number(),
            kind: row.kind.number(),
            title: Some(row.title.into_inner()),
            summary: Some(row.summary.into_inner()),
            working_groups: row.working_groups.into_inner(),
            recommendations: row.recommendations.into_inner(),
            documents: row.documents.into_inner(),
            licence: row.licence,
            publish_date: row.publish_date.map(Day::to_date),
            state_reason: row.state_reason,
            allowed_actions: Vec::new(),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::Publication, state);

    const SERVICE: &'static str = "partners";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::enumeration("state", "ensemble.partners.v1.Publication.State"),
        Field::enumeration("kind", "ensemble.partners.v1.Publication.Kind"),
        Field::texts("working_groups", "working_groups"),
        Field::texts("recommendations", "recommendations"),
        Field::text("licence"),
        Field::date("publish_date"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    fn owner(&self) -> &str {
        self.facts.leads.first().map_or("", String::as_str)
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
        Draft: "a draft", "en préparation";
        Published: "published", "parue";
        Withdrawn: "withdrawn", "retirée";
    });

    fn parties(&self) -> Vec<&str> {
        self.facts.leads.iter().map(String::as_str).collect()
    }
}
