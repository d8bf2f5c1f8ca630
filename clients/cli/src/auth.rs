//! Signing in and out: a password typed unseen, an invitation, or a token from stdin; kept in a private file.

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::json;

use crate::app::{App, ask, ask_secret, claims};
use crate::call::is_access_token;
use crate::fault::{Fault, Result, exit};
use crate::say::{Language, say};
use crate::session::Credential;
use crate::tree::{group, leaf};

pub(crate) fn command(language: Language) -> Command {
    let say = |en: &str, fr: &str| language.pick(en, fr).to_owned();
    let flag = |name: &'static str| Arg::new(name).long(name);
    let login = leaf(
        "login",
        say(
            "Signs in; asks for the password unseen",
            "Ouvre une session ; demande le mot de passe sans l'afficher",
        ),
        &[
            "ensemble auth login --email awa@example.org".to_owned(),
            "ensemble auth login --invitation CODE".to_owned(),
            "ensemble auth login --with-token < token.txt".to_owned(),
        ],
        language,
    )
    .arg(flag("email").value_name("E-MAIL").help(say("The address of the account", "L'adresse du compte")))
    .arg(flag("with-token").action(ArgAction::SetTrue).conflicts_with_all(["email", "invitation"]).help(say(
        "Read an access token, a refresh token or an API key from stdin",
        "Lire un jeton d'accès, un jeton de renouvellement ou une clé sur l'entrée standard",
    )))
    .arg(flag("invitation").value_name("CODE").help(say(
        "Accept an invitation: choose a password, then sign in",
        "Accepter une invitation : choisir un mot de passe, puis se connecter",
    )))
    .arg(flag("insecure-plaintext").action(ArgAction::SetTrue).help(say(
        "Send the password without TLS to another machine",
        "Envoyer le mot de passe sans TLS à une autre machine",
    )));
    group("auth", language.pick("Signs in and out", "Ouvre et ferme les sessions"), language)
        .subcommand(login)
        .subcommand(leaf(
            "logout",
            say("Ends the session, here and on the server", "Ferme la session, ici et sur le serveur"),
            &["ensemble auth logout".to_owned()],
            language,
        ))
        .subcommand(leaf(
            "status",
            say(
                "Says who you are, with which rights, and where the token is kept",
                "Dit qui vous êtes, avec quels droits, et où le jeton est conservé",
            ),
            &["ensemble auth status -o json".to_owned()],
            language,
        ))
        .subcommand(leaf(
            "token",
            say(
                "Prints an access token, for other programs",
                "Affiche un jeton d'accès, pour d'autres programmes",
            ),
            &["ensemble auth token".to_owned()],
            language,
        ))
}

pub(crate) async fn run(app: &App, matches: &ArgMatches) -> Result {
    match matches.subcommand() {
        Some(("login", matches)) => login(app, matches).await,
        Some(("logout", _)) => logout(app).await,
        Some(("token", _)) => token(app).await,
        _ => status(app).await,
    }
}

async fn login(app: &App, matches: &ArgMatches) -> Result {
    let language = app.language;
    let given = |id: &str| matches.get_one::<String>(id).cloned();
    if !private(&app.client.server) && !matches.get_flag("insecure-plaintext") {
        let server = &app.client.server;
        return Err(Fault::usage(say!(
            language,
            "{server} has no TLS: anyone on the way could read the password",
            "{server} est sans TLS : n'importe qui sur le chemin pourrait lire le mot de passe"
        ))
        .todo(say!(
            language,
            "use https://, or --insecure-plaintext if you are sure",
            "utilisez https://, ou --insecure-plaintext si vous êtes sûr"
        )));
    }
    let credential = if matches.get_flag("with-token") {
        of_token(app, ask_secret(language.pick("Token", "Jeton"), None)?.trim()).await?
    } else if let Some(code) = given("invitation") {
        let again =
            (language.pick("Once more", "Encore une fois"), language.pick("they differ", "ils diffèrent"));
        let password = ask_secret(
            language
                .pick("New password (12 characters or more)", "Nouveau mot de passe (12 caractères ou plus)"),
            Some(again),
        )?;
        let user = app
            .client
            .json("UserService/ActivateUser", json!({ "invitationCode": code, "password": password }))
            .await?;
        let email = user["email"].as_str().map(str::to_owned).or(given("email")).unwrap_or_default();
        sign_in(app, &email, &password).await?
    } else {
        let email = match given("email") {
            Some(email) => email,
            None if std::io::IsTerminal::is_terminal(&std::io::stdin()) => {
                ask(language.pick("E-mail: ", "Adresse électronique : "))?
            }
            None => return Err(Fault::usage(say!(language, "still needed: --email", "il manque : --email"))),
        };
        let password = ask_secret(language.pick("Password", "Mot de passe"), None)?;
        sign_in(app, &email, &password).await?
    };
    app.store.save_credential(&app.client.account, &credential)?;
    let who = claims(&credential.access_token)
        .and_then(|claims| claims["sub"].as_str().map(str::to_owned))
        .unwrap_or_default();
    let (server, file) = (&app.client.server, app.store.credential_file(&app.client.account));
    let file = file.display();
    app.output.narrate(&say!(language, "signed in to {server} as {who}", "connecté à {server} comme {who}"));
    app.output.hint(&say!(
        language,
        "the session is kept in {file}, readable by you only",
        "la session est conservée dans {file}, lisible par vous seul"
    ));
    app.output.hint(&say!(language, "next: ensemble status", "ensuite : ensemble status"));
    Ok(())
}

/// Nobody on the way can read it: TLS, or the same machine.
pub(crate) fn private(server: &str) -> bool {
    let Some(rest) = server.strip_prefix("http://") else { return true };
    let host = rest.split('/').next().unwrap_or(rest);
    let host =
        host.rsplit_once(':').map_or(host, |(host, port)| if port.ends_with(']') { rest } else { host });
    host == "localhost"
        || host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

pub(crate) async fn sign_in(app: &App, email: &str, password: &str) -> Result<Credential> {
    let pair = app
        .client
        .json("TokenService/IssueToken", json!({ "password": { "email": email, "password": password } }))
        .await?;
    Ok(app.client.credential(&pair))
}

/// An access token is kept as it is; a key or a refresh token is exchanged at once, so that a wrong one is known now.
async fn of_token(app: &App, token: &str) -> Result<Credential> {
    if token.is_empty() {
        return Err(Fault::usage(say!(
            app.language,
            "no token on stdin",
            "pas de jeton sur l'entrée standard"
        )));
    }
    if is_access_token(token) {
        let end =
            claims(token).and_then(|claims| chrono::DateTime::from_timestamp(claims["exp"].as_i64()?, 0));
        let expire_time = end.map(|end| end.to_rfc3339()).unwrap_or_default();
        let server = app.client.server.clone();
        return Ok(Credential {
            server,
            access_token: token.to_owned(),
            expire_time,
            ..Credential::default()
        });
    }
    match app.client.exchange(token).await {
        Err(fault) if [exit::PERMISSION, exit::INVALID].contains(&fault.exit) => {
            let pair = app.client.json("TokenService/RefreshToken", json!({ "refreshToken": token })).await;
            pair.map(|pair| app.client.credential(&pair)).map_err(|_| fault)
        }
        outcome => outcome,
    }
}

async fn logout(app: &App) -> Result {
    let language = app.language;
    let Some(kept) = app.store.credential(&app.client.account, &app.client.server) else {
        app.output.narrate(language.pick("you were not signed in", "vous n'étiez pas connecté"));
        return Ok(());
    };
    let ended = match kept.refresh_token.is_empty() {
        true => Ok(json!({})),
        false => {
            app.client.json("TokenService/RevokeToken", json!({ "refreshToken": kept.refresh_token })).await
        }
    };
    app.store.forget_credential(&app.client.account)?;
    app.output.narrate(language.pick("signed out", "session fermée"));
    ended.map(drop).map_err(|fault| {
        fault.why(say!(
            language,
            "the token is forgotten here, but the server could not be told",
            "le jeton est oublié ici, mais le serveur n'a pas pu être prévenu"
        ))
    })
}

pub(crate) fn not_signed_in(language: Language) -> Fault {
    Fault::new(
        exit::PERMISSION,
        "UNAUTHENTICATED",
        say!(language, "you are not signed in", "vous n'êtes pas connecté"),
    )
    .todo(say!(language, "sign in: ensemble auth login", "connectez-vous : ensemble auth login"))
}

async fn token(app: &App) -> Result {
    match app.client.bearer().await? {
        Some(token) => app.output.emit(&format!("{token}\n")),
        None => Err(not_signed_in(app.language)),
    }
}

async fn status(app: &App) -> Result {
    let language = app.language;
    if app.client.bearer().await?.is_none() {
        return Err(not_signed_in(language));
    }
    let principal = app.client.dynamic("TokenService/GetCurrentPrincipal", json!({})).await?;
    app.output.show(&principal)?;
    let kept = app.store.credential_file(&app.client.account);
    let (server, file) = (&app.client.server, kept.display());
    app.output.hint(&match app.client.given {
        Some(_) => say!(language, "on {server}, by ENSEMBLE_TOKEN", "sur {server}, par ENSEMBLE_TOKEN"),
        None => say!(
            language,
            "on {server}; the session is kept in {file}",
            "sur {server} ; la session est conservée dans {file}"
        ),
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_leaves_the_machine_only_under_tls() {
        assert!(private("https://ensemble.example.org"));
        assert!(private("http://127.0.0.1:50051"));
        assert!(private("http://localhost:50051"));
        assert!(private("http://[::1]:50051"));
        assert!(!private("http://10.0.0.7:50051"));
        assert!(!private("http://127.0.0.1.example.org:50051"));
    }
}
