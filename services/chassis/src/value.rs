//! Values that several nouns share: money, periods, identifiers, links (domain §1).
//!
//! Each check takes the field's path and what the caller wrote, and returns the canonical form.

mod identifier;
mod iso;
mod link;
mod number;

use proto::common::{DateRange, Money};

pub use identifier::{identifier, identifiers, is_lei, is_ror, is_siren, is_siret};
pub use iso::exponent;
pub use link::{evidence, https, media_type, sha256, website};
pub use number::{decimal_value, number, parse_number, ratio, ratio_value};

use crate::column::Day;
use crate::error::{Error, Result, Violations};
use crate::say;

/// An amount: its currency is one of ISO 4217, in capitals.
///
/// # Errors
///
/// `INVALID_ARGUMENT` on `{field}.currency_code`.
pub fn money(field: &str, money: &Money) -> Result<Money> {
    known_currency(&format!("{field}.currency_code"), &money.currency_code)?;
    Ok(money.clone())
}

/// The sum of two amounts of one currency.
///
/// # Errors
///
/// `INVALID_ARGUMENT` when the currencies differ or the sum is more than 64 bits hold: never a wrong sum.
pub fn add(one: &Money, other: &Money) -> Result<Money> {
    let (currency, found) = (&one.currency_code, &other.currency_code);
    if currency != found {
        return Err(Error::invalid(
            "currency_code",
            say!("cannot add {found} to {currency}", "impossible d'additionner {found} et {currency}"),
        ));
    }
    match one.minor_units.checked_add(other.minor_units) {
        Some(minor_units) => Ok(Money { currency_code: currency.clone(), minor_units }),
        None => Err(Error::invalid(
            "minor_units",
            say!("the sum in {currency} is too large", "la somme en {currency} est trop grande"),
        )),
    }
}

/// Totals, one for each currency, sorted by its code: the only form in which amounts are aggregated.
///
/// # Errors
///
/// `INVALID_ARGUMENT` when a sum is more than 64 bits hold.
pub fn total(amounts: impl IntoIterator<Item = Money>) -> Result<Vec<Money>> {
    let mut totals = std::collections::BTreeMap::<String, Money>::new();
    for amount in amounts {
        let total = match totals.get(&amount.currency_code) {
            Some(total) => add(total, &amount)?,
            None => amount,
        };
        totals.insert(total.currency_code.clone(), total);
    }
    Ok(totals.into_values().collect())
}

/// Reads a decimal number (`-1234.50`, a point or a comma before the decimals, spaces between thousands) as
/// an amount.
///
/// # Errors
///
/// `INVALID_ARGUMENT` on `field` when it is not one, is finer than the currency's minor unit, or is too
/// large: an amount is never rounded.
pub fn parse_money(field: &str, decimal: &str, currency: &str) -> Result<Money> {
    let exponent = known_currency(field, currency)?;
    let minor_units = minor_units(decimal.trim(), exponent).ok_or_else(|| {
        Error::invalid(
            field,
            say!(
                "expected an amount in {currency}, at most {exponent} digits after the point",
                "montant en {currency} attendu, avec {exponent} décimales au plus"
            ),
        )
    })?;
    Ok(Money { currency_code: currency.to_owned(), minor_units })
}

fn minor_units(decimal: &str, exponent: u32) -> Option<i64> {
    let (negative, unsigned) = match decimal.strip_prefix(['-', '\u{2212}']) {
        Some(unsigned) => (true, unsigned),
        None => (false, decimal.strip_prefix('+').unwrap_or(decimal)),
    };
    let (whole, fraction) = unsigned.split_once(['.', ',']).unwrap_or((unsigned, "0"));
    let whole: String = whole.split([' ', '\u{a0}', '\u{202f}']).collect();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(&whole) || !digits(fraction) {
        return None;
    }
    let exponent = usize::try_from(exponent).ok()?;
    let fraction = format!("{:0<exponent$}", fraction.trim_end_matches('0'));
    if fraction.len() > exponent {
        return None;
    }
    // Negated digit by digit, so that the least amount can be read too.
    format!("{}{whole}{fraction}", if negative { "-" } else { "" }).parse().ok()
}

/// `1234.50 EUR`, `1234 XOF`; what [`parse_money`] reads is the part before the space.
pub fn format_money(money: &Money) -> String {
    format!("{} {}", decimal(money), money.currency_code)
}

/// `1234.50`
pub fn decimal(money: &Money) -> String {
    let digits = usize::try_from(exponent(&money.currency_code).unwrap_or(0)).unwrap_or(0);
    let sign = if money.minor_units < 0 { "-" } else { "" };
    let units = format!("{:0>width$}", money.minor_units.unsigned_abs(), width = digits + 1);
    match units.split_at(units.len() - digits) {
        (whole, "") => format!("{sign}{whole}"),
        (whole, fraction) => format!("{sign}{whole}.{fraction}"),
    }
}

fn known_currency(field: &str, code: &str) -> Result<u32> {
    exponent(code).ok_or_else(|| {
        Error::invalid(
            field,
            say!("expected a currency of ISO 4217, like EUR", "devise ISO 4217 attendue, comme EUR"),
        )
    })
}

/// The days of a period, first and last; the last may be missing where `open_end` says so.
///
/// # Errors
///
/// `INVALID_ARGUMENT` on `{field}.start_date` and `{field}.end_date`.
pub fn date_range(field: &str, range: &DateRange, open_end: bool) -> Result<(Day, Option<Day>)> {
    let mut violations = Violations::default();
    let start_field = format!("{field}.start_date");
    let end_field = format!("{field}.end_date");
    let start = match &range.start_date {
        Some(date) => violations.check(Day::from_date(&start_field, date))?,
        None => violations.check(Err(Error::required(&start_field)))?,
    };
    let end = match &range.end_date {
        Some(date) => violations.check(Day::from_date(&end_field, date))?,
        None if open_end => None,
        None => violations.check(Err(Error::required(&end_field)))?,
    };
    if start.zip(end).is_some_and(|(start, end)| end < start) {
        violations.add(end_field, say!("before the start", "antérieure au début"));
    }
    violations.finish()?;
    match start {
        Some(start) => Ok((start, end)),
        None => Err(Error::required(start_field)),
    }
}

/// A country: ISO 3166-1 alpha-2, in capitals whatever the caller wrote.
///
/// # Errors
///
/// `INVALID_ARGUMENT` on `field`.
pub fn country(field: &str, code: &str) -> Result<String> {
    let code = code.trim().to_ascii_uppercase();
    match iso::is_country(&code) {
        true => Ok(code),
        false => Err(Error::invalid(
            field,
            say!(
                "expected a country code of two letters, like FR (ISO 3166-1)",
                "code de pays à deux lettres attendu, comme FR (ISO 3166-1)"
            ),
        )),
    }
}

#[cfg(test)]
mod tests;
