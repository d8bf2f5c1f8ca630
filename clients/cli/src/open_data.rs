//! The registry as open data: everything that anyone may read, as a package of files that says what it is, that is the same
//! byte for byte as long as the registry is, and that anyone can check.

mod files;
mod package;
mod proof;
mod table;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint};
use futures::future::maybe_done;
use futures::poll;
use prost_reflect::{DynamicMessage, Value as Reflected};
use serde_json::{Value, json};

use crate::app::App;
use crate::call::Client;
use crate::contract::{self, Manner};
use crate::deed::{items_of, text};
use crate::fault::{Fault, Result};
use crate::print::json::Ordered;
use crate::print::sheet::harmless;
use crate::print::{name_of, table::grid};
use crate::say::{Language, say};
use crate::tree::{group, leaf};
use files::{Draft, Folder, MANIFEST, SUMS, Written};
use package::{Attached, CATALOGUE, DICTIONARY, Facts, Filled, PACKAGE};
use table::Resource;

/// Resources that are held in memory together.
const PAGE: i32 = 200;

/// What else is public, in formats that others read: the name, the method, what is asked, the file, its type, and its titles.
type Other =
    (&'static str, &'static str, &'static str, &'static str, &'static str, (&'static str, &'static str));
const OTHERS: [Other; 4] = [
    (
        "iati-activities",
        "ProjectService/ExportActivities",
        r#"{ "reproducible": true }"#,
        "iati/activities.xml",
        "application/xml",
        ("Projects as IATI activities (2.03)", "Projets en activités IATI (2.03)"),
    ),
    (
        "dataset-catalogue",
        "DatasetService/ExportCatalogue",
        "{}",
        "dcat/catalogue.jsonld",
        "application/ld+json",
        ("Datasets (DCAT-AP 3)", "Jeux de données (DCAT-AP 3)"),
    ),
    (
        "digital-inclusion-places",
        "PlaceService/ExportPlaces",
        "{}",
        "places/places.csv",
        "text/csv",
        (
            "Places of digital inclusion, as France publishes them",
            "Lieux de médiation numérique, au schéma national",
        ),
    ),
    (
        "training-catalogue",
        "ProgrammeService/GetProgrammeCatalogue",
        "{}",
        "training/catalogue.jsonld",
        "application/ld+json",
        ("Training programmes (schema.org)", "Programmes de formation (schema.org)"),
    ),
];

/// `ensemble export open-data FOLDER`.
pub(crate) fn export(language: Language) -> Command {
    let say = |en: &str, fr: &str| language.pick(en, fr).to_owned();
    leaf(
        "open-data",
        say(
            "Writes everything that anyone may read as a package of files: CSV and JSON Lines with their data dictionary, IATI, DCAT",
            "Écrit tout ce que chacun peut lire en un ensemble de fichiers : CSV et JSON Lines avec leur dictionnaire, IATI, DCAT",
        ),
        &["ensemble export open-data open/".to_owned(), "ensemble export open-data open/ --sign".to_owned()],
        language,
    )
    .arg(folder(language, say("Where to; a package that is there is replaced", "Où l'écrire ; remplace celui qui y est")))
    .arg(Arg::new("sign").long("sign").action(ArgAction::SetTrue).help(say(
        "Have the registry sign it, so that anyone can check who published it (coordinators)",
        "Le faire signer par le registre, pour que chacun vérifie qui l'a publié (coordination)",
    )))
}

/// `ensemble open-data`.
pub(crate) fn command(language: Language) -> Command {
    let say = |en: &str, fr: &str| language.pick(en, fr).to_owned();
    let verify = leaf(
        "verify",
        say(
            "Checks a package of open data: that its files are whole, and who published them",
            "Vérifie un ensemble de données ouvertes : que ses fichiers sont entiers, et qui les a publiés",
        ),
        &[
            "ensemble open-data verify open/".to_owned(),
            "ensemble open-data verify open/ --keys keys.json".to_owned(),
        ],
        language,
    )
    .arg(folder(language, say("The package", "L'ensemble de fichiers")))
    .arg(
        Arg::new("keys")
            .long("keys")
            .value_name(language.pick("FILE", "FICHIER"))
            .value_hint(ValueHint::FilePath)
            .help(say(
                "Keys that were saved: nobody is asked",
                "Des clés enregistrées : personne n'est interrogé",
            )),
    );
    let keys = leaf(
        "keys",
        say(
            "Writes the registry's public keys, those that sign no more as well: to check packages without a network",
            "Écrit les clés publiques du registre, y compris celles qui ne signent plus : pour vérifier sans réseau",
        ),
        &["ensemble open-data keys --out keys.json".to_owned()],
        language,
    )
    .arg(
        Arg::new("out")
            .long("out")
            .short('O')
            .value_name(language.pick("FILE", "FICHIER"))
            .value_hint(ValueHint::FilePath)
            .help(say("Where to; standard output without", "Où l'écrire ; sortie standard sinon")),
    );
    group(
        "open-data",
        language.pick("Checks open data that was exported", "Vérifie les données ouvertes exportées"),
        language,
    )
    .subcommand(verify)
    .subcommand(keys)
}

fn folder(language: Language, help: String) -> Arg {
    Arg::new("folder")
        .value_name(language.pick("FOLDER", "DOSSIER"))
        .required(true)
        .value_hint(ValueHint::DirPath)
        .help(help)
}

/// What `ensemble open-data` does.
pub(crate) async fn run(app: &App, matches: &ArgMatches) -> Result {
    match matches.subcommand() {
        Some(("verify", matches)) => proof::verify(app, matches).await,
        Some(("keys", matches)) => proof::keys(app, matches).await,
        _ => Ok(()),
    }
}

/// Writes the package.
pub(crate) async fn write(app: &App, matches: &ArgMatches) -> Result {
    let at = matches.get_one::<String>("folder").map(PathBuf::from).unwrap_or_default();
    let folder = Folder::begin(&at, app.language)?;
    let written =
        Export { app, nobody: app.client.nobody(), folder: &folder }.write(matches.get_flag("sign")).await;
    match written {
        Ok(told) => {
            folder.close()?;
            told.tell(app, &at)
        }
        Err(fault) => {
            folder.give_up();
            Err(fault)
        }
    }
}

/// An export on its way.
struct Export<'a> {
    app: &'a App,
    /// Asks as anyone would, whoever types: what is not open is not answered.
    nobody: Client,
    folder: &'a Folder,
}

/// What was written, to be told.
struct Told {
    tables: Vec<(String, u64)>,
    files: usize,
    bytes: u64,
    signed: bool,
}

impl Export<'_> {
    async fn write(&self, sign: bool) -> Result<Told> {
        let settings = self
            .nobody
            .json("NetworkSettingsService/GetNetworkSettings", json!({ "name": "networkSettings/default" }))
            .await?;
        let resources = table::resources(&self.app.nouns);
        let (mut filled, mut changed) = (Vec::new(), String::new());
        for resource in &resources {
            filled.extend(self.resource(resource, &mut changed).await?);
        }
        let attached = self.attached().await?;
        // Under whatever address it was asked, it is the same registry.
        let keys = self.nobody.json("TokenService/GetJsonWebKeySet", json!({})).await?;
        let facts = Facts {
            source: keys["issuer"].as_str().unwrap_or_default(),
            licence: settings["openDataLicence"].as_str().unwrap_or_default(),
            changed: Some(changed.as_str()).filter(|changed| !changed.is_empty()),
        };
        let mut files: Vec<Written> = filled
            .iter()
            .flat_map(|table| [Some(table.csv.clone()), table.jsonl.clone()])
            .flatten()
            .collect();
        files.extend(attached.iter().map(|other| other.file.clone()));
        let dictionary = self.folder.put(DICTIONARY, &package::dictionary(&filled)?)?;
        let pretty = |value: &Value| format!("{value:#}\n");
        let mut parts: Vec<(&str, &Written)> = Vec::new();
        for table in &filled {
            parts.push(("text/csv", &table.csv));
            parts.extend(table.jsonl.as_ref().map(|file| ("application/jsonl", file)));
        }
        parts.extend(attached.iter().map(|other| (other.mediatype, &other.file)));
        parts.push(("text/csv", &dictionary));
        let catalogue = self.folder.put(CATALOGUE, pretty(&package::catalogue(&facts, &parts)).as_bytes())?;
        let descriptor =
            self.folder.put(PACKAGE, pretty(&package::descriptor(&facts, &filled, &attached)).as_bytes())?;
        let page = self.folder.put("README.md", package::page(&facts, &filled, &attached).as_bytes())?;
        files.extend([dictionary, catalogue, descriptor, page]);
        let sums = self.folder.put(SUMS, files::sums(&files).as_bytes())?;
        if sign {
            let signed = json!({ "sha256": sums.sha256 });
            let signed = self.app.client.json("TokenService/SignManifest", signed).await?;
            self.folder.put(MANIFEST, signed["jws"].as_str().unwrap_or_default().as_bytes())?;
        }
        Ok(Told {
            tables: filled.iter().map(|table| (table.table.name.clone(), table.lines)).collect(),
            files: files.len() + 1 + usize::from(sign),
            bytes: files.iter().map(|file| file.bytes).sum::<u64>() + sums.bytes,
            signed: sign,
        })
    }

    /// All resources of a kind, page after page, into their tables.
    async fn resource<'r>(&self, resource: &'r Resource, changed: &mut String) -> Result<Vec<Filled<'r>>> {
        let mut sheets = Vec::new();
        for table in &resource.tables {
            let mut writer = csv::WriterBuilder::new()
                .terminator(csv::Terminator::CRLF)
                .from_writer(self.folder.file(&format!("data/{}.csv", table.name))?);
            writer
                .write_record(table.columns.iter().map(|column| column.name.as_str()))
                .map_err(std::io::Error::other)?;
            sheets.push((writer, 0));
        }
        let mut whole = self.folder.file(&format!("data/{}.jsonl", resource.tables[0].name))?;
        let mut asked = Box::pin(maybe_done(self.page(resource, String::new())));
        loop {
            asked.as_mut().await;
            let Some(answer) = asked.as_mut().take_output() else { break };
            let (items, next) = answer?;
            // The server works on the next page while this one is written.
            let more = !next.is_empty();
            asked.set(maybe_done(self.page(resource, next)));
            if more {
                let _ = poll!(asked.as_mut());
            }
            for item in &items {
                *changed = std::mem::take(changed).max(when(item));
                serde_json::to_writer(&mut whole, &Ordered(&table::open(item)))
                    .map_err(std::io::Error::other)?;
                whole.write_all(b"\n")?;
                for (table, (writer, lines)) in resource.tables.iter().zip(&mut sheets) {
                    for line in table.lines(item) {
                        writer
                            .write_record(line.iter().map(|cell| harmless(cell)))
                            .map_err(std::io::Error::other)?;
                        *lines += 1;
                    }
                }
            }
            if !more {
                break;
            }
        }
        // JSON Lines of nothing are no JSON: there is a table with its headings all the same.
        let whole = whole.close()?;
        let mut whole = match whole.bytes {
            0 => self.folder.remove(&whole).map(|()| None)?,
            _ => Some(whole),
        };
        let mut filled = Vec::new();
        for (table, (writer, lines)) in resource.tables.iter().zip(sheets) {
            let csv = writer
                .into_inner()
                .map_err(|error| std::io::Error::other(error.to_string()))
                .and_then(Draft::close)?;
            filled.push(Filled { noun: &resource.noun, table, csv, jsonl: whole.take(), lines });
        }
        let (plural, lines) = (&resource.noun.plural, filled[0].lines);
        self.app.output.narrate(&say!(self.app.language, "{plural}: {lines}", "{plural} : {lines}"));
        Ok(filled)
    }

    async fn page(&self, resource: &Resource, token: String) -> Result<(Vec<DynamicMessage>, String)> {
        let mut request = DynamicMessage::new(resource.list.input());
        let anywhere = wildcard(resource.noun.parent_pattern());
        let mut set = |field: &str, value: Reflected| {
            if resource.list.input().get_field_by_name(field).is_some() {
                request.set_field_by_name(field, value);
                return true;
            }
            false
        };
        set("parent", Reflected::String(anywhere));
        let paged = set("page_size", Reflected::I32(PAGE)) && set("page_token", Reflected::String(token));
        let answer = self.nobody.unary(&resource.list, request).await?;
        let items = items_of(&answer);
        if paged {
            return Ok((items, text(&answer, "next_page_token")));
        }
        // A list without pages lists names: each is asked for.
        let Some(get) = resource.noun.verb(Manner::Show) else { return Ok((items, String::new())) };
        let mut whole = Vec::new();
        for item in items {
            let mut request = DynamicMessage::new(get.method.input());
            request.set_field_by_name("name", Reflected::String(name_of(&item)));
            whole.push(self.nobody.unary(&get.method, request).await?);
        }
        Ok((whole, String::new()))
    }

    /// What the registry publishes in formats of their own.
    async fn attached(&self) -> Result<Vec<Attached>> {
        let mut attached = Vec::new();
        for (name, method, request, path, mediatype, title) in OTHERS {
            let request = serde_json::from_str(request).unwrap_or_default();
            let file = self.streamed(method, request, path).await?;
            attached.push(Attached { name, mediatype, title, file });
        }
        Ok(attached)
    }

    /// A file that the server streams.
    async fn streamed(&self, method: &str, request: Value, path: &str) -> Result<Written> {
        let method = contract::method(method).ok_or_else(|| Fault::failure(method.to_owned()))?;
        let request = DynamicMessage::deserialize(method.input(), request)
            .map_err(|error| Fault::failure(error.to_string()))?;
        let mut pieces = self.nobody.server_stream(&method, request).await?;
        let mut draft = self.folder.file(path)?;
        while let Some(piece) = pieces.message().await.map_err(|status| self.nobody.explain(&status, ""))? {
            let chunk = piece.get_field_by_name("chunk");
            draft.write_all(chunk.as_deref().and_then(Reflected::as_bytes).map_or(&[][..], |bytes| bytes))?;
        }
        Ok(draft.close()?)
    }
}

/// `programmes/-/sessions/-` of the pattern of a parent.
fn wildcard(pattern: &str) -> String {
    pattern
        .split('/')
        .map(|part| if part.starts_with('{') { "-" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

/// When a resource last changed; nothing of what does not say.
fn when(item: &DynamicMessage) -> String {
    let value = serde_json::to_value(
        item.get_field_by_name("update_time").as_deref().and_then(Reflected::as_message),
    );
    value.ok().and_then(|value| Some(value.as_str()?.to_owned())).unwrap_or_default()
}

impl Told {
    fn tell(&self, app: &App, at: &Path) -> Result {
        let (language, shown, files) = (app.language, at.display(), self.files);
        if app.output.format.for_people() {
            let headings =
                [language.pick("TABLE", "TABLE"), language.pick("LINES", "LIGNES")].map(str::to_owned);
            let rows: Vec<Vec<String>> = self
                .tables
                .iter()
                .filter(|(_, lines)| *lines > 0)
                .map(|(name, lines)| vec![name.clone(), lines.to_string()])
                .collect();
            app.output.emit(&grid(&app.output, &headings, &rows))?;
        } else {
            let tables: Vec<Value> =
                self.tables.iter().map(|(name, lines)| json!({ "name": name, "lines": lines })).collect();
            app.output.facts(&["name", "lines"], &tables)?;
        }
        let size = self.bytes.div_ceil(1024);
        app.output.narrate(&say!(
            language,
            "{shown}: {files} files, {size} KiB",
            "{shown} : {files} fichiers, {size} Kio"
        ));
        let next = match self.signed {
            true => say!(
                language,
                "check it: ensemble open-data verify {shown}",
                "vérifiez : ensemble open-data verify {shown}"
            ),
            false => say!(
                language,
                "with --sign, anyone can check that it comes from this registry",
                "avec --sign, chacun pourra vérifier qu'il vient de ce registre"
            ),
        };
        app.output.hint(&format!("→ {next}"));
        Ok(())
    }
}
