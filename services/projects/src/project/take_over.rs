//! Writing the records of a file, or seeing what writing them would do.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chassis::Call;
use chassis::column::Micros;
use chassis::database::{Database, Unit};
use chassis::error::{Error, Result};
use chassis::upload::Upload;
use iati::{Problem, Problems};
use proto::common::{ImportCount, ImportReport, Origin};
use sea_orm::ConnectionTrait;
use tokio::sync::mpsc;

use super::as_found::results::Promise;
use super::as_found::{self, Found, Reading};
use super::parents::Carried;
use super::reading::{self, Record};
use super::row::Model;
use super::store::Ancestry;
use super::{detail, links, publish, source, store};
use crate::report;
use promised::promised;
use promises::{Counterparts, Counts, Why};
use told::{circular, registered};

mod promised;
mod promises;
mod told;

/// A file to take over, and what is known of it.
pub(crate) struct TakeOver {
    pub(crate) upload: Arc<Upload>,
    pub(crate) call: Call,
    /// The partner of each organisation, by its key.
    pub(crate) partners: HashMap<String, String>,
    /// The partnerships that activities are also, or are part of.
    pub(crate) carried: Carried,
    pub(crate) refused: i32,
    pub(crate) repeated: i32,
    /// What there is to report before any project is looked at.
    pub(crate) report: ImportReport,
    pub(crate) french: bool,
}

/// What a chunk of records comes to.
#[derive(Default)]
struct Plan {
    created: Vec<(Model, Record)>,
    changed: Vec<Change>,
    unchanged: i32,
    problems: Vec<Problem>,
}

/// A project of which a newer record came.
struct Change {
    before: Model,
    after: Model,
    record: Record,
    /// What the record before promised.
    promised: Vec<Promise>,
}

#[derive(Default)]
struct Tally {
    count: ImportCount,
    promises: Counts,
    problems: Problems,
    /// The projects that are new or have changed.
    touched: HashSet<String>,
}

impl Tally {
    fn add(&mut self, plan: &mut Plan) {
        let changed = plan.changed.iter().filter(|change| change.before != change.after).count();
        let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        self.count.created += number(plan.created.len());
        self.count.updated += number(changed);
        self.count.unchanged += plan.unchanged + number(plan.changed.len() - changed);
        self.problems.note(std::mem::take(&mut plan.problems));
        self.touched.extend(plan.created.iter().map(|(project, _)| project.name.clone()));
        self.touched.extend(plan.changed.iter().map(|change| change.before.name.clone()));
    }
}

impl TakeOver {
    /// What the file would do; nothing is locked meanwhile.
    pub(crate) async fn rehearse(self: &Arc<Self>, database: &Database) -> Result<ImportReport> {
        let mut tally = Tally::default();
        let counterparts = Counterparts::of(database.reader()).await?;
        let (mut chunks, reading) = self.read();
        while let Some(records) = chunks.recv().await {
            let mut plan = self.plan(database.reader(), records).await?;
            tally.add(&mut plan);
            for work in promised(database.reader(), &mut plan).await? {
                let reports = report::imported::there(database.reader(), &work.project.name).await?;
                let changes = work.changes(&counterparts, self.call.now);
                promises::rehearse(&changes, &reports, &mut tally.promises);
            }
        }
        reading.await.map_err(Error::internal)??;
        Ok(self.told(tally))
    }

    /// Takes the file over within a transaction.
    pub(crate) async fn run(self: &Arc<Self>, unit: &mut Unit<'_>) -> Result<ImportReport> {
        unit.plan_afresh().await?;
        let (mut chunks, reading) = self.read();
        let written = self.write_all(unit, &mut chunks).await;
        // The transaction may begin anew, and the file has one reader at a time: this one stops before that.
        drop(chunks);
        let read = reading.await.map_err(Error::internal)?;
        let mut tally = written?;
        read?;
        self.link(unit, &mut tally).await?;
        Ok(self.told(tally))
    }

    fn read(self: &Arc<Self>) -> (mpsc::Receiver<Vec<Record>>, tokio::task::JoinHandle<Result<()>>) {
        let (sender, chunks) = mpsc::channel(1);
        let work = Arc::clone(self);
        let reading =
            tokio::task::spawn_blocking(move || reading::send(&work.upload, work.call.now, &sender));
        (chunks, reading)
    }

    async fn write_all(
        &self,
        unit: &mut Unit<'_>,
        chunks: &mut mpsc::Receiver<Vec<Record>>,
    ) -> Result<Tally> {
        let mut tally = Tally::default();
        let counterparts = Counterparts::of(unit.txn).await?;
        while let Some(records) = chunks.recv().await {
            let mut plan = self.plan(unit.txn, records).await?;
            tally.add(&mut plan);
            let promised = promised(unit.txn, &mut plan).await?;
            self.write(unit, plan).await?;
            unit.flush().await?;
            for work in promised {
                let changes = work.changes(&counterparts, self.call.now);
                let why = Why::of(&self.upload.options.file_name, self.french);
                let problems =
                    promises::write(unit, &self.call, &work.project, changes, &why, &mut tally.promises)
                        .await?;
                tally.problems.note(problems);
            }
        }
        Ok(tally)
    }

    /// Recognises projects by their identifiers; a record that is word for word the one before changes nothing (LES-18).
    async fn plan(&self, db: &impl ConnectionTrait, records: Vec<Record>) -> Result<Plan> {
        let mut plan = Plan::default();
        let identifiers: Vec<&str> = records.iter().map(|record| record.found.identifier.as_str()).collect();
        let known = store::identified(db, &identifiers).await?;
        let names: Vec<&str> = known.iter().map(|project| project.name.as_str()).collect();
        let hashes = source::hashes(db, &names).await?;
        let mut known: HashMap<String, Model> =
            known.into_iter().map(|project| (project.iati_identifier.clone(), project)).collect();
        self.registered_here(db, &records, &mut known).await?;
        let mut seen = HashSet::new();
        for record in records {
            if !seen.insert(record.found.identifier.clone()) {
                plan.unchanged += 1;
                continue;
            }
            let Some(project) = known.remove(&record.found.identifier) else {
                plan.created.push((self.create(&record)?, record));
                continue;
            };
            if project.origin != Origin::Imported {
                plan.problems.push(registered(&record, &project));
                plan.unchanged += 1;
            } else if self.is_known(db, &project, &record, hashes.get(&project.name)).await? {
                match self.newly_carried(&project, &record) {
                    None => plan.unchanged += 1,
                    Some(after) => {
                        let promised = self.said_before(db, &project).await?.promises;
                        plan.changed.push(Change { before: project, after, record, promised });
                    }
                }
            } else {
                let before = self.said_before(db, &project).await?;
                let mut project = project;
                detail::complete(std::slice::from_mut(&mut project), db).await?;
                let mut after = project.clone();
                // What an unreadable record said is not known: then only those who take part are looked at.
                let mut found = before.found.unwrap_or_else(|| record.found.clone());
                if hashes.get(&project.name).is_some_and(|(_, reading)| *reading < source::READING) {
                    found.forget_details();
                }
                as_found::learn(&mut after, &found, &record.found, &self.partners, self.call.now);
                after = self.newly_carried(&after, &record).unwrap_or(after);
                plan.changed.push(Change { before: project, after, record, promised: before.promises });
            }
        }
        Ok(plan)
    }

    /// The project with the partnership that carries it, where nobody has said one.
    fn newly_carried(&self, project: &Model, record: &Record) -> Option<Model> {
        let partnership = self.carried.of(&record.found);
        let unsaid = project.partnership.is_empty() && !partnership.is_empty();
        unsaid.then(|| Model { partnership: partnership.to_owned(), ..project.clone() })
    }

    /// Nothing new is in a record: it is the one that the project came from, of which everything was read, or that one as it
    /// is exported.
    async fn is_known(
        &self,
        db: &impl ConnectionTrait,
        project: &Model,
        record: &Record,
        known: Option<&(Vec<u8>, i32)>,
    ) -> Result<bool> {
        match known {
            Some((sha256, reading)) if *sha256 == record.sha256 => Ok(*reading >= source::READING),
            _ => self.is_our_export(db, project, record).await,
        }
    }

    /// The record is the one that the project came from, exported without contacts: those stay.
    async fn is_our_export(
        &self,
        db: &impl ConnectionTrait,
        project: &Model,
        record: &Record,
    ) -> Result<bool> {
        let stored = source::of(db, &[&project.name]).await?.remove(&project.name);
        let stored = stored.map(source::Source::unpack).transpose()?;
        Ok(stored.and_then(|stored| publish::without_contacts(&stored)).is_some_and(|raw| raw == record.raw))
    }

    /// Adds the projects that were registered here without an identifier, under the one that an export makes for them.
    async fn registered_here(
        &self,
        db: &impl ConnectionTrait,
        records: &[Record],
        known: &mut HashMap<String, Model>,
    ) -> Result<()> {
        let unknown = records.iter().filter(|record| !known.contains_key(&record.found.identifier));
        let made: HashMap<String, &Record> = unknown
            .flat_map(|record| publish::names_in(&record.found.identifier).map(move |name| (name, record)))
            .collect();
        let names: Vec<&str> = made.keys().map(String::as_str).collect();
        for project in store::unidentified(db, &names).await? {
            let Found { identifier, lead, .. } = &made[&project.name].found;
            if self.partners.get(lead) == Some(&project.lead_partner) {
                known.insert(identifier.clone(), project);
            }
        }
        Ok(())
    }

    fn create(&self, record: &Record) -> Result<Model> {
        let mut project = as_found::create(&record.found, &self.partners, self.call.now);
        self.carried.of(&record.found).clone_into(&mut project.partnership);
        if project.lead_partner.is_empty() && !self.call.validate_only {
            return Err(Error::internal(format!(
                "no partner was made of the publisher of {}",
                record.found.identifier
            )));
        }
        Ok(project)
    }

    /// What the record that a project came from said.
    async fn said_before(&self, db: &impl ConnectionTrait, project: &Model) -> Result<Reading> {
        let record = source::record(db, &project.name).await?;
        let activity = record.and_then(|record| iati::Activity::read(record, 1).ok());
        Ok(activity.map(|activity| as_found::of(&activity, project.create_time)).unwrap_or_default())
    }

    async fn write(&self, unit: &mut Unit<'_>, plan: Plan) -> Result<()> {
        let (created, mut sources): (Vec<Model>, Vec<(String, Record)>) = plan
            .created
            .into_iter()
            .map(|(project, record)| (project.clone(), (project.name, record)))
            .unzip();
        chassis::store::insert_all(unit, &self.call, &created).await?;
        links::tie(unit.txn, created.iter()).await?;
        let empty = detail::Details::default();
        detail::save(unit.txn, created.iter().filter(|project| project.details != empty)).await?;
        crate::result::ledger::keep(unit, created.iter()).await?;
        for Change { before, after, record, .. } in plan.changed {
            sources.push((before.name.clone(), record));
            let rule = |project: &mut Model| {
                project.clone_from(&after);
                Ok(())
            };
            chassis::store::apply(unit, &self.call, before, rule).await?;
        }
        let (file_name, now) = (self.upload.options.file_name.clone(), unit.now);
        let partners = self.partners.clone();
        let packed = tokio::task::spawn_blocking(move || packed(sources, &file_name, &partners, now)).await;
        source::save(unit.txn, packed.map_err(Error::internal)??).await
    }

    /// Makes projects part of the projects that their records name, now that all are there; also those of earlier files
    /// that waited for one of this file.
    async fn link(&self, unit: &mut Unit<'_>, tally: &mut Tally) -> Result<()> {
        for (part, parent) in store::unlinked(unit.txn).await? {
            if !tally.touched.contains(&part) && !tally.touched.contains(&parent) {
                continue;
            }
            let Some(project) = chassis::store::find::<Model>(unit, &part).await? else { continue };
            if store::ancestry(unit.txn, &parent, &part).await? != Ancestry::Fits {
                tally.problems.note([circular(&project)]);
                continue;
            }
            let rule = |project: &mut Model| {
                project.parent_project.clone_from(&parent);
                Ok(())
            };
            chassis::store::apply(unit, &self.call, project, rule).await?;
        }
        Ok(())
    }

    fn told(&self, tally: Tally) -> ImportReport {
        let mut report = self.report.clone();
        report.counts.push(ImportCount {
            noun: "project".to_owned(),
            unchanged: tally.count.unchanged + self.repeated,
            refused: self.refused,
            ..tally.count
        });
        report.counts.extend(self.carried.counts.iter().cloned());
        report.counts.extend(tally.promises.told());
        report.problems.extend(self.carried.problems.iter().cloned());
        report.changes.extend(self.carried.changes.iter().cloned());
        let late = tally.problems.report("", self.french);
        report.problems.extend(late.problems);
        report.problems_left_off += late.problems_left_off;
        report
    }
}

fn packed(
    sources: Vec<(String, Record)>,
    file_name: &str,
    partners: &HashMap<String, String>,
    now: Micros,
) -> Result<Vec<source::Model>> {
    let partner = |key: String| partners.get(&key).cloned().unwrap_or_default();
    let pack = |(project, record): (String, Record)| {
        Ok(source::Model {
            project,
            file_name: file_name.chars().filter(|c| !c.is_control()).take(500).collect(),
            sha256: record.sha256,
            record: source::deflate(&record.raw)?,
            namespaces: record
                .namespaces
                .iter()
                .map(|(prefix, address)| format!("{prefix}={address}"))
                .collect(),
            default_language: record.default_language,
            default_currency: record.default_currency,
            parent_identifier: record.found.parent,
            time: now,
            participants: record.participating.into_iter().map(partner).collect(),
            reading: source::READING,
        })
    };
    sources.into_iter().map(pack).collect()
}

#[cfg(test)]
mod tests;
