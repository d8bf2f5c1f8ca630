//! What may become of a territory. Pure: rows, messages and a given now.

use chassis::column::{Coded, Day, short_name};
use chassis::error::{Error, Result, Violations};
use chassis::{Call, name, say, text, value};
use proto::partners as partners_pb;
use proto::partners::partner::Sector;
use proto::projects as pb;
use proto::projects::territory::Kind;

use super::row::Model;
use crate::measure::TERRITORY as PATTERN;
use crate::project::describe::PARTNER;
use crate::project::rules::today;

/// The scheme of countries' own codes: the key of a country, which it has without its being said.
pub const ISO_3166_1: &str = "ISO_3166_1";
/// Who counted, at most so long.
const LINE: usize = 200;

/// A row with nothing in it yet.
pub fn blank(id: &str, uid: uuid::Uuid, call: &Call) -> Model {
    Model {
        name: format!("territories/{id}"),
        uid: uid.to_string(),
        revision: 1,
        create_time: call.now,
        update_time: call.now,
        kind: Kind::Unspecified.into(),
        country_code: String::new(),
        parent: String::new(),
        display_name: Default::default(),
        folded: String::new(),
        identifiers: Default::default(),
        authority: String::new(),
        population: None,
        population_year: 0,
        population_source: String::new(),
        degurba: Default::default(),
        centroid: Default::default(),
        valid_until: None,
        successor: String::new(),
    }
}

/// A new territory, from what was asked.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn create(id: &str, draft: &pb::Territory, call: &Call) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "territory_id", id, 't')?;
    let mut territory = blank(&id, uid, call);
    wrong.check(describe(&mut territory, draft).map_err(|error| error.under("territory")))?;
    wrong.finish()?;
    Ok(territory)
}

/// Changes a territory to what the draft says.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn update(territory: &mut Model, draft: &pb::Territory, _: &Call) -> Result<()> {
    describe(territory, draft).map_err(|error| error.under("territory"))
}

/// Takes over what a draft says of a territory, having looked at every field.
fn describe(territory: &mut Model, draft: &pb::Territory) -> Result<()> {
    let mut wrong = Violations::default();
    match &draft.display_name {
        Some(name) => {
            if let Some(name) = wrong.check(text::check("display_name", name))? {
                call_it(territory, name);
                if territory.folded.is_empty() {
                    wrong.add("display_name", say!("has no letter", "ne contient aucune lettre"));
                }
            }
        }
        None => wrong.require("display_name", false),
    }
    territory.kind = wrong.check(Coded::read("kind", draft.kind))?.unwrap_or_default();
    wrong.require("kind", draft.kind != 0);
    match draft.country_code.trim() {
        "" => wrong.require("country_code", false),
        code => {
            let code = wrong.check(value::country("country_code", code))?;
            territory.country_code = code.unwrap_or_default();
        }
    }
    for (field, pattern, reference) in
        [("parent", PATTERN, &draft.parent), ("authority", PARTNER, &draft.authority)]
    {
        if !reference.is_empty() {
            wrong.check(name::check_reference(field, pattern, reference))?;
        }
    }
    territory.parent.clone_from(&draft.parent);
    territory.authority.clone_from(&draft.authority);
    let identifiers = wrong.check(value::identifiers("identifiers", &draft.identifiers))?;
    territory.identifiers = identifiers.unwrap_or_default().into();
    let population = draft.population.as_ref().map(population).transpose();
    inhabit(territory, wrong.check(population)?.flatten());
    territory.degurba = wrong.check(Coded::read("degurba", draft.degurba))?.unwrap_or_default();
    let centroid = draft.centroid.unwrap_or_default();
    for (field, degrees, most) in
        [("centroid.latitude", centroid.latitude, 90.0), ("centroid.longitude", centroid.longitude, 180.0)]
    {
        if !(-most..=most).contains(&degrees) {
            wrong.add(field, say!("expected -{most} to {most}", "de -{most} à {most} attendu"));
        }
    }
    territory.centroid = centroid.into();
    wrong.finish()
}

/// Gives a territory its name.
pub(crate) fn call_it(territory: &mut Model, name: proto::common::LocalizedText) {
    let own = name.translations.get(&name.default_language_code).map(|translation| translation.text.as_str());
    territory.folded = text::fold(own.unwrap_or_default());
    territory.display_name = text::revise(&territory.display_name, name).into();
}

/// Says how many people live in a territory.
pub(crate) fn inhabit(territory: &mut Model, population: Option<pb::Population>) {
    territory.population = population.as_ref().map(|population| population.value);
    let population = population.unwrap_or_default();
    (territory.population_year, territory.population_source) = (population.year, population.source);
}

fn population(population: &pb::Population) -> Result<pb::Population> {
    let mut wrong = Violations::default();
    if population.value < 0 {
        wrong.add("population.value", say!("expected 0 or more", "0 ou plus attendu"));
    }
    if !(0..=9999).contains(&population.year) {
        wrong.add("population.year", say!("expected a year", "année attendue"));
    }
    let source = wrong.check(text::plain("population.source", &population.source, LINE))?.unwrap_or_default();
    wrong.finish()?;
    Ok(pb::Population { source, ..population.clone() })
}

/// A territory lies in another of a wider kind and the same country, which has not ended (PRJ-1). So there is no circle:
/// from parent to parent, kinds only widen.
///
/// # Errors
/// `FAILED_PRECONDITION` citing PRJ-1.
pub fn lies_in(territory: &Model, parent: &Model) -> Result<()> {
    let kind = |of: &Model| short_name(of.kind.get().as_str_name(), "KIND_");
    let (name, narrow, other, wide) = (&territory.name, kind(territory), &parent.name, kind(parent));
    if territory.kind.number() <= parent.kind.number() {
        return Err(Error::refused(
            "PRJ-1",
            say!(
                "{name} ({narrow}) cannot lie in {other} ({wide}): choose a parent of a wider kind",
                "{name} ({narrow}) ne peut se trouver dans {other} ({wide}) : choisissez un parent d'un type plus large"
            ),
        ));
    }
    if territory.country_code != parent.country_code {
        let (one, another) = (&territory.country_code, &parent.country_code);
        return Err(Error::refused(
            "PRJ-1",
            say!(
                "{name} is of {one}, {other} of {another}: choose a parent of the same country",
                "{name} est du pays {one}, {other} du pays {another} : choisissez un parent du même pays"
            ),
        ));
    }
    Ok(())
}

/// What has ended takes in nothing new: not a territory, not a need.
///
/// # Errors
/// `FAILED_PRECONDITION` citing PRJ-3.
pub fn still_there(territory: &Model, now: chassis::column::Micros) -> Result<()> {
    let Some(last) = territory.valid_until.filter(|last| today(now).is_some_and(|today| *last < today))
    else {
        return Ok(());
    };
    let (name, next) = (&territory.name, &territory.successor);
    Err(Error::refused(
        "PRJ-3",
        match next.as_str() {
            "" => say!("{name} ended on {last}", "{name} a pris fin le {last}"),
            _ => say!("{name} ended on {last}: use {next}", "{name} a pris fin le {last} : utilisez {next}"),
        },
    ))
}

/// Only a public partner that takes part governs a territory (PRJ-2).
///
/// # Errors
/// `FAILED_PRECONDITION` citing PRJ-2.
pub fn governs(partner: &partners_pb::Partner) -> Result<()> {
    let name = &partner.name;
    let refuse = |why| Err(Error::refused("PRJ-2", why));
    if partner.sector() != Sector::Public {
        return refuse(say!(
            "territory.authority: {name} is not a public partner",
            "territory.authority : {name} n'est pas une organisation publique"
        ));
    }
    if partner.state() != partners_pb::partner::State::Active {
        return refuse(say!(
            "territory.authority: {name} is not active",
            "territory.authority : {name} n'est pas active"
        ));
    }
    Ok(())
}

/// Ends a territory: it stays, with its last day and what took its place (PRJ-3). Asking again corrects either.
///
/// # Errors
/// `INVALID_ARGUMENT` without a day; `FAILED_PRECONDITION` citing PRJ-3 when the successor is of another country or itself.
pub fn retire(territory: &mut Model, day: Option<&proto::Date>, successor: Option<&Model>) -> Result<()> {
    let last = match day {
        None => Err(Error::required("valid_until_date")),
        Some(day) => Day::from_date("valid_until_date", day),
    }?;
    if let Some(successor) = successor {
        let refuse = |why| Err(Error::refused("PRJ-3", why));
        let name = &successor.name;
        if successor.name == territory.name {
            return refuse(say!(
                "successor: a territory does not succeed itself",
                "successor : un territoire ne se succède pas à lui-même"
            ));
        }
        if successor.country_code != territory.country_code {
            return refuse(say!(
                "successor: {name} is of another country",
                "successor : {name} est d'un autre pays"
            ));
        }
        // So there is no circle of successors either.
        if successor.valid_until.is_some() {
            return refuse(say!("successor: {name} has ended itself", "successor : {name} a pris fin aussi"));
        }
    }
    territory.valid_until = Some(last);
    territory.successor = successor.map(|successor| successor.name.clone()).unwrap_or_default();
    Ok(())
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
