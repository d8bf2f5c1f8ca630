//! What is kept of a partner, and when its members' tokens must say something else. Pure.

use chassis::column::short_name;
use proto::partners::Partner;
use proto::partners::partner::{Sector, State};

use super::row::Model;

/// What a partner's event says.
pub(crate) fn fact(partner: &Partner) -> Model {
    let sector = match Sector::try_from(partner.sector).unwrap_or_default() {
        Sector::Unspecified => "",
        sector => short_name(sector.as_str_name(), "SECTOR_"),
    };
    Model {
        name: partner.name.clone(),
        state: State::try_from(partner.state).unwrap_or_default().into(),
        sector: sector.to_owned(),
        merged_into: partner.merged_into.clone(),
        revision: partner.revision,
        needs_admin: false,
    }
}

/// The fact to keep, unless what is known is newer.
pub(crate) fn merge(known: Option<&Model>, heard: Model) -> Option<Model> {
    match known {
        Some(known) if heard.revision <= known.revision => None,
        Some(known) => Some(Model { needs_admin: known.needs_admin, ..heard }),
        None => Some(heard),
    }
}

/// Whether tokens that say what was known are wrong now: another sector, suspended, or reinstated.
pub(crate) fn changes_claims(known: Option<&Model>, heard: &Model) -> bool {
    let said = |fact: Option<&Model>| {
        fact.map_or((String::new(), false), |fact| (fact.sector.clone(), fact.is_suspended()))
    };
    said(known) != said(Some(heard))
}

#[cfg(test)]
mod tests {
    use super::super::row::fact as known;
    use super::*;

    #[test]
    fn what_is_older_is_not_believed() {
        let newer = Model { revision: 5, ..known("partners/p", "SUSPENDED", "CIVIL") };
        assert_eq!(merge(Some(&newer), known("partners/p", "ACTIVE", "CIVIL")), None);
        let flagged = Model { needs_admin: true, ..known("partners/p", "ACTIVE", "CIVIL") };
        assert!(merge(Some(&flagged), newer).unwrap().needs_admin, "a flag is not lifted by an event");
    }

    #[test]
    fn sep_2_suspending_and_reinstating_make_tokens_void() {
        let (active, suspended) =
            (known("partners/p", "ACTIVE", "CIVIL"), known("partners/p", "SUSPENDED", "CIVIL"));
        assert!(changes_claims(Some(&active), &suspended) && changes_claims(Some(&suspended), &active));
        assert!(changes_claims(Some(&active), &known("partners/p", "ACTIVE", "PRIVATE")), "another sector");
        assert!(changes_claims(None, &active), "the first one heard of it");
        assert!(!changes_claims(Some(&active), &Model { revision: 9, ..active.clone() }));
    }

    #[test]
    fn an_event_says_state_and_sector() {
        let partner = Partner {
            name: "partners/p".to_owned(),
            state: State::Suspended.into(),
            sector: Sector::Civil.into(),
            revision: 7,
            ..Partner::default()
        };
        let fact = fact(&partner);
        assert!(fact.is_suspended() && !fact.is_active());
        assert_eq!((fact.sector.as_str(), fact.revision), ("CIVIL", 7));
    }
}
