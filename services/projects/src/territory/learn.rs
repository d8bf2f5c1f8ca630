//! What a record of a table makes of a territory, known or new. Pure.

use std::collections::HashSet;

use chassis::error::Result;
use chassis::say::Text;
use chassis::text::fold;
use chassis::{Call, name, say};
use iati::{Problem, Severity};
use proto::common::translation::Origin;
use proto::common::{ExternalIdentifier, LocalizedText, Translation};
use proto::projects as pb;
use proto::projects::territory::Kind;

use super::record::{Coded, Format, Found, Outer, problem};
use super::row::Model;
use super::rules;

/// Who counted what the tables of France say.
const INSEE: &str = "INSEE";
/// What has fewer people is no city of the table of cities (15,000), however the two count.
const CITY: i64 = 10_000;
/// Countries that no table of ISO has, although their code is in use: code, name in English and in French.
const UNLISTED: [(&str, &str, &str); 1] = [("XK", "Kosovo", "Kosovo")];

/// A new territory.
pub(crate) fn create(found: &Found, parent: Option<&Model>, call: &Call) -> Result<Model> {
    let (_, uid) = name::new_id('t');
    let mut territory = rules::blank(&found.id, uid, call);
    territory.kind = found.kind.into();
    territory.country_code = match (&found.outer, parent) {
        (Outer::None(code), _) => code.clone(),
        (_, parent) => parent.map(|parent| parent.country_code.clone()).unwrap_or_default(),
    };
    territory.parent = parent.map(|parent| parent.name.clone()).unwrap_or_default();
    rules::call_it(&mut territory, named(LocalizedText::default(), &found.names));
    let own = Some(&found.code).filter(|code| code.scheme != rules::ISO_3166_1);
    let codes: Vec<ExternalIdentifier> = own.into_iter().chain(&found.more).cloned().collect();
    territory.identifiers = codes.into();
    count(&mut territory, found.population);
    Ok(territory)
}

/// What a territory is after a record of it: it takes its names in their languages, its place unless it stands within
/// that already, codes of schemes that it lacks, and how many people the same source has counted anew. What people have
/// added stays.
pub(crate) fn learn(
    before: &Model,
    found: &Found,
    parent: Option<&Model>,
    ancestors: &[String],
) -> Result<Model> {
    let mut after = before.clone();
    // The table of cities knows less of a municipality than the table of its country.
    let speaks = found.format != Format::Cities || before.name == format!("territories/{}", found.id);
    if speaks {
        let names = named(before.display_name.0.clone(), &found.names);
        if names != before.display_name.0 {
            rules::call_it(&mut after, names);
        }
        if let Some(parent) = parent.filter(|parent| !ancestors.contains(&parent.name)) {
            after.parent.clone_from(&parent.name);
        }
    }
    for code in &found.more {
        if !after.identifiers.iter().any(|known| known.scheme == code.scheme) {
            after.identifiers.push(code.clone());
        }
    }
    let counted_anew = found.population.is_some() && found.population != before.population;
    if counted_anew && (before.population.is_none() || before.population_source == INSEE) {
        count(&mut after, found.population);
    }
    Ok(after)
}

fn count(territory: &mut Model, population: Option<i64>) {
    let counted = |value| pb::Population { value, year: 0, source: INSEE.to_owned() };
    rules::inhabit(territory, population.map(counted));
}

/// The text with these names in their languages; the first is its own where it has none yet.
fn named(mut text: LocalizedText, names: &[(&'static str, String)]) -> LocalizedText {
    for (language, name) in names {
        if text.default_language_code.is_empty() {
            (*language).clone_into(&mut text.default_language_code);
        }
        let known = text.translations.get(*language).is_some_and(|known| known.text == *name);
        if !known {
            let origin = match text.default_language_code == *language {
                true => Origin::Original,
                false => Origin::Human,
            };
            let translation = Translation { text: name.clone(), origin: origin.into(), stale: false };
            text.translations.insert((*language).to_owned(), translation);
        }
    }
    text
}

/// Whether a new record is of a territory that another table has made.
#[derive(Debug, PartialEq)]
pub(crate) enum Same<'a> {
    /// It is.
    Is(&'a Model),
    /// It may be: a person must look.
    MayBe(&'a Model),
    /// It is not.
    IsNot,
}

/// A city is the municipality of its name and country when there is one that is large enough, and no other record was
/// found to be it. A municipality may be a city that was there before it.
pub(crate) fn same<'a>(found: &Found, namesakes: &'a [Model], linked: &HashSet<String>) -> Same<'a> {
    let has =
        |territory: &Model, scheme: &str| territory.identifiers.iter().any(|code| code.scheme == scheme);
    let mut candidates = namesakes.iter().filter(|other| other.valid_until.is_none());
    if found.format != Format::Cities {
        let city = candidates.find(|other| has(other, "GEONAMES") && !has(other, &found.code.scheme));
        return city.map_or(Same::IsNot, Same::MayBe);
    }
    let large = |other: &&Model| other.population.is_none_or(|population| population >= CITY);
    let mut free = candidates.filter(large).filter(|other| has(other, "INSEE_COG"));
    match (free.next(), free.next()) {
        (None, _) => Same::IsNot,
        (Some(one), None) if !has(one, "GEONAMES") && !linked.contains(&one.name) => Same::Is(one),
        (Some(one), _) => Same::MayBe(one),
    }
}

/// A municipality that is also known by a city's number.
pub(crate) fn link(municipality: &Model, found: &Found) -> Model {
    let mut after = municipality.clone();
    after.identifiers.push(found.code.clone());
    after
}

/// That a record may be of a territory that is there.
pub(crate) fn may_be(found: &Found, other: &Model) -> Problem {
    let (name, scheme) = (&other.name, &found.code.scheme);
    let what = say!(
        "made apart from {name}, which is called the same: if they are one, retire the one for the other, or give it this {scheme}",
        "créé à part de {name}, qui porte le même nom : s'ils ne font qu'un, mettez fin à l'un au profit de l'autre, ou donnez-lui ce code {scheme}"
    );
    problem(Severity::Advice, "SAME_NAME", found.code.value.clone(), found.line, what)
}

/// The country of a name.
pub(crate) fn country_called<'a>(countries: &'a [Model], name: &str) -> Option<&'a Model> {
    chassis::text::called(countries, |country| &country.display_name, name)
}

/// A country of that name that no table of ISO has.
pub(crate) fn unlisted(called: &str, call: &Call) -> Result<Option<Model>> {
    let called = fold(called);
    let known = UNLISTED.iter().find(|(_, en, fr)| [en, fr].into_iter().any(|name| fold(name) == called));
    let Some((code, en, fr)) = known else { return Ok(None) };
    let (_, uid) = name::new_id('t');
    let mut country = rules::blank(&code.to_ascii_lowercase(), uid, call);
    country.kind = Kind::Country.into();
    country.country_code = (*code).to_owned();
    let names = [("en", (*en).to_owned()), ("fr", (*fr).to_owned())];
    rules::call_it(&mut country, named(LocalizedText::default(), &names));
    Ok(Some(country))
}

/// Why a record cannot be taken: the code, the column, the words.
pub(crate) type Refusal = (&'static str, &'static str, Text);

/// That what a record lies in is not there, and what to import first.
pub(crate) fn unknown(outer: &Coded) -> Refusal {
    let code = &outer.code;
    let (en, fr) = match outer.kind {
        Kind::Country => ("countries (country-codes.csv)", "pays (country-codes.csv)"),
        Kind::Region => ("regions", "régions"),
        _ => ("departments", "départements"),
    };
    (
        "PARENT_UNKNOWN",
        outer.column,
        say!(
            "{code} is not here yet: import the table of {en} first",
            "{code} n'est pas encore là : importez d'abord la table des {fr}"
        ),
    )
}

/// That no country is called so.
pub(crate) fn unknown_country(name: &str) -> Refusal {
    let shown: String = name.chars().take(80).collect();
    (
        "PARENT_UNKNOWN",
        "country",
        say!(
            "no country here is called {shown}, or several are: import the table of countries (country-codes.csv) first, or write its whole name",
            "aucun pays ne s'appelle ici {shown}, ou plusieurs : importez d'abord la table des pays (country-codes.csv), ou écrivez son nom entier"
        ),
    )
}

/// That a name is taken by a territory with another code.
pub(crate) fn name_taken(name: &str) -> Refusal {
    (
        "NAME_TAKEN",
        "",
        say!(
            "{name} is there with another code: correct its identifiers first",
            "{name} existe avec un autre code : corrigez d'abord ses identifiants"
        ),
    )
}

/// That a parent lies elsewhere than the record says.
pub(crate) fn elsewhere(parent: &Model, other: &Model) -> Text {
    let (parent, other) = (&parent.name, &other.name);
    say!(
        "{parent} does not lie in {other}: taken within {parent}",
        "{parent} ne se trouve pas dans {other} : repris au sein de {parent}"
    )
}

/// The column that names what a record lies in.
pub(crate) fn column(outer: &Outer) -> &'static str {
    match outer {
        Outer::None(_) => "",
        Outer::Coded(coded) => coded.column,
        Outer::Called(_) => "country",
    }
}

#[cfg(test)]
mod tests;
