//! The tables of open data, read from the contract: one for each resource that anyone may list, and one for each list of
//! things within it. One more noun is one more table.

use std::collections::BTreeSet;

use prost_reflect::{
    DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, MethodDescriptor, ReflectMessage as _,
    Value,
};

use crate::contract::{self, Manner, Noun};
use crate::print::cell::{self, Reader};
use crate::print::json::Ordered;
use crate::say::Language;

/// As programs read.
const CODES: Reader = Reader { language: Language::En, person: false };
/// What depends on who asks, when and in which language, or serves only to write.
const LEFT_OUT: [&str; 6] =
    ["etag", "allowed_actions", "redirected_from", "days_to_expiry", "display_text", "display_language_code"];
const TEXT: &str = "ensemble.common.v1.LocalizedText";
const MONEY: &str = "ensemble.common.v1.Money";
const DECIMAL: &str = "ensemble.common.v1.DecimalValue";
const RATIO: &str = "ensemble.common.v1.Ratio";
/// Dates of which only the year may be known, which no `date` of Table Schema may be.
const PARTIAL: [&str; 1] = ["baseline_date"];
/// The languages of the network: a text has a column for each, besides the one for the original.
const LANGUAGES: [&str; 2] = ["en", "fr"];

/// A kind of resource that anyone may list, and the tables it is written in.
pub(super) struct Resource {
    pub(super) noun: Noun,
    pub(super) list: MethodDescriptor,
    /// Its own, then those of the lists within it.
    pub(super) tables: Vec<Table>,
}

/// A table: its lines are resources, or the things that a field of theirs lists.
pub(super) struct Table {
    /// `project_participants`.
    pub(super) name: String,
    pub(super) of: Option<FieldDescriptor>,
    pub(super) columns: Vec<Column>,
}

/// A column of a table.
#[derive(Clone)]
pub(super) struct Column {
    /// `planned_period_start_date`.
    pub(super) name: String,
    /// Its type, as Table Schema calls it.
    pub(super) kind: &'static str,
    /// The fields that lead to it; none in a column that says where a line belongs.
    pub(super) path: Vec<FieldDescriptor>,
    pub(super) take: Take,
}

/// What is taken from the value at the end of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Take {
    /// The name of the resource that a line belongs to.
    Parent,
    /// Which of the things listed it is, from 1.
    Position,
    /// The value, as it stands.
    Plain,
    /// A date, as far as it is known: `2025-06-30`, `2025`.
    Day,
    /// All of it, as JSON.
    Json,
    /// A text in its original language.
    Original,
    /// Which language that is.
    OriginalLanguage,
    /// The text in a language.
    In(&'static str),
    /// An amount in units of its currency.
    Amount,
}

/// What anyone may list, in the order of the contract.
pub(super) fn resources(nouns: &[Noun]) -> Vec<Resource> {
    let mut found: Vec<Resource> = nouns.iter().filter_map(resource).collect();
    found.sort_by(|one, other| one.noun.plural.cmp(&other.noun.plural));
    found
}

fn resource(noun: &Noun) -> Option<Resource> {
    let list = noun.verb(Manner::List)?.method.clone();
    let listed = contract::items(&list.output())?.kind().as_message().cloned()?;
    if !public(&list) || listed != noun.resource {
        return None;
    }
    let singular = noun.singular.replace('-', "_");
    let mut tables = vec![Table {
        name: noun.plural.replace('-', "_"),
        of: None,
        columns: columns(&noun.resource, &[], true),
    }];
    for field in noun.resource.fields().filter(|field| kept(field) && lists_messages(field)) {
        let Kind::Message(listed) = field.kind() else { continue };
        let key = |name: String, kind, take| Column { name, kind, path: Vec::new(), take };
        let mut columns = vec![
            key(singular.clone(), "string", Take::Parent),
            key("position".to_owned(), "integer", Take::Position),
        ];
        columns.extend(self::columns(&listed, &[], false));
        tables.push(Table { name: format!("{singular}_{}", field.name()), of: Some(field), columns });
    }
    Some(Resource { noun: noun.clone(), list, tables })
}

/// Whether anyone may call a method, also without an account.
pub(super) fn public(method: &MethodDescriptor) -> bool {
    let Some(Value::Message(access)) = contract::option(&method.options(), "ensemble.auth.v1.access") else {
        return false;
    };
    let audience = access.get_field_by_name("audience").and_then(|value| value.as_enum_number());
    let named = proto::pool().get_enum_by_name("ensemble.auth.v1.Audience");
    let public = named.and_then(|all| all.get_value_by_name("AUDIENCE_PUBLIC"));
    audience.is_some() && audience == public.map(|value| value.number())
}

/// Whether a field is open data.
fn kept(field: &FieldDescriptor) -> bool {
    !LEFT_OUT.contains(&field.name()) && !private(field)
}

/// Whether the contract shows a field to its owner alone.
pub(super) fn private(field: &FieldDescriptor) -> bool {
    matches!(contract::option(&field.options(), "ensemble.auth.v1.visibility"), Some(Value::EnumNumber(number)) if number != 0)
}

fn lists_messages(field: &FieldDescriptor) -> bool {
    field.is_list() && matches!(field.kind(), Kind::Message(_))
}

/// The columns of a message: what it holds once is spread out, what it lists is a table of its own, or JSON further down.
fn columns(message: &MessageDescriptor, path: &[FieldDescriptor], top: bool) -> Vec<Column> {
    let mut columns = Vec::new();
    for field in message.fields().filter(kept) {
        if top && lists_messages(&field) {
            continue;
        }
        let path: Vec<FieldDescriptor> = path.iter().cloned().chain([field.clone()]).collect();
        let name = path.iter().map(FieldDescriptor::name).collect::<Vec<_>>().join("_");
        let column = |suffix: &str, kind, take| Column {
            name: format!("{name}{suffix}"),
            kind,
            path: path.clone(),
            take,
        };
        match field.kind() {
            _ if field.is_map() => columns.push(column("", "object", Take::Json)),
            _ if field.is_list() => columns.push(column("", "array", Take::Json)),
            Kind::Message(inner) => match inner.full_name() {
                TEXT => {
                    columns.push(column("", "string", Take::Original));
                    columns.push(column("_language", "string", Take::OriginalLanguage));
                    columns
                        .extend(LANGUAGES.map(|code| column(&format!("_{code}"), "string", Take::In(code))));
                }
                MONEY => {
                    let suffix = if name.ends_with("amount") { "" } else { "_amount" };
                    columns.push(column(suffix, "number", Take::Amount));
                    let mut path = path.clone();
                    path.extend(inner.get_field_by_name("currency_code"));
                    let name = format!("{name}_currency_code");
                    columns.push(Column { name, kind: "string", path, take: Take::Plain });
                }
                DECIMAL => columns.push(column("", "number", Take::Plain)),
                "google.type.Date" if PARTIAL.contains(&field.name()) => {
                    columns.push(column("", "string", Take::Day));
                }
                "google.type.Date" => columns.push(column("", "date", Take::Day)),
                "google.protobuf.Timestamp" => columns.push(column("", "datetime", Take::Plain)),
                // A resource within another is a whole; and what could hold itself would never end.
                _ if whole(&inner)
                    || path[..path.len() - 1].iter().any(|outer| outer.kind() == field.kind()) =>
                {
                    columns.push(column("", "object", Take::Json));
                }
                _ => columns.extend(self::columns(&inner, &path, false)),
            },
            Kind::Bool => columns.push(column("", "boolean", Take::Plain)),
            Kind::Double | Kind::Float => columns.push(column("", "number", Take::Plain)),
            Kind::String if message.full_name() == RATIO => columns.push(column("", "number", Take::Plain)),
            Kind::String | Kind::Bytes | Kind::Enum(_) => columns.push(column("", "string", Take::Plain)),
            _ => columns.push(column("", "integer", Take::Plain)),
        }
    }
    columns
}

fn whole(message: &MessageDescriptor) -> bool {
    contract::option(&message.options(), "google.api.resource").is_some()
}

impl Table {
    /// The lines that a resource is, or has, in this table.
    pub(super) fn lines(&self, resource: &DynamicMessage) -> Vec<Vec<String>> {
        let Some(field) = &self.of else { return vec![self.line(resource, resource, 0)] };
        let listed = resource.get_field(field);
        let listed = listed.as_list().unwrap_or_default().iter().filter_map(Value::as_message);
        listed.enumerate().map(|(at, thing)| self.line(resource, thing, at + 1)).collect()
    }

    fn line(&self, resource: &DynamicMessage, thing: &DynamicMessage, position: usize) -> Vec<String> {
        let cell = |column: &Column| match column.take {
            Take::Parent => crate::print::name_of(resource),
            Take::Position => position.to_string(),
            _ => column.of(thing),
        };
        self.columns.iter().map(cell).collect()
    }

    /// The columns that no two lines share.
    pub(super) fn key(&self) -> Vec<&str> {
        self.columns[..if self.of.is_some() { 2 } else { 1 }]
            .iter()
            .map(|column| column.name.as_str())
            .collect()
    }
}

impl Column {
    /// What stands in the column for a message; empty where nothing is said.
    fn of(&self, message: &DynamicMessage) -> String {
        self.path.split_last().map(|(last, way)| self.below(message, way, last)).unwrap_or_default()
    }

    /// What stands at the end of a way from a message.
    fn below(&self, message: &DynamicMessage, way: &[FieldDescriptor], last: &FieldDescriptor) -> String {
        let [field, way @ ..] = way else { return self.cell(message, last) };
        if !message.has_field(field) {
            return String::new();
        }
        let inner = message.get_field(field);
        inner.as_message().map(|inner| self.below(inner, way, last)).unwrap_or_default()
    }

    fn cell(&self, message: &DynamicMessage, last: &FieldDescriptor) -> String {
        // A number that was not sent is 0, and no is no: only what can be absent is (BEY-9).
        let optional = last.supports_presence() || self.kind == "array" || self.kind == "object";
        if optional && !message.has_field(last) {
            return String::new();
        }
        let value = message.get_field(last);
        match (self.take, value.as_ref()) {
            (Take::Original, Value::Message(text)) => said(text, &code(text)),
            (Take::OriginalLanguage, Value::Message(text)) => code(text),
            (Take::In(code), Value::Message(text)) => said(text, code),
            (Take::Amount, Value::Message(money)) => {
                let money = cell::text_of(money, CODES);
                money.trim_end_matches(|c: char| c.is_ascii_uppercase()).to_owned()
            }
            (Take::Json, value) => json(last, value),
            (Take::Day, value) => cell::one(&last.kind(), value, CODES).replace("-00", ""),
            (_, value) => cell::one(&last.kind(), value, CODES),
        }
    }
}

fn code(text: &DynamicMessage) -> String {
    crate::deed::text(text, "default_language_code")
}

/// A text in a language, if it is said in it.
fn said(text: &DynamicMessage, language: &str) -> String {
    let translations = text.get_field_by_name("translations");
    let translation =
        translations.as_ref().and_then(|all| all.as_map()?.get(&MapKey::String(language.to_owned())));
    let translation = translation.and_then(Value::as_message);
    translation.map(|translation| crate::deed::text(translation, "text")).unwrap_or_default()
}

/// A value as JSON, what is no open data left out.
fn json(field: &FieldDescriptor, value: &Value) -> String {
    let mut alone = DynamicMessage::new(field.parent_message().clone());
    alone.set_field(field, value.clone());
    let written = serde_json::to_value(Ordered(&open(&alone))).unwrap_or_default();
    written[field.json_name()].to_string()
}

/// A message with what is open data of it, and nothing else.
pub(super) fn open(message: &DynamicMessage) -> DynamicMessage {
    let mut open = DynamicMessage::new(message.descriptor());
    for field in message.descriptor().fields().filter(|field| message.has_field(field) && kept(field)) {
        open.set_field(&field, kept_of(message.get_field(&field).as_ref()));
    }
    open
}

/// A value with what is open data of it.
fn kept_of(value: &Value) -> Value {
    match value {
        Value::Message(inner) => Value::Message(open(inner)),
        Value::List(items) => Value::List(items.iter().map(kept_of).collect()),
        other => other.clone(),
    }
}

/// Enum values that may stand in a column.
pub(super) fn words(column: &Column) -> Vec<String> {
    match column.path.last().map(FieldDescriptor::kind) {
        Some(Kind::Enum(of)) if column.kind == "string" => {
            let words: BTreeSet<String> = of
                .values()
                .filter(|value| value.number() != 0)
                .map(|value| contract::short_value(&value))
                .collect();
            words.into_iter().collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables() -> Vec<Resource> {
        resources(&contract::nouns(proto::pool()))
    }

    #[test]
    fn what_only_its_owner_sees_is_in_no_table() {
        let everywhere = tables();
        let columns =
            everywhere.iter().flat_map(|resource| &resource.tables).flat_map(|table| &table.columns);
        let mut seen = 0;
        for column in columns {
            assert!(!column.path.iter().any(private), "{}", column.name);
            seen += 1;
        }
        assert!(seen > 500, "{seen}");
        let named = |name: &str| everywhere.iter().any(|resource| resource.noun.singular == name);
        assert!(named("partner") && named("project") && named("report") && named("trainer"));
        assert!(!named("user") && !named("participant") && !named("enrolment") && !named("membership"));
    }

    #[test]
    fn columns_of_a_table_have_names_of_their_own() {
        for table in tables().iter().flat_map(|resource| &resource.tables) {
            let names: BTreeSet<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
            assert_eq!(names.len(), table.columns.len(), "{}: {names:?}", table.name);
        }
    }

    #[test]
    fn a_resource_is_a_line_and_what_it_lists_are_lines_of_another_table() {
        let partnership = serde_json::json!({
            "name": "partnerships/m1",
            "etag": "W/1",
            "title": { "defaultLanguageCode": "fr", "translations": { "fr": { "text": "Médiation" }, "de": { "text": "x" } } },
            "territories": ["territories/a", "territories/b"],
            "members": [{ "partner": "partners/a" }, { "partner": "partners/b" }],
        });
        let all = tables();
        let resource = all.iter().find(|resource| resource.noun.singular == "partnership").unwrap();
        let message = DynamicMessage::deserialize(resource.noun.resource.clone(), partnership).unwrap();
        let own = &resource.tables[0];
        let line = own.lines(&message).remove(0);
        let cell = |name: &str| {
            let at = own.columns.iter().position(|column| column.name == name);
            line[at.unwrap_or_else(|| panic!("{name}"))].as_str()
        };
        assert_eq!(
            (cell("name"), cell("title"), cell("title_language")),
            ("partnerships/m1", "Médiation", "fr")
        );
        assert_eq!((cell("title_fr"), cell("title_en")), ("Médiation", ""));
        assert_eq!(cell("territories"), r#"["territories/a","territories/b"]"#);
        assert_eq!((cell("tripartite"), cell("update_time")), ("false", ""), "no is said, absent is not");
        assert!(own.columns.iter().all(|column| column.name != "etag"));
        let members = resource.tables.iter().find(|table| table.name == "partnership_members").unwrap();
        let lines = members.lines(&message);
        assert_eq!(lines[1][..2], ["partnerships/m1", "2"]);
        assert!(lines[1].contains(&"partners/b".to_owned()));
        assert_eq!(members.key(), ["partnership", "position"]);
    }

    #[test]
    fn money_is_an_amount_and_a_currency() {
        let commitment =
            serde_json::json!({ "name": "c", "amount": { "currencyCode": "EUR", "minorUnits": "-1205" } });
        let all = tables();
        let resource = all.iter().find(|resource| resource.noun.singular == "commitment").unwrap();
        let message = DynamicMessage::deserialize(resource.noun.resource.clone(), commitment).unwrap();
        let table = &resource.tables[0];
        let line = table.lines(&message).remove(0);
        let at = table.columns.iter().position(|column| column.name == "amount").unwrap();
        assert_eq!((line[at].as_str(), line[at + 1].as_str()), ("-12.05", "EUR"));
    }
}
