//! Machine accounts: a key is shown once, does what its scopes say, and ends when it is revoked.

use proto::identity as pb;
use tonic::Code;

use super::me;
use crate::caller::{Caller, Who, done, expect};
use crate::harness::{Network, Store, eventually, in_days};

async fn account(admin: &Caller, partner: &str) -> pb::ServiceAccount {
    let account = pb::ServiceAccount {
        display_name: "Reader".to_owned(),
        scopes: vec!["*.read".to_owned()],
        ..Default::default()
    };
    let request = pb::CreateServiceAccountRequest {
        parent: partner.to_owned(),
        service_account: Some(account),
        ..Default::default()
    };
    done(admin.accounts().create_service_account(request).await)
}

fn key(account: &str, days: i64) -> pb::CreateApiKeyRequest {
    let api_key = pb::ApiKey { expire_time: Some(in_days(days)), ..Default::default() };
    pb::CreateApiKeyRequest { parent: account.to_owned(), api_key: Some(api_key), ..Default::default() }
}

async fn idn_2_a_key_is_shown_once_and_kept_as_a_hash(network: &'static Network) {
    let partner = network.home_partner().await;
    let admin = network.partner_admin(&partner).await;
    let account = account(&admin, &partner).await;
    let made = done(admin.accounts().create_api_key(key(&account.name, 30)).await);
    assert!(made.secret.starts_with(&made.prefix) && made.secret.len() == 51);
    let list = pb::ListApiKeysRequest { parent: account.name.clone(), ..Default::default() };
    let listed = done(admin.accounts().list_api_keys(list).await).api_keys;
    assert_eq!(
        (listed.len(), listed[0].secret.as_str(), listed[0].name.as_str()),
        (1, "", made.name.as_str())
    );
    for days in [-1, 0, 400] {
        let refusal = expect(
            Code::InvalidArgument,
            "INVALID_FIELD",
            admin.accounts().create_api_key(key(&account.name, days)).await,
        );
        assert_eq!(refusal.fields, ["api_key.expire_time"]);
    }
    let machine = Caller::new(network, account.name.clone(), Who::key(&made.secret));
    let who = me(&machine).await.unwrap();
    assert_eq!((who.kind.as_str(), who.subject.as_str()), ("INTEGRATION", account.name.as_str()));
    // The same by a token of its own, as others do it.
    let grant = Some(pb::issue_token_request::Grant::ApiKey(made.secret.clone()));
    let pair = done(network.anonymous().tokens().issue_token(pb::IssueTokenRequest { grant }).await);
    assert!(pair.refresh_token.is_empty());
    assert_eq!(
        me(&Caller::new(network, "", Who::bearer(&pair.access_token))).await.unwrap().subject,
        account.name
    );
    // It reads and does not write.
    expect(
        Code::PermissionDenied,
        "PERMISSION_DENIED",
        machine.partners().update_partner(proto::partners::UpdatePartnerRequest::default()).await,
    );
    if network.store == Store::Sqlite {
        let url = &network.databases["identity"];
        let file = url.trim_start_matches("sqlite://");
        for file in [file.to_owned(), format!("{file}-wal")] {
            let bytes = std::fs::read(&file).unwrap_or_default();
            let secret = made.secret.rsplit('_').next().unwrap().as_bytes();
            assert!(!bytes.windows(secret.len()).any(|window| window == secret), "{file} holds a secret");
        }
    }
}

async fn idn_4_a_revoked_key_opens_nothing(network: &'static Network) {
    let partner = network.home_partner().await;
    let admin = network.partner_admin(&partner).await;
    let account = account(&admin, &partner).await;
    let made = done(admin.accounts().create_api_key(key(&account.name, 30)).await);
    let machine = Caller::new(network, account.name.clone(), Who::key(&made.secret));
    let list =
        || async { machine.partners().list_partners(proto::partners::ListPartnersRequest::default()).await };
    done(list().await);
    let rotate =
        pb::RotateApiKeyRequest { name: made.name.clone(), overlap_seconds: 3600, ..Default::default() };
    let next = done(admin.accounts().rotate_api_key(rotate).await);
    assert!(next.name != made.name && !next.secret.is_empty());
    done(list().await); // the former works on for an hour
    done(
        Caller::new(network, "", Who::key(&next.secret))
            .partners()
            .list_partners(proto::partners::ListPartnersRequest::default())
            .await,
    );
    let revoke = pb::RevokeApiKeyRequest { name: made.name.clone(), ..Default::default() };
    done(admin.accounts().revoke_api_key(revoke).await);
    eventually(60, "a revoked key opens nothing", async || {
        let home = me(&machine).await.is_err_and(|status| status.code() == Code::Unauthenticated);
        home && list().await.is_err_and(|status| status.code() == Code::Unauthenticated)
    })
    .await;
    let other = network.active_partner().await.name;
    let stranger = network.partner_admin(&other).await;
    let revoke = pb::RevokeApiKeyRequest { name: next.name, ..Default::default() };
    expect(Code::PermissionDenied, "PERMISSION_DENIED", stranger.accounts().revoke_api_key(revoke).await);
}

told_everywhere!(idn_2_a_key_is_shown_once_and_kept_as_a_hash, idn_4_a_revoked_key_opens_nothing);
