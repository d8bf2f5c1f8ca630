//! The table `participant`, facing its message.

use chassis::Told;
use chassis::auth::Caller;
use chassis::column::{Coded, Micros};
use chassis::database::Unit;
use chassis::filter::Field;
use chassis::lifecycle::{Lifecycle, Stateful};
use proto::training as pb;
use proto::training::participant::State;
use sea_orm::entity::prelude::*;

use super::rules;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "participant")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub uid: String,
    pub revision: i32,
    pub create_time: Micros,
    pub update_time: Micros,
    pub state: Coded<State>,
    pub user: String,
    pub partner: String,
    pub given_name: String,
    pub family_name: String,
    pub email: String,
    pub phone: String,
    pub language_code: String,
    pub information_notice_time: Micros,
    pub erase_time: Option<Micros>,
}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for pb::Participant {
    fn from(participant: Model) -> Self {
        Self {
            etag: chassis::store::etag(participant.revision),
            name: participant.name,
            uid: participant.uid,
            create_time: Some(participant.create_time.to_timestamp()),
            update_time: Some(participant.update_time.to_timestamp()),
            revision: participant.revision,
            state: participant.state.number(),
            user: participant.user,
            partner: participant.partner,
            given_name: participant.given_name,
            family_name: participant.family_name,
            email: participant.email,
            phone: participant.phone,
            language_code: participant.language_code,
            information_notice_time: Some(participant.information_notice_time.to_timestamp()),
            erase_time: participant.erase_time.map(Micros::to_timestamp),
            allowed_actions: Vec::new(),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::Participant, state);

    const SERVICE: &'static str = "training";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::enumeration("state", "ensemble.training.v1.Participant.State"),
        Field::text("partner"),
        Field::text("language_code"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    /// The partner that entered them: its members see that something changed, never what it is about. Who entered themselves
    /// belongs to nobody, so that the feed does not say which account they are.
    fn owner(&self) -> &str {
        &self.partner
    }

    fn public(&self) -> bool {
        false
    }

    async fn follow(&self, before: Option<&Self>, unit: &mut Unit<'_>) -> chassis::Result<()> {
        super::store::follow(self, before, unit).await
    }
}

impl Told for Model {
    const PATTERN: &'static str = rules::PATTERN;
    const LIFECYCLE: &'static Lifecycle<Self> = &rules::LIFECYCLE;

    fn seen_by(&self, caller: &Caller) -> bool {
        rules::knows(caller, self)
    }
}

impl Stateful for Model {
    chassis::states!(State {
        Active: "known", "connue";
        Erased: "erased", "effacée";
    });
}
