//! Values that are possible and yet rather a slip: they are asked about, and a comment beside them confirms them. Pure.

use chassis::say;
use chassis::say::{Language, Text};
use proto::projects as pb;
use proto::projects::indicator::TimeAggregation;
use rust_decimal::Decimal;
use sheet::shown;

use super::line::{Figures, Line};
use crate::measure;

/// So many times the value of the period before is doubted.
const JUMP: i64 = 10;

/// What is doubtful about a value, after those of the periods before.
pub(super) fn of(
    line: &Line<'_>,
    told: &pb::IndicatorValue,
    past: &[Figures<'_>],
) -> Option<(&'static str, Text)> {
    let now = measure::as_number(told)?;
    let before: Vec<Decimal> =
        past.iter().filter_map(|report| line.within(report).and_then(measure::as_number)).collect();
    let last = *before.last()?;
    let jump = Decimal::from(JUMP);
    let far = |large: Decimal, small: Decimal| {
        small > Decimal::ZERO && small.checked_mul(jump).is_some_and(|jumped| large >= jumped)
    };
    if far(now, last) || far(last, now) {
        return Some((
            "VALUE_JUMPS",
            both(
                last,
                "ten times more or less than the period before ({}): confirm it by a comment in its row, or correct it",
                "dix fois plus ou moins que la période précédente ({}) : confirmez par un commentaire sur la ligne, ou corrigez",
            ),
        ));
    }
    let counted = !line.promise.meaning().ratio;
    match line.promise.course().time {
        TimeAggregation::Sum if before.len() > 1 && counted => {
            let sum = before.iter().try_fold(Decimal::ZERO, |sum, value| sum.checked_add(*value))?;
            (last > Decimal::ZERO && now > sum).then(|| {
                (
                    "VALUE_LOOKS_CUMULATIVE",
                    both(sum, "more than all periods before together ({}): only what happened in this period is asked for; confirm it by a comment in its row, or correct it", "plus que toutes les périodes précédentes réunies ({}) : seul ce qui s'est passé sur cette période est demandé ; confirmez par un commentaire sur la ligne, ou corrigez"),
                )
            })
        }
        TimeAggregation::Latest | TimeAggregation::Max if counted && !line.promise.descending() => {
            (now < last).then(|| {
                (
                    "VALUE_FALLS",
                    both(last, "less than the period before ({}), of something that is not expected to fall: confirm it by a comment in its row, or correct it", "moins que la période précédente ({}), alors que cela ne devrait pas baisser : confirmez par un commentaire sur la ligne, ou corrigez"),
                )
            })
        }
        _ => None,
    }
}

fn both(number: Decimal, en: &str, fr: &str) -> Text {
    let said = |text: &str, language| text.replace("{}", &shown(number, language));
    Text { en: said(en, Language::En), fr: said(fr, Language::Fr) }
}

/// Why there is no value, which must be said.
pub(super) fn reason_missing() -> Text {
    say!(
        "say in this column why there is no value",
        "dites dans cette colonne pourquoi il n'y a pas de valeur"
    )
}
