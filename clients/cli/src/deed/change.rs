//! A change: what is sent, what is asked before, and what is told after.

use clap::ArgMatches;
use prost_reflect::{DynamicMessage, Kind, MessageDescriptor, ReflectMessage as _, Value};

use crate::app::{App, ask_secret};
use crate::contract::{self, Manner, Noun, Verb};
use crate::deed::name::{get, resolve};
use crate::deed::{items_of, text};
use crate::fault::{Fault, Result, exit};
use crate::print::paint::Style;
use crate::print::{name_of, page};
use crate::say::say;
use crate::{flags, proof, tree};

/// Runs a verb that changes something.
pub(super) async fn change(app: &App, noun: &Noun, verb: &Verb, matches: &ArgMatches) -> Result {
    let language = app.language;
    let input = verb.method.input();
    let given = |id: &str| flags::given(matches, id);
    let mut request = match given("words") {
        Some(path) => flags::read_file(&path, &input, language)?.0,
        None => DynamicMessage::new(input.clone()),
    };
    let flagged = |id: &str| matches.try_get_one::<bool>(id).ok().flatten().copied().unwrap_or_default();
    let file = match given("file") {
        Some(path) => Some(flags::read_file(&path, &noun.resource, language)?),
        None => None,
    };

    // Which one
    let in_file = file.as_ref().map(|(resource, _)| name_of(resource)).filter(|name| !name.is_empty());
    let named = input.get_field_by_name("name").is_some() || verb.manner == Manner::Edit;
    let name = match given("name").or(in_file.filter(|_| verb.manner == Manner::Edit)) {
        Some(typed) if named => Some(resolve(app, noun, &typed).await?),
        None if tree::unnamed(noun, verb).is_some() => tree::unnamed(noun, verb),
        None if named => return Err(Fault::usage(say!(language, "still needed: NAME", "il manque : NOM"))),
        _ => None,
    };
    let before = match (&name, noun.verb(Manner::Show)) {
        // What answers for a merged one is another: not what is changed here.
        (Some(name), Some(reading)) => Some(get(app, noun, reading, name).await?)
            .filter(|found| text(found, "redirected_from").is_empty()),
        _ => None,
    };

    // What
    let all = flags::flags(noun, verb);
    let (of_resource, of_request): (Vec<_>, Vec<_>) = all.into_iter().partition(|flag| flag.of_resource);
    flags::fill(&of_request, matches, &mut request, None, language)?;
    if let (Some(field), Some(path)) = (flags::hashed(verb), given("hashed")) {
        let digest = flags::sha256(&path, language)?;
        app.output.narrate(&format!("{path}{} SHA-256 {digest}", language.colon()));
        request.set_field(&field, Value::String(digest));
    }
    if let Some(carrier) = flags::resource_field(noun, verb) {
        let (mut resource, mut mask) =
            file.unwrap_or_else(|| (DynamicMessage::new(noun.resource.clone()), Vec::new()));
        let merged = if verb.manner == Manner::Edit { before.clone() } else { Some(resource.clone()) };
        mask.extend(flags::fill(&of_resource, matches, &mut resource, merged.as_ref(), language)?);
        if verb.manner == Manner::Edit {
            mask.extend(
                matches
                    .get_many::<String>("clear")
                    .into_iter()
                    .flatten()
                    .map(|field| field.replace('-', "_")),
            );
            mask.sort();
            mask.dedup();
            if mask.is_empty() {
                return Err(Fault::usage(say!(
                    language,
                    "nothing to change: give flags, or -f FILE",
                    "rien à modifier : donnez des options, ou -f FICHIER"
                )));
            }
            let paths = mask.iter().cloned().map(Value::String).collect();
            let mut update = DynamicMessage::new(kind_of(&input, "update_mask")?);
            update.set_field_by_name("paths", Value::List(paths));
            request.set_field_by_name("update_mask", Value::Message(update));
            resource.set_field_by_name("name", Value::String(name.clone().unwrap_or_default()));
            let of_file = text(&resource, "etag");
            let read = before.as_ref().map(|before| text(before, "etag")).unwrap_or_default();
            if let Some(etag) = given("etag")
                .or(Some(of_file))
                .filter(|etag| !etag.is_empty())
                .or(Some(read))
                .filter(|etag| !etag.is_empty())
            {
                resource.set_field_by_name("etag", Value::String(etag)); // texts were merged into what was read
            }
        }
        request.set_field(&carrier, Value::Message(resource));
    } else if let Some(name) = &name {
        request.set_field_by_name("name", Value::String(name.clone()));
        if let Some(etag) = given("etag") {
            request.set_field_by_name("etag", Value::String(etag));
        }
    }
    if let Some(filter) = given("filter") {
        request.set_field_by_name("filter", Value::String(filter));
    }
    if let (Some(field), Some(id)) = (flags::id_field(noun, verb), given("id")) {
        request.set_field(&field, Value::String(id));
    }
    if let (Some((_, pattern)), Some(typed)) = (tree::parent_flag(noun, verb), given("parent")) {
        request.set_field_by_name(
            "parent",
            Value::String(contract::complete(&pattern, &typed).unwrap_or(typed)),
        );
    }
    secrets(app, &input, &mut request)?;

    // Do it
    let dry = flagged("dry-run");
    if dry {
        request.set_field_by_name("validate_only", Value::Bool(true));
    } else {
        let destroys = verb.manner == Manner::Delete || verb.word == "erase";
        app.confirm(destroys).await?;
    }
    let after = proof::send(app, verb, request).await.map_err(|fault| advise(app, noun, verb, fault))?;
    tell(app, noun, verb, before.as_ref(), &after, dry)?;
    let empty = DynamicMessage::new(after.descriptor());
    let changed = after.descriptor() != noun.resource
        || !page::changes(before.as_ref().unwrap_or(&empty), &after, language).is_empty();
    if dry && flagged("exit-code") && changed { Err(Fault::silent(exit::CHANGES)) } else { Ok(()) }
}

fn kind_of(input: &MessageDescriptor, field: &str) -> Result<MessageDescriptor> {
    match input.get_field_by_name(field).map(|field| field.kind()) {
        Some(Kind::Message(kind)) => Ok(kind),
        _ => Err(Fault::failure(format!("{}.{field}", input.full_name()))),
    }
}

/// Passwords are asked for; a new one twice.
fn secrets(app: &App, input: &MessageDescriptor, request: &mut DynamicMessage) -> Result {
    let language = app.language;
    for field in input.fields().filter(flags::secret) {
        let current = field.name().starts_with("current");
        let prompt = match current {
            true => language.pick("Current password", "Mot de passe actuel"),
            false => language
                .pick("New password (12 characters or more)", "Nouveau mot de passe (12 caractères ou plus)"),
        };
        let again =
            (language.pick("Once more", "Encore une fois"), language.pick("they differ", "ils diffèrent"));
        request.set_field(&field, Value::String(ask_secret(prompt, (!current).then_some(again))?));
    }
    Ok(())
}

/// A likely duplicate is refused with what to send to say: it is another one (BEY-1).
fn advise(app: &App, noun: &Noun, verb: &Verb, mut fault: Fault) -> Fault {
    if let Some((_, value)) = fault.facts.iter().find(|(key, _)| key.contains("confirmation")) {
        let (singular, word) = (&noun.singular, &verb.word);
        let line = format!("ensemble {singular} {word} … --duplicate-confirmation {value}");
        fault.todo.push(say!(app.language, "if it is another one: {line}", "si c'est une autre : {line}"));
    }
    fault
}

/// Says what changed, and what may come next.
fn tell(
    app: &App,
    noun: &Noun,
    verb: &Verb,
    before: Option<&DynamicMessage>,
    after: &DynamicMessage,
    dry: bool,
) -> Result {
    let (language, output) = (app.language, &app.output);
    if after.has_field_by_name("results") && output.format.for_people() {
        return tell_each(app, after, dry);
    }
    if !output.format.for_people() || after.descriptor() != noun.resource {
        return output.show(after);
    }
    let name = name_of(after);
    if dry {
        output.narrate(language.pick(
            "nothing was written; this is what would change:",
            "rien n'a été écrit ; voici ce qui changerait :",
        ));
    } else {
        let done = language.pick("done", "fait");
        output.narrate(&format!(
            "{}{} {} {} {name}",
            output.aside.style(Style::Good, done),
            language.colon(),
            noun.singular,
            verb.word
        ));
    }
    match before {
        None => output.show(after)?,
        Some(before) => {
            let changes = page::changes(before, after, language);
            if changes.is_empty() {
                output.narrate(language.pick("nothing changes", "rien ne change"));
            }
            let lines: String = changes
                .iter()
                .map(|(label, was, is)| {
                    format!("{label}{} {} → {}\n", language.colon(), or_dash(was), or_dash(is))
                })
                .collect();
            output.emit(&lines)?;
        }
    }
    if !dry && noun.verb(Manner::Show).is_some() && verb.manner != Manner::Delete && !name.is_empty() {
        let singular = &noun.singular;
        output.hint(&say!(
            language,
            "next: ensemble {singular} show {name}",
            "ensuite : ensemble {singular} show {name}"
        ));
    }
    Ok(())
}

/// Says what became of each of many.
fn tell_each(app: &App, after: &DynamicMessage, dry: bool) -> Result {
    let results = items_of(after);
    let is_done = |result: &DynamicMessage| {
        result.get_field_by_name("done").and_then(|value| value.as_bool()).unwrap_or_default()
    };
    let (done, all) = (results.iter().filter(|result| is_done(result)).count(), results.len());
    if let Some(first) = results.first() {
        app.output.list(&first.descriptor(), &results)?;
    }
    app.output.narrate(&match dry {
        true => say!(
            app.language,
            "nothing was written; it would do {done} of {all}",
            "rien n'a été écrit ; {done} sur {all} seraient faits"
        ),
        false => say!(app.language, "{done} of {all} done", "{done} sur {all} faits"),
    });
    let left = after.get_field_by_name("left_off").and_then(|value| value.as_i32()).unwrap_or_default();
    if left > 0 {
        app.output.hint(&say!(
            app.language,
            "{left} more: type it again",
            "{left} de plus : retapez la commande"
        ));
    }
    Ok(())
}

fn or_dash(text: &str) -> &str {
    if text.is_empty() { "—" } else { text }
}
