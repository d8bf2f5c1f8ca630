//! As much of `XPath` 1.0 as the official rules are written in: paths, conditions, `count`, `not`, `number`. A literal `'$1'`
//! stands for the value that a rule goes through in a loop.

mod parse;

use std::borrow::Cow;

pub(crate) use parse::parse;

use crate::tree::{DOCUMENT, Id, Tree};

/// An expression.
#[derive(Debug)]
pub(crate) enum Expression {
    Or(Vec<Expression>),
    And(Vec<Expression>),
    Compare(Box<Expression>, Comparison, Box<Expression>),
    Sum(Vec<Expression>),
    Count(Box<Expression>),
    Not(Box<Expression>),
    Number(Box<Expression>),
    Literal(String),
    Variable,
    Constant(f64),
    Paths(Vec<Path>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// A path from the element at hand, or from the document.
#[derive(Debug)]
pub(crate) struct Path {
    pub(crate) from_document: bool,
    pub(crate) steps: Vec<Step>,
}

#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) axis: Axis,
    pub(crate) conditions: Vec<Expression>,
}

#[derive(Debug)]
pub(crate) enum Axis {
    Child(String),
    Descendant(String),
    Attribute(String),
    Parent,
    Text,
}

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Item<'t> {
    Element(Id),
    Attribute(Id, &'t str),
    Text(Id, &'t str),
}

impl<'t> Item<'t> {
    /// Its text.
    pub(crate) fn text(self, tree: &'t Tree<'_>) -> Cow<'t, str> {
        match self {
            Self::Element(id) => Cow::Owned(tree.text(id)),
            Self::Attribute(_, value) | Self::Text(_, value) => Cow::Borrowed(value),
        }
    }

    /// The element it is, or belongs to.
    pub(crate) fn element(self) -> Id {
        match self {
            Self::Element(id) | Self::Attribute(id, _) | Self::Text(id, _) => id,
        }
    }
}

#[derive(Debug)]
pub(crate) enum Value<'t> {
    Items(Vec<Item<'t>>),
    Boolean(bool),
    Number(f64),
    Text(Cow<'t, str>),
}

/// Where an expression is looked at from.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'t> {
    pub(crate) tree: &'t Tree<'t>,
    pub(crate) at: Id,
    /// What `'$1'` stands for.
    pub(crate) variable: &'t str,
}

impl<'t> Scope<'t> {
    /// What an expression comes to.
    pub(crate) fn value(self, expression: &Expression) -> Value<'t> {
        match expression {
            Expression::Or(parts) => Value::Boolean(parts.iter().any(|part| self.holds(part))),
            Expression::And(parts) => Value::Boolean(parts.iter().all(|part| self.holds(part))),
            Expression::Compare(left, comparison, right) => {
                Value::Boolean(self.compare(&self.value(left), *comparison, &self.value(right)))
            }
            Expression::Sum(parts) => {
                Value::Number(parts.iter().map(|part| self.number(&self.value(part))).sum())
            }
            Expression::Count(inner) => match self.value(inner) {
                #[expect(clippy::cast_precision_loss, reason = "a record has fewer elements than 2^52")]
                Value::Items(items) => Value::Number(items.len() as f64),
                _ => Value::Number(f64::NAN),
            },
            Expression::Not(inner) => Value::Boolean(!self.holds(inner)),
            Expression::Number(inner) => Value::Number(self.number(&self.value(inner))),
            Expression::Literal(text) => Value::Text(Cow::Owned(text.clone())),
            Expression::Variable => Value::Text(Cow::Borrowed(self.variable)),
            Expression::Constant(number) => Value::Number(*number),
            Expression::Paths(paths) => {
                Value::Items(paths.iter().flat_map(|path| self.follow(path)).collect())
            }
        }
    }

    /// Whether an expression holds.
    pub(crate) fn holds(self, expression: &Expression) -> bool {
        match self.value(expression) {
            Value::Items(items) => !items.is_empty(),
            Value::Boolean(holds) => holds,
            Value::Number(number) => number != 0.0 && !number.is_nan(),
            Value::Text(text) => !text.is_empty(),
        }
    }

    /// What an expression leads to; nothing when it is no path.
    pub(crate) fn items(self, expression: &Expression) -> Vec<Item<'t>> {
        match self.value(expression) {
            Value::Items(items) => items,
            _ => Vec::new(),
        }
    }

    fn number(self, value: &Value<'t>) -> f64 {
        match value {
            Value::Items(items) => items.first().map_or(f64::NAN, |item| number(&item.text(self.tree))),
            Value::Boolean(true) => 1.0,
            Value::Boolean(false) => 0.0,
            Value::Number(number) => *number,
            Value::Text(text) => number(text),
        }
    }

    fn compare(self, left: &Value<'t>, comparison: Comparison, right: &Value<'t>) -> bool {
        match (left, right) {
            (Value::Items(items), other) => {
                items.iter().any(|item| self.compare(&Value::Text(item.text(self.tree)), comparison, other))
            }
            (other, Value::Items(items)) => {
                items.iter().any(|item| self.compare(other, comparison, &Value::Text(item.text(self.tree))))
            }
            (Value::Text(left), Value::Text(right)) if comparison == Comparison::Equal => left == right,
            (Value::Text(left), Value::Text(right)) if comparison == Comparison::Unequal => left != right,
            _ => {
                let (left, right) = (self.number(left), self.number(right));
                #[expect(clippy::float_cmp, reason = "XPath compares so")]
                match comparison {
                    Comparison::Equal => left == right,
                    Comparison::Unequal => left != right,
                    Comparison::Less => left < right,
                    Comparison::AtMost => left <= right,
                    Comparison::More => left > right,
                    Comparison::AtLeast => left >= right,
                }
            }
        }
    }

    fn follow(self, path: &Path) -> Vec<Item<'t>> {
        let start = if path.from_document { DOCUMENT } else { self.at };
        let mut found = vec![Item::Element(start)];
        for step in &path.steps {
            found = found.into_iter().flat_map(|item| self.step(item, step)).collect();
        }
        found
    }

    fn step(self, from: Item<'t>, step: &Step) -> Vec<Item<'t>> {
        let Item::Element(id) = from else { return Vec::new() };
        let tree = self.tree;
        let mut found: Vec<Item<'t>> = match &step.axis {
            Axis::Child(name) => {
                let children = tree.node(id).children.iter().copied();
                children.filter(|child| tree.node(*child).name == name).map(Item::Element).collect()
            }
            Axis::Descendant(name) => {
                let all = tree.all(id).into_iter().skip(1);
                all.filter(|child| tree.node(*child).name == name).map(Item::Element).collect()
            }
            Axis::Attribute(name) => {
                tree.attribute(id, name).map(|value| Item::Attribute(id, value)).into_iter().collect()
            }
            Axis::Parent => vec![Item::Element(tree.node(id).parent)],
            Axis::Text => {
                let text = tree.node(id).text.as_ref();
                if text.is_empty() { Vec::new() } else { vec![Item::Text(id, text)] }
            }
        };
        for condition in &step.conditions {
            if let Expression::Constant(place) = condition {
                let mut places = (1..).map(f64::from).zip(std::mem::take(&mut found));
                found.extend(places.find(|(at, _)| at == place).map(|(_, item)| item));
            } else {
                found.retain(|item| Self { at: item.element(), ..self }.holds(condition));
            }
        }
        found
    }
}

/// A number as `XPath` reads it: digits with a point and a minus sign; anything else is none.
pub(crate) fn number(text: &str) -> f64 {
    let text = text.trim_matches(crate::value::is_space);
    let plain = !text.is_empty()
        && text.strip_prefix('-').unwrap_or(text).bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if plain { text.parse().unwrap_or(f64::NAN) } else { f64::NAN }
}
