//! What is public is said in English and in French, each as fresh as the other (principle 11, BEY-6). Pure.

use chassis::error::{Error, Result};
use chassis::say;
use proto::common::LocalizedText;

/// The languages of everything that the network adopts or publishes: code, English name, French name.
pub(crate) const BOTH: [(&str, &str, &str); 2] = [("en", "English", "anglais"), ("fr", "French", "français")];

/// Whether a language tag is of that language: `fr-CA` is French.
pub(crate) fn is(tag: &str, language: &str) -> bool {
    tag.split('-').next() == Some(language)
}

/// Refuses a text that lacks English or French, or one of whose translations is older than its original.
///
/// # Errors
/// `FAILED_PRECONDITION` citing `rule`, or BEY-6 for what is stale.
pub(crate) fn check(rule: &'static str, field: &str, text: &LocalizedText) -> Result<()> {
    for (language, en, fr) in BOTH {
        if !text.translations.keys().any(|tag| is(tag, language)) {
            return Err(Error::refused(
                rule,
                say!("{field} is not said in {en}: add it", "il manque {field} en {fr} : ajoutez-le"),
            )
            .about("field", field));
        }
    }
    match text.translations.iter().find(|(_, translation)| translation.stale) {
        None => Ok(()),
        Some((tag, _)) => Err(Error::refused(
            "BEY-6",
            say!(
                "the original of {field} changed after its translation ({tag}): say it anew in {tag} too",
                "l'original de {field} a changé après sa traduction ({tag}) : reprenez aussi le texte en {tag}"
            ),
        )
        .about("field", field)),
    }
}

#[cfg(test)]
mod tests {
    use testing::{rule, said};

    use super::*;

    #[test]
    fn both_languages_are_asked_for_whatever_their_country() {
        assert_eq!(rule(check("PAR-25", "title", &said(&[("fr-CA", "Oui"), ("en-GB", "Yes")]))), "");
        for one in [&[("fr", "Oui")][..], &[("en", "Yes")], &[("en", "Yes"), ("es", "Sí")]] {
            assert_eq!(rule(check("PAR-25", "title", &said(one))), "PAR-25");
        }
    }

    #[test]
    fn bey_6_a_translation_that_is_older_than_its_original_is_none() {
        let (old, new) =
            (said(&[("fr", "Oui"), ("en", "Yes")]), said(&[("fr", "Oui, toujours"), ("en", "Yes")]));
        let stale = chassis::text::revise(&old, new);
        assert_eq!(rule(check("PAR-25", "title", &stale)), "BEY-6");
        let anew = chassis::text::revise(&stale, said(&[("fr", "Oui, toujours"), ("en", "Yes, always")]));
        assert_eq!(rule(check("PAR-25", "title", &anew)), "");
    }
}
