//! What each field of an enrolment may hold. Pure.

use chassis::codes::{AGE_BANDS, DISABILITIES, NOT_STATED, SEXES, STATUSES};
use chassis::error::{Result, Violations};
use chassis::say;
use proto::training as pb;
use proto::training::Mode;

use super::row::Model;
use crate::participant::rules::PATTERN as PARTICIPANT;
use peers::TERRITORY;

const PARAGRAPH: usize = 2000;

/// Takes over what a draft says of an enrolment, having looked at every field; who takes part does not change.
pub(crate) fn describe(enrolment: &mut Model, draft: &pb::Enrolment, of_session: Mode) -> Result<()> {
    let mut wrong = Violations::default();
    wrong.require("participant", !draft.participant.is_empty());
    wrong.reference("participant", PARTICIPANT, &draft.participant)?;
    enrolment.mode = wrong.coded("mode", draft.mode, true)?;
    let mode = enrolment.mode.get();
    let offered = of_session == Mode::Hybrid || mode == of_session;
    if mode == Mode::Hybrid || mode != Mode::Unspecified && !offered {
        wrong.add(
            "mode",
            say!(
                "the session offers no such seat: ONSITE in the room, ONLINE from elsewhere",
                "la session n'offre pas cette place : ONSITE sur place, ONLINE à distance"
            ),
        );
    }
    enrolment.special_needs = wrong.plain("special_needs", &draft.special_needs, PARAGRAPH)?;
    let said = draft.demographics.clone().unwrap_or_default();
    enrolment.demographics = wrong.check(demographics(&said))?.unwrap_or_default().into();
    wrong.finish()
}

/// What someone says of themselves: nothing of it is asked for, and a disability is kept with explicit consent alone (GDP-1).
fn demographics(said: &pb::Demographics) -> Result<pb::Demographics> {
    let mut wrong = Violations::default();
    for (field, list, known, code) in [
        ("sex", "SEX", &SEXES[..], &said.sex),
        ("age_band", "AGE_BAND", &AGE_BANDS[..], &said.age_band),
        ("disability", "DISABILITY", &DISABILITIES[..], &said.disability),
        ("status", "STATUS", &STATUSES[..], &said.status),
    ] {
        if !code.is_empty() {
            wrong.code(&format!("demographics.{field}"), list, |code| known.contains(&code), code);
        }
    }
    let disclosed = !said.disability.is_empty() && said.disability != NOT_STATED;
    if disclosed && !said.disability_consent {
        wrong.add(
            "demographics.disability",
            say!(
                "kept with explicit consent alone: set disability_consent, or leave it out (GDP-1)",
                "conservé uniquement avec un consentement explicite : indiquez disability_consent, ou omettez-le (GDP-1)"
            ),
        );
    }
    wrong.reference("demographics.territory", TERRITORY, &said.territory)?;
    wrong.finish()?;
    let mut kept = said.clone();
    if !disclosed {
        // Nothing was disclosed that consent would be needed for.
        kept.disability_consent = false;
    }
    Ok(kept)
}
