//! The table `enrolment`, facing its message.

use std::sync::Arc;

use chassis::Told;
use chassis::auth::Caller;
use chassis::column::{Coded, Micros, Packed, PackedList};
use chassis::database::Unit;
use chassis::filter::Field;
use chassis::lifecycle::{Lifecycle, Stateful};
use proto::Private as _;
use proto::training as pb;
use proto::training::Mode;
use proto::training::enrolment::State;
use sea_orm::DatabaseExecutor;
use sea_orm::entity::prelude::*;

use super::{attendance, rules};
use crate::{participant, session};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "enrolment")]
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
    pub session: String,
    pub participant: String,
    pub mode: Coded<Mode>,
    pub enrolled_by: String,
    pub special_needs: String,
    /// Its place in the order of those who enrolled in its session, from 1: given under the lock of the writer.
    pub queue_number: i64,
    pub enrol_time: Micros,
    /// Kept in a table of its own (`demographics`), without a history; read by name alone.
    #[sea_orm(ignore)]
    pub demographics: Packed<pb::Demographics>,
    /// Kept in a table of its own (`attendance`).
    #[sea_orm(ignore)]
    pub attendance: PackedList<pb::MeetingAttendance>,
    /// What it is told of others, kept nowhere.
    #[sea_orm(ignore)]
    pub known: Known,
}

/// What an enrolment is told of others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known {
    /// Its session, as the clock has it.
    pub session: Option<Arc<session::row::Model>>,
    /// Who takes part.
    pub participant: Option<Arc<participant::row::Model>>,
    /// Their place in the queue, from 1; 0: they are not in it.
    pub position: i32,
    /// When it was told.
    pub now: Micros,
    /// What a test or an observation has shown after the session: the sum of the levels, and how many there are.
    pub shown: Option<(i32, i32)>,
    /// Its certificate, by name.
    pub certificate: String,
}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for pb::Enrolment {
    fn from(enrolment: Model) -> Self {
        let percent = attendance::attended(&enrolment, enrolment.known.now).percent();
        let session = enrolment.known.session.as_ref();
        let content = session.and_then(|session| session.known.content.as_ref());
        let person = enrolment.known.participant.as_ref();
        let called = person.map(|person| format!("{} {}", person.given_name, person.family_name));
        Self {
            etag: chassis::store::etag(enrolment.revision),
            awaiting: rules::awaiting(&enrolment).to_owned(),
            awaiting_since: Some(enrolment.state_time.to_timestamp()),
            title: content.and_then(|content| content.title.clone()),
            participant_display_name: called.unwrap_or_default().trim().to_owned(),
            name: enrolment.name,
            uid: enrolment.uid,
            create_time: Some(enrolment.create_time.to_timestamp()),
            update_time: Some(enrolment.update_time.to_timestamp()),
            revision: enrolment.revision,
            state: enrolment.state.number(),
            participant: enrolment.participant,
            mode: enrolment.mode.number(),
            enrolled_by: enrolment.enrolled_by,
            special_needs: enrolment.special_needs,
            demographics: enrolment.demographics.set(),
            waitlist_position: enrolment.known.position,
            state_reason: enrolment.state_reason,
            enrol_time: Some(enrolment.enrol_time.to_timestamp()),
            attendance: enrolment.attendance.into_inner(),
            attendance_percent: percent,
            certificate: enrolment.known.certificate,
            allowed_actions: Vec::new(),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::Enrolment, state);

    const SERVICE: &'static str = "training";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::enumeration("state", "ensemble.training.v1.Enrolment.State"),
        Field::text("participant"),
        Field::enumeration("mode", "ensemble.training.v1.Mode"),
        Field::time("enrol_time"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    /// Whoever provides the session is told what happens to its enrolments.
    fn owner(&self) -> &str {
        self.known.session.as_ref().map_or("", |session| chassis::Row::owner(&**session))
    }

    fn public(&self) -> bool {
        false
    }

    async fn follow(&self, before: Option<&Self>, unit: &mut Unit<'_>) -> chassis::Result<()> {
        super::store::follow(self, before, unit).await
    }

    async fn inform(rows: &mut [Self], db: DatabaseExecutor<'_>, now: Micros) -> Result<(), DbErr> {
        super::store::inform(rows, &db, now).await
    }

    async fn complete(rows: &mut [Self], db: DatabaseExecutor<'_>) -> Result<(), DbErr> {
        super::store::complete(rows, &db).await
    }
}

impl Told for Model {
    const PATTERN: &'static str = rules::PATTERN;
    const LIFECYCLE: &'static Lifecycle<Self> = &rules::LIFECYCLE;

    fn seen_by(&self, caller: &Caller) -> bool {
        rules::concerns(caller, self)
    }

    fn shown_to(self, caller: &Caller) -> pb::Enrolment {
        let entered = rules::is_theirs(caller, &self);
        let concerned = rules::concerns(caller, &self);
        let mut message: pb::Enrolment = self.into();
        if !concerned {
            message.redact();
        }
        if !entered {
            message.demographics = None;
        }
        message
    }
}

impl Stateful for Model {
    chassis::states!(State {
        Pending: "waiting for an answer", "à valider";
        Waitlisted: "in the queue", "en liste d'attente";
        Confirmed: "confirmed", "confirmée";
        Declined: "declined", "refusée";
        Cancelled: "cancelled", "annulée";
        Withdrawn: "withdrawn", "abandonnée";
        Completed: "completed", "validée";
        NotCompleted: "not completed", "non validée";
        NoShow: "a no-show", "une absence";
    });
}
