//! What an activity was to achieve and what it did: each indicator of its record, with its values as they were published.
//! What is no number is named and left out, never guessed; 0 is a value (BEY-9).

use std::collections::BTreeSet;

use chassis::column::Day;
use chassis::{say, value};
use iati::{Achievement, Activity, Figure, Narrative, Period, Severity};
use proto::common::{DateRange, LocalizedText};
use proto::projects as pb;

use super::{Notes, clean, texts};
use crate::measure;

/// Indicators of one project, at most.
const MOST: usize = 5000;
/// The longest comment, code, or value in words.
const LONGEST: usize = 2000;

/// An indicator as found, its values cleaned.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Promise {
    pub(crate) as_found: pb::IndicatorAsFound,
    /// Code of `ResultType`.
    pub(crate) result_level: String,
    pub(crate) result_title: LocalizedText,
    pub(crate) baseline: Option<pb::Baseline>,
    pub(crate) targets: Vec<pb::Target>,
    /// What came, by days, in file order; of the same days once.
    pub(crate) actuals: Vec<Actual>,
}

/// What came in some days.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Actual {
    pub(crate) start: Day,
    pub(crate) end: Day,
    pub(crate) value: pb::ReportValue,
}

/// The indicators of an activity, in file order.
pub(super) fn promises(activity: &Activity, default: &str, notes: &mut Notes<'_>) -> Vec<Promise> {
    let mut promises = Vec::new();
    for (place, achievement) in activity.achievements().iter().enumerate() {
        let result_title = texts(&achievement.titles, default, "result/title", activity.line, notes);
        for (number, indicator) in achievement.indicators.iter().enumerate() {
            if promises.len() == MOST {
                notes.note(
                    Severity::Doubtful,
                    "INDICATORS_MANY",
                    "result/indicator",
                    indicator.line,
                    say!(
                        "at most {MOST} indicators of a project are taken: the rest was left out",
                        "{MOST} indicateurs par projet au plus sont repris : le reste est laissé de côté"
                    ),
                );
                return promises;
            }
            let title = texts(&indicator.titles, default, "result/indicator/title", indicator.line, notes);
            let description = texts(
                &indicator.descriptions,
                default,
                "result/indicator/description",
                indicator.line,
                notes,
            );
            let mut reading = Reading { measure: &indicator.measure, default, notes };
            let (targets, actuals) = reading.periods(&indicator.periods);
            promises.push(Promise {
                as_found: pb::IndicatorAsFound {
                    title,
                    description,
                    measure: indicator.measure.clone(),
                    descending: indicator.descending,
                    references: references(achievement, indicator),
                    result_reference: place.to_string(),
                    indicator_reference: number.to_string(),
                },
                result_level: achievement.type_code.clone(),
                result_title: result_title.clone().unwrap_or_default(),
                baseline: reading.baseline(&indicator.baselines),
                targets,
                actuals,
            });
        }
    }
    promises
}

/// Of the indicator, else of its result: the standard allows one or the other.
fn references(achievement: &Achievement, indicator: &iati::Indicator) -> Vec<pb::IndicatorReference> {
    let own = if indicator.references.is_empty() { &achievement.references } else { &indicator.references };
    let one = |reference: &iati::Reference| pb::IndicatorReference {
        vocabulary: clean(&reference.vocabulary, LONGEST),
        code: clean(&reference.code, LONGEST),
        uri: clean(&reference.uri, LONGEST),
    };
    own.iter().map(one).collect()
}

/// Reads the values of one indicator.
struct Reading<'r, 'n> {
    measure: &'r str,
    default: &'r str,
    notes: &'r mut Notes<'n>,
}

/// A value, its parts, and what to know about it.
type Said = (Option<pb::IndicatorValue>, Vec<pb::Cell>, String);

impl Reading<'_, '_> {
    fn baseline(&mut self, figures: &[Figure]) -> Option<pb::Baseline> {
        let first = figures.first()?;
        let (value, cells, comment) = self.figures(figures, "result/indicator/baseline");
        let year = first.year.map(|year| proto::Date { year, month: 0, day: 0 });
        Some(pb::Baseline {
            value,
            baseline_date: first.day.and_then(Day::of).map(Day::to_date).or(year),
            comment,
            cells,
        })
    }

    fn periods(&mut self, periods: &[Period]) -> (Vec<pb::Target>, Vec<Actual>) {
        let (mut targets, mut actuals): (Vec<pb::Target>, Vec<Actual>) = (Vec::new(), Vec::new());
        let mut seen = BTreeSet::new();
        for period in periods {
            let days = period.start.and_then(Day::of).zip(period.end.and_then(Day::of));
            let Some((start, end)) = days.filter(|(start, end)| start <= end) else {
                self.note("PERIOD_INVALID", "result/indicator/period", period.line, "", say!(
                    "a period needs a first and a last day in this order: its values were left out",
                    "une période demande un premier et un dernier jour, dans cet ordre : ses valeurs ont été laissées de côté"
                ));
                continue;
            };
            if !seen.insert((start, end)) {
                self.note(
                    "PERIOD_REPEATED",
                    "result/indicator/period",
                    period.line,
                    &format!("{start} – {end}"),
                    say!(
                        "the indicator has these days already: the first counts",
                        "l'indicateur a déjà ces jours : les premiers comptent"
                    ),
                );
                continue;
            }
            let (value, cells, comment) = self.figures(&period.targets, "result/indicator/period/target");
            if value.is_some() || !cells.is_empty() {
                targets.push(pb::Target {
                    reporting_period: String::new(),
                    period: Some(DateRange {
                        start_date: Some(start.to_date()),
                        end_date: Some(end.to_date()),
                    }),
                    value,
                    comment,
                    cells,
                });
            }
            let (actual, cells, comment) = self.figures(&period.actuals, "result/indicator/period/actual");
            if actual.is_some() || !cells.is_empty() {
                let value = pb::ReportValue { actual, cells, comment, ..pb::ReportValue::default() };
                actuals.push(Actual { start, end, value });
            }
        }
        (targets, actuals)
    }

    /// The whole, which says of no part that it is one; then the parts.
    fn figures(&mut self, figures: &[Figure], at: &'static str) -> Said {
        let (mut whole, mut comment): (Option<pb::IndicatorValue>, _) = (None, String::new());
        let mut cells: Vec<pb::Cell> = Vec::new();
        let mut told = false;
        for figure in figures {
            let coordinates = coordinates(figure);
            let value = self.value(figure, at);
            let again = match coordinates.is_empty() {
                true => told,
                false => cells.iter().any(|cell| cell.coordinates == coordinates),
            };
            if again {
                self.note(
                    "VALUE_REPEATED",
                    at,
                    figure.line,
                    figure.value.as_deref().unwrap_or_default(),
                    say!(
                        "the same value is given twice: the first counts",
                        "la même valeur est donnée deux fois : la première compte"
                    ),
                );
                continue;
            }
            if coordinates.is_empty() {
                told = true;
                whole = value;
                comment = self.comment(&figure.comments);
            } else if value.is_some() {
                cells.push(pb::Cell { coordinates, value, ..pb::Cell::default() });
            }
        }
        (whole, cells, comment)
    }

    fn value(&mut self, figure: &Figure, at: &'static str) -> Option<pb::IndicatorValue> {
        if self.measure == "5" {
            // A qualitative value is what is said of it.
            let words = figure.value.clone().unwrap_or_else(|| self.comment(&figure.comments));
            let words = clean(&words, LONGEST);
            return (!words.is_empty()).then(|| measure::words(words));
        }
        let written = figure.value.as_deref()?;
        let number = value::parse_number(at, &canonical(written)).ok();
        if number.is_none() {
            self.note("VALUE_NOT_A_NUMBER", &format!("{at}/@value"), figure.line, written, say!(
                "expected a number with a point for decimals and no separator of thousands, at most 15 digits before the point and 6 after: left out",
                "nombre attendu, avec un point décimal et sans séparateur de milliers, 15 chiffres au plus avant le point et 6 après : laissé de côté"
            ));
        }
        number.map(measure::decimal)
    }

    /// In the language of the activity, else in that of the first.
    fn comment(&self, comments: &[Narrative]) -> String {
        let wanted =
            comments.iter().find(|one| one.language.as_deref() == Some(self.default)).or(comments.first());
        let Some(wanted) = wanted else { return String::new() };
        let same = comments.iter().filter(|one| one.language == wanted.language);
        clean(&same.map(|one| one.text.as_str()).collect::<Vec<_>>().join(" "), LONGEST)
    }

    fn note(&mut self, code: &'static str, at: &str, line: u32, found: &str, what: say::Text) {
        self.notes.found(Severity::Doubtful, code, at, line, found, what);
    }
}

/// Of which part a figure is: its dimensions, and the places of the activity that it names.
fn coordinates(figure: &Figure) -> Vec<pb::CellCoordinate> {
    let one = |(dimension, code): (&str, &str)| pb::CellCoordinate {
        dimension: clean(dimension, LONGEST),
        code: clean(code, LONGEST),
    };
    let dimensions = figure.dimensions.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let places = figure.locations.iter().map(|place| (LOCATION, place.as_str()));
    dimensions.chain(places).map(one).collect()
}

/// The dimension that the places of an activity stand for.
pub(crate) const LOCATION: &str = "location";

/// A number of the standard (`+5`, `.5`, `1.50000000`) as the contract writes it.
fn canonical(written: &str) -> String {
    let (sign, digits) = match written.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", written.strip_prefix('+').unwrap_or(written)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = if whole.is_empty() && !fraction.is_empty() { "0" } else { whole };
    match fraction.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        fraction => format!("{sign}{whole}.{fraction}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(inside: &str) -> (Vec<Promise>, Vec<&'static str>) {
        let raw = format!(
            "<iati-activity xml:lang='en'><result type='1'><title><narrative>R</narrative></title>{inside}</result></iati-activity>"
        );
        let activity = Activity::read(raw, 1).unwrap();
        let mut notes = Notes { identifier: "X", problems: Vec::new() };
        let promises = promises(&activity, "en", &mut notes);
        (promises, notes.problems.iter().map(|problem| problem.code).collect())
    }

    fn period(inside: &str) -> String {
        format!(
            "<indicator measure='1'><title><narrative>I</narrative></title><period><period-start iso-date='2024-01-01'/><period-end iso-date='2024-12-31'/>{inside}</period></indicator>"
        )
    }

    fn number(digits: &str) -> Option<pb::IndicatorValue> {
        Some(measure::decimal(digits.parse().unwrap()))
    }

    #[test]
    fn bey_9_zero_is_a_value_and_none_is_none() {
        let (found, problems) = read(&period("<target value='0'/><actual value='0'/>"));
        assert_eq!(found[0].targets[0].value, number("0"));
        assert_eq!(found[0].actuals[0].value.actual, number("0"));
        let (found, _) = read(&period("<actual value=''/>"));
        assert_eq!((found[0].targets.len(), found[0].actuals.len()), (0, 0));
        assert!(problems.is_empty());
    }

    #[test]
    fn les_1_numbers_are_kept_digit_for_digit_and_what_is_none_is_named() {
        let (found, problems) =
            read(&period("<target value='+.50'/><actual value='123456789012345.123456'/>"));
        assert_eq!(found[0].targets[0].value, number("0.5"));
        assert_eq!(found[0].actuals[0].value.actual, number("123456789012345.123456"));
        assert!(problems.is_empty());
        for wrong in ["198,412.00", "N/A", "1e3", "0.1234567", "1234567890123456", "--1", "."] {
            let (found, problems) = read(&period(&format!("<actual value='{wrong}'/>")));
            assert!(found[0].actuals.is_empty(), "{wrong}");
            assert_eq!(problems, ["VALUE_NOT_A_NUMBER"], "{wrong}");
        }
    }

    #[test]
    fn parts_stand_beside_the_whole() {
        let (found, problems) = read(&period(
            "<actual value='7'/><actual value='4'><location ref='L1'/><dimension name='sex' value='female'/></actual><actual value='8'/>",
        ));
        let actual = &found[0].actuals[0].value;
        assert_eq!(actual.actual, number("7"));
        let coordinates: Vec<_> = actual.cells[0]
            .coordinates
            .iter()
            .map(|one| (one.dimension.as_str(), one.code.as_str()))
            .collect();
        assert_eq!(coordinates, [("sex", "female"), (LOCATION, "L1")]);
        assert_eq!(problems, ["VALUE_REPEATED"]);
    }

    #[test]
    fn a_qualitative_value_is_what_is_said() {
        let said = "<indicator measure='5'><baseline year='2019'><comment><narrative>Bad.</narrative></comment></baseline></indicator>";
        let (found, _) = read(said);
        let baseline = found[0].baseline.clone().unwrap();
        assert_eq!(baseline.value, Some(measure::words("Bad.".to_owned())));
        assert_eq!(baseline.baseline_date.map(|date| (date.year, date.month)), Some((2019, 0)));
    }

    #[test]
    fn days_that_are_none_are_named() {
        let period = "<indicator measure='1'><period><period-start iso-date='2024-12-31'/><period-end iso-date='2024-01-01'/><actual value='1'/></period></indicator>";
        let (found, problems) = read(period);
        assert!(found[0].actuals.is_empty());
        assert_eq!(problems, ["PERIOD_INVALID"]);
    }
}
