//! The table `project`, facing its message.

use std::collections::BTreeSet;

use chassis::Told;
use chassis::auth::Caller;
use chassis::column::{Coded, Day, Micros, Packed, PackedList, Strings};
use chassis::database::Unit;
use chassis::filter::Field;
use chassis::lifecycle::{Lifecycle, Stateful};
use proto::common::{DateRange, LocalizedText, Origin};
use proto::projects as pb;
use proto::projects::project::State;
use sea_orm::DatabaseExecutor;
use sea_orm::entity::prelude::*;

use super::detail::Details;
use super::facts::Facts;
use super::{lifecycle, rules};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "project")]
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
    pub state_reason: String,
    pub title: Packed<LocalizedText>,
    pub summary: Packed<LocalizedText>,
    pub lead_partner: String,
    /// The lead has left the network (PAR-1).
    pub lead_archived: bool,
    pub participants: PackedList<pb::Participant>,
    pub partnership: String,
    pub territories: Strings,
    pub needs: Strings,
    pub strategy: String,
    pub recommendations: Strings,
    pub sdg_targets: Strings,
    pub business_model: String,
    /// Of imported projects, either day may be unknown.
    pub planned_start: Option<Day>,
    pub planned_end: Option<Day>,
    pub actual_start: Option<Day>,
    pub actual_end: Option<Day>,
    pub budget_lines: PackedList<pb::BudgetLine>,
    pub theory_of_change: Packed<pb::TheoryOfChange>,
    pub safeguards: PackedList<pb::Safeguard>,
    pub parent_project: String,
    pub digital_solution: Packed<pb::DigitalSolution>,
    pub origin: Coded<Origin>,
    pub iati_identifier: String,
    pub country_codes: Strings,
    /// Two reports in a row are missing (PRJ-24).
    pub dormant: bool,
    /// 0 until it is approved here.
    pub baseline_number: i32,
    pub baseline_reason: String,
    /// Until when a reviewer is to answer, while it waits for one.
    pub review_due: Option<Day>,
    pub closing_note: String,
    /// The greatest number that was given to a budget line.
    pub lines_made: i32,
    /// What other rows say of it, where it was gathered.
    #[sea_orm(ignore)]
    pub facts: Facts,
    /// What lists leave out, where it was gathered.
    #[sea_orm(ignore)]
    pub details: Details,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The partners that it names: its lead, who takes part, who pays.
    pub fn partners(&self) -> Vec<&str> {
        let participants = self.participants.iter().map(|participant| participant.partner.as_str());
        let sources = self.budget_lines.iter().map(|line| line.source.as_str());
        std::iter::once(self.lead_partner.as_str()).chain(participants).chain(sources).collect()
    }

    /// Others than its lead take part.
    pub fn is_shared(&self) -> bool {
        self.participants.iter().any(|participant| participant.partner != self.lead_partner)
    }

    /// The lead, and the participants that implement it (code 4 of the IATI list `OrganisationRole`).
    pub fn who_implement(&self) -> BTreeSet<&str> {
        let implementing = self.participants.iter().filter(|participant| participant.iati_role == "4");
        let implementing = implementing.map(|participant| participant.partner.as_str());
        std::iter::once(self.lead_partner.as_str())
            .chain(implementing)
            .filter(|who| !who.is_empty())
            .collect()
    }

    /// When it is planned to run, as far as it is known.
    pub fn planned_period(&self) -> Option<DateRange> {
        let range = DateRange {
            start_date: self.planned_start.map(Day::to_date),
            end_date: self.planned_end.map(Day::to_date),
        };
        (range != DateRange::default()).then_some(range)
    }
}

impl From<Model> for pb::Project {
    fn from(project: Model) -> Self {
        let gaps = rules::gaps(&project);
        let amounts = project.budget_lines.iter().filter_map(|line| line.amount.clone());
        Self {
            etag: chassis::store::etag(project.revision),
            planned_period: project.planned_period(),
            // Whoever wrote the lines has made sure that they can be summed.
            budget: chassis::value::total(amounts).unwrap_or_default(),
            awaiting: rules::awaiting(project.state.get()).to_owned(),
            awaiting_since: Some(project.state_time.to_timestamp()),
            name: project.name,
            uid: project.uid,
            create_time: Some(project.create_time.to_timestamp()),
            update_time: Some(project.update_time.to_timestamp()),
            revision: project.revision,
            state: project.state.number(),
            title: Some(project.title.into_inner()),
            summary: project.summary.set(),
            lead_partner: project.lead_partner,
            participants: project.participants.into_inner(),
            partnership: project.partnership,
            territories: project.territories.into_inner(),
            needs: project.needs.into_inner(),
            strategy: project.strategy,
            recommendations: project.recommendations.into_inner(),
            sdg_targets: project.sdg_targets.into_inner(),
            business_model: project.business_model,
            actual_start_date: project.actual_start.map(Day::to_date),
            actual_end_date: project.actual_end.map(Day::to_date),
            budget_lines: project.budget_lines.into_inner(),
            theory_of_change: project.theory_of_change.set(),
            safeguards: project.safeguards.into_inner(),
            parent_project: project.parent_project,
            digital_solution: project.digital_solution.set(),
            origin: project.origin.number(),
            gaps: gaps.iter().map(chassis::gap::Gap::message).collect(),
            iati_identifier: project.iati_identifier,
            country_codes: project.country_codes.into_inner(),
            state_reason: project.state_reason,
            allowed_actions: Vec::new(),
            lead_archived: project.lead_archived,
            baseline_number: project.baseline_number,
            baseline_reason: project.baseline_reason,
            dormant: project.dormant,
            review_due_date: project.review_due.map(Day::to_date),
            closing_note: project.closing_note,
            sectors: project.details.sectors,
            tags: project.details.tags,
            locations: project.details.locations,
            documents: project.details.documents,
            transactions: project.details.transactions,
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::Project, state);

    const SERVICE: &'static str = "projects";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::enumeration("state", "ensemble.projects.v1.Project.State"),
        Field::enumeration("origin", "ensemble.common.v1.Origin"),
        Field::text("lead_partner"),
        Field::boolean("lead_archived"),
        Field::many("participants.partner", "project_participant", "project", "partner"),
        Field::text("iati_identifier"),
        Field::texts("country_codes", "country_codes"),
        Field::many("territories", "project_territory", "project", "territory"),
        Field::many("needs", "project_need", "project", "need"),
        Field::many("recommendations", "project_recommendation", "project", "recommendation"),
        Field::text("parent_project"),
        Field::boolean("dormant"),
        Field::date("review_due_date").column("review_due"),
        Field::date("planned_period.start_date").column("planned_start"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    fn owner(&self) -> &str {
        &self.lead_partner
    }

    fn public(&self) -> bool {
        !rules::HIDDEN.contains(&self.state.get())
    }

    async fn follow(&self, before: Option<&Self>, unit: &mut Unit<'_>) -> chassis::Result<()> {
        super::store::follow(self, before, unit).await
    }

    async fn inform(rows: &mut [Self], db: DatabaseExecutor<'_>, _: Micros) -> Result<(), DbErr> {
        super::inform::inform(rows, &db).await
    }

    async fn complete(rows: &mut [Self], db: DatabaseExecutor<'_>) -> Result<(), DbErr> {
        super::detail::complete(rows, &db).await
    }
}

impl Told for Model {
    const PATTERN: &'static str = rules::PATTERN;
    const LIFECYCLE: &'static Lifecycle<Self> = &lifecycle::LIFECYCLE;

    fn seen_by(&self, caller: &Caller) -> bool {
        rules::sees(caller, self)
    }
}

impl Stateful for Model {
    chassis::states!(State {
        Draft: "a draft", "brouillon";
        Submitted: "submitted", "soumis";
        Returned: "returned", "renvoyé";
        Approved: "approved", "approuvé";
        Active: "under way", "en cours";
        Suspended: "suspended", "suspendu";
        Completed: "completed", "terminé";
        Closed: "closed", "clos";
        Cancelled: "cancelled", "abandonné";
    });

    fn parties(&self) -> Vec<&str> {
        let participants = self.participants.iter().map(|participant| participant.partner.as_str());
        std::iter::once(self.lead_partner.as_str()).chain(participants).collect()
    }

    fn first_gap(&self) -> Option<chassis::gap::Gap> {
        rules::gaps(self).into_iter().next()
    }
}
