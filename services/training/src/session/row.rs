//! The table `session`, facing its message.

use std::sync::Arc;

use chassis::Told;
use chassis::auth::Caller;
use chassis::column::{Coded, Day, Micros, PackedList, Strings};
use chassis::database::Unit;
use chassis::filter::Field;
use chassis::gap::Gap;
use chassis::lifecycle::{Lifecycle, Stateful};
use proto::Private as _;
use proto::common::{DateRange, Origin};
use proto::training as pb;
use proto::training::Mode;
use proto::training::session::{AccessibilityOffer, Availability, State};
use sea_orm::DatabaseExecutor;
use sea_orm::entity::prelude::*;

use super::drawn::Pledge;
use super::{meetings, rules};
use crate::enrolment::rules::{Counts, Kinds, Place, place};
use crate::mode::numbers_of;
use crate::{programme, trainer};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "training_session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub uid: String,
    pub revision: i32,
    pub create_time: Micros,
    pub update_time: Micros,
    /// As of the last time that it was written; what is told is as of now (`clock::settle`).
    pub state: Coded<State>,
    /// Since when it is in that state.
    pub state_time: Micros,
    pub state_reason: String,
    pub programme: String,
    pub programme_revision: String,
    pub mode: Coded<Mode>,
    pub meetings: PackedList<pb::SessionMeeting>,
    /// When the first begins, and the last ends.
    pub start_time: Micros,
    pub end_time: Micros,
    pub time_zone: String,
    pub language_code: String,
    pub territory: String,
    pub trainers: Strings,
    pub capacity_onsite: i32,
    pub capacity_online: i32,
    pub waitlist_limit: i32,
    /// Absent where an imported session does not say it.
    pub enrolment_start: Option<Day>,
    pub enrolment_end: Option<Day>,
    pub approval_required: bool,
    /// Names of offers, without their prefix.
    pub accessibility_offered: Strings,
    pub offline_enrolment_contact: String,
    pub commitment: String,
    pub commitment_seats: i32,
    pub origin: Coded<Origin>,
    /// What it is called where it was found; empty when it was planned here.
    pub external_reference: String,
    /// The indicators of projects in which its effect is expected.
    pub project_indicators: Strings,
    pub website: String,
    /// What is taught, and by whom; told, kept nowhere.
    #[sea_orm(ignore)]
    pub known: Known,
}

/// What a session is told of others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known {
    /// Its programme, as it is now.
    pub programme: Option<Arc<programme::row::Model>>,
    /// What is taught: its programme as it was published once, or as it is.
    pub content: Option<Arc<pb::Programme>>,
    /// Its trainers, as they are now.
    pub trainers: Vec<Arc<trainer::row::Model>>,
    /// How many take part, and wait.
    pub counts: Counts,
    /// What is left of it once it is closed: all figures, and those that anyone may see. Kept in a table of its own.
    pub figures: Option<Arc<(pb::SessionStatistics, pb::SessionStatistics)>>,
    /// What its commitment has to draw from, where someone has asked.
    pub pledge: Option<Pledge>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Takes over meetings that were looked at, and when they begin and end.
    pub(crate) fn meet(&mut self, read: Vec<pb::SessionMeeting>) {
        let (mut start, mut end) = (Micros::MAX, Micros::MIN);
        for (begins, ends) in meetings::spans(&read) {
            (start, end) = (start.min(begins), end.max(ends));
        }
        (self.start_time, self.end_time) = (start, end);
        self.meetings = read.into();
    }

    /// Its seats.
    pub fn capacity(&self) -> Kinds {
        Kinds { onsite: self.capacity_onsite, online: self.capacity_online }
    }

    /// It is known when all of its meetings end.
    pub(crate) fn ends(&self) -> bool {
        self.meetings.iter().all(|meeting| meeting.end_time.is_some())
    }

    /// Its seats, but where an imported session does not say them.
    pub(crate) fn capacity_said(&self) -> Option<pb::SessionCapacity> {
        let unsaid = self.origin == Origin::Imported && self.capacity() == Kinds::default();
        (!unsaid)
            .then_some(pb::SessionCapacity { onsite: self.capacity_onsite, online: self.capacity_online })
    }

    /// Whether someone who wants a seat of this kind would find one: what all may know of how many take part.
    fn availability(&self, mode: Mode) -> Availability {
        let offer = crate::enrolment::rules::offer(self, mode);
        match place(offer, &self.known.counts, mode) {
            _ if offer.seats == 0 => Availability::Unspecified,
            Place::Seat => Availability::Free,
            Place::Queue => Availability::Queue,
            Place::Full => Availability::Full,
        }
    }

    /// The partners that provide its programme.
    pub fn providers(&self) -> &[String] {
        self.known.programme.as_ref().map_or(&[], |programme| programme.providers.as_slice())
    }
}

impl From<Model> for pb::Session {
    fn from(session: Model) -> Self {
        let warnings = rules::warnings(&session);
        let gaps = rules::gaps(&session);
        let end = Some(session.end_time).filter(|_| session.ends());
        let days = session.enrolment_start.zip(session.enrolment_end);
        let counts = session.known.counts;
        Self {
            statistics: session.known.figures.as_ref().map(|figures| figures.1.clone()),
            full_statistics: session.known.figures.as_ref().map(|figures| figures.0.clone()),
            counts: Some(pb::SessionCounts {
                confirmed_onsite: counts.confirmed.onsite,
                confirmed_online: counts.confirmed.online,
                waiting_onsite: counts.waiting.onsite,
                waiting_online: counts.waiting.online,
                pending_onsite: counts.pending.onsite,
                pending_online: counts.pending.online,
            }),
            onsite_availability: session.availability(Mode::Onsite).into(),
            online_availability: session.availability(Mode::Online).into(),
            etag: chassis::store::etag(session.revision),
            awaiting: rules::awaiting(&session).to_owned(),
            awaiting_since: Some(session.state_time.to_timestamp()),
            capacity: session.capacity_said(),
            gaps: gaps.iter().map(Gap::message).collect(),
            title: session.known.content.as_ref().and_then(|content| content.title.clone()),
            providers: session.providers().to_vec(),
            name: session.name,
            uid: session.uid,
            create_time: Some(session.create_time.to_timestamp()),
            update_time: Some(session.update_time.to_timestamp()),
            revision: session.revision,
            state: session.state.number(),
            programme_revision: session.programme_revision,
            mode: session.mode.number(),
            meetings: session.meetings.into_inner(),
            time_zone: session.time_zone,
            language_code: session.language_code,
            territory: session.territory,
            trainers: session.trainers.into_inner(),
            waitlist_limit: session.waitlist_limit,
            enrolment_period: days.map(|(start, end)| DateRange {
                start_date: Some(start.to_date()),
                end_date: Some(end.to_date()),
            }),
            approval_required: session.approval_required,
            accessibility_offered: numbers_of::<AccessibilityOffer>(&session.accessibility_offered),
            offline_enrolment_contact: session.offline_enrolment_contact,
            start_time: Some(session.start_time.to_timestamp()),
            end_time: end.map(Micros::to_timestamp),
            state_reason: session.state_reason,
            warnings: warnings.iter().map(Gap::message).collect(),
            commitment: session.commitment,
            commitment_seats: session.commitment_seats,
            origin: session.origin.number(),
            external_reference: session.external_reference,
            project_indicators: session.project_indicators.into_inner(),
            website: session.website,
            allowed_actions: Vec::new(),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::Session, state);

    const SERVICE: &'static str = "training";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::enumeration("state", "ensemble.training.v1.Session.State"),
        Field::enumeration("mode", "ensemble.training.v1.Mode"),
        Field::text("language_code"),
        Field::text("territory"),
        Field::texts("trainers", "trainers"),
        Field::time("start_time"),
        Field::time("end_time"),
        Field::boolean("approval_required"),
        Field::texts("accessibility_offered", "accessibility_offered"),
        Field::text("commitment"),
        Field::enumeration("origin", "ensemble.common.v1.Origin"),
        Field::text("external_reference"),
        Field::texts("project_indicators", "project_indicators"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    fn owner(&self) -> &str {
        self.providers().first().map_or("", String::as_str)
    }

    fn public(&self) -> bool {
        self.state != State::Planned
    }

    async fn follow(&self, before: Option<&Self>, unit: &mut Unit<'_>) -> chassis::Result<()> {
        super::store::follow(self, before, unit).await
    }

    async fn inform(rows: &mut [Self], db: DatabaseExecutor<'_>, now: Micros) -> Result<(), DbErr> {
        super::store::inform(rows, &db, now).await
    }
}

impl Told for Model {
    const PATTERN: &'static str = rules::PATTERN;
    const LIFECYCLE: &'static Lifecycle<Self> = &rules::LIFECYCLE;

    fn seen_by(&self, caller: &Caller) -> bool {
        self.state != State::Planned || rules::looks_in(caller, self)
    }

    fn shown_to(self, caller: &Caller) -> pb::Session {
        let knows = rules::works_on(caller, &self);
        let mut message: pb::Session = self.into();
        if !knows {
            let full = message.full_statistics.take().filter(|_| caller.oversees());
            message.redact();
            message.full_statistics = full;
        }
        message
    }
}

impl Stateful for Model {
    chassis::states!(State {
        Planned: "planned", "prévue";
        Open: "open to enrolments", "ouverte aux inscriptions";
        InProgress: "in progress", "en cours";
        Completed: "over", "terminée";
        Closed: "closed", "close";
        Cancelled: "cancelled", "annulée";
    });

    fn parties(&self) -> Vec<&str> {
        self.providers().iter().map(String::as_str).collect()
    }
}
