//! A spreadsheet comes back: looked at within limits, then checked and taken in one transaction, or only checked.

use std::io::Read as _;
use std::sync::Arc;

use chassis::auth::Caller;
use chassis::database::{Outcome, Unit};
use chassis::error::{Error, Result, Violation};
use chassis::say::{Language, Text};
use chassis::upload::Upload;
use chassis::wire::Conversation;
use chassis::{Call, Context, idempotency, name, say};
use futures::FutureExt as _;
use prost::Message as _;
use proto::common::import_problem::Severity;
use proto::common::{ImportCount, ImportReport, ImportRequest};
use proto::training as pb;
use sheet::form::{Choice, Form, Listed, Row, chosen, offered};
use sheet::{Finding, Limits, Problems, Workbook};
use tonic::Streaming;

use crate::session;

/// The noted file is sent back as long as the answer is no larger: clients take 4 MiB.
const LARGEST_BACK: usize = 7 * 512 * 1024;
/// Rows that say something, at most: they are taken in one transaction.
const MOST_ROWS: usize = 2000;

/// A kind of spreadsheet that is sent.
pub(super) trait Sent: Send + Sync + 'static {
    /// Its columns.
    type Column: Copy + Ord + std::fmt::Debug + Send + Sync + 'static;
    /// Its form.
    const FORM: Form<Self::Column>;
    /// The column that says which session it is of.
    const SESSION: Self::Column;
    /// What its lines are counted as.
    const NOUN: &'static str;

    /// What to do with a file that is none.
    fn unknown() -> Text;

    /// Whether a row says something that is not only of the template.
    fn says(row: &Row<Self::Column>) -> bool;

    /// Takes the rows within a transaction, and notes what is wrong.
    fn take(
        unit: &mut Unit<'_>,
        call: &Call,
        session: &str,
        filled: &Filled<Self::Column>,
    ) -> impl Future<Output = Result<Verdict>> + Send;
}

/// What was filled in.
pub(super) struct Filled<C> {
    /// All lines.
    pub(super) listed: Listed<C>,
    /// Those that say something.
    pub(super) rows: Vec<Row<C>>,
    /// The language that dates and numbers are written in.
    pub(super) language: Language,
}

/// What taking it did, or would do.
#[derive(Default)]
pub(super) struct Verdict {
    pub(super) problems: Problems,
    pub(super) count: ImportCount,
    pub(super) rows: Vec<pb::EnrolledRow>,
}

impl<C: Copy + Ord> Filled<C> {
    /// Notes what is wrong with a cell; what stands there may be personal, and is not repeated.
    pub(super) fn blocks(
        &self,
        problems: &mut Problems,
        row: &Row<C>,
        column: C,
        code: &'static str,
        why: Text,
    ) {
        problems.add(Severity::Blocks, code, Some(self.listed.at(row, column)), "", "", why);
    }

    /// What was chosen in a cell; nothing where it is empty, or wrong.
    pub(super) fn choice<'c>(
        &self,
        problems: &mut Problems,
        row: &Row<C>,
        column: C,
        choices: &'c [Choice],
    ) -> Option<&'c Choice> {
        let words = row.words(column);
        if words.is_empty() {
            return None;
        }
        let found = chosen(choices, &words);
        if found.is_none() {
            let (en, fr) = (offered(choices, Language::En), offered(choices, Language::Fr));
            self.blocks(
                problems,
                row,
                column,
                "CHOICE_UNKNOWN",
                say!("one of these: {en}", "au choix : {fr}"),
            );
        }
        found
    }

    /// Notes a refusal at the cells that it comes from.
    ///
    /// # Errors
    /// What is refused for another reason than what the row says.
    pub(super) fn blame(
        &self,
        problems: &mut Problems,
        row: &Row<C>,
        refusal: Error,
        origin: impl Fn(&str) -> C,
    ) -> Result<()> {
        match refusal {
            Error::Invalid { fields, .. } => {
                for wrong in fields {
                    self.blocks(problems, row, origin(&wrong.field), "FIELD_INVALID", wrong.why);
                }
            }
            Error::Exhausted { reason: "SESSION_FULL", why, .. } => {
                self.blocks(problems, row, origin(""), "SESSION_FULL", why);
            }
            other => return Err(other),
        }
        Ok(())
    }
}

/// Receives a spreadsheet and takes it, or only checks it.
pub(super) async fn receive<S: Sent>(
    context: &Context,
    caller: Arc<Caller>,
    pieces: Streaming<ImportRequest>,
    rehearse: bool,
) -> Result<pb::SessionFileResult> {
    let limits = Limits::default();
    let upload = Upload::receive_at_most(pieces, limits.bytes as u64).await?;
    if upload.options.partial {
        let why = say!(
            "such a file is taken whole, or not at all",
            "ce fichier est pris en entier, ou pas du tout"
        );
        return Err(Error::invalid("options.partial", why));
    }
    let mut call = Call::of_upload(caller, &upload, &context.clock)?;
    call.validate_only |= rehearse;
    let file_name = upload.options.file_name.clone();
    let opened = tokio::task::spawn_blocking(move || open(&upload, &limits)).await;
    let (file, workbook) = opened.map_err(Error::internal)??;
    let language = Conversation::current().language;
    let listed = S::FORM.read(&workbook, S::unknown())?;
    let session = session_of::<S>(&listed)?;
    let rows: Vec<Row<S::Column>> = listed.rows.iter().filter(|row| S::says(row)).cloned().collect();
    if rows.len() > MOST_ROWS {
        let why = say!(
            "more than {MOST_ROWS} rows: send several files",
            "plus de {MOST_ROWS} lignes : envoyez plusieurs fichiers"
        );
        return Err(Error::invalid("file", why));
    }
    let filled = Arc::new(Filled { language: listed.language.unwrap_or(language), listed, rows });
    let preferences = Conversation::current();
    let done = idempotency::once(&context.database, "training", call, move |unit, call| {
        let (filled, session, file_name) = (Arc::clone(&filled), session.clone(), file_name.clone());
        let work = async move {
            let verdict = S::take(unit, call, &session, &filled).await?;
            let stopped = verdict.problems.blocked();
            let committed = !stopped && !call.validate_only;
            let answer = answer::<S>(verdict, &filled.listed, session, file_name, committed, language);
            Ok(if stopped { Outcome::Discard(answer) } else { Outcome::Keep(answer) })
        };
        preferences.clone().carry(work).boxed()
    });
    let mut result = done.await?;
    if result.groups.is_empty() {
        return Ok(result);
    }
    let problems = result.import_report.clone().unwrap_or_default().problems;
    let noted = tokio::task::spawn_blocking(move || {
        sheet::corrected(&file, &workbook, problems.iter().map(Finding::from), language)
    });
    let noted = noted.await.map_err(Error::internal)??;
    if noted.len() + result.encoded_len() <= LARGEST_BACK {
        result.corrected_file = noted;
    }
    Ok(result)
}

fn open(upload: &Upload, limits: &Limits) -> Result<(Vec<u8>, Workbook)> {
    let mut file = Vec::new();
    upload.open()?.read_to_end(&mut file).map_err(Error::internal)?;
    let workbook = sheet::read(&file, limits)?;
    Ok((file, workbook))
}

/// The session that a file is about: one of its rows says it, and no other row says another.
pub(super) fn session_of<S: Sent>(listed: &Listed<S::Column>) -> Result<String> {
    let mut found: Option<String> = None;
    for row in &listed.rows {
        let said = row.words(S::SESSION);
        match &found {
            _ if said.is_empty() => {}
            None => found = Some(said),
            Some(known) if *known == said => {}
            Some(_) => {
                let place = listed.place(row, S::SESSION);
                let why = say!(
                    "the rows are of several sessions, see {place}: send one file for each",
                    "les lignes sont de plusieurs sessions, voir {place} : envoyez un fichier pour chacune"
                );
                return Err(Error::invalid("file", why));
            }
        }
    }
    let found = found.ok_or_else(|| {
        let why = say!(
            "nothing says of which session it is: take the template again, and copy your rows into it",
            "rien ne dit de quelle session il s'agit : reprenez le modèle et recopiez-y vos lignes"
        );
        Error::Invalid {
            reason: "TEMPLATE_UNKNOWN",
            fields: vec![Violation { field: "file".to_owned(), why }],
        }
    })?;
    name::check_reference("file", session::rules::PATTERN, &found)?;
    Ok(found)
}

fn answer<S: Sent>(
    mut verdict: Verdict,
    listed: &Listed<S::Column>,
    session: String,
    file_name: String,
    committed: bool,
    language: Language,
) -> pb::SessionFileResult {
    let (problems, problems_left_off) = verdict.problems.listed(language);
    for row in verdict.rows.iter_mut().filter(|row| !committed && !row.already_enrolled) {
        row.enrolment.clear(); // there is no such enrolment
    }
    verdict.count.noun = S::NOUN.to_owned();
    pb::SessionFileResult {
        groups: verdict.problems.groups(language),
        import_report: Some(ImportReport {
            file_name,
            committed,
            counts: vec![verdict.count],
            problems,
            problems_left_off,
            ..ImportReport::default()
        }),
        session,
        ignored: listed.ignored.iter().map(|(place, value)| format!("{place} ({value})")).collect(),
        rows: verdict.rows,
        corrected_file: Vec::new(),
    }
}
