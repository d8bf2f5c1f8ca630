//! What the network may agree on. Pure: rows, messages and a given now.

use chassis::Call;
use chassis::auth::{Caller, Role};
use chassis::clock::Zone;
use chassis::column::Micros;
use chassis::error::{Error, Result, Violations};
use chassis::{say, value};
use proto::common::DecimalValue;
use proto::partners as pb;
use rust_decimal::Decimal;

use super::row::Model;

/// The pattern of names.
pub const PATTERN: &str = "networkSettings/{network_settings}";
/// The one name.
pub const NAME: &str = "networkSettings/default";
/// Fewer people than this are always recognisable (GDP-2).
const LEAST_K: i32 = 3;
const MOST_K: i32 = 1000;
/// With fewer answers than this, each member could tell the others' (PAR-22).
pub const LEAST_RESPONSES: i32 = 3;
/// Licences that open data may be published under, by their SPDX codes; the first is what a network begins with.
pub const LICENCES: [&str; 4] = ["etalab-2.0", "ODbL-1.0", "CC-BY-4.0", "CC0-1.0"];
/// Ten years.
const MOST_DAYS: i32 = 3650;
const MOST_MONTHS: i32 = 120;
const MOST_REMINDERS: usize = 10;

/// What a network begins with (domain §1.3).
pub fn defaults(uid: uuid::Uuid, now: Micros) -> Model {
    let share = |digits: &str| Some(DecimalValue { value: digits.to_owned() });
    let agreed = pb::NetworkSettings {
        time_zone: "Europe/Paris".to_owned(),
        public_k: 5,
        rag_green: share("0.9"),
        rag_amber: share("0.7"),
        due_soon_days: 14,
        return_grace_days: 10,
        review_due_days: 15,
        strategy_consultation_min_days: 15,
        recommendation_consultation_min_days: 10,
        answer_due_days: 30,
        moderation_due_working_days: 5,
        agreement_reminder_days: vec![180, 90, 30],
        renewal_review_months: 12,
        participant_retention_months: 24,
        health_check_min_responses: LEAST_RESPONSES,
        open_data_licence: LICENCES[0].to_owned(),
        ..Default::default()
    };
    Model {
        name: NAME.to_owned(),
        uid: uid.to_string(),
        revision: 1,
        create_time: now,
        update_time: now,
        agreed: agreed.into(),
    }
}

/// Who may change them.
pub fn may_update(caller: &Caller, _: &Model) -> bool {
    caller.is(Role::Coordinator)
}

/// Changes the settings to what the draft says.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn update(settings: &mut Model, draft: &pb::NetworkSettings, _: &Call) -> Result<()> {
    settings.agreed = read(draft).map_err(|error| error.under("network_settings"))?.into();
    Ok(())
}

fn read(draft: &pb::NetworkSettings) -> Result<pb::NetworkSettings> {
    let mut wrong = Violations::default();
    wrong.check(Zone::parse("time_zone", &draft.time_zone))?;
    let green = wrong.check(share("rag_green", draft.rag_green.as_ref()))?;
    let amber = wrong.check(share("rag_amber", draft.rag_amber.as_ref()))?;
    if let (Some(green), Some(amber)) = (green, amber)
        && amber >= green
    {
        wrong.add(
            "rag_amber",
            say!("less than rag_green is expected", "une valeur inférieure à rag_green est attendue"),
        );
    }
    for (field, number, least, most) in [
        ("public_k", draft.public_k, LEAST_K, MOST_K),
        ("due_soon_days", draft.due_soon_days, 0, MOST_DAYS),
        ("return_grace_days", draft.return_grace_days, 0, MOST_DAYS),
        ("review_due_days", draft.review_due_days, 0, MOST_DAYS),
        ("strategy_consultation_min_days", draft.strategy_consultation_min_days, 0, MOST_DAYS),
        ("recommendation_consultation_min_days", draft.recommendation_consultation_min_days, 0, MOST_DAYS),
        ("answer_due_days", draft.answer_due_days, 0, MOST_DAYS),
        ("moderation_due_working_days", draft.moderation_due_working_days, 0, MOST_DAYS),
        ("renewal_review_months", draft.renewal_review_months, 0, MOST_MONTHS),
        ("participant_retention_months", draft.participant_retention_months, 0, MOST_MONTHS),
        ("health_check_min_responses", draft.health_check_min_responses, LEAST_RESPONSES, MOST_K),
    ] {
        if !(least..=most).contains(&number) {
            wrong.add(field, say!("{least} to {most} is expected", "de {least} à {most} attendu"));
        }
    }
    let mut reminders = draft.agreement_reminder_days.clone();
    reminders.sort_unstable_by(|one, other| other.cmp(one));
    reminders.dedup();
    if reminders.len() > MOST_REMINDERS || reminders.iter().any(|days| !(1..=MOST_DAYS).contains(days)) {
        wrong.add(
            "agreement_reminder_days",
            say!(
                "at most {MOST_REMINDERS} numbers, each from 1 to {MOST_DAYS}",
                "{MOST_REMINDERS} nombres au plus, chacun de 1 à {MOST_DAYS}"
            ),
        );
    }
    if !LICENCES.contains(&draft.open_data_licence.as_str()) {
        let known = LICENCES.join(", ");
        wrong.add(
            "open_data_licence",
            say!("one of {known} is expected", "{known} : un de ces codes est attendu"),
        );
    }
    wrong.finish()?;
    Ok(pb::NetworkSettings {
        rag_green: green.map(value::decimal_value),
        rag_amber: amber.map(value::decimal_value),
        agreement_reminder_days: reminders,
        name: String::new(),
        uid: String::new(),
        etag: String::new(),
        create_time: None,
        update_time: None,
        revision: 0,
        ..draft.clone()
    })
}

/// A threshold: more than nothing, at most all.
fn share(field: &str, share: Option<&DecimalValue>) -> Result<Decimal> {
    let share = value::number(field, share.ok_or_else(|| Error::required(field))?)?;
    if share <= Decimal::ZERO || share > Decimal::ONE {
        return Err(Error::invalid(
            field,
            say!("more than 0 and at most 1 is expected", "plus de 0 et 1 au plus attendu"),
        ));
    }
    Ok(share)
}

#[cfg(test)]
mod tests {
    use testing::fields;

    use super::*;

    fn agreed() -> pb::NetworkSettings {
        defaults(uuid::Uuid::nil(), Micros(0)).into()
    }

    fn wrong(change: impl Fn(&mut pb::NetworkSettings)) -> Vec<String> {
        let mut draft = agreed();
        change(&mut draft);
        fields(read(&draft))
    }

    #[test]
    fn what_a_network_begins_with_may_be_agreed_on() {
        assert_eq!(pb::NetworkSettings::from(defaults(uuid::Uuid::nil(), Micros(0))).public_k, 5);
        let agreed = agreed();
        let read = read(&agreed).unwrap();
        assert_eq!(read, defaults(uuid::Uuid::nil(), Micros(0)).agreed.into_inner());
    }

    #[test]
    fn every_wrong_setting_is_named() {
        let all = wrong(|draft| *draft = pb::NetworkSettings { due_soon_days: -1, ..Default::default() });
        assert_eq!(
            all,
            [
                "time_zone",
                "rag_green",
                "rag_amber",
                "public_k",
                "due_soon_days",
                "health_check_min_responses",
                "open_data_licence"
            ]
        );
        assert_eq!(wrong(|draft| draft.time_zone = "Europe/Atlantis".to_owned()), ["time_zone"]);
        assert_eq!(wrong(|draft| draft.agreement_reminder_days = vec![-1]), ["agreement_reminder_days"]);
        assert_eq!(wrong(|draft| draft.agreement_reminder_days = vec![0]), ["agreement_reminder_days"]);
        assert!(wrong(|draft| draft.return_grace_days = 0).is_empty(), "no grace may be agreed on");
    }

    #[test]
    fn open_data_has_an_open_licence() {
        assert_eq!(
            wrong(|draft| draft.open_data_licence = "all rights reserved".to_owned()),
            ["open_data_licence"]
        );
        assert!(wrong(|draft| draft.open_data_licence = "ODbL-1.0".to_owned()).is_empty());
        let mut before = defaults(uuid::Uuid::nil(), Micros(0));
        before.agreed = pb::NetworkSettings::default().into();
        assert_eq!(pb::NetworkSettings::from(before).open_data_licence, "etalab-2.0");
    }

    #[test]
    fn gdp_2_fewer_than_three_people_are_never_shown() {
        assert_eq!(wrong(|draft| draft.public_k = 2), ["public_k"]);
        assert!(wrong(|draft| draft.public_k = 3).is_empty());
    }

    #[test]
    fn prj_23_amber_begins_below_green_and_green_at_most_at_all() {
        let of = |green: &str, amber: &str| {
            wrong(|draft| {
                draft.rag_green = Some(DecimalValue { value: green.to_owned() });
                draft.rag_amber = Some(DecimalValue { value: amber.to_owned() });
            })
        };
        assert_eq!(of("0.7", "0.7"), ["rag_amber"]);
        assert_eq!(of("1.01", "0"), ["rag_green", "rag_amber"]);
        assert!(of("1", "0.5").is_empty());
    }
}
