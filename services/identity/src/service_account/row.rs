//! The table `service_account`, facing its message.

use chassis::column::{Micros, Strings};
use chassis::database::Unit;
use chassis::filter::Field;
use proto::identity as pb;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "service_account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub uid: String,
    pub revision: i32,
    pub create_time: Micros,
    pub update_time: Micros,
    pub partner: String,
    pub display_name: String,
    pub scopes: Strings,
    pub disabled: bool,
    pub delete_time: Option<Micros>,
}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for pb::ServiceAccount {
    fn from(account: Model) -> Self {
        Self {
            name: account.name,
            uid: account.uid,
            etag: chassis::store::etag(account.revision),
            create_time: Some(account.create_time.to_timestamp()),
            update_time: Some(account.update_time.to_timestamp()),
            revision: account.revision,
            display_name: account.display_name,
            scopes: account.scopes.into_inner(),
            disabled: account.disabled,
            delete_time: account.delete_time.map(Micros::to_timestamp),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::ServiceAccount);

    const SERVICE: &'static str = "identity";
    const FIELDS: &'static [Field] =
        &[Field::boolean("disabled"), Field::time("create_time"), Field::time("update_time")];

    fn state_name(&self) -> &'static str {
        match (self.delete_time, self.disabled) {
            (Some(_), _) => "DELETED",
            (None, true) => "DISABLED",
            (None, false) => "ENABLED",
        }
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
