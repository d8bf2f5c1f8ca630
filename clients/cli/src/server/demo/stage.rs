//! Where the demo plays: what is told, and the commands that are typed and run.

use std::path::PathBuf;

use clap::{ArgMatches, Command};
use serde_json::Value;

use crate::app::{App, Early};
use crate::fault::{Fault, Result, exit};
use crate::say::Language;
use crate::session::Context;
use crate::{contract, dispatch, innermost, tree};

/// The demo's context, and the name of its account.
const NAME: &str = "demo";

/// Narration, apart from what the commands print.
#[derive(Clone, Copy)]
pub(super) struct Narrator {
    pub(super) language: Language,
    pub(super) quiet: bool,
}

impl Narrator {
    pub(super) fn tell(self, en: &str, fr: &str) {
        if !self.quiet {
            eprintln!("{}", self.language.pick(en, fr));
        }
    }
}

/// The network that runs, and the folder that it lives in.
pub(super) struct Stage {
    pub(super) folder: PathBuf,
    pub(super) server: String,
    pub(super) narrator: Narrator,
}

/// Who types: the coordinator, whose session is kept, or someone with a token.
pub(super) type Typist<'t> = Option<&'t str>;

/// Someone who is not signed in.
pub(super) const NOBODY: Typist<'static> = Some("");

/// The coordinator.
pub(super) const COORDINATOR: Typist<'static> = None;

impl Stage {
    pub(super) fn tell(&self, en: &str, fr: &str) {
        self.narrator.tell(en, fr);
    }

    /// A file of the demo's, as one would type it.
    pub(super) fn file(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// Shows a command as one would type it, then runs it.
    pub(super) async fn run(&self, who: Typist<'_>, words: &[&str]) -> Result {
        let typed: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        self.run_as_shown(who, words, &typed.join(" ")).await
    }

    /// The same, shown in another way: with a pattern for many files.
    pub(super) async fn run_as_shown(&self, who: Typist<'_>, words: &[&str], shown: &str) -> Result {
        let line = format!("$ ensemble {shown}");
        self.tell(&line, &line);
        let (root, app, matches) = self.app(who, words)?;
        let outcome = dispatch(&app, root, &matches).await;
        self.tell("", "");
        outcome
    }

    /// What a method answers, without a word: how the demo looks where its story stands.
    pub(super) async fn ask(&self, who: Typist<'_>, method: &str, request: Value) -> Result<Value> {
        let (_, app, _) = self.app(who, &["auth", "status"])?;
        app.client.json(method, request).await
    }

    /// The resource of that name, if it is there.
    pub(super) async fn find(&self, method: &str, name: &str) -> Result<Option<Value>> {
        match self.ask(COORDINATOR, method, serde_json::json!({ "name": name })).await {
            Err(fault) if fault.exit == exit::NOT_FOUND => Ok(None),
            found => found.map(Some),
        }
    }

    /// The command as if it had been typed in the demo's context.
    pub(super) fn app(&self, who: Typist<'_>, words: &[&str]) -> Result<(Command, App, ArgMatches)> {
        let Narrator { language, quiet } = self.narrator;
        let words: Vec<String> = ["ensemble", "--lang", language.code()]
            .iter()
            .chain(words)
            .map(|word| (*word).to_owned())
            .collect();
        let mut early = Early::look(&words[1..]);
        let mut contexts = std::mem::replace(&mut early.contexts, Ok(Default::default()))?;
        contexts.contexts.retain(|context| context.name != NAME);
        contexts.contexts.push(Context {
            name: NAME.to_owned(),
            server: self.server.clone(),
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
        let words = words.chain(quiet.then_some("--quiet"));
        let matches =
            root.clone().try_get_matches_from(words).map_err(|error| Fault::failure(error.to_string()))?;
        let mut app = App::new(early, nouns, innermost(&matches))?;
        match who {
            None => {}
            // An account of which nothing is kept.
            Some("") => app.client.account = "demo-nobody".to_owned(),
            Some(token) => app.client.given = Some(token.to_owned()),
        }
        Ok((root, app, matches))
    }
}

/// The demo's context is the one that is used when nothing is said.
pub(super) fn selected(app: &App) -> bool {
    app.contexts.selected().is_some_and(|context| context.name == NAME)
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "-_./:=,@+".contains(letter);
    match word.chars().all(plain) && !word.is_empty() {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_a_shell_takes_it() {
        assert_eq!(quoted("state=ACTIVE"), "state=ACTIVE");
        assert_eq!(quoted("fr=Être aidé"), "'fr=Être aidé'");
        assert_eq!(quoted("l'été"), "'l'\\''été'");
        assert_eq!(quoted(""), "''");
    }
}
