//! What operators rely on: TLS, limits, drains, and what is refused at the door.

mod attacks;
mod frames;
mod rotation;
mod sight;

use std::process::Command;
use std::time::Duration;

use proto::partners as pb;
use proto::partners::partner_service_client::PartnerServiceClient;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tonic::Code;
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::binaries::{Running, binary, folder};
use crate::caller::{done, expect};
use crate::harness::{LISTENING, Network, Store, free_port, tell};

#[test]
fn plaintext_is_refused_where_other_machines_reach() {
    let home = folder("plaintext");
    let refused = Command::new(binary("ensemble"))
        .current_dir(home)
        .args(["serve", "--listen", "0.0.0.0:0"])
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("--tls-cert") && said.contains("--insecure-plaintext"), "{said}");
    assert!(refused.stdout.is_empty());
}

#[test]
fn a_server_that_cannot_start_says_why_in_french_too() {
    let home = folder("french");
    let said = |program: &str, words: &[&str], locale: &str| {
        let mut command = Command::new(binary(program));
        command.current_dir(&home).args(words).env_remove("LC_ALL").env_remove("LC_MESSAGES");
        let refused = command.env_remove("ENSEMBLE_LANG").env("LANG", locale).output().unwrap();
        assert_eq!(refused.status.code(), Some(1), "{program} {words:?}");
        String::from_utf8(refused.stderr).unwrap()
    };
    let open = ["serve", "--listen", "0.0.0.0:0"];
    let french = ["--lang", "fr", "serve", "--listen", "0.0.0.0:0"];
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let unknown = "impossible d'écouter sur";
    for (program, words, locale, expected) in [
        ("ensemble", &open[..], "C", "refusing to serve plaintext on 0.0.0.0:0: give --tls-cert"),
        ("ensemble", &french, "C", "refus de servir sans chiffrement sur 0.0.0.0:0 : donnez --tls-cert"),
        ("ensemble", &open, "fr_FR.UTF-8", "refus de servir sans chiffrement"),
        ("partners", &open[1..], "fr_FR.UTF-8", "ensemble : refus de servir sans chiffrement"),
        ("partners", &open[1..], "de_DE.UTF-8", "ensemble: refusing to serve plaintext"),
        ("partners", &["--listen", &taken], "fr_FR.UTF-8", unknown),
        (
            "partners",
            &["--listen", "127.0.0.1:0", "--peer-ca", "none.pem"],
            "fr_FR.UTF-8",
            "--peer-ca none.pem :",
        ),
        ("partners", &["--listen", "127.0.0.1:0", "--log", "a=b=c"], "fr_FR.UTF-8", "--log :"),
    ] {
        let said = said(program, words, locale);
        assert!(said.contains(expected), "{program} {words:?} in {locale}: {said}");
    }
}

#[test]
fn a_certificate_makes_a_server_speak_tls_and_nothing_else() {
    let home = folder("tls");
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(home.join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(home.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    let mut command = Command::new(binary("ensemble"));
    command.current_dir(&home).args(["serve", "--listen", "127.0.0.1:0", "--drain-seconds", "0"]);
    let server =
        Running::start(command.args(["--tls-cert", "cert.pem", "--tls-key", "key.pem"]), &[LISTENING]);
    let address = server.said(LISTENING).to_owned();
    let port = address.strip_prefix("https://127.0.0.1:").unwrap().to_owned();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(made.cert.pem()));
        let endpoint =
            Endpoint::from_shared(format!("https://localhost:{port}")).unwrap().tls_config(tls).unwrap();
        done(
            PartnerServiceClient::new(endpoint.connect_lazy())
                .list_partners(pb::ListPartnersRequest::default())
                .await,
        );
        let plain = Endpoint::from_shared(format!("http://localhost:{port}")).unwrap().connect_lazy();
        let refused =
            PartnerServiceClient::new(plain).list_partners(pb::ListPartnersRequest::default()).await;
        assert!(refused.is_err(), "plaintext was answered");
    });
    assert!(server.terminate().unwrap().success());
}

#[test]
fn too_many_calls_are_refused_at_once_and_health_is_answered_all_the_same() {
    let network = Network::together(Store::Sqlite, &["--max-calls", "0"]);
    tell(network, async {
        let mut partners = PartnerServiceClient::new(network.channel("partners"));
        let refusal = partners.list_partners(pb::ListPartnersRequest::default()).await;
        let details = tonic_types::StatusExt::get_error_details(refusal.as_ref().unwrap_err());
        assert!(details.retry_info().is_some_and(|retry| retry.retry_delay.is_some()), "when to come back");
        expect(Code::ResourceExhausted, "OVERLOADED", refusal);
        let mut health = HealthClient::new(network.channel("partners"));
        let answer = done(health.check(HealthCheckRequest::default()).await);
        assert_eq!(answer.status(), ServingStatus::Serving);
    });
}

#[test]
fn mute_connections_are_closed_and_one_address_does_not_take_all_places() {
    // A quarter of the places is for one address: two here.
    let network = Network::together(Store::Sqlite, &["--max-connections", "8"]);
    tell(network, async {
        let address = network.address("partners");
        let address = address.strip_prefix("http://").unwrap();
        let closed = async |stream: &mut TcpStream| {
            let ended = tokio::time::timeout(Duration::from_secs(30), async {
                let mut bytes = [0; 64];
                while stream.read(&mut bytes).await.is_ok_and(|read| read > 0) {}
            });
            ended.await.expect("a connection was left open");
        };
        let mut mute =
            [TcpStream::connect(address).await.unwrap(), TcpStream::connect(address).await.unwrap()];
        let mut third = TcpStream::connect(address).await.unwrap();
        closed(&mut third).await;
        for stream in &mut mute {
            closed(stream).await;
        }
        let mut partners = PartnerServiceClient::new(network.channel("partners"));
        done(partners.list_partners(pb::ListPartnersRequest::default()).await);
    });
}

#[test]
fn a_server_that_drains_says_so_first_and_ends_well() {
    let home = folder("drain");
    let metrics = free_port();
    let mut command = Command::new(binary("ensemble"));
    command.current_dir(home).args(["serve", "--listen", "127.0.0.1:0", "--drain-seconds", "1"]);
    let server =
        Running::start(command.args(["--metrics-listen", &format!("127.0.0.1:{metrics}")]), &[LISTENING]);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let channel = crate::harness::connect(server.said(LISTENING));
        done(
            PartnerServiceClient::new(channel.clone())
                .list_partners(pb::ListPartnersRequest::default())
                .await,
        );
        let counted = scrape(metrics).await;
        assert!(counted.contains("ensemble_calls_total") && counted.contains("ListPartners"), "{counted}");
        let mut watch = done(HealthClient::new(channel).watch(HealthCheckRequest::default()).await);
        assert_eq!(watch.message().await.unwrap().unwrap().status(), ServingStatus::Serving);
        let server = tokio::task::spawn_blocking(move || server.terminate());
        assert_eq!(watch.message().await.unwrap().unwrap().status(), ServingStatus::NotServing);
        drop(watch);
        assert!(server.await.unwrap().unwrap().success());
    });
}

/// What Prometheus reads of a server.
pub(crate) async fn scrape(port: u16) -> String {
    use tokio::io::AsyncWriteExt as _;
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}
