//! What was typed into a row becomes a value, or a problem of its cell. Pure.

use chassis::error::Error;
use chassis::say;
use chassis::say::{Language, Text};
use proto::common::{DecimalValue, Ratio};
use proto::projects as pb;
use proto::projects::indicator_value::Kind;
use rust_decimal::Decimal;
use sheet::{NumberTrouble, Value, shown};

use super::words::Column;
use crate::measure::Meaning;

/// What a row says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Entry {
    /// Nothing.
    Nothing,
    /// That there is no value.
    NotAvailable,
    /// A value.
    Value(pb::IndicatorValue),
}

/// Why a row cannot be read, and in which of its cells.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Trouble {
    pub(super) column: Column,
    pub(super) code: &'static str,
    pub(super) why: Text,
}

/// Reads the cells of a row as the indicator asks.
pub(super) fn read(
    meaning: &Meaning,
    value: Option<&Value>,
    of: Option<&Value>,
    language: Language,
) -> Result<Entry, Vec<Trouble>> {
    let Some(value) = value else {
        return match of {
            Some(_) if meaning.ratio => Err(vec![part_missing(Column::Value)]),
            _ => Ok(Entry::Nothing),
        };
    };
    let kind = match () {
        () if meaning.is_qualitative() => match value {
            Value::Fault(found) => return Err(vec![fault(Column::Value, found)]),
            words if is_not_available(words, language) => return Ok(Entry::NotAvailable),
            words => Kind::Text(words.words()),
        },
        () if meaning.ratio => match (number(Column::Value, value, language), of) {
            (Ok(None), _) => return Ok(Entry::NotAvailable),
            (Ok(Some(_)), None) => return Err(vec![part_missing(Column::Of)]),
            (Err(trouble), None) => return Err(vec![trouble, part_missing(Column::Of)]),
            (part, Some(of)) => match (part, number(Column::Of, of, language)) {
                (Ok(Some(part)), Ok(Some(whole))) => {
                    Kind::Ratio(Ratio { numerator: digits(part), denominator: digits(whole) })
                }
                (part, whole) => {
                    let unsaid = matches!(whole, Ok(None)).then(|| part_missing(Column::Of));
                    return Err(part.err().into_iter().chain(whole.err()).chain(unsaid).collect());
                }
            },
        },
        () => match number(Column::Value, value, language).map_err(|trouble| vec![trouble])? {
            None => return Ok(Entry::NotAvailable),
            Some(number) => Kind::Decimal(DecimalValue { value: digits(number) }),
        },
    };
    // The rules themselves are those of every report.
    let checked = meaning.check("value", &pb::IndicatorValue { kind: Some(kind) });
    checked.map(Entry::Value).map_err(|refusal| troubles(&refusal))
}

fn is_not_available(value: &Value, language: Language) -> bool {
    sheet::number(value, language) == Err(NumberTrouble::NotAvailable)
}

fn digits(number: Decimal) -> String {
    number.normalize().to_string()
}

/// The number of a cell; nothing where it is said not to be available.
fn number(column: Column, value: &Value, language: Language) -> Result<Option<Decimal>, Trouble> {
    let trouble = |code, why| Err(Trouble { column, code, why });
    match sheet::number(value, language) {
        Ok(number) => Ok(Some(number)),
        Err(NumberTrouble::NotAvailable) => Ok(None),
        Err(NumberTrouble::Fault) => Err(fault(column, &value.shown())),
        Err(NumberTrouble::Ambiguous { thousands, decimals }) => {
            let en = [thousands, decimals].map(|number| shown(number, Language::En));
            let fr = [thousands, decimals].map(|number| shown(number, Language::Fr));
            trouble(
                "NUMBER_AMBIGUOUS",
                Text {
                    en: format!("this could be {} or {}: write the one that you mean", en[0], en[1]),
                    fr: format!("ce peut être {} ou {} : écrivez celui que vous voulez dire", fr[0], fr[1]),
                },
            )
        }
        Err(NumberTrouble::Date) => trouble(
            "NUMBER_IS_DATE",
            say!(
                "a date, where a number is expected: spreadsheet programs make a date of 22.5; format the cell as a number and type it again",
                "une date, là où un nombre est attendu : les tableurs font une date de 22.5 ; mettez la cellule au format Nombre et ressaisissez"
            ),
        ),
        Err(NumberTrouble::Unreadable) => trouble(
            "NUMBER_EXPECTED",
            say!(
                "not a number: write digits only, without a unit or a percent sign, or n/a if there is no value",
                "pas un nombre : écrivez des chiffres seulement, sans unité ni signe %, ou n/d s'il n'y a pas de valeur"
            ),
        ),
    }
}

fn fault(column: Column, found: &str) -> Trouble {
    let why = match found.strip_prefix('=') {
        Some(_) => say!(
            "a formula without a result: open the file in a spreadsheet program, save it, and send it again",
            "une formule sans résultat : ouvrez le fichier dans un tableur, enregistrez-le et renvoyez-le"
        ),
        None => say!(
            "the formula fails: correct it, or type the value",
            "la formule est en erreur : corrigez-la ou saisissez la valeur"
        ),
    };
    Trouble { column, code: "CELL_ERROR", why }
}

fn part_missing(column: Column) -> Trouble {
    let why = match column {
        Column::Of => say!(
            "a share needs its whole: write here how many there are in all, not a percentage",
            "un ratio demande son total : indiquez ici sur combien, et non un pourcentage"
        ),
        _ => say!(
            "a share needs its part: write here how many of the whole",
            "un ratio demande sa partie : indiquez ici combien sur le total"
        ),
    };
    Trouble { column, code: "RATIO_INCOMPLETE", why }
}

/// What the indicator's own rules find wrong, in the cell that it is about.
fn troubles(refusal: &Error) -> Vec<Trouble> {
    let Error::Invalid { fields, .. } = refusal else { return Vec::new() };
    let trouble = |violation: &chassis::error::Violation| Trouble {
        column: if violation.field.ends_with(".denominator") { Column::Of } else { Column::Value },
        code: "VALUE_INVALID",
        why: violation.why.clone(),
    };
    fields.iter().map(trouble).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::{decimal, ratio};

    fn meaning(measure: &str, ratio: bool) -> Meaning {
        Meaning {
            measure: measure.to_owned(),
            ratio,
            beyond_whole: false,
            dimensions: Vec::new(),
            mode: pb::indicator::DisaggregationMode::Parallel,
        }
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[track_caller]
    fn codes(read: Result<Entry, Vec<Trouble>>) -> Vec<(&'static str, Column)> {
        read.unwrap_err().into_iter().map(|trouble| (trouble.code, trouble.column)).collect()
    }

    #[test]
    fn bey_9_an_empty_cell_is_nothing_and_zero_is_a_value() {
        let counted = meaning("1", false);
        assert_eq!(read(&counted, None, None, Language::Fr), Ok(Entry::Nothing));
        let zero = Value::Number(Decimal::ZERO);
        assert_eq!(read(&counted, Some(&zero), None, Language::Fr), Ok(Entry::Value(decimal(Decimal::ZERO))));
        assert_eq!(read(&counted, Some(&text("n/d")), None, Language::Fr), Ok(Entry::NotAvailable));
        assert_eq!(
            read(&counted, Some(&text("1 234,5")), None, Language::Fr),
            Ok(Entry::Value(decimal(Decimal::new(12345, 1))))
        );
    }

    #[test]
    fn what_is_no_number_says_why_in_its_cell() {
        let counted = meaning("1", false);
        let date = Value::Date(chrono::NaiveDate::from_ymd_opt(2025, 5, 22).unwrap());
        for (value, code) in [
            (text("une douzaine"), "NUMBER_EXPECTED"),
            (text("12 %"), "NUMBER_EXPECTED"),
            (text("1,234"), "NUMBER_AMBIGUOUS"),
            (date, "NUMBER_IS_DATE"),
            (Value::Fault("#REF!".to_owned()), "CELL_ERROR"),
            (Value::Number("0.1234567".parse().unwrap()), "VALUE_INVALID"),
        ] {
            assert_eq!(
                codes(read(&counted, Some(&value), None, Language::Fr)),
                [(code, Column::Value)],
                "{value:?}"
            );
        }
        let ambiguous = read(&counted, Some(&text("1,234")), None, Language::Fr).unwrap_err();
        assert!(ambiguous[0].why.fr.contains("1234 ou 1,2340"), "{}", ambiguous[0].why.fr);
    }

    #[test]
    fn a_share_needs_both_its_terms_each_in_its_cell() {
        let share = meaning("2", true);
        let (three, four) = (Value::Number(3.into()), Value::Number(4.into()));
        let entry = read(&share, Some(&three), Some(&four), Language::Fr);
        assert_eq!(entry, Ok(Entry::Value(ratio(3.into(), 4.into()))));
        assert_eq!(codes(read(&share, Some(&three), None, Language::Fr)), [("RATIO_INCOMPLETE", Column::Of)]);
        assert_eq!(
            codes(read(&share, None, Some(&four), Language::Fr)),
            [("RATIO_INCOMPLETE", Column::Value)]
        );
        assert_eq!(
            codes(read(&share, Some(&four), Some(&three), Language::Fr)),
            [("VALUE_INVALID", Column::Value)]
        );
        let zero = Value::Number(0.into());
        assert_eq!(
            codes(read(&share, Some(&three), Some(&zero), Language::Fr)),
            [("VALUE_INVALID", Column::Of)]
        );
        assert_eq!(
            codes(read(&share, Some(&text("x")), Some(&text("y")), Language::Fr)),
            [("NUMBER_EXPECTED", Column::Value), ("NUMBER_EXPECTED", Column::Of)]
        );
        assert_eq!(read(&share, Some(&text("n/d")), None, Language::Fr), Ok(Entry::NotAvailable));
    }

    #[test]
    fn words_are_words_where_words_are_asked_for() {
        let words = meaning("5", false);
        let said = |value: &Value| read(&words, Some(value), None, Language::Fr);
        let expected =
            |text: &str| Ok(Entry::Value(pb::IndicatorValue { kind: Some(Kind::Text(text.to_owned())) }));
        assert_eq!(said(&text("=mieux")), expected("=mieux"));
        assert_eq!(said(&Value::Number(12.into())), expected("12"));
        assert_eq!(said(&text("n/a")), Ok(Entry::NotAvailable));
    }
}
