//! Filters in memory, as SQL would answer them.

use std::cmp::Ordering;

use super::{Comparison, FilterValue, Kind, Node, Test};

impl Node {
    /// SQL's three values: nothing when it depends on a field that is unset.
    pub(super) fn holds(&self, value: &dyn Fn(&str) -> Option<FilterValue>) -> Option<bool> {
        match self {
            Self::Not(node) => node.holds(value).map(|holds| !holds),
            Self::All(nodes) => decide(nodes.iter().map(|node| node.holds(value)), false),
            Self::Any(nodes) => decide(nodes.iter().map(|node| node.holds(value)), true),
            Self::Test(field, test) => match (value(field.path), test) {
                (Some(FilterValue::Many(found)), Test::Present) if field.kind == Kind::Texts => {
                    Some(!found.is_empty())
                }
                (Some(FilterValue::Many(found)), _) => {
                    Some(found.iter().any(|found| test.passes(field.kind, found)))
                }
                (Some(found), _) => Some(test.passes(field.kind, &found)),
                (None, Test::Present) => Some(false),
                // A child table without rows is empty, not unset.
                (None, _) => field.through.is_some().then_some(false),
            },
        }
    }
}

/// `decisive` as soon as one is, else unknown as soon as one is.
fn decide(mut each: impl Iterator<Item = Option<bool>>, decisive: bool) -> Option<bool> {
    each.try_fold(Some(!decisive), |so_far, one| match one {
        Some(one) if one == decisive => Err(Some(decisive)),
        Some(_) => Ok(so_far),
        None => Ok(None),
    })
    .unwrap_or_else(|decided| decided)
}

impl Test {
    fn passes(&self, kind: Kind, found: &FilterValue) -> bool {
        match (self, found) {
            (Self::Present, FilterValue::Text(text)) => !text.is_empty(),
            // Zero is a value (BEY-9), except of an enum, where it says that nothing is said.
            (Self::Present, FilterValue::Integer(number)) => *number != 0 || kind == Kind::Integer,
            (Self::Present, _) => true,
            (Self::Compares(comparison, wanted), found) => {
                found.compare(wanted).is_some_and(|order| comparison.is(order))
            }
            (Self::Begins(part), FilterValue::Text(text)) => text.starts_with(part),
            (Self::Ends(part), FilterValue::Text(text)) => text.ends_with(part),
            (Self::Contains(part), FilterValue::Text(text)) => text.contains(part),
            _ => false,
        }
    }
}

impl FilterValue {
    fn compare(&self, other: &Self) -> Option<Ordering> {
        Some(match (self, other) {
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            (Self::Integer(one), Self::Integer(other)) => one.cmp(other),
            (Self::Time(one), Self::Time(other)) => one.cmp(other),
            (Self::Date(one), Self::Date(other)) => one.cmp(other),
            (Self::Boolean(one), Self::Boolean(other)) => one.cmp(other),
            _ => return None,
        })
    }
}

impl Comparison {
    fn is(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}
