//! The table `recommendation`, facing its message.

use chassis::Told;
use chassis::auth::Caller;
use chassis::column::{Coded, Day, Micros, Packed, Strings};
use chassis::database::Unit;
use chassis::filter::Field;
use chassis::lifecycle::{Lifecycle, Stateful};
use proto::common::LocalizedText;
use proto::partners as pb;
use proto::partners::recommendation::State;
use sea_orm::DatabaseExecutor;
use sea_orm::entity::prelude::*;

use super::facts::Facts;
use super::rules;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "recommendation")]
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
    pub number: i32,
    pub title: Packed<LocalizedText>,
    pub text: Packed<LocalizedText>,
    pub working_group: String,
    pub sources: Strings,
    pub predecessor: String,
    pub successor: String,
    pub reference: String,
    pub consultation_start: Option<Day>,
    pub consultation_end: Option<Day>,
    pub adopt_time: Option<Micros>,
    #[sea_orm(ignore)]
    pub facts: Facts,
}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for pb::Recommendation {
    fn from(row: Model) -> Self {
        let (awaiting, since) = rules::awaiting(&row);
        Self {
            etag: chassis::store::etag(row.revision),
            awaiting: awaiting.to_owned(),
            awaiting_since: Some(since.to_timestamp()),
            name: row.name,
            uid: row.uid,
            create_time: Some(row.create_time.to_timestamp()),
            update_time: Some(row.update_time.to_timestamp()),
            revision: row.revision,
            state: row.state.number(),
            number: row.number,
            title: Some(row.title.into_inner()),
            text: Some(row.text.into_inner()),
            working_group: row.working_group,
            sources: row.sources.into_inner(),
            predecessor: row.predecessor,
            successor: row.successor,
            reference: row.reference,
            consultation_start_date: row.consultation_start.map(Day::to_date),
            consultation_end_date: row.consultation_end.map(Day::to_date),
            adopt_time: row.adopt_time.map(Micros::to_timestamp),
            state_reason: row.state_reason,
            allowed_actions: Vec::new(),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::Recommendation, state);

    const SERVICE: &'static str = "partners";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::enumeration("state", "ensemble.partners.v1.Recommendation.State"),
        Field::integer("number"),
        Field::text("working_group"),
        Field::text("predecessor"),
        Field::text("successor"),
        Field::texts("sources", "sources"),
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
        Draft: "a draft", "en projet";
        Consultation: "in consultation", "en consultation";
        Adopted: "adopted", "adoptée";
        Retired: "retired", "retirée";
    });

    fn parties(&self) -> Vec<&str> {
        self.facts.leads.iter().map(String::as_str).collect()
    }
}
