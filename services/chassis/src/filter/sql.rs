//! From tests on fields to SQL that both databases read alike.
//!
//! LIKE is not used: SQLite's knows no case, PostgreSQL's does, and with QPSG it takes no index. A beginning
//! is a range, which an index serves; an end and a part are compared byte by byte.

use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, Query, SimpleExpr};
use sea_orm::{Condition, Value};

use super::{Comparison, Field, FilterValue, Kind, Node, Test};
use crate::column::Strings;

pub(super) fn condition(node: &Node, table: &'static str) -> Condition {
    match node {
        Node::All(nodes) => nodes.iter().fold(Condition::all(), |all, node| all.add(condition(node, table))),
        Node::Any(nodes) => nodes.iter().fold(Condition::any(), |any, node| any.add(condition(node, table))),
        Node::Not(node) => Condition::all().add(condition(node, table)).not(),
        Node::Test(field, test) => Condition::all().add(expression(field, test, table)),
    }
}

fn expression(field: &Field, test: &Test, table: &'static str) -> SimpleExpr {
    let Some(through) = field.through else { return test.of(field.kind, column(table, field.column)) };
    // An alias, since a table may be its own child.
    let child = "child_row";
    let rows = Query::select()
        .expr(Expr::value(1))
        .from_as(Alias::new(through.table), Alias::new(child))
        .and_where(column(child, through.key).eq(column(table, through.parent)))
        .and_where(test.of(field.kind, column(child, field.column)))
        .take();
    Expr::exists(rows)
}

fn column(table: &'static str, column: &'static str) -> SimpleExpr {
    Expr::col((Alias::new(table), Alias::new(column)))
}

impl Test {
    fn of(&self, kind: Kind, column: SimpleExpr) -> SimpleExpr {
        match self {
            Self::Present => {
                let empty = match kind {
                    Kind::Text => Some(Value::from("")),
                    Kind::Texts => Some(Value::from("[]")),
                    Kind::Enumeration(_) => Some(Value::from(0_i64)),
                    Kind::Integer | Kind::Time | Kind::Date | Kind::Boolean => None,
                };
                let set = column.clone().is_not_null();
                match empty {
                    Some(empty) => set.and(column.ne(Expr::value(empty))),
                    None => set,
                }
            }
            Self::Compares(_, FilterValue::Text(text)) if kind == Kind::Texts => {
                contains(column, Strings::element(text))
            }
            Self::Compares(comparison, value) => {
                let value = Expr::value(value.bound());
                match comparison {
                    Comparison::Equal => column.eq(value),
                    Comparison::NotEqual => column.ne(value),
                    Comparison::Less => column.lt(value),
                    Comparison::LessOrEqual => column.lte(value),
                    Comparison::Greater => column.gt(value),
                    Comparison::GreaterOrEqual => column.gte(value),
                }
            }
            Self::Begins(part) => {
                let from = column.clone().gte(part.as_str());
                match after(part) {
                    Some(end) => from.and(column.lt(end)),
                    None => from,
                }
            }
            Self::Ends(part) => {
                let count = i32::try_from(part.chars().count()).unwrap_or(i32::MAX);
                let length = || SimpleExpr::from(Func::char_length(column.clone()));
                let start = length().sub(count - 1);
                let end = Func::cust("substr").arg(column.clone()).arg(start);
                length().gte(count).and(SimpleExpr::from(end).eq(part.as_str()))
            }
            Self::Contains(part) => contains(column, part.clone()),
        }
    }
}

/// Taking the part away changes the text.
pub(super) fn contains(column: SimpleExpr, part: String) -> SimpleExpr {
    let without = Func::cust("replace").arg(column.clone()).arg(part).arg("");
    SimpleExpr::from(without).ne(column)
}

/// The first text after all that begin with `part`; nothing when there is none.
fn after(part: &str) -> Option<String> {
    let mut part = part.to_owned();
    while let Some(last) = part.pop() {
        // From one character to the next, as UTF-8 sorts them; `RangeInclusive` steps over the surrogates.
        if let Some(next) = (last..=char::MAX).nth(1) {
            part.push(next);
            return Some(part);
        }
    }
    None
}

impl FilterValue {
    fn bound(&self) -> Value {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Integer(number) => (*number).into(),
            Self::Time(instant) => (*instant).into(),
            Self::Date(day) => (*day).into(),
            Self::Boolean(truth) => (*truth).into(),
            Self::Many(_) => Value::Bool(None), // the parser makes none
        }
    }
}
