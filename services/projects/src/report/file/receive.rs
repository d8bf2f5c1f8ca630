//! A spreadsheet comes back: looked at within limits, then checked and taken in one transaction, or only checked.

use std::io::Read as _;
use std::sync::Arc;

use aws_lc_rs::digest::{Context as Digest, SHA256};
use chassis::auth::Caller;
use chassis::column::Day;
use chassis::database::{Outcome, Unit};
use chassis::error::{Error, Result};
use chassis::say::Language;
use chassis::upload::Upload;
use chassis::wire::Conversation;
use chassis::{Call, idempotency, name};
use futures::FutureExt as _;
use prost::Message as _;
use proto::common::{ImportReport, ImportRequest};
use proto::projects as pb;
use sheet::{Limits, Workbook};
use tonic::Streaming;

use super::super::ground::Ground;
use super::super::row::Model;
use super::super::rpc::Reports;
use super::super::{rules, store as reports_store};
use super::blame::blame;
use super::check::{self, Verdict};
use super::corrected::corrected;
use super::problem::groups;
use super::reading::{self, Filled};
use super::store;
use crate::project::rules::PATTERN as PROJECT;
use crate::reporting_period::rules::PATTERN as PERIOD;
use crate::settings::Agreed;

/// The noted file is sent back as long as the answer is no larger: clients take 4 MiB.
const LARGEST_BACK: usize = 7 * 512 * 1024;
/// Changes listed, at most; all are counted.
const MOST_CHANGES: usize = 5000;

/// Says what sending a spreadsheet would do.
pub(in super::super) async fn check(
    reports: &Reports,
    caller: Arc<Caller>,
    pieces: Streaming<ImportRequest>,
) -> Result<pb::ReportFileResult> {
    receive(reports, caller, pieces, true).await
}

/// Takes a spreadsheet: all of it, which sends the report to review; or with `partial` what is sound, as a draft.
pub(in super::super) async fn submit(
    reports: &Reports,
    caller: Arc<Caller>,
    pieces: Streaming<ImportRequest>,
) -> Result<pb::ReportFileResult> {
    receive(reports, caller, pieces, false).await
}

async fn receive(
    reports: &Reports,
    caller: Arc<Caller>,
    pieces: Streaming<ImportRequest>,
    rehearse: bool,
) -> Result<pb::ReportFileResult> {
    let limits = Limits::default();
    let upload = Upload::receive_at_most(pieces, limits.bytes as u64).await?;
    let mut call = Call::of_upload(caller, &upload, &reports.context.clock)?;
    call.validate_only |= rehearse;
    let opened = tokio::task::spawn_blocking(move || open(&upload, &limits).map(|opened| (upload, opened)));
    let (upload, Opened { file, workbook, filled }) = opened.await.map_err(Error::internal)??;
    name::check_reference("file", PROJECT, &filled.meta.project)?;
    name::check_reference("file", PERIOD, &filled.meta.reporting_period)?;
    let project = reports.project(&call.caller, &filled.meta.project).await?;
    call.caller.must(call.caller.acts_for(&project.lead_partner), &project.name)?;
    let language = Conversation::current().language;
    let work = Arc::new(Take {
        agreed: reports.settings.current(&call.caller).await?,
        receipt: receipt(&filled, &file),
        filled,
        file_name: upload.options.file_name.clone(),
        partial: upload.options.partial,
        language,
    });
    let done = idempotency::once(&reports.context.database, "projects", call, move |unit, call| {
        let work = Arc::clone(&work);
        async move { work.run(unit, call).await }.boxed()
    });
    let mut result = done.await?;
    if result.groups.is_empty() && result.conflicts.is_empty() {
        return Ok(result);
    }
    let found = result.clone();
    let noted = tokio::task::spawn_blocking(move || corrected(&file, &workbook, &found, language));
    let noted = noted.await.map_err(Error::internal)??;
    if noted.len() + result.encoded_len() <= LARGEST_BACK {
        result.corrected_file = noted;
    }
    Ok(result)
}

struct Opened {
    file: Vec<u8>,
    workbook: Workbook,
    filled: Filled,
}

fn open(upload: &Upload, limits: &Limits) -> Result<Opened> {
    let mut file = Vec::new();
    upload.open()?.read_to_end(&mut file).map_err(Error::internal)?;
    let workbook = sheet::read(&file, limits)?;
    let filled = reading::read(&workbook)?;
    Ok(Opened { file, workbook, filled })
}

/// The number of the receipt: the same for the same file of the same report.
fn receipt(filled: &Filled, file: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut digest = Digest::new(&SHA256);
    for part in [filled.meta.project.as_bytes(), filled.meta.reporting_period.as_bytes(), file] {
        digest.update(&(part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    let digest = digest.finish();
    let letters = digest.as_ref().iter().take(12).map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
    let letters: String = letters.collect();
    format!("R-{}-{}-{}", &letters[..4], &letters[4..8], &letters[8..])
}

struct Take {
    agreed: Arc<Agreed>,
    filled: Filled,
    file_name: String,
    partial: bool,
    receipt: String,
    language: Language,
}

impl Take {
    async fn run(&self, unit: &mut Unit<'_>, call: &Call) -> Result<Outcome<pb::ReportFileResult>> {
        let meta = &self.filled.meta;
        let agreed = Arc::clone(&self.agreed);
        let ground = reports_store::ground(unit.txn, agreed, &meta.project, &meta.reporting_period).await?;
        let current = store::current(unit.txn, &meta.project, &meta.reporting_period).await?;
        let next_due = match &ground.period {
            Some(period) => store::next_due(unit.txn, period).await?,
            None => None,
        };
        if let Some(before) = store::received(unit.txn, &self.receipt).await? {
            return Ok(Outcome::Discard(pb::ReportFileResult {
                already_received: true,
                received_time: Some(before.receive_time.to_timestamp()),
                ..self.result(Verdict::nothing(), current, next_due)
            }));
        }
        let mut verdict = check::check(&self.filled, &ground, current.as_ref());
        let drafted = self.draft(&ground, current.as_ref(), &mut verdict, call)?;
        let Some(drafted) = drafted.filter(|_| self.partial || !verdict.holds_back()) else {
            return Ok(Outcome::Discard(self.result(verdict, current, next_due)));
        };
        let submit = !verdict.holds_back();
        let saved = save(unit, call, current, drafted, &ground, submit).await?;
        if submit {
            store::remember(unit, &self.receipt, &saved.name).await?;
        }
        let mut result = self.result(verdict, Some(saved), next_due);
        if let Some(report) = result.import_report.as_mut() {
            report.committed = !call.validate_only;
        }
        if !call.validate_only && submit {
            result.receipt.clone_from(&self.receipt);
            result.received_time = Some(unit.now.to_timestamp());
        }
        Ok(Outcome::Keep(result))
    }

    /// The report with what is sound in the spreadsheet; nothing when not even a draft may say that. Notes what keeps it
    /// from being submitted.
    fn draft(
        &self,
        ground: &Ground,
        current: Option<&Model>,
        verdict: &mut Verdict,
        call: &Call,
    ) -> Result<Option<Model>> {
        let drafted = match current {
            None => rules::create("", &verdict.draft, ground, call),
            Some(current) => {
                let mut report = current.clone();
                rules::update(&mut report, &verdict.draft, ground).map(|()| report)
            }
        };
        let drafted = match drafted {
            Ok(drafted) => drafted,
            Err(refusal) => {
                blame(refusal, &verdict.places, &mut verdict.problems)?;
                return Ok(None);
            }
        };
        if let Err(refusal) = rules::submit(&mut drafted.clone(), ground, call) {
            blame(refusal, &verdict.places, &mut verdict.problems)?;
        }
        Ok(Some(drafted))
    }

    fn result(
        &self,
        mut verdict: Verdict,
        report: Option<Model>,
        next_due: Option<Day>,
    ) -> pb::ReportFileResult {
        let (problems, problems_left_off) = verdict.problems.listed(self.language);
        verdict.changes.truncate(MOST_CHANGES);
        pb::ReportFileResult {
            groups: groups(&verdict.problems, self.language),
            import_report: Some(ImportReport {
                file_name: self.file_name.clone(),
                committed: false,
                counts: vec![verdict.count],
                problems,
                problems_left_off,
                ..ImportReport::default()
            }),
            report: report.map(pb::Report::from),
            changes: verdict.changes,
            conflicts: verdict.conflicts,
            ignored: self.filled.ignored.clone(),
            next_due_date: next_due.map(Day::to_date),
            ..pb::ReportFileResult::default()
        }
    }
}

/// Writes the report, and sends it to review.
async fn save(
    unit: &mut Unit<'_>,
    call: &Call,
    current: Option<Model>,
    drafted: Model,
    ground: &Ground,
    submit: bool,
) -> Result<Model> {
    let draft = match current {
        Some(current) => current,
        None => {
            chassis::store::insert(unit, call, &drafted).await?;
            drafted.clone()
        }
    };
    let rule = |report: &mut Model| {
        let made = (report.revision, report.update_time);
        report.clone_from(&drafted);
        (report.revision, report.update_time) = made;
        if submit { rules::submit(report, ground, call) } else { Ok(()) }
    };
    let (saved, _) = chassis::store::apply(unit, call, draft, rule).await?;
    Ok(saved)
}
