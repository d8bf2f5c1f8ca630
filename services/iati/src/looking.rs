//! Looks at the elements of a record once more, for what is not needed of every record.

use crate::activity::Narrative;
use crate::texts::normal;
use crate::tree::{Id, Tree};

/// A record being looked at.
pub(crate) struct Reading<'t> {
    pub(crate) tree: &'t Tree<'t>,
    /// The line where it begins.
    pub(crate) line: u32,
}

impl Reading<'_> {
    /// An attribute, trimmed; nothing where there is none.
    pub(crate) fn attribute(&self, id: Id, name: &str) -> String {
        self.tree.attribute(id, name).map(str::trim).unwrap_or_default().to_owned()
    }

    /// The texts in all elements of this name, in the language of the narrative, else of what is around it.
    pub(crate) fn texts(&self, id: Id, name: &str) -> Vec<Narrative> {
        let elements: Vec<Id> = self.tree.named(id, name).collect();
        elements.into_iter().flat_map(|id| self.own_texts(id)).collect()
    }

    /// The texts of an element.
    pub(crate) fn own_texts(&self, id: Id) -> Vec<Narrative> {
        let one = |id: Id| {
            let text = normal(&self.tree.text(id));
            (!text.is_empty()).then(|| Narrative { language: self.language(id), text })
        };
        self.tree.named(id, "narrative").filter_map(one).collect()
    }

    fn language(&self, mut id: Id) -> Option<String> {
        while id != crate::tree::DOCUMENT {
            let own = self.tree.attribute(id, "xml:lang").map(str::trim).filter(|code| !code.is_empty());
            if let Some(code) = own {
                return Some(code.to_lowercase());
            }
            id = self.tree.node(id).parent;
        }
        None
    }

    /// The line of an element.
    pub(crate) fn line_of(&self, id: Id) -> u32 {
        self.line.saturating_add(self.tree.lines_before(id))
    }
}
