//! The table `attempt`.

#![expect(unreachable_pub, reason = "what the derive of an entity makes is public")]

use chassis::column::Micros;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attempt")]
pub struct Model {
    /// SHA-256 of the folded address, in hexadecimal digits.
    #[sea_orm(primary_key, auto_increment = false)]
    pub address: String,
    /// Failures since the last success, or since midnight UTC.
    pub failures: i32,
    pub locked_until: Micros,
    pub last_time: Micros,
}

impl ActiveModelBehavior for ActiveModel {}
