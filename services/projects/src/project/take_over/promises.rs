//! The indicators of records and what came of them, taken over as found (BEY-8): an indicator is recognised by what it and
//! its result are called, the values of some days become a report of those days.

use std::collections::{BTreeMap, HashMap, HashSet};

use chassis::Call;
use chassis::column::{Day, Micros};
use chassis::database::Unit;
use chassis::error::Result;
use chassis::name;
use chassis::say;
use chassis::say::Language;
use iati::{Problem, Severity};
use proto::common::{ImportCount, LocalizedText, Origin};
use proto::projects as pb;
use sea_orm::ConnectionTrait;

use super::super::as_found::results::Promise;
use super::super::row::Model as Project;
use crate::project_indicator::row::Model as Row;
use crate::report;
use crate::report::imported::{Taken, as_found};
use crate::{indicator, project_indicator, reporting_period, result};

/// What the network has that records may mean: indicators of its library, and its periods.
#[derive(Default)]
pub(super) struct Counterparts {
    /// By vocabulary and code; `None` where several indicators share one.
    indicators: HashMap<(String, String), Option<indicator::row::Model>>,
    periods: HashMap<(Day, Day), String>,
}

impl Counterparts {
    pub(super) async fn of(db: &impl ConnectionTrait) -> Result<Self> {
        let mut counterparts = Self::default();
        for one in indicator::store::active(db).await? {
            counterparts.add(&one);
        }
        for period in reporting_period::store::all(db).await? {
            counterparts.periods.insert((period.start, period.end), period.name);
        }
        Ok(counterparts)
    }

    fn add(&mut self, one: &indicator::row::Model) {
        let named = one.references.iter().map(|known| (known.vocabulary.clone(), known.code.clone()));
        // A publisher may name an indicator by its code here, as one of its own list.
        for key in named.chain([("99".to_owned(), one.code.clone())]) {
            let place = self.indicators.entry(key).or_insert_with(|| Some(one.clone()));
            if place.as_ref().is_some_and(|known| known.name != one.name) {
                *place = None;
            }
        }
    }

    /// The indicator of the library that a found one is, where its references name one and no other, and its values are
    /// of the same kind.
    fn of_promise(&self, promise: &Promise) -> Option<&indicator::row::Model> {
        let named = promise.as_found.references.iter();
        let mut found =
            named.filter_map(|one| self.indicators.get(&(one.vocabulary.clone(), one.code.clone())));
        let first = found.next()?.as_ref()?;
        let alone = found.all(|other| other.as_ref().is_some_and(|other| other.name == first.name));
        let meaning = first.meaning();
        (alone && meaning.measure == promise.as_found.measure && !meaning.ratio).then_some(first)
    }
}

/// What the indicators of a project's record come to.
#[derive(Default)]
pub(super) struct Changes {
    pub(super) new: Vec<Row>,
    /// Before and after.
    pub(super) changed: Vec<(Row, Row)>,
    pub(super) same: usize,
    /// The reports that the record's values make, unwritten.
    pub(super) reports: Vec<report::row::Model>,
}

/// Why figures that were found before no longer count (BEY-4).
pub(super) struct Why {
    /// Others were published.
    changed: String,
    /// None are published any more.
    gone: String,
}

impl Why {
    /// In the language of whoever imports the file.
    pub(super) fn of(file: &str, french: bool) -> Self {
        let language = if french { Language::Fr } else { Language::En };
        let changed = say!("{file} publishes other figures", "{file} publie d'autres chiffres");
        let gone = say!(
            "{file} no longer publishes figures of these days",
            "{file} ne publie plus de chiffres pour ces jours"
        );
        Self {
            changed: changed.in_language(language).to_owned(),
            gone: gone.in_language(language).to_owned(),
        }
    }
}

/// What was taken over, by noun.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) indicators: ImportCount,
    pub(super) reports: ImportCount,
}

/// Compares a record with the indicators that its project has from records before; `before` is what the last one said.
pub(super) fn plan(
    project: &Project,
    known: Vec<Row>,
    before: &[Promise],
    promises: &[Promise],
    counterparts: &Counterparts,
    now: Micros,
) -> Changes {
    let mut changes = Changes::default();
    let mut known = Known::of(known);
    let before: HashMap<Called, &Promise> = called(before).into_iter().zip(before).collect();
    let mut days: BTreeMap<(Day, Day), Vec<pb::ReportValue>> = BTreeMap::new();
    let names = called(promises);
    let matched: Vec<Option<Row>> = known.recognise(&names, promises);
    for ((promise, called), known) in promises.iter().zip(&names).zip(matched) {
        let row = match known {
            None => {
                let (id, uid) = name::new_id('n');
                let mut row = project_indicator::rules::blank(&id, uid, project, now);
                row.origin = Origin::Imported.into();
                learn(&mut row, None, promise, counterparts);
                changes.new.push(row.clone());
                row
            }
            Some(was) => {
                let mut row = was.clone();
                learn(&mut row, before.get(called).copied(), promise, counterparts);
                if row == was {
                    changes.same += 1;
                } else {
                    changes.changed.push((was, row.clone()));
                }
                row
            }
        };
        for actual in &promise.actuals {
            let value = pb::ReportValue { project_indicator: row.name.clone(), ..actual.value.clone() };
            days.entry((actual.start, actual.end)).or_default().push(value);
        }
    }
    for (days, values) in days {
        let (id, uid) = name::new_id('r');
        let mut report = report::rules::blank(project, &id, uid, days, now);
        report.values = values.into();
        report.reporting_period = counterparts.periods.get(&days).cloned().unwrap_or_default();
        changes.reports.push(report);
    }
    changes
}

/// What tells the indicators of a record apart: the titles of its result and its own, and which of several of that name.
type Called = (String, String, usize);

fn called(promises: &[Promise]) -> Vec<Called> {
    let titles = promises.iter().map(|one| (&one.result_title, one.as_found.title.as_ref()));
    numbered(titles.map(|(result, own)| (said(result), own.map(said).unwrap_or_default())))
}

fn numbered(titles: impl Iterator<Item = (String, String)>) -> Vec<Called> {
    let mut seen: HashMap<(String, String), usize> = HashMap::new();
    let number = |(result, own): (String, String)| {
        let count = seen.entry((result.clone(), own.clone())).or_default();
        *count += 1;
        (result, own, *count)
    };
    titles.map(number).collect()
}

fn said(text: &LocalizedText) -> String {
    text.translations.get(&text.default_language_code).map(|one| one.text.clone()).unwrap_or_default()
}

/// Where an indicator stood in its record.
fn place(found: &pb::IndicatorAsFound) -> (usize, usize) {
    let number = |text: &str| text.parse().unwrap_or(usize::MAX);
    (number(&found.result_reference), number(&found.indicator_reference))
}

/// The indicators that a project has from records before.
struct Known(Vec<Option<(Called, Row)>>);

impl Known {
    fn of(mut rows: Vec<Row>) -> Self {
        rows.sort_by_key(|row| place(&row.as_found));
        let titles = rows
            .iter()
            .map(|row| (said(&row.result_title), row.as_found.title.as_ref().map(said).unwrap_or_default()));
        let names = numbered(titles);
        Self(names.into_iter().zip(rows).map(Some).collect())
    }

    /// Each by what it is called; then, of the rest, those that stand where one stood before under another name.
    fn recognise(&mut self, names: &[Called], promises: &[Promise]) -> Vec<Option<Row>> {
        let mut matched: Vec<Option<Row>> =
            names.iter().map(|name| self.take(|(called, _)| called == name)).collect();
        for (found, promise) in matched.iter_mut().zip(promises).filter(|(found, _)| found.is_none()) {
            let here = place(&promise.as_found);
            *found = self.take(|(_, row)| place(&row.as_found) == here);
        }
        matched
    }

    fn take(&mut self, is: impl Fn(&(Called, Row)) -> bool) -> Option<Row> {
        let at = self.0.iter().position(|one| one.as_ref().is_some_and(&is))?;
        self.0[at].take().map(|(_, row)| row)
    }
}

/// Follows a record: what still stands as the record before gave it; what people changed here since stays.
fn learn(row: &mut Row, before: Option<&Promise>, promise: &Promise, counterparts: &Counterparts) {
    let baseline = |promise: &Promise| promise.baseline.clone().unwrap_or_default();
    let untouched = |mine: bool, empty: bool| if before.is_some() { mine } else { empty };
    if untouched(
        before.is_some_and(|before| *row.baseline == baseline(before)),
        *row.baseline == pb::Baseline::default(),
    ) {
        row.baseline = baseline(promise).into();
    }
    if untouched(before.is_some_and(|before| *row.targets == before.targets), row.targets.is_empty()) {
        row.targets = promise.targets.clone().into();
    }
    row.as_found = promise.as_found.clone().into();
    row.result_level.clone_from(&promise.result_level);
    row.result_title = promise.result_title.clone().into();
    row.has_baseline = row.baseline.value.is_some();
    let ends = row.targets.iter().filter_map(|target| target.period.as_ref()?.end_date.as_ref());
    row.last_target = ends.filter_map(|date| Day::from_date("end_date", date).ok()).max();
    if row.indicator.is_empty()
        && let Some(counterpart) = counterparts.of_promise(promise)
    {
        row.indicator.clone_from(&counterpart.name);
    }
}

/// Writes what a record comes to.
///
/// # Errors
/// Only the database's.
pub(super) async fn write(
    unit: &mut Unit<'_>,
    call: &Call,
    project: &Project,
    changes: Changes,
    why: &Why,
    counts: &mut Counts,
) -> Result<Vec<Problem>> {
    counts.note_indicators(&changes);
    chassis::store::insert_all(unit, call, &changes.new).await?;
    let linked = changes.new.iter().any(|row| !row.indicator.is_empty());
    for (before, after) in changes.changed {
        chassis::store::apply(unit, call, before, |row| {
            row.clone_from(&after);
            Ok(())
        })
        .await?;
    }
    if linked {
        result::ledger::keep_indicators(unit, &[&project.name]).await?;
    }
    let mut problems = Vec::new();
    let there = report::imported::there(unit.txn, &project.name).await?;
    for gone in dropped(&there, &changes.reports) {
        let (id, uid) = name::new_id('r');
        let days = (gone.period_start, gone.period_end);
        let mut empty = report::rules::blank(project, &id, uid, days, unit.now);
        empty.reporting_period.clone_from(&gone.reporting_period);
        counts.note_report(as_found(unit, call, empty, &why.gone).await?);
    }
    for found in changes.reports {
        let days = (found.period_start, found.period_end);
        let taken = as_found(unit, call, found, &why.changed).await?;
        counts.note_report(taken);
        if taken == Taken::Kept {
            problems.push(kept(project, days));
        }
    }
    unit.flush().await?;
    Ok(problems)
}

/// The reports with figures that were found before, of days that a record says nothing of any more; what the partner reports
/// here stands.
fn dropped<'r>(there: &'r [report::row::Model], found: &[report::row::Model]) -> Vec<&'r report::row::Model> {
    let same_days = |one: &report::row::Model, other: &report::row::Model| {
        (one.period_start, one.period_end) == (other.period_start, other.period_end)
    };
    let counts = |one: &&report::row::Model| {
        one.origin == Origin::Imported && one.supersede_time.is_none() && !one.values.is_empty()
    };
    let stands = |one: &report::row::Model| {
        found.iter().any(|other| same_days(one, other))
            || there.iter().any(|other| same_days(one, other) && other.origin != Origin::Imported)
    };
    there.iter().filter(counts).filter(|one| !stands(one)).collect()
}

/// What writing would come to, of a project with these reports.
pub(super) fn rehearse(changes: &Changes, reports: &[report::row::Model], counts: &mut Counts) {
    counts.note_indicators(changes);
    dropped(reports, &changes.reports).iter().for_each(|_| counts.note_report(Taken::Changed));
    let new: HashSet<&str> = changes.new.iter().map(|row| row.name.as_str()).collect();
    for found in &changes.reports {
        let same_days = |one: &&report::row::Model| {
            (one.period_start, one.period_end) == (found.period_start, found.period_end)
                && one.supersede_time.is_none()
        };
        let fresh = found.values.iter().any(|value| new.contains(value.project_indicator.as_str()));
        counts.note_report(match reports.iter().find(same_days) {
            None => Taken::New,
            Some(known) if known.origin != Origin::Imported => Taken::Kept,
            Some(known) if !fresh && known.values == found.values => Taken::Same,
            Some(_) => Taken::Changed,
        });
    }
}

impl Counts {
    fn note_indicators(&mut self, changes: &Changes) {
        let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        self.indicators.created += number(changes.new.len());
        self.indicators.updated += number(changes.changed.len());
        self.indicators.unchanged += number(changes.same);
    }

    fn note_report(&mut self, taken: Taken) {
        match taken {
            Taken::New => self.reports.created += 1,
            Taken::Changed => self.reports.updated += 1,
            Taken::Same | Taken::Kept => self.reports.unchanged += 1,
        }
    }

    /// A line per noun that there is something of.
    pub(super) fn told(self) -> impl Iterator<Item = ImportCount> {
        let lines = [("project_indicator", self.indicators), ("report", self.reports)];
        let lines = lines.map(|(noun, count)| ImportCount { noun: noun.to_owned(), ..count });
        lines.into_iter().filter(|count| count.created + count.updated + count.unchanged > 0)
    }
}

fn kept(project: &Project, (start, end): (Day, Day)) -> Problem {
    let what = chassis::say!(
        "the partner reports on {start} to {end} here: its figures stand, those of the file were left out",
        "le partenaire rend compte ici du {start} au {end} : ses chiffres restent, ceux du fichier ont été laissés de côté"
    );
    Problem {
        severity: Severity::Advice,
        record: project.iati_identifier.clone(),
        location: "result/indicator/period/actual".to_owned(),
        line: 0,
        found: String::new(),
        code: "REPORTED_HERE",
        en: what.en,
        fr: what.fr,
    }
}

#[cfg(test)]
mod tests;
