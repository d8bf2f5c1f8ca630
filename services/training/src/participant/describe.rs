//! What each field of a participant may hold. Pure.

use chassis::column::Micros;
use chassis::error::{Result, Violations};
use chassis::{say, text};
use proto::training as pb;

use super::row::Model;

const LINE: usize = 200;
/// The longest address (RFC 5321).
const ADDRESS: usize = 254;
const PHONE: usize = 40;

/// Takes over what a draft says of a person, having looked at every field. No refusal repeats what was written.
pub(crate) fn describe(participant: &mut Model, draft: &pb::Participant, now: Micros) -> Result<()> {
    let mut wrong = Violations::default();
    participant.given_name = wrong.plain("given_name", &draft.given_name, LINE)?;
    wrong.require("given_name", !draft.given_name.trim().is_empty());
    participant.family_name = wrong.plain("family_name", &draft.family_name, LINE)?;
    wrong.require("family_name", !draft.family_name.trim().is_empty());
    participant.email = wrong.plain("email", draft.email.trim(), ADDRESS)?;
    if !participant.email.is_empty() && !is_address(&participant.email) {
        wrong.add(
            "email",
            say!("expected an address like awa@example.org", "adresse attendue, comme awa@exemple.org"),
        );
    }
    participant.phone = wrong.plain("phone", draft.phone.trim(), PHONE)?;
    if !participant.phone.is_empty() && !is_phone(&participant.phone) {
        wrong.add(
            "phone",
            say!(
                "expected digits, spaces, dots, dashes and a + in front",
                "chiffres, espaces, points, tirets et un + devant attendus"
            ),
        );
    }
    participant.language_code =
        wrong.check(text::language("language_code", &draft.language_code))?.unwrap_or_default();
    match &draft.information_notice_time {
        None => wrong.require("information_notice_time", false),
        Some(told) => {
            let told = wrong.check(Micros::from_timestamp("information_notice_time", told))?;
            if told.is_some_and(|told| told > now) {
                wrong.add("information_notice_time", say!("not in the future", "pas dans l'avenir"));
            }
            participant.information_notice_time = told.unwrap_or_default();
        }
    }
    wrong.finish()
}

fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(person, host)| {
        !person.is_empty() && host.contains('.') && !host.contains('@') && !text.contains(char::is_whitespace)
    })
}

fn is_phone(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '.' | '-' | '(' | ')' | '/');
    text.strip_prefix('+').unwrap_or(text).chars().all(plain) && text.chars().any(|c| c.is_ascii_digit())
}
