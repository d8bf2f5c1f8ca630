//! Events as they are committed, and who did what: streams that take themselves up again where they stopped.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint};
use prost_reflect::{DynamicMessage, MethodDescriptor, ReflectMessage as _, Value};
use tonic::Code;

use crate::app::App;
use crate::contract;
use crate::deed::{items_of, list, pages, text};
use crate::fault::{Fault, Result};
use crate::print::{Format, table};
use crate::say::{Language, say};
use crate::session::write_private;
use crate::tree::leaf;

/// The services that have such a method, by their short word.
fn areas(method: &str) -> Vec<(String, MethodDescriptor)> {
    contract::methods(proto::pool(), &format!("EventService/{method}"))
        .into_iter()
        .map(|method| (contract::area(method.parent_service()), method))
        .collect()
}

fn area_arg(language: Language) -> Arg {
    let words: Vec<String> = areas("WatchEvents").into_iter().map(|(area, _)| area).collect();
    let help = words.join(", ");
    Arg::new("area")
        .value_name(language.pick("SERVICE", "SERVICE"))
        .value_parser(clap::builder::PossibleValuesParser::new(words))
        .hide_possible_values(true)
        .help(say!(language, "{help}; all of them without", "{help} ; tous sinon"))
}

pub(crate) fn command(language: Language) -> Command {
    let say = |en: &str, fr: &str| language.pick(en, fr).to_owned();
    let examples = [
        "ensemble watch partners".to_owned(),
        "ensemble watch projects -o jsonl --resume-token-file projects.token".to_owned(),
    ];
    leaf(
        "watch",
        say(
            "Shows changes as they are committed, and takes itself up again",
            "Montre les changements au fil de l'eau, et reprend tout seul",
        ),
        &examples,
        language,
    )
    .arg(area_arg(language))
    .arg(Arg::new("filter").long("filter").value_name("EXPRESSION").help(say(
        "Only those that fit, AIP-160 over subject, type, to_state",
        "Seulement ceux qui conviennent, AIP-160 sur subject, type, to_state",
    )))
    .arg(
        Arg::new("from-beginning")
            .long("from-beginning")
            .action(ArgAction::SetTrue)
            .help(say("Start with the first event kept", "Commencer au premier événement conservé")),
    )
    .arg(
        Arg::new("resume-token-file")
            .long("resume-token-file")
            .value_name(language.pick("FILE", "FICHIER"))
            .value_hint(ValueHint::FilePath)
            .help(say("Remember there where to go on", "Y noter où reprendre")),
    )
}

pub(crate) fn audit(language: Language) -> Command {
    let say = |en: &str, fr: &str| language.pick(en, fr).to_owned();
    leaf(
        "audit",
        say("Lists who did what, newest first", "Liste qui a fait quoi, le plus récent d'abord"),
        &["ensemble audit partners --limit 20".to_owned()],
        language,
    )
    .arg(area_arg(language))
    .arg(Arg::new("filter").long("filter").value_name("EXPRESSION").help(say(
        "Only those that fit, AIP-160 over resource, principal, method, to_state",
        "Seulement ceux qui conviennent, AIP-160 sur resource, principal, method, to_state",
    )))
    .arg(
        Arg::new("limit")
            .long("limit")
            .value_name("N")
            .value_parser(clap::value_parser!(i32).range(1..=1000))
            .help(say("At most so many, 50 without", "Au plus ce nombre, 50 sinon")),
    )
    .arg(
        Arg::new("page-token")
            .long("page-token")
            .requires("area")
            .value_name(language.pick("TOKEN", "JETON"))
            .help(say(
                "Go on after the page that gave this token",
                "Continuer après la page qui a donné ce jeton",
            )),
    )
    .arg(Arg::new("all").long("all").action(ArgAction::SetTrue).help(say("All pages", "Toutes les pages")))
}

pub(crate) async fn run_audit(app: &App, matches: &ArgMatches) -> Result {
    let chosen = matches.get_one::<String>("area");
    let (mut found, mut next) = (Vec::new(), String::new());
    for (_, method) in
        areas("ListAuditEvents").into_iter().filter(|(area, _)| chosen.is_none_or(|chosen| chosen == area))
    {
        let mut request = DynamicMessage::new(method.input());
        for (field, flag) in [("filter", "filter"), ("page_token", "page-token")] {
            if let Some(value) = matches.get_one::<String>(flag) {
                request.set_field_by_name(field, Value::String(value.clone()));
            }
        }
        if let Some(limit) = matches.get_one::<i32>("limit") {
            request.set_field_by_name("page_size", Value::I32(*limit));
        }
        let (lines, token) = pages(app, &method, request, matches.get_flag("all")).await?;
        found.extend(lines);
        next = if chosen.is_some() { token } else { String::new() };
    }
    let when = |line: &DynamicMessage| {
        let time = line.get_field_by_name("event_time")?.into_owned();
        let time = time.as_message()?.clone();
        Some((time.get_field_by_name("seconds")?.as_i64()?, time.get_field_by_name("nanos")?.as_i32()?))
    };
    found.sort_by_key(|line| std::cmp::Reverse(when(line)));
    let kind = proto::pool().get_message_by_name("ensemble.common.v1.AuditEvent");
    list(app, &kind.ok_or_else(|| Fault::failure("AuditEvent"))?, &found, &next)
}

/// Where each service's stream goes on, kept in a file when asked.
struct Places {
    file: Option<PathBuf>,
    tokens: BTreeMap<String, String>,
}

impl Places {
    fn open(file: Option<&String>, language: Language) -> Result<Self> {
        let file = file.map(PathBuf::from);
        let tokens = match &file {
            Some(path) => match std::fs::read(path) {
                Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
                    let path = path.display();
                    Fault::usage(say!(
                        language,
                        "{path} is not a file of resume tokens: {error}",
                        "{path} n'est pas un fichier de jetons de reprise : {error}"
                    ))
                })?,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
                Err(error) => return Err(Fault::file(language, path, &error)),
            },
            None => BTreeMap::new(),
        };
        Ok(Self { file, tokens })
    }

    /// After the events were written, never before: what was not shown is shown again.
    fn note(&mut self, area: &str, token: String) -> Result {
        if token.is_empty() || self.tokens.get(area) == Some(&token) {
            return Ok(());
        }
        self.tokens.insert(area.to_owned(), token);
        match &self.file {
            Some(path) => {
                Ok(write_private(path, &serde_json::to_vec(&self.tokens).map_err(std::io::Error::from)?)?)
            }
            None => Ok(()),
        }
    }
}

pub(crate) async fn run(app: &App, matches: &ArgMatches) -> Result {
    let chosen = matches.get_one::<String>("area");
    let mut places = Places::open(matches.get_one::<String>("resume-token-file"), app.language)?;
    let filter = matches.get_one::<String>("filter").cloned().unwrap_or_default();
    let beginning = matches.get_flag("from-beginning");
    let (sender, mut receiver) = tokio::sync::mpsc::channel::<(String, DynamicMessage)>(16);
    let streams = areas("WatchEvents")
        .into_iter()
        .filter(|(area, _)| chosen.is_none_or(|chosen| chosen == area))
        .map(|(area, method)| {
            let mut request = DynamicMessage::new(method.input());
            request.set_field_by_name("filter", Value::String(filter.clone()));
            match places.tokens.get(&area) {
                Some(token) => request.set_field_by_name("resume_token", Value::String(token.clone())),
                None => request.set_field_by_name("from_beginning", Value::Bool(beginning)),
            }
            follow(app, area, method, request, sender.clone())
        });
    let following = join(streams.collect());
    drop(sender);
    tokio::pin!(following);
    let mut heading = app.output.header;
    loop {
        tokio::select! {
            biased;
            batch = receiver.recv() => {
                let Some((area, batch)) = batch else { return Ok(()) };
                write(app, &batch, &mut heading)?;
                places.note(&area, text(&batch, "resume_token"))?;
            }
            outcome = &mut following => outcome?,
        }
    }
}

/// Drives all of them until one fails.
async fn join(streams: Vec<impl Future<Output = Result>>) -> Result {
    let mut streams: Vec<_> = streams.into_iter().map(Box::pin).collect();
    std::future::poll_fn(|context| {
        for stream in &mut streams {
            if let std::task::Poll::Ready(outcome) = stream.as_mut().poll(context) {
                return std::task::Poll::Ready(outcome);
            }
        }
        std::task::Poll::Pending
    })
    .await
}

/// One service's stream, taken up again after the last token when the server goes, restarts or ends the session.
async fn follow(
    app: &App,
    area: String,
    method: MethodDescriptor,
    mut request: DynamicMessage,
    sender: tokio::sync::mpsc::Sender<(String, DynamicMessage)>,
) -> Result {
    let (mut opened, mut failures) = (false, 0_u32);
    loop {
        let fault = match app.client.server_stream(&method, request.clone()).await {
            Ok(mut stream) => {
                opened = true;
                loop {
                    match stream.message().await {
                        Ok(Some(batch)) => {
                            failures = 0;
                            let token = text(&batch, "resume_token");
                            if !token.is_empty() {
                                request.set_field_by_name("resume_token", Value::String(token));
                                request.clear_field_by_name("from_beginning");
                            }
                            if sender.send((area.clone(), batch)).await.is_err() {
                                return Ok(());
                            }
                        }
                        Ok(None) => break app.client.explain(&tonic::Status::unavailable(""), ""),
                        Err(status) => break app.client.explain(&status, ""),
                    }
                }
            }
            Err(fault) => fault,
        };
        failures += 1;
        let again = match fault.code {
            Some(Code::Unavailable | Code::ResourceExhausted | Code::Cancelled | Code::Unknown) => true,
            Some(Code::Unauthenticated) => failures < 3, // the session is renewed, if it can be
            _ => false,
        };
        if !again || !opened {
            return Err(fault);
        }
        if failures > 1 {
            app.output.hint(&say!(
                app.language,
                "{area}: interrupted, taking it up again",
                "{area} : interrompu, reprise"
            ));
        }
        let wait = Duration::from_millis(100 * 2_u64.pow(failures.min(8)));
        tokio::time::sleep(wait.min(Duration::from_secs(15))).await;
    }
}

fn write(app: &App, batch: &DynamicMessage, heading: &mut bool) -> Result {
    let events = items_of(batch);
    if events.is_empty() {
        return Ok(());
    }
    let mut output = app.output.clone();
    output.format = match output.format {
        Format::Json => Format::Jsonl, // a stream has no end to close an array at
        other => other,
    };
    output.header = std::mem::take(heading) && output.header;
    if output.format == Format::Table && output.width.is_some() {
        // Lines come one by one: their columns cannot be measured beforehand.
        let kind = events[0].descriptor();
        let reader = output.reader();
        let lines: String = events
            .iter()
            .map(|event| {
                table::columns(&kind, false)
                    .iter()
                    .map(|path| crate::print::cell::at(event, path, reader))
                    .collect::<Vec<_>>()
                    .join("  ")
                    + "\n"
            })
            .collect();
        return output.emit(&lines);
    }
    output.list(&events[0].descriptor(), &events)
}

#[cfg(test)]
mod tests;
