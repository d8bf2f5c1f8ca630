//! Writes activities as IATI 2.03: anew, or as they were found with some of their parts changed. What nobody changed
//! stays to the byte, in its place.

mod achieved;
mod edit;
mod element;
mod parts;

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use chrono::{DateTime, SecondsFormat, Utc};

pub use achieved::{figure, period, result};
pub use element::Element;
pub(crate) use element::Origin;
pub use parts::{
    activity_date, activity_status, budget, description, document_link, location, participating_org,
    recipient_country, related_activity, reporting_org, sector, tag, title, transaction,
};

use crate::schema::SCHEMA;
use crate::tree::{Id, Tree};

/// How a file of activities begins, and when it was made unless that is not to be said.
#[must_use]
pub fn start(generated: Option<DateTime<Utc>>) -> String {
    let generated = generated.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true));
    let generated = generated.map(|at| format!(" generated-datetime=\"{at}\"")).unwrap_or_default();
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<iati-activities version=\"2.03\"{generated}>\n")
}

/// The reference system of all positions.
pub(crate) const POSITIONS: &str = "http://www.opengis.net/def/crs/EPSG/0/4326";

/// How it ends.
pub const END: &str = "</iati-activities>\n";

/// An activity to be written, its parts in the order of the standard.
pub struct Rewrite<'r> {
    raw: &'r str,
    tree: Tree<'r>,
    record: Id,
    namespaces: &'r [(String, String)],
    dropped: HashSet<Id>,
    /// By their place in the order of the standard.
    added: Vec<(usize, Element)>,
    /// By where they begin in the record: up to where, and what stands there instead.
    edits: BTreeMap<usize, (usize, String)>,
}

/// Where an element of this name stands in an activity; elements of others come last.
pub(crate) fn place(name: &str) -> usize {
    let activity = SCHEMA.root("iati-activities").and_then(|root| SCHEMA.node(root.particles.first()?));
    let particles = activity.map(|node| node.particles.as_slice()).unwrap_or_default();
    particles.iter().position(|particle| particle.name == Some(name)).unwrap_or(particles.len())
}

impl<'r> Rewrite<'r> {
    /// An activity as it was found, with the prefixes that were declared around it. Nothing when its tags do not match.
    #[must_use]
    pub fn of(raw: &'r str, namespaces: &'r [(String, String)]) -> Option<Self> {
        let tree = Tree::of(raw, "iati-activities")?;
        let record = tree.record()?;
        Some(Self {
            raw,
            tree,
            record,
            namespaces,
            dropped: HashSet::new(),
            added: Vec::new(),
            edits: BTreeMap::new(),
        })
    }

    /// The elements of this name, as written.
    pub fn written(&self, name: &str) -> Vec<&'r str> {
        self.tree.named(self.record, name).map(|id| self.tree.written(id)).collect()
    }

    /// Leaves out the elements of this name that are not wanted, by their number and their text as written.
    pub fn retain(&mut self, name: &str, mut wanted: impl FnMut(usize, &str) -> bool) {
        let unwanted: Vec<Id> = self
            .tree
            .named(self.record, name)
            .enumerate()
            .filter(|(number, id)| !wanted(*number, self.tree.written(*id)))
            .map(|(_, id)| id)
            .collect();
        self.dropped.extend(unwanted);
    }

    /// Leaves out the elements with this name whose attribute says one of these; an absent attribute says `absent`.
    pub fn leave_out(&mut self, name: &str, attribute: &str, absent: &str, values: &[&str]) {
        let said = |id: &Id| values.contains(&self.tree.attribute(*id, attribute).map_or(absent, str::trim));
        let unwanted: Vec<Id> = self.tree.named(self.record, name).filter(said).collect();
        self.dropped.extend(unwanted);
    }

    /// Adds elements after those of their name.
    pub fn add(&mut self, elements: impl IntoIterator<Item = Element>) {
        self.added.extend(elements.into_iter().map(|element| (place(element.name()), element)));
    }

    /// Leaves out whom to write to: people are nobody's open data.
    pub fn without_contacts(&mut self) {
        self.retain("contact-info", |_, _| false);
    }

    /// The record.
    #[must_use]
    pub fn finish(mut self) -> String {
        self.added.sort_by_key(|(place, _)| *place);
        let node = self.tree.node(self.record);
        let mut out = String::with_capacity(self.raw.len() + 512);
        let tag = &self.raw[..node.tag_end];
        out.push_str(tag.trim_end_matches('>').trim_end_matches('/'));
        self.declare(&mut out);
        out.push('>');
        let children = &node.children;
        let places: Vec<usize> = children.iter().map(|id| place(self.tree.node(*id).name)).collect();
        let mut added = self.added.iter().peekable();
        let mut at = node.tag_end;
        for (number, child) in children.iter().enumerate() {
            // What is new comes before the first element after which nothing belongs before it any more.
            let next = places[number..].iter().copied().min().unwrap_or(usize::MAX);
            while let Some((_, element)) = added.next_if(|(place, _)| *place < next) {
                element.write(&mut out, 1);
            }
            let span = &self.tree.node(*child).span;
            let between = &self.raw[at..span.start];
            if self.dropped.contains(child) {
                out.push_str(between.trim_end());
            } else {
                out.push_str(between);
                self.edited(span, &mut out);
            }
            at = span.end;
        }
        for (_, element) in added {
            element.write(&mut out, 1);
        }
        let rest = self.closing_rest(at);
        if rest.is_empty() && out.ends_with('>') && !self.added.is_empty() {
            out.push('\n');
        }
        out.push_str(rest);
        out.push_str("</iati-activity>");
        out
    }

    /// An element as written, with what was changed in it.
    fn edited(&self, span: &Range<usize>, out: &mut String) {
        let mut at = span.start;
        for (from, (to, text)) in self.edits.range(span.clone()) {
            out.push_str(&self.raw[at..*from]);
            out.push_str(text);
            at = *to;
        }
        out.push_str(&self.raw[at..span.end]);
    }

    /// What stands between the last element and the end tag.
    fn closing_rest(&self, from: usize) -> &'r str {
        self.raw
            .get(from..)
            .and_then(|rest| rest.rfind("</").and_then(|end| rest.get(..end)))
            .unwrap_or_default()
    }

    /// Prefixes that are used within and declared around.
    fn declare(&self, out: &mut String) {
        for (prefix, address) in self.namespaces {
            let used = format!("{prefix}:");
            let declared = format!("xmlns:{prefix}");
            let names = self.tree.all(self.record).into_iter().any(|id| {
                self.tree.node(id).name.starts_with(&used)
                    || self.tree.attributes(id).iter().any(|(name, _)| name.starts_with(&used))
            });
            if names && self.tree.attribute(self.record, &declared).is_none() {
                out.push_str(&format!(" {declared}=\"{}\"", element::escaped(address)));
            }
        }
    }
}

#[cfg(test)]
mod tests;
