//! The people of the demo: their passwords stay in its folder, their sessions last as long as it runs.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::stage::{COORDINATOR, Stage, Typist};
use crate::auth;
use crate::fault::{Fault, Result, exit};
use crate::say::{Language, say};
use crate::session::write_private;

/// How long a membership may take to be known everywhere.
const PATIENCE: Duration = Duration::from_secs(20);

/// Who the demo is signed in as; kept so that a second run is the same person.
#[derive(Serialize, Deserialize)]
struct Account {
    email: String,
    password: String,
}

/// Someone whom the coordinator invites: an id, an address, a role in the network, or one in a partner.
pub(super) struct Person {
    pub(super) id: &'static str,
    pub(super) email: &'static str,
    pub(super) network_role: Option<&'static str>,
    pub(super) membership: Option<(&'static str, &'static str)>,
}

/// Signs in as the demo's coordinator, accepting the first invitation on the first run.
pub(super) async fn coordinator(stage: &Stage) -> Result<String> {
    let language = stage.narrator.language;
    let kept = stage.folder.join("coordinator.json");
    let invitation = std::fs::read_to_string(stage.folder.join("keys/first-invitation")).ok();
    let account = match (read::<Account>(&kept)?, invitation) {
        (Some(known), _) => known,
        (None, Some(code)) => {
            let password = uuid::Uuid::new_v4().to_string();
            let request = json!({ "invitationCode": code.trim(), "password": password });
            let user = stage.ask(COORDINATOR, "UserService/ActivateUser", request).await?;
            let email = user["email"].as_str().unwrap_or_default().to_owned();
            let account = Account { email, password };
            write(&kept, &account)?;
            account
        }
        (None, None) => return Err(half_made(language)),
    };
    let (_, app, _) = stage.app(COORDINATOR, &["auth", "status"])?;
    let credential = auth::sign_in(&app, &account.email, &account.password).await?;
    app.store.save_credential(&app.client.account, &credential)?;
    Ok(account.email)
}

fn half_made(language: Language) -> Fault {
    Fault::failure(say!(
        language,
        "./ensemble-demo was left half made: remove it, then run the demo again",
        "./ensemble-demo est resté inachevé : supprimez-le, puis relancez la démonstration"
    ))
}

/// An access token of someone, who is invited on the first run. Their password is written down before it is set, so that
/// a run that was cut off goes on.
pub(super) async fn token(stage: &Stage, person: &Person) -> Result<String> {
    let kept = stage.folder.join("people.json");
    let mut passwords: BTreeMap<String, String> = read(&kept)?.unwrap_or_default();
    let known = passwords.get(person.email).cloned();
    let password = known.clone().unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
    if known.is_none() {
        passwords.insert(person.email.to_owned(), password.clone());
        write(&kept, &passwords)?;
    }
    let mut signed_in = match known {
        Some(_) => sign_in(stage, person, &password).await.ok(),
        None => None,
    };
    if signed_in.is_none() {
        invite(stage, person, &password).await?;
    }
    let since = Instant::now();
    let mut tick = tokio::time::interval(Duration::from_millis(200));
    loop {
        tick.tick().await;
        let token = match signed_in.take() {
            Some(token) => token,
            None => sign_in(stage, person, &password).await?,
        };
        // identity hears of an approved partner a moment later; what it signed before is void then.
        if recognised(stage, person, Some(&token)).await {
            return Ok(token);
        }
        if since.elapsed() > PATIENCE {
            let (language, email) = (stage.narrator.language, person.email);
            return Err(Fault::failure(say!(
                language,
                "the membership of {email} was not known in time: run the demo again",
                "l'appartenance de {email} n'a pas été connue à temps : relancez la démonstration"
            )));
        }
    }
}

async fn sign_in(stage: &Stage, person: &Person, password: &str) -> Result<String> {
    let (_, app, _) = stage.app(COORDINATOR, &["auth", "status"])?;
    Ok(auth::sign_in(&app, person.email, password).await?.access_token)
}

async fn recognised(stage: &Stage, person: &Person, who: Typist<'_>) -> bool {
    let Some((partner, _)) = person.membership else { return true };
    let me = stage.ask(who, "TokenService/GetCurrentPrincipal", json!({})).await.unwrap_or_default();
    let roles = me["partnerRoles"].as_array().into_iter().flatten();
    roles.into_iter().any(|role| {
        role["partner"] == partner && role["sector"].as_str().is_some_and(|sector| !sector.is_empty())
    })
}

async fn invite(stage: &Stage, person: &Person, password: &str) -> Result {
    let roles: Vec<&str> = person.network_role.into_iter().collect();
    let user = json!({ "email": person.email, "languageCode": stage.narrator.language.code(), "networkRoles": roles });
    let request = json!({ "userId": person.id, "user": user });
    let name = format!("users/{}", person.id);
    let invited = match stage.ask(COORDINATOR, "UserService/CreateUser", request).await {
        Err(fault) if fault.exit == exit::CONFLICT => {
            stage.ask(COORDINATOR, "UserService/ReissueInvitation", json!({ "name": name })).await?
        }
        invited => invited?,
    };
    if let Some((partner, role)) = person.membership {
        let request = json!({ "parent": partner, "membershipId": person.id, "membership": { "user": name, "role": role } });
        unless_there(stage.ask(COORDINATOR, "MembershipService/CreateMembership", request).await)?;
    }
    let request = json!({ "invitationCode": invited["invitationCode"], "password": password });
    stage.ask(COORDINATOR, "UserService/ActivateUser", request).await.map(drop)
}

fn unless_there(made: Result<Value>) -> Result {
    match made {
        Err(fault) if fault.exit == exit::CONFLICT => Ok(()),
        made => made.map(drop),
    }
}

fn read<T: for<'d> Deserialize<'d>>(path: &Path) -> Result<Option<T>> {
    match std::fs::read(path) {
        Err(_) => Ok(None),
        Ok(bytes) => {
            serde_json::from_slice(&bytes).map(Some).map_err(|error| Fault::failure(error.to_string()))
        }
    }
}

fn write(path: &Path, value: &impl Serialize) -> Result {
    Ok(write_private(path, &serde_json::to_vec(value).map_err(std::io::Error::from)?)?)
}
