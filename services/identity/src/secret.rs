//! Secrets: made of the system's randomness, kept as SHA-256, compared in constant time.

use aws_lc_rs::digest::{SHA256, digest};
use chassis::{Error, Result};

const BASE_62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Crockford's: no letter is mistaken for a digit when a code is read aloud or typed.
const BASE_32: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Random bytes.
///
/// # Errors
/// INTERNAL when the system has none.
pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Error::internal("no randomness"))?;
    Ok(bytes)
}

/// Random letters and digits, each of the 62 as likely as the others.
///
/// # Errors
/// As [`random`].
pub(crate) fn base62(length: usize) -> Result<String> {
    let mut text = String::with_capacity(length);
    while text.len() < length {
        // Beyond 248 = 4 × 62 the first ones would come up more often.
        let [byte] = random::<1>()?;
        if byte < 248 {
            text.push(char::from(BASE_62[usize::from(byte % 62)]));
        }
    }
    Ok(text)
}

/// A number in the digits of [`base62`], padded to `length`.
pub(crate) fn number62(mut number: u64, length: usize) -> String {
    let mut digits = vec![b'0'; length];
    for digit in digits.iter_mut().rev() {
        *digit = BASE_62[(number % 62) as usize];
        number /= 62;
    }
    digits.into_iter().map(char::from).collect()
}

/// An invitation code, to be handed over by people: 120 bits in six groups of four.
///
/// # Errors
/// As [`random`].
pub(crate) fn code() -> Result<String> {
    let bytes = random::<24>()?;
    let groups: Vec<String> = bytes
        .chunks(4)
        .map(|group| group.iter().map(|byte| char::from(BASE_32[usize::from(byte & 31)])).collect())
        .collect();
    Ok(groups.join("-"))
}

/// What a code is kept as; spaces, dashes, case and letters that look like digits do not matter.
pub(crate) fn code_hash(code: &str) -> Vec<u8> {
    let plain: String = code
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        })
        .collect();
    sha256(plain.as_bytes())
}

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest(&SHA256, bytes).as_ref().to_vec()
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether two secrets are the same, in a time that tells nothing.
pub(crate) fn same(one: &[u8], other: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(one, other).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_may_be_typed_carelessly() {
        let code = code().unwrap();
        assert_eq!((code.len(), code.split('-').count()), (29, 6));
        assert_eq!(code_hash(&code), code_hash(&format!(" {} ", code.to_lowercase().replace('-', " "))));
        assert_eq!(code_hash("0O1I-L"), code_hash("00111"));
        assert_ne!(code_hash("0000"), code_hash("0001"));
    }

    #[test]
    fn secrets_are_of_the_length_asked_and_never_the_same() {
        let (one, other) = (base62(32).unwrap(), base62(32).unwrap());
        assert_eq!(one.len(), 32);
        assert_ne!(one, other);
        assert!(one.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }

    #[test]
    fn a_number_is_padded() {
        assert_eq!(number62(0, 6), "000000");
        assert_eq!(number62(61, 6), "00000z");
        assert_eq!(number62(u64::from(u32::MAX), 6).len(), 6);
    }
}
