//! What a grant says, and the agreement and the commitment that become of it. Pure.

use chassis::column::Day;
use chassis::say::Text;
use chassis::text::unsaid;
use chassis::{say, value};
use iati::grants::Grant;
use iati::{Problem, Severity};
use proto::common::{DateRange, Money};
use proto::partners as pb;
use proto::partners::agreement::Kind;
use proto::partners::commitment::Nature;

/// What is wrong with a field of a grant.
pub(crate) fn problem(
    grant: &Grant,
    field: &str,
    severity: Severity,
    code: &'static str,
    found: &str,
    why: Text,
) -> Problem {
    grant.field(field).problem(field, severity, code, found, (why.en, why.fr)).of(&grant.id)
}

/// How much a grant is, exactly; nothing where it is nothing.
pub(crate) fn amount(grant: &Grant) -> Result<Option<Money>, Box<Problem>> {
    let currency = grant.currency.as_str();
    let wrong = |field: &str, code, found: &str, why| {
        Box::new(problem(grant, field, Severity::Blocks, code, found, why))
    };
    let Some(exponent) = value::exponent(currency) else {
        let why = say!(
            "expected a currency of ISO 4217 in capitals, like GBP",
            "devise ISO 4217 attendue, en capitales, comme GBP"
        );
        return Err(wrong("currency", "CURRENCY_UNKNOWN", currency, why));
    };
    let amount = |code, why| wrong("amountAwarded", code, &grant.amount, why);
    let too_large = || {
        say!("larger than can be kept: correct it", "plus grand que ce qui peut être conservé : corrigez-le")
    };
    let Some(digits) = plain(&grant.amount) else { return Err(amount("AMOUNT_TOO_LARGE", too_large())) };
    if digits.starts_with('-') && digits.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) {
        let why = say!(
            "not below 0: correct it, or leave the grant out",
            "pas en dessous de 0 : corrigez-le, ou retirez la subvention"
        );
        return Err(amount("AMOUNT_NEGATIVE", why));
    }
    let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.trim_end_matches('0').len());
    if decimals > usize::try_from(exponent).unwrap_or_default() {
        let why = say!(
            "{currency} has {exponent} decimals, and an amount is never rounded here: give the amount that was awarded",
            "{currency} a {exponent} décimales, et un montant n'est jamais arrondi ici : donnez le montant attribué"
        );
        return Err(amount("AMOUNT_TOO_FINE", why));
    }
    match value::parse_money("amount", &digits, currency) {
        Ok(money) if money.minor_units == 0 => Ok(None),
        Ok(money) => Ok(Some(money)),
        Err(_) => Err(amount("AMOUNT_TOO_LARGE", too_large())),
    }
}

/// A number of JSON without an exponent: `1.5e3` is `1500`.
fn plain(number: &str) -> Option<String> {
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let exponent: i32 = exponent.parse().ok().filter(|exponent| (-30..=30).contains(exponent))?;
    let (sign, unsigned) = mantissa.strip_prefix('-').map_or(("", mantissa), |unsigned| ("-", unsigned));
    let (whole, decimals) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = format!("{whole}{decimals}");
    let point = i32::try_from(whole.len()).ok()? + exponent;
    let (before, after) = match usize::try_from(point) {
        Ok(point) if point >= digits.len() => (format!("{digits:0<point$}"), String::new()),
        Ok(point) if point > 0 => (digits[..point].to_owned(), digits[point..].to_owned()),
        _ => ("0".to_owned(), format!("{}{digits}", "0".repeat(usize::try_from(-point).ok()?))),
    };
    Some(if after.is_empty() { format!("{sign}{before}") } else { format!("{sign}{before}.{after}") })
}

fn period(grant: &Grant) -> Option<DateRange> {
    let day = |day| Day::of(day).map(proto::Date::from);
    let start_date = day(grant.start?);
    Some(DateRange { start_date, end_date: grant.end.and_then(day) })
}

/// The agreement between who gives and who receives.
pub(crate) fn agreement(grant: &Grant, parties: &[&str]) -> pb::AgreementAsFound {
    let party = |partner: &&str| pb::AgreementParty { partner: (*partner).to_owned(), ..Default::default() };
    let agreement = pb::Agreement {
        kind: Kind::Grant.into(),
        parties: parties.iter().map(party).collect(),
        period: period(grant),
        external_reference: grant.id.clone(),
        ..Default::default()
    };
    pb::AgreementAsFound { agreement: Some(agreement), found_state: pb::agreement::State::Signed.into() }
}

/// What the funder commits, in the agreement.
pub(crate) fn commitment(
    grant: &Grant,
    amount: Money,
    funder: &str,
    recipient: &str,
) -> pb::CommitmentAsFound {
    let description = match (grant.title.as_str(), grant.description.trim()) {
        (title, "") => title.to_owned(),
        (title, description) => format!("{title}\n{description}"),
    };
    let commitment = pb::Commitment {
        partner: funder.to_owned(),
        recipient: recipient.to_owned(),
        resource_type: "FUNDING".to_owned(),
        nature: Nature::Cash.into(),
        description: unsaid(&description),
        amount: Some(amount),
        period: period(grant),
        external_reference: grant.id.clone(),
        ..Default::default()
    };
    pb::CommitmentAsFound {
        commitment: Some(commitment),
        found_state: pb::commitment::State::Confirmed.into(),
        agreement_reference: grant.id.clone(),
    }
}

/// The field of a grant from which a field of what became of it came.
pub(crate) fn origin(field: &str) -> &'static str {
    match field.split(['.', '[']).next().unwrap_or_default() {
        "parties" | "members" | "lead_partner" | "recipient" | "title" => "recipientOrganization",
        "partner" => "fundingOrganization",
        "period" | "state" => "plannedDates",
        "amount" => "amountAwarded",
        "description" => "title",
        _ => "id",
    }
}
