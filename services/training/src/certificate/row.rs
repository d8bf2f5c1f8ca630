//! The table `certificate`, facing its message.

use std::sync::Arc;

use chassis::Told;
use chassis::auth::Caller;
use chassis::column::{Coded, Micros};
use chassis::database::Unit;
use chassis::filter::Field;
use chassis::lifecycle::{Lifecycle, Stateful};
use proto::Private as _;
use proto::training as pb;
use proto::training::certificate::State;
use sea_orm::DatabaseExecutor;
use sea_orm::entity::prelude::*;

use super::rules;
use crate::enrolment;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "certificate")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub uid: String,
    pub revision: i32,
    pub create_time: Micros,
    pub update_time: Micros,
    /// As of the last time that it was written; what is told is as of now (`rules::settle`).
    pub state: Coded<State>,
    /// Since when it is in that state.
    pub state_time: Micros,
    pub state_reason: String,
    pub enrolment: String,
    pub programme_revision: String,
    pub achievement_id: String,
    pub credential_id: String,
    pub issuer: String,
    /// Whole seconds, as in what was signed.
    pub issue_time: Micros,
    pub expire_time: Option<Micros>,
    pub status_list: String,
    pub status_index: i32,
    /// What was signed, sealed; kept in a table of its own (`certificate_jws`), without a history; read by name alone. Empty
    /// once the learner was erased.
    #[sea_orm(ignore)]
    pub sealed: Vec<u8>,
    /// The enrolment, as it is now; told, kept nowhere.
    #[sea_orm(ignore)]
    pub known: Option<Arc<enrolment::row::Model>>,
}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for pb::Certificate {
    fn from(certificate: Model) -> Self {
        let known = certificate.known.as_ref();
        let content = known.and_then(|known| known.known.session.as_ref()?.known.content.clone());
        let person = known.and_then(|known| known.known.participant.clone());
        let called = person.map(|person| format!("{} {}", person.given_name, person.family_name));
        Self {
            etag: chassis::store::etag(certificate.revision),
            title: content.and_then(|content| content.title.clone()),
            participant_display_name: called.unwrap_or_default().trim().to_owned(),
            awaiting: "NOBODY".to_owned(),
            awaiting_since: Some(certificate.state_time.to_timestamp()),
            name: certificate.name,
            uid: certificate.uid,
            create_time: Some(certificate.create_time.to_timestamp()),
            update_time: Some(certificate.update_time.to_timestamp()),
            revision: certificate.revision,
            state: certificate.state.number(),
            enrolment: certificate.enrolment,
            programme_revision: certificate.programme_revision,
            achievement_id: certificate.achievement_id,
            credential_id: certificate.credential_id,
            issuer: certificate.issuer,
            issue_time: Some(certificate.issue_time.to_timestamp()),
            expire_time: certificate.expire_time.map(Micros::to_timestamp),
            status_list: certificate.status_list,
            status_index: certificate.status_index,
            state_reason: certificate.state_reason,
            // Only who reads it by name is given it, by whoever can open the seal.
            compact_jws: String::new(),
            allowed_actions: Vec::new(),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::Certificate, state);

    const SERVICE: &'static str = "training";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::enumeration("state", "ensemble.training.v1.Certificate.State"),
        Field::text("enrolment"),
        Field::text("programme_revision"),
        Field::text("issuer"),
        Field::text("credential_id"),
        Field::time("issue_time"),
        Field::time("expire_time"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    fn owner(&self) -> &str {
        &self.issuer
    }

    fn public(&self) -> bool {
        false
    }

    async fn follow(&self, before: Option<&Self>, unit: &mut Unit<'_>) -> chassis::Result<()> {
        super::store::follow(self, before, unit).await
    }

    async fn inform(rows: &mut [Self], db: DatabaseExecutor<'_>, now: Micros) -> Result<(), DbErr> {
        super::store::inform(rows, &db, now).await
    }

    async fn complete(rows: &mut [Self], db: DatabaseExecutor<'_>) -> Result<(), DbErr> {
        super::store::complete(rows, &db).await
    }
}

impl Told for Model {
    const PATTERN: &'static str = rules::PATTERN;
    const LIFECYCLE: &'static Lifecycle<Self> = &rules::LIFECYCLE;

    fn seen_by(&self, caller: &Caller) -> bool {
        rules::concerns(caller, self)
    }

    fn shown_to(self, caller: &Caller) -> pb::Certificate {
        let concerned = rules::concerns(caller, &self);
        let mut message: pb::Certificate = self.into();
        if !concerned {
            message.redact();
        }
        message
    }
}

impl Stateful for Model {
    chassis::states!(State {
        Issued: "in force", "en vigueur";
        Expired: "expired", "expiré";
        Revoked: "revoked", "révoqué";
    });
}
