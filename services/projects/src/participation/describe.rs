//! What each field of a participation may hold, and whose voice it is. Pure.

use chassis::auth::{Caller, Kind as Who};
use chassis::error::{Error, Result, Violations};
use chassis::{say, text};
use proto::projects as pb;
use proto::projects::ParticipationChannel as Channel;
use proto::projects::participation::Kind;

use super::row::Model;
use crate::measure::TERRITORY;
use crate::project::describe::PARTNER;

const LONGEST: usize = 5000;
const PSEUDONYM: usize = 80;

/// Whose endorsement it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Voice {
    /// A partner's, by its name.
    Partner(String),
    /// A person's.
    Person {
        /// What only this person gives; never kept.
        secret: String,
        /// Someone vouches for it: identity, or the partner that recorded it.
        confirmed: bool,
    },
}

impl Voice {
    /// It counts as the voice of one partner or person.
    pub fn is_confirmed(&self) -> bool {
        match self {
            Self::Partner(_) => true,
            Self::Person { confirmed, .. } => *confirmed,
        }
    }
}

/// Takes over what someone says, having looked at every field but the subject.
pub(crate) fn describe(row: &mut Model, draft: &pb::Participation) -> Result<()> {
    let mut wrong = Violations::default();
    row.kind = wrong.coded("kind", draft.kind, true)?;
    row.channel = wrong.coded("channel", draft.channel, true)?;
    wrong.require("language_code", !draft.language_code.is_empty());
    if !draft.language_code.is_empty() {
        row.language_code =
            wrong.check(text::language("language_code", &draft.language_code))?.unwrap_or_default();
    }
    row.body = wrong.plain("body", &draft.body, LONGEST)?;
    row.pseudonym = wrong.plain("pseudonym", &draft.pseudonym, PSEUDONYM)?;
    match row.kind.get() {
        Kind::Unspecified => {}
        // Nothing of it needs moderation, so it is published at once.
        Kind::Endorsement => {
            for (field, said) in [("body", &row.body), ("pseudonym", &row.pseudonym)] {
                if !said.is_empty() {
                    wrong.add(
                        field,
                        say!(
                            "an endorsement has no words: say them in a COMMENT",
                            "un soutien est sans texte : écrivez un COMMENT"
                        ),
                    );
                }
            }
        }
        _ => wrong.require("body", !row.body.is_empty()),
    }
    for (field, said) in [("body", &row.body), ("pseudonym", &row.pseudonym)] {
        if tells_an_address(said) {
            wrong.add(
                field,
                say!(
                    "leave e-mail and network addresses out: they would be public (PRJ-34)",
                    "n'indiquez ni adresse e-mail ni adresse réseau : elles seraient publiques (PRJ-34)"
                ),
            );
        }
    }
    wrong.reference("recorded_by", PARTNER, &draft.recorded_by)?;
    wrong.reference("partner", PARTNER, &draft.partner)?;
    wrong.reference("territory", TERRITORY, &draft.territory)?;
    match (row.channel.get(), draft.recorded_by.is_empty()) {
        (Channel::Unspecified, _) | (Channel::Online, true) => {}
        (Channel::Online, false) => wrong.add(
            "recorded_by",
            say!(
                "what is said online is recorded by nobody",
                "ce qui est dit en ligne n'est recueilli par personne"
            ),
        ),
        (_, recorded) => {
            wrong.require("recorded_by", !recorded);
            if !draft.partner.is_empty() {
                wrong.add(
                    "partner",
                    say!(
                        "a partner speaks for itself, ONLINE",
                        "une organisation s'exprime elle-même, en ligne (ONLINE)"
                    ),
                );
            }
        }
    }
    row.recorded_by.clone_from(&draft.recorded_by);
    row.partner.clone_from(&draft.partner);
    row.territory.clone_from(&draft.territory);
    wrong.finish()
}

/// Whose voice an endorsement is (PRJ-32); other kinds are nobody's. An address that is given online by someone who is not
/// signed in is confirmed by nobody.
///
/// # Errors
/// `INVALID_ARGUMENT` on `contact`.
pub(crate) fn voice(caller: &Caller, row: &Model, contact: &str) -> Result<Option<Voice>> {
    let refuse = |why| Err(Error::invalid("contact", why));
    let contact = contact.trim();
    if row.kind != Kind::Endorsement {
        return match contact {
            "" => Ok(None),
            _ => refuse(say!(
                "only an endorsement needs a contact; keep the name that is answered to see what becomes of what you say",
                "seul un soutien demande un contact ; conservez le nom répondu pour suivre votre participation"
            )),
        };
    }
    let offline = row.channel != Channel::Online;
    let own = if row.partner.is_empty() { caller.subject.as_str() } else { row.partner.as_str() };
    let signed_in = !row.partner.is_empty() || caller.kind == Who::User;
    match (offline, signed_in, contact) {
        (false, true, "") if row.partner.is_empty() => {
            Ok(Some(Voice::Person { secret: own.to_owned(), confirmed: true }))
        }
        (false, true, "") => Ok(Some(Voice::Partner(own.to_owned()))),
        (false, true, _) => refuse(say!(
            "leave it out: your account says whose voice it is",
            "à omettre : votre compte dit de qui est cette voix"
        )),
        (true, _, "") => refuse(say!(
            "required: the e-mail address or the phone number of whoever endorses, so that each is heard once (PRJ-32)",
            "obligatoire : l'adresse e-mail ou le téléphone de la personne, pour que chacune ne soit comptée qu'une fois (PRJ-32)"
        )),
        (false, false, "") => refuse(say!(
            "required without an account: an e-mail address, so that each is heard once (PRJ-32)",
            "obligatoire sans compte : une adresse e-mail, pour que chacun ne soit compté qu'une fois (PRJ-32)"
        )),
        (offline, _, contact) => {
            let secret = reached(contact, offline).ok_or_else(|| {
                Error::invalid(
                    "contact",
                    say!(
                        "expected an e-mail address, or a phone number with its country: +33…",
                        "adresse e-mail attendue, ou numéro de téléphone avec son pays : +33…"
                    ),
                )
            })?;
            Ok(Some(Voice::Person { secret, confirmed: offline }))
        }
    }
}

/// A contact as it is compared: an e-mail address in small letters, or the digits of a phone number.
fn reached(contact: &str, phone: bool) -> Option<String> {
    if contact.chars().count() > 254 {
        return None;
    }
    if is_email(contact) {
        return Some(contact.to_lowercase());
    }
    let digits: String = contact.chars().filter(char::is_ascii_digit).collect();
    let plain = contact.chars().all(|letter| letter.is_ascii_digit() || " +-.()".contains(letter));
    (phone && plain && contact.starts_with('+') && (8..=15).contains(&digits.len())).then_some(digits)
}

fn is_email(word: &str) -> bool {
    let sane = !word.chars().any(|letter| letter.is_whitespace() || letter.is_control());
    word.split_once('@').is_some_and(|(name, host)| {
        let labels: Vec<&str> = host.split('.').collect();
        sane && !name.is_empty()
            && labels.len() > 1
            && !host.contains('@')
            && labels.iter().all(|label| !label.is_empty())
    })
}

/// An e-mail or a network address stands in these words.
fn tells_an_address(words: &str) -> bool {
    let parts = words.split(|letter: char| letter.is_whitespace() || "<>()[]{},;\"'«»".contains(letter));
    parts.map(|part| part.trim_matches(['.', ':', '!', '?'])).any(|part| {
        is_email(part.trim_start_matches("mailto:"))
            || part.parse::<std::net::Ipv4Addr>().is_ok()
            || (part.matches(':').count() > 1 && part.parse::<std::net::Ipv6Addr>().is_ok())
    })
}
