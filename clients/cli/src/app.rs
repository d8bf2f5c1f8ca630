//! What every command has at hand: the person's language, the output, the server and the contexts.

use clap::ArgMatches;

use crate::call::Client;
use crate::contract::Noun;
use crate::fault::{Fault, Result, exit};
use crate::print::paint::Style;
use crate::print::{Format, Output};
use crate::say::{Language, say};
use crate::session::{Context, Contexts, DEFAULT_SERVER, Store};

pub(crate) struct App {
    pub(crate) language: Language,
    pub(crate) output: Output,
    pub(crate) client: Client,
    pub(crate) store: Store,
    pub(crate) contexts: Contexts,
    /// The context in use, if any.
    pub(crate) context: Option<Context>,
    pub(crate) nouns: Vec<Noun>,
    pub(crate) yes: bool,
}

/// What must be known before the tree of commands exists: it speaks the person's language.
pub(crate) struct Early {
    pub(crate) language: Language,
    pub(crate) color: Option<String>,
    pub(crate) json: bool,
    pub(crate) store: Store,
    pub(crate) contexts: Result<Contexts>,
}

impl Early {
    /// `--lang`, `ENSEMBLE_LANG`, the context, `LC_ALL`, `LC_MESSAGES`, `LANG`, English.
    pub(crate) fn look(words: &[String]) -> Self {
        let flag = |long: &str| word_after(words, long);
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let store = Store::find();
        let contexts = store.contexts(Language::En);
        let wanted = flag("--context").or_else(|| variable("ENSEMBLE_CONTEXT"));
        let of_context = contexts.as_ref().ok().and_then(|contexts| match &wanted {
            Some(name) => contexts.get(name),
            None => contexts.selected(),
        });
        let language =
            [flag("--lang"), variable("ENSEMBLE_LANG"), of_context.and_then(|context| context.lang.clone())]
                .into_iter()
                .flatten()
                .find_map(|tag| Language::from_tag(&tag));
        let locale = || ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(variable);
        let language = language.or_else(|| Language::from_tag(&locale()?)).unwrap_or_default();
        let format = flag("--output").or_else(|| flag("-o")).unwrap_or_default();
        Self {
            language,
            color: flag("--color"),
            json: ["json", "jsonl"].contains(&format.as_str()),
            store,
            contexts,
        }
    }
}

/// The value of a flag, before the words are really read.
fn word_after(words: &[String], flag: &str) -> Option<String> {
    let mut words = words.iter().take_while(|word| *word != "--");
    while let Some(word) = words.next() {
        if word == flag {
            return words.next().cloned();
        }
        if let Some(rest) = word.strip_prefix(flag).filter(|rest| !rest.is_empty()) {
            match (rest.strip_prefix('='), flag.starts_with("--")) {
                (Some(value), _) => return Some(value.to_owned()),
                (None, false) => return Some(rest.to_owned()),
                (None, true) => {}
            }
        }
    }
    None
}

impl App {
    pub(crate) fn new(early: Early, nouns: Vec<Noun>, matches: &ArgMatches) -> Result<Self> {
        let language = early.language;
        let text = |name: &str| matches.get_one::<String>(name).cloned();
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let contexts = early.contexts?;
        let context = match text("context").or_else(|| variable("ENSEMBLE_CONTEXT")) {
            Some(name) => {
                Some(contexts.get(&name).cloned().ok_or_else(|| no_context(&contexts, &name, language))?)
            }
            None => contexts.selected().cloned(),
        };
        if let Some(unknown) = text("lang").filter(|tag| Language::from_tag(tag).is_none()) {
            return Err(Fault::usage(say!(
                language,
                "--lang: {unknown} is not spoken here: en, fr",
                "--lang : {unknown} n'est pas parlé ici : en, fr"
            )));
        }
        let given = text("server").or_else(|| variable("ENSEMBLE_SERVER"));
        let server = given.clone().or_else(|| context.as_ref().map(|context| context.server.clone()));
        let server = server.unwrap_or_else(|| DEFAULT_SERVER.to_owned()).trim_end_matches('/').to_owned();
        let context = context.filter(|context| given.is_none() || context.server == server);
        let account = context.as_ref().map_or_else(|| server.clone(), |context| context.name.clone());
        let mut client = Client::new(server, language, account, early.store.clone());
        client.timeout =
            matches.get_one::<u64>("timeout").map(|seconds| std::time::Duration::from_secs(*seconds));
        let mut output = Output::new(language, early.color.as_deref());
        output.format = text("output").and_then(|word| Format::from_word(&word)).unwrap_or_default();
        output.fields = matches
            .get_many::<String>("fields")
            .into_iter()
            .flatten()
            .filter(|field| !field.is_empty())
            .cloned()
            .collect();
        output.header = !matches.get_flag("no-header");
        output.excel_fr = text("csv-style").is_some_and(|style| style == "excel-fr");
        output.quiet = matches.get_flag("quiet");
        let yes = matches.get_flag("yes");
        Ok(Self { language, output, client, store: early.store, contexts, context, nouns, yes })
    }

    pub(crate) fn noun(&self, singular: &str) -> Option<&Noun> {
        self.nouns.iter().find(|noun| noun.singular == singular)
    }

    /// Whom the token says we are, for people to see before a change: it is not verified here.
    pub(crate) async fn identity(&self) -> Option<String> {
        let token = self.client.bearer().await.ok()??;
        claims(&token)?["sub"].as_str().map(str::to_owned)
    }

    /// Before a change: in a protected context the context's name is typed, or `--yes` given.
    pub(crate) async fn confirm(&self, destroys: bool) -> Result {
        let protected = self.context.as_ref().filter(|context| context.protected);
        if protected.is_none() && !destroys {
            return Ok(());
        }
        let language = self.language;
        let identity = self.identity().await.unwrap_or_else(|| "?".to_owned());
        let name = self.context.as_ref().map_or("-", |context| context.name.as_str());
        let server = &self.client.server;
        self.output.narrate(
            &self
                .output
                .aside
                .style(Style::Warning, &format!("context={name} ({server}) identity={identity}")),
        );
        let Some(context) = protected.filter(|_| !self.yes) else { return Ok(()) };
        if !dialoguer::console::user_attended() || !dialoguer::console::user_attended_stderr() {
            return Err(Fault::usage(say!(
                language,
                "{name} is a protected context: say --yes to change it",
                "{name} est un contexte protégé : dites --yes pour le modifier"
            )));
        }
        let typed = ask(&say!(language, "Type {name} to go on: ", "Tapez {name} pour continuer : "))?;
        match typed == context.name {
            true => Ok(()),
            false => Err(Fault::new(
                exit::FAILURE,
                "NOT_CONFIRMED",
                say!(language, "nothing was done", "rien n'a été fait"),
            )),
        }
    }
}

/// The claims of an access token.
pub(crate) fn claims(token: &str) -> Option<serde_json::Value> {
    use base64::Engine as _;
    let payload = token.split('.').nth(1)?;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).ok()?;
    serde_json::from_slice(&bytes).ok()
}

pub(crate) fn no_context(contexts: &Contexts, name: &str, language: Language) -> Fault {
    let known = contexts.contexts.iter().map(|context| context.name.as_str()).collect::<Vec<_>>().join(", ");
    Fault::usage(say!(language, "there is no context {name}", "il n'y a pas de contexte {name}")).todo(say!(
        language,
        "contexts: {known}; add one: ensemble context add",
        "contextes : {known} ; en ajouter : ensemble context add"
    ))
}

/// A line from the person.
pub(crate) fn ask(prompt: &str) -> Result<String> {
    use std::io::Write as _;
    let mut aside = std::io::stderr();
    write!(aside, "{prompt}")?;
    aside.flush()?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// A secret: hidden on a terminal, else the next line of stdin.
pub(crate) fn ask_secret(prompt: &str, twice: Option<(&str, &str)>) -> Result<String> {
    if !dialoguer::console::user_attended_stderr() || !std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line)?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    let mut secret = dialoguer::Password::new().with_prompt(prompt);
    if let Some((again, differ)) = twice {
        secret = secret.with_confirmation(again, differ);
    }
    secret.interact().map_err(|error| Fault::failure(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn flags_are_seen_before_the_tree_is_built() {
        assert_eq!(word_after(&words("partner list --lang fr"), "--lang").as_deref(), Some("fr"));
        assert_eq!(word_after(&words("partner list --lang=fr"), "--lang").as_deref(), Some("fr"));
        assert_eq!(word_after(&words("partner list --language fr"), "--lang"), None);
        assert_eq!(word_after(&words("partner list -ojson"), "-o").as_deref(), Some("json"));
        assert_eq!(word_after(&words("partner list -- --lang fr"), "--lang"), None);
    }
}
