//! `ensemble demo`: a network of one's own with real published data, told as the commands that its people would type. A
//! second run goes on where the first one ended, and does nothing twice.

mod partnership;
mod people;
mod portfolio;
mod sample;
mod stage;
mod story;
mod strategy;
mod training;

use std::path::{Path, PathBuf};

use chassis::Config;
use chassis::serve::Running;
use clap::{Arg, ArgAction, ArgMatches, Command, Parser as _};

use super::{ALL, failed};
use crate::fault::{Fault, Result, exit};
use crate::say::Language;
use crate::tree::leaf;
use stage::{COORDINATOR, Narrator, Stage};

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
        let stage = Stage { folder, server: running.address.clone(), narrator };
        let shown = tokio::select! {
            shown = show(&stage) => shown,
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

/// The whole demo: who plays, what was found in the world, and what one partner does.
async fn show(stage: &Stage) -> Result {
    let who = people::coordinator(stage).await?;
    let server = &stage.server;
    stage.tell(
        &format!("Signed in to {server} as {who}, the coordinator.\n"),
        &format!("Connecté à {server} comme {who}, le coordinateur.\n"),
    );
    portfolio::show(stage).await?;
    story::tell(stage).await?;
    stage.tell("The coordinator's day, after all that:", "La journée du coordinateur, après tout cela :");
    stage.run(COORDINATOR, &["status"]).await?;
    farewell(stage)
}

fn farewell(stage: &Stage) -> Result {
    let (_, app, _) = stage.app(COORDINATOR, &["auth", "status"])?;
    let context = if stage::selected(&app) { "" } else { " --context demo" };
    let lines: String = [
        "partner search banco",
        "partner show \"Oxfam Novib\"",
        "project list --filter 'country_codes:SV' --lang fr",
        "project show point-numerique-avignon",
        "partnership show demarches-avignon",
        "partnership summarize",
        "strategy summarize",
        "participation list",
        "attendance show programmes/aider-sans-faire/sessions/avignon",
        "scorecard",
        "territory profile fr-com-84007",
        "export open-data open/ --sign",
        "report review --next",
        "watch partners",
        "partner create --help",
        "api PartnerService/ListPartners -d '{\"page_size\": 2}'",
    ]
    .map(|line| format!("\n  ensemble{context} {line}"))
    .concat();
    stage.tell(
        &format!("\nTry, in a second terminal:{lines}"),
        &format!("\nÀ essayer, dans un second terminal :{lines}"),
    );
    Ok(())
}
