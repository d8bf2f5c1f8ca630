use std::sync::Mutex;

use serde_json::json;

use super::*;
use crate::call::value_of;
use crate::fake::{app, message, serve};

#[tokio::test]
async fn a_stream_goes_on_after_the_last_token_when_the_server_goes() {
    static ASKED: Mutex<Vec<serde_json::Value>> = Mutex::new(Vec::new());
    let (client, folder) = serve(|method, messages, _| {
        let request = value_of(&messages[0]);
        let mut asked = ASKED.lock().unwrap();
        asked.push(request.clone());
        if asked.len() == 3 {
            return Err(tonic::Status::out_of_range("too old")); // ends the test
        }
        let token = format!("t{}", asked.len());
        let event = json!({ "id": token, "subject": "partners/a", "sequence": asked.len().to_string() });
        Ok(vec![message(&method.output(), json!({ "events": [event], "resumeToken": token }))]) // then the stream ends
    })
    .await;
    let app = app(client);
    let file = folder.path().join("tokens.json");
    let path = file.display().to_string();
    let line = ["watch", "partners", "--from-beginning", "--resume-token-file", path.as_str()];
    let matches = command(Language::En).try_get_matches_from(line).unwrap();
    let fault = run(&app, &matches).await.unwrap_err();
    assert_eq!(fault.code, Some(Code::OutOfRange));
    let asked = ASKED.lock().unwrap();
    assert_eq!(asked[0], json!({ "fromBeginning": true }));
    assert_eq!(asked[1], json!({ "resumeToken": "t1" }));
    assert_eq!(asked[2], json!({ "resumeToken": "t2" }));
    let kept: serde_json::Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert_eq!(kept, json!({ "partners": "t2" }));
}
