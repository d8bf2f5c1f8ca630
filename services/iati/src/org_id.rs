//! Identifiers of organisations: the code of a register, a hyphen, the number there (see <https://org-id.guide>).

use std::collections::HashSet;
use std::sync::LazyLock;

static AGENCIES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("../data/registration-agencies.txt").lines().filter(|line| !line.starts_with('#')).collect()
});

/// The register and the number of an identifier: `GB-CHC-202918` is `GB-CHC` and `202918`. The longest known
/// register wins; space around the identifier is dropped; whatever else is not clean is `None`.
#[must_use]
pub fn split(identifier: &str) -> Option<(&str, &str)> {
    let identifier = identifier.trim_ascii();
    if identifier.is_empty()
        || identifier.contains(|c: char| c.is_whitespace() || c.is_control() || "/&|?".contains(c))
    {
        return None;
    }
    identifier
        .rmatch_indices('-')
        .map(|(at, _)| (&identifier[..at], &identifier[at + 1..]))
        .find(|(agency, number)| !number.is_empty() && AGENCIES.contains(agency))
}

/// Whether a register has this code.
pub(crate) fn is_agency(code: &str) -> bool {
    AGENCIES.contains(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clean_identifier_is_split() {
        assert_eq!(AGENCIES.len(), 539);
        assert_eq!(split("GB-CHC-202918"), Some(("GB-CHC", "202918")));
        assert_eq!(split(" FR-RCS-552081317\n"), Some(("FR-RCS", "552081317")));
        assert_eq!(split("XM-DAC-2-10"), Some(("XM-DAC", "2-10")));
        assert_eq!(split("BE-BCE_KBO-0420656336"), Some(("BE-BCE_KBO", "0420656336")));
        assert_eq!(split("XI-GRID-grid.13001.33"), Some(("XI-GRID", "grid.13001.33")));
    }

    #[test]
    fn a_dirty_identifier_is_not() {
        for dirty in [
            "",
            "44000",
            "GB-CHC",
            "GB-CHC-",
            "-1",
            "gb-chc-202918",
            "GB-CHC-20 2918",
            "GB-CHC-1/2",
            "N/A",
            "FR-XXX-1",
            "É-1",
        ] {
            assert_eq!(split(dirty), None, "{dirty}");
        }
    }
}
