//! The order of a list: what was asked for, and what the database sorts by.

use std::str::FromStr as _;

use sea_orm::sea_query::{Alias, Expr, ExprTrait, NullOrdering, SimpleExpr};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait, IdenStatic as _, Iterable as _, Order, PrimaryKeyToColumn,
    QueryOrder as _, Select,
};

use super::token::Scalar;
use crate::error::{Error, Result};
use crate::filter::{Field, words};
use crate::say;
use crate::say::Text;

const LONGEST_ORDER: usize = 1024;

/// Fields, each with its direction.
pub(super) type Asked = Vec<(&'static Field, Order)>;

/// `state, create_time desc`
pub(super) fn read(order_by: &str, fields: &'static [Field]) -> Result<Asked> {
    let wrong = |why: Text| Error::invalid("order_by", why);
    if order_by.len() > LONGEST_ORDER {
        return Err(wrong(say!("at most {LONGEST_ORDER} bytes", "{LONGEST_ORDER} octets au plus")));
    }
    let mut order = Asked::new();
    if order_by.trim().is_empty() {
        return Ok(order);
    }
    for part in order_by.split(',') {
        let mut parts = part.split_whitespace();
        let path = parts.next().unwrap_or_default();
        let direction = match (parts.next(), parts.next()) {
            (None, _) | (Some("asc"), None) => Order::Asc,
            (Some("desc"), None) => Order::Desc,
            _ => {
                let part = part.trim();
                return Err(wrong(say!(
                    "\"{part}\": expected a field, perhaps followed by desc",
                    "« {part} » : champ attendu, suivi ou non de desc"
                )));
            }
        };
        let Some(field) = fields.iter().find(|field| field.path == path && field.is_single()) else {
            let known = words(fields.iter().filter(|field| field.is_single()).map(|field| field.path));
            return Err(wrong(say!(
                "cannot order by \"{path}\", expected one of: {known}",
                "tri par « {path} » impossible, attendu parmi : {known}"
            )));
        };
        if order.iter().any(|(known, _)| known.path == path) {
            return Err(wrong(say!("{path} is named twice", "{path} est nommé deux fois")));
        }
        order.push((field, direction));
    }
    Ok(order)
}

/// The order that was asked for, then the primary key, in the direction of the last, so that one index serves
/// both ways.
pub(super) fn keys<E: EntityTrait>(asked: &Asked) -> Vec<SortKey> {
    let mut keys: Vec<SortKey> = Vec::new();
    let last = asked.last().map_or(Order::Asc, |(_, order)| order.clone());
    let decisive: Vec<E::Column> = E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column).collect();
    let decisive = decisive.iter().map(|column| (column.as_str(), last.clone()));
    for (column, order) in asked.iter().map(|(field, order)| (field.column, order.clone())).chain(decisive) {
        if keys.iter().all(|key| key.column != column) {
            // What the row calls optional may be NULL in the column.
            let nullable = E::Column::from_str(column).map_or(true, |column| column.def().is_null());
            keys.push(SortKey { column, order, nullable });
        }
    }
    keys
}

pub(super) struct SortKey {
    pub(super) column: &'static str,
    order: Order,
    nullable: bool,
}

impl SortKey {
    pub(super) fn sort<E: EntityTrait>(&self, select: Select<E>, table: &'static str) -> Select<E> {
        let nulls = match self.order {
            Order::Desc => NullOrdering::First,
            _ => NullOrdering::Last,
        };
        match self.nullable {
            true => select.order_by_with_nulls(self.of(table), self.order.clone(), nulls),
            false => select.order_by(self.of(table), self.order.clone()),
        }
    }

    fn of(&self, table: &'static str) -> SimpleExpr {
        Expr::col((Alias::new(table), Alias::new(self.column)))
    }

    fn equal(&self, table: &'static str, value: &Option<Scalar>) -> SimpleExpr {
        match value {
            Some(value) => self.of(table).eq(Expr::value(value.bound())),
            None => self.of(table).is_null(),
        }
    }

    /// After the value; nothing when nothing can be.
    fn beyond(&self, table: &'static str, value: &Option<Scalar>) -> Option<SimpleExpr> {
        match (value, &self.order) {
            (None, Order::Desc) => Some(self.of(table).is_not_null()),
            (None, _) => None,
            (Some(value), Order::Desc) => Some(self.of(table).lt(Expr::value(value.bound()))),
            (Some(value), _) => {
                let beyond = self.of(table).gt(Expr::value(value.bound()));
                Some(if self.nullable { beyond.or(self.of(table).is_null()) } else { beyond })
            }
        }
    }
}

/// The rows after a position, key by key.
pub(super) fn beyond(table: &'static str, keys: &[SortKey], after: &[Option<Scalar>]) -> Condition {
    let one_way =
        keys.windows(2).all(|pair| pair[0].order == pair[1].order) && keys.iter().all(|key| !key.nullable);
    let values: Option<Vec<SimpleExpr>> =
        after.iter().map(|value| value.as_ref().map(|value| Expr::value(value.bound()))).collect();
    // Compared as a row, one index range answers it.
    if let (true, Some(values)) = (one_way, values) {
        let row = Expr::tuple(keys.iter().map(|key| key.of(table)));
        return Condition::all().add(match keys[0].order {
            Order::Desc => row.lt(Expr::tuple(values)),
            _ => row.gt(Expr::tuple(values)),
        });
    }
    let mut any = Condition::any();
    for (index, (key, value)) in keys.iter().zip(after).enumerate() {
        if let Some(beyond) = key.beyond(table, value) {
            let equal = keys[..index].iter().zip(after).map(|(key, value)| key.equal(table, value));
            any = any.add(equal.fold(Condition::all(), Condition::add).add(beyond));
        }
    }
    // Said again of the first key alone, so that an index on it is entered where the page begins.
    let first = keys.first().zip(after.first().and_then(Option::as_ref)).filter(|(key, _)| !key.nullable);
    let bound = first.map(|(key, value)| match key.order {
        Order::Desc => key.of(table).lte(Expr::value(value.bound())),
        _ => key.of(table).gte(Expr::value(value.bound())),
    });
    Condition::all().add_option(bound).add(any)
}
