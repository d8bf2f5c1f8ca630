//! What an imported resource still lacks (BEY-8).

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
