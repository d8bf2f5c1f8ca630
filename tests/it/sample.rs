//! Things to register: each call makes something that nothing else in its network is like.

use std::collections::BTreeMap;

use proto::common::{ExternalIdentifier, LocalizedText, Translation};
use proto::partners::partner::Sector;
use proto::partners::{Contact, CreatePartnerRequest, Partner};
use uuid::Uuid;

/// A UUID4 for `request_id`.
pub(crate) fn request_id() -> String {
    Uuid::new_v4().to_string()
}

/// A word that nobody has used.
pub(crate) fn word() -> String {
    let number = Uuid::new_v4().as_u128();
    (0..14).map(|place| char::from(b'a' + ((number >> (place * 5)) % 26) as u8)).collect()
}

/// A text in one language.
pub(crate) fn text(language: &str, text: &str) -> LocalizedText {
    texts(&[(language, text)])
}

/// A text in several languages, the first being the original.
pub(crate) fn texts(texts: &[(&str, &str)]) -> LocalizedText {
    let translations: BTreeMap<String, Translation> = texts
        .iter()
        .map(|(language, text)| {
            ((*language).to_owned(), Translation { text: (*text).to_owned(), ..Translation::default() })
        })
        .collect();
    LocalizedText { default_language_code: texts[0].0.to_owned(), translations, ..LocalizedText::default() }
}

/// A SIRET that passes Luhn's check.
pub(crate) fn identifier() -> ExternalIdentifier {
    let digits = format!("{:013}", 1 + Uuid::new_v4().as_u128() % 3_000_000_000_000);
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0') * if place % 2 == 0 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    ExternalIdentifier { scheme: "SIRET".to_owned(), value: format!("{digits}{}", (10 - sum % 10) % 10) }
}

/// A whole partner: a civil society organisation in France.
pub(crate) fn partner() -> Partner {
    Partner {
        title: Some(text("en", &format!("Partner {}", word()))),
        college: "CIVIL_SOCIETY".to_owned(),
        sector: Sector::Civil.into(),
        iati_type_code: "22".to_owned(),
        identifiers: vec![identifier()],
        country_code: "FR".to_owned(),
        contact: Some(Contact {
            display_name: "Secret Person".to_owned(),
            email: "secret@example.org".to_owned(),
            phone: "+33 1 00 00 00 00".to_owned(),
        }),
        ..Partner::default()
    }
}

/// A request to register it.
pub(crate) fn create(partner: Partner) -> CreatePartnerRequest {
    CreatePartnerRequest { partner: Some(partner), ..CreatePartnerRequest::default() }
}
