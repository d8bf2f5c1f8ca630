//! A field's value as people read it in a cell: one line, in their language.

use prost_reflect::{
    DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, ReflectMessage as _, Value,
};

use crate::contract;
use crate::print::paint::clean;
use crate::say::Language;

/// For whom a cell is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader {
    pub(crate) language: Language,
    /// Labels for people; codes for pipes and spreadsheets.
    pub(crate) person: bool,
}

/// The field that a path names, through messages: `title`, `planned_period.start_date`, `plannedPeriod`.
pub(crate) fn find(message: &MessageDescriptor, path: &str) -> Option<FieldDescriptor> {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let field = message.get_field_by_name(first).or_else(|| message.get_field_by_json_name(first));
    let field = field.or_else(|| message.get_field_by_name(&first.replace('-', "_")))?;
    match (rest, field.kind()) {
        (None, _) => Some(field),
        (Some(rest), Kind::Message(inner)) if !field.is_map() => find(&inner, rest),
        _ => None,
    }
}

/// The text at a path of a message; several values are joined.
pub(crate) fn at(message: &DynamicMessage, path: &str, reader: Reader) -> String {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let Some(field) = find(&message.descriptor(), first) else { return String::new() };
    if !message.has_field(&field) && (field.supports_presence() || !is_number_or_bool(&field)) {
        return String::new();
    }
    let value = message.get_field(&field);
    match (rest, value.as_ref()) {
        (None, value) => text(&field, value, reader),
        (Some(rest), Value::Message(inner)) => at(inner, rest, reader),
        (Some(rest), Value::List(items)) => items
            .iter()
            .filter_map(Value::as_message)
            .map(|inner| at(inner, rest, reader))
            .collect::<Vec<_>>()
            .join(", "),
        _ => String::new(),
    }
}

fn is_number_or_bool(field: &FieldDescriptor) -> bool {
    !field.is_list() && !matches!(field.kind(), Kind::Message(_) | Kind::String | Kind::Bytes | Kind::Enum(_))
}

/// Whose turn it is (BEY-5): a word of the contract that is no enum.
const AWAITING: [(&str, &str, &str); 4] = [
    ("PARTNER", "the partner", "l'organisation"),
    ("REVIEWER", "a reviewer", "la relecture"),
    ("COORDINATOR", "the coordinator", "la coordination"),
    ("NOBODY", "nobody", "personne"),
];

/// A whole field on one line.
pub(crate) fn text(field: &FieldDescriptor, value: &Value, reader: Reader) -> String {
    let line = match value {
        Value::String(code) if reader.person && field.name() == "awaiting" => {
            let known = AWAITING.iter().find(|(known, ..)| known == code);
            known.map_or(code.as_str(), |(_, en, fr)| reader.language.pick(*en, *fr)).to_owned()
        }
        Value::List(items) => {
            items.iter().map(|item| one(&field.kind(), item, reader)).collect::<Vec<_>>().join(", ")
        }
        Value::Map(entries) => {
            let mut pairs: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{}={}", key_text(key), one_of_map(field, value, reader)))
                .collect();
            pairs.sort();
            pairs.join(", ")
        }
        value => one(&field.kind(), value, reader),
    };
    clean(&line).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn one_of_map(field: &FieldDescriptor, value: &Value, reader: Reader) -> String {
    match field.kind() {
        Kind::Message(entry) => one(&entry.map_entry_value_field().kind(), value, reader),
        _ => String::new(),
    }
}

fn key_text(key: &MapKey) -> String {
    match key {
        MapKey::String(key) => key.clone(),
        other => format!("{other:?}"),
    }
}

/// A single value.
pub(crate) fn one(kind: &Kind, value: &Value, reader: Reader) -> String {
    match (kind, value) {
        (Kind::Enum(of), Value::EnumNumber(number)) => match of.get_value(*number) {
            Some(_) if *number == 0 => String::new(),
            Some(value) if reader.person => label(&value, reader.language),
            Some(value) => contract::short_value(&value),
            None => number.to_string(),
        },
        (_, Value::Bool(yes)) if reader.person => {
            let word =
                if *yes { reader.language.pick("yes", "oui") } else { reader.language.pick("no", "non") };
            word.to_owned()
        }
        (_, Value::Bool(yes)) => yes.to_string(),
        (_, Value::String(text)) => text.clone(),
        (_, Value::I32(number)) => number.to_string(),
        (_, Value::I64(number)) => number.to_string(),
        (_, Value::U32(number)) => number.to_string(),
        (_, Value::U64(number)) => number.to_string(),
        (_, Value::F32(number)) => number.to_string(),
        (_, Value::F64(number)) => number.to_string(),
        (_, Value::Bytes(bytes)) => format!("{} B", bytes.len()),
        (_, Value::Message(message)) => of_message(message, reader),
        _ => String::new(),
    }
}

/// What an enum value is called: its French comment up to the first stop, or its own word.
pub(crate) fn label(value: &prost_reflect::EnumValueDescriptor, language: Language) -> String {
    let comment = contract::comment_of_value(value);
    match (language, &comment.fr) {
        (Language::Fr, Some(french)) => head(french).to_owned(),
        _ => humanise(&contract::short_value(value).to_lowercase()),
    }
}

/// What a field is called.
pub(crate) fn field_label(field: &FieldDescriptor, language: Language) -> String {
    if language == Language::Fr {
        if let Some(french) = crate::flags::well_known_label(field.name()) {
            return french.to_owned();
        }
        if let Some(french) = contract::comment_of_field(field).fr {
            return head(&french).to_owned();
        }
    }
    humanise(field.name())
}

/// The words before the first stop, comma, colon or bracket.
fn head(text: &str) -> &str {
    text.split([',', ':', ';', '(', '.']).next().unwrap_or(text).trim()
}

fn humanise(name: &str) -> String {
    let words = name.replace(['_', '-'], " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Messages that people read as one value.
pub(crate) const ONE_LINERS: [&str; 8] = [
    "LocalizedText",
    "BilingualText",
    "Money",
    "DateRange",
    "ExternalIdentifier",
    "DecimalValue",
    "Ratio",
    "IndicatorValue",
];

/// A ratio as it is counted, `3/4`; of amounts people are shown the percentage.
fn ratio(part: &str, whole: &str, reader: Reader) -> String {
    let large = reader.person && part.len().max(whole.len()) > 4;
    match (part.parse::<f64>(), whole.parse::<f64>()) {
        (Ok(part), Ok(whole)) if large && whole > 0.0 => {
            let percent = format!("{:.1}", part / whole * 100.0);
            format!("{} %", percent.replace('.', reader.language.pick(".", ",")))
        }
        _ => format!("{part}/{whole}"),
    }
}

/// A message on one line.
pub(crate) fn text_of(message: &DynamicMessage, reader: Reader) -> String {
    clean(&of_message(message, reader))
}

fn of_message(message: &DynamicMessage, reader: Reader) -> String {
    let descriptor = message.descriptor();
    let part = |name: &str| at(message, name, reader);
    match descriptor.full_name() {
        "ensemble.common.v1.LocalizedText" => localized(message, reader.language).0,
        "ensemble.partners.v1.BilingualText" => {
            let (wanted, other) = reader.language.pick(("en", "fr"), ("fr", "en"));
            Some(part(wanted)).filter(|text| !text.is_empty()).unwrap_or_else(|| part(other))
        }
        "ensemble.common.v1.ExternalIdentifier" => format!("{}={}", part("scheme"), part("value")),
        "ensemble.common.v1.Money" => money(message, reader),
        "ensemble.common.v1.DecimalValue" if reader.person => {
            part("value").replace('.', reader.language.pick(".", ","))
        }
        "ensemble.common.v1.DecimalValue" => part("value"),
        "ensemble.common.v1.Ratio" => ratio(&part("numerator"), &part("denominator"), reader),
        "ensemble.projects.v1.IndicatorValue" => {
            let said = descriptor.fields().find(|field| message.has_field(field));
            said.map(|field| part(field.name())).unwrap_or_default()
        }
        "ensemble.common.v1.DateRange" => {
            format!("{}{}{}", part("start_date"), if reader.person { " – " } else { ".." }, part("end_date"))
        }
        "google.type.Date" => date(message, reader),
        "google.protobuf.Timestamp" => time(message, reader),
        "ensemble.common.v1.Gap" => part("field"),
        _ if reader.person => said(message, reader),
        _ => serde_json::to_string(&crate::print::json::Ordered(message)).unwrap_or_default(),
    }
}

/// A nested message, its values one after the other.
pub(crate) fn said(message: &DynamicMessage, reader: Reader) -> String {
    let fields = message.descriptor().fields().collect::<Vec<_>>();
    let said = fields.iter().filter(|field| message.has_field(field));
    let values = said.map(|field| text(field, &message.get_field(field), reader));
    values.filter(|value| !value.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// A text in the reader's language, and its language when it is another.
pub(crate) fn localized(message: &DynamicMessage, language: Language) -> (String, Option<String>) {
    let get = |name: &str| {
        message
            .get_field_by_name(name)
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default()
    };
    let wanted = language.code();
    let (shown, of) = (get("display_text"), get("display_language_code"));
    if !shown.is_empty() {
        let other = (!of.is_empty() && of.split('-').next() != Some(wanted)).then_some(of);
        return (shown, other);
    }
    let default = get("default_language_code");
    let in_language = |code: &str| {
        let translations = message.get_field_by_name("translations")?;
        let translation = translations
            .as_map()?
            .get(&MapKey::String(code.to_owned()))?
            .as_message()?
            .get_field_by_name("text")?
            .as_str()?
            .to_owned();
        Some(translation)
    };
    match in_language(wanted) {
        Some(text) => (text, None),
        None => (in_language(&default).unwrap_or_default(), Some(default).filter(|code| code != wanted)),
    }
}

fn money(message: &DynamicMessage, reader: Reader) -> String {
    let currency = at(message, "currency_code", reader);
    let units = message.get_field_by_name("minor_units").and_then(|value| value.as_i64()).unwrap_or_default();
    let digits = minor_digits(&currency);
    let scale = 10_i64.pow(digits);
    let (sign, whole, rest) =
        (if units < 0 { "-" } else { "" }, (units / scale).abs(), (units % scale).abs());
    let amount = match digits {
        0 => whole.to_string(),
        digits => format!("{whole}.{rest:0width$}", width = digits as usize),
    };
    if !reader.person {
        return format!("{sign}{amount}{currency}");
    }
    let (whole, rest) = amount.split_once('.').map_or((amount.as_str(), ""), |(whole, rest)| (whole, rest));
    let separator = reader.language.pick(',', '\u{202f}');
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            grouped.push(separator);
        }
        grouped.push(digit);
    }
    if !rest.is_empty() {
        grouped = format!("{grouped}{}{rest}", reader.language.pick('.', ','));
    }
    format!("{sign}{grouped} {currency}")
}

/// ISO 4217: how many digits the minor unit has.
pub(crate) fn minor_digits(currency: &str) -> u32 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI"
        | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

const MONTHS: [(&str, &str); 12] = [
    ("January", "janvier"),
    ("February", "février"),
    ("March", "mars"),
    ("April", "avril"),
    ("May", "mai"),
    ("June", "juin"),
    ("July", "juillet"),
    ("August", "août"),
    ("September", "septembre"),
    ("October", "octobre"),
    ("November", "novembre"),
    ("December", "décembre"),
];

fn day(year: i32, month: u32, day: u32, reader: Reader) -> String {
    let Some((en, fr)) = MONTHS.get((month as usize).wrapping_sub(1)).filter(|_| reader.person) else {
        return format!("{year:04}-{month:02}-{day:02}");
    };
    match (reader.language, day) {
        (Language::Fr, 1) => format!("1er {fr} {year}"),
        (language, day) => format!("{day} {} {year}", language.pick(*en, *fr)),
    }
}

/// The day of an instant (RFC 3339), in UTC, as people write it.
pub(crate) fn day_of(instant: &str, language: Language) -> Option<String> {
    use chrono::Datelike as _;
    let at = chrono::DateTime::parse_from_rfc3339(instant).ok()?.to_utc();
    Some(day(at.year(), at.month(), at.day(), Reader { language, person: true }))
}

fn date(message: &DynamicMessage, reader: Reader) -> String {
    let part =
        |name: &str| message.get_field_by_name(name).and_then(|value| value.as_i32()).unwrap_or_default();
    day(part("year"), part("month").unsigned_abs(), part("day").unsigned_abs(), reader)
}

fn time(message: &DynamicMessage, reader: Reader) -> String {
    use chrono::{Datelike as _, Timelike as _};
    let seconds = message.get_field_by_name("seconds").and_then(|value| value.as_i64()).unwrap_or_default();
    let Some(moment) = chrono::DateTime::from_timestamp(seconds, 0) else { return String::new() };
    if !reader.person {
        return moment.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    }
    let moment = moment.with_timezone(&chrono::Local);
    format!(
        "{} {:02}:{:02}",
        day(moment.year(), moment.month(), moment.day(), reader),
        moment.hour(),
        moment.minute()
    )
}
