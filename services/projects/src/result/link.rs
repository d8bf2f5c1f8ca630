//! The table `project_link`: what projects are linked to, and were, so that a total can be asked for as it was (BEY-4).

use chassis::column::{Coded, Micros};
use sea_orm::entity::prelude::*;

use super::engine::Kind;

/// A link, and when it held.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "project_link")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub project: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: Coded<Kind>,
    #[sea_orm(primary_key, auto_increment = false)]
    pub target: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub since: Micros,
    pub until: Option<Micros>,
}

impl ActiveModelBehavior for ActiveModel {}
