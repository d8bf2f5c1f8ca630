use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;
use tonic_types::{ErrorDetails, StatusExt as _};

use super::*;
use crate::fake::{message, serve};
use crate::fault::exit;
use crate::session::Credential;

fn text(message: &DynamicMessage, field: &str) -> String {
    crate::deed::text(message, field)
}

#[tokio::test]
async fn a_change_is_repeated_with_the_same_id_until_the_server_is_back() {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    static IDS: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let (client, _folder) = serve(|method, messages, metadata| {
        assert_eq!(metadata.get("accept-language").unwrap(), "fr");
        assert!(metadata.get("authorization").is_none());
        IDS.lock().unwrap().push(text(&messages[0], "request_id"));
        match CALLS.fetch_add(1, Ordering::SeqCst) {
            0 | 1 => Err(Status::unavailable("restarting")),
            _ => Ok(vec![message(
                &method.output(),
                json!({ "name": text(&messages[0], "name"), "state": "STATE_ACTIVE" }),
            )]),
        }
    })
    .await;
    let answer = client.json("PartnerService/ApprovePartner", json!({ "name": "partners/a" })).await.unwrap();
    assert_eq!(answer["state"], "STATE_ACTIVE");
    let ids = IDS.lock().unwrap();
    assert_eq!(ids.len(), 3);
    assert!(uuid::Uuid::parse_str(&ids[0]).is_ok() && ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

#[tokio::test]
async fn what_is_refused_is_not_repeated() {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    let (client, _folder) = serve(|_, _, _| {
        CALLS.fetch_add(1, Ordering::SeqCst);
        let mut details = ErrorDetails::new();
        details.set_error_info("ETAG_MISMATCH", "ensemble", std::collections::HashMap::new());
        details.set_localized_message("fr", "modifiée entre-temps");
        Err(Status::with_error_details(Code::Aborted, "changed", details))
    })
    .await;
    let fault = client.json("PartnerService/GetPartner", json!({ "name": "partners/a" })).await.unwrap_err();
    assert_eq!((fault.exit, fault.message.as_str()), (exit::CONFLICT, "modifiée entre-temps"));
    assert_eq!(CALLS.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_session_that_has_ended_is_renewed_once_by_all_who_need_it() {
    static RENEWALS: AtomicU32 = AtomicU32::new(0);
    let (client, _folder) = serve(|method, messages, metadata| match method.name() {
        "RefreshToken" => {
            RENEWALS.fetch_add(1, Ordering::SeqCst);
            assert_eq!(text(&messages[0], "refresh_token"), "once");
            let soon = (chrono::Utc::now() + chrono::Duration::minutes(15)).to_rfc3339();
            Ok(vec![message(
                &method.output(),
                json!({ "accessToken": "new", "refreshToken": "twice", "expireTime": soon }),
            )])
        }
        _ => match metadata.get("authorization").unwrap().to_str().unwrap() {
            "Bearer new" => Ok(vec![message(&method.output(), json!({ "name": "partners/a" }))]),
            _ => Err(Status::unauthenticated("ended")),
        },
    })
    .await;
    let soon = (chrono::Utc::now() + chrono::Duration::minutes(15)).to_rfc3339();
    let old = Credential {
        server: client.server.clone(),
        access_token: "old".to_owned(),
        expire_time: soon,
        refresh_token: "once".to_owned(),
        ..Credential::default()
    };
    client.store.save_credential("test", &old).unwrap();
    let get = || client.json("PartnerService/GetPartner", json!({ "name": "partners/a" }));
    let (a, b, c) = tokio::join!(get(), get(), get());
    assert!(a.is_ok() && b.is_ok() && c.is_ok(), "{a:?} {b:?} {c:?}");
    assert_eq!(RENEWALS.load(Ordering::SeqCst), 1);
    assert_eq!(client.store.credential("test", &client.server).unwrap().refresh_token, "twice");
}

#[tokio::test]
async fn a_file_is_streamed_options_first_and_the_report_comes_back() {
    let (client, _folder) = serve(|method, messages, _| {
        let pieces: Vec<String> = messages
            .iter()
            .map(|message| value_of(message).as_object().unwrap().keys().cloned().collect())
            .collect();
        assert_eq!(pieces, ["options", "chunk", "chunk"]);
        Ok(vec![message(&method.output(), json!({ "fileName": "a.xml", "committed": true }))])
    })
    .await;
    let method = contract::method("ProjectService/ImportActivities").unwrap();
    let pieces = [
        json!({ "options": { "fileName": "a.xml" } }),
        json!({ "chunk": "YQ==" }),
        json!({ "chunk": "Yg==" }),
    ];
    let messages: Vec<_> = pieces.into_iter().map(|piece| message(&method.input(), piece)).collect();
    let mut answers = client.client_stream(&method, || tokio_stream::iter(messages.clone())).await.unwrap();
    let report = answers.message().await.unwrap().unwrap();
    assert_eq!(text(&report, "file_name"), "a.xml");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store { folder: folder.path().to_owned() };
    let client = Client::new("http://127.0.0.1:1".to_owned(), Language::En, "x".to_owned(), store.clone());
    let fault = client.json("PartnerService/ListPartners", json!({})).await.unwrap_err();
    assert_eq!(
        (fault.exit, fault.message.as_str()),
        (exit::UNAVAILABLE, "http://127.0.0.1:1 does not answer")
    );
    let client = Client::new("ensemble.example.org".to_owned(), Language::En, "x".to_owned(), store);
    assert_eq!(client.json("PartnerService/ListPartners", json!({})).await.unwrap_err().exit, exit::USAGE);
}
