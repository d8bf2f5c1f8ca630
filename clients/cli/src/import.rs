//! Takes files over: looks what each is, streams it to the service that knows it, and tells what came of it.

use std::io::{BufRead as _, Read as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint};
use prost_reflect::{DynamicMessage, MethodDescriptor, ReflectMessage as _, Value};
use tokio::io::AsyncReadExt as _;
use tokio_stream::wrappers::ReceiverStream;

use crate::app::App;
use crate::contract::{self, Verb};
use crate::fault::{Fault, Result, exit};
use crate::print::Format;
use crate::say::{Language, say};
use crate::tree::{group, leaf};

mod agreements;
pub(crate) mod people;
mod report;
mod sheet;
mod tables;

const CHUNK: usize = 256 * 1024;
/// Files of which each is of one kind: what it is called here, and who takes it.
const KINDS: [(&str, &str); 4] = [
    ("grants", "PartnershipImportService/ImportGrants"),
    ("solutions", "BusinessModelImportService/ImportSolutions"),
    ("sessions", "SessionImportService/ImportSessions"),
    ("places", "PlaceService/ImportPlaces"),
];

pub(crate) fn command(language: Language) -> Command {
    let say = |en: &str, fr: &str| language.pick(en, fr).to_owned();
    let iati = leaf(
        "iati",
        say(
            "Imports IATI files: activities, organisations, or the registry's list of publishers, also .gz",
            "Importe des fichiers IATI : activités, organisations, ou liste des publieurs du registre, aussi en .gz",
        ),
        &["ensemble import iati activities.xml --dry-run".to_owned(), "ensemble import iati *.xml --partial".to_owned()],
        language,
    )
    .args(args(language, "Import"));
    let grants = leaf(
        KINDS[0].0,
        say(
            "Imports files of grants in the 360Giving standard (JSON), as partnerships, agreements and commitments; also .gz",
            "Importe des fichiers de subventions au standard 360Giving (JSON), en partenariats, accords et engagements ; aussi en .gz",
        ),
        &["ensemble import grants grants.json --dry-run".to_owned(), "ensemble import grants *.json --partial".to_owned()],
        language,
    )
    .args(args(language, "Import"));
    let solutions = leaf(
        KINDS[1].0,
        say(
            "Imports files of digital solutions (JSON of the registry of digital public goods), as drafts of business models; also .gz",
            "Importe des fichiers de solutions numériques (JSON du registre des biens publics numériques), en brouillons de modèles économiques ; aussi en .gz",
        ),
        &["ensemble import solutions solutions.json --dry-run".to_owned(), "ensemble import solutions solutions.json --partial".to_owned()],
        language,
    )
    .args(args(language, "Import"));
    let sessions = leaf(
        KINDS[2].0,
        say(
            "Imports files of training sessions (JSON of Digital.gov University), as programmes and sessions; also .gz",
            "Importe des fichiers de sessions de formation (JSON de Digital.gov University), en programmes et sessions ; aussi en .gz",
        ),
        &["ensemble import sessions events.json --dry-run".to_owned(), "ensemble import sessions events.json --partial".to_owned()],
        language,
    )
    .args(args(language, "Import"));
    let places = leaf(
        KINDS[3].0,
        say(
            "Imports files of digital-inclusion places in the French national format (CSV or JSON), with the organisations that run them; also .gz",
            "Importe des fichiers de lieux d'inclusion numérique au format national (CSV ou JSON), avec les organisations qui les tiennent ; aussi en .gz",
        ),
        &["ensemble import places lieux.csv --dry-run".to_owned(), "ensemble import places lieux.json --partial".to_owned()],
        language,
    )
    .args(args(language, "Import"));
    group("import", language.pick("Takes data over from files", "Reprend des données de fichiers"), language)
        .subcommand(iati)
        .subcommand(grants)
        .subcommand(solutions)
        .subcommand(sessions)
        .subcommand(places)
        .subcommand(agreements::command(language))
        .subcommand(people::command(language))
        .subcommand(tables::command(language))
}

/// Which files, and how; what only checks has no choice.
pub(crate) fn args(language: Language, method: &str) -> Vec<Arg> {
    let say = |en: &str, fr: &str| language.pick(en, fr).to_owned();
    let files = Arg::new("files")
        .value_name(language.pick("FILE", "FICHIER"))
        .required(true)
        .action(ArgAction::Append)
        .value_hint(ValueHint::FilePath)
        .help(say("The files", "Les fichiers"));
    let only_checks = method.starts_with("Check");
    std::iter::once(files).chain((!only_checks).then(|| rehearsal(language))).chain(ways(language)).collect()
}

/// What would come of it.
fn rehearsal(language: Language) -> Arg {
    Arg::new("dry-run").long("dry-run").action(ArgAction::SetTrue).help(
        language.pick(
            "The server checks everything and writes nothing",
            "Le serveur vérifie tout et n'écrit rien",
        ),
    )
}

/// How files are taken.
pub(crate) fn ways(language: Language) -> Vec<Arg> {
    let say = |en: &str, fr: &str| language.pick(en, fr).to_owned();
    vec![
        Arg::new("partial").long("partial").action(ArgAction::SetTrue).help(say(
            "Take what is sound although the rest is not",
            "Reprendre ce qui est sain même si le reste ne l'est pas",
        )),
        Arg::new("problems").long("problems").value_name("N").value_parser(clap::value_parser!(usize)).help(
            say(
                "Show so many problems of each kind, 3 without",
                "Montrer ce nombre de problèmes de chaque sorte, 3 sinon",
            ),
        ),
    ]
}

/// What was named is a file, and not a resource.
pub(crate) fn is_file(matches: &ArgMatches) -> bool {
    let named = matches.try_get_one::<String>("name").ok().flatten();
    named.is_some_and(|name| Path::new(name).extension().is_some() && Path::new(name).is_file())
}

/// `ensemble NOUN VERB FILE` where the verb takes a file too.
pub(crate) async fn instead(app: &App, verb: &Verb, matches: &ArgMatches) -> Result {
    let file = matches.get_one::<String>("name").map(PathBuf::from).unwrap_or_default();
    let method = verb.file.clone().unwrap_or_else(|| verb.method.clone());
    take_over(app, vec![Plan::of(file, method)], matches).await
}

/// A file to send.
struct Plan {
    file: PathBuf,
    method: MethodDescriptor,
    /// The tables it was made of.
    joined: Option<iati::tables::Joined>,
}

impl Plan {
    fn of(file: PathBuf, method: MethodDescriptor) -> Self {
        Self { file, method, joined: None }
    }
}

fn files(matches: &ArgMatches) -> impl Iterator<Item = PathBuf> {
    matches.get_many::<String>("files").into_iter().flatten().map(PathBuf::from)
}

/// `ensemble import iati`: each file says by itself what it is; `iati-csv`: of folders it is known.
pub(crate) async fn run(app: &App, matches: &ArgMatches) -> Result {
    let Some((what, matches)) = matches.subcommand() else { return Ok(()) };
    if what == tables::NAME {
        return tables::run(app, matches).await;
    }
    if what == agreements::NAME {
        return agreements::run(app, matches).await;
    }
    if what == people::NAME {
        return people::run(app, matches).await;
    }
    if let Some((_, method)) = KINDS.iter().find(|(kind, _)| *kind == what) {
        return of_noun(app, &named(method)?, matches).await;
    }
    // What cannot be sent is said before anything is.
    let mut plan = Vec::new();
    for file in files(matches) {
        let method = named(target(&file, app.language)?)?;
        plan.push(Plan::of(file, method));
    }
    take_over(app, plan, matches).await
}

fn named(method: &str) -> Result<MethodDescriptor> {
    contract::method(method).ok_or_else(|| Fault::failure(method.to_owned()))
}

/// `ensemble NOUN import`: all files are of the noun.
pub(crate) async fn of_noun(app: &App, method: &MethodDescriptor, matches: &ArgMatches) -> Result {
    let plan: Vec<_> = files(matches).map(|file| Plan::of(file, method.clone())).collect();
    let unread =
        |plan: &Plan| Some(Fault::file(app.language, &plan.file, &std::fs::metadata(&plan.file).err()?));
    if let Some(fault) = plan.iter().find_map(unread) {
        return Err(fault);
    }
    take_over(app, plan, matches).await
}

async fn take_over(app: &App, plan: Vec<Plan>, matches: &ArgMatches) -> Result {
    let asked = matches.try_get_one::<bool>("dry-run").ok().flatten().copied();
    let dry = asked.unwrap_or(true); // what cannot be asked only checks
    if !dry {
        app.confirm(false).await?;
    }
    let mut reports = Vec::new();
    let mut blocked = false;
    for Plan { file, method, joined } in plan {
        let partial = matches.try_get_one::<bool>("partial").ok().flatten() == Some(&true);
        let mut report = send(app, &file, &method, dry, partial).await?;
        if report.descriptor().get_field_by_name("import_report").is_some() {
            blocked |= sheet::told(app, &file, &mut report, dry, matches)?;
            reports.push(report);
            continue;
        }
        if let Some(joined) = joined {
            tables::place(&mut report, joined, app.language)?;
        }
        blocked |= report::blocks(&report);
        if app.output.format.for_people() {
            let lines = matches.get_one::<usize>("problems").copied().unwrap_or(3);
            app.output.emit(&report::render(app, &report, dry, lines))?;
        } else if app.output.format == Format::Jsonl {
            app.output.show(&report)?;
        }
        reports.push(report);
    }
    match (reports.as_slice(), app.output.format) {
        (_, Format::Table | Format::Wide | Format::Jsonl) => {}
        ([one], _) => app.output.show(one)?,
        (many, _) => app.output.list(&many[0].descriptor(), many)?,
    }
    if blocked { Err(Fault::silent(exit::INVALID)) } else { Ok(()) }
}

/// The method for a file, by what the file is: its root element, or JSON.
fn target(path: &Path, language: Language) -> Result<&'static str> {
    let read = || -> std::io::Result<Vec<u8>> {
        let mut file = std::io::BufReader::new(std::fs::File::open(path)?);
        let packed = file.fill_buf()?.starts_with(&[0x1f, 0x8b]);
        let mut head = Vec::new();
        match packed {
            true => flate2::read::MultiGzDecoder::new(file).take(CHUNK as u64).read_to_end(&mut head)?,
            false => file.take(CHUNK as u64).read_to_end(&mut head)?,
        };
        Ok(head)
    };
    let head = read().map_err(|error| Fault::file(language, path, &error))?;
    sniff(&head).ok_or_else(|| {
        let path = path.display();
        Fault::new(
            exit::INVALID,
            "FORMAT_UNKNOWN",
            say!(language, "{path} is not an IATI file", "{path} n'est pas un fichier IATI"),
        )
        .todo(say!(
            language,
            "expected XML with iati-activities or iati-organisations, or the registry's publishers in JSON",
            "attendu : XML avec iati-activities ou iati-organisations, ou les publieurs du registre en JSON"
        ))
    })
}

/// By the first element of an XML text in any encoding that looks like ASCII between zeros, or by the first bracket of JSON.
fn sniff(head: &[u8]) -> Option<&'static str> {
    let bytes: Vec<u8> = head.iter().copied().filter(|byte| *byte != 0).collect();
    let text = String::from_utf8_lossy(&bytes);
    let mut rest = text.trim_start_matches(|c: char| !c.is_ascii() || c.is_ascii_whitespace());
    loop {
        rest = rest.trim_start();
        if rest.starts_with("<?") {
            rest = &rest[rest.find("?>")? + 2..];
        } else if rest.starts_with("<!--") {
            rest = &rest[rest.find("-->")? + 3..];
        } else if rest.starts_with("<!") {
            rest = &rest[rest.find('>')? + 1..];
        } else {
            break;
        }
    }
    if rest.starts_with(['{', '[']) {
        return Some("PartnerService/ImportOrganisations");
    }
    let root = rest.strip_prefix('<')?.split(|c: char| c.is_whitespace() || c == '>' || c == '/').next()?;
    match root {
        "iati-activities" => Some("ProjectService/ImportActivities"),
        "iati-organisations" => Some("PartnerService/ImportOrganisations"),
        _ => None,
    }
}

async fn send(
    app: &App,
    path: &Path,
    method: &MethodDescriptor,
    dry: bool,
    partial: bool,
) -> Result<DynamicMessage> {
    let language = app.language;
    let size = std::fs::metadata(path).map_err(|error| Fault::file(language, path, &error))?.len();
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let options = serde_json::json!({ "options": {
        "fileName": name, "validateOnly": dry, "partial": partial, "requestId": uuid::Uuid::new_v4().to_string(),
    }});
    let options = DynamicMessage::deserialize(method.input(), options)
        .map_err(|error| Fault::failure(error.to_string()))?;
    let progress = Progress::start(app, &name, size);
    let unread = std::sync::Arc::new(std::sync::Mutex::new(None));
    let answers = app
        .client
        .client_stream(method, || {
            progress.restart();
            let (sender, receiver) = tokio::sync::mpsc::channel(4);
            let (path, options, progress, unread) =
                (path.to_owned(), options.clone(), progress.clone(), unread.clone());
            tokio::spawn(async move {
                if let Err(error) = pour(&path, options, &progress, &sender).await
                    && let Ok(mut unread) = unread.lock()
                {
                    *unread = Some(error);
                }
            });
            ReceiverStream::new(receiver)
        })
        .await;
    let answer = match answers {
        Ok(mut answers) => answers.message().await.map_err(|status| app.client.explain(&status, "")),
        Err(fault) => Err(fault),
    };
    progress.end();
    if let Ok(mut unread) = unread.lock()
        && let Some(error) = unread.take()
    {
        return Err(Fault::file(language, path, &error));
    }
    answer?.ok_or_else(|| {
        Fault::failure(say!(language, "the server gave no report", "le serveur n'a pas donné de rapport"))
    })
}

/// The options, then the file in pieces.
async fn pour(
    path: &Path,
    options: DynamicMessage,
    progress: &Progress,
    sender: &tokio::sync::mpsc::Sender<DynamicMessage>,
) -> std::io::Result<()> {
    let kind = options.descriptor();
    let mut file = tokio::fs::File::open(path).await?;
    if sender.send(options).await.is_err() {
        return Ok(()); // the server has heard enough; its answer says why
    }
    let mut buffer = vec![0; CHUNK];
    loop {
        let mut filled = 0;
        while filled < CHUNK {
            match file.read(&mut buffer[filled..]).await? {
                0 => break,
                read => filled += read,
            }
        }
        if filled == 0 {
            return Ok(());
        }
        let mut piece = DynamicMessage::new(kind.clone());
        piece.set_field_by_name("chunk", Value::Bytes(buffer[..filled].to_vec().into()));
        if sender.send(piece).await.is_err() {
            return Ok(());
        }
        progress.sent(filled as u64);
    }
}

/// How far the sending is: a bar on a terminal, lines that stay elsewhere, silence when all is quick.
#[derive(Clone)]
struct Progress {
    bar: Option<indicatif::ProgressBar>,
    lines: std::sync::Arc<std::sync::Mutex<Lines>>,
    output: crate::print::Output,
    name: String,
    size: u64,
}

struct Lines {
    done: u64,
    told: Instant,
}

impl Progress {
    fn start(app: &App, name: &str, size: u64) -> Self {
        let output = app.output.clone();
        let bar = (output.repaint && !output.quiet).then(|| {
            let bar = indicatif::ProgressBar::new(size);
            if let Ok(style) =
                indicatif::ProgressStyle::with_template("{msg} [{bar:30}] {bytes}/{total_bytes} {elapsed}")
            {
                bar.set_style(style.progress_chars("=> "));
            }
            bar.set_message(name.to_owned());
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        let lines = std::sync::Arc::new(std::sync::Mutex::new(Lines { done: 0, told: Instant::now() }));
        Self { bar, lines, output, name: name.to_owned(), size }
    }

    fn restart(&self) {
        if let Some(bar) = &self.bar {
            bar.set_position(0);
        }
        if let Ok(mut lines) = self.lines.lock() {
            lines.done = 0;
        }
    }

    fn sent(&self, bytes: u64) {
        if let Some(bar) = &self.bar {
            bar.inc(bytes);
            return;
        }
        let Ok(mut lines) = self.lines.lock() else { return };
        lines.done += bytes;
        if lines.told.elapsed() >= Duration::from_secs(5) {
            lines.told = Instant::now();
            let percent = 100 * lines.done / self.size.max(1);
            self.output.narrate(&format!("{}: {percent} %", self.name));
        }
    }

    fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests;
