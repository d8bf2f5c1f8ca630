//! Any method of the contract, JSON in and JSON out: `ensemble api PartnerService/ListPartners -d '{"pageSize":2}'`.

use clap::{Arg, ArgMatches, Command};
use prost_reflect::{DynamicMessage, Kind, MethodDescriptor};
use serde_json::{Value, json};

use crate::app::App;
use crate::contract;
use crate::fault::{Fault, Result};
use crate::flags::read_text;
use crate::print::Format;
use crate::say::{Language, say};
use crate::tree::leaf;

pub(crate) fn command(language: Language) -> Command {
    let say = |en: &str, fr: &str| language.pick(en, fr).to_owned();
    let examples = [
        "ensemble api PartnerService/ListPartners -d '{\"pageSize\": 2}'".to_owned(),
        "ensemble api PartnerService/CreatePartner -d @partner.json".to_owned(),
    ];
    leaf(
        "api",
        say(
            "Calls any method of the contract. JSON in, JSON out",
            "Appelle n'importe quelle méthode du contrat. JSON en entrée, JSON en sortie",
        ),
        &examples,
        language,
    )
    .subcommand_negates_reqs(true)
    .args_conflicts_with_subcommands(true)
    .arg(
        Arg::new("method")
            .value_name("SERVICE/METHOD")
            .required(true)
            .help(say("The method, in full or the end of it", "La méthode, en entier ou par sa fin")),
    )
    .arg(Arg::new("data").short('d').long("data").value_name("JSON|@FILE|-").help(say(
        "The request; a stream takes an array or JSON lines",
        "La requête ; un flux prend un tableau ou des lignes JSON",
    )))
    .subcommand(leaf(
        "list",
        say("Lists the methods", "Liste les méthodes"),
        &["ensemble api list -o json".to_owned()],
        language,
    ))
    .subcommand(
        leaf(
            "describe",
            say("Describes a service, a method or a message", "Décrit un service, une méthode ou un message"),
            &["ensemble api describe Partner".to_owned()],
            language,
        )
        .arg(Arg::new("element").value_name(language.pick("NAME", "NOM")).required(true)),
    )
}

pub(crate) async fn run(app: &App, matches: &ArgMatches) -> Result {
    match matches.subcommand() {
        Some(("list", _)) => list(app),
        Some(("describe", matches)) => {
            describe(app, matches.get_one::<String>("element").map_or("", String::as_str))
        }
        _ => call(app, matches).await,
    }
}

fn list(app: &App) -> Result {
    let rows: Vec<Value> = contract::ours(proto::pool())
        .flat_map(|service| service.methods().collect::<Vec<_>>())
        .map(|method| {
            let about = contract::comment_of_method(&method);
            json!({ "name": contract::path_of(&method), "about": contract::summary(about.text(app.language)) })
        })
        .collect();
    let mut output = app.output.clone();
    if output.format == Format::Table {
        output.format = Format::Wide;
    }
    // Columns in reading order: an object's keys are sorted.
    match output.format.for_people() {
        true => {
            let cells: Vec<Vec<String>> = rows
                .iter()
                .map(|row| {
                    ["name", "about"].map(|key| row[key].as_str().unwrap_or_default().to_owned()).to_vec()
                })
                .collect();
            let headings = [app.language.pick("METHOD", "MÉTHODE"), app.language.pick("ABOUT", "OBJET")]
                .map(str::to_owned);
            output.emit(&crate::print::table::grid(&app.output, &headings, &cells))
        }
        false => output.facts(&["name", "about"], &rows),
    }
}

fn describe(app: &App, typed: &str) -> Result {
    let (pool, language) = (proto::pool(), app.language);
    let fits = |full: &str| full == typed || full.ends_with(&format!(".{typed}"));
    let mut rows = Vec::new();
    for method in contract::methods(pool, typed).into_iter().filter(|_| typed.contains('/')) {
        rows.push(json!({
            "name": contract::path_of(&method), "about": contract::comment_of_method(&method).text(language),
            "input": method.input().full_name(), "output": method.output().full_name(),
            "clientStreaming": method.is_client_streaming(), "serverStreaming": method.is_server_streaming(),
        }));
    }
    for service in contract::ours(pool).filter(|service| fits(service.full_name())) {
        rows.extend(service.methods().map(|method| {
            let about = contract::comment_of_method(&method);
            json!({ "name": contract::path_of(&method), "about": about.text(language), "input": method.input().full_name(), "output": method.output().full_name() })
        }));
    }
    for message in pool.all_messages().filter(|message| !message.is_map_entry() && fits(message.full_name()))
    {
        rows.extend(message.fields().map(|field| {
            let comment = contract::comment_of_field(&field);
            let behaviour: Vec<&str> = ["REQUIRED", "OUTPUT_ONLY", "IMMUTABLE", "IDENTIFIER"].into_iter().filter(|word| contract::behaves(&field, word)).collect();
            json!({ "name": field.json_name(), "type": type_of(&field), "about": comment.text(language), "behaviour": behaviour })
        }));
    }
    for of in pool.all_enums().filter(|of| fits(of.full_name())) {
        rows.extend(of.values().map(|value| json!({ "name": value.name(), "about": contract::comment_of_value(&value).text(language) })));
    }
    if rows.is_empty() {
        return Err(Fault::new(
            crate::fault::exit::NOT_FOUND,
            "NOT_FOUND",
            say!(language, "the contract has no {typed}", "le contrat n'a pas de {typed}"),
        )
        .todo("ensemble api list"));
    }
    app.output.facts(&["name", "type", "input", "output", "behaviour", "about"], &rows)
}

fn type_of(field: &prost_reflect::FieldDescriptor) -> String {
    let kind = match field.kind() {
        Kind::Message(of) => of.full_name().to_owned(),
        Kind::Enum(of) => of.full_name().to_owned(),
        other => format!("{other:?}").to_lowercase(),
    };
    if field.is_list() { format!("repeated {kind}") } else { kind }
}

async fn call(app: &App, matches: &ArgMatches) -> Result {
    let language = app.language;
    let typed = matches.get_one::<String>("method").map_or("", String::as_str);
    let method = match contract::methods(proto::pool(), typed).as_slice() {
        [one] => one.clone(),
        [] => {
            return Err(Fault::usage(say!(
                language,
                "the contract has no method {typed}",
                "le contrat n'a pas de méthode {typed}"
            ))
            .todo("ensemble api list"));
        }
        many => {
            let mut fault =
                Fault::usage(say!(language, "{typed} does not say which one", "{typed} ne dit pas laquelle"));
            fault.todo = many.iter().map(contract::path_of).collect();
            return Err(fault);
        }
    };
    let text = match matches.get_one::<String>("data").map(String::as_str) {
        None => "{}".to_owned(),
        Some("-") => read_text("-", language)?,
        Some(data) => match data.strip_prefix('@') {
            Some(path) => read_text(path, language)?,
            None => data.to_owned(),
        },
    };
    let messages = requests(&method, &text, language)?;
    if contract::writes(&method) {
        app.confirm(false).await?;
    }
    if method.is_client_streaming() || method.is_server_streaming() {
        let mut answers = match method.is_client_streaming() {
            true => app.client.client_stream(&method, || tokio_stream::iter(messages.clone())).await?,
            false => app.client.server_stream(&method, first(messages, &method)).await?,
        };
        while let Some(answer) = answers.message().await.map_err(|status| app.client.explain(&status, ""))? {
            app.output.emit(&format!(
                "{}\n",
                serde_json::to_string(&crate::print::json::Ordered(&answer)).unwrap_or_default()
            ))?;
        }
        return Ok(());
    }
    let answer = app.client.unary(&method, first(messages, &method)).await?;
    let mut output = app.output.clone();
    if output.format.for_people() {
        output.format = Format::Json;
    }
    output.show(&answer)
}

fn first(messages: Vec<DynamicMessage>, method: &MethodDescriptor) -> DynamicMessage {
    messages.into_iter().next().unwrap_or_else(|| DynamicMessage::new(method.input()))
}

/// One JSON object, or for a stream an array or one object a line.
fn requests(method: &MethodDescriptor, text: &str, language: Language) -> Result<Vec<DynamicMessage>> {
    let wrong = |error: &dyn std::fmt::Display| {
        let kind = method.input().full_name().to_owned();
        Fault::usage(say!(
            language,
            "the request is not a {kind}: {error}",
            "la requête n'est pas un {kind} : {error}"
        ))
        .todo(format!("ensemble api describe {}", method.input().name()))
    };
    let mut messages = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        let value = value.map_err(|error| wrong(&error))?;
        let values = match value {
            Value::Array(values) if method.is_client_streaming() => values,
            value => vec![value],
        };
        for value in values {
            messages.push(DynamicMessage::deserialize(method.input(), value).map_err(|error| wrong(&error))?);
        }
    }
    Ok(messages)
}
