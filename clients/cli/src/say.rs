//! What the command says to people: every text in English and in French, side by side where it is said.

/// A language people are spoken to in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Language {
    /// English, also for whoever asked for a language that is not spoken here.
    #[default]
    En,
    /// French.
    Fr,
}

impl Language {
    /// The language of a BCP-47 tag or of a POSIX locale: `fr`, `fr-CA`, `fr_FR.UTF-8`.
    pub(crate) fn from_tag(tag: &str) -> Option<Self> {
        match tag.split(['-', '_', '.', '@']).next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "en" | "c" | "posix" => Some(Self::En),
            "fr" => Some(Self::Fr),
            _ => None,
        }
    }

    /// The BCP-47 code.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
        }
    }

    /// What stands before an explanation: French puts a space before the colon.
    pub(crate) const fn colon(self) -> &'static str {
        match self {
            Self::En => ":",
            Self::Fr => " :",
        }
    }

    pub(crate) const fn pick<T: Copy>(self, en: T, fr: T) -> T {
        match self {
            Self::En => en,
            Self::Fr => fr,
        }
    }
}

/// `say!(language, "{count} partners", "{count} organisations")`: the text in the language, each a format string.
macro_rules! say {
    ($language:expr, $en:literal, $fr:literal $(, $argument:tt = $value:expr)* $(,)?) => {
        match $language {
            $crate::say::Language::En => format!($en $(, $argument = $value)*),
            $crate::say::Language::Fr => format!($fr $(, $argument = $value)*),
        }
    };
}
pub(crate) use say;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locales_and_tags_name_a_language() {
        assert_eq!(Language::from_tag("fr_FR.UTF-8"), Some(Language::Fr));
        assert_eq!(Language::from_tag("fr-CA"), Some(Language::Fr));
        assert_eq!(Language::from_tag("C.UTF-8"), Some(Language::En));
        assert_eq!(Language::from_tag("de_DE"), None);
    }

    #[test]
    fn a_text_is_said_in_the_language_asked_for() {
        let count = 2;
        assert_eq!(say!(Language::Fr, "{count} lines", "{count} lignes"), "2 lignes");
    }
}
