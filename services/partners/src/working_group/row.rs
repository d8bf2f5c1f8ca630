//! The table `working_group`, facing its message.

use chassis::Told;
use chassis::column::{Coded, Micros, Packed, PackedList, Strings};
use chassis::database::Unit;
use chassis::filter::Field;
use chassis::lifecycle::{Lifecycle, Stateful};
use proto::common::LocalizedText;
use proto::partners as pb;
use proto::partners::working_group::State;
use sea_orm::DatabaseExecutor;
use sea_orm::entity::prelude::*;

use super::rules;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "working_group")]
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
    pub title: Packed<LocalizedText>,
    pub theme_code: String,
    pub edition_year: i32,
    pub lead_partners: Strings,
    pub members: Strings,
    pub seminars: PackedList<pb::Seminar>,
    /// What waits to be triaged; told by the contributions, kept nowhere.
    #[sea_orm(ignore)]
    pub waiting: Waiting,
}

/// Contributions that wait to be triaged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// How many.
    pub count: i32,
    /// Since when the oldest waits.
    pub since: Micros,
}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for pb::WorkingGroup {
    fn from(group: Model) -> Self {
        let (awaiting, since) = rules::awaiting(&group);
        Self {
            etag: chassis::store::etag(group.revision),
            awaiting: awaiting.to_owned(),
            awaiting_since: Some(since.to_timestamp()),
            name: group.name,
            uid: group.uid,
            create_time: Some(group.create_time.to_timestamp()),
            update_time: Some(group.update_time.to_timestamp()),
            revision: group.revision,
            state: group.state.number(),
            title: Some(group.title.into_inner()),
            theme_code: group.theme_code,
            edition_year: group.edition_year,
            lead_partners: group.lead_partners.into_inner(),
            members: group.members.into_inner(),
            seminars: group.seminars.into_inner(),
            contributions_waiting: group.waiting.count,
            allowed_actions: Vec::new(),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::WorkingGroup, state);

    const SERVICE: &'static str = "partners";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::enumeration("state", "ensemble.partners.v1.WorkingGroup.State"),
        Field::text("theme_code"),
        Field::integer("edition_year"),
        Field::texts("lead_partners", "lead_partners"),
        Field::texts("members", "members"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    fn owner(&self) -> &str {
        self.lead_partners.first().map_or("", String::as_str)
    }

    fn public(&self) -> bool {
        true
    }

    async fn follow(&self, before: Option<&Self>, unit: &mut Unit<'_>) -> chassis::Result<()> {
        super::store::follow(self, before, unit).await
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
        Planned: "planned", "prévu";
        Open: "open", "ouvert";
        Closed: "closed", "clos";
    });

    fn parties(&self) -> Vec<&str> {
        self.lead_partners.iter().map(String::as_str).collect()
    }
}
