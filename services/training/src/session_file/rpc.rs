//! The conversation about spreadsheets of a session: who asks, what, may they, do it, answer.

use chassis::auth::Caller;
use chassis::error::{Error, Result};
use chassis::wire::reply;
use chassis::{Context, Desk, Reply, download, name, say};
use proto::common::{FileChunk, ImportRequest};
use proto::training as pb;
use proto::training::enrolment::State;
use proto::training::session_file_service_server::{SessionFileService, SessionFileServiceServer};
use tonic::codegen::BoxStream;
use tonic::{Request, Response, Streaming};

use super::attend::Attendance;
use super::people::{People, enrolling};
use super::receive::receive;
use super::send::{self, How, Made};
use crate::session::row::Model as Session;
use crate::{enrolment, session};

pub(crate) fn service(context: &Context) -> SessionFileServiceServer<SessionFiles> {
    SessionFileServiceServer::new(SessionFiles(Desk::new(context)))
}

pub(crate) struct SessionFiles(Desk<Session>);

#[tonic::async_trait]
impl SessionFileService for SessionFiles {
    type GetEnrolmentTemplateStream = BoxStream<FileChunk>;

    async fn get_enrolment_template(
        &self,
        request: Request<pb::GetEnrolmentTemplateRequest>,
    ) -> Reply<Self::GetEnrolmentTemplateStream> {
        let caller = Caller::of(&request);
        let request = request.into_inner();
        let how = How { language: download::language(&request.language_code)?, format: request.format() };
        let partner = partner(&caller, &request.partner)?;
        let session = self.0.find(&caller, &request.name).await?;
        made(move || send::people(&session, &partner, how)).await
    }

    async fn check_enrolment_file(
        &self,
        request: Request<Streaming<ImportRequest>>,
    ) -> Reply<pb::SessionFileResult> {
        let caller = Caller::of(&request);
        reply(receive::<People>(&self.0.context, caller, request.into_inner(), true).await?)
    }

    async fn submit_enrolment_file(
        &self,
        request: Request<Streaming<ImportRequest>>,
    ) -> Reply<pb::SessionFileResult> {
        let caller = Caller::of(&request);
        reply(receive::<People>(&self.0.context, caller, request.into_inner(), false).await?)
    }

    type GetAttendanceTemplateStream = BoxStream<FileChunk>;

    async fn get_attendance_template(
        &self,
        request: Request<pb::GetAttendanceTemplateRequest>,
    ) -> Reply<Self::GetAttendanceTemplateStream> {
        let caller = Caller::of(&request);
        let request = request.into_inner();
        let how = How { language: download::language(&request.language_code)?, format: request.format() };
        let session = self.0.find(&caller, &request.name).await?;
        caller.must(session::rules::records(&caller, &session), &session.name)?;
        let reader = self.0.context.database.reader();
        let seated = enrolment::store::of_session(reader, &session.name, &[State::Confirmed]).await;
        let seated = seated.map_err(Error::from)?;
        let people = chassis::store::informed(seated, reader.into(), self.0.context.clock.now()).await;
        let people = people.map_err(Error::from)?;
        made(move || send::attendance(&session, &people, how)).await
    }

    async fn check_attendance_file(
        &self,
        request: Request<Streaming<ImportRequest>>,
    ) -> Reply<pb::SessionFileResult> {
        let caller = Caller::of(&request);
        reply(receive::<Attendance>(&self.0.context, caller, request.into_inner(), true).await?)
    }

    async fn submit_attendance_file(
        &self,
        request: Request<Streaming<ImportRequest>>,
    ) -> Reply<pb::SessionFileResult> {
        let caller = Caller::of(&request);
        reply(receive::<Attendance>(&self.0.context, caller, request.into_inner(), false).await?)
    }
}

/// In whose name people are enrolled: the partner that is named, else the caller's only one.
fn partner(caller: &Caller, named: &str) -> Result<String> {
    let own = enrolling(caller);
    if !named.is_empty() {
        name::check_reference("partner", peers::PARTNER, named)?;
        caller.must(own.iter().any(|own| own == named), named)?;
        return Ok(named.to_owned());
    }
    match own.as_slice() {
        [only] => Ok(only.clone()),
        several => {
            let list = several.join(", ");
            Err(Error::invalid("partner", say!("one of: {list}", "l'une de : {list}")))
        }
    }
}

async fn made(make: impl FnOnce() -> Result<Made> + Send + 'static) -> Reply<BoxStream<FileChunk>> {
    let made = tokio::task::spawn_blocking(make).await.map_err(Error::internal)??;
    let answer: Response<BoxStream<FileChunk>> = download::pieces(&made.file, made.name, made.mime_type);
    Ok(answer)
}
