//! The rules of XML that the parser leaves to us: tags and references.

use crate::value::is_space;

/// Whether a tag is a name and attributes written name="value" with space between them.
pub(crate) fn is_tag(tag: &str) -> bool {
    let name = |text: &str| text.len() - text.trim_start_matches(is_name).len();
    let starts =
        |text: &str| text.starts_with(|c: char| is_name(c) && !c.is_ascii_digit() && c != '-' && c != '.');
    let mut rest = tag;
    let mut attribute = false;
    while starts(rest) {
        rest = &rest[name(rest)..];
        if attribute {
            let Some(value) = rest.trim_start_matches(is_space).strip_prefix('=') else { return false };
            let value = value.trim_start_matches(is_space);
            let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else { return false };
            let Some((_, after)) = value[1..].split_once(quote) else { return false };
            rest = after;
        }
        let after = rest.trim_start_matches(is_space);
        if after.is_empty() {
            return true;
        }
        if after.len() == rest.len() {
            return false;
        }
        (rest, attribute) = (after, true);
    }
    false
}

/// Whether XML allows a character at all.
pub(crate) fn is_character(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r') || c >= ' ' && !matches!(c, '\u{FFFE}' | '\u{FFFF}')
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':') || !c.is_ascii()
}

/// A predefined or numeric reference; any other is not resolved.
pub(crate) fn resolve(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let digits = name.strip_prefix('#')?;
            if digits.contains('+') {
                return None; // a sign is a number to Rust, not to XML
            }
            let number = match digits.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(number).filter(|c| is_character(*c))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_a_name_and_spaced_attributes() {
        for good in ["a", "a ", "a b='1'", "a b = \"'\"\n c:d=''", "é é=''"] {
            assert!(is_tag(good), "{good}");
        }
        for bad in
            ["", " a", "1a", "a b", "a b=1", "a b='1'c='2'", "a b='1", "a 'b'", "a?", "a b='1' ?", "a -b=''"]
        {
            assert!(!is_tag(bad), "{bad}");
        }
    }

    #[test]
    fn only_the_references_of_xml_are_known() {
        assert_eq!((resolve("amp"), resolve("#233"), resolve("#xE9")), (Some('&'), Some('é'), Some('é')));
        for unknown in ["nbsp", "#0", "#x1F", "#xD800", "#xFFFE", "#", "#x", "", "#-1", "#+65"] {
            assert_eq!(resolve(unknown), None, "{unknown}");
        }
    }
}
