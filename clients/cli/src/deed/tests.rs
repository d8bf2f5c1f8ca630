use std::sync::Mutex;

use serde_json::json;

use super::*;
use crate::call::value_of;
use crate::fake::{message, serve, type_in};
use crate::fault::exit;
use crate::session::Context;

static ASKED: Mutex<Vec<(String, serde_json::Value)>> = Mutex::new(Vec::new());

/// A server with two partners; it remembers what it was asked.
async fn app(test: &'static str) -> (App, tempfile::TempDir) {
    let (client, folder) = serve(move |method, messages, _| {
        let request = value_of(&messages[0]);
        ASKED.lock().unwrap().push((test.to_owned(), json!([method.name(), request])));
        let kaolack = json!({ "name": "partners/kaolack", "etag": "e1", "countryCode": "SN",
            "title": { "defaultLanguageCode": "fr", "displayText": "Mairie de Kaolack", "displayLanguageCode": "fr",
                       "translations": { "fr": { "text": "Mairie de Kaolack" } } } });
        let answer = match method.name() {
            "GetPartner" if request["name"] == "partners/kaolack" => kaolack,
            "GetPartner" => return Err(tonic::Status::not_found("no")),
            "SearchPartners" if request["query"] == "mairie" => {
                json!({ "partners": [kaolack, { "name": "partners/dakar", "title": { "displayText": "Mairie de Dakar" } }] })
            }
            "SearchPartners" if request["query"] == "Mairie de Kaolack" => json!({ "partners": [kaolack] }),
            "ListPartners" if request["pageToken"] == "next" => json!({ "partners": [{ "name": "partners/dakar" }] }),
            "ListPartners" => json!({ "partners": [kaolack], "nextPageToken": "next" }),
            "UpdatePartner" => request["partner"].clone(),
            _ => json!({}),
        };
        Ok(vec![message(&method.output(), answer)])
    })
    .await;
    (crate::fake::app(client), folder)
}

fn asked(test: &str) -> Vec<serde_json::Value> {
    ASKED.lock().unwrap().iter().filter(|(of, _)| of == test).map(|(_, asked)| asked.clone()).collect()
}

#[tokio::test]
async fn an_edit_reads_first_and_sends_only_what_was_typed() {
    let (app, _folder) = app("edit").await;
    type_in(
        &app,
        &[
            "partner",
            "edit",
            "kaolack",
            "--title",
            "en=Kaolack city hall",
            "--website",
            "https://k.sn",
            "--clear",
            "acronym",
        ],
    )
    .await
    .unwrap();
    let calls = asked("edit");
    assert_eq!(calls[0][0], "GetPartner");
    let update = &calls[1][1];
    assert_eq!(update["updateMask"], "acronym,title,website");
    assert_eq!(update["partner"]["etag"], "e1");
    assert_eq!(update["partner"]["title"]["translations"]["fr"]["text"], "Mairie de Kaolack");
    assert_eq!(update["partner"]["title"]["translations"]["en"]["text"], "Kaolack city hall");
    assert!(update["partner"].get("countryCode").is_none());
    assert!(update["requestId"].is_string());
}

#[tokio::test]
async fn a_title_finds_one_and_never_guesses_among_several() {
    let (app, _folder) = app("title").await;
    type_in(&app, &["partner", "show", "Mairie de Kaolack"]).await.unwrap();
    let fault = type_in(&app, &["partner", "show", "mairie"]).await.unwrap_err();
    assert_eq!((fault.exit, fault.todo.len()), (exit::NOT_FOUND, 0)); // an id that nothing has, and no single title
    let fault = type_in(&app, &["partner", "approve", "Mairie de"]).await.unwrap_err();
    assert_eq!(fault.exit, exit::NOT_FOUND);
    assert!(!asked("title").iter().any(|call| call[0] == "ApprovePartner"));
}

#[tokio::test]
async fn a_list_filters_by_flags_and_goes_through_all_pages() {
    let (app, _folder) = app("list").await;
    type_in(
        &app,
        &["partners", "list", "--state", "pending", "--country-code", "SN", "--filter", "a OR b", "--all"],
    )
    .await
    .unwrap();
    let calls = asked("list");
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0][1]["filter"], "(a OR b) AND state = PENDING AND country_code = \"SN\"");
    assert_eq!(calls[1][1]["pageToken"], "next");
}

#[tokio::test]
async fn a_verb_does_one_or_all_that_a_filter_names() {
    let (app, _folder) = app("many").await;
    let filter = "lead_partner = \"partners/kaolack\"";
    type_in(&app, &["project", "close", "--filter", filter, "--closing-note", "Done.", "--dry-run"])
        .await
        .unwrap();
    type_in(&app, &["project", "close", "projects/p"]).await.unwrap();
    type_in(&app, &["report", "remind", "--filter", filter]).await.unwrap();
    let calls = asked("many");
    assert_eq!(calls[0][0], "CloseProjects");
    assert_eq!((&calls[0][1]["filter"], &calls[0][1]["closingNote"]), (&json!(filter), &json!("Done.")));
    assert_eq!(calls[0][1]["validateOnly"], true);
    assert_eq!((&calls[2][0], &calls[2][1]["name"]), (&json!("CloseProject"), &json!("projects/p")));
    assert_eq!((&calls[3][0], &calls[3][1]["filter"]), (&json!("RemindReports"), &json!(filter)));
    let root = tree::build(&contract::nouns(proto::pool()), crate::say::Language::En);
    for wrong in [&["project", "close", "projects/p", "--filter", filter][..], &["project", "close"]] {
        assert!(root.clone().try_get_matches_from([&["ensemble"], wrong].concat()).is_err(), "{wrong:?}");
    }
}

#[tokio::test]
async fn a_dry_run_is_the_servers_and_says_by_its_code_that_something_would_change() {
    let (app, _folder) = app("dry").await;
    let fault =
        type_in(&app, &["partner", "edit", "kaolack", "--country-code", "FR", "--dry-run", "--exit-code"])
            .await
            .unwrap_err();
    assert_eq!((fault.exit, fault.silent), (exit::CHANGES, true));
    assert_eq!(asked("dry")[1][1]["validateOnly"], true);
}

#[tokio::test]
async fn a_protected_context_asks_before_a_change() {
    let (mut app, _folder) = app("protected").await;
    app.context = Some(Context { name: "prod".to_owned(), protected: true, ..Context::default() });
    let fault = type_in(&app, &["partner", "edit", "kaolack", "--country-code", "FR"]).await.unwrap_err();
    assert_eq!(fault.exit, exit::USAGE);
    assert_eq!(asked("protected").len(), 1); // the reading only
    app.yes = true;
    type_in(&app, &["partner", "edit", "kaolack", "--country-code", "FR"]).await.unwrap();
}

#[tokio::test]
async fn the_escape_hatch_takes_the_end_of_a_name() {
    let (app, _folder) = app("api").await;
    type_in(&app, &["api", "PartnerService/GetPartner", "-d", r#"{"name": "partners/kaolack"}"#])
        .await
        .unwrap();
    assert_eq!(type_in(&app, &["api", "WatchEvents"]).await.unwrap_err().exit, exit::USAGE); // two services have it
    assert_eq!(type_in(&app, &["api", "Nothing/Here"]).await.unwrap_err().exit, exit::USAGE);
}
