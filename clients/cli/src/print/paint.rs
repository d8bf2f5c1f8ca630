//! Colour, where a person looks and wants it; never the only sign of anything.

/// Whether to paint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Paint(bool);

/// What to make stand out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Error,
    Warning,
    Good,
    Strong,
    Faint,
}

impl Paint {
    /// Never paints.
    pub(crate) const fn plain() -> Self {
        Self(false)
    }

    /// `--color`, else `NO_COLOR`, `CLICOLOR_FORCE`, `TERM=dumb`, else whether it is a terminal.
    pub(crate) fn choose(flag: Option<&str>, terminal: bool) -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
        Self(match flag {
            Some("always") => true,
            Some("never") => false,
            _ if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) => false,
            _ if set("CLICOLOR_FORCE") => true,
            _ => terminal && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
        })
    }

    pub(crate) fn style(self, style: Style, text: &str) -> String {
        let code = match style {
            Style::Error => "1;31",
            Style::Warning => "33",
            Style::Good => "32",
            Style::Strong => "1",
            Style::Faint => "2",
        };
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// Text of others without control characters: a title cannot move the cursor.
pub(crate) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c }).collect()
}
