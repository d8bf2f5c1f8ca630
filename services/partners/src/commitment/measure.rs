//! How much of what: money in minor units of one currency, anything else in one unit; exact, and never one for the other.
//! Pure.

use chassis::error::{Error, Result};
use chassis::{say, value};
use proto::common::{DecimalValue, Money};
use proto::partners::commitment::Nature;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::row::Model;

/// The largest quantity that the contract holds has 15 digits before the point.
const MOST: i64 = 999_999_999_999_999;

/// A number as it stands in its column; nothing written is 0.
pub fn number(text: &str) -> Decimal {
    text.parse().unwrap_or_default()
}

/// A number as it is written in its column.
pub fn text(number: Decimal) -> String {
    number.normalize().to_string()
}

/// The sum of some numbers, each exact.
///
/// # Errors
/// `INVALID_ARGUMENT` on `field` when it is more than can be told: never a wrong sum.
pub fn sum(field: &str, numbers: impl IntoIterator<Item = Decimal>) -> Result<Decimal> {
    let mut total = Decimal::ZERO;
    for number in numbers {
        total = total.checked_add(number).ok_or_else(|| too_large(field))?;
    }
    Ok(total)
}

/// What is too large to be told.
fn too_large(field: &str) -> Error {
    Error::invalid(field, say!("the sum is too large", "la somme est trop grande"))
}

impl Model {
    /// How much was pledged.
    pub fn pledged(&self) -> Decimal {
        number(&self.pledged)
    }

    /// How much is still to come: pledged, without what was confirmed and what is done without.
    pub fn remaining(&self) -> Decimal {
        let settled = number(&self.confirmed).saturating_add(number(&self.waived));
        self.pledged().saturating_sub(settled).max(Decimal::ZERO)
    }

    /// Reads how much a request says, in the commitment's own measure.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` on `quantity` or `amount`: missing, in another measure, in another currency.
    pub fn read(&self, quantity: Option<&DecimalValue>, amount: Option<&Money>) -> Result<Decimal> {
        if self.nature == Nature::Cash {
            if quantity.is_some() {
                return Err(Error::invalid(
                    "quantity",
                    say!("it is money: say an amount", "c'est du numéraire : indiquez un montant"),
                ));
            }
            let amount = value::money("amount", amount.ok_or_else(|| Error::required("amount"))?)?;
            if amount.currency_code != self.currency {
                let currency = &self.currency;
                return Err(Error::invalid(
                    "amount.currency_code",
                    say!(
                        "it was pledged in {currency}; amounts are never converted",
                        "la promesse est en {currency} ; les montants ne sont jamais convertis"
                    ),
                ));
            }
            return Ok(amount.minor_units.into());
        }
        if amount.is_some() {
            return Err(Error::invalid(
                "amount",
                say!("it is not money: say a quantity", "ce n'est pas du numéraire : indiquez une quantité"),
            ));
        }
        value::number("quantity", quantity.ok_or_else(|| Error::required("quantity"))?)
    }

    /// How much, as it is told: a quantity, or an amount.
    pub fn tell(&self, number: Decimal) -> (Option<DecimalValue>, Option<Money>) {
        if self.nature == Nature::Cash {
            let amount = number
                .to_i64()
                .map(|minor_units| Money { currency_code: self.currency.clone(), minor_units });
            return (None, amount);
        }
        (Some(value::decimal_value(number)), None)
    }

    /// Refuses a sum that cannot be told.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` on `amount` or `quantity`.
    pub fn fits(&self, number: Decimal) -> Result<Decimal> {
        if self.nature == Nature::Cash {
            return number.to_i64().map(|_| number).ok_or_else(|| too_large("amount"));
        }
        match number.abs() > Decimal::from(MOST) {
            true => Err(too_large("quantity")),
            false => Ok(number),
        }
    }

    /// How much a line says, which was read before.
    pub fn said(&self, quantity: Option<&DecimalValue>, amount: Option<&Money>) -> Decimal {
        match amount {
            Some(amount) => amount.minor_units.into(),
            None => quantity.map(|quantity| number(&quantity.value)).unwrap_or_default(),
        }
    }
}
