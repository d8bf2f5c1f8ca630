//! Partners on disk: their keys, the words they are found by, and the pairs that may be one.

use std::collections::HashMap;

use chassis::column::Micros;
use chassis::database::{Database, Unit};
use chassis::error::{Error, Result};
use chassis::text::fold;
use chassis::words::Words;
use chassis::{Call, say};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{Condition, ConnectionTrait, ExprTrait as _, FromQueryResult};

use super::duplicate::{self, Candidate, Kind};
use super::row::{COLUMN, Entity, Model};
use super::rules;
use crate::{agreement, network_settings};

/// The words that partners are found by.
const WORDS: Words = Words("partner_search");

/// Which rows a caller may list.
pub(crate) type Visible = Condition;

/// Two partners that share keys.
#[derive(Debug, FromQueryResult)]
pub(crate) struct SharedKey {
    one: String,
    other: String,
    kind: String,
    one_country: String,
    other_country: String,
}

/// The partners that a list shows: those the caller may see, and of merged ones only the survivor (BEY-1).
pub(crate) fn visible(all: bool, own: Vec<String>, subject: &str, merged_too: bool) -> Condition {
    let mut visible = Condition::all();
    if !all {
        let mut any = Condition::any()
            .add(COLUMN.state.is_in(rules::PUBLIC.iter().map(|state| chassis::column::Coded::from(*state))))
            .add(COLUMN.name.is_in(own));
        if !subject.is_empty() {
            any = any.add(COLUMN.created_by.eq(subject));
        }
        visible = visible.add(any);
    }
    if !merged_too {
        visible = visible.add(COLUMN.merged_into.eq(""));
    }
    visible
}

/// Tells partners whether an agreement binds them (PAR-1).
pub(crate) async fn inform(rows: &mut [Model], db: &impl ConnectionTrait, now: Micros) -> Result<(), DbErr> {
    let Some(today) = network_settings::store::today(db, now).await? else { return Ok(()) };
    let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    let bound = agreement::store::bound(db, &names, today).await?;
    for row in rows {
        row.bound = bound.contains(&row.name);
    }
    Ok(())
}

/// Writes what follows a partner's row: its keys, its words; refuses an identifier that a live partner has.
pub(crate) async fn follow(partner: &Model, before: Option<&Model>, unit: &mut Unit<'_>) -> Result<()> {
    let state_alone = before.is_some_and(|before| {
        before.title == partner.title
            && before.identifiers == partner.identifiers
            && before.acronym == partner.acronym
            && before.description == partner.description
            && before.website == partner.website
    });
    // A new one was examined before it was written.
    if before.is_some_and(|before| before.identifiers != partner.identifiers || before.state != partner.state)
    {
        identifiers_free(partner, unit).await?;
    }
    if state_alone {
        return Ok(());
    }
    if before.is_some() {
        let kinds = [Kind::Identifier, Kind::Title, Kind::Acronym, Kind::Website].map(Kind::name);
        let old = Query::delete()
            .from_table("partner_key")
            .and_where(Expr::col("partner").eq(partner.name.as_str()))
            .and_where(Expr::col("kind").is_in(kinds))
            .to_owned();
        unit.txn.execute(&old).await?;
    }
    insert_keys(
        unit.txn,
        duplicate::keys(partner).iter().map(|(kind, value)| (*kind, value.as_str(), partner.name.as_str())),
    )
    .await?;
    index_words(unit.txn, std::iter::once(partner), before.is_some()).await
}

/// Adds keys; those known already stay.
pub(crate) async fn insert_keys<'a>(
    db: &impl ConnectionTrait,
    keys: impl Iterator<Item = (Kind, &'a str, &'a str)>,
) -> Result<()> {
    let keys: Vec<_> = keys.collect();
    for chunk in keys.chunks(1000) {
        let mut insert = Query::insert();
        insert.into_table("partner_key").columns(["kind", "value", "partner"]);
        for (kind, value, partner) in chunk {
            insert.values_panic([kind.name().into(), (*value).into(), (*partner).into()]);
        }
        insert.on_conflict(sea_orm::sea_query::OnConflict::new().do_nothing().to_owned());
        db.execute(&insert).await?;
    }
    Ok(())
}

/// Makes partners findable by their words.
pub(crate) async fn index_words<'a>(
    db: &impl ConnectionTrait,
    partners: impl Iterator<Item = &'a Model>,
    known: bool,
) -> Result<()> {
    WORDS.index(db, partners.map(|partner| (partner.name.as_str(), words(partner))), known).await
}

fn words(partner: &Model) -> String {
    let texts = partner.title.translations.values().chain(partner.description.translations.values());
    let mut words: Vec<String> = texts.map(|text| fold(&text.text)).collect();
    words.push(fold(&partner.acronym));
    words.extend(partner.competences.iter().map(|competence| fold(competence)));
    words.extend(partner.identifiers.iter().map(|identifier| fold(&identifier.value)));
    words.retain(|text| !text.is_empty());
    words.join(" ")
}

/// Refuses an identifier that another live partner has.
pub(crate) async fn identifiers_free(partner: &Model, unit: &Unit<'_>) -> Result<()> {
    if partner.identifiers.is_empty()
        || !rules::LIVE.contains(&partner.state.get())
        || !partner.merged_into.is_empty()
    {
        return Ok(());
    }
    let values = partner.identifiers.iter().map(|id| format!("{}:{}", id.scheme, id.value));
    let same = Expr::col("kind").eq(Kind::Identifier.name()).and(Expr::col("value").is_in(values));
    let holders = key_holders(unit.txn, partner, same).await?;
    let live = live(unit.txn, holders.iter().map(|holder| holder.partner.as_str())).await?;
    let Some(KeyHolder { partner: holder, value, .. }) =
        holders.into_iter().find(|holder| live.contains_key(&holder.partner))
    else {
        return Ok(());
    };
    let identifier = value.replacen(':', " ", 1);
    Err(Error::AlreadyExists {
        field: "partner.identifiers".to_owned(),
        why: say!(
            "{holder} has the identifier {identifier} already: use that partner",
            "{holder} a déjà l'identifiant {identifier} : utilisez cette organisation"
        ),
        holder: Some(holder),
    })
}

/// Redirects a duplicate to its survivor, both read in one transaction (BEY-1).
pub(crate) async fn merge(
    unit: &mut Unit<'_>,
    call: &Call,
    duplicate: String,
    survivor: String,
) -> Result<(Model, bool)> {
    let missing = |name: &str| call.caller.not_found(name);
    let kept: Model = chassis::store::find(unit, &survivor).await?.ok_or_else(|| missing(&survivor))?;
    let gone: Model = chassis::store::find(unit, &duplicate).await?.ok_or_else(|| missing(&duplicate))?;
    // Said twice, since the index holds merged partners alone.
    let merged =
        Entity::find().filter(COLUMN.merged_into.ne("")).filter(COLUMN.merged_into.eq(duplicate.as_str()));
    if merged.one(unit.txn).await?.is_some() {
        return Err(Error::refused(
            "BEY-1",
            say!(
                "another partner is merged into it: a chain of merges is not kept; merge that one into the survivor first",
                "une autre organisation est fusionnée dans celle-ci : fusionnez d'abord celle-là dans l'organisation conservée"
            ),
        ));
    }
    chassis::store::apply(unit, call, gone, |gone| rules::merge(gone, &kept)).await
}

/// The live partners that may be the same as this one (BEY-1).
pub(crate) async fn candidates(db: &impl ConnectionTrait, partner: &Model) -> Result<Vec<Candidate>> {
    let same = duplicate::keys(partner).into_iter().fold(Condition::any(), |any, (kind, value)| {
        any.add(Expr::col("kind").eq(kind.name()).and(Expr::col("value").eq(value)))
    });
    let holders = key_holders(db, partner, same).await?;
    let live = live(db, holders.iter().map(|holder| holder.partner.as_str())).await?;
    let rows = holders.into_iter().filter_map(|KeyHolder { partner, kind, .. }| {
        let country = live.get(&partner)?.clone();
        Some((partner, kind, country))
    });
    Ok(duplicate::candidates(rows.collect(), &partner.country_code))
}

/// A key and a partner that has it.
#[derive(Debug, FromQueryResult)]
struct KeyHolder {
    partner: String,
    kind: String,
    value: String,
}

/// The other partners that have such a key. Not joined with the partners, of whom SQLite would look at all: mostly there
/// are none.
async fn key_holders(
    db: &impl ConnectionTrait,
    partner: &Model,
    same: impl sea_orm::sea_query::IntoCondition,
) -> Result<Vec<KeyHolder>> {
    let select = Query::select()
        .columns(["partner", "kind", "value"])
        .from("partner_key")
        .cond_where(same)
        .and_where(Expr::col("partner").ne(partner.name.as_str()))
        .to_owned();
    Ok(KeyHolder::find_by_statement(db.get_database_backend().build(&select)).all(db).await?)
}

/// Of these partners, those that live and were not merged, each with its country.
async fn live<'a>(
    db: &impl ConnectionTrait,
    names: impl Iterator<Item = &'a str>,
) -> Result<HashMap<String, String>> {
    let names: Vec<&str> = names.collect();
    let mut live = HashMap::new();
    for chunk in names.chunks(1000) {
        let select = Query::select()
            .columns(["name", "country_code"])
            .from("partner")
            .and_where(Expr::col("name").is_in(chunk.iter().copied()))
            .and_where(Expr::col("merged_into").eq(""))
            .and_where(Expr::col("state").is_in(rules::LIVE.iter().map(|state| *state as i32)))
            .to_owned();
        for row in db.query_all(&select).await? {
            live.insert(row.try_get("", "name")?, row.try_get("", "country_code")?);
        }
    }
    Ok(live)
}

/// Pairs of live partners that may be one, the likeliest first; of one partner, or of all.
pub(crate) async fn pairs(
    database: &Database,
    partner: &str,
    most: usize,
) -> Result<Vec<(String, Candidate)>> {
    let column = |table: &'static str, column: &'static str| Expr::col((table, column));
    let live = || rules::LIVE.iter().map(|state| *state as i32);
    let mut select = SelectStatement::new();
    select
        .expr_as(column("a", "partner"), "one")
        .expr_as(column("b", "partner"), "other")
        .expr_as(column("a", "kind"), "kind")
        .expr_as(column("p", "country_code"), "one_country")
        .expr_as(column("q", "country_code"), "other_country")
        .from_as("partner_key", "a")
        .join_as(
            sea_orm::JoinType::InnerJoin,
            "partner_key",
            "b",
            column("a", "kind").equals(("b", "kind")).and(column("a", "value").equals(("b", "value"))),
        )
        .join_as(sea_orm::JoinType::InnerJoin, "partner", "p", column("p", "name").equals(("a", "partner")))
        .join_as(sea_orm::JoinType::InnerJoin, "partner", "q", column("q", "name").equals(("b", "partner")))
        .and_where(column("p", "merged_into").eq("").and(column("q", "merged_into").eq("")))
        .and_where(column("p", "state").is_in(live()).and(column("q", "state").is_in(live())));
    match partner {
        "" => select.and_where(column("a", "partner").lt(column("b", "partner"))),
        name => select.and_where(column("a", "partner").eq(name)).and_where(column("b", "partner").ne(name)),
    };
    let rows = SharedKey::find_by_statement(database.backend().build(&select)).all(database.reader()).await?;
    let mut shared: std::collections::BTreeMap<(String, String), Vec<SharedKey>> =
        std::collections::BTreeMap::new();
    for row in rows {
        shared.entry((row.one.clone(), row.other.clone())).or_default().push(row);
    }
    let mut pairs: Vec<(String, Candidate)> = shared
        .into_iter()
        .map(|((one, other), keys)| {
            let countries = (keys[0].one_country.as_str(), keys[0].other_country.as_str());
            (one, duplicate::judge(&other, keys.iter().map(|key| key.kind.as_str()), countries))
        })
        .filter(|(_, candidate)| candidate.score >= duplicate::LIKELY)
        .collect();
    pairs.sort_by(|a, b| b.1.score.cmp(&a.1.score).then_with(|| (&a.0, &a.1.name).cmp(&(&b.0, &b.1.name))));
    pairs.truncate(most);
    Ok(pairs)
}

/// The partners that have words beginning with each word of the query, best first.
pub(crate) async fn search(
    database: &Database,
    query: &str,
    visible: Condition,
    most: u64,
) -> Result<Vec<Model>> {
    let names = WORDS.find(database, query, 2000).await?;
    let place: HashMap<&str, usize> = names.iter().enumerate().map(|(i, name)| (name.as_str(), i)).collect();
    let mut found = Entity::find()
        .filter(COLUMN.name.is_in(names.clone()))
        .filter(visible)
        .all(database.reader())
        .await?;
    found.sort_by_key(|partner| place.get(partner.name.as_str()).copied().unwrap_or(usize::MAX));
    found.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    Ok(found)
}
