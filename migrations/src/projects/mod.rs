//! The tables of projects.

use sea_orm_migration::MigrationTrait;

mod m20261123_create_project;
mod m20261125_complete_project;
mod m20261125_create_indicator;
mod m20261125_create_need;
mod m20261125_create_need_addressed;
mod m20261125_create_observation;
mod m20261125_create_project_indicator;
mod m20261125_create_report;
mod m20261125_create_report_file;
mod m20261125_create_reporting_period;
mod m20261125_create_sealed_value;
mod m20261125_create_territory;
mod m20261125_name_source_participants;
mod m20261126_detail_project;
mod m20261127_create_dataset;
mod m20261127_create_participation;
mod m20261127_create_strategy;
mod m20261128_index_what_was_superseded;

/// The list, oldest first.
pub fn all() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m20261123_create_project::Migration),
        Box::new(m20261125_name_source_participants::Migration),
        Box::new(m20261125_create_reporting_period::Migration),
        Box::new(m20261125_create_report::Migration),
        Box::new(m20261125_create_indicator::Migration),
        Box::new(m20261125_create_project_indicator::Migration),
        Box::new(m20261125_complete_project::Migration),
        Box::new(m20261125_create_territory::Migration),
        Box::new(m20261125_create_observation::Migration),
        Box::new(m20261125_create_need::Migration),
        Box::new(m20261125_create_report_file::Migration),
        Box::new(m20261125_create_need_addressed::Migration),
        Box::new(m20261125_create_sealed_value::Migration),
        Box::new(m20261126_detail_project::Migration),
        Box::new(m20261127_create_strategy::Migration),
        Box::new(m20261127_create_participation::Migration),
        Box::new(m20261127_create_dataset::Migration),
        Box::new(m20261128_index_what_was_superseded::Migration),
    ]
}
