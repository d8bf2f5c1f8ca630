//! Places to talk to, by short names; protected ones ask before a change.

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Value, json};

use crate::app::{App, no_context};
use crate::fault::{Fault, Result};
use crate::say::{Language, say};
use crate::session::{Context, Contexts};
use crate::tree::{dress, leaf};

const COLUMNS: [&str; 5] = ["name", "server", "lang", "protected", "current"];

pub(crate) fn command(language: Language) -> Command {
    let say = |en: &str, fr: &str| language.pick(en, fr).to_owned();
    let name =
        || Arg::new("name").value_name(language.pick("NAME", "NOM")).help(say("The context", "Le contexte"));
    let example = |text: &str| [text.to_owned()];
    let about = language.pick(
        "Servers by short names; ctx - goes back to the one before",
        "Serveurs sous des noms courts ; ctx - revient au précédent",
    );
    let mut command = dress(Command::new("context").about(about), language)
        .arg_required_else_help(true)
        .alias("ctx")
        .subcommand_negates_reqs(true)
        .arg(
            Arg::new("back")
                .value_name("-")
                .value_parser(["-"])
                .hide_possible_values(true)
                .help(say("Select the context before", "Choisir le contexte précédent")),
        );
    command = command
        .subcommand(
            leaf(
                "add",
                say(
                    "Adds a context, or changes it: --server URL, --lang fr",
                    "Ajoute un contexte, ou le modifie : --server URL, --lang fr",
                ),
                &example(
                    "ensemble context add prod --server https://ensemble.example.org --lang fr --protected",
                ),
                language,
            )
            .arg(name().required(true))
            .arg(
                Arg::new("protected")
                    .long("protected")
                    .action(ArgAction::SetTrue)
                    .help(say("Ask before each change", "Demander avant chaque modification")),
            )
            .arg(
                Arg::new("select")
                    .long("select")
                    .action(ArgAction::SetTrue)
                    .help(say("Select it too", "Le choisir aussi")),
            ),
        )
        .subcommand(
            leaf(
                "list",
                say("Lists the contexts", "Liste les contextes"),
                &example("ensemble context list"),
                language,
            )
            .alias("ls"),
        )
        .subcommand(
            leaf(
                "select",
                say("Selects a context; - is the one before", "Choisit un contexte ; - est le précédent"),
                &example("ensemble context select prod"),
                language,
            )
            .alias("use")
            .arg(name().required(true)),
        )
        .subcommand(
            leaf(
                "show",
                say(
                    "Shows a context, the selected one without a name",
                    "Affiche un contexte, celui choisi sans nom",
                ),
                &example("ensemble context show -o json"),
                language,
            )
            .arg(name()),
        )
        .subcommand(
            leaf(
                "validate",
                say(
                    "Tries a context: does its server answer?",
                    "Essaie un contexte : son serveur répond-il ?",
                ),
                &example("ensemble context validate prod"),
                language,
            )
            .arg(name()),
        )
        .subcommand(
            leaf(
                "remove",
                say("Removes a context and its session", "Retire un contexte et sa session"),
                &example("ensemble context remove old"),
                language,
            )
            .alias("rm")
            .arg(name().required(true)),
        );
    command
}

pub(crate) async fn run(app: &App, matches: &ArgMatches) -> Result {
    let given = |matches: &ArgMatches| matches.get_one::<String>("name").cloned();
    match matches.subcommand() {
        Some(("add", matches)) => add(app, matches),
        Some(("list", _)) => {
            let rows: Vec<Value> =
                app.contexts.contexts.iter().map(|context| row(&app.contexts, context)).collect();
            if rows.is_empty() && app.output.format.for_people() {
                app.output.hint("ensemble context add NAME --server URL");
                return Ok(());
            }
            app.output.facts(&COLUMNS, &rows)
        }
        Some(("select", matches)) => select(app, &given(matches).unwrap_or_default()),
        Some(("show", matches)) => {
            app.output.fact(&COLUMNS, row(&app.contexts, &named(app, given(matches))?))
        }
        Some(("validate", matches)) => validate(app, &named(app, given(matches))?).await,
        Some(("remove", matches)) => remove(app, &given(matches).unwrap_or_default()),
        _ => select(app, "-"),
    }
}

fn row(contexts: &Contexts, context: &Context) -> Value {
    json!({
        "name": context.name, "server": context.server, "lang": context.lang, "protected": context.protected,
        "current": contexts.current.as_deref() == Some(context.name.as_str()),
    })
}

fn named(app: &App, name: Option<String>) -> Result<Context> {
    match name {
        Some(name) => {
            app.contexts.get(&name).cloned().ok_or_else(|| no_context(&app.contexts, &name, app.language))
        }
        None => app.context.clone().ok_or_else(|| {
            Fault::usage(say!(app.language, "no context is selected", "aucun contexte n'est choisi"))
                .todo("ensemble context select NAME")
        }),
    }
}

fn add(app: &App, matches: &ArgMatches) -> Result {
    let language = app.language;
    let given = |id: &str| matches.get_one::<String>(id).cloned();
    let name = given("name").unwrap_or_default();
    if name == "-" || name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    {
        return Err(Fault::usage(say!(
            language,
            "a context's name has letters, digits, - _ and .",
            "le nom d'un contexte a des lettres, des chiffres, - _ et ."
        )));
    }
    let before = app.contexts.get(&name).cloned();
    let server = given("server")
        .map(|server| server.trim_end_matches('/').to_owned())
        .or_else(|| before.as_ref().map(|context| context.server.clone()));
    let server = server.ok_or_else(|| {
        Fault::usage(say!(language, "still needed: --server URL", "il manque : --server URL"))
    })?;
    if !server.starts_with("https://") && !server.starts_with("http://") {
        return Err(Fault::usage(say!(
            language,
            "--server: {server} does not start with https:// or http://",
            "--server : {server} ne commence pas par https:// ou http://"
        )));
    }
    let lang = given("lang").or_else(|| before.as_ref().and_then(|context| context.lang.clone()));
    let context = Context { name: name.clone(), server, lang, protected: matches.get_flag("protected") };
    let mut contexts = app.contexts.clone();
    contexts.contexts.retain(|context| context.name != name);
    contexts.contexts.push(context.clone());
    contexts.contexts.sort_by(|a, b| a.name.cmp(&b.name));
    if contexts.current.is_none() || matches.get_flag("select") {
        contexts.select(&name);
    }
    app.store.save_contexts(&contexts)?;
    let file = app.store.contexts_file();
    let file = file.display();
    app.output.narrate(&say!(
        language,
        "context {name} is kept in {file}",
        "le contexte {name} est conservé dans {file}"
    ));
    app.output.fact(&COLUMNS, row(&contexts, &context))?;
    app.output.hint(&say!(
        language,
        "next: ensemble auth login --context {name}",
        "ensuite : ensemble auth login --context {name}"
    ));
    Ok(())
}

fn select(app: &App, name: &str) -> Result {
    let language = app.language;
    let name = match name {
        "-" => app.contexts.previous.clone().ok_or_else(|| {
            Fault::usage(say!(language, "there was no context before", "il n'y avait pas de contexte avant"))
        })?,
        name => name.to_owned(),
    };
    let context = app.contexts.get(&name).ok_or_else(|| no_context(&app.contexts, &name, language))?;
    let mut contexts = app.contexts.clone();
    contexts.select(&name);
    app.store.save_contexts(&contexts)?;
    let server = &context.server;
    app.output.narrate(&say!(language, "context {name} ({server})", "contexte {name} ({server})"));
    Ok(())
}

async fn validate(app: &App, context: &Context) -> Result {
    let account = context.name.clone();
    let client = crate::call::Client::new(context.server.clone(), app.language, account, app.store.clone());
    crate::doctor::health(&client).await?;
    let (name, server) = (&context.name, &context.server);
    app.output.narrate(&say!(app.language, "{name}: {server} answers", "{name} : {server} répond"));
    Ok(())
}

fn remove(app: &App, name: &str) -> Result {
    app.contexts.get(name).ok_or_else(|| no_context(&app.contexts, name, app.language))?;
    let mut contexts = app.contexts.clone();
    contexts.contexts.retain(|context| context.name != name);
    contexts.current = contexts.current.filter(|current| current != name);
    contexts.previous = contexts.previous.filter(|previous| previous != name);
    app.store.save_contexts(&contexts)?;
    app.store.forget_credential(name)?;
    app.output.narrate(&say!(
        app.language,
        "context {name} is removed, its session forgotten",
        "le contexte {name} est retiré, sa session oubliée"
    ));
    Ok(())
}
