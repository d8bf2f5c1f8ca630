//! One mechanism for renewal and amendment: an agreement that takes another's place, with all it said but the changes. Pure.

use chassis::column::{Day, Micros};
use chassis::error::{Error, Result, Violations};
use chassis::{Call, mask, name, say};
use proto::common::DateRange;
use proto::partners as pb;
use proto::partners::agreement::{State, SuccessionKind};

use super::clock::{between, later, months_after, months_before};
use super::describe::describe;
use super::row::Model;
use super::rules::{LIFECYCLE, blank};

/// How many days after its end an agreement may still be renewed.
const GRACE: i32 = 90;
/// The longest term of a renewal, in months (PAR-10).
const LONGEST: i32 = 60;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The agreement whose place it takes.
    pub name: String,
    /// The id to give it.
    pub id: String,
    /// The last day of a renewal; nothing for an amendment.
    pub new_end: Option<Day>,
    /// What is different.
    pub changes: pb::Agreement,
    /// Which of it.
    pub mask: Option<prost_types::FieldMask>,
}

/// No other agreement takes its place (PAR-9).
pub(super) fn is_the_last(agreement: &Model, _: Micros) -> Result<()> {
    match agreement.successor.as_str() {
        "" => Ok(()),
        successor => Err(Error::refused(
            "PAR-9",
            say!(
                "{successor} takes its place already: change or cancel that one",
                "{successor} prend déjà sa suite : modifiez ou abandonnez celui-là"
            ),
        )),
    }
}

/// Nothing takes its place, it has not ended long ago, and its partnership has looked at itself of late (PAR-10, PAR-11).
pub(super) fn may_renew(agreement: &Model, now: Micros) -> Result<()> {
    is_the_last(agreement, now)?;
    let today = agreement.today()?;
    if agreement.state == State::Expired && agreement.last.is_none_or(|last| GRACE < between(last, today)) {
        return Err(Error::refused(
            "PAR-10",
            say!(
                "it ended more than {GRACE} days ago: draft another",
                "il a pris fin il y a plus de {GRACE} jours : rédigez-en un autre"
            ),
        ));
    }
    let since = months_before(today, agreement.review_months);
    match agreement.reviewed.zip(since) {
        Some((reviewed, since)) if since <= reviewed => Ok(()),
        _ => Err(Error::refused(
            "PAR-11",
            say!(
                "the partnership closed no health check in the last {months} months: hold one first",
                "le partenariat n'a clôturé aucun bilan ces {months} derniers mois : faites-en un d'abord",
                months = agreement.review_months
            ),
        )),
    }
}

/// A renewal lasts five years at most (PAR-10).
pub(super) fn not_too_long(agreement: &Model, field: &str) -> Result<()> {
    let latest = agreement.period_start.and_then(|start| months_after(start, LONGEST));
    match agreement.period_end.zip(latest) {
        Some((end, latest)) if end < latest => Ok(()),
        _ => Err(Error::invalid(field, say!("PAR-10: five years at most", "PAR-10 : cinq ans au plus"))),
    }
}

/// All that an agreement says and its successor says again (LES-12): the signatures, and what became of it, begin anew.
fn carried(agreement: &Model) -> pb::Agreement {
    let told: pb::Agreement = agreement.clone().into();
    let mut parties = told.parties;
    for party in &mut parties {
        party.signature = None;
    }
    pb::Agreement {
        kind: told.kind,
        legally_binding: told.legally_binding,
        parties,
        period: told.period,
        document: told.document,
        translations: told.translations,
        notice_days: told.notice_days,
        renewal_mode: told.renewal_mode,
        max_tacit_renewals: told.max_tacit_renewals,
        review_due_date: told.review_due_date,
        contents: told.contents,
        ..Default::default()
    }
}

/// The draft that takes an agreement's place.
///
/// # Errors
/// As [`Lifecycle::take`](chassis::lifecycle::Lifecycle::take); `INVALID_ARGUMENT` naming every wrong field.
pub fn succeed(agreement: &Model, asked: &Asked, kind: SuccessionKind, call: &Call) -> Result<Model> {
    let renews = kind == SuccessionKind::Renewal;
    let method = if renews { "RenewAgreement" } else { "AmendAgreement" };
    LIFECYCLE.take(method, &mut agreement.clone(), call)?;
    let today = agreement.today()?;
    let mut current = carried(agreement);
    if !renews {
        current.period = Some(DateRange {
            start_date: Some(today.to_date()),
            end_date: agreement.period_end.map(Day::to_date),
        });
    }
    let mut draft = mask::apply(&current, &asked.changes, asked.mask.as_ref())?;
    if renews {
        let next = agreement.period_end.and_then(|end| later(end, 1));
        let start = next.map_or(today, |next| next.max(today));
        draft.period =
            Some(DateRange { start_date: Some(start.to_date()), end_date: asked.new_end.map(Day::to_date) });
    }
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "agreement_id", &asked.id, 'a')?;
    let mut successor = blank(&agreement.partnership, &id, uid, call.now);
    wrong.check(describe(&mut successor, &draft).map_err(|error| error.under("agreement")))?;
    wrong.finish()?;
    if renews {
        not_too_long(&successor, "new_end_date")?;
    }
    if successor.period_start.zip(agreement.last).is_some_and(|(start, last)| !renews && last < start) {
        return Err(Error::invalid(
            "agreement.period.start_date",
            say!("it has ended by then: renew it", "il aura pris fin d'ici là : renouvelez-le"),
        ));
    }
    successor.predecessor.clone_from(&agreement.name);
    successor.succession_kind = kind.into();
    successor.lineage_number = agreement.lineage_number.saturating_add(1);
    successor.within.clone_from(&agreement.within);
    Ok(successor)
}

/// What an amendment changes still runs; an agreement that has ended is not brought back by changing it (LES-13).
///
/// # Errors
/// `FAILED_PRECONDITION` citing PAR-9.
pub(super) fn still_runs(amendment: &Model, agreement: &Model) -> Result<()> {
    if amendment.succession_kind != SuccessionKind::Amendment || agreement.state == State::InForce {
        return Ok(());
    }
    Err(Error::refused(
        "PAR-9",
        say!(
            "{name} has ended, and what has ended is not amended: cancel this, and renew it or draft another",
            "{name} a pris fin, et ce qui a pris fin ne s'amende plus : abandonnez ceci, renouvelez-le ou rédigez-en un autre",
            name = agreement.name
        ),
    ))
}

/// Ends an agreement the day before one that all have signed takes its place (PAR-9).
///
/// # Errors
/// None of its own.
pub(super) fn supersede(agreement: &mut Model, from: Day, today: Day) {
    let still = agreement.last.is_some_and(|last| later(last, 1).is_none_or(|next| from <= next));
    if still {
        agreement.superseded = Some(from);
        super::clock::bind(agreement);
        super::clock::settle(agreement, today);
    }
}
