//! The table `strategy`, facing its message.

use chassis::Told;
use chassis::auth::Caller;
use chassis::column::{Coded, Day, Micros, Packed, PackedList, Strings};
use chassis::database::Unit;
use chassis::filter::Field;
use chassis::lifecycle::{Lifecycle, Stateful};
use proto::common::{DateRange, Evidence, LocalizedText};
use proto::projects as pb;
use proto::projects::ParticipationChannel as Channel;
use proto::projects::strategy::State;
use sea_orm::DatabaseExecutor;
use sea_orm::entity::prelude::*;

use super::facts::Facts;
use super::rules;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "strategy")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub uid: String,
    pub revision: i32,
    pub create_time: Micros,
    pub update_time: Micros,
    /// As of the last time that it was written; what is told is as of the day ([`rules::settle`]).
    pub state: Coded<State>,
    /// Since when it is in that state.
    pub state_time: Micros,
    pub state_reason: String,
    pub territory: String,
    pub owner: String,
    pub title: Packed<LocalizedText>,
    pub period_start: Day,
    pub period_end: Day,
    pub needs: Strings,
    pub objectives: PackedList<pb::StrategyObjective>,
    pub governance: Packed<pb::StrategyGovernance>,
    pub inclusion_policy: Packed<Evidence>,
    pub data_policy: Packed<Evidence>,
    pub procurement_policy: Packed<Evidence>,
    pub predecessor: String,
    pub successor: String,
    /// The first day of the strategy that takes over from it.
    pub superseded: Option<Day>,
    pub consultation_start: Option<Day>,
    pub consultation_end: Option<Day>,
    pub channels: Strings,
    pub adopted: Option<Day>,
    pub deliberation: Packed<Evidence>,
    #[sea_orm(ignore)]
    pub facts: Facts,
}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for pb::Strategy {
    fn from(row: Model) -> Self {
        let (awaiting, since) = rules::awaiting(&row);
        let channel =
            |code: &String| Channel::from_str_name(&format!("PARTICIPATION_CHANNEL_{code}")).map(i32::from);
        let consultation = row.consultation_start.map(|start| pb::StrategyConsultation {
            start_date: Some(start.to_date()),
            end_date: row.consultation_end.map(Day::to_date),
            channels: row.channels.iter().filter_map(channel).collect(),
        });
        let adoption = row.adopted.map(|adopted| pb::StrategyAdoption {
            adoption_date: Some(adopted.to_date()),
            deliberation: row.deliberation.clone().set(),
        });
        Self {
            etag: chassis::store::etag(row.revision),
            awaiting: awaiting.to_owned(),
            awaiting_since: Some(since.to_timestamp()),
            in_force: rules::in_force(&row),
            proposals_waiting: row.facts.unanswered + row.facts.unmoderated,
            name: row.name,
            uid: row.uid,
            create_time: Some(row.create_time.to_timestamp()),
            update_time: Some(row.update_time.to_timestamp()),
            revision: row.revision,
            state: row.state.number(),
            title: Some(row.title.into_inner()),
            owner: row.owner,
            period: Some(DateRange {
                start_date: Some(row.period_start.to_date()),
                end_date: Some(row.period_end.to_date()),
            }),
            needs: row.needs.into_inner(),
            objectives: row.objectives.into_inner(),
            governance: row.governance.set(),
            inclusion_policy: row.inclusion_policy.set(),
            data_policy: row.data_policy.set(),
            procurement_policy: row.procurement_policy.set(),
            predecessor: row.predecessor,
            consultation,
            adoption,
            successor: row.successor,
            state_reason: row.state_reason,
            allowed_actions: Vec::new(),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::Strategy, state);

    const SERVICE: &'static str = "projects";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::enumeration("state", "ensemble.projects.v1.Strategy.State"),
        Field::text("owner"),
        Field::text("territory"),
        Field::texts("needs", "needs"),
        Field::text("predecessor"),
        Field::text("successor"),
        Field::date("period.start_date").column("period_start"),
        Field::date("period.end_date").column("period_end"),
        Field::date("consultation.end_date").column("consultation_end"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    fn owner(&self) -> &str {
        &self.owner
    }

    fn public(&self) -> bool {
        self.state != State::Draft
    }

    async fn follow(&self, before: Option<&Self>, unit: &mut Unit<'_>) -> chassis::Result<()> {
        super::store::follow(self, before, unit).await
    }

    async fn inform(rows: &mut [Self], db: DatabaseExecutor<'_>, _: Micros) -> Result<(), DbErr> {
        super::store::inform(rows, &db).await
    }
}

impl Told for Model {
    const PATTERN: &'static str = rules::PATTERN;
    const LIFECYCLE: &'static Lifecycle<Self> = &rules::LIFECYCLE;

    fn seen_by(&self, caller: &Caller) -> bool {
        rules::sees(caller, self)
    }
}

impl Stateful for Model {
    chassis::states!(State {
        Draft: "a draft", "en projet";
        Consultation: "in consultation", "en consultation";
        Adopted: "adopted", "adoptée";
        Expired: "expired", "échue";
        Superseded: "superseded", "remplacée";
    });
}
