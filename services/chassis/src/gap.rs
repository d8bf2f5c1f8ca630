//! What a resource still lacks: an imported one (BEY-8), or one that is to be published.

use crate::error::{Error, Result};
use crate::say;
use crate::say::Text;
use crate::wire::Conversation;

/// Something that the rules ask for and an imported row lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The field to fill.
    pub field: &'static str,
    /// The rule that asks for it.
    pub rule: &'static str,
    /// What to do.
    pub what: Text,
}

impl Gap {
    /// As a message, in the caller's language.
    pub fn message(&self) -> proto::common::Gap {
        proto::common::Gap {
            field: self.field.to_owned(),
            rule: self.rule.to_owned(),
            message: self.what.in_language(Conversation::current().language).to_owned(),
        }
    }
}

/// Nothing is lacking.
///
/// # Errors
/// `FAILED_PRECONDITION` citing the rule of the first thing that is, and naming all.
pub fn none(gaps: &[Gap]) -> Result<()> {
    let Some(first) = gaps.first() else { return Ok(()) };
    let list = |text: fn(&Gap) -> &str| {
        gaps.iter().map(|gap| format!("{} ({})", gap.field, text(gap))).collect::<Vec<_>>().join(", ")
    };
    let (en, fr) = (list(|gap| &gap.what.en), list(|gap| &gap.what.fr));
    Err(Error::refused(first.rule, say!("fill first: {en}", "complétez d'abord : {fr}")))
}
