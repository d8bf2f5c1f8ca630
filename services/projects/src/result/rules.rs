//! What may be asked of results, and by whom. Pure.

use chassis::auth::Caller;
use chassis::column::{Day, Micros, short_name};
use chassis::error::{Result, Violations};
use chassis::{name, say, value};
use proto::projects as pb;
use proto::projects::aggregate_indicators_request::GroupBy;
use proto::projects::territory::Kind;

use crate::measure;
use crate::project::describe::{NEED, PARTNER};
use crate::project::rules::PATTERN as PROJECT;

/// The pattern of names of indicators.
const INDICATOR: &str = "indicators/{indicator}";
const RECOMMENDATION: &str = "recommendations/{recommendation}";
/// Keys, at most.
const MOST_KEYS: usize = 2;
/// Indicators named at once, at most.
const MOST_INDICATORS: usize = 100;
/// The territories that all may see figures of (GDP-3), the widest first.
pub const PUBLISHED: [Kind; 3] = [Kind::Country, Kind::Region, Kind::Department];

/// A question, with every field looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// Of which indicators; of all when empty.
    pub indicators: Vec<String>,
    /// By what.
    pub group_by: Vec<GroupBy>,
    /// By which dimension.
    pub dimension: String,
    /// Only what lies in this territory.
    pub territory: String,
    /// The kind of territory to show; none for those right below `territory`.
    pub level: Option<Kind>,
    /// Only of projects of this partner.
    pub partner: String,
    /// Only of projects that answer this need.
    pub need: String,
    /// Only of projects that carry this recommendation out.
    pub recommendation: String,
    /// Only of this project and its parts.
    pub project: String,
    /// Only of periods that do not begin before.
    pub from: Option<Day>,
    /// Only of periods that do not end after.
    pub to: Option<Day>,
    /// As it was known then.
    pub as_of: Option<Micros>,
    /// Say why.
    pub explain: bool,
}

/// Reads a request.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn read(request: &pb::AggregateIndicatorsRequest, now: Micros) -> Result<Asked> {
    let mut wrong = Violations::default();
    if request.indicators.len() > MOST_INDICATORS {
        wrong.add("indicators", say!("at most {MOST_INDICATORS} of them", "{MOST_INDICATORS} au plus"));
    }
    for (index, indicator) in request.indicators.iter().take(MOST_INDICATORS).enumerate() {
        wrong.check(name::check_reference(&format!("indicators[{index}]"), INDICATOR, indicator))?;
    }
    let group_by = keys(&mut wrong, &request.group_by);
    dimension(&mut wrong, &group_by, &request.dimension);
    for (field, pattern, asked) in [
        ("territory", measure::TERRITORY, &request.territory),
        ("partner", PARTNER, &request.partner),
        ("need", NEED, &request.need),
        ("recommendation", RECOMMENDATION, &request.recommendation),
        ("project", PROJECT, &request.project),
    ] {
        if !asked.is_empty() {
            wrong.check(name::check_reference(field, pattern, asked))?;
        }
    }
    let level = level(&mut wrong, request, &group_by);
    let (mut from, mut to) = (None, None);
    if let Some(period) = &request.period {
        let days = wrong.check(value::date_range("period", period, true))?;
        (from, to) = days.map_or((None, None), |(from, to)| (Some(from), to));
    }
    let mut as_of = None;
    if let Some(time) = &request.as_of_time {
        as_of = wrong.check(Micros::from_timestamp("as_of_time", time))?;
        if as_of.is_some_and(|as_of| as_of > now) {
            wrong.add("as_of_time", say!("not later than now", "pas plus tard que maintenant"));
        }
    }
    wrong.finish()?;
    Ok(Asked {
        indicators: request.indicators.clone(),
        group_by,
        dimension: request.dimension.clone(),
        territory: request.territory.clone(),
        level,
        partner: request.partner.clone(),
        need: request.need.clone(),
        recommendation: request.recommendation.clone(),
        project: request.project.clone(),
        from,
        to,
        as_of,
        explain: request.explain,
    })
}

fn keys(wrong: &mut Violations, asked: &[i32]) -> Vec<GroupBy> {
    let mut keys = Vec::new();
    for (index, number) in asked.iter().enumerate() {
        match GroupBy::try_from(*number) {
            Ok(key) if key != GroupBy::Unspecified && !keys.contains(&key) => keys.push(key),
            Ok(GroupBy::Unspecified) | Err(_) => {
                wrong.add(format!("group_by[{index}]"), say!("unknown value", "valeur inconnue"));
            }
            Ok(_) => wrong.add(format!("group_by[{index}]"), say!("each once", "chacune une seule fois")),
        }
    }
    if keys.len() > MOST_KEYS {
        wrong.add("group_by", say!("at most {MOST_KEYS} of them", "{MOST_KEYS} au plus"));
    }
    keys
}

fn dimension(wrong: &mut Violations, group_by: &[GroupBy], asked: &str) {
    let known: Vec<&str> = measure::DIMENSIONS
        .iter()
        .map(|(known, _)| *known)
        .filter(|known| *known != measure::BY_TERRITORY)
        .collect();
    let codes = known.join(", ");
    match group_by.contains(&GroupBy::Dimension) {
        true if asked == measure::BY_TERRITORY => {
            wrong.add("dimension", say!("group by TERRITORY instead", "regroupez plutôt par TERRITORY"));
        }
        true if !known.contains(&asked) => {
            wrong.add("dimension", say!("expected one of {codes}", "attendu : {codes}"));
        }
        false if !asked.is_empty() => {
            wrong.add("dimension", say!("only with group_by DIMENSION", "seulement avec group_by DIMENSION"));
        }
        _ => {}
    }
}

fn level(
    wrong: &mut Violations,
    request: &pb::AggregateIndicatorsRequest,
    group_by: &[GroupBy],
) -> Option<Kind> {
    let by_territory = group_by.contains(&GroupBy::Territory);
    match request.territory_level.as_str() {
        "" => (request.territory.is_empty()).then_some(Kind::Country),
        _ if !by_territory => {
            wrong.add(
                "territory_level",
                say!("only with group_by TERRITORY", "seulement avec group_by TERRITORY"),
            );
            None
        }
        asked => {
            let kind =
                Kind::from_str_name(&format!("KIND_{asked}")).filter(|kind| *kind != Kind::Unspecified);
            if kind.is_none() {
                let kinds = levels(&ALL);
                wrong.add("territory_level", say!("expected one of {kinds}", "attendu : {kinds}"));
            }
            kind
        }
    }
}

const ALL: [Kind; 6] =
    [Kind::Country, Kind::Region, Kind::Department, Kind::Intermunicipal, Kind::Municipality, Kind::District];

fn levels(kinds: &[Kind]) -> String {
    kinds.iter().map(|kind| short_name(kind.as_str_name(), "KIND_")).collect::<Vec<_>>().join(", ")
}

/// The caller sees every figure, however few people it is of.
pub fn sees_all(caller: &Caller) -> bool {
    caller.oversees()
}

/// What those may ask who see no figures of few people (GDP-3): the whole network, by one key at most, whose lines add up to
/// the total once. Who may choose freely finds the difference between two choices.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every field that chooses too finely.
pub fn narrow(asked: &Asked) -> Result<()> {
    let mut wrong = Violations::default();
    let sign_in = || {
        say!(
            "figures of people are public for the whole network only: leave it empty, or ask about your own projects",
            "les chiffres sur des personnes sont publics pour tout le réseau seulement : laissez vide, ou interrogez vos propres projets"
        )
    };
    for (field, chosen) in [
        ("territory", !asked.territory.is_empty()),
        ("partner", !asked.partner.is_empty()),
        ("need", !asked.need.is_empty()),
        ("recommendation", !asked.recommendation.is_empty()),
        ("project", !asked.project.is_empty()),
        ("period", asked.from.is_some() || asked.to.is_some()),
        ("as_of_time", asked.as_of.is_some()),
    ] {
        if chosen {
            wrong.add(field, sign_in());
        }
    }
    let open = [GroupBy::Year, GroupBy::Territory, GroupBy::Dimension];
    if asked.group_by.len() > 1 || asked.group_by.iter().any(|key| !open.contains(key)) {
        wrong.add(
            "group_by",
            say!(
                "figures of people are public by one of YEAR, TERRITORY, DIMENSION",
                "les chiffres sur des personnes sont publics par YEAR, TERRITORY ou DIMENSION, une à la fois"
            ),
        );
    }
    let published = asked.level.is_some_and(|level| PUBLISHED.contains(&level));
    if asked.group_by.contains(&GroupBy::Territory) && asked.territory.is_empty() && !published {
        let kinds = levels(&PUBLISHED);
        wrong.add(
            "territory_level",
            say!(
                "figures of people are public for {kinds}",
                "les chiffres sur des personnes sont publics pour {kinds}"
            ),
        );
    }
    wrong.finish()
}

#[cfg(test)]
mod tests {
    use testing::fields;

    use super::*;

    fn request() -> pb::AggregateIndicatorsRequest {
        pb::AggregateIndicatorsRequest {
            indicators: vec!["indicators/idt-i01".to_owned()],
            ..Default::default()
        }
    }

    #[test]
    fn every_wrong_field_is_named() {
        let wrong = pb::AggregateIndicatorsRequest {
            indicators: vec!["idt-i01".to_owned()],
            group_by: vec![
                GroupBy::Year.into(),
                GroupBy::Year.into(),
                99,
                GroupBy::Dimension.into(),
                GroupBy::Need.into(),
            ],
            dimension: "TERRITORY".to_owned(),
            territory: "fr".to_owned(),
            territory_level: "REGION".to_owned(),
            as_of_time: Some(Micros(8).to_timestamp()),
            ..Default::default()
        };
        assert_eq!(
            fields(read(&wrong, Micros(7))),
            [
                "indicators[0]",
                "group_by[1]",
                "group_by[2]",
                "group_by",
                "dimension",
                "territory",
                "territory_level",
                "as_of_time"
            ]
        );
        assert!(read(&request(), Micros(7)).is_ok());
    }

    #[test]
    fn a_level_is_a_kind_of_territory_and_countries_unless_said() {
        let by = |level: &str, territory: &str| {
            let group_by = vec![GroupBy::Territory.into()];
            let (territory_level, territory) = (level.to_owned(), territory.to_owned());
            read(
                &pb::AggregateIndicatorsRequest { group_by, territory_level, territory, ..request() },
                Micros(0),
            )
        };
        assert_eq!(by("", "").unwrap().level, Some(Kind::Country));
        assert_eq!(by("", "territories/fr").unwrap().level, None);
        assert_eq!(by("REGION", "territories/fr").unwrap().level, Some(Kind::Region));
        assert_eq!(fields(by("STATE", "")), ["territory_level"]);
    }

    #[test]
    fn gdp_3_the_public_asks_for_the_whole_network_by_one_key() {
        let by = |keys: &[GroupBy]| Asked {
            group_by: keys.to_vec(),
            level: Some(Kind::Region),
            ..Asked::default()
        };
        for keys in [&[][..], &[GroupBy::Year], &[GroupBy::Territory], &[GroupBy::Dimension]] {
            assert!(narrow(&by(keys)).is_ok(), "{keys:?}");
        }
        for keys in [
            &[GroupBy::Year, GroupBy::Dimension][..],
            &[GroupBy::Partner],
            &[GroupBy::Project],
            &[GroupBy::Need],
            &[GroupBy::Country],
            &[GroupBy::Recommendation],
            &[GroupBy::ReportingPeriod],
        ] {
            assert_eq!(fields(narrow(&by(keys))), ["group_by"], "{keys:?}");
        }
    }

    #[test]
    fn gdp_3_the_public_chooses_nothing_that_another_choice_differs_from_by_a_few_people() {
        let asked = Asked {
            territory: "territories/fr".to_owned(),
            partner: "partners/a".to_owned(),
            need: "territories/fr/needs/n".to_owned(),
            recommendation: "recommendations/idt-5".to_owned(),
            project: "projects/p".to_owned(),
            from: Day::parse("2026-01-01"),
            as_of: Some(Micros(7)),
            ..Asked::default()
        };
        let all = ["territory", "partner", "need", "recommendation", "project", "period", "as_of_time"];
        assert_eq!(fields(narrow(&asked)), all);
        let fine =
            Asked { group_by: vec![GroupBy::Territory], level: Some(Kind::Municipality), ..Asked::default() };
        assert_eq!(fields(narrow(&fine)), ["territory_level"]);
    }
}
