//! The table `contribution`, facing its message.

use chassis::Told;
use chassis::auth::Caller;
use chassis::column::{Coded, Micros, Packed, Strings};
use chassis::database::Unit;
use chassis::filter::Field;
use chassis::lifecycle::{Lifecycle, Stateful};
use proto::common::LocalizedText;
use proto::partners as pb;
use proto::partners::contribution::{Kind, State};
use sea_orm::DatabaseExecutor;
use sea_orm::entity::prelude::*;

use super::rules;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "contribution")]
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
    /// Why it was declined, or what was taken from it.
    pub state_reason: String,
    pub working_group: String,
    pub partner: String,
    pub title: Packed<LocalizedText>,
    pub body: Packed<LocalizedText>,
    pub kind: Coded<Kind>,
    pub recommendations: Strings,
    /// Who leads its working group; told by that, kept nowhere.
    #[sea_orm(ignore)]
    pub leads: Vec<String>,
}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for pb::Contribution {
    fn from(contribution: Model) -> Self {
        Self {
            etag: chassis::store::etag(contribution.revision),
            awaiting: rules::awaiting(contribution.state.get()).to_owned(),
            awaiting_since: Some(contribution.state_time.to_timestamp()),
            name: contribution.name,
            uid: contribution.uid,
            create_time: Some(contribution.create_time.to_timestamp()),
            update_time: Some(contribution.update_time.to_timestamp()),
            revision: contribution.revision,
            state: contribution.state.number(),
            partner: contribution.partner,
            title: Some(contribution.title.into_inner()),
            body: Some(contribution.body.into_inner()),
            kind: contribution.kind.number(),
            recommendations: contribution.recommendations.into_inner(),
            state_reason: contribution.state_reason,
            allowed_actions: Vec::new(),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::Contribution, state);

    const SERVICE: &'static str = "partners";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::enumeration("state", "ensemble.partners.v1.Contribution.State"),
        Field::text("partner"),
        Field::enumeration("kind", "ensemble.partners.v1.Contribution.Kind"),
        Field::texts("recommendations", "recommendations"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    fn owner(&self) -> &str {
        &self.partner
    }

    fn public(&self) -> bool {
        rules::PUBLIC.contains(&self.state.get())
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

    fn seen_by(&self, caller: &Caller) -> bool {
        rules::sees(caller, self)
    }
}

impl Stateful for Model {
    chassis::states!(State {
        Submitted: "handed in", "déposée";
        Integrated: "integrated", "retenue";
        Declined: "declined", "écartée";
        Withdrawn: "withdrawn", "retirée";
    });
}
