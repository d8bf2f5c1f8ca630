//! Territories, and where in them a value stands (AGG-6).

use super::book::{ByName, Name};

/// Which territories are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Those of a kind, by its number in the contract.
    Kind(i32),
    /// Those right below the territory that is asked for.
    Children,
}

/// The territories that values may stand in, and those above them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// Of each territory: the one above it, none at the top; and its kind.
    nodes: ByName<(Name, i32)>,
}

impl Tree {
    /// Puts a territory into the tree.
    pub fn add(&mut self, territory: Name, parent: Name, kind: i32) {
        self.nodes.insert(territory, (parent, kind));
    }

    /// A territory and those above it, the narrowest first; nothing of one that is not known.
    pub fn upwards(&self, territory: Name) -> impl Iterator<Item = Name> {
        let known = |name: &Name| *name != Name::NONE && self.nodes.contains_key(name);
        let next = move |name: &Name| self.nodes.get(name).map(|(parent, _)| *parent);
        // No branch is deeper than there are kinds; a circle would end here too.
        std::iter::successors(Some(territory).filter(known), move |name| next(name).filter(known)).take(20)
    }

    /// A territory lies in another, or is it.
    pub fn lies_in(&self, territory: Name, other: Name) -> bool {
        self.upwards(territory).any(|above| above == other)
    }

    /// The narrowest territory in which all of these lie; none when there is none.
    pub fn common(&self, territories: &[Name]) -> Name {
        let Some((first, rest)) = territories.split_first() else { return Name::NONE };
        let holds = |above: &Name| rest.iter().all(|other| self.lies_in(*other, *above));
        self.upwards(*first).find(holds).unwrap_or_default()
    }

    /// The territory of a level that one stands for: itself or one above it; none when it is wider than the level.
    pub fn at(&self, territory: Name, level: Level, root: Option<Name>) -> Name {
        let is = |name: &Name| match level {
            Level::Kind(kind) => self.nodes.get(name).is_some_and(|(_, of)| *of == kind),
            Level::Children => self.nodes.get(name).is_some_and(|(parent, _)| Some(*parent) == root),
        };
        self.upwards(territory).find(is).unwrap_or_default()
    }

    /// The territory above.
    pub fn parent(&self, territory: Name) -> Name {
        self.nodes.get(&territory).map(|(parent, _)| *parent).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::book::Names;
    use super::*;

    #[test]
    fn agg_6_a_value_stands_where_all_of_its_territories_lie() {
        let mut names = Names::default();
        let [fr, idf, ara, paris, lyon, sn] =
            ["fr", "idf", "ara", "paris", "lyon", "sn"].map(|name| names.know(name));
        let mut tree = Tree::default();
        for (name, parent, kind) in [
            (fr, Name::NONE, 1),
            (sn, Name::NONE, 1),
            (idf, fr, 2),
            (ara, fr, 2),
            (paris, idf, 5),
            (lyon, ara, 5),
        ] {
            tree.add(name, parent, kind);
        }
        assert_eq!(tree.common(&[paris]), paris);
        assert_eq!(tree.common(&[paris, idf]), idf);
        assert_eq!(tree.common(&[paris, lyon]), fr);
        assert_eq!(tree.common(&[paris, sn]), Name::NONE);
        assert_eq!(tree.common(&[]), Name::NONE);
        assert_eq!(tree.at(paris, Level::Kind(2), None), idf);
        assert_eq!(tree.at(fr, Level::Kind(2), None), Name::NONE);
        assert_eq!(tree.at(lyon, Level::Children, Some(fr)), ara);
        assert_eq!(tree.at(fr, Level::Children, Some(fr)), Name::NONE);
        assert!(tree.lies_in(paris, fr) && !tree.lies_in(fr, paris));
    }
}
