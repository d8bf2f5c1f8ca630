//! The tables of identity.

use sea_orm_migration::MigrationTrait;

mod m20261123_create_identity;
mod m20261127_keep_signing_keys;

/// The list, oldest first.
pub fn all() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(m20261123_create_identity::Migration), Box::new(m20261127_keep_signing_keys::Migration)]
}
