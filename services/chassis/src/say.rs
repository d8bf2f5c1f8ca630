//! What is said to people: every text in English and in French, side by side where it is said.
//!
//! A text that lacks one of its languages does not compile, and no catalogue can drift away from the code.

use std::fmt;

/// A language people are spoken to in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English, also for whoever asked for a language that is not spoken here.
    #[default]
    En,
    /// French.
    Fr,
}

impl Language {
    /// The first language of an `accept-language` list (RFC 9110, with `q`) that is spoken here.
    pub fn negotiate(accepted: &str) -> Self {
        preferences(accepted).into_iter().find_map(|tag| Self::from_tag(&tag)).unwrap_or_default()
    }

    /// The BCP-47 code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
        }
    }

    /// The language of whoever started the process: `LC_ALL`, `LC_MESSAGES`, `LANG`.
    pub fn of_environment() -> Self {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(|name| std::env::var(name).ok().filter(|locale| !locale.is_empty()));
        locale.and_then(|locale| Self::from_tag(&locale)).unwrap_or_default()
    }

    /// The language of a BCP-47 tag or of a POSIX locale: `fr`, `fr-CA`, `fr_FR.UTF-8`.
    fn from_tag(tag: &str) -> Option<Self> {
        match tag.split(['-', '_', '.', '@']).next() {
            Some("en" | "*") => Some(Self::En),
            Some("fr") => Some(Self::Fr),
            _ => None,
        }
    }
}

/// The language tags of an `accept-language` list, lower case, the most wanted first, refused ones (`q=0`) left out.
pub fn preferences(accepted: &str) -> Vec<String> {
    let mut wanted: Vec<(f32, String)> = accepted
        .split(',')
        .take(20)
        .filter_map(|part| {
            let (tag, quality) = part.split_once(';').unwrap_or((part, "q=1"));
            let quality = quality.trim().strip_prefix("q=")?.parse().ok().filter(|quality| *quality > 0.0)?;
            let tag = tag.trim().to_ascii_lowercase();
            (!tag.is_empty()).then_some((quality, tag))
        })
        .collect();
    wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
    wanted.into_iter().map(|(_, tag)| tag).collect()
}

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// English; also what logs and `Status.message` carry.
    pub en: String,
    /// French.
    pub fr: String,
}

impl Text {
    /// The text in a language.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Fr => &self.fr,
        }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.en)
    }
}

/// `say!("{count} partners", "{count} organisations")`: a [`Text`](crate::say::Text), each language a format string.
#[macro_export]
macro_rules! say {
    ($en:literal, $fr:literal $(, $argument:tt = $value:expr)* $(,)?) => {
        $crate::say::Text { en: format!($en $(, $argument = $value)*), fr: format!($fr $(, $argument = $value)*) }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_wanted_spoken_language_is_taken() {
        assert_eq!(Language::negotiate("fr-CA, en;q=0.8"), Language::Fr);
        assert_eq!(Language::negotiate("de, en;q=0.5, fr;q=0.9"), Language::Fr);
        assert_eq!(Language::negotiate("fr;q=0, en"), Language::En);
        assert_eq!(Language::negotiate("pt"), Language::En);
        assert_eq!(Language::negotiate(""), Language::En);
    }

    #[test]
    fn a_locale_names_a_language() {
        assert_eq!(Language::from_tag("fr_FR.UTF-8"), Some(Language::Fr));
        assert_eq!(Language::from_tag("en_GB@euro"), Some(Language::En));
        assert_eq!(Language::from_tag("C.UTF-8"), None);
    }

    #[test]
    fn both_languages_take_the_same_values() {
        let count = 2;
        let text = say!("{count} partners", "{count} organisations");
        assert_eq!((text.en.as_str(), text.in_language(Language::Fr)), ("2 partners", "2 organisations"));
    }
}
