//! Writing the records of a file, or seeing what writing them would do.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chassis::column::Micros;
use chassis::database::{Database, Unit};
use chassis::error::{Error, Result};
use chassis::upload::Upload;
use chassis::{Call, say};
use iati::{Problem, Problems, Severity};
use proto::common::{ImportCount, ImportReport, Origin};
use sea_orm::ConnectionTrait;
use tokio::sync::mpsc;

use super::as_found::{self, Found};
use super::reading::{self, Record};
use super::row::Model;
use super::store::Ancestry;
use super::{source, store};

/// A file to take over, and what is known of it.
pub(crate) struct TakeOver {
    pub(crate) upload: Arc<Upload>,
    pub(crate) call: Call,
    /// The partner of each organisation, by its key.
    pub(crate) partners: HashMap<String, String>,
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
    /// Before, after, and the record that says so.
    changed: Vec<(Model, Model, Record)>,
    unchanged: i32,
    problems: Vec<Problem>,
}

#[derive(Default)]
struct Tally {
    count: ImportCount,
    problems: Problems,
    /// The projects that are new or have changed.
    touched: HashSet<String>,
}

impl Tally {
    fn add(&mut self, plan: &mut Plan) {
        let changed = plan.changed.iter().filter(|(before, after, _)| before != after).count();
        let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        self.count.created += number(plan.created.len());
        self.count.updated += number(changed);
        self.count.unchanged += plan.unchanged + number(plan.changed.len() - changed);
        self.problems.note(std::mem::take(&mut plan.problems));
        self.touched.extend(plan.created.iter().map(|(project, _)| project.name.clone()));
        self.touched.extend(plan.changed.iter().map(|(project, ..)| project.name.clone()));
    }
}

impl TakeOver {
    /// What the file would do; nothing is locked meanwhile.
    pub(crate) async fn rehearse(self: &Arc<Self>, database: &Database) -> Result<ImportReport> {
        let mut tally = Tally::default();
        let (mut chunks, reading) = self.read();
        while let Some(records) = chunks.recv().await {
            tally.add(&mut self.plan(database.reader(), records).await?);
        }
        reading.await.map_err(Error::internal)??;
        Ok(self.told(tally))
    }

    /// Takes the file over within a transaction.
    pub(crate) async fn run(self: &Arc<Self>, unit: &mut Unit<'_>) -> Result<ImportReport> {
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
        while let Some(records) = chunks.recv().await {
            let mut plan = self.plan(unit.txn, records).await?;
            tally.add(&mut plan);
            self.write(unit, plan).await?;
            unit.flush().await?;
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
            } else if hashes.get(&project.name) == Some(&record.sha256) {
                plan.unchanged += 1;
            } else {
                let before = self.found_before(db, &project).await?;
                let mut after = project.clone();
                // What an unreadable record said is not known: then only those who take part are looked at.
                let before = before.unwrap_or_else(|| record.found.clone());
                as_found::learn(&mut after, &before, &record.found, &self.partners, self.call.now);
                plan.changed.push((project, after, record));
            }
        }
        Ok(plan)
    }

    fn create(&self, record: &Record) -> Result<Model> {
        let project = as_found::create(&record.found, &self.partners, self.call.now);
        if project.lead_partner.is_empty() && !self.call.validate_only {
            return Err(Error::internal(format!(
                "no partner was made of the publisher of {}",
                record.found.identifier
            )));
        }
        Ok(project)
    }

    /// What the record that a project came from said.
    async fn found_before(&self, db: &impl ConnectionTrait, project: &Model) -> Result<Option<Found>> {
        let Some(record) = source::record(db, &project.name).await? else {
            return Ok(None);
        };
        Ok(iati::Activity::read(record, 1)
            .ok()
            .and_then(|activity| as_found::of(&activity, project.create_time).found))
    }

    async fn write(&self, unit: &mut Unit<'_>, plan: Plan) -> Result<()> {
        let (created, mut sources): (Vec<Model>, Vec<(String, Record)>) = plan
            .created
            .into_iter()
            .map(|(project, record)| (project.clone(), (project.name, record)))
            .unzip();
        chassis::store::insert_all(unit, &self.call, &created).await?;
        store::insert_participants(unit.txn, created.iter()).await?;
        for (before, after, record) in plan.changed {
            sources.push((before.name.clone(), record));
            let rule = |project: &mut Model| {
                project.clone_from(&after);
                Ok(())
            };
            chassis::store::apply(unit, &self.call, before, rule).await?;
        }
        let (file_name, now) = (self.upload.options.file_name.clone(), unit.now);
        let packed = tokio::task::spawn_blocking(move || packed(sources, &file_name, now)).await;
        source::save(unit.txn, packed.map_err(Error::internal)??).await
    }

    /// Makes projects part of the projects that their records name, now that all are there; also those of earlier files
    /// that waited for one of this file.
    async fn link(&self, unit: &mut Unit<'_>, tally: &mut Tally) -> Result<()> {
        for (part, parent) in store::unlinked(unit.txn).await? {
            if !tally.touched.contains(&part) && !tally.touched.contains(&parent) {
                continue;
            }
            let Some(project) = chassis::store::find::<Model>(unit.txn, &part).await? else { continue };
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
        let late = tally.problems.report("", self.french);
        report.problems.extend(late.problems);
        report.problems_left_off += late.problems_left_off;
        report
    }
}

fn packed(sources: Vec<(String, Record)>, file_name: &str, now: Micros) -> Result<Vec<source::Model>> {
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
        })
    };
    sources.into_iter().map(pack).collect()
}

fn registered(record: &Record, project: &Model) -> Problem {
    let name = &project.name;
    let what = say!(
        "{name} was registered here with this identifier and speaks for itself: the file does not change it",
        "{name} a été enregistré ici avec cet identifiant et fait foi : le fichier ne le modifie pas"
    );
    Problem {
        severity: Severity::Advice,
        record: record.found.identifier.clone(),
        location: "iati-identifier".to_owned(),
        line: record.line,
        found: String::new(),
        code: "REGISTERED_HERE",
        en: what.en,
        fr: what.fr,
    }
}

fn circular(project: &Model) -> Problem {
    let what = say!(
        "its parent is a part of it, or too many projects stand within each other: left without a parent",
        "son parent en fait partie, ou trop de projets sont emboîtés : laissé sans parent"
    );
    Problem {
        severity: Severity::Doubtful,
        record: project.iati_identifier.clone(),
        location: "related-activity/@ref".to_owned(),
        line: 0,
        found: String::new(),
        code: "PARENT_CIRCULAR",
        en: what.en,
        fr: what.fr,
    }
}

#[cfg(test)]
mod tests;
