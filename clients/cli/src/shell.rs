//! What a shell and a reader of manuals want: completions, manual pages, the version, what an error code means.

use clap::{Arg, ArgMatches, Command, ValueHint};
use serde_json::json;

use crate::app::App;
use crate::fault::{Fault, Result, exit};
use crate::say::{Language, say};
use crate::tree::{group, leaf};

const SHELLS: [&str; 5] = ["bash", "zsh", "fish", "elvish", "powershell"];

pub(crate) fn commands(language: Language) -> Vec<Command> {
    let say = |en: &str, fr: &str| language.pick(en, fr).to_owned();
    vec![
        leaf(
            "completion",
            say("Prints a completion script for a shell", "Affiche un script de complétion pour un shell"),
            &["ensemble completion bash > /etc/bash_completion.d/ensemble".to_owned()],
            language,
        )
        .arg(
            Arg::new("shell")
                .value_name("SHELL")
                .required(true)
                .value_parser(SHELLS)
                .hide_possible_values(true)
                .help(SHELLS.join(", ")),
        ),
        leaf(
            "man",
            say(
                "Prints the manual page, or writes all of them to a folder",
                "Affiche la page de manuel, ou les écrit toutes dans un dossier",
            ),
            &["ensemble man --out man1/".to_owned()],
            language,
        )
        .arg(
            Arg::new("out")
                .long("out")
                .value_name(language.pick("FOLDER", "DOSSIER"))
                .value_hint(ValueHint::DirPath)
                .help(say("Write one page a command", "Écrire une page par commande")),
        ),
        leaf(
            "version",
            say("Says which version this is", "Dit quelle est cette version"),
            &["ensemble version -o json".to_owned()],
            language,
        ),
        group("error", language.pick("Explains error codes", "Explique les codes d'erreur"), language)
            .subcommand(
                leaf(
                    "lookup",
                    say("Explains an error code", "Explique un code d'erreur"),
                    &["ensemble error lookup ETAG_MISMATCH".to_owned()],
                    language,
                )
                .arg(Arg::new("code").value_name("CODE").required(true)),
            ),
    ]
}

pub(crate) fn run(app: &App, word: &str, mut root: Command, matches: &ArgMatches) -> Result {
    match word {
        "completion" => {
            completion(app, &mut root, matches.get_one::<String>("shell").map_or("", String::as_str))
        }
        "man" => manual(app, root, matches.get_one::<String>("out")),
        "version" => {
            let row = json!({ "name": "ensemble", "version": env!("CARGO_PKG_VERSION"), "server": cfg!(feature = "server") });
            if app.output.format.for_people() {
                app.output.emit(&format!("ensemble {}\n", env!("CARGO_PKG_VERSION")))
            } else {
                app.output.fact(&["name", "version", "server"], row)
            }
        }
        _ => lookup(
            app,
            matches
                .subcommand()
                .and_then(|(_, matches)| matches.get_one::<String>("code"))
                .map_or("", String::as_str),
        ),
    }
}

fn completion(app: &App, root: &mut Command, shell: &str) -> Result {
    let shell: clap_complete::Shell = shell.parse().map_err(Fault::usage)?;
    let mut script = Vec::new();
    clap_complete::generate(shell, root, "ensemble", &mut script);
    app.output.emit(&String::from_utf8_lossy(&script))
}

fn manual(app: &App, root: Command, out: Option<&String>) -> Result {
    let Some(folder) = out else {
        let mut page = Vec::new();
        clap_mangen::Man::new(root).render(&mut page)?;
        return app.output.emit(&String::from_utf8_lossy(&page));
    };
    std::fs::create_dir_all(folder)?;
    clap_mangen::generate_to(root, folder)?;
    app.output.narrate(&say!(
        app.language,
        "manual pages are in {folder}",
        "les pages de manuel sont dans {folder}"
    ));
    Ok(())
}

fn lookup(app: &App, code: &str) -> Result {
    let language = app.language;
    let text = match code.to_uppercase().as_str() {
        "ETAG_MISMATCH" => say!(
            language,
            "the resource changed since it was read: show it again, then repeat the change",
            "la ressource a changé depuis sa lecture : affichez-la à nouveau, puis recommencez"
        ),
        "UNAUTHENTICATED" => say!(
            language,
            "no token, or one that is not valid any more: ensemble auth login",
            "pas de jeton, ou il n'est plus valable : ensemble auth login"
        ),
        "PERMISSION_DENIED" => say!(
            language,
            "this account may not do it, or the resource does not exist: ensemble auth status",
            "ce compte n'en a pas le droit, ou la ressource n'existe pas : ensemble auth status"
        ),
        "INVALID_FIELD" => say!(
            language,
            "some fields are not right; each is named with what was expected",
            "des champs sont à corriger ; chacun est nommé avec ce qui est attendu"
        ),
        "REQUEST_ID_REUSED" => say!(
            language,
            "the same request_id was sent with another content: use a new one",
            "le même request_id a été envoyé avec un autre contenu : prenez-en un nouveau"
        ),
        "REQUEST_IN_PROGRESS" => say!(
            language,
            "the same request is still being done: try again in a moment",
            "la même requête est en cours : réessayez dans un instant"
        ),
        "PAGE_TOKEN_MISMATCH" => say!(
            language,
            "a page token goes with the same filter, order and parent only",
            "un jeton de page ne va qu'avec les mêmes filtre, ordre et parent"
        ),
        "PAGE_TOKEN_EXPIRED" => say!(
            language,
            "page tokens last three days: list again from the start",
            "un jeton de page dure trois jours : relistez depuis le début"
        ),
        "RESUME_TOKEN_EXPIRED" => say!(
            language,
            "events that old are gone: watch --from-beginning, or from now",
            "ces événements anciens n'existent plus : watch --from-beginning, ou à partir de maintenant"
        ),
        "ALREADY_EXISTS" => say!(
            language,
            "something has this name or identifier already",
            "ce nom ou cet identifiant est déjà pris"
        ),
        "NOT_FOUND" => say!(
            language,
            "nothing has this name: look with list or search",
            "rien ne porte ce nom : cherchez avec list ou search"
        ),
        "STATE" => say!(
            language,
            "the resource's state does not allow it: show lists what can be done",
            "l'état de la ressource ne le permet pas : show liste ce qui peut être fait"
        ),
        "OVERLOADED" | "RATE_LIMITED" | "UNAVAILABLE" | "DEADLINE_EXCEEDED" => say!(
            language,
            "the server cannot now: trying again later is safe",
            "le serveur ne peut pas maintenant : réessayer plus tard est sans risque"
        ),
        "WATCHER_TOO_SLOW" => say!(
            language,
            "events came faster than they were read: watch goes on where it stopped",
            "les événements arrivaient plus vite qu'ils n'étaient lus : watch reprend où il s'est arrêté"
        ),
        "INTERNAL" => say!(
            language,
            "something broke on the server: give its operator the request's id",
            "quelque chose a cassé sur le serveur : donnez l'identifiant de la requête à son opérateur"
        ),
        other => {
            return Err(Fault::new(
                exit::NOT_FOUND,
                "NOT_FOUND",
                say!(
                    language,
                    "{other} is not explained here; rules such as PAR-2 are in the documentation",
                    "{other} n'est pas expliqué ici ; les règles comme PAR-2 sont dans la documentation"
                ),
            ));
        }
    };
    if app.output.format.for_people() {
        app.output.emit(&format!("{text}\n"))
    } else {
        app.output.fact(&["name", "about"], json!({ "name": code, "about": text }))
    }
}
