//! The table `network_settings`, facing its message.

use chassis::column::{Micros, Packed};
use chassis::filter::Field;
use proto::partners as pb;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "network_settings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub uid: String,
    pub revision: i32,
    pub create_time: Micros,
    pub update_time: Micros,
    /// The settings, without what every resource has.
    pub agreed: Packed<pb::NetworkSettings>,
}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for pb::NetworkSettings {
    fn from(settings: Model) -> Self {
        let mut agreed = settings.agreed.into_inner();
        // What was agreed on before there was this setting says nothing of it; nor of the next one.
        if agreed.open_data_licence.is_empty() {
            super::rules::LICENCES[0].clone_into(&mut agreed.open_data_licence);
        }
        Self {
            etag: chassis::store::etag(settings.revision),
            name: settings.name,
            uid: settings.uid,
            create_time: Some(settings.create_time.to_timestamp()),
            update_time: Some(settings.update_time.to_timestamp()),
            revision: settings.revision,
            health_check_min_responses: agreed.health_check_min_responses.max(super::rules::LEAST_RESPONSES),
            ..agreed
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::NetworkSettings);

    const SERVICE: &'static str = "partners";
    const FIELDS: &'static [Field] = &[];

    fn owner(&self) -> &'static str {
        ""
    }

    fn public(&self) -> bool {
        true
    }
}
