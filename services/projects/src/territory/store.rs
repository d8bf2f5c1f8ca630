//! Territories on disk: the codes and words they are found by, and that what stands in the tree fits together.

use std::collections::HashMap;

use chassis::column::short_name;
use chassis::database::{Database, Unit};
use chassis::error::{Error, Result};
use chassis::text::fold;
use chassis::words::{Words, pattern};
use chassis::{Call, say};
use proto::projects as pb;
use proto::projects::territory::Kind;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{Condition, ConnectionTrait, DbBackend, ExprTrait as _, Statement};

use super::row::{COLUMN, Entity, Model};
use super::{rules, tree};
use crate::{need, observation, participation};

pub use super::tree::{ancestors, related, within};

/// The words that territories are found by.
const WORDS: Words = Words("territory_search");
const KEYS: &str = "territory_identifier";

/// A code that one territory of a kind has: scheme and value.
pub(crate) type Code<'a> = (&'a str, &'a str);

/// Writes what follows a territory's row, having looked that it fits where it stands.
pub(crate) async fn follow(territory: &Model, before: Option<&Model>, unit: &mut Unit<'_>) -> Result<()> {
    let differs = |what: fn(&Model, &Model) -> bool| before.is_none_or(|before| what(before, territory));
    let kind = differs(|before, after| before.kind != after.kind);
    let country = differs(|before, after| before.country_code != after.country_code);
    let parent = differs(|before, after| before.parent != after.parent);
    if (parent || kind || country) && !territory.parent.is_empty() {
        lies_where_it_may(territory, parent, unit).await?;
    }
    if before.is_some() && (kind || country) {
        still_holds_its_parts(territory, unit).await?;
    }
    if kind || country || differs(|before, after| before.identifiers != after.identifiers) {
        codes_free(territory, unit).await?;
        if before.is_some() {
            let old = Query::delete()
                .from_table(KEYS)
                .and_where(Expr::col("territory").eq(territory.name.as_str()))
                .to_owned();
            unit.txn.execute(&old).await?;
        }
        insert_codes(unit.txn, std::iter::once(territory)).await?;
    }
    if before.is_none() {
        tree::plant(unit.txn, std::iter::once((territory.name.as_str(), [].as_slice()))).await?;
    }
    if parent {
        tree::transplant(unit.txn, &territory.name, &territory.parent).await?;
    }
    if before.is_some_and(|before| before.authority != territory.authority) {
        need::store::follow_authority(unit, &territory.name, &territory.authority).await?;
        participation::store::follow_authority(unit, &territory.name, &territory.authority).await?;
        observation::store::follow_authority(unit, &territory.name, &territory.authority).await?;
    }
    if differs(|before, after| before.display_name != after.display_name) {
        index_words(unit.txn, std::iter::once(territory), before.is_some()).await?;
    }
    Ok(())
}

/// A list shows all there are.
pub(crate) fn everywhere() -> Condition {
    Condition::all()
}

/// Ends a territory for a successor, both read in one transaction (PRJ-3).
pub(crate) async fn retire(
    unit: &mut Unit<'_>,
    call: &Call,
    request: &pb::RetireTerritoryRequest,
) -> Result<(Model, bool)> {
    let before: Model = find(unit, call, &request.name).await?;
    let successor = match request.successor.as_str() {
        "" => None,
        name => Some(chassis::store::find::<Model>(unit, name).await?.ok_or_else(|| {
            Error::invalid("successor", say!("there is no such territory", "ce territoire n'existe pas"))
        })?),
    };
    let day = request.valid_until_date.as_ref();
    chassis::store::apply(unit, call, before, |territory| rules::retire(territory, day, successor.as_ref()))
        .await
}

/// A territory that something is to be done to, or in.
///
/// # Errors
/// `NOT_FOUND`, or what the caller hears who may not know.
pub async fn find(unit: &Unit<'_>, call: &Call, name: &str) -> Result<Model> {
    chassis::store::find(unit, name).await?.ok_or_else(|| call.caller.not_found(name))
}

/// The parent is there, has not ended when it is newly chosen, and fits (PRJ-1).
async fn lies_where_it_may(territory: &Model, chosen: bool, unit: &Unit<'_>) -> Result<()> {
    let Some(parent) = chassis::store::find::<Model>(unit, &territory.parent).await? else {
        return Err(Error::invalid(
            "territory.parent",
            say!("there is no such territory", "ce territoire n'existe pas"),
        ));
    };
    if chosen {
        rules::still_there(&parent, unit.now)?;
    }
    rules::lies_in(territory, &parent)
}

/// What lies in it directly still fits (PRJ-1).
async fn still_holds_its_parts(territory: &Model, unit: &Unit<'_>) -> Result<()> {
    let parts = Entity::find().filter(COLUMN.parent.eq(territory.name.as_str()));
    for part in parts.all(unit.txn).await? {
        rules::lies_in(&part, territory)?;
    }
    Ok(())
}

/// The codes by which a territory is recognised; a country has its own.
pub(crate) fn codes(territory: &Model) -> Vec<Code<'_>> {
    let given = territory.identifiers.iter().map(|code| (code.scheme.as_str(), code.value.as_str()));
    let own =
        (territory.kind == Kind::Country).then_some((rules::ISO_3166_1, territory.country_code.as_str()));
    own.into_iter().chain(given).collect()
}

/// The word for a kind in the table of codes.
pub(crate) fn kind(of: Kind) -> &'static str {
    short_name(of.as_str_name(), "KIND_")
}

/// Of one kind of territory, one scheme and one value there is one (LES-22).
async fn codes_free(territory: &Model, unit: &Unit<'_>) -> Result<()> {
    let own = kind(territory.kind.get());
    for (scheme, value) in codes(territory) {
        let holders = coded(unit.txn, territory.kind.get(), scheme, &[value]).await?;
        let Some(holder) = holders.into_values().find(|holder| *holder != territory.name) else { continue };
        return Err(Error::AlreadyExists {
            field: if scheme == rules::ISO_3166_1 {
                "territory.country_code"
            } else {
                "territory.identifiers"
            }
            .to_owned(),
            why: say!(
                "{holder} is the {own} with {scheme} {value} already: use that territory",
                "{holder} est déjà le territoire {own} de code {scheme} {value} : utilisez-le"
            ),
            holder: Some(holder),
        });
    }
    Ok(())
}

/// The territories of a kind that have these values in a scheme, by the value.
///
/// # Errors
/// Only the database's.
pub async fn coded(
    db: &impl ConnectionTrait,
    of: Kind,
    scheme: &str,
    values: &[&str],
) -> Result<HashMap<String, String>> {
    let select = Query::select()
        .columns(["value", "territory"])
        .from(KEYS)
        .and_where(Expr::col("kind").eq(kind(of)))
        .and_where(Expr::col("scheme").eq(scheme))
        .and_where(Expr::col("value").is_in(values.iter().copied()))
        .to_owned();
    let mut found = HashMap::new();
    for row in db.query_all(&select).await? {
        found.insert(row.try_get("", "value")?, row.try_get("", "territory")?);
    }
    Ok(found)
}

/// Makes territories known by their codes.
pub(crate) async fn insert_codes<'a>(
    db: &impl ConnectionTrait,
    territories: impl Iterator<Item = &'a Model>,
) -> Result<()> {
    let rows: Vec<_> = territories
        .flat_map(|territory| codes(territory).into_iter().map(move |code| (territory, code)))
        .collect();
    for chunk in rows.chunks(1000) {
        let mut insert = Query::insert();
        insert.into_table(KEYS).columns(["kind", "scheme", "value", "territory"]);
        for (territory, (scheme, value)) in chunk {
            let kind = kind(territory.kind.get());
            insert.values_panic([
                kind.into(),
                (*scheme).into(),
                (*value).into(),
                territory.name.as_str().into(),
            ]);
        }
        db.execute(&insert).await?;
    }
    Ok(())
}

/// Makes territories findable by the words of their names.
pub(crate) async fn index_words<'a>(
    db: &impl ConnectionTrait,
    territories: impl Iterator<Item = &'a Model>,
    known: bool,
) -> Result<()> {
    let words = |territory: &Model| {
        let texts = territory.display_name.translations.values().map(|text| fold(&text.text));
        texts.collect::<Vec<_>>().join(" ")
    };
    WORDS.index(db, territories.map(|territory| (territory.name.as_str(), words(territory))), known).await
}

/// Territories by their names.
pub(crate) async fn named(db: &impl ConnectionTrait, names: &[&str]) -> Result<Vec<Model>> {
    Ok(Entity::find().filter(COLUMN.name.is_in(names.iter().copied())).all(db).await?)
}

/// Territories of a kind that have one of these names, as a search sees them; of some countries, or of all.
pub(crate) async fn called(
    db: &impl ConnectionTrait,
    kind: Kind,
    folded: &[&str],
    countries: &[&str],
) -> Result<Vec<Model>> {
    let of_countries = match countries {
        [] => Condition::all(),
        some => Condition::all().add(COLUMN.country_code.is_in(some.iter().copied())),
    };
    let called = Entity::find()
        .filter(COLUMN.folded.is_in(folded.iter().copied()))
        .filter(COLUMN.kind.eq(kind as i32))
        .filter(of_countries);
    Ok(called.all(db).await?)
}

/// All countries.
pub(crate) async fn countries(db: &impl ConnectionTrait) -> Result<Vec<Model>> {
    Ok(Entity::find().filter(COLUMN.kind.eq(Kind::Country as i32)).all(db).await?)
}

/// The territories that have such a code, or words beginning with each word of the query: first those that are called or
/// coded just so, then those that still are, the wider and the more populous before the others.
pub(crate) async fn search(database: &Database, query: &str, most: u16) -> Result<Vec<Model>> {
    let backend = database.backend();
    let (pattern, fits) = (pattern(backend, query)?, WORDS.fits(backend));
    let [code, name] = match backend {
        DbBackend::Postgres => ["$2", "$3"],
        _ => ["?", "?"],
    };
    let sql = format!(
        "SELECT territory.name AS name FROM territory INNER JOIN (
            SELECT name, 1 AS place FROM territory_search WHERE {fits}
            UNION ALL SELECT territory, 0 FROM territory_identifier WHERE value = {code}
         ) AS found ON found.name = territory.name
         GROUP BY territory.name, territory.folded, territory.kind, territory.population, territory.valid_until
         ORDER BY MIN(found.place), CASE WHEN territory.folded = {name} THEN 0 ELSE 1 END,
            CASE WHEN territory.valid_until IS NULL THEN 0 ELSE 1 END,
            territory.kind, COALESCE(territory.population, -1) DESC, territory.name
         LIMIT {most}"
    );
    let values = [pattern.into(), query.trim().to_ascii_uppercase().into(), fold(query).into()];
    let statement = Statement::from_sql_and_values(backend, sql, values);
    let mut names: Vec<String> = Vec::new();
    for row in database.reader().query_all_raw(statement).await? {
        names.push(row.try_get("", "name")?);
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut found = named(database.reader(), &names).await?;
    found.sort_by_key(|territory| names.iter().position(|name| *name == territory.name));
    Ok(found)
}
