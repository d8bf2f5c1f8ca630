//! The tables of projects.

use sea_orm_migration::MigrationTrait;

mod m20261123_create_project;

/// The list, oldest first.
pub fn all() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(m20261123_create_project::Migration)]
}
