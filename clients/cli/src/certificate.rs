//! Certificates away from the registry: kept as files, verified with or without a network, printed.

mod page;

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint};
use credential::{KeySet, Opened, Refused, Report, StatusList};
use prost_reflect::DynamicMessage;
use serde_json::{Value, json};

use crate::app::App;
use crate::arrival::{Place, put};
use crate::contract::{self, Manner, Noun};
use crate::deed;
use crate::fault::{Fault, Result, exit};
use crate::flags::read_text;
use crate::print::name_of;
use crate::say::{Language, say};
use crate::tree::leaf;

const NOUN: &str = "certificate";
/// What the contract's verbs of these names do, done by hand: with files.
const OWN: [&str; 7] = ["verify", "print", "export", "keys", "issuer-keys", "status-list", "achievement"];

/// Whether a verb of a noun is done here.
pub(crate) fn does(noun: &str, verb: &str) -> bool {
    noun == NOUN && OWN.contains(&verb)
}

/// The verbs that are done here.
pub(crate) fn commands(noun: &Noun, language: Language) -> Vec<Command> {
    if noun.singular != NOUN {
        return Vec::new();
    }
    let say = |en: &str, fr: &str| language.pick(en, fr).to_owned();
    let leaf = |name: &str, about: String, examples: &[&str]| {
        let examples: Vec<String> =
            examples.iter().map(|example| format!("ensemble certificate {example}")).collect();
        leaf(name, about, &examples, language)
    };
    let file = |help: String| {
        Arg::new("file")
            .value_name(language.pick("FILE", "FICHIER"))
            .required(true)
            .value_hint(ValueHint::FilePath)
            .help(help)
    };
    let out = || {
        Arg::new("out")
            .long("out")
            .short('O')
            .value_name(language.pick("FILE", "FICHIER"))
            .value_hint(ValueHint::FilePath)
            .help(say("Where to; standard output without", "Où l'écrire ; sortie standard sinon"))
    };
    let name =
        |help: String| Arg::new("name").value_name(language.pick("NAME", "NOM")).required(true).help(help);
    let certificate = || name(say("certificates/m1, or its id", "certificates/m1, ou son identifiant"));
    vec![
        leaf(
            "verify",
            say(
                "Says whether a certificate is good: asks the server, or with --keys and --status-list nobody",
                "Dit si un certificat est valable : interroge le serveur, ou personne avec --keys et --status-list",
            ),
            &["verify certificate.jwt", "verify certificate.jwt --keys jwks.json --status-list list.jwt", "verify urn:uuid:6d1b7ba1-9a34-4a6b-8f0f-0e6f0f3a2b11"],
        )
        .arg(file(say(
            "The signed credential (- for stdin); or its id, urn:uuid:…",
            "Le titre signé (- pour l'entrée standard) ; ou son numéro, urn:uuid:…",
        )))
        .arg(
            Arg::new("keys").long("keys").value_name(language.pick("FILE", "FICHIER")).value_hint(ValueHint::FilePath).help(say(
                "Issuer keys that were saved: nobody is asked",
                "Des clés d'émetteurs enregistrées : personne n'est interrogé",
            )),
        )
        .arg(
            Arg::new("status-list")
                .long("status-list")
                .value_name(language.pick("FILE", "FICHIER"))
                .value_hint(ValueHint::FilePath)
                .action(ArgAction::Append)
                .requires("keys")
                .help(say(
                    "Status lists that were saved (repeatable): whether it was revoked",
                    "Des listes de révocation enregistrées (répétable) : s'il a été révoqué",
                )),
        ),
        leaf(
            "print",
            say(
                "Writes a certificate as a page to print (SVG), with a QR code to its verification",
                "Écrit un certificat en une page à imprimer (SVG), avec un code QR vers sa vérification",
            ),
            &["print m1 --out certificate.svg", "--lang fr print m1 --out certificat.svg"],
        )
        .arg(certificate())
        .arg(out()),
        leaf(
            "export",
            say(
                "Writes the signed credential to a file: yours to keep, and to hand over",
                "Écrit le titre signé dans un fichier : à garder, et à remettre",
            ),
            &["export m1 --out certificate.jwt"],
        )
        .arg(certificate())
        .arg(out()),
        leaf(
            "keys",
            say(
                "Writes the public keys that certificates are signed with, to verify without a network",
                "Écrit les clés publiques qui signent les certificats, pour vérifier sans réseau",
            ),
            &["keys --out jwks.json"],
        )
        .alias("issuer-keys")
        .arg(out()),
        leaf(
            "status-list",
            say(
                "Writes the list that says which certificates were revoked, to verify without a network",
                "Écrit la liste des certificats révoqués, pour vérifier sans réseau",
            ),
            &["status-list certificate.jwt --out list.jwt", "status-list statusLists/m1 --out list.jwt"],
        )
        .arg(name(say(
            "statusLists/m1, or a certificate that names its list",
            "statusLists/m1, ou un certificat, qui nomme sa liste",
        )))
        .arg(out()),
        leaf(
            "achievement",
            say("Shows what a certificate is of", "Affiche ce qu'atteste un certificat"),
            &["achievement programmes/m1/programmeRevisions/r1/achievement"],
        )
        .arg(name(say(
            "programmes/m1/programmeRevisions/r1/achievement, or its address",
            "programmes/m1/programmeRevisions/r1/achievement, ou son adresse",
        )))
        .arg(out()),
    ]
}

pub(crate) async fn run(app: &App, verb: &str, matches: &ArgMatches) -> Result {
    let given = |id: &str| matches.get_one::<String>(id).cloned().unwrap_or_default();
    let out = matches.try_get_one::<String>("out").ok().flatten().map(PathBuf::from);
    let place = out.map_or(Place::Output, Place::At);
    let written = match verb {
        "verify" => return verify(app, matches).await,
        "print" => {
            let (certificate, signed) = held(app, &given("name")).await?;
            if certificate["state"] == "STATE_REVOKED" {
                return Err(Fault::new(
                    exit::CONFLICT,
                    "REVOKED",
                    app.language.pick(
                        "it was revoked: there is nothing to print",
                        "il a été révoqué : rien à imprimer",
                    ),
                ));
            }
            page::draw(&certificate, &signed, app.language)
                .ok_or_else(|| Fault::failure(app.language.pick("it cannot be read", "il est illisible")))?
        }
        "export" => held(app, &given("name")).await?.1 + "\n",
        "keys" => {
            app.client.json("CertificateService/GetIssuerKeys", json!({})).await?["json"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
                + "\n"
        }
        "status-list" => {
            let name = list_of(app, &given("name"))?;
            let list = app.client.json("CertificateService/GetStatusList", json!({ "name": name })).await?;
            list["compactJws"].as_str().unwrap_or_default().to_owned() + "\n"
        }
        _ => {
            let typed = given("name");
            let name = typed.find("programmes/").map_or(typed.as_str(), |at| &typed[at..]);
            let found = app.client.json("CertificateService/GetAchievement", json!({ "name": name })).await?;
            found["json"].as_str().unwrap_or_default().to_owned() + "\n"
        }
    };
    put(app, place, written.as_bytes()).await
}

/// Shows a certificate: people get the signed credential, which no eye reads, as a file.
pub(crate) fn show(app: &App, certificate: &DynamicMessage) -> Result {
    let mut page = certificate.clone();
    if app.output.format.for_people() && app.output.fields.is_empty() {
        page.clear_field_by_name("compact_jws");
    }
    app.output.show(&page)?;
    if page != *certificate {
        let name = name_of(certificate);
        app.output.hint(&say!(
            app.language,
            "the signed credential: ensemble certificate export {name} --out certificate.jwt",
            "le titre signé : ensemble certificate export {name} --out certificat.jwt"
        ));
    }
    Ok(())
}

/// A certificate, and what was signed of it.
async fn held(app: &App, typed: &str) -> Result<(Value, String)> {
    let language = app.language;
    let noun = app.noun(NOUN).and_then(|noun| Some((noun, noun.verb(Manner::Show)?)));
    let (noun, show) = noun.ok_or_else(|| Fault::failure(NOUN))?;
    let certificate = crate::call::value_of(&deed::get(app, noun, show, typed).await?);
    match certificate["compactJws"].as_str() {
        Some(signed) if !signed.is_empty() => Ok((certificate.clone(), signed.to_owned())),
        _ => Err(Fault::new(
            exit::PERMISSION,
            "NOT_HELD",
            say!(
                language,
                "the signed credential is for the learner, and for those who issue it",
                "le titre signé est pour la personne formée, et pour qui le délivre"
            ),
        )
        .why(language.pick(
            "or it was deleted when the learner was erased: their own copy is still good",
            "ou il a été effacé avec les données de la personne : sa copie reste valable",
        ))),
    }
}

/// The name of a status list: as typed, the end of an address, or what a certificate in a file names.
fn list_of(app: &App, typed: &str) -> Result<String> {
    let tail = |text: &str| text.rfind("statusLists/").map(|at| text[at..].to_owned());
    if let Some(name) = tail(typed) {
        return Ok(name);
    }
    let text = read_text(typed, app.language)?;
    let address = said(&text)["credentialStatus"]["statusListCredential"].as_str().and_then(tail);
    address.ok_or_else(|| {
        Fault::usage(say!(app.language, "{typed} is no certificate", "{typed} n'est pas un certificat"))
    })
}

/// What a signed text says: not to be believed.
fn said(jws: &str) -> Value {
    crate::app::claims(jws.trim()).unwrap_or_default()
}

async fn verify(app: &App, matches: &ArgMatches) -> Result {
    let typed = matches.get_one::<String>("file").map_or("", String::as_str);
    let asked = match typed.starts_with("urn:uuid:") {
        true => json!({ "credentialId": typed }),
        false => json!({ "compactJws": read_text(typed, app.language)?.trim() }),
    };
    let found = match matches.get_one::<String>("keys") {
        None => app.client.dynamic("CertificateService/VerifyCertificate", asked).await?,
        Some(keys) => {
            let text = asked["compactJws"].as_str().ok_or_else(|| {
                Fault::usage(say!(
                    app.language,
                    "with --keys, give the file of the certificate",
                    "avec --keys, donnez le fichier du certificat"
                ))
            })?;
            let lists: Vec<&String> =
                matches.get_many::<String>("status-list").into_iter().flatten().collect();
            message(&offline(app, text, keys, &lists)?)?
        }
    };
    app.output.show(&found)?;
    let value = crate::call::value_of(&found);
    match value["verdict"].as_str() {
        Some("VERDICT_VALID") => Ok(()),
        // It was said on standard output; scripts look at the code.
        Some(verdict) if verdict != "VERDICT_UNSPECIFIED" => Err(Fault::silent(exit::INVALID)),
        _ => {
            app.output.hint(app.language.pick(
                "whether it was revoked is not known: save its list with ensemble certificate status-list, and give it with --status-list",
                "on ne sait pas s'il a été révoqué : enregistrez sa liste avec ensemble certificate status-list, puis donnez-la avec --status-list",
            ));
            Err(Fault::silent(exit::UNAVAILABLE))
        }
    }
}

/// Looks at a certificate with what was saved: nobody is asked.
fn offline(app: &App, text: &str, keys: &str, lists: &[&String]) -> Result<Value> {
    let language = app.language;
    let set = KeySet::parse(&read_text(keys, language)?).ok_or_else(|| {
        Fault::usage(say!(
            language,
            "{keys} is no key set: save one with ensemble certificate keys",
            "{keys} n'est pas un jeu de clés : enregistrez-en un avec ensemble certificate keys"
        ))
    })?;
    let mut known = Vec::new();
    for path in lists {
        let list = StatusList::open(&read_text(path, language)?, &set);
        known.push(list.map_err(|_| {
            Fault::usage(say!(
                language,
                "{path} is no status list that one of these keys signed",
                "{path} n'est pas une liste de révocation signée par l'une de ces clés"
            ))
        })?);
    }
    Ok(judged(credential::open(text, &set), &known, chrono::Utc::now().timestamp()))
}

/// What is found of a certificate with these lists, as the server would say it.
fn judged(opened: Result<Opened, Refused>, lists: &[StatusList], now: i64) -> Value {
    let opened = match opened {
        Ok(opened) => opened,
        Err(Refused { verdict, checks }) => {
            return told(&Report { verdict: Some(verdict), checks });
        }
    };
    let report = credential::judge(&opened, StatusList::standing(lists, &opened.badge.status, now), now);
    let badge = &opened.badge;
    let mut told = told(&report);
    told["credentialId"] = json!(badge.id);
    told["achievementName"] = json!(badge.achievement.name);
    told["achievementId"] = json!(badge.achievement.id);
    told["issuerName"] = json!(badge.issuer.name);
    told["issuerId"] = json!(badge.issuer.id);
    told["issueTime"] = json!(credential::instant(badge.valid_from));
    if let Some(end) = badge.valid_until {
        told["expireTime"] = json!(credential::instant(end));
    }
    told
}

fn told(report: &Report) -> Value {
    let constant = |word: &str| contract::kebab(word).replace('-', "_").to_uppercase();
    let verdict =
        report.verdict.map_or_else(|| "UNSPECIFIED".to_owned(), |verdict| constant(&format!("{verdict:?}")));
    let check = |(check, outcome): &(credential::Check, credential::Outcome)| json!({ "subject": format!("SUBJECT_{}", constant(&format!("{check:?}"))), "outcome": format!("OUTCOME_{}", constant(&format!("{outcome:?}"))) });
    json!({ "verdict": format!("VERDICT_{verdict}"), "checks": report.checks.iter().map(check).collect::<Vec<_>>() })
}

fn message(told: &Value) -> Result<DynamicMessage> {
    let method =
        contract::method("CertificateService/VerifyCertificate").ok_or_else(|| Fault::failure(NOUN))?;
    DynamicMessage::deserialize(method.output(), told).map_err(|error| Fault::failure(error.to_string()))
}

#[cfg(test)]
mod tests;
