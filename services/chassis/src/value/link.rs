//! Links, and the evidence they lead to.

use proto::common::{Evidence, evidence::Kind};

use crate::column::Day;
use crate::error::{Error, Result, Violations};
use crate::{say, text};

const LONGEST: usize = 2048;

/// The address of a site: `http` or `https`, the host in lower case.
///
/// # Errors
///
/// `INVALID_ARGUMENT` on `field`; an address with a user name or a password is refused too.
pub fn website(field: &str, address: &str) -> Result<String> {
    canonical(address.trim(), &["https", "http"]).ok_or_else(|| {
        Error::invalid(
            field,
            say!(
                "expected an address like https://example.org",
                "adresse attendue, comme https://exemple.org"
            ),
        )
    })
}

/// An address that starts with `https`.
///
/// # Errors
///
/// As [`website`].
pub fn https(field: &str, address: &str) -> Result<String> {
    canonical(address.trim(), &["https"]).ok_or_else(|| {
        Error::invalid(
            field,
            say!(
                "expected an address that starts with https://",
                "adresse attendue, commençant par https://"
            ),
        )
    })
}

/// 64 hexadecimal digits, returned in lower case.
///
/// # Errors
///
/// `INVALID_ARGUMENT` on `field`.
pub fn sha256(field: &str, digest: &str) -> Result<String> {
    let digest = digest.trim();
    match digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        true => Ok(digest.to_ascii_lowercase()),
        false => Err(Error::invalid(
            field,
            say!("expected 64 hexadecimal digits", "64 chiffres hexadécimaux attendus"),
        )),
    }
}

/// A document that proves something, in its canonical form.
///
/// # Errors
///
/// `INVALID_ARGUMENT` on every field of it that is wrong.
pub fn evidence(field: &str, evidence: &Evidence) -> Result<Evidence> {
    let mut violations = Violations::default();
    let at = |name: &str| format!("{field}.{name}");
    let optional = |value: &str, check: &dyn Fn(&str) -> Result<String>| match value.trim() {
        "" => Ok(String::new()),
        value => check(value),
    };
    violations.require(&at("title"), !evidence.title.trim().is_empty());
    let title = violations.check(text::plain(&at("title"), &evidence.title, 500))?;
    let uri = violations.check(https(&at("uri"), &evidence.uri))?;
    let sha256 = violations.check(optional(&evidence.sha256, &|digest| sha256(&at("sha256"), digest)))?;
    let mime_type =
        violations.check(optional(&evidence.mime_type, &|kind| media_type(&at("mime_type"), kind)))?;
    let language_code = violations
        .check(optional(&evidence.language_code, &|tag| text::language(&at("language_code"), tag)))?;
    if let Some(date) = &evidence.issue_date {
        violations.check(Day::from_date(&at("issue_date"), date))?;
    }
    if Kind::try_from(evidence.kind).is_err() {
        violations.add(at("kind"), say!("unknown value", "valeur inconnue"));
    }
    violations.finish()?;
    Ok(Evidence {
        title: title.unwrap_or_default(),
        uri: uri.unwrap_or_default(),
        sha256: sha256.unwrap_or_default(),
        mime_type: mime_type.unwrap_or_default(),
        language_code: language_code.unwrap_or_default(),
        issue_date: evidence.issue_date,
        kind: evidence.kind,
    })
}

/// `type/subtype` (RFC 6838), in lower case.
///
/// # Errors
///
/// `INVALID_ARGUMENT` on `field`.
pub fn media_type(field: &str, kind: &str) -> Result<String> {
    let name = |name: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte);
        (1..=127).contains(&name.len()) && name.bytes().all(plain)
    };
    match kind.split_once('/').is_some_and(|(one, other)| name(one) && name(other)) {
        true => Ok(kind.to_ascii_lowercase()),
        false => Err(Error::invalid(
            field,
            say!(
                "expected a media type like application/pdf",
                "type de média attendu, comme application/pdf"
            ),
        )),
    }
}

/// RFC 3986, as far as it concerns a link that people follow; letters of every script are let through.
fn canonical(address: &str, schemes: &[&str]) -> Option<String> {
    if address.len() > LONGEST {
        return None;
    }
    let (scheme, rest) = address.split_once("://")?;
    let scheme = schemes.iter().find(|known| known.eq_ignore_ascii_case(scheme))?;
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let port_is_good = port.is_none_or(|port| {
        port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
    });
    let host = host.to_lowercase();
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    (port_is_good && is_host(&host) && is_path(path)).then(|| format!("{scheme}://{host}{port}{path}"))
}

/// A name with at least one dot, or an address in brackets. `@` is no part of it: credentials stay out of
/// links.
fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return address.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let label = |label: &str| {
        let plain = |c: char| {
            c.is_alphanumeric() || c == '-' || (!c.is_ascii() && !c.is_control() && !c.is_whitespace())
        };
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(plain)
    };
    host.len() <= 253 && host.contains('.') && host.split('.').all(label)
}

fn is_path(path: &str) -> bool {
    let plain = |c: char| !c.is_control() && !c.is_whitespace() && !"<>\"\\^`{|}".contains(c);
    let escapes = path
        .split('%')
        .skip(1)
        .all(|after| after.as_bytes().get(..2).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)));
    path.chars().all(plain) && escapes
}
