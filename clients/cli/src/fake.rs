//! A server for tests: any method of the contract, answered by a closure.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use prost_reflect::{DynamicMessage, MethodDescriptor};
use tonic::body::Body;
use tonic::codegen::Service;
use tonic::codegen::http::{Request as HttpRequest, Response as HttpResponse};
use tonic::metadata::MetadataMap;
use tonic::server::{NamedService, StreamingService};
use tonic::{Request, Response, Status, Streaming};

use crate::app::App;
use crate::call::{Client, DynamicCodec};
use crate::contract;
use crate::print::{Format, Output};
use crate::say::Language;
use crate::session::{Contexts, Store};

type Answers = Result<Vec<DynamicMessage>, Status>;
type Answer = dyn Fn(&MethodDescriptor, Vec<DynamicMessage>, &MetadataMap) -> Answers + Send + Sync;

/// Every method is a stream of messages to a stream of messages: on the wire the others are special cases of it.
#[derive(Clone)]
struct Fake<const SERVICE: usize>(Arc<Answer>);

macro_rules! services {
    ($($number:literal => $name:literal),*) => {
        $(impl NamedService for Fake<$number> { const NAME: &'static str = $name; })*

        /// All of them, over the same answers.
        fn all(answer: &Arc<Answer>) -> tonic::service::Routes {
            let mut routes = tonic::service::RoutesBuilder::default();
            $(routes.add_service(Fake::<$number>(Arc::clone(answer)));)*
            routes.routes()
        }
    };
}
services!(0 => "ensemble.partners.v1.PartnerService", 1 => "ensemble.identity.v1.TokenService",
       2 => "ensemble.partners.v1.EventService", 3 => "ensemble.projects.v1.ProjectService",
       4 => "ensemble.identity.v1.UserService", 5 => "ensemble.projects.v1.ReportService",
       6 => "ensemble.projects.v1.ResultService", 7 => "ensemble.projects.v1.ProjectIndicatorService",
       8 => "ensemble.partners.v1.RecommendationService", 9 => "ensemble.partners.v1.PartnershipService", 10 => "ensemble.projects.v1.IndicatorService",
       11 => "ensemble.partners.v1.AgreementService", 12 => "ensemble.partners.v1.CommitmentService",
       13 => "ensemble.partners.v1.HealthCheckService",
       14 => "ensemble.training.v1.CertificateService", 15 => "ensemble.training.v1.SessionService",
       16 => "ensemble.training.v1.TrainerService", 17 => "ensemble.training.v1.EnrolmentService",
       18 => "ensemble.businessmodels.v1.BusinessModelService", 19 => "ensemble.businessmodels.v1.ReplicationService",
       20 => "ensemble.projects.v1.ParticipationService", 21 => "ensemble.projects.v1.StrategyService",
       22 => "ensemble.training.v1.ProgrammeService", 23 => "ensemble.projects.v1.DatasetService",
       24 => "ensemble.partners.v1.PublicationService", 25 => "ensemble.projects.v1.ObservationService");

impl<const SERVICE: usize> Service<HttpRequest<Body>> for Fake<SERVICE> {
    type Response = HttpResponse<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequest<Body>) -> Self::Future {
        let method = contract::methods(proto::pool(), request.uri().path()).remove(0);
        let inner = Method { method: method.clone(), answer: self.0.clone() };
        Box::pin(async move {
            let mut grpc = tonic::server::Grpc::new(Serving(
                DynamicCodec(method.output()),
                DynamicCodec(method.input()),
            ));
            Ok(grpc.streaming(inner, request).await)
        })
    }
}

/// The codec of a server encodes answers and decodes questions.
struct Serving(DynamicCodec, DynamicCodec);

impl tonic::codec::Codec for Serving {
    type Encode = DynamicMessage;
    type Decode = DynamicMessage;
    type Encoder = DynamicCodec;
    type Decoder = DynamicCodec;

    fn encoder(&mut self) -> DynamicCodec {
        self.0.clone()
    }

    fn decoder(&mut self) -> DynamicCodec {
        self.1.clone()
    }
}

struct Method {
    method: MethodDescriptor,
    answer: Arc<Answer>,
}

impl StreamingService<DynamicMessage> for Method {
    type Response = DynamicMessage;
    type ResponseStream = Pin<Box<dyn tokio_stream::Stream<Item = Result<DynamicMessage, Status>> + Send>>;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Self::ResponseStream>, Status>> + Send>>;

    fn call(&mut self, request: Request<Streaming<DynamicMessage>>) -> Self::Future {
        let (method, answer) = (self.method.clone(), self.answer.clone());
        Box::pin(async move {
            let (metadata, _, mut stream) = request.into_parts();
            let mut messages = Vec::new();
            while let Some(message) = stream.message().await? {
                messages.push(message);
            }
            let answers: Vec<_> = answer(&method, messages, &metadata)?.into_iter().map(Ok).collect();
            Ok(Response::new(Box::pin(tokio_stream::iter(answers)) as Self::ResponseStream))
        })
    }
}

/// Starts a server and answers a client of it, with a folder of its own.
pub(crate) async fn serve(
    answer: impl Fn(&MethodDescriptor, Vec<DynamicMessage>, &MetadataMap) -> Answers + Send + Sync + 'static,
) -> (Client, tempfile::TempDir) {
    let answer: Arc<Answer> = Arc::new(answer);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(
        tonic::transport::Server::builder()
            .add_routes(all(&answer))
            .serve_with_incoming(tokio_stream::wrappers::TcpListenerStream::new(listener)),
    );
    let folder = tempfile::tempdir().unwrap();
    let store = Store { folder: folder.path().to_owned() };
    (Client::new(server, Language::Fr, "test".to_owned(), store), folder)
}

/// A command that talks to the server and keeps quiet.
pub(crate) fn app(client: Client) -> App {
    App {
        language: Language::En,
        output: Output { format: Format::None, quiet: true, ..Output::new(Language::En, Some("never")) },
        store: client.store.clone(),
        client,
        contexts: Contexts::default(),
        context: None,
        nouns: contract::nouns(proto::pool()),
        yes: false,
    }
}

/// Does what a line of words says.
pub(crate) async fn type_in(app: &App, line: &[&str]) -> crate::fault::Result {
    let root = crate::tree::build(&app.nouns, Language::En);
    let matches = root.clone().try_get_matches_from([&["ensemble"], line].concat()).unwrap();
    crate::dispatch(app, root, &matches).await
}

/// A message from JSON.
pub(crate) fn message(kind: &prost_reflect::MessageDescriptor, value: serde_json::Value) -> DynamicMessage {
    DynamicMessage::deserialize(kind.clone(), value).unwrap()
}
