//! The one way out: data to stdout in the format asked for, narration to stderr in the person's language.

pub(crate) mod bar;
pub(crate) mod cell;
pub(crate) mod json;
pub(crate) mod page;
pub(crate) mod paint;
pub(crate) mod sheet;
pub(crate) mod table;

use std::io::{IsTerminal as _, Write as _};

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage as _, Value};

use crate::fault::{Fault, Result};
use crate::print::cell::Reader;
use crate::print::json::{Ordered, Owned};
use crate::print::paint::{Paint, Style};
use crate::say::{Language, say};

/// How data is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Format {
    #[default]
    Table,
    Wide,
    Json,
    Jsonl,
    Yaml,
    Csv,
    Name,
    None,
}

impl Format {
    pub(crate) const WORDS: [&str; 8] = ["table", "wide", "json", "jsonl", "yaml", "csv", "name", "none"];

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        let formats =
            [Self::Table, Self::Wide, Self::Json, Self::Jsonl, Self::Yaml, Self::Csv, Self::Name, Self::None];
        Self::WORDS.iter().position(|known| *known == word).map(|at| formats[at])
    }

    /// For programs: people are not spoken to on stdout.
    pub(crate) const fn for_people(self) -> bool {
        matches!(self, Self::Table | Self::Wide)
    }
}

/// Where to write, how, and for whom.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    pub(crate) format: Format,
    pub(crate) fields: Vec<String>,
    pub(crate) header: bool,
    pub(crate) excel_fr: bool,
    pub(crate) quiet: bool,
    pub(crate) language: Language,
    /// stdout is a terminal of this width.
    pub(crate) width: Option<usize>,
    pub(crate) paint: Paint,
    /// The same for stderr.
    pub(crate) aside: Paint,
    /// Progress may repaint its line.
    pub(crate) repaint: bool,
}

impl Output {
    /// What stdout and stderr are now.
    pub(crate) fn new(language: Language, color: Option<&str>) -> Self {
        let (out, err) = (std::io::stdout().is_terminal(), std::io::stderr().is_terminal());
        let accessible = std::env::var("ACCESSIBLE")
            .is_ok_and(|value| !value.is_empty() && value != "0" && value != "false");
        Self {
            format: Format::default(),
            fields: Vec::new(),
            header: true,
            excel_fr: false,
            quiet: false,
            language,
            width: out.then(|| usize::from(dialoguer::console::Term::stdout().size().1)),
            paint: Paint::choose(color, out),
            aside: Paint::choose(color, err),
            repaint: err && !accessible && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
        }
    }

    /// Labels on a terminal; codes in a pipe, where a script reads them.
    pub(crate) const fn reader(&self) -> Reader {
        Reader { language: self.language, person: self.width.is_some() && self.format.for_people() }
    }

    /// Tells people what happens, aside from the data.
    pub(crate) fn narrate(&self, text: &str) {
        if !self.quiet {
            drop(writeln!(std::io::stderr(), "{text}")); // nobody to tell
        }
    }

    pub(crate) fn hint(&self, text: &str) {
        self.narrate(&self.aside.style(Style::Faint, text));
    }

    /// Writes data.
    pub(crate) fn emit(&self, text: &str) -> Result {
        let mut out = std::io::stdout().lock();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    /// Several resources.
    pub(crate) fn list(&self, kind: &MessageDescriptor, items: &[DynamicMessage]) -> Result {
        self.emit(&self.render_list(kind, items)?)
    }

    pub(crate) fn render_list(&self, kind: &MessageDescriptor, items: &[DynamicMessage]) -> Result<String> {
        let columns = self.columns(kind)?;
        Ok(match self.format {
            Format::Table | Format::Wide => table::render(self, kind, &columns, items),
            Format::Csv => sheet::render(self, &columns, items)?,
            Format::Json => {
                format!("{}\n", json(&self.projected(items).map(Owned).collect::<Vec<_>>(), true)?)
            }
            Format::Jsonl => {
                let lines = self.projected(items).map(|item| Ok(json(&Ordered(&item), false)? + "\n"));
                lines.collect::<Result<Vec<_>>>()?.concat()
            }
            Format::Yaml => yaml(&self.projected(items).map(Owned).collect::<Vec<_>>())?,
            Format::Name => items.iter().map(|item| name_of(item) + "\n").collect(),
            Format::None => String::new(),
        })
    }

    /// One resource.
    pub(crate) fn show(&self, item: &DynamicMessage) -> Result {
        self.emit(&self.render_one(item)?)
    }

    pub(crate) fn render_one(&self, item: &DynamicMessage) -> Result<String> {
        let kind = item.descriptor();
        self.columns(&kind)?; // names of fields are checked once, here
        Ok(match self.format {
            Format::Table | Format::Wide => page::render(self, item),
            Format::Csv => sheet::render(self, &self.columns(&kind)?, std::slice::from_ref(item))?,
            Format::Json => format!("{}\n", json(&Ordered(&self.project(item)), true)?),
            Format::Jsonl => format!("{}\n", json(&Ordered(&self.project(item)), false)?),
            Format::Yaml => yaml(&Ordered(&self.project(item)))?,
            Format::Name => name_of(item) + "\n",
            Format::None => String::new(),
        })
    }

    /// Facts that are not messages: contexts, diagnoses. Of the objects in `rows`, tables and sheets show `columns`.
    pub(crate) fn facts(&self, columns: &[&str], rows: &[serde_json::Value]) -> Result {
        let (columns, rows) = self.chosen(columns, rows)?;
        self.write_facts(&columns, &rows, &rows)
    }

    /// The same of one thing, which programs get as an object rather than as a list of one.
    pub(crate) fn fact(&self, columns: &[&str], row: serde_json::Value) -> Result {
        let (columns, rows) = self.chosen(columns, &[row])?;
        self.write_facts(&columns, &rows, &rows[0])
    }

    fn write_facts(
        &self,
        columns: &[&str],
        rows: &[serde_json::Value],
        whole: &impl serde::Serialize,
    ) -> Result {
        self.emit(&match self.format {
            Format::Json => json(whole, true)? + "\n",
            Format::Jsonl => rows.iter().map(|row| format!("{row}\n")).collect(),
            Format::Yaml => yaml(whole)?,
            Format::Name => {
                rows.iter().filter_map(|row| row["name"].as_str()).map(|name| format!("{name}\n")).collect()
            }
            Format::None => String::new(),
            Format::Csv => sheet::facts(self, columns, rows)?,
            Format::Table | Format::Wide => table::facts(self, columns, rows),
        })
    }

    /// What `--fields` leaves of facts; a name always stays for `-o name`.
    fn chosen<'a>(
        &'a self,
        columns: &[&'a str],
        rows: &[serde_json::Value],
    ) -> Result<(Vec<&'a str>, Vec<serde_json::Value>)> {
        if self.fields.is_empty() || self.format == Format::Name {
            return Ok((columns.to_vec(), rows.to_vec()));
        }
        let keys = rows.iter().filter_map(serde_json::Value::as_object).flat_map(|row| row.keys());
        let known: std::collections::BTreeSet<&str> =
            keys.map(String::as_str).chain(columns.iter().copied()).collect();
        if let Some(unknown) = self.fields.iter().find(|field| !known.contains(field.as_str())) {
            return Err(self.no_field(unknown, &known.into_iter().collect::<Vec<_>>()));
        }
        let kept = |row: &serde_json::Value| {
            self.fields.iter().map(|field| (field.clone(), row[field.as_str()].clone())).collect()
        };
        Ok((self.fields.iter().map(String::as_str).collect(), rows.iter().map(kept).collect()))
    }

    fn no_field(&self, unknown: &str, known: &[&str]) -> Fault {
        let known = known.join(", ");
        Fault::usage(say!(
            self.language,
            "--fields: there is no field {unknown}",
            "--fields : il n'y a pas de champ {unknown}"
        ))
        .todo(say!(self.language, "choose among {known}", "choisissez parmi {known}"))
    }

    /// Refuses fields that there are not: before anything is done.
    pub(crate) fn check(&self, kind: &MessageDescriptor) -> Result {
        self.columns(kind).map(drop)
    }

    fn columns(&self, kind: &MessageDescriptor) -> Result<Vec<String>> {
        if self.fields.is_empty() {
            return Ok(table::columns(kind, self.format == Format::Wide || self.format == Format::Csv));
        }
        if let Some(unknown) = self.fields.iter().find(|path| cell::find(kind, path).is_none()) {
            let fields: Vec<FieldDescriptor> = kind.fields().collect();
            return Err(self.no_field(unknown, &fields.iter().map(FieldDescriptor::name).collect::<Vec<_>>()));
        }
        Ok(self.fields.clone())
    }

    fn projected<'a>(&'a self, items: &'a [DynamicMessage]) -> impl Iterator<Item = DynamicMessage> + 'a {
        items.iter().map(|item| self.project(item))
    }

    fn project(&self, item: &DynamicMessage) -> DynamicMessage {
        if self.fields.is_empty() {
            item.clone()
        } else {
            project(item, &self.fields.iter().map(String::as_str).collect::<Vec<_>>())
        }
    }
}

/// A copy with some fields only.
fn project(item: &DynamicMessage, paths: &[&str]) -> DynamicMessage {
    let kind = item.descriptor();
    let mut kept = DynamicMessage::new(kind.clone());
    for field in kind.fields().filter(|field| item.has_field(field)) {
        let of_field = |path: &str| {
            let (first, rest) =
                path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
            (cell::find(&kind, first).as_ref() == Some(&field)).then_some(rest.map(str::to_owned))
        };
        let wanted: Vec<Option<String>> = paths.iter().filter_map(|path| of_field(path)).collect();
        if wanted.is_empty() {
            continue;
        }
        let inner: Vec<&str> = wanted.iter().flatten().map(String::as_str).collect();
        let value = item.get_field(&field).into_owned();
        let whole = inner.len() < wanted.len() || !matches!(field.kind(), Kind::Message(_));
        let value = match value {
            value if whole => value,
            Value::Message(message) => Value::Message(project(&message, &inner)),
            Value::List(items) => {
                let part = |item: Value| {
                    item.as_message().map(|message| Value::Message(project(message, &inner))).unwrap_or(item)
                };
                Value::List(items.into_iter().map(part).collect())
            }
            value => value,
        };
        kept.set_field(&field, value);
    }
    kept
}

/// A message, or messages, in the proto JSON mapping.
fn json<T: serde::Serialize>(value: &T, pretty: bool) -> Result<String> {
    let text = if pretty { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) };
    text.map_err(|error| Fault::failure(error.to_string()))
}

fn yaml<T: serde::Serialize>(value: &T) -> Result<String> {
    let mut text = serde_saphyr::to_string(value).map_err(|error| Fault::failure(error.to_string()))?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

/// The name of a resource, or of what stands for it.
pub(crate) fn name_of(message: &DynamicMessage) -> String {
    let first = ["name", "partner", "subject", "resource", "report", "project"]
        .into_iter()
        .find(|field| message.has_field_by_name(field));
    first.and_then(|field| message.get_field_by_name(field)?.as_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
pub(crate) mod tests;
