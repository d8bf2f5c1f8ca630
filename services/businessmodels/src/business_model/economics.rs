//! What costs and revenues come to, exactly (BM-2, BM-3). Pure.

use std::collections::BTreeMap;

use chassis::value;
use proto::businessmodels as pb;
use proto::businessmodels::{Payer, Periodicity};
use proto::common::Money;
use rust_decimal::Decimal;

/// Over so many years what is paid once is spread, where the contract says none.
const USUAL_TERM: i32 = 10;

/// Costs and revenues of one currency (BM-4); nothing without any amount, or when a sum is more than 64 bits hold.
pub(crate) fn economics(
    costs: &[pb::Cost],
    revenues: &[pb::Revenue],
    contract: &pb::ContractTerms,
) -> Option<pb::Economics> {
    let currency = currency(costs, revenues)?;
    let term = if contract.term_years > 0 { contract.term_years } else { USUAL_TERM };
    let latest = revenues.iter().map(|revenue| revenue.year).max().unwrap_or_default();
    let mut payers = BTreeMap::<i32, i64>::new();
    for revenue in revenues.iter().filter(|revenue| revenue.year == 0 || revenue.year == latest) {
        if let Some(amount) = &revenue.amount {
            let sum = payers.entry(revenue.payer).or_default();
            *sum = sum.checked_add(amount.minor_units)?;
        }
    }
    let revenue = payers.values().try_fold(0_i64, |sum, part| sum.checked_add(*part))?;
    let paid = |how: Periodicity| {
        let of = costs.iter().filter(|cost| cost.periodicity() == how);
        of.filter_map(|cost| cost.amount.as_ref())
            .try_fold(0_i64, |sum, amount| sum.checked_add(amount.minor_units))
    };
    let (yearly, once) = (paid(Periodicity::Yearly)?, paid(Periodicity::OneOff)?);
    let money = |minor_units| Money { currency_code: currency.clone(), minor_units };
    let scale = value::exponent(&currency)?;
    let decimal = |units: i128| Decimal::try_from_i128_with_scale(units, scale).ok();
    let over_term = |each: i64| i128::from(each) * i128::from(term);
    let cost = over_term(yearly) + i128::from(once);
    let coverage = match (payers.is_empty(), cost) {
        (true, _) | (_, 0) => None,
        _ => Some(value::ratio_value(decimal(over_term(revenue))?, decimal(cost)?)),
    };
    let share = |(payer, part): (&i32, &i64)| {
        let share = value::ratio_value(decimal((*part).into())?, decimal(revenue.into())?);
        Some(pb::PayerShare { payer: *payer, share: Some(share) })
    };
    let mix = if revenue == 0 { Vec::new() } else { payers.iter().filter_map(share).collect() };
    Some(pb::Economics {
        term_years: term,
        yearly_revenue: (!payers.is_empty()).then(|| money(revenue)),
        yearly_cost: (!costs.is_empty()).then(|| money(yearly)),
        one_off_cost: (!costs.is_empty()).then(|| money(once)),
        cost_coverage: coverage,
        payer_mix: mix,
        currency_code: currency,
    })
}

/// The currency of a model's first amount.
fn currency(costs: &[pb::Cost], revenues: &[pb::Revenue]) -> Option<String> {
    let costs = costs.iter().filter_map(|cost| cost.amount.as_ref());
    let revenues = revenues.iter().filter_map(|revenue| revenue.amount.as_ref());
    costs.chain(revenues).map(|amount| amount.currency_code.clone()).next()
}

/// Whether a public budget pays a part of it.
pub(crate) fn publicly_funded(revenues: &[pb::Revenue], finance: &[pb::Finance]) -> bool {
    let public = [pb::FinanceInstrument::OwnBudget, pb::FinanceInstrument::Grant];
    revenues.iter().any(|revenue| revenue.payer() == Payer::PublicBudget)
        || finance.iter().any(|finance| public.contains(&finance.instrument()))
}
