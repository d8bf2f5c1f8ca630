//! Whether the divide narrows: gaps at first and at last, in one territory by one source. Pure.

use std::collections::{BTreeMap, BTreeSet};

use chassis::value;
use proto::projects as pb;
use rust_decimal::Decimal;

use super::row::Model;
use super::rules::{PRECISION, gaps};

/// Where and by whom one gap is observed again and again: territory, source.
type Place<'a> = (&'a str, &'a str);

/// What these observations come to; provisional ones are none.
pub fn summarize(observed: &[Model]) -> pb::SummarizeObservationsResponse {
    let mut known: Vec<&Model> = observed.iter().filter(|one| !one.provisional).collect();
    known.sort_by_key(|one| (one.period_end, one.period_start));
    let territories: BTreeSet<&str> = known.iter().map(|one| one.territory.as_str()).collect();
    let mut series: BTreeMap<(&str, String), BTreeMap<Place<'_>, Vec<Decimal>>> = BTreeMap::new();
    for one in &known {
        for gap in gaps(&one.cells) {
            let Ok(points) = gap.points.parse() else { continue };
            let places = series.entry((&one.indicator, gap.dimension)).or_default();
            places.entry((&one.territory, &one.source)).or_default().push(points);
        }
    }
    let trends: Vec<pb::GapTrend> =
        series.into_iter().filter_map(|(of, places)| trend(of, &places)).collect();
    let (compared, narrowed) =
        trends.iter().fold((0, 0), |sum, one| (sum.0 + one.compared, sum.1 + one.narrowed));
    pb::SummarizeObservationsResponse {
        observations: count(known.len()),
        territories: count(territories.len()),
        narrowed: (compared > 0).then(|| value::ratio_value(narrowed.into(), compared.into())),
        trends,
    }
}

/// How the gaps of an indicator in a dimension changed; nothing where none was observed twice.
fn trend(
    (indicator, dimension): (&str, String),
    places: &BTreeMap<Place<'_>, Vec<Decimal>>,
) -> Option<pb::GapTrend> {
    let ends = places.values().filter(|points| points.len() > 1);
    let changes: Vec<Decimal> = ends.filter_map(|points| Some(points.last()? - points.first()?)).collect();
    let mean = changes.iter().sum::<Decimal>().checked_div(Decimal::from(changes.len()))?;
    Some(pb::GapTrend {
        indicator: indicator.to_owned(),
        dimension,
        compared: count(changes.len()),
        narrowed: count(
            changes.iter().filter(|change| change.is_sign_negative() && !change.is_zero()).count(),
        ),
        mean_change: mean.round_dp(PRECISION).normalize().to_string(),
    })
}

fn count(many: usize) -> i32 {
    i32::try_from(many).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use chassis::column::Day;

    use super::*;
    use crate::measure::ratio;

    /// How many women and men of a hundred are online, in a year.
    fn seen(territory: &str, source: &str, year: i32, women: i64, men: i64) -> Model {
        let cell = |code: &str, online: i64| pb::Cell {
            coordinates: vec![pb::CellCoordinate { dimension: "SEX".to_owned(), code: code.to_owned() }],
            value: Some(ratio(online.into(), 100.into())),
            ..Default::default()
        };
        let day = |month, day| Day::of(chrono::NaiveDate::from_ymd_opt(year, month, day).unwrap()).unwrap();
        Model {
            name: format!("{territory}/observations/o{year}"),
            uid: String::new(),
            revision: 1,
            create_time: Default::default(),
            update_time: Default::default(),
            territory: territory.to_owned(),
            authority: String::new(),
            indicator: "indicators/idt-i07".to_owned(),
            period_start: day(1, 1),
            period_end: day(12, 31),
            value: Default::default(),
            cells: vec![cell("FEMALE", women), cell("MALE", men)].into(),
            source: source.to_owned(),
            dataset: String::new(),
            provisional: false,
        }
    }

    #[test]
    fn the_gap_of_the_first_period_is_compared_with_that_of_the_last() {
        let observed = [
            seen("territories/a", "census", 2025, 78, 80), // read in any order
            seen("territories/a", "census", 2021, 60, 70),
            seen("territories/a", "census", 2023, 50, 90),
            seen("territories/b", "census", 2021, 60, 70),
            seen("territories/b", "census", 2025, 60, 72),
        ];
        let told = summarize(&observed);
        assert_eq!((told.observations, told.territories), (5, 2));
        assert_eq!(told.narrowed, Some(value::ratio_value(1.into(), 2.into())));
        let [trend] = &told.trends[..] else { panic!("{told:?}") };
        assert_eq!((trend.dimension.as_str(), trend.compared, trend.narrowed), ("SEX", 2, 1));
        assert_eq!(trend.mean_change, "-3", "8 points less, 2 more");
    }

    #[test]
    fn what_was_observed_once_by_another_or_not_for_good_is_no_trend() {
        let once = [
            seen("territories/a", "census", 2021, 60, 70),
            seen("territories/a", "survey", 2025, 70, 70),
            Model { provisional: true, ..seen("territories/a", "census", 2025, 70, 70) },
        ];
        let told = summarize(&once);
        assert_eq!((told.observations, told.narrowed, told.trends.len()), (2, None, 0));
        let same =
            [seen("territories/a", "census", 2021, 60, 70), seen("territories/a", "census", 2025, 70, 80)];
        assert_eq!(
            summarize(&same).narrowed,
            Some(value::ratio_value(0.into(), 1.into())),
            "as wide as it was"
        );
    }
}
