//! Taking a file of sessions over as found (BEY-8): looked at once whole, then written in one transaction, or not at all.

use std::sync::Arc;

use chassis::auth::Caller;
use chassis::column::Micros;
use chassis::database::{Outcome, Unit};
use chassis::error::{Error, Result};
use chassis::say::Language;
use chassis::upload::Upload;
use chassis::wire::Conversation;
use chassis::{Call, Context, idempotency, say};
use futures::FutureExt as _;
use iati::sessions::Session as Published;
use iati::{Problem, Problems, Severity};
use peers::Partners;
use proto::common::{ImportCount, ImportReport, ImportRequest};
use proto::training::{Programme, Session};
use tonic::Streaming;

use super::again::{self, Again};
use super::as_found::{self, Said};
use super::survey::Survey;
use super::{source, told};
use crate::{programme, session};

/// Imports a file of sessions.
pub(super) async fn file(
    context: &Context,
    partners: &Partners,
    caller: Arc<Caller>,
    pieces: Streaming<ImportRequest>,
) -> Result<ImportReport> {
    let upload = Upload::receive(pieces).await?;
    let call = Call::of_upload(caller, &upload, &context.clock)?;
    if let Some(before) = idempotency::answered(&context.database, "training", &call).await? {
        return Ok(before);
    }
    let source = upload.open()?;
    let mut survey =
        tokio::task::spawn_blocking(move || Survey::of(source)).await.map_err(Error::internal)?;
    // What blocks a session blocks the file, unless the caller takes what is sound; either way the report is whole.
    let rehearse = call.validate_only || (survey.problems.blocked() && !upload.options.partial);
    let call = Call { validate_only: rehearse, ..call };
    let handed = partners.hand_over(&call, std::mem::take(&mut survey.organisations)).await?;
    let french = Conversation::current().language == Language::Fr;
    let partner = |key: &str| handed.names.get(key).cloned().unwrap_or_default();
    let mut drafts = Vec::with_capacity(survey.sessions.len());
    for found in std::mem::take(&mut survey.sessions) {
        let (said, problems) = as_found::of(&found, partner);
        survey.problems.note(problems);
        drafts.push((found, said));
    }
    let file_name = upload.options.file_name;
    let report = ImportReport {
        counts: vec![handed.count],
        possible_duplicates: handed.possible_duplicates,
        committed: !rehearse,
        ..survey.problems.report(&file_name, french)
    };
    let work = Arc::new(TakeOver { file_name, drafts, refused: survey.refused, report, french });
    let written = idempotency::once(&context.database, "training", call, move |unit, call| {
        let work = Arc::clone(&work);
        async move { work.run(unit, call).await.map(Outcome::Keep) }.boxed()
    });
    written.await
}

/// A file to take over, and what is known of it.
struct TakeOver {
    file_name: String,
    drafts: Vec<(Published, Said)>,
    refused: i32,
    /// What there is to report before any session is looked at.
    report: ImportReport,
    french: bool,
}

#[derive(Default)]
struct Found {
    programmes: ImportCount,
    sessions: ImportCount,
    problems: Problems,
    changes: told::Changes,
    sources: Vec<source::Model>,
}

impl TakeOver {
    /// Takes the file over within a transaction.
    async fn run(&self, unit: &mut Unit<'_>, call: &Call) -> Result<ImportReport> {
        unit.plan_afresh().await?;
        let references: Vec<&str> = self.drafts.iter().map(|(found, _)| found.id.as_str()).collect();
        let known = session::store::imported(unit, &references).await?;
        let names: Vec<&str> = known.values().map(|session| session.name.as_str()).collect();
        let sources = source::of(unit.txn, &names).await?;
        let mut found = Found { changes: told::Changes::new(self.french), ..Found::default() };
        let (mut programmes, mut sessions) = (Vec::new(), Vec::new());
        for (published, said) in &self.drafts {
            match known.get(&published.id) {
                None => {
                    let programme = as_found::programme(&published.id, &said.programme, unit.now);
                    let session = as_found::session(&programme, &published.id, &said.session, unit.now);
                    found.sources.push(self.source(&session, published, said, unit.now));
                    programmes.push(programme);
                    sessions.push(session);
                }
                Some(session) => {
                    let before = sources.get(&session.name);
                    self.again(unit, call, session, before, (published, said), &mut found).await?;
                }
            }
        }
        let created = i32::try_from(sessions.len()).unwrap_or(i32::MAX);
        (found.programmes.created, found.sessions.created) = (created, created);
        chassis::store::insert_all(unit, call, &programmes).await?;
        for programme in &programmes {
            programme::store::follow(programme, None, unit).await?;
        }
        chassis::store::insert_all(unit, call, &sessions).await?;
        source::keep(unit.txn, std::mem::take(&mut found.sources)).await?;
        Ok(self.told(found))
    }

    /// A record that is known: what it says anew, where nobody wrote otherwise since.
    async fn again(
        &self,
        unit: &mut Unit<'_>,
        call: &Call,
        session: &session::row::Model,
        before: Option<&source::Model>,
        (published, said): (&Published, &Said),
        found: &mut Found,
    ) -> Result<()> {
        let (Some(before), Some(programme)) = (before, session.known.programme.as_deref()) else {
            return Err(Error::internal(format!("nobody knows where {} came from", session.name)));
        };
        // What is settled is asked for again next time.
        let mut kept = said.clone();
        match again::programme(programme, &before.said_of_programme, &said.programme)? {
            Again::Same | Again::Kept => found.programmes.unchanged += 1,
            Again::Settled => {
                found.problems.note([settled(published, &programme.name)]);
                found.programmes.unchanged += 1;
                kept.programme = before.said_of_programme.clone().into_inner();
            }
            Again::Changed(after) => {
                found.changes.tell::<Programme>(
                    published,
                    &programme.clone().into(),
                    &(*after).clone().into(),
                )?;
                replace(unit, call, programme, *after).await?;
                found.programmes.updated += 1;
            }
        }
        match again::session(session, &before.said_of_session, &said.session, unit.now)? {
            Again::Same | Again::Kept => found.sessions.unchanged += 1,
            Again::Settled => {
                found.problems.note([settled(published, &session.name)]);
                found.sessions.unchanged += 1;
                kept.session = before.said_of_session.clone().into_inner();
            }
            Again::Changed(after) => {
                found.changes.tell::<Session>(
                    published,
                    &session.clone().into(),
                    &(*after).clone().into(),
                )?;
                replace(unit, call, session, *after).await?;
                found.sessions.updated += 1;
            }
        }
        if before.record != published.raw.as_bytes() {
            found.sources.push(self.source(session, published, &kept, unit.now));
        }
        Ok(())
    }

    fn source(
        &self,
        session: &session::row::Model,
        published: &Published,
        said: &Said,
        now: Micros,
    ) -> source::Model {
        source::Model {
            session: session.name.clone(),
            programme: session.programme.clone(),
            file_name: self.file_name.chars().filter(|c| !c.is_control()).take(500).collect(),
            record: published.raw.clone().into_bytes(),
            said_of_programme: said.programme.clone().into(),
            said_of_session: said.session.clone().into(),
            time: now,
        }
    }

    fn told(&self, found: Found) -> ImportReport {
        let mut report = self.report.clone();
        for (noun, count) in [("programme", found.programmes), ("session", found.sessions)] {
            report.counts.push(ImportCount { noun: noun.to_owned(), refused: self.refused, ..count });
        }
        let late = found.problems.report("", self.french);
        report.problems.extend(late.problems);
        report.problems_left_off += late.problems_left_off;
        (report.changes, report.changes_left_off) = found.changes.listed();
        report
    }
}

/// Writes what became of a row.
async fn replace<R: chassis::Row>(unit: &mut Unit<'_>, call: &Call, before: &R, after: R) -> Result<()> {
    let rule = |row: &mut R| {
        row.clone_from(&after);
        Ok(())
    };
    chassis::store::apply(unit, call, before.clone(), rule).await.map(drop)
}

fn settled(published: &Published, name: &str) -> Problem {
    let why = say!(
        "the file says something new of {name}, which was opened here, closed, cancelled or retired: it stays as it is",
        "le fichier dit du nouveau de {name}, qui a été ouverte ici, close, annulée ou retirée : rien ne change"
    );
    let place = published.field("title");
    let problem = place.problem("title", Severity::Advice, "SETTLED", name, (why.en, why.fr));
    problem.of(&published.id)
}
