//! What a collector of OpenTelemetry sees of a server: which methods are called and how they end, never who calls or
//! with what.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::metrics::v1::{metric::Data, number_data_point};
use prost::Message as _;
use proto::partners as pb;
use proto::partners::partner_service_client::PartnerServiceClient;
use tonic::transport::server::TcpIncoming;
use tonic::{Code, Request, Response, Status};

use super::scrape;
use crate::caller::{Who, done, expect};
use crate::harness::{Network, Store, free_port, tell};
use crate::sample;

const LIST: &str = "ensemble.partners.v1.PartnerService/ListPartners";

/// A collector that keeps what it is sent.
#[derive(Clone, Default)]
struct Collector {
    traces: Arc<Mutex<Vec<ExportTraceServiceRequest>>>,
    metrics: Arc<Mutex<Vec<ExportMetricsServiceRequest>>>,
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.traces.lock().unwrap().push(request.into_inner());
        Ok(Response::new(Default::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Collector {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        self.metrics.lock().unwrap().push(request.into_inner());
        Ok(Response::new(Default::default()))
    }
}

fn attribute(attributes: &[KeyValue], key: &str) -> Option<String> {
    let value = attributes.iter().find(|attribute| attribute.key == key)?.value.clone()?;
    match value.value? {
        Value::StringValue(text) => Some(text),
        other => Some(format!("{other:?}")),
    }
}

impl Collector {
    async fn serve(self, listener: TcpListener) {
        listener.set_nonblocking(true).unwrap();
        let incoming = TcpIncoming::from(tokio::net::TcpListener::from_std(listener).unwrap());
        let server = tonic::transport::Server::builder()
            .add_service(TraceServiceServer::new(self.clone()))
            .add_service(MetricsServiceServer::new(self));
        server.serve_with_incoming(incoming).await.unwrap();
    }

    /// Of each span, the method and how it ended.
    fn calls(&self) -> Vec<(String, String)> {
        let traces = self.traces.lock().unwrap();
        let spans = traces
            .iter()
            .flat_map(|request| &request.resource_spans)
            .flat_map(|resource| &resource.scope_spans)
            .flat_map(|scope| &scope.spans);
        spans
            .map(|span| {
                assert!(span.name == "call" && span.events.is_empty(), "calls, and no log lines: {span:?}");
                let of = |key| attribute(&span.attributes, key).unwrap_or_default();
                (of("method"), of("code"))
            })
            .collect()
    }

    /// How many calls of a method ended so, as last told.
    fn counted(&self, method: &str, code: &str) -> Option<i64> {
        let metrics = self.metrics.lock().unwrap();
        let last = metrics.last()?;
        let mut all = last
            .resource_metrics
            .iter()
            .flat_map(|resource| &resource.scope_metrics)
            .flat_map(|scope| &scope.metrics);
        let Some(Data::Sum(sum)) = &all.find(|metric| metric.name == "ensemble_calls_total")?.data else {
            panic!("calls are not counted by a sum");
        };
        assert!(sum.is_monotonic);
        let point = sum.data_points.iter().find(|point| {
            attribute(&point.attributes, "method").as_deref() == Some(method)
                && attribute(&point.attributes, "code").as_deref() == Some(code)
        })?;
        match point.value? {
            number_data_point::Value::AsInt(count) => Some(count),
            number_data_point::Value::AsDouble(other) => panic!("{other} calls"),
        }
    }

    /// How many times a histogram was told of a method.
    fn timed(&self, method: &str) -> Option<u64> {
        let metrics = self.metrics.lock().unwrap();
        let mut all = metrics
            .last()?
            .resource_metrics
            .iter()
            .flat_map(|resource| &resource.scope_metrics)
            .flat_map(|scope| &scope.metrics);
        let Some(Data::ExponentialHistogram(timed)) =
            &all.find(|metric| metric.name == "ensemble_call_seconds")?.data
        else {
            panic!("durations are not in buckets that fit them");
        };
        let of = |attributes: &[KeyValue]| attribute(attributes, "method").as_deref() == Some(method);
        Some(timed.data_points.iter().find(|point| of(&point.attributes))?.count)
    }

    /// Every byte that was received.
    fn bytes(&self) -> Vec<u8> {
        let traces = self.traces.lock().unwrap().iter().map(|one| one.encode_to_vec()).collect::<Vec<_>>();
        let metrics = self.metrics.lock().unwrap().iter().map(|one| one.encode_to_vec()).collect::<Vec<_>>();
        [traces.concat(), metrics.concat()].concat()
    }
}

#[test]
fn s17_a_collector_sees_the_calls_and_nothing_of_the_callers() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let metrics = free_port();
    let flags =
        ["--otlp-endpoint", &endpoint, "--metrics-listen", &format!("127.0.0.1:{metrics}"), "--log", "trace"];
    let network = Network::together(Store::Sqlite, &flags);
    let collector = Collector::default();
    tell(network, async {
        tokio::spawn(collector.clone().serve(listener));
        let secrets = secrets(network).await;
        let mut anyone = PartnerServiceClient::new(network.channel("partners"));
        for _ in 0..7 {
            done(anyone.list_partners(pb::ListPartnersRequest::default()).await);
        }
        let scraped = scrape(metrics).await;
        let line = scraped.lines().find(|line| line.contains("ensemble_calls_total") && line.contains(LIST));
        assert!(line.is_some_and(|line| line.contains("Ok") && line.ends_with(" 7")), "{scraped}");
        // What has not been sent is sent at the end.
        let log = tokio::task::spawn_blocking(move || network.stop("identity", 0)).await.unwrap();
        assert_eq!(collector.counted(LIST, "Ok"), Some(7), "{log}");
        assert_eq!(collector.timed(LIST), Some(7));
        let calls = collector.calls();
        let listed = calls.iter().filter(|(method, code)| method == LIST && code == "Ok").count();
        assert_eq!(listed, 7, "{calls:?}");
        let refused = "ensemble.identity.v1.TokenService/IssueToken";
        assert!(
            calls.iter().any(|(method, code)| method == refused && code == "Unauthenticated"),
            "{calls:?}"
        );
        assert!(calls.iter().any(|(method, _)| method == "unknown"), "{calls:?}");
        let bytes = collector.bytes();
        assert!(bytes.windows(LIST.len()).any(|text| text == LIST.as_bytes()));
        for (what, secret) in secrets {
            let told = bytes.windows(secret.len()).any(|text| text == secret.as_bytes());
            assert!(!told, "the collector was told {what}: {secret}");
        }
    });
}

/// What must stay between a caller and the server, after it was all put to use.
async fn secrets(network: &'static Network) -> Vec<(&'static str, String)> {
    let person = network.person(&[]).await;
    let (email, password) = person.account.clone().unwrap();
    let pair = network.sign_in(&email, &password).await;
    let partner = network.active_partner().await;
    let contact = partner.contact.as_ref().unwrap().email.clone();
    let wrong = format!("wrong {}", sample::word());
    let grant = proto::identity::PasswordGrant { email: email.clone(), password: wrong.clone() };
    let grant = Some(proto::identity::issue_token_request::Grant::Password(grant));
    let mut tokens = network.anonymous().tokens();
    let refused = tokens.issue_token(proto::identity::IssueTokenRequest { grant }).await;
    assert_eq!(refused.unwrap_err().code(), Code::Unauthenticated);
    let key = format!("ens_{}", sample::word());
    let mut keyed = person.clone();
    keyed.who = Who::key(&key);
    let asked = || pb::GetPartnerRequest { name: partner.name.clone() };
    expect(Code::Unauthenticated, "UNAUTHENTICATED", keyed.partners().get_partner(asked()).await);
    let path = sample::word();
    let mut grpc = tonic::client::Grpc::new(network.channel("partners"));
    grpc.ready().await.unwrap();
    let unknown = format!("/{path}/{path}").parse().unwrap();
    let answer = grpc.unary(Request::new(Vec::new()), unknown, crate::raw::Bytes).await;
    assert_eq!(answer.unwrap_err().code(), Code::Unimplemented);
    vec![
        ("an address", email),
        ("a password", password),
        ("a wrong password", wrong),
        ("a token", pair.access_token),
        ("a refresh token", pair.refresh_token),
        ("a key", key),
        ("a contact", contact),
        ("a path", path),
        ("a person", person.name),
    ]
}

/// A collector that is not there, or takes connections and says nothing, changes nothing for callers.
#[test]
fn a_dead_collector_hurts_neither_serving_nor_stopping() {
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    let mute = (format!("http://{}", mute.local_addr().unwrap()), Some(mute));
    let gone = (format!("http://127.0.0.1:{}", free_port()), None);
    for (endpoint, _held) in [mute, gone] {
        let network = Network::together(Store::Sqlite, &["--otlp-endpoint", &endpoint]);
        tell(network, async {
            let coordinator = network.coordinator().await;
            for _ in 0..20 {
                done(coordinator.partners().create_partner(sample::create(sample::partner())).await);
            }
            let log = tokio::task::spawn_blocking(move || network.stop("identity", 0)).await.unwrap();
            assert!(log.contains("did not take the last traces and metrics"), "{log}");
        });
    }
}
