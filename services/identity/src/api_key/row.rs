//! The table `api_key`, facing its message.

use chassis::column::Micros;
use chassis::database::Unit;
use chassis::filter::Field;
use proto::identity as pb;
use sea_orm::entity::prelude::*;

use super::rules;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "api_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub uid: String,
    pub revision: i32,
    pub create_time: Micros,
    pub update_time: Micros,
    pub service_account: String,
    pub partner: String,
    /// The part of the key by which it is found.
    pub key_id: String,
    /// SHA-256 of the whole key.
    pub hash: Vec<u8>,
    pub expire_time: Micros,
    pub revoke_time: Option<Micros>,
    /// The day of its last use.
    pub last_use_time: Option<Micros>,
    /// When its last access token says it was issued.
    pub token_time: Micros,
    /// Access tokens issued until then are void.
    pub void_time: Option<Micros>,
}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for pb::ApiKey {
    fn from(key: Model) -> Self {
        Self {
            name: key.name,
            uid: key.uid,
            etag: chassis::store::etag(key.revision),
            create_time: Some(key.create_time.to_timestamp()),
            update_time: Some(key.update_time.to_timestamp()),
            revision: key.revision,
            prefix: rules::prefix(&key.key_id),
            secret: String::new(),
            expire_time: Some(key.expire_time.to_timestamp()),
            revoke_time: key.revoke_time.map(Micros::to_timestamp),
            last_use_time: key.last_use_time.map(Micros::to_timestamp),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::ApiKey);

    const SERVICE: &'static str = "identity";
    const FIELDS: &'static [Field] =
        &[Field::time("revoke_time"), Field::time("expire_time"), Field::time("create_time")];

    fn state_name(&self) -> &'static str {
        if self.revoke_time.is_some() { "REVOKED" } else { "ISSUED" }
    }

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
