//! What a few records of a table come to: which territories they make, and which they change.

use std::collections::{HashMap, HashSet};

use chassis::Call;
use chassis::error::{Error, Result};
use chassis::say;
use chassis::text::fold;
use iati::{Problem, Severity};
use proto::projects::territory::Kind;
use sea_orm::ConnectionTrait;

use super::learn::{self, Refusal};
use super::record::{Coded, Format, Found, Outer, problem};
use super::row::Model;
use super::{rules, store};

/// What a chunk of records comes to.
#[derive(Default)]
pub(crate) struct Plan {
    /// New ones, each with what it lies in, from its parent outwards.
    pub(crate) created: Vec<(Model, Vec<String>)>,
    /// Before and after.
    pub(crate) changed: Vec<(Model, Model)>,
    pub(crate) unchanged: i32,
    pub(crate) refused: i32,
    pub(crate) problems: Vec<Problem>,
}

/// A territory that others lie in.
#[derive(Clone)]
pub(crate) struct Place {
    territory: Model,
    ancestors: Vec<String>,
}

/// What is known from the chunks before: parents, and what a rehearsal has not written.
#[derive(Default)]
pub(crate) struct Known {
    places: HashMap<Coded, Option<Place>>,
    countries: Option<Vec<Model>>,
    called: HashMap<String, Option<Model>>,
    /// Codes that records of this file have given to a territory.
    given: HashSet<(String, String)>,
    /// Municipalities that a city of this file was found to be.
    linked: HashSet<String>,
}

/// What the database says of the records of one chunk.
struct Sight {
    /// Territories by the code of their kind.
    rows: HashMap<String, Model>,
    ancestors: HashMap<String, Vec<String>>,
    /// Names that are taken.
    taken: HashSet<String>,
    /// Other codes that are taken, with whose they are.
    codes: HashMap<(String, String), String>,
    /// Municipalities by country and folded name.
    namesakes: HashMap<(String, String), Vec<Model>>,
}

/// Makes the plan of a chunk.
pub(crate) async fn of(
    db: &impl ConnectionTrait,
    known: &mut Known,
    found: Vec<Found>,
    call: &Call,
) -> Result<Plan> {
    let mut plan = Plan::default();
    known.look_up(db, &found).await?;
    for unlisted in known.unlisted(&found, call)? {
        plan.problems.push(unlisted.1);
        plan.created.push((unlisted.0, Vec::new()));
    }
    let sight = Sight::of(db, &found).await?;
    for found in found {
        let (code, line) = (found.code.value.clone(), found.line);
        let refusal = match known.place(&found) {
            Err(refusal) => Some(refusal),
            Ok(place) => known.decide(found, place, &sight, call, &mut plan)?,
        };
        if let Some((reason, location, what)) = refusal {
            let told = problem(Severity::Blocks, reason, code, line, what);
            plan.problems.push(Problem { location: location.to_owned(), ..told });
            plan.refused += 1;
        }
    }
    Ok(plan)
}

impl Known {
    /// Reads the parents that records name and that no record before has named.
    async fn look_up(&mut self, db: &impl ConnectionTrait, found: &[Found]) -> Result<()> {
        if self.countries.is_none() && found.iter().any(|found| matches!(found.outer, Outer::Called(_))) {
            self.countries = Some(store::countries(db).await?);
        }
        let mut wanted: HashMap<(Kind, &'static str), Vec<&Coded>> = HashMap::new();
        for found in found {
            let outer = match &found.outer {
                Outer::Coded(outer) => Some(outer),
                _ => None,
            };
            for outer in outer.into_iter().chain(&found.also_in) {
                if !self.places.contains_key(outer) {
                    wanted.entry((outer.kind, outer.scheme())).or_default().push(outer);
                }
            }
        }
        for ((kind, scheme), outers) in wanted {
            let codes: Vec<&str> = outers.iter().map(|outer| outer.code.as_str()).collect();
            let names = store::coded(db, kind, scheme, &codes).await?;
            let all: Vec<&str> = names.values().map(String::as_str).collect();
            let ancestors = store::ancestors(db, &all).await?;
            let rows = store::named(db, &all).await?;
            for outer in outers {
                let row = names.get(&outer.code).and_then(|name| rows.iter().find(|row| row.name == *name));
                let place = row.map(|row| Place {
                    territory: row.clone(),
                    ancestors: ancestors.get(&row.name).cloned().unwrap_or_default(),
                });
                self.places.insert(outer.clone(), place);
            }
        }
        Ok(())
    }

    /// Countries that cities name and that no table of ISO has: they are made on the way.
    fn unlisted(&mut self, found: &[Found], call: &Call) -> Result<Vec<(Model, Problem)>> {
        let mut made = Vec::new();
        for found in found {
            let Outer::Called(name) = &found.outer else { continue };
            if self.country(name).is_some() {
                continue;
            }
            let Some(country) = learn::unlisted(name, call)? else { continue };
            let (name, code) = (&country.name, &country.country_code);
            let what = say!(
                "not in ISO 3166-1: made as {name}, with the code {code} that users of ISO gave it",
                "absent d'ISO 3166-1 : créé comme {name}, avec le code {code} que lui donnent les utilisateurs d'ISO"
            );
            let advice =
                problem(Severity::Advice, "COUNTRY_UNLISTED", found.code.value.clone(), found.line, what);
            made.push((country.clone(), Problem { location: "country".to_owned(), ..advice }));
            self.called.clear();
            self.countries.get_or_insert_default().push(country);
        }
        Ok(made)
    }

    fn country(&mut self, name: &str) -> Option<&Model> {
        let countries = self.countries.as_deref().unwrap_or_default();
        let called = self.called.entry(name.to_owned());
        called.or_insert_with(|| learn::country_called(countries, name).cloned()).as_ref()
    }

    /// What a record's territory lies in; nothing for a country.
    fn place(&mut self, found: &Found) -> Result<Option<Place>, Refusal> {
        match &found.outer {
            Outer::None(_) => Ok(None),
            Outer::Coded(outer) => match self.places.get(outer).cloned().flatten() {
                Some(place) => Ok(Some(place)),
                None => Err(learn::unknown(outer)),
            },
            Outer::Called(name) => match self.country(name) {
                Some(country) => Ok(Some(Place { territory: country.clone(), ancestors: Vec::new() })),
                None => Err(learn::unknown_country(name)),
            },
        }
    }

    /// What becomes of one record; a refusal when it cannot be taken.
    fn decide(
        &mut self,
        mut found: Found,
        place: Option<Place>,
        sight: &Sight,
        call: &Call,
        plan: &mut Plan,
    ) -> Result<Option<Refusal>> {
        if let (Some(also), Some(place)) = (&found.also_in, &place)
            && let Some(Some(other)) = self.places.get(also)
            && !place.ancestors.contains(&other.territory.name)
        {
            let what = learn::elsewhere(&place.territory, &other.territory);
            let told =
                problem(Severity::Doubtful, "PARENT_DISAGREES", found.code.value.clone(), found.line, what);
            plan.problems.push(Problem {
                location: also.column.to_owned(),
                found: also.code.clone(),
                ..told
            });
        }
        let row = sight.rows.get(&found.code.value);
        let own = row.map(|row| row.name.as_str());
        let mut taken = Vec::new();
        found.more.retain(|code| {
            let key = (code.scheme.clone(), code.value.clone());
            let held = sight.codes.get(&key).is_some_and(|holder| Some(holder.as_str()) != own);
            let free = !held && (own.is_some() || self.given.insert(key));
            if !free {
                taken.push(code.clone());
            }
            free
        });
        for code in taken {
            let (scheme, value) = (code.scheme, code.value);
            let what = say!(
                "another has {scheme} {value}: left out",
                "un autre a {scheme} {value} : laissé de côté"
            );
            plan.problems.push(problem(
                Severity::Doubtful,
                "CODE_TAKEN",
                found.code.value.clone(),
                found.line,
                what,
            ));
        }
        if let Some(row) = row {
            if row.valid_until.is_some() {
                plan.unchanged += 1;
                return Ok(None);
            }
            let none = Vec::new();
            let ancestors = sight.ancestors.get(&row.name).unwrap_or(&none);
            let after = learn::learn(row, &found, place.as_ref().map(|place| &place.territory), ancestors)?;
            plan.settle(row.clone(), after);
            return Ok(None);
        }
        let territory = learn::create(&found, place.as_ref().map(|place| &place.territory), call)?;
        if let Some(place) = &place {
            let fits = rules::still_there(&place.territory, call.now)
                .and_then(|()| rules::lies_in(&territory, &place.territory));
            if let Err(Error::Refused { why, .. }) = fits {
                return Ok(Some(("PARENT_UNFIT", learn::column(&found.outer), why)));
            }
        }
        let key = (territory.country_code.clone(), territory.folded.clone());
        let namesakes = sight.namesakes.get(&key).map(Vec::as_slice).unwrap_or_default();
        match learn::same(&found, namesakes, &self.linked) {
            learn::Same::Is(municipality) => {
                self.linked.insert(municipality.name.clone());
                plan.settle(municipality.clone(), learn::link(municipality, &found));
                return Ok(None);
            }
            learn::Same::MayBe(other) => {
                plan.problems.push(learn::may_be(&found, other));
            }
            learn::Same::IsNot => {}
        }
        if sight.taken.contains(&territory.name) {
            return Ok(Some(learn::name_taken(&territory.name)));
        }
        let ancestors = place
            .map(|place| std::iter::once(place.territory.name).chain(place.ancestors).collect::<Vec<_>>());
        plan.created.push((territory, ancestors.unwrap_or_default()));
        Ok(None)
    }
}

impl Plan {
    fn settle(&mut self, before: Model, after: Model) {
        match before == after {
            true => self.unchanged += 1,
            false => self.changed.push((before, after)),
        }
    }
}

impl Sight {
    async fn of(db: &impl ConnectionTrait, found: &[Found]) -> Result<Self> {
        let mut sight = Self {
            rows: HashMap::new(),
            ancestors: HashMap::new(),
            taken: HashSet::new(),
            codes: HashMap::new(),
            namesakes: HashMap::new(),
        };
        let Some(Found { kind, code, .. }) = found.first() else { return Ok(sight) };
        let codes: Vec<&str> = found.iter().map(|found| found.code.value.as_str()).collect();
        let names = store::coded(db, *kind, &code.scheme, &codes).await?;
        let all: Vec<&str> = names.values().map(String::as_str).collect();
        sight.ancestors = store::ancestors(db, &all).await?;
        let mut by_name: HashMap<String, Model> =
            store::named(db, &all).await?.into_iter().map(|row| (row.name.clone(), row)).collect();
        for (code, name) in &names {
            sight.rows.extend(by_name.remove(name).map(|row| (code.clone(), row)));
        }
        let fresh: Vec<&Found> =
            found.iter().filter(|found| !names.contains_key(&found.code.value)).collect();
        let made: Vec<String> = fresh.iter().map(|found| format!("territories/{}", found.id)).collect();
        let made: Vec<&str> = made.iter().map(String::as_str).collect();
        sight.taken = store::named(db, &made).await?.into_iter().map(|row| row.name).collect();
        for scheme in ["GEONAMES", "WIKIDATA"] {
            let more = found.iter().flat_map(|found| &found.more).filter(|code| code.scheme == scheme);
            let values: Vec<&str> = more.map(|code| code.value.as_str()).collect();
            let holders = store::coded(db, *kind, scheme, &values).await?;
            sight
                .codes
                .extend(holders.into_iter().map(|(value, holder)| ((scheme.to_owned(), value), holder)));
        }
        if *kind == Kind::Municipality {
            let folded: Vec<String> =
                fresh.iter().flat_map(|found| found.names.first()).map(|(_, name)| fold(name)).collect();
            let folded: Vec<&str> = folded.iter().map(String::as_str).collect();
            // Of cities, any country may be meant.
            let countries: &[&str] = if found[0].format == Format::Cities { &[] } else { &["FR"] };
            for row in store::called(db, Kind::Municipality, &folded, countries).await? {
                sight.namesakes.entry((row.country_code.clone(), row.folded.clone())).or_default().push(row);
            }
        }
        Ok(sight)
    }
}
