//! Taking organisations over as found (BEY-8): recognised by what is known of them, created when unknown, all or none.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::sync::Arc;

use chassis::auth::Caller;
use chassis::database::{Database, Outcome, Unit};
use chassis::error::{Error, Result};
use chassis::say::Language;
use chassis::upload::Upload;
use chassis::wire::Conversation;
use chassis::{Call, Context, idempotency};
use futures::FutureExt as _;
use proto::common::{ImportCount, ImportReport, ImportRequest, PossibleDuplicate};
use proto::partners::imported_partner::Outcome as Became;
use proto::partners::{ImportPartnersResponse, ImportedPartner, OrganisationAsFound};
use sea_orm::ExprTrait as _;
use sea_orm::entity::prelude::*;
use tonic::Streaming;

use super::as_found::{self, Found};
use super::duplicate::{self, Kind};
use super::row::{COLUMN, Entity, Model};
use super::{rpc, rules, store};

/// Imports a file of organisations or publishers.
pub(crate) async fn file(
    context: &Context,
    database: &Database,
    caller: Arc<Caller>,
    pieces: Streaming<ImportRequest>,
) -> Result<ImportReport> {
    let upload = Upload::receive(pieces).await?;
    let call = Call::of_upload(caller, &upload, &context.clock)?;
    let source = upload.open()?;
    let (organisations, problems) =
        tokio::task::spawn_blocking(move || read(source)).await.map_err(Error::internal)?;
    let french = Conversation::current().language == Language::Fr;
    let blocked = problems.blocked();
    let mut report = problems.report(&upload.options.file_name, french);
    let partial = upload.options.partial;
    let count = |outcomes: &[ImportedPartner], refused: i32| {
        let of = |outcome: Became| {
            i32::try_from(outcomes.iter().filter(|one| one.outcome() == outcome).count()).unwrap_or(i32::MAX)
        };
        ImportCount {
            noun: "partner".to_owned(),
            created: of(Became::Created),
            updated: of(Became::Updated),
            unchanged: of(Became::Unchanged),
            refused: refused + of(Became::Refused),
        }
    };
    let refused = i32::try_from(organisations.iter().filter(|one| one.is_none()).count()).unwrap_or(i32::MAX);
    let sound: Vec<OrganisationAsFound> = organisations.into_iter().flatten().collect();
    // What blocks a record blocks the file, unless the caller takes what is sound; either way the report is whole.
    let rehearse = call.validate_only || (blocked && !partial);
    let call = Call { validate_only: rehearse, ..call };
    let answer = import(database, call, sound).await?;
    report.counts.push(count(&answer.results, refused));
    report.possible_duplicates = answer.possible_duplicates;
    report.committed = !rehearse;
    Ok(report)
}

/// The organisations of a file, those that cannot be taken as `None`, and all that is wrong with it.
fn read(source: File) -> (Vec<Option<OrganisationAsFound>>, iati::Problems) {
    let mut problems = iati::Problems::default();
    let mut organisations = Vec::new();
    for item in iati::Reader::new(source) {
        match item {
            iati::Item::Organisation(mut organisation) => {
                let sound = !organisation.is_blocked();
                problems.note(std::mem::take(&mut organisation.problems));
                organisations.push(sound.then(|| as_found::of_file(*organisation)));
            }
            iati::Item::FileProblem(problem) => problems.note([problem]),
            iati::Item::Activity(activity) => {
                problems.note([as_found::wrong_file(&activity)]);
                break;
            }
        }
    }
    (organisations, problems)
}

/// Takes organisations over in one transaction, once per request id.
pub(crate) async fn import(
    database: &Database,
    call: Call,
    organisations: Vec<OrganisationAsFound>,
) -> Result<ImportPartnersResponse> {
    let organisations = Arc::new(organisations);
    let preferences = Conversation::current();
    let work = idempotency::once(database, "partners", call, move |unit, call| {
        let organisations = Arc::clone(&organisations);
        preferences
            .clone()
            .carry(async move { take_over(unit, call, &organisations).await.map(Outcome::Keep) })
            .boxed()
    });
    work.await
}

/// What is known of the organisations to take over, and what becomes of them.
#[derive(Default)]
struct Book {
    by_key: HashMap<(Kind, String), Vec<String>>,
    partners: HashMap<String, Model>,
    /// As they were, of those that learnt something.
    before: BTreeMap<String, Model>,
    /// New partners, in the order of the file, and each one's place in it.
    created: Vec<String>,
    place: HashMap<String, usize>,
    references: Vec<(String, String)>,
}

async fn take_over(
    unit: &mut Unit<'_>,
    call: &Call,
    organisations: &[OrganisationAsFound],
) -> Result<ImportPartnersResponse> {
    let Recognised { partners, created, possible_duplicates } = recognise(unit, call, organisations).await?;
    let results = partners.into_iter().map(|(name, outcome)| {
        let partner = if call.validate_only && created.contains(&name) { String::new() } else { name };
        ImportedPartner { partner, outcome: outcome.into() }
    });
    Ok(ImportPartnersResponse { results: results.collect(), possible_duplicates })
}

/// Whom organisations turned out to be.
#[derive(Default)]
pub(crate) struct Recognised {
    /// The partner of each, in the order given, and what became of it; empty where nothing is known to know it by.
    pub(crate) partners: Vec<(String, Became)>,
    /// Those of them that are new.
    pub(crate) created: HashSet<String>,
    pub(crate) possible_duplicates: Vec<PossibleDuplicate>,
}

/// Recognises organisations, or makes partners of them.
pub(crate) async fn recognise(
    unit: &mut Unit<'_>,
    call: &Call,
    organisations: &[OrganisationAsFound],
) -> Result<Recognised> {
    let found: Vec<Option<Found>> = organisations.iter().map(as_found::of).collect();
    let mut book = Book::open(unit, found.iter().flatten()).await?;
    let mut partners: Vec<(String, Became)> = Vec::with_capacity(found.len());
    for found in &found {
        partners.push(match found {
            Some(found) => book.enter(found, call),
            None => (String::new(), Became::Refused),
        });
    }
    let possible_duplicates = book.possible_duplicates();
    book.write(unit, call).await?;
    Ok(Recognised { partners, created: book.created.into_iter().collect(), possible_duplicates })
}

/// How often each became what, of partners that several organisations may be: each counts once, as the most that became of it.
pub(crate) fn counted(partners: &[(String, Became)]) -> ImportCount {
    let mut became: BTreeMap<&str, Became> = BTreeMap::new();
    let mut refused = 0;
    for (name, outcome) in partners {
        match outcome {
            Became::Refused => refused += 1,
            outcome => {
                let known = became.entry(name).or_insert(*outcome);
                *known = (*known).min(*outcome);
            }
        }
    }
    let of = |outcome: Became| {
        i32::try_from(became.values().filter(|became| **became == outcome).count()).unwrap_or(i32::MAX)
    };
    ImportCount {
        noun: "partner".to_owned(),
        created: of(Became::Created),
        updated: of(Became::Updated),
        unchanged: of(Became::Unchanged),
        refused,
    }
}

impl Book {
    async fn open(unit: &mut Unit<'_>, found: impl Iterator<Item = &Found>) -> Result<Self> {
        unit.plan_afresh().await?;
        let mut book = Self::default();
        let mut by_kind: BTreeMap<Kind, HashSet<&str>> = BTreeMap::new();
        for (kind, value) in found.flat_map(|found| &found.keys) {
            by_kind.entry(*kind).or_default().insert(value);
        }
        for (kind, values) in by_kind {
            let values: Vec<&str> = values.into_iter().collect();
            for chunk in values.chunks(1000) {
                book.read(unit, kind, chunk).await?;
            }
        }
        let mut names: HashSet<String> = book.by_key.values().flatten().cloned().collect();
        while !names.is_empty() {
            let wanted: Vec<String> = names.drain().collect();
            for chunk in wanted.chunks(1000) {
                for partner in Entity::find().filter(COLUMN.name.is_in(chunk.to_vec())).all(unit.txn).await? {
                    if !partner.merged_into.is_empty() && !book.partners.contains_key(&partner.merged_into) {
                        names.insert(partner.merged_into.clone());
                    }
                    book.partners.insert(partner.name.clone(), partner);
                }
            }
        }
        Ok(book)
    }

    async fn read(&mut self, unit: &Unit<'_>, kind: Kind, values: &[&str]) -> Result<()> {
        let select = sea_orm::sea_query::Query::select()
            .columns(["value", "partner"])
            .from("partner_key")
            .and_where(Expr::col("kind").eq(kind.name()))
            .and_where(Expr::col("value").is_in(values.iter().copied()))
            .order_by("partner", sea_orm::Order::Asc)
            .to_owned();
        for row in unit.txn.query_all(&select).await? {
            let names = self.by_key.entry((kind, row.try_get("", "value")?)).or_default();
            names.push(row.try_get("", "partner")?);
        }
        Ok(())
    }

    /// Recognises an organisation or makes a partner of it.
    fn enter(&mut self, found: &Found, call: &Call) -> (String, Became) {
        let Some(name) = self.recognise(found) else {
            let partner = as_found::create(found, call);
            let name = partner.name.clone();
            self.index(&name, found);
            self.place.insert(name.clone(), self.created.len());
            self.created.push(name.clone());
            self.partners.insert(name.clone(), partner);
            return (name, Became::Created);
        };
        self.index(&name, found);
        let Some(partner) = self.partners.get_mut(&name) else {
            return (name, Became::Unchanged);
        };
        let before = partner.clone();
        as_found::learn(partner, found);
        if *partner == before {
            return (name, Became::Unchanged);
        }
        if self.place.contains_key(&name) {
            return (name, Became::Unchanged); // learnt while it was being made: it counts as new once
        }
        self.before.entry(name.clone()).or_insert(before);
        (name, Became::Updated)
    }

    fn index(&mut self, name: &str, found: &Found) {
        for key in &found.keys {
            let names = self.by_key.entry(key.clone()).or_default();
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
                if key.0 == Kind::Reference {
                    self.references.push((key.1.clone(), name.to_owned()));
                }
            }
        }
    }

    /// By its identifier, else by its reference as written, else by its title where nothing contradicts.
    fn recognise(&self, found: &Found) -> Option<String> {
        let named = |kind: Kind| {
            found
                .keys
                .iter()
                .filter(move |key| key.0 == kind)
                .filter_map(|key| self.by_key.get(key))
                .flatten()
        };
        let current = |name: &String| {
            let partner = self.partners.get(name)?;
            let partner = if partner.merged_into.is_empty() {
                partner
            } else {
                self.partners.get(&partner.merged_into)?
            };
            rules::LIVE.contains(&partner.state.get()).then_some(partner)
        };
        let certain = named(Kind::Identifier).chain(named(Kind::Reference)).find_map(current);
        if let Some(partner) = certain {
            return Some(partner.name.clone());
        }
        let fits = |partner: &&Model| {
            let country = &partner.country_code;
            let same_place = country.is_empty() || found.country.is_empty() || *country == found.country;
            same_place && (found.identifier.is_none() || partner.identifiers.is_empty())
        };
        let mut by_title: Vec<&Model> = named(Kind::Title).filter_map(current).filter(fits).collect();
        by_title.sort_by_key(|partner| {
            (partner.country_code != found.country, partner.create_time, partner.name.clone())
        });
        by_title.first().map(|partner| partner.name.clone())
    }

    /// New partners that share a title with another.
    fn possible_duplicates(&self) -> Vec<PossibleDuplicate> {
        let mut pairs = Vec::new();
        for name in &self.created {
            let partner = &self.partners[name];
            let mut shared: BTreeMap<&String, Vec<&'static str>> = BTreeMap::new();
            for key in duplicate::keys(partner) {
                for other in self.by_key.get(&key).into_iter().flatten().filter(|other| *other != name) {
                    shared.entry(other).or_default().push(key.0.name());
                }
            }
            let judged = shared.into_iter().filter_map(|(other, kinds)| {
                let theirs = self.partners.get(other).filter(|theirs| theirs.merged_into.is_empty())?;
                let countries = (partner.country_code.as_str(), theirs.country_code.as_str());
                // Of two new partners, the later one is told of.
                let earlier = self.place.get(other).is_none_or(|place| *place < self.place[name]);
                earlier.then(|| duplicate::judge(other, kinds.into_iter(), countries))
            });
            for candidate in duplicate::ranked(judged, duplicate::LIKELY) {
                let candidate_title = self.partners.get(&candidate.name).map(rpc::title).unwrap_or_default();
                pairs.push(PossibleDuplicate {
                    partner: name.clone(),
                    title: rpc::title(partner),
                    candidate: candidate.name,
                    candidate_title,
                    score: candidate.score,
                    reasons: candidate.reasons.into_iter().map(str::to_owned).collect(),
                });
            }
        }
        pairs
    }

    async fn write(&self, unit: &mut Unit<'_>, call: &Call) -> Result<()> {
        let created: Vec<Model> = self.created.iter().map(|name| self.partners[name].clone()).collect();
        chassis::store::insert_all(unit, call, &created).await?;
        let keys: Vec<_> = created
            .iter()
            .flat_map(|partner| duplicate::keys(partner).into_iter().map(|key| (key, partner.name.as_str())))
            .collect();
        store::insert_keys(unit.txn, keys.iter().map(|((kind, value), name)| (*kind, value.as_str(), *name)))
            .await?;
        store::index_words(unit.txn, created.iter(), false).await?;
        let references =
            self.references.iter().map(|(value, name)| (Kind::Reference, value.as_str(), name.as_str()));
        store::insert_keys(unit.txn, references).await?;
        for (name, before) in &self.before {
            let after = &self.partners[name];
            chassis::store::apply(unit, call, before.clone(), |partner| {
                *partner = after.clone();
                Ok(())
            })
            .await?;
        }
        Ok(())
    }
}
