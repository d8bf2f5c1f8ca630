//! Exact decimal numbers and ratios (domain §1): what is reported is what is summed, digit for digit.

use proto::common::{DecimalValue, Ratio};
use rust_decimal::Decimal;

use crate::error::{Error, Result, Violations};
use crate::say;

/// Digits before and after the point, at most.
const WHOLE: usize = 15;
const FRACTION: usize = 6;

/// A number: `-1234.5`, at most 15 digits before the point and 6 after.
///
/// # Errors
///
/// `INVALID_ARGUMENT` on `{field}.value`.
pub fn number(field: &str, value: &DecimalValue) -> Result<Decimal> {
    parse_number(&format!("{field}.value"), &value.value)
}

/// Reads the digits of a number, as a contract writes them: no spaces, a point before the decimals.
///
/// # Errors
///
/// `INVALID_ARGUMENT` on `field`.
pub fn parse_number(field: &str, digits: &str) -> Result<Decimal> {
    let unsigned = digits.strip_prefix('-').unwrap_or(digits);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let counted = |part: &str, most: usize| {
        !part.is_empty() && part.len() <= most && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let read = (counted(whole, WHOLE) && counted(fraction, FRACTION)).then(|| digits.parse::<Decimal>().ok());
    read.flatten().ok_or_else(|| {
        Error::invalid(
            field,
            say!(
                "expected a number like -1234.5, at most {WHOLE} digits before the point and {FRACTION} after",
                "nombre attendu, comme -1234.5, avec {WHOLE} chiffres au plus avant le point et {FRACTION} après"
            ),
        )
    })
}

/// A number as the contract writes it: without zeros that say nothing, and never `-0`.
pub fn decimal_value(number: Decimal) -> DecimalValue {
    DecimalValue { value: number.normalize().to_string() }
}

/// A part and its whole; both 0 when there was nothing to count.
///
/// # Errors
///
/// `INVALID_ARGUMENT` on `{field}.numerator` and `{field}.denominator`: the whole is not negative, 0 only of nothing, and
/// not less than the part unless `beyond_whole`.
pub fn ratio(field: &str, ratio: &Ratio, beyond_whole: bool) -> Result<(Decimal, Decimal)> {
    let (part_field, whole_field) = (format!("{field}.numerator"), format!("{field}.denominator"));
    let mut wrong = Violations::default();
    let part = wrong.check(parse_number(&part_field, &ratio.numerator))?;
    let whole = wrong.check(parse_number(&whole_field, &ratio.denominator))?;
    if let (Some(part), Some(whole)) = (part, whole) {
        if whole.is_sign_negative() && !whole.is_zero() {
            wrong.add(whole_field, say!("not below 0", "pas en dessous de 0"));
        } else if whole.is_zero() && !part.is_zero() {
            wrong.add(
                whole_field,
                say!("0 only when the part is 0 too", "0 seulement si la partie vaut 0 aussi"),
            );
        } else if part > whole && !beyond_whole {
            wrong.add(part_field, say!("more than the whole", "plus que le tout"));
        }
    }
    wrong.finish()?;
    Ok((part.unwrap_or_default(), whole.unwrap_or_default()))
}

/// A part and its whole as the contract writes them.
pub fn ratio_value(part: Decimal, whole: Decimal) -> Ratio {
    Ratio { numerator: decimal_value(part).value, denominator: decimal_value(whole).value }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(digits: &str) -> Option<String> {
        parse_number("f", digits).ok().map(|number| decimal_value(number).value)
    }

    #[test]
    fn bey_9_zero_is_a_number_and_nothing_is_none() {
        assert_eq!(read("0").as_deref(), Some("0"));
        assert_eq!(read("-0.00").as_deref(), Some("0"));
        assert_eq!(read(""), None);
    }

    #[test]
    fn numbers_keep_every_digit_and_refuse_what_the_contract_does_not_hold() {
        assert_eq!(read("999999999999999.999999").as_deref(), Some("999999999999999.999999"));
        assert_eq!(read("-1234.50").as_deref(), Some("-1234.5"));
        for wrong in
            ["1000000000000000", "1.0000001", "1,5", "1 000", "1e3", "NaN", "+1", ".5", "5.", "--1", "١"]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_ratio_is_of_a_whole_that_holds_its_part() {
        let of = |numerator: &str, denominator: &str, beyond| {
            ratio("f", &Ratio { numerator: numerator.into(), denominator: denominator.into() }, beyond)
                .is_ok()
        };
        assert!(of("0", "0", false) && of("3", "4", false) && of("5", "4", true) && of("-1", "4", false));
        assert!(!of("5", "4", false) && !of("1", "0", true) && !of("1", "-4", true) && !of("", "4", true));
    }
}
