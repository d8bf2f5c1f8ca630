//! Which resource is meant by what was typed: a name, an id, or a title. Reading may find; a change never guesses.

use prost_reflect::{DynamicMessage, ReflectMessage as _, Value};
use tonic::Code;

use crate::app::App;
use crate::contract::{Manner, Noun, Verb};
use crate::deed::{items_of, pages, text};
use crate::fault::{Fault, Result, exit};
use crate::print::cell::{self, Reader};
use crate::print::name_of;
use crate::say::say;

/// Reads what was named, or what has such a title when that is only one.
pub(crate) async fn get(app: &App, noun: &Noun, verb: &Verb, typed: &str) -> Result<DynamicMessage> {
    let read = async |name: &str| {
        let mut request = DynamicMessage::new(verb.method.input());
        request.set_field_by_name("name", Value::String(name.to_owned()));
        app.client.unary(&verb.method, request).await
    };
    if let Some(name) = noun.name(typed) {
        match read(&name).await {
            Err(fault) if fault.code == Some(Code::NotFound) && !typed.contains('/') => {
                // Perhaps it was a word of the title.
                let Ok(name) = by_title(app, noun, typed, false).await else { return Err(fault) };
                return read(&name).await;
            }
            outcome => return outcome,
        }
    }
    read(&by_title(app, noun, typed, false).await?).await
}

/// The name of what was typed: a name, an id, or a title that only one has.
pub(super) async fn resolve(app: &App, noun: &Noun, typed: &str) -> Result<String> {
    match noun.name(typed) {
        Some(name) => Ok(name),
        None => by_title(app, noun, typed, true).await,
    }
}

/// Finds by title; a change wants the whole title, and only one that has it.
async fn by_title(app: &App, noun: &Noun, typed: &str, exactly: bool) -> Result<String> {
    let language = app.language;
    let nobody = || {
        let singular = &noun.singular;
        Fault::new(
            exit::NOT_FOUND,
            "NOT_FOUND",
            say!(
                language,
                "no {singular} is called {typed}",
                "aucune ressource {singular} ne s'appelle {typed}"
            ),
        )
        .todo(say!(
            language,
            "a name looks like {name}",
            "un nom ressemble à {name}",
            name = noun.example()
        ))
    };
    let candidates = candidates(app, noun, typed).await?.ok_or_else(nobody)?;
    let titles = |item: &DynamicMessage| {
        ["title", "display_name", "email", "code", "acronym"].map(|field| title(item, field))
    };
    let exact: Vec<_> = candidates
        .iter()
        .filter(|item| {
            titles(item).iter().flatten().any(|title| title.to_lowercase() == typed.to_lowercase())
        })
        .collect();
    match (exact.as_slice(), candidates.as_slice(), exactly) {
        ([one], _, _) => return Ok(name_of(one)),
        ([], [one], false) => return Ok(name_of(one)),
        ([], [], _) => return Err(nobody()),
        _ => {}
    }
    let mut fault = Fault::new(
        exit::USAGE,
        "AMBIGUOUS",
        say!(language, "{typed} does not say which one", "{typed} ne dit pas laquelle"),
    );
    for item in candidates.iter().take(10) {
        let shown = titles(item).into_iter().flatten().next().unwrap_or_default();
        fault = fault.todo(format!("{}  {shown}", name_of(item)));
    }
    Err(fault)
}

fn title(item: &DynamicMessage, field: &str) -> Option<String> {
    let reader = Reader { language: crate::say::Language::En, person: false };
    if let Some(value) = item.get_field_by_name(field)
        && let Some(message) = value.as_message()
        && message.descriptor().name() == "LocalizedText"
    {
        let shown = text(message, "display_text");
        return Some(if shown.is_empty() { cell::localized(message, reader.language).0 } else { shown });
    }
    Some(cell::at(item, field, reader)).filter(|text| !text.is_empty())
}

/// What a search finds, else all that a list has; nothing when the noun has neither.
async fn candidates(app: &App, noun: &Noun, typed: &str) -> Result<Option<Vec<DynamicMessage>>> {
    if let Some(search) = noun.verb(Manner::Search) {
        let mut request = DynamicMessage::new(search.method.input());
        request.set_field_by_name("query", Value::String(typed.to_owned()));
        let answer = app.client.unary(&search.method, request).await?;
        return Ok(Some(items_of(&answer)));
    }
    let Some(list) =
        noun.verb(Manner::List).filter(|verb| verb.method.input().get_field_by_name("parent").is_none())
    else {
        return Ok(None);
    };
    let all = pages(app, &list.method, DynamicMessage::new(list.method.input()), true).await?.0;
    let words = typed.to_lowercase();
    let fits = |item: &DynamicMessage| {
        ["title", "display_name", "email", "code"]
            .iter()
            .filter_map(|field| title(item, field))
            .any(|title| title.to_lowercase().contains(&words))
    };
    Ok(Some(all.into_iter().filter(fits).collect()))
}
