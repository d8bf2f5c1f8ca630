//! The keys of page tokens are renewed every month: a token outlives restarts and one renewal, not two, and three days at
//! most.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proto::partners as pb;
use proto::partners::partner_service_client::PartnerServiceClient;
use tonic::{Code, Response, Status};

use crate::caller::{done, expect};
use crate::harness::{Network, Store, tell};
use crate::postgres::Cluster;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// The network at another time.
async fn at(network: &'static Network, seconds: i64) {
    let moved = move || network.restart_with("partners", 0, &["--clock-shift", &seconds.to_string()]);
    tokio::task::spawn_blocking(moved).await.unwrap();
}

/// The next of three pages of one.
async fn page(
    network: &'static Network,
    page_token: &str,
) -> Result<Response<pb::ListPartnersResponse>, Status> {
    let request =
        pb::ListPartnersRequest { page_size: 1, page_token: page_token.to_owned(), ..Default::default() };
    PartnerServiceClient::new(network.channel("partners")).list_partners(request).await
}

async fn token(network: &'static Network) -> String {
    done(page(network, "").await).next_page_token
}

/// The id of the key that a token is sealed with.
fn sealed_with(token: &str) -> Vec<u8> {
    let bytes = URL_SAFE_NO_PAD.decode(token).unwrap();
    bytes[2..2 + usize::from(bytes[1])].to_vec()
}

async fn renewed_twice(network: &'static Network) {
    for _ in 0..3 {
        network.active_partner().await;
    }
    let first = token(network).await;
    at(network, 2 * DAY).await;
    let before = done(page(network, &first).await);
    at(network, 4 * DAY).await;
    expect(Code::InvalidArgument, "PAGE_TOKEN_EXPIRED", page(network, &first).await);

    at(network, 29 * DAY).await;
    let kept = token(network).await;
    assert_eq!(sealed_with(&kept), sealed_with(&first), "no month has passed");
    // The key that is due is made, and seals once every replica has had time to hear of it.
    at(network, 30 * DAY + HOUR).await;
    assert_eq!(done(page(network, &kept).await).partners, before.partners);
    assert_eq!(sealed_with(&token(network).await), sealed_with(&first));
    at(network, 30 * DAY + 3 * HOUR).await;
    assert_eq!(done(page(network, &kept).await).partners, before.partners, "one renewal later");
    let second = token(network).await;
    assert_ne!(sealed_with(&second), sealed_with(&first), "the new key seals");

    at(network, 61 * DAY).await;
    expect(Code::InvalidArgument, "PAGE_TOKEN_EXPIRED", page(network, &kept).await);
    at(network, 61 * DAY + 2 * HOUR).await;
    assert_ne!(sealed_with(&token(network).await), sealed_with(&second), "the third key seals");
    let refusal = expect(Code::InvalidArgument, "PAGE_TOKEN_INVALID", page(network, &kept).await);
    assert_eq!(refusal.fields, ["page_token"]);
    expect(Code::InvalidArgument, "PAGE_TOKEN_EXPIRED", page(network, &second).await);
}

#[test]
fn a_page_token_outlives_one_renewal_of_its_key_on_sqlite() {
    let network = Network::several(Store::Sqlite, &[], &[("identity", 1), ("partners", 1)]);
    tell(network, renewed_twice(network));
}

#[test]
fn a_page_token_outlives_one_renewal_of_its_key_on_postgres() {
    if Cluster::shared().is_some() {
        let network = Network::several(Store::Postgres, &[], &[("identity", 1), ("partners", 1)]);
        tell(network, renewed_twice(network));
    }
}
