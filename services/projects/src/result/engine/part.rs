//! A value by its cells: the parts that a breakdown asks for, and what is left over.

use std::collections::BTreeMap;

use super::book::{Entry, Name};
use super::exact::{Amount, Overflow};

/// A part of a value, or all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its code in the dimension that was asked for; none of what is not broken down that way.
    pub code: Name,
    /// Its own territory; none of what is not broken down that way.
    pub territory: Name,
    /// How much it is.
    pub amount: Amount,
}

impl Part {
    /// Both together: what they differ in is said of neither.
    ///
    /// # Errors
    /// When the sum does not fit.
    pub fn with(self, other: Self) -> Result<Self, Overflow> {
        let same = |one: Name, other: Name| if one == other { one } else { Name::NONE };
        Ok(Self {
            code: same(self.code, other.code),
            territory: same(self.territory, other.territory),
            amount: self.amount.plus(other.amount)?,
        })
    }
}

/// What a breakdown asks of values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    /// By this dimension.
    pub dimension: Option<Name>,
    /// By this dimension, whose codes are territories.
    pub territory: Option<Name>,
}

/// Takes a value apart. Cells that say more than is asked are summed; what they leave of the value, or all of it where
/// there are none, is a part without a code, so that the parts are always the value.
///
/// # Errors
/// When a sum does not fit.
pub fn parts(entry: &Entry, cut: Cut, into: &mut Vec<Part>) -> Result<(), Overflow> {
    into.clear();
    let Some(value) = entry.figure.amount() else { return Ok(()) };
    let whole = Part { code: Name::NONE, territory: Name::NONE, amount: value };
    if entry.cells.is_empty() || cut == Cut::default() {
        into.push(whole);
        return Ok(());
    }
    // The most telling cells first: by both, then by the dimension, then by territory.
    let cuts = [cut, Cut { territory: None, ..cut }, Cut { dimension: None, ..cut }];
    let Some((cut, dimensions)) = cuts.into_iter().find_map(|cut| Some((cut, family(entry, cut)?))) else {
        into.push(whole);
        return Ok(());
    };
    let mut sums: BTreeMap<(Name, Name), Amount> = BTreeMap::new();
    let mut left = value;
    for cell in entry.cells.iter().filter(|cell| cell.place.iter().map(|(of, _)| of).eq(&dimensions)) {
        let code = |dimension: Option<Name>| {
            cell.place
                .iter()
                .find(|(of, _)| Some(*of) == dimension)
                .map(|(_, code)| *code)
                .unwrap_or_default()
        };
        let sum = sums.entry((code(cut.dimension), code(cut.territory))).or_default();
        *sum = sum.plus(cell.amount)?;
        left = left.minus(cell.amount)?;
    }
    into.extend(sums.into_iter().map(|((code, territory), amount)| Part { code, territory, amount }));
    if !left.is_zero() {
        into.push(Part { amount: left, ..whole });
    }
    Ok(())
}

/// Cells that tell where tell the dimension too.
pub fn tells_both(entry: &Entry, cut: Cut) -> bool {
    family(entry, cut).is_some_and(|both| Some(both) == family(entry, Cut { dimension: None, ..cut }))
}

/// The dimensions of the cells that tell what is asked with the least besides; of several, those that come first.
fn family(entry: &Entry, cut: Cut) -> Option<Vec<Name>> {
    let asked = [cut.dimension, cut.territory];
    let mut asked = asked.iter().flatten().peekable();
    asked.peek()?;
    let asked: Vec<&Name> = asked.collect();
    let tells = |dimensions: &Vec<Name>| asked.iter().all(|dimension| dimensions.contains(dimension));
    let families = entry.cells.iter().map(|cell| cell.place.iter().map(|(of, _)| *of).collect::<Vec<_>>());
    families.filter(tells).min_by_key(Vec::len)
}
