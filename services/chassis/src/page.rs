//! Pages of lists (AIP-158), in an order the caller chooses (AIP-132), by keyset.
//!
//! A page begins after the last row of the page before, wherever that row would now stand: a row that exists
//! during the whole walk is seen exactly once, whatever is inserted or deleted meanwhile. The primary key
//! decides between equals. NULL comes after every value, and before when descending: descending is the exact
//! reverse.
//!
//! A token is sealed (see [`TokenKeys`]) and bound to what was asked. It carries no authority: each page is
//! asked for anew.

mod order;
mod token;

use std::str::FromStr;

use sea_orm::{EntityTrait, ModelTrait, Order, QueryFilter as _, QuerySelect as _, Select};

pub use token::{Key, TokenKeys};

use crate::auth::Caller;
use crate::column::Micros;
use crate::error::{Error, Result, Violation};
use crate::filter::{Field, Filter};
use crate::say;
use crate::wire::Conversation;

const DEFAULT_SIZE: u16 = 50;
const LARGEST_SIZE: u16 = 1000;
const TOKEN_LIFE: i64 = 3 * 24 * 60 * 60 * 1_000_000;
const PURPOSE: &str = "page";

/// What a List request asks.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The method: `ensemble.partners.v1.PartnerService/ListPartners`.
    pub method: &'static str,
    /// Whose children are listed; empty where there is no parent.
    pub parent: &'a str,
    /// What else decides which rows there are: who asks.
    pub scope: &'a str,
    /// As in the request: 0 is 50, more than 1000 is 1000.
    pub page_size: i32,
    /// As in the request; empty for the first page.
    pub page_token: &'a str,
    /// As in the request (AIP-160).
    pub filter: &'a str,
    /// As in the request (AIP-132).
    pub order_by: &'a str,
}

impl<'a> Ask<'a> {
    /// What a caller's request asks of the method being called.
    pub fn of(request: &'a impl proto::Listing, caller: &'a Caller) -> Self {
        Self {
            method: Conversation::current().method,
            parent: request.parent(),
            scope: &caller.subject,
            page_size: request.page_size(),
            page_token: request.page_token(),
            filter: request.filter(),
            order_by: request.order_by(),
        }
    }
}

/// A List request, checked: which rows, in which order, from where on, how many.
#[derive(Clone, Debug)]
pub struct Query {
    filter: Filter,
    order: order::Asked,
    size: u16,
    after: Option<Vec<Option<token::Scalar>>>,
    asked: Vec<u8>,
    keys: TokenKeys,
    now: Micros,
}

/// One page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<M> {
    /// Its rows.
    pub rows: Vec<M>,
    /// The token of the next page; empty when this is the last.
    pub next_page_token: String,
}

impl<M> Page<M> {
    /// The same page of something else made from each row.
    pub fn map<T>(self, row: impl FnMut(M) -> T) -> Page<T> {
        Page { rows: self.rows.into_iter().map(row).collect(), next_page_token: self.next_page_token }
    }
}

/// How many rows a `page_size` means: 0 is 50, more than 1000 is 1000 (AIP-158).
///
/// # Errors
///
/// `INVALID_ARGUMENT` on `page_size` below zero.
pub fn size(asked: i32) -> Result<u16> {
    match u16::try_from(asked) {
        Ok(0) => Ok(DEFAULT_SIZE),
        Ok(size) => Ok(Ord::min(size, LARGEST_SIZE)),
        Err(_) if asked > 0 => Ok(LARGEST_SIZE),
        Err(_) => Err(Error::invalid("page_size", say!("expected 0 or more", "0 ou plus attendu"))),
    }
}

impl Query {
    /// Reads a List request.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT` on `page_size` below zero, on a bad `filter` or `order_by`, and on `page_token`,
    /// with the reason `PAGE_TOKEN_INVALID` (not one of ours), `PAGE_TOKEN_MISMATCH` (of another request) or
    /// `PAGE_TOKEN_EXPIRED` (older than three days).
    pub fn parse(ask: Ask<'_>, fields: &'static [Field], keys: &TokenKeys, now: Micros) -> Result<Self> {
        let size = size(ask.page_size)?;
        let filter = Filter::parse(ask.filter, fields)?;
        let order = order::read(ask.order_by, fields)?;
        let asked = fingerprint(&ask, &order);
        let after = match ask.page_token {
            "" => None,
            token => Some(resume(token, &asked, keys, now)?),
        };
        Ok(Self { filter, order, size, after, asked, keys: keys.clone(), now })
    }

    /// The filter of the request.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// How many rows the page has at most.
    pub fn size(&self) -> u16 {
        self.size
    }

    /// The rows of the page, and one more, which tells whether another page follows.
    pub fn apply<E: EntityTrait>(&self, select: Select<E>) -> Select<E> {
        let table = E::default().table_name();
        let keys = order::keys::<E>(&self.order);
        let mut select = select.filter(self.filter.condition(table));
        if let Some(after) = &self.after {
            select = select.filter(order::beyond(table, &keys, after));
        }
        for key in &keys {
            select = key.sort(select, table);
        }
        select.limit(u64::from(self.size) + 1)
    }

    /// The page, from the rows that [`Query::apply`] selected.
    pub fn page<M: ModelTrait>(&self, mut rows: Vec<M>) -> Page<M> {
        let more = rows.len() > usize::from(self.size);
        rows.truncate(self.size.into());
        let next_page_token = match rows.last().filter(|_| more) {
            Some(last) => self.token(last),
            None => String::new(),
        };
        Page { rows, next_page_token }
    }

    /// The page of what no table holds, each with its place: a text that sorts as the rows do, and that no two share.
    pub fn cut<T>(&self, rows: Vec<T>, place: impl Fn(&T) -> String) -> Page<T> {
        let after = self.after.as_deref().and_then(<[_]>::first).and_then(Option::as_ref);
        let mut placed: Vec<(String, T)> = rows.into_iter().map(|row| (place(&row), row)).collect();
        if let Some(token::Scalar::Text(after)) = after {
            placed.retain(|(place, _)| place > after);
        }
        placed.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        let more = placed.len() > usize::from(self.size);
        placed.truncate(self.size.into());
        let next_page_token = match placed.last().filter(|_| more) {
            Some((place, _)) => self.seal(vec![token::Position::of(Some(place.as_str().into()))]),
            None => String::new(),
        };
        Page { rows: placed.into_iter().map(|(_, row)| row).collect(), next_page_token }
    }

    fn token<M: ModelTrait>(&self, last: &M) -> String {
        let keys = order::keys::<M::Entity>(&self.order);
        let values = keys.iter().map(|key| {
            <M::Entity as EntityTrait>::Column::from_str(key.column).map(|column| last.get(column))
        });
        self.seal(values.map(|value| token::Position::of(value.ok())).collect())
    }

    fn seal(&self, after: Vec<token::Position>) -> String {
        self.keys.seal(PURPOSE, &token::Token { asked: self.asked.clone(), after, issued: *self.now })
    }
}

/// What a token is bound to: a hash of what was asked, each part with its length, so that none runs into the
/// next.
fn fingerprint(ask: &Ask<'_>, order: &order::Asked) -> Vec<u8> {
    let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    let mut part = |part: &str| {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    };
    part(ask.method);
    part(ask.parent);
    part(ask.scope);
    part(ask.filter);
    for (field, order) in order {
        part(field.column); // not as written: spaces do not matter
        part(if *order == Order::Desc { "desc" } else { "asc" });
    }
    context.finish().as_ref()[..16].to_vec()
}

fn resume(token: &str, asked: &[u8], keys: &TokenKeys, now: Micros) -> Result<Vec<Option<token::Scalar>>> {
    let refused =
        |reason, why| Error::Invalid { reason, fields: vec![Violation { field: "page_token".into(), why }] };
    let Some(token) = keys.open::<token::Token>(PURPOSE, token) else {
        return Err(refused(
            "PAGE_TOKEN_INVALID",
            say!("not a token that a page ended with", "ce n'est pas un jeton reçu avec une page"),
        ));
    };
    if token.asked != asked {
        return Err(refused(
            "PAGE_TOKEN_MISMATCH",
            say!(
                "the token is of another request: only page_size may differ between pages",
                "le jeton est d'une autre requête : seul page_size peut changer d'une page à l'autre"
            ),
        ));
    }
    if now.saturating_sub(token.issued) > TOKEN_LIFE {
        return Err(refused(
            "PAGE_TOKEN_EXPIRED",
            say!(
                "older than three days: start again from the first page",
                "plus de trois jours : reprendre à la première page"
            ),
        ));
    }
    Ok(token.after.into_iter().map(|position| position.value).collect())
}

#[cfg(test)]
mod tests;
