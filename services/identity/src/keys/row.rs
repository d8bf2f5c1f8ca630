//! The table `signing_key`.

#![expect(unreachable_pub, reason = "what the derive of an entity makes is public")]

use chassis::column::Micros;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "signing_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub kid: String,
    /// The public half, as a JSON Web Key.
    pub jwk: String,
    pub create_time: Micros,
    /// Signs from then on.
    pub sign_time: Micros,
    /// Signs no more from then on.
    pub retire_time: Option<Micros>,
    /// Published no more from then on.
    pub withdraw_time: Option<Micros>,
    /// Others are thought to know its private half: nothing that it signed is believed.
    pub compromised: bool,
}

impl ActiveModelBehavior for ActiveModel {}
