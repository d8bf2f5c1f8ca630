//! What the source of an imported commitment says anew (BEY-8). Pure.

use chassis::column::Micros;
use chassis::error::{Error, Result};
use chassis::say;
use proto::partners as pb;
use proto::partners::commitment::State;

use super::allocations::within_the_pledge;
use super::describe::describe;
use super::parts::turn;
use super::row::Model;

/// Takes over what the source says anew: the draft holds what nobody has changed here.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` where it was brought to an end here, where what was
/// delivered or allocated is in another measure, or citing PAR-16.
pub fn learn(commitment: &mut Model, draft: &pb::Commitment, now: Micros) -> Result<()> {
    let refuse = |why| Err(Error::refused("STATE", why));
    if matches!(commitment.state.get(), State::Cancelled | State::Defaulted) || !commitment.waived.is_empty()
    {
        return refuse(say!(
            "it was brought to an end here: it stays as it is",
            "il a pris fin ici : il reste tel quel"
        ));
    }
    let measure = |row: &Model| (row.nature, row.currency.clone(), row.unit.clone());
    let before = measure(commitment);
    describe(commitment, draft)?;
    let used = !commitment.deliveries.is_empty() || !commitment.allocations.is_empty();
    if used && measure(commitment) != before {
        return refuse(say!(
            "deliveries or allocations are in another currency or unit: take them back first",
            "des livraisons ou affectations sont dans une autre devise ou unité : annulez-les d'abord"
        ));
    }
    within_the_pledge(commitment)?;
    turn(commitment, now);
    Ok(())
}
