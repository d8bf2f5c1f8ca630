//! Whether a package is whole, and who published it: its files against their hashes, their list against a signature (JWS,
//! RFC 7515) by a key of the registry's key set (RFC 7517).

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{Context, SHA256, digest};
use clap::ArgMatches;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::json;

use crate::app::App;
use crate::arrival::{Place, put};
use crate::fault::{Fault, Result, exit};
use crate::flags::read_text;
use crate::open_data::files::{MANIFEST, SUMS, hex};
use crate::print::cell::day_of;
use crate::say::{Language, say};

/// The header `typ` of a signed manifest: no other token of the registry's passes for one.
const TYPE: &str = "manifest+jwt";

/// What a manifest says.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct Claims {
    /// Whose registry.
    iss: String,
    /// When it was signed, in seconds since 1970.
    iat: i64,
    /// The SHA-256 of the list of files.
    sha256: String,
}

/// What is wrong with a package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Findings {
    checked: usize,
    changed: Vec<String>,
    missing: Vec<String>,
    unlisted: Vec<String>,
}

/// Writes the public keys that packages are signed with.
pub(super) async fn keys(app: &App, matches: &ArgMatches) -> Result {
    let set =
        app.client.nobody().json("TokenService/GetJsonWebKeySet", json!({ "includeRetired": true })).await?;
    let place = matches.get_one::<String>("out").map_or(Place::Output, |out| Place::At(PathBuf::from(out)));
    put(app, place, format!("{}\n", set["json"].as_str().unwrap_or_default()).as_bytes()).await
}

/// Checks a package and says what was found.
pub(super) async fn verify(app: &App, matches: &ArgMatches) -> Result {
    let language = app.language;
    let at = matches.get_one::<String>("folder").map(PathBuf::from).unwrap_or_default();
    let listed = at.join(SUMS);
    let sums = std::fs::read(&listed).map_err(|error| Fault::file(language, &listed, &error))?;
    let findings = look(&at, &sums, language)?;
    let signature = std::fs::read_to_string(at.join(MANIFEST)).ok();
    let claims = match &signature {
        None => None,
        Some(signature) => {
            let set = match matches.get_one::<String>("keys") {
                Some(file) => read_text(file, language)?,
                None => {
                    let asked = json!({ "includeRetired": true });
                    let set = app.client.nobody().json("TokenService/GetJsonWebKeySet", asked).await?;
                    set["json"].as_str().unwrap_or_default().to_owned()
                }
            };
            Some(judge(signature.trim(), &set, &hex(digest(&SHA256, &sums).as_ref()), language)?)
        }
    };
    told(app, &at, &findings, claims.as_ref())
}

fn told(app: &App, at: &Path, findings: &Findings, claims: Option<&Claims>) -> Result {
    let (language, shown) = (app.language, at.display());
    let wrong = [
        (&findings.changed, language.pick("was changed", "a été modifié")),
        (&findings.missing, language.pick("is missing", "manque")),
        (&findings.unlisted, language.pick("is not of the package", "n'est pas de l'ensemble")),
    ];
    let lines: Vec<(String, String)> = wrong
        .iter()
        .flat_map(|(files, what)| files.iter().map(|file| (file.clone(), (*what).to_owned())))
        .collect();
    if !lines.is_empty() {
        let mut fault = Fault::new(
            exit::INVALID,
            "PACKAGE_CHANGED",
            say!(language, "{shown} is not as it was published", "{shown} n'est pas tel qu'il a été publié"),
        );
        fault.fields = lines;
        return Err(fault.todo(
            language.pick("get it anew from who published it", "récupérez-le auprès de qui l'a publié"),
        ));
    }
    let signed = claims.and_then(|claims| {
        chrono::DateTime::from_timestamp(claims.iat, 0)
            .map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
    });
    if !app.output.format.for_people() {
        let issuer = claims.map(|claims| claims.iss.clone());
        let fact = json!({ "folder": shown.to_string(), "files": findings.checked, "signed": claims.is_some(), "issuer": issuer, "signTime": signed });
        return app.output.fact(&["folder", "files", "signed", "issuer", "signTime"], fact);
    }
    let files = findings.checked;
    let mut text = say!(
        language,
        "{shown}: {files} files, all as listed\n",
        "{shown} : {files} fichiers, tous conformes à la liste\n"
    );
    text += &match (claims, signed) {
        (Some(Claims { iss, .. }), Some(at)) => {
            let day = day_of(&at, language).unwrap_or(at);
            say!(language, "published by {iss}, signed on {day}\n", "publié par {iss}, signé le {day}\n")
        }
        _ => say!(
            language,
            "not signed: nobody says that they published it\n",
            "non signé : personne ne dit l'avoir publié\n"
        ),
    };
    app.output.emit(&text)
}

/// Compares the files of a package with the list.
fn look(at: &Path, sums: &[u8], language: Language) -> Result<Findings> {
    let mut listed = BTreeMap::new();
    for (number, line) in String::from_utf8_lossy(sums).lines().enumerate() {
        // A path leads nowhere else than into the package.
        let entry = line.split_once("  ").filter(|(hash, path)| {
            let within =
                Path::new(path).components().all(|part| matches!(part, std::path::Component::Normal(_)));
            hash.len() == 64 && within && !path.is_empty()
        });
        let Some((hash, path)) = entry else {
            let number = number + 1;
            return Err(Fault::new(
                exit::INVALID,
                "LIST_UNREADABLE",
                say!(
                    language,
                    "{SUMS}, line {number}: this is no hash and path",
                    "{SUMS}, ligne {number} : ni empreinte ni chemin"
                ),
            ));
        };
        listed.insert(path.to_owned(), hash.to_owned());
    }
    let mut findings = Findings { checked: listed.len(), ..Findings::default() };
    for (path, hash) in &listed {
        match hash_of(&at.join(path)) {
            Ok(found) if found == *hash => {}
            Ok(_) => findings.changed.push(path.clone()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => findings.missing.push(path.clone()),
            Err(error) => return Err(Fault::file(language, &at.join(path), &error)),
        }
    }
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(at.join(&folder))
            .map_err(|error| Fault::file(language, &at.join(&folder), &error))?;
        for entry in entries {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            let name = path
                .components()
                .map(|part| part.as_os_str().to_string_lossy())
                .collect::<Vec<_>>()
                .join("/");
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if !listed.contains_key(&name) && ![SUMS, MANIFEST].contains(&name.as_str()) {
                findings.unlisted.push(name);
            }
        }
    }
    findings.unlisted.sort();
    Ok(findings)
}

fn hash_of(path: &Path) -> std::io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    let (mut hash, mut piece) = (Context::new(&SHA256), vec![0; 1 << 16]);
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hex(hash.finish().as_ref())),
            read => hash.update(&piece[..read]),
        }
    }
}

/// What a manifest says, if a key of the set signed it, and it speaks of this list.
fn judge(signature: &str, set: &str, sums: &str, language: Language) -> Result<Claims> {
    let refuse = |reason: &str, message: String| Fault::new(exit::INVALID, reason, message);
    let forged = || {
        refuse(
            "SIGNATURE_INVALID",
            say!(
                language,
                "{MANIFEST} is not signed by this registry",
                "{MANIFEST} n'est pas signé par ce registre"
            ),
        )
    };
    let header = jsonwebtoken::decode_header(signature).map_err(|_| forged())?;
    let set: JwkSet = serde_json::from_str(set).map_err(|_| {
        refuse(
            "KEYS_UNREADABLE",
            say!(language, "the keys are no JSON Web Key Set", "les clés ne sont pas un JSON Web Key Set"),
        )
    })?;
    let key = header.kid.as_deref().and_then(|kid| set.find(kid)).ok_or_else(|| {
        refuse(
            "KEY_UNKNOWN",
            say!(
                language,
                "{MANIFEST} is signed by a key that is not in the key set",
                "{MANIFEST} est signé par une clé absente du jeu de clés"
            ),
        )
        .todo(language.pick(
            "get the keys anew: ensemble open-data keys",
            "récupérez les clés : ensemble open-data keys",
        ))
    })?;
    if header.typ.as_deref() != Some(TYPE) || header.alg != Algorithm::EdDSA {
        return Err(forged());
    }
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_required_spec_claims(&["iss"]);
    (validation.validate_exp, validation.validate_aud) = (false, false); // it says when, for ever, to everyone
    let key = DecodingKey::from_jwk(key).map_err(|_| forged())?;
    let claims = jsonwebtoken::decode::<Claims>(signature, &key, &validation).map_err(|_| forged())?.claims;
    if claims.sha256 != sums {
        return Err(refuse(
            "MANIFEST_OF_ANOTHER",
            say!(
                language,
                "{MANIFEST} was signed for other files",
                "{MANIFEST} a été signé pour d'autres fichiers"
            ),
        ));
    }
    Ok(claims)
}
