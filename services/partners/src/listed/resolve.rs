//! Whom the words of a cell mean: a partner by its name, an identifier, or its exact title; else who may be meant.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chassis::auth::Caller;
use chassis::database::Database;
use chassis::error::Result;
use chassis::text::fold;
use sea_orm::ExprTrait as _;
use sea_orm::entity::prelude::*;

use crate::partner::duplicate::{Kind, title_key};
use crate::partner::row::{COLUMN, Entity, Model};
use crate::partner::{rpc, rules, store, who};

/// Partners that are suggested, at most, and so many words of a cell are looked at.
const SUGGESTED: usize = 3;
const WORDS: usize = 5;
/// So many partners are looked at for each of them.
const SEARCHED: u64 = 50;

/// Whom words mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meant {
    /// This partner.
    Partner(String),
    /// Several have this title.
    Several(Vec<String>),
    /// Nobody; these may be meant.
    Nobody(Vec<String>),
}

/// Whom each of these words mean.
pub(super) async fn meant(
    database: &Database,
    caller: &Caller,
    words: BTreeSet<String>,
) -> Result<HashMap<String, Meant>> {
    let names: BTreeSet<String> =
        words.iter().filter(|word| word.starts_with("partners/")).cloned().collect();
    let known = who::who(database.reader(), names).await?;
    let holders = holders(database, words.iter().flat_map(|word| keys(word)).collect()).await?;
    let mut found = HashMap::new();
    for word in &words {
        let by_name = known.get(word).map(|who| who.name.clone());
        let mut partners: BTreeMap<&str, &Model> = BTreeMap::new();
        for key in keys(word) {
            for partner in holders.get(&key).into_iter().flatten() {
                if key.0 == Kind::Identifier || called(partner, word) {
                    partners.insert(&partner.name, partner);
                }
            }
        }
        let meant = match (by_name, partners.len()) {
            (Some(name), _) => Meant::Partner(name),
            (None, 1) => Meant::Partner(partners.into_keys().next().unwrap_or_default().to_owned()),
            (None, 0) => Meant::Nobody(suggested(database, caller, word).await?),
            (None, _) => Meant::Several(partners.into_values().map(told).collect()),
        };
        found.insert(word.clone(), meant);
    }
    Ok(found)
}

/// By what a partner with these words may be recognised.
fn keys(word: &str) -> Vec<(Kind, String)> {
    let identifier = iati::org_id::split(word).or_else(|| word.split_once([':', ' ']));
    let identifier =
        identifier.map(|(scheme, value)| (Kind::Identifier, format!("{scheme}:{}", value.trim())));
    identifier.into_iter().chain(title_key(word)).collect()
}

/// A partner has this very title, whatever its case and accents.
fn called(partner: &Model, word: &str) -> bool {
    let word = fold(word);
    partner.title.translations.values().any(|title| fold(&title.text) == word)
}

fn told(partner: &Model) -> String {
    format!("{} ({})", rpc::title(partner), partner.name)
}

/// The partners that take part and have such keys.
async fn holders(
    database: &Database,
    keys: BTreeSet<(Kind, String)>,
) -> Result<HashMap<(Kind, String), Vec<Model>>> {
    let db = database.reader();
    let keys: Vec<(Kind, String)> = keys.into_iter().collect();
    let mut pairs: Vec<((Kind, String), String)> = Vec::new();
    for some in keys.chunks(500) {
        let any = some.iter().fold(sea_orm::Condition::any(), |any, (kind, value)| {
            any.add(Expr::col("kind").eq(kind.name()).and(Expr::col("value").eq(value.as_str())))
        });
        let select = sea_orm::sea_query::Query::select()
            .columns(["kind", "value", "partner"])
            .from("partner_key")
            .cond_where(any)
            .to_owned();
        for row in db.query_all(&select).await? {
            let kind: String = row.try_get("", "kind")?;
            if let Some(kind) = Kind::named(&kind) {
                pairs.push(((kind, row.try_get("", "value")?), row.try_get("", "partner")?));
            }
        }
    }
    let names: BTreeSet<&str> = pairs.iter().map(|(_, partner)| partner.as_str()).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let mut partners: HashMap<String, Model> = HashMap::new();
    for some in names.chunks(1000) {
        let live = Entity::find()
            .filter(COLUMN.name.is_in(some.iter().copied()))
            .filter(COLUMN.merged_into.eq(""))
            .filter(COLUMN.state.is_in(rules::LIVE.iter().map(|state| chassis::column::Coded::from(*state))));
        partners.extend(live.all(db).await?.into_iter().map(|partner| (partner.name.clone(), partner)));
    }
    let mut found: HashMap<(Kind, String), Vec<Model>> = HashMap::new();
    for (key, name) in pairs {
        if let Some(partner) = partners.get(&name) {
            found.entry(key).or_default().push(partner.clone());
        }
    }
    Ok(found)
}

/// The partners that share most with what is written: a word that few have tells more than one that many have.
async fn suggested(database: &Database, caller: &Caller, word: &str) -> Result<Vec<String>> {
    let visible = || {
        store::visible(caller.oversees(), caller.partners.keys().cloned().collect(), &caller.subject, false)
    };
    let mut shared: BTreeMap<String, (u64, String)> = BTreeMap::new();
    let folded = fold(word);
    let telling = folded.split(' ').filter(|word| word.chars().count() > 3).take(WORDS);
    for word in telling {
        // A beginning is enough, so that an ending typed wrong finds it too.
        let beginning: String = word.chars().take(5).collect();
        let found = store::search(database, &beginning, visible(), SEARCHED).await?;
        let weight = SEARCHED / found.len().max(1) as u64;
        for partner in found {
            let told = told(&partner);
            shared.entry(partner.name).or_insert((0, told)).0 += weight;
        }
    }
    let mut ranked: Vec<(u64, String)> = shared.into_values().collect();
    ranked.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.len().cmp(&other.1.len())));
    Ok(ranked.into_iter().take(SUGGESTED).map(|(_, told)| told).collect())
}
