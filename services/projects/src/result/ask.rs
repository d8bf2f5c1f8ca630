//! Answering a question: what is on disk, then the engine, then what the caller may see of it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use chassis::Context;
use chassis::auth::Caller;
use chassis::column::Micros;
use chassis::error::{Error, Result, Violations};
use chassis::say;
use chassis::wire::Conversation;
use proto::projects as pb;
use proto::projects::aggregate_indicators_request::GroupBy;
use proto::projects::indicator::CountingBasis;
use proto::projects::reporting_period::State as PeriodState;
use tokio::sync::OwnedRwLockReadGuard;

use super::answer::{Teller, apart};
use super::cover::{Cover, cover};
use super::engine::{
    Book, Entry, Key, Kind, Level, Memo, Name, Overflow, Question, Rules, Total, Tree, aggregate, alone,
};
use super::rules::{Asked, narrow, sees_all};
use super::store::{self, Known, Shelf};
use super::title;
use super::waiting::{self, Waiting};
use crate::project::peers::Partners;
use crate::settings::Settings;
use crate::{indicator, report, reporting_period};

/// Lines of an answer, and values named in an explanation, at most.
const MOST_LINES: usize = 10_000;
const MOST_NAMED: usize = 50_000;

/// What answers need.
pub(super) struct Desk {
    pub(super) context: Context,
    pub(super) settings: Settings,
    pub(super) partners: Partners,
    pub(super) shelf: Shelf,
}

/// All that a question needs besides what the values say.
struct Ground {
    asked: Asked,
    library: Vec<indicator::row::Model>,
    tree: Vec<store::Placed>,
    merged: BTreeMap<String, String>,
    waiting: Vec<Waiting>,
    periods: Vec<reporting_period::row::Model>,
}

impl Desk {
    /// Answers a question.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` on an indicator that is not there, and on what the public may not choose (GDP-3);
    /// `OUT_OF_RANGE` when a sum does not fit; `RESOURCE_EXHAUSTED` when the answer would be too long.
    pub(super) async fn answer(
        &self,
        caller: &Arc<Caller>,
        asked: Asked,
    ) -> Result<pb::AggregateIndicatorsResponse> {
        let db = self.context.database.reader();
        let ground = self.ground(caller, asked).await?;
        let persons = counts_persons(&ground)?;
        let agreed = self.settings.current(caller).await?;
        let now = self.context.clock.now();
        let open: HashSet<String> = ground
            .periods
            .iter()
            .filter(|period| reporting_period::rules::state(period, agreed.zone, now) != PeriodState::Closed)
            .map(|period| period.name.clone())
            .collect();
        let (known, tree, waiting) = self.learnt(&ground).await?;
        let answering = Answering {
            known,
            memo: Arc::clone(&self.shelf.memo),
            tree,
            waiting,
            own: own(caller),
            open,
            today: agreed.zone.day(now),
            conversation: Conversation::current(),
            sees_all: sees_all(caller),
            k: agreed.public_k,
            narrow: if persons { narrow(&ground.asked) } else { Ok(()) },
            ground,
        };
        // Adding up is work: it must not hold up those who wait for the network.
        let (ground, answer) =
            tokio::task::spawn_blocking(move || answering.run()).await.map_err(Error::internal)?;
        let mut answer = answer?;
        title::give(db, &self.partners, caller, &ground.library, &mut answer).await?;
        Ok(answer)
    }

    async fn ground(&self, caller: &Caller, asked: Asked) -> Result<Ground> {
        let db = self.context.database.reader();
        let library = store::library(db).await?;
        let mut wrong = Violations::default();
        for (index, name) in asked.indicators.iter().enumerate() {
            if library.iter().all(|indicator| indicator.name != *name) {
                wrong.add(
                    format!("indicators[{index}]"),
                    say!("there is no such indicator", "cet indicateur n'existe pas"),
                );
            }
        }
        wrong.finish()?;
        let placed = asked.group_by.contains(&GroupBy::Territory) || !asked.territory.is_empty();
        let tree = match placed {
            true => {
                let mut places = self.shelf.current(db).await?.places();
                places.insert(asked.territory.clone());
                store::upwards(db, places).await?
            }
            false => Vec::new(),
        };
        let by_partner = asked.group_by.contains(&GroupBy::Partner) || !asked.partner.is_empty();
        let merged = match by_partner {
            true => self.partners.merged(caller).await?,
            false => BTreeMap::new(),
        };
        let waiting = match asked.explain && asked.as_of.is_none() {
            true => waiting::waiting(db, report::store::visible(caller, None), &asked).await?,
            false => Vec::new(),
        };
        let periods = store::periods(db).await?;
        Ok(Ground { asked, library, tree, merged, waiting, periods })
    }

    /// The book, with the library and the territories known in it.
    async fn learnt(&self, ground: &Ground) -> Result<(OwnedRwLockReadGuard<Known>, Tree, Vec<Entry>)> {
        let known = self.shelf.current(self.context.database.reader()).await?;
        let names = &known.book.names;
        let all_known = ground.library.iter().all(|indicator| names.find(&indicator.name).is_some())
            && known.has_series(&ground.library)
            && ground.tree.iter().all(|placed| names.find(&placed.name).is_some())
            && ground.waiting.is_empty();
        if all_known {
            let tree = store::tree(&known.book, &ground.tree);
            return Ok((known, tree, Vec::new()));
        }
        drop(known);
        let (known, (tree, waiting)) = self
            .shelf
            .learn(|known| {
                for indicator in &ground.library {
                    known.book.series(&indicator.name, indicator.version, &indicator.unit);
                }
                for placed in &ground.tree {
                    known.book.names.know(&placed.name);
                    known.book.names.know(&placed.parent);
                }
                let tree = store::tree(&known.book, &ground.tree);
                (tree, waiting::drafts(known, &ground.waiting, &ground.library))
            })
            .await;
        Ok((known, tree, waiting))
    }
}

/// Whether the question is about persons: then the public may not choose freely (GDP-3).
fn counts_persons(ground: &Ground) -> Result<bool> {
    let asked = |indicator: &&indicator::row::Model| {
        ground.asked.indicators.is_empty() || ground.asked.indicators.contains(&indicator.name)
    };
    Ok(ground
        .library
        .iter()
        .filter(asked)
        .any(|indicator| indicator.counting_basis == CountingBasis::UniquePersons))
}

/// The partners whose figures the caller sees as they are.
fn own(caller: &Caller) -> Vec<String> {
    caller.partners.keys().cloned().collect()
}

/// A question, with all that its answer is made of.
struct Answering {
    known: OwnedRwLockReadGuard<Known>,
    memo: Arc<Memo>,
    tree: Tree,
    waiting: Vec<Entry>,
    own: Vec<String>,
    open: HashSet<String>,
    today: Option<chassis::column::Day>,
    conversation: Conversation,
    sees_all: bool,
    k: i32,
    narrow: Result<()>,
    ground: Ground,
}

impl Answering {
    fn run(self) -> (Ground, Result<pb::AggregateIndicatorsResponse>) {
        let rules = self.rules();
        let question = self.question();
        let answer = match self.sees_all {
            true => self.told(&rules, &question, false),
            false => self.told_to_one_of_many(&rules, question),
        };
        (self.ground, answer)
    }

    /// Who sees all of every project that the answer is made of sees all of it; the others see what the public does.
    fn told_to_one_of_many(
        &self,
        rules: &HashMap<Name, Rules>,
        question: Question,
    ) -> Result<pb::AggregateIndicatorsResponse> {
        let book = &self.known.book;
        if !self.own.is_empty() {
            let totals = self.add_up(rules, &question).map_err(too_large)?;
            let own: HashSet<Name> = self.own.iter().filter_map(|partner| book.names.find(partner)).collect();
            let is_own = |project: &Name| {
                let links = book.links.get(project).into_iter().flatten();
                let mut held = links.filter(|link| link.kind == Kind::Partner && link.held(question.as_of));
                held.any(|link| own.contains(&link.target))
            };
            if totals.iter().flat_map(|total| &total.total.reported).all(is_own) {
                return self.told(rules, &question, false);
            }
        }
        if let Err(Error::Invalid { reason, fields }) = &self.narrow {
            return Err(Error::Invalid { reason, fields: fields.clone() });
        }
        let open = self.open.iter().filter_map(|period| book.names.find(period)).collect();
        self.told(rules, &Question { open, ended_before: self.today, ..question }, true)
    }

    /// What the question adds up to; what was added up before is not added up again, unless it is to be explained.
    fn add_up(
        &self,
        rules: &HashMap<Name, Rules>,
        question: &Question,
    ) -> Result<Vec<Arc<Total<'_>>>, Overflow> {
        let book = &self.known.book;
        match question.explain {
            true => Ok(aggregate(book, &self.tree, rules, question, &self.waiting)?
                .into_iter()
                .map(Arc::new)
                .collect()),
            false => self.memo.aggregate(book, &self.tree, rules, question),
        }
    }

    fn told(
        &self,
        rules: &HashMap<Name, Rules>,
        question: &Question,
        public: bool,
    ) -> Result<pb::AggregateIndicatorsResponse> {
        let book = &self.known.book;
        let totals = self.add_up(rules, question).map_err(too_large)?;
        small_enough(&totals)?;
        let covers = match public {
            true => {
                let add_up = |question: &Question| self.add_up(rules, question);
                cover(&self.tree, question, &totals, add_up, self.k).map_err(too_large)?
            }
            false => totals.iter().map(|_| Cover::default()).collect(),
        };
        let teller = Teller { book, question, language: self.conversation.language, public };
        let mut aggregates = Vec::new();
        for (total, cover) in totals.iter().zip(&covers) {
            aggregates.extend(teller.series(total, cover).map_err(too_large)?);
        }
        self.sort(&mut aggregates);
        let not_aggregated = match self.ground.asked.indicators.is_empty() {
            true => apart(book, &alone(book, &self.tree, question)),
            false => Vec::new(),
        };
        Ok(pb::AggregateIndicatorsResponse {
            aggregates,
            not_aggregated,
            data_time: Some(question.as_of.to_timestamp()),
            public_k: if public { self.k } else { 0 },
        })
    }

    /// By the codes of indicators; each asked for is there, also where there is nothing to say.
    fn sort(&self, aggregates: &mut Vec<pb::Aggregate>) {
        let library: HashMap<&str, &indicator::row::Model> =
            self.ground.library.iter().map(|indicator| (indicator.name.as_str(), indicator)).collect();
        for name in &self.ground.asked.indicators {
            if let Some(indicator) = library.get(name.as_str())
                && aggregates.iter().all(|aggregate| aggregate.indicator != *name)
            {
                aggregates.push(pb::Aggregate {
                    indicator: name.clone(),
                    indicator_version: indicator.version,
                    unit: indicator.unit.clone(),
                    additive: true,
                    ..Default::default()
                });
            }
        }
        aggregates.sort_by_cached_key(|aggregate| {
            let code = library.get(aggregate.indicator.as_str()).map(|indicator| indicator.code.clone());
            (code, aggregate.indicator.clone(), aggregate.indicator_version, aggregate.unit.clone())
        });
    }

    fn rules(&self) -> HashMap<Name, Rules> {
        let rules = |indicator: &indicator::row::Model| {
            let name = self.known.book.names.find(&indicator.name)?;
            let rules = Rules {
                time: indicator.time_aggregation.get(),
                entity: indicator.entity_aggregation.get(),
                basis: indicator.counting_basis.get(),
            };
            Some((name, rules))
        };
        self.ground.library.iter().filter_map(rules).collect()
    }

    fn question(&self) -> Question {
        let (asked, book) = (&self.ground.asked, &self.known.book);
        // What bears no name that is known is no project's.
        let find = |text: &str| book.names.find(text).unwrap_or(Name::UNKNOWN);
        let wanted = |text: &String| (!text.is_empty()).then(|| find(text));
        let merged: HashMap<Name, Name> = self
            .ground
            .merged
            .iter()
            .filter_map(|(one, into)| Some((book.names.find(one)?, book.names.find(into)?)))
            .collect();
        let partner = wanted(&self.survivor(&asked.partner));
        Question {
            indicators: asked.indicators.iter().map(|indicator| find(indicator)).collect(),
            keys: asked.group_by.iter().map(|key| self.key(*key)).collect(),
            territory: wanted(&asked.territory),
            partners: partner.map(|partner| HashSet::from([partner])),
            merged,
            need: wanted(&asked.need),
            recommendation: wanted(&asked.recommendation),
            project: wanted(&asked.project),
            from: asked.from,
            to: asked.to,
            open: HashSet::new(),
            ended_before: None,
            as_of: asked.as_of.unwrap_or(Micros::MAX).min(self.known.time),
            explain: asked.explain,
        }
    }

    /// The partner that took the place of one that was merged (BEY-1).
    fn survivor(&self, partner: &str) -> String {
        self.ground.merged.get(partner).cloned().unwrap_or_else(|| partner.to_owned())
    }

    fn key(&self, key: GroupBy) -> Key {
        let (asked, book): (_, &Book) = (&self.ground.asked, &self.known.book);
        match key {
            GroupBy::Territory => Key::Territory(match asked.level {
                Some(kind) => Level::Kind(kind.into()),
                None => Level::Children,
            }),
            GroupBy::Partner => Key::Partner,
            GroupBy::Need => Key::Need,
            GroupBy::Recommendation => Key::Recommendation,
            GroupBy::ReportingPeriod => Key::Period,
            GroupBy::Country => Key::Country,
            GroupBy::Project => Key::Project,
            GroupBy::Dimension => Key::Dimension(book.names.find(&asked.dimension).unwrap_or(Name::UNKNOWN)),
            GroupBy::Year | GroupBy::Unspecified => Key::Year,
        }
    }
}

fn small_enough(totals: &[Arc<Total<'_>>]) -> Result<()> {
    let lines: usize = totals.iter().map(|total| total.lines.len() + 1).sum();
    let named = totals.iter().flat_map(|total| total.lines.iter().chain([&total.total]));
    let named: usize = named.map(|line| line.contributions.len() + line.exclusions.len()).sum();
    if lines <= MOST_LINES && named <= MOST_NAMED {
        return Ok(());
    }
    Err(Error::Exhausted {
        reason: "TOO_LARGE",
        why: say!(
            "the answer has {lines} lines and names {named} values, more than {MOST_LINES} and {MOST_NAMED}: name fewer `indicators`, a `territory` or a `project`",
            "la réponse a {lines} lignes et cite {named} valeurs, plus de {MOST_LINES} et {MOST_NAMED} : indiquez moins d'« indicators », un « territory » ou un « project »"
        ),
        retry_after: None,
    })
}

fn too_large(_: Overflow) -> Error {
    Error::OutOfRange {
        reason: "SUM_TOO_LARGE",
        why: say!(
            "a sum has more digits than a number holds: correct the values that are too large",
            "une somme dépasse les chiffres qu'un nombre peut avoir : corrigez les valeurs trop grandes"
        ),
        facts: Vec::new(),
    }
}
