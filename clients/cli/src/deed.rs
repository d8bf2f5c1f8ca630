//! Does what a noun and a verb say: builds the request, calls, and tells what came of it.

mod change;
mod name;

use clap::ArgMatches;
use prost_reflect::{
    DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor, ReflectMessage as _, Value,
};

use change::change;
pub(crate) use name::get;
use name::resolve;

use crate::app::App;
use crate::contract::{self, Manner, Noun, Verb};
use crate::fault::Result;
use crate::print::paint::Style;
use crate::print::{Format, cell, name_of};
use crate::say::say;
use crate::{call, certificate, chart, dossier, evaluation, fetch, flags, import, model, tree};

/// Runs `ensemble NOUN VERB`.
pub(crate) async fn run(app: &App, noun: &Noun, verb: &Verb, matches: &ArgMatches) -> Result {
    let for_many = verb.for_many().filter(|_| flags::given(matches, "filter").is_some());
    let verb = for_many.as_ref().unwrap_or(verb);
    let output = verb.method.output();
    // A resource may hold lists of its own: they are not what is shown.
    let items = contract::items(&output).filter(|_| output != noun.resource).and_then(kind_of);
    app.output.check(&items.unwrap_or(output))?;
    match verb.manner {
        Manner::Show => show(app, noun, verb, matches).await,
        Manner::List | Manner::Search | Manner::Look => look(app, noun, verb, matches).await,
        Manner::Import => import::of_noun(app, &verb.method, matches).await,
        Manner::Fetch => fetch::run(app, noun, verb, matches).await,
        Manner::Act if import::is_file(matches) && verb.file.is_some() => {
            import::instead(app, verb, matches).await
        }
        Manner::Create | Manner::Edit | Manner::Delete | Manner::Act => {
            change(app, noun, verb, matches).await
        }
    }
}

async fn show(app: &App, noun: &Noun, verb: &Verb, matches: &ArgMatches) -> Result {
    let typed: Vec<String> = match matches.get_many::<String>("name") {
        Some(names) => names.cloned().collect(),
        None => tree::unnamed(noun, verb).into_iter().collect(),
    };
    let mut found = Vec::new();
    for typed in &typed {
        found.push(get(app, noun, verb, typed).await?);
    }
    match found.as_slice() {
        [one] => match noun.singular.as_str() {
            "partnership" => dossier::show(app, one).await?,
            "business-model" => model::show(app, one)?,
            "certificate" => certificate::show(app, one)?,
            kind @ ("project" | "report") => {
                app.output.show(one)?;
                chart::of(app, kind, &call::value_of(one)).await?;
            }
            _ => app.output.show(one)?,
        },
        many if app.output.format.for_people() => {
            for (at, item) in many.iter().enumerate() {
                app.output.emit(if at > 0 { "\n" } else { "" })?;
                app.output.show(item)?;
            }
        }
        many => app.output.list(&noun.resource, many)?,
    }
    for item in &found {
        let from = text(item, "redirected_from");
        if !from.is_empty() {
            let name = name_of(item);
            app.output.hint(&say!(
                app.language,
                "{from} was merged into {name}",
                "{from} a été fusionné dans {name}"
            ));
        }
    }
    Ok(())
}

fn kind_of(field: FieldDescriptor) -> Option<MessageDescriptor> {
    field.kind().as_message().cloned()
}

pub(crate) fn items_of(answer: &DynamicMessage) -> Vec<DynamicMessage> {
    contract::items(&answer.descriptor()).map(|field| list_of(answer, &field)).unwrap_or_default()
}

fn list_of(answer: &DynamicMessage, field: &FieldDescriptor) -> Vec<DynamicMessage> {
    let list = answer.get_field(field);
    list.as_list().unwrap_or_default().iter().filter_map(Value::as_message).cloned().collect()
}

pub(crate) fn text(message: &DynamicMessage, field: &str) -> String {
    message.get_field_by_name(field).and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A page, or all pages; and the token of what is left.
pub(crate) async fn pages(
    app: &App,
    method: &MethodDescriptor,
    mut request: DynamicMessage,
    all: bool,
) -> Result<(Vec<DynamicMessage>, String)> {
    if all
        && method.input().get_field_by_name("page_size").is_some()
        && !request.has_field_by_name("page_size")
    {
        request.set_field_by_name("page_size", Value::I32(1000));
    }
    let mut found = Vec::new();
    loop {
        let answer = app.client.unary(method, request.clone()).await?;
        found.extend(items_of(&answer));
        let next = text(&answer, "next_page_token");
        if !all || next.is_empty() {
            return Ok((found, next));
        }
        request.set_field_by_name("page_token", Value::String(next));
    }
}

async fn look(app: &App, noun: &Noun, verb: &Verb, matches: &ArgMatches) -> Result {
    let input = verb.method.input();
    let mut request = DynamicMessage::new(input.clone());
    flags::fill(&flags::flags(noun, verb), matches, &mut request, None, app.language)?;
    let mut put = |field: &str, value: Option<String>| {
        if let Some(value) = value {
            request.set_field_by_name(field, Value::String(value));
        }
    };
    let given = |id: &str| flags::given(matches, id);
    if input.get_field_by_name("name").is_some() {
        put("name", Some(resolve(app, noun, &given("name").unwrap_or_else(|| "users/me".to_owned())).await?));
    }
    if let Some((_, pattern)) = tree::parent_flag(noun, verb) {
        let all = || {
            pattern
                .split('/')
                .map(|part| if part.starts_with('{') { "-" } else { part })
                .collect::<Vec<_>>()
                .join("/")
        };
        put(
            "parent",
            Some(
                given("parent")
                    .map_or_else(all, |typed| contract::complete(&pattern, &typed).unwrap_or(typed)),
            ),
        );
    }
    if verb.manner == Manner::Search {
        let words: Vec<String> = matches.get_many::<String>("query").into_iter().flatten().cloned().collect();
        put("query", Some(words.join(" ")));
    }
    if input.get_field_by_name("filter").is_some() {
        put("filter", filter(noun, verb, matches));
    }
    if input.get_field_by_name("order_by").is_some() {
        put("order_by", given("sort"));
    }
    if input.get_field_by_name("page_token").is_some() {
        put("page_token", given("page-token"));
    }
    let limit = matches.try_get_one::<i32>("limit").ok().flatten().copied();
    if let Some(limit) = limit {
        request.set_field_by_name("page_size", Value::I32(limit));
    }
    let output = verb.method.output();
    let Some(items) = contract::items(&output).and_then(kind_of) else {
        let answer = app.client.unary(&verb.method, request).await?;
        return match evaluation::page(app, &answer) {
            Some(page) => app.output.emit(&page),
            None => document(app, &answer),
        };
    };
    let all = matches.try_get_one::<bool>("all").ok().flatten().copied().unwrap_or_default();
    let (found, next) = pages(app, &verb.method, request, all).await?;
    list(app, &items, &found, &next)
}

/// Prints a list, and how it goes on.
pub(crate) fn list(app: &App, kind: &MessageDescriptor, found: &[DynamicMessage], next: &str) -> Result {
    if found.is_empty() && app.output.format.for_people() {
        app.output.hint(app.language.pick("nothing found", "rien trouvé"));
    } else {
        app.output.list(kind, found)?;
    }
    let count = found.len();
    if !next.is_empty() {
        app.output.hint(&say!(
            app.language,
            "{count} shown; more: --page-token {next}, or --all",
            "{count} affichés ; la suite : --page-token {next}, ou --all"
        ));
    }
    Ok(())
}

/// An answer with several lists: what is counted once, then each list as a table under its name.
fn summary(app: &App, answer: &DynamicMessage) -> Result {
    if answer.descriptor().name() == "BusinessModelLineage" && app.output.format.for_people() {
        return app.output.emit(&model::lineage(&app.output, answer));
    }
    let is_resource = answer.descriptor().get_field_by_name("name").is_some();
    if is_resource || !app.output.format.for_people() {
        return app.output.show(answer);
    }
    let mut once = answer.clone();
    let (mut tables, kind) = (Vec::new(), answer.descriptor());
    for field in kind.fields().filter(FieldDescriptor::is_list) {
        let Some(of) = kind_of(field.clone()) else { continue };
        let items: Vec<_> = list_of(answer, &field);
        once.clear_field(&field);
        if !items.is_empty() {
            tables.push((cell::field_label(&field, app.language), of, items));
        }
    }
    app.output.show(&once)?;
    for (label, of, items) in tables {
        app.output.emit(&format!("\n{}\n", app.output.paint.style(Style::Strong, &label)))?;
        app.output.list(&of, &items)?;
    }
    Ok(())
}

/// An answer that is a document of its own: `{ json: "…" }`.
fn document(app: &App, answer: &DynamicMessage) -> Result {
    let json = text(answer, "json");
    match serde_json::from_str::<serde_json::Value>(&json) {
        Ok(value) if !json.is_empty() => match app.output.format {
            Format::None => Ok(()),
            Format::Jsonl => app.output.emit(&format!("{value}\n")),
            _ => app.output.emit(&format!("{}\n", serde_json::to_string_pretty(&value).unwrap_or_default())),
        },
        _ => summary(app, answer),
    }
}

/// `--filter` and the flags of single fields, together.
fn filter(noun: &Noun, verb: &Verb, matches: &ArgMatches) -> Option<String> {
    let mut terms = Vec::new();
    if let Some(given) = matches.try_get_one::<String>("filter").ok().flatten() {
        terms.push(format!("({given})"));
    }
    for field in tree::filters(noun, verb) {
        let id = format!("filter:{}", contract::kebab(field.name()));
        if let Some(value) = matches.try_get_one::<String>(&id).ok().flatten() {
            terms.push(term(&field, value));
        }
    }
    match terms.as_slice() {
        [] => None,
        [one] => Some(
            one.trim_start_matches('(')
                .strip_suffix(')')
                .filter(|_| one.starts_with('('))
                .map_or_else(|| one.clone(), str::to_owned),
        ),
        many => Some(many.join(" AND ")),
    }
}

fn term(field: &FieldDescriptor, value: &str) -> String {
    let name = field.name();
    match field.kind() {
        Kind::Enum(_) => format!("{name} = {}", value.to_uppercase().replace('-', "_")),
        Kind::Bool => format!("{name} = {value}"),
        _ => {
            let quoted = value.replace('\\', "\\\\").replace('"', "\\\"");
            format!("{name} {} \"{quoted}\"", if field.is_list() { ":" } else { "=" })
        }
    }
}

#[cfg(test)]
mod tests;
