//! The 2.03 schema as a table, read once from `data/`: which elements, in which order, with which attributes, and
//! which list a code comes from. `tools/tables.py` writes the files.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::value::Kind;

/// What an element may hold, at one place of the document.
#[derive(Debug, Default)]
pub(crate) struct Node {
    pub(crate) content: Content,
    /// Whether attributes of other namespaces are welcome.
    pub(crate) open: bool,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) particles: Vec<Particle>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Content {
    /// Only elements.
    #[default]
    Elements,
    /// The schema does not say.
    Anything,
    Simple(Kind),
}

#[derive(Debug)]
pub(crate) struct Attribute {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
    pub(crate) lists: Vec<List>,
}

/// A code list, which may count for one vocabulary only.
#[derive(Debug)]
pub(crate) struct List {
    pub(crate) name: &'static str,
    vocabulary: Option<&'static str>,
    without_vocabulary: bool,
    /// Whether other codes are allowed.
    pub(crate) open: bool,
    pub(crate) codes: &'static HashSet<&'static str>,
}

impl List {
    /// Whether the list counts for this vocabulary.
    pub(crate) fn applies(&self, vocabulary: Option<&str>) -> bool {
        match (self.vocabulary, vocabulary) {
            (None, _) => true,
            (Some(_), None | Some("")) => self.without_vocabulary,
            (Some(own), Some(vocabulary)) => own == vocabulary,
        }
    }
}

/// A place in a sequence; no name: elements of other namespaces.
#[derive(Debug)]
pub(crate) struct Particle {
    pub(crate) name: Option<&'static str>,
    pub(crate) required: bool,
    pub(crate) many: bool,
    node: usize,
}

/// The whole schema.
pub(crate) struct Schema {
    nodes: Vec<Node>,
    roots: HashMap<&'static str, usize>,
}

impl Schema {
    /// The node of a root element.
    pub(crate) fn root(&self, name: &str) -> Option<&Node> {
        self.roots.get(name).and_then(|number| self.nodes.get(*number))
    }

    /// The node of an element at its place.
    pub(crate) fn node(&self, particle: &Particle) -> Option<&Node> {
        self.nodes.get(particle.node)
    }
}

type Codes = HashMap<&'static str, HashSet<&'static str>>;

static LISTS: LazyLock<Codes> = LazyLock::new(|| {
    let lines = include_str!("../data/codelists.txt").lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let mut words = line.split(' ');
            Some((words.next()?, words.collect()))
        })
        .collect()
});

static NO_CODES: LazyLock<HashSet<&'static str>> = LazyLock::new(HashSet::new);

/// The schema of both document types.
pub(crate) static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let mut schema = Schema { nodes: Vec::new(), roots: HashMap::new() };
    for line in include_str!("../data/schema-2.03.txt").lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&'static str> = line.split(' ').collect();
        match (words.as_slice(), schema.nodes.last_mut()) {
            (["=", _, content, open], _) => schema.nodes.push(Node {
                content: match *content {
                    "-" => Content::Elements,
                    "mixed" => Content::Anything,
                    kind => Content::Simple(Kind::named(kind)),
                },
                open: *open == "open",
                ..Node::default()
            }),
            (["@", name, kind, need, lists @ ..], Some(node)) => node.attributes.push(Attribute {
                name,
                kind: Kind::named(kind),
                required: *need == "!",
                lists: lists.iter().map(|list| self::list(list)).collect(),
            }),
            (["/", name, least, most, number], Some(node)) => node.particles.push(Particle {
                name: Some(name),
                required: *least != "0",
                many: *most == "*",
                node: number.parse().unwrap_or(usize::MAX),
            }),
            (["*"], Some(node)) => {
                node.particles.push(Particle { name: None, required: false, many: true, node: usize::MAX });
            }
            (["root", name, number], _) => {
                schema.roots.insert(name, number.parse().unwrap_or(usize::MAX));
            }
            _ => {}
        }
    }
    schema
});

/// Whether a code list of the standard (`UNSDG-Targets`) has a code, withdrawn ones included.
#[must_use]
pub fn has_code(list: &str, code: &str) -> bool {
    LISTS.get(list).is_some_and(|codes| codes.contains(code))
}

fn list(written: &'static str) -> List {
    let (name, vocabulary) = match written.split_once('/') {
        Some((name, vocabulary)) => (name, Some(vocabulary)),
        None => (written, None),
    };
    let open = name.ends_with('~');
    let name = name.trim_end_matches('~');
    List {
        name,
        open,
        vocabulary: vocabulary.map(|vocabulary| vocabulary.trim_end_matches('?')),
        without_vocabulary: vocabulary.is_some_and(|vocabulary| vocabulary.ends_with('?')),
        codes: LISTS.get(name).unwrap_or(&NO_CODES),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_node_and_list_that_is_named_exists() {
        assert_eq!(SCHEMA.roots.len(), 2);
        for node in &SCHEMA.nodes {
            assert!(node.particles.len() <= 64, "seen elements are bits of a u64");
            for particle in &node.particles {
                assert!(particle.name.is_none() || SCHEMA.node(particle).is_some(), "{particle:?}");
            }
            for list in node.attributes.iter().flat_map(|attribute| &attribute.lists) {
                assert!(!list.codes.is_empty(), "{}", list.name);
            }
        }
    }

    #[test]
    fn a_list_counts_for_its_vocabulary() {
        let sectors = list("Sector/1?");
        assert!(sectors.applies(None) && sectors.applies(Some("1")) && sectors.applies(Some("")));
        assert!(!sectors.applies(Some("2")));
        assert!(!list("SectorCategory/2").applies(None));
    }
}
