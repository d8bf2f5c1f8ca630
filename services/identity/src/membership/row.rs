//! The table `membership`, facing its message.

use chassis::column::{Coded, Micros};
use chassis::database::Unit;
use chassis::filter::Field;
pub(crate) use proto::auth::Role;
use proto::identity as pb;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "membership")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub uid: String,
    pub revision: i32,
    pub create_time: Micros,
    pub update_time: Micros,
    pub partner: String,
    pub user: String,
    pub role: Coded<Role>,
    pub grant_time: Micros,
    pub revoke_time: Option<Micros>,
    pub granted_by: String,
}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for pb::Membership {
    fn from(membership: Model) -> Self {
        Self {
            name: membership.name,
            uid: membership.uid,
            etag: chassis::store::etag(membership.revision),
            create_time: Some(membership.create_time.to_timestamp()),
            update_time: Some(membership.update_time.to_timestamp()),
            revision: membership.revision,
            user: membership.user,
            role: membership.role.number(),
            grant_time: Some(membership.grant_time.to_timestamp()),
            revoke_time: membership.revoke_time.map(Micros::to_timestamp),
            granted_by: membership.granted_by,
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::Membership);

    const SERVICE: &'static str = "identity";
    const FIELDS: &'static [Field] = &[
        Field::text("user"),
        Field::enumeration("role", "ensemble.auth.v1.Role"),
        Field::time("revoke_time"),
        Field::time("create_time"),
    ];

    fn state_name(&self) -> &'static str {
        if self.revoke_time.is_some() { "REVOKED" } else { "GRANTED" }
    }

    fn owner(&self) -> &str {
        &self.partner
    }

    fn public(&self) -> bool {
        false
    }

    async fn follow(&self, _: Option<&Self>, unit: &mut Unit<'_>) -> chassis::Result<()> {
        super::store::follow(self, unit).await
    }
}
