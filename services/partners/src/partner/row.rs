//! The table `partner`, facing its message.

use chassis::Told;
use chassis::auth::Caller;
use chassis::column::{Coded, Micros, Packed, PackedList, Strings};
use chassis::database::Unit;
use chassis::filter::Field;
use chassis::lifecycle::{Lifecycle, Stateful};
use proto::Private as _;
use proto::common::{ExternalIdentifier, LocalizedText, Origin};
use proto::partners as pb;
use proto::partners::partner::{Sector, State};
use sea_orm::DatabaseExecutor;
use sea_orm::entity::prelude::*;

use super::rules;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "partner")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub uid: String,
    pub revision: i32,
    pub create_time: Micros,
    pub update_time: Micros,
    pub state: Coded<State>,
    pub state_reason: String,
    pub title: Packed<LocalizedText>,
    pub acronym: String,
    pub college: String,
    pub sector: Coded<Sector>,
    pub iati_type_code: String,
    pub identifiers: PackedList<ExternalIdentifier>,
    pub country_code: String,
    pub territories: Strings,
    pub authority_territory: String,
    pub website: String,
    pub description: Packed<LocalizedText>,
    pub competences: Strings,
    pub contact: Packed<pb::Contact>,
    pub origin: Coded<Origin>,
    pub merged_into: String,
    /// Who registered it for themselves, and becomes its administrator; empty when a coordinator did.
    pub created_by: String,
    /// An agreement binds it, or is about to (PAR-1); told, kept nowhere.
    #[sea_orm(ignore)]
    pub bound: bool,
}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for pb::Partner {
    fn from(partner: Model) -> Self {
        let gaps = rules::gaps(&partner);
        Self {
            name: partner.name,
            uid: partner.uid,
            etag: chassis::store::etag(partner.revision),
            create_time: Some(partner.create_time.to_timestamp()),
            update_time: Some(partner.update_time.to_timestamp()),
            revision: partner.revision,
            state: partner.state.number(),
            title: Some(partner.title.into_inner()),
            acronym: partner.acronym,
            college: partner.college,
            sector: partner.sector.number(),
            iati_type_code: partner.iati_type_code,
            identifiers: partner.identifiers.into_inner(),
            country_code: partner.country_code,
            territories: partner.territories.into_inner(),
            authority_territory: partner.authority_territory,
            website: partner.website,
            description: partner.description.set(),
            competences: partner.competences.into_inner(),
            contact: partner.contact.set(),
            origin: partner.origin.number(),
            gaps: gaps.iter().map(chassis::gap::Gap::message).collect(),
            merged_into: partner.merged_into,
            redirected_from: String::new(),
            state_reason: partner.state_reason,
            allowed_actions: Vec::new(),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::Partner, state);

    const SERVICE: &'static str = "partners";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::enumeration("state", "ensemble.partners.v1.Partner.State"),
        Field::enumeration("sector", "ensemble.partners.v1.Partner.Sector"),
        Field::enumeration("origin", "ensemble.common.v1.Origin"),
        Field::text("college"),
        Field::text("country_code"),
        Field::text("iati_type_code"),
        Field::text("acronym"),
        Field::text("merged_into"),
        Field::texts("territories", "territories"),
        Field::texts("competences", "competences"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    fn owner(&self) -> &str {
        &self.name
    }

    fn public(&self) -> bool {
        rules::PUBLIC.contains(&self.state.get())
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
        rules::sees(caller, self)
    }

    fn shown_to(self, caller: &Caller) -> pb::Partner {
        let knows = rules::knows(caller, &self);
        let mut message: pb::Partner = self.into();
        if !knows {
            message.redact();
        }
        message
    }
}

impl Stateful for Model {
    chassis::states!(State {
        Pending: "pending", "en attente";
        Active: "active", "active";
        Suspended: "suspended", "suspendue";
        Archived: "archived", "archivée";
        Rejected: "rejected", "refusée";
    });

    fn first_gap(&self) -> Option<chassis::gap::Gap> {
        rules::gaps(self).into_iter().next()
    }
}
