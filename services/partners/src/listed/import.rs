//! Taking a spreadsheet over as found (BEY-8): every cell is looked at, then all is written in one transaction, or nothing.

use std::io::Read as _;
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
use sheet::Limits;
use tonic::Streaming;

use super::check::{self, Checked, origin};
use super::line::problem;
use super::reading::{self, Listed, Row};
use super::resolve;
use crate::taking::{self, Part, Tally, Trouble};

/// Imports a spreadsheet of partnerships and agreements.
pub(crate) async fn file(
    context: &Context,
    caller: Arc<Caller>,
    pieces: Streaming<ImportRequest>,
) -> Result<ImportReport> {
    let limits = Limits::default();
    let upload = Upload::receive_at_most(pieces, limits.bytes as u64).await?;
    let call = Call::of_upload(Arc::clone(&caller), &upload, &context.clock)?;
    let opened = upload.open()?;
    let listed =
        tokio::task::spawn_blocking(move || open(opened, &limits)).await.map_err(Error::internal)??;
    let meant = resolve::meant(&context.database, &caller, check::named(&listed)).await?;
    let language = Conversation::current().language;
    let mut checked = check::check(&listed, &meant, language);
    let mut problems = Problems::default();
    problems.note(std::mem::take(&mut checked.problems));
    let partial = upload.options.partial;
    let rehearse = call.validate_only || (problems.blocked() && !partial);
    let call = Call { validate_only: rehearse, ..call };
    let told = problems.report(&upload.options.file_name, language == Language::Fr);
    let work = Arc::new(TakeOver { listed, checked, told, partial, language });
    let preferences = Conversation::current();
    let written = idempotency::once(&context.database, "partners", call, move |unit, call| {
        let work = Arc::clone(&work);
        preferences.clone().carry(async move { work.run(unit, call).await }).boxed()
    });
    written.await
}

fn open(mut opened: std::fs::File, limits: &Limits) -> Result<Listed> {
    let mut file = Vec::new();
    opened.read_to_end(&mut file).map_err(Error::internal)?;
    reading::read(&sheet::read(&file, limits)?)
}

/// Lines to take over, and what is known of them.
struct TakeOver {
    listed: Listed,
    checked: Checked,
    told: ImportReport,
    partial: bool,
    language: Language,
}

impl TakeOver {
    /// Takes the lines over within a transaction, which is undone where something turns out that cannot be taken.
    async fn run(&self, unit: &mut Unit<'_>, call: &Call) -> Result<Outcome<ImportReport>> {
        let mut tally = Tally::default();
        let taken = taking::take(unit, call, self.checked.drafts.clone(), &[], &mut tally).await?;
        tally.refused[1] += self.checked.refused;
        let mut late = Problems::default();
        late.note(taken.troubles.into_iter().map(|trouble| self.problem(trouble)));
        let stopped = late.blocked() && !self.partial;
        let late = late.report("", self.language == Language::Fr);
        let mut report = self.told.clone();
        report.counts = tally.counts();
        report.counts.truncate(2); // a line says nothing of commitments
        report.problems.extend(late.problems);
        report.problems_left_off += late.problems_left_off;
        report.changes = taken
            .changes
            .into_iter()
            .map(|change| {
                let row = self.row(change.draft, change.part);
                ImportChange {
                    record: self.listed.place(row, origin(change.part, "external_reference")),
                    location: self.listed.place(row, origin(change.part, &change.what.field)),
                    resource: change.resource,
                    label: change.what.label,
                    before: change.what.before,
                    after: change.what.after,
                }
            })
            .collect();
        report.committed = !call.validate_only && !stopped;
        Ok(if stopped { Outcome::Discard(report) } else { Outcome::Keep(report) })
    }

    fn row(&self, draft: usize, part: Part) -> &Row {
        let lines = &self.checked.lines[draft];
        let line = match part {
            Part::Agreement(at) => lines[at],
            Part::Partnership | Part::Commitment(_) => lines[0],
        };
        &self.listed.rows[line]
    }

    fn problem(&self, trouble: Trouble) -> Problem {
        let Trouble { draft, part, field, why, code, blocks } = trouble;
        let severity = if blocks { Severity::Blocks } else { Severity::Doubtful };
        problem(&self.listed, self.row(draft, part), origin(part, &field), (severity, code), why)
    }
}
