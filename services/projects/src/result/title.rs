//! What the keys of totals are called, in the caller's language.

use std::collections::{BTreeMap, BTreeSet};

use chassis::auth::Caller;
use chassis::column::Packed;
use chassis::error::Result;
use chassis::say;
use chassis::say::Text;
use chassis::text;
use chassis::wire::Conversation;
use proto::common::LocalizedText;
use proto::projects as pb;
use proto::projects::aggregate_indicators_request::GroupBy;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};

use crate::indicator;
use crate::project::peers::Partners;

/// Gives every aggregate, and every key in it, its title.
///
/// # Errors
/// The database's, and those of partners.
pub(super) async fn give(
    db: &impl ConnectionTrait,
    partners: &Partners,
    caller: &Caller,
    library: &[indicator::row::Model],
    answer: &mut pb::AggregateIndicatorsResponse,
) -> Result<()> {
    let conversation = Conversation::current();
    let shown = |title: &LocalizedText| {
        let mut title = title.clone();
        text::display(&mut title, &conversation.preferences);
        title.display_text
    };
    let library: BTreeMap<&str, &indicator::row::Model> =
        library.iter().map(|indicator| (indicator.name.as_str(), indicator)).collect();
    for aggregate in &mut answer.aggregates {
        if let Some(indicator) = library.get(aggregate.indicator.as_str()) {
            aggregate.title = shown(&indicator.title);
            aggregate.code.clone_from(&indicator.code);
        }
    }
    let keys = answer.aggregates.iter().flat_map(|aggregate| &aggregate.keys);
    let mut names: BTreeMap<GroupBy, BTreeSet<String>> = BTreeMap::new();
    for key in keys.filter(|key| !key.value.is_empty()) {
        names.entry(key.group_by()).or_default().insert(key.value.clone());
    }
    let mut titles: BTreeMap<(GroupBy, String), String> = BTreeMap::new();
    for (by, names) in names {
        let names: Vec<String> = names.into_iter().collect();
        let found = match by {
            GroupBy::Territory => stored(db, "territory", "name", "display_name", &names).await?,
            GroupBy::Need => stored(db, "need", "name", "title", &names).await?,
            GroupBy::Project => stored(db, "project", "name", "title", &names).await?,
            GroupBy::ReportingPeriod => stored(db, "reporting_period", "name", "title", &names).await?,
            GroupBy::Country => countries(db, &names).await?,
            GroupBy::Partner => partners.titles(caller, &names).await?,
            GroupBy::Dimension => {
                let code = |code: &String| {
                    let label = label(code)?.in_language(conversation.language).to_owned();
                    Some(((by, code.clone()), label))
                };
                titles.extend(names.iter().filter_map(code));
                continue;
            }
            GroupBy::Recommendation | GroupBy::Year | GroupBy::Unspecified => continue,
        };
        titles.extend(found.iter().map(|(name, title)| ((by, name.clone()), shown(title))));
    }
    for key in answer.aggregates.iter_mut().flat_map(|aggregate| &mut aggregate.keys) {
        let by = key.group_by();
        key.title = match key.value.as_str() {
            "" => rest(by).in_language(conversation.language).to_owned(),
            name => match titles.get(&(by, name.to_owned())) {
                Some(title) if !title.is_empty() => title.clone(),
                _ => name.rsplit('/').next().unwrap_or_default().to_owned(),
            },
        };
    }
    alone(db, &mut answer.not_aggregated, shown).await
}

/// The titles of indicators that the library has no counterpart of.
async fn alone(
    db: &impl ConnectionTrait,
    values: &mut [pb::NotAggregated],
    shown: impl Fn(&LocalizedText) -> String,
) -> Result<()> {
    let select = Query::select()
        .columns(["name", "as_found"])
        .from("project_indicator")
        .and_where(Expr::col("name").is_in(values.iter().map(|value| value.project_indicator.as_str())))
        .to_owned();
    let mut titles = BTreeMap::new();
    for row in db.query_all(&select).await? {
        let found: Packed<pb::IndicatorAsFound> = row.try_get("", "as_found")?;
        titles.insert(row.try_get::<String>("", "name")?, found.into_inner().title.unwrap_or_default());
    }
    for value in values {
        value.title = titles.get(&value.project_indicator).map(&shown).unwrap_or_default();
    }
    Ok(())
}

async fn stored(
    db: &impl ConnectionTrait,
    table: &'static str,
    key: &'static str,
    title: &'static str,
    names: &[String],
) -> Result<BTreeMap<String, LocalizedText>> {
    let mut titles = BTreeMap::new();
    for chunk in names.chunks(10_000) {
        let select = Query::select()
            .columns([key, title])
            .from(table)
            .and_where(Expr::col(key).is_in(chunk.iter().map(String::as_str)))
            .to_owned();
        for row in db.query_all(&select).await? {
            let text: Packed<LocalizedText> = row.try_get("", title)?;
            titles.insert(row.try_get("", key)?, text.into_inner());
        }
    }
    Ok(titles)
}

/// What countries are called, where they are in the tree.
async fn countries(db: &impl ConnectionTrait, codes: &[String]) -> Result<BTreeMap<String, LocalizedText>> {
    let select = Query::select()
        .columns(["country_code", "display_name"])
        .from("territory")
        .and_where(Expr::col("kind").eq(i32::from(pb::territory::Kind::Country)))
        .and_where(Expr::col("country_code").is_in(codes.iter().map(String::as_str)))
        .to_owned();
    let mut titles = BTreeMap::new();
    for row in db.query_all(&select).await? {
        let text: Packed<LocalizedText> = row.try_get("", "display_name")?;
        titles.insert(row.try_get("", "country_code")?, text.into_inner());
    }
    Ok(titles)
}

/// What belongs to no group is called.
fn rest(by: GroupBy) -> Text {
    match by {
        GroupBy::Territory => say!("not placed at this level", "non localisé à ce niveau"),
        GroupBy::Dimension => say!("not broken down", "non ventilé"),
        GroupBy::Country => say!("no country", "sans pays"),
        _ => say!("none named", "non précisé"),
    }
}

/// The codes of dimensions, in words (domain §1.2).
fn label(code: &str) -> Option<Text> {
    Some(match code {
        "FEMALE" => say!("Female", "Femmes"),
        "MALE" => say!("Male", "Hommes"),
        "OTHER" => say!("Other", "Autre"),
        "NOT_STATED" => say!("Not stated", "Non précisé"),
        "LT12" => say!("Under 12", "Moins de 12 ans"),
        "12_17" => say!("12 to 17", "12 à 17 ans"),
        "18_24" => say!("18 to 24", "18 à 24 ans"),
        "25_39" => say!("25 to 39", "25 à 39 ans"),
        "40_59" => say!("40 to 59", "40 à 59 ans"),
        "60_69" => say!("60 to 69", "60 à 69 ans"),
        "GE70" => say!("70 and over", "70 ans et plus"),
        "YES" => say!("Yes", "Oui"),
        "NO" => say!("No", "Non"),
        "IN_EDUCATION" => say!("In education", "En formation"),
        "EMPLOYED" => say!("Employed", "En emploi"),
        "UNEMPLOYED" => say!("Unemployed", "Sans emploi"),
        "RETIRED" => say!("Retired", "À la retraite"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use chassis::say::Language;

    use super::*;

    #[test]
    fn every_code_of_a_dimension_has_its_words() {
        for (_, codes) in crate::measure::DIMENSIONS {
            for code in codes {
                let words = label(code).unwrap_or_else(|| panic!("{code} has no words"));
                assert_ne!(words.in_language(Language::Fr), *code);
            }
        }
    }
}
