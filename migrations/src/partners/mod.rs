//! The tables of partners.

use sea_orm_migration::MigrationTrait;

mod m20261123_create_partner;
mod m20261125_create_network_settings;
mod m20261126_create_agreement;
mod m20261126_create_commitment;
mod m20261126_create_health_check;
mod m20261126_create_knowledge;
mod m20261126_create_partnership;
mod m20261126_create_source;
mod m20261127_create_place;

/// The list, oldest first.
pub fn all() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m20261123_create_partner::Migration),
        Box::new(m20261125_create_network_settings::Migration),
        Box::new(m20261126_create_partnership::Migration),
        Box::new(m20261126_create_health_check::Migration),
        Box::new(m20261126_create_commitment::Migration),
        Box::new(m20261126_create_knowledge::Migration),
        Box::new(m20261126_create_agreement::Migration),
        Box::new(m20261126_create_source::Migration),
        Box::new(m20261127_create_place::Migration),
    ]
}
