//! What was promised and what has come, added up by type of resource and measure. Pure: exact sums, one for each currency and
//! each unit, and rates whose mean is rounded once.

use std::collections::BTreeMap;

use chassis::error::{Error, Result};
use chassis::{say, value};
use proto::common::{DecimalValue, Money};
use proto::partners as pb;
use proto::partners::commitment::{Nature, State};
use rust_decimal::prelude::ToPrimitive as _;
use rust_decimal::{Decimal, RoundingStrategy};

use super::measure::number;
use super::rules::BINDING;

/// Decimals of a mean of rates.
const DECIMALS: u32 = 4;

/// What totals need of a commitment.
#[derive(Clone, Debug)]
pub struct Line {
    /// Where it stands.
    pub state: State,
    /// A code of `RESOURCE_TYPE`.
    pub resource_type: String,
    /// Money, or something else.
    pub nature: Nature,
    /// The unit of what is not money, or the currency.
    pub measure: String,
    /// How much, as the columns write it.
    pub pledged: String,
    /// As the columns write it.
    pub recorded: String,
    /// As the columns write it.
    pub confirmed: String,
    /// As the columns write it.
    pub waived: String,
    /// What it may be worth, of what is not money.
    pub estimate: Option<Money>,
}

/// The sums of one type of resource in one measure.
#[derive(Clone, Debug, Default)]
struct Sum {
    commitments: i32,
    announced: Decimal,
    pledged: Decimal,
    recorded: Decimal,
    confirmed: Decimal,
    waived: Decimal,
    estimates: Vec<Money>,
}

/// Everything that lines add up to.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    sums: BTreeMap<(String, bool, String), Sum>,
    /// Of all rates with the same whole, the sum of their parts: fractions are added exactly before they are divided.
    rates: BTreeMap<Decimal, Decimal>,
    rated: i32,
}

impl Totals {
    /// Adds a commitment.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when a sum is too large: never a wrong sum.
    pub fn add(&mut self, line: &Line) -> Result<()> {
        let is_cash = line.nature == Nature::Cash;
        let sum = self.sums.entry((line.resource_type.clone(), is_cash, line.measure.clone())).or_default();
        let pledged = number(&line.pledged);
        if line.state == State::Pledged {
            return more(&mut sum.announced, pledged);
        }
        if !BINDING.contains(&line.state) {
            return Ok(());
        }
        let confirmed = number(&line.confirmed);
        sum.commitments = sum.commitments.saturating_add(1);
        more(&mut sum.pledged, pledged)?;
        more(&mut sum.recorded, number(&line.recorded))?;
        more(&mut sum.confirmed, confirmed)?;
        more(&mut sum.waived, number(&line.waived))?;
        if let Some(estimate) = &line.estimate {
            let all = std::mem::take(&mut sum.estimates);
            sum.estimates = value::total(all.into_iter().chain([estimate.clone()]))?;
        }
        if !pledged.is_zero() {
            more(self.rates.entry(pledged.normalize()).or_default(), confirmed)?;
            self.rated = self.rated.saturating_add(1);
        }
        Ok(())
    }

    /// Of how many commitments there is a rate.
    pub fn rated(&self) -> i32 {
        self.rated
    }

    /// The mean of the rates (PAR-18), rounded once, half to even; nothing when there is no rate.
    pub fn mean_rate(&self) -> Option<DecimalValue> {
        let mut sum = Decimal::ZERO;
        for (whole, parts) in &self.rates {
            sum = sum.checked_add(parts.checked_div(*whole)?)?;
        }
        let mean = sum.checked_div(Decimal::from(self.rated))?;
        Some(value::decimal_value(
            mean.round_dp_with_strategy(DECIMALS, RoundingStrategy::MidpointNearestEven),
        ))
    }

    /// Money, by type and currency.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub fn cash(&self) -> Result<Vec<pb::CashTotal>> {
        let mut cash = Vec::new();
        for ((resource_type, _, currency), sum) in self.told(true) {
            let amount = |number: Decimal| {
                let minor_units = number.to_i64().ok_or_else(too_large)?;
                Ok::<_, Error>(Some(Money { currency_code: currency.clone(), minor_units }))
            };
            cash.push(pb::CashTotal {
                resource_type: resource_type.clone(),
                commitments: sum.commitments,
                announced: amount(sum.announced)?,
                pledged: amount(sum.pledged)?,
                recorded: amount(sum.recorded)?,
                confirmed: amount(sum.confirmed)?,
                waived: amount(sum.waived)?,
            });
        }
        Ok(cash)
    }

    /// What is not money, by type and unit.
    pub fn in_kind(&self) -> Vec<pb::InKindTotal> {
        let told = |((resource_type, _, unit), sum): (&(String, bool, String), &Sum)| {
            let number = |number: Decimal| Some(value::decimal_value(number));
            pb::InKindTotal {
                resource_type: resource_type.clone(),
                unit: unit.clone(),
                commitments: sum.commitments,
                announced: number(sum.announced),
                pledged: number(sum.pledged),
                recorded: number(sum.recorded),
                confirmed: number(sum.confirmed),
                waived: number(sum.waived),
                estimates: sum.estimates.clone(),
            }
        };
        self.told(false).map(told).collect()
    }

    /// The sums of money, or of the rest, without those of what was cancelled only.
    fn told(&self, is_cash: bool) -> impl Iterator<Item = (&(String, bool, String), &Sum)> {
        let told = |sum: &Sum| sum.commitments > 0 || !sum.announced.is_zero();
        self.sums.iter().filter(move |((_, cash, _), sum)| *cash == is_cash && told(sum))
    }
}

fn more(sum: &mut Decimal, number: Decimal) -> Result<()> {
    *sum = sum.checked_add(number).ok_or_else(too_large)?;
    Ok(())
}

fn too_large() -> Error {
    Error::refused(
        "SUM_TOO_LARGE",
        say!(
            "a sum is too large: ask for less at once",
            "une somme est trop grande : demandez moins à la fois"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(state: State, nature: Nature, measure: &str, [pledged, recorded, confirmed]: [&str; 3]) -> Line {
        Line {
            state,
            resource_type: "FUNDING".to_owned(),
            nature,
            measure: measure.to_owned(),
            pledged: pledged.to_owned(),
            recorded: recorded.to_owned(),
            confirmed: confirmed.to_owned(),
            waived: String::new(),
            estimate: None,
        }
    }

    fn totals(lines: &[Line]) -> Totals {
        let mut totals = Totals::default();
        lines.iter().for_each(|line| totals.add(line).unwrap());
        totals
    }

    #[test]
    fn bey_2_totals_tell_pledged_recorded_and_confirmed_apart() {
        let cash = |state, amounts| line(state, Nature::Cash, "EUR", amounts);
        let totals = totals(&[
            cash(State::Confirmed, ["1000", "700", "300"]),
            cash(State::Fulfilled, ["500", "500", "500"]),
            cash(State::Pledged, ["9000", "0", "0"]),
            cash(State::Cancelled, ["8000", "0", "0"]),
            line(State::Confirmed, Nature::Cash, "XOF", ["5", "0", "0"]),
        ]);
        let told = totals.cash().unwrap();
        let units = |amount: &Option<Money>| amount.as_ref().unwrap().minor_units;
        assert_eq!(
            told.iter().map(|one| units(&one.pledged)).collect::<Vec<_>>(),
            [1500, 5],
            "never across currencies"
        );
        let euros = &told[0];
        assert_eq!(
            (units(&euros.announced), units(&euros.recorded), units(&euros.confirmed), euros.commitments),
            (9000, 1200, 800, 2)
        );
        assert!(totals.in_kind().is_empty());
    }

    #[test]
    fn par_18_the_mean_of_rates_counts_each_commitment_once_and_in_kind_apart_from_cash() {
        let estimate = Some(Money { currency_code: "EUR".to_owned(), minor_units: 1_000_000 });
        let days =
            Line { estimate, ..line(State::Confirmed, Nature::InKind, "PERSON_DAY", ["0.3", "0.3", "0.1"]) };
        let totals = totals(&[
            line(State::Confirmed, Nature::Cash, "EUR", ["1000000", "0", "0"]),
            line(State::Fulfilled, Nature::Cash, "EUR", ["3", "2", "2"]),
            days.clone(),
            days,
        ]);
        // 0 + 2/3 + 1/3 + 1/3 = 4/3, of four.
        assert_eq!((totals.mean_rate().unwrap().value.as_str(), totals.rated()), ("0.3333", 4));
        let [days] = totals.in_kind().try_into().unwrap();
        assert_eq!(
            (days.pledged.unwrap().value, days.confirmed.unwrap().value),
            ("0.6".into(), "0.2".into())
        );
        assert_eq!(days.estimates.iter().map(|one| one.minor_units).collect::<Vec<_>>(), [2_000_000]);
        assert_eq!(totals.cash().unwrap()[0].pledged.as_ref().unwrap().minor_units, 1_000_003);
        assert!(Totals::default().mean_rate().is_none(), "BEY-9: no rate is not a rate of 0");
    }

    #[test]
    fn a_sum_that_cannot_be_told_is_refused() {
        let most = i64::MAX.to_string();
        let lines = [[most.as_str(), "0", "0"], ["1", "0", "0"]]
            .map(|amounts| line(State::Confirmed, Nature::Cash, "EUR", amounts));
        assert!(matches!(totals(&lines).cash(), Err(Error::Refused { rule: "SUM_TOO_LARGE", .. })));
    }
}
