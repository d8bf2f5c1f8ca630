//! `ensemble demo`: a network of one's own with real published data, told as the commands that a coordinator would type.

use std::path::{Path, PathBuf};

use chassis::Config;
use chassis::serve::Running;
use clap::{Arg, ArgAction, ArgMatches, Command, Parser as _};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{ALL, failed};
use crate::app::{App, Early};
use crate::fault::{Fault, Result, exit};
use crate::say::{Language, say};
use crate::session::{Context, Credential, write_private};
use crate::tree::leaf;
use crate::{auth, contract, dispatch, innermost, tree};

/// The demo's context, and the name of its account.
const NAME: &str = "demo";

macro_rules! sample {
    ($($file:literal),+ $(,)?) => {
        &[$(($file, include_bytes!(concat!("../../sample/", $file)).as_slice())),+]
    };
}

/// Organisations first, so that activities find the partners they name.
const SAMPLE: &[(&str, &[u8])] = sample![
    "publishers-2026-08.json.gz",
    "3fi-organisation.xml.gz",
    "be-bce-kbo-0420656336-organisation.xml.gz",
    "caf-organisation.xml.gz",
    "worldbank-organisation-2024.xml.gz",
    "worldbank-el-salvador-2025-04.xml.gz",
    "caf-2025-10-10.xml.gz",
    "unhcr-2023.xml.gz",
    "usaid-asia-region-2025-04.xml.gz",
    "acf-spain-philippines-2018.xml.gz",
    "belgium-dgd-2021-extract.xml.gz",
];

/// Who the demo is signed in as; kept so that a second run is the same person.
#[derive(Serialize, Deserialize)]
struct Coordinator {
    email: String,
    password: String,
}

pub(super) fn command(language: Language) -> Command {
    let say = |en: &str, fr: &str| language.pick(en, fr).to_owned();
    leaf(
        "demo",
        say(
            "Starts a network of your own in ./ensemble-demo, with 2,000 real partners and 700 real projects",
            "Lance un réseau à vous dans ./ensemble-demo, avec 2 000 organisations et 700 projets réels",
        ),
        &["ensemble demo".to_owned(), "ensemble demo --exit".to_owned()],
        language,
    )
    .arg(Arg::new("exit").long("exit").action(ArgAction::SetTrue).help(say(
        "Stop when everything was shown, instead of serving on",
        "S'arrêter une fois tout montré, au lieu de continuer à servir",
    )))
}

pub(super) fn run(matches: &ArgMatches, language: Language) -> Result {
    let narrator = Narrator { language, quiet: matches.get_flag("quiet") };
    let runtime = tokio::runtime::Runtime::new()?;
    let outcome = runtime.block_on(async {
        let folder = PathBuf::from("ensemble-demo");
        std::fs::create_dir_all(folder.join("sample"))?;
        narrator.tell(
            "Starting the embedded registry in ./ensemble-demo",
            "Démarrage du registre embarqué dans ./ensemble-demo",
        );
        let running = start(&folder, narrator).await?;
        let shown = tokio::select! {
            shown = show(&folder, &running.address, narrator) => shown,
            _ = tokio::signal::ctrl_c() => Err(Fault::silent(exit::INTERRUPTED)),
        };
        if shown.is_ok() && !matches.get_flag("exit") {
            narrator.tell("\nServing until Ctrl-C.", "\nLe registre sert jusqu'à Ctrl-C.");
            return running.until_told().await.map_err(|error| failed(&error, language));
        }
        running.stop().await.map_err(|error| failed(&error, language))?;
        shown
    });
    runtime.shutdown_background();
    outcome
}

/// Narration, apart from what the commands print.
#[derive(Clone, Copy)]
struct Narrator {
    language: Language,
    quiet: bool,
}

impl Narrator {
    fn tell(self, en: &str, fr: &str) {
        if !self.quiet {
            eprintln!("{}", self.language.pick(en, fr));
        }
    }
}

/// On the usual port, or on a free one when that is taken.
async fn start(folder: &Path, narrator: Narrator) -> Result<Running> {
    let at = |listen: &str| {
        let folder = folder.display();
        let words = format!(
            "ensemble --listen {listen} --database-url sqlite://{folder}/ensemble.db --keys {folder}/keys --drain-seconds 0"
        );
        Config::parse_from(words.split(' '))
    };
    let usual = "127.0.0.1:50051";
    let taken = || std::net::TcpListener::bind(usual).is_err();
    if !taken() {
        match chassis::start(at(usual), ALL).await {
            Err(_) if taken() => {} // by someone who came first
            started => return started.map_err(|error| failed(&error, narrator.language)),
        }
    }
    narrator.tell("Port 50051 is taken: using another.", "Le port 50051 est pris : un autre est utilisé.");
    chassis::start(at("127.0.0.1:0"), ALL).await.map_err(|error| failed(&error, narrator.language))
}

async fn show(folder: &Path, server: &str, narrator: Narrator) -> Result {
    let (_, app, _) = app(&["auth", "status"], server, narrator)?;
    let who = sign_in(&app, folder, narrator.language).await?;
    narrator.tell(
        &format!("Signed in to {server} as {who}, the coordinator.\n"),
        &format!("Connecté à {server} comme {who}, le coordinateur.\n"),
    );
    let mut import = vec!["import".to_owned(), "iati".to_owned()];
    for (file, bytes) in SAMPLE {
        let path = folder.join("sample").join(file);
        std::fs::write(&path, bytes)?;
        import.push(path.display().to_string());
    }
    import.extend(["--partial".to_owned(), "--problems".to_owned(), "1".to_owned()]);
    let short = format!("import iati {}/sample/* --partial --problems 1", folder.display());
    match step(&import, &short, server, narrator).await {
        // Some of the real files have records that cannot be taken; the report has just said so.
        Err(fault) if fault.exit == exit::INVALID && fault.silent => {}
        other => other?,
    }
    for words in ["status", "partner duplicates --limit 5", "project list --filter state=ACTIVE --limit 5"] {
        let split: Vec<String> = words.split(' ').map(str::to_owned).collect();
        step(&split, words, server, narrator).await?;
    }
    let context = if selected(&app) { "" } else { " --context demo" };
    narrator.tell(&format!(
            "\nTry, in a second terminal:\n  ensemble{context} partner search banco\n  ensemble{context} partner show \"Oxfam Novib\"\n  \
             ensemble{context} project list --filter 'country_codes:SV' --lang fr\n  ensemble{context} watch partners\n  \
             ensemble{context} partner create --help\n  ensemble{context} api PartnerService/ListPartners -d '{{\"page_size\": 2}}'"
        ),
        &format!(
            "\nÀ essayer, dans un second terminal :\n  ensemble{context} partner search banco\n  ensemble{context} partner show \"Oxfam Novib\"\n  \
             ensemble{context} project list --filter 'country_codes:SV' --lang fr\n  ensemble{context} watch partners\n  \
             ensemble{context} partner create --help\n  ensemble{context} api PartnerService/ListPartners -d '{{\"page_size\": 2}}'"
        ),
    );
    Ok(())
}

/// Shows a command as one would type it, then runs it.
async fn step(words: &[String], shown: &str, server: &str, narrator: Narrator) -> Result {
    let line = format!("$ ensemble {shown}");
    narrator.tell(&line, &line);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (root, app, matches) = app(&words, server, narrator)?;
    let outcome = dispatch(&app, root, &matches).await;
    narrator.tell("", "");
    outcome
}

/// The command as if it had been typed in the demo's context.
fn app(words: &[&str], server: &str, narrator: Narrator) -> Result<(Command, App, ArgMatches)> {
    let language = narrator.language;
    let words: Vec<String> =
        ["ensemble", "--lang", language.code()].iter().chain(words).map(|word| (*word).to_owned()).collect();
    let mut early = Early::look(&words[1..]);
    let mut contexts = std::mem::replace(&mut early.contexts, Ok(Default::default()))?;
    contexts.contexts.retain(|context| context.name != NAME);
    contexts.contexts.push(Context {
        name: NAME.to_owned(),
        server: server.to_owned(),
        lang: None,
        protected: false,
    });
    if contexts.current.is_none() {
        contexts.select(NAME);
    }
    early.store.save_contexts(&contexts)?;
    early.contexts = Ok(contexts);
    let nouns = contract::nouns(proto::pool());
    let root = tree::build(&nouns, language);
    let words = words.iter().map(String::as_str).chain(["--context", NAME]);
    let words = words.chain(narrator.quiet.then_some("--quiet"));
    let matches =
        root.clone().try_get_matches_from(words).map_err(|error| Fault::failure(error.to_string()))?;
    let app = App::new(early, nouns, innermost(&matches))?;
    Ok((root, app, matches))
}

/// The demo's context is the one that is used when nothing is said.
fn selected(app: &App) -> bool {
    app.contexts.selected().is_some_and(|context| context.name == NAME)
}

/// Signs in as the demo's coordinator, accepting the first invitation on the first run.
async fn sign_in(app: &App, folder: &Path, language: Language) -> Result<String> {
    let kept = folder.join("coordinator.json");
    let invitation = std::fs::read_to_string(folder.join("keys/first-invitation")).ok();
    let coordinator = match (std::fs::read(&kept), invitation) {
        (Ok(known), _) => {
            serde_json::from_slice(&known).map_err(|error| Fault::failure(error.to_string()))?
        }
        (Err(_), Some(code)) => {
            let password = uuid::Uuid::new_v4().to_string();
            let request = json!({ "invitationCode": code.trim(), "password": password });
            let user = app.client.json("UserService/ActivateUser", request).await?;
            let email = user["email"].as_str().unwrap_or_default().to_owned();
            let coordinator = Coordinator { email, password };
            write_private(&kept, &serde_json::to_vec(&coordinator).map_err(std::io::Error::from)?)?;
            coordinator
        }
        (Err(_), None) => {
            return Err(Fault::failure(say!(
                language,
                "./ensemble-demo was left half made: remove it, then run the demo again",
                "./ensemble-demo est resté inachevé : supprimez-le, puis relancez la démonstration"
            )));
        }
    };
    let credential: Credential = auth::sign_in(app, &coordinator.email, &coordinator.password).await?;
    app.store.save_credential(&app.client.account, &credential)?;
    Ok(coordinator.email)
}
