//! The table `participation`, facing its message.

use chassis::Told;
use chassis::auth::{Caller, Role};
use chassis::column::{Coded, Day, Micros, Packed};
use chassis::filter::Field;
use chassis::lifecycle::{Lifecycle, Stateful};
use proto::common::LocalizedText;
use proto::projects as pb;
use proto::projects::ParticipationChannel;
use proto::projects::need::State as NeedState;
use proto::projects::participation::{Kind, Reason, State};
use proto::projects::participation_answer::Outcome;
use sea_orm::DatabaseExecutor;
use sea_orm::entity::prelude::*;

use super::rules;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "participation")]
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
    pub subject: String,
    /// The partner that the subject belongs to, which follows the subject's.
    pub subject_owner: String,
    pub kind: Coded<Kind>,
    /// In no event and no trail: whoever may read it is shown it.
    pub body: String,
    pub language_code: String,
    pub channel: Coded<ParticipationChannel>,
    pub recorded_by: String,
    pub partner: String,
    /// In no event and no trail, as the body.
    pub pseudonym: String,
    pub territory: String,
    pub confirmed: bool,
    pub moderation_due: Day,
    pub moderate_time: Option<Micros>,
    pub reason_code: Coded<Reason>,
    pub answer_due: Option<Day>,
    pub answer_text: Packed<LocalizedText>,
    pub answer_outcome: Coded<Outcome>,
    pub answer_partner: String,
    pub answer_time: Option<Micros>,
    /// Answered by its due date (PRJ-31).
    pub answered_in_time: bool,
    pub need: String,
    /// What became of the need that was made of it.
    #[sea_orm(ignore)]
    pub need_state: Option<NeedState>,
}

impl ActiveModelBehavior for ActiveModel {}

/// What everyone may know of it, and events tell: not its words.
impl From<Model> for pb::Participation {
    fn from(row: Model) -> Self {
        let (awaiting, since) = rules::awaiting(&row);
        let answer = row.answer_time.map(|time| pb::ParticipationAnswer {
            text: row.answer_text.clone().set(),
            outcome: row.answer_outcome.number(),
            partner: row.answer_partner.clone(),
            answer_time: Some(time.to_timestamp()),
        });
        Self {
            etag: chassis::store::etag(row.revision),
            awaiting: awaiting.to_owned(),
            awaiting_since: Some(since.to_timestamp()),
            name: row.name,
            uid: row.uid,
            create_time: Some(row.create_time.to_timestamp()),
            update_time: Some(row.update_time.to_timestamp()),
            revision: row.revision,
            state: row.state.number(),
            subject: row.subject,
            subject_owner: row.subject_owner,
            kind: row.kind.number(),
            body: String::new(),
            language_code: row.language_code,
            channel: row.channel.number(),
            recorded_by: row.recorded_by,
            partner: row.partner,
            pseudonym: String::new(),
            territory: row.territory,
            confirmed: row.confirmed,
            moderation_due_date: Some(row.moderation_due.to_date()),
            moderate_time: row.moderate_time.map(Micros::to_timestamp),
            reason_code: row.reason_code.number(),
            answer_due_date: row.answer_due.map(Day::to_date),
            answer,
            need: row.need,
            need_state: row.need_state.unwrap_or_default().into(),
            allowed_actions: Vec::new(),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::Participation, state);

    const SERVICE: &'static str = "projects";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::enumeration("state", "ensemble.projects.v1.Participation.State"),
        Field::enumeration("kind", "ensemble.projects.v1.Participation.Kind"),
        Field::enumeration("channel", "ensemble.projects.v1.ParticipationChannel"),
        Field::text("subject"),
        Field::text("subject_owner"),
        Field::text("partner"),
        Field::text("recorded_by"),
        Field::text("territory"),
        Field::boolean("confirmed"),
        Field::enumeration("reason_code", "ensemble.projects.v1.Participation.Reason"),
        Field::text("need"),
        Field::date("moderation_due_date").column("moderation_due"),
        Field::date("answer_due_date").column("answer_due"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    fn owner(&self) -> &str {
        &self.subject_owner
    }

    fn public(&self) -> bool {
        self.state != State::Pending
    }

    async fn inform(rows: &mut [Self], db: DatabaseExecutor<'_>, _: Micros) -> Result<(), DbErr> {
        super::store::inform(rows, &db).await
    }
}

impl Told for Model {
    const PATTERN: &'static str = rules::PATTERN;
    const LIFECYCLE: &'static Lifecycle<Self> = &rules::LIFECYCLE;

    /// With its words, for those who may read them: everyone once it is published, and while it is not, those who moderate it.
    fn shown_to(self, caller: &Caller) -> pb::Participation {
        let read =
            rules::is_shown(&self) || caller.is(Role::Coordinator) || caller.belongs_to(&self.subject_owner);
        let words = read.then(|| (self.body.clone(), self.pseudonym.clone()));
        let (body, pseudonym) = words.unwrap_or_default();
        pb::Participation { body, pseudonym, ..self.into() }
    }
}

impl Stateful for Model {
    chassis::states!(State {
        Pending: "waiting for moderation", "en attente de modération";
        Published: "published", "publiée";
        Rejected: "rejected", "rejetée";
        Answered: "answered", "répondue";
        Hidden: "hidden", "masquée";
    });

    /// The partner that says it: its members do not moderate it (SEP-1).
    fn parties(&self) -> Vec<&str> {
        Some(self.partner.as_str()).filter(|partner| !partner.is_empty()).into_iter().collect()
    }
}
