//! What each field of a commitment may hold. Pure.

use chassis::column::Day;
use chassis::error::{Error, Result, Violations};
use chassis::{name, say, value};
use proto::common::Origin;
use proto::partners as pb;
use proto::partners::commitment::Nature;
use rust_decimal::Decimal;

use super::measure;
use super::row::Model;
use crate::code_list;
use crate::partnership::describe::PARTNER;

/// The pattern of names of agreements.
const AGREEMENT: &str = "partnerships/{partnership}/agreements/{agreement}";
const LINE: usize = 500;

/// Takes over what a draft says of a commitment, having looked at every field; who gives it is none of them.
pub(crate) fn describe(commitment: &mut Model, draft: &pb::Commitment) -> Result<()> {
    let mut wrong = Violations::default();
    // An imported one may lack what nobody wrote down (BEY-8); its gaps say so.
    let asked = commitment.origin != Origin::Imported;
    wrong.localized("description", &mut commitment.description, draft.description.as_ref(), asked)?;
    wrong.reference("recipient", PARTNER, &draft.recipient)?;
    commitment.recipient.clone_from(&draft.recipient);
    commitment.resource_type = offered(&mut wrong, "resource_type", "RESOURCE_TYPE", &draft.resource_type);
    wrong.require("resource_type", !asked || !draft.resource_type.is_empty());
    commitment.nature = wrong.coded("nature", draft.nature, true)?;
    match commitment.nature.get() {
        Nature::Cash => cash(&mut wrong, commitment, draft)?,
        Nature::InKind | Nature::Unspecified => in_kind(&mut wrong, commitment, draft, asked)?,
    }
    wrong.require("period", !asked || draft.period.is_some());
    (commitment.period_start, commitment.period_end) = match &draft.period {
        None => (None, None),
        Some(period) => match wrong.check(value::date_range("period", period, !asked))? {
            Some((start, end)) => (Some(start), end),
            None => (None, None),
        },
    };
    agreement(&mut wrong, commitment, &draft.agreement)?;
    commitment.external_reference = wrong.plain("external_reference", &draft.external_reference, LINE)?;
    wrong.finish()
}

/// Money has an amount, and nothing else measures it.
fn cash(wrong: &mut Violations, commitment: &mut Model, draft: &pb::Commitment) -> Result<()> {
    let by_amount = || say!("money is measured by its amount", "le numéraire se mesure par son montant");
    if draft.quantity.is_some() {
        wrong.add("quantity", by_amount());
    }
    if !draft.unit.is_empty() {
        wrong.add("unit", by_amount());
    }
    wrong.require("amount", draft.amount.is_some());
    let amount = draft.amount.as_ref().map(|amount| value::money("amount", amount)).transpose();
    let amount = wrong.check(amount)?.flatten().unwrap_or_default();
    if draft.amount.is_some() && amount.minor_units < 1 && !amount.currency_code.is_empty() {
        wrong.add("amount.minor_units", more_than_nothing());
    }
    commitment.pledged = measure::text(amount.minor_units.into());
    commitment.currency = amount.currency_code;
    commitment.unit.clear();
    commitment.estimate = Default::default();
    Ok(())
}

/// Anything else has a quantity; what it may be worth is an estimate.
fn in_kind(
    wrong: &mut Violations,
    commitment: &mut Model,
    draft: &pb::Commitment,
    asked: bool,
) -> Result<()> {
    let quantity = draft.quantity.as_ref().map(|quantity| value::number("quantity", quantity)).transpose();
    let quantity = wrong.check(quantity)?.flatten();
    wrong.require("quantity", !asked || draft.quantity.is_some());
    if quantity.is_some_and(|quantity| quantity <= Decimal::ZERO) {
        wrong.add("quantity.value", more_than_nothing());
    }
    wrong.require("unit", !asked || !draft.unit.is_empty());
    commitment.unit = offered(wrong, "unit", "RESOURCE_UNIT", &draft.unit);
    let estimate = draft.amount.as_ref().map(|amount| value::money("amount", amount)).transpose();
    let estimate = wrong.check(estimate)?.flatten().unwrap_or_default();
    if estimate.minor_units < 0 {
        wrong.add("amount.minor_units", say!("not below 0", "pas en dessous de 0"));
    }
    commitment.pledged = quantity.map(measure::text).unwrap_or_default();
    commitment.currency.clear();
    commitment.estimate = estimate.into();
    Ok(())
}

/// A code of a list, or nothing.
fn offered(wrong: &mut Violations, field: &str, list: &'static str, code: &str) -> String {
    if !code.is_empty() {
        wrong.code(field, list, |code| code_list::offers(list, code), code);
    }
    code.to_owned()
}

fn more_than_nothing() -> say::Text {
    say!("more than 0", "plus de 0")
}

/// An agreement of the same partnership, or none.
fn agreement(wrong: &mut Violations, commitment: &mut Model, said: &str) -> Result<()> {
    commitment.agreement = said.to_owned();
    if said.is_empty() {
        return Ok(());
    }
    let named = wrong.check(name::check_reference("agreement", AGREEMENT, said))?.is_some();
    if named && !said.starts_with(&format!("{}/", commitment.partnership)) {
        wrong.add("agreement", say!("it is of another partnership", "il est d'un autre partenariat"));
    }
    Ok(())
}

/// A day of a request.
pub(crate) fn day(field: &str, date: Option<&proto::Date>) -> Result<Day> {
    Day::from_date(field, date.ok_or_else(|| Error::required(field))?)
}
