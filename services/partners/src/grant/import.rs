//! Taking a file of grants over as found (BEY-8): looked at once whole, then written in one transaction, or not at all.

use std::collections::HashMap;
use std::sync::Arc;

use chassis::auth::Caller;
use chassis::database::{Outcome, Unit};
use chassis::error::{Error, Result};
use chassis::say::Language;
use chassis::upload::Upload;
use chassis::wire::Conversation;
use chassis::{Call, Context, idempotency};
use futures::FutureExt as _;
use iati::{Problem, Problems, Severity};
use proto::common::{ImportChange, ImportReport, ImportRequest};
use proto::partners as pb;
use tokio::sync::mpsc;
use tonic::Streaming;

use super::as_found::{self, origin, problem};
use super::pairs::{Names, Pairs, named};
use super::survey::{Sound, Survey, send};
use crate::network_settings;
use crate::partner::import::{counted, recognise};
use crate::taking::{self, Part, Taken, Tally, Trouble};

/// Changes that a report lists, at most.
const LISTED: usize = 1000;

/// Imports a file of grants.
pub(crate) async fn file(
    context: &Context,
    caller: Arc<Caller>,
    pieces: Streaming<ImportRequest>,
) -> Result<ImportReport> {
    let upload = Arc::new(Upload::receive(pieces).await?);
    let call = Call::of_upload(caller, &upload, &context.clock)?;
    let source = upload.open()?;
    let mut survey =
        tokio::task::spawn_blocking(move || Survey::of(source)).await.map_err(Error::internal)?;
    // What blocks a grant blocks the file, unless the caller takes what is sound; either way the report is whole.
    let partial = upload.options.partial;
    let rehearse = call.validate_only || (survey.problems.blocked() && !partial);
    let call = Call { validate_only: rehearse, ..call };
    let french = Conversation::current().language == Language::Fr;
    let told = std::mem::take(&mut survey.problems).report(&upload.options.file_name, french);
    let work = Arc::new(TakeOver { upload, survey, told, partial, french });
    let preferences = Conversation::current();
    let written = idempotency::once(&context.database, "partners", call, move |unit, call| {
        let work = Arc::clone(&work);
        preferences.clone().carry(async move { work.run(unit, call).await }).boxed()
    });
    written.await
}

/// A file to take over, and what is known of it.
struct TakeOver {
    upload: Arc<Upload>,
    survey: Survey,
    /// What there is to report before anything is written.
    told: ImportReport,
    partial: bool,
    french: bool,
}

/// What was found while writing.
#[derive(Default)]
struct Found {
    tally: Tally,
    problems: Problems,
    changes: Vec<ImportChange>,
    left_off: i32,
}

impl TakeOver {
    /// Takes the file over within a transaction, which is undone where something turns out that cannot be taken.
    async fn run(self: &Arc<Self>, unit: &mut Unit<'_>, call: &Call) -> Result<Outcome<ImportReport>> {
        let organisations = recognise(unit, call, &self.survey.organisations).await?;
        let partners: Vec<String> = organisations.partners.iter().map(|(name, _)| name.clone()).collect();
        let today = network_settings::store::today(unit.txn, unit.now).await?;
        let today = today.ok_or_else(|| Error::internal("the clock shows no day"))?;
        let pairs = Pairs::of(unit, &self.survey, &partners, today).await?;
        let (sender, mut chunks) = mpsc::channel(1);
        let work = Arc::clone(self);
        let reading = tokio::task::spawn_blocking(move || send(&work.upload, &sender));
        let written = self.write_all(unit, call, &pairs, &partners, &mut chunks).await;
        // The transaction may begin anew, and the file has one reader at a time: this one stops before that.
        drop(chunks);
        let read = reading.await.map_err(Error::internal)?;
        let mut found = written?;
        read?;
        found.tally.refused[1] += self.survey.refused;
        let stopped = found.problems.blocked() && !self.partial;
        let late = found.problems.report("", self.french);
        let mut report = self.told.clone();
        report.counts.push(counted(&organisations.partners));
        report.counts.extend(found.tally.counts());
        report.problems.extend(late.problems);
        report.problems_left_off += late.problems_left_off;
        report.possible_duplicates = organisations.possible_duplicates;
        report.changes = found.changes;
        report.changes_left_off = found.left_off;
        report.committed = !call.validate_only && !stopped;
        Ok(if stopped { Outcome::Discard(report) } else { Outcome::Keep(report) })
    }

    async fn write_all(
        &self,
        unit: &mut Unit<'_>,
        call: &Call,
        pairs: &Pairs,
        partners: &[String],
        chunks: &mut mpsc::Receiver<Vec<Sound>>,
    ) -> Result<Found> {
        let mut found = Found::default();
        while let Some(grants) = chunks.recv().await {
            let piece = self.piece(&grants, pairs, partners);
            let taken = taking::take(unit, call, piece.drafts, &[], &mut found.tally).await?;
            found.note(taken, &grants, &piece.places);
        }
        Ok(found)
    }

    /// The partnerships of some grants, each with what these grants add to it.
    fn piece(&self, grants: &[Sound], pairs: &Pairs, partners: &[String]) -> Piece {
        let mut piece = Piece::default();
        let mut at: HashMap<Names, usize> = HashMap::new();
        for (place, Sound { grant, amount }) in grants.iter().enumerate() {
            let Some(pair) = self.survey.pair(grant) else { continue };
            let names = named(&pair, partners);
            let Some(partnership) = pairs.get(&names) else { continue };
            let parties: Vec<&str> = names.0.iter().chain(&names.1).map(String::as_str).collect();
            let (funder, recipient) = (names.0[0].as_str(), names.1[0].as_str());
            let agreement = as_found::agreement(grant, &parties);
            let commitment =
                amount.clone().map(|amount| as_found::commitment(grant, amount, funder, recipient));
            let draft = *at.entry(names.clone()).or_insert_with(|| {
                piece.drafts.push(partnership.clone());
                piece.places.push(Places { grant: place, ..Places::default() });
                piece.drafts.len() - 1
            });
            piece.drafts[draft].agreements.push(agreement);
            piece.places[draft].agreements.push(place);
            if let Some(commitment) = commitment {
                piece.drafts[draft].commitments.push(commitment);
                piece.places[draft].commitments.push(place);
            }
        }
        piece
    }
}

#[derive(Default)]
struct Piece {
    drafts: Vec<pb::PartnershipAsFound>,
    places: Vec<Places>,
}

/// Which grants a draft came from: the first, and that of each of its parts.
#[derive(Default)]
struct Places {
    grant: usize,
    agreements: Vec<usize>,
    commitments: Vec<usize>,
}

impl Places {
    fn of(&self, part: Part) -> usize {
        match part {
            Part::Partnership => self.grant,
            Part::Agreement(at) => self.agreements[at],
            Part::Commitment(at) => self.commitments[at],
        }
    }
}

impl Found {
    fn note(&mut self, taken: Taken, grants: &[Sound], places: &[Places]) {
        let told = |Trouble { draft, part, field, why, code, blocks }: Trouble| -> Problem {
            let grant = &grants[places[draft].of(part)].grant;
            let severity = if blocks { Severity::Blocks } else { Severity::Doubtful };
            problem(grant, origin(&field), severity, code, "", why)
        };
        self.problems.note(taken.troubles.into_iter().map(told));
        for change in taken.changes {
            if self.changes.len() == LISTED {
                self.left_off = self.left_off.saturating_add(1);
                continue;
            }
            let grant = &grants[places[change.draft].of(change.part)].grant;
            self.changes.push(ImportChange {
                record: grant.id.clone(),
                location: grant.field(origin(&change.what.field)).path.clone(),
                resource: change.resource,
                label: change.what.label,
                before: change.what.before,
                after: change.what.after,
            });
        }
    }
}
