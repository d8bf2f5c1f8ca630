//! The table `place`, facing its message.

use chassis::Told;
use chassis::column::{Coded, Day, Micros, Packed, Strings};
use chassis::database::Unit;
use chassis::filter::Field;
use chassis::lifecycle::{Lifecycle, Stateful};
use proto::common::Origin;
use proto::partners as pb;
use proto::partners::place::State;
use sea_orm::entity::prelude::*;

use super::rules;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "place")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub uid: String,
    pub revision: i32,
    pub create_time: Micros,
    pub update_time: Micros,
    pub state: Coded<State>,
    pub state_reason: String,
    pub title: String,
    pub partner: String,
    pub pivot: String,
    pub locality: String,
    pub postal_code: String,
    pub insee_code: String,
    pub street_address: String,
    pub address_complement: String,
    /// Without one, 0 north and 0 east.
    pub location: Packed<pb::GeoPoint>,
    /// By the official code of its municipality.
    pub territory: String,
    pub typologies: Strings,
    pub telephone: String,
    pub generic_emails: Strings,
    pub websites: Strings,
    pub opening_hours: String,
    pub summary: String,
    pub description: String,
    pub source: String,
    pub mobilities: Strings,
    pub parent_organisation: String,
    pub source_update_date: Option<Day>,
    pub services: Strings,
    pub audiences: Strings,
    pub adaptations: Strings,
    pub prices: Strings,
    pub programmes: Strings,
    pub labels: Strings,
    pub other_labels: Strings,
    pub access_modes: Strings,
    pub support_modes: Strings,
    pub accessibility_uri: String,
    pub appointment_uri: String,
    pub external_reference: String,
    pub terms_as_found: Strings,
    pub origin: Coded<Origin>,
    /// Its name as a search sees it.
    pub folded_title: String,
    /// Its street and postal code as a search sees them.
    pub folded_address: String,
}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for pb::Place {
    fn from(place: Model) -> Self {
        Self {
            etag: chassis::store::etag(place.revision),
            name: place.name,
            uid: place.uid,
            create_time: Some(place.create_time.to_timestamp()),
            update_time: Some(place.update_time.to_timestamp()),
            revision: place.revision,
            state: place.state.number(),
            title: place.title,
            partner: place.partner,
            pivot: place.pivot,
            locality: place.locality,
            postal_code: place.postal_code,
            insee_code: place.insee_code,
            street_address: place.street_address,
            address_complement: place.address_complement,
            location: place.location.set(),
            territory: place.territory,
            typologies: place.typologies.into_inner(),
            telephone: place.telephone,
            generic_emails: place.generic_emails.into_inner(),
            websites: place.websites.into_inner(),
            opening_hours: place.opening_hours,
            summary: place.summary,
            description: place.description,
            source: place.source,
            mobilities: place.mobilities.into_inner(),
            parent_organisation: place.parent_organisation,
            source_update_date: place.source_update_date.map(Day::to_date),
            services: place.services.into_inner(),
            audiences: place.audiences.into_inner(),
            adaptations: place.adaptations.into_inner(),
            prices: place.prices.into_inner(),
            programmes: place.programmes.into_inner(),
            labels: place.labels.into_inner(),
            other_labels: place.other_labels.into_inner(),
            access_modes: place.access_modes.into_inner(),
            support_modes: place.support_modes.into_inner(),
            accessibility_uri: place.accessibility_uri,
            appointment_uri: place.appointment_uri,
            external_reference: place.external_reference,
            terms_as_found: place.terms_as_found.into_inner(),
            origin: place.origin.number(),
            state_reason: place.state_reason,
            allowed_actions: Vec::new(),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::Place, state);

    const SERVICE: &'static str = "partners";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::enumeration("state", "ensemble.partners.v1.Place.State"),
        Field::text("title"),
        Field::text("partner"),
        Field::text("pivot"),
        Field::text("locality"),
        Field::text("postal_code"),
        Field::text("insee_code"),
        Field::text("territory"),
        Field::texts("services", "services"),
        Field::texts("audiences", "audiences"),
        Field::texts("adaptations", "adaptations"),
        Field::texts("prices", "prices"),
        Field::texts("programmes", "programmes"),
        Field::texts("access_modes", "access_modes"),
        Field::texts("support_modes", "support_modes"),
        Field::text("source"),
        Field::text("external_reference"),
        Field::enumeration("origin", "ensemble.common.v1.Origin"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    fn owner(&self) -> &str {
        &self.partner
    }

    fn public(&self) -> bool {
        true
    }

    async fn follow(&self, before: Option<&Self>, unit: &mut Unit<'_>) -> chassis::Result<()> {
        super::store::follow(self, before, unit).await
    }
}

impl Told for Model {
    const PATTERN: &'static str = rules::PATTERN;
    const LIFECYCLE: &'static Lifecycle<Self> = &rules::LIFECYCLE;
}

impl Stateful for Model {
    chassis::states!(State {
        Open: "open", "ouvert";
        Closed: "closed", "fermé";
    });
}
