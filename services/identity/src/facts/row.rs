//! The table `partner_fact`.

#![expect(unreachable_pub, reason = "what the derive of an entity makes is public")]

use chassis::column::Coded;
use proto::partners::partner::State;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "partner_fact")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub state: Coded<State>,
    /// `PUBLIC`, `PRIVATE`, `CIVIL`.
    pub sector: String,
    pub merged_into: String,
    /// Of the partner, when this was learnt.
    pub revision: i32,
    /// Its last administrator was erased (IDN-1): a coordinator must give it another.
    pub needs_admin: bool,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Its members only read (SEP-2).
    pub(crate) fn is_suspended(&self) -> bool {
        self.state == State::Suspended
    }

    /// It takes part, so it must keep an administrator (IDN-1).
    pub(crate) fn is_active(&self) -> bool {
        self.state == State::Active
    }
}

/// A fact, for tests.
#[cfg(test)]
pub(crate) fn fact(name: &str, state: &str, sector: &str) -> Model {
    let state = State::from_str_name(&format!("STATE_{state}")).unwrap_or_default();
    let (sector, merged_into) = (sector.to_owned(), String::new());
    Model { name: name.to_owned(), state: state.into(), sector, merged_into, revision: 1, needs_admin: false }
}
