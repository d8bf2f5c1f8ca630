//! What people type, as values of the contract: `2025-08-03`, `1234.50EUR`, `SIREN=552100554`, `partner=partners/x,iati_role=4`.

use prost_reflect::{DynamicMessage, Kind, MessageDescriptor, Value};
use serde_json::json;

use crate::contract;
use crate::print::cell::{find, minor_digits};
use crate::say::{Language, say};

/// Why a text is not such a value: what was expected.
pub(crate) type Expected = String;

/// One value of a kind.
pub(crate) fn parse(kind: &Kind, text: &str, language: Language) -> Result<Value, Expected> {
    let number =
        |_| say!(language, "expected a whole number, found {text}", "il faut un nombre entier, pas {text}");
    Ok(match kind {
        Kind::String => Value::String(text.to_owned()),
        Kind::Bool => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "oui" | "1" => Value::Bool(true),
            "false" | "no" | "non" | "0" => Value::Bool(false),
            _ => {
                return Err(say!(
                    language,
                    "expected true or false, found {text}",
                    "il faut true ou false, pas {text}"
                ));
            }
        },
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(text.parse().map_err(number)?),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(text.parse().map_err(number)?),
        Kind::Uint32 | Kind::Fixed32 => Value::U32(text.parse().map_err(number)?),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(text.parse().map_err(number)?),
        Kind::Float | Kind::Double => {
            let value: f64 = text.parse().map_err(|_| {
                say!(language, "expected a number, found {text}", "il faut un nombre, pas {text}")
            })?;
            if matches!(kind, Kind::Double) { Value::F64(value) } else { Value::F32(value as f32) }
        }
        Kind::Bytes => Value::Bytes(text.as_bytes().to_vec().into()),
        Kind::Enum(of) => {
            let wanted = text.to_uppercase().replace('-', "_");
            match of.values().find(|value| contract::short_value(value) == wanted || value.name() == wanted) {
                Some(value) => Value::EnumNumber(value.number()),
                None => {
                    let known = choices(of).join(", ");
                    return Err(say!(
                        language,
                        "expected one of {known}, found {text}",
                        "il faut l'une des valeurs {known}, pas {text}"
                    ));
                }
            }
        }
        Kind::Message(of) => Value::Message(message(of, text, language)?),
    })
}

/// The values of an enum that can be chosen, without prefix.
pub(crate) fn choices(of: &prost_reflect::EnumDescriptor) -> Vec<String> {
    of.values().filter(|value| value.number() != 0).map(|value| contract::short_value(&value)).collect()
}

fn message(of: &MessageDescriptor, text: &str, language: Language) -> Result<DynamicMessage, Expected> {
    let text = text.trim();
    if text.starts_with('{') {
        let value: serde_json::Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        return from_json(of, value, language);
    }
    match of.full_name() {
        "google.type.Date" => build(of, date(text, language)?),
        "google.protobuf.Timestamp" => build(of, json!(time(text, language)?)),
        "google.protobuf.Duration" => build(of, json!(text)),
        "ensemble.common.v1.Money" => build(of, money(text, language)?),
        "ensemble.common.v1.DecimalValue" => build(of, json!({ "value": text.replace(',', ".") })),
        "ensemble.common.v1.ExternalIdentifier" => match text.split_once('=') {
            Some((scheme, value)) => build(of, json!({ "scheme": scheme.trim(), "value": value.trim() })),
            None => Err(say!(
                language,
                "expected SCHEME=VALUE, such as SIREN=552100554",
                "il faut SCHEMA=VALEUR, comme SIREN=552100554"
            )),
        },
        "ensemble.common.v1.DateRange" => {
            let (start, end) = text.split_once("..").ok_or_else(|| {
                say!(
                    language,
                    "expected START..END, such as 2025-01-01..2026-12-31",
                    "il faut DÉBUT..FIN, comme 2025-01-01..2026-12-31"
                )
            })?;
            let mut value = json!({ "startDate": date(start, language)? });
            if !end.trim().is_empty() {
                value["endDate"] = date(end, language)?;
            }
            build(of, value)
        }
        "ensemble.common.v1.LocalizedText" => localized(None, of, &[text.to_owned()], language),
        _ => pairs(of, text, language),
    }
}

fn build(of: &MessageDescriptor, value: serde_json::Value) -> Result<DynamicMessage, Expected> {
    DynamicMessage::deserialize(of.clone(), value).map_err(|error| error.to_string())
}

/// A message as people write it in JSON or YAML: values of enums may stand without their prefix, and days, amounts and texts
/// as after flags.
pub(crate) fn from_json(
    of: &MessageDescriptor,
    mut value: serde_json::Value,
    language: Language,
) -> Result<DynamicMessage, Expected> {
    spell_out(&Kind::Message(of.clone()), &mut value, "", language)?;
    build(of, value)
}

/// Puts the contract's names in place of the short ones; what is neither is told with its field and what is known.
fn spell_out(
    kind: &Kind,
    value: &mut serde_json::Value,
    path: &str,
    language: Language,
) -> Result<(), Expected> {
    match (kind, value) {
        (_, serde_json::Value::Array(each)) => {
            for (index, one) in each.iter_mut().enumerate() {
                spell_out(kind, one, &format!("{path}[{index}]"), language)?;
            }
        }
        (Kind::Enum(of), value @ serde_json::Value::String(_)) => {
            let text = value.as_str().unwrap_or_default();
            let said = parse(kind, text, language);
            let said = said.map_err(|why| say!(language, "{path}: {why}", "{path} : {why}"))?;
            let name = said.as_enum_number().and_then(|number| of.get_value(number));
            *value = name.map_or(serde_json::Value::Null, |name| json!(name.name()));
        }
        // Those of protobuf itself have a text of their own in the JSON mapping.
        (Kind::Message(of), _) if of.full_name().starts_with("google.protobuf.") => {}
        (Kind::Message(of), value @ serde_json::Value::String(_)) => {
            let said = message(of, value.as_str().unwrap_or_default(), language);
            let said = said.map_err(|why| say!(language, "{path}: {why}", "{path} : {why}"))?;
            *value = serde_json::to_value(&said).unwrap_or_default();
        }
        (Kind::Message(of), serde_json::Value::Object(fields)) => {
            for (key, inner) in fields {
                let known = of.get_field_by_json_name(key).or_else(|| of.get_field_by_name(key));
                let Some(field) = known.filter(|field| !field.is_map()) else { continue };
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                spell_out(&field.kind(), inner, &path, language)?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// `key=value,key=value`, each value as its field wants it.
fn pairs(of: &MessageDescriptor, text: &str, language: Language) -> Result<DynamicMessage, Expected> {
    let mut built = DynamicMessage::new(of.clone());
    for pair in text.split(',').filter(|pair| !pair.trim().is_empty()) {
        let known = || of.fields().map(|field| field.name().to_owned()).collect::<Vec<_>>().join(", ");
        let (key, value) = pair.split_once('=').ok_or_else(|| {
            let known = known();
            say!(
                language,
                "expected JSON or key=value,… with the keys {known}",
                "il faut du JSON ou clé=valeur,… avec les clés {known}"
            )
        })?;
        let key = key.trim();
        let field = find(of, key).filter(|_| !key.contains('.')).ok_or_else(|| {
            let known = known();
            say!(
                language,
                "there is no {key}; the keys are {known}",
                "{key} n'existe pas ; les clés sont {known}"
            )
        })?;
        let value = parse(&field.kind(), value.trim(), language)?;
        match field.is_list() {
            true => {
                if let Value::List(items) = built.get_field_mut(&field) {
                    items.push(value);
                }
            }
            false => built.set_field(&field, value),
        }
    }
    Ok(built)
}

/// A localised text, from `fr=…`, `en=…` or a text in the person's language; other translations stay as they were.
pub(crate) fn localized(
    before: Option<&DynamicMessage>,
    of: &MessageDescriptor,
    given: &[String],
    language: Language,
) -> Result<DynamicMessage, Expected> {
    let mut value =
        before.map_or_else(|| json!({}), |before| serde_json::to_value(before).unwrap_or_default());
    if let Some(fields) = value.as_object_mut() {
        fields.remove("displayText");
        fields.remove("displayLanguageCode");
    }
    for text in given {
        if text.trim_start().starts_with('{') {
            return message(of, text, language);
        }
        let (code, text) = language_of(text).unwrap_or((language.code(), text));
        if value["defaultLanguageCode"].as_str().unwrap_or_default().is_empty() {
            value["defaultLanguageCode"] = json!(code);
        }
        value["translations"][code] = json!({ "text": text });
    }
    build(of, value)
}

/// `fr=Mairie`: a language code before the sign.
fn language_of(text: &str) -> Option<(&str, &str)> {
    let (code, rest) = text.split_once('=')?;
    let mut parts = code.split('-');
    let first = parts.next()?;
    let fits = (2..=3).contains(&first.len())
        && first.bytes().all(|byte| byte.is_ascii_lowercase())
        && parts.all(|part| {
            (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
    fits.then_some((code, rest))
}

fn date(text: &str, language: Language) -> Result<serde_json::Value, Expected> {
    use chrono::Datelike as _;
    let text = text.trim();
    let date = match text {
        "today" => Ok(chrono::Local::now().date_naive()),
        text => chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d"),
    };
    match date {
        Ok(date) => Ok(json!({ "year": date.year(), "month": date.month(), "day": date.day() })),
        Err(_) => Err(say!(language, "expected YYYY-MM-DD, found {text}", "il faut AAAA-MM-JJ, pas {text}")),
    }
}

/// RFC 3339, a day, or a time from now: `+90d`.
fn time(text: &str, language: Language) -> Result<String, Expected> {
    if let Some(ahead) = text.strip_prefix('+') {
        let unit = ahead.chars().last().unwrap_or_default();
        let count: i64 = ahead.trim_end_matches(unit).parse().unwrap_or(-1);
        let ahead = match unit {
            'm' => chrono::Duration::try_minutes(count),
            'h' => chrono::Duration::try_hours(count),
            'd' => chrono::Duration::try_days(count),
            _ => None,
        };
        if let Some(moment) =
            ahead.filter(|_| count >= 0).and_then(|ahead| chrono::Utc::now().checked_add_signed(ahead))
        {
            return Ok(moment.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
        }
    }
    if chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok() {
        return Ok(format!("{text}T00:00:00Z"));
    }
    match chrono::DateTime::parse_from_rfc3339(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(say!(
            language,
            "expected YYYY-MM-DD, 2025-08-03T12:00:00Z or +90d, found {text}",
            "il faut AAAA-MM-JJ, 2025-08-03T12:00:00Z ou +90d, pas {text}"
        )),
    }
}

/// `1234.50EUR`, `EUR 1234.50`, `1 234,50 EUR`: exact, in the currency's minor unit.
fn money(text: &str, language: Language) -> Result<serde_json::Value, Expected> {
    let wrong = || {
        say!(
            language,
            "expected an amount and a currency, such as 1234.50EUR",
            "il faut un montant et une devise, comme 1234.50EUR"
        )
    };
    let currency: String = text.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_uppercase();
    let amount: String = text.chars().filter(|c| !c.is_ascii_alphabetic() && !c.is_whitespace()).collect();
    let (negative, amount) = amount.strip_prefix('-').map_or((false, amount.as_str()), |rest| (true, rest));
    let (whole, rest) = amount.split_once(['.', ',']).unwrap_or((amount, ""));
    let digits = minor_digits(&currency) as usize;
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if currency.len() != 3 || whole.is_empty() || !plain(whole) || !plain(rest) || rest.len() > digits {
        return Err(wrong());
    }
    let units: i64 = format!("{whole}{rest:0<digits$}").parse().map_err(|_| wrong())?;
    Ok(json!({ "currencyCode": currency, "minorUnits": (if negative { -units } else { units }).to_string() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::print::cell::{Reader, one};

    fn read(kind: &str, text: &str) -> Result<String, Expected> {
        let kind = Kind::Message(proto::pool().get_message_by_name(kind).unwrap());
        let value = parse(&kind, text, Language::En)?;
        Ok(one(&kind, &value, Reader { language: Language::En, person: false }))
    }

    #[test]
    fn amounts_are_exact_in_their_currency() {
        let money = |text| read("ensemble.common.v1.Money", text);
        assert_eq!(money("1234.50EUR").unwrap(), "1234.50EUR");
        assert_eq!(money("1 234,5 EUR").unwrap(), "1234.50EUR");
        assert_eq!(money("XOF 2000").unwrap(), "2000XOF");
        assert_eq!(money("-3.005KWD").unwrap(), "-3.005KWD");
        assert!(money("2000.5XOF").is_err());
        assert!(money("12").is_err());
        assert!(money("1.234,50EUR").is_err());
    }

    #[test]
    fn dates_ranges_and_identifiers_are_typed_as_people_write_them() {
        assert_eq!(read("google.type.Date", "2025-08-03").unwrap(), "2025-08-03");
        assert!(read("google.type.Date", "03/08/2025").unwrap_err().contains("YYYY-MM-DD"));
        assert_eq!(
            read("ensemble.common.v1.DateRange", "2025-01-01..2026-12-31").unwrap(),
            "2025-01-01..2026-12-31"
        );
        assert_eq!(read("ensemble.common.v1.DateRange", "2025-01-01..").unwrap(), "2025-01-01..");
        assert_eq!(
            read("ensemble.common.v1.ExternalIdentifier", "SIREN=552100554").unwrap(),
            "SIREN=552100554"
        );
        assert_eq!(read("google.protobuf.Timestamp", "2025-08-03").unwrap(), "2025-08-03T00:00:00Z");
        assert!(read("google.protobuf.Timestamp", "+90d").is_ok());
        assert!(read("google.protobuf.Timestamp", "+d").is_err());
    }

    #[test]
    fn nested_messages_are_pairs_or_json() {
        let participant = "ensemble.projects.v1.Participant";
        let written = read(participant, "partner=partners/a,iati_role=4").unwrap();
        assert_eq!(written, read(participant, r#"{"partner":"partners/a","iatiRole":"4"}"#).unwrap());
        assert!(read(participant, "colour=red").unwrap_err().contains("iati_role"));
        assert!(
            read("ensemble.projects.v1.BudgetLine", "amount=100EUR,kind=capex").unwrap().contains("10000")
        );
    }

    #[test]
    fn decimals_are_typed_as_they_are_read() {
        let decimal = |text| read("ensemble.common.v1.DecimalValue", text).unwrap();
        assert_eq!(decimal("12,5"), decimal("12.5"));
        assert_eq!(decimal("12.5"), decimal(r#"{"value": "12.5"}"#));
    }

    #[test]
    fn in_files_too_values_of_lists_stand_without_their_prefix() {
        let of = proto::pool().get_message_by_name("ensemble.partners.v1.Partnership").unwrap();
        let written = |kind: &str, rule: &str, role: &str| {
            let value = json!({
                "kind": kind, "governance": { "decision_rule": rule },
                "members": [{ "partner": "partners/a", "role": role }],
            });
            from_json(&of, value, Language::En)
        };
        let full = written("KIND_PPP", "DECISION_RULE_CONSENSUS", "ROLE_FUNDER").unwrap();
        assert_eq!(written("PPP", "consensus", "FUNDER").unwrap(), full);
        let wrong = written("PPP", "CONSENSUS", "BANK").unwrap_err();
        assert!(wrong.starts_with("members[0].role: expected one of LEAD, PARTNER"), "{wrong}");
        // So do days and texts.
        let dated = |day: &str| {
            from_json(
                &of,
                json!({ "members": [{ "join_date": day, "interests": "Un lieu." }] }),
                Language::Fr,
            )
        };
        let member = serde_json::to_value(dated("2026-05-28").unwrap()).unwrap()["members"][0].clone();
        assert_eq!(member["joinDate"], json!({ "year": 2026, "month": 5, "day": 28 }));
        assert_eq!(member["interests"]["translations"]["fr"]["text"], "Un lieu.");
        let wrong = dated("soon").unwrap_err();
        assert!(wrong.starts_with("members[0].join_date : "), "{wrong}");
    }

    #[test]
    fn a_translation_is_added_beside_those_that_are_there() {
        let of = proto::pool().get_message_by_name("ensemble.common.v1.LocalizedText").unwrap();
        let first = localized(None, &of, &["Mairie de Dakar".to_owned()], Language::Fr).unwrap();
        let both = localized(Some(&first), &of, &["en=Dakar city hall".to_owned()], Language::Fr).unwrap();
        let value = serde_json::to_value(&both).unwrap();
        assert_eq!(value["defaultLanguageCode"], "fr");
        assert_eq!(value["translations"]["en"]["text"], "Dakar city hall");
        assert_eq!(value["translations"]["fr"]["text"], "Mairie de Dakar");
    }
}
