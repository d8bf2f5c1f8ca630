//! The tables that every service stands on; each row says whose it is.

use sea_orm_migration::MigrationTrait;

mod m20261123_create_change;
mod m20261123_create_follower;

/// The list, oldest first.
pub fn all() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(m20261123_create_change::Migration), Box::new(m20261123_create_follower::Migration)]
}
