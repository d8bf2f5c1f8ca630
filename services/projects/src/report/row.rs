//! The table `report`, facing its message.

use chassis::column::{Coded, Day, Micros, Packed, PackedList, Strings};
use chassis::database::Unit;
use chassis::filter::Field;
use chassis::lifecycle::Stateful;
use proto::common::{DateRange, Evidence, Origin};
use proto::projects as pb;
use proto::projects::report::{Punctuality, Rating, State};
use sea_orm::entity::prelude::*;

use super::rules;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "report")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub uid: String,
    pub revision: i32,
    pub create_time: Micros,
    pub update_time: Micros,
    pub state: Coded<State>,
    /// Since when it is in that state.
    pub state_time: Micros,
    pub project: String,
    /// Empty of an imported report whose days are no period of the network.
    pub reporting_period: String,
    pub period_start: Day,
    pub period_end: Day,
    pub lead_partner: String,
    /// Who took part in the project when the report was last written.
    pub participants: Strings,
    pub values: PackedList<pb::ReportValue>,
    pub narrative: Packed<pb::ReportNarrative>,
    pub sections: PackedList<pb::ReportSection>,
    pub expenditures: PackedList<pb::Expenditure>,
    pub ratings: Packed<pb::ReportRatings>,
    pub overall_rating: Coded<Rating>,
    pub corrective_actions: PackedList<pb::CorrectiveAction>,
    pub evidence: PackedList<Evidence>,
    /// The last of its project.
    pub is_final: bool,
    /// On time or late, once submitted; not said before: then the clock says it.
    pub punctuality: Coded<Punctuality>,
    pub review_comments: PackedList<pb::ReviewComment>,
    /// The figures as they were when it was returned last.
    pub returned_values: PackedList<pb::ReportValue>,
    pub corrects: String,
    pub corrected_by: String,
    /// Which correction it is; 0 of the first report of its days.
    pub correction: i32,
    pub correction_reason: String,
    pub restatements: PackedList<pb::Restatement>,
    pub submitter: String,
    /// When it was submitted first.
    pub submit_time: Option<Micros>,
    pub accept_time: Option<Micros>,
    pub supersede_time: Option<Micros>,
    pub grace_until: Option<Day>,
    pub review_due: Option<Day>,
    pub origin: Coded<Origin>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The days it reports on.
    pub fn period(&self) -> DateRange {
        DateRange { start_date: Some(self.period_start.to_date()), end_date: Some(self.period_end.to_date()) }
    }

    /// It is sealed: nothing in it changes any more.
    pub fn is_sealed(&self) -> bool {
        rules::SEALED.contains(&self.state.get())
    }
}

impl From<Model> for pb::Report {
    fn from(report: Model) -> Self {
        Self {
            etag: chassis::store::etag(report.revision),
            period: Some(report.period()),
            awaiting: rules::awaiting(report.state.get()).to_owned(),
            awaiting_since: Some(report.state_time.to_timestamp()),
            name: report.name,
            uid: report.uid,
            create_time: Some(report.create_time.to_timestamp()),
            update_time: Some(report.update_time.to_timestamp()),
            revision: report.revision,
            state: report.state.number(),
            reporting_period: report.reporting_period,
            values: report.values.into_inner(),
            narrative: report.narrative.set(),
            sections: report.sections.into_inner(),
            expenditures: report.expenditures.into_inner(),
            ratings: report.ratings.set(),
            overall_rating: report.overall_rating.number(),
            corrective_actions: report.corrective_actions.into_inner(),
            evidence: report.evidence.into_inner(),
            r#final: report.is_final,
            punctuality: report.punctuality.number(),
            review_comments: report.review_comments.into_inner(),
            corrects: report.corrects,
            corrected_by: report.corrected_by,
            correction_reason: report.correction_reason,
            restatements: report.restatements.into_inner(),
            submitter: report.submitter,
            submit_time: report.submit_time.map(Micros::to_timestamp),
            accept_time: report.accept_time.map(Micros::to_timestamp),
            supersede_time: report.supersede_time.map(Micros::to_timestamp),
            grace_until_date: report.grace_until.map(Day::to_date),
            review_due_date: report.review_due.map(Day::to_date),
            lead_partner: report.lead_partner,
            origin: report.origin.number(),
            allowed_actions: Vec::new(),
            returned_values: report.returned_values.into_inner(),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::Report, state);

    const SERVICE: &'static str = "projects";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::enumeration("state", "ensemble.projects.v1.Report.State"),
        Field::text("reporting_period"),
        Field::text("lead_partner"),
        Field::boolean("final").column("is_final"),
        Field::enumeration("overall_rating", "ensemble.projects.v1.Report.Rating"),
        Field::enumeration("origin", "ensemble.common.v1.Origin"),
        Field::time("submit_time"),
        Field::time("accept_time"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    fn owner(&self) -> &str {
        &self.lead_partner
    }

    /// What of an accepted report the public may see is for each read to say, since small numbers of people are left out
    /// (GDP-2): its events tell the figures as they are, so only those see them who may.
    fn public(&self) -> bool {
        false
    }

    async fn follow(&self, before: Option<&Self>, unit: &mut Unit<'_>) -> chassis::Result<()> {
        super::store::follow(self, before, unit).await
    }
}

impl Stateful for Model {
    chassis::states!(State {
        Draft: "a draft", "brouillon";
        Submitted: "submitted", "soumis";
        Returned: "returned", "renvoyé";
        Accepted: "accepted", "accepté";
        Superseded: "replaced by a correction", "remplacé par une correction";
    });

    fn parties(&self) -> Vec<&str> {
        std::iter::once(self.lead_partner.as_str())
            .chain(self.participants.iter().map(String::as_str))
            .collect()
    }
}
