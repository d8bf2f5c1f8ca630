//! Health, reflection and what is not there: the same for every service.

use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::caller::done;
use crate::harness::{Network, SERVICES};
use crate::raw::services;

fn ours(process: &str, together: bool) -> Vec<String> {
    let here = |name: &String| together || name.starts_with(&format!("ensemble.{process}."));
    services().iter().map(|service| service.full_name().to_owned()).filter(here).collect()
}

fn together(network: &Network) -> bool {
    network.address("identity") == network.address("partners")
}

async fn every_service_says_that_it_serves(network: &'static Network) {
    for process in SERVICES {
        let mut health = HealthClient::new(network.channel(process));
        for service in ours(process, together(network)).into_iter().chain([String::new()]) {
            let answer = done(health.check(HealthCheckRequest { service: service.clone() }).await);
            assert_eq!(answer.status(), ServingStatus::Serving, "{service}");
        }
        let unknown =
            health.check(HealthCheckRequest { service: "ensemble.none.v1.NoneService".to_owned() }).await;
        assert_eq!(unknown.unwrap_err().code(), Code::NotFound);
    }
}

macro_rules! reflected {
    ($version:ident, $channel:expr) => {{
        use tonic_reflection::pb::$version::ServerReflectionRequest;
        use tonic_reflection::pb::$version::server_reflection_client::ServerReflectionClient;
        use tonic_reflection::pb::$version::server_reflection_request::MessageRequest;
        use tonic_reflection::pb::$version::server_reflection_response::MessageResponse;
        let ask = ServerReflectionRequest {
            host: String::new(),
            message_request: Some(MessageRequest::ListServices(String::new())),
        };
        let mut client = ServerReflectionClient::new($channel);
        let mut answers = done(client.server_reflection_info(tokio_stream::iter([ask])).await);
        match answers.message().await.unwrap().unwrap().message_response.unwrap() {
            MessageResponse::ListServicesResponse(list) => {
                list.service.into_iter().map(|service| service.name).collect::<Vec<_>>()
            }
            other => panic!("{other:?}"),
        }
    }};
}

async fn reflection_lists_every_service(network: &'static Network) {
    for process in SERVICES {
        let lists = [reflected!(v1, network.channel(process)), reflected!(v1alpha, network.channel(process))];
        for list in lists {
            for service in ours(process, together(network)) {
                assert!(list.contains(&service), "{process} does not list {service}: {list:?}");
            }
        }
    }
}

async fn what_is_not_there_is_denied(network: &'static Network) {
    let who = network.coordinator().await.who;
    let paths = [
        "/ensemble.partners.v1.PartnerService/DropPartners",
        "/ensemble.partners.v1.PartnerService/getpartner",
        "/ensemble.partners.v1.PartnerService/GetPartner/",
        "//ensemble.partners.v1.PartnerService/GetPartner",
        "/ensemble.partners.v1.partnerservice/GetPartner",
        "/ensemble.partners.v1.PartnerService/Get%50artner",
        "/ensemble.none.v1.NoneService/Get",
    ];
    for path in paths {
        let mut grpc = tonic::client::Grpc::new(network.channel("partners"));
        grpc.ready().await.unwrap();
        let answer = grpc
            .unary(who.sign(tonic::Request::new(Vec::new())), path.parse().unwrap(), crate::raw::Bytes)
            .await;
        assert_eq!(answer.unwrap_err().code(), Code::Unimplemented, "{path}");
    }
}

told_everywhere!(
    every_service_says_that_it_serves,
    reflection_lists_every_service,
    what_is_not_there_is_denied
);
