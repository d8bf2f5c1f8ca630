//! The tables of business models.

use sea_orm_migration::MigrationTrait;

mod m20261126_create_business_model;
mod m20261126_create_business_model_source;
mod m20261126_create_replication;

/// The list, oldest first.
pub fn all() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m20261126_create_business_model::Migration),
        Box::new(m20261126_create_replication::Migration),
        Box::new(m20261126_create_business_model_source::Migration),
    ]
}
