//! The tables of training.

use sea_orm_migration::MigrationTrait;

mod m20261126_assess_by_instrument;
mod m20261126_compromise_issuer_key;
mod m20261126_create_assessment;
mod m20261126_create_attendance;
mod m20261126_create_capacity_assessment;
mod m20261126_create_certificate;
mod m20261126_create_enrolment;
mod m20261126_create_feedback;
mod m20261126_create_participant;
mod m20261126_create_programme;
mod m20261126_create_session;
mod m20261126_draw_seats;
mod m20261127_expect_results;
mod m20261127_import_sessions;

/// The list, oldest first.
pub fn all() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m20261126_create_programme::Migration),
        Box::new(m20261126_create_session::Migration),
        Box::new(m20261126_create_participant::Migration),
        Box::new(m20261126_create_enrolment::Migration),
        Box::new(m20261126_create_attendance::Migration),
        Box::new(m20261126_create_assessment::Migration),
        Box::new(m20261126_create_capacity_assessment::Migration),
        Box::new(m20261126_create_certificate::Migration),
        Box::new(m20261126_draw_seats::Migration),
        Box::new(m20261126_create_feedback::Migration),
        Box::new(m20261126_compromise_issuer_key::Migration),
        Box::new(m20261126_assess_by_instrument::Migration),
        Box::new(m20261127_import_sessions::Migration),
        Box::new(m20261127_expect_results::Migration),
    ]
}
