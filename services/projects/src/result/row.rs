//! The table `sealed_value`: the accepted values that totals are made of. Nothing in it is ever rewritten; a value that no
//! longer counts says until when it did.

use chassis::column::{Day, Micros, PackedList};
use proto::projects as pb;
use sea_orm::entity::prelude::*;

/// An accepted value of a report, as it was sealed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sealed_value")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub report: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub project_indicator: String,
    pub report_revision: i32,
    pub project: String,
    /// Empty where the library has no counterpart (LES-7).
    pub indicator: String,
    pub indicator_version: i32,
    pub unit: String,
    /// Empty of imported reports on days of their own.
    pub reporting_period: String,
    pub period_start: Day,
    pub period_end: Day,
    /// One of [`kind`].
    pub kind: i32,
    /// Of a number, its digits; of a ratio, those of its part.
    pub part: String,
    /// Of a ratio, the digits of its whole.
    pub whole: String,
    /// Of a qualitative indicator, what it says; where there is no value, why.
    pub words: String,
    /// The value by sex, age and the like.
    pub cells: PackedList<pb::Cell>,
    /// From when it counts: later than all that was sealed before.
    pub accept_time: Micros,
    /// From when another counts instead.
    pub supersede_time: Option<Micros>,
}

impl ActiveModelBehavior for ActiveModel {}

/// What kind of value was sealed.
pub mod kind {
    /// None, for a reason.
    pub const NONE: i32 = 0;
    /// A number.
    pub const NUMBER: i32 = 1;
    /// A part and its whole.
    pub const RATIO: i32 = 2;
    /// Words.
    pub const WORDS: i32 = 3;
}
