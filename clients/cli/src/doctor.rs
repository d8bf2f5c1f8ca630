//! What could be wrong between here and the server, each with what to do.

use clap::Command;
use serde_json::{Value, json};
use tonic::Request;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;

use crate::app::{App, claims};
use crate::call::Client;
use crate::fault::{Fault, Result, exit};
use crate::print::paint::Style;
use crate::say::{Language, say};
use crate::tree::leaf;

pub(crate) fn command(language: Language) -> Command {
    let about = say!(
        language,
        "Looks for what may be wrong: configuration, server, clock, session",
        "Cherche ce qui ne va pas : configuration, serveur, horloge, session"
    );
    leaf("doctor", about, &["ensemble doctor".to_owned(), "ensemble doctor -o json".to_owned()], language)
}

/// `grpc.health.v1`, which is not of our contract.
#[derive(Clone, PartialEq, prost::Message)]
struct HealthCheckRequest {
    #[prost(string, tag = "1")]
    service: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct HealthCheckResponse {
    #[prost(int32, tag = "1")]
    status: i32,
}

/// Asks the server whether it serves; answers its clock when it tells it.
pub(crate) async fn health(client: &Client) -> Result<Option<chrono::DateTime<chrono::Utc>>> {
    let mut grpc = Grpc::new(client.channel().await?);
    let unavailable =
        |error: &dyn std::error::Error| client.explain(&tonic::Status::unavailable(error.to_string()), "");
    grpc.ready().await.map_err(|error| unavailable(&error))?;
    let mut request = Request::new(HealthCheckRequest::default());
    request.set_timeout(std::time::Duration::from_secs(10));
    let codec = tonic_prost::ProstCodec::<HealthCheckRequest, HealthCheckResponse>::default();
    let path = PathAndQuery::from_static("/grpc.health.v1.Health/Check");
    let answer = grpc.unary(request, path, codec).await.map_err(|status| client.explain(&status, ""))?;
    let date = answer
        .metadata()
        .get("date")
        .and_then(|date| chrono::DateTime::parse_from_rfc2822(date.to_str().ok()?).ok());
    match answer.get_ref().status {
        1 => Ok(date.map(|date| date.to_utc())),
        _ => {
            let server = &client.server;
            Err(Fault::new(
                exit::UNAVAILABLE,
                "NOT_SERVING",
                say!(
                    client.language,
                    "{server} answers, but is not ready to serve",
                    "{server} répond, mais n'est pas prêt"
                ),
            ))
        }
    }
}

/// How a check went.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Good,
    Doubtful,
    Bad,
}

struct Findings(Vec<(&'static str, Verdict, String)>);

impl Findings {
    fn note(&mut self, check: &'static str, verdict: Verdict, detail: String) {
        self.0.push((check, verdict, detail));
    }
}

pub(crate) async fn run(app: &App) -> Result {
    let language = app.language;
    let mut findings = Findings(Vec::new());
    let folder = app.store.folder.display().to_string();
    findings.note("configuration", Verdict::Good, folder);
    match &app.context {
        Some(context) => findings.note("context", Verdict::Good, context.name.clone()),
        None => findings.note(
            "context",
            Verdict::Good,
            say!(
                language,
                "none; the server is {server}",
                "aucun ; le serveur est {server}",
                server = app.client.server
            ),
        ),
    }
    let tls = match (app.client.server.starts_with("https://"), crate::auth::private(&app.client.server)) {
        (true, _) => (Verdict::Good, "TLS".to_owned()),
        (false, true) => {
            (Verdict::Good, say!(language, "plaintext on this machine", "sans TLS sur cette machine"))
        }
        (false, false) => (
            Verdict::Doubtful,
            say!(
                language,
                "plaintext to another machine: tokens can be read on the way",
                "sans TLS vers une autre machine : les jetons peuvent être lus en chemin"
            ),
        ),
    };
    findings.note("tls", tls.0, tls.1);
    let mut unreachable = None;
    match health(&app.client).await {
        Ok(date) => {
            findings.note("server", Verdict::Good, app.client.server.clone());
            if let Some(date) = date {
                skew(&mut findings, (chrono::Utc::now() - date).num_seconds(), language);
            }
        }
        Err(fault) => {
            findings.note(
                "server",
                Verdict::Bad,
                [std::slice::from_ref(&fault.message), &fault.why].concat().join(": "),
            );
            findings.note(
                "what to do",
                Verdict::Doubtful,
                say!(
                    language,
                    "is it the right one? --server URL, or ensemble context select; on this machine: ensemble serve",
                    "est-ce le bon ? --server URL, ou ensemble context select ; sur cette machine : ensemble serve"
                ),
            );
            unreachable = Some(fault.exit);
        }
    }
    token(app, &mut findings, unreachable.is_none()).await;
    print(app, &findings)?;
    match findings.0.iter().any(|(_, verdict, _)| *verdict == Verdict::Bad) {
        true => Err(Fault::silent(unreachable.unwrap_or(exit::FAILURE))),
        false => Ok(()),
    }
}

fn skew(findings: &mut Findings, seconds: i64, language: Language) {
    let verdict = if seconds.abs() <= 30 { Verdict::Good } else { Verdict::Doubtful };
    findings.note(
        "clock",
        verdict,
        say!(language, "{seconds} s from the server's", "{seconds} s d'écart avec le serveur"),
    );
}

async fn token(app: &App, findings: &mut Findings, reachable: bool) {
    let language = app.language;
    let token = match app.client.bearer().await {
        Ok(Some(token)) => token,
        Ok(None) => {
            return findings.note(
                "session",
                Verdict::Doubtful,
                say!(language, "not signed in: ensemble auth login", "pas connecté : ensemble auth login"),
            );
        }
        Err(fault) => return findings.note("session", Verdict::Bad, fault.message.clone()),
    };
    #[cfg(unix)]
    if let Ok(kept) = app.store.credential_file(&app.client.account).metadata()
        && std::os::unix::fs::PermissionsExt::mode(&kept.permissions()) & 0o077 != 0
    {
        findings.note(
            "session file",
            Verdict::Bad,
            say!(language, "others can read it: chmod 600", "d'autres peuvent le lire : chmod 600"),
        );
    }
    if let Some(issued) = claims(&token).and_then(|claims| claims["iat"].as_i64())
        && issued > chrono::Utc::now().timestamp() + 30
    {
        skew(findings, chrono::Utc::now().timestamp() - issued, language);
    }
    if !reachable {
        return;
    }
    match app.client.json("TokenService/GetCurrentPrincipal", json!({})).await {
        Ok(principal) => findings.note(
            "session",
            Verdict::Good,
            principal["subject"].as_str().unwrap_or_default().to_owned(),
        ),
        Err(fault) => findings.note("session", Verdict::Bad, fault.message.clone()),
    }
}

fn print(app: &App, findings: &Findings) -> Result {
    let word = |verdict| match verdict {
        Verdict::Good => "ok",
        Verdict::Doubtful => app.language.pick("look", "à voir"),
        Verdict::Bad => app.language.pick("wrong", "mauvais"),
    };
    if !app.output.format.for_people() {
        let code = |verdict| match verdict {
            Verdict::Good => "ok",
            Verdict::Doubtful => "doubtful",
            Verdict::Bad => "wrong",
        };
        let rows: Vec<Value> = findings.0.iter().map(|(check, verdict, detail)| json!({ "name": check, "verdict": code(*verdict), "detail": detail })).collect();
        return app.output.facts(&["name", "verdict", "detail"], &rows);
    }
    let mut text = String::new();
    for (check, verdict, detail) in &findings.0 {
        let (style, sign) = match verdict {
            Verdict::Good => (Style::Good, "+"),
            Verdict::Doubtful => (Style::Warning, "?"),
            Verdict::Bad => (Style::Error, "!"),
        };
        text +=
            &format!("{} {check:<14} {:<8} {detail}\n", app.output.paint.style(style, sign), word(*verdict));
    }
    app.output.emit(&text)
}
