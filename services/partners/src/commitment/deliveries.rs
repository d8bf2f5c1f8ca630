//! What was delivered of a commitment, line by line: recorded by who gives, answered by who receives, corrected by lines that
//! take back. Pure.

use chassis::error::{Error, Result, Violations};
use chassis::{Call, say, text, value};
use proto::partners as pb;
use proto::partners::commitment_delivery::State as Answer;
use rust_decimal::Decimal;

use super::describe::day;
use super::row::Model;
use super::rules::LIFECYCLE;
use super::{measure, parts};

const MOST_LINES: usize = 1000;
const MOST_EVIDENCE: usize = 50;
const PARAGRAPH: usize = 2000;

/// The lines that stand: neither taken back nor taking back.
pub fn standing(lines: &[pb::CommitmentDelivery]) -> impl Iterator<Item = &pb::CommitmentDelivery> {
    let taken_back = |id: &str| lines.iter().any(|line| line.reverses == id);
    lines.iter().filter(move |line| line.reverses.is_empty() && !taken_back(&line.id))
}

/// The lines as they are told: each knows which takes it back.
pub fn told(lines: &[pb::CommitmentDelivery]) -> Vec<pb::CommitmentDelivery> {
    let mut told = lines.to_vec();
    for line in lines.iter().filter(|line| !line.reverses.is_empty()) {
        if let Some(other) = told.iter_mut().find(|other| other.id == line.reverses) {
            other.reversed_by.clone_from(&line.id);
        }
    }
    told
}

/// Records that something was delivered.
///
/// # Errors
/// As the lifecycle; `INVALID_ARGUMENT` naming every wrong field.
pub fn record(commitment: &mut Model, request: &pb::RecordDeliveryRequest, call: &Call) -> Result<()> {
    LIFECYCLE.take("RecordDelivery", commitment, call)?;
    let today = commitment.today()?;
    let mut wrong = Violations::default();
    let date = wrong.check(day("delivery_date", request.delivery_date.as_ref()))?;
    if date.is_some_and(|date| date > today) {
        wrong.add("delivery_date", say!("not after today", "pas après aujourd'hui"));
    }
    let read = commitment.read(request.quantity.as_ref(), request.amount.as_ref());
    let much = wrong.check(read)?;
    if much.is_some_and(|much| much <= Decimal::ZERO) {
        let field = if request.amount.is_some() { "amount.minor_units" } else { "quantity.value" };
        wrong.add(
            field,
            say!(
                "more than 0; to take a delivery back, reverse it",
                "plus de 0 ; pour reprendre une livraison, annulez-la (ReverseDelivery)"
            ),
        );
    }
    let evidence = wrong.each("evidence", &request.evidence, MOST_EVIDENCE, value::evidence)?;
    let note = wrong.check(text::plain("note", &request.note, PARAGRAPH))?.unwrap_or_default();
    wrong.finish()?;
    let (quantity, amount) = commitment.tell(much.unwrap_or_default());
    let line = pb::CommitmentDelivery {
        delivery_date: date.map(proto::Date::from),
        quantity,
        amount,
        evidence,
        note,
        state: Answer::Recorded.into(),
        ..Default::default()
    };
    add(commitment, line, call)
}

/// Corrects a delivery by a line that takes it back (PAR-17). What was confirmed counts no more from then on.
///
/// # Errors
/// As the lifecycle; `INVALID_ARGUMENT` without a reason or on `delivery`; `FAILED_PRECONDITION` citing PAR-17.
pub fn reverse(commitment: &mut Model, id: &str, call: &Call) -> Result<()> {
    LIFECYCLE.take("ReverseDelivery", commitment, call)?;
    let reason = call.reason_required()?.to_owned();
    let today = commitment.today()?;
    let line = line(commitment, id)?.clone();
    let refuse = |why| Err(Error::refused("PAR-17", why));
    if !line.reverses.is_empty() {
        return refuse(say!(
            "it takes another line back: record a new delivery instead",
            "cette ligne en annule une autre : enregistrez plutôt une nouvelle livraison"
        ));
    }
    if let Some(other) = commitment.deliveries.iter().find(|other| other.reverses == id) {
        let by = &other.id;
        return refuse(say!("{by} has taken it back already", "elle est déjà annulée par {by}"));
    }
    let much = commitment.said(line.quantity.as_ref(), line.amount.as_ref());
    let (quantity, amount) = commitment.tell(-much);
    let back = pb::CommitmentDelivery {
        delivery_date: Some(today.into()),
        quantity,
        amount,
        state: line.state,
        reason,
        reverses: line.id,
        ..Default::default()
    };
    add(commitment, back, call)
}

/// Adds a line below the others.
fn add(commitment: &mut Model, line: pb::CommitmentDelivery, call: &Call) -> Result<()> {
    let count = commitment.deliveries.len();
    if count >= MOST_LINES {
        return Err(Error::refused(
            "PAR-17",
            say!(
                "{MOST_LINES} lines at most: record several deliveries together, in another commitment",
                "{MOST_LINES} lignes au plus : regroupez des livraisons, dans un autre engagement"
            ),
        ));
    }
    let line = pb::CommitmentDelivery {
        id: format!("d{}", count + 1),
        recorded_by: parts::speaker(&call.caller, commitment).to_owned(),
        record_time: Some(call.now.to_timestamp()),
        ..line
    };
    commitment.deliveries.0.push(line);
    settle(commitment, call)
}

/// Says that a delivery has come (BEY-2).
///
/// # Errors
/// As the lifecycle; `INVALID_ARGUMENT` on `delivery`; `FAILED_PRECONDITION` citing BEY-2.
pub fn confirm(commitment: &mut Model, id: &str, call: &Call) -> Result<()> {
    LIFECYCLE.take("ConfirmDelivery", commitment, call)?;
    answer(commitment, id, Answer::Confirmed, call)
}

/// Says that a delivery has not come as it was recorded (BEY-2).
///
/// # Errors
/// As [`confirm`]; `INVALID_ARGUMENT` without a reason.
pub fn dispute(commitment: &mut Model, id: &str, call: &Call) -> Result<()> {
    LIFECYCLE.take("DisputeDelivery", commitment, call)?;
    call.reason_required()?;
    answer(commitment, id, Answer::Disputed, call)
}

fn answer(commitment: &mut Model, id: &str, answer: Answer, call: &Call) -> Result<()> {
    let by = parts::answering(&call.caller, commitment).unwrap_or_default().to_owned();
    let known = line(commitment, id)?;
    let refuse = |why| Err(Error::refused("BEY-2", why));
    if !standing(&commitment.deliveries).any(|line| line.id == id) {
        return refuse(say!("it was taken back", "elle a été annulée"));
    }
    match (known.state(), answer) {
        (Answer::Confirmed, _) => {
            return refuse(say!(
                "it is confirmed: if that was wrong, have it reversed by who gives",
                "elle est confirmée : en cas d'erreur, faites-la annuler par qui apporte"
            ));
        }
        (Answer::Disputed, Answer::Disputed) => {
            return refuse(say!("it is disputed already", "elle est déjà contestée"));
        }
        _ => {}
    }
    for line in commitment.deliveries.0.iter_mut().filter(|line| line.id == id) {
        line.state = answer.into();
        line.answered_by.clone_from(&by);
        line.answer_time = Some(call.now.to_timestamp());
        line.reason.clone_from(&call.reason);
    }
    settle(commitment, call)
}

fn line<'a>(commitment: &'a Model, id: &str) -> Result<&'a pb::CommitmentDelivery> {
    commitment.deliveries.iter().find(|line| line.id == id).ok_or_else(|| {
        Error::invalid(
            "delivery",
            say!("no such delivery: d1, d2…", "cette livraison n'existe pas : d1, d2…"),
        )
    })
}

/// Does without what is still to come (BEY-2).
///
/// # Errors
/// As the lifecycle; `INVALID_ARGUMENT` without a reason.
pub fn waive(commitment: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take("WaiveRemainder", commitment, call)?;
    let reason = call.reason_required()?.to_owned();
    let waived = measure::number(&commitment.waived).saturating_add(commitment.remaining());
    commitment.waived = measure::text(waived);
    commitment.waive_reason = reason;
    settle(commitment, call)
}

/// Adds the lines up anew: what was recorded, and what of it counts.
fn settle(commitment: &mut Model, call: &Call) -> Result<()> {
    let much = |line: &pb::CommitmentDelivery| commitment.said(line.quantity.as_ref(), line.amount.as_ref());
    let lines = &commitment.deliveries;
    let confirmed = lines.iter().filter(|line| line.state() == Answer::Confirmed);
    let field = "quantity";
    let recorded = commitment.fits(measure::sum(field, lines.iter().map(much))?)?;
    let confirmed = commitment.fits(measure::sum(field, confirmed.map(much))?)?;
    commitment.recorded = measure::text(recorded);
    commitment.confirmed = measure::text(confirmed);
    parts::turn(commitment, call.now);
    Ok(())
}
