//! The table `trainer`, facing its message.

use chassis::Told;
use chassis::auth::Caller;
use chassis::column::{Coded, Micros, Packed, PackedList, Strings};
use chassis::database::Unit;
use chassis::filter::Field;
use chassis::lifecycle::{Lifecycle, Stateful};
use proto::Private as _;
use proto::common::{Alignment, LocalizedText};
use proto::training as pb;
use proto::training::trainer::State;
use sea_orm::entity::prelude::*;

use super::rules;
use crate::mode;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "trainer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub uid: String,
    pub revision: i32,
    pub create_time: Micros,
    pub update_time: Micros,
    pub state: Coded<State>,
    /// Since when they are in that state.
    pub state_time: Micros,
    pub state_reason: String,
    pub user: String,
    pub partner: String,
    pub competences: PackedList<Alignment>,
    /// The codes of their competences, to find them by.
    pub target_codes: Strings,
    pub languages: Strings,
    /// Names of ways, without their prefix.
    pub modes: Strings,
    pub territories: Strings,
    pub bio: Packed<LocalizedText>,
    pub available: bool,
}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for pb::Trainer {
    fn from(trainer: Model) -> Self {
        Self {
            etag: chassis::store::etag(trainer.revision),
            awaiting: rules::awaiting(&trainer).to_owned(),
            awaiting_since: Some(trainer.state_time.to_timestamp()),
            name: trainer.name,
            uid: trainer.uid,
            create_time: Some(trainer.create_time.to_timestamp()),
            update_time: Some(trainer.update_time.to_timestamp()),
            revision: trainer.revision,
            state: trainer.state.number(),
            user: trainer.user,
            partner: trainer.partner,
            competences: trainer.competences.into_inner(),
            languages: trainer.languages.into_inner(),
            modes: mode::numbers(&trainer.modes),
            territories: trainer.territories.into_inner(),
            bio: trainer.bio.set(),
            available: trainer.available,
            state_reason: trainer.state_reason,
            allowed_actions: Vec::new(),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::Trainer, state);

    const SERVICE: &'static str = "training";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::enumeration("state", "ensemble.training.v1.Trainer.State"),
        Field::text("partner"),
        Field::texts("competences.target_code", "target_codes"),
        Field::texts("languages", "languages"),
        Field::texts("modes", "modes"),
        Field::texts("territories", "territories"),
        Field::boolean("available"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    fn owner(&self) -> &str {
        &self.partner
    }

    fn public(&self) -> bool {
        self.state == State::Approved
    }

    async fn follow(&self, before: Option<&Self>, unit: &mut Unit<'_>) -> chassis::Result<()> {
        super::store::follow(self, before, unit).await
    }
}

impl Told for Model {
    const PATTERN: &'static str = rules::PATTERN;
    const LIFECYCLE: &'static Lifecycle<Self> = &rules::LIFECYCLE;

    fn seen_by(&self, caller: &Caller) -> bool {
        self.state == State::Approved || caller.oversees() || rules::knows(caller, self)
    }

    fn shown_to(self, caller: &Caller) -> pb::Trainer {
        let knows = rules::knows(caller, &self);
        let mut message: pb::Trainer = self.into();
        if !knows {
            message.redact();
        }
        message
    }
}

impl Stateful for Model {
    chassis::states!(State {
        Pending: "waiting for approval", "en attente";
        Approved: "approved", "admis";
        Suspended: "suspended", "suspendu";
        Retired: "retired", "retiré";
    });
}
