//! The table `session`.

#![expect(unreachable_pub, reason = "what the derive of an entity makes is public")]

use chassis::column::Micros;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub user: String,
    /// How many refresh tokens came before the current one.
    pub generation: i64,
    /// SHA-256 of the current refresh token's secret.
    pub hash: Vec<u8>,
    /// With it, a refresh token's secret gives its successor's; without either, nothing does.
    pub salt: Vec<u8>,
    /// The current refresh token was given a second time, to someone whose answer was lost.
    pub repeated: bool,
    pub create_time: Micros,
    pub rotate_time: Micros,
    pub end_time: Option<Micros>,
    /// When its last access token says it was issued.
    pub token_time: Micros,
    /// Access tokens issued until then are void.
    pub void_time: Option<Micros>,
}

impl ActiveModelBehavior for ActiveModel {}
