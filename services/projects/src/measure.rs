//! What the values of indicators must be, and that their parts add up (PRJ-19). Pure; every noun that holds values asks it.

use std::collections::BTreeMap;

use chassis::error::{Error, Result, Violations};
use chassis::{codes, name, say, text, value};
use proto::projects as pb;
use proto::projects::indicator::DisaggregationMode;
use proto::projects::indicator_value::Kind;
use rust_decimal::Decimal;

/// The pattern of names of territories.
pub const TERRITORY: &str = "territories/{territory}";
/// The dimension whose parts are territories.
pub const BY_TERRITORY: &str = "TERRITORY";
/// Parts of a value, at most.
const MOST_CELLS: usize = 2000;
const LONGEST_TEXT: usize = 10_000;

/// The dimensions of disaggregation with their codes, as the list `DISAGGREGATION_DIMENSION` tells them (domain §1.2).
pub const DIMENSIONS: [(&str, &[&str]); 5] = [
    ("SEX", &codes::SEXES),
    ("AGE_BAND", &codes::AGE_BANDS),
    ("DISABILITY", &codes::DISABILITIES),
    (BY_TERRITORY, &[codes::NOT_STATED]),
    ("STATUS", &codes::STATUSES),
];

/// What an indicator asks of its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Meaning {
    /// Code of the IATI list `IndicatorMeasure`.
    pub measure: String,
    /// They are shares of a whole.
    pub ratio: bool,
    /// A share may exceed 1.
    pub beyond_whole: bool,
    /// What they are broken down by.
    pub dimensions: Vec<String>,
    /// How the dimensions stand to each other.
    pub mode: DisaggregationMode,
}

impl Meaning {
    /// Whether its values are words.
    pub fn is_qualitative(&self) -> bool {
        self.measure == "5"
    }

    /// A value in its canonical form.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` on `field` when it is of another kind than the indicator asks for, or is no number.
    pub fn check(&self, field: &str, value: &pb::IndicatorValue) -> Result<pb::IndicatorValue> {
        let wrong = |why| Err(Error::invalid(field, why));
        let kind = match &value.kind {
            None => return Err(Error::required(field)),
            Some(Kind::Text(words)) if self.is_qualitative() => {
                Kind::Text(text::plain(&format!("{field}.text"), words, LONGEST_TEXT)?)
            }
            Some(Kind::Ratio(ratio)) if self.ratio => {
                let (part, whole) = value::ratio(&format!("{field}.ratio"), ratio, self.beyond_whole)?;
                Kind::Ratio(value::ratio_value(part, whole))
            }
            Some(Kind::Decimal(number)) if !self.ratio && !self.is_qualitative() => {
                Kind::Decimal(value::decimal_value(value::number(&format!("{field}.decimal"), number)?))
            }
            Some(_) if self.is_qualitative() => {
                return wrong(say!(
                    "the indicator is qualitative: expected `text`",
                    "l'indicateur est qualitatif : « text » attendu"
                ));
            }
            Some(_) if self.ratio => {
                return wrong(say!(
                    "the indicator is a share: expected `ratio`, the part and the whole, not a percentage",
                    "l'indicateur est un ratio : « ratio » attendu, la partie et le tout, pas un pourcentage"
                ));
            }
            Some(_) => {
                return wrong(say!(
                    "the indicator is counted: expected `decimal`",
                    "l'indicateur est un nombre : « decimal » attendu"
                ));
            }
        };
        Ok(pb::IndicatorValue { kind: Some(kind) })
    }

    /// The parts of a value in their canonical form and order: each once, by the dimensions of the indicator.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` naming every wrong part.
    pub fn check_cells(&self, field: &str, cells: &[pb::Cell]) -> Result<Vec<pb::Cell>> {
        let mut wrong = Violations::default();
        if cells.len() > MOST_CELLS {
            wrong.add(field, say!("at most {MOST_CELLS} parts", "{MOST_CELLS} parties au plus"));
            wrong.finish()?;
            return Ok(Vec::new());
        }
        let mut known: BTreeMap<Vec<(String, String)>, pb::IndicatorValue> = BTreeMap::new();
        for (index, cell) in cells.iter().enumerate() {
            let at = format!("{field}[{index}]");
            let place = wrong.check(self.place(&format!("{at}.coordinates"), &cell.coordinates))?;
            let value = cell.value.clone().unwrap_or_default();
            let value = wrong.check(self.check(&format!("{at}.value"), &value))?;
            if let (Some(place), Some(value)) = (place, value)
                && known.insert(place, value).is_some()
            {
                wrong.add(at, say!("this part stands here twice", "cette partie figure deux fois"));
            }
        }
        wrong.finish()?;
        let cell = |(place, value): (Vec<(String, String)>, _)| pb::Cell {
            coordinates: place
                .into_iter()
                .map(|(dimension, code)| pb::CellCoordinate { dimension, code })
                .collect(),
            value: Some(value),
            suppressed: false,
        };
        Ok(known.into_iter().map(cell).collect())
    }

    fn place(&self, field: &str, coordinates: &[pb::CellCoordinate]) -> Result<Vec<(String, String)>> {
        let mut wrong = Violations::default();
        let mut place = BTreeMap::new();
        for (index, pb::CellCoordinate { dimension, code }) in coordinates.iter().enumerate() {
            let at = format!("{field}[{index}]");
            if !self.dimensions.contains(dimension) {
                let known = self.dimensions.join(", ");
                wrong.add(
                    format!("{at}.dimension"),
                    say!(
                        "the indicator is not broken down by it; expected {known}",
                        "l'indicateur n'est pas ventilé ainsi ; attendu : {known}"
                    ),
                );
            } else if !is_code(dimension, code) {
                let codes = codes(dimension);
                wrong.add(format!("{at}.code"), say!("expected {codes}", "attendu : {codes}"));
            } else if place.insert(dimension.clone(), code.clone()).is_some() {
                wrong.add(
                    format!("{at}.dimension"),
                    say!("each dimension once", "chaque dimension une seule fois"),
                );
            }
        }
        let wanted = if self.mode == DisaggregationMode::Cross { self.dimensions.len() } else { 1 };
        if coordinates.len() != wanted {
            wrong.add(field, say!("expected {wanted} coordinates", "{wanted} coordonnées attendues"));
        }
        wrong.finish()?;
        Ok(place.into_iter().collect())
    }

    /// The parts that are given add up to the value: each dimension by itself, or all together where they are crossed (PRJ-19).
    ///
    /// # Errors
    /// `FAILED_PRECONDITION` citing PRJ-19, with both sums.
    pub fn adds_up(&self, whole: &pb::IndicatorValue, cells: &[pb::Cell]) -> Result<()> {
        if cells.is_empty() || self.is_qualitative() {
            return Ok(());
        }
        let mut groups: BTreeMap<&str, Vec<&pb::IndicatorValue>> = BTreeMap::new();
        for cell in cells {
            let group = match (self.mode, cell.coordinates.as_slice()) {
                (DisaggregationMode::Cross, _) => "",
                (_, [only]) => only.dimension.as_str(),
                _ => "",
            };
            groups.entry(group).or_default().extend(&cell.value);
        }
        let (part, of) = parts(whole);
        for (dimension, values) in groups {
            let (mut parts_sum, mut of_sum) = (Decimal::ZERO, Decimal::ZERO);
            for value in values {
                let (part, of) = parts(value);
                parts_sum += part;
                of_sum += of;
            }
            if (parts_sum, of_sum) != (part, of) {
                let (sum, whole) = (shown(parts_sum, of_sum), shown(part, of));
                return Err(Error::refused(
                    "PRJ-19",
                    say!(
                        "the parts {dimension} add up to {sum}, the value is {whole}: complete them, with NOT_STATED if need be",
                        "les parties {dimension} totalisent {sum}, la valeur est {whole} : complétez-les, avec NOT_STATED au besoin"
                    ),
                ));
            }
        }
        Ok(())
    }
}

/// A dimension's name is known.
pub fn is_dimension(dimension: &str) -> bool {
    DIMENSIONS.iter().any(|(known, _)| *known == dimension)
}

fn is_code(dimension: &str, code: &str) -> bool {
    let known = DIMENSIONS.iter().any(|(known, codes)| *known == dimension && codes.contains(&code));
    known || (dimension == BY_TERRITORY && name::check_reference("code", TERRITORY, code).is_ok())
}

fn codes(dimension: &str) -> String {
    let listed = DIMENSIONS.iter().find(|(known, _)| *known == dimension).map(|(_, codes)| codes.join(", "));
    match dimension {
        BY_TERRITORY => format!("{TERRITORY}, NOT_STATED"),
        _ => listed.unwrap_or_default(),
    }
}

/// A value as a part and its whole: of a number, itself and 0. Words are nothing to add up.
pub fn parts(value: &pb::IndicatorValue) -> (Decimal, Decimal) {
    let read = |digits: &str| digits.parse().unwrap_or_default();
    match &value.kind {
        Some(Kind::Decimal(number)) => (read(&number.value), Decimal::ZERO),
        Some(Kind::Ratio(ratio)) => (read(&ratio.numerator), read(&ratio.denominator)),
        Some(Kind::Text(_)) | None => (Decimal::ZERO, Decimal::ZERO),
    }
}

/// A value as one number: of a ratio, its quotient; nothing of words, and of a ratio of nothing.
pub fn as_number(value: &pb::IndicatorValue) -> Option<Decimal> {
    match &value.kind {
        Some(Kind::Decimal(_)) => Some(parts(value).0),
        Some(Kind::Ratio(_)) => {
            let (part, whole) = parts(value);
            part.checked_div(whole)
        }
        Some(Kind::Text(_)) | None => None,
    }
}

/// A number as a value.
pub fn decimal(number: Decimal) -> pb::IndicatorValue {
    pb::IndicatorValue { kind: Some(Kind::Decimal(value::decimal_value(number))) }
}

/// Words as a value.
pub fn words(text: String) -> pb::IndicatorValue {
    pb::IndicatorValue { kind: Some(Kind::Text(text)) }
}

/// A part and its whole as a value.
pub fn ratio(part: Decimal, whole: Decimal) -> pb::IndicatorValue {
    pb::IndicatorValue { kind: Some(Kind::Ratio(value::ratio_value(part, whole))) }
}

fn shown(part: Decimal, whole: Decimal) -> String {
    if whole.is_zero() { part.normalize().to_string() } else { format!("{part}/{whole}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(dimensions: &[&str], mode: DisaggregationMode) -> Meaning {
        Meaning {
            measure: "1".to_owned(),
            ratio: false,
            beyond_whole: false,
            dimensions: dimensions.iter().map(|dimension| (*dimension).to_owned()).collect(),
            mode,
        }
    }

    fn number(digits: &str) -> pb::IndicatorValue {
        decimal(digits.parse().unwrap())
    }

    fn cell(coordinates: &[(&str, &str)], value: pb::IndicatorValue) -> pb::Cell {
        let coordinate = |(dimension, code): &(&str, &str)| pb::CellCoordinate {
            dimension: (*dimension).to_owned(),
            code: (*code).to_owned(),
        };
        pb::Cell {
            coordinates: coordinates.iter().map(coordinate).collect(),
            value: Some(value),
            suppressed: false,
        }
    }

    #[test]
    fn prj_19_parallel_dimensions_each_add_up_to_the_value() {
        let meaning = counted(&["SEX", "AGE_BAND"], DisaggregationMode::Parallel);
        let sexes = [("FEMALE", "6"), ("MALE", "3"), ("NOT_STATED", "1")];
        let mut cells: Vec<_> = sexes.iter().map(|(code, n)| cell(&[("SEX", code)], number(n))).collect();
        assert!(meaning.adds_up(&number("10"), &cells).is_ok());
        cells.push(cell(&[("AGE_BAND", "LT12")], number("9")));
        let refused = meaning.adds_up(&number("10"), &cells);
        assert!(matches!(refused, Err(Error::Refused { rule: "PRJ-19", .. })));
        cells.push(cell(&[("AGE_BAND", "NOT_STATED")], number("1")));
        assert!(meaning.adds_up(&number("10"), &cells).is_ok());
    }

    #[test]
    fn prj_19_crossed_dimensions_add_up_together_and_so_do_both_terms_of_a_ratio() {
        let crossed = counted(&["SEX", "DISABILITY"], DisaggregationMode::Cross);
        let cells = [
            cell(&[("SEX", "FEMALE"), ("DISABILITY", "YES")], number("2")),
            cell(&[("SEX", "MALE"), ("DISABILITY", "NO")], number("3")),
        ];
        assert!(
            crossed.adds_up(&number("5"), &cells).is_ok() && crossed.adds_up(&number("6"), &cells).is_err()
        );
        let shares = Meaning { ratio: true, ..counted(&["SEX"], DisaggregationMode::Parallel) };
        let term = |part: i64, whole: i64| ratio(part.into(), whole.into());
        let cells = [cell(&[("SEX", "FEMALE")], term(1, 4)), cell(&[("SEX", "MALE")], term(1, 2))];
        assert!(shares.adds_up(&term(2, 6), &cells).is_ok());
        assert!(shares.adds_up(&term(2, 8), &cells).is_err(), "the wholes must add up too");
        assert!(shares.adds_up(&term(3, 6), &cells).is_err(), "the parts must add up too");
    }

    #[test]
    fn a_value_is_of_the_kind_that_its_indicator_asks_for() {
        let meaning = counted(&[], DisaggregationMode::Parallel);
        let shares = Meaning { ratio: true, ..meaning.clone() };
        let words = Meaning { measure: "5".to_owned(), ..meaning.clone() };
        let text = pb::IndicatorValue { kind: Some(Kind::Text("Better.".to_owned())) };
        let values = [number("3"), ratio(1.into(), 2.into()), text];
        for (right, meaning) in [&meaning, &shares, &words].into_iter().enumerate() {
            for (index, value) in values.iter().enumerate() {
                assert_eq!(meaning.check("actual", value).is_ok(), index == right, "{index} {right}");
            }
            assert!(meaning.check("actual", &pb::IndicatorValue::default()).is_err());
        }
    }

    #[test]
    fn every_wrong_part_is_named_and_the_right_ones_are_put_in_order() {
        let meaning = counted(&["SEX", "TERRITORY"], DisaggregationMode::Parallel);
        let cells = [
            cell(&[("SEX", "MALE")], number("1")),
            cell(&[("SEX", "WOMAN")], number("1")),
            cell(&[("STATUS", "RETIRED")], number("1")),
            cell(&[("SEX", "MALE")], number("2")),
            cell(&[("SEX", "FEMALE"), ("TERRITORY", "territories/fr")], number("2")),
            cell(&[], number("2")),
        ];
        let Err(Error::Invalid { fields, .. }) = meaning.check_cells("cells", &cells) else {
            panic!("they were taken")
        };
        let named: Vec<&str> = fields.iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(
            named,
            [
                "cells[1].coordinates[0].code",
                "cells[2].coordinates[0].dimension",
                "cells[3]",
                "cells[4].coordinates",
                "cells[5].coordinates"
            ]
        );
        let cells =
            [cell(&[("TERRITORY", "territories/fr")], number("1.50")), cell(&[("SEX", "MALE")], number("1"))];
        let checked = meaning.check_cells("cells", &cells).unwrap();
        assert_eq!(checked[0].coordinates[0].dimension, "SEX");
        assert_eq!(checked[1].value, Some(number("1.5")));
    }
}
