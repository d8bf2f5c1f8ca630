//! `ensemble`: the registry from the command line. Nouns and verbs are read from the contract; what is written here by hand is
//! what the contract cannot say.

mod api;
mod app;
mod arrival;
mod attendance;
mod auth;
mod calendar;
mod call;
mod canvas;
mod certificate;
mod chart;
mod context;
mod contract;
mod deed;
mod doctor;
mod dossier;
mod evaluation;
mod export;
#[cfg(test)]
mod fake;
mod fault;
mod fetch;
mod flags;
mod help;
mod import;
mod model;
mod open_data;
mod paper;
mod print;
mod profile;
mod proof;
mod result;
mod review;
mod say;
mod scorecard;
#[cfg(feature = "server")]
mod server;
mod session;
mod shell;
mod status;
mod tree;
mod values;
mod watch;

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use clap::{ArgMatches, Command};

use app::{App, Early};
use fault::{Fault, Result, exit};
use print::paint::Paint;
use say::Language;

fn main() -> ExitCode {
    let words: Vec<String> =
        std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let early = Early::look(&words);
    let (language, json) = (early.language, early.json);
    let aside = Paint::choose(early.color.as_deref(), std::io::stderr().is_terminal());
    match run(early) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            if !fault.silent {
                drop(std::io::stderr().write_all(fault.tell(language, json, aside).as_bytes())); // nobody to tell
            }
            ExitCode::from(fault.exit)
        }
    }
}

fn run(early: Early) -> Result {
    let language = early.language;
    let nouns = contract::nouns(proto::pool());
    let root = tree::build(&nouns, language);
    let matches = match root.clone().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => {
            let paint = Paint::choose(early.color.as_deref(), std::io::stdout().is_terminal());
            match help::explain(&error, language, paint != Paint::plain()) {
                help::Asked::Wrong(fault) => return Err(fault),
                help::Asked::Help(text, 0) => {
                    drop(std::io::stdout().write_all(text.as_bytes())); // a reader may have seen enough
                    return Ok(());
                }
                help::Asked::Help(text, code) => {
                    drop(std::io::stderr().write_all(text.as_bytes()));
                    return Err(Fault::silent(code));
                }
            }
        }
    };
    #[cfg(feature = "server")]
    if let Some((word, matches)) = matches.subcommand()
        && server::WORDS.contains(&word)
    {
        return server::run(word, matches, language);
    }
    let app = App::new(early, nouns, innermost(&matches))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let outcome = runtime.block_on(async {
        tokio::select! {
            outcome = dispatch(&app, root, &matches) => outcome,
            _ = tokio::signal::ctrl_c() => Err(Fault::silent(exit::INTERRUPTED)),
        }
    });
    runtime.shutdown_background(); // a prompt may still hold a thread
    outcome
}

/// Global flags are found where the words end.
fn innermost(matches: &ArgMatches) -> &ArgMatches {
    matches.subcommand().map_or(matches, |(_, inner)| innermost(inner))
}

/// The commands that are written by hand.
fn commands(language: Language) -> Vec<Command> {
    let mut commands = vec![
        status::command(language),
        scorecard::command(language),
        calendar::command(language),
        attendance::command(language),
        import::command(language),
        export::command(language),
        open_data::command(language),
        result::command(language),
        watch::command(language),
        watch::audit(language),
        api::command(language),
        auth::command(language),
        context::command(language),
        doctor::command(language),
        help::command(language),
    ];
    commands.extend(shell::commands(language));
    #[cfg(feature = "server")]
    commands.extend(server::commands(language));
    commands
}

async fn dispatch(app: &App, root: Command, matches: &ArgMatches) -> Result {
    let Some((word, inner)) = matches.subcommand() else {
        return match app.context {
            Some(_) => status::run(app).await,
            None => app.output.emit(&root.clone().render_help().to_string()),
        };
    };
    if let Some((verb, inner)) = inner.subcommand()
        && certificate::does(word, verb)
    {
        return certificate::run(app, verb, inner).await;
    }
    if let (Some(noun), Some((verb, inner))) = (app.noun(word), inner.subcommand())
        && canvas::does(noun, verb)
    {
        return canvas::run(app, noun, verb, inner).await;
    }
    if let (Some(noun), Some((verb, inner))) = (app.noun(word), inner.subcommand())
        && profile::does(noun, verb)
    {
        return profile::run(app, noun, inner).await;
    }
    if let Some(noun) = app.noun(word)
        && let Some((verb, inner)) = inner.subcommand()
        && let Some(verb) = noun.verbs.iter().find(|known| known.word == verb)
    {
        // One report after the other, where no name is typed.
        if inner.try_get_one::<bool>("next").ok().flatten() == Some(&true) {
            return review::next(app).await;
        }
        return deed::run(app, noun, verb, inner).await;
    }
    match word {
        "status" => status::run(app).await,
        "scorecard" => scorecard::run(app, inner).await,
        "calendar" => calendar::run(app, inner).await,
        "attendance" => attendance::run(app, inner).await,
        "import" => import::run(app, inner).await,
        "export" => export::run(app, inner).await,
        "open-data" => open_data::run(app, inner).await,
        "result" => result::run(app, inner).await,
        "watch" => watch::run(app, inner).await,
        "audit" => watch::run_audit(app, inner).await,
        "api" => api::run(app, inner).await,
        "auth" => auth::run(app, inner).await,
        "context" => context::run(app, inner).await,
        "doctor" => doctor::run(app).await,
        "help" => help::run(&app.output, root, inner),
        word => shell::run(app, word, root, inner),
    }
}

#[cfg(test)]
mod tests;
