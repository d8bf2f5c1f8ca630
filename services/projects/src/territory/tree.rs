//! The tree of territories on disk: of each, all it lies in, itself with depth 0.

use std::collections::HashMap;

use chassis::error::Result;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{ConnectionTrait, ExprTrait as _, JoinType, Order};

const TABLE: &str = "territory_ancestor";
const COLUMNS: [&str; 3] = ["territory", "ancestor", "depth"];

/// A territory and all below it.
///
/// # Errors
/// Only the database's.
pub async fn within(db: &impl ConnectionTrait, territory: &str) -> Result<Vec<String>> {
    let select = Query::select()
        .column("territory")
        .from(TABLE)
        .and_where(Expr::col("ancestor").eq(territory))
        .order_by("territory", Order::Asc)
        .to_owned();
    let rows = db.query_all(&select).await?;
    Ok(rows.into_iter().map(|row| row.try_get("", "territory")).collect::<Result<_, _>>()?)
}

/// Whether two territories are the same, or one lies in the other.
///
/// # Errors
/// Only the database's.
pub async fn related(db: &impl ConnectionTrait, one: &str, other: &str) -> Result<bool> {
    let lies =
        |inner: &str, outer: &str| Expr::col("territory").eq(inner).and(Expr::col("ancestor").eq(outer));
    let select = Query::select()
        .column("depth")
        .from(TABLE)
        .and_where(lies(one, other).or(lies(other, one)))
        .limit(1)
        .to_owned();
    Ok(one == other || db.query_one(&select).await?.is_some())
}

/// What each of these territories lies in, from its parent outwards.
///
/// # Errors
/// Only the database's.
pub async fn ancestors(
    db: &impl ConnectionTrait,
    territories: &[&str],
) -> Result<HashMap<String, Vec<String>>> {
    let mut ancestors: HashMap<String, Vec<String>> = HashMap::new();
    for chunk in territories.chunks(1000) {
        let select = Query::select()
            .columns(["territory", "ancestor"])
            .from(TABLE)
            .and_where(Expr::col("territory").is_in(chunk.iter().copied()))
            .and_where(Expr::col("depth").gt(0))
            .order_by("depth", Order::Asc)
            .to_owned();
        for row in db.query_all(&select).await? {
            ancestors.entry(row.try_get("", "territory")?).or_default().push(row.try_get("", "ancestor")?);
        }
    }
    Ok(ancestors)
}

/// Puts new territories into the tree, each with what it lies in, from its parent outwards.
pub(crate) async fn plant<'a>(
    db: &impl ConnectionTrait,
    territories: impl Iterator<Item = (&'a str, &'a [String])>,
) -> Result<()> {
    let rows: Vec<(&str, &str, i32)> = territories
        .flat_map(|(name, ancestors)| {
            std::iter::once(name)
                .chain(ancestors.iter().map(String::as_str))
                .zip(0..)
                .map(move |(ancestor, depth)| (name, ancestor, depth))
        })
        .collect();
    for chunk in rows.chunks(2000) {
        let mut insert = Query::insert();
        insert.into_table(TABLE).columns(COLUMNS);
        for (territory, ancestor, depth) in chunk {
            insert.values_panic([(*territory).into(), (*ancestor).into(), (*depth).into()]);
        }
        db.execute(&insert).await?;
    }
    Ok(())
}

/// Moves a territory, and all below it, under another parent, or to the top.
pub(crate) async fn transplant(db: &impl ConnectionTrait, territory: &str, parent: &str) -> Result<()> {
    let below = column_of("territory", Expr::col("ancestor").eq(territory));
    let above = column_of("ancestor", Expr::col("territory").eq(territory).and(Expr::col("depth").gt(0)));
    let cut = Query::delete()
        .from_table(TABLE)
        .and_where(Expr::col("territory").in_subquery(below))
        .and_where(Expr::col("ancestor").in_subquery(above))
        .to_owned();
    db.execute(&cut).await?;
    if parent.is_empty() {
        return Ok(());
    }
    let (low, high) = ("below", "above");
    let depth = Expr::col((low, "depth")).add(Expr::col((high, "depth"))).add(1);
    let pairs = Query::select()
        .column((low, "territory"))
        .column((high, "ancestor"))
        .expr(depth)
        .from_as(TABLE, low)
        .join_as(JoinType::InnerJoin, TABLE, high, Expr::col((high, "territory")).eq(parent))
        .and_where(Expr::col((low, "ancestor")).eq(territory))
        .to_owned();
    let mut graft = Query::insert();
    graft.into_table(TABLE).columns(COLUMNS).select_from(pairs).map_err(chassis::Error::internal)?;
    db.execute(&graft).await?;
    Ok(())
}

fn column_of(column: &'static str, rows: Expr) -> SelectStatement {
    Query::select().column(column).from(TABLE).and_where(rows).to_owned()
}
